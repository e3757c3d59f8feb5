"""Protobuf messages as groups of fields: their types in Python, and the way there and back by protobuf's JSON."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal

from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass

from shimnb.notebook.form.values import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from google.protobuf.descriptor import FieldDescriptor

__all__ = ["is_message", "made_message", "message_fields", "parts_of"]

_OWN = "google.protobuf"
"""The package of messages that have a JSON of their own, such as a time's."""


def is_message(cls: Any) -> bool:
    """Tell whether a class is a message's, with fields of its own."""
    descriptor = getattr(cls, "DESCRIPTOR", None)
    file = getattr(descriptor, "file", None)
    return file is not None and file.package != _OWN


def message_fields(cls: Any) -> Iterator[tuple[str, Any, Any]]:
    """Return a message's fields: name, type and default; what may be left out is None.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> [(name, default) for name, _, default in message_fields(tasks_pb2.ContainerPort)]
    [('container_port', 0), ('name', '')]
    """
    for field in cls.DESCRIPTOR.fields:
        if _is_map(field):
            kinds = field.message_type.fields_by_name
            yield field.name, dict[_type(kinds["key"]), _type(kinds["value"])], {}  # type: ignore[misc]  # made here
        elif field.is_repeated:
            yield field.name, list[_type(field)], []  # type: ignore[misc]  # likewise
        elif field.has_presence:
            yield field.name, _type(field) | None if _type(field) is not Any else Any, None
        else:
            default = field.enum_type.values_by_number[0].name if field.enum_type else field.default_value
            yield field.name, _type(field), _text(default)


def _is_map(field: FieldDescriptor) -> bool:
    return field.is_repeated and field.message_type is not None and field.message_type.GetOptions().map_entry


def _type(field: FieldDescriptor) -> Any:
    if field.enum_type is not None:
        return Literal[tuple(value.name for value in field.enum_type.values)]
    if field.message_type is not None:
        return Any if field.message_type.file.package == _OWN else GetMessageClass(field.message_type)
    if field.type == field.TYPE_BYTES:
        return str
    kinds = {
        field.CPPTYPE_FLOAT: float,
        field.CPPTYPE_DOUBLE: float,
        field.CPPTYPE_BOOL: bool,
        field.CPPTYPE_STRING: str,
    }
    return kinds.get(field.cpp_type, int)


def _text(value: Any) -> Any:
    """Write bytes as protobuf's JSON does."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def made_message(cls: Any, given: Mapping[str, Any]) -> Any:
    """Make a message of its fields' values; raises what protobuf's JSON raises."""
    plain = {name: _plain(value) for name, value in given.items() if value is not None}
    return json_format.ParseDict(plain, cls())


def _plain(value: Any) -> Any:
    if hasattr(value, "DESCRIPTOR"):
        return json_format.MessageToDict(value, preserving_proto_field_name=True)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key).lower() if isinstance(key, bool) else key: _plain(each) for key, each in value.items()}
    plain = to_json(value)
    return (
        {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(plain, plain) if isinstance(value, float) else plain
    )


def parts_of(value: Any) -> dict[str, Any]:
    """Return the values of a message's fields; without those that it lacks."""
    found: dict[str, Any] = {}
    for field in value.DESCRIPTOR.fields:
        inner = getattr(value, field.name)
        if _is_map(field):
            kind = field.message_type.fields_by_name["value"]
            found[field.name] = {key: _part(kind, inner[key]) for key in inner}
        elif field.is_repeated:
            found[field.name] = [_part(field, each) for each in inner]
        elif not field.has_presence or value.HasField(field.name):
            found[field.name] = _part(field, inner)
    return found


def _part(field: FieldDescriptor, value: Any) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return value if known is None else known.name
    if field.message_type is not None and field.message_type.file.package == _OWN:
        return json_format.MessageToDict(value)
    return _text(value)
