"""Runs that fail: both entrypoints end with the same exit code and the same error document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flyteidl.core import errors_pb2, execution_pb2

from .cases import executing

if TYPE_CHECKING:
    from .executions import Executions

ERRORS = [f"error: {name}" for name in executing.ERRORS]
# What an executor raises arrives as it was raised; what the library found wrong, each says in its own words.
RAISED = [
    f"error: {name}"
    for name, case in executing.ERRORS.items()
    # The libraries' own exceptions have texts of their own.
    if case.executor in ("Fails", "NotMade") and not re.search("again|then|wrapped code|for good", case.custom)
]
_KINDS = errors_pb2.ContainerError.Kind
_ORIGINS = execution_pb2.ExecutionError.ErrorKind
_LINES = re.compile(r'acme\.py", line (\d+), in (\w+)')


@pytest.mark.parametrize("name", ERRORS)
def test_ending_is_flytekits(executions: Executions, name: str) -> None:
    """Exit code, file, code, kind, origin and worker are equal."""
    assert executions.ours(name).ending == executions.theirs(name).ending


@pytest.mark.parametrize("name", RAISED)
def test_message_of_what_an_executor_raises_is_flytekits(executions: Executions, name: str) -> None:
    """The traceback has the same lines of the plugin, and below it stands the same message."""
    ours, theirs = executions.ours(name).error.message, executions.theirs(name).error.message
    assert ours.partition("\nMessage:\n")[2] == theirs.partition("\nMessage:\n")[2]
    assert theirs.startswith("Trace:\n\n    ")
    assert ours.startswith("Trace:\n\n    ")
    assert _LINES.findall(theirs)
    assert _LINES.findall(ours) == _LINES.findall(theirs)


def _shown(run: object) -> tuple[object, ...]:
    code, files, *error, worker = run.ending
    return code, files, error[0], _KINDS.Name(error[1]), _ORIGINS.Name(error[2]), worker


@pytest.mark.parametrize(
    ("name", "ending"),
    {
        "ValueError": (0, ["error.pb"], "SYSTEM", "RECOVERABLE", "SYSTEM", ""),
        "FlyteRecoverableException": (0, ["error.pb"], "SYSTEM", "RECOVERABLE", "SYSTEM", ""),
        "an error of the user": (0, ["error.pb"], "USER:RuntimeError", "NON_RECOVERABLE", "USER", ""),
        "an error of the user with a code": (0, ["error.pb"], "ACME", "NON_RECOVERABLE", "USER", ""),
        "an error of the user, for now": (0, ["error.pb"], "USER:Recoverable", "RECOVERABLE", "USER", ""),
        "an error of the system, for good": (0, ["error.pb"], "SYSTEM", "NON_RECOVERABLE", "SYSTEM", ""),
        "an error that is to fail": (1, ["error.pb"], "SYSTEM", "RECOVERABLE", "SYSTEM", ""),
        "a worker's error": (0, ["error-RANDOM.pb"], "SYSTEM", "RECOVERABLE", "SYSTEM", "worker-3"),
        "a missing input": (0, ["error.pb"], "SYSTEM", "RECOVERABLE", "SYSTEM", ""),
        "missing module": (0, ["error.pb"], "USER:RuntimeError", "NON_RECOVERABLE", "USER", ""),
        "missing template": (0, ["error.pb"], "USER:ValueError", "NON_RECOVERABLE", "USER", ""),
        "a constructor that fails with a code": (0, ["error.pb"], "ACME", "NON_RECOVERABLE", "USER", ""),
        "a constructor that fails this time": (0, ["error.pb"], "USER:Recoverable", "RECOVERABLE", "USER", ""),
    }.items(),
)
def test_ending_in_words(executions: Executions, name: str, ending: tuple[object, ...]) -> None:
    """What the two agree on: a failure of the run is tried again, a task that cannot be loaded is not."""
    assert _shown(executions.theirs(f"error: {name}")) == ending
    assert _shown(executions.ours(f"error: {name}")) == ending


def test_time_is_the_errors_own(executions: Executions) -> None:
    """An error that says when it happened is reported with that time; any other one with the time of its end."""
    for run in (executions.ours, executions.theirs):
        given, now = (run(f"error: {name}").error.timestamp for name in ("an error with a time", "ValueError"))
        assert (given.seconds, given.nanos) == (1, 500_000_000)
        assert now.seconds > 1_700_000_000


@pytest.mark.parametrize("library", ["shimnb", "flytekit"])
@pytest.mark.parametrize("name", ["error: ValueError", "error: a missing input"])
def test_console_script_ends_alike(executions: Executions, library: str, name: str) -> None:
    """The command of the container's template fails as its function does."""
    assert executions.by_script(library, name).ending == executions.theirs(name).ending
