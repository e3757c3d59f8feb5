"""What a run prints, kept apart from everything else that the kernel prints.

A run's thread writes to a `Sink`; every other thread and every cell writes
where it did before. ``sys.stdout`` and ``sys.stderr`` are routed while a run
is going on, and are put back when the last one ends. Threads that a run
starts write to its sink too. Logging and warnings end up on those two
streams, so they come in the order in which they happened.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from shimnb.core.watch import unwatch, watch, watcher
from shimnb.notebook.runs.cancelling import CancelledRun
from shimnb.notebook.runs.displaying import DisplayRoute
from shimnb.notebook.runs.folders import FolderRoute
from shimnb.notebook.runs.forks import relay_forks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.core.watch import Watcher
    from shimnb.notebook.runs.sink import Sink

__all__ = ["captured", "current_sink"]

_sink: ContextVar[Sink | None] = ContextVar("shimnb_sink", default=None)


def current_sink() -> Sink | None:
    """Return where this thread's text goes; None outside of a run."""
    sink = _sink.get()
    return None if sink is None or sink.closed else sink


class _Router(io.TextIOBase):
    """A stream that hands a run's text to its sink, and all other text to the stream it stands for."""

    def __init__(self, name: str, original: TextIO) -> None:
        self.name = name
        self.original = original

    def write(self, text: str, /) -> int:
        sink = current_sink()
        if sink is None:
            return self.original.write(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        sink.write(self.name, text)
        return len(text)

    def flush(self) -> None:
        if not self.original.closed:
            self.original.flush()

    def isatty(self) -> bool:
        return current_sink() is None and self.original.isatty()

    def fileno(self) -> int:
        return self.original.fileno()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Stay open: the stream below belongs to the kernel."""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has an attribute here
        return getattr(self.original, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # typeshed has an attribute here
        return getattr(self.original, "errors", None)

    def __getattr__(self, name: str) -> Any:
        # Whatever the kernel's own stream offers beyond a text stream: a buffer, a parent header.
        return getattr(self.original, name)


@dataclass
class _Installation:
    """The routers in place, and what was there before them."""

    runs: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    routers: dict[str, _Router] = field(default_factory=dict)
    handlers: list[tuple[logging.StreamHandler[Any], TextIO, _Router]] = field(default_factory=list)
    start: Any = None
    routed_start: Any = None
    displays: DisplayRoute = field(default_factory=lambda: DisplayRoute(current_sink))
    folders: FolderRoute = field(default_factory=lambda: FolderRoute(current_sink))

    def enter(self) -> None:
        with self.lock:
            self.runs += 1
            if self.runs == 1:
                relay_forks(current_sink)
                self._install()

    def leave(self, sink: Sink) -> None:
        with self.lock:
            self.runs -= 1
            self.folders.go_back(sink, last=self.runs == 0)
            if self.runs == 0:
                self._restore()

    def _install(self) -> None:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            # A redirect_stdout() that began during an earlier run may have put our router back after it.
            while isinstance(stream, _Router):
                stream = stream.original
            router = _Router(name, stream)
            self.routers[name] = router
            setattr(sys, name, router)
            self._route_handlers(stream, router)
        self.start = threading.Thread.start
        self.routed_start = _routed_start(self.start)
        threading.Thread.start = self.routed_start  # type: ignore[method-assign]
        self.displays.install()
        self.folders.install()

    def _route_handlers(self, stream: TextIO, router: _Router) -> None:
        # A handler made in an earlier cell holds the stream itself, past sys.stderr.
        for handler in _stream_handlers():
            if handler.stream is stream:
                handler.setStream(router)
                self.handlers.append((handler, stream, router))

    def _restore(self) -> None:
        # Where someone else has replaced ours in the meantime, theirs stays, and ours below it passes all text on.
        for name, router in self.routers.items():
            if getattr(sys, name) is router:
                setattr(sys, name, router.original)
        for handler, stream, router in self.handlers:
            if handler.stream is router:
                handler.setStream(stream)
        # And a handler made during a run holds our router: it gets the stream that the router stands for.
        for handler in _stream_handlers():
            if isinstance(handler.stream, _Router):
                handler.setStream(handler.stream.original)
        if threading.Thread.start is self.routed_start:
            threading.Thread.start = self.start  # type: ignore[method-assign]
        self.routers.clear()
        self.handlers.clear()
        self.displays.restore()
        self.folders.restore()


_installation = _Installation()


def _stream_handlers() -> list[logging.StreamHandler[Any]]:
    known = [logging.getLogger(), *list(logging.root.manager.loggerDict.values())]
    handlers = [handler for logger in known if isinstance(logger, logging.Logger) for handler in logger.handlers]
    # lastResort's stream is a property that reads sys.stderr, and it hangs on no logger.
    return [handler for handler in handlers if isinstance(handler, logging.StreamHandler)]


def _routed_start(start: Any) -> Any:
    def routed(thread: threading.Thread) -> None:
        sink, who = current_sink(), watcher()
        if sink is not None:
            run = thread.run

            def run_with_sink() -> None:
                _sink.set(sink)
                watch(who)
                try:
                    run()
                except CancelledRun:
                    # The run has been told; a traceback for each of its threads would say nothing more.
                    return

            thread.run = run_with_sink  # type: ignore[method-assign]
        start(thread)

    return routed


@contextmanager
def captured(sink: Sink, who: Watcher | None = None) -> Iterator[Sink]:
    r"""Send what this thread, and the threads it starts, print to `sink`.

    Parameters
    ----------
    sink : Sink
        Where the text goes; it is closed at the end.
    who : Watcher, optional
        Who is told of progress and of secrets.

    Yields
    ------
    Sink
        The same sink.

    Examples
    --------
    >>> from shimnb.notebook.runs.sink import Sink
    >>> with captured(Sink()) as sink:
    ...     print("inside")
    >>> sink.text()
    'inside\n'
    """
    _installation.enter()
    token = _sink.set(sink)
    watching = watch(who)
    try:
        yield sink
    finally:
        unwatch(watching)
        _sink.reset(token)
        sink.close()
        _installation.leave(sink)
