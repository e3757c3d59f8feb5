"""axe-core on each part of the panel, in both themes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .lab import DARK, LIGHT, REPOSITORY

AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
CELL = """%%shimtask sample --image ghcr.io/acme/sample:1 --set limit=3
import enum

from shimnb import ShimTaskExecutor


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Executor(ShimTaskExecutor):
    def execute_from_model(
        self, tt, *, name: str, count: int = 1, color: Color = Color.RED, sure: bool = True, maybe: float | None = None
    ) -> list[int]:
        print(name)
        if count < 0:
            raise ValueError(name)
        return [count] * 3
"""


def violations(page, region) -> list[str]:
    """Run axe-core on a part of the page: each rule that is broken, and where."""
    page.add_script_tag(path=AXE)
    found = region.evaluate("element => window.axe.run(element).then(result => result.violations)")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def panel(request, open_cells):
    """A task's panel, in each theme."""
    notebook = open_cells("%load_ext shimnb", CELL, theme=request.param)
    notebook.run(0, 1)
    return notebook.cell(1).get_by_role("region", name="Task sample")


def test_the_template_is_accessible(panel, page):
    """The tree, with rows of every depth open."""
    panel.get_by_role("button", name="Open all rows").click()
    expect(panel.get_by_role("treeitem", name=re.compile("^limit"))).to_be_visible()
    assert violations(page, panel) == []


def test_the_form_is_accessible(panel, page):
    """Fields of every kind, an error beside one, a run that is done and one that failed."""
    panel.get_by_role("tab", name="Run").click()
    panel.get_by_label("name", exact=True).fill("a")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_role("tree", name="Outputs of run 1")).to_be_visible()
    panel.get_by_label("count", exact=True).fill("-1")
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.get_by_text("ValueError: a", exact=True)).to_be_visible()
    panel.get_by_label("count", exact=True).fill("x")
    expect(panel.get_by_role("alert").filter(has_text="'x'")).to_be_visible()
    assert violations(page, panel) == []


@pytest.mark.parametrize("tab", ["Checks", "Source"])
def test_the_other_tabs_are_accessible(panel, page, tab):
    """What is text only."""
    panel.get_by_role("tab", name=tab).click()
    expect(panel.get_by_role("tabpanel", name=tab)).to_be_visible()
    assert violations(page, panel) == []
