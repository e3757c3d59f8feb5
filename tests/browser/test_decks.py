"""Decks in the panel: shown beside the results, usable by keyboard, and shut in when they are hostile."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import expect

from shimnb.core.deck import DEFAULT_FIELDS, deck_page
from shimnb.core.recorder import Recorder

from .lab import DARK, LIGHT
from .test_accessibility import violations

CELL = """%%shimtask decked --no-panel
from shimnb import Deck, PythonCustomizedContainerTask, ShimTaskExecutor, executor_interface


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, html: str = "<h2>Fine</h2>") -> str:
        Deck("mine & yours", html)
        return html


class Task(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {"a": "b"}


decked = Task("decked", None, "ghcr.io/acme/decked:1", Executor, interface=executor_interface(Executor), enable_deck=True)
"""
CELLS = ("import shimnb\n%load_ext shimnb", CELL, "shimnb.form(decked)")
HOSTILE = """<script>parent.parent.harmed = harmed = 1</script>
<img src=x onerror="top.harmed = 1; parent.harmed = 1"></iframe></section></body>
<p id="kept">still in the frame</p><a id="top" target="_top" href="https://shimnb.invalid/">top</a>
<a id="blank" target="_blank" href="https://shimnb.invalid/">blank</a>
<form target="_top" action="https://shimnb.invalid/"><button id="send">send</button></form>
<style>* { position: fixed !important; inset: 0; z-index: 2147483647; background: red }</style>
<meta http-equiv="refresh" content="0; url=https://shimnb.invalid/"><svg onload="top.harmed = 1"></svg>
<iframe srcdoc="<script>top.harmed = 1</script>"></iframe><template>"""


def form_of(notebook):
    """Run the notebook, and give the task's form."""
    notebook.run(0, 1, 2)
    return notebook.cell(2).locator(".shimnb-form")


def deck_of(form, number):
    """Open a run's deck, and give the page in its frame."""
    run = form.locator("details.snf-run").filter(has_text=f"#{number}")
    run.get_by_text(re.compile("^Deck ")).click()
    frame = run.locator("iframe")
    expect(frame).to_have_attribute("title", f"Deck of run {number}")
    return frame.content_frame


@pytest.fixture
def form(open_cells):
    """A form of a task with decks."""
    notebook = open_cells(*CELLS)
    return form_of(notebook)


def test_a_runs_decks_are_beside_its_results(form):
    """The executor's own come first, and each has a tab that the arrow keys reach."""
    form.get_by_role("button", name="Run", exact=True).click()
    deck = deck_of(form, 1)
    tabs = deck.get_by_role("radio")
    names = ["mine & yours", "Input", "Output", "Timeline", "Source Code", "Dependencies"]
    expect(tabs).to_have_count(len(names))
    assert [tabs.nth(i).evaluate("tab => tab.labels[0].textContent") for i in range(len(names))] == names
    expect(deck.frame_locator("#p0 iframe").get_by_role("heading", name="Fine")).to_be_visible()
    tabs.first.focus()
    tabs.first.press("ArrowRight")
    expect(deck.get_by_role("radio", name="Input")).to_be_checked()
    expect(deck.locator("#p0")).to_be_hidden()
    expect(deck.frame_locator("#p1 iframe").get_by_text("<h2>Fine</h2>")).to_be_visible()


def test_the_next_run_shows_its_deck_at_once(form):
    """Who has opened one run's deck works on it."""
    form.get_by_role("button", name="Run", exact=True).click()
    deck_of(form, 1)
    form.get_by_label("html").fill("<p>Second</p>")
    form.get_by_role("button", name="Run", exact=True).click()
    frame = form.get_by_title("Deck of run 2").content_frame
    expect(frame.frame_locator("#p0 iframe").get_by_text("Second")).to_be_visible()


def test_a_deck_can_be_kept_as_a_file(form, page):
    """The page as the cluster would have it, whose scripts may run where it is opened."""
    form.get_by_role("button", name="Run", exact=True).click()
    deck_of(form, 1)
    with page.expect_download() as download:
        form.get_by_role("button", name="Save deck.html").click()
    assert download.value.suggested_filename == "deck.html"
    assert "mine &amp; yours" in download.value.path().read_text(encoding="utf-8")


def test_a_hostile_deck_stays_in_its_frame(form, page):
    """No script runs, no link or form leads out, no style covers what is around it."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    form.get_by_label("html").fill(HOSTILE)
    form.get_by_role("button", name="Run", exact=True).click()
    deck = deck_of(form, 1)
    inner = deck.frame_locator("#p0 iframe").first
    expect(inner.locator("#kept")).to_have_text("still in the frame")
    expect(inner.get_by_text("This deck has scripts, and they do not run here.")).to_be_attached()
    url = page.url
    for name in ("top", "blank", "send"):
        inner.locator(f"#{name}").dispatch_event("click")
        inner.locator(f"#{name}").evaluate("element => element.click()")
    deck.locator("label").filter(has_text="Output").click()
    expect(deck.get_by_role("radio", name="Output")).to_be_checked()
    harmed = [frame.evaluate("() => window.harmed") for frame in page.frames if "invalid" not in frame.url]
    assert set(harmed) == {None}
    assert page.url == url
    assert len(page.context.pages) == 1
    assert not [address for address in asked if "shimnb.invalid" in address]
    box, frame = form.locator(".snf-deck").bounding_box(), form.get_by_title("Deck of run 1").bounding_box()
    assert box["x"] <= frame["x"]
    assert frame["x"] + frame["width"] <= box["x"] + box["width"] + 1


@pytest.mark.parametrize(("theme", "scheme"), [(LIGHT, "light"), (DARK, "dark")], ids=["light", "dark"])
def test_a_deck_is_in_the_notebooks_colours(open_cells, page, theme, scheme):
    """By the notebook's theme, and not by the system's; and axe has nothing to say of it."""
    page.emulate_media(color_scheme="null")  # what a test emulates holds in every frame
    notebook = open_cells(*CELLS, theme=theme)
    form = form_of(notebook)
    form.get_by_role("button", name="Run", exact=True).click()
    deck = deck_of(form, 1)
    inner = deck.frame_locator("#p0 iframe")
    expect(inner.get_by_role("heading", name="Fine")).to_be_visible()
    dark = "() => matchMedia('(prefers-color-scheme: dark)').matches"
    for place in (deck.locator("body"), inner.locator("body")):
        assert place.evaluate(dark) == (scheme == "dark")
    assert violations(page, form) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_alone_is_accessible(page, scheme):
    """The tabs, and each deck that a task makes by itself: colours, names, roles."""
    recorder = Recorder(DEFAULT_FIELDS, Recorder)
    recorder.inputs({"a": {"b": [1]}, "c": "<b>"})
    recorder.phase("Executing")
    html = deck_page(recorder.decks(), "Decks of t")
    page.emulate_media(color_scheme=scheme)
    page.set_content(html)
    assert violations(page, page.locator("html")) == []
    for document in re.findall(r'srcdoc="([^"]*)"', html):
        page.set_content(f'<!doctype html><html lang="en"><title>a</title><main><h1>a</h1>{unescape(document)}')
        assert violations(page, page.locator("html")) == []
