"""What `diff` shows: two sources as one tree, and how many leaves came, went and changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message

from shimnb.core.sizes import size_words
from shimnb.errors import ShimError
from shimnb.notebook.tree.merge import ADDED, BELOW, REMOVED, SAME, Merge
from shimnb.notebook.tree.nodes import message_node
from shimnb.notebook.tree.prints import Prints
from shimnb.notebook.tree.sources import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shimnb.notebook.tree.node import Node

__all__ = ["Comparison", "Tally", "change_answer", "compared"]

Position = tuple[int, ...]

_MOST_CHANGES = 20_000
_MOST_LEAVES = 100_000
_MOST_OPEN = 200
# Branches that are looked into to count: a second or so, where each of a hundred thousand has a change.
_MOST_BRANCHES = 5_000
_LEVELS = 40


@dataclass(frozen=True)
class Tally:
    """How two trees differ, in numbers.

    Attributes
    ----------
    added, removed, changed : int
        Leaves.
    places : tuple of tuple of int
        The positions of the changes, in the tree's order; a branch that came
        or went is one.
    opened : tuple of str
        Ids of branches with changes in them.
    whole : bool
        Whether all were counted.
    """

    added: int
    removed: int
    changed: int
    places: tuple[Position, ...]
    opened: tuple[str, ...]
    whole: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The numbers in words.

        Examples
        --------
        >>> Tally(1, 0, 2, (), (), True).words
        ('1 added', '2 changed')
        """
        most = "" if self.whole else "at least "
        told = ((self.added, "added"), (self.removed, "removed"), (self.changed, "changed"))
        return tuple(f"{most}{number:,} {word}" for number, word in told if number) or ("no difference",)


class Comparison:
    """Two trees side by side.

    Parameters
    ----------
    one, two : Node
        The roots, the older one first.
    """

    def __init__(self, one: Node, two: Node) -> None:
        self._merge = Merge(one, two, two.id, Prints())

    @property
    def root(self) -> Node:
        """The root of both together."""
        return replace(self._merge.two, parts=self._merge.parts)

    @cached_property
    def tally(self) -> Tally:
        """Count the changes; all, or up to a bound."""
        counts = {ADDED: 0, REMOVED: 0, "changed": 0}
        places: list[Position] = []
        opened: list[str] = []
        whole = True
        leaves = _MOST_LEAVES
        looked = 0
        ways: list[tuple[Merge, Position]] = [(self._merge, ())]
        while ways and whole:
            merge, at = ways.pop()
            looked += 1
            if looked > _MOST_BRANCHES:
                whole = False
                break
            below: list[tuple[Merge, Position]] = []
            for index, entry in enumerate(merge.entries):
                if entry.how == SAME:
                    continue
                inner = merge.merge(index) if entry.how == BELOW else None
                if inner is not None:
                    below.append((inner, (*at, index)))
                    if len(opened) < _MOST_OPEN:
                        opened.append(inner.id)
                    continue
                number = 1 if entry.how not in {ADDED, REMOVED} else _leaves(merge.node(index), leaves)
                counts[entry.how] += number
                leaves -= number
                places.append((*at, index))
                if len(places) >= _MOST_CHANGES or leaves <= 0:
                    whole = False
                    break
            ways += reversed(below)
        places.sort()
        return Tally(counts[ADDED], counts[REMOVED], counts["changed"], tuple(places), tuple(opened), whole)

    def step(self, at: Position, step: int) -> tuple[int, Position] | None:
        """Find the change after a position, or before it, going round at the ends; None if there is none."""
        places = self.tally.places
        if not places:
            return None
        index = bisect_right(places, at) if step > 0 else bisect_left(places, at) - 1
        index %= len(places)
        return index, places[index]


def _leaves(node: Node, most: int) -> int:
    """Count the leaves of a branch, up to `most`."""
    found = 0
    left = [node]
    while left and found < most:
        each = left.pop()
        if each.count:
            left += each.children(0, most)
        else:
            found += 1
    return found


@dataclass(frozen=True)
class Compared(Shown):
    """What a tree shows of two.

    Attributes
    ----------
    tally : Tally or None
        The changes.
    before : int
        The size of the older one.
    """

    tally: Tally | None = None
    before: int = 0

    @property
    def label(self) -> str:
        """The tree's accessible name."""
        return f"Differences of {self.name}"

    @property
    def heading(self) -> str:
        """Name, what changed, and both sizes."""
        size = size_words(self.node.size)
        was = "" if self.before == self.node.size else f", was {size_words(self.before)}"
        return " · ".join((self.name, *self.notes, f"{size}{was}"))


def compared(one: Shown, two: Shown) -> Compared:
    """Put two sources side by side, the older one first.

    Raises
    ------
    ShimError
        If they are of different kinds.

    Examples
    --------
    >>> from shimnb.notebook.tree.sources import shown
    >>> compared(shown({"a": 1}), shown({"a": 2})).heading
    'dict · 1 changed · 7 B'
    """
    before, after = _bare(one), _bare(two)
    if one.kind != two.kind or before.kind != after.kind:
        raise ShimError(
            f"a {one.kind} and a {two.kind} have nothing to compare", where="diff", remedy="Pass two of the same kind."
        )
    comparison = Comparison(before, after)
    tally = comparison.tally
    name = two.name if one.name == two.name else f"{one.name} → {two.name}"
    return Compared(
        lambda _: comparison.root,
        name,
        tally.words,
        tally.opened,
        comparison,
        two.kind,
        _LEVELS,
        tally,
        before.size,
    )


def _bare(given: Shown) -> Node:
    """Make the tree of a message as it is: what a task lost on the way is not what is compared."""
    return (
        message_node(given.source) if given.kind == "TaskTemplate" and isinstance(given.source, Message) else given.node
    )


def change_answer(model: Any, content: dict[str, Any]) -> dict[str, Any]:
    """Give the position of the change after ``at``, or with a ``step`` of -1 before it, its number, and how many."""
    if not isinstance(model.source, Comparison):
        raise TypeError(model.source)
    at: Sequence[int] = content["at"]
    if not isinstance(at, list) or not all(type(number) is int for number in at):
        raise ValueError(at)
    found = model.source.step(tuple(at), int(content["step"]))
    if found is None:
        return {"at": None, "number": 0, "of": 0}
    index, place = found
    return {"at": list(place), "number": index + 1, "of": len(model.source.tally.places)}
