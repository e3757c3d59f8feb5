"""How many bytes a JSON value's text has, subtree by subtree, at any size and any depth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JsonSizes"]

# What is written to measure it, over and over as rows open, in bytes; past this, each value is measured once.
_PATIENCE = 4_000_000
_CYCLE = "Circular reference detected"


class JsonSizes:
    """Measures the parts of one JSON value.

    A part is written out to be measured, which is quickest for the few that
    are looked at. Where that costs too much, because large parts stand within
    one another, or cannot be done, because they are nested too deeply, every
    part is measured once, from the innermost out.

    Parameters
    ----------
    root : object
        The whole.

    Examples
    --------
    >>> value = {"a": [1, 2], "b": "é"}
    >>> sizes = JsonSizes(value)
    >>> sizes.of(value), sizes.of(value["a"]), sizes.of("é")
    (20, 5, 4)
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[int, int] = {}
        self._spent = 0

    def of(self, part: Any) -> int:
        """Count the bytes of a part; 0 if it has no JSON text."""
        try:
            if not isinstance(part, (dict, list, tuple)):
                return _length(part)
            known = self._known.get(id(part))
            if known is None and self._spent <= _PATIENCE:
                known = _length(part)
                self._spent += known
        except RecursionError:
            known = None
        except (TypeError, ValueError):
            return 0
        return self._measured(part) if known is None else known

    def _measured(self, part: Any) -> int:
        # What is no part of the whole, as a value that was replaced meanwhile, is measured by itself.
        for start in (self._root, part):
            try:
                self._measure(start)
            except (TypeError, ValueError):
                return 0
            if id(part) in self._known:
                break
        return self._known[id(part)]

    def _measure(self, start: Any) -> None:
        """Measure a container and all in it, without recursion."""
        open_now: set[int] = set()
        ways: list[tuple[Any, Iterator[Any]]] = []
        todo = start
        while True:
            if todo is not None and id(todo) not in self._known:
                if id(todo) in open_now:
                    raise ValueError(_CYCLE)
                open_now.add(id(todo))
                ways.append((todo, iter(_containers(todo))))
            if not ways:
                return
            part, inner = ways[-1]
            todo = next(inner, None)
            if todo is None:
                ways.pop()
                open_now.discard(id(part))
                self._known[id(part)] = self._shallow(part)

    def _shallow(self, part: Any) -> int:
        """Measure a container whose containers were measured."""
        inner = list(_containers(part))
        if not inner:
            return _length(part)
        flat: Any
        if isinstance(part, dict):
            flat = {key: 0 if isinstance(each, (dict, list, tuple)) else each for key, each in part.items()}
        else:
            flat = [0 if isinstance(each, (dict, list, tuple)) else each for each in part]
        return _length(flat) + sum(self._known[id(each)] - 1 for each in inner)


def _containers(part: Any) -> list[Any]:
    return [
        each for each in (part.values() if isinstance(part, dict) else part) if isinstance(each, (dict, list, tuple))
    ]


def _length(value: Any) -> int:
    text = _text(value)
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=repr)
