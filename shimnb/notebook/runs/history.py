"""The runs of a form. They outlive it: when a cell runs again, the form of the new panel goes on with them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from shimnb.notebook.runs.report import outcome, report
from shimnb.notebook.runs.run import Run, start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shimnb.core.task import PythonCustomizedContainerTask

__all__ = ["EARLIER", "History"]

EARLIER = "earlier version"
"""The mark of a run that another version of the task has made."""
_KEPT = 20
"""The runs that are remembered."""


class History:
    """Runs, newest first, and what is told of each.

    Parameters
    ----------
    on_end : callable
        Called with each run that has ended, in the run's thread and under the lock.

    Attributes
    ----------
    lock : RLock
        Held while a run is started, and while its end is told.
    runs : list of Run
        The last 20.
    on_end : callable
        The same; the form that goes on with the runs puts its own here.
    """

    def __init__(self, on_end: Callable[[Run], None]) -> None:
        self.lock = threading.RLock()
        self.runs: list[Run] = []
        self.on_end = on_end
        self._count = 0
        self._earlier = 0
        self._reports: dict[int, dict[str, Any]] = {}

    def start(self, task: PythonCustomizedContainerTask[Any], values: Mapping[str, Any]) -> Run:
        """Start a run."""
        with self.lock:
            self._count += 1
            # Its end is told under the lock too, so the run is in the list before.
            run = start(task, values, self._ended, number=self._count)
            self.runs.insert(0, run)
            del self.runs[_KEPT:]
        return run

    def _ended(self, run: Run) -> None:
        told = _told(run)
        with self.lock:
            self._reports[run.number] = told
            for number in set(self._reports) - set(self._kept()):
                del self._reports[number]
            self.on_end(run)

    def _kept(self) -> list[int]:
        return [run.number for run in self.runs]

    def outdate(self) -> None:
        """Mark the runs so far, the one that is going on included, as those of an earlier version."""
        with self.lock:
            self._earlier = self._count

    def mark(self, run: Run) -> str:
        """Return the mark of a run; empty for one of the version that stands."""
        return EARLIER if run.number <= self._earlier else ""

    def message(self, run: Run) -> dict[str, Any] | None:
        """Return what is told of a run that has ended; None if there is nothing to tell, or no more."""
        told = self._reports.get(run.number)
        if told is None:
            return None
        mark = self.mark(run)
        return {"kind": "run", "run": {**told, "mark": mark} if mark else told, "kept": self._kept()}


def _told(run: Run) -> dict[str, Any]:
    """Report a run, even one whose outputs no tree can be made of: a form must not wait for ever."""
    try:
        return report(run)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is told
        note = f"The result cannot be shown: {type(error).__name__}: {error}"
        return {"number": run.number, "state": run.state, "summary": outcome(run), "printed": [], "note": note}
