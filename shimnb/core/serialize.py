"""From a task and a registration's settings to the template: built, encoded, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteidl.core import identifier_pb2, tasks_pb2

from shimnb.core.custom import custom_to_struct
from shimnb.core.template import TaskTemplate

if TYPE_CHECKING:
    from shimnb.core.settings import SerializationSettings

__all__ = ["task_template"]


def task_template(task: Any, settings: SerializationSettings) -> TaskTemplate:
    """Make a task's template, as the cluster has it.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task; its ``get_`` methods give what it adds to the template.
    settings : SerializationSettings
        What the registration adds.

    Returns
    -------
    TaskTemplate
        Decoded from its bytes. Nothing of it is kept, so that it is never stale.

    Raises
    ------
    CustomError
        If `custom` is no JSON; it names the path.
    SettingError
        If the image cannot be resolved.
    """
    custom = task.get_custom(settings)
    metadata = task.metadata.to_flyte_idl()
    if task.enable_deck:
        metadata.generates_deck.value = True
    security = task.security_context
    message = tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK,
            project=settings.project,
            domain=settings.domain,
            name=task.name,
            version=settings.version,
        ),
        type=task.task_type,
        metadata=metadata,
        interface=_message(task.interface),
        custom=custom_to_struct(custom) if custom else None,
        container=_message(task.get_container(settings)),
        task_type_version=task.task_type_version,
        security_context=security.to_flyte_idl() if security else None,
        config=task.get_config(settings),
        k8s_pod=_message(task.get_k8s_pod(settings)),
        sql=_message(task.get_sql(settings)),
        extended_resources=task.get_extended_resources(settings),
    )
    return TaskTemplate.from_bytes(message.SerializeToString(), f"task {task.name}")


def _message(view: Any) -> Any:
    """Return the message itself: the template copies it anyway."""
    return getattr(view, "_message", view)
