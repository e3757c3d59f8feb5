"""The first notebook in JupyterLab, as a newcomer goes through it."""

from __future__ import annotations

import re

import nbformat
import pytest
from playwright.sync_api import expect

from .conftest import fresh_page
from .lab import REPOSITORY

FIRST = "01_first_shim_task.ipynb"
ANEW = "anew"


@pytest.fixture(scope="module")
def page(chromium):
    """One page for this module: opening the notebook is most of the time."""
    with fresh_page(chromium) as page:
        yield page


@pytest.fixture(scope="module")
def opened(lab, page):
    """The notebook, run up to the cell that defines the task."""
    content = nbformat.read(REPOSITORY / "notebooks" / FIRST, as_version=4)
    content.cells.append(nbformat.v4.new_code_cell("%reload_ext shimnb", id=ANEW))
    nbformat.write(content, lab.root / FIRST)
    notebook = lab.open(page, FIRST)
    notebook.run(*(notebook.index(name) for name in ("data", "load")))
    return notebook


@pytest.fixture
def notebook(opened):
    """The notebook, its task defined anew, without what the test before left in the panel."""
    opened.run(opened.index(ANEW), opened.index("task"))
    return opened


@pytest.fixture
def panel(notebook):
    """The panel, which is the answer of that cell."""
    return notebook.cell(notebook.index("task")).get_by_role("region", name="Task penguins")


@pytest.fixture
def form(panel):
    """The panel's form."""
    panel.get_by_role("tab", name="Run").click()
    return panel.get_by_role("tabpanel", name="Run")


def test_the_cell_answers_with_a_panel(panel):
    """Four tabs, of which the template is the open one."""
    expect(panel.get_by_role("tab")).to_have_text(["Template", "Run", "Checks (1)", "Source"])
    expect(panel.get_by_role("tab", selected=True)).to_have_text("Template")
    expect(panel.get_by_role("tree", name="Template of penguins")).to_be_visible()


def test_the_tree_opens_by_keyboard(panel, notebook, page):
    """The arrows walk and open the tree, and the notebook behind it does not move."""
    tree = panel.get_by_role("tree", name="Template of penguins")
    before = notebook.active()
    tree.get_by_role("treeitem", name=re.compile("^custom")).focus()
    page.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("treeitem", name=re.compile("^decimals"))).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("treeitem", name=re.compile("^interface"))).to_be_focused()
    expect(tree.get_by_role("treeitem", name=re.compile("^interface"))).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name=re.compile("^interface"))).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name=re.compile("^inputs"))).to_be_focused()
    assert notebook.active() == before


def test_the_tree_shows_what_the_cluster_sees(panel):
    """The int of the Config is the float of the template, and the tree says so."""
    row = panel.get_by_role("treeitem", name=re.compile("^decimals"))
    expect(row).to_contain_text("2.0")
    expect(row).to_contain_text("was 2: an int becomes a float")


def test_letters_in_the_tree_are_no_commands(panel, notebook, page):
    """`b` inserts a cell in JupyterLab's command mode; in the tree it looks for a row."""
    count = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
    before = page.evaluate(count)
    panel.get_by_role("treeitem", name=re.compile("^custom")).focus()
    for key in "bdd":
        page.keyboard.press(key)
    assert page.evaluate(count) == before


def test_the_form_has_the_defaults_of_the_signature(form):
    """Each input is a labelled field that holds its default."""
    expect(form.get_by_label("island")).to_have_value("Biscoe")
    expect(form.get_by_label("since")).to_have_value("2007")


def test_a_run_shows_its_result(form):
    """Fill, run, read: the outputs as a tree, and what was printed."""
    form.get_by_label("island").fill("Dream")
    form.get_by_label("since").fill("2008")
    form.get_by_role("button", name="Run", exact=True).click()
    outputs = form.get_by_role("group", name="Outputs of run 1")
    expect(outputs.get_by_role("treeitem", name=re.compile("^Chinstrap"))).to_be_visible()
    expect(form.get_by_role("status")).to_have_text(re.compile(r"^Run 1 done in .+"))
    expect(form.get_by_label("Output of run 1")).to_have_text("2 species on Dream")


def test_a_result_opens(form, page):
    """An output that has parts is a tree; its literal is one press away."""
    form.get_by_role("button", name="Run", exact=True).click()
    outputs = form.get_by_role("group", name="Outputs of run 1")
    expect(outputs.get_by_role("tree").get_by_role("treeitem", name=re.compile("^Gentoo"))).to_contain_text("5.08")
    outputs.get_by_role("button", name="Literal of o0").focus()
    page.keyboard.press("Enter")
    expect(outputs.get_by_role("region", name="Literal of o0 as text")).to_contain_text("scalar {")


def test_an_invalid_input_is_refused_beside_its_field(form):
    """The error is an alert, describes the field, and keeps the run from starting."""
    since = form.get_by_label("since")
    since.fill("soon")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_role("alert").filter(has_text="soon")).to_have_text(
        "expected int, got 'soon'. Write a whole number, such as 5."
    )
    expect(since).to_have_attribute("aria-invalid", "true")
    expect(since).to_have_accessible_description(re.compile("expected int, got 'soon'"))
    expect(since).to_be_focused()
    expect(form.get_by_role("status")).to_have_text("No run: 1 field needs another value: since.")
    expect(form.get_by_role("tree")).to_have_count(0)


def test_an_error_goes_once_it_is_mended(form):
    """What was refused before runs after, and the other field has kept its text."""
    form.get_by_label("island").fill("Dream")
    form.get_by_label("since").fill("soon")
    form.get_by_role("button", name="Run", exact=True).click()
    form.get_by_label("since").fill("2009")
    form.get_by_label("since").press("Control+Enter")
    expect(form.get_by_label("Output of run 1")).to_have_text("2 species on Dream")
    expect(form.get_by_label("since")).not_to_have_attribute("aria-invalid", "true")


def test_the_checks_name_the_loss(panel):
    """The warning in the header leads to it."""
    panel.get_by_role("button", name="1 warning").click()
    checks = panel.get_by_role("tabpanel", name="Checks")
    expect(checks.get_by_role("listitem").first).to_contain_text("custom.decimals2 becomes 2.0")


def test_the_source_is_what_was_generated(panel):
    """The Python that the cell is short for, and the command of the container."""
    panel.get_by_role("tab", name="Source").click()
    source = panel.get_by_role("tabpanel", name="Source")
    expect(source.get_by_role("region", name="Generated Python")).to_contain_text("class PenguinsTask(")
    expect(source.get_by_role("region", name="The container's command")).to_contain_text("shimcells.penguins.Executor")


def test_an_exception_points_into_the_cell(notebook):
    """A call that fails ends with the cell's own line, as it is numbered there."""
    notebook.run(notebook.index("error"), notebook.index("error-call"))
    (output,) = notebook.outputs(notebook.index("error-call"))
    assert (output["ename"], output["evalue"]) == ("TypeError", "'float' object cannot be interpreted as an integer")
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output["traceback"]))
    assert re.search(r'-+> 14 +return round\(kilograms, tt\.custom\["decimals"\]\)', text)


def test_the_notebook_runs_to_its_end(notebook):
    """Every cell but the one that is meant to fail answers without an error."""
    names = ["call", "tree", "form", "loss", "losses", "error", "error-call"]
    notebook.run(*(notebook.index(name) for name in names))
    failed = {name for name in names for out in notebook.outputs(notebook.index(name)) if out["output_type"] == "error"}
    assert failed == {"error-call"}
