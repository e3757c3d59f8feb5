"""How an isolated run ends: done, with an error document, or with a crash that says what happened."""

from __future__ import annotations

import re
import signal
import sys
import threading

import pytest
from flyteidl.core import tasks_pb2

from shimnb.errors import CrashError, ExecutionError
from shimnb.runtime import IsolatedRun
from shimnb.runtime.isolated import end, handle

LONG = 60


def error_of(run) -> ExecutionError:
    """Wait for a run that fails, and give its error."""
    assert run.wait(LONG)
    assert run.outputs is None
    assert run.state == "failed"
    with pytest.raises(ExecutionError) as caught:
        run.result()
    assert caught.value is run.error
    return caught.value


def test_an_exception_arrives_with_the_documents_fields(begin) -> None:
    """Code, kind and origin are what the engine would read, the message has the traceback."""
    error = error_of(begin("raise ValueError('bad\\nworse')"))
    assert type(error) is ExecutionError
    assert (error.task, error.problem) == ("sample", "ValueError: bad\nworse")
    assert (error.code, error.kind, error.origin) == ("SYSTEM", "RECOVERABLE", "SYSTEM")
    assert error.message.startswith("Trace:\n\n    Traceback (most recent call last):\n")
    assert str(error) == (
        "task sample: ValueError: bad\nworse\n"
        '  File "shimcells/sample.py", line 5, in execute_from_model\n'
        "    raise ValueError('bad\\nworse')"
    )


def test_a_module_that_is_not_installed_is_named(begin) -> None:
    """As in an image that lacks it."""
    error = error_of(begin("import no_such_module"))
    assert error.problem == "ModuleNotFoundError: No module named 'no_such_module'"


def test_memory_that_python_does_not_get_is_an_ordinary_error(begin) -> None:
    """A MemoryError is an exception as any other."""
    body = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))\nbytearray(2**30)"
    error = error_of(begin(body))
    assert (type(error), error.problem) == (ExecutionError, "MemoryError")


CRASHES = {
    "segfault": (
        "ctypes.string_at(0)",
        -signal.SIGSEGV,
        "its process was ended by SIGSEGV (segmentation fault). The lines below are the last that it wrote to stderr.",
    ),
    "abort": (
        "os.abort()",
        -signal.SIGABRT,
        (
            "its process was ended by SIGABRT (aborted, as a library does that cannot go on)."
            " The lines below are the last that it wrote to stderr."
        ),
    ),
    "killed": (
        "os.kill(os.getpid(), signal.SIGKILL)",
        -signal.SIGKILL,
        (
            "its process was ended by SIGKILL (killed, as the system does when memory runs out)."
            " Try with less data, or on a machine with more memory."
        ),
    ),
    "killed group": (
        "os.killpg(0, signal.SIGKILL)",
        -signal.SIGKILL,
        (
            "its process was ended by SIGKILL (killed, as the system does when memory runs out)."
            " Try with less data, or on a machine with more memory."
        ),
    ),
    "exit": (
        "os._exit(3)",
        3,
        (
            "its process exited with code 3, and left neither outputs nor an error."
            " Raise an exception where it calls os._exit."
        ),
    ),
    "exit without a failure": (
        "os._exit(0)",
        0,
        (
            "its process exited with code 0, and left neither outputs nor an error."
            " Raise an exception where it calls os._exit."
        ),
    ),
    "last words": (
        "print('gone', file=sys.stderr)\nos._exit(3)",
        3,
        (
            "its process exited with code 3, and left neither outputs nor an error."
            " The lines below are the last that it wrote to stderr."
        ),
    ),
}


@pytest.mark.parametrize(("body", "code", "text"), CRASHES.values(), ids=CRASHES)
def test_a_crash_says_what_happened(begin, body, code, text) -> None:
    """The signal in words, or the exit code."""
    error = error_of(begin(body))
    assert type(error) is CrashError
    assert str(error).partition("\n")[0] == f"task sample: {text}"
    assert error.returncode == code


def test_a_crash_shows_where_it_was(begin) -> None:
    """The last lines of its standard error, which Python's own fault handler wrote, name the cell's line."""
    error = error_of(begin("print('before')\nctypes.string_at(0)"))
    assert error.stderr.startswith("Fatal Python error: Segmentation fault\nCurrent thread 0x")
    assert 'File "shimcells/sample.py", line 6 in execute_from_model' in error.stderr
    assert str(error).endswith(f"\n{error.stderr}")


def test_only_the_last_lines_are_shown(begin) -> None:
    """Twenty of them."""
    error = error_of(begin("for n in range(100): print(n, file=sys.stderr)\nos._exit(3)"))
    assert error.stderr.split() == [str(n) for n in range(80, 100)]


def test_outputs_that_a_crash_follows_do_not_count(begin) -> None:
    """As on a cluster: a container that fails has failed."""
    error = error_of(begin("import atexit\natexit.register(lambda: os.kill(os.getpid(), signal.SIGKILL))\nreturn 'x'"))
    assert (type(error), error.returncode) == (CrashError, -signal.SIGKILL)


def test_a_run_that_kills_its_guard_is_a_crash_of_which_nothing_is_left(begin, gone) -> None:
    """Nobody knows then how its process ended; it, and what it started, is ended all the same."""
    body = """
    child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    print(os.getpid(), child.pid)
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(1000)
    """
    run = begin(body)
    error = error_of(run)
    assert str(error).partition(". ")[0] == (
        "task sample: nobody knows how its process ended: the process that waited for it was killed"
    )
    assert (run.returncode, error.returncode) == (None, None)
    assert all(gone(int(pid)) for pid in re.findall(r"\d+", run.output)[:2])


def test_a_folder_that_the_run_removed_is_no_trouble(begin) -> None:
    """How its process ended is known all the same."""
    run = begin("import shutil\nshutil.rmtree(os.path.dirname(os.getcwd()))\nos._exit(3)")
    assert error_of(run).returncode == 3


def test_a_signal_without_a_name_has_its_number() -> None:
    """The real-time signals have no words."""
    assert end.signal_words(getattr(signal, "SIGRTMIN", 34) + 1)[0].startswith("signal ")
    assert end.signal_words(signal.SIGPIPE) == ("SIGPIPE", "broken pipe")


@pytest.mark.parametrize("name", ["outputs.pb", "error.pb"])
def test_a_file_that_cannot_be_read_counts_as_none(tmp_path, name) -> None:
    """A run that left half of it has left nothing."""
    (tmp_path / name).write_bytes(b"\xff\xff\xff")
    assert end.outputs(tmp_path) is None
    assert end.failure(tmp_path, "t", str) is None


@pytest.mark.parametrize("name", ["outputs.pb", "error.pb", "deck.html"])
def test_a_pipe_in_a_files_place_counts_as_none(begin, name) -> None:
    """It would be waited for without end."""
    error = error_of(begin(f"os.mkfifo('../out/{name}')\nos._exit(0)"))
    assert error.returncode == 0


def test_the_deck_is_kept(begin) -> None:
    """A task whose template asks for decks leaves a page; another one leaves none."""
    template = tasks_pb2.TaskTemplate()
    template.metadata.generates_deck.value = True
    run = begin("from shimnb import Deck\nDeck('mine', '<b>bold</b>')\nreturn 'x'", template)
    run.result(LONG)
    assert "<b>bold</b>" in run.deck
    plain = begin("return 'x'")
    plain.result(LONG)
    assert plain.deck is None


def test_a_folder_that_does_not_go_holds_up_no_result(begin, monkeypatch) -> None:
    """Whoever waits hears of the end."""
    real = handle.remove_folder

    def failing(path: str) -> None:
        real(path)
        raise MemoryError

    monkeypatch.setattr(handle, "remove_folder", failing)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    run = begin("return 'x'")
    run.result(LONG)
    assert run.state == "done"


def test_an_end_leaves_no_thread(begin) -> None:
    """The threads that read and wait end with the run."""
    run = begin("return 'x'")
    run.result(LONG)
    for thread in threading.enumerate():
        if thread.name == "shimnb-isolated-sample":
            thread.join(LONG)
            assert not thread.is_alive()


def test_no_threads_to_be_had_is_an_error_that_leaves_nothing(begin, monkeypatch) -> None:
    """The caller gets the error, and the process ends."""

    def refuse(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(IsolatedRun, "_thread", refuse)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        begin("time.sleep(1000)")


def test_a_python_that_is_not_there_is_an_error_that_leaves_nothing(begin, temporary, monkeypatch) -> None:
    """The folder goes with it."""
    monkeypatch.setattr(sys, "executable", str(temporary / "no-python"))
    with pytest.raises(FileNotFoundError):
        begin("return 'x'")
    assert list(temporary.iterdir()) == []
