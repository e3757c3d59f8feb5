"""Checkpoints: saved by one attempt, found by the next."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from shimnb import (
    ExecutionState,
    FlyteContextManager,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    SyncCheckpoint,
    current_context,
    executor_interface,
)
from shimnb.errors import CheckpointError, FileError, MissingFileError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of an attempt."""
    return tmp_path / "attempt"


def names(folder: Path) -> list[str]:
    """Name what was saved."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_one_attempt_writes_the_next_reads(folder: Path) -> None:
    """What was written last."""
    first = SyncCheckpoint(str(folder))
    first.write(b"step 1")
    first.write(b"step 2")
    assert SyncCheckpoint("later", str(folder)).read() == b"step 2"


@pytest.mark.parametrize("source", [None, "", '""', "{{.prevCheckpointPrefix}}"])
def test_without_an_attempt_before_there_is_nothing(folder: Path, source: str | None) -> None:
    """However the engine says so."""
    checkpoint = SyncCheckpoint(str(folder), source)
    assert (checkpoint.prev_exists(), checkpoint.restore(), checkpoint.read()) == (False, None, None)


def test_an_attempt_before_that_saved_nothing_reads_as_none(tmp_path: Path, folder: Path) -> None:
    """It was there, and has no checkpoint."""
    checkpoint = SyncCheckpoint(str(folder), str(tmp_path))
    assert (checkpoint.prev_exists(), checkpoint.read()) == (True, None)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_saved_by_its_name(tmp_path: Path, folder: Path, kind: Any) -> None:
    """Beside those before it."""
    (tmp_path / "model.tar.gz").write_bytes(b"1")
    checkpoint = SyncCheckpoint(str(folder))
    checkpoint.write(b"0")
    checkpoint.save(kind(tmp_path / "model.tar.gz"))
    assert names(folder) == ["_dst_cp", "model.tar.gz"]


def test_a_folders_files_are_saved(tmp_path: Path, folder: Path) -> None:
    """Those below it too."""
    (tmp_path / "state" / "deep").mkdir(parents=True)
    (tmp_path / "state" / "a").write_bytes(b"1")
    (tmp_path / "state" / "deep" / "b").write_bytes(b"2")
    SyncCheckpoint(str(folder)).save(tmp_path / "state")
    assert names(folder) == ["a", "deep/b"]


def test_what_a_reader_gives_is_saved(folder: Path) -> None:
    """A file that is open, or what acts like one."""
    SyncCheckpoint(str(folder)).save(io.BytesIO(b"1"))
    assert (folder / "_dst_cp").read_bytes() == b"1"


def test_a_checkpoint_is_restored_to_a_folder_once(tmp_path: Path, folder: Path) -> None:
    """The second call gives the first one's folder, as flytekit's does."""
    SyncCheckpoint(str(folder)).write(b"1")
    checkpoint = SyncCheckpoint("later", str(folder))
    (tmp_path / "here").mkdir()
    assert checkpoint.restore(str(tmp_path / "here")) == tmp_path / "here"
    assert checkpoint.restore() == tmp_path / "here"
    assert (tmp_path / "here" / "_dst_cp").read_bytes() == b"1"


def test_a_folder_to_restore_to_has_to_be_there(tmp_path: Path, folder: Path) -> None:
    """It is not made by a slip of the pen."""
    SyncCheckpoint(str(folder)).write(b"1")
    with pytest.raises(FileError) as caught:
        SyncCheckpoint("later", str(folder)).restore(tmp_path / "no")
    message = f"{tmp_path}/no: a checkpoint is restored to a folder, and here is none. Make the folder first."
    assert str(caught.value) == message


def test_several_files_are_not_read_as_one(tmp_path: Path, folder: Path) -> None:
    """The error names them, and the method that gives them all."""
    checkpoint = SyncCheckpoint(str(folder))
    checkpoint.write(b"1")
    (tmp_path / "b").write_bytes(b"2")
    checkpoint.save(tmp_path / "b")
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is below
        SyncCheckpoint("later", str(folder)).read()
    assert str(caught.value) == (
        f"{folder}: read() gives one file, and the checkpoint has 2 entries: _dst_cp, b. "
        "Use restore(), which gives their folder."
    )


def test_a_checkpoint_that_is_gone_is_an_error(tmp_path: Path, folder: Path) -> None:
    """It was promised, so None would be a lie."""
    with pytest.raises(MissingFileError):
        SyncCheckpoint(str(folder), str(tmp_path / "gone")).read()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda checkpoint: checkpoint.write("text"),
            "write() was given str, and a checkpoint is bytes. Encode it first.",
        ),
        (
            lambda checkpoint: checkpoint.save(io.StringIO("text")),
            "the reader gave str, and a checkpoint is bytes. Encode it first.",
        ),
        (
            lambda checkpoint: checkpoint.save(3),
            "save() was given int, which is no file, folder or reader. Pass a path or an open file.",
        ),
    ],
)
def test_what_is_no_checkpoint_is_refused(folder: Path, act: Any, words: str) -> None:
    """And nothing is written."""
    with pytest.raises(FileError) as caught:
        act(SyncCheckpoint(str(folder)))
    assert str(caught.value) == f"{folder}: {words}"
    assert not folder.exists()


def test_a_checkpoint_may_be_anywhere() -> None:
    """By its scheme."""
    pytest.importorskip("fsspec")
    SyncCheckpoint("memory://cp/1").write(b"1")
    assert SyncCheckpoint("memory://cp/2", "memory://cp/1").read() == b"1"


class Executor(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, text: str) -> str:
        checkpoint = current_context().checkpoint
        assert checkpoint is current_context().checkpoint
        assert checkpoint.read() is None
        checkpoint.write(text.encode())
        return (Path(current_context().working_directory) / "__cp" / "_dst_cp").read_text()


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {}


def test_a_run_on_this_machine_has_a_checkpoint_of_its_own() -> None:
    """In its working directory, with no attempt before it: also in the second run."""
    task = Task("t", None, "img:1", Executor, interface=executor_interface(Executor))
    assert [task(text="a"), task(text="b")] == ["a", "b"]


def test_a_container_without_a_place_for_checkpoints_says_so() -> None:
    """Its own folder would be gone with it; flytekit's error is a NotImplementedError too."""
    context = FlyteContextManager.current_context()
    params = current_context().with_task_sandbox()
    state = ExecutionState(mode=ExecutionState.Mode.TASK_EXECUTION, user_space_params=params)
    with (
        FlyteContextManager.with_context(context.with_execution_state(state)),
        pytest.raises(CheckpointError) as caught,
    ):
        _ = current_context().checkpoint
    assert str(caught.value) == (
        "this run has no place for checkpoints. "
        "Put --checkpoint-path {{.checkpointOutputPrefix}} into the container's command."
    )
