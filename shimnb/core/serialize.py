"""From a task and a registration's settings to the template: built, encoded, decoded."""

from __future__ import annotations

import marshal
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2
from google.protobuf.message import Message

from shimnb.core.custom import custom_to_struct
from shimnb.core.metadata import TaskMetadata
from shimnb.core.resources import resources_message, written_amounts
from shimnb.core.template import TaskTemplate, View

if TYPE_CHECKING:
    from shimnb.core.settings import SerializationSettings

__all__ = ["Kept", "container_message", "container_parts", "task_template"]

Parts = tuple[Any, ...]

_MESSAGES = ("metadata", "container", "interface", "security_context", "k8s_pod", "sql", "extended_resources")


class Kept:
    """The bytes of a task's last template, as long as all that they are made of has the same value.

    What they are made of is kept too, as a copy: what was changed in place is
    another value, and nothing can be stale. `custom` is kept as `marshal`
    writes it, with the class and the order of every part, for ``1`` and
    ``True`` are equal and not the same to a Struct; the rest is texts, and
    values that the message's own types hold.
    """

    def __init__(self) -> None:
        self._kept: tuple[bytes, Parts, bytes] = (b"", (), b"")

    def encoded(self, custom: Any, parts: Parts) -> bytes:
        """Return the bytes of the template that `custom` and `parts` make."""
        try:
            key = marshal.dumps(custom)
        except ValueError:
            # It holds a class of one's own, such as a str's subclass.
            return _encoded(custom, parts)
        kept_key, kept_parts, encoded = self._kept
        if kept_key != key or kept_parts != parts:
            try:
                # No change of a part reaches the copy, another thread's neither.
                parts = deepcopy(parts)
            except TypeError:
                # Such as a mapping that cannot be changed.
                return _encoded(custom, parts)
            encoded = _encoded(custom, parts)
            self._kept = (key, parts, encoded)
        return encoded


def task_template(task: Any, settings: SerializationSettings, kept: Kept, *, own_container: bool) -> TaskTemplate:
    """Make a task's template, as the cluster has it.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task; its ``get_`` methods give what it adds to the template.
    settings : SerializationSettings
        What the registration adds.
    kept : Kept
        The task's last template.
    own_container : bool
        Whether the task has a `get_container` of its own; without one, its
        `container_parts` tell all.

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
    name = task.name
    custom = task.get_custom(settings)
    metadata = task.metadata
    parts = (
        settings.project,
        settings.domain,
        name,
        settings.version,
        task.task_type,
        task.task_type_version,
        task.enable_deck,
        task.get_config(settings),
        vars(metadata) if type(metadata) is TaskMetadata else _bytes(metadata),
        _bytes(task.get_container(settings)) if own_container else container_parts(task, settings),
        _bytes(task.interface),
        _bytes(task.security_context),
        _bytes(task.get_k8s_pod(settings)),
        _bytes(task.get_sql(settings)),
        _bytes(task.get_extended_resources(settings)),
    )
    return TaskTemplate.from_bytes(kept.encoded(custom, parts), f"task {name}")


def container_parts(task: Any, settings: SerializationSettings) -> Parts:
    """Return what `container_message` makes a container of: texts, and lists of them."""
    resources = task.resources
    environment = task.environment
    return (
        task.get_image(settings),
        list(task.get_command(settings)),
        written_amounts(resources.requests),
        written_amounts(resources.limits),
        # A list, for its order is the container's.
        list({**(settings.env or {}), **environment}.items()) if settings.env or environment else [],
    )


def container_message(parts: Parts) -> tasks_pb2.Container:
    """Make the message of a container."""
    image, command, requests, limits, environment = parts
    return tasks_pb2.Container(
        image=image,
        args=command,
        resources=resources_message(requests, limits),
        env=[literals_pb2.KeyValuePair(key=key, value=value) for key, value in environment],
    )


def metadata_message(values: dict[str, Any]) -> tasks_pb2.TaskMetadata:
    """Make the message of a task's metadata, of its fields by name."""
    metadata = object.__new__(TaskMetadata)  # unchecked, as when a field is set
    vars(metadata).update(values)
    return metadata.to_flyte_idl()


def _bytes(part: Any) -> bytes | None:
    """Encode a message, a view of one, or what becomes one."""
    if part is None:
        return None
    if isinstance(part, View):
        return part.encoded()
    message = part if isinstance(part, Message) else part.to_flyte_idl()
    return message.SerializeToString()


def _encoded(custom: Any, parts: Parts) -> bytes:
    """Encode the template; of these alone, for they are the key of what is kept."""
    project, domain, name, version, task_type, task_type_version, deck, config, metadata, container, *messages = parts
    message = tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK, project=project, domain=domain, name=name, version=version
        ),
        custom=custom_to_struct(custom) if custom else None,
        type=task_type,
        task_type_version=task_type_version,
        config=config,
    )
    if isinstance(metadata, dict):
        metadata = metadata_message(metadata).SerializeToString()
    if isinstance(container, tuple):
        container = container_message(container).SerializeToString()
    for field, encoded in zip(_MESSAGES, (metadata, container, *messages), strict=True):
        if encoded is not None:
            # An empty message is there all the same.
            getattr(message, field).SetInParent()
            getattr(message, field).MergeFromString(encoded)
    if deck:
        message.metadata.generates_deck.value = True
    return message.SerializeToString()
