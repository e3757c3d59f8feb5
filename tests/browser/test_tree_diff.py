"""Comparisons in JupyterLab: what changed is seen, heard, and gone through by the keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from .lab import DARK, LIGHT
from .test_accessibility import violations

DIFF = """import shimnb
one = {"limit": 5, "query": "a", "rows": [{"x": i} for i in range(20)], "same": {"k": 1}, "gone": [1]}
two = {"limit": 3, "query": 1.5, "rows": [{"x": i} for i in range(20)], "same": {"k": 1}, "new": {"a": 1, "b": 2}}
two["rows"].insert(2, {"x": 99})
shimnb.diff(one, two)
"""
CELL = """%%shimtask sample --image ghcr.io/acme/sample:1 --set limit=3
def execute(tt, *, n: int = 1) -> int:
    return n
"""


@pytest.fixture
def cell(open_cells: Any, page: Any) -> Any:
    """A cell with a comparison."""
    notebook = open_cells(DIFF)
    notebook.run(0)
    return notebook.cell(0)


def test_what_changed_is_told_in_words(cell: Any) -> None:
    """By name, as a screen reader says it, with both values; what is the same is one quiet row."""
    tree = cell.get_by_role("tree", name="Differences of dict")
    for name in (
        "changed: limit 3 int was 5",
        'changed: query 1.5 float was "a" str',
        "removed: gone [1] list",
        "added: new {a: 1, b: 2} dict",
        "added: 2 {x: 99} dict",
        "2 unchanged items 0 to 1",
        "1 unchanged same",
    ):
        expect(tree.get_by_role("treeitem", name=re.compile("^" + re.escape(name)))).to_be_visible()
    expect(cell.get_by_text("3 added")).to_be_visible()
    expect(cell.get_by_text("2 changed")).to_be_visible()
    # Branches with changes in them stand open at first, and no others.
    expect(tree.get_by_role("treeitem", name=re.compile("^changes below: rows"))).to_have_attribute(
        "aria-expanded", "true"
    )
    expect(tree.get_by_role("treeitem", name=re.compile("^added: new"))).to_have_attribute("aria-expanded", "false")


def test_the_keys_go_from_change_to_change(cell: Any, page: Any) -> None:
    """`n` and `p`, going round at the ends; a closed branch on the way opens."""
    tree = cell.get_by_role("tree")
    tree.get_by_role("treeitem").first.focus()
    tree.get_by_role("treeitem", name=re.compile("^changes below: rows")).press("ArrowLeft")
    expect(tree.get_by_role("treeitem", name=re.compile("^added: 2 "))).to_have_count(0)
    page.keyboard.press("Home")
    names = []
    for _ in range(5):
        page.keyboard.press("n")
        expect(cell.get_by_text(re.compile(r"^Change \d of 5$"))).to_be_visible()
        page.wait_for_timeout(250)
        names.append(page.evaluate("document.activeElement.textContent"))
    assert len(set(names)) == 5
    assert any("99" in name for name in names)
    page.keyboard.press("p")
    page.wait_for_timeout(250)
    assert page.evaluate("document.activeElement.textContent") == names[-2]


def test_the_buttons_go_from_change_to_change(cell: Any) -> None:
    """Without the keyboard; the status line says which of how many."""
    cell.get_by_role("button", name="Next change (n)").click()
    expect(cell.get_by_text(re.compile(r"^Change \d of 5$"))).to_be_visible()
    cell.get_by_role("button", name="Previous change (p)").click()
    expect(cell.get_by_text(re.compile(r"^Change \d of 5$"))).to_be_visible()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_comparison_is_accessible(open_cells: Any, page: Any, theme: str) -> None:
    """In both themes; a sign and a word stand beside every colour."""
    notebook = open_cells(DIFF, theme=theme)
    notebook.run(0)
    cell = notebook.cell(0)
    expect(cell.get_by_role("treeitem", name=re.compile("^added: new"))).to_be_visible()
    assert violations(page, cell.get_by_role("group").first) == []


def test_the_panel_shows_what_changed_since_the_last_run(open_cells: Any) -> None:
    """A toggle, off at first, that is there once another version has run; it stays over runs that change nothing."""
    notebook = open_cells("%load_ext shimnb", CELL)
    notebook.run(0, 1)
    cell = notebook.cell(1)
    toggle = cell.get_by_role("button", name="Show what changed since the last run")
    expect(cell.get_by_role("treeitem", name=re.compile("^limit 3.0"))).to_be_visible()
    expect(toggle).to_have_count(0)
    notebook.set_source(1, CELL.replace("limit=3", "limit=4"))
    notebook.run(1)
    notebook.run(1)
    expect(toggle).to_have_attribute("aria-pressed", "false")
    expect(cell.get_by_role("treeitem", name=re.compile("^limit 4.0"))).to_be_visible()
    toggle.click()
    expect(cell.get_by_role("treeitem", name=re.compile(r"^changed: limit 4\.0 float was 3\.0"))).to_be_visible()
    expect(cell.get_by_role("treeitem", name=re.compile("^image"))).to_have_count(0)
    toggle.click()
    expect(cell.get_by_role("treeitem", name=re.compile(r"^limit 4\.0"))).to_be_visible()


def test_a_large_comparison_is_gone_through(open_cells: Any, page: Any) -> None:
    """A hundred thousand changes: the last one is reached by one key, and few rows are in the page."""
    notebook = open_cells(
        "import shimnb\n"
        "shimnb.diff({'l': [str(i) for i in range(100_000)], 'z': 1}, {'l': [f'{i}!' for i in range(100_000)], 'z': 1})"
    )
    notebook.run(0)
    tree = notebook.cell(0).get_by_role("tree")
    tree.get_by_role("treeitem").first.focus()
    page.keyboard.press("p")
    expect(notebook.cell(0).get_by_text("Change 20,000 of 20,000")).to_be_visible()
    expect(tree.get_by_role("treeitem", name=re.compile('^changed: 19999 "19999!" str was "19999"'))).to_be_focused()
    assert tree.get_by_role("treeitem").count() <= 300
