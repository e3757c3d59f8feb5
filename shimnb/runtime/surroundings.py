"""What a run knows of its surroundings: the engine's environment variables, as a context."""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import TYPE_CHECKING, Any

from flyteidl.core import identifier_pb2

from shimnb.core.context import ExecutionParameters, ExecutionState, FlyteContext
from shimnb.runtime.places import join

if TYPE_CHECKING:
    from shimnb.core.files import FileAccessProvider
    from shimnb.runtime.arguments import Arguments

__all__ = [
    "add_working_directory",
    "context",
    "error_file",
    "fails_on_error",
    "is_distributed",
    "raw_output_prefix",
    "worker",
]


def _variable(*names: str) -> str:
    """Give the first of the variables that is set; the engine has had more than one name for each."""
    for name in names:
        if name in os.environ:
            return os.environ[name]
    return ""


def is_distributed() -> bool:
    """Tell whether the task runs as several workers, which write to one folder."""
    return bool(_variable("FLYTE_INTERNAL_DIST_ERROR_STRATEGY", "_F_DES"))


def error_file() -> str:
    """Name the file of an error: the workers of a distributed task write one each, side by side."""
    return f"error-{os.urandom(16).hex()}.pb" if is_distributed() else "error.pb"


def worker() -> str:
    """Name the worker of a distributed task."""
    return _variable("FLYTE_INTERNAL_WORKER_NAME", "_F_WN") if is_distributed() else ""


def fails_on_error() -> bool:
    """Tell whether a run that wrote an error is to end with an exit code too."""
    return os.environ.get("FLYTE_FAIL_ON_ERROR", "").lower() in ("true", "t", "1")


def add_working_directory() -> None:
    """Let modules be imported from the working directory, after all others."""
    folder = os.getcwd()
    if all(os.path.realpath(path) != folder for path in sys.path):
        sys.path.append(folder)


def raw_output_prefix(arguments: Arguments) -> str:
    """Name the place of files and frames: beside the outputs where the engine gives none, for those last too."""
    return arguments.raw_output_data_prefix or join(arguments.output_prefix, "raw")


def context(arguments: Arguments, files: FileAccessProvider, decks: list[Any]) -> FlyteContext:
    """Make the context of a run in a container.

    Parameters
    ----------
    arguments : Arguments
        The command line: where outputs and checkpoints go.
    files : FileAccessProvider
        The run's files.
    decks : list
        Where the run's decks are gathered.
    """
    execution = identifier_pb2.WorkflowExecutionIdentifier(
        project=_variable("FLYTE_INTERNAL_EXECUTION_PROJECT", "_F_PRJ"),
        domain=_variable("FLYTE_INTERNAL_EXECUTION_DOMAIN", "_F_DM"),
        name=_variable("FLYTE_INTERNAL_EXECUTION_ID", "_F_NM"),
    )
    task = identifier_pb2.Identifier(
        resource_type=identifier_pb2.TASK,
        project=_variable("FLYTE_INTERNAL_TASK_PROJECT", "_F_TK_PRJ"),
        domain=_variable("FLYTE_INTERNAL_TASK_DOMAIN", "_F_TK_DM"),
        name=_variable("FLYTE_INTERNAL_TASK_NAME", "_F_TK_NM"),
        version=_variable("FLYTE_INTERNAL_TASK_VERSION", "_F_TK_V"),
    )
    parameters = ExecutionParameters(
        execution_date=dt.datetime.now(dt.timezone.utc),
        execution_id=execution,
        task_id=task,
        raw_output_prefix=raw_output_prefix(arguments),
        output_metadata_prefix=arguments.output_prefix,
        decks=decks,
        **_checkpoint(arguments),
    )
    state = ExecutionState(mode=ExecutionState.Mode.TASK_EXECUTION, user_space_params=parameters)
    return FlyteContext(files, state)


def _checkpoint(arguments: Arguments) -> dict[str, Any]:
    if arguments.checkpoint_path is None:
        return {}
    from shimnb.core.checkpoint import SyncCheckpoint  # noqa: PLC0415  # few tasks keep one

    return {"checkpoint": SyncCheckpoint(arguments.checkpoint_path, arguments.prev_checkpoint)}
