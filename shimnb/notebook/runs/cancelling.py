"""Cancelling a run in the kernel: a flag that the run looks at, and an exception that Python raises in its thread.

Python can have an exception raised in another thread, between two of its
instructions. Code in C is not interrupted by that: it comes when the C code
returns. A program that catches everything goes on, until it prints, reports
its progress, or is cancelled again.
"""

from __future__ import annotations

import ctypes
import threading
import time

__all__ = ["CancelledRun", "Interrupter"]


_PATIENCE = 2.0
"""Seconds that a run has to clean up, before its next print ends it all the same."""


class CancelledRun(BaseException):
    """Raised in a run that was cancelled. No `except Exception` stops it."""

    def __init__(self) -> None:
        super().__init__("the run was cancelled")


class Interrupter:
    """Raises `CancelledRun` in one thread, while that is within `open` and `close`, and never after."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._asked: float | None = None

    def open(self) -> None:
        """Let this thread be interrupted from here on."""
        with self._lock:
            self._thread = threading.get_ident()
        self.check()

    def check(self) -> None:
        """Raise if the run has been told to end."""
        if self._asked is not None and self._thread is not None:
            raise CancelledRun

    def check_late(self) -> None:
        """Raise if the run was told to end two seconds ago: what cleans up prints too, and has to come to its end."""
        if self._asked is not None and time.monotonic() - self._asked > _PATIENCE:
            self.check()

    def ask(self) -> None:
        """Tell the run to end; again, to tell it once more."""
        with self._lock:
            self._asked = time.monotonic() if self._asked is None else self._asked
            if self._thread is not None:
                _raise_in(self._thread, CancelledRun)

    def close(self) -> None:
        """Let the thread not be interrupted any more; what was asked at the last moment is taken back."""
        # It may come while this very function runs; there is one a call of ask(), and the next turn finds it closed.
        while self._thread is not None:
            try:
                with self._lock:
                    thread, self._thread = self._thread, None
                    if thread is not None:
                        _raise_in(thread, None)
            except CancelledRun:  # noqa: PERF203  # the loop is there for it
                continue


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(exception) if exception is not None else None
    )
