"""The processes of an isolated run: ended when it is, by whatever way, and with everything that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from flyteidl.core import tasks_pb2

from shimnb.errors import ExecutionCancelledError, ExecutionTimeoutError, SettingError

LONG = 60

# A child; a child in a session of its own; and the orphan of a process that has ended, in a session of its own and
# without the environment by which it could be known.
FAMILY = """
children = [subprocess.Popen(["sleep", "1000"]), subprocess.Popen(["sleep", "1000"], start_new_session=True)]
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(write, str(os.getpid()).encode())
        os.closerange(0, 1024)
        os.execve("/bin/sleep", ["sleep", "1000"], {})
    os._exit(0)
os.wait()
print("pids", os.getpid(), *(child.pid for child in children), os.read(read, 100).decode(), flush=True)
"""


def pids(text: str) -> list[int]:
    """Read what FAMILY printed."""
    [line] = [line for line in text.splitlines() if line.startswith("pids ")]
    return [int(pid) for pid in line.split()[1:]]


@pytest.fixture
def family(begin, marks):
    """Begins a run that has started other processes, waits until it has, and gives the run and the processes."""

    def family(then: str, **options):
        ready = marks("ready")
        run = begin(f"{FAMILY}\nopen({str(ready)!r}, 'w').close()\n{then}", **options)
        while not ready.exists():
            assert not run.wait(0.01), run.output
        while "pids " not in run.output:
            assert not run.wait(0.01)
        return run, pids(run.output)

    return family


def test_a_cancel_ends_every_process(family, gone) -> None:
    """Also one with a session of its own, and an orphan without a mark; it returns at once, and the error says so."""
    run, processes = family("time.sleep(1000)")
    assert all(psutil.pid_exists(pid) for pid in processes)
    run.cancel()
    assert run.wait(LONG)
    assert not any(psutil.pid_exists(pid) for pid in processes)
    assert run.state == "cancelled"
    with pytest.raises(ExecutionCancelledError, match=r"^task sample: it was cancelled after [\d.]+ s$"):
        run.result()


@pytest.mark.parametrize("then", ["return 'x'", "raise ValueError", "os._exit(3)", "ctypes.string_at(0)"])
def test_what_a_run_leaves_behind_ends_with_it(family, marks, then) -> None:
    """As in a container, whose end is that of its first process."""
    run, processes = family(f"while not os.path.exists({str(marks('go'))!r}): time.sleep(0.01)\n{then}")
    marks("go").touch()
    assert run.wait(LONG)
    assert not any(psutil.pid_exists(pid) for pid in processes)


def test_processes_are_asked_before_they_are_killed(begin, marks) -> None:
    """An executor that handles the signal may say good-bye."""
    ready = marks("ready")
    body = f"""
    def bye(*_):
        print("good-bye")
        sys.exit(0)
    signal.signal(signal.SIGTERM, bye)
    open({str(ready)!r}, "w").close()
    time.sleep(1000)
    """
    run = begin(body)
    while not ready.exists():
        assert not run.wait(0.01)
    run.cancel(grace=LONG)
    assert run.wait(LONG)
    assert (run.state, "good-bye\n" in run.output) == ("cancelled", True)


def test_processes_that_do_not_listen_are_killed(begin, marks) -> None:
    """When the grace is over; a second call may shorten it."""
    ready = marks("ready")
    body = f"""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open({str(ready)!r}, "w").close()
    time.sleep(1000)
    """
    run = begin(body)
    while not ready.exists():
        assert not run.wait(0.01)
    run.cancel(grace=1000)
    assert not run.wait(0.3)
    run.cancel(grace=0.1)
    assert run.wait(LONG)
    assert (run.state, run.returncode) == ("cancelled", -signal.SIGKILL)


def test_a_stopped_process_is_ended_too(begin, marks) -> None:
    """It cannot handle a request, and is killed."""
    ready = marks("ready")
    run = begin(f"open({str(ready)!r}, 'w').close()\nos.kill(os.getpid(), signal.SIGSTOP)")
    while not ready.exists():
        assert not run.wait(0.01)
    run.cancel(grace=0.1)
    assert run.wait(LONG)
    assert run.state == "cancelled"


def test_a_guard_that_the_run_stopped_hears_a_cancel(begin, marks) -> None:
    """A run can do that to any process of its user."""
    ready = marks("ready")
    run = begin(f"os.kill(os.getppid(), signal.SIGSTOP)\nopen({str(ready)!r}, 'w').close()\ntime.sleep(1000)")
    while not ready.exists():
        assert not run.wait(0.01)
    run.cancel(grace=0.1)
    assert run.wait(LONG)
    assert run.state == "cancelled"


def test_a_cancel_right_after_the_start_ends_the_run(begin) -> None:
    """Python has not even begun."""
    run = begin("time.sleep(1000)")
    run.cancel()
    assert run.wait(LONG)
    assert run.state == "cancelled"


def test_a_cancel_after_the_end_changes_nothing(begin) -> None:
    """The result stays."""
    run = begin("return 'x'")
    result = run.result(LONG)
    run.cancel()
    assert run.state == "done"
    assert run.result() == result


def test_many_children_that_come_and_go_do_not_outlive_a_cancel(begin, marks, gone) -> None:
    """Also those that are started while the others are being killed."""
    ready = marks("ready")
    body = f"""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), flush=True)
    for n in range(10**9):
        subprocess.Popen(["sleep", "1000"], start_new_session=True)
        time.sleep(0.01)
        open({str(ready)!r}, "w").close()
    """
    run = begin(body)
    while not ready.exists():
        assert not run.wait(0.01)
    run.cancel(grace=0.2)
    assert run.wait(LONG)


def test_a_timeout_ends_the_run(family) -> None:
    """With everything that it started; the error is a TimeoutError too, and says how long it had."""
    run, processes = family("time.sleep(1000)", timeout=1.5)
    with pytest.raises(ExecutionTimeoutError) as caught:
        run.result(LONG)
    assert isinstance(caught.value, TimeoutError)
    assert str(caught.value) == ("task sample: it was ended after its 1.5 s were up. Give it more time, or less to do.")
    assert run.state == "failed"
    assert not any(psutil.pid_exists(pid) for pid in processes)


def test_the_templates_own_timeout_counts(begin) -> None:
    """As on a cluster, unless the caller gives another."""
    template = tasks_pb2.TaskTemplate()
    template.metadata.timeout.nanos = 500_000_000
    with pytest.raises(ExecutionTimeoutError, match=r"its 0\.5 s were up"):
        begin("time.sleep(1000)", template).result(LONG)
    begin("time.sleep(0.6)\nreturn 'x'", template, timeout=LONG).result(LONG)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "3", True])
def test_a_timeout_that_is_no_time_is_an_error(begin, timeout) -> None:
    """Nothing has begun."""
    with pytest.raises(SettingError, match=r"^timeout: no time, got"):
        begin("return 'x'", timeout=timeout)


def test_a_run_in_time_is_not_ended(begin) -> None:
    """The timeout is over with the run."""
    run = begin("return 'x'", timeout=LONG)
    run.result(LONG)
    assert run.state == "done"


def test_an_interrupt_of_this_process_group_does_not_reach_the_run(begin) -> None:
    """The run, and what waits for it, have sessions of their own: the kernel's interrupt is not the run's."""
    body = "return f'{os.getsid(0)} {os.getsid(os.getppid())}'"
    text = begin(body).result(LONG).literals["o0"].scalar.primitive.string_value
    assert len({*text.split(), str(os.getsid(0))}) == 3


# This process's own end

# A program that starts a run as a notebook does, says who is there, and waits for a line.
PROGRAM = """
import os, sys, time
sys.path.insert(0, {tests!r})
from conftest import begin_run
begin_run({body!r}, on_output=lambda stream, line: print(line, end="", flush=True))
sys.stdin.readline()
{then}
"""


@pytest.fixture
def program(temporary):
    """Runs a program that begins a run, up to the moment at which the run has started its processes."""
    started = []

    def program(then: str) -> tuple[subprocess.Popen[str], list[int]]:
        code = PROGRAM.format(tests=str(Path(__file__).parent), body=f"{FAMILY}\ntime.sleep(1000)", then=then)
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        lines = []
        while not lines or not lines[-1].startswith("pids "):
            lines.append(process.stdout.readline())
            assert lines[-1], "the program has ended"
        return process, pids(lines[-1])

    yield program
    for process in started:
        process.kill()
        process.wait(LONG)
        process.stdin.close()
        process.stdout.close()
    wait_until_empty(temporary)


def wait_until_gone(processes: list[int]) -> None:
    """Wait for the end of processes that are not ours."""
    known = [psutil.Process(pid) for pid in processes if psutil.pid_exists(pid)]
    assert psutil.wait_procs(known, timeout=LONG)[1] == []


def wait_until_empty(folder) -> None:
    """Wait for the end of the guard whose folder is there, and see that it left nothing."""
    watched = [process for process in psutil.process_iter() if str(folder) in " ".join(cmdline(process))]
    assert psutil.wait_procs(watched, timeout=LONG)[1] == []
    assert list(folder.iterdir()) == []


def cmdline(process: psutil.Process) -> list[str]:
    """Give the command line of a process that may have ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_the_end_of_the_interpreter_ends_the_run(program, temporary) -> None:
    """When the program is over nothing is left, and it did not wait for the run."""
    process, processes = program("")
    process.stdin.write("\n")
    process.stdin.close()
    assert process.wait(LONG) == 0
    assert not any(psutil.pid_exists(pid) for pid in processes)
    assert list(temporary.iterdir()) == []


def test_a_fork_that_ends_does_not_end_the_run(program) -> None:
    """The run is its parent's."""
    process, processes = program(
        "if os.fork() == 0: sys.exit()\nos.wait()\nprint('still there', flush=True)\nsys.stdin.readline()"
    )
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "still there\n"
    assert all(psutil.pid_exists(pid) for pid in processes)


@pytest.mark.parametrize(
    "then", ["", "if os.fork(): print('forked', flush=True)\ntime.sleep(60)"], ids=["alone", "fork"]
)
def test_the_death_of_the_interpreter_ends_the_run(program, temporary, then) -> None:
    """A process that is killed can tidy nothing; the run's guard does, also when a fork holds its pipe open."""
    process, processes = program(then)
    forks = []
    if then:
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "forked\n"
        forks = [each for each in psutil.Process(process.pid).children() if "-c" in each.cmdline()]
        assert len(forks) == 1
    process.kill()
    process.wait(LONG)
    wait_until_gone(processes)
    for fork in forks:
        fork.kill()
    wait_until_empty(temporary)
