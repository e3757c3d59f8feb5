"""The container's command as a process: its script, its exit codes, and the signals that end it."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flyteidl.core import errors_pb2, execution_pb2, literals_pb2, tasks_pb2

from shimnb.runtime.arguments import HELP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG = 60
"""Seconds after which a test that waits has gone wrong."""

SCRIPT = str(Path(sys.executable).with_name("shimnb-execute"))
RESOLVER = "shimnb.core.resolver.default_task_template_resolver"
ENDS = {"SIGTERM": 143, "SIGINT": 130}

HEAD = """
import os, signal, subprocess, sys, threading, time
from shimnb import *

def announce():
    # The first line is said when the run has come to the line that is marked, if one is.
    with open(__file__) as file:
        marked = [number for number, line in enumerate(file, 1) if line.endswith("  # here" + chr(10))]
    def wait():
        while marked:
            frame = sys._current_frames()[threading.main_thread().ident]
            while frame is not None:
                if frame.f_code.co_name == "execute_from_model" and frame.f_lineno == marked[-1]:
                    marked.clear()
                frame = frame.f_back
            time.sleep(0.001)
        print("begun", flush=True)
    if marked:
        threading.Thread(target=wait, daemon=True).start()
    else:
        wait()

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt):
"""

LINE = HEAD.count("\n") + 2
"""The line of a body's first."""


def said(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Wait for a process, and give what it wrote to stdout, after its first line, and to stderr."""
    out, error = process.communicate(timeout=LONG)
    return out.decode(), error.decode()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts the command on an executor that has a body, and waits for its first line."""
    processes = []

    def begin(body: str, *program: str) -> subprocess.Popen[bytes]:
        text = HEAD + textwrap.indent("announce()\n" + textwrap.dedent(body) + "\n", " " * 8)
        (tmp_path / "sample.py").write_text(text, encoding="utf-8")
        template = tasks_pb2.TaskTemplate()
        template.id.name = "sample"
        (tmp_path / "template.pb").write_bytes(template.SerializeToString())
        (tmp_path / "inputs.pb").write_bytes(b"")
        line = [*(program or [SCRIPT]), "--inputs", "inputs.pb", "--output-prefix", "out", "--resolver", RESOLVER]
        process = subprocess.Popen(
            [*line, "--", "template.pb", "sample.Executor"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # what comes after the first line is left to be read
        )
        processes.append(process)
        assert process.stdout.readline() == b"begun\n"
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate(timeout=LONG)


@pytest.fixture
def error(tmp_path: Path) -> Callable[[], errors_pb2.ContainerError]:
    """Reads the error, which is the only file."""

    def error() -> errors_pb2.ContainerError:
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["error.pb"]
        found = errors_pb2.ErrorDocument()
        found.ParseFromString((tmp_path / "out/error.pb").read_bytes())
        return found.error

    return error


@pytest.mark.parametrize("program", [[SCRIPT], [sys.executable, "-m", "shimnb.runtime"]], ids=["script", "module"])
def test_the_script_and_the_module_run_a_task(begin, tmp_path: Path, program: list[str]) -> None:
    """Both find the executor beside the working directory."""
    process = begin("print('done')", *program)
    assert said(process) == ("done\n", "")
    assert process.returncode == 0
    outputs = literals_pb2.LiteralMap()
    outputs.ParseFromString((tmp_path / "out/outputs.pb").read_bytes())
    assert outputs == literals_pb2.LiteralMap()


@pytest.mark.parametrize("name", list(ENDS))
@pytest.mark.parametrize(
    "body",
    ["time.sleep(600)  # here", "while True: tt = tt  # here", "threading.Event().wait()  # here"],
    ids=["asleep", "computing", "waiting"],
)
def test_a_signal_ends_a_run_with_an_error(begin, error, tmp_path: Path, name: str, body: str) -> None:
    """It may be tried again, says where the run was, and has the signal's exit code."""
    process = begin(body)
    process.send_signal(getattr(signal, name))
    _, logged = said(process)
    found = error()
    kinds = errors_pb2.ContainerError.RECOVERABLE, execution_pb2.ExecutionError.SYSTEM
    assert (process.returncode, found.code, found.kind, found.origin) == (ENDS[name], "SYSTEM", *kinds)
    end = f"Terminated: the run was terminated by {name} before there were outputs."
    trace, message = found.message.split("\nMessage:\n\n")
    assert message == f"    {end}"
    first = f'Trace:\n\n    Traceback (most recent call last):\n      File "{tmp_path}/sample.py", line {LINE}, in execute_from_model\n'
    assert trace.startswith(f"{first}        {body}\n")
    assert logged == f"{found.message}\n"


def test_an_executor_may_end_what_it_began(begin, error) -> None:
    """Its own clean-up runs, and no `except Exception` takes the end for a failure."""
    process = begin(
        """
        try:
            try:
                time.sleep(600)  # here
            except Exception:
                print("a failure")
        finally:
            print("cleaned")
        """
    )
    process.send_signal(signal.SIGTERM)
    assert said(process)[0] == "cleaned\n"
    assert (process.returncode, error().code) == (143, "SYSTEM")


def test_an_executor_that_catches_everything_is_ended_all_the_same(begin, error) -> None:
    """Its result comes too late."""
    process = begin("try:\n    time.sleep(600)  # here\nexcept BaseException:\n    pass")
    process.send_signal(signal.SIGTERM)
    said(process)
    assert (process.returncode, error().code) == (143, "SYSTEM")


def test_a_run_that_waits_in_c_writes_its_error_at_once(begin, error, tmp_path: Path) -> None:
    """A library that never comes back to Python does not keep the error from being written; a second signal ends it."""
    process = begin(
        """
        import ctypes
        libc, lock = ctypes.CDLL(None), ctypes.create_string_buffer(64)
        libc.pthread_mutex_init(lock, None)
        libc.pthread_mutex_lock(lock)
        libc.pthread_mutex_lock(lock)  # here
        """
    )
    process.send_signal(signal.SIGTERM)
    while process.stderr.readline() != b"Message:\n":
        pass
    process.send_signal(signal.SIGTERM)
    said(process)
    assert process.returncode == 143
    assert "libc.pthread_mutex_lock(lock)  # here\n" in error().message


def test_signals_one_upon_another_lose_no_error(begin, error) -> None:
    """The first is reported before the second ends the process."""
    process = begin("while True: tt = tt  # here")
    for _ in range(5):
        process.send_signal(signal.SIGTERM)
    said(process)
    assert (process.returncode, error().code) == (143, "SYSTEM")


def test_a_child_that_is_ended_does_not_end_the_run(begin, tmp_path: Path) -> None:
    """A process that the executor forked has the handlers that were there before, and writes nothing."""
    process = begin(
        """
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.write(writer, b"x")
            signal.pause()
        os.read(reader, 1)
        os.kill(child, signal.SIGTERM)
        print(os.waitpid(child, 0)[1], flush=True)
        """
    )
    assert said(process) == (f"{int(signal.SIGTERM)}\n", "")
    assert process.returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["outputs.pb"]


def test_a_child_that_leaves_the_executor_writes_nothing(begin, tmp_path: Path) -> None:
    """How the run ended is for its own process to say."""
    process = begin("child = os.fork()\nif not child:\n    raise ValueError('in the child')\nos.waitpid(child, 0)")
    said(process)
    assert process.returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["outputs.pb"]


@pytest.mark.parametrize("closing", ["os.closerange(0, 256)", "os.closerange(3, 256)", "sys.stderr.close()"])
def test_an_executor_may_close_what_it_did_not_open(begin, tmp_path: Path, closing: str) -> None:
    """A daemon does so; the run ends as it would have ended."""
    process = begin(closing)
    said(process)
    assert process.returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["outputs.pb"]


def test_what_took_the_place_of_a_closed_file_is_left_alone(begin, tmp_path: Path) -> None:
    """The numbers of the closed files are those of others by then."""
    body = """
        import atexit
        os.closerange(3, 256)
        files = [os.open(f"{n}.txt", os.O_CREAT | os.O_RDWR) for n in range(20)]
        atexit.register(lambda: [os.fstat(each) for each in files] and open("sound", "w").close())
        """
    process = begin(body)
    said(process)
    assert process.returncode == 0
    assert (tmp_path / "sound").exists()
    assert {(tmp_path / f"{n}.txt").read_bytes() for n in range(20)} == {b""}


def test_an_error_is_written_where_it_cannot_be_logged(begin, error) -> None:
    """The log is closed, and the engine reads the file all the same."""
    process = begin("sys.stderr.close()\nraise ValueError('boom')")
    said(process)
    assert (process.returncode, error().code) == (0, "SYSTEM")


def test_a_crash_shows_its_line(begin) -> None:
    """Nothing can be written then but the place."""
    process = begin("import ctypes\nctypes.string_at(0)")
    logged = said(process)[1]
    assert process.returncode == -signal.SIGSEGV
    assert logged.startswith("Fatal Python error: Segmentation fault\n")
    assert f'sample.py", line {LINE + 1} in execute_from_model' in logged


def test_sigusr1_shows_where_the_run_is(begin) -> None:
    """And lets it go on."""
    process = begin("sys.stdin = os.kill(os.getpid(), signal.SIGUSR1)")
    logged = said(process)[1]
    assert process.returncode == 0
    assert f'sample.py", line {LINE} in execute_from_model' in logged


def test_a_run_leaves_no_temporary_folder(begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it made for itself is gone with it."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    process = begin("print(current_context().working_directory)")
    assert said(process)[0].startswith(str(tmp_path / "temporary"))
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, (f"{HELP}\n", "")),
        (["--input", "a"], 2, ("", "shimnb-execute: no option --input. Did you mean --inputs?\n")),
    ],
)
def test_the_script_says_how_it_is_used(arguments: list[str], code: int, said: tuple[str, str]) -> None:
    """Help on stdout; a mistake on stderr, with the exit code 2."""
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=LONG, check=False)
    assert (done.returncode, (done.stdout, done.stderr)) == (code, said)
