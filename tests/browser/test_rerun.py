"""A cell that runs again, in the front end: what a person had open and typed is still there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

CELL = """%%shimtask greet --image ghcr.io/acme/greet:1 --set greeting=hello
def execute(tt, *, name: str = "you", times: int = 1) -> str:
    return f"{tt.custom['greeting']} {name}" * times
"""
EDITED = CELL.replace("greet:1", "greet:2 --retries 2")


@pytest.fixture
def notebook(open_cells):
    """A notebook with a task, and a panel that was used."""
    opened = open_cells("%load_ext shimnb", CELL)
    opened.run(0, 1)
    panel = panel_of(opened)
    tree = panel.get_by_role("tree", name="Template of greet")
    tree.get_by_role("treeitem", name=re.compile("^custom")).click()
    tree.get_by_role("treeitem", name=re.compile("^container")).click()
    panel.get_by_role("tab", name="Run").click()
    panel.get_by_label("name").fill("Ada")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_role("group", name="Outputs of run 1")).to_contain_text("hello Ada")
    return opened


def panel_of(notebook):
    """The panel that the cell shows."""
    return notebook.cell(1).get_by_role("region", name="Task greet")


def test_a_new_version_goes_on(notebook):
    """The tab, the rows, the text and the run are there; the run is marked, and the panel says what changed."""
    notebook.set_source(1, EDITED)
    notebook.run(1)
    panel = panel_of(notebook)
    expect(panel.get_by_role("status").first).to_have_text("2 fields of the template changed")
    expect(panel.get_by_role("tab", selected=True)).to_have_text("Run")
    expect(panel.get_by_label("name")).to_have_value("Ada")
    expect(panel.get_by_text("earlier version", exact=True)).to_be_visible()
    expect(panel.get_by_role("group", name="Outputs of run 1")).to_contain_text("hello Ada")
    panel.get_by_role("button", name="Show what changed").click()
    expect(panel.get_by_role("row")).to_have_text(
        ["FieldBeforeNow", 'container.image"ghcr.io/acme/greet:1""ghcr.io/acme/greet:2"', "metadata.retries.retries(not set)2"]
    )  # fmt: skip
    panel.get_by_role("tab", name="Template").click()
    tree = panel.get_by_role("tree", name="Template of greet")
    expect(tree.get_by_role("treeitem", name=re.compile("^container"))).to_have_attribute("aria-expanded", "true")
    expect(tree.get_by_role("treeitem", name=re.compile("^custom"))).to_have_attribute("aria-expanded", "false")
    expect(tree.get_by_role("treeitem", name=re.compile("^image"))).to_contain_text("greet:2")
    panel.get_by_role("tab", name="Run").click()
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_role("group", name="Outputs of run 2")).to_contain_text("hello Ada")
    expect(panel.get_by_text("earlier version", exact=True)).to_have_count(1)


def test_the_same_cell_again_loses_nothing(notebook):
    """It says that nothing changed."""
    notebook.run(1)
    panel = panel_of(notebook)
    expect(panel.get_by_role("status").first).to_have_text("Unchanged")
    expect(panel.get_by_label("name")).to_have_value("Ada")
    expect(panel.get_by_role("group", name="Outputs of run 1")).to_contain_text("hello Ada")
    expect(panel.get_by_text("earlier version")).to_have_count(0)
    expect(panel.get_by_role("button", name="Show what changed")).to_have_count(0)


def test_a_failing_edit_keeps_the_panel(notebook):
    """The error takes the output's place; the panel, shown in another cell, is as it was, and runs the old task."""
    notebook.set_source(1, CELL.replace("name: str", "name"))
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("it has no annotation")
    notebook.set_source(0, "%shimtask panel greet")
    notebook.run(0)
    panel = notebook.cell(0).get_by_role("region", name="Task greet")
    expect(panel.get_by_role("tab", selected=True)).to_have_text("Run")
    expect(panel.get_by_label("name")).to_have_value("Ada")
    panel.get_by_label("times").fill("2")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_role("group", name="Outputs of run 2")).to_contain_text("hello Adahello Ada")
