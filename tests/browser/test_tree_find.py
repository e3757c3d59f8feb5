"""Search in the tree: typed, counted, gone through, marked, filtered; by keyboard, and kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from shimnb.notebook.tree.widget import tree

from .bare import show

SAMPLE = {
    "window": {"start": "2024-01-01", "limits": [1, 22, 333]},
    "query": "select name from tracks limit :limit " + "x" * 300 + " finish",
    "Limit": 3,
    "api_key": "hunter22",
    "other": {"deep": {"limit": "here"}},
}


@pytest.fixture
def sample(page):
    """A small tree, all rows closed."""
    return show(page, tree(SAMPLE))


def box(page):
    """Find the search box."""
    return page.get_by_role("searchbox", name="Search the tree")


def count(page):
    """Find what tells the number of hits."""
    return page.get_by_role("status", name="Hits")


def message(page):
    """Find the words below the box."""
    return page.locator("#" + (box(page).get_attribute("aria-describedby") or ""))


def item(page, key):
    """Find a row by its key."""
    return page.get_by_role("treeitem", name=re.compile(rf"^{key}\b")).first


def keys_of(page):
    """List the keys of the rows, in their order."""
    return [text.split()[0] for text in page.get_by_role("treeitem").all_inner_texts()]


def marks(page):
    """List the marked texts."""
    return page.locator("[role=tree] mark").all_inner_texts()


def test_hits_are_counted_marked_and_revealed(sample, page):
    """The first one is opened and scrolled to; the others as they are gone to."""
    box(page).fill("limit")
    expect(count(page)).to_have_text("1 of 4")
    expect(page.locator("[role=tree] mark").first).to_have_text(re.compile("limit", re.IGNORECASE))
    page.get_by_role("button", name="Next hit").click()
    expect(count(page)).to_have_text("2 of 4")
    expect(item(page, "limit")).to_be_visible()
    page.get_by_role("button", name="Previous hit").click()
    page.get_by_role("button", name="Previous hit").click()
    expect(count(page)).to_have_text("4 of 4")
    expect(message(page)).to_have_text("Before the first hit, on from the last.")
    expect(item(page, "limits")).to_be_visible()


def test_enter_goes_on_and_wraps_with_a_word(sample, page):
    """Shift+Enter goes back; the box keeps the focus."""
    box(page).fill("limit")
    expect(count(page)).to_have_text("1 of 4")
    for number in (2, 3, 4, 1):
        page.keyboard.press("Enter")
        expect(count(page)).to_have_text(f"{number} of 4")
    expect(message(page)).to_have_text("After the last hit, on from the first.")
    page.keyboard.press("Shift+Enter")
    expect(count(page)).to_have_text("4 of 4")
    expect(box(page)).to_be_focused()


def test_a_scope_is_chosen(sample, page):
    """Keys, values or paths."""
    box(page).fill("limit")
    for scope, told in (("keys", 3), ("values", 1), ("paths", 3), ("everything", 4)):
        page.get_by_role("combobox", name="Search in").select_option(label=scope)
        expect(count(page)).to_have_text(re.compile(f"of {told}$"))
    box(page).fill('["window"]["start"]')
    expect(count(page)).to_have_text("1 of 1")
    expect(item(page, "start")).to_be_visible()


def test_a_regex_and_a_wrong_one(sample, page):
    """What is wrong is told beside the box, and nothing is lost."""
    box(page).fill(r"/^l\w+s$/")
    expect(count(page)).to_have_text("1 of 1")
    box(page).fill("/(limit/")
    expect(message(page)).to_have_text(
        "No regex: missing ), unterminated subpattern, at character 2. Mend it, or search without the slashes."
    )
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    expect(count(page)).to_have_text("1 of 1")
    expect(page.locator("[role=tree] mark")).to_have_text(["limits"])
    box(page).fill("/(limit)/")
    expect(message(page)).to_have_text("")
    expect(box(page)).not_to_have_attribute("aria-invalid", "true")


def test_a_hit_in_the_part_that_is_cut_is_said(sample, page):
    """There is nothing to mark, so there are words."""
    box(page).fill("finish")
    expect(item(page, "query")).to_contain_text("found in what is not shown")


def test_a_hidden_value_is_found_once_it_is_revealed(sample, page):
    """And not before."""
    box(page).fill("hunter22")
    expect(count(page)).to_have_text("No hits")
    page.get_by_role("button", name="Reveal the value of api_key").click()
    expect(item(page, "api_key")).to_contain_text("hunter22")
    box(page).fill("hunter2")
    expect(count(page)).to_have_text("1 of 1")


def test_only_hits_are_left_when_asked(sample, page):
    """With what leads to them; and all comes back."""
    box(page).fill("limit")
    expect(count(page)).to_have_text("1 of 4")
    page.get_by_role("button", name="Show only the hits and what leads to them").click()
    expect(item(page, "api_key")).to_have_count(0)
    expect(item(page, "query")).to_be_visible()
    for _ in range(3):
        page.get_by_role("button", name="Next hit").click()
    expect(item(page, "limit")).to_be_visible()
    assert "start" not in keys_of(page)
    expect(count(page)).to_have_text("4 of 4")
    page.get_by_role("button", name="Show only the hits and what leads to them").click()
    expect(item(page, "api_key")).to_be_visible()


def test_rows_without_a_hit_step_back(sample, page):
    """In colour alone: they stay legible, and a row with hits below it does not."""
    box(page).fill("limit")
    expect(count(page)).to_have_text("1 of 4")
    colour = "row => getComputedStyle(row.querySelector('.sn-name')).color"
    expect(item(page, "api_key")).to_have_class(re.compile("sn-dim"))
    assert item(page, "api_key").evaluate(colour) != item(page, "other").evaluate(colour)


def test_the_keyboard_comes_to_the_box_and_back(sample, page):
    """Ctrl+F and a slash in the tree; Escape clears, and gives the focus back."""
    item(page, "window").focus()
    for keys in ("Control+f", "/"):
        page.keyboard.press(keys)
        expect(box(page)).to_be_focused()
        page.keyboard.type("22")
        expect(count(page)).to_have_text("1 of 1")
        page.keyboard.press("Escape")
        expect(box(page)).to_have_value("")
        expect(count(page)).to_have_text("")
        assert marks(page) == []
        assert page.evaluate("() => document.activeElement.getAttribute('role')") == "treeitem"


def test_f3_goes_on_within_the_tree(sample, page):
    """The focus goes to the hit."""
    box(page).fill("limit")
    expect(count(page)).to_have_text("1 of 4")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("F3")
    expect(count(page)).to_have_text("2 of 4")
    expect(item(page, "limit")).to_be_focused()


def test_no_key_of_the_box_reaches_the_notebook(sample, page):
    """Letters, Enter, Shift+Enter, Escape, and Ctrl+F; Ctrl+S does."""
    page.evaluate("() => { window.heard = []; document.addEventListener('keydown', (e) => window.heard.push(e.key)); }")
    box(page).focus()
    for keys in ("b", "Enter", "Shift+Enter", "ArrowDown"):
        box(page).focus()
        page.keyboard.press(keys)
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    assert [key for key in page.evaluate("() => window.heard") if key not in {"Shift", "Control"}] == []
    page.keyboard.press("Control+s")
    assert "s" in page.evaluate("() => window.heard")


def test_the_search_comes_back_with_the_view(sample, page):
    """As a front end makes it anew, and in a tree that takes this one's place."""
    box(page).fill("limit")
    page.get_by_role("combobox", name="Search in").select_option(label="keys")
    expect(count(page)).to_have_text("1 of 3")
    assert sample.saved()["finding"] == {"query": "limit", "scope": "keys", "only": False}
    sample.again()
    expect(box(page)).to_have_value("limit")
    expect(page.get_by_role("combobox", name="Search in")).to_have_value("keys")
    expect(count(page)).to_have_text(re.compile("of 3$"))
    sample.widget.finding = {"query": "limit", "scope": "keys", "only": False}
    assert tree(SAMPLE).finding == {}
    assert type(sample.widget)(SAMPLE, after=sample.widget).finding == sample.widget.finding


def test_a_search_goes_on_in_what_is_shown_next(page):
    """When the tree shows something else, its hits are counted anew."""
    shown = show(page, tree({"limit": 1}))
    box(page).fill("limit")
    expect(count(page)).to_have_text("1 of 1")
    shown.widget.show(SAMPLE)
    shown.put(**{name: getattr(shown.widget, name) for name in ("title", "count", "rows", "version")})
    expect(count(page)).to_have_text("1 of 4")


def test_hits_far_away_in_a_large_tree(page):
    """Of which nothing was fetched; and many of them."""
    show(page, tree({"rows": [{"name": f"row {number}"} for number in range(30_000)]}))
    box(page).fill("row 29999")
    expect(count(page)).to_have_text("1 of 1")
    expect(page.get_by_role("treeitem").filter(has_text="row 29999").last).to_be_visible()
    box(page).fill("row")
    expect(count(page)).to_have_text(re.compile(r"of 30,001$"))
    page.keyboard.press("Shift+Enter")
    expect(count(page)).to_have_text(re.compile(r"of 30,001$"))
    assert page.get_by_role("treeitem").count() <= 300


def test_without_a_kernel_the_box_is_there(page):
    """And the tree can be read."""
    show(page, tree(SAMPLE), kernel=False)
    box(page).fill("limit")
    expect(item(page, "window")).to_be_visible()
    expect(count(page)).to_have_text("Searching…")
