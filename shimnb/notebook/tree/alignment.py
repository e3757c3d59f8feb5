"""Two lists side by side: which items are the same, which one took another's place, which came and which went.

A list in which one item was put in is one addition, not a change of every
item after it. The work is bounded: where two lists have very little in
common, items are compared by their place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

__all__ = ["aligned", "merged_keys"]

Pair = tuple["int | None", "int | None"]

# The edits that are looked for one by one; their square is the work.
_MOST_EDITS = 256


def aligned(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[Pair]:
    """Put the items of two lists side by side.

    Parameters
    ----------
    one, two : sequence of hashable
        What tells the items apart.

    Returns
    -------
    list of (int or None, int or None)
        The places of items that belong together; None where there is no such
        item. Both places rise.

    Examples
    --------
    >>> aligned("abd", "abcd")
    [(0, 0), (1, 1), (None, 2), (2, 3)]
    >>> aligned("abc", "axc")
    [(0, 0), (1, 1), (2, 2)]
    """
    pairs: list[Pair] = []
    at_one = at_two = 0
    for same_one, same_two in [*_common(one, two), (len(one), len(two))]:
        # What stands between two common items was changed, item by item, and the rest came or went.
        while at_one < same_one and at_two < same_two:
            pairs.append((at_one, at_two))
            at_one, at_two = at_one + 1, at_two + 1
        pairs += [(place, None) for place in range(at_one, same_one)]
        pairs += [(None, place) for place in range(at_two, same_two)]
        if same_one < len(one):
            pairs.append((same_one, same_two))
        at_one, at_two = same_one + 1, same_two + 1
    return pairs


def _common(one: Sequence[Hashable], two: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Give the places of common items, rising in both lists."""
    start = 0
    shorter = min(len(one), len(two))
    while start < shorter and one[start] == two[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == two[-1 - end]:
        end += 1
    stop_one, stop_two = len(one) - end, len(two) - end
    yield from ((place, place) for place in range(start))
    for place_one, place_two in _middle(one[start:stop_one], two[start:stop_two]):
        yield start + place_one, start + place_two
    yield from ((stop_one + place, stop_two + place) for place in range(end))


def _middle(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[tuple[int, int]]:
    if not one or not two:
        return []
    found = _shortest_edits(one, two)
    return _unique(one, two) if found is None else found


def _shortest_edits(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[tuple[int, int]] | None:
    """Find a longest common subsequence by the shortest way of edits (Myers); None if that is too long."""
    reached = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(_MOST_EDITS, len(one) + len(two)) + 1):
        trace.append(dict(reached))
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
            )
            x = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            y = x - diagonal
            while x < len(one) and y < len(two) and one[x] == two[y]:
                x, y = x + 1, y + 1
            reached[diagonal] = x
            if x >= len(one) and y >= len(two):
                return _walked_back(trace, len(one), len(two))
    return None


def _walked_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for edits in range(len(trace) - 1, -1, -1):
        reached = trace[edits]
        diagonal = x - y
        down = diagonal == -edits or (
            diagonal != edits and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
        )
        before = diagonal + 1 if down else diagonal - 1
        before_x = reached.get(before, 0)
        before_y = before_x - before
        while x > before_x and y > before_y and x > 0 and y > 0:
            x, y = x - 1, y - 1
            found.append((x, y))
        x, y = before_x, before_y
    return found[::-1]


def _unique(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Find common items among those that each list has once; of these the longest rising row (patience)."""
    often_one, often_two = Counter(one), Counter(two)
    places = {item: place for place, item in enumerate(two) if often_two[item] == 1}
    pairs = [(at, places[item]) for at, item in enumerate(one) if often_one[item] == 1 and item in places]
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        row = bisect_left(tails, place)
        before.append(last[row - 1] if row else -1)
        tails[row : row + 1] = [place]
        last[row : row + 1] = [index]
    found: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def merged_keys(one: Sequence[Hashable], two: Sequence[Hashable]) -> list[Pair]:
    """Put the keys of two maps side by side, in the order of the second; a key that went stays after its neighbour.

    Examples
    --------
    >>> merged_keys(["a", "b", "c"], ["c", "a", "d"])
    [(2, 0), (0, 1), (1, None), (None, 2)]
    """
    places_one = {key: place for place, key in enumerate(one)}
    places_two = {key: place for place, key in enumerate(two)}
    gone: dict[Hashable, list[Pair]] = {}
    first: list[Pair] = []
    into = first
    for place, key in enumerate(one):
        if key in places_two:
            into = gone.setdefault(key, [])
        else:
            into.append((place, None))
    pairs = first
    for place, key in enumerate(two):
        pairs.append((places_one.get(key), place))
        pairs += gone.get(key, ())
    return pairs
