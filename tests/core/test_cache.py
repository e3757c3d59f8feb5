"""The local cache: what counts for a hit, what makes a miss, and a file that cannot be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
from flyteidl.core import literals_pb2

from shimnb import (
    Deck,
    FlyteContextManager,
    FlyteDirectory,
    FlyteFile,
    HashMethod,
    Interface,
    LocalTaskCache,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    TaskMetadata,
    TypeEngine,
)
from shimnb.errors import CacheError, OutputError

CACHED = TaskMetadata(cache=True, cache_version="1")
AS_TASK = Interface({"a": int}, {"o0": int})


class Count(ShimTaskExecutor[Any]):
    """Counts its runs; the output is the number of the run."""

    runs = 0

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Count."""
        type(self).runs += 1
        if kwargs.get("a") == -1:
            raise ValueError("boom")
        Deck("mine", "x")
        return self.runs


class Task(PythonCustomizedContainerTask[Any]):
    """Nothing of its own."""

    def get_custom(self, settings: Any) -> dict[str, Any]:
        """Give nothing."""
        return {}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder of the test's own, no settings of the developer's, and no runs so far."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("ENABLED", "OVERWRITE"):
        monkeypatch.delenv(f"FLYTE_LOCAL_CACHE_{name}", raising=False)
    assert LocalTaskCache.path().startswith(str(tmp_path))
    Count.runs = 0
    return tmp_path


def make(name: str = "t", executor: Any = Count, interface: Any = AS_TASK, metadata: Any = CACHED) -> Task:
    """Make a task with a cache."""
    return Task(name, None, "i:1", executor, interface=interface, metadata=metadata)


def a(value: int) -> literals_pb2.LiteralMap:
    """Give the literals of one int."""
    return TypeEngine.dict_to_literal_map(None, {"a": value}, {"a": int})


def damage() -> Path:
    """Put what is no database in the cache's place."""
    path = Path(LocalTaskCache.path())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"not a database, and long enough to be taken for one" * 40)
    return path


def test_a_second_call_is_not_run() -> None:
    """Also by a task that was made anew, and in both ways to call it."""
    assert (make()(a=3), make()(a=3), make()(3), Count.runs) == (1, 1, 1, 1)
    ctx = FlyteContextManager.current_context()
    promise: Any = make().local_execute(ctx, a=3)
    assert (promise.eval(), Count.runs) == (1, 1)


def test_a_task_without_a_cache_runs_each_time() -> None:
    """And leaves no file."""
    task = make(metadata=TaskMetadata())
    assert (task(a=3), task(a=3)) == (1, 2)
    assert not Path(LocalTaskCache.path()).exists()


@pytest.mark.parametrize(
    "other",
    [
        {"name": "u"},
        {"metadata": TaskMetadata(cache=True, cache_version="2")},
        {"interface": Interface({"a": float}, {"o0": int})},
        {"interface": Interface({"a": int}, {"o0": float})},
        {"interface": Interface({"a": int, "b": (int, 1)}, {"o0": int})},
    ],
    ids=["name", "version", "type of an input", "type of an output", "another input"],
)
def test_another_task_version_or_interface_is_a_miss(other: dict[str, Any]) -> None:
    """Each counts by itself."""
    make()(a=3)
    executor = type("Float", (Count,), {"execute_from_model": lambda self, tt, **_: 7})
    assert make(**{"executor": executor, **other})(a=3) == 7


def test_another_input_is_a_miss() -> None:
    """And the default of an input is that input."""
    task = make(interface=Interface({"a": (int, 3)}, {"o0": int}))
    assert (task(a=3), task(a=4), task()) == (1, 2, 1)


def test_an_ignored_input_does_not_count() -> None:
    """As on a cluster."""
    metadata = TaskMetadata(cache=True, cache_version="1", cache_ignore_input_vars=("b",))
    task = make(interface=Interface({"a": int, "b": int}, {"o0": int}), metadata=metadata)
    assert (task(a=1, b=1), task(a=1, b=2), task(a=2, b=1)) == (1, 1, 2)


def test_an_input_with_a_hash_counts_by_its_hash() -> None:
    """At the top, and within a list."""
    first = Annotated[str, HashMethod(lambda text: text[0])]
    task = make(interface=Interface({"a": first, "b": list[first]}, {"o0": int}))
    assert task(a="xa", b=["ya"]) == 1
    assert task(a="xb", b=["yb"]) == 1
    assert task(a="xb", b=["zb"]) == 2


def test_a_message_of_ones_own_comes_back() -> None:
    """Changing one hit's outputs changes no other's."""
    LocalTaskCache.set("t", "1", a(1), (), a(2))
    found = LocalTaskCache.get("t", "1", a(1))
    assert found == a(2)
    found.literals["a"].scalar.primitive.integer = 99
    assert LocalTaskCache.get("t", "1", a(1)) == a(2)


def test_a_failed_run_is_not_kept() -> None:
    """It runs again, and fails again."""
    for runs in (1, 2):
        with pytest.raises(ValueError, match="boom"):
            make()(a=-1)
        assert Count.runs == runs


def test_outputs_that_do_not_fit_are_not_kept() -> None:
    """A result that is refused once is refused again."""

    class Wrong(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any, **_: Any) -> Any:
            return a(1)

    for _ in range(2):
        with pytest.raises(OutputError) as caught:
            make(executor=Wrong)(a=1)
        assert (
            str(caught.value)
            == "task t: the run gave the outputs a, and the task has o0. Return a value for each output."
        )


def test_local_outputs_tell_a_hit() -> None:
    """The decks are the run's; a hit has none."""
    ctx = FlyteContextManager.current_context()
    first, second = (make().local_outputs(ctx, a=3) for _ in range(2))
    assert (first.cached, [deck.name for deck in first.decks]) == (False, ["mine"])
    assert (second.cached, second.decks) == (True, [])
    assert second.literals == first.literals


def test_dispatch_execute_does_not_cache() -> None:
    """The container's path: the engine has a cache of its own."""
    task, ctx = make(), FlyteContextManager.current_context()
    runs = [run(ctx, a(3)) for run in (task.dispatch_execute, task.sandbox_execute, task.dispatch_execute)]
    assert [outputs.literals["o0"].scalar.primitive.integer for outputs in runs] == [1, 2, 3]
    assert not Path(LocalTaskCache.path()).exists()


@pytest.mark.parametrize("value", ["false", "0", "no", "OFF", ""])
def test_the_cache_is_turned_off_by_flytekits_variable(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """It is neither read nor written."""
    make()(a=3)
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_ENABLED", value)
    assert LocalTaskCache.enabled() is False
    assert (make()(a=3), make()(a=4)) == (2, 3)
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_ENABLED", "true")
    assert (make()(a=3), make()(a=4)) == (1, 4)


def test_outputs_are_made_anew_by_flytekits_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The new ones take the place of the old ones."""
    make()(a=3)
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_OVERWRITE", "true")
    assert LocalTaskCache.overwrite() is True
    assert make()(a=3) == 2
    monkeypatch.delenv("FLYTE_LOCAL_CACHE_OVERWRITE")
    assert make()(a=3) == 2


def test_a_hit_whose_file_is_gone_is_a_miss(tmp_path: Path) -> None:
    """Directly, within a list, and within a dataclass."""
    file = tmp_path / "out"
    for output, value in (
        (FlyteFile, str(file)),
        (list[FlyteFile], [str(file)]),
        (FlyteFile | None, str(file)),
    ):
        file.write_text("x")
        literals = TypeEngine.dict_to_literal_map(None, {"o": value}, {"o": output})
        places = [literals.literals["o"]]
        if output == list[FlyteFile]:
            places = list(places[0].collection.literals)
        for place in places:
            (place.scalar.union.value if place.scalar.HasField("union") else place).scalar.blob.uri = str(file)
        LocalTaskCache.set("files", "1", a(1), (), literals)
        assert LocalTaskCache.get("files", "1", a(1)) == literals
        file.unlink()
        assert LocalTaskCache.get("files", "1", a(1)) is None


def test_a_hit_whose_dataclass_has_a_file_that_is_gone_is_a_miss(tmp_path: Path) -> None:
    """Its path stands in the msgpack; one that is not this machine's is left alone."""
    msgpack = pytest.importorskip("msgpack")
    file = tmp_path / "cover"
    for path, gone in ((str(file), True), (f"file://{file}", True), ("s3://b/cover", False), ("cover", False)):
        packed = msgpack.packb({"albums": [{"cover": {"path": path}}]})
        scalar = literals_pb2.Scalar(binary=literals_pb2.Binary(value=packed, tag="msgpack"))
        outputs = literals_pb2.LiteralMap(literals={"o0": literals_pb2.Literal(scalar=scalar)})
        LocalTaskCache.set("t", "1", a(1), (), outputs)
        assert (LocalTaskCache.get("t", "1", a(1)) is None) is gone, path


def test_no_input_stands_in_the_file() -> None:
    """The key is a digest."""
    task = make(interface=Interface({"a": str}, {"o0": int}))
    task(a="hunter2-hunter2")
    task(a="hunter2-hunter2")
    assert Count.runs == 1
    assert b"hunter2" not in Path(LocalTaskCache.path()).read_bytes()


def test_the_folder_is_its_users_own() -> None:
    """Outputs are nobody else's business."""
    make()(a=3)
    assert Path(LocalTaskCache.path()).parent.stat().st_mode & 0o077 == 0


def test_the_file_is_its_users_own_in_a_folder_that_was_there() -> None:
    """Other programs make folders that everybody may read."""
    Path(LocalTaskCache.path()).parent.mkdir(parents=True, mode=0o755)
    make()(a=3)
    assert Path(LocalTaskCache.path()).stat().st_mode & 0o077 == 0


def test_a_file_counts_by_what_is_in_it(tmp_path: Path) -> None:
    """A file, and a folder's files, change under the same path."""
    file = tmp_path / "albums" / "a.csv"
    file.parent.mkdir()
    for kind, value in ((FlyteFile, FlyteFile(str(file))), (FlyteDirectory, FlyteDirectory(str(file.parent)))):
        task = make(interface=Interface({"a": kind}, {"o0": int}))
        file.write_text("1")
        first = task(a=value)
        assert task(a=value) == first
        file.write_text("22")
        assert task(a=value) == first + 1


def test_clear_forgets_everything() -> None:
    """And is at peace with a cache that is not there."""
    LocalTaskCache.clear()
    make()(a=3)
    LocalTaskCache.clear()
    assert make()(a=3) == 2


def test_a_damaged_file_is_a_warning_and_clear_mends_it() -> None:
    """The task runs all the same."""
    path = damage()
    with pytest.warns(RuntimeWarning) as caught:
        assert make()(a=3) == 1
    assert len(caught) == 1
    assert str(caught[0].message) == (
        f"The task runs without the local cache: {path}: the file is damaged (file is not a database). "
        "Mend it with LocalTaskCache.clear()."
    )
    assert caught[0].filename == __file__
    LocalTaskCache.clear()
    assert (make()(a=3), make()(a=3)) == (2, 2)


def test_a_damaged_file_is_an_error_for_who_asks_the_cache_itself() -> None:
    """With its path, and the remedy."""
    path = damage()
    for ask in (lambda: LocalTaskCache.get("t", "1", a(1)), lambda: LocalTaskCache.set("t", "1", a(1), (), a(2))):
        with pytest.raises(CacheError) as caught:
            ask()
        assert (caught.value.path, caught.value.damaged) == (str(path), True)


def test_a_damaged_entry_is_a_miss_and_is_written_anew() -> None:
    """What cannot be decoded is no outputs."""
    import sqlite3  # noqa: PLC0415  # for this test only

    make()(a=3)
    db = sqlite3.connect(LocalTaskCache.path())
    with db:
        db.execute("UPDATE outputs SET value = ?", (b"\xff\xff",))
    db.close()
    assert (make()(a=3), make()(a=3)) == (2, 2)


def test_a_folder_that_cannot_be_made_is_a_warning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The task runs all the same; `clear` says what is wrong."""
    (folder / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    monkeypatch.setenv("HOME", str(folder / "file"))
    path = LocalTaskCache.path()
    with pytest.warns(RuntimeWarning) as caught:
        assert make()(a=3) == 1
    assert len(caught) == 1
    message = str(caught[0].message)
    assert message.startswith(f"The task runs without the local cache: {path}: the file cannot be used (")
    assert message.endswith("). Make it writable, or turn the cache off with FLYTE_LOCAL_CACHE_ENABLED=false.")


def test_a_folder_in_the_files_place_is_a_warning() -> None:
    """SQLite cannot open it."""
    Path(LocalTaskCache.path()).mkdir(parents=True)
    with pytest.warns(RuntimeWarning, match=r"the file cannot be used \(unable to open database file\)"):
        assert make()(a=3) == 1
    with pytest.raises(CacheError):
        LocalTaskCache.clear()


WRITER = """
import sys
from flyteidl.core import literals_pb2
from shimnb import LocalTaskCache
def a(value):
    made = literals_pb2.LiteralMap()
    made.literals["a"].scalar.primitive.integer = value
    return made
print("ready", flush=True)
sys.stdin.readline()
for i in range(150):
    LocalTaskCache.set("t", sys.argv[1], a(i), (), a(i * 2))
    LocalTaskCache.set("t", "shared", a(i), (), a(i * 2))
    assert LocalTaskCache.get("t", sys.argv[1], a(i)) == a(i * 2)
    assert LocalTaskCache.get("t", "shared", a(i)) == a(i * 2)
"""


def test_two_kernels_use_it_at_once() -> None:
    """Both write and read, from an empty folder on, and nothing is lost."""
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("x", "y")
    ]
    for kernel in kernels:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:
        assert kernel.stdin is not None
        kernel.stdin.write("go\n")
        kernel.stdin.flush()
    for kernel in kernels:
        _, errors = kernel.communicate(timeout=120)
        assert (kernel.returncode, errors) == (0, "")
    for name in ("x", "y", "shared"):
        assert [LocalTaskCache.get("t", name, a(i)) for i in range(150)] == [a(i * 2) for i in range(150)]
