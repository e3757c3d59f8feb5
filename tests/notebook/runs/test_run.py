"""Runs: their outcome, what they printed, and where they failed."""

from __future__ import annotations

import linecache
import logging
import sys
import threading
import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from shimnb import (
    Deck,
    FlyteContextManager,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    TaskMetadata,
    current_context,
    executor_interface,
)
from shimnb.errors import ConversionError
from shimnb.notebook.runs.capture import captured
from shimnb.notebook.runs.report import duration, outcome, report
from shimnb.notebook.runs.run import Place, Run
from shimnb.notebook.runs.sink import Sink
from shimnb.notebook.runs.start import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {"word": "ho"}


def task_of(executor: type[ShimTaskExecutor[Any]]) -> Task:
    """Make a task whose interface is its executor's."""
    return Task("t", None, "img:1", executor, interface=executor_interface(executor))


def finished(executor: type[ShimTaskExecutor[Any]], **inputs: Any) -> Run:
    """Run a task to its end."""
    run = start(task_of(executor), inputs)
    assert run.wait(10)
    return run


class Pair(NamedTuple):
    text: str
    count: int


class Two(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, times: int) -> Pair:
        return Pair(tt.custom["word"] * times, times)


class Nothing(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any) -> None:
        print("ran")  # noqa: T201  # that is the point


class Exits(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any) -> None:
        sys.exit(3)


class MuteError(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


class Mute(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any) -> None:
        raise MuteError


class Wrong(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any) -> int:
        return "x"  # type: ignore[return-value]


class Talks(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, name: str) -> None:
        print(name, "out")  # noqa: T201
        print(name, "err", file=sys.stderr)  # noqa: T201
        warnings.warn(f"{name} warns", stacklevel=1)
        logging.getLogger("talks").warning("%s logs", name)
        thread = threading.Thread(target=print, args=(name, "thread"))
        thread.start()
        thread.join()


BARRIER = threading.Barrier(2, timeout=10)


class Together(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, name: str) -> None:
        for i in range(20):
            BARRIER.wait()
            print(name, i)  # noqa: T201


def test_a_run_has_its_outputs_as_literals_and_as_values() -> None:
    """The literals are what the run made; the result is what a call returns."""
    run = finished(Two, times=2)
    assert run.state == "done"
    assert run.outputs is not None
    assert run.outputs.literals["count"].scalar.primitive.integer == 2
    assert run.result() == ("hoho", 2)
    assert run.result()._fields == ("text", "count")
    assert run.elapsed > 0


def test_a_run_without_outputs_returns_none() -> None:
    """What was printed is there, and the result is None."""
    run = finished(Nothing)
    assert (run.result(), run.output, len(run.outputs.literals)) == (None, "ran\n", 0)


def test_an_executor_that_exits_fails_its_run_alone() -> None:
    """SystemExit ends the run, not the kernel."""
    run = finished(Exits)
    assert (run.state, run.failure.type, run.failure.message) == ("failed", "SystemExit", "3")
    with pytest.raises(SystemExit):
        run.result()


def test_an_exception_that_has_no_words_ends_its_run() -> None:
    """An exception's own __str__ may fail; the run ends all the same."""
    failure = finished(Mute).failure
    assert failure.type.endswith("test_run.MuteError")
    assert failure.message == "(its message cannot be shown)"


def test_an_error_without_a_line_of_the_users_has_no_place() -> None:
    """A result that does not fit is refused by the engine, after the executor's last line."""
    run = finished(Wrong)
    assert isinstance(run.error, ConversionError)
    assert run.failure.place is None


def test_a_run_that_goes_on_times_out() -> None:
    """Waiting ends with the seconds that were given; the run goes on."""
    gate = threading.Event()

    class Waits(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any) -> None:
            gate.wait(10)

    run = start(task_of(Waits), {}, number=7)
    with pytest.raises(TimeoutError, match=r"^run 7 is still going on after 0\.01 s$"):
        run.result(0.01)
    gate.set()
    assert run.result(10) is None


def test_everything_a_run_says_is_kept_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    """Streams, warnings, logging and threads of the run's own go to its sink, and nowhere else."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda text, *_: sys.stderr.write(f"{text}\n")
        handler = logging.StreamHandler(sys.stderr)
        logging.getLogger("talks").addHandler(handler)
        try:
            run = finished(Talks, name="a")
        finally:
            logging.getLogger("talks").removeHandler(handler)
    lines = run.output.splitlines()
    assert lines == ["a out", "a err", "a warns", "a logs", "a thread"]
    assert capsys.readouterr() == ("", "")


def test_every_run_gives_its_warnings_again() -> None:
    """Python tells a warning once a place; each run is as a process of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = lambda text, *_: sys.stderr.write(f"{text}\n")
        outputs = [finished(Talks, name="a").output for _ in range(2)]
    assert [output.count("a warns\n") for output in outputs] == [1, 1]


def test_two_runs_at_once_keep_their_texts_apart() -> None:
    """Each run has its own lines, whole and in order."""
    task = task_of(Together)
    runs = {name: start(task, {"name": name}) for name in "ab"}
    assert all(run.wait(10) for run in runs.values())
    for name, run in runs.items():
        assert run.output == "".join(f"{name} {i}\n" for i in range(20))


def test_the_streams_are_put_back() -> None:
    """When the last run has ended, nothing of the routing is left."""
    before = (sys.stdout, sys.stderr, threading.Thread.start)
    finished(Nothing)
    assert (sys.stdout, sys.stderr, threading.Thread.start) == before


def test_a_cell_prints_where_it_did_while_a_run_is_going_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Routing goes by thread: the text of another is not touched."""
    entered, leave = threading.Event(), threading.Event()

    def work() -> None:
        with captured(Sink()):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait(10)
    print("the cell's own")  # noqa: T201
    leave.set()
    thread.join()
    assert capsys.readouterr().out == "the cell's own\n"


def test_a_sink_says_how_much_it_cut() -> None:
    """The beginning and the end stay; the middle is counted."""
    sink = Sink(limit=20)
    for i in range(1000):
        sink.write("stdout", f"{i}\n")
    assert sink.text() == "0\n1\n2\n3\n4\n[... 3,870 characters cut ...]\n7\n998\n999\n"


CELL = """

from shimnb import ShimTaskExecutor

def lookup(rows):
    return {"a": 1}[rows]

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, rows: str) -> int:
        try:
            return lookup(rows)
        except KeyError as error:
            raise ValueError("no such rows") from error
"""


@pytest.fixture
def cell_task() -> Iterator[Callable[[], Task]]:
    """Give what makes a task of a cell, as the magic does: a module with a source."""
    name, file = "shimcells.sample", "<shimnb cell sample>"
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    linecache.cache[file] = (len(CELL), None, CELL.splitlines(keepends=True), file)

    def make() -> Task:
        exec(compile(CELL, file, "exec"), vars(module))  # noqa: S102  # a cell is code
        return task_of(module.Executor)

    yield make
    del sys.modules[name], linecache.cache[file]


def test_a_failure_names_the_cells_line(cell_task: Callable[[], Task]) -> None:
    """The line is the cell's own, the magic's line being 1, and the source is shown."""
    run = start(cell_task(), {"rows": "b"})
    assert run.wait(10)
    failure = run.failure
    assert (failure.type, failure.message) == ("ValueError", "no such rows")
    assert failure.place == Place(
        "line 13 of the cell", 'raise ValueError("no such rows") from error', "sample", 13, "execute_from_model"
    )


def test_a_traceback_begins_with_the_users_own_frame(cell_task: Callable[[], Task]) -> None:
    """The frames of shimnb are cut from the one traceback, and kept in the other."""
    run = start(cell_task(), {"rows": "b"})
    assert run.wait(10)
    assert "core/task.py" not in run.failure.traceback
    assert "core/task.py" in run.failure.full_traceback
    assert 'line 6, in lookup\n    return {"a": 1}[rows]' in run.failure.traceback
    assert run.failure.traceback.rstrip().endswith("ValueError: no such rows")


class Shows(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, n: int = 1) -> str:
        context = current_context()
        context.logging.info("folder %s", Path(context.working_directory).is_dir())
        Deck("mine", f"<b>{n}</b>")
        path = FlyteContextManager.current_context().file_access.get_random_local_path("a.txt")
        Path(path).write_text(f"{context.execution_id.name} {context.task_id.name}")
        if n < 0:
            raise ValueError(n)
        return Path(path).read_text()


def shown(options: dict[str, Any], **inputs: Any) -> Run:
    """Run the task above to its end."""
    run = start(Task("t", None, "img:1", Shows, interface=executor_interface(Shows), **options), inputs)
    assert run.wait(10)
    return run


def test_an_executor_has_the_same_around_it_as_in_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, files, an execution, a logger whose info is among what was printed."""
    for logger in (logging.getLogger(), logging.getLogger("user_space")):
        monkeypatch.setattr(logger, "handlers", [])  # as in a kernel: pytest has its own
    run = shown({})
    assert run.result() == "local local" == task_of(Shows)()
    assert run.output == "INFO user_space: folder True\n"


@pytest.mark.parametrize("n", [1, -1])
def test_a_run_has_its_decks(n: int) -> None:
    """Its own ones only; also when it failed."""
    runs = [shown({"enable_deck": True}, n=n) for _ in range(2)]
    names = ["mine", "Input", "Output", "Timeline", "Source Code", "Dependencies"]
    assert [[deck.name for deck in run.decks] for run in runs] == [names, names]
    assert runs[0].decks[0].html == f"<b>{n}</b>"
    assert report(runs[1])["decks"] == names


def test_decks_that_are_off_are_not_shown_and_said_to_be_off() -> None:
    """As on a cluster, where there would be no page."""
    told = report(shown({}))
    assert "decks" not in told
    assert (
        told["hint"]
        == "The executor made 1 deck, and the task's decks are off. Turn them on: enable_deck=True, or --deck on the magic's line."
    )


def test_a_run_from_the_cache_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the time that it took, and without the decks of the run that was cached."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    options = {"enable_deck": True, "metadata": TaskMetadata(cache=True, cache_version="1")}
    first, second = shown(options), shown(options)
    assert (first.cached, second.cached) == (False, True)
    assert "cache" not in outcome(first)
    assert outcome(second) == f"done in {duration(second.elapsed)}, from the cache"
    assert (second.result(), second.output, second.decks) == ("local local", "", [])
