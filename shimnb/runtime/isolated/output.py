"""What an isolated run writes: read from its pipes, handed on line by line, and kept within a bound."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Lines", "Output"]

LIMIT = 256 * 1024
"""The bytes that are kept of a run's output: half from the beginning, half from the end."""

_PIECE = 8 * 1024
_READ = 64 * 1024


class Lines:
    r"""Cuts what comes from a pipe into lines.

    A line ends with ``\n``, ``\r\n`` or, as a progress bar writes it, ``\r``.
    One that is longer than `limit` bytes comes in pieces. What is no UTF-8
    becomes the replacement character.

    Parameters
    ----------
    limit : int
        The bytes that wait for the end of their line.

    Examples
    --------
    >>> lines = Lines()
    >>> list(lines.feed(b"one\ntw")), list(lines.feed(b"o\nthr")), list(lines.finish())
    (['one\n'], ['two\n'], ['thr'])
    """

    def __init__(self, limit: int = _PIECE) -> None:
        self._limit = limit
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[str]:
        """Take what has come, and give the lines that are complete with it."""
        # bytes.splitlines knows the three ends above and, unlike that of str, no others.
        lines = (self._rest + data).splitlines(keepends=True)
        # A "\r" at the end may be the first half of "\r\n".
        self._rest = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        for line in lines:
            yield from self._pieces(line)
        if len(self._rest) > self._limit:
            *pieces, self._rest = _cut(self._rest, self._limit)
            for piece in pieces:
                yield piece.decode("utf-8", "replace")

    def finish(self) -> Iterator[str]:
        """Give what has no end."""
        rest, self._rest = self._rest, b""
        if rest:
            yield from self._pieces(rest)

    def _pieces(self, line: bytes) -> Iterator[str]:
        if len(line) <= self._limit:
            yield line.decode("utf-8", "replace")
        else:
            for piece in _cut(line, self._limit):
                yield piece.decode("utf-8", "replace")


def _cut(line: bytes, limit: int) -> list[bytes]:
    """Cut a line into pieces, none within a character; the last one is at most `limit` long."""
    pieces = []
    start = 0
    while len(line) - start > limit:
        end = start + limit
        # A character is up to four bytes; those after its first begin with the bits 10. More of them are no UTF-8.
        back = next((step for step in range(4) if line[end - step] & 0xC0 != 0x80), 0)  # noqa: PLR2004  # the bits
        end -= back
        pieces.append(line[start:end])
        start = end
    return [*pieces, line[start:]]


class Output:
    """What a run wrote to both streams, and who is told of it.

    Parameters
    ----------
    tell : callable, optional
        Called with the stream (``"stdout"`` or ``"stderr"``) and a line, one
        call at a time.
    limit : int
        The bytes kept. What is written beyond it is cut out of the middle,
        and the text says how much that was.

    Attributes
    ----------
    error : BaseException or None
        What `tell` raised. It is not called again after that.
    """

    def __init__(self, tell: Callable[[str, str], object] | None = None, limit: int = LIMIT) -> None:
        self._tell = tell
        self._half = max(limit // 2, 1)
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        self._head: list[tuple[str, str]] = []
        self._head_size = 0
        self._tail: deque[tuple[str, str, int]] = deque()
        self._tail_size = 0
        self._cut = 0
        self.error: BaseException | None = None

    def read(self, stream: str, pipe: int, failed: Callable[[], object]) -> None:
        """Read a pipe until its end.

        Parameters
        ----------
        stream : str
            ``"stdout"`` or ``"stderr"``.
        pipe : int
            The pipe.
        failed : callable
            Called when `tell` has raised. The pipe is read on, so that the
            run can write, and end.
        """
        lines = Lines()
        while data := os.read(pipe, _READ):
            for line in lines.feed(data):
                self._take(stream, line, failed)
        for line in lines.finish():
            self._take(stream, line, failed)

    def _take(self, stream: str, line: str, failed: Callable[[], object]) -> None:
        with self._lock:
            self._keep(stream, line)
        if self._tell is None:
            return
        # Not under the lock of the text: whoever is told may read the text.
        with self._telling:
            if self.error is not None:
                return
            try:
                self._tell(stream, line)
            except BaseException as error:  # noqa: BLE001  # it goes to the caller, who waits in another thread
                self.error = error
                failed()

    def _keep(self, stream: str, line: str) -> None:
        size = len(line) if line.isascii() else len(line.encode())
        if not self._tail and self._head_size + size <= self._half:
            self._head.append((stream, line))
            self._head_size += size
            return
        self._tail.append((stream, line, size))
        self._tail_size += size
        while self._tail_size > self._half:
            _, _, dropped = self._tail.popleft()
            self._tail_size -= dropped
            self._cut += dropped

    def text(self, stream: str | None = None) -> str:
        """Return what was written to one stream, or to both, in the order in which it came."""
        with self._lock:
            head = "".join(line for each, line in self._head if stream in (None, each))
            tail = "".join(line for each, line, _ in self._tail if stream in (None, each))
            cut = self._cut
        if not cut:
            return head + tail
        before = "" if not head or head.endswith("\n") else "\n"
        return f"{head}{before}[... {cut:,} byte{'' if cut == 1 else 's'} cut ...]\n{tail}"
