"""Runs in processes of their own: begun from a few lines of code, and looked after, so that nothing of them is left."""

from __future__ import annotations

import os
import signal
import tempfile
import textwrap
from typing import TYPE_CHECKING

import psutil
import pytest
from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2

from shimnb import FlyteContextManager
from shimnb.core.files import FileAccessProvider
from shimnb.core.types import TypeEngine
from shimnb.runtime import start
from shimnb.runtime.isolated.guard import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shimnb.runtime import IsolatedRun

LONG = 60
"""Seconds after which a test that waits has gone wrong."""


def executor_source(body: str) -> str:
    """Write a module with an executor that has `body`; its inputs are in `inputs`, its template in `tt`."""
    return (
        "import ctypes, os, signal, subprocess, sys, time\n"
        "from shimnb import ShimTaskExecutor\n"
        "class Executor(ShimTaskExecutor):\n"
        "    def execute_from_model(self, tt, **inputs):\n" + textwrap.indent(textwrap.dedent(body), " " * 8)
    )


def begin_run(body: str, template: tasks_pb2.TaskTemplate | None = None, inputs=None, **options) -> IsolatedRun:
    """Start a run of an executor that has `body`; with an output, if it returns something, of the type str."""
    message = tasks_pb2.TaskTemplate()
    message.id.CopyFrom(identifier_pb2.Identifier(name="sample"))
    if "return " in body:
        message.interface.outputs.variables["o0"].type.CopyFrom(TypeEngine.to_literal_type(str))
    for name, value in (inputs or {}).items():
        message.interface.inputs.variables[name].type.CopyFrom(TypeEngine.to_literal_type(type(value)))
    if template is not None:
        message.MergeFrom(template)
    context = FlyteContextManager.current_context()
    literals = TypeEngine.dict_to_literal_map(context, inputs or {}, {k: type(v) for k, v in (inputs or {}).items()})
    return start(
        message.SerializeToString(),
        "shimcells.sample.Executor",
        literals.SerializeToString(),
        sources={"shimcells.sample": executor_source(body)},
        **options,
    )


def said(run: IsolatedRun) -> str:
    """Wait for a run, and give the text that it returned."""
    outputs: literals_pb2.LiteralMap = run.result(LONG)
    return outputs.literals["o0"].scalar.primitive.string_value


def marked() -> list[psutil.Process]:
    """Find the processes of any run that this process, or one that it started, began."""
    found = []
    for process in psutil.process_iter():
        try:
            if MARK in process.environ() and process.pid != os.getpid():
                found.append(process)
        except psutil.Error:  # noqa: PERF203  # it has ended
            continue
    return found


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary files, empty but for what a test makes."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    left = sorted(path.name for path in folder.iterdir())
    assert left == []


@pytest.fixture
def begin(tmp_path: Path, temporary: Path) -> Iterator[Callable[..., IsolatedRun]]:
    """Begins a run, see `begin_run`. Afterwards nothing of it may be left: no process, no zombie, no folder."""
    runs: list[IsolatedRun] = []

    def begin(body: str, *arguments, **options) -> IsolatedRun:
        runs.append(begin_run(body, *arguments, **options))
        return runs[-1]

    before = {process.pid for process in psutil.Process().children()}
    context = FlyteContextManager.current_context()
    access = FileAccessProvider(str(tmp_path / "sandbox"), str(tmp_path / "raw"))
    with FlyteContextManager.with_context(context.with_file_access(access)):
        yield begin
    for run in runs:
        run.cancel(grace=0)
        assert run.wait(LONG)
    marks = {run._mark for run in runs}
    assert [process for process in marked() if process.environ()[MARK] in marks] == []
    assert {process.pid for process in psutil.Process().children()} <= before


@pytest.fixture
def marks(begin, tmp_path: Path) -> Callable[[str], Path]:
    """Names files by which a run and its test tell each other how far they are."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return lambda name: folder / name


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Tells whether a process has ended, and is no zombie either; it may take a moment."""

    def gone(pid: int) -> bool:
        try:
            process = psutil.Process(pid)
        except psutil.NoSuchProcess:
            return True
        left = psutil.wait_procs([process], timeout=LONG)[1]
        return not left

    return gone


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Nothing here changes how this process takes signals."""
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    yield
    assert {number: signal.getsignal(number) for number in signal.valid_signals()} == before
