"""One node of a tree, and a tree's rows.

A node knows what it shows and how to make its children; it makes them when
they are asked for, so that a template with a million leaves costs what is
looked at.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import TYPE_CHECKING, Any

from shimnb.notebook.tree.words import cut, key_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

__all__ = ["PAGE", "Node", "Parts", "Row", "Spot", "rows"]

Row = dict[str, Any]

PAGE = 100
_SEGMENT = 80
_PREVIEW = 72


def _segment(key: object) -> str:
    """Write a key as a part of an id: short, printable, without a slash of its own."""
    text = str(key)
    if len(text) > _SEGMENT:
        digest = blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        text = f"{text[: _SEGMENT - 20]}…{digest}"
    text = text.replace("~", "~0").replace("/", "~1")
    return text if text.isprintable() else "".join(c if c.isprintable() else f"~u{ord(c):x};" for c in text)


@dataclass(frozen=True)
class Spot:
    """Where a node stands.

    Attributes
    ----------
    key : str
        The key as it is shown.
    id : str
        The keys from the root down, each after a slash; unique in its tree,
        and the same again when the tree is made again.
    path : str
        What an executor writes to get there: ``tt.custom["limit"]``.
    json : str
        The path below `custom`, as a loss names it: ``$.limit``; empty
        elsewhere.
    """

    key: str = ""
    id: str = ""
    path: str = ""
    json: str = ""

    def attribute(self, name: str, *, json: str = "") -> Spot:
        """Go to a field of a message."""
        path = f"{self.path}.{name}" if self.path else name
        return Spot(name, f"{self.id}/{name}", path, json)

    def item(self, index: int, key: str | None = None) -> Spot:
        """Go to an item of a list, shown under its number or under `key`."""
        json = f"{self.json}[{index}]" if self.json else ""
        return Spot(str(index) if key is None else key_words(key), f"{self.id}/{index}", f"{self.path}[{index}]", json)

    def entry(self, key: str) -> Spot:
        """Go to the value of a map's key."""
        path = f"{self.path}[{_quote(key)}]" if self.path else key
        json = ""
        if self.json:
            json = f"{self.json}.{key}" if key.isidentifier() else f"{self.json}[{key!r}]"
        return Spot(key_words(key), f"{self.id}/{_segment(key)}", path, json)


def _quote(key: str) -> str:
    return f'"{key}"' if key.isprintable() and '"' not in key and "\\" not in key else repr(key)


@dataclass(frozen=True)
class Parts:
    """The children of a node, not made yet.

    Attributes
    ----------
    count : int
        How many there are.
    order : callable
        Gives their keys, in the order in which they are shown.
    make : callable
        Makes the child of a key.
    marks : str
        The brackets of the preview: ``[]`` for a list, ``{}`` for a map.
    noun : str
        What they are, in the plural: items, keys, fields.
    """

    count: int
    order: Callable[[], Sequence[Any]]
    make: Callable[[Any], Node]
    marks: str = "{}"
    noun: str = "items"


@dataclass(frozen=True)
class Node:
    """One row of a tree.

    Attributes
    ----------
    spot : Spot
        Where it stands: its key, its id, its path.
    kind : str
        What it is, for its looks: ``text``, ``number``, ``bool``, ``none``,
        ``enum``, ``bytes``, ``time``, ``masked``, ``type``, ``list``,
        ``map`` or ``message``.
    type : str
        The type in words; may be empty.
    size : int
        Bytes encoded, with what the field costs in its parent: the sizes of a
        message's fields add up to the message's own.
    text : str
        The value in words, or a summary; where there is none, `value` makes a
        preview from the children.
    badge : str
        A note on the value, such as a loss; may be empty.
    parts : Parts or None
        The children.
    """

    spot: Spot
    kind: str
    type: str = ""
    size: int = 0
    text: str = ""
    badge: str = ""
    parts: Parts | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The key, as it is shown."""
        return self.spot.key

    @property
    def id(self) -> str:
        """The node's place in its tree."""
        return self.spot.id

    @property
    def path(self) -> str:
        """What an executor writes to get there."""
        return self.spot.path

    @property
    def count(self) -> int:
        """The number of children."""
        return self.parts.count if self.parts else 0

    @property
    def value(self) -> str:
        """The value in one line: its text, or a preview of the children."""
        if self.text or self.parts is None:
            return self.text
        return _preview(self, self.parts)

    def children(self, start: int = 0, stop: int | None = None) -> list[Node]:
        """Make the children from `start` up to `stop`."""
        if self.parts is None:
            return []
        return [self.parts.make(key) for key in self.parts.order()[start:stop]]

    def find(self, node_id: str) -> Node | None:
        """Find a node below this one by its id; None if there is no such node.

        Examples
        --------
        >>> from shimnb.notebook.tree.nodes import json_node
        >>> json_node({"a": [1, 2]}).find("/a/1").value
        '2'
        """
        if node_id == self.id:
            return self
        if not node_id.startswith(self.id + "/"):
            return None
        node: Node | None = self
        for segment in node_id[len(self.id) + 1 :].split("/"):
            node = node._child(segment) if node else None  # noqa: SLF001  # a node of the same class
        return node

    def _child(self, segment: str) -> Node | None:
        if self.parts is None:
            return None
        keys = self.parts.order()
        if isinstance(keys, range):
            return self.parts.make(int(segment)) if segment.isdecimal() and int(segment) < len(keys) else None
        return next((self.parts.make(key) for key in keys if _segment(key) == segment), None)


def _preview(node: Node, parts: Parts) -> str:
    """Show the first children in brackets; where they do not say much, or not all fit, their number."""
    left, right = parts.marks[0], parts.marks[1]
    counted = f"{parts.count:,} {parts.noun if parts.count != 1 else parts.noun[:-1]}"
    shown: list[str] = []
    told = False
    room = _PREVIEW
    for child in node.children(0, 8):
        brief = child.text or _brackets(child)
        told = told or bool(child.text) or not child.count
        brief = cut(brief if left == "[" else f"{child.key}: {brief}", 40)
        room -= len(brief) + 2
        if room < 0:
            break
        shown.append(brief)
    if left == "[" and not told:
        return counted if parts.count else "[]"
    if len(shown) == parts.count:
        return f"{left}{', '.join(shown)}{right}"
    return f"{counted}: {left}{', '.join([*shown, '…'])}{right}"


def _brackets(node: Node) -> str:
    if node.parts is None:
        return ""
    return node.parts.marks if not node.count else f"{node.parts.marks[0]}…{node.parts.marks[1]}"


def row(node: Node) -> Row:
    """Make one row, without its children."""
    made: Row = {"id": node.id, "key": node.key, "value": node.value, "kind": node.kind, "size": node.size}
    if node.type:
        made["type"] = node.type
    if node.badge:
        made["badge"] = node.badge
    if node.count:
        made["count"] = node.count
    return made


def rows(
    node: Node,
    *,
    start: int = 0,
    depth: int = 1_000_000,
    opened: Collection[str] = (),
    budget: int = 32_768,
) -> list[Row]:
    """Make the rows of a node's children, nested, within a budget.

    Parameters
    ----------
    node : Node
        The parent; it has no row of its own.
    start : int
        The first child to give.
    depth : int
        How many levels to give; 1 is the children alone.
    opened : collection of str
        Ids of nodes whose children come before those of others.
    budget : int
        The most bytes of JSON. Level by level, the rows are given that fit;
        the children that are left out are the ones to ask for.

    Returns
    -------
    list of dict
        Rows as the docstring of `shimnb.notebook.tree.nodes` describes them.
    """
    found: list[Row] = []
    room = budget
    first: deque[tuple[Node, list[Row], int, int]] = deque([(node, found, start, 1)])
    later: deque[tuple[Node, list[Row], int, int]] = deque()
    while first or later:
        parent, into, begin, level = (first or later).popleft()
        for child in parent.children(begin, begin + PAGE):
            made = row(child)
            nested: list[Row] = []
            goes_on = child.count > 0 and level < depth
            if goes_on:
                made["children"] = nested
            room -= len(json.dumps(made)) + 2
            if room < 0 and found:
                return found
            into.append(made)
            if goes_on:
                (first if child.id in opened else later).append((child, nested, 0, level + 1))
    return found
