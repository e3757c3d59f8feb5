"""How many bytes a value takes in an encoded message, its tag and length with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.message import Message

__all__ = ["delimited", "entry_size", "keyed_size", "message_type", "scalar_size", "tag_size", "varint"]

_FIXED = {
    FieldDescriptor.TYPE_DOUBLE: 8,
    FieldDescriptor.TYPE_FLOAT: 4,
    FieldDescriptor.TYPE_FIXED64: 8,
    FieldDescriptor.TYPE_FIXED32: 4,
    FieldDescriptor.TYPE_SFIXED32: 4,
    FieldDescriptor.TYPE_SFIXED64: 8,
    FieldDescriptor.TYPE_BOOL: 1,
}


def varint(number: int) -> int:
    """Count the bytes of a number of variable length."""
    return max(1, (number.bit_length() + 6) // 7) if number >= 0 else 10


def delimited(size: int) -> int:
    """Count the bytes of something with its length before it."""
    return varint(size) + size


def tag_size(number: int) -> int:
    """Count the bytes of a field's tag."""
    return varint(number << 3)


def scalar_size(field: FieldDescriptor, value: Any) -> int:
    """Count the bytes of one value of a field, without its tag."""
    if field.type in _FIXED:
        return _FIXED[field.type]
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return delimited(value.ByteSize())
    if isinstance(value, (str, bytes)):
        return delimited(len(value.encode()) if isinstance(value, str) else len(value))
    if field.type in {FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SINT64}:
        return varint(value * 2 if value >= 0 else -2 * value - 1)
    return varint(value)


def entry_size(field: FieldDescriptor, key: Any, value: Any) -> int:
    """Count the bytes of one entry of a map."""
    entry = message_type(field).fields_by_name
    inside = 2 + scalar_size(entry["key"], key) + scalar_size(entry["value"], value)
    return tag_size(field.number) + delimited(inside)


def message_type(field: FieldDescriptor) -> Descriptor:
    """Return the type of a field of messages, which its own annotation leaves optional."""
    assert field.message_type is not None  # noqa: S101  # for the type checker: asked for fields of messages alone
    return field.message_type


def keyed_size(key: str, value: Message) -> int:
    """Count the bytes of an entry of a ``map<string, message>`` that is field 1."""
    return 1 + delimited(2 + delimited(len(key.encode())) + delimited(value.ByteSize()))
