"""The tree, the form and the panel in each front end: JupyterLab, Notebook 7 and marimo.

marimo has no magics, so that the tasks are made by `shimnb.define`; the cells
are the same everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import expect

from . import lab as harness
from . import reactive

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

EXECUTOR = """def execute(tt, *, name: str = "you", times: int = 1) -> str:
    print("greeting", name)
    return f"{tt.custom['greeting']} {name}" * times
"""
LARGE = 20_000
IMPORT = "import shimnb"
DEFINE = f'greet = shimnb.define({EXECUTOR!r}, "greet", image="ghcr.io/acme/greet:1", set={{"greeting": "hello", "limit": 3}})'
TREE, FORM, PANEL = (f"shimnb.{name}(greet)" for name in ("tree", "form", "panel"))
NUMBERS = f'shimnb.tree({{"numbers": list(range({LARGE})), "other": {{"a": 1}}}})'


@dataclass(frozen=True)
class Shown:
    """A notebook whose cells have run, in one of the front ends."""

    page: Page
    output: Callable[[int], Locator]
    reopen: Callable[[], Any]


@pytest.fixture(params=["lab", "notebook7", "marimo"])
def front(request: pytest.FixtureRequest) -> Any:
    """Each front end that shimnb is for."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["lab", "notebook7"])
def jupyter(request: pytest.FixtureRequest) -> Any:
    """The front ends in which the page outlives its kernel; marimo loads the page again when its kernel restarts."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def show(front: Any, quiet_page: Page, request: pytest.FixtureRequest) -> Callable[..., Shown]:
    """Open a notebook of the given cells, and run them."""
    page, name = quiet_page, request.node.originalname

    def show_(*cells: str) -> Shown:
        if isinstance(front, reactive.Marimo):
            front.open(page, reactive.write_marimo(front.root / f"{name}.py", cells).name)
            return Shown(page, lambda index: reactive.output(page, index), page.reload)
        path = harness.write_notebook(front.root / f"{name}.ipynb", cells)
        notebook = front.open(page, path.name)
        notebook.run(*range(len(cells)))

        def reopen() -> None:
            notebook.save()
            front.open(page, path.name)

        return Shown(page, notebook.cell, reopen)

    return show_


def row(where: Locator, key: str) -> Locator:
    """Find the row of a key."""
    return where.get_by_role("treeitem", name=re.compile(rf"^{key}\b"))


def test_the_tree_opens_by_keyboard(show):
    """The arrows walk, open and close rows, and letters look for a key."""
    shown = show(IMPORT, DEFINE, TREE)
    tree, keyboard = shown.output(2).get_by_role("tree", name="Template of greet"), shown.page.keyboard
    row(tree, "custom").focus()
    expect(row(tree, "limit")).to_contain_text("3.0")
    keyboard.press("ArrowLeft")
    expect(row(tree, "limit")).to_have_count(0)
    keyboard.press("m")
    expect(row(tree, "metadata")).to_be_focused()
    keyboard.press("ArrowUp")
    expect(row(tree, "container")).to_be_focused()
    keyboard.press("ArrowRight")
    expect(row(tree, "container")).to_have_attribute("aria-expanded", "true")
    keyboard.press("ArrowRight")
    expect(row(tree, "image")).to_be_focused()
    expect(row(tree, "image")).to_contain_text("ghcr.io/acme/greet:1")


def test_rows_are_fetched_on_demand(show):
    """A list of 20,000 items is opened, and its last row is there when somebody goes there."""
    shown = show(IMPORT, NUMBERS)
    tree = shown.output(1).get_by_role("tree")
    row(tree, "numbers").focus()
    shown.page.keyboard.press("ArrowRight")
    expect(row(tree, "numbers")).to_have_attribute("aria-expanded", "true")
    expect(row(tree, "0")).to_be_visible()
    row(tree, "numbers").press("End")
    expect(row(tree, "other")).to_be_focused()
    shown.page.keyboard.press("ArrowUp")
    last = row(tree, str(LARGE - 1))
    expect(last).to_be_focused()
    expect(last).to_contain_text(f"{LARGE - 1}")
    assert tree.get_by_role("treeitem").count() <= 300


def test_the_form_runs(show):
    """Fill, run, read the result and what was printed."""
    shown = show(IMPORT, DEFINE, FORM)
    form = shown.output(2)
    form.get_by_label("name", exact=True).fill("Ada")
    form.get_by_label("times", exact=True).fill("2")
    form.get_by_label("times", exact=True).press("Control+Enter")
    expect(form.get_by_role("group", name="Outputs of run 1")).to_contain_text("hello Adahello Ada")
    expect(form.get_by_label("Output of run 1")).to_have_text("greeting Ada")


def test_the_form_refuses_beside_the_field(show):
    """Python's error comes back to the field."""
    form = show(IMPORT, DEFINE, FORM).output(2)
    form.get_by_label("times", exact=True).fill("soon")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_role("alert").filter(has_text="soon")).to_contain_text("expected int, got 'soon'")
    expect(form.get_by_label("times", exact=True)).to_be_focused()


def test_the_panel_holds_both(show):
    """Its tabs work, with the tree and the form in them."""
    panel = show(IMPORT, DEFINE, PANEL).output(2).get_by_role("region", name="Task greet")
    expect(row(panel.get_by_role("tree", name="Template of greet"), "limit")).to_be_visible(
        timeout=20_000
    )  # marimo loads a widget's module when it is first seen
    panel.get_by_role("tab", name="Template").press("ArrowRight")
    panel.get_by_label("name", exact=True).fill("Ada")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_role("group", name="Outputs of run 1")).to_contain_text("hello Ada")
    panel.get_by_role("tab", name="Source").click()
    expect(panel.get_by_role("region", name="Generated Python")).to_contain_text("class GreetTask(")


def test_a_reopened_notebook_goes_on(show):
    """The page is loaded again while the kernel lives: what stood open stands open, and rows are still fetched."""
    shown = show(IMPORT, NUMBERS)
    row(shown.output(1).get_by_role("tree"), "other").focus()
    shown.page.keyboard.press("ArrowRight")
    expect(row(shown.output(1).get_by_role("tree"), "a")).to_be_visible()
    shown.reopen()
    tree = shown.output(1).get_by_role("tree")
    expect(row(tree, "a")).to_be_visible()
    row(tree, "numbers").focus()
    shown.page.keyboard.press("ArrowRight")
    expect(row(tree, "7")).to_be_visible()


def test_a_restart_with_the_tree_on_the_page(jupyter, quiet_page):
    """What is there still opens; what only the lost kernel knows is said in words; running the cell brings it back."""
    notebook = jupyter.open(quiet_page, harness.write_notebook(jupyter.root / "restart.ipynb", [IMPORT, NUMBERS]).name)
    notebook.run(0, 1)
    expect(row(notebook.cell(1).get_by_role("tree"), "numbers")).to_be_visible()
    notebook.restart()
    tree = notebook.cell(1).get_by_role("tree")
    row(tree, "other").focus()
    quiet_page.keyboard.press("ArrowRight")
    expect(row(tree, "a")).to_be_visible()
    row(tree, "numbers").focus()
    quiet_page.keyboard.press("ArrowRight")
    quiet_page.keyboard.press("End")
    told = "The kernel that made this is gone. Run the cell again."
    expect(notebook.cell(1).get_by_text(told)).to_be_visible()
    notebook.run(0, 1)
    tree = notebook.cell(1).get_by_role("tree")
    expect(notebook.cell(1).get_by_text(told)).to_have_count(0)
    row(tree, "numbers").focus()
    quiet_page.keyboard.press("ArrowRight")
    expect(row(tree, "7")).to_be_visible()


def test_a_saved_notebook_shows_its_tree_without_its_kernel(jupyter, quiet_page):
    """Where the widget's state was saved too, the tree is there again, as it stood, and opens what it has."""
    path = harness.write_notebook(jupyter.root / "saved.ipynb", [IMPORT, NUMBERS])
    notebook = jupyter.open(quiet_page, path.name)
    notebook.run(0, 1)
    expect(row(notebook.cell(1).get_by_role("tree"), "numbers")).to_be_visible()
    notebook.save()
    quiet_page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook = jupyter.open(quiet_page, path.name)
    tree = notebook.cell(1).get_by_role("tree")
    row(tree, "other").focus()
    quiet_page.keyboard.press("ArrowRight")
    expect(row(tree, "a")).to_be_visible()


def test_an_untrusted_notebook_shows_html(jupyter, quiet_page):
    """Somebody else's notebook runs nothing: the tree is nested details, which open."""
    path = harness.write_notebook(jupyter.root / "foreign.ipynb", [IMPORT, NUMBERS])
    notebook = jupyter.open(quiet_page, path.name)
    notebook.run(0, 1)
    notebook.save()
    content = nbformat.read(path, as_version=4)
    content.cells.append(nbformat.v4.new_markdown_cell("Changed by somebody else."))
    (data,) = (output.data for output in content.cells[1].outputs)
    assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= set(data)
    nbformat.write(content, path.with_name("foreign2.ipynb"))
    cell = jupyter.open(quiet_page, "foreign2.ipynb").cell(1)
    expect(cell.get_by_role("tree")).to_have_count(0)
    summary, inside = (cell.get_by_text(re.compile(rf"^{key}\b")).first for key in ("other", "a"))
    expect(inside).to_be_visible()
    summary.click()
    expect(inside).to_be_hidden()


def test_a_restart_with_the_form_on_the_page(jupyter, quiet_page):
    """What was typed stays, and Run says why it does nothing."""
    path = harness.write_notebook(jupyter.root / "restarted.ipynb", [IMPORT, DEFINE, FORM])
    notebook = jupyter.open(quiet_page, path.name)
    notebook.run(0, 1, 2)
    form = notebook.cell(2)
    form.get_by_label("name", exact=True).fill("Ada")
    notebook.restart()
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_text("The kernel that made this is gone. Run the cell again.")).to_be_visible()
    expect(form.get_by_label("name", exact=True)).to_have_value("Ada")
