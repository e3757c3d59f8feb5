"""A task that does what a test asks of it, in both modes; and who is told of its runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from shimnb import define
from shimnb.notebook.cell import discard
from shimnb.notebook.runs.history import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shimnb.notebook.runs.run import Run

HEAD = """
import os
import signal
import sys
import threading
import time

from shimnb import ShimTaskExecutor, current_context, progress


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, n: int = 1, word: str = "a") -> int:
"""


class Told:
    """Keeps what a history tells."""

    def __init__(self) -> None:
        self.changes: list[tuple[int, str]] = []
        self.fresh: list[tuple[int, int, int]] = []
        self.started = threading.Event()

    def changed(self, run: Run) -> None:
        self.changes.append((run.number, run.state))
        if run.state == "running":
            self.started.set()

    def live(self, runs: list[Run]) -> None:
        for run in runs:
            fresh = run.sink.fresh()
            size = sum(len(text) for _, text in fresh.parts)
            if size or fresh.skipped:
                self.fresh.append((run.number, fresh.skipped, size))


@pytest.fixture
def told() -> Told:
    """Who is told."""
    return Told()


@pytest.fixture
def history(told: Told) -> Iterator[History]:
    """A history; what is still going on at a test's end is ended."""
    made = History(told)
    yield made
    for _ in range(2):
        for run in made.runs:
            run.cancel()
    for run in made.runs:
        assert run.wait(20)


@pytest.fixture
def cell() -> Iterator[Callable[..., Any]]:
    """Make a task of a cell whose executor has the given body."""
    names = []

    def make(body: str, name: str = "sample", **options: Any) -> Any:
        names.append(name)
        lines = "".join(f"        {line}\n" for line in body.strip("\n").splitlines())
        return define(HEAD.lstrip("\n") + lines, name, **options)

    yield make
    for name in set(names):
        discard(name)


@pytest.fixture(autouse=True, scope="module")
def cells() -> Iterator[None]:
    """Discard what `define` made: no cell stays for the tests of another file."""
    yield
    discard()
