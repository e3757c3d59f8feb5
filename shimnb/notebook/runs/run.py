"""One run of a task, in a thread of its own.

The kernel stays usable: nothing of the user's runs in a widget's callback. A
run ends in one of two ways, done with a LiteralMap of outputs or failed with
an exception, and knows what was printed and how long it took.
"""

from __future__ import annotations

import contextvars
import itertools
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shimnb.core.context import ExecutionState, FlyteContextManager
from shimnb.core.types import TypeEngine
from shimnb.notebook.runs.capture import Sink, captured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType, TracebackType

    from flyteidl.core import literals_pb2

    from shimnb.core.deck import Deck
    from shimnb.core.task import LocalOutputs, PythonCustomizedContainerTask

__all__ = ["Failure", "Place", "Run", "start"]

_PACKAGE = str(Path(__file__).resolve().parents[2])
_CELLS = "shimcells."
_numbers = itertools.count(1)

State = Literal["running", "done", "failed"]


@dataclass(frozen=True)
class Place:
    """A line of the user's own that an exception passed through.

    Parameters
    ----------
    text : str
        Where it is: ``line 12 of the cell``, or ``line 3 of tables.py``.
    source : str
        The line itself, without its indentation; empty when it is not known.
    """

    text: str
    source: str


@dataclass(frozen=True)
class Failure:
    """An exception, put into words while its source is still what ran.

    Parameters
    ----------
    type : str
        The exception's class, with its module unless that is ``builtins`` or
        a cell.
    message : str
        What it says.
    place : Place or None
        The last of its frames that is the user's.
    traceback : str
        From the user's first frame on.
    full_traceback : str
        All of it.
    """

    type: str
    message: str
    place: Place | None
    traceback: str
    full_traceback: str


@dataclass
class Run:
    """A run that was started, and what became of it.

    Parameters
    ----------
    number : int
        Counts the runs of a form; 1 is the first.
    task : PythonCustomizedContainerTask
        What runs.
    inputs : mapping of str to Any
        The Python values given to it.

    Attributes
    ----------
    state : {"running", "done", "failed"}
        What became of it.
    outputs : flyteidl.core.literals_pb2.LiteralMap or None
        The outputs by name, once it is done.
    cached : bool
        Whether they came from the local cache, so that nothing was executed.
    decks : list of Deck
        What the run left, of a failed one too.
    error : BaseException or None
        What was raised, once it failed.
    failure : Failure or None
        The same in words.
    elapsed : float
        Seconds from start to end.
    sink : Sink
        What was printed.
    """

    number: int
    task: PythonCustomizedContainerTask[Any]
    inputs: Mapping[str, Any]
    state: State = "running"
    outputs: literals_pb2.LiteralMap | None = None
    cached: bool = False
    decks: list[Deck] = field(default_factory=list, repr=False)
    error: BaseException | None = None
    failure: Failure | None = None
    elapsed: float = 0.0
    sink: Sink = field(default_factory=Sink, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def output(self) -> str:
        """What was printed, as one text."""
        return self.sink.text()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it has come."""
        return self._ended.wait(timeout)

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the end and return what a call of the task would.

        Parameters
        ----------
        timeout : float, optional
            The longest wait, in seconds; without end when left out.

        Returns
        -------
        Any
            None without an output, the value of a single output, a named
            tuple of several.

        Raises
        ------
        TimeoutError
            If the run is still going on.
        BaseException
            What the run failed with.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"run {self.number} is still going on after {timeout:g} s")
        if self.error is not None:
            raise self.error
        interface = self.task.python_interface
        types = interface.outputs
        literals = self.outputs.literals if self.outputs is not None else {}
        context = FlyteContextManager.current_context()
        values = tuple(TypeEngine.to_python_value(context, literals[name], types[name]) for name in types)
        if not values:
            return None
        single = len(values) == 1 and not interface.output_tuple_name
        return values[0] if single else interface.output_tuple(*values)


def start(
    task: PythonCustomizedContainerTask[Any],
    inputs: Mapping[str, Any],
    on_event: Callable[[Run], None] | None = None,
    *,
    number: int | None = None,
) -> Run:
    """Run a task with `inputs` in a new thread.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        What runs, by its ``local_outputs``.
    inputs : mapping of str to Any
        Python values that its interface takes.
    on_event : callable, optional
        Called with the run when it has ended, in the run's thread.
    number : int, optional
        The run's number; counted through the process when left out.

    Returns
    -------
    Run
        The run, going on.
    """
    run = Run(next(_numbers) if number is None else number, task, dict(inputs))
    # The caller's context goes along, so that a FlyteContext that was set around the call holds in the run.
    context = contextvars.copy_context()
    thread = threading.Thread(
        target=context.run, args=(_work, run, on_event), name=f"shimnb-run-{run.number}", daemon=True
    )
    thread.start()
    return run


def _work(run: Run, on_event: Callable[[Run], None] | None) -> None:
    made = error = failure = None
    begin = time.perf_counter()
    _forget_warnings(run.task)
    try:
        with captured(run.sink):
            made = _execute(run)
        elapsed = time.perf_counter() - begin
    except BaseException as caught:  # noqa: BLE001  # sys.exit() in an executor must end the run, not hide it
        elapsed = time.perf_counter() - begin
        error, failure = caught, _failure(caught, _Own(run.task.executor_type.__module__))
    run.elapsed, run.error, run.failure = elapsed, error, failure
    if made is not None:
        run.outputs, run.cached, run.decks = made.literals, made.cached, made.decks
    run.state = "done" if error is None else "failed"
    try:
        if on_event is not None:
            on_event(run)
    finally:
        run._ended.set()  # noqa: SLF001  # the run's own thread


def _forget_warnings(task: PythonCustomizedContainerTask[Any]) -> None:
    # Python tells a warning once a place and process. A run is one of its own: what the first one said, the next says.
    module = sys.modules.get(task.executor_type.__module__)
    if module is not None:
        vars(module).pop("__warningregistry__", None)


def _execute(run: Run) -> LocalOutputs:
    # A run is as local as a call is: what asks for its mode, such as the look-up of a secret, gets the same answer.
    context = FlyteContextManager.current_context()
    state = (context.execution_state or ExecutionState()).with_params(mode=run.task.local_execution_mode())
    local = context.with_execution_state(state).for_run()
    if local.user_space_params is not None:
        # A run that fails returns nothing that could hold its decks.
        run.decks = local.user_space_params.decks
    with FlyteContextManager.with_context(local):
        return run.task.local_outputs(local, **run.inputs)


@dataclass(frozen=True)
class _Own:
    """What of a traceback is the task author's: a module, by its name."""

    module: str

    def has(self, frame: FrameType) -> bool:
        name = frame.f_globals.get("__name__", "")
        return isinstance(name, str) and (name in (self.module, "__main__") or name.startswith(_CELLS))


def _failure(error: BaseException, own: _Own) -> Failure:
    full = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    first = _first_own(error.__traceback__, own)
    cut = "".join(traceback.format_exception(type(error), error, first)) if first is not None else full
    return Failure(_class_name(type(error)), _said(error), _place(first, own), cut, full)


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # a stranger's __str__ may raise, and the run has to end all the same
        return "(its message cannot be shown)"


def _class_name(cls: type[BaseException]) -> str:
    if cls.__module__ in ("builtins", "__main__") or cls.__module__.startswith(_CELLS):
        return cls.__qualname__
    return f"{cls.__module__}.{cls.__qualname__}"


def _first_own(tb: TracebackType | None, own: _Own) -> TracebackType | None:
    """Cut a traceback to where the user's code begins; None when it never does."""
    outside = None
    while tb is not None:
        if own.has(tb.tb_frame):
            return tb
        if outside is None and not tb.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            outside = tb
        tb = tb.tb_next
    return outside


def _place(tb: TracebackType | None, own: _Own) -> Place | None:
    """Name the deepest line that is the user's: a library's line below it says less."""
    found = None
    while tb is not None:
        if own.has(tb.tb_frame):
            found = tb
        tb = tb.tb_next
    if found is None:
        return None
    [summary] = traceback.StackSummary.extract([(found.tb_frame, found.tb_lineno)], lookup_lines=True)
    return Place(f"line {summary.lineno} of {_document(found.tb_frame, own)}", (summary.line or "").strip())


def _document(frame: FrameType, own: _Own) -> str:
    name = frame.f_globals.get("__name__", "")
    if name.startswith(_CELLS):
        return "the cell" if name == own.module else f"the cell {name.removeprefix(_CELLS)}"
    # A script is `__main__` too; a notebook's kernel has no file for it.
    if name == "__main__" and not hasattr(sys.modules["__main__"], "__file__"):
        return "a notebook cell"
    return Path(frame.f_code.co_filename).name
