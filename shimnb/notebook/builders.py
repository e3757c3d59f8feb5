"""Nodes of messages, literals and JSON values.

One function a shape of data; each takes the spot where the node stands and
the bytes that it takes there. What has a form of its own (a Struct, a
literal, a timestamp, an interface's variables) is shown as what it means;
any other message is shown field by field.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgpack
from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2
from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.unknown_fields import UnknownFieldSet

from shimnb.notebook.node import Node, Parts, Spot
from shimnb.notebook.summaries import summary
from shimnb.notebook.words import (
    bytes_words,
    cut,
    duration_words,
    integer_words,
    looks_secret,
    quoted,
    timestamp_words,
    type_words,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from google.protobuf.message import Message

    from shimnb.core.custom import Loss

__all__ = ["Losses", "fields_of", "json_at", "literal_at", "literal_map_at", "message_at"]

Losses = dict[str, "list[Loss]"]

_NO_LOSSES: Losses = {}
_WRAPPERS = (
    wrappers_pb2.BoolValue,
    wrappers_pb2.BytesValue,
    wrappers_pb2.DoubleValue,
    wrappers_pb2.FloatValue,
    wrappers_pb2.Int32Value,
    wrappers_pb2.Int64Value,
    wrappers_pb2.StringValue,
    wrappers_pb2.UInt32Value,
    wrappers_pb2.UInt64Value,
)
_TYPE_NAMES = {
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
}
_FIXED = {
    FieldDescriptor.TYPE_DOUBLE: 8,
    FieldDescriptor.TYPE_FLOAT: 4,
    FieldDescriptor.TYPE_FIXED64: 8,
    FieldDescriptor.TYPE_FIXED32: 4,
    FieldDescriptor.TYPE_SFIXED32: 4,
    FieldDescriptor.TYPE_SFIXED64: 8,
    FieldDescriptor.TYPE_BOOL: 1,
}


# Sizes on the wire.


def _varint(number: int) -> int:
    return max(1, (number.bit_length() + 6) // 7) if number >= 0 else 10


def _delimited(size: int) -> int:
    return _varint(size) + size


def _tag(number: int) -> int:
    return _varint(number << 3)


def _scalar_size(field: FieldDescriptor, value: Any) -> int:
    """Count the bytes of one value of a field, without its tag."""
    if field.type in _FIXED:
        return _FIXED[field.type]
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return _delimited(value.ByteSize())
    if isinstance(value, (str, bytes)):
        return _delimited(len(value.encode()) if isinstance(value, str) else len(value))
    if field.type in {FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SINT64}:
        return _varint(value * 2 if value >= 0 else -2 * value - 1)
    return _varint(value)


def _entry_size(field: FieldDescriptor, key: Any, value: Any) -> int:
    fields = field.message_type.fields_by_name
    inside = 2 + _scalar_size(fields["key"], key) + _scalar_size(fields["value"], value)
    return _tag(field.number) + _delimited(inside)


def _keyed_size(key: str, value: Message) -> int:
    """Count the bytes of an entry of a ``map<string, message>`` that is field 1."""
    return 1 + _delimited(2 + _delimited(len(key.encode())) + _delimited(value.ByteSize()))


# Plain values.


def _plain(spot: Spot, value: Any, size: int, type_name: str, badge: str = "") -> Node:
    """Make the leaf of a scalar."""
    if value is None:
        return Node(spot, "none", type_name, size, "None", badge)
    if isinstance(value, bool):
        return Node(spot, "bool", type_name, size, str(value), badge)
    if isinstance(value, int):
        return Node(spot, "number", type_name, size, integer_words(value), badge)
    if isinstance(value, float):
        return Node(spot, "number", type_name, size, repr(value), badge)
    if isinstance(value, bytes):
        return Node(spot, "bytes", type_name, size, bytes_words(value), badge)
    return Node(spot, "text", type_name, size, quoted(value), badge)


def _text_or_masked(spot: Spot, value: str, size: int, name: str) -> Node:
    """Make the leaf of a string, hidden where its name says that it is a secret."""
    if value and looks_secret(name):
        return Node(spot, "masked", "string", size, "hidden")
    return Node(spot, "text", "string", size, quoted(value))


def loss_words(losses: Iterable[Loss]) -> str:
    """Word what changed on the way: the number that was written, and why it is another now."""
    parts = []
    for loss in losses:
        number = isinstance(loss.before, (int, float)) and not isinstance(loss.after, str)
        before = integer_words(loss.before) if isinstance(loss.before, int) else repr(loss.before)
        reason = cut(visible(loss.reason))
        parts.append(f"was {before}: {reason}" if number else reason)
    return "; ".join(parts)


def json_at(spot: Spot, value: Any, type_note: str = "") -> Node:
    """Make the node of a JSON value, or of what msgpack decodes to."""
    try:
        size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=repr))
    except (TypeError, ValueError, RecursionError):
        size = 0
    if isinstance(value, dict):
        parts = Parts(
            len(value),
            lambda: sorted(value, key=lambda key: (str(type(key)), str(key))),
            lambda key: json_at(spot.entry(str(key)), value[key]),
            noun="keys",
        )
        return Node(spot, "map", "dict" + type_note, size, parts=parts)
    if isinstance(value, (list, tuple)):
        parts = Parts(len(value), lambda: range(len(value)), lambda i: json_at(spot.item(i), value[i]), "[]")
        return Node(spot, "list", type(value).__name__ + type_note, size, parts=parts)
    name = "None" if value is None else type(value).__name__
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return _plain(spot, value, size, name + type_note)
    return Node(spot, "text", name, size, quoted(repr(value)), "no JSON value")


def struct_at(spot: Spot, value: Message, size: int, losses: Losses = _NO_LOSSES) -> Node:
    """Make the node of a ``Struct``, ``ListValue`` or ``Value``: JSON, with doubles for numbers."""
    badge = loss_words(losses.get(spot.json, ())) if spot.json else ""
    if isinstance(value, struct_pb2.Value):
        kind = value.WhichOneof("kind")
        if kind in {"struct_value", "list_value"}:
            return struct_at(spot, getattr(value, kind), size, losses)
        inner = None if kind in {None, "null_value"} else getattr(value, kind)
        return _plain(spot, inner, size, "None" if inner is None else type(inner).__name__, badge)
    if isinstance(value, struct_pb2.ListValue):
        items = value.values

        def item(index: int) -> Node:
            return struct_at(spot.item(index), items[index], 1 + _delimited(items[index].ByteSize()), losses)

        return Node(spot, "list", "list", size, badge=badge, parts=Parts(len(items), lambda: range(len(items)), item, "[]"))
    fields = value.fields  # type: ignore[attr-defined]  # the third of three: a Struct

    def entry(key: str) -> Node:
        return struct_at(spot.entry(key), fields[key], _keyed_size(key, fields[key]), losses)

    return Node(spot, "map", "dict", size, badge=badge, parts=Parts(len(fields), lambda: sorted(fields), entry, noun="keys"))


# Literals.


def literal_at(spot: Spot, literal: literals_pb2.Literal, size: int, declared: types_pb2.LiteralType | None = None) -> Node:
    """Make the node of a literal: the value that it is."""
    kind = literal.WhichOneof("value")
    words = type_words(declared) if declared is not None else ""
    if kind == "collection":
        node = _collection_at(spot, literal.collection, size, declared)
    elif kind == "map":
        node = literal_map_at(spot, literal.map, size, _inner(declared, "map_value_type"), words or "dict")
    elif kind == "scalar":
        node = _scalar_at(spot, literal.scalar, size, declared)
    elif kind == "offloaded_metadata":
        node = message_at(spot, literal.offloaded_metadata, size, "offloaded")
    else:
        node = Node(spot, "none", words, size, "nothing")
    if literal.hash:
        return Node(node.spot, node.kind, node.type, node.size, node.text, f"hash {quoted(literal.hash, 40)}", node.parts)
    return node


def _inner(declared: types_pb2.LiteralType | None, name: str) -> types_pb2.LiteralType | None:
    inner: types_pb2.LiteralType | None = None
    if declared is not None and declared.WhichOneof("type") == name:
        inner = getattr(declared, name)
    return inner


def _collection_at(
    spot: Spot, collection: literals_pb2.LiteralCollection, size: int, declared: types_pb2.LiteralType | None
) -> Node:
    items = collection.literals
    inner = _inner(declared, "collection_type")

    def item(index: int) -> Node:
        return literal_at(spot.item(index), items[index], 1 + _delimited(items[index].ByteSize()), inner)

    words = type_words(declared) if declared is not None else "list"
    return Node(spot, "list", words, size, parts=Parts(len(items), lambda: range(len(items)), item, "[]"))


def literal_map_at(
    spot: Spot,
    literals: literals_pb2.LiteralMap,
    size: int,
    declared: types_pb2.LiteralType | Mapping[str, interface_pb2.Variable] | None = None,
    words: str = "LiteralMap",
) -> Node:
    """Make the node of a map of literals; `declared` is the type of all values, or the variables by name."""
    items = literals.literals

    def order() -> Sequence[str]:
        # The interface's order, where there is one: o0, o1, ... o10.
        first = [] if declared is None or isinstance(declared, types_pb2.LiteralType) else [k for k in declared if k in items]
        return [*first, *sorted(set(items) - set(first))]

    def entry(key: str) -> Node:
        one = declared
        if one is not None and not isinstance(one, types_pb2.LiteralType):
            one = one[key].type if key in one else None
        return literal_at(spot.entry(key), items[key], _keyed_size(key, items[key]), one)

    return Node(spot, "map", words, size, parts=Parts(len(items), order, entry, noun="keys"))


def _scalar_at(spot: Spot, scalar: literals_pb2.Scalar, size: int, declared: types_pb2.LiteralType | None) -> Node:
    kind = scalar.WhichOneof("value")
    words = type_words(declared) if declared is not None else ""
    if kind == "primitive":
        return _primitive_at(spot, scalar.primitive, size, words)
    if kind == "none_type":
        return Node(spot, "none", words or "None", size, "None")
    if kind == "binary":
        return _binary_at(spot, scalar.binary, size, words)
    if kind == "generic":
        node = struct_at(spot, scalar.generic, size)
        return Node(spot, "map", words or "dict", size, parts=node.parts)
    if kind == "union":
        node = literal_at(spot, scalar.union.value, size, scalar.union.type)
        variant = f"{node.type}, of {words}" if words and words != node.type else f"{node.type}, of a union"
        return Node(spot, node.kind, variant, size, node.text, node.badge, node.parts)
    if kind in {"blob", "schema", "structured_dataset"}:
        message = getattr(scalar, kind)
        node = message_at(spot, message, size)
        return Node(spot, "text", words or node.type, size, quoted(message.uri), parts=node.parts)
    return message_at(spot, getattr(scalar, kind), size) if kind else Node(spot, "none", words, size, "nothing")


def _primitive_at(spot: Spot, primitive: literals_pb2.Primitive, size: int, words: str) -> Node:
    kind = primitive.WhichOneof("value")
    value: Any = getattr(primitive, kind) if kind else None
    if kind == "datetime":
        return Node(spot, "time", words or "datetime", size, timestamp_words(value))
    if kind == "duration":
        return Node(spot, "time", words or "timedelta", size, duration_words(value))
    return _plain(spot, value, size, words or ("None" if value is None else type(value).__name__))


def _binary_at(spot: Spot, binary: literals_pb2.Binary, size: int, words: str) -> Node:
    if binary.tag == "msgpack":
        try:
            value = msgpack.unpackb(binary.value, strict_map_key=False)
        except Exception:  # noqa: BLE001  # bytes from anywhere: msgpack raises ValueError, TypeError, its own and more
            return Node(spot, "bytes", words or "msgpack", size, bytes_words(binary.value), "no valid msgpack")
        node = json_at(spot, value)
        noted = f"{words or node.type}, msgpack"
        return Node(spot, node.kind, noted, size, node.text, node.badge, node.parts)
    noted = f"{words or 'bytes'}, {quoted(binary.tag, 40)}" if binary.tag else words or "bytes"
    return Node(spot, "bytes", noted, size, bytes_words(binary.value))


# Messages.


def message_at(spot: Spot, message: Message, size: int, note: str = "", losses: Losses = _NO_LOSSES) -> Node:
    """Make the node of any message; of the well-known ones, as what they mean."""
    name = message.DESCRIPTOR.name
    typed = f"{name}, {note}" if note else name
    if isinstance(message, (struct_pb2.Struct, struct_pb2.ListValue, struct_pb2.Value)):
        return struct_at(spot, message, size, losses)
    if isinstance(message, literals_pb2.Literal):
        return literal_at(spot, message, size)
    if isinstance(message, literals_pb2.LiteralMap):
        return literal_map_at(spot, message, size)
    if isinstance(message, timestamp_pb2.Timestamp):
        return Node(spot, "time", typed, size, timestamp_words(message))
    if isinstance(message, duration_pb2.Duration):
        return Node(spot, "time", typed, size, duration_words(message))
    if isinstance(message, _WRAPPERS):
        return _plain(spot, message.value, size, typed)
    if isinstance(message, interface_pb2.VariableMap):
        return _variables_at(spot, message, size)
    if isinstance(message, (interface_pb2.Variable, types_pb2.LiteralType)):
        literal_type = message.type if isinstance(message, interface_pb2.Variable) else message
        described = f"{message.description!s}" if isinstance(message, interface_pb2.Variable) else ""
        return Node(spot, "type", quoted(described) if described else "", size, type_words(literal_type), parts=fields_of(spot, message))
    if isinstance(message, tasks_pb2.Resources.ResourceEntry):
        return Node(spot, "text", "string", size, quoted(message.value))
    if isinstance(message, literals_pb2.KeyValuePair):
        return _text_or_masked(spot, message.value, size, message.key)
    return Node(spot, "message", typed, size, summary(message), parts=fields_of(spot, message, losses))


def _variables_at(spot: Spot, message: interface_pb2.VariableMap, size: int) -> Node:
    variables = message.variables

    def variable(name: str) -> Node:
        return message_at(spot.entry(name), variables[name], _keyed_size(name, variables[name]))

    return Node(spot, "map", "", size, parts=Parts(len(variables), lambda: sorted(variables), variable, noun="keys"))


def fields_of(spot: Spot, message: Message, losses: Losses = _NO_LOSSES, order: Sequence[str] = ()) -> Parts:
    """Give the set fields of a message, those of `order` first.

    Losses are looked up below a template's `custom`.
    """
    present = {field.name: (field, value) for field, value in message.ListFields()}
    names = [*(name for name in order if name in present), *(name for name in present if name not in order)]
    unknown = UnknownFieldSet(message)  # type: ignore[no-untyped-call]
    if len(unknown):
        names.append("")

    def make(name: str) -> Node:
        if not name:
            numbers = ", ".join(str(number) for number in sorted({field.field_number for field in unknown}))
            return Node(Spot("unknown fields", f"{spot.id}/?"), "bytes", "", 0, f"numbers {numbers}", "not in this flyteidl")
        field, value = present[name]
        json_root = "$" if losses and name == "custom" else ""
        return _field_at(spot.attribute(name, json=json_root), field, value, losses)

    return Parts(len(names), lambda: names, make, noun="fields")


def _field_at(spot: Spot, field: FieldDescriptor, value: Any, losses: Losses) -> Node:
    if field.is_repeated:
        entry = field.message_type
        if entry is not None and entry.GetOptions().map_entry:
            return _map_at(spot, field, value)
        return _list_at(spot, field, value)
    oneof = field.containing_oneof
    note = f"oneof {oneof.name}" if oneof is not None and oneof.name != f"_{field.name}" else ""
    size = _tag(field.number) + _scalar_size(field, value)
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return message_at(spot, value, size, note, losses)
    return _scalar_field_at(spot, field, value, size, note)


def _scalar_field_at(spot: Spot, field: FieldDescriptor, value: Any, size: int, note: str = "") -> Node:
    if field.type == FieldDescriptor.TYPE_ENUM:
        known = field.enum_type.values_by_number.get(value)
        words = f"enum {field.enum_type.name}" + (f", {note}" if note else "")
        return Node(spot, "enum", words, size, known.name if known else str(value), "" if known else "not in this flyteidl")
    words = _TYPE_NAMES[field.type] + (f", {note}" if note else "")
    return _plain(spot, value, size, words)


def _list_at(spot: Spot, field: FieldDescriptor, values: Sequence[Any]) -> Node:
    tag = 0 if field.is_packed else _tag(field.number)
    sizes: Callable[[Any], int] = lambda value: tag + _scalar_size(field, value)  # noqa: E731  # one expression, used twice below

    def item(index: int) -> Node:
        value = values[index]
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            return message_at(spot.item(index, _item_name(value)), value, sizes(value))
        return _scalar_field_at(spot.item(index), field, value, sizes(value))

    size = sum(sizes(value) for value in values)
    if field.is_packed:
        size = _tag(field.number) + _delimited(size)
    inner = field.message_type.name if field.message_type else _TYPE_NAMES[field.type]
    marks = "{}" if values and _item_name(values[0]) else "[]"
    return Node(spot, "list", f"repeated {inner}", size, parts=Parts(len(values), lambda: range(len(values)), item, marks))


def _item_name(value: Any) -> str | None:
    """Name an item that is a key with a value of its own, such as an environment variable."""
    if isinstance(value, literals_pb2.KeyValuePair):
        return value.key
    if isinstance(value, tasks_pb2.Resources.ResourceEntry):
        known = tasks_pb2.Resources.ResourceName.DESCRIPTOR.values_by_number.get(value.name)
        return known.name if known else str(value.name)
    return None


def _map_at(spot: Spot, field: FieldDescriptor, values: Mapping[Any, Any]) -> Node:
    inner = field.message_type.fields_by_name["value"]

    def entry(key: Any) -> Node:
        size = _entry_size(field, key, values[key])
        if inner.type == FieldDescriptor.TYPE_MESSAGE:
            return message_at(spot.entry(str(key)), values[key], size)
        if isinstance(values[key], str):
            return _text_or_masked(spot.entry(str(key)), values[key], size, str(key))
        return _scalar_field_at(spot.entry(str(key)), inner, values[key], size)

    size = sum(_entry_size(field, key, value) for key, value in values.items())
    name = inner.message_type.name if inner.message_type else _TYPE_NAMES[inner.type]
    return Node(spot, "map", f"map of {name}", size, parts=Parts(len(values), lambda: sorted(values), entry, noun="keys"))
