"""Rows of the fields that a message does not set: their type, and what is read in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shimnb.notebook.tree.help import help_of
from shimnb.notebook.tree.leaves import leaf
from shimnb.notebook.tree.node import Node, Spot
from shimnb.notebook.tree.tips import TYPE_NAMES, field_tip, oneof_of

if TYPE_CHECKING:
    from google.protobuf.descriptor import FieldDescriptor

__all__ = ["unset_at"]

_NOT_SET = "not set"


def unset_at(spot: Spot, field: FieldDescriptor) -> Node:
    """Make the row of a field that is not set.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> fields = tasks_pb2.TaskTemplate.DESCRIPTOR.fields_by_name
    >>> [unset_at(Spot(name), fields[name]).text for name in ("type", "task_type_version", "config", "custom")]
    ['""', '0', '{}', 'not set']
    """
    made = _default(spot, field)
    oneof = oneof_of(field)
    note = f", oneof {oneof}" if oneof else ""
    return Node(
        spot,
        made.kind,
        made.type + note,
        text=made.text,
        raw=made.raw,
        tip=f"{field_tip(field)}; not set{_read_as(field)}",
        help=help_of(field),
        unset=True,
    )


def _read_as(field: FieldDescriptor) -> str:
    if field.is_repeated or field.message_type is not None or not field.has_presence:
        return ""
    return f", and read as {field.default_value!r}"


def _default(spot: Spot, field: FieldDescriptor) -> Node:
    inner = field.message_type
    if field.is_repeated:
        if inner is not None and inner.GetOptions().map_entry:
            value = inner.fields_by_name["value"]
            name = value.message_type.name if value.message_type else TYPE_NAMES[value.type]
            return Node(spot, "map", f"map of {name}", text="{}")
        return Node(spot, "list", f"repeated {inner.name if inner else TYPE_NAMES[field.type]}", text="[]")
    if inner is not None:
        return Node(spot, "none", inner.name, text=_NOT_SET)
    if field.has_presence:  # not set is something else than its default here
        name = f"enum {field.enum_type.name}" if field.enum_type is not None else TYPE_NAMES[field.type]
        return Node(spot, "none", name, text=_NOT_SET)
    default: Any = field.default_value
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(default)
        return Node(
            spot, "enum", f"enum {field.enum_type.name}", text=known.name if known else str(default), raw=default
        )
    return leaf(spot, default, 0, TYPE_NAMES[field.type])
