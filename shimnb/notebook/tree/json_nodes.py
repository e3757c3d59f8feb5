"""Nodes of plain values: JSON, and the Struct that carries it through protobuf."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from google.protobuf import struct_pb2

from shimnb.core.sensitive import holds_secret, looks_secret
from shimnb.notebook.tree.node import Node, Parts, Spot
from shimnb.notebook.tree.wire import delimited, keyed_size
from shimnb.notebook.tree.words import bytes_words, cut, integer_words, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from google.protobuf.message import Message

    from shimnb.core.custom import Loss

__all__ = ["NO_LOSSES", "Losses", "json_at", "json_size", "loss_words", "plain", "struct_at", "text_or_masked"]

Losses = dict[str, "list[Loss]"]

NO_LOSSES: Losses = {}


def plain(spot: Spot, value: Any, size: int, type_name: str, badge: str = "") -> Node:
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


def text_or_masked(spot: Spot, value: str, size: int, name: str) -> Node:
    """Make the leaf of a string, hidden where its name or its form says that it is a secret."""
    if value and (looks_secret(name) or holds_secret(value)):
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


def json_size(value: Any) -> int:
    """Count the bytes of a value's JSON text; 0 if it has none."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=repr)
    except (TypeError, ValueError, RecursionError):
        return 0
    return len(text.encode("utf-8", "replace"))


def json_at(spot: Spot, value: Any, measure: Callable[[Any], int] = json_size) -> Node:
    """Make the node of a JSON value, or of what msgpack decodes to; `measure` counts its bytes."""
    size = measure(value)
    if isinstance(value, dict):
        parts = Parts(
            len(value),
            lambda: sorted(value, key=lambda key: (str(type(key)), str(key))),
            lambda key: json_at(spot.entry(str(key)), value[key], measure),
            noun="keys",
        )
        return Node(spot, "map", "dict", size, parts=parts)
    if isinstance(value, (list, tuple)):
        parts = Parts(len(value), lambda: range(len(value)), lambda i: json_at(spot.item(i), value[i], measure), "[]")
        return Node(spot, "list", type(value).__name__, size, parts=parts)
    name = "None" if value is None else type(value).__name__
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return plain(spot, value, size, name)
    return Node(spot, "text", name, size, quoted(repr(value)), "no JSON value")


def struct_at(spot: Spot, value: Message, size: int, losses: Losses = NO_LOSSES) -> Node:
    """Make the node of a ``Struct``, ``ListValue`` or ``Value``: JSON, with doubles for numbers."""
    badge = loss_words(losses.get(spot.json, ())) if spot.json else ""
    if isinstance(value, struct_pb2.Value):
        kind = value.WhichOneof("kind")
        if kind in {"struct_value", "list_value"}:
            return struct_at(spot, getattr(value, kind), size, losses)
        inner = None if kind in {None, "null_value"} else getattr(value, kind)
        return plain(spot, inner, size, "None" if inner is None else type(inner).__name__, badge)
    if isinstance(value, struct_pb2.ListValue):
        items = value.values

        def item(index: int) -> Node:
            return struct_at(spot.item(index), items[index], 1 + delimited(items[index].ByteSize()), losses)

        parts = Parts(len(items), lambda: range(len(items)), item, "[]")
        return Node(spot, "list", "list", size, badge=badge, parts=parts)
    fields = value.fields  # type: ignore[attr-defined]  # the third of three: a Struct

    def entry(key: str) -> Node:
        return struct_at(spot.entry(key), fields[key], keyed_size(key, fields[key]), losses)

    parts = Parts(len(fields), lambda: sorted(fields), entry, noun="keys")
    return Node(spot, "map", "dict", size, badge=badge, parts=parts)
