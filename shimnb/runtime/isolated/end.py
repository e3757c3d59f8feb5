"""How an isolated run ended: from its files, its process's exit code and its last words to outputs or an error."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from flyteidl.core import literals_pb2
from google.protobuf.message import DecodeError

from shimnb.errors import CrashError, ExecutionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["crash", "failure", "last_words", "outputs", "signal_words"]

_WORDS = {
    "SIGABRT": "aborted, as a library does that cannot go on",
    "SIGBUS": "bus error",
    "SIGFPE": "arithmetic error",
    "SIGILL": "illegal instruction",
    "SIGINT": "interrupted",
    "SIGKILL": "killed, as the system does when memory runs out",
    "SIGSEGV": "segmentation fault",
    "SIGTERM": "terminated",
    "SIGXCPU": "its limit of CPU time is reached",
}
_REMEDIES = {
    "SIGKILL": "Try with less data, or on a machine with more memory.",
    "SIGTERM": "Find out who asked it to end.",
}
_TRACE, _SAID = "Trace:\n\n", "\nMessage:\n\n"
_INDENT = "    "
_FATAL = "Fatal Python error: "
_LINES = 20


def outputs(folder: Path) -> literals_pb2.LiteralMap | None:
    """Read what a run left as its outputs.

    Parameters
    ----------
    folder : pathlib.Path
        The output prefix.

    Returns
    -------
    flyteidl.core.literals_pb2.LiteralMap or None
        The outputs, also those that were put into files of their own in the
        folder; None without a file that can be read.
    """
    found = literals_pb2.LiteralMap()
    try:
        found.ParseFromString(_contents(folder / "outputs.pb"))
        for name, literal in found.literals.items():
            uri = literal.offloaded_metadata.uri.removeprefix("file://")
            # The folder goes with the run, so what is in it comes along.
            if literal.HasField("offloaded_metadata") and uri.startswith(f"{folder}/"):
                found.literals[name].ParseFromString(_contents(folder / uri.rpartition("/")[2]))
    except (OSError, DecodeError):
        return None
    return found


def failure(folder: Path, task: str, worded: Callable[[str], str]) -> ExecutionError | None:
    """Read the error document that a run left.

    Parameters
    ----------
    folder : pathlib.Path
        The output prefix.
    task : str
        The task's name.
    worded : callable
        Takes out of a text what must not be shown.

    Returns
    -------
    ExecutionError or None
        The error; None without a document that can be read.
    """
    from flyteidl.core import errors_pb2, execution_pb2  # noqa: PLC0415  # only for a run that failed

    document = errors_pb2.ErrorDocument()
    try:
        document.ParseFromString(_contents(folder / "error.pb"))
    except (OSError, DecodeError):
        return None
    found = document.error
    message = worded(found.message)
    trace, problem = _parts(message)
    error = ExecutionError(
        task,
        problem,
        message=message,
        code=found.code,
        kind=errors_pb2.ContainerError.Kind.Name(found.kind),
        origin=execution_pb2.ExecutionError.ErrorKind.Name(found.origin),
    )
    error.excerpt = trace
    return error


def _contents(path: Path) -> bytes:
    # A pipe in its place would be waited for without end.
    if not path.is_file():
        raise FileNotFoundError(path)
    return path.read_bytes()


def _parts(message: str) -> tuple[str, str]:
    """Divide a document's message into the lines of its traceback from the cell on, and what was raised."""
    trace, found, said = message.rpartition(_SAID)
    if not found:
        return "", message.strip() or "it failed, and says no more"
    problem = [line.removeprefix(_INDENT) for line in said.split("\n")]
    lines = [line.removeprefix(_INDENT) for line in trace.removeprefix(_TRACE).rstrip().split("\n")]
    start = next((index for index, line in enumerate(lines) if line.lstrip().startswith('File "shimcells/')), 0)
    # The last lines are the problem again.
    own = lines[start : -len(problem)] if start else []
    return "\n".join(own), "\n".join(problem).strip().removesuffix(":")


def crash(task: str, returncode: int | None, stderr: str) -> CrashError:
    """Say what happened to a process that left nothing.

    Parameters
    ----------
    task : str
        The task's name.
    returncode : int or None
        Its exit code; below zero a signal's number; None when nobody knows.
    stderr : str
        The last lines that it wrote.
    """
    remedy = "The lines below are the last that it wrote to stderr." if stderr else "It wrote nothing to stderr."
    if returncode is None:
        what = "nobody knows how its process ended: the process that waited for it was killed"
        remedy = "Look for an os.kill in the executor that reaches other processes."
    elif returncode < 0:
        name, words = signal_words(-returncode)
        what = f"its process was ended by {name} ({words})"
        remedy = _REMEDIES.get(name, remedy)
    else:
        what = f"its process exited with code {returncode}, and left neither outputs nor an error"
        if not stderr:
            remedy = "Raise an exception where it calls os._exit."
    return CrashError(task, what, remedy, returncode=returncode, stderr=stderr)


def last_words(stderr: str) -> str:
    r"""Choose what to show of a crashed process's standard error: the report of Python's fault handler, or the end.

    Examples
    --------
    >>> print(last_words("1\nFatal Python error: Aborted\n\nThread 1:\n  a\n\nCurrent thread 2:\n  b\n\nExtensions"))
    Fatal Python error: Aborted
    Current thread 2:
      b
    """
    lines = stderr.rstrip().splitlines()
    fatal = next((index for index in reversed(range(len(lines))) if lines[index].startswith(_FATAL)), None)
    if fatal is None:
        return "\n".join(lines[-_LINES:])
    # It lists each thread; the one that crashed is the current one.
    current = next((index for index in range(fatal, len(lines)) if lines[index].startswith("Current thread")), fatal)
    end = next((index for index in range(current, len(lines)) if not lines[index]), len(lines))
    return "\n".join([lines[fatal], *lines[max(current, fatal + 1) : end]][:_LINES])


def signal_words(number: int) -> tuple[str, str]:
    """Name a signal, and say what it means.

    Examples
    --------
    >>> signal_words(11)
    ('SIGSEGV', 'segmentation fault')
    """
    try:
        name = signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}", "nobody has a word for it"
    return name, _WORDS.get(name) or (signal.strsignal(number) or name).lower()
