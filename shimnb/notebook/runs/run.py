"""One run of a task: what was asked, what became of it, and the handle by which to wait for it or to cancel it.

A run ends in one of three ways: done with a LiteralMap of outputs, failed with
an exception, or cancelled; and it knows what was printed and how long it took.
"""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shimnb.core.context import FlyteContextManager
from shimnb.core.types import TypeEngine
from shimnb.errors import OutputError
from shimnb.notebook.runs.failure import Failure, Place
from shimnb.notebook.runs.sink import Sink

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from flyteidl.core import literals_pb2

    from shimnb.core.deck import Deck
    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.runs.masks import Masks

__all__ = ["Failure", "Mode", "Place", "Progress", "Run", "State", "Version", "bar_progress"]

_BAR = re.compile(r"(?P<what>[^|]{0,200}?)\b(?P<percent>100|\d?\d)%\|[^|]{0,500}\|(?P<rest>.{0,200})")

State = Literal["queued", "running", "done", "failed", "cancelled"]
Mode = Literal["kernel", "isolated"]


class Progress(NamedTuple):
    """How far a run is.

    Parameters
    ----------
    fraction : float or None
        What is done, from 0 to 1; None when nobody knows.
    text : str
        What is being done.
    """

    fraction: float | None
    text: str


def bar_progress(line: str) -> Progress | None:
    """Read how far a run is from the bar that tqdm writes; None for any other line.

    Examples
    --------
    >>> bar_progress("reading:  40%|####      | 12/30 [00:01<00:02, 11.2it/s]")
    Progress(fraction=0.4, text='reading: 12/30 [00:01<00:02, 11.2it/s]')
    """
    found = _BAR.search(line)
    if found is None:
        return None
    return Progress(int(found["percent"]) / 100, f"{found['what'].strip()} {found['rest'].strip()}".strip())


class Version(NamedTuple):
    """The task that a run was of.

    Parameters
    ----------
    number : int
        Counts the versions of the cell; 1 is the first that a form showed.
    hash : str
        Of the template's bytes: the first 12 digits of their SHA-256.
    """

    number: int
    hash: str


_FIRST = Version(1, "")


@dataclass(eq=False)
class Run:
    """A run that was asked for, and what became of it.

    Parameters
    ----------
    number : int
        Counts the runs of a form; 1 is the first.
    task : PythonCustomizedContainerTask
        What runs.
    inputs : mapping of str to Any
        The Python values given to it.
    mode : {"kernel", "isolated"}
        In a thread of this process, or in a process of its own.

    Attributes
    ----------
    state : {"queued", "running", "done", "failed", "cancelled"}
        What became of it.
    literals : flyteidl.core.literals_pb2.LiteralMap or None
        The inputs as the executor got them, once they are converted; with the
        defaults.
    outputs : flyteidl.core.literals_pb2.LiteralMap or None
        The outputs by name, once it is done.
    cached : bool
        Whether they came from the local cache, so that nothing was executed.
    decks : list of Deck
        What the run left, of a failed one too.
    deck_page : str
        The page of the decks of an isolated run.
    error : BaseException or None
        What was raised, once it failed.
    failure : Failure or None
        The same in words.
    began : datetime.datetime or None
        When it started, in UTC.
    elapsed : float
        Seconds from start to end, or until now.
    progress : Progress or None
        What it reported of itself.
    version : Version
        The version of the task.
    notes : list of str
        What is to be said beside the outcome.
    sink : Sink
        What was printed and displayed.
    """

    number: int
    task: PythonCustomizedContainerTask[Any]
    inputs: Mapping[str, Any] = field(repr=False)
    mode: Mode = "kernel"
    state: State = "queued"
    literals: literals_pb2.LiteralMap | None = field(default=None, repr=False)
    outputs: literals_pb2.LiteralMap | None = field(default=None, repr=False)
    cached: bool = False
    decks: list[Deck] = field(default_factory=list, repr=False)
    deck_page: str = field(default="", repr=False)
    error: BaseException | None = field(default=None, repr=False)
    failure: Failure | None = field(default=None, repr=False)
    began: dt.datetime | None = None
    progress: Progress | None = None
    version: Version = _FIRST
    notes: list[str] = field(default_factory=list, repr=False)
    sink: Sink = field(default_factory=Sink, repr=False)
    cancelling: bool = field(default=False, repr=False)
    on_cancel: Callable[[Run], None] | None = field(default=None, repr=False)
    ended: threading.Event = field(default_factory=threading.Event, repr=False)
    _start: float | None = field(default=None, repr=False)
    _elapsed: float | None = field(default=None, repr=False)

    @property
    def masks(self) -> Masks:
        """The secrets that nothing told of the run shows."""
        return self.sink.masks

    @property
    def output(self) -> str:
        """What was printed, as one text, without secrets."""
        return self.sink.text()

    @property
    def elapsed(self) -> float:
        """Seconds from start to end, or until now; zero in the queue."""
        if self._elapsed is not None:
            return self._elapsed
        return 0.0 if self._start is None else time.perf_counter() - self._start

    @elapsed.setter
    def elapsed(self, seconds: float) -> None:
        self._elapsed = seconds

    def begin(self) -> None:
        """Start the clock."""
        import datetime as dt  # noqa: PLC0415  # shimnb has it loaded by now

        self.state, self.began, self._start = "running", dt.datetime.now(dt.timezone.utc), time.perf_counter()

    def stop(self) -> None:
        """Stop the clock, once."""
        if self._elapsed is None:
            self._elapsed = self.elapsed

    @property
    def done(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state in ("done", "failed", "cancelled")

    def cancel(self) -> None:
        """Ask the run to end; return at once.

        A queued run does not start. One in a process of its own is terminated,
        and killed if it does not end. One in the kernel gets an exception at
        its next line of Python: code in C is not interrupted until it returns.
        A second call ends the waiting: an isolated run is killed at once, and
        one in the kernel is left behind, so that the next one starts.
        """
        if self.on_cancel is not None and not self.done:
            self.on_cancel(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it has come."""
        return self.ended.wait(timeout)

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
            If the run is still going on, or still queued.
        BaseException
            What the run failed with; `ExecutionCancelledError` for a run that
            was cancelled.
        """
        if not self.wait(timeout):
            doing = "queued" if self.state == "queued" else "going on"
            raise TimeoutError(f"run {self.number} is still {doing} after {timeout:g} s")
        if self.error is not None:
            raise self.error
        return self.values()

    def values(self) -> Any:
        """Return the outputs as a call of the task would."""
        interface = self.task.python_interface
        values = tuple(self.output_values().values())
        if not values:
            return None
        single = len(values) == 1 and not interface.output_tuple_name
        return values[0] if single else interface.output_tuple(*values)

    def output_values(self) -> dict[str, Any]:
        """Return the Python values of the outputs by name.

        Raises
        ------
        OutputError
            If the history has dropped them, to make room.
        """
        if self.state == "done" and self.outputs is None:
            raise OutputError(
                self.task.name, f"the outputs of run {self.number} were dropped, to make room", "Run it again."
            )
        types = self.task.python_interface.outputs
        literals = self.outputs.literals if self.outputs is not None else {}
        context = FlyteContextManager.current_context()
        return {name: TypeEngine.to_python_value(context, literals[name], types[name]) for name in types}
