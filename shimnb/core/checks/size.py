"""The template's size, and which parts of it make it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import struct_pb2

from shimnb.core.checks.finding import Finding, listed
from shimnb.core.sizes import size_level, size_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.message import Message

    from shimnb.core.checks.subject import Subject

__all__ = ["check_size"]

_NEARLY_ALL = 0.8
_SHARE = 0.1
_MOST = 3


def check_size(subject: Subject) -> Iterator[Finding]:
    """Look whether the template is larger than a cluster likes, or takes."""
    template = subject.template
    level, words = size_level(template.size if template else 0)
    if template is None or not level:
        return
    parts = listed(f"{path} has {size_words(size)}" for path, size in largest(template.to_flyte_idl()))
    yield Finding(
        "error" if level == "error" else "warning",
        "size",
        f"The template has {size_words(template.size)}: {words.partition(':')[0]}. Of it {parts}.",
        "Put the large part in a file or an input, and its address in custom.",
    )


def largest(message: Message) -> list[tuple[str, int]]:
    """Name the parts of a message that make most of its size, with their sizes.

    Parameters
    ----------
    message : Message
        A template, or any message.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> largest(tasks_pb2.TaskTemplate(type="t", config={"a": "x" * 90, "b": "x"}))
    [('config.a', 90)]
    """
    path, value = "", message
    size = message.ByteSize()
    while True:
        # One part that is nearly all of it is not worth a line: what it consists of is.
        parts = sorted(_parts(value, path), key=lambda part: -part[2])
        if not parts or parts[0][2] < _NEARLY_ALL * size:
            break
        path, value, size = parts[0]
    told = [(name, count) for name, _, count in parts[:_MOST] if count >= _SHARE * size]
    return told or [(path, size)]


def _parts(value: Any, path: str) -> Iterator[tuple[str, Any, int]]:
    if isinstance(value, struct_pb2.Value):
        kind = value.WhichOneof("kind")
        value = getattr(value, kind) if kind in ("struct_value", "list_value") else None
    if isinstance(value, struct_pb2.ListValue):
        value = value.values
    if isinstance(value, struct_pb2.Struct):
        value = value.fields
    if hasattr(value, "ListFields"):
        for field, held in value.ListFields():
            yield f"{path}.{field.name}".removeprefix("."), held, _size(held)
    elif hasattr(value, "items"):
        for key in value:
            yield f"{path}.{key}" if key.isidentifier() else f"{path}[{key!r}]", value[key], _size(value[key])
    elif value is not None and not isinstance(value, (str, bytes, int, float)):
        for index, held in enumerate(value):
            yield f"{path}[{index}]", held, _size(held)


def _size(held: Any) -> int:
    if hasattr(held, "ByteSize"):
        return int(held.ByteSize())
    if isinstance(held, str):
        return len(held.encode())
    if isinstance(held, bytes):
        return len(held)
    if hasattr(held, "items"):
        return sum(len(str(key)) + _size(held[key]) for key in held)
    return sum(map(_size, held)) if hasattr(held, "__len__") else 8
