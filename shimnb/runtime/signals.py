"""An end that comes from outside: SIGTERM or SIGINT, heard wherever the run is.

Python runs a signal's handler between two of its own instructions, so a run
that waits in a library written in C would hear of it too late. A thread hears
it at once, and writes the error; the handler then raises `Terminated`, so that
the executor can end what it began. It has a few seconds for that.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import traceback
    from collections.abc import Callable, Sequence
    from types import FrameType, TracebackType

__all__ = ["Guard", "Terminated"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_GRACE = 5.0  # seconds; Docker gives ten in all, Kubernetes thirty
_STOP = b"\0"  # no signal has this number

_guards: list[Guard] = []


class Terminated(BaseException):
    """Raised in the main thread; no Exception, so that no executor takes it for a failure of its work."""


class Guard:
    """A block of code that may be ended by a signal.

    Parameters
    ----------
    report : callable
        Writes the error; gets the signal's name, and where the run was.
    """

    def __init__(self, report: Callable[[str, Sequence[traceback.FrameSummary]], None]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._reported = threading.Event()
        self._owner = ""  # who says how the run ended: "run" or "signal"
        self._signal = 0
        self._where: list[tuple[FrameType, int]] = []
        self._unwinding = False
        self._process = os.getpid()
        self._pipe: tuple[int, int] | None = None

    def __enter__(self) -> Guard:  # noqa: PYI034  # Self is Python 3.11's
        # Only the main thread may handle signals.
        if threading.current_thread() is threading.main_thread():
            self._arm()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._unwinding = True
        if self._pipe and os.getpid() == self._process:
            self._restore()
            # The executor may have closed them: then these numbers are other files', or nobody's.
            if self._pipe_is_there():
                os.write(self._pipe[1], _STOP)
                self._thread.join()
                for descriptor in self._pipe:
                    os.close(descriptor)

    def _arm(self) -> None:
        self._pipe = os.pipe()
        self._inode = os.fstat(self._pipe[0]).st_ino
        os.set_blocking(self._pipe[1], False)
        self._descriptor = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        # One that is ignored, by nohup for instance, stays so.
        self._handlers = {number: signal.getsignal(number) for number in _SIGNALS}
        self._heard = {number for number, handler in self._handlers.items() if handler is not signal.SIG_IGN}
        self._thread = threading.Thread(target=self._watch, args=[self._pipe[0]], name="shimnb-signals", daemon=True)
        self._thread.start()
        _forget_in_children()
        _guards.append(self)
        for number in self._heard:
            signal.signal(number, self._handle)

    def _restore(self) -> None:
        signal.set_wakeup_fd(self._descriptor)
        for number in self._heard:
            signal.signal(number, self._handlers[number])
        _guards.remove(self)

    def _pipe_is_there(self) -> bool:
        try:
            return self._pipe is not None and all(os.fstat(number).st_ino == self._inode for number in self._pipe)
        except OSError:
            return False

    def claim(self) -> bool:
        """Tell whether the run says itself how it ended; from then on no signal ends it."""
        # A signal may have been heard, and what it raised caught by the executor.
        return not self._signal and self._claim("run")

    def _claim(self, owner: str) -> bool:
        with self._lock:
            # A process that the executor forked has no say in it.
            if self._owner or os.getpid() != self._process:
                return False
            self._owner = owner
            return True

    def end(self) -> int:
        """See that the end by a signal is reported, and give the exit code."""
        self._unwinding = True
        if os.getpid() != self._process:
            return 1
        if self._claim("signal"):  # the thread has not heard of it: the executor listens in its place
            self._tell()
        self._reported.wait()
        return 128 + self._signal

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._signal = self._signal or number
        self._where = self._where or _frames(frame)
        # Not while the outputs are being written, and not while the run is unwinding.
        if not self._unwinding and self._owner != "run":
            self._unwinding = True
            raise Terminated

    def _watch(self, pipe: int) -> None:
        while True:
            number = _next(pipe)
            if number == _STOP[0]:
                return
            if number in self._heard and self._claim("signal"):
                break
        self._signal = number
        # Where the handler has run before, it is the one that knows.
        main = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001  # the only way
        self._where = self._where or _frames(main)
        self._tell()
        self._wait(pipe)

    def _tell(self) -> None:
        import traceback  # noqa: PLC0415  # only an end needs it

        try:
            stack = traceback.StackSummary.extract(iter(self._where))
            self._report(signal.Signals(self._signal).name, stack)
        finally:
            self._reported.set()

    def _wait(self, pipe: int) -> None:
        """Let the executor end what it began; a second signal, or the end of its time, ends the process."""
        import select  # noqa: PLC0415  # only an end needs it

        while select.select([pipe], [], [], _GRACE)[0]:
            number = _next(pipe)
            if number == _STOP[0]:
                return
            if number in self._heard:
                break
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(128 + self._signal)


def _next(pipe: int) -> int:
    """Give the next signal's number; that of the stop where the executor has closed the pipe."""
    try:
        return (os.read(pipe, 1) or _STOP)[0]
    except OSError:
        return _STOP[0]


def _frames(frame: FrameType | None) -> list[tuple[FrameType, int]]:
    """Give a frame and those below it, the outermost first; without an import, whose lock may be taken."""
    found = []
    while frame is not None:
        found.append((frame, frame.f_lineno))
        frame = frame.f_back
    return found[::-1]


@functools.cache
def _forget_in_children() -> None:
    """See that a process which the executor forks has the handlers that were there before."""
    os.register_at_fork(after_in_child=_forget)


def _forget() -> None:
    for guard in _guards.copy():
        guard._restore()  # noqa: SLF001  # it is this module's own
