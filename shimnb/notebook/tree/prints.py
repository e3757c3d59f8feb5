"""Fingerprints of values: two that are equal are shown alike, so a tree need not be made to see that it is unchanged.

Messages are compared by their bytes, with the keys of maps sorted; plain
values by type and repr, for 1, 1.0 and True are equal to Python and are not
the same in a template.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from flyteidl.core import interface_pb2, literals_pb2
from google.protobuf import struct_pb2
from google.protobuf.message import EncodeError, Message

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = ["Prints", "inside", "marks"]

_LONG = 4096
_PLAIN = frozenset({str, int, float, bool, type(None), bytes})


class Prints:
    """Fingerprints of the values of a tree, each container's made once.

    Examples
    --------
    >>> prints = Prints()
    >>> prints.of([1]) == prints.of([1.0]), prints.of({"a": 1, "b": 2}) == prints.of({"b": 2, "a": 1})
    (False, True)
    """

    def __init__(self) -> None:
        # With the value itself, so that no other one gets its id while it is here.
        self._made: dict[int, tuple[Any, bytes]] = {}

    def of(self, value: Any) -> Hashable:
        """Make the fingerprint of a value."""
        if type(value) in _PLAIN:
            return _scalar(value)
        if isinstance(value, Message):
            return _encoded(value)
        if isinstance(value, (dict, list, tuple)):
            return self._container(value)
        if hasattr(value, "items") and hasattr(value, "keys"):
            return tuple(sorted((repr(key), self.of(value[key])) for key in value))
        if hasattr(value, "append") and hasattr(value, "__len__"):
            return tuple(self.of(each) for each in value)
        return _scalar(value)

    def of_all(self, raw: Any, keys: Sequence[Any]) -> list[Hashable | None]:
        """Make the fingerprints of the values under a node's keys; None for those that have none of their own."""
        if isinstance(keys, range):
            items = _opened(raw)
            if isinstance(items, Message) or not hasattr(items, "__getitem__") or len(items) != len(keys):
                return [None] * len(keys)
            return [self.of(value) for value in items]
        values = (inside(raw, key) for key in keys)
        return [None if value is None else self.of(value) for value in values]

    def _container(self, value: Any) -> bytes:
        """Make the digest of plain containers, the inner ones first; they may lie deeper than Python's stack."""
        left: list[Any] = [value]
        while left:
            each = left[-1]
            if id(each) in self._made:
                left.pop()
                continue
            items = list(each.values()) if isinstance(each, dict) else each
            missing = [item for item in items if isinstance(item, (dict, list, tuple)) and id(item) not in self._made]
            if missing:
                left += missing
                continue
            self._made[id(each)] = (each, self._digest(each))
            left.pop()
        return self._made[id(value)][1]

    def _digest(self, value: Any) -> bytes:
        digest = blake2b(type(value).__name__.encode(), digest_size=16)
        if isinstance(value, dict):
            for key in sorted(value, key=lambda key: (type(key).__name__, repr(key))):
                digest.update(_bytes(_scalar(key)) + self._item(value[key]))
        else:
            for item in value:
                digest.update(self._item(item))
        return digest.digest()

    def _item(self, value: Any) -> bytes:
        if isinstance(value, (dict, list, tuple)):
            return b"c" + self._made[id(value)][1]
        made = self.of(value)
        return b"s" + _bytes(made if isinstance(made, str) else repr(made))


def _bytes(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw).to_bytes(8, "big") + raw


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return f"str:{value}"
    try:
        return f"{type(value).__name__}:{value!r}"
    except Exception:  # noqa: BLE001  # the value is a stranger's: its repr may raise anything
        return f"{type(value).__name__}:at {id(value)}"


def _encoded(message: Message) -> Hashable:
    try:
        raw = message.SerializeToString(deterministic=True)
    except EncodeError:
        # Nested deeper than can be encoded: another one than any other.
        return message.DESCRIPTOR.full_name, id(message)
    if len(raw) > _LONG:
        raw = blake2b(raw, digest_size=16).digest()
    return message.DESCRIPTOR.full_name, raw


def inside(raw: Any, key: Any) -> Any:
    """Take the value under a node's key from what the node shows; None for what has no value of its own there.

    Examples
    --------
    >>> inside(struct_pb2.Struct(fields={"a": struct_pb2.Value(bool_value=True)}), "a").bool_value
    True
    """
    raw = _opened(raw)
    if isinstance(raw, Message):
        known = isinstance(key, str) and key in raw.DESCRIPTOR.fields_by_name
        return getattr(raw, key) if known else None
    try:
        # A map of messages makes an entry of a key that it does not have.
        return raw[key] if isinstance(key, int) or key in raw else None
    except (TypeError, KeyError, IndexError):
        return None


def _opened(raw: Any) -> Any:
    """Go to the container whose items a node shows."""
    if isinstance(raw, struct_pb2.Value):
        kind = raw.WhichOneof("kind")
        raw = getattr(raw, kind) if kind in {"struct_value", "list_value"} else None
    if isinstance(raw, literals_pb2.Literal):
        kind = raw.WhichOneof("value")
        raw = getattr(raw, kind) if kind in {"collection", "map"} else None
    if isinstance(raw, struct_pb2.Struct):
        return raw.fields
    if isinstance(raw, struct_pb2.ListValue):
        return raw.values
    if isinstance(raw, (literals_pb2.LiteralMap, literals_pb2.LiteralCollection)):
        return raw.literals
    if isinstance(raw, interface_pb2.VariableMap):
        return raw.variables
    return raw


def marks(value: Any) -> str | None:
    """Tell what a value is shown as: ``[]``, ``{}``, empty for a leaf; None where only its node says so.

    Examples
    --------
    >>> marks([1]), marks(struct_pb2.Struct()), marks(1), marks(literals_pb2.Literal())
    ('[]', '{}', '', None)
    """
    if isinstance(value, struct_pb2.Value):
        return _KINDS.get(value.WhichOneof("kind") or "", "")
    if type(value) in _PLAIN:
        return ""
    if isinstance(value, (list, tuple, struct_pb2.ListValue)):
        return "[]"
    return "{}" if isinstance(value, (dict, struct_pb2.Struct)) else None


_KINDS = {"struct_value": "{}", "list_value": "[]"}
