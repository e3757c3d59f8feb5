"""From a task and a registration's settings to the template: built, encoded, decoded."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

from flyteidl.core import identifier_pb2, tasks_pb2
from google.protobuf.message import Message

from shimnb.core.custom import custom_to_struct
from shimnb.core.template import TaskTemplate, View

if TYPE_CHECKING:
    from shimnb.core.settings import SerializationSettings

__all__ = ["Kept", "task_template"]

Parts = tuple[Any, ...]

_MESSAGES = ("metadata", "interface", "container", "security_context", "k8s_pod", "sql", "extended_resources")


class Kept:
    """The bytes of a task's last template, as long as all that they are made of has the same value.

    The key is that value, as `marshal` writes it: every part of it, and every
    part's class. So what was changed in place is another value, and nothing
    can be stale.
    """

    def __init__(self) -> None:
        self._kept: tuple[bytes, bytes] = (b"", b"")

    def encoded(self, parts: Parts) -> bytes:
        """Return the bytes of the template that `parts` make."""
        try:
            key = marshal.dumps(parts)
        except ValueError:
            # A part is of a class of one's own, such as a str's subclass in `custom`.
            return _encoded(parts)
        kept, encoded = self._kept
        if kept != key:
            encoded = _encoded(parts)
            self._kept = (key, encoded)
        return encoded


def task_template(task: Any, settings: SerializationSettings, kept: Kept) -> TaskTemplate:
    """Make a task's template, as the cluster has it.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task; its ``get_`` methods give what it adds to the template.
    settings : SerializationSettings
        What the registration adds.
    kept : Kept
        The task's last template.

    Returns
    -------
    TaskTemplate
        Decoded from its bytes, anew each time. Everything is asked for each
        time too, and only the encoding is spared when nothing has changed.

    Raises
    ------
    CustomError
        If `custom` is no JSON; it names the path.
    SettingError
        If the image cannot be resolved.
    """
    parts = (
        (settings.project, settings.domain, task.name, settings.version),
        task.get_custom(settings),
        task.task_type,
        task.task_type_version,
        task.enable_deck,
        task.get_config(settings),
        _bytes(task.metadata.to_flyte_idl()),
        _bytes(task.interface),
        _bytes(task.get_container(settings)),
        _bytes(task.security_context),
        _bytes(task.get_k8s_pod(settings)),
        _bytes(task.get_sql(settings)),
        _bytes(task.get_extended_resources(settings)),
    )
    return TaskTemplate.from_bytes(kept.encoded(parts), f"task {task.name}")


def _bytes(part: Any) -> bytes | None:
    """Encode a message, a view of one, or what becomes one."""
    if part is None:
        return None
    if isinstance(part, View):
        return part.encoded()
    message = part if isinstance(part, Message) else part.to_flyte_idl()
    return message.SerializeToString()


def _encoded(parts: Parts) -> bytes:
    """Encode the template; of the parts alone, for they are the key of what is kept."""
    (project, domain, name, version), custom, task_type, task_type_version, deck, config, *messages = parts
    message = tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK, project=project, domain=domain, name=name, version=version
        ),
        custom=custom_to_struct(custom) if custom else None,
        type=task_type,
        task_type_version=task_type_version,
        config=config,
    )
    for field, encoded in zip(_MESSAGES, messages, strict=True):
        if encoded is not None:
            # An empty message is there all the same.
            getattr(message, field).SetInParent()
            getattr(message, field).MergeFromString(encoded)
    if deck:
        message.metadata.generates_deck.value = True
    return message.SerializeToString()
