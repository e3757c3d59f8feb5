"""Nodes of messages.

One function a shape of data; each takes the spot where the node stands and
the bytes that it takes there. What has a form of its own (a Struct, a
literal, a timestamp, an interface's variables) is shown as what it means;
any other message is shown field by field.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2
from google.protobuf.unknown_fields import UnknownFieldSet

from shimnb.notebook.tree.help import help_of
from shimnb.notebook.tree.json_nodes import struct_at
from shimnb.notebook.tree.leaves import leaf
from shimnb.notebook.tree.literal_nodes import Literals
from shimnb.notebook.tree.masks import HIDDEN, hides_text, hides_variable
from shimnb.notebook.tree.node import Node, Parts, Spot, Written, stem
from shimnb.notebook.tree.summaries import summary
from shimnb.notebook.tree.tips import TYPE_NAMES, field_tip, oneof_of, value_tip
from shimnb.notebook.tree.type_words import full_type_words
from shimnb.notebook.tree.unset import unset_at
from shimnb.notebook.tree.wire import delimited, entry_size, keyed_size, message_type, scalar_size, tag_size
from shimnb.notebook.tree.words import cut, duration_words, natural, quoted, timestamp_words
from shimnb.notebook.tree.written import ABSENT, DEFAULT, NOTHING, Given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from google.protobuf.descriptor import FieldDescriptor
    from google.protobuf.message import Message

__all__ = ["fields_of", "literal_at", "literal_map_at", "message_at"]

_UNKNOWN = "not in this flyteidl"
_LISTED = 20


def message_at(spot: Spot, message: Message, size: int, note: str = "", given: Given = NOTHING) -> Node:
    """Make the node of any message; of the well-known ones, as what they mean."""
    name = message.DESCRIPTOR.full_name
    typed = f"{message.DESCRIPTOR.name}, {note}" if note else message.DESCRIPTOR.name
    if name in _STRUCTS:
        return struct_at(spot, message, size, given)
    shape = _SHAPES.get(name)
    if shape is not None:
        return shape(spot, message, size, typed, given)
    parts = fields_of(spot, message, given)
    return Node(spot, "message", typed, size, summary(message), parts=parts, raw=message, masked=given.masked)


def _by_fields(spot: Spot, message: Any, size: int, given: Given) -> Node:
    return message_at(spot, message, size, given=given)


_LITERALS = Literals(_by_fields)
literal_at = _LITERALS.literal
literal_map_at = _LITERALS.map


def _typed_at(spot: Spot, literal_type: types_pb2.LiteralType, size: int, _typed: str, given: Given) -> Node:
    words = full_type_words(literal_type)
    return Node(spot, "type", "", size, words, parts=fields_of(spot, literal_type, given), raw=literal_type)


def _variable_at(spot: Spot, variable: interface_pb2.Variable, size: int, _typed: str, given: Given) -> Node:
    described = quoted(variable.description) if variable.description else ""
    described = HIDDEN if hides_text(variable.description) else described
    parts = fields_of(spot, variable, given)
    return Node(spot, "type", described, size, full_type_words(variable.type), parts=parts, raw=variable)


def _variables_at(spot: Spot, message: interface_pb2.VariableMap, size: int, _typed: str, given: Given) -> Node:
    variables = message.variables
    field: Any = message.DESCRIPTOR.fields_by_name["variables"]

    def variable(name: str) -> Node:
        made = message_at(spot.entry(name), variables[name], keyed_size(name, variables[name]), given=given)
        return _lossy(replace(made, tip=field_tip(field), help=help_of(field)), f"{spot.key}.{name}", given)

    def order() -> Sequence[str]:
        return sorted(variables, key=natural)

    parts = Parts(
        len(variables),
        order,
        variable,
        noun="keys",
        branches=lambda: [(place, None) for place in range(len(variables))],
    )
    return _lossy(Node(spot, "map", "", size, parts=parts, raw=message), spot.key, given)


def _lossy(node: Node, name: str, given: Given) -> Node:
    """Add what the template does not give back of the interface."""
    was = given.types.get(name)
    if was is None:
        return node
    typed = node.kind == "type" and not was.before.startswith(DEFAULT)
    wrote = (lambda: Written(was.before)) if typed else None
    return replace(node, was=was, badge=f"was {was.before}: {was.why}", wrote=wrote)


def _wrapper_at(spot: Spot, message: Any, size: int, typed: str, _given: Given) -> Node:
    return replace(leaf(spot, message.value, size, typed), raw=message)


def _resource_at(spot: Spot, entry: Any, size: int, _typed: str, _given: Given) -> Node:
    return replace(leaf(spot, entry.value, size, "string"), raw=entry)


def _pair_at(spot: Spot, pair: literals_pb2.KeyValuePair, size: int, _typed: str, _given: Given) -> Node:
    return replace(leaf(spot, pair.value, size, "string", hidden=hides_variable(pair.key, pair.value)), raw=pair)


def _timestamp_at(spot: Spot, message: Any, size: int, typed: str, _given: Given) -> Node:
    return Node(spot, "time", typed, size, timestamp_words(message), raw=message)


def _duration_at(spot: Spot, message: Any, size: int, typed: str, _given: Given) -> Node:
    return Node(spot, "time", typed, size, duration_words(message), raw=message)


_STRUCTS = frozenset({"google.protobuf.Struct", "google.protobuf.ListValue", "google.protobuf.Value"})
_WRAPPERS = ("Bool", "Bytes", "Double", "Float", "Int32", "Int64", "String", "UInt32", "UInt64")
# Messages with a form of their own, by name.
_SHAPES: dict[str, Callable[[Spot, Any, int, str, Given], Node]] = {
    "flyteidl.core.Literal": lambda spot, message, size, *_: literal_at(spot, message, size),
    "flyteidl.core.LiteralMap": lambda spot, message, size, *_: literal_map_at(spot, message, size),
    "flyteidl.core.VariableMap": _variables_at,
    "flyteidl.core.Variable": _variable_at,
    "flyteidl.core.LiteralType": _typed_at,
    "flyteidl.core.Resources.ResourceEntry": _resource_at,
    "flyteidl.core.KeyValuePair": _pair_at,
    "google.protobuf.Timestamp": _timestamp_at,
    "google.protobuf.Duration": _duration_at,
}
_SHAPES.update((f"google.protobuf.{name}Value", _wrapper_at) for name in _WRAPPERS)


def fields_of(spot: Spot, message: Message, given: Given = NOTHING, order: Sequence[str] = ()) -> Parts:
    """Give the set fields of a message, those of `order` first; then those that are not set, if they are asked for."""
    present = {field.name: (field, value) for field, value in message.ListFields()}
    names = [*(name for name in order if name in present), *(name for name in present if name not in order)]
    unknown: Any = UnknownFieldSet(message)
    if len(unknown):
        names.append("")
    fields: Any = message.DESCRIPTOR.fields_by_name
    absent = [name for name in fields.keys() if name not in present] if given.unset else []  # noqa: SIM118  # no dict

    def make(name: str) -> Node:
        if not name:
            return _unknown_at(spot, message, unknown, present)
        if name not in present:
            return unset_at(spot.attribute(name), fields[name])
        field, value = present[name]
        custom = name == "custom" and field.containing_type is tasks_pb2.TaskTemplate.DESCRIPTOR
        below = given.here() if custom and given.custom is not ABSENT else given
        return _field_at(spot.attribute(name, json="$" if custom else ""), field, value, below)

    listed = [*names, *absent]
    return Parts(len(listed), lambda: listed, make, noun="fields", unset=len(absent))


def _unknown_at(spot: Spot, message: Message, unknown: Any, present: Mapping[str, Any]) -> Node:
    """Say that there is more than this flyteidl has names for; it takes what the known fields leave."""
    size = message.ByteSize() - sum(field_size(field, value) for field, value in present.values())
    numbers = sorted({field.field_number for field in unknown})
    listed = cut(f"numbers {', '.join(map(str, numbers[:_LISTED]))}{', …' if len(numbers) > _LISTED else ''}")
    tip = f"of {message.DESCRIPTOR.full_name}: from a newer flyteidl, or no {message.DESCRIPTOR.name} at all"
    return Node(Spot("unknown fields", f"{stem(spot.id)}/"), "bytes", "", max(0, size), listed, _UNKNOWN, tip=tip)


def field_size(field: FieldDescriptor, value: Any) -> int:
    """Count the bytes of a whole field in its message."""
    if not field.is_repeated:
        return tag_size(field.number) + scalar_size(field, value)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return sum(entry_size(field, key, value[key]) for key in value)
    if field.is_packed:
        return tag_size(field.number) + delimited(sum(scalar_size(field, each) for each in value))
    return sum(tag_size(field.number) + scalar_size(field, each) for each in value)


def _field_at(spot: Spot, field: FieldDescriptor, value: Any, given: Given) -> Node:
    made = _told_field(spot, field, value, given)
    tip = "; ".join(part for part in (field_tip(field), "" if field.is_repeated else value_tip(field, value)) if part)
    return replace(made, tip=tip, help=help_of(field))


def _told_field(spot: Spot, field: FieldDescriptor, value: Any, given: Given) -> Node:
    if field.is_repeated:
        keyed = field.message_type is not None and field.message_type.GetOptions().map_entry
        return (_map_at if keyed else _list_at)(spot, field, value, given)
    oneof = oneof_of(field)
    note = f"oneof {oneof}" if oneof else ""
    size = field_size(field, value)
    if field.message_type is not None:
        return message_at(spot, value, size, note, given)
    return _scalar_at(spot, field, value, size, note)


def _scalar_at(spot: Spot, field: FieldDescriptor, value: Any, size: int, note: str = "") -> Node:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        words = f"enum {field.enum_type.name}" + (f", {note}" if note else "")
        text = known.name if known else str(value)
        return Node(spot, "enum", words, size, text, "" if known else _UNKNOWN, raw=value)
    words = TYPE_NAMES[field.type] + (f", {note}" if note else "")
    return leaf(spot, value, size, words, hidden=isinstance(value, (str, bytes)) and hides_text(value))


def _list_at(spot: Spot, field: FieldDescriptor, values: Sequence[Any], given: Given) -> Node:
    tag = 0 if field.is_packed else tag_size(field.number)

    def item(index: int) -> Node:
        value = values[index]
        size = tag + scalar_size(field, value)
        if field.message_type is not None:
            made = message_at(_item_spot(spot, index, value), value, size, given=given)
        else:
            made = _scalar_at(spot.item(index), field, value, size)
        return _told_item(made, field, value)

    inner = field.message_type.name if field.message_type else TYPE_NAMES[field.type]
    marks = "{}" if values and _item_name(values[0]) else "[]"
    parts = Parts(len(values), lambda: range(len(values)), item, marks)
    if field.message_type is None:
        parts = replace(parts, branches=lambda: ())
    return Node(spot, "list", f"repeated {inner}", field_size(field, values), parts=parts, raw=values)


def _told_item(node: Node, field: FieldDescriptor, value: Any) -> Node:
    """Say of an item, or of a map's value, whose it is."""
    inner = field
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        inner = message_type(field).fields_by_name["value"]
    exact = value_tip(inner, value)
    tip = f"in {field_tip(field)}" + (f"; {exact}" if exact else "")
    return replace(node, tip=node.tip or tip, help=help_of(field))


def _item_spot(spot: Spot, index: int, value: Any) -> Spot:
    made = spot.item(index, _item_name(value))
    # A list of keys and values is a dict to an executor.
    return replace(made, path=spot.entry(value.key).path) if isinstance(value, literals_pb2.KeyValuePair) else made


def _item_name(value: Any) -> str | None:
    """Name an item that is a key with a value of its own, such as an environment variable."""
    if isinstance(value, literals_pb2.KeyValuePair):
        return value.key
    if isinstance(value, tasks_pb2.Resources.ResourceEntry):
        known = tasks_pb2.Resources.ResourceName.DESCRIPTOR.values_by_number.get(value.name)
        return known.name if known else str(value.name)
    return None


def _map_at(spot: Spot, field: FieldDescriptor, values: Mapping[Any, Any], given: Given) -> Node:
    inner = message_type(field).fields_by_name["value"]

    @cache
    def order() -> Sequence[Any]:
        return sorted(values)

    def entry(key: Any) -> Node:
        value = values[key]
        size = entry_size(field, key, value)
        if inner.message_type is not None:
            made = message_at(spot.entry(key), value, size, given=given)
        elif isinstance(value, str):
            made = leaf(spot.entry(key), value, size, "string", hidden=hides_variable(str(key), value))
        else:
            made = _scalar_at(spot.entry(key), inner, value, size)
        return _told_item(made, field, value)

    name = inner.message_type.name if inner.message_type else TYPE_NAMES[inner.type]
    parts = Parts(len(values), order, entry, noun="keys")
    return Node(spot, "map", f"map of {name}", field_size(field, values), parts=parts, raw=values)
