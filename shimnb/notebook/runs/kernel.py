"""A run in the kernel: the executor in a thread of this process, on the decoded template, as in a call of the task."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

from shimnb.core.context import ExecutionState, FlyteContextManager
from shimnb.core.promise import Promise, input_literals
from shimnb.errors import ExecutionCancelledError
from shimnb.notebook.runs.cancelling import CancelledRun, Interrupter
from shimnb.notebook.runs.capture import captured
from shimnb.notebook.runs.displaying import figures, show_figures
from shimnb.notebook.runs.run import Progress

if TYPE_CHECKING:
    from shimnb.core.context import FlyteContext
    from shimnb.core.task import LocalOutputs, PythonCustomizedContainerTask
    from shimnb.notebook.runs.run import Run

__all__ = ["KernelWork"]


class KernelWork:
    """What a thread does for a run; also who watches it.

    Parameters
    ----------
    run : Run
        The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._interrupter = Interrupter()
        self._process = os.getpid()

    def do(self) -> None:
        """Run the task to its end, in this thread. What it raises is the run's failure."""
        run = self._run
        _forget_warnings(run.task)
        run.sink.check = self._interrupter.check_late
        with captured(run.sink, self):
            made = self._guarded()
        if run.done:  # it was given up meanwhile
            return
        run.outputs, run.cached, run.decks = made.literals, made.cached, made.decks

    def _guarded(self) -> LocalOutputs:
        before = figures()
        try:
            try:
                self._interrupter.open()
                made = self._execute()
            finally:
                self._settle()
                self._stay_in_parent(sys.exc_info()[1])
                show_figures(before)
        except CancelledRun:
            self._settle()
            raise ExecutionCancelledError(self._run.task.name, self._run.elapsed) from None
        return made

    def _settle(self) -> None:
        """Let nothing interrupt what cleans up; the last exception may come even while that is being arranged."""
        try:
            self._interrupter.close()
        except CancelledRun:
            self._interrupter.close()

    def _stay_in_parent(self, error: BaseException | None) -> None:
        """End a fork here: its executor has returned, and the kernel goes on in the process that it came from."""
        if os.getpid() == self._process:
            return
        code = 0
        if isinstance(error, SystemExit):
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        elif error is not None:
            self._run.sink.write("stderr", "".join(traceback.format_exception(error)))
            code = 1
        os._exit(code)

    def _execute(self) -> LocalOutputs:
        # A run is as local as a call is: what asks for its mode, such as the look-up of a secret, gets the same answer.
        run = self._run
        context = FlyteContextManager.current_context()
        state = (context.execution_state or ExecutionState()).with_params(mode=run.task.local_execution_mode())
        local = context.with_execution_state(state).for_run()
        if local.user_space_params is not None:
            # A run that fails returns nothing that could hold its decks.
            run.decks = local.user_space_params.decks
        with FlyteContextManager.with_context(local):
            return run.task.local_outputs(local, **self._promised(local))

    def _promised(self, context: FlyteContext) -> dict[str, Any]:
        """Convert the inputs, once: what the history has is what the executor gets."""
        run = self._run
        run.literals = input_literals(run.task, context, dict(run.inputs))
        return {name: Promise(name, literal) for name, literal in run.literals.literals.items()}

    def cancel(self) -> None:
        """Ask the thread to end."""
        self._interrupter.ask()

    # Who watches: what the executor's own calls tell

    def check(self) -> None:
        """Raise if the run was cancelled."""
        self._interrupter.check()

    def progress(self, fraction: float | None, text: str) -> None:
        """Take note of how far it is."""
        self._run.progress = Progress(fraction, self._run.masks.text(text))

    def secret(self, value: str) -> None:
        """Take note of a secret that it read."""
        self._run.masks.add(value)


def _forget_warnings(task: PythonCustomizedContainerTask[Any]) -> None:
    # Python tells a warning once a place and process. A run is one of its own: what the first one said, the next says.
    module = sys.modules.get(task.executor_type.__module__)
    if module is not None:
        vars(module).pop("__warningregistry__", None)
