"""The working directory, which all threads of a process share: after a run it is what it was before."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from shimnb.notebook.runs.sink import Sink

__all__ = ["FolderRoute"]


class FolderRoute:
    """Tells a run's `os.chdir` from a cell's, as long as runs are going on.

    Parameters
    ----------
    sink : callable
        Gives the sink of the calling thread, None outside of a run.
    """

    def __init__(self, sink: Callable[[], Sink | None]) -> None:
        self._sink = sink
        self._home: str | None = None
        self._moved: set[int] = set()
        self._original: Any = None
        self._routed: Any = None

    def install(self) -> None:
        """Note where the notebook is, and who goes elsewhere."""
        self._home = _here()
        self._moved.clear()
        original = self._original = os.chdir

        def chdir(path: Any) -> None:
            original(path)
            sink = self._sink()
            if sink is None:
                self._home = _here()
            else:
                self._moved.add(id(sink))

        self._routed = os.chdir = chdir

    def restore(self) -> None:
        """Take everything back."""
        if os.chdir is self._routed:
            os.chdir = self._original

    def go_back(self, sink: Sink, *, last: bool) -> None:
        """Go back to where the notebook is, after a run that went elsewhere."""
        moved = id(sink) in self._moved
        self._moved.discard(id(sink))
        # Past os.chdir, as `from os import chdir` does, nobody can tell who it was.
        if self._home is not None and (moved or last) and _here() != self._home:
            with suppress(OSError):
                self._original(self._home)


def _here() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109  # a text, as os.chdir takes it
    except OSError:
        return None
