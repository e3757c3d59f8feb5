"""Forks of a run: what a child process writes comes to the run's sink through a pipe, and once.

A fork has a copy of the sink, which nobody reads. So the child gets the
writing end of a pipe instead, and the process that it came from reads the
other one. Texts travel in pieces that the system writes as a whole.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shimnb.notebook.runs.sink import Sink

__all__ = ["relay_forks"]

_PIECE = 4000  # bytes; what goes into a pipe at once is not mixed with another process's up to 4096
_HEAD = 5
_STREAMS = ("stdout", "stderr")


@cache
def relay_forks(current: Callable[[], Sink | None]) -> None:
    """Have every fork that a run makes write to the run's sink; once for a process, and for good.

    Parameters
    ----------
    current : callable
        Gives the sink of the calling thread, None outside of a run.
    """
    if not hasattr(os, "register_at_fork"):  # Windows has no forks
        return
    going = threading.local()

    def before() -> None:
        sink = current()
        # A fork of a fork writes to the pipe that there is.
        going.pipe = (sink, *os.pipe()) if sink is not None and sink.relay is None else None

    def in_parent() -> None:
        if going.pipe is not None:
            sink, read, write = going.pipe
            going.pipe = None
            os.close(write)
            # Not started as the run's own thread: nothing waits for it, and it ends with the last child.
            reader = threading.Thread(target=_read, args=(sink, read), name="shimnb-fork", daemon=True)
            reader.start()

    def in_child() -> None:
        if going.pipe is not None:
            sink, read, write = going.pipe
            going.pipe = None
            os.close(read)
            sink.forked(lambda stream, text: _send(write, stream, text))

    os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def _send(pipe: int, stream: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        try:
            os.write(pipe, bytes([_STREAMS.index(stream)]) + len(piece).to_bytes(_HEAD - 1, "big") + piece)
        except OSError:
            return  # nobody reads any more


def _read(sink: Sink, pipe: int) -> None:
    with open(pipe, "rb") as file:
        while len(head := file.read(_HEAD)) == _HEAD:
            piece = file.read(int.from_bytes(head[1:], "big"))
            sink.take(_STREAMS[head[0]], piece.decode("utf-8", "replace"))
