"""Where two messages of one type differ, a line for each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import json_format, struct_pb2
from google.protobuf.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABSENT = "(absent)"


def _plain(message: Message) -> Any:
    """The set fields of a message as a dictionary; a Struct or a Value as the JSON it stands for."""
    if isinstance(message, (struct_pb2.Struct, struct_pb2.Value, struct_pb2.ListValue)):
        return json_format.MessageToDict(message)
    plain: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            plain[field.name] = {key: _value(item) for key, item in value.items()}
        elif isinstance(value, (Message, str, bytes)) or not hasattr(value, "__len__"):
            plain[field.name] = _value(value)
        else:
            plain[field.name] = [_value(item) for item in value]
    return plain


def _value(value: Any) -> Any:
    return _plain(value) if isinstance(value, Message) else value


def _walk(path: str, ours: Any, theirs: Any) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            yield from _walk(f"{path}.{key}", ours.get(key, _ABSENT), theirs.get(key, _ABSENT))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from _walk(f"{path}[{index}]", *pair)
    elif ours != theirs or type(ours) is not type(theirs):
        yield f"{path}: shimnb {ours!r}, flytekit {theirs!r}"


def difference(ours: Message, theirs: Message) -> list[str]:
    """Say field by field where two messages differ.

    Parameters
    ----------
    ours, theirs : google.protobuf.message.Message
        shimnb's and flytekit's message.

    Returns
    -------
    list of str
        One line a difference, its path first; empty when the messages are equal.
    """
    if ours == theirs:
        return []
    lines = list(_walk("$", _plain(ours), _plain(theirs)))
    # A NaN, or a presence that ListFields does not tell: equality has the last word.
    return lines or [f"$: the messages differ in their bytes\nshimnb:\n{ours}\nflytekit:\n{theirs}"]
