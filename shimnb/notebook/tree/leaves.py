"""Leaves of a tree: one scalar each, in words, with the secret ones hidden."""

from __future__ import annotations

from typing import Any

from shimnb.notebook.tree.masks import HIDDEN
from shimnb.notebook.tree.node import Node, Spot
from shimnb.notebook.tree.words import SHOWN, SHOWN_BYTES, bytes_words, integer_words, is_long_integer, quoted

__all__ = ["leaf", "text_leaf"]


def leaf(spot: Spot, value: Any, size: int, type_name: str, *, hidden: bool = False) -> Node:  # noqa: PLR0911  # one a kind
    """Make the leaf of a scalar.

    Examples
    --------
    >>> leaf(Spot("n"), 3, 2, "int64").text, leaf(Spot("x"), 3.0, 9, "double").kind
    ('3', 'float')
    """
    if hidden:
        return Node(spot, "masked", type_name, size, HIDDEN, raw=value, secret=True)
    if value is None:
        return Node(spot, "none", type_name, size, "None")
    if isinstance(value, bool):
        return Node(spot, "bool", type_name, size, str(value), raw=value)
    if isinstance(value, int):
        long = is_long_integer(value)
        return Node(spot, "int", type_name, size, integer_words(value), raw=value, long=long)
    if isinstance(value, float):
        return Node(spot, "float", type_name, size, repr(value), raw=value)
    if isinstance(value, bytes):
        long = len(value) > SHOWN_BYTES
        return Node(spot, "bytes", type_name, size, bytes_words(value), raw=value, long=long)
    return text_leaf(spot, str(value), size, type_name)


def text_leaf(spot: Spot, value: str, size: int, type_name: str) -> Node:
    """Make the leaf of a string; of a long one, or one of several lines, there is more to see."""
    long = len(value) > SHOWN or "\n" in value
    return Node(spot, "text", type_name, size, quoted(value), raw=value, long=long)
