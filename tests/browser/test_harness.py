"""The harness itself, so that a failure elsewhere is about shimnb."""

from __future__ import annotations

from playwright.sync_api import expect

from .lab import DARK


def test_a_cell_runs(open_cells):
    """A cell's output is in the page once `run` returns."""
    notebook = open_cells("print(6 * 7)")
    notebook.run(0)
    expect(notebook.cell(0).get_by_text("42")).to_be_visible()


def test_the_dark_theme(open_cells, page):
    """The theme asked for is the one shown."""
    open_cells("1", theme=DARK)
    assert page.evaluate("() => document.body.dataset.jpThemeLight") == "false"
