"""The tree by keyboard: the ARIA treeview pattern, over rows that are here and rows that are not."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from shimnb.notebook.tree.widget import tree

from .bare import show

SAMPLE = {"alpha": {"one": 1, "two": [1, 2]}, "beta": 2, "bravo": {"x": 1}, "gamma": {"y": {"z": 1}}}
MANY = {"a": list(range(20_000)), "b": {f"k{i}": {"v": i} for i in range(2_000)}, "zulu": 1}


@pytest.fixture
def sample(page):
    """A small tree, the focus on its first row."""
    shown = show(page, tree(SAMPLE))
    item(page, "alpha").focus()
    return shown


@pytest.fixture
def many(page):
    """A tree of which few rows are in the page, the focus on its first row."""
    shown = show(page, tree(MANY))
    item(page, "a").focus()
    return shown


def item(page, key, nth=0):
    """Find a row by its key."""
    return page.get_by_role("treeitem", name=re.compile(rf"^{key}\b")).nth(nth)


def press(page, *keys):
    """Press keys."""
    for key in keys:
        page.keyboard.press(key)


def keys_of(page):
    """List the keys of the rows, in their order."""
    return [text.split()[0] for text in page.get_by_role("treeitem").all_inner_texts()]


def test_one_row_is_in_the_tab_order(sample, page):
    """Tab comes to the row that was last there, and leaves the tree with the next press."""
    press(page, "ArrowDown")
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
    expect(item(page, "beta")).to_have_attribute("tabindex", "0")
    press(page, "Shift+Tab")
    expect(item(page, "beta")).not_to_be_focused()
    press(page, "Tab")
    expect(item(page, "beta")).to_be_focused()


def test_right_opens_then_goes_in_and_left_comes_back(sample, page):
    """The four arrows, and what they do not do on a leaf."""
    press(page, "ArrowRight")
    expect(item(page, "alpha")).to_have_attribute("aria-expanded", "true")
    expect(item(page, "alpha")).to_be_focused()
    press(page, "ArrowRight")
    expect(item(page, "one")).to_be_focused()
    press(page, "ArrowRight")
    expect(item(page, "one")).to_be_focused()
    press(page, "ArrowLeft")
    expect(item(page, "alpha")).to_be_focused()
    press(page, "ArrowLeft")
    expect(item(page, "alpha")).to_have_attribute("aria-expanded", "false")
    press(page, "ArrowLeft", "ArrowUp")
    expect(item(page, "alpha")).to_be_focused()


@pytest.mark.parametrize("key", ["Enter", " "])
def test_enter_and_space_open_and_close(sample, page, key):
    """The default action of a row that has rows is to open."""
    press(page, key)
    expect(item(page, "alpha")).to_have_attribute("aria-expanded", "true")
    press(page, key)
    expect(item(page, "alpha")).to_have_attribute("aria-expanded", "false")


def test_home_and_end_go_to_the_first_and_last_row_that_is_open(sample, page):
    """What is closed is not gone to."""
    press(page, "End")
    expect(item(page, "gamma")).to_be_focused()
    press(page, "ArrowRight", "End")
    expect(item(page, "y")).to_be_focused()
    press(page, "Home")
    expect(item(page, "alpha")).to_be_focused()


def test_a_star_opens_all_rows_of_the_level(sample, page):
    """The siblings open, the focus stays, and what is in them stays closed."""
    press(page, "*")
    assert keys_of(page) == ["alpha", "one", "two", "beta", "bravo", "x", "gamma", "y"]
    expect(item(page, "alpha")).to_be_focused()
    assert sample.saved()["expanded"] == ["/~all"]
    press(page, "ArrowLeft")
    assert keys_of(page) == ["alpha", "beta", "bravo", "x", "gamma", "y"]
    assert (sample.saved()["expanded"], sample.saved()["collapsed"]) == (["/~all"], ["/alpha"])


def test_typing_goes_to_the_row_that_begins_so(sample, page):
    """One letter goes from hit to hit, several go to what begins with all of them, and a letter without a hit stays."""
    press(page, "b")
    expect(item(page, "beta")).to_be_focused()
    press(page, "b")
    expect(item(page, "bravo")).to_be_focused()
    press(page, "b")
    expect(item(page, "beta")).to_be_focused()
    page.wait_for_timeout(800)
    press(page, "b", "r")
    expect(item(page, "bravo")).to_be_focused()
    page.wait_for_timeout(800)
    press(page, "q")
    expect(item(page, "bravo")).to_be_focused()


def test_rows_tell_their_level_and_place(sample, page):
    """Level, place and number of siblings, as a screen reader says them."""
    press(page, "ArrowRight")
    two = item(page, "two")
    assert [two.get_attribute(f"aria-{name}") for name in ("level", "posinset", "setsize", "expanded")] == [
        "2",
        "2",
        "2",
        "false",
    ]
    assert item(page, "beta").get_attribute("aria-expanded") is None
    expect(page.get_by_role("tree", name="dict")).to_have_count(1)


def test_keys_with_a_modifier_are_left_alone(sample, page):
    """Ctrl+End and its like are the browser's and the notebook's."""
    press(page, "Control+End", "Alt+ArrowDown", "Meta+b")
    expect(item(page, "alpha")).to_be_focused()


def test_closing_what_holds_the_active_row_takes_the_focus_along(sample, page):
    """The row that was closed is the active one then."""
    press(page, "ArrowRight", "ArrowRight")
    page.get_by_role("button", name="Close all rows").click()
    expect(item(page, "alpha")).to_have_attribute("tabindex", "0")


def test_the_end_of_a_long_list_is_fetched_and_focused(many, page):
    """End and the arrows go to rows that were never here."""
    press(page, "ArrowRight", "End")
    expect(item(page, "zulu")).to_be_focused()
    press(page, "ArrowUp", "ArrowUp")
    last = item(page, "19999")
    expect(last).to_be_focused()
    expect(last).to_contain_text("int")
    assert [last.get_attribute(f"aria-{name}") for name in ("level", "posinset", "setsize")] == ["2", "20000", "20000"]
    expect(last).to_be_in_viewport(ratio=1)
    press(page, "ArrowLeft")
    expect(item(page, "a")).to_be_focused()


def test_pages_step_by_what_is_seen(many, page):
    """PageDown and PageUp keep the focus on a row, and come back to where they began."""
    press(page, "ArrowRight", "PageDown", "PageDown")
    focused = page.locator("[role=treeitem]:focus")
    expect(focused).to_contain_text("int")
    expect(focused).to_be_in_viewport(ratio=1)
    assert int(focused.get_attribute("aria-posinset")) > 20
    press(page, "PageUp", "PageUp", "PageUp")
    expect(item(page, "a")).to_be_focused()


def test_typing_finds_rows_that_are_not_here(many, page):
    """The kernel says where the next hit is, as far as the rows are open."""
    press(page, "ArrowRight", "z")
    expect(item(page, "zulu")).to_be_focused()
    page.wait_for_timeout(800)
    page.keyboard.type("1777")
    expect(page.locator("[role=treeitem]:focus")).to_have_attribute("aria-posinset", "1778")


def test_a_star_opens_rows_that_are_not_here(many, page):
    """Two thousand siblings open at once, by one exception, and their rows come as they are seen."""
    press(page, "ArrowDown", "ArrowRight", "ArrowRight", "*")
    expect(item(page, "v")).to_be_visible()
    assert many.saved()["expanded"] == ["/b", "/b/~all"]
    press(page, "End", "ArrowUp")
    expect(page.locator("[role=treeitem]:focus")).to_contain_text(re.compile(r"^v\s*999"))
    assert page.get_by_role("treeitem").count() < 300


def test_the_active_row_keeps_the_focus_when_it_is_scrolled_away(many, page):
    """The keys go on from the row where they were, however far the view has gone."""
    press(page, "ArrowRight", "ArrowDown", "ArrowDown")
    expect(item(page, "1")).to_be_focused()
    page.get_by_role("tree").evaluate("tree => { tree.scrollTop = 200000; }")
    expect(page.get_by_role("treeitem", name=re.compile(r"^10000\b"))).to_be_visible()
    assert page.evaluate("() => document.activeElement.getAttribute('aria-posinset')") == "2"
    press(page, "ArrowDown")
    expect(item(page, "2")).to_be_focused()
    expect(item(page, "2")).to_be_in_viewport(ratio=1)
