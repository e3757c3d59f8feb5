"""What one run wrote and displayed, in order and within a bound, to be read at its end and followed while it goes on.

Of a long text the beginning and the end are kept. A line that its program
writes over, as a progress bar does, is one line: the last state of it.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from shimnb.notebook.runs.masks import Masks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shimnb.notebook.runs.displays import Display

__all__ = ["DISPLAY", "Fresh", "Sink"]

DISPLAY = "display"
"""The stream of what was displayed: its texts are the displays' numbers."""
_LIMIT = 128 * 1024
"""The characters that a sink keeps: half from the beginning, half from the end."""
_FRESH = 16 * 1024
"""The characters that are told at once; of more that came since the last time, the end."""
_LINE = 1024
"""The characters kept of a line that is being written over."""
_DISPLAYS = 100
_DISPLAY_BYTES = 8 * 2**20


class Fresh(NamedTuple):
    """What came since the last time.

    Parameters
    ----------
    skipped : int
        The characters before it that came too quickly to be told.
    parts : list of (str, str)
        Streams and texts.
    line : str
        The line that is being written over just now.
    """

    skipped: int
    parts: list[tuple[str, str]]
    line: str


@dataclass
class _Text:
    """Texts with their streams; of more characters than `limit`, the last ones."""

    limit: int
    on_drop: Callable[[str], None]

    def __post_init__(self) -> None:
        self.parts: deque[tuple[str, str]] = deque()
        self.size = 0
        self.cut = 0

    def add(self, stream: str, text: str) -> None:
        self.parts.append((stream, text))
        self.size += len(text)
        while self.size > self.limit:
            stream, text = self.parts[0]
            surplus = self.size - self.limit
            if len(text) <= surplus or stream == DISPLAY:
                self.parts.popleft()
                surplus = len(text)
            else:
                self.parts[0] = (stream, text[surplus:])
            self.size -= surplus
            if stream == DISPLAY:
                self.on_drop(text)
            else:
                self.cut += surplus

    def clear(self) -> None:
        self.parts.clear()
        self.size = self.cut = 0


class Sink:
    """A bounded buffer of what one run wrote, in order.

    Parameters
    ----------
    limit : int
        The characters kept. What is written beyond it is cut out of the
        middle, and the text says how much that was.

    Attributes
    ----------
    masks : Masks
        The secrets that nothing told of the text shows.
    check : callable or None
        Called before a text is taken; it raises in a run that was cancelled.

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
        half = max(limit // 2, 1)
        self._lock = threading.Lock()
        self._head: list[tuple[str, str]] = []
        self._head_room = half
        self._tail = _Text(half, self._drop)
        self._fresh = _Text(_FRESH, lambda _: None)
        self._lines: dict[str, str] = {}
        self._displays: dict[str, Display] = {}
        self._display_bytes = 0
        self._display_count = 0
        self._refused = 0
        self._closed = False
        self._left = False
        self.masks = Masks()
        self.check: Callable[[], None] | None = None
        self.relay: Callable[[str, str], None] | None = None

    # What the run does

    def write(self, stream: str, text: str) -> None:
        """Keep `text`, written to `stream` (``"stdout"`` or ``"stderr"``)."""
        if self.check is not None:
            self.check()
        if self.relay is not None:
            # A fork: what it writes is taken by the process that it came from.
            self.relay(stream, text)
        else:
            self.take(stream, text)

    def take(self, stream: str, text: str) -> None:
        """Keep `text`, whoever wrote it and whether or not the run was cancelled."""
        with self._lock:
            if text and not self._left:
                self._write(stream, text)

    def _write(self, stream: str, text: str) -> None:
        if "\r" in text or stream in self._lines:
            text = self._settled(stream, text)
        if text:
            self._add(stream, text)

    def _add(self, stream: str, text: str) -> None:
        self._fresh.add(stream, text)
        if self._head_room:
            at = len(text) if stream == DISPLAY else self._head_room
            first, text = text[:at], text[at:]
            self._head_room = max(self._head_room - len(first), 0)
            self._head.append((stream, first))
        if text:
            self._tail.add(stream, text)

    def _settled(self, stream: str, text: str) -> str:
        """Take out what was written over, and keep back a line that may yet be."""
        text = (self._lines.pop(stream, "") + text).replace("\r\n", "\n")
        *lines, rest = text.split("\n")
        done = "".join(f"{_last(line)}\n" for line in lines)
        if "\r" not in rest:
            return done + rest
        # The "\r" at its end has the next text begin the line again.
        end = "\r" if rest.endswith("\r") else ""
        self._lines[stream] = f"\r{_last(rest)[:_LINE]}{end}"
        return done

    def display(self, display: Display) -> None:
        """Keep what was displayed; with the name of an earlier one, in its place."""
        if self.check is not None:
            self.check()
        with self._lock:
            if self._left:
                return
            number = self._number_of(display) if display.update else None
            if number is not None:
                self._display_bytes -= self._displays[number].size
                self._keep(number, display)
                self._fresh.add(DISPLAY, number)
            elif not display.update:
                self._new_display(display)

    def _new_display(self, display: Display) -> None:
        full = len(self._displays) >= _DISPLAYS or self._display_bytes + display.size > _DISPLAY_BYTES
        if full:
            self._refused += 1
            return
        self._display_count += 1
        number = str(self._display_count)
        self._keep(number, display)
        self._add(DISPLAY, number)

    def _keep(self, number: str, display: Display) -> None:
        self._displays[number] = display
        self._display_bytes += display.size

    def _number_of(self, display: Display) -> str | None:
        if not display.name:
            return None
        return next((number for number, each in self._displays.items() if each.name == display.name), None)

    def _drop(self, number: str) -> None:
        display = self._displays.pop(number, None)
        if display is not None:
            self._display_bytes -= display.size

    def clear_displays(self) -> None:
        """Forget what was displayed, as ``clear_output()`` asks; the text stays."""
        with self._lock:
            for texts in (self._tail.parts, self._head):
                kept = [part for part in texts if part[0] != DISPLAY]
                texts.clear()
                texts.extend(kept)
            self._tail.size = sum(len(text) for _, text in self._tail.parts)
            self._displays.clear()
            self._display_bytes = 0

    def close(self) -> None:
        """Take nothing more: what comes later goes to the stream it was meant for."""
        with self._lock:
            self._closed = True
            for stream, line in self._lines.items():
                self._add(stream, _last(line))
            self._lines.clear()

    def leave(self) -> None:
        """Take nothing more, and let what still comes be lost: the run was given up, and goes on behind our back."""
        with self._lock:
            self._left = True

    def forked(self, relay: Callable[[str, str], None]) -> None:
        """Go on in a fork: hand the text to `relay`."""
        self._lock = threading.Lock()
        self.relay = relay

    def forget(self) -> None:
        """Drop the text and the displays, to make room."""
        with self._lock:
            self._head.clear()
            self._tail.clear()
            self._fresh.clear()
            self._displays.clear()
            self._display_bytes = self._refused = 0

    # What it has

    @property
    def closed(self) -> bool:
        """Whether the run has ended."""
        return self._closed

    @property
    def cut(self) -> int:
        """The characters that were cut out of the middle."""
        return self._tail.cut

    @property
    def size(self) -> int:
        """About the bytes that it holds."""
        return sum(len(text) for _, text in self._head) + self._tail.size + self._display_bytes

    def shown(self, number: str) -> Display | None:
        """Return what was displayed under a number; None if it is not there any more."""
        return self._displays.get(number)

    def fresh(self) -> Fresh:
        """Return what came since this was asked before; a text that may be half of a secret waits."""
        with self._lock:
            parts = list(self._fresh.parts)
            skipped = self._fresh.cut
            self._fresh.clear()
            if not self._closed and parts and parts[-1][0] != DISPLAY:
                stream, text = parts[-1]
                held = self.masks.half(text)
                if held:
                    parts[-1] = (stream, text[:-held])
                    self._fresh.add(stream, text[-held:])
            line = _last(next(iter(reversed(self._lines.values())), ""))
        return Fresh(skipped, self._masked(parts), self.masks.text(line))

    def segments(self) -> list[tuple[str, str]]:
        """Return what was written as pairs of stream and text, neighbours of one stream joined."""
        with self._lock:
            parts = list(self._head)
            if self._tail.cut:
                unit = "character" if self._tail.cut == 1 else "characters"
                before = "" if parts and parts[-1][1].endswith("\n") else "\n"
                parts.append(("note", f"{before}[... {self._tail.cut:,} {unit} cut ...]\n"))
            parts.extend(self._tail.parts)
            parts.extend((stream, _last(line)) for stream, line in self._lines.items())
            if self._refused:
                unit = "display" if self._refused == 1 else "displays"
                parts.append(("note", f"\n[{self._refused:,} more {unit} not kept]\n"))
        return self._masked(parts)

    def _masked(self, parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        joined: list[tuple[str, str]] = []
        for stream, group in groupby(parts, key=itemgetter(0)):
            if stream == DISPLAY:
                joined.extend(group)
            else:
                joined.append((stream, self.masks.text("".join(text for _, text in group))))
        return joined

    def text(self) -> str:
        """Return what was written to both streams, as one text."""
        return "".join(text for stream, text in self.segments() if stream != DISPLAY)


def _last(line: str) -> str:
    """Return what is seen of a line that was written over."""
    return line.rstrip("\r").rpartition("\r")[2]
