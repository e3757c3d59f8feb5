"""Which values have values in them, and how many: told from the values alone, without making a node of any.

Opening a large tree at once needs this of every branch, and a node of none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2
from google.protobuf import struct_pb2

from shimnb.notebook.tree.words import natural, str_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Inner", "count_of", "inner_of", "inner_values", "key_order", "sorted_keys"]

# A child's place, and the container that it is; None where a node has to be made to find out.
Inner = tuple[int, Any]


def sorted_keys(value: dict[Any, Any]) -> list[Any]:
    """Sort the keys of a dict: those of a type together, numbers by their value."""
    if all(type(key) is str for key in value):
        return sorted(value)
    return sorted(value, key=key_order)


def key_order(key: Any) -> tuple[str, float, str]:
    """Give what the keys of a dict are sorted by."""
    number = isinstance(key, (int, float)) and abs(key) < 2**53  # exact as a double
    return type(key).__name__, float(key) if number else 0.0, "" if number else str_of(key)


def inner_of(container: Any) -> list[Inner]:
    """Find the containers in a container that have something in them themselves.

    Examples
    --------
    >>> inner_of({"a": 1, "b": [2], "c": []})
    [(1, [2])]
    """
    return list(inner_values(_values(container)))


def inner_values(values: Iterable[Any]) -> Iterator[Inner]:
    """Find, among values in their order, the containers that have something in them."""
    for place, value in enumerate(values):
        if isinstance(value, struct_pb2.Value):
            kind = value.WhichOneof("kind")
            if kind == "struct_value" and value.struct_value.fields:
                yield place, value.struct_value
            elif kind == "list_value" and value.list_value.values:
                yield place, value.list_value
        elif isinstance(value, (dict, list, tuple)):
            if value:
                yield place, value
        elif isinstance(value, literals_pb2.Literal):
            yield from _inner_literal(place, value)


def _inner_literal(place: int, literal: literals_pb2.Literal) -> Iterator[Inner]:
    kind = literal.WhichOneof("value")
    if kind == "scalar":
        if literal.scalar.WhichOneof("value") not in {"primitive", "none_type", None}:
            yield place, None
    elif kind == "collection":
        if literal.collection.literals:
            yield place, literal.collection
    elif kind == "map":
        if literal.map.literals:
            yield place, literal.map
    elif kind is not None:
        yield place, None


def count_of(container: Any) -> int:
    """Count the values in a container."""
    return len(container if isinstance(container, (dict, list, tuple)) else _items(container))


def _items(message: Any) -> Any:
    if isinstance(message, struct_pb2.Struct):
        return message.fields
    return message.values if isinstance(message, struct_pb2.ListValue) else message.literals


def _values(container: Any) -> Sequence[Any]:
    """List the values in a container, in the order in which they are shown."""
    if isinstance(container, (list, tuple)):
        return container
    if isinstance(container, dict):
        return [container[key] for key in sorted_keys(container)]
    items = _items(container)
    if isinstance(container, struct_pb2.Struct):
        return [items[key] for key in sorted(items)]
    if isinstance(container, literals_pb2.LiteralMap):
        return [items[key] for key in sorted(items, key=natural)]
    return list(items)
