"""A TaskTemplate as an executor reads it: a thin, read-only view over the message."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from flyteidl.core import interface_pb2, tasks_pb2
from google.protobuf.message import DecodeError

from shimnb.core.custom import struct_to_dict
from shimnb.errors import TemplateError

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["Container", "TaskTemplate", "TemplateMetadata", "TypedInterface", "View"]


class View:
    """Attributes of a message, where a subclass has none of its own."""

    __slots__ = ("_message",)

    def __init__(self, message: Any) -> None:
        object.__setattr__(self, "_message", message)

    def __getattr__(self, name: str) -> Any:
        # Copying and pickling ask a bare object for its attributes before it has a message.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._message, name)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is read-only: the template is what the cluster sees")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and bool(self._message == other._message)

    __hash__ = None  # type: ignore[assignment]  # messages have no hash either

    def __repr__(self) -> str:
        return str(self._message)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(field.name for field in self._message.DESCRIPTOR.fields)})

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), type(self._message), self._message.SerializeToString())

    def _present(self, name: str) -> Any:
        """Return a field's message, or None when it is unset."""
        return getattr(self._message, name) if self._message.HasField(name) else None

    def encoded(self) -> bytes:
        """Return the message's bytes."""
        return self._message.SerializeToString()  # type: ignore[no-any-return]

    def to_flyte_idl(self) -> Any:
        """Return a copy of the message."""
        copy = type(self._message)()
        copy.CopyFrom(self._message)
        return copy


def _restore(view: type[View], kind: type[Message], encoded: bytes) -> View:
    message = kind()
    message.ParseFromString(encoded)
    return view(message)


class TypedInterface(View):
    """Inputs and outputs by name, as ``flyteidl.core.interface_pb2.Variable``."""

    __slots__ = ()

    @property
    def inputs(self) -> dict[str, interface_pb2.Variable]:
        """The inputs, in the order of their names: a template keeps no other."""
        return _sorted(self._message.inputs.variables)

    @property
    def outputs(self) -> dict[str, interface_pb2.Variable]:
        """The outputs, in the order of their names; ``o2`` comes before ``o10``."""
        return _sorted(self._message.outputs.variables)


def _sorted(variables: Any) -> dict[str, interface_pb2.Variable]:
    def order(name: str) -> tuple[int, str]:
        return (int(name[1:]), "") if name[:1] == "o" and name[1:].isdecimal() else (-1, name)

    return {name: variables[name] for name in sorted(variables, key=order)}


class Container(View):
    """The container: image, args, resources, environment."""

    __slots__ = ()

    @property
    def env(self) -> dict[str, str]:
        """The environment variables."""
        return {pair.key: pair.value for pair in self._message.env}

    @property
    def config(self) -> dict[str, str]:
        """The container's own configuration."""
        return {pair.key: pair.value for pair in self._message.config}

    @property
    def args(self) -> list[str]:
        """The command line."""
        return list(self._message.args)

    @property
    def command(self) -> list[str]:
        """The entry point, empty for the image's own."""
        return list(self._message.command)


class TemplateMetadata(View):
    """Retries, timeout, caching and the like."""

    __slots__ = ()

    @property
    def timeout(self) -> dt.timedelta:
        """The timeout; zero when there is none."""
        return dt.timedelta(seconds=self._message.timeout.seconds, microseconds=self._message.timeout.nanos // 1000)

    @property
    def interruptible(self) -> bool | None:
        """Whether a run may be moved; None when it is not said."""
        return self._present("interruptible")  # type: ignore[no-any-return]

    @property
    def generates_deck(self) -> bool:
        """Whether a run leaves a deck."""
        return bool(self._message.generates_deck.value)

    @property
    def cache_ignore_input_vars(self) -> tuple[str, ...]:
        """Inputs that do not count for the cache."""
        return tuple(self._message.cache_ignore_input_vars)

    @property
    def k8s_object_metadata(self) -> tasks_pb2.K8sObjectMetadata | None:
        """Labels and annotations; None when there are none."""
        return self._present("metadata")  # type: ignore[no-any-return]


class TaskTemplate(View):
    """What the cluster keeps of a task, and all that its executor gets.

    Parameters
    ----------
    message : flyteidl.core.tasks_pb2.TaskTemplate
        The template. Any field that has no property here is read from it.

    Notes
    -----
    The attributes are those of flytekit's model: ``tt.id.name``, ``tt.custom``
    as a dict, ``tt.interface.inputs["a"].type``, ``tt.container.image``.

    Examples
    --------
    >>> template = TaskTemplate(tasks_pb2.TaskTemplate(type="sql"))
    >>> template.type, template.custom, template.container
    ('sql', {}, None)
    """

    __slots__ = ("_custom",)

    @classmethod
    def from_flyte_idl(cls, message: tasks_pb2.TaskTemplate) -> TaskTemplate:
        """Make a view over a message."""
        return cls(message)

    @classmethod
    def from_bytes(cls, encoded: bytes, source: str = "template") -> TaskTemplate:
        """Decode a template.

        Parameters
        ----------
        encoded : bytes
            The message on the wire.
        source : str
            What to call it in an error: its path.

        Raises
        ------
        TemplateError
            If the bytes are no TaskTemplate.
        """
        try:
            message = tasks_pb2.TaskTemplate.FromString(encoded)
        except DecodeError as error:
            raise TemplateError(
                source,
                f"{len(encoded)} bytes that are no TaskTemplate ({error})",
                "Write it with task.serialize_to_model(settings).to_flyte_idl().SerializeToString().",
            ) from error
        return cls(message)

    @property
    def leaves_deck(self) -> bool:
        """Whether a run leaves a deck; `metadata` has it by flytekit's name."""
        return bool(self._message.metadata.generates_deck.value)

    @property
    def size(self) -> int:
        """The template's size in bytes, encoded."""
        return int(self._message.ByteSize())

    @property
    def custom(self) -> dict[str, Any]:
        """The plugin's own data: every number a float, keys in order."""
        try:
            return self._custom  # type: ignore[no-any-return]
        except AttributeError:
            # Decoded when it is first asked for: not every executor does.
            object.__setattr__(self, "_custom", struct_to_dict(self._message.custom))
            return self._custom  # type: ignore[no-any-return]

    @property
    def interface(self) -> TypedInterface:
        """Inputs and outputs."""
        return TypedInterface(self._message.interface)

    @property
    def metadata(self) -> TemplateMetadata:
        """Retries, timeout, caching and the like."""
        return TemplateMetadata(self._message.metadata)

    @property
    def container(self) -> Container | None:
        """The container; None when the task has another target."""
        return Container(self._message.container) if self._message.HasField("container") else None

    @property
    def config(self) -> dict[str, str]:
        """The task's configuration."""
        return dict(self._message.config)

    @property
    def security_context(self) -> Any:
        """Secrets; None when there are none."""
        return self._present("security_context")

    @property
    def extended_resources(self) -> Any:
        """Accelerators and shared memory; None when there are none."""
        return self._present("extended_resources")

    @property
    def k8s_pod(self) -> Any:
        """The pod; None when the task has another target."""
        return self._present("k8s_pod")

    @property
    def sql(self) -> Any:
        """The statement; None when the task has another target."""
        return self._present("sql")
