"""Nodes of messages and literals.

One function a shape of data; each takes the spot where the node stands and
the bytes that it takes there. What has a form of its own (a Struct, a
literal, a timestamp, an interface's variables) is shown as what it means;
any other message is shown field by field.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgpack
from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.unknown_fields import UnknownFieldSet

from shimnb.notebook.tree.json_nodes import NO_LOSSES, Losses, json_at, plain, struct_at, text_or_masked
from shimnb.notebook.tree.node import Node, Parts, Spot
from shimnb.notebook.tree.summaries import summary
from shimnb.notebook.tree.wire import delimited, entry_size, keyed_size, message_type, scalar_size, tag_size
from shimnb.notebook.tree.words import bytes_words, cut, duration_words, natural, quoted, timestamp_words, type_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from google.protobuf.message import Message

__all__ = ["fields_of", "literal_at", "literal_map_at", "message_at"]

_MSGPACK: Any = msgpack  # it has no types
_UNKNOWN = "not in this flyteidl"
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


# Literals.


def literal_at(
    spot: Spot,
    literal: literals_pb2.Literal,
    size: int,
    declared: types_pb2.LiteralType | None = None,
) -> Node:
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
    return replace(node, badge=f"hash {quoted(literal.hash, 40)}") if literal.hash else node


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
        return literal_at(spot.item(index), items[index], 1 + delimited(items[index].ByteSize()), inner)

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
        named = () if declared is None or isinstance(declared, types_pb2.LiteralType) else sorted(declared, key=natural)
        first = [name for name in named if name in items]
        return [*first, *sorted(set(items) - set(first), key=natural)]

    def entry(key: str) -> Node:
        one = declared
        if one is not None and not isinstance(one, types_pb2.LiteralType):
            one = one[key].type if key in one else None
        return literal_at(spot.entry(key), items[key], keyed_size(key, items[key]), one)

    return Node(spot, "map", words, size, parts=Parts(len(items), order, entry, noun="keys"))


def _scalar_at(spot: Spot, scalar: literals_pb2.Scalar, size: int, declared: types_pb2.LiteralType | None) -> Node:
    kind = scalar.WhichOneof("value") or "none_type"
    words = type_words(declared) if declared is not None else ""
    value = getattr(scalar, kind)
    if kind == "primitive":
        return _primitive_at(spot, value, size, words)
    if kind == "binary":
        return _binary_at(spot, value, size, words)
    if kind == "none_type":
        return Node(spot, "none", words or "None", size, "None")
    if kind == "union":
        node = literal_at(spot, value.value, size, value.type)
        of = words if words and words != node.type else "a union"
        return replace(node, type=f"{node.type}, of {of}")
    node = message_at(spot, value, size)
    if kind in {"blob", "schema", "structured_dataset"}:
        return replace(node, kind="text", type=words or _stored_words(scalar, kind), text=quoted(value.uri))
    return replace(node, type=words or node.type)


def _stored_words(scalar: literals_pb2.Scalar, kind: str) -> str:
    """Name what is at a URI, by the type that its literal repeats."""
    if kind == "blob":
        return type_words(types_pb2.LiteralType(blob=scalar.blob.metadata.type))
    if kind == "schema":
        return type_words(types_pb2.LiteralType(schema=scalar.schema.type))
    stored = scalar.structured_dataset.metadata.structured_dataset_type
    return type_words(types_pb2.LiteralType(structured_dataset_type=stored))


def _primitive_at(spot: Spot, primitive: literals_pb2.Primitive, size: int, words: str) -> Node:
    kind = primitive.WhichOneof("value")
    value: Any = getattr(primitive, kind) if kind else None
    if kind == "datetime":
        return Node(spot, "time", words or "datetime", size, timestamp_words(value))
    if kind == "duration":
        return Node(spot, "time", words or "timedelta", size, duration_words(value))
    return plain(spot, value, size, words or ("None" if value is None else type(value).__name__))


def _binary_at(spot: Spot, binary: literals_pb2.Binary, size: int, words: str) -> Node:
    if binary.tag == "msgpack":
        try:
            value = _MSGPACK.unpackb(binary.value, strict_map_key=False)
        except Exception:  # noqa: BLE001  # bytes from anywhere: msgpack raises ValueError, TypeError, its own and more
            return Node(spot, "bytes", words or "msgpack", size, bytes_words(binary.value), "no valid msgpack")
        node = json_at(spot, value, lambda part: len(_MSGPACK.packb(part)))
        return replace(node, type=f"{words or node.type}, msgpack", size=size)
    noted = f"{words or 'bytes'}, {quoted(binary.tag, 40)}" if binary.tag else words or "bytes"
    return Node(spot, "bytes", noted, size, bytes_words(binary.value))


# Messages.


def message_at(spot: Spot, message: Message, size: int, note: str = "", losses: Losses = NO_LOSSES) -> Node:
    """Make the node of any message; of the well-known ones, as what they mean."""
    name = message.DESCRIPTOR.full_name
    typed = f"{message.DESCRIPTOR.name}, {note}" if note else message.DESCRIPTOR.name
    if name in _STRUCTS:
        return struct_at(spot, message, size, losses)
    shape = _SHAPES.get(name)
    if shape is not None:
        return shape(spot, message, size, typed)
    return Node(spot, "message", typed, size, summary(message), parts=fields_of(spot, message, losses))


def _typed_at(spot: Spot, literal_type: types_pb2.LiteralType, size: int, _typed: str) -> Node:
    return Node(spot, "type", "", size, type_words(literal_type), parts=fields_of(spot, literal_type))


def _variable_at(spot: Spot, variable: interface_pb2.Variable, size: int, _typed: str) -> Node:
    described = quoted(variable.description) if variable.description else ""
    return Node(spot, "type", described, size, type_words(variable.type), parts=fields_of(spot, variable))


def _variables_at(spot: Spot, message: interface_pb2.VariableMap, size: int, _typed: str) -> Node:
    variables = message.variables

    def variable(name: str) -> Node:
        return message_at(spot.entry(name), variables[name], keyed_size(name, variables[name]))

    parts = Parts(len(variables), lambda: sorted(variables, key=natural), variable, noun="keys")
    return Node(spot, "map", "", size, parts=parts)


def _wrapper_at(spot: Spot, message: Any, size: int, typed: str) -> Node:
    return plain(spot, message.value, size, typed)


_STRUCTS = frozenset({"google.protobuf.Struct", "google.protobuf.ListValue", "google.protobuf.Value"})
_WRAPPERS = ("Bool", "Bytes", "Double", "Float", "Int32", "Int64", "String", "UInt32", "UInt64")
# Messages with a form of their own, by name.
_SHAPES: dict[str, Callable[[Spot, Any, int, str], Node]] = {
    "flyteidl.core.Literal": lambda spot, message, size, _: literal_at(spot, message, size),
    "flyteidl.core.LiteralMap": lambda spot, message, size, _: literal_map_at(spot, message, size),
    "flyteidl.core.VariableMap": _variables_at,
    "flyteidl.core.Variable": _variable_at,
    "flyteidl.core.LiteralType": _typed_at,
    "flyteidl.core.Resources.ResourceEntry": lambda spot, message, size, _: plain(spot, message.value, size, "string"),
    "flyteidl.core.KeyValuePair": lambda spot, pair, size, _: text_or_masked(spot, pair.value, size, pair.key),
    "google.protobuf.Timestamp": lambda *at: Node(at[0], "time", at[3], at[2], timestamp_words(at[1])),
    "google.protobuf.Duration": lambda *at: Node(at[0], "time", at[3], at[2], duration_words(at[1])),
}
_SHAPES.update((f"google.protobuf.{name}Value", _wrapper_at) for name in _WRAPPERS)


def fields_of(spot: Spot, message: Message, losses: Losses = NO_LOSSES, order: Sequence[str] = ()) -> Parts:
    """Give the set fields of a message, those of `order` first.

    Losses are looked up below a template's `custom`.
    """
    present = {field.name: (field, value) for field, value in message.ListFields()}
    names = [*(name for name in order if name in present), *(name for name in present if name not in order)]
    unknown: Any = UnknownFieldSet(message)
    if len(unknown):
        names.append("")

    def make(name: str) -> Node:
        if not name:
            return _unknown_at(spot, [field.field_number for field in unknown])
        field, value = present[name]
        json_root = "$" if losses and name == "custom" else ""
        return _field_at(spot.attribute(name, json=json_root), field, value, losses)

    return Parts(len(names), lambda: names, make, noun="fields")


def _unknown_at(spot: Spot, numbers: list[int]) -> Node:
    """Say that there is more than this flyteidl has names for."""
    listed = cut(f"numbers {', '.join(str(number) for number in sorted(set(numbers)))}")
    return Node(Spot("unknown fields", f"{spot.id}/?"), "bytes", "", 0, listed, _UNKNOWN)


def _field_at(spot: Spot, field: FieldDescriptor, value: Any, losses: Losses) -> Node:
    if field.is_repeated:
        keyed = field.message_type is not None and field.message_type.GetOptions().map_entry
        return _map_at(spot, field, value) if keyed else _list_at(spot, field, value)
    oneof = field.containing_oneof
    note = f"oneof {oneof.name}" if oneof is not None and oneof.name != f"_{field.name}" else ""
    size = tag_size(field.number) + scalar_size(field, value)
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return message_at(spot, value, size, note, losses)
    return _scalar_field_at(spot, field, value, size, note)


def _scalar_field_at(spot: Spot, field: FieldDescriptor, value: Any, size: int, note: str = "") -> Node:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        words = f"enum {field.enum_type.name}" + (f", {note}" if note else "")
        return Node(spot, "enum", words, size, known.name if known else str(value), "" if known else _UNKNOWN)
    words = _TYPE_NAMES[field.type] + (f", {note}" if note else "")
    return plain(spot, value, size, words)


def _list_at(spot: Spot, field: FieldDescriptor, values: Sequence[Any]) -> Node:
    tag = 0 if field.is_packed else tag_size(field.number)

    def sizes(value: Any) -> int:
        return tag + scalar_size(field, value)

    def item(index: int) -> Node:
        value = values[index]
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            return message_at(_item_spot(spot, index, value), value, sizes(value))
        return _scalar_field_at(spot.item(index), field, value, sizes(value))

    size = sum(sizes(value) for value in values)
    if field.is_packed:
        size = tag_size(field.number) + delimited(size)
    inner = field.message_type.name if field.message_type else _TYPE_NAMES[field.type]
    marks = "{}" if values and _item_name(values[0]) else "[]"
    parts = Parts(len(values), lambda: range(len(values)), item, marks)
    return Node(spot, "list", f"repeated {inner}", size, parts=parts)


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


def _map_at(spot: Spot, field: FieldDescriptor, values: Mapping[Any, Any]) -> Node:
    inner = message_type(field).fields_by_name["value"]

    def entry(key: Any) -> Node:
        size = entry_size(field, key, values[key])
        if inner.type == FieldDescriptor.TYPE_MESSAGE:
            return message_at(spot.entry(str(key)), values[key], size)
        if isinstance(values[key], str):
            return text_or_masked(spot.entry(str(key)), values[key], size, str(key))
        return _scalar_field_at(spot.entry(str(key)), inner, values[key], size)

    size = sum(entry_size(field, key, value) for key, value in values.items())
    name = inner.message_type.name if inner.message_type else _TYPE_NAMES[inner.type]
    parts = Parts(len(values), lambda: sorted(values), entry, noun="keys")
    return Node(spot, "map", f"map of {name}", size, parts=parts)
