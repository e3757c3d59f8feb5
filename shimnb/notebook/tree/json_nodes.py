"""Nodes of plain values: JSON, and the Struct that carries it through protobuf."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from google.protobuf import struct_pb2

from shimnb.notebook.tree.help import help_of
from shimnb.notebook.tree.leaves import leaf
from shimnb.notebook.tree.masks import called, hides, scalar_of
from shimnb.notebook.tree.node import Node, Parts, Spot, Written
from shimnb.notebook.tree.outline import inner_values, sorted_keys
from shimnb.notebook.tree.tips import type_tip
from shimnb.notebook.tree.wire import delimited, keyed_size
from shimnb.notebook.tree.words import key_words, quoted, repr_of
from shimnb.notebook.tree.written import ABSENT, NOTHING, Given, losses_at, was_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from google.protobuf.message import Message

__all__ = ["json_at", "json_size", "struct_at"]

_SCALARS = (bool, int, float, str, bytes)
_VALUE = "google.protobuf.Value"


def json_size(value: Any) -> int:
    """Count the bytes of a value's JSON text; 0 if it has none."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=repr)
    except (TypeError, ValueError, RecursionError):
        return 0
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def json_at(spot: Spot, value: Any, measure: Callable[[Any], int] = json_size, *, masked: bool = True) -> Node:
    """Make the node of a JSON value, or of what msgpack decodes to.

    Parameters
    ----------
    spot : Spot
        Where it stands.
    value : object
        The value; one that is none of JSON's is shown by its repr.
    measure : callable
        Counts its bytes.
    masked : bool
        Whether secrets in it are hidden.
    """
    return _Json(measure, masked).at(spot, value)


@dataclass(frozen=True)
class _Json:
    """Makes nodes of JSON values, of which it measures the size, and hides the secrets."""

    measure: Callable[[Any], int]
    masked: bool = True

    def at(self, spot: Spot, value: Any, key: object = "", *, hidden: bool = False) -> Node:
        """Make a node; the key, as it is, tells what the entries of a dict are."""
        size = self.measure(value)
        if isinstance(value, dict):
            parts = self._entries(spot, value, key if isinstance(key, str) else "")
            return Node(spot, "map", "dict", size, parts=parts, raw=value, masked=self.masked)
        if isinstance(value, (list, tuple)):
            return Node(
                spot, "list", type(value).__name__, size, parts=self._items(spot, value), raw=value, masked=self.masked
            )
        name = "None" if value is None else type(value).__name__
        if value is None or isinstance(value, _SCALARS):
            return replace(leaf(spot, value, size, name, hidden=hidden), masked=self.masked)
        return Node(spot, "text", name, size, quoted(repr(value)), "no JSON value", raw=value)

    def _items(self, spot: Spot, value: list[Any] | tuple[Any, ...]) -> Parts:
        def item(index: int) -> Node:
            return self.at(spot.item(index), value[index], hidden=self.masked and hides("", value[index]))

        marks = "[]" if isinstance(value, list) else "()"
        return Parts(len(value), lambda: range(len(value)), item, marks, branches=lambda: inner_values(value))

    def _entries(self, spot: Spot, value: dict[Any, Any], within: str) -> Parts:
        label = called(value)

        @cache
        def order() -> Sequence[Any]:
            return sorted_keys(value)

        def entry(name: Any) -> Node:
            hidden = self.masked and hides(name, value[name], within, label)
            return self.at(spot.entry(name), value[name], name, hidden=hidden)

        return Parts(len(value), order, entry, noun="keys", branches=lambda: inner_values(map(value.get, order())))


# The same as it comes in a message: doubles for numbers, and what was lost on the way.


def struct_at(spot: Spot, value: Message, size: int, given: Given = NOTHING) -> Node:
    """Make the node of a ``Struct``, ``ListValue`` or ``Value``.

    Parameters
    ----------
    spot : Spot
        Where it stands; its key tells what its entries are.
    value : Message
        The message.
    size : int
        The bytes that it takes there.
    given : Given
        What was written, and what was lost.
    """
    if not isinstance(value, struct_pb2.Value):
        made = _items if isinstance(value, struct_pb2.ListValue) else _fields
        kind = ("list", "list") if isinstance(value, struct_pb2.ListValue) else ("map", "dict")
        return _noted(Node(spot, *kind, size, parts=made(spot, value, given), raw=value, masked=given.masked), given)
    chosen = value.WhichOneof("kind")
    if chosen in {"struct_value", "list_value"}:
        return replace(struct_at(spot, getattr(value, chosen), size, given), tip=_value_tip(value))
    return _value_at(spot, value, size, given, hidden=given.masked and hides("", scalar_of(value)))


def _items(spot: Spot, value: Any, given: Given) -> Parts:
    items = value.values

    def item(index: int) -> Node:
        return struct_at(spot.item(index), items[index], 1 + delimited(items[index].ByteSize()), given.item(index))

    return Parts(len(items), lambda: range(len(items)), item, "[]", branches=lambda: inner_values(items))


def _fields(spot: Spot, struct: Any, given: Given) -> Parts:
    fields = struct.fields
    entries = given.entries()

    @cache
    def order() -> Sequence[str]:
        return sorted(fields)

    @cache
    def label() -> object:
        return called(fields)

    def entry(name: str) -> Node:
        value, known = fields[name], entries(name)
        place, size = spot.entry(name), keyed_size(name, value)
        if value.WhichOneof("kind") in {"struct_value", "list_value"}:
            return struct_at(place, value, size, known)
        hidden = given.masked and hides(name, scalar_of(value), spot.key, label())
        return _value_at(place, value, size, known, hidden=hidden)

    return Parts(
        len(fields), order, entry, noun="keys", branches=lambda: inner_values(fields[name] for name in order())
    )


def _value_at(spot: Spot, value: struct_pb2.Value, size: int, given: Given, *, hidden: bool) -> Node:
    inner = scalar_of(value)
    made = leaf(spot, inner, size, "None" if inner is None else type(inner).__name__, hidden=hidden)
    return _noted(replace(made, raw=value, tip=_value_tip(value), help=_value_help(value), masked=given.masked), given)


def _value_help(value: struct_pb2.Value) -> str:
    kind = value.WhichOneof("kind")
    return help_of(struct_pb2.Value.DESCRIPTOR.fields_by_name[kind]) if kind else ""


def _value_tip(value: struct_pb2.Value) -> str:
    kind = value.WhichOneof("kind")
    if kind is None:
        return f"{_VALUE}: nothing is chosen of oneof kind"
    field = struct_pb2.Value.DESCRIPTOR.fields_by_name[kind]
    text = f"; {len(value.string_value):,} characters" if kind == "string_value" else ""
    return f"field {field.number} of {_VALUE}: {type_tip(field)}, chosen of oneof kind{text}"


def _noted(node: Node, given: Given) -> Node:
    """Add what was lost on the way, and how it was written."""
    losses = losses_at(given, node.spot.json)
    if losses:
        was = was_of(losses, _words, given, node.value)
        node = replace(node, badge=f"was {was.before}: {was.why}", was=was)
    if given.written is ABSENT:
        return node
    return replace(node, wrote=lambda: _written(node, given))


_PLAIN = _Json(lambda _: 0)


def _words(value: Any) -> str:
    """Word a value of Python's in a line, without secrets."""
    return _PLAIN.at(Spot(), value).value


def _written(node: Node, given: Given) -> Written | None:
    made = _PLAIN.at(node.spot, given.written, node.key, hidden=node.secret)
    value, kind = made.value, made.type
    wrote = Written(
        "" if value == node.value else value,
        "" if given.key is ABSENT else key_words(repr_of(given.key)),
        "" if kind == node.type else kind,
    )
    return wrote if wrote != Written() else None
