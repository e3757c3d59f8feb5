"""Search many texts for a regex, in this process or, where that could take for ever, in one that can be ended.

The front end's questions are answered in the kernel's own thread, and while
Python's regex machine runs, nothing else does. So a pattern that backtracks
may not run here on a text that is long enough to make it slow. This file is
also the program of the other process; it imports the standard library alone.
"""

from __future__ import annotations

import marshal
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["LONGEST", "Job", "Scanned", "safe_length", "scan"]

# (first row, texts, and where in each text a match has to end at least: after what belongs to its parents)
Job = tuple[int, list[str], "list[int] | None"]

LONGEST = 1_000_000  # characters of a text that a regex is shown
_STEPS = 500_000  # of the regex machine on one text: some 10 ms
_BLOCK = 64
_TICK = 0.05  # a text is left after one tick, or two
_FLUSH = 0.02
_REPEATS = "*+{"


@dataclass(frozen=True)
class Scanned:
    """What a scan found.

    Attributes
    ----------
    hits : set of int
        The rows of the texts that match.
    texts : int
        How many texts there are.
    left : int
        Texts that were not searched.
    why : str
        Why some were not; empty if all were.
    cut : int
        Texts of which only the first characters were searched.
    """

    hits: set[int]
    texts: int
    left: int = 0
    why: str = ""
    cut: int = 0


def scan(pattern: str, flags: int, jobs: Iterable[Job], seconds: float) -> Scanned:
    """Search the texts of `jobs`, for `seconds` at most.

    Examples
    --------
    >>> scan("a+b", 0, [(10, ["aab", "c", "b"], None)], 1.0)
    Scanned(hits={10}, texts=3, left=0, why='', cut=0)
    """
    until = time.monotonic() + seconds
    safe = safe_length(pattern)
    match = re.compile(pattern, flags).search
    hits: set[int] = set()
    slow: list[tuple[int, str, int]] = []
    texts = left = 0
    for first, listed, ends in jobs:
        texts += len(listed)
        if safe >= 1 and ends is None and max(map(len, listed), default=0) <= safe:
            left += _soon(match, first, listed, until, hits)
            continue
        for offset, text in enumerate(listed):
            end = ends[offset] if ends else 0
            if not text:
                continue
            if len(text) > safe:
                slow.append((first + offset, text[:LONGEST], end))
            elif time.monotonic() > until:
                left += 1
            elif match(text) if not end else _ends_after(pattern, flags, text, end):
                hits.add(first + offset)
    why = "it took too long" if left else ""
    if slow:
        missed, words = _apart(pattern, flags, slow, max(0.2, until - time.monotonic()), hits)
        left, why = left + missed, words or why
    return Scanned(hits, texts, left, why, sum(len(text) == LONGEST for _, text, _ in slow))


def _soon(match: Callable[[str], object], first: int, listed: list[str], until: float, hits: set[int]) -> int:
    """Search texts that are short enough for the pattern; return how many there was no time for."""
    for start in range(0, len(listed), _BLOCK):
        if time.monotonic() > until:
            return len(listed) - start
        hits.update(
            [row for row, text in enumerate(listed[start : start + _BLOCK], first + start) if text and match(text)]
        )
    return 0


def _ends_after(pattern: str, flags: int, text: str, end: int) -> bool:
    return any(found.end() > end for found in re.finditer(pattern, text, flags))


def safe_length(pattern: str) -> float:
    """Return the length of the longest text that a pattern is through with soon, whatever the text; 0 if there is none.

    A repeat tries each length, and each one after another multiplies; what is
    repeated as a group can double with each character.
    """
    repeats, doubled, place = 1, 1.0, 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "\\":
            repeats += pattern[place : place + 1] in set("123456789")
            place += 1
        elif char == "[":
            place = _class_end(pattern, place)
        elif char == "(" and pattern.startswith("?", place):
            repeats += pattern.startswith("?P=", place)
            place += 1
        elif char == ")" and pattern[place : place + 1] in set(_REPEATS):
            return 0
        elif char in _REPEATS:
            repeats += 1
            place += pattern[place : place + 1] in {"?", "+"}
        elif char in {"?", "|"}:
            doubled *= 2
    longest: float = (_STEPS / doubled) ** (1 / repeats)
    return longest


def _class_end(pattern: str, place: int) -> int:
    place += pattern.startswith("^", place)
    place += 1  # a bracket that comes first stands for itself
    while place < len(pattern) and pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1


def _apart(
    pattern: str, flags: int, slow: list[tuple[int, str, int]], seconds: float, hits: set[int]
) -> tuple[int, str]:
    """Search texts in a process of its own; add its hits, and return how many texts it left, and why."""
    question = marshal.dumps((pattern, int(flags), slow))
    try:
        with subprocess.Popen(  # noqa: S603  # this file, with the interpreter that runs
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                told = process.communicate(question, timeout=seconds)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                told = process.communicate()[0]
    except OSError:
        return len(slow), "it could take for ever, and no process can be started here that could be ended"
    missed = len(slow)
    for line in told.decode("ascii", "replace").splitlines():
        numbers = line.split()
        if numbers and numbers[-1] == ".":  # a line that was cut off has no dot
            missed = len(slow) - int(numbers[0])
            hits.update(map(int, numbers[1:-1]))
    return missed, "it took too long" if missed else ""


class _Watch:
    """Ends the search of one text after a while, where the system has such a timer."""

    def __init__(self) -> None:
        self.searched: int | None = None
        self._seen: int | None = None
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)

    def _tick(self, *_: object) -> None:
        if self.searched is not None and self.searched == self._seen:
            raise TimeoutError
        self._seen = self.searched


def _main() -> None:
    pattern, flags, slow = marshal.load(sys.stdin.buffer)  # noqa: S302  # from the process that started this one
    match = re.compile(pattern, flags).search
    watch = _Watch()
    fresh: list[int] = []
    done = 0
    told = time.monotonic()
    for place, (row, text, end) in enumerate(slow):
        try:
            watch.searched = place
            found = match(text) if not end else _ends_after(pattern, flags, text, end)
            watch.searched = None
        except TimeoutError:
            watch.searched = None
        else:
            done += 1
            if found:
                fresh.append(row)
        if time.monotonic() - told > _FLUSH or place == len(slow) - 1:
            sys.stdout.write(f"{done} {' '.join(map(str, fresh))} .\n")
            sys.stdout.flush()
            fresh, told = [], time.monotonic()


if __name__ == "__main__":
    _main()
