"""What a tree's rows say, in JupyterLab: exact, explained, marked, masked, and all of it reached by the keyboard."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from .lab import DARK

TASK = r"""
import enum, typing, shimnb
from shimnb import PythonCustomizedContainerTask, Resources, ShimTaskExecutor, TaskMetadata
from shimnb.core.interface import executor_interface

class Color(enum.Enum):
    RED = "red"

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, limit: int = 5, color: Color) -> list[str]:
        return []

class Task(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {
            "limit": 3,
            "ratio": 2.5,
            "tags": ("a", 1),
            7: "seven",
            "query": "select name,\n    price\nfrom tracks\n" + "where id = 1 or\n" * 3000 + "true",
            "evil": "</script><img src=x onerror=window.ran=1>\u202e",
            "api_key": "hunter2-custom",
        }

task = Task("top_tracks", None, "ghcr.io/me/sql:1", Executor, requests=Resources(mem="512Mi"),
    environment={"DB_PASSWORD": "hunter2-env", "LOG_LEVEL": "debug"},
    metadata=TaskMetadata(retries=2), interface=executor_interface(Executor))
"""


@pytest.fixture
def tree(open_cells):
    """A task's tree, in its cell."""
    notebook = open_cells(TASK, "shimnb.tree(task)")
    notebook.run(0, 1)
    return notebook.cell(1)


def row(tree, name):
    """Find a row by the words that it begins with."""
    return tree.get_by_role("treeitem", name=re.compile(rf"^{re.escape(name)}\b")).first


def test_a_double_and_an_int_differ_in_words_and_looks(tree):
    """The words say which it is; the looks are not colour alone."""
    row(tree, "metadata").press("ArrowRight")
    row(tree, "retries").press("ArrowRight")
    whole = tree.get_by_role("treeitem", name="retries 2 uint32")
    broken = row(tree, "limit")
    expect(broken).to_contain_text("3.0 float")
    style = (
        "(row, text) => getComputedStyle([...row.querySelectorAll('*')].find(e => e.textContent === text)).fontStyle"
    )
    assert whole.evaluate(style, "2") == "normal"
    assert broken.evaluate(style, "3.0") == "italic"


def test_the_row_with_the_focus_is_explained(tree):
    """A person reads it below the tree, and hears it as the row's description."""
    row(tree, "container").focus()
    expect(
        tree.get_by_text("The container that runs the task: image, command line, resources, environment.")
    ).to_be_visible()
    expect(row(tree, "container")).to_have_accessible_description(
        re.compile("The container that runs the task: .* tt.container field 6 of flyteidl.core.TaskTemplate")
    )
    row(tree, "container").press("ArrowDown")
    expect(row(tree, "metadata")).to_have_accessible_description(re.compile("^How the task is run"))
    expect(row(tree, "container")).to_have_accessible_description("")


def test_a_loss_has_its_before_and_after(tree):
    """Beside the decoded value what was written, and beside the written one what arrives."""
    expect(row(tree, "limit")).to_contain_text("3.0 float was 3: an int becomes a float")
    expect(row(tree, "tags")).to_contain_text('["a", 1.0] list was ("a", 1): a tuple becomes a list')
    tree.get_by_role("button", name="Show the values as they were written").click()
    expect(row(tree, "limit")).to_contain_text("3 int arrives as 3.0: an int becomes a float")
    expect(row(tree, "tags")).to_contain_text('("a", 1) tuple arrives as ["a", 1.0]: a tuple becomes a list')
    expect(row(tree, "ratio")).to_have_accessible_name(re.compile(r"^ratio 2.5 float"))
    expect(tree.get_by_role("button", name="Show the values as they were written")).to_have_attribute(
        "aria-pressed", "true"
    )
    tree.get_by_role("button", name="Show the values decoded, as the cluster has them").click()
    expect(row(tree, "limit")).to_contain_text("3.0 float was 3")


def test_an_interface_says_what_a_template_does_not_give_back(tree):
    """On the variable that it is of."""
    row(tree, "interface").press("ArrowRight")
    row(tree, "inputs").press("ArrowRight")
    expect(row(tree, "color")).to_contain_text("was Color: an Enum is made anew from the values")
    expect(tree.get_by_role("treeitem", name=re.compile("^limit int"))).to_contain_text("was the default 5")


def test_unset_fields_come_when_they_are_asked_for(tree):
    """Their type and default, and gone again."""
    expect(row(tree, "k8s_pod")).to_have_count(0)
    toggle = tree.get_by_role("button", name="Show the unset fields too")
    toggle.click()
    expect(row(tree, "k8s_pod")).to_contain_text("not set K8sPod, oneof target")
    expect(row(tree, "task_type_version")).to_contain_text("0 int32 not set")
    expect(row(tree, "limit")).to_be_visible()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    expect(row(tree, "k8s_pod")).to_have_count(0)


def test_a_long_text_opens_in_place_with_its_lines(tree, page):
    """A part at a time, by the keyboard alone; Escape goes back to the row."""
    row(tree, "query").focus()
    row(tree, "query").press("Enter")
    text = tree.get_by_role("region", name="All of query")
    expect(text).to_contain_text("select name,\n    price\nfrom tracks\n", use_inner_text=True)
    expect(tree.get_by_text(re.compile(r"^1 to 16,384 of 48,0\d\d characters$"))).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(tree.get_by_role("button", name="Previous part")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(tree.get_by_text(re.compile(r"^16,385 to 32,768 of"))).to_be_visible()
    expect(tree.get_by_role("button", name="Next part")).to_be_focused()
    page.keyboard.press("Enter")
    expect(text).to_contain_text("or\ntrue", use_inner_text=True)
    expect(tree.get_by_role("button", name="Next part")).to_have_attribute("aria-disabled", "true")
    text.focus()
    text.press("Escape")
    expect(row(tree, "query")).to_be_focused()
    row(tree, "query").press("Enter")
    expect(text).to_have_count(0)


def test_a_secret_is_shown_to_who_asks_and_hidden_again(tree, page):
    """In this view alone: the state that is saved with the notebook does not know it."""
    row(tree, "container").press("ArrowRight")
    row(tree, "env").press("ArrowRight")
    secret = row(tree, "DB_PASSWORD")
    expect(secret).to_contain_text("hidden string")
    expect(tree).not_to_contain_text("hunter2")
    tree.get_by_role("button", name="Reveal the value of DB_PASSWORD").click()
    expect(secret).to_be_focused()
    expect(secret).to_contain_text('"hunter2-env"')
    saved = page.evaluate("() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())")
    assert "hunter2-env" not in json.dumps(json.loads(saved)["cells"][1])
    tree.get_by_role("button", name="Hide the value of DB_PASSWORD").click()
    expect(secret).to_contain_text("hidden")
    expect(tree).not_to_contain_text("hunter2")
    secret.focus()
    secret.press("Enter")
    expect(secret).to_contain_text('"hunter2-env"')
    secret.press("Enter")
    expect(tree).not_to_contain_text("hunter2")


def test_the_size_stands_against_the_limits(tree):
    """In words, and as a gauge that a screen reader reads."""
    meter = tree.get_by_role("meter", name="Size of the template")
    expect(meter).to_have_attribute("aria-valuetext", re.compile(r"^\d+\.\d KB, \d+ % of 64 KiB$"))
    expect(tree.get_by_text(re.compile(r"% of 64 KiB$"))).to_be_visible()


def test_a_hostile_text_is_a_text(tree, page):
    """No element comes of it, and nothing runs."""
    expect(row(tree, "evil")).to_contain_text('"</script><img src=x onerror=window.ran=1>\\u202e"')
    assert tree.locator("img").count() == 0
    assert page.evaluate("() => window.ran") is None


def test_rows_fit_at_twice_the_size(open_cells, page):
    """Nothing is cut off at the side, whatever wraps."""
    page.set_viewport_size({"width": 640, "height": 900})
    notebook = open_cells(TASK, "shimnb.tree(task)", theme=DARK)
    notebook.run(0, 1)
    tree = notebook.cell(1)
    expect(row(tree, "limit")).to_be_visible()
    wide = tree.get_by_role("tree").evaluate("tree => [tree.scrollWidth, tree.clientWidth]")
    assert wide[0] <= wide[1]
