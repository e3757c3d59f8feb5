"""Starting a run: its thread, and the order in which its end is noted, worded and told."""

from __future__ import annotations

import contextvars
import itertools
import os
import threading
from typing import TYPE_CHECKING, Any, Protocol

from shimnb.errors import ExecutionCancelledError
from shimnb.notebook.runs.failure import describe
from shimnb.notebook.runs.isolated import IsolatedWork
from shimnb.notebook.runs.kernel import KernelWork
from shimnb.notebook.runs.masks import secret_values
from shimnb.notebook.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.runs.run import Mode

__all__ = ["launch", "prepared", "start"]

_numbers = itertools.count(1)
_LEFT = (
    "It was left behind: its thread goes on until its code in C returns. What it still prints is lost, "
    "and what it still holds or locks stays so."
)


class _Work(Protocol):
    def do(self) -> None: ...

    def cancel(self) -> None: ...


def start(
    task: PythonCustomizedContainerTask[Any],
    inputs: Mapping[str, Any],
    on_end: Callable[[Run], None] | None = None,
    *,
    number: int | None = None,
    mode: Mode = "kernel",
) -> Run:
    """Run a task with `inputs` in a new thread, at once.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        What runs, by its ``local_outputs``; or its container's command.
    inputs : mapping of str to Any
        Python values that its interface takes.
    on_end : callable, optional
        Called with the run when it has ended, in the run's thread.
    number : int, optional
        The run's number; counted through the process when left out.
    mode : {"kernel", "isolated"}
        In this process, or in one of its own.

    Returns
    -------
    Run
        The run, going on.
    """
    run = prepared(task, inputs, next(_numbers) if number is None else number, mode)
    launch(run, on_end or (lambda _: None))
    return run


def prepared(
    task: PythonCustomizedContainerTask[Any], inputs: Mapping[str, Any], number: int, mode: Mode = "kernel"
) -> Run:
    """Make a run that is yet to start, and note which of its inputs are secrets."""
    run = Run(number, task, dict(inputs), mode)
    for name, value in {**task.python_interface.defaults, **run.inputs}.items():
        run.masks.add(*secret_values(name, value))
    return run


def launch(run: Run, on_end: Callable[[Run], None], context: contextvars.Context | None = None) -> None:
    """Start a prepared run in a thread of its own.

    Parameters
    ----------
    run : Run
        The run.
    on_end : callable
        Called with the run when it has ended, once.
    context : contextvars.Context, optional
        What it runs in; a copy of the caller's when left out.
    """
    work: _Work = KernelWork(run) if run.mode == "kernel" else IsolatedWork(run)
    ending = _Ending(run, on_end)
    run.on_cancel = ending.canceller(work)
    if run.state == "queued":
        run.begin()
    # The caller's context goes along, so that a FlyteContext that was set around the call holds in the run.
    context = context or contextvars.copy_context()
    thread = threading.Thread(
        target=context.run, args=(_work, work, ending), name=f"shimnb-run-{run.number}", daemon=True
    )
    try:
        thread.start()
    except RuntimeError as error:  # no more threads are to be had
        ending.come(error)


class _Ending:
    """The end of a run, which comes once: by itself, or because the run was given up."""

    def __init__(self, run: Run, on_end: Callable[[Run], None]) -> None:
        self._run = run
        self._on_end = on_end
        self._lock = threading.Lock()
        self._over = False

    def canceller(self, work: _Work) -> Callable[[Run], None]:
        run = self._run

        def cancel(_: Run) -> None:
            if run.cancelling and run.mode == "kernel":
                self._give_up()
                return
            run.cancelling = True
            work.cancel()

        return cancel

    def _give_up(self) -> None:
        run = self._run
        run.sink.leave()
        run.notes.append(_LEFT)
        self.come(ExecutionCancelledError(run.task.name, run.elapsed))

    def come(self, error: BaseException | None) -> None:
        """Note how the run ended, and tell of it."""
        with self._lock:
            if self._over:
                return
            self._over = True
        run = self._run
        run.stop()
        run.on_cancel = None
        if error is not None:
            run.error = error
            run.failure = describe(error, run.task, run.masks)
            run.state = "cancelled" if isinstance(error, ExecutionCancelledError) else "failed"
        else:
            run.state = "done"
        try:
            self._on_end(run)
        finally:
            run.ended.set()


def _work(work: _Work, ending: _Ending) -> None:
    error: BaseException | None = None
    process = os.getpid()
    try:
        work.do()
    except BaseException as caught:  # noqa: BLE001  # sys.exit() in an executor must end the run, not hide it
        error = caught
    if os.getpid() == process:
        ending.come(error)
