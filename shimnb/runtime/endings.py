"""How a run ends: with its outputs or with an error, and with a deck beside either."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from shimnb.core.files import FileAccessProvider
from shimnb.runtime import places, surroundings
from shimnb.runtime.offload import OUTPUTS

if TYPE_CHECKING:
    import traceback
    from collections.abc import Mapping, Sequence

    from flyteidl.core import errors_pb2

__all__ = ["fail", "say", "terminate", "write_deck", "write_outputs"]


def say(text: str) -> None:
    """Write to the container's log, without what nobody may read."""
    from shimnb.runtime.masks import masked  # noqa: PLC0415  # a run that goes well says nothing

    # The executor may have closed it, or filled what it goes to.
    with contextlib.suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(f"{masked(text)}\n")


def write_outputs(files: FileAccessProvider, prefix: str, outputs: Mapping[str, bytes]) -> None:
    """Write the files of a run's outputs.

    Raises
    ------
    FileError
        If one cannot be written.
    """
    for name, data in outputs.items():
        places.write(files, places.join(prefix, name), data)
    _replaces(files, prefix, "error.pb")


def fail(files: FileAccessProvider, prefix: str, failure: BaseException) -> int:
    """Write and log the error of a run, and give its exit code."""
    from shimnb.runtime import failures  # noqa: PLC0415  # a run that goes well does not pay for it

    written = _write_error(files, prefix, failures.container_error(failure))
    code = failures.exit_code(failure)
    return code or int(not written or surroundings.fails_on_error())


def terminate(prefix: str, name: str, stack: Sequence[traceback.FrameSummary]) -> None:
    """Write and log the error of a run that a signal ended."""
    from shimnb.runtime import failures  # noqa: PLC0415  # a run that goes well does not pay for it

    _write_error(FileAccessProvider(), prefix, failures.terminated(name, stack))


def _write_error(files: FileAccessProvider, prefix: str, error: errors_pb2.ContainerError) -> bool:
    from shimnb.runtime import failures  # noqa: PLC0415  # a run that goes well does not pay for it

    say(error.message)
    try:
        places.write(files, places.join(prefix, surroundings.error_file()), failures.document(error))
    except Exception as problem:  # noqa: BLE001  # whatever it is, there is no other place to say it
        say(f"shimnb-execute: no error.pb could be written. {problem}")
        return False
    _replaces(files, prefix, OUTPUTS)
    return True


def _replaces(files: FileAccessProvider, prefix: str, name: str) -> None:
    """Remove what an earlier run left in the same folder: a run has one end."""
    # The engine gives each run a prefix of its own; the workers of a distributed task have one together.
    if not files.is_remote(prefix) and not surroundings.is_distributed():
        places.remove_local(files.strip_file_header(places.join(prefix, name)))


def write_deck(files: FileAccessProvider, prefix: str, decks: Sequence[Any]) -> None:
    """Write the page of a run's decks; one that cannot be made is logged, and fails no run."""
    try:
        from shimnb.core.deckpage import page, write_page  # noqa: PLC0415  # most runs have none

        write_page(files, page(decks, "Decks"), prefix)
    except Exception as problem:  # noqa: BLE001  # a deck's HTML is a stranger's code
        say(f"shimnb-execute: the deck cannot be written. {type(problem).__name__}: {problem}")
