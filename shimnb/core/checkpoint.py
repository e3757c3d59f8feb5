"""Checkpoints: what a task saves on its way, so that its next attempt need not begin anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shimnb.core.context import ExecutionMode, FlyteContextManager
from shimnb.errors import CheckpointError, FileError

if TYPE_CHECKING:
    from shimnb.core.context import ExecutionParameters
    from shimnb.core.files import FileAccessProvider

__all__ = ["Checkpoint", "SyncCheckpoint", "local_checkpoint"]

_UNNAMED = "_dst_cp"
"""The name of what was saved without one; flytekit's, so that each finds the other's."""
_UNSET = ("", '""', "{{.prevCheckpointPrefix}}")
"""What stands on the command line where there is no checkpoint; an engine that knows none leaves the placeholder."""


class Checkpoint:
    """What an executor may do with checkpoints: ``current_context().checkpoint``; see `SyncCheckpoint`."""

    def prev_exists(self) -> bool:
        """Tell whether an attempt before this one may have left a checkpoint."""
        raise NotImplementedError

    def restore(self, path: Path | str | None = None) -> Path | None:
        """Bring the checkpoint of the attempt before to a local folder, and return that."""
        raise NotImplementedError

    def save(self, cp: Path | str | Any) -> None:
        """Save a file, a folder, or what a reader gives."""
        raise NotImplementedError

    def read(self) -> bytes | None:
        """Return the checkpoint of the attempt before, when it is one file."""
        raise NotImplementedError

    def write(self, b: bytes) -> None:
        """Save bytes."""
        raise NotImplementedError


class SyncCheckpoint(Checkpoint):
    """Checkpoints in a folder at any path or URI; each call ends when its copy is complete.

    Parameters
    ----------
    checkpoint_dest : str
        The folder of this attempt, which `save` and `write` fill.
    checkpoint_src : str, optional
        The folder of the attempt before, which `restore` and `read` look at.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> SyncCheckpoint(folder).write(b"step 3")
    >>> SyncCheckpoint("next", checkpoint_src=folder).read()
    b'step 3'
    """

    def __init__(self, checkpoint_dest: str, checkpoint_src: str | None = None) -> None:
        self._dest = str(checkpoint_dest)
        self._src = None if checkpoint_src is None or str(checkpoint_src) in _UNSET else str(checkpoint_src)
        self._restored: Path | None = None

    def prev_exists(self) -> bool:
        """Tell whether there is a folder of an attempt before."""
        return self._src is not None

    def restore(self, path: Path | str | None = None) -> Path | None:
        """Bring the checkpoint of the attempt before to a local folder, the first time that it is asked for.

        Parameters
        ----------
        path : pathlib.Path or str, optional
            A folder that is there; one of the run's own when left out.

        Returns
        -------
        pathlib.Path or None
            The folder to which it was brought first; None when there was no
            attempt before.

        Raises
        ------
        FileError
            If `path` is no folder, or the checkpoint cannot be read.
        """
        if self._src is None:
            return None
        if self._restored is None:
            access = _access()
            target = Path(access.get_random_local_directory() if path is None else path)
            if not target.is_dir():
                raise FileError(
                    str(target), "a checkpoint is restored to a folder, and here is none", "Make the folder first."
                )
            access.download_directory(self._src, str(target))
            self._restored = target
        return self._restored

    def save(self, cp: Path | str | Any) -> None:
        """Save a checkpoint beside those that this attempt has saved; one of the same name is replaced.

        Parameters
        ----------
        cp : pathlib.Path, str or binary file
            A file, a folder whose files are saved, or what a reader gives.

        Raises
        ------
        FileError
            If it is none of these, or cannot be copied.
        """
        if isinstance(cp, (str, os.PathLike)):
            access, path = _access(), Path(cp)
            if path.is_dir():
                access.upload_directory(str(path), self._dest)
            else:
                access.upload(str(path), access.join(self._dest, path.name))
        elif callable(getattr(cp, "read", None)):
            self._save_bytes(cp.read(), "the reader gave")
        else:
            problem = f"save() was given {type(cp).__name__}, which is no file, folder or reader"
            raise self._refused(problem, "Pass a path or an open file.")

    def read(self) -> bytes | None:
        """Return the checkpoint of the attempt before as bytes; None when there is none.

        Raises
        ------
        FileError
            If it is not one file, or cannot be read.
        """
        folder = self.restore()
        found = sorted(folder.iterdir()) if folder is not None else []
        if not found:
            return None
        if len(found) > 1 or not found[0].is_file():
            names = ", ".join(each.name for each in found[:5]) + (", ..." if len(found) > 5 else "")  # noqa: PLR2004  # as many as a line holds
            problem = f"read() gives one file, and the checkpoint has {len(found)} entries: {names}"
            raise FileError(str(self._src), problem, "Use restore(), which gives their folder.")
        return found[0].read_bytes()

    def write(self, b: bytes) -> None:
        """Save bytes; those written before are replaced.

        Raises
        ------
        FileError
            If they are no bytes, or cannot be written.
        """
        self._save_bytes(b, "write() was given")

    def _save_bytes(self, data: Any, action: str) -> None:
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise self._refused(f"{action} {type(data).__name__}, and a checkpoint is bytes", "Encode it first.")
        access = _access()
        with access.open(access.join(self._dest, _UNNAMED), "wb") as file:
            file.write(data)

    def _refused(self, problem: str, remedy: str) -> FileError:
        return FileError(self._dest, problem, remedy)


def _access() -> FileAccessProvider:
    return FlyteContextManager.current_context().file_access


def local_checkpoint(params: ExecutionParameters) -> SyncCheckpoint:
    """Return the checkpoint of a run that was given none: in its working directory, with no attempt before it.

    Raises
    ------
    CheckpointError
        If the run is on a cluster. What its container holds is gone with it,
        so such a checkpoint would never be found.
    """
    state = FlyteContextManager.current_context().execution_state
    if state is not None and state.mode is ExecutionMode.TASK_EXECUTION:
        raise CheckpointError(
            "this run has no place for checkpoints",
            remedy="Put --checkpoint-path {{.checkpointOutputPrefix}} into the container's command.",
        )
    return SyncCheckpoint(f"{params.working_directory}/__cp")
