"""Trees of any size: what is in the page, what is fetched, what stays where it is."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from playwright.sync_api import expect

from shimnb.notebook.tree.widget import TreeWidget, tree

from .bare import show

MOST = 300
FLAT = {"rows": list(range(100_000))}
PAIRS = {f"k{i}": {"a": i, "b": "x"} for i in range(20_000)}


def item(page, key):
    """Find a row by its key."""
    return page.get_by_role("treeitem", name=re.compile(rf"^{key}\b")).first


def rows(page):
    """Find all rows that are in the page."""
    return page.get_by_role("treeitem")


def scroll_to(page, part):
    """Scroll the tree to a part of its height, as by its scroll bar, and wait for what is drawn then."""
    page.get_by_role("tree").evaluate(
        """async (tree, part) => {
            tree.scrollTop = part * tree.scrollHeight;
            for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
        }""",
        part,
    )


def places(page):
    """List, for the rows in view, where each begins, by its text."""
    return page.get_by_role("tree").evaluate(
        """tree => {
            const box = tree.getBoundingClientRect();
            return [...tree.querySelectorAll('[role=treeitem]')]
                .filter((row) => getComputedStyle(row).opacity !== '0')
                .map((row) => [row, row.getBoundingClientRect()])
                .filter(([, at]) => at.bottom > box.top + 1 && at.top < box.bottom - 1)
                .map(([row, at]) => ({ text: row.innerText, level: row.ariaLevel, place: Number(row.ariaPosInSet), top: at.top, bottom: at.bottom }));
        }"""
    )


def unbroken(seen):
    """Tell whether each row begins where the one above it ends."""
    return all(abs(one["bottom"] - other["top"]) < 1 for one, other in itertools.pairwise(seen))


def test_a_small_tree_is_as_high_as_its_rows(page):
    """It has no scroll bar of its own, before and after it opens, and in a narrow page whose rows are of several lines."""
    show(page, tree({"a": {"b": 1}, "long": "word " * 20}))
    for width in (1000, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for name in ("Open all rows", "Close all rows"):
            page.get_by_role("button", name=name).click()
            page.wait_for_timeout(50)
            heights = page.get_by_role("tree").evaluate("tree => [tree.scrollHeight, tree.clientHeight]")
            assert heights[0] == heights[1], (width, name)
            assert unbroken(places(page))


def test_a_small_tree_needs_no_kernel(page):
    """All of it is here: it opens to any depth while the kernel is busy or gone."""
    shown = show(page, tree({"a": {"b": {"c": [1]}}, "d": {"e": 1}}), kernel=False)
    page.get_by_role("button", name="Open to depth 3").click()
    assert [row.split()[0] for row in rows(page).all_inner_texts()] == ["a", "b", "c", "d", "e"]
    page.get_by_role("button", name="Open all rows").click()
    expect(rows(page)).to_have_count(6)
    item(page, "b").focus()
    page.keyboard.press("*")
    page.keyboard.press("ArrowLeft")
    expect(rows(page)).to_have_count(4)
    assert shown.asked == []


@pytest.mark.parametrize(
    ("value", "lines"),
    [(FLAT, 100_001), (PAIRS, 60_000), ({f"n{i}": {f"m{j}": j for j in range(100)} for i in range(1_000)}, 101_000)],
    ids=["flat", "pairs", "nested"],
)
def test_a_hundred_thousand_rows_open_at_once(page, value, lines):
    """All of them can be scrolled to; few are in the page; what is open is kept in a word."""
    shown = show(page, tree(value))
    page.get_by_role("button", name="Open all rows").click()
    line = rows(page).first.bounding_box()["height"]
    box = page.get_by_role("tree")
    page.wait_for_function(
        "([tree, high]) => tree.scrollHeight > high", arg=[box.element_handle(), 0.99 * lines * line]
    )
    assert abs(box.evaluate("tree => tree.scrollHeight") - lines * line) < 2
    for part in (0.5, 0.999, 0.25, 0):
        scroll_to(page, part)
        page.wait_for_function("tree => !tree.querySelector('[aria-busy=true]')", arg=box.element_handle())
        seen = places(page)
        assert unbroken(seen)
        assert len(seen) > 10
        assert rows(page).count() < MOST
    assert {name: shown.saved()[name] for name in ("depth", "expanded", "collapsed")} == {
        "depth": 0,
        "expanded": [],
        "collapsed": [],
    }
    page.get_by_role("button", name="Close all rows").click()
    expect(rows(page)).to_have_count(min(len(value), rows(page).count()))
    assert box.evaluate("tree => tree.scrollHeight") <= len(value) * line + 1


def test_a_million_rows_are_scrolled_to_the_last(page):
    """Where no element may be as high as all rows, the scroll bar still spans them, and a step is still a step."""
    show(page, tree({"rows": list(range(1_000_000))}))
    page.get_by_role("button", name="Open all rows").click()
    box = page.get_by_role("tree")
    page.wait_for_function("tree => tree.scrollHeight > 1e7", arg=box.element_handle())
    assert box.evaluate("tree => tree.scrollHeight") < 16_000_000
    scroll_to(page, 1)
    expect(page.get_by_role("treeitem", name=re.compile(r"^999999\b"))).to_be_in_viewport(ratio=1)
    scroll_to(page, 0.5)
    expect(item(page, "50000\\d")).to_be_visible()
    page.wait_for_timeout(400)
    box.hover()
    before = places(page)
    page.mouse.wheel(0, 100)
    page.wait_for_timeout(400)
    after = places(page)
    moved = {row["place"]: row["top"] for row in before}
    steps = [moved[row["place"]] - row["top"] for row in after if row["place"] in moved]
    assert steps
    assert all(abs(step - 100) < 1 for step in steps)
    assert rows(page).count() < MOST
    item(page, "50000\\d").focus()
    page.keyboard.press("Home")
    expect(item(page, "rows")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("treeitem", name=re.compile(r"^999999\b"))).to_be_focused()


def test_five_thousand_levels_open(page):
    """Depth is no trouble to the view: no recursion, no column that runs out of the page."""
    value = 1
    for _ in range(5_000):
        value = {"k": value}
    show(page, tree(value))
    page.get_by_role("button", name="Open all rows").click()
    box = page.get_by_role("tree")
    page.wait_for_function("tree => tree.scrollHeight > 50000", arg=box.element_handle())
    rows(page).first.focus()
    page.keyboard.press("End")
    last = page.locator("[role=treeitem]:focus")
    expect(last).to_have_attribute("aria-level", "5000")
    expect(last).to_contain_text("int")
    assert box.evaluate("tree => tree.scrollWidth <= tree.clientWidth")


def test_rows_of_different_heights_stay_where_they_are(page):
    """Rows that turn out to be higher above the view move nothing in it."""
    page.set_viewport_size({"width": 420, "height": 800})
    show(page, tree({"rows": ["word " * (i % 24) for i in range(3_000)]}))
    page.get_by_role("button", name="Open all rows").click()
    box = page.get_by_role("tree")
    scroll_to(page, 0.5)
    page.wait_for_timeout(300)
    box.hover()
    for delta in (-60, -60, -200, 120, -400, -30):
        before = {row["place"]: row["top"] for row in places(page)}
        page.mouse.wheel(0, delta)
        page.wait_for_timeout(250)
        seen = places(page)
        assert unbroken(seen)
        steps = [before[row["place"]] - row["top"] for row in seen if row["place"] in before]
        assert steps
        assert all(abs(step - delta) < 2 for step in steps), (delta, steps)


def test_only_what_is_looked_at_is_fetched(page):
    """A jump asks for pages around the place, once, and scrolling back asks for nothing again."""
    shown = show(page, tree(FLAT))
    page.get_by_role("button", name="Open all rows").click()
    scroll_to(page, 0.5)
    expect(item(page, "50000")).to_contain_text("int")
    page.wait_for_timeout(200)
    asked = [each for message in shown.asked if message["type"] == "rows" for each in message["ranges"]]
    assert len(asked) < 8
    assert all(each["stop"] - each["start"] <= 100 for each in asked)
    assert len({json.dumps(each) for each in asked}) == len(asked)
    count = len(shown.asked)
    scroll_to(page, 0)
    scroll_to(page, 0.5)
    expect(item(page, "50000")).to_contain_text("int")
    assert len(shown.asked) == count


def test_a_view_that_is_made_again_is_as_it_was(page):
    """What is open, what is seen and the active row come back, wherever the view was taken away."""
    shown = show(page, tree(PAIRS))
    page.get_by_role("button", name="Open to depth 2").click()
    scroll_to(page, 0.5)
    page.wait_for_timeout(200)
    target = places(page)[5]
    page.get_by_role("tree").locator(
        f"[aria-posinset='{target['place']}'][aria-level='{target['level']}']"
    ).first.click()
    page.wait_for_timeout(500)
    before = places(page)
    shown.again()
    page.wait_for_function(
        "() => document.querySelectorAll('[role=treeitem]').length > 20 && !document.querySelector('[aria-busy=true]')"
    )
    assert places(page) == before
    assert page.locator("[role=treeitem][tabindex='0']").get_attribute("aria-posinset") == str(target["place"])


def test_a_tree_that_takes_another_ones_place_is_as_it_was(page):
    """Running the cell again keeps depth, exceptions and place: they travel with the widget."""
    shown = show(page, tree(PAIRS))
    page.get_by_role("button", name="Open all rows").click()
    scroll_to(page, 0.3)
    page.wait_for_timeout(200)
    closed = next(row for row in places(page)[2:] if row["level"] == "1")
    page.locator(f"[aria-posinset='{closed['place']}'][aria-level='1']").click()
    page.wait_for_timeout(500)
    before = [(row["text"], row["place"]) for row in places(page)]
    old = tree(PAIRS)
    for name in ("depth", "expanded", "collapsed", "place"):
        setattr(old, name, shown.saved()[name])
    context = page.context.new_page()
    show(context, TreeWidget(PAIRS, after=old))
    context.wait_for_function(
        "() => document.querySelectorAll('[role=treeitem]').length > 20 && !document.querySelector('[aria-busy=true]')"
    )
    context.wait_for_timeout(300)
    assert [(row["text"], row["place"]) for row in places(context)] == before
    context.close()


def test_a_tree_that_shows_something_else_keeps_the_place(page):
    """What is open stays open, by its id, and the view does not jump."""
    widget = tree({"rows": list(range(5_000)), "z": 1})
    shown = show(page, widget)
    item(page, "rows").click()
    scroll_to(page, 0.5)
    page.wait_for_timeout(200)
    before = [row["place"] for row in places(page)]
    widget.show({"rows": [f"new {i}" for i in range(5_000)], "z": 1})
    shown.put(**{name: getattr(widget, name) for name in ("rows", "count", "title", "version")})
    expect(item(page, "2500")).to_contain_text("new 2500")
    assert [row["place"] for row in places(page)] == before


def test_a_kernel_that_does_not_answer_is_told(page):
    """Rows that cannot come now say so after a while, and the view still scrolls."""
    page.clock.install()
    show(page, tree({"rows": list(range(5_000))}), kernel=False)
    item(page, "rows").click()
    page.clock.run_for(9_000)
    expect(
        page.get_by_text("The kernel does not answer; it may be busy. If it was restarted, run the cell again.")
    ).to_be_visible()
