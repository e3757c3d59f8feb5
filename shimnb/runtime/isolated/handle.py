"""The handle of an isolated run: what it writes, how to end it, what became of it."""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from flyteidl.core import literals_pb2

from shimnb.errors import ExecutionCancelledError, ExecutionTimeoutError
from shimnb.runtime.isolated import end
from shimnb.runtime.isolated.guard import STATUS, end_marked, remove_folder
from shimnb.runtime.isolated.output import Output

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["IsolatedRun"]

State = Literal["running", "done", "failed", "cancelled"]

GRACE = 5.0
"""Seconds between asking the processes of a run to end and killing them."""

_GRACE_AT_EXIT = 1.0
_LAST = 10.0
"""Seconds for what takes no time, unless something is wrong that waiting does not mend."""
_SHORT = 4
"""A secret of fewer characters is part of many a word; taking it out would give away more than it hides."""

_going: set[IsolatedRun] = set()


class IsolatedRun:
    """A run in a process of its own, and what became of it. `start` and `start_task` make one.

    Parameters
    ----------
    task : str
        The task's name.
    mark : str
        What stands in the environment of the run's processes.
    folder : pathlib.Path
        The run's folder.
    raw : str or None
        The folder of offloaded data, which outlives a run that is done; None
        when it is not on this machine.
    secrets : frozenset of str
        What no message may show.
    process : subprocess.Popen
        The process that waits for the run's.
    timeout : float or None
        Seconds that it may take.
    on_output : callable or None
        Told of every line.
    read : callable
        Makes the result of the outputs.
    """

    def __init__(  # noqa: PLR0913  # a run has these
        self,
        *,
        task: str,
        mark: str,
        folder: Path,
        raw: str | None,
        secrets: frozenset[str],
        process: subprocess.Popen[bytes],
        timeout: float | None,
        on_output: Callable[[str, str], object] | None,
        read: Callable[[literals_pb2.LiteralMap], Any],
    ) -> None:
        self.task = task
        self._owner = os.getpid()
        self._mark = mark
        self._folder = folder
        self._raw = raw
        self._secrets = sorted((each for each in secrets if len(each) >= _SHORT), key=len, reverse=True)
        self._process = process
        self._stdin: Any = process.stdin
        self._timeout = timeout
        self._read = read
        self._kept = Output(on_output)
        self._begin = time.monotonic()
        self._end: float | None = None
        self._state: State = "running"
        self._why: Literal["cancelled", "timeout", "callback"] | None = None
        self._outputs: literals_pb2.LiteralMap | None = None
        self._error: BaseException | None = None
        self._deck: str | None = None
        self._returncode: int | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def __repr__(self) -> str:
        return f"<IsolatedRun of {self.task}: {self.state}, {self.elapsed:.3g} s>"

    def watch(self) -> None:
        """Begin to read what the run writes, and to wait for its end; `start` has done so."""
        _end_at_exit()
        _going.add(self)
        readers: list[threading.Thread] = []
        try:
            readers.extend(self._thread(self._read_stream, name) for name in ("stdout", "stderr"))
            self._thread(self._wait_for_end, readers)
        except BaseException:
            # No more threads are to be had. The end of its standard input has the guard leave nothing of the run.
            _going.discard(self)
            self._stdin.close()
            self._process.wait()
            for reader in readers:
                reader.join(_LAST)
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
            raise

    def _thread(self, work: Callable[..., None], *arguments: Any) -> threading.Thread:
        # Daemons: at the interpreter's exit the run is ended, not waited for.
        thread = threading.Thread(target=work, args=arguments, name=f"shimnb-isolated-{self.task}", daemon=True)
        thread.start()
        return thread

    # What a caller asks

    @property
    def state(self) -> State:
        """``"running"``, ``"done"``, ``"failed"`` or ``"cancelled"``; a timeout is a failure."""
        return self._state

    @property
    def done(self) -> bool:
        """Whether the run has ended, well or not; nothing of it is left then."""
        return self._ended.is_set()

    @property
    def returncode(self) -> int | None:
        """The process's exit code, below zero the number of the signal that ended it; None before, or when unknown."""
        return self._returncode

    @property
    def elapsed(self) -> float:
        """Seconds from the start to the end, or until now."""
        return (self._end or time.monotonic()) - self._begin

    @property
    def output(self) -> str:
        """What the run wrote to both streams; of a long text the beginning and the end."""
        return self._kept.text()

    @property
    def outputs(self) -> literals_pb2.LiteralMap | None:
        """The outputs as literals; None unless the run is done."""
        return self._outputs

    @property
    def error(self) -> BaseException | None:
        """What `result` raises; None unless the run has ended without outputs."""
        return self._error

    @property
    def deck(self) -> str | None:
        """The page of the run's decks; None without one."""
        return self._deck

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it has come."""
        return self._ended.wait(timeout)

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the end and return the result.

        Parameters
        ----------
        timeout : float, optional
            The longest wait, in seconds; without end when left out. The run
            goes on after it.

        Returns
        -------
        Any
            The outputs, a LiteralMap, of a run that `start` began; of
            `start_task`, what a call of the task would return.

        Raises
        ------
        TimeoutError
            If the run is still going on.
        ExecutionError
            If the run failed; it has the code, the kind, the origin and the
            traceback that the cluster would see.
        CrashError
            If its process ended without a word.
        ExecutionTimeoutError, ExecutionCancelledError
            If it was ended.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the run of {self.task} is still going on after {timeout:g} s")
        if self._error is not None:
            raise self._error
        return self._read(self._outputs or literals_pb2.LiteralMap())

    def cancel(self, *, grace: float = GRACE) -> None:
        """End the run, with every process that it started; return at once.

        Parameters
        ----------
        grace : float
            Seconds from SIGTERM, which the processes may handle, to SIGKILL.

        Notes
        -----
        A run that has ended stays as it is. A second call shortens, or
        lengthens, the grace.
        """
        self._stop("cancelled", grace)

    # What happens in the run's threads

    def _stop(self, why: Literal["cancelled", "timeout", "callback"], grace: float = GRACE) -> None:
        with self._lock:
            if self._end is not None:
                return
            self._why = self._why or why
            with suppress(OSError):  # it has just ended by itself
                self._stdin.write(f"{grace:f}\n".encode())
                # The run may have stopped it.
                self._process.send_signal(signal.SIGCONT)

    def _read_stream(self, stream: str) -> None:
        with getattr(self._process, stream) as pipe:
            self._kept.read(stream, pipe.fileno(), lambda: self._stop("callback", 0))

    def _wait_for_end(self, readers: list[threading.Thread]) -> None:
        timer = None
        try:
            if self._timeout is not None:
                timer = threading.Timer(self._timeout, self._stop, ["timeout"])
                timer.daemon = True
                timer.start()
            self._process.wait()
            self._returncode = self._exit_code()
            for reader in readers:
                reader.join(_LAST)
            with self._lock:
                self._end = time.monotonic()
            self._judge()
        except BaseException as error:  # noqa: BLE001  # whatever it is, result() must not wait for ever
            self._state, self._error, self._outputs = "failed", error, None
        finally:
            if timer is not None:
                timer.cancel()
            try:
                self._clean()
            finally:
                _going.discard(self)
                self._ended.set()

    def _exit_code(self) -> int | None:
        try:
            return int((self._folder / STATUS).read_text("ascii"))
        except (OSError, ValueError):
            # Somebody killed the process that waits, and what it waited for is still there.
            end_marked(self._mark)
            return None

    def _judge(self) -> None:
        folder = self._folder / "out"
        found = end.outputs(folder) if self._returncode == 0 else None
        error: BaseException | None = self._kept.error or end.failure(folder, self.task, self._worded)
        if self._why == "timeout":
            error = ExecutionTimeoutError(self.task, self._timeout or 0.0)
        elif self._why == "cancelled" and (error is not None or found is None):
            error = ExecutionCancelledError(self.task, self.elapsed)
        elif error is None and found is None:
            error = end.crash(self.task, self._returncode, self._worded(end.last_words(self._kept.text("stderr"))))
        deck = folder / "deck.html"
        self._deck = deck.read_text("utf-8") if deck.is_file() else None
        if error is None:
            self._outputs, self._state = found, "done"
        else:
            self._error, self._state = error, "cancelled" if isinstance(error, ExecutionCancelledError) else "failed"

    def _worded(self, text: str) -> str:
        """Name the cell's file as it is imported, for its folder is gone; and take the secrets out."""
        text = text.replace(f"{self._folder / 'code'}{os.sep}", "")
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _clean(self) -> None:
        with self._lock:
            self._stdin.close()
        remove_folder(str(self._folder))
        if self._state != "done" and self._raw is not None:
            remove_folder(self._raw)

    def leave(self) -> bool:
        """End the run because the interpreter ends; tell whether it is this one's, not a fork's parent's."""
        own = self._owner == os.getpid()
        if own:
            self._stop("cancelled", _GRACE_AT_EXIT)
        return own


@cache
def _end_at_exit() -> None:
    atexit.register(_end_all)


def _end_all() -> None:
    for run in [run for run in list(_going) if run.leave()]:
        run.wait(_LAST)
