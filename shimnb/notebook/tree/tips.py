"""Where a value stands in the messages, exactly: for the tooltip, and for the line below the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["TYPE_NAMES", "field_tip", "message_tip", "oneof_of", "type_tip", "value_tip"]

TYPE_NAMES = {
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_FIXED64: "fixed64",
    FieldDescriptor.TYPE_FIXED32: "fixed32",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_ENUM: "enum",
    FieldDescriptor.TYPE_SFIXED32: "sfixed32",
    FieldDescriptor.TYPE_SFIXED64: "sfixed64",
    FieldDescriptor.TYPE_SINT32: "sint32",
    FieldDescriptor.TYPE_SINT64: "sint64",
    FieldDescriptor.TYPE_GROUP: "group",
}


def oneof_of(field: FieldDescriptor) -> str:
    """Name the oneof that a field is a branch of; empty for none, and for what is only optional.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> oneof_of(tasks_pb2.TaskTemplate.DESCRIPTOR.fields_by_name["container"])
    'target'
    """
    oneof = field.containing_oneof
    return oneof.name if oneof is not None and oneof.name != f"_{field.name}" else ""


def type_tip(field: FieldDescriptor) -> str:
    """Name a field's exact type.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> fields = tasks_pb2.TaskTemplate.DESCRIPTOR.fields_by_name
    >>> type_tip(fields["config"]), type_tip(fields["custom"]), type_tip(fields["task_type_version"])
    ('map<string, string>', 'google.protobuf.Struct', 'int32')
    """
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        entry = inner.fields_by_name
        return f"map<{type_tip(entry['key'])}, {type_tip(entry['value'])}>"
    if inner is not None:
        name = inner.full_name
    else:
        name = f"enum {field.enum_type.full_name}" if field.enum_type is not None else TYPE_NAMES[field.type]
    return f"repeated {name}" if field.is_repeated else name


def field_tip(field: FieldDescriptor) -> str:
    """Say where a field stands: its number, its message, its exact type, and what it excludes.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> field_tip(tasks_pb2.TaskTemplate.DESCRIPTOR.fields_by_name["custom"])
    'field 5 of flyteidl.core.TaskTemplate: google.protobuf.Struct'
    """
    words = f"field {field.number} of {field.full_name.rpartition('.')[0]}: {type_tip(field)}"
    oneof = field.containing_oneof
    if oneof is not None and oneof_of(field):
        words += f", one of {', '.join(other.name for other in oneof.fields)} (oneof {oneof.name})"
    return words


def value_tip(field: FieldDescriptor, value: Any) -> str:
    """Say of a field's value what its row leaves out: an enum's number, seconds and nanos, a text's length.

    Examples
    --------
    >>> from flyteidl.core import identifier_pb2
    >>> field = identifier_pb2.Identifier.DESCRIPTOR.fields_by_name["resource_type"]
    >>> value_tip(field, identifier_pb2.TASK)
    'TASK is number 1'
    """
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return f"{known.name} is number {value}" if known else f"number {value}"
    if field.message_type is not None:
        return message_tip(value)
    if isinstance(value, str):
        return f"{len(value):,} character{'' if len(value) == 1 else 's'}"
    return ""


def message_tip(message: Message) -> str:
    """Say the exact seconds and nanos of a time; of other messages, nothing.

    Examples
    --------
    >>> from google.protobuf.duration_pb2 import Duration
    >>> message_tip(Duration(seconds=5400))
    'seconds 5400, nanos 0'
    """
    name = message.DESCRIPTOR.full_name
    if name in {"google.protobuf.Duration", "google.protobuf.Timestamp"}:
        time: Any = message
        return f"seconds {time.seconds}, nanos {time.nanos}"
    return ""
