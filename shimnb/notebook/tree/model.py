"""The tree as the kernel keeps it: nodes by position and by id, rows by range, and what stands open.

A front end names a child by its number among its parent's children, so a node
by the numbers from the root down: its *position*, ``[3, 0, 17]``. Ids outlive
a tree that is made again; positions cost nothing to look up.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from shimnb.notebook.tree.node import Node, row, stem
from shimnb.notebook.tree.outline import count_of, inner_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from shimnb.notebook.tree.node import Row

__all__ = ["ALL", "Opened", "Position", "TreeModel"]

Position = tuple[int, ...]

ALL = "/~all"
_KEPT = 20_000
_DIGESTS = 10_000
_PAGE = 100
_PATIENCE = 4_000


@dataclass(frozen=True)
class Opened:
    """What stands open: a depth, and the rows that are otherwise.

    Attributes
    ----------
    depth : int
        Rows above this level are open; 1 is none, 0 all.
    expanded : collection of str
        Ids of rows that are open all the same; an id with ``/~all`` behind it
        stands for every child of that row.
    collapsed : collection of str
        Ids of rows that are closed all the same.

    Examples
    --------
    >>> Opened(2, expanded={"/a/b"}).holds("/a/b", "/a", 2)
    True
    """

    depth: int = 1
    expanded: Collection[str] = ()
    collapsed: Collection[str] = ()

    def holds(self, node_id: str, parent_id: str, level: int) -> bool:
        """Tell whether a row is open; the root's children have level 1."""
        if node_id in self.collapsed:
            return False
        if not self.depth or level < self.depth or node_id in self.expanded:
            return True
        return parent_id + ALL in self.expanded

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for each in self.expanded:
            before, _, segment = each.rpartition("/")
            found.setdefault(before, []).append(segment)
        return found

    @cached_property
    def _above(self) -> frozenset[str]:
        """The ids above those that are named."""
        found: set[str] = set()
        for named in (*self.expanded, *self.collapsed):
            if not named.startswith("/"):
                found.add("~")
            above = named.rpartition("/")[0]
            while above not in found:
                found.add(above)
                above = above.rpartition("/")[0]
        return frozenset(found)

    def plain(self, node_id: str) -> bool:
        """Tell whether the depth alone says what stands open below a row."""
        # An id far down begins with a digest: what is above it cannot be read from it.
        return node_id not in self._above and "~" not in self._above

    def may_hold(self, parent_id: str, level: int) -> bool:
        """Tell whether any child of a row may be open."""
        return not self.depth or level < self.depth or bool(self._by_stem.get(stem(parent_id)))

    def below(self, before: str) -> list[str]:
        """List the last parts of the expanded ids that begin so."""
        return self._by_stem.get(before, [])


@dataclass
class _Place:
    """A node that was looked up, and those below it that were."""

    node: Node
    below: dict[int, _Place] = field(default_factory=dict)


class TreeModel:
    """The nodes of one tree, made when they are looked at.

    Parameters
    ----------
    root : Node
        The root; it has no row of its own.
    source : object, optional
        What the tree shows: a message, or a JSON value.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> model = TreeModel(json_node({"a": [1, 2]}))
    >>> model.at([0, 1]).value, model.find("/a/1")
    ('2', (0, 1))
    """

    def __init__(self, root: Node, source: Any = None) -> None:
        self.root = root
        self.source = source
        self._top = _Place(root)
        self._kept = 0
        self._digests: OrderedDict[str, Position] = OrderedDict()
        self.kept: dict[str, object] = {}  # what answers keep of this tree, by their names

    def use(self, root: Node) -> None:
        """Show another root of the same tree, such as one with some of its rows; positions are those below it now."""
        self.root = root
        self._top = _Place(root)
        self._kept = 0
        self._digests.clear()

    def at(self, positions: Sequence[int]) -> Node | None:
        """Give the node at a position; None if there is none."""
        place: _Place | None = self._top
        for level, number in enumerate(positions):
            if place is None:
                return None
            self._note(place.node, positions, level)
            place = self._below(place, number)
        return place.node if place is not None else None

    def _below(self, place: _Place, number: int) -> _Place | None:
        found = place.below.get(number)
        if found is not None:
            return found
        if not 0 <= number < place.node.count:
            return None
        [child] = place.node.children(number, number + 1)
        found = _Place(child)
        if child.count:
            self._keep(place, number, found)
        return found

    def _keep(self, place: _Place, number: int, found: _Place) -> None:
        """Keep a branch, so that its keys are sorted once; all are made again when they are very many."""
        if self._kept >= _KEPT:
            self._top.below.clear()
            self._kept = 0
        self._kept += 1
        place.below[number] = found

    def find(self, node_id: str) -> Position | None:
        """Give the position of an id; None if there is no such node, or it is far down and was never shown."""
        if not node_id:
            return ()
        start, _, rest = node_id.partition("/")
        base: Position | None = ()
        if start:
            base = self._digests.get(start)
        node = self.at(base) if base is not None else None
        if node is None or base is None:
            return None
        found = list(base)
        for segment in rest.split("/"):
            number = node.parts.place(segment) if node is not None and node.parts else None
            if number is None:
                return None
            found.append(number)
            node = self.at(found)
        return tuple(found)

    def children(self, positions: Sequence[int], start: int, stop: int) -> list[Node]:
        """Make the children of a node from `start` up to `stop`; none if there is no such node."""
        parent = self.at(positions)
        if parent is None:
            return []
        self._note(parent, positions, len(positions))
        return parent.children(max(0, start), min(stop, parent.count))

    def _note(self, parent: Node, positions: Sequence[int], level: int) -> None:
        """Remember where a node is whose children's ids do not begin with its own."""
        short = stem(parent.id)
        if short == parent.id:
            return
        self._digests[short] = tuple(positions[:level])
        self._digests.move_to_end(short)
        if len(self._digests) > _DIGESTS:
            self._digests.popitem(last=False)

    def rows(self, ranges: Iterable[tuple[Sequence[int], int, int]], budget: int) -> list[dict[str, Any]]:
        """Make the rows of ranges of children, within a budget.

        Parameters
        ----------
        ranges : iterable of (positions, int, int)
            The parent, the first child, and the one after the last.
        budget : int
            The most bytes of JSON, but for one row, which is always given;
            what is left out is to be asked for again.

        Returns
        -------
        list of dict
            For each range that was come to ``at``, ``start``, ``rows``, and
            ``count``, how many children the parent has; an empty ``rows``
            says that there is no such row.
        """
        found: list[dict[str, Any]] = []
        room = budget
        for at, start, stop in ranges:
            parent = self.at(at)
            listed: list[Row] = []
            found.append(
                {"at": list(at), "start": start, "count": parent.count if parent is not None else 0, "rows": listed}
            )
            for begin in range(start, stop, _PAGE):
                for child in self.children(at, begin, min(stop, begin + _PAGE)):
                    made = row(child)
                    room -= len(json.dumps(made)) + 2
                    if room < 0 and (listed or len(found) > 1):
                        return found if listed else found[:-1]
                    listed.append(made)
        return found

    def shape(self, at: Sequence[int], opened: Opened, budget: int) -> tuple[bytes, int, bool]:
        """Write what stands open below a node, so that a front end can lay it out before it has the rows.

        Parameters
        ----------
        at : sequence of int
            The node; it counts as open.
        opened : Opened
            What stands open.
        budget : int
            The most branches.

        Returns
        -------
        tuple of bytes, int, bool
            For each open branch, parents first: the number of its children,
            the number of those that are open, and before each of these the
            distance from the one before it. All are numbers of variable
            length, as in protobuf. Then how many branches these are, and
            whether they are all.
        """
        top = self.at(at)
        if top is None:
            return b"", 0, True
        made = bytearray()
        told = 0
        # The ways that are still to be gone, the next one last: distance, node, level of its children.
        ways = [(-1, top, len(at) + 1)]
        while ways:
            gap, node, level = ways.pop()
            if gap >= 0:
                _number(made, gap)
            if told + 1 >= budget or opened.plain(node.id):
                told += _outline(made, node, level, opened.depth, budget - told)
                continue
            told += 1
            kids = _open_children(node, opened, level)
            _number(made, node.count)
            _number(made, len(kids))
            gaps = [number - before - 1 for (number, _), (before, _) in zip(kids, [(-1, None), *kids], strict=False)]
            ways += [(gap, kid, level + 1) for gap, (_, kid) in zip(reversed(gaps), reversed(kids), strict=True)]
        return bytes(made), told, told < budget

    def typed(self, text: str, at: Sequence[int], opened: Opened, *, skip: bool) -> Position | None:
        """Find the next open row whose key begins with a text, from a row on and around.

        Parameters
        ----------
        text : str
            The text; case does not count.
        at : sequence of int
            The row to begin with.
        opened : Opened
            What stands open.
        skip : bool
            Whether to begin with the row after it.

        Returns
        -------
        tuple of int or None
            The row's position; None if there is none, or none among the next
            many thousand.
        """
        here = tuple(at)
        for start in (here, ()):
            for found in self._begins(text.casefold(), opened, start):
                if found > here or not skip or not start:
                    return found
        return None

    def _begins(self, wanted: str, opened: Opened, start: Position) -> Iterator[Position]:
        """Go through the open rows from one on, in their order, whose keys begin with a text."""
        patience = _PATIENCE
        ways = [_Step(self.root, (), iter(_candidates(self.root, wanted, start, opened, 1)))]
        while ways and patience:
            way = ways[-1]
            number = next(way.numbers, None)
            if number is None:
                ways.pop()
                continue
            patience -= 1
            node = way.node.parts.child(number) if way.node.parts else None
            position = (*way.position, number)
            if node is None:
                continue
            if node.key.casefold().startswith(wanted) and position >= start:
                yield position
            level = len(position)
            if node.count and opened.holds(node.id, way.node.id, level):
                inside = start if position == start[:level] else ()
                ways.append(_Step(node, position, iter(_candidates(node, wanted, inside, opened, level + 1))))


@dataclass(frozen=True)
class _Step:
    """A branch that is gone through: its node, its position, the numbers of the children that are still to be seen."""

    node: Node
    position: Position
    numbers: Iterator[int]


def _numbers_from(text: str, start: int, stop: int) -> Iterator[int]:
    """Give the numbers that are written with these digits first."""
    if text == "0":
        yield from range(start, min(stop, 1))
    if not (text.isascii() and text.isdecimal()) or text.startswith("0"):
        return
    low, width = int(text), 1
    while low < stop:
        yield from range(max(low, start), min(low + width, stop))
        low, width = low * 10, width * 10


def _candidates(parent: Node, wanted: str, start: Position, opened: Opened, level: int) -> Sequence[int]:
    """Give the children that may begin so or may be open, by number, from a position on, without making them."""
    parts = parent.parts
    if parts is None:
        return []
    first = start[level - 1] if len(start) >= level else 0
    # Items that are keys with values have names of their own, and so has a key that is shown in quotes or by escapes.
    named = isinstance(parts.keys, range) and parts.marks == "{}"
    if named or parts.inner is None or wanted[:1] in {'"', "\\"}:
        return range(first, parts.count)
    if isinstance(parts.keys, range):
        hits = set(_numbers_from(wanted, first, parts.count))
    else:
        length = len(wanted)
        keys = map(str, parts.keys[first:])
        hits = {place for place, key in enumerate(keys, first) if key[:length].casefold() == wanted}
    if opened.may_hold(parent.id, level):
        hits.update(place for place, _ in parts.inner if place >= first)
    return sorted(hits)


def _open_children(parent: Node, opened: Opened, level: int) -> list[tuple[int, Node]]:
    """Find the children of a node that stand open, by their numbers."""
    parts = parent.parts
    if parts is None:
        return []
    numbers: Iterable[int]
    if (opened.depth and level >= opened.depth) and parent.id + ALL not in opened.expanded:
        # Those alone that are named.
        named = (parts.place(segment) for segment in opened.below(stem(parent.id)))
        numbers = sorted(number for number in named if number is not None)
    else:
        numbers = range(parts.count) if parts.inner is None else [place for place, _ in parts.inner]
    made = ((number, parts.child(number)) for number in numbers)
    return [(number, node) for number, node in made if node.count and opened.holds(node.id, parent.id, level)]


def _outline(into: bytearray, top: Node, level: int, depth: int, room: int) -> int:
    """Write the shape below a node where the depth alone says what is open, by values where these will do.

    Returns how many branches were written; `room` is the most.
    """
    told = 0
    # Those still to be written, the next one last: distance, node or container, its node, level of its children.
    ways: list[tuple[int, Any, Callable[[], Node], int]] = [(-1, top, lambda: top, level)]
    while ways:
        gap, what, node_of, level = ways.pop()
        if gap >= 0:
            _number(into, gap)
        told += 1
        inner = [] if (depth and level >= depth) or told >= room else _inner(what, node_of)
        _number(into, what.count if isinstance(what, Node) else count_of(what))
        _number(into, len(inner))
        last = len(ways)
        before = -1
        for place, each in inner:
            ways.append((place - before - 1, each, partial(_child, node_of, place), level + 1))
            before = place
        ways[last:] = reversed(ways[last:])
    return told


def _child(parent: Callable[[], Node], place: int) -> Node:
    parts = parent().parts
    assert parts is not None  # noqa: S101  # for the type checker: it has a child there
    return parts.child(place)


def _inner(what: Any, node_of: Callable[[], Node]) -> list[tuple[int, Any]]:
    """Find the children that have children, each as its container, or as a node where that does not tell."""
    if isinstance(what, Node):
        parts = what.parts
        if parts is None:
            return []
        pairs = [(place, None) for place in range(parts.count)] if parts.inner is None else parts.inner
    else:
        pairs = inner_of(what)
    found: list[tuple[int, Any]] = []
    for place, container in pairs:
        each = container if container is not None else _child(node_of, place)
        if container is not None or each.count:
            found.append((place, each))
    return found


def _number(into: bytearray, number: int) -> None:
    while number > 0x7F:  # noqa: PLR2004  # seven bits a byte, as protobuf has it
        into.append(number & 0x7F | 0x80)
        number >>= 7
    into.append(number)
