"""One node of a tree, and a tree's rows.

A node knows what it shows and how to make its children; it makes them when
they are asked for, so that a template with a million leaves costs what is
looked at.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2s
from typing import TYPE_CHECKING, Any

from shimnb.notebook.tree.words import cut, key_words, repr_of, str_of, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from shimnb.notebook.tree.outline import Inner

__all__ = ["PAGE", "Node", "Parts", "Row", "Spot", "Was", "Written", "quoted_key", "row", "rows", "segment", "stem"]

Row = dict[str, Any]

PAGE = 100
_SEGMENT = 80
_PREVIEW = 72
_LONGEST_ID = 400
_LONGEST_NUMBER = 18
_MANY = 1_000
_KEPT = 64
_LONGEST_PATH = 240
# Deeper than this, rows are not nested in one another: what reads JSON has a limit of its own.
_NESTED = 40


def segment(key: object) -> str:
    """Write a key as a part of an id: short, printable, without a slash of its own."""
    # A key that is no string is another one than its text.
    mark = "" if isinstance(key, str) else "~k"
    text = str_of(key)
    if len(text) > _SEGMENT:
        digest = blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        text = f"{text[: _SEGMENT - 20]}…{digest}"
    text = text.replace("~", "~0").replace("/", "~1")
    return mark + (text if text.isprintable() else "".join(c if c.isprintable() else f"~u{ord(c):x};" for c in text))


def stem(parent_id: str) -> str:
    """Write what the ids of a node's children begin with: its own id, or, where it is long, a digest of it."""
    if len(parent_id) <= _LONGEST_ID:
        return parent_id
    # No key makes this: a tilde of its own is written as ~0, and ids begin with a slash.
    return "~" + blake2s(parent_id.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


@dataclass(frozen=True)
class Spot:
    """Where a node stands.

    Attributes
    ----------
    key : str
        The key as it is shown.
    id : str
        The keys from the root down, each after a slash; unique in its tree,
        and the same again when the tree is made again. Far down, a digest
        stands for the first ones.
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
        return Spot(name, f"{stem(self.id)}/{name}", path, json)

    def item(self, index: int, key: str | None = None) -> Spot:
        """Go to an item of a list, shown under its number or under `key`."""
        json = f"{self.json}[{index}]" if self.json else ""
        return Spot(
            str(index) if key is None else key_words(key), f"{stem(self.id)}/{index}", f"{self.path}[{index}]", json
        )

    def entry(self, key: object) -> Spot:
        """Go to the value of a map's key."""
        path = f"{self.path}[{quoted_key(key)}]" if self.path else str_of(key)
        json = ""
        if self.json:
            json = (
                f"{self.json}.{key}" if isinstance(key, str) and key.isidentifier() else f"{self.json}[{repr_of(key)}]"
            )
        shown = key_words(str_of(key))
        return Spot(shown, f"{stem(self.id)}/{segment(key)}", path, json)


def quoted_key(key: object) -> str:
    """Write a key as a path has it: in double quotes, where repr would only put other ones."""
    bare = isinstance(key, str) and key.isprintable() and '"' not in key and "\\" not in key
    return f'"{key}"' if bare else repr_of(key)


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
    branches : callable, optional
        Gives, in their order, the positions of the children that have
        children of their own, without making any, each with the container
        that it is, as `shimnb.notebook.tree.outline` has it; where it is
        None, they are made to find out.
    unset : int
        How many at the end are fields that are not set.
    """

    count: int
    order: Callable[[], Sequence[Any]]
    make: Callable[[Any], Node]
    marks: str = "{}"
    noun: str = "items"
    branches: Callable[[], Iterable[Inner]] | None = None
    unset: int = 0

    @cached_property
    def keys(self) -> Sequence[Any]:
        """The keys in their order; sorted once."""
        return self.order()

    @cached_property
    def inner(self) -> list[Inner] | None:
        """What `branches` gives, found once."""
        return None if self.branches is None else list(self.branches())

    @cached_property
    def places(self) -> dict[str, int]:
        """The positions of the children by their part of an id; empty for a list."""
        if isinstance(self.keys, range):
            return {}
        return {segment(key): place for place, key in enumerate(self.keys)}

    @cached_property
    def _costly(self) -> dict[int, Node]:
        return {}

    def child(self, place: int) -> Node:
        """Make the child at a position; one with very many children is kept, since it costs to prepare."""
        made = self._costly.get(place)
        if made is None:
            made = self.make(self.keys[place])
            if made.count > _MANY and len(self._costly) < _KEPT:
                self._costly[place] = made
        return made

    def place(self, segment: str) -> int | None:
        """Find the position of a child by its part of an id."""
        if isinstance(self.keys, range):
            number = int(segment) if segment.isdecimal() and len(segment) < _LONGEST_NUMBER else -1
            return number if 0 <= number < len(self.keys) else None
        return self.places.get(segment)


@dataclass(frozen=True)
class Was:
    """A value that is another one after its way: in words, bounded and inert.

    Attributes
    ----------
    before, after : str
        The value as it was written, and as it arrives.
    why : str
        What happened to it.
    """

    before: str
    after: str
    why: str


@dataclass(frozen=True)
class Written:
    """How a row reads before it was encoded; what is empty reads the same.

    Attributes
    ----------
    value, key, type : str
        The row's own, as they were written in Python.
    """

    value: str = ""
    key: str = ""
    type: str = ""


@dataclass(frozen=True)
class Node:
    """One row of a tree.

    Attributes
    ----------
    spot : Spot
        Where it stands: its key, its id, its path.
    kind : str
        What it is, for its looks: ``text``, ``int``, ``float``, ``bool``, ``none``,
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
    raw : object
        What is shown: a message, a container of one, a Struct, a JSON value,
        a scalar. A secret stands in it: `shimnb.notebook.tree.masks.taken`
        gives what may be shown of it.
    tip : str
        Where the value stands in the messages: number, message, exact type.
    help : str
        What it is for, in a line for learners.
    was : Was or None
        What it was before it was encoded, if that is another value.
    wrote : callable or None
        Makes `written`.
    unset : bool
        Whether this is a field that is not set; the text is its default.
    secret : bool
        Whether the value is hidden.
    long : bool
        Whether the text is not all there is of the value.
    masked : bool
        Whether secrets are hidden here and below; not so in literals, which
        are values of a run.
    change : str
        In a comparison: ``added``, ``removed``, ``changed``, ``below`` where
        something in it changed, or ``same`` for a run of rows that are.
    before : str
        In a comparison: what a changed value was.
    """

    spot: Spot
    kind: str
    type: str = ""
    size: int = 0
    text: str = ""
    badge: str = ""
    parts: Parts | None = field(default=None, repr=False)
    raw: Any = field(default=None, repr=False, compare=False)
    tip: str = ""
    help: str = ""
    was: Was | None = None
    wrote: Callable[[], Written | None] | None = field(default=None, repr=False, compare=False)
    unset: bool = False
    secret: bool = False
    long: bool = False
    masked: bool = True
    change: str = ""
    before: str = ""

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

    @property
    def written(self) -> Written | None:
        """How it reads before it was encoded, if that differs."""
        return self.wrote() if self.wrote else None

    def children(self, start: int = 0, stop: int | None = None) -> list[Node]:
        """Make the children from `start` up to `stop`."""
        if self.parts is None:
            return []
        return [self.parts.child(place) for place in range(*slice(start, stop).indices(self.parts.count))]

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
        place = self.parts.place(segment) if self.parts else None
        return self.parts.child(place) if self.parts and place is not None else None


def _preview(node: Node, parts: Parts) -> str:
    """Show the first children in brackets; where they do not say much, or not all fit, their number."""
    left, right = parts.marks[0], parts.marks[1]
    count = parts.count - parts.unset
    counted = f"{count:,} {parts.noun if count != 1 else parts.noun[:-1]}"
    shown: list[str] = []
    told = False
    room = _PREVIEW
    for child in node.children(0, min(8, count)):
        brief = child.text or _brackets(child)
        told = told or bool(child.text) or not child.count
        brief = cut(brief if left in "[(" else f"{child.key}: {brief}", 40)
        room -= len(brief) + 2
        if room < 0:
            break
        shown.append(brief)
    if left in "[(" and not told:
        return counted if count else f"{left}{right}"
    if len(shown) == count:
        return f"{left}{', '.join(shown)}{right}"
    return f"{counted}: {left}{', '.join([*shown, '…'])}{right}"


def _brackets(node: Node) -> str:
    if node.parts is None:
        return ""
    return node.parts.marks if node.count == node.parts.unset else f"{node.parts.marks[0]}…{node.parts.marks[1]}"


def row(node: Node) -> Row:
    """Make one row, without its children."""
    made: Row = {"id": node.id, "key": node.key, "value": node.value, "kind": node.kind, "size": node.size}
    if node.type:
        made["type"] = node.type
    if node.badge:
        made["badge"] = node.badge
    if node.count:
        made["count"] = node.count
    if node.path:
        made["path"] = cut(visible(node.path[:_LONGEST_PATH]), _LONGEST_PATH)
    for name in ("tip", "help", "unset", "secret", "long", "change", "before"):
        told = getattr(node, name)
        if told:
            made[name] = told
    if node.was:
        made["was"] = vars(node.was)
    written = node.written
    if written:
        made["written"] = {name: words for name, words in vars(written).items() if words}
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
            goes_on = child.count > 0 and level < min(depth, _NESTED)
            if goes_on:
                made["children"] = nested
            room -= len(json.dumps(made)) + 2
            if room < 0 and found:
                return found
            into.append(made)
            if goes_on:
                (first if child.id in opened else later).append((child, nested, 0, level + 1))
    return found
