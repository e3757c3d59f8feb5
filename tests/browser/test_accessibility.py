"""axe-core on each part of the panel, in both themes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .lab import DARK, LIGHT, REPOSITORY, write_notebook

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
    expect(panel.get_by_role("group", name="Outputs of run 1")).to_be_visible()
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


LOSSES = """%%shimtask sample --image ghcr.io/acme/sample:1 --set limit=3 --set "text=a text that is longer than a line of the tree is wide, so that it must be broken somewhere, or opened in place, by whoever wants to read all of it"
def execute(tt, *, name: str, count: int = 1, maybe: float | None = None) -> dict[str, list[int]]:
    return {}
"""
TREE = "shimnb.tree(sample)"
# Every leaf of text in a part of the page, as far as the boxes around it show it: what is cut at a side, and what lies on
# another. A branch's summary may be cut: the rows below it say all of it.
CROWDED = """root => {
    const leaves = [...root.querySelectorAll('*')].filter(each =>
        [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) && each.checkVisibility({ visibilityProperty: true }));
    const told = [], boxes = [];
    for (const each of leaves) {
        const range = document.createRange();
        range.selectNodeContents(each);
        for (const { left, right, top, bottom } of range.getClientRects()) {
            const box = { left, right, top, bottom };
            for (let around = each; around !== root.parentElement; around = around.parentElement) {
                if (getComputedStyle(around).overflowX === 'visible') continue;
                const seen = around.getBoundingClientRect();
                box.left = Math.max(box.left, seen.left);
                box.right = Math.min(box.right, seen.right);
                box.top = Math.max(box.top, seen.top);
                box.bottom = Math.min(box.bottom, seen.bottom);
            }
            if (box.bottom - box.top < 4) continue;
            const summary = each.closest('[role=treeitem][aria-expanded]') && getComputedStyle(each).textOverflow === 'ellipsis';
            if (right - left > box.right - box.left + 1 && !summary) told.push(`cut: ${each.textContent.slice(0, 60)}`);
            if (box.right - box.left > 1) boxes.push({ each, box });
        }
    }
    for (let i = 0; i < boxes.length; i += 1) for (let j = i + 1; j < boxes.length; j += 1) {
        const [a, b] = [boxes[i], boxes[j]];
        if (a.each.contains(b.each) || b.each.contains(a.each)) continue;
        const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (wide > 2 && high > 4) told.push(`overlap: ${a.each.textContent.slice(0, 40)} / ${b.each.textContent.slice(0, 40)}`);
    }
    return told;
}"""


@pytest.fixture(params=["forced colours", "200 % zoom", "reduced motion"])
def adapted_tree(request, chromium, lab):
    """A tree with everything open, as somebody sees it who has set up the browser or the system so."""
    settings = {
        "forced colours": {"forced_colors": "active"},
        "200 % zoom": {"viewport": {"width": 640, "height": 700}, "device_scale_factor": 2},
        "reduced motion": {"reduced_motion": "reduce"},
    }[request.param]
    context = chromium.new_context(**settings)
    page = context.new_page()
    path = write_notebook(lab.root / "adapted.ipynb", ["import shimnb\n%load_ext shimnb", LOSSES, TREE])
    notebook = lab.open(page, path.name)
    notebook.run(0, 1, 2)
    notebook.cell(2).get_by_role("button", name="Open all rows").click()
    notebook.cell(2).get_by_role("searchbox").fill("count")
    expect(notebook.cell(2).get_by_text(re.compile(r"^\d+ of \d+$"))).to_be_visible()
    yield notebook.cell(2).get_by_role("group", name="sample").first
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    context.close()


def test_the_tree_adapts(adapted_tree):
    """axe-core finds nothing, no text lies on another or outside, nothing moves where nothing may."""
    page = adapted_tree.page
    assert violations(page, adapted_tree) == []
    crowded = adapted_tree.evaluate(CROWDED)
    assert crowded == [], "\n".join(crowded)
    moving = "root => root.getAnimations({ subtree: true }).map(each => each.effect.target.textContent)"
    if page.evaluate("() => matchMedia('(prefers-reduced-motion: reduce)').matches"):
        adapted_tree.get_by_role("button", name="Close all rows").click()
        assert adapted_tree.evaluate(moving) == []


def test_the_toolbar_and_the_tree_by_tab(open_cells, page):
    """Tab goes through the toolbar to the tree and out of it; each stop has a name, and shows that it has the focus."""
    notebook = open_cells("import shimnb\n%load_ext shimnb", LOSSES, TREE)
    notebook.run(0, 1, 2)
    notebook.cell(2).get_by_role("searchbox").focus()
    stops = []
    for _ in range(40):
        stop = page.evaluate(
            """() => {
                const at = document.activeElement;
                const style = getComputedStyle(at);
                const name = at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent.trim();
                const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
                return { role: at.getAttribute('role') ?? at.localName, name, shown, inside: !!at.closest('[role=group][aria-label=sample]') };
            }"""
        )
        if not stop["inside"]:
            break
        stops.append(stop)
        page.keyboard.press("Tab")
    assert [stop for stop in stops if not stop["name"] or not stop["shown"]] == []
    assert [stop["role"] for stop in stops].count("treeitem") == 1
    assert {"Open all rows", "Close all rows"} <= {stop["name"] for stop in stops}
    assert len(stops) < 40
