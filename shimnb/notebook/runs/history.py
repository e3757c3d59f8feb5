"""The runs of a form: the queue, and what is remembered. They outlive the form: when a cell runs again, it goes on."""

from __future__ import annotations

import contextvars
import hashlib
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

from shimnb.errors import ExecutionCancelledError
from shimnb.notebook.runs.export import export
from shimnb.notebook.runs.run import Version
from shimnb.notebook.runs.start import launch, prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.runs.run import Mode, Run

__all__ = ["EARLIER", "History", "Listener"]

EARLIER = "earlier version"
"""The mark of a run that another version of the task has made."""
_RUNS = 1000
"""The runs that are remembered."""
_BYTES = 64 * 2**20
"""About the bytes that they may hold: inputs, outputs, decks, and what was printed and displayed."""
_FRAMES = 5
"""The failures whose frames, with all their variables, are kept for a debugger."""
_TICK = 0.08
"""Seconds between two messages of what a run prints."""


class Listener(Protocol):
    """Who is told of the runs: the form that shows them."""

    def changed(self, run: Run) -> None:
        """Tell that a run was queued, has started, or has ended; under the lock."""

    def live(self, runs: list[Run]) -> None:
        """Tell what runs that are going on have printed; under the lock, every 80 ms."""


class History:
    """Runs, newest first: those that wait, that are going on, and that have ended.

    One run at a time is going on for a task and a mode; the others wait their
    turn. The last 1,000 are remembered, within about 64 MiB: past that the
    oldest lose their outputs first, and then their inputs.

    Parameters
    ----------
    listener : Listener
        Who is told.

    Attributes
    ----------
    lock : RLock
        Held while a run is started, and while its end is told.
    runs : list of Run
        The runs, newest first.
    listener : Listener
        The same; the form that goes on with the runs puts itself here.
    mode : {"kernel", "isolated"}
        How the views' Run button runs.
    """

    def __init__(self, listener: Listener) -> None:
        self.lock = threading.RLock()
        self.runs: list[Run] = []
        self.listener = listener
        self.mode: Mode = "kernel"
        self._count = 0
        self._version = 1
        self._templates: dict[str, bytes] = {}
        self._contexts: dict[int, contextvars.Context] = {}
        self._active: list[Run] = []
        self._sizes: dict[int, int] = {}
        self._ticker: threading.Thread | None = None

    # The queue

    def start(self, task: PythonCustomizedContainerTask[Any], values: Mapping[str, Any], mode: Mode = "kernel") -> Run:
        """Start a run, or put it into the queue."""
        with self.lock:
            self._count += 1
            run = prepared(task, values, self._count, mode)
            run.version = self._version_of(task)
            run.on_cancel = self._cancel_queued
            self._contexts[run.number] = contextvars.copy_context()
            self.runs.insert(0, run)
            self._next()
            if run.state == "queued":
                self.listener.changed(run)
        return run

    def _version_of(self, task: PythonCustomizedContainerTask[Any]) -> Version:
        encoded = task.task_template.to_flyte_idl().SerializeToString(deterministic=True)
        key = hashlib.sha256(encoded).hexdigest()[:12]
        self._templates[key] = encoded
        return Version(self._version, key)

    @property
    def active(self) -> list[Run]:
        """The runs that are going on, in the order in which they started."""
        return list(self._active)

    @property
    def queued(self) -> list[Run]:
        """The runs that wait, the next one first."""
        return [run for run in reversed(self.runs) if run.state == "queued"]

    def _next(self) -> None:
        """Start what waits for nothing any more."""
        for run in self.queued:
            # A run of the task before, which may never end, must not keep the new one from running.
            if any(each.mode == run.mode and each.task is run.task for each in self._active):
                continue
            self._active.append(run)
            # Told before it starts: it may have ended by the next line.
            run.begin()
            self.listener.changed(run)
            launch(run, self._ended, self._contexts.pop(run.number, None))
            self._tick()

    def _ended(self, run: Run) -> None:
        with self.lock:
            if run in self._active:
                self._active.remove(run)
            self._weigh(run)
            self._tidy()
            try:
                self.listener.changed(run)
            finally:
                self._next()

    def _cancel_queued(self, run: Run) -> None:
        with self.lock:
            if run.state != "queued":
                if run.on_cancel != self._cancel_queued:  # it has just started
                    run.cancel()
                return
            self._contexts.pop(run.number, None)
            run.state, run.error = "cancelled", ExecutionCancelledError(run.task.name, 0.0)
            run.on_cancel = None
            run.stop()
            run.ended.set()
            self.listener.changed(run)

    # What is printed meanwhile

    def _tick(self) -> None:
        if self._ticker is None:
            self._ticker = threading.Thread(target=self._tell_live, name="shimnb-runs", daemon=True)
            self._ticker.start()

    def _tell_live(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(_TICK)
            with self.lock:
                if not self._active:
                    self._ticker = None
                    return
                self.listener.live(self.active)

    # What is remembered

    def outdate(self) -> None:
        """Mark the runs so far, the one that is going on included, as those of an earlier version."""
        with self.lock:
            self._version += 1

    def mark(self, run: Run) -> str:
        """Return the mark of a run; empty for one of the version that stands."""
        return EARLIER if run.version.number < self._version else ""

    def find(self, number: Any) -> Run | None:
        """Return a run by its number; None if it is not there any more."""
        return next((run for run in self.runs if run.number == number), None)

    def template(self, run: Run) -> bytes:
        """Return the template that a run had."""
        return self._templates.get(run.version.hash, b"")

    def export(self) -> dict[str, Any]:
        """Return the runs as JSON data, without secrets; ``docs/runs.md`` describes it."""
        with self.lock:
            runs = list(self.runs)
        return export(runs[0].task.name if runs else "", runs)

    def clear(self) -> int:
        """Forget the runs that have ended; return how many that were."""
        with self.lock:
            gone = [run for run in self.runs if run.done]
            self._forget(gone)
        return len(gone)

    def forget(self, run: Run) -> None:
        """Forget one run, if it has ended."""
        with self.lock:
            if run.done:
                self._forget([run])

    def _forget(self, gone: list[Run]) -> None:
        numbers = {run.number for run in gone}
        self.runs[:] = [run for run in self.runs if run.number not in numbers]
        for number in numbers:
            self._sizes.pop(number, None)
        used = {run.version.hash for run in self.runs}
        for key in set(self._templates) - used:
            del self._templates[key]

    def _weigh(self, run: Run) -> None:
        # A frame or a list tells its own size; what is below a plain object is not looked for.
        size = sum(map(_size, run.inputs.values()))
        for literals in (run.literals, run.outputs):
            size += literals.ByteSize() if literals is not None else 0
        size += run.sink.size + len(run.deck_page) + sum(len(str(deck.html)) for deck in run.decks)
        self._sizes[run.number] = size

    def _tidy(self) -> None:
        """Keep within the bounds: the number of runs, their bytes, and the frames of failures."""
        done = [run for run in self.runs if run.done]
        if len(self.runs) > _RUNS:
            self._forget(done[len(done) - (len(self.runs) - _RUNS) :])
        failed = [run for run in done if run.error is not None and run.error.__traceback__ is not None]
        for run in failed[_FRAMES:]:
            _drop_frames(run.error)
        for drop in (_drop_outputs, _drop_inputs):
            for run in reversed(done[1:]):
                if sum(self._sizes.values()) <= _BYTES:
                    return
                if drop(run):
                    self._weigh(run)


def _size(value: Any) -> int:
    try:
        return sys.getsizeof(value)
    except Exception:  # noqa: BLE001  # a stranger's __sizeof__
        return 0


def _drop_outputs(run: Run) -> bool:
    if run.outputs is None and not run.sink.size and not run.decks and not run.deck_page:
        return False
    run.outputs, run.decks, run.deck_page = None, [], ""
    run.sink.forget()
    run.notes.append(f"Its outputs, and what it printed, were dropped: the runs of a form keep {_BYTES >> 20} MiB.")
    return True


def _drop_inputs(run: Run) -> bool:
    if not run.inputs:
        return False
    run.inputs, run.literals = {}, None
    run.notes.append(f"Its inputs were dropped: the runs of a form keep {_BYTES >> 20} MiB.")
    return True


def _drop_frames(error: BaseException | None) -> None:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
