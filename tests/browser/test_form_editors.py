"""The form's editors as a person uses them: every kind of type, by its label, with the mouse and with the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .lab import DARK, LIGHT
from .test_accessibility import violations

EVERY = """%%shimtask every --image ghcr.io/acme/every:1 --no-panel
import dataclasses
import datetime as dt
import enum
import typing

from shimnb import FlyteDirectory, FlyteFile, ShimTaskExecutor


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.5


@dataclasses.dataclass
class Circle:
    x: int
    radius: float = 1.0


class Executor(ShimTaskExecutor):
    def execute_from_model(
        self,
        tt,
        *,
        limit: int = 9223372036854775807,
        ratio: float = 0.5,
        name: str = " a ",
        sure: bool | None = None,
        color: Color = Color.RED,
        wait: dt.timedelta = dt.timedelta(minutes=90),
        tags: list[str] = [],
        ages: dict[str, int] = {},
        shape: Point | Circle = Circle(1),
        points: list[Point] = [],
        token: str = "",
        free: dict = {},
        file: FlyteFile | None = None,
        folder: FlyteDirectory | None = None,
    ) -> list[str]:
        shown = [limit, ratio, name, sure, color, wait, tags, ages, shape, points, len(token), free]
        if file is not None:
            with open(file, "rb") as data:
                shown.append(len(data.read()))
        if folder is not None:
            import os

            shown += sorted(os.listdir(folder))
        return [repr(each) for each in shown]
"""


@pytest.fixture
def notebook(open_cells):
    """A notebook with a task of every kind of input, and its form."""
    opened = open_cells(
        "%load_ext shimnb", EVERY, "import shimnb\nmine, ours = ['7', '8'], 5\nform = shimnb.form(every)\nform", "0"
    )
    opened.run(0, 1, 2)
    return opened


@pytest.fixture
def form(notebook):
    """The form."""
    return notebook.cell(2).get_by_role("form", name="Inputs of every")


def button(form, name):
    """Find a button by all that is said of it."""
    return form.get_by_role("button", name=name, exact=True)


def way(form, name, choice):
    """Choose a way of giving a value."""
    button(form, f"Ways to give {name}").click()
    form.get_by_role("menuitemradio", name=choice, exact=True).click()


def asked(page, expression):
    """Ask the kernel for the repr of an expression."""
    return page.evaluate(
        """async expression => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute({ code: "", user_expressions: { it: expression }, store_history: false });
            const { it } = (await future.done).content.user_expressions;
            return it.status === "ok" ? it.data["text/plain"] : `${it.ename}: ${it.evalue}`;
        }""",
        expression,
    )


def expect_value(page, name, wanted):
    """Wait until Python has a value, by its repr."""
    for _ in range(40):
        found = asked(page, f"form.value.get({name!r}, form.errors)")
        if found == wanted:
            return
        page.wait_for_timeout(100)
    assert found == wanted


def test_a_text_is_kept_exactly(form, page):
    """An int of 64 bits, spaces, ends of lines, an empty text, microseconds."""
    form.get_by_label("limit").fill("-9223372036854775807")
    expect_value(page, "limit", "-9223372036854775807")
    form.get_by_label("limit").fill("9223372036854775808")
    expect(form.get_by_role("alert").filter(has_text="does not fit in 64 bits")).to_be_visible()
    expect(form.get_by_label("limit")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("limit").fill("9007199254740993")
    expect_value(page, "limit", "9007199254740993")
    expect(form.get_by_label("name")).to_have_value(" a ")
    form.get_by_label("name").fill("  b\n c ")
    expect_value(page, "name", "'  b\\n c '")
    form.get_by_label("name").fill("")
    expect_value(page, "name", "''")
    button(form, "reset name").click()
    expect_value(page, "name", "' a '")
    form.get_by_label("wait").fill("PT0.000001S")
    expect_value(page, "wait", "datetime.timedelta(microseconds=1)")
    form.get_by_label("ratio").fill("1.2.3")
    expect(form.get_by_role("alert").filter(has_text="expected float, got '1.2.3'")).to_be_visible()
    form.get_by_label("ratio").fill("-inf")
    expect_value(page, "ratio", "-inf")


def test_a_choice_tells_unset_from_false(form, page):
    """A boolean has both, and None; an enumeration has its members."""
    form.get_by_label("sure").select_option("False")
    expect_value(page, "sure", "False")
    form.get_by_label("sure").select_option("None")
    expect_value(page, "sure", "None")
    form.get_by_label("color").select_option("blue")
    expect_value(page, "color", "<Color.BLUE: 'blue'>")


def test_a_list_grows_moves_and_shrinks(form, page):
    """By its buttons, by Alt and the arrows, and each item says which one it is."""
    for text in ("one", "two, with a comma", " three"):
        button(form, "Add item to tags").click()
        page.keyboard.insert_text(text)
    expect_value(page, "tags", "['one', 'two, with a comma', ' three']")
    form.get_by_label("tags 3 of 3").press("Alt+ArrowUp")
    expect(form.get_by_label("tags 2 of 3")).to_be_focused()
    expect_value(page, "tags", "['one', ' three', 'two, with a comma']")
    button(form, "Move down tags 1 of 3").click()
    expect_value(page, "tags", "[' three', 'one', 'two, with a comma']")
    button(form, "Remove tags 3 of 3").click()
    expect_value(page, "tags", "[' three', 'one']")
    button(form, "Remove tags 2 of 2").click()
    button(form, "Remove tags 1 of 1").click()
    expect_value(page, "tags", "[]")
    expect(button(form, "Add item to tags")).to_be_focused()


def test_json_is_pasted(form, page):
    """Into a list of classes, which then are fields; a mistake is said, and what is there stays."""
    button(form, "Paste JSON into points").click()
    form.get_by_label("JSON for points").fill('[{"x": 1}, {"x": 2, "z": 0}]')
    button(form, "Append").click()
    expect(form.get_by_text("Point has no field 'z'")).to_be_visible()
    form.get_by_label("JSON for points").fill('[{"x": 1}, {"x": 2, "y": 0}]')
    button(form, "Append").click()
    second = form.get_by_role("group", name="points 2 of 2", exact=True)
    expect(second.get_by_label("y", exact=True)).to_have_value("0")
    second.get_by_label("x", exact=True).fill("7")
    expect_value(page, "points", "[Point(x=1, y=0.5), Point(x=7, y=0.0)]")


def test_a_map_has_keys(form, page):
    """A key that is there twice is said beside it; an empty map is a value."""
    expect_value(page, "ages", "{}")
    button(form, "Add entry to ages").click()
    page.keyboard.insert_text("ann")
    form.get_by_label("ages ann").fill("30")
    expect_value(page, "ages", "{'ann': 30}")
    button(form, "Add entry to ages").click()
    page.keyboard.insert_text("ann")
    expect(form.get_by_role("alert").filter(has_text="the key 'ann' is there twice")).to_be_visible()
    expect(form.get_by_label("Key 2 of 2 of ages")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Key 2 of 2 of ages").fill("bob")
    form.get_by_label("ages bob").fill("40")
    expect_value(page, "ages", "{'ann': 30, 'bob': 40}")


def test_each_variant_of_a_union_keeps_its_own(form, page):
    """Two classes with a field of one name do not share it."""
    picker = form.get_by_role("combobox", name="shape")
    circle = form.get_by_role("group", name="shape as Circle", exact=True)
    circle.get_by_label("x", exact=True).fill("5")
    picker.select_option("Point")
    point = form.get_by_role("group", name="shape as Point", exact=True)
    expect(point.get_by_label("x", exact=True)).to_have_value("")
    point.get_by_label("x", exact=True).fill("6")
    expect_value(page, "shape", "Point(x=6, y=0.5)")
    picker.select_option("Circle")
    expect(circle.get_by_label("x", exact=True)).to_have_value("5")
    expect_value(page, "shape", "Circle(x=5, radius=1.0)")


def test_every_place_takes_json_or_a_variable(form, page):
    """Nested ones too; nothing is lost on the way there and back."""
    way(form, "shape", "JSON")
    expect(form.get_by_label("shape", exact=True).last).to_have_value('{"x": 1, "radius": 1.0}')
    button(form, "back to fields of shape").click()
    expect(form.get_by_role("combobox", name="shape")).to_be_visible()
    way(form, "tags", "Notebook variable")
    expect(form.get_by_role("combobox", name="tags", exact=True)).to_be_focused()
    page.keyboard.insert_text("mine")
    expect_value(page, "tags", "['7', '8']")
    button(form, "Add item to points").click()
    way(form, "y", "Notebook variable")
    page.keyboard.insert_text("ours")
    form.get_by_role("group", name="points 1 of 1", exact=True).get_by_label("x", exact=True).fill("1")
    expect_value(page, "points", "[Point(x=1, y=5)]")
    way(form, "limit", "Notebook variable")
    page.keyboard.insert_text("nobody")
    expect(form.get_by_role("alert").filter(has_text="the notebook has no variable 'nobody'")).to_be_visible()


def test_a_file_and_a_folder_are_uploaded(form, page, tmp_path):
    """In chunks; Python has them under a clean name."""
    big = tmp_path / "big name.bin"
    big.write_bytes(b"x" * 1_500_000)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("a")
    (tmp_path / "in" / "deep" / "b.txt").write_text("b")
    with page.expect_file_chooser() as chosen:
        button(form, "Upload a file as file").click()
    chosen.value.set_files(big)
    expect(form.get_by_label("file", exact=True)).to_have_text("big name.bin (1.4 MB)")
    with page.expect_file_chooser() as chosen:
        button(form, "Upload a folder as folder").click()
    chosen.value.set_files(tmp_path / "in")
    expect(form.get_by_label("folder", exact=True)).to_have_text("in (2 files, 2 B)")
    path = asked(page, "form.value['file']").strip("'")
    assert path.endswith("/big name.bin")
    assert asked(page, "form.run().result(30)[-3:]") == "['1500000', \"'a.txt'\", \"'deep'\"]"
    asked(page, "form.close()")
    assert asked(page, f"__import__('os').path.exists({path!r})") == "False"


def test_run_moves_to_the_first_mistake(form, notebook, page):
    """Though the group that it is in is closed."""
    button(form, "Add item to points").click()
    form.get_by_role("group", name="points", exact=True).get_by_role("button", name="points", exact=True).click()
    form.get_by_label("limit").press("Control+Enter")
    inner = form.get_by_role("group", name="points 1 of 1", exact=True).get_by_label("x", exact=True)
    expect(inner).to_be_focused()
    expect(inner).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("alert").filter(has_text="a value is needed. Give an int.")).to_be_visible()
    expect(notebook.cell(2).get_by_text("No run: 1 field needs another value: points.")).to_be_attached()
    inner.fill("4")
    inner.press("Control+Enter")
    expect(notebook.cell(2).get_by_text(re.compile("^Run 1 done")).first).to_be_attached()


def test_the_literals_are_one_click_away(form):
    """As a tree, that follows what is typed; a secret is not in it."""
    form.get_by_label("token").fill("hunter2")
    form.get_by_label("limit").fill("3")
    form.get_by_text("Literal", exact=True).click()
    tree = form.get_by_role("tree", name="Literals of every")
    expect(tree.get_by_role("treeitem", name=re.compile("^limit"))).to_contain_text("3")
    expect(tree).not_to_contain_text("hunter2")
    form.get_by_label("limit").fill("x")
    expect(form.get_by_text("limit has no literal: expected int, got 'x'")).to_be_visible()


def test_a_secret_is_a_password_until_it_is_shown(form):
    """And it can be looked at."""
    token = form.get_by_label("token")
    expect(token).to_have_attribute("type", "password")
    token.fill("hunter2")
    button(form, "Show token").click()
    expect(form.get_by_role("textbox", name="token")).to_have_value("hunter2")
    button(form, "Hide token").click()
    expect(token).to_have_attribute("type", "password")


def test_no_key_is_the_notebooks_until_escape(form, notebook, page):
    """Letters on a button, arrows in a menu, Shift+Enter in a text; Escape goes to the cell, where they count again."""
    count = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    before = page.evaluate(count)
    button(form, "Add item to tags").focus()
    for key in ("b", "a", "d", "d", "ArrowUp", "j", "Shift+Enter"):
        page.keyboard.press(key)
    form.get_by_label("name").focus()
    for key in ("Shift+Enter", "Alt+Enter", "ArrowUp"):
        page.keyboard.press(key)
    assert (page.evaluate(count), notebook.active()) == (before, 2)
    form.get_by_label("limit").focus()
    page.keyboard.press("Escape")
    expect(form.get_by_label("limit")).not_to_be_focused()
    page.keyboard.press("b")
    assert page.evaluate(count) == before + 1


def test_a_long_list_shows_a_page_at_a_time(notebook, form, page):
    """1,000 items are as quick as 50."""
    notebook.set_source(3, "form.set(tags=[str(i) for i in range(1000)])")
    notebook.run(3)
    expect(form.get_by_text("1 to 50 of 1,000")).to_be_visible()
    expect(form.get_by_label("tags 50 of 1000")).to_have_value("49")
    expect(form.get_by_label(re.compile("^tags .* of 1000$"))).to_have_count(50)
    button(form, "Next items of tags").click()
    form.get_by_label("tags 51 of 1000").fill("x")
    for _ in range(40):
        if asked(page, "form.value['tags'][50]") == "'x'":
            break
        page.wait_for_timeout(100)
    assert asked(page, "form.value['tags'][49:52]") == "['49', 'x', '51']"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_editor_is_accessible(open_cells, page, theme):
    """With items, entries, errors, JSON, a variable's name, a menu that is open and the literals."""
    opened = open_cells("%load_ext shimnb", EVERY, "import shimnb\nform = shimnb.form(every)\nform", theme=theme)
    opened.run(0, 1, 2)
    form = opened.cell(2).get_by_role("form", name="Inputs of every")
    button(form, "Add item to tags").click()
    button(form, "Add entry to ages").click()
    button(form, "Add item to points").click()
    button(form, "Paste JSON into points").click()
    form.get_by_label("limit").fill("x")
    way(form, "shape", "JSON")
    way(form, "wait", "Notebook variable")
    button(form, "Run").click()
    form.get_by_text("Literal", exact=True).click()
    expect(form.get_by_text("limit has no literal")).to_be_visible()
    button(form, "Ways to give name").click()
    expect(form.get_by_role("menu", name="Ways to give name")).to_be_visible()
    assert violations(page, opened.cell(2).get_by_role("form")) == []


HOSTILE = """%%shimtask hostile --image ghcr.io/acme/hostile:1 --no-panel
import dataclasses
import enum
import typing

from shimnb import ShimTaskExecutor

BAD = "<img src=x onerror='window.harmed = true'>\\u202e\\x07"


class Bad(enum.Enum):
    IT = BAD


@dataclasses.dataclass
class Group:
    x: str = dataclasses.field(default=BAD, metadata={"help": BAD})


class Executor(ShimTaskExecutor):
    def execute_from_model(
        self, tt, *, text: str = BAD, choice: Bad = Bad.IT, kind: typing.Literal[BAD, "b"] = BAD,
        group: Group = Group(), ages: dict[str, str] = {BAD: BAD}, tags: list[str] = [BAD], free: dict = {BAD: BAD},
    ) -> None:
        pass
"""


def test_hostile_defaults_are_inert(open_cells, page):
    """Descriptions, choices, keys, items: text, and nothing else."""
    opened = open_cells("%load_ext shimnb", HOSTILE, "import shimnb\nform = shimnb.form(hostile)\nform")
    opened.run(0, 1, 2)
    form = opened.cell(2).get_by_role("form", name="Inputs of hostile")
    expect(form.get_by_label("text")).to_have_value(re.compile("^<img"))
    expect(form.get_by_label("tags 1 of 1")).to_have_value(re.compile("^<img"))
    form.get_by_text("Literal", exact=True).click()
    expect(form.get_by_role("tree")).to_be_visible()
    expect(form.get_by_role("img")).to_have_count(0)
    assert page.evaluate("() => window.harmed") is None


def test_a_saved_notebook_holds_no_secret(notebook, form, page, lab):
    """Typed, run with, and saved by the front end; test_saved.py does so with the state of the widgets."""
    form.get_by_label("token").fill("hunter2")
    form.get_by_label("name").fill("typed-by-me")
    expect_value(page, "name", "'typed-by-me'")
    button(form, "Run").click()
    expect(notebook.cell(2).get_by_text(re.compile("^Run 1 done")).first).to_be_attached()
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    saved = (lab.root / "test_a_saved_notebook_holds_no_secret.ipynb").read_text(encoding="utf-8")
    assert "widget-view+json" in saved
    assert [word for word in ("hunter2", "typed-by-me") if word in saved] == []


def test_what_was_typed_stays_without_a_kernel(notebook, form, page):
    """After a restart the form says that it is dead; the text stays, to be copied."""
    form.get_by_label("name").fill("kept")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    notebook.wait_idle()
    form.get_by_label("name").fill("kept too")
    form.get_by_label("name").press("Control+Enter")
    expect(form.get_by_text("The kernel that made this is gone. Run the cell again.").first).to_be_visible()
    expect(form.get_by_label("name")).to_have_value("kept too")
