"""What a view asks of the search, and the answers: plain data, bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shimnb.notebook.tree.query import Misread, read_query
from shimnb.notebook.tree.search import Finder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shimnb.notebook.tree.model import Position, TreeModel

__all__ = ["find_answer", "finder_of", "hits_answer", "index_answer", "marks_answer"]

_PAGE = 100
_BEFORE = 20
_MOST_MARKS = 400
_MOST_REVEALED = 1_000


def finder_of(model: TreeModel) -> Finder:
    """Give the search of a tree; made when it is first asked for."""
    found = model.kept.get("finder")
    if not isinstance(found, Finder):
        found = model.kept["finder"] = Finder(model.root)
    return found


def _positions(given: Sequence[Any], most: int) -> list[Position]:
    return [tuple(int(number) for number in each) for each in given[:most]]


def index_answer(model: TreeModel, _: dict[str, Any]) -> dict[str, Any]:
    """Begin with the index: a search is near."""
    finder_of(model).prepare()
    return {}


def find_answer(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Search.

    Parameters
    ----------
    model : TreeModel
        The tree.
    content : dict
        ``query`` and ``scope``, see `read_query`; ``only``, whether nothing
        but hits is to be shown; ``revealed``, the ids of hidden values that
        are shown; ``near``, the position to begin at.

    Returns
    -------
    dict
        ``count`` and ``rows``, the numbers of hits and of rows; ``place``,
        the number of the first hit at or after ``near``; ``start`` and
        ``hits``, the positions of the hits around it; ``note``, what was not
        searched; ``wrong``, in words, and ``position``, for a query that is
        none; and ``root``, the tree to show, if that is another one now.

    Examples
    --------
    >>> from shimnb.notebook.tree.model import TreeModel
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> model = TreeModel(json_node({"a": {"limit": 3}, "limit": 5}))
    >>> find_answer(model, {"query": "limit", "scope": "keys"})["hits"]
    [(0, 0), (1,)]
    """
    finder = finder_of(model)
    query = read_query(str(content["query"]), str(content.get("scope", "all")))
    only = bool(content.get("only"))
    if isinstance(query, Misread):
        return {"wrong": query.words, "position": query.position}
    near = finder.whole(tuple(_positions([content.get("near") or []], 1)[0]))
    shown = [finder.tree.find(str(each)) for each in (content.get("revealed") or [])[:_MOST_REVEALED]]
    revealed = {position for position in shown if position is not None}
    root = finder.find(query, revealed, only=only)
    reply: dict[str, Any] = {"count": len(finder.hits.rows), "rows": finder.hits.searched}
    if root is not model.root:
        reply["root"] = root
    if finder.hits.note:
        reply["note"] = finder.hits.note
    place = finder.near(near) % max(1, reply["count"])
    return reply | {"place": place} | _page(finder, place - _BEFORE)


def hits_answer(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give the positions of the hits from ``start`` on, a page of them."""
    return _page(finder_of(model), int(content["start"]))


def _page(finder: Finder, start: int) -> dict[str, Any]:
    start = max(0, start)
    return {"start": start, "hits": [finder.at(row) for row in finder.hits.rows[start : start + _PAGE]]}


def marks_answer(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Tell of the rows ``at`` these positions what matches in each; see `Finder.mark`."""
    finder = finder_of(model)
    marks = []
    for position in _positions(content["at"], _MOST_MARKS):
        node = model.at(position)
        marks.append(finder.mark(node, position) if node is not None else {})
    return {"marks": marks}
