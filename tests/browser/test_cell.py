"""Cells that are wrong, in the front end."""

from __future__ import annotations

from playwright.sync_api import expect

GOOD = """%%shimtask greet --image ghcr.io/acme/greet:1
def execute(tt, *, name: str = "you") -> str:
    return f"hello {name}"
"""


def test_a_failed_cell_leaves_the_task(open_cells):
    """Running a cell again is atomic: its error is shown, and the task of before still runs."""
    notebook = open_cells("%load_ext shimnb", GOOD, "greet(name='there')")
    notebook.run(0, 1)
    notebook.set_source(1, GOOD.replace("name: str", "name"))
    notebook.run(1)
    (output,) = notebook.outputs(1)
    expect(notebook.cell(1)).to_contain_text("cell greet, line 2, execute, 'name': it has no annotation.")
    assert output["ename"] == "AnnotationError"
    notebook.run(2)
    assert notebook.outputs(2)[0]["data"]["text/plain"] == "'hello there'"


def test_a_cell_that_runs_again_has_one_panel(open_cells):
    """The old panel goes with the old task."""
    notebook = open_cells("%load_ext shimnb", GOOD)
    notebook.run(0, 1, 1)
    expect(notebook.cell(1).get_by_role("region", name="Task greet")).to_have_count(1)
