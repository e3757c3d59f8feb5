"""Results in a browser: each output as what it is, its literal beside it, what fails, and what a person does by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.hostile import MARK

TASK = """%%shimtask report --image ghcr.io/acme/report:1
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from shimnb import FlyteDirectory, FlyteFile, ShimTaskExecutor

HTML = "<img src=x onerror='window.MARK = 1'><b>bold</b>"


@dataclass
class Point:
    x: int
    tags: list[str]


class Out(NamedTuple):
    names: list[str]
    frame: pd.DataFrame
    picture: FlyteFile
    drawing: FlyteFile
    extra: dict
    point: Point
    notes: str
    count: int
    folder: FlyteDirectory
    log: FlyteFile


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\\0" + b"\\x20\\x80\\xc0" * width) * height
    return b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, n: int = 3) -> Out:
        if n < 0:
            raise ValueError(f"n is {n}")
        folder = Path("made")
        (folder / "deep").mkdir(parents=True, exist_ok=True)
        (folder / "a.txt").write_text(HTML)
        (folder / "page.html").write_text(HTML + "<script>parent.MARK = top.MARK = 1</script>")
        (folder / "deep" / "p.png").write_bytes(png(64, 32))
        Path("d.svg").write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="parent.MARK = 1">'
            "<script>parent.MARK = top.MARK = 1</script><rect width='40' height='30' fill='teal'/></svg>"
        )
        Path("log.txt").write_text("\\n".join(f"INFO step {i}" for i in range(10_000)))
        frame = pd.DataFrame({HTML: [HTML] * 120, "n": range(120)})
        notes = f"# Report\\n\\nAll **well**, {HTML}\\n\\n- [site](https://example.org)\\n- [bad](javascript:window.MARK=1)\\n"
        return Out(
            ["Ada", "Grace"], frame, FlyteFile("made/deep/p.png"), FlyteFile("d.svg"), {"a": {"b": [1, HTML]}},
            Point(n, ["t"]), notes, n, FlyteDirectory("made"), FlyteFile("log.txt"),
        )
""".replace("MARK", MARK)
MARKUP = f"<img src=x onerror='window.{MARK} = 1'><b>bold</b>"


@pytest.fixture
def notebook(open_cells):
    """A notebook with a task of many outputs."""
    opened = open_cells("%load_ext shimnb", TASK)
    opened.run(0, 1)
    return opened


@pytest.fixture
def form(notebook):
    """Its form, after a run."""
    panel = notebook.cell(1).get_by_role("region", name="Task report")
    panel.get_by_role("tab", name="Run").click()
    form = panel.get_by_role("tabpanel", name="Run")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(outputs(form)).to_be_visible()
    return form


def outputs(form, number=1):
    """Find the outputs of a run."""
    return form.get_by_role("group", name=f"Outputs of run {number}", exact=True)


def output(form, name, number=1):
    """Find an output."""
    return outputs(form, number).get_by_role("group", name=name, exact=True).first


def test_each_output_is_shown_as_what_it_is(form, page):
    """A tree, a table, pictures, a line, rendered text, the files of a folder, the beginning of a log; no script runs."""
    expect(output(form, "names").get_by_role("tree")).to_contain_text("Ada")
    expect(output(form, "count")).to_contain_text("3 int")
    table = output(form, "frame").get_by_role("table")
    expect(table.get_by_role("columnheader", name="n int64")).to_be_visible()
    expect(table.get_by_role("row").nth(1)).to_contain_text(MARKUP)
    expect(output(form, "frame")).to_contain_text("120 rows, 2 columns; shown: rows 1 to 50")
    for name, size in (("picture", [64, 32]), ("drawing", [40, 30])):
        image = output(form, name).get_by_role("img")
        expect(image).to_be_visible()
        assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == size
    notes = output(form, "notes")
    expect(notes.get_by_role("heading", name="Report")).to_be_visible()
    expect(notes).to_contain_text(f"All well, {MARKUP}")
    expect(notes.get_by_role("link")).to_have_count(1)
    expect(notes.get_by_role("link", name="site")).to_have_attribute("rel", "noopener noreferrer")
    expect(output(form, "folder").get_by_role("listitem")).to_have_count(3)
    expect(output(form, "log").get_by_role("region", name="Text of log.txt")).to_contain_text("INFO step 0")
    expect(output(form, "log")).to_contain_text("The beginning of")
    assert page.evaluate(f"() => window.{MARK}") is None


def test_a_literal_is_one_press_away(form, page):
    """By keyboard: as a tree, and as text; pressed again, it is gone."""
    button = form.get_by_role("button", name="Literal of count", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(form.get_by_role("tree", name="Literal of count")).to_contain_text("3")
    expect(form.get_by_role("region", name="Literal of count as text")).to_have_text(re.compile(r"integer: 3"))
    page.keyboard.press("Enter")
    expect(form.get_by_role("tree", name="Literal of count")).to_be_hidden()


def test_a_table_is_turned_by_the_page(form):
    """Forward, and no further than its end."""
    frame = output(form, "frame")
    frame.get_by_role("button", name="Next rows").click()
    expect(frame).to_contain_text("rows 51 to 100")
    frame.get_by_role("button", name="Next rows").click()
    expect(frame.get_by_role("row").last).to_contain_text("119")
    expect(frame.get_by_role("button", name="Next rows")).to_have_attribute("aria-disabled", "true")


def test_files_are_saved_and_looked_into(form, page):
    """A download has the file's bytes and name; a page of a stranger runs no script."""
    with page.expect_download() as saved:
        output(form, "log").get_by_role("button", name="Download log.txt").click()
    assert saved.value.suggested_filename == "log.txt"
    text = saved.value.path().read_text()
    assert (text.count("\n"), text.endswith("INFO step 9999")) == (9_999, True)
    folder = output(form, "folder")
    folder.get_by_role("button", name="a.txt").click()
    expect(folder.get_by_role("region", name="Text of a.txt")).to_have_text(MARKUP)
    folder.get_by_role("button", name="deep/p.png").click()
    expect(folder.get_by_role("img", name="p.png")).to_be_visible()
    folder.get_by_role("button", name="page.html").click()
    expect(folder.locator("iframe")).to_have_attribute("sandbox", "")
    page.wait_for_timeout(300)
    assert page.evaluate(f"() => window.{MARK}") is None


def test_markdown_can_be_read_as_it_is_written(form):
    """And back; the choice stays when the view is made again."""
    notes = output(form, "notes")
    notes.get_by_role("button", name="Text notes").click()
    expect(notes.get_by_role("region", name="Text of notes")).to_contain_text("# Report")
    expect(notes.get_by_role("heading")).to_have_count(0)
    notes.get_by_role("button", name="Rendered notes").click()
    expect(notes.get_by_role("heading", name="Report")).to_be_visible()


def test_what_was_opened_is_there_when_the_view_is_made_again(form, notebook, page):
    """JupyterLab makes an output again when it scrolls."""
    output(form, "notes").get_by_role("button", name="Text notes").click()
    form.get_by_role("button", name="Literal of count", exact=True).click()
    expect(form.get_by_role("tree", name="Literal of count")).to_be_visible()
    page.evaluate(
        """() => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const outputs = notebook.widgets[1].model.outputs;
            const held = outputs.toJSON();
            outputs.clear();
            outputs.fromJSON(held);
        }"""
    )
    expect(form.get_by_role("region", name="Text of notes")).to_be_visible()
    expect(form.get_by_role("tree", name="Literal of count")).to_be_visible()


def test_the_actions_of_a_run_are_a_menu(form, page):
    """By keyboard: open, go down, choose; each says which run it is about."""
    button = form.get_by_role("button", name="More for run #1")
    button.focus()
    page.keyboard.press("Enter")
    menu = form.get_by_role("menu", name="More for run #1")
    assert menu.get_by_role("menuitem").all_inner_texts() == [
        "Copy call #1", "Copy command #1", "Copy test #1", "Show inputs #1", "Clear #1"
    ]  # fmt: skip
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(form.get_by_role("group", name="Inputs of run 1").get_by_role("tree")).to_contain_text("n")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(outputs(form)).to_have_count(0)


def test_a_failure_shows_the_line_and_keeps_its_tracebacks_closed(form):
    """Type, message, the way to the line; the traceback is a press away."""
    form.get_by_label("n", exact=True).fill("-1")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_text("ValueError: n is -1", exact=True)).to_be_visible()
    line = TASK.splitlines().index('            raise ValueError(f"n is {n}")') + 1
    expect(form.get_by_role("button", name=f"line {line} of the cell")).to_be_visible()
    trace = form.get_by_text("Traceback (most recent call last)")
    expect(trace.first).to_be_hidden()
    form.get_by_text("Traceback", exact=True).click()
    expect(trace.first).to_be_visible()
