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
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Sink", "captured"]

_LIMIT = 128 * 1024
"""The characters that a sink keeps: half from the beginning, half from the end."""

_sink: ContextVar[Sink | None] = ContextVar("shimnb_sink", default=None)


class Sink:
    """A bounded buffer of what one run wrote, in order.

    Parameters
    ----------
    limit : int
        The characters kept. What is written beyond it is cut out of the
        middle, and the text says how much that was.

    Examples
    --------
    >>> sink = Sink(limit=8)
    >>> sink.write("stdout", "abcdefghijklm")
    >>> print(sink.text())
    abcd
    [... 5 characters cut ...]
    jklm
    """

    def __init__(self, limit: int = _LIMIT) -> None:
        self._half = max(limit // 2, 1)
        self._lock = threading.Lock()
        self._head: list[tuple[str, str]] = []
        self._head_room = self._half
        self._tail: deque[tuple[str, str]] = deque()
        self._tail_size = 0
        self._cut = 0
        self._closed = False

    def write(self, stream: str, text: str) -> None:
        """Keep `text`, written to `stream` (``"stdout"`` or ``"stderr"``)."""
        if not text:
            return
        with self._lock:
            if self._head_room:
                first, text = text[: self._head_room], text[self._head_room :]
                self._head_room -= len(first)
                self._head.append((stream, first))
            if text:
                self._tail.append((stream, text))
                self._tail_size += len(text)
                self._trim()

    def _trim(self) -> None:
        while self._tail_size > self._half:
            stream, text = self._tail[0]
            surplus = self._tail_size - self._half
            if len(text) <= surplus:
                self._tail.popleft()
                surplus = len(text)
            else:
                self._tail[0] = (stream, text[surplus:])
            self._tail_size -= surplus
            self._cut += surplus

    def close(self) -> None:
        """Take nothing more: what comes later goes to the stream it was meant for."""
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether the run has ended."""
        return self._closed

    @property
    def cut(self) -> int:
        """The characters that were cut out of the middle."""
        return self._cut

    def segments(self) -> list[tuple[str, str]]:
        """Return what was written as pairs of stream and text, neighbours of one stream joined."""
        with self._lock:
            parts = list(self._head)
            if self._cut:
                unit = "character" if self._cut == 1 else "characters"
                before = "" if parts and parts[-1][1].endswith("\n") else "\n"
                parts.append(("note", f"{before}[... {self._cut:,} {unit} cut ...]\n"))
            parts.extend(self._tail)
        grouped = groupby(parts, key=itemgetter(0))
        return [(stream, "".join(text for _, text in group)) for stream, group in grouped]

    def text(self) -> str:
        """Return what was written to both streams, as one text."""
        return "".join(text for _, text in self.segments())


class _Router(io.TextIOBase):
    """A stream that hands a run's text to its sink, and all other text to the stream it stands for."""

    def __init__(self, name: str, original: TextIO) -> None:
        self.name = name
        self.original = original

    def write(self, text: str, /) -> int:
        sink = _sink.get()
        if sink is None or sink.closed:
            return self.original.write(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        sink.write(self.name, text)
        return len(text)

    def flush(self) -> None:
        if not self.original.closed:
            self.original.flush()

    def isatty(self) -> bool:
        sink = _sink.get()
        return (sink is None or sink.closed) and self.original.isatty()

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

    def enter(self) -> None:
        with self.lock:
            self.runs += 1
            if self.runs == 1:
                self._install()

    def leave(self) -> None:
        with self.lock:
            self.runs -= 1
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


_installation = _Installation()


def _stream_handlers() -> list[logging.StreamHandler[Any]]:
    known = [logging.getLogger(), *list(logging.root.manager.loggerDict.values())]
    handlers = [handler for logger in known if isinstance(logger, logging.Logger) for handler in logger.handlers]
    # lastResort's stream is a property that reads sys.stderr, and it hangs on no logger.
    return [handler for handler in handlers if isinstance(handler, logging.StreamHandler)]


def _routed_start(start: Any) -> Any:
    def routed(thread: threading.Thread) -> None:
        sink = _sink.get()
        if sink is not None and not sink.closed:
            run = thread.run

            def run_with_sink() -> None:
                _sink.set(sink)
                run()

            thread.run = run_with_sink  # type: ignore[method-assign]
        start(thread)

    return routed


@contextmanager
def captured(sink: Sink) -> Iterator[Sink]:
    r"""Send what this thread, and the threads it starts, print to `sink`.

    Parameters
    ----------
    sink : Sink
        Where the text goes; it is closed at the end.

    Yields
    ------
    Sink
        The same sink.

    Examples
    --------
    >>> with captured(Sink()) as sink:
    ...     print("inside")
    >>> sink.text()
    'inside\n'
    """
    _installation.enter()
    token = _sink.set(sink)
    try:
        yield sink
    finally:
        _sink.reset(token)
        sink.close()
        _installation.leave()
