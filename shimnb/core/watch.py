"""What a run tells whoever watches it: how far it is, and which secrets it read. A notebook watches."""

from __future__ import annotations

import math
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from shimnb.errors import SettingError

if TYPE_CHECKING:
    from contextvars import Token

__all__ = ["Watcher", "progress", "progress_line", "unwatch", "watch", "watcher"]

_LONGEST = 200
"""The characters of a text that are told."""
_PAUSE = 1.0
"""Seconds between two lines of a log, so that a loop may report every turn of it."""


class Watcher(Protocol):
    """Who watches a run."""

    def check(self) -> None:
        """Raise if the run has been told to end."""

    def progress(self, fraction: float | None, text: str) -> None:
        """Take note of how far the run is."""

    def secret(self, value: str) -> None:
        """Take note of a secret's value, so that nothing shows it."""


_watcher: ContextVar[Watcher | None] = ContextVar("shimnb_watcher", default=None)


def watcher() -> Watcher | None:
    """Return who watches this thread's run; None where nobody does."""
    return _watcher.get()


def watch(who: Watcher | None) -> Token[Watcher | None]:
    """Let `who` watch what this thread does from here on, until `unwatch`."""
    return _watcher.set(who)


def unwatch(token: Token[Watcher | None]) -> None:
    """Take back what `watch` did."""
    _watcher.reset(token)


class _Log:
    """The lines of a run that nobody watches; at most one a second, beside the first and the last."""

    def __init__(self) -> None:
        self._last = -math.inf

    def tell(self, fraction: float | None, text: str) -> None:
        now = time.monotonic()
        if now - self._last < _PAUSE and fraction != 1:
            return
        self._last = now
        from shimnb.core.logs import user_logger  # noqa: PLC0415  # for those who report

        user_logger().info("%s", progress_line(fraction, text))


_log = _Log()


def progress_line(fraction: float | None, text: str) -> str:
    """Say how far a run is, in one line of a log.

    Examples
    --------
    >>> progress_line(0.4, "reading"), progress_line(None, "reading"), progress_line(0.125, "")
    ('progress 40 %: reading', 'progress: reading', 'progress 12.5 %')
    """
    share = "" if fraction is None else f" {100 * fraction:.3g} %"
    return f"progress{share}: {text}" if text else f"progress{share}"


def progress(fraction: float | None, text: str = "") -> None:
    """Tell how far the run is.

    In a notebook's form it moves the bar beside the Run button, and ends a run
    that was cancelled. In a container, and in a call of the task, it is a line
    of the log, at most one a second: call it as often as you like.

    Parameters
    ----------
    fraction : float or None
        What is done, from 0 to 1; None when nobody knows. Less counts as 0,
        and more as 1.
    text : str
        What is being done, in a few words.

    Raises
    ------
    SettingError
        If `fraction` is no number.

    Examples
    --------
    >>> for number in range(1, 4):
    ...     progress(number / 3, f"{number} of 3")
    """
    share = _checked(fraction)
    words = " ".join(str(text).split())[:_LONGEST]
    who = _watcher.get()
    if who is None:
        _log.tell(share, words)
        return
    who.check()
    who.progress(share, words)


def _checked(fraction: object) -> float | None:
    if fraction is None:
        return None
    try:
        share = float(fraction)  # type: ignore[arg-type]  # numpy's numbers count too
    except (TypeError, ValueError):
        raise SettingError("progress", fraction, "no number from 0 to 1", "Give what is done: done / total.") from None
    return None if math.isnan(share) else min(max(share, 0.0), 1.0)
