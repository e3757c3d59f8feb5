"""A failed run as the engine reads it: an exception becomes an ErrorDocument.

An error that says nothing else is the system's, and the engine may try the
task again: so flytekit reports what a shim task raises. What cannot be loaded
is an error of the task's author.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import textwrap
import time
import traceback
from typing import TYPE_CHECKING, Any

from flyteidl.core import errors_pb2, execution_pb2
from google.protobuf import timestamp_pb2

from shimnb.errors import (
    FlyteNonRecoverableSystemException,
    FlyteRecoverableException,
    FlyteUserRuntimeException,
    ShimError,
)
from shimnb.runtime import surroundings
from shimnb.runtime.masks import masked

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["container_error", "document", "exit_code", "terminated"]

_ROOM = os.path.dirname(__file__)
_PACKAGE = os.path.dirname(_ROOM)
_MACHINERY = (contextlib.__file__, importlib.__file__)
_NANOS = 1_000_000_000
_LAST_SECOND = 253_402_300_799  # of the year 9999, and of a protobuf's time
# An engine reads the whole of it; the middle of a longer one is left out.
_LONGEST = 100_000

_ContainerError = errors_pb2.ContainerError
_ExecutionError = execution_pb2.ExecutionError


def document(error: errors_pb2.ContainerError) -> bytes:
    """Give the bytes of ``error.pb``."""
    return errors_pb2.ErrorDocument(error=error).SerializeToString()


def container_error(error: BaseException) -> errors_pb2.ContainerError:
    """Describe what a run raised.

    Parameters
    ----------
    error : BaseException
        What was raised; a `FlyteUserRuntimeException` around it if it was
        raised while the task was loaded.
    """
    try:
        return _container_error(error)
    except BaseException as problem:  # noqa: BLE001  # the exception is a stranger's: each of its attributes may raise
        summary = f"{type(error).__name__}: it cannot be described ({type(problem).__name__} was raised meanwhile)"
        return _described("SYSTEM", _message("", summary), None)


def _container_error(error: BaseException) -> errors_pb2.ContainerError:
    value, shown = error, error
    recoverable, user = True, False
    code = "SYSTEM"
    if isinstance(error, FlyteUserRuntimeException):
        value, shown = _innermost(error), error.__cause__ or error
        recoverable, user = isinstance(value, FlyteRecoverableException), True
        code = _code(value)
    elif isinstance(error, FlyteNonRecoverableSystemException):
        value = shown = error.value
        recoverable = False
    summary = f"{type(value).__name__}: {_text(value)}"
    if not isinstance(value, Exception):
        summary += "\nThe process was told to end before there were outputs."
    return _described(code, _message(_trace(shown), summary), value, recoverable=recoverable, user=user)


def terminated(name: str, stack: Sequence[traceback.FrameSummary]) -> errors_pb2.ContainerError:
    """Describe a run that a signal ended.

    Parameters
    ----------
    name : str
        The signal's.
    stack : sequence of traceback.FrameSummary
        Where the run was.
    """
    frames = _cut(stack)
    trace = "".join(["Traceback (most recent call last):\n", *frames.format()]) if frames else ""
    summary = f"Terminated: the run was terminated by {name} before there were outputs."
    return _described("SYSTEM", _message(f"{trace}{summary}\n", summary), None)


def exit_code(error: BaseException) -> int:
    """Give the exit code of what a run raised: what was given to ``sys.exit``, and 0 for an exception."""
    value = _innermost(error)
    if isinstance(value, SystemExit):
        return value.code if isinstance(value.code, int) else int(value.code is not None)
    return int(not isinstance(value, Exception))


def _described(
    code: str, message: str, value: object, *, recoverable: bool = True, user: bool = False
) -> errors_pb2.ContainerError:
    return _ContainerError(
        code=code,
        message=message,
        kind=_ContainerError.RECOVERABLE if recoverable else _ContainerError.NON_RECOVERABLE,
        origin=_ExecutionError.USER if user else _ExecutionError.SYSTEM,
        timestamp=_timestamp(value),
        worker=surroundings.worker(),
    )


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, FlyteUserRuntimeException):
        error = error.value
    return error


def _code(value: BaseException) -> str:
    code = _attribute(value, "error_code")
    if isinstance(code, (str, int)):
        return str(code)
    # flytekit has a code of its own for a file that is not there, and no other.
    missing = isinstance(value, ShimError) and isinstance(value.__cause__, FileNotFoundError)
    return "USER:ValueError" if missing else "USER:RuntimeError"


def _timestamp(value: object) -> timestamp_pb2.Timestamp:
    given = _attribute(value, "timestamp")
    # Not what an exception of another library calls so: milliseconds, or no number at all.
    known = isinstance(given, (int, float)) and 0 <= given <= _LAST_SECOND
    nanos = int(given * _NANOS) if known else time.time_ns()
    return timestamp_pb2.Timestamp(seconds=nanos // _NANOS, nanos=nanos % _NANOS)


def _text(value: BaseException) -> str:
    try:
        return str(value)
    except BaseException:  # noqa: BLE001  # the exception is a stranger's: its text may raise anything
        return "<its text cannot be made>"


def _attribute(value: object, name: str) -> Any:
    """Give what a stranger's exception has under a name, which may be a property that raises."""
    try:
        return getattr(value, name, None)
    except BaseException:  # noqa: BLE001  # as above
        return None


def _message(trace: str, summary: str) -> str:
    # Before they are indented: a secret may have several lines.
    indented = [textwrap.indent(masked(part), "    ") for part in (trace, summary)]
    text = f"Trace:\n\n{indented[0]}\nMessage:\n\n{indented[1]}"
    if len(text) > _LONGEST:
        half = _LONGEST // 2
        text = f"{text[:half]}\n... {len(text) - 2 * half} characters are left out ...\n{text[-half:]}"
    # A path may hold bytes that are no text, and a protobuf string may not.
    return text.encode("utf-8", "backslashreplace").decode()


# Traces


def _trace(error: BaseException) -> str:
    shown = traceback.TracebackException.from_exception(error)
    # A module that does not compile has the line in the error itself.
    _cut_all(shown, quiet=isinstance(error, (ShimError, SyntaxError)))
    return "".join(shown.format())


def _cut_all(shown: traceback.TracebackException, *, quiet: bool) -> None:
    """Leave our frames out of a trace, and out of those of its causes."""
    # Not by recursion: a loop that raises from what it caught makes a chain of thousands.
    rest = [shown]
    while rest:
        shown = rest.pop()
        cut = _cut(shown.stack)
        # An error of another kind that our own lines raised is a mistake of ours: its lines are all there is to go by.
        if cut or quiet:
            shown.stack = cut
        quiet = True
        causes = (shown.__cause__, shown.__context__, *(getattr(shown, "exceptions", None) or ()))
        rest.extend(cause for cause in causes if cause is not None)


def _cut(stack: Sequence[traceback.FrameSummary]) -> traceback.StackSummary:
    frames = [frame for frame in stack if not frame.filename.startswith(("<frozen ", *_MACHINERY))]
    inner = max((i for i, frame in enumerate(frames) if frame.filename.startswith(_ROOM + os.sep)), default=-1)
    frames = frames[inner + 1 :]
    while frames and frames[0].filename.startswith(_PACKAGE + os.sep):
        del frames[0]
    return traceback.StackSummary.from_list(frames)
