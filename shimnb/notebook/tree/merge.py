"""Two trees as one: what was added, removed or changed, with what is the same folded away.

A branch is compared when it is opened, by the fingerprints of its children;
rows are made of those that are looked at. The ids are those of the second
tree, so that what stood open in it stands open here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from shimnb.notebook.tree.alignment import aligned, merged_keys
from shimnb.notebook.tree.masks import taken_text
from shimnb.notebook.tree.node import Node, Parts, Spot, segment, stem
from shimnb.notebook.tree.prints import Prints, inside, marks
from shimnb.notebook.tree.words import cut, key_words, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

__all__ = ["ADDED", "BELOW", "CHANGED", "REMOVED", "SAME", "Merge", "merged"]

ADDED, REMOVED, CHANGED, BELOW, SAME = "added", "removed", "changed", "below", "same"
_EXCERPT = 80
_LEAD = 20
_NAMES = 72


class Entry(NamedTuple):
    """A row of the two trees together.

    Attributes
    ----------
    how : str
        ``added``, ``removed``, ``changed``, ``below`` (something in it
        changed) or ``same`` (a run of rows that are the same).
    one, two : int or None
        Its place among the children in each tree.
    segment : str
        The last part of its id.
    run : tuple
        The places in the second tree of the rows that are the same.
    """

    how: str
    one: int | None
    two: int | None
    segment: str
    run: tuple[int, ...] = ()


def merged(one: Node, two: Node) -> Node:
    """Make one tree of two.

    Parameters
    ----------
    one, two : Node
        The roots, the older one first.

    Returns
    -------
    Node
        A root whose rows have ``change``, and ``before`` where that says
        more.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> root = merged(json_node({"a": 1, "b": 2}), json_node({"a": 1, "b": 3}))
    >>> [(node.key, node.change, node.value, node.before) for node in root.children()]
    [('1 unchanged', 'same', 'a', ''), ('b', 'changed', '3', '2')]
    """
    return _branch(Merge(one, two, two.id, Prints()), two.spot)


def _branch(merge: Merge, spot: Spot) -> Node:
    return replace(merge.two, spot=spot, parts=merge.parts)


@dataclass(frozen=True)
class _MergedParts(Parts):
    """The rows of a `Merge`; their ids are not made from their keys."""

    segments: Callable[[], Sequence[str]] = tuple

    @cached_property
    def places(self) -> dict[str, int]:
        return {each: place for place, each in enumerate(self.segments())}

    def place(self, segment: str) -> int | None:
        return self.places.get(segment)


class Merge:
    """The children of two nodes, put side by side.

    Parameters
    ----------
    one, two : Node
        The nodes.
    node_id : str
        The id of the row that stands for both.
    prints : Prints
        The fingerprints of both trees.
    """

    def __init__(self, one: Node, two: Node, node_id: str, prints: Prints) -> None:
        self.one = one
        self.two = two
        self.id = node_id
        self._prints = prints
        self._below: dict[int, Merge] = {}

    @property
    def parts(self) -> Parts:
        """The rows, not made yet."""
        theirs = self.two.parts
        return _MergedParts(
            len(self.entries),
            lambda: range(len(self.entries)),
            self.node,
            theirs.marks if theirs else "{}",
            theirs.noun if theirs else "items",
            segments=lambda: [entry.segment for entry in self.entries],
        )

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The rows of both, those that are the same in runs."""
        prints_one, prints_two = self._children_prints(self.one), self._children_prints(self.two)
        found: list[Entry] = []
        run: list[int] = []
        for one, two in self._pairs(prints_one, prints_two):
            if one is not None and two is not None and prints_one[one] == prints_two[two]:
                run.append(two)
                continue
            _end(run, found)
            if two is None:
                found.append(self._gone(one))
            elif one is None:
                found.append(self._entry(ADDED, None, two))
            else:
                found += self._between(one, two)
        _end(run, found)
        return tuple(found)

    def _entry(self, how: str, one: int | None, two: int) -> Entry:
        return Entry(how, one, two, _segment(self.two, two))

    def _gone(self, one: int | None) -> Entry:
        return Entry(REMOVED, one, None, f"~-{_segment(self.one, one or 0)}")

    def _between(self, one: int, two: int) -> list[Entry]:
        """Say how two rows that belong together differ: of another shape, one took the other's place."""
        shapes = self._marks(self.one, one), self._marks(self.two, two)
        if None not in shapes:
            how = (BELOW if shapes[0] else CHANGED) if shapes[0] == shapes[1] else ""
        else:
            how = _difference(_child(self.one, one), _child(self.two, two))
        return [self._entry(how, one, two)] if how else [self._gone(one), self._entry(ADDED, None, two)]

    def _marks(self, node: Node, place: int) -> str | None:
        return marks(inside(node.raw, _keys(node)[place]))

    def _children_prints(self, node: Node) -> list[Hashable]:
        made = self._prints.of_all(node.raw, _keys(node))
        return [self._shown(node, place) if each is None else each for place, each in enumerate(made)]

    def _shown(self, node: Node, place: int) -> Hashable:
        """Tell a child apart by its row: what has no value of its own, or the value None."""
        child = _child(node, place)
        return child.kind, child.value, child.type, child.badge, self._prints.of(child.raw)

    def _pairs(self, one: Sequence[Hashable], two: Sequence[Hashable]) -> list[tuple[int | None, int | None]]:
        if _is_list(self.one) and _is_list(self.two):
            return aligned(one, two)
        return merged_keys(_names(self.one), _names(self.two))

    # Rows

    def node(self, index: int) -> Node:
        """Make the row of an entry."""
        entry = self.entries[index]
        node_id = f"{stem(self.id)}/{entry.segment}"
        if entry.how == SAME:
            return self._fold(entry, node_id)
        if entry.two is None:
            return _moved(_child(self.one, entry.one or 0), node_id, REMOVED)
        after = _child(self.two, entry.two)
        if entry.how == ADDED or entry.one is None:
            return _moved(after, node_id, ADDED)
        spot = replace(after.spot, id=node_id)
        below = self.merge(index)
        if below is not None:
            return replace(_branch(below, spot), text=after.value, change=BELOW)
        return _changed(_child(self.one, entry.one), after, spot, self._prints)

    def merge(self, index: int) -> Merge | None:
        """Give the children of an entry that has changes below it; they are compared once."""
        entry = self.entries[index]
        if entry.how != BELOW or entry.one is None or entry.two is None:
            return None
        if index not in self._below:
            node_id = f"{stem(self.id)}/{entry.segment}"
            before, after = _child(self.one, entry.one), _child(self.two, entry.two)
            self._below[index] = Merge(before, after, node_id, self._prints)
        return self._below[index]

    def _fold(self, entry: Entry, node_id: str) -> Node:
        """Make the line that stands for rows that are the same."""

        def make(place: int) -> Node:
            return _moved(_child(self.two, place), f"{stem(node_id)}/{_segment(self.two, place)}", "")

        run = entry.run
        parts = _MergedParts(
            len(run), lambda: run, make, noun="rows", segments=lambda: [_segment(self.two, place) for place in run]
        )
        return Node(Spot(f"{len(run):,} unchanged", node_id), "fold", text=self._named(run), parts=parts, change=SAME)

    def _named(self, run: tuple[int, ...]) -> str:
        """Name the first rows of a run."""
        keys = _keys(self.two)
        if _is_list(self.two):
            return f"item {run[0]}" if len(run) == 1 else f"items {run[0]} to {run[-1]}"
        names: list[str] = []
        for place in run[:12]:
            key = keys[place]
            names.append(_child(self.two, place).key if isinstance(key, int) or not key else key_words(str(key)))
        text = ", ".join(names) + (", …" if len(run) > len(names) else "")
        return cut(text, _NAMES)


def _difference(before: Node, after: Node) -> str:
    """Say how two rows differ; empty if they are of another shape."""
    if before.parts is None and after.parts is None:
        return CHANGED
    # A type is a change of its own; what it is made of stands below.
    if before.kind == after.kind == "type" and before.value != after.value:
        return CHANGED
    same = before.parts is not None and after.parts is not None and before.parts.marks == after.parts.marks
    return BELOW if same else ""


def _end(run: list[int], found: list[Entry]) -> None:
    """Put a run of rows that are the same behind those that were found."""
    if run:
        found.append(Entry(SAME, None, None, f"~s{run[0]}", tuple(run)))
        run.clear()


def _keys(node: Node) -> Sequence[Any]:
    return node.parts.keys if node.parts else ()


def _child(node: Node, place: int) -> Node:
    assert node.parts is not None  # noqa: S101  # it has a child
    return node.parts.make(node.parts.keys[place])


def _segment(node: Node, place: int) -> str:
    """Write the last part of a child's id, without making the child."""
    keys = _keys(node)
    return str(keys[place]) if isinstance(keys, range) else segment(keys[place])


def _is_list(node: Node) -> bool:
    return node.parts is not None and isinstance(node.parts.keys, range) and node.parts.marks == "[]"


def _names(node: Node) -> list[Hashable]:
    """List what the children are known by in both trees."""
    keys = _keys(node)
    if not isinstance(keys, range):
        return list(keys)
    # Items with names of their own: of equal ones, such as a variable set twice, the number counts too.
    count: Counter[str] = Counter()
    found: list[Hashable] = []
    for place in range(len(keys)):
        name = _child(node, place).key
        found.append((name, count[name]))
        count[name] += 1
    return found


def _moved(node: Node, node_id: str, change: str) -> Node:
    """Give a node, and what is below it, other ids and the same change."""
    parts = node.parts
    moved = replace(node, spot=replace(node.spot, id=node_id), change=change)
    if parts is None:
        return moved

    def make(key: Any) -> Node:
        child = parts.make(key)
        return _moved(child, f"{stem(node_id)}/{child.id.rpartition('/')[2]}", change)

    return replace(moved, parts=replace(parts, make=make))


def _changed(before: Node, after: Node, spot: Spot, prints: Prints) -> Node:
    """Say what a value was."""
    node = replace(after, spot=spot, change=CHANGED)
    if after.parts is not None and before.parts is not None:
        # A type: a change of its own, with the messages that it is made of below.
        return replace(node, before=before.value, parts=Merge(before, after, spot.id, prints).parts)
    if before.secret and after.secret:
        return replace(node, before="another hidden value")
    texts = taken_text(before), taken_text(after)
    if before.kind == after.kind == "text" and max(map(len, texts)) > _EXCERPT and texts[0] != texts[1]:
        was, now = _excerpts(*texts)
        return replace(node, text=now, before=was)
    if before.type != after.type:
        return replace(node, before=f"{before.value} {before.type}")
    if before.value == after.value:
        return replace(node, before=f"{before.value}, {before.badge}" if before.badge else "of other bytes")
    return replace(node, before=before.value)


def _excerpts(was: str, now: str) -> tuple[str, str]:
    """Show two long texts from shortly before their first difference on."""
    first = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    start = max(0, first - _LEAD)
    lead = "…" if start else ""
    left, right = (cut(f"{lead}{visible(text[start : start + 2 * _EXCERPT])}", _EXCERPT) for text in (was, now))
    return f'"{left}"', f'"{right}"'
