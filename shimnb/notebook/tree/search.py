"""Search over a tree's model: what is found does not depend on what is open, or in the page.

The index is made once, in the background; a query goes over it in one pass.
Rows are found by their keys, their whole texts and their paths. A value that
is hidden is not searched, unless it was revealed.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import ref

from shimnb.errors import ShimError
from shimnb.notebook.tree.index import BREAK, Index
from shimnb.notebook.tree.model import TreeModel
from shimnb.notebook.tree.node import Node, Parts
from shimnb.notebook.tree.scan import LONGEST, Job, scan
from shimnb.notebook.tree.words import cut, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from shimnb.notebook.tree.model import Position
    from shimnb.notebook.tree.query import Query

__all__ = ["Finder", "Hits", "search"]

_SECONDS = 1.0
_WINDOW = 1 << 20
_PATH_MARKS = frozenset(".[]\"'\\")


@dataclass(frozen=True)
class Hits:
    """What a search found.

    Attributes
    ----------
    rows : array of int
        The rows that match, in their order in the tree.
    searched : int
        How many rows were searched.
    note : str
        What was not searched, and why; empty if all was.
    """

    rows: array[int]
    searched: int
    note: str = ""


def search(index: Index, query: Query, revealed: Collection[Position] = (), seconds: float = _SECONDS) -> Hits:
    """Find the rows that match a query.

    Parameters
    ----------
    index : Index
        The index of the tree.
    query : Query
        What to look for.
    revealed : collection of positions
        Hidden values that are shown, and so are searched.
    seconds : float
        How long it may take; a regex that takes longer is given up.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> from shimnb.notebook.tree.query import Query
    >>> index = Index.of(json_node({"limit": 3, "query": "limit 5"}))
    >>> search(index, Query("limit")).rows.tolist()
    [1, 2]
    """
    if not query.text:
        return Hits(array("i"), index.rows)
    hits, note = _regex(index, query, revealed, seconds) if query.regex else (_plain(index, query, revealed), "")
    if not index.whole:
        note = f"The tree is too large to search all of it: only its first {index.rows:,} rows were. {note}".strip()
    return Hits(array("i", sorted(hits)), index.rows, note)


# Words.


def _plain(index: Index, query: Query, revealed: Collection[Position]) -> set[int]:
    text, exact = query.text, query.exact
    hits: set[int] = set()
    for chunk in index.chunks:
        if query.scope in {"all", "keys"}:
            hits.update(_rows_in(chunk.keys, chunk.first, text, exact))
        if query.scope in {"all", "values"}:
            hits.update(_rows_in(chunk.texts, chunk.first, text, exact))
    if query.scope in {"all", "keys"}:
        hits.update(row for row, key in index.odd_keys.items() if _holds(key, text, exact))
    if query.scope in {"all", "values"}:
        hits.update(row for row, odd in _aside(index, revealed) if _holds(odd, text, exact))
    # A path ends with the key, so that there is more to find there only with what stands between keys.
    if query.scope == "paths" or (query.scope == "all" and not _PATH_MARKS.isdisjoint(text)):
        hits.update(_rows_at(index, text, exact))
    return hits


def _rows_in(joined: str, first: int, text: str, exact: bool) -> list[int]:  # noqa: FBT001  # a query's
    where = joined if exact else joined.lower()
    if text not in where:
        return []
    return [row for row, one in enumerate(where.split(BREAK), first) if text in one]


def _rows_at(index: Index, text: str, exact: bool) -> Iterator[int]:  # noqa: FBT001
    """Find the rows whose path matches in its own part: those below would only repeat what their parent says."""
    # Where the match goes over from the parent, its end begins as each part of a path does.
    begins = max(text.rfind("["), text.rfind("."))
    for row in index.ending(text[max(0, begins) :], exact=exact):
        path, parent = index.path(row), index.path(index.parents[row])
        own = path[max(0, len(parent) - len(text) + 1) if path.startswith(parent) else 0 :]
        if text in (own if exact else own.lower()):
            yield row


def _holds(whole: str, text: str, exact: bool) -> bool:  # noqa: FBT001
    if exact:
        return text in whole
    # A window at a time: a copy of all of it in lower case could be hundreds of megabytes.
    return any(
        text in whole[start : start + _WINDOW + len(text)].lower() for start in range(0, max(1, len(whole)), _WINDOW)
    )


def _aside(index: Index, revealed: Collection[Position]) -> Iterator[tuple[int, str]]:
    """Give the texts that stand in no chunk, without those that are hidden."""
    for row in index.odd:
        yield row, index.text(row)
    if revealed:
        for row in index.hidden:
            if index.at(row) in revealed:
                yield row, index.text(row)


# A regex.


def _regex(index: Index, query: Query, revealed: Collection[Position], seconds: float) -> tuple[set[int], str]:
    found = scan(query.text, query.flags, _jobs(index, query.scope, revealed), seconds)
    notes = []
    if found.left:
        notes.append(f"{_values(found.left)} could not be searched for this regex: {found.why}.")
    if found.cut:
        notes.append(f"Of {_values(found.cut)} only the first {LONGEST:,} characters were searched for this regex.")
    return found.hits, " ".join(notes)


def _values(number: int) -> str:
    return "1 value" if number == 1 else f"{number:,} values"


def _jobs(index: Index, scope: str, revealed: Collection[Position]) -> Iterator[Job]:
    if scope in {"all", "keys"}:
        # A position in a list has no key.
        yield from ((chunk.first, chunk.keys.split(BREAK), None) for chunk in index.chunks)
        yield from ((row, [key], None) for row, key in index.odd_keys.items())
    if scope in {"all", "values"}:
        yield from ((chunk.first, chunk.texts.split(BREAK), None) for chunk in index.chunks)
        yield from ((row, [text], None) for row, text in _aside(index, revealed))
    if scope == "paths":
        yield from index.paths()


class Finder:
    """The search of one tree, which has its index, the hits, and what is left of the tree when only they are shown.

    Parameters
    ----------
    root : Node
        The root of the whole tree.
    """

    def __init__(self, root: Node) -> None:
        self.root = root
        self.tree = TreeModel(root)
        self.hits = Hits(array("i"), 0)
        self.query: Query | None = None
        self.ready: Index | None = None
        self._thread: threading.Thread | None = None
        self._only: dict[int, _Kept] | None = None
        self._set: frozenset[int] = frozenset()

    def prepare(self) -> None:
        """Begin with the index, in the background."""
        if self._thread is None:
            self._thread = threading.Thread(target=_prepare, args=(ref(self),), name="shimnb tree index", daemon=True)
            self._thread.start()

    @property
    def index(self) -> Index:
        """The index; made now, if it was not yet."""
        if self._thread is not None:
            self._thread.join()
        if self.ready is None:
            try:
                self.ready = Index.of(self.root)
            except Exception as error:
                told = cut(visible(str(error)[:400]), 200)
                raise ShimError(f"it cannot be searched: {type(error).__name__}: {told}", where="tree") from error
        return self.ready

    def hidden_below(self, position: Position) -> list[str]:
        """Give the ids of the hidden values at a position that is shown, and below it."""
        whole, index = self.whole(position), self.index
        found = []
        for row in index.hidden:
            at = index.at(row)
            node = self.tree.at(at) if at[: len(whole)] == whole else None
            if node is not None:
                found.append(node.id)
        return found

    def find(self, query: Query, revealed: Collection[Position] = (), *, only: bool = False) -> Node:
        """Search; return the root of what is shown: of the whole tree, or of what is left of it if `only` hits are."""
        self.query = query
        self.hits = search(self.index, query, revealed)
        self._set = frozenset(self.hits.rows) if only else frozenset()
        self._only = self._kept() if only and query.text else None
        return self.root if self._only is None else self._wrap(self.root, 0)

    def at(self, row: int) -> Position:
        """Give the position of a row in what is shown."""
        whole = self.index.at(row)
        if self._only is None:
            return whole
        found: list[int] = []
        parent = 0
        for depth, place in enumerate(whole):
            kept = self._only.get(parent)
            if kept is None or parent in self._set:
                return (*found, *whole[depth:])
            found.append(bisect_left(kept.places, place))
            parent = kept.rows[found[-1]]
        return tuple(found)

    def whole(self, position: Position) -> Position:
        """Give the position in the whole tree of a row that is shown."""
        if self._only is None:
            return position
        found: list[int] = []
        parent = 0
        for depth, number in enumerate(position):
            kept = self._only.get(parent)
            if kept is None or parent in self._set or not 0 <= number < len(kept.rows):
                return (*found, *position[depth:])
            found.append(kept.places[number])
            parent = kept.rows[number]
        return tuple(found)

    def near(self, position: Position) -> int:
        """Find the number of the first hit that does not stand before a position in the whole tree."""
        return bisect_left(self.hits.rows, position, key=self.index.at)

    def mark(self, node: Node, position: Position) -> dict[str, Any]:
        """Tell of a row that is shown whether it is a hit, whether one is below it, and what matches in it."""
        rows = self.hits.rows
        whole = self.whole(position)
        number = self.near(whole)
        made: dict[str, Any] = {}
        if self.query is None or number == len(rows):
            return made
        if self.index.at(rows[number]) == whole:
            made = {"hit": number, "key": [], "value": []}
            if self.query.scope in {"all", "keys"}:
                made["key"] = _units(node.key, self.query.spans(node.key))
            if self.query.scope in {"all", "values"} and not node.secret:
                made["value"] = _units(node.value, self.query.spans(node.value))
            if not made["key"] and not made["value"]:
                # What matches is the path, or a part of the text that is not shown.
                made["unseen"] = True
            number += 1
        if number < len(rows) and self.index.at(rows[number])[: len(whole)] == whole:
            made["below"] = True
        return made

    # Only hits.

    def _kept(self) -> dict[int, _Kept]:
        """Find the rows with hits below them: by parent, the places of its children that are kept, and their rows."""
        index = self.index
        kept = {0: _Kept([], [])}
        # In the order of the rows, so that the places are sorted.
        for hit in self.hits.rows:
            row, parent = hit, index.parents[hit]
            while row and not (parent in kept and row in kept[parent].rows[-1:]):
                known = kept.setdefault(parent, _Kept([], []))
                known.places.append(index.places[row])
                known.rows.append(row)
                row, parent = parent, index.parents[parent]
        return kept

    def _wrap(self, node: Node, row: int) -> Node:
        """Leave of a node the children that are kept; all, if it is a hit itself."""
        kept = self._only.get(row) if self._only is not None else None
        parts = node.parts
        if kept is None or parts is None or row in self._set:
            return node
        numbered = isinstance(parts.keys, range)
        given = [parts.keys[place] for place in kept.places]
        # An item is known by its number in the whole list, as it is in its id.
        keys = [str(key) for key in given] if numbered else given
        below = dict(zip(keys, zip(given, kept.rows, strict=True), strict=True))

        def make(key: Any) -> Node:
            whole, child = below[key]
            return self._wrap(parts.make(whole), child)

        made = Parts(len(keys), lambda: keys, make, parts.marks, parts.noun)
        return replace(node, text=node.value, parts=made)


def _prepare(finder: ref[Finder]) -> None:
    """Make the index of a tree, for as long as somebody has it."""
    mine = finder()
    root = mine.root if mine is not None else None
    del mine
    # A value's own repr may raise; the index is then made again for the first search, where somebody hears of it.
    with suppress(Exception):
        index = Index.of(root, lambda: finder() is not None) if root is not None else None
        mine = finder()
        if mine is not None:
            mine.ready = index


@dataclass(frozen=True)
class _Kept:
    """The children of a row that are shown when only hits are."""

    places: list[int]
    rows: list[int]


def _units(text: str, spans: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Count in UTF-16 units, as JavaScript does."""
    if text.isascii():
        return [list(span) for span in spans]
    return [[len(text[:edge].encode("utf-16-le", "surrogatepass")) // 2 for edge in span] for span in spans]
