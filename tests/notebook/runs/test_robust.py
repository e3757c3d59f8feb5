"""What executors do to a kernel: they fork, change directory, flood, print from threads; nothing of it stays."""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from shimnb.notebook.runs import history as history_module
from shimnb.notebook.runs.history import History

# Python warns of a fork in a process with threads; an executor that forks here has them.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def test_a_fork_writes_once_and_does_not_come_back(history, cell):
    """The child's text comes to the run through a pipe, and the child ends where the executor returns."""
    task = cell("""
pid = os.fork()
if pid == 0:
    print("child")
    return -1
os.waitpid(pid, 0)
print("parent")
return n
""")
    here = os.getpid()
    run = history.start(task, {})
    assert run.result(20) == 1
    deadline = time.monotonic() + 10
    while "child" not in run.output and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sorted(run.output.splitlines()) == ["child", "parent"]
    assert os.getpid() == here


@pytest.mark.parametrize(("end", "code"), [("raise ValueError('no')", 1), ("sys.exit(3)", 3), ("return 1", 0)])
def test_a_fork_ends_with_the_code_that_its_end_means(history, cell, end, code):
    """A traceback of the child's is printed; the run is not failed by it."""
    task = cell(f"""
pid = os.fork()
if pid == 0:
    {end}
return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
""")
    run = history.start(task, {})
    assert run.result(20) == code


def test_a_pool_of_processes_prints_to_the_run(history, cell):
    """As multiprocessing starts them on Linux up to Python 3.13: by forking."""
    task = cell("""
import multiprocessing
context = multiprocessing.get_context("fork")
workers = [context.Process(target=print, args=("worker", i)) for i in range(3)]
for worker in workers: worker.start()
for worker in workers: worker.join()
return len(workers)
""")
    run = history.start(task, {})
    assert run.result(30) == 3
    deadline = time.monotonic() + 10
    while run.output.count("worker") < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sorted(run.output.splitlines()) == ["worker 0", "worker 1", "worker 2"]


@pytest.mark.parametrize("how", ["os.chdir('/')", "from os import chdir; chdir('/')"])
def test_the_working_directory_is_as_before(history, cell, tmp_path, monkeypatch, how):
    """It belongs to the process; a run that goes elsewhere is brought back at its end."""
    monkeypatch.chdir(tmp_path)
    run = history.start(cell(f"{how}\nprint(os.getcwd())\nreturn n"), {})
    run.result(10)
    assert (run.output, Path.cwd()) == ("/\n", tmp_path)


def test_a_cell_that_changes_directory_during_a_run_stays_there(history, told, cell, tmp_path, monkeypatch):
    """Only what the run did is taken back."""
    monkeypatch.chdir(tmp_path)
    run = history.start(cell("time.sleep(0.3)\nreturn n"), {})
    assert told.started.wait(10)
    time.sleep(0.05)
    (tmp_path / "below").mkdir()
    os.chdir(tmp_path / "below")
    run.result(10)
    assert Path.cwd() == tmp_path / "below"


def test_a_signal_handler_in_the_kernel_says_where_it_works(history, cell):
    """Python sets them in the main thread alone."""
    run = history.start(cell("signal.signal(signal.SIGUSR1, signal.SIG_IGN)\nreturn n"), {})
    assert run.wait(10)
    assert (run.failure.type, run.failure.hint) == (
        "ValueError",
        (
            "A run in the kernel has a thread of its own, and Python sets signal handlers in the main thread alone. "
            "Run it isolated: there it is the main thread, as on a cluster."
        ),
    )
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


def test_threads_print_to_their_run(history, cell):
    """Two runs with four threads each: every line is whole, and in its own run."""
    body = """
def work(k):
    for i in range(50):
        print(f"{word} {k} {i}")
threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
return n
"""
    runs = [history.start(cell(body, name), {"word": name}) for name in ("one", "two")]
    for run in runs:
        run.result(20)
        lines = [line for line in run.output.split("\n") if line]
        assert sorted(lines) == sorted(f"{run.inputs['word']} {k} {i}" for k in range(4) for i in range(50))


FLOOD = """
line = "x" * 999
begin = time.monotonic()
written = 0
while time.monotonic() - begin < {seconds}:
    # Ten megabytes a second, and not more: it is the rate that is tested.
    while written < (time.monotonic() - begin) * 10e6:
        print(line)
        written += 1000
    time.sleep(0.001)
print(written)
return n
"""


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["kernel", "isolated"])
def test_ten_megabytes_a_second_for_ten_seconds(history, told, cell, mode):
    """Batches are few and small, memory stays, the end is there, and what was cut is said."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = history.start(cell(FLOOD.format(seconds=10)), {}, mode)
    run.result(120)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    written = int(run.output.splitlines()[-1])
    batches, chars = len(told.fresh), sum(size for _, _, size in told.fresh)
    # 16 KiB at most 12.5 times a second, however much was written; and what was not told is counted.
    assert batches <= run.elapsed / 0.08 + 2
    assert max(size for _, _, size in told.fresh) <= 16 * 1024
    assert chars + sum(skipped for _, skipped, _ in told.fresh) >= written * 0.9
    assert len(run.output) < 132 * 1024
    assert "characters cut ...]" in run.output
    assert grown < 60, f"{grown:.0f} MB for {written / 1e6:.0f} MB written"


def test_a_hundred_forms_and_a_thousand_runs(cell):
    """Ten each; nothing from an earlier run is lost, and no thread is left."""
    told = [type("Listener", (), {"changed": lambda *_: None, "live": lambda *_: None})() for _ in range(100)]
    histories = [History(each) for each in told]
    tasks = [cell("print(word, n)\nreturn n", f"form{i}") for i in range(10)]
    before = threading.active_count()
    for n in range(10):
        for index, each in enumerate(histories):
            each.start(tasks[index % 10], {"n": n, "word": str(index)})
    for index, each in enumerate(histories):
        assert [run.result(60) for run in reversed(each.runs)] == list(range(10))
        assert [run.output for run in reversed(each.runs)] == [f"{index} {n}\n" for n in range(10)]
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() <= before


def test_a_thousand_runs_are_remembered_and_no_more(history, cell, monkeypatch):
    """The oldest go first; templates that no run has go with them."""
    monkeypatch.setattr(history_module, "_RUNS", 50)
    task = cell("return n")
    for n in range(60):
        history.start(task, {"n": n}).result(10)
    assert [run.number for run in history.runs] == list(range(60, 10, -1))
    assert len(history._templates) == 1


def test_of_many_bytes_the_oldest_outputs_go_first_in_words(history, cell, monkeypatch):
    """Then inputs; the newest run keeps all of it."""
    monkeypatch.setattr(history_module, "_BYTES", 200_000)
    task = cell("print('x' * 60_000)\nreturn n")
    runs = [history.start(task, {"n": n, "word": "y" * 10}) for n in range(5)]
    for run in runs:
        assert run.wait(10)
    time.sleep(0.05)
    assert [len(run.output) for run in runs] == [0, 0, 60_001, 60_001, 60_001]
    assert runs[0].notes == ["Its outputs, and what it printed, were dropped: the runs of a form keep 0 MiB."]
    assert runs[0].inputs == {"n": 0, "word": "y" * 10}
    with pytest.raises(
        Exception, match=r"^task sample: the outputs of run 1 were dropped, to make room\. Run it again\.$"
    ):
        runs[0].result()


def test_clearing_forgets_what_has_ended(history, told, cell):
    """What is going on stays."""
    done = history.start(cell("return n"), {})
    done.result(10)
    going = history.start(cell("time.sleep(0.3)\nreturn n"), {})
    assert history.clear() == 1
    assert history.runs == [going]
    assert going.result(10) == 1


class Shell:
    """IPython in this process, as a kernel has it, and what reaches its publisher."""

    def __init__(self) -> None:
        InteractiveShell.clear_instance()
        config = Config()
        config.HistoryManager.enabled = False
        self.ip = InteractiveShell.instance(config=config, colors="nocolor")
        self.published: list[dict[str, str]] = []
        self.ip.display_pub.publish = lambda data, *_, **__: self.published.append(data)


@pytest.fixture
def shell():
    """A shell whose publisher is looked at."""
    made = Shell()
    yield made
    made.ip.restore_sys_module_state()
    InteractiveShell.clear_instance()


def test_what_is_displayed_is_the_runs_own(history, cell, shell):
    """In its place among the text, and in no cell's output; afterwards displays go where they did."""
    task = cell("""
from IPython.display import HTML, clear_output, display
print("before")
display(HTML("<b>bold</b>"))
print("after")
handle = display({"text/plain": "first"}, raw=True, display_id=True)
handle.update({"text/plain": "second"}, raw=True)
return n
""")
    run = history.start(task, {})
    run.result(10)
    assert run.sink.segments() == [("stdout", "before\n"), ("display", "1"), ("stdout", "after\n"), ("display", "2")]
    assert (run.sink.shown("1").mime, run.sink.shown("1").data) == ("text/html", "<b>bold</b>")
    assert run.sink.shown("2").data == "second"
    assert shell.published == []
    from IPython.display import HTML, display  # noqa: PLC0415  # in the shell above

    display(HTML("mine"))
    assert [each["text/html"] for each in shell.published] == ["mine"]


def test_displays_are_bounded(history, cell, shell):
    """Past a hundred, or eight megabytes, they are counted."""
    task = cell("""
from IPython.display import display
for i in range(105):
    display({"text/plain": str(i)}, raw=True)
return n
""")
    run = history.start(task, {})
    run.result(10)
    segments = run.sink.segments()
    assert [text for stream, text in segments if stream == "display"] == [str(i) for i in range(1, 101)]
    assert segments[-1] == ("note", "\n[5 more displays not kept]\n")


def test_a_figure_of_a_run_is_shown_by_it_and_closed(history, cell, shell):
    """Else the next cell would show it as its own."""
    pytest.importorskip("matplotlib")
    task = cell("""
import matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
pyplot.plot([1, 2])
return n
""")
    run = history.start(task, {})
    run.result(60)
    from matplotlib import pyplot as plt  # noqa: PLC0415  # as the executor

    assert plt.get_fignums() == []
    assert [stream for stream, _ in run.sink.segments()] == ["display"]


def test_nothing_is_left_of_the_routes(history, cell):
    """Streams, handlers, os.chdir and threads are what they were."""
    before = (sys.stdout, sys.stderr, os.chdir, threading.Thread.start, list(logging.getLogger().handlers))
    history.start(
        cell("os.chdir('/')\nlogging = __import__('logging').getLogger('x').warning('x')\nreturn n"), {}
    ).result(10)
    assert (sys.stdout, sys.stderr, os.chdir, threading.Thread.start, list(logging.getLogger().handlers)) == before
