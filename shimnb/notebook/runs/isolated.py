"""A run as the cluster runs it: in a process of its own, which gets the template and the inputs, and no more."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from shimnb.core.context import FlyteContextManager
from shimnb.core.promise import input_literals
from shimnb.core.shim import import_path
from shimnb.errors import ExecutionCancelledError
from shimnb.notebook.runs.run import Progress
from shimnb.runtime.isolated.environment import secret_variables
from shimnb.runtime.isolated.handle import GRACE
from shimnb.runtime.isolated.sources import executor_sources
from shimnb.runtime.isolated.start import start

if TYPE_CHECKING:
    from shimnb.notebook.runs.run import Run
    from shimnb.runtime.isolated.handle import IsolatedRun

__all__ = ["IsolatedWork"]

_PROGRESS = re.compile(r"\bprogress(?: (?P<share>\d+(?:\.\d+)?) %)?(?:: (?P<text>.*))?$")
"""What `shimnb.progress` writes to the log of a container."""


class IsolatedWork:
    """What a thread does for a run in a process of its own.

    Parameters
    ----------
    run : Run
        The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._handle: IsolatedRun | None = None
        self._asked = 0

    def do(self) -> None:
        """Run the task to its end. What it raises is the run's failure."""
        run = self._run
        # First of all: where nobody can import it, nothing else counts.
        sources = executor_sources(run.task.executor_type)
        run.literals = input_literals(run.task, FlyteContextManager.current_context(), dict(run.inputs))
        template = run.task.task_template
        run.masks.add(*secret_variables(template).values())
        with self._lock:
            if self._asked:
                raise ExecutionCancelledError(run.task.name, run.elapsed)
            handle = self._handle = start(
                template.to_flyte_idl().SerializeToString(),
                import_path(run.task.executor_type),
                run.literals.SerializeToString(),
                sources=sources,
                on_output=self._line,
            )
        try:
            run.outputs = handle.result()
        finally:
            run.deck_page = run.masks.text(handle.deck or "")

    def _line(self, stream: str, line: str) -> None:
        run = self._run
        # Without the look-up, a regular expression for each line of ten megabytes a second.
        found = _PROGRESS.search(line.rstrip("\n")) if stream == "stderr" and "progress" in line else None
        if found is not None:
            share = float(found["share"]) / 100 if found["share"] else None
            run.progress = Progress(share, run.masks.text(found["text"] or ""))
        run.sink.take(stream, line)

    def cancel(self) -> None:
        """Terminate the process, and kill it if it does not end; asked again, kill it at once."""
        with self._lock:
            self._asked += 1
            handle = self._handle
        if handle is not None:
            handle.cancel(grace=GRACE if self._asked == 1 else 0.0)
