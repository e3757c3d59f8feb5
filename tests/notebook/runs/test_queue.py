"""The queue: one run at a time for a task and a mode, first in, first out; cancelling in both modes."""

from __future__ import annotations

import threading
import time

import pytest

from shimnb.errors import CrashError, ExecutionCancelledError

WAITS = """
import shimnb.notebook.runs.capture as here
while not getattr(here, "gate_" + word, True):
    time.sleep(0.005)
return n
"""


@pytest.fixture
def gate(monkeypatch):
    """Keep runs going until it is opened."""

    class Gate:
        def shut(self, word="a"):
            monkeypatch.setattr(f"shimnb.notebook.runs.capture.gate_{word}", False, raising=False)

        def open(self, word="a"):
            monkeypatch.setattr(f"shimnb.notebook.runs.capture.gate_{word}", True, raising=False)

    return Gate()


def test_runs_start_in_the_order_in_which_they_were_asked_for(history, told, cell, gate):
    """The next one starts when the one before has ended."""
    gate.shut()
    task = cell(WAITS)
    runs = [history.start(task, {"n": n}) for n in range(4)]
    assert [run.state for run in runs] == ["running", "queued", "queued", "queued"]
    assert history.queued == runs[1:]
    gate.open()
    assert [run.result(10) for run in runs] == [0, 1, 2, 3]
    order = [number for number, state in told.changes if state == "running"]
    assert order == [1, 2, 3, 4]


def test_a_run_of_an_earlier_version_blocks_none_of_the_new_one(history, cell, gate):
    """It may never end."""
    gate.shut()
    old = history.start(cell(WAITS), {})
    history.outdate()
    new = history.start(cell("return n"), {"n": 5})
    assert (new.result(10), old.state) == (5, "running")
    assert [history.mark(run) for run in (old, new)] == ["earlier version", ""]
    assert [run.version.number for run in (old, new)] == [1, 2]
    gate.open()
    assert old.result(10) == 1


def test_a_queued_run_that_is_cancelled_never_starts(history, told, cell, gate):
    """The others keep their order."""
    gate.shut()
    task = cell(WAITS)
    first, second, third = (history.start(task, {"n": n}) for n in range(3))
    second.cancel()
    assert second.wait(0)
    assert (second.state, second.began) == ("cancelled", None)
    with pytest.raises(ExecutionCancelledError):
        second.result(0)
    gate.open()
    assert (first.result(10), third.result(10)) == (0, 2)
    assert (2, "running") not in told.changes


def test_a_loop_in_python_is_cancelled_in_the_kernel(history, told, cell):
    """Its thread gets an exception, the run is cancelled, and what cleans up has run."""
    task = cell("""
try:
    while True:
        n += 1
finally:
    print("cleaned up")
""")
    run = history.start(task, {})
    assert told.started.wait(10)
    time.sleep(0.05)
    run.cancel()
    assert run.wait(10)
    assert (run.state, run.output) == ("cancelled", "cleaned up\n")
    with pytest.raises(ExecutionCancelledError, match=r"^task sample: it was cancelled after "):
        run.result()


@pytest.mark.parametrize("look", ["print(n)", "progress(0.5)", "current_context().checkpoint", "sys.stderr.write('x')"])
def test_a_program_that_catches_everything_ends_where_it_prints_or_reports(history, told, cell, look):
    """The first exception was swallowed; the flag stays."""
    task = cell(f"""
try:
    while True:
        n += 1
except BaseException:
    pass
for _ in range(1000):
    time.sleep(0.01)
    {look}
return 5
""")
    run = history.start(task, {})
    assert told.started.wait(10)
    time.sleep(0.05)
    run.cancel()
    assert run.wait(10)
    assert run.state == "cancelled"


def test_a_run_that_cannot_be_interrupted_is_left_behind_at_the_second_cancel(history, told, cell, gate):
    """It sits in code in C; the next one starts, and what it still prints is lost."""
    task = cell("""
if word == "c":
    import shimnb.notebook.runs.capture as here
    here.lock.acquire()
    print("late")
return n
""")
    import shimnb.notebook.runs.capture as here  # noqa: PLC0415  # the cell's body finds it there

    here.lock = threading.Lock()
    here.lock.acquire()
    try:
        stuck = history.start(task, {"word": "c"})
        other = history.start(task, {"n": 7})
        assert told.started.wait(10)
        time.sleep(0.05)
        stuck.cancel()
        assert not stuck.wait(0.1)
        assert (stuck.state, stuck.cancelling, other.state) == ("running", True, "queued")
        stuck.cancel()
        assert (stuck.wait(10), stuck.state, other.result(10)) == (True, "cancelled", 7)
        assert stuck.notes == [
            (
                "It was left behind: its thread goes on until its code in C returns. What it still prints is lost, "
                "and what it still holds or locks stays so."
            )
        ]
    finally:
        here.lock.release()
        time.sleep(0.1)
        del here.lock
    assert (stuck.output, stuck.outputs, stuck.state) == ("", None, "cancelled")


def test_a_run_that_has_ended_cannot_be_cancelled(history, cell):
    """It stays as it is."""
    run = history.start(cell("return n"), {})
    assert run.result(10) == 1
    run.cancel()
    assert (run.state, run.result()) == ("done", 1)


@pytest.mark.parametrize(
    "body", ["while True: pass", "time.sleep(600)", "signal.signal(15, signal.SIG_IGN); time.sleep(600)"]
)
def test_a_process_of_its_own_is_ended_whatever_it_does(history, cell, body):
    """Terminated, and killed at the second request."""
    run = history.start(
        cell(f"print('here'); {body}" if ";" in body or "while" not in body else f"print('here')\n{body}"),
        {},
        "isolated",
    )
    deadline = time.monotonic() + 30
    while "here" not in run.output and time.monotonic() < deadline:
        time.sleep(0.02)
    run.cancel()
    run.wait(1)
    run.cancel()
    assert run.wait(20)
    assert run.state == "cancelled"


def test_a_process_that_kills_its_group_is_a_crash_in_words(history, cell):
    """The kernel's process is not in it; the next run is as ever."""
    task = cell("""
print("before", flush=True)
if word == "kill":
    os.killpg(0, 9)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
return n
""")
    run = history.start(task, {"word": "kill"}, "isolated")
    assert run.wait(30)
    assert (run.state, run.output) == ("failed", "before\n")
    assert isinstance(run.error, CrashError)
    assert "SIGKILL" in run.failure.message or "was killed" in run.failure.message
    # Signal handlers are fine there: it is the main thread of its process.
    assert history.start(task, {"n": 3}, "isolated").result(30) == 3


def test_both_modes_go_on_side_by_side(history, cell, gate):
    """An isolated run does not wait for one in the kernel."""
    gate.shut()
    first = history.start(cell(WAITS), {})
    second = history.start(first.task, {"n": 4, "word": "b"}, "isolated")
    assert (second.result(30), first.state) == (4, "running")
    gate.open()
    assert first.result(10) == 1


def test_waiting_that_is_interrupted_leaves_the_run_alone(history, cell, gate, monkeypatch):
    """A KeyboardInterrupt is the cell's that waits; the run goes on, and can be waited for again."""
    gate.shut()
    run = history.start(cell(WAITS), {})

    def interrupted(_timeout):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run.ended, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run.result()
    gate.open()
    assert run.result(10) == 1
