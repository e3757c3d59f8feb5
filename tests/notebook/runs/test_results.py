"""What a run left: each output as what it is, its literal, what lies at its path, and a page of its tables."""

from __future__ import annotations

import base64
import csv
import struct
import threading
import time
import zlib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from shimnb import (
    FlyteDirectory,
    FlyteFile,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    executor_interface,
)
from shimnb.errors import FileError
from shimnb.notebook.form.widget import FormWidget
from shimnb.notebook.runs import opening, tables
from shimnb.notebook.runs.outputs import looks_markdown, output_at, outputs_of, told
from shimnb.notebook.runs.stored import HEAD, Stored, sniff
from shimnb.notebook.runs.tables import COLUMNS, ROWS, read_page
from tests.hostile import HOSTILE as HOSTILE_STRINGS

if TYPE_CHECKING:
    from collections.abc import Callable

pandas = pytest.importorskip("pandas")

REPORT = "# Report\n\nAll **well**."
HOSTILE = "<img src=x onerror=alert(1)>\u202e\x1b[31m"


def png() -> bytes:
    """Draw a picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\1\2\3")) + chunk(b"IEND", b"")
    )


@dataclass
class Point:
    x: int
    tags: list[str]


class Made(NamedTuple):
    names: list[str]
    frame: pandas.DataFrame  # type: ignore[name-defined]
    picture: FlyteFile  # type: ignore[type-arg]
    notes: str
    point: Point
    count: int
    folder: FlyteDirectory  # type: ignore[type-arg]
    files: list[FlyteFile]  # type: ignore[type-arg]
    either: int | str
    nothing: None


class Makes(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, where: str, password: str = "") -> Made:
        folder = Path(where)
        (folder / "deep").mkdir(parents=True)
        (folder / "a.txt").write_text(f"plain {password}{HOSTILE}")
        (folder / "deep" / "b.csv").write_text("n,word\n1,one\n2,two\n")
        picture = folder / "p.png"
        picture.write_bytes(png())
        frame = pandas.DataFrame({"name": ["Ada", None], "score": [1.5, float("nan")]})
        return Made(
            ["Ada", "Grace"],
            frame,
            FlyteFile(str(picture)),
            REPORT,
            Point(1, ["t"]),
            42,
            FlyteDirectory(str(folder)),
            [FlyteFile(str(picture)), FlyteFile(str(folder / "a.txt"))],
            "text",
            None,
        )


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {}


class Front:
    """A form, and a front end that asks it."""

    def __init__(self, task: Task | None = None) -> None:
        task = task or Task("t", None, "img:1", Makes, interface=executor_interface(Makes))
        self.told: list[dict[str, Any]] = []
        self.form = FormWidget(task)
        self.form.send = self._take  # type: ignore[method-assign]
        self.came = threading.Event()

    def _take(self, content: Any, buffers: Any = None) -> None:
        self.told.append(content)
        if content.get("request"):
            self.came.set()

    def run(self, **inputs: Any) -> Any:
        self.form.set(**inputs)
        run = self.form.run()
        run.result(20)
        return run

    def ask(self, kind: str, at: list[Any] | None = None, **content: Any) -> dict[str, Any]:
        self.came.clear()
        message = {"kind": kind, "view": "v", "request": 7, "number": 1, "at": at, **content}
        self.form._on_message(self.form, message, [])
        assert self.came.wait(20)
        return self.told[-1]


@pytest.fixture
def front(tmp_path: Path) -> Front:
    """Give a form whose first run has ended."""
    made = Front()
    made.run(where=str(tmp_path / "made"))
    return made


def shapes(front: Front) -> dict[str, str]:
    """Give the shapes of the outputs of the newest run."""
    return {output.name: output.shape for output in outputs_of(front.form.runs[0])}


def test_each_output_is_told_as_what_it_is(front: Front) -> None:
    """In the order in which they were declared, by the literal, and through a union."""
    assert shapes(front) == {
        "names": "tree",
        "frame": "table",
        "picture": "file",
        "notes": "text",
        "point": "tree",
        "count": "value",
        "folder": "folder",
        "files": "items",
        "either": "value",
        "nothing": "value",
    }


def test_a_scalar_is_one_line(front: Front) -> None:
    """Its value and its looks come with the run."""
    [made] = [each for each in told(outputs_of(front.form.runs[0])) if each["name"] == "count"]
    assert made == {
        "at": ["count"], "name": "count", "shape": "value", "type": "int", "value": "42", "kind": "int", "size": "17 B"
    }  # fmt: skip


def test_a_text_keeps_its_lines_and_may_be_markdown(front: Front) -> None:
    """It stands in place, with its whole length."""
    [made] = [each for each in told(outputs_of(front.form.runs[0])) if each["name"] == "notes"]
    assert (made["text"], made["next"], made["total"], made["markdown"]) == (REPORT, None, len(REPORT), True)


@pytest.mark.parametrize(
    ("text", "is_markdown"),
    [
        (REPORT, True),
        ("```\ncode\n```", True),
        ("- one\n- two\n\nand **more**", True),
        ("# not alone", False),
        ("a\nb", False),
        ("x = 1\ny = 2\n", False),
        ("", False),
    ],
)
def test_markdown_is_told_from_text(text: str, is_markdown: bool) -> None:
    """A heading at its beginning, a fence, or marks of two kinds."""
    assert looks_markdown(text) is is_markdown


@pytest.mark.parametrize(
    "text", ["\n" * 20_000, "[" * 20_000 + "\n", "- " * 10_000 + "\n", "*" * 20_000 + "\n", " " * 20_000 + "\n"]
)
def test_no_text_is_looked_at_for_ever(text: str) -> None:
    """What is ten times as long takes about ten times as long, not a hundred times."""

    def took(sample: str) -> float:
        return min(timed(lambda: looks_markdown(sample)) for _ in range(5))

    assert took("x" + text) < 40 * max(took("x" + text[: len(text) // 10] + "\n"), 0.0002)


def timed(call: Callable[[], object]) -> float:
    """Measure a call, in seconds."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def test_an_address_that_is_wrong_finds_nothing(front: Front) -> None:
    """Whatever it holds."""
    run = front.form.runs[0]
    for at in ([], ["absent"], [0], ["files", 2], ["files", -1], ["files", "0"], ["count", 0], ["files", True], [None]):
        assert output_at(run, at) is None
    assert output_at(run, ["files", 1]) is not None


def test_a_tree_answers_by_position(front: Front) -> None:
    """As the tree widget does, for each output its own."""
    question = {"type": "rows", "ranges": [{"at": [0], "start": 0, "stop": 9}]}
    [made] = front.ask("run:tree", ["point"], question=question)["reply"]["ranges"]
    assert [(row["key"], row["value"]) for row in made["rows"]] == [("0", '"t"')]
    assert front.ask("run:tree", ["point"], question={"type": "rows"})["error"] == "The question was not understood."
    assert front.ask("run:tree", ["absent"], question=question)["error"] == "This output is not there any more."


def test_a_literal_is_given_as_tree_and_as_text(front: Front) -> None:
    """The whole message, in protobuf's own text."""
    answer = front.ask("run:literal", ["count"])
    assert answer["proto"] == "scalar {\n  primitive {\n    integer: 42\n  }\n}\n"
    [row] = answer["rows"]
    assert (row["key"], row["value"], row["tip"].startswith("flyteidl.core.Literal: scalar.primitive.integer")) == (
        "count", "42", True
    )  # fmt: skip


def test_the_inputs_are_given_as_the_executor_got_them(front: Front) -> None:
    """With the defaults, in the order of the interface."""
    answer = front.ask("run:inputs")
    assert [row["key"] for row in answer["rows"]] == ["where", "password"]
    assert 'key: "password"' in answer["proto"]


def test_a_secret_input_is_masked_however_short(tmp_path: Path) -> None:
    """By its name; in the rows, in the text, and in what a tree gives of it."""
    front = Front()
    inputs = {"where": str(tmp_path / "made"), "password": "p4"}
    front.run(**inputs)
    answer = front.ask("run:inputs")
    assert answer["rows"][1]["value"] == '"***"'
    question = {"type": "text", "at": [1], "start": 0}
    told = front.ask("run:tree", inputs=True, question=question)
    assert told["reply"]["text"] == "***"
    assert "p4" not in repr(answer)


def test_trees_of_what_is_forgotten_are_let_go(front: Front) -> None:
    """The memory that the history frees is free."""
    question = {"type": "rows", "ranges": [{"at": [], "start": 0, "stop": 9}]}
    front.ask("run:tree", ["point"], question=question)
    run = front.form.runs[0]
    held = run.outputs
    assert any(each is held for _, each, _ in opening._models.values())
    run.outputs = None
    opening.release_models()
    assert not any(each is held for _, each, _ in opening._models.values())


def test_a_picture_is_known_by_its_bytes_and_sent_whole(front: Front) -> None:
    """Parts in base64 can be put together."""
    answer = front.ask("run:file", ["picture"])
    assert (answer["name"], answer["is"], answer["mime"], answer["size"]) == ("p.png", "image", "image/png", len(png()))
    answer = front.ask("run:bytes", ["picture"], start=0)
    assert base64.b64decode(answer["data"]) == png()
    assert answer["next"] is None


def test_a_large_file_comes_in_parts_under_a_megabyte(tmp_path: Path, front: Front) -> None:
    """Each part says where the next one begins."""
    whole = bytes(range(256)) * 8192
    (tmp_path / "made" / "big.bin").write_bytes(whole)
    found, start = b"", 0
    while start is not None:
        answer = front.ask("run:bytes", ["folder"], file="big.bin", start=start)
        assert len(answer["data"]) < 1_000_000
        found += base64.b64decode(answer["data"])
        start = answer["next"]
    assert found == whole


def test_a_file_that_is_too_large_stays_where_it_is(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the message says where."""
    monkeypatch.setattr(opening, "_DOWNLOAD", 10)
    monkeypatch.setattr(opening, "_IMAGE", 10)
    answer = front.ask("run:file", ["picture"])
    assert answer["is"] == "binary"
    assert answer["note"] == f"An image of {len(png())} B is too large to be shown here."
    assert answer["large"].startswith(f"A file of {len(png())} B does not fit through the notebook. It is at /")
    assert "does not fit through the notebook" in front.ask("run:bytes", ["picture"], start=0)["error"]


def test_a_folder_is_a_list_of_its_files(front: Front) -> None:
    """Those of its folders too; each can be opened."""
    answer = front.ask("run:file", ["folder"])
    assert [each["name"] for each in answer["files"]] == ["a.txt", "p.png", "deep/b.csv"]
    assert front.ask("run:file", ["folder"], file="deep/b.csv")["is"] == "table"
    page = front.ask("run:table", ["folder"], file="deep/b.csv")
    assert (page["columns"], page["rows"][1]) == ([("n", "int"), ("word", "text")], [("2", "number"), ("two", "text")])


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "deep/../../x", "a\0b"])
def test_nothing_outside_of_the_folder_is_read(front: Front, name: str) -> None:
    """A name that leads out of it is refused."""
    assert "the name leads out of its folder" in front.ask("run:file", ["folder"], file=name)["error"]


def test_what_a_file_says_is_inert_and_without_secrets(tmp_path: Path) -> None:
    """Control characters and direction marks are escapes, and a password that was put in is masked."""
    front = Front()
    inputs = {"where": str(tmp_path / "made"), "password": "hunter2-x"}
    front.run(**inputs)
    text = front.ask("run:file", ["files", 1])["text"]
    assert text == "plain ***<img src=x onerror=alert(1)>\\u202e\\x1b[31m"


def test_a_file_that_is_gone_says_so(front: Front, tmp_path: Path) -> None:
    """With the remedy."""
    (tmp_path / "made" / "p.png").unlink()
    error = front.ask("run:file", ["picture"])["error"]
    assert "p.png: it is not there any more" in error
    assert error.endswith("Run the task again.")


def test_a_table_is_read_by_the_page(front: Front) -> None:
    """With the types of its columns, and what is null told from NaN and from text."""
    page = front.ask("run:table", ["frame"])
    assert [name for name, _ in page["columns"]] == ["name", "score"]
    assert page["columns"][1] == ("score", "double")
    assert page["rows"] == [[("Ada", "text"), ("1.5", "number")], [("null", "none"), ("null", "none")]]
    assert (page["total"], page["width"], page["more"]) == (2, 2, False)


def parquet(path: Path, rows: int, columns: int = 2) -> Stored:
    """Write a table of numbers, in groups of 100 rows."""
    data = {f"c{column}": range(rows) for column in range(columns)}
    import_module("pyarrow.parquet").write_table(
        import_module("pyarrow").table(data), path, row_group_size=100
    )  # fmt: skip
    return Stored(str(path))


@pytest.mark.parametrize("start", [0, 99, 100, 450, 980, 2000])
def test_any_page_of_a_parquet_file_is_found(tmp_path: Path, start: int) -> None:
    """Across its groups of rows, and after its end."""
    page = read_page(parquet(tmp_path / "t", 1000), "parquet", start)
    assert [int(row[0][0]) for row in page.rows] == list(range(start, min(start + ROWS, 1000)))
    assert page.total == 1000


def test_a_page_goes_over_the_files_of_a_folder(tmp_path: Path) -> None:
    """They are one table."""
    parquet(tmp_path / "00000", 60)
    parquet(tmp_path / "00001", 60)
    (tmp_path / "_SUCCESS").write_text("")
    page = read_page(Stored(str(tmp_path)), "parquet", 40)
    assert [int(row[0][0]) for row in page.rows] == [*range(40, 60), *range(30)]
    assert page.total == 120


def test_a_dataset_of_csv_is_a_file_of_its_folder(tmp_path: Path) -> None:
    """As flytekit names it."""
    (tmp_path / ".csv").write_text("n\n1\n")
    (tmp_path / ".hidden").write_text("no")
    assert read_page(Stored(str(tmp_path)), "csv").rows == [[("1", "number")]]


def test_a_wide_table_has_pages_of_columns(tmp_path: Path) -> None:
    """Of many columns, some are read."""
    page = read_page(parquet(tmp_path / "t", 3, 45), "parquet", 0, COLUMNS)
    assert (page.columns[0][0], len(page.columns), page.width) == ("c20", COLUMNS, 45)


def test_polars_reads_parquet_where_pyarrow_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And without either, the words say what to install."""
    pytest.importorskip("polars")
    place = parquet(tmp_path / "t", 120)
    there = {"polars"}
    monkeypatch.setattr(tables, "find_spec", lambda name: name in there or None)
    page = read_page(place, "parquet", 100)
    assert ([int(row[0][0]) for row in page.rows], page.total) == ([*range(100, 120)], 120)
    there.clear()
    with pytest.raises(FileError, match="neither pyarrow nor polars is installed here"):
        read_page(place, "parquet")


def test_csv_is_read_no_further_than_its_page_and_its_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long file has at least so many rows."""
    monkeypatch.setattr(tables, "_COUNTED", 100)
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["n", "text"], *([n, f'a, "b"\nc{n}'] for n in range(1000))])
    page = read_page(Stored(str(path)), "csv", 50)
    assert (page.total, page.more) == (100, True)
    assert page.rows[0] == [("50", "number"), ('a, "b"\\nc50', "text")]


def test_cells_are_inert_and_bounded(tmp_path: Path) -> None:
    """Whatever a table holds."""
    path = tmp_path / "t"
    frame = pandas.DataFrame({HOSTILE: ["y" * 10_000], "b": [b"\0\1"], "l": [[1, None]], "d": [{"k": HOSTILE}]})
    frame.to_parquet(path)
    page = read_page(Stored(str(path)), "parquet")
    assert page.columns[0][0] == "<img src=x onerror=alert(1)>\\u202e\\x1b[31m"
    [[long, raw, items, struct_]] = page.rows
    assert len(long[0]) == 160
    assert raw[1] == "bytes"
    assert items == ("[1, null]", "nested")
    assert struct_[0].startswith("{k: <img src=x onerror=alert(1)>\\u202e")


def test_what_is_no_table_says_so(tmp_path: Path) -> None:
    """In one line, with the path."""
    path = tmp_path / "t"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(FileError, match="t: it cannot be read as parquet"):
        read_page(Stored(str(path)), "parquet")


@pytest.mark.parametrize(
    ("head", "extension", "declared", "kind", "mime"),
    [
        (b"\xff\xd8\xff\xe0", "", "", "image", "image/jpeg"),
        (b"GIF89a..", "", "", "image", "image/gif"),
        (b"RIFF....WEBPVP8 ", "", "", "image", "image/webp"),
        (b"<?xml version='1.0'?><svg/>", "", "", "image", "image/svg+xml"),
        (b"\xef\xbb\xbf <svg onload='x'>", "txt", "", "image", "image/svg+xml"),
        (b"PAR1...", "", "", "table", "application/octet-stream"),
        (b"a,b\n", "", "csv", "table", "text/plain"),
        (b"# hi", "md", "", "markdown", "text/plain"),
        (b"<html>", "html", "", "page", "text/plain"),
        (b"plain", "", "", "text", "text/plain"),
        (b"\x00\x01", "csv", "", "binary", "application/octet-stream"),
        ("é".encode()[:1], "", "", "binary", "application/octet-stream"),
        (b"x" * (HEAD - 1) + "é".encode()[:1], "", "", "text", "text/plain"),
        (b"", "", "", "text", "text/plain"),
    ],
)
def test_a_file_is_known_by_its_bytes_before_its_name(
    head: bytes, extension: str, declared: str, kind: str, mime: str
) -> None:
    """A name may say anything."""
    assert (sniff(head, extension, declared).kind, sniff(head, extension, declared).mime) == (kind, mime)


def test_a_file_that_is_far_away_does_not_keep_the_kernel(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read in a thread: the next question is answered meanwhile."""
    gate, entered = threading.Event(), threading.Event()

    def slow(*_: Any) -> bytes:
        entered.set()
        gate.wait(20)
        return b"late"

    monkeypatch.setattr(Stored, "part", slow)
    message = {"kind": "run:file", "view": "v", "request": 8, "number": 1, "at": ["picture"]}
    front.form._on_message(front.form, message, [])
    assert entered.wait(20)
    assert front.ask("run:literal", ["count"])["request"] == 7
    front.came.clear()
    gate.set()
    assert front.came.wait(20)
    assert (front.told[-1]["request"], front.told[-1]["text"]) == (8, "late")


def test_readers_are_bounded(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that never answers holds some threads, not all there could be."""
    gate = threading.Event()
    monkeypatch.setattr(Stored, "size", lambda _: gate.wait(20) or 1)
    for request in range(10, 18):
        message = {"kind": "run:file", "view": "v", "request": request, "number": 1, "at": ["picture"]}
        front.form._on_message(front.form, message, [])
    answer = front.ask("run:file", ["picture"])
    gate.set()
    assert answer["error"] == "Other files are still being read. Try again when they are there."
    until = time.monotonic() + 20
    while opening._readers._value < 8 and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.01)


def test_what_is_told_of_a_run_is_bounded() -> None:
    """Large outputs come as their beginnings."""
    from shimnb import define  # noqa: PLC0415  # this test alone

    text = "def execute(tt) -> tuple[list[int], str, dict]:\n    return [0] * 200_000, 'x\\n' * 500_000, {str(n): n for n in range(50_000)}\n"
    run = FormWidget(define(text, "large")).run()
    run.result(60)
    made = told(outputs_of(run))
    assert [each["shape"] for each in made] == ["tree", "text", "tree"]
    assert len(repr(made)) < 100_000
    assert (made[0]["count"], made[1]["total"]) == (200_000, 1_000_000)


class Named(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, where: str) -> dict[str, FlyteFile]:  # type: ignore[type-arg]
        Path(where).write_text("inside")
        return {key: FlyteFile(where) for key in HOSTILE_STRINGS}


def test_hostile_keys_are_inert_and_can_be_opened(tmp_path: Path) -> None:
    """What is shown is an escape; what is asked for is the key itself."""
    task = Task("t", None, "img:1", Named, interface=executor_interface(Named))
    front = Front(task)
    run = front.run(where=str(tmp_path / "f"))
    [output] = outputs_of(run)
    assert output.shape == "items"
    for item in output.items():
        [made] = told([item])
        assert made["name"].isprintable()
        assert len(made["name"]) < 200
    for at in [list(item.at) for item in output.items()][:10]:
        assert front.ask("run:file", at)["text"] == "inside"


def test_dropped_outputs_are_told_as_gone(front: Front) -> None:
    """The history drops them to make room; the trees that were shown of them hold none back."""
    front.form.runs[0].outputs = None
    assert front.ask("run:literal", ["count"])["error"] == "This output is not there any more."
    assert front.ask("run:file", ["picture"])["error"].startswith("This output is not there any more")


def test_a_dataset_of_another_format_says_where_it_is(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin's own format has no preview."""
    output = output_at(front.form.runs[0], ["frame"])
    assert output is not None
    output.literal.scalar.structured_dataset.metadata.structured_dataset_type.format = "excel"
    error = front.ask("run:table", ["frame"])["error"]
    assert "there is no preview of the format 'excel'; it is at /" in error


def test_one_run_can_be_forgotten(front: Front) -> None:
    """The others stay."""
    front.ask("run:forget")
    assert front.form.runs == []


def test_two_runs_are_compared_as_a_tree(front: Front, tmp_path: Path) -> None:
    """What changed stands open, with what it was; a secret is in neither."""
    inputs = {"where": str(tmp_path / "again"), "password": "pw"}
    front.run(**inputs)
    answer = front.ask("run:compare", other=2)
    assert (answer["first"], answer["second"], answer["text"]) == (1, 2, "The same: template.")
    below = answer["rows"][0]
    assert (below["key"], below["change"]) == ("inputs", "below")
    where = next(row for row in below["children"] if row["key"] == "where")
    assert (where["change"], where["value"]) == ("changed", f'"{tmp_path / "again"}"')
    assert where["before"] == f'"{tmp_path / "made"}"'
    question = {"type": "rows", "ranges": [{"at": [0], "start": 0, "stop": 9}]}
    [made] = front.ask("run:tree", other=2, question=question)["reply"]["ranges"]
    assert [row["key"] for row in made["rows"]] == [row["key"] for row in below["children"]]
    assert '"pw"' not in repr(answer) + repr(made)


def test_what_lies_at_a_uri_is_read_there() -> None:
    """A file in parts, a folder by its files, a table by its pages; nothing is fetched whole."""
    files = pytest.importorskip("fsspec").filesystem("memory")
    files.pipe({"/results/a.txt": b"0123456789", "/results/deep/b.csv": b"n\n1\n"})
    place = Stored("memory://results")
    assert place.is_folder()
    listed, more = place.listed(10)
    assert ([(each.name, each.size) for each in listed], more) == ([("a.txt", 10), ("deep/b.csv", 4)], False)
    assert place.listed(1)[1] is True
    assert (place.inner("a.txt").size(), place.inner("a.txt").part(2, 3)) == (10, b"234")
    assert read_page(place.inner("deep/b.csv"), "csv").rows == [[("1", "number")]]
    with pytest.raises(FileError, match=r"absent\.txt: it is not there any more"):
        place.inner("absent.txt").size()
