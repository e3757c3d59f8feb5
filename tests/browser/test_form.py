"""What only a browser shows of the form: failures, markup that stays text, a page that does not jump."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

SHAKY = """%%shimtask shaky --image ghcr.io/acme/shaky:1
import time

from shimnb import ShimTaskExecutor


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, text: str = "fine", wait: float = 0.0) -> str:
        time.sleep(wait)
        print(text)
        if text != "fine":
            raise ValueError(text)
        return text
"""
MARKUP = "<img src=x onerror='window.harmed = true'><b>bold</b>"


@pytest.fixture
def notebook(open_cells):
    """A notebook with a task that can fail."""
    opened = open_cells("%load_ext shimnb", SHAKY)
    opened.run(0, 1)
    return opened


@pytest.fixture
def form(notebook):
    """Its form."""
    panel = notebook.cell(1).get_by_role("region", name="Task shaky")
    panel.get_by_role("tab", name="Run").click()
    return panel.get_by_role("tabpanel", name="Run")


def test_an_exception_shows_the_cells_line(form):
    """The line's number is the one that the cell shows, and the line itself stands beside it."""
    form.get_by_label("text").fill("broken")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_role("status")).to_have_text(re.compile(r"^Run 1 failed after .+: ValueError$"))
    expect(form.get_by_text("ValueError: broken", exact=True)).to_be_visible()
    expect(form.get_by_text("at line 12 of the cell raise ValueError(text)")).to_be_visible()


def test_a_failed_run_leaves_the_form(form):
    """What was typed stays, and the next run is one change away."""
    form.get_by_label("text").fill("broken")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_text("ValueError: broken", exact=True)).to_be_visible()
    expect(form.get_by_label("text")).to_have_value("broken")
    form.get_by_label("text").fill("fine")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_role("group", name="Outputs of run 2")).to_contain_text("fine")


def test_markup_stays_text(form, page):
    """Inputs, what is printed, and an error's message are never HTML."""
    form.get_by_label("text").fill(MARKUP)
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_label("Output of run 1")).to_have_text(MARKUP)
    expect(form.get_by_text(f"ValueError: {MARKUP}", exact=True)).to_be_visible()
    expect(form.get_by_role("img")).to_have_count(0)
    assert page.evaluate("() => window.harmed") is None


def test_nothing_jumps_while_a_run_is_on(form):
    """What stands stays where it is while the task runs, and after: a run's row comes below."""
    places = [form.get_by_label("text"), form.get_by_label("wait"), form.get_by_role("button", name="Run", exact=True)]
    form.get_by_label("wait").fill("1.5")
    before = [place.bounding_box() for place in places]
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_role("status")).to_have_text(re.compile("^Run 1 is going on"))
    assert [place.bounding_box() for place in places] == before
    expect(form.get_by_role("status")).to_have_text(re.compile("^Run 1 done"))
    assert [place.bounding_box() for place in places] == before


def test_the_kernel_is_free_while_a_run_is_on(form, notebook, page):
    """A run is no cell: other cells run meanwhile."""
    form.get_by_label("wait").fill("3")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_role("status")).to_have_text(re.compile("^Run 1 is going on"))
    notebook.set_source(0, "6 * 7")
    notebook.run(0)
    assert notebook.outputs(0)[0]["data"]["text/plain"] == "42"
    expect(form.get_by_role("status")).to_have_text(re.compile("^Run 1 is going on"))
    expect(form.get_by_role("status")).to_have_text(re.compile("^Run 1 done"))


def test_a_second_view_has_the_same_state(form, notebook, page):
    """JupyterLab makes an output again when it scrolls; the tab and the texts are still there."""
    form.get_by_label("text").fill("kept")
    expect(form.get_by_label("text")).to_have_value("kept")
    page.wait_for_timeout(500)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:create-output-view')")
    view = page.get_by_role("region", name="Task shaky").last
    expect(view.get_by_role("tab", selected=True)).to_have_text("Run")
    expect(view.get_by_label("text")).to_have_value("kept")
