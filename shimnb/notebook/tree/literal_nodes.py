"""Nodes of literals: the values that they are, not the three or four messages that each is made of."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import msgpack
from flyteidl.core import literals_pb2, types_pb2

from shimnb.notebook.tree.json_nodes import json_at, struct_at
from shimnb.notebook.tree.leaves import leaf, text_leaf
from shimnb.notebook.tree.node import Node, Parts, Spot
from shimnb.notebook.tree.outline import inner_values
from shimnb.notebook.tree.tips import message_tip
from shimnb.notebook.tree.type_words import full_type_words
from shimnb.notebook.tree.wire import delimited, keyed_size
from shimnb.notebook.tree.words import duration_words, natural, quoted, timestamp_words, type_words
from shimnb.notebook.tree.written import Given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flyteidl.core import interface_pb2

    # Makes the node of any other message: spot, message, size, what is given.
    Fields = Callable[[Spot, Any, int, Given], Node]

__all__ = ["Literals"]

_MSGPACK: Any = msgpack  # it has no types
_PRIMITIVES = {
    "integer": "int64",
    "float_value": "double",
    "string_value": "string",
    "boolean": "bool",
    "datetime": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
}
# A run's own values are shown as they are.
_OPEN = Given(masked=False)


class Literals:
    """Makes the nodes of literals.

    Parameters
    ----------
    fields : callable
        Makes the node of a message that is shown field by field.
    """

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def literal(
        self, spot: Spot, literal: literals_pb2.Literal, size: int, declared: types_pb2.LiteralType | None = None
    ) -> Node:
        """Make the node of a literal: the value that it is."""
        kind = literal.WhichOneof("value")
        words = type_words(declared) if declared is not None else ""
        if kind == "collection":
            node = self._collection(spot, literal.collection, size, declared)
        elif kind == "map":
            node = self.map(spot, literal.map, size, _inner(declared, "map_value_type"), words or "dict")
        elif kind == "scalar":
            node = self._scalar(spot, literal.scalar, size, declared)
        elif kind == "offloaded_metadata":
            node = self._fields(spot, literal.offloaded_metadata, size, _OPEN)
            node = replace(node, type=f"{node.type}, offloaded")
        else:
            node = Node(spot, "none", words, size, "nothing")
        tip = "; ".join(part for part in (_literal_tip(literal), _full(declared)) if part)
        badge = f"hash {quoted(literal.hash, 40)}" if literal.hash else node.badge
        return replace(node, badge=badge, tip=tip, raw=literal, masked=False)

    def map(
        self,
        spot: Spot,
        literals: literals_pb2.LiteralMap,
        size: int,
        declared: types_pb2.LiteralType | Mapping[str, interface_pb2.Variable] | None = None,
        words: str = "LiteralMap",
    ) -> Node:
        """Make the node of a map of literals; `declared` is the type of all values, or the variables by name."""
        items = literals.literals

        @cache
        def order() -> Sequence[str]:
            # The interface's order, where there is one: o0, o1, ... o10.
            if declared is None or isinstance(declared, types_pb2.LiteralType):
                named: list[str] = []
            else:
                # A dict has an order of its own; a protobuf map has none.
                named = list(declared) if isinstance(declared, dict) else sorted(declared, key=natural)
            first = [name for name in named if name in items]
            return [*first, *sorted(set(items) - set(first), key=natural)]

        def entry(key: str) -> Node:
            one = declared
            if one is not None and not isinstance(one, types_pb2.LiteralType):
                one = one[key].type if key in one else None
            return self.literal(spot.entry(key), items[key], keyed_size(key, items[key]), one)

        parts = Parts(
            len(items), order, entry, noun="keys", branches=lambda: inner_values(items[key] for key in order())
        )
        return Node(spot, "map", words, size, parts=parts, raw=literals, masked=False)

    def _collection(
        self, spot: Spot, collection: literals_pb2.LiteralCollection, size: int, declared: types_pb2.LiteralType | None
    ) -> Node:
        items = collection.literals
        inner = _inner(declared, "collection_type")

        def item(index: int) -> Node:
            return self.literal(spot.item(index), items[index], 1 + delimited(items[index].ByteSize()), inner)

        words = type_words(declared) if declared is not None else "list"
        parts = Parts(len(items), lambda: range(len(items)), item, "[]", branches=lambda: inner_values(items))
        return Node(spot, "list", words, size, parts=parts)

    def _scalar(  # noqa: PLR0911  # one a kind of scalar
        self, spot: Spot, scalar: literals_pb2.Scalar, size: int, declared: types_pb2.LiteralType | None
    ) -> Node:
        kind = scalar.WhichOneof("value") or "none_type"
        words = type_words(declared) if declared is not None else ""
        value = getattr(scalar, kind)
        if kind == "primitive":
            return _primitive_at(spot, value, size, words)
        if kind == "binary":
            return binary_at(spot, value, size, words)
        if kind == "none_type":
            return Node(spot, "none", words or "None", size, "None")
        if kind == "union":
            node = self.literal(spot, value.value, size, value.type)
            of = words if words and words != node.type else "a union"
            return replace(node, type=f"{node.type}, of {of}")
        if kind == "generic":
            node = struct_at(spot, value, size, _OPEN)
            return replace(node, type=words or node.type)
        node = self._fields(spot, value, size, _OPEN)
        if kind in {"blob", "schema", "structured_dataset"}:
            return replace(node, kind="text", type=words or _stored_words(scalar, kind), text=quoted(value.uri))
        return replace(node, type=words or node.type)


def _full(declared: types_pb2.LiteralType | None) -> str:
    """Word the declared type in full where the row's own words leave something out."""
    words = full_type_words(declared) if declared is not None else ""
    return words if declared is not None and words != type_words(declared) else ""


def _literal_tip(literal: literals_pb2.Literal) -> str:
    """Say which branches are chosen down to the value."""
    kind = literal.WhichOneof("value")
    if kind is None:
        return "flyteidl.core.Literal: nothing is chosen of oneof value"
    path, exact = kind, ""
    if kind == "scalar":
        inner = literal.scalar.WhichOneof("value")
        path = f"scalar.{inner}" if inner else "scalar"
        primitive = literal.scalar.primitive.WhichOneof("value") if inner == "primitive" else None
        if primitive:
            path += f".{primitive}"
            exact = f" ({_PRIMITIVES.get(primitive, primitive)})"
            if primitive in {"datetime", "duration"}:
                exact = f" ({message_tip(getattr(literal.scalar.primitive, primitive))})"
    return f"flyteidl.core.Literal: {path}{exact}, of oneof value"


def _is_branch(literal: literals_pb2.Literal) -> bool:
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return len(literal.collection.literals) > 0
    if kind == "map":
        return len(literal.map.literals) > 0
    if kind != "scalar" or literal.scalar.WhichOneof("value") in {"primitive", "none_type", None}:
        return bool(kind == "offloaded_metadata")
    # What a binary or a union holds is known when its node is made.
    return _ANY.literal(Spot(), literal, 0).count > 0


def _some(spot: Spot, message: Any, size: int, _given: Given) -> Node:
    return Node(spot, "message", size=size, parts=Parts(len(message.ListFields()), tuple, lambda _: Node(spot, "none")))


_ANY = Literals(_some)


def _inner(declared: types_pb2.LiteralType | None, name: str) -> types_pb2.LiteralType | None:
    inner: types_pb2.LiteralType | None = None
    if declared is not None and declared.WhichOneof("type") == name:
        inner = getattr(declared, name)
    return inner


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
    if isinstance(value, str):
        return text_leaf(spot, value, size, words or "str")
    return leaf(spot, value, size, words or ("None" if value is None else type(value).__name__))


def _packed_size(value: Any) -> int:
    try:
        return len(_MSGPACK.packb(value))
    except (TypeError, ValueError, OverflowError, RecursionError):  # it reads deeper than it writes
        return 0


def binary_at(spot: Spot, binary: literals_pb2.Binary, size: int, words: str) -> Node:
    """Make the node of bytes with a tag: of msgpack, what it decodes to."""
    if binary.tag == "msgpack":
        try:
            value = _MSGPACK.unpackb(binary.value, strict_map_key=False)
        except Exception:  # noqa: BLE001  # bytes from anywhere: msgpack raises ValueError, TypeError, its own and more
            return replace(leaf(spot, binary.value, size, words or "msgpack"), badge="no valid msgpack")
        node = json_at(spot, value, _packed_size, masked=False)
        return replace(node, type=f"{words or node.type}, msgpack", size=size)
    noted = f"{words or 'bytes'}, {quoted(binary.tag, 40)}" if binary.tag else words or "bytes"
    return leaf(spot, binary.value, size, noted)
