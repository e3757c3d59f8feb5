from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets import Widget

from shimnb import checks
from shimnb.errors import ShimError
from shimnb.notebook import panel as panels
from shimnb.notebook.cell import discard
from shimnb.notebook.define import define
from shimnb.notebook.panel import PanelWidget, command_text, panel, panel_text, source_text

if TYPE_CHECKING:
    from collections.abc import Iterator

DOUBLE = "def execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"


@pytest.fixture
def task() -> Iterator[object]:
    """A task of a cell, whose custom loses an int, and without an image."""
    yield define(DOUBLE, "double", set={"limit": 3, "word": "<b>ho</b>"})
    Widget.close_all()
    discard()


def test_the_header_names_the_task(task):
    """Name, type, image and size, and how many warnings there are."""
    shown = panel(task).header
    assert shown["name"] == "double"
    assert shown["notes"][:2] == ["python-task", "no image"]
    assert shown["count"] == "2 warnings"


def test_the_findings_are_listed(task):
    """What the checks found, in their order: the image, each loss with before and after, and the notes."""
    shown = panel(task).findings
    assert shown == [asdict(each) for each in checks(task)]
    assert [(each["severity"], each["path"], each["before"], each["after"]) for each in shown] == [
        ("warning", "container.image", "", ""),
        ("warning", "custom.limit", "3", "3.0"),
        ("note", "executor", "", ""),
        ("note", "inputs.n", "", ""),
    ]


def test_the_checks_are_made_once(task, monkeypatch):
    """A panel's first paint waits for them."""
    made = []

    def counted(one):
        made.append(one)
        return checks(one)

    monkeypatch.setattr(panels, "checks", counted)
    panel(task).static_html()
    assert made == [task]


def test_the_source_is_what_was_generated(task):
    """The generated Python, and the container's command line."""
    generated, command = panel(task).source
    assert generated["title"] == "Generated Python"
    assert generated["text"].startswith("# What `%%shimtask double` is short for.\n")
    assert command["text"].endswith("-- {{.taskTemplatePath}} shimcells.double.Executor")


def test_closing_closes_every_widget(task):
    """No comm of the panel, the tree, the form or their layouts stays."""
    made = panel(task)
    made.close()
    assert made.comm is None
    assert [each.comm for each in (made.tree, made.form, made.layout, made.tree.layout, made.form.layout)] == [None] * 5


def test_the_static_forms_are_escaped(task):
    """Where there is no front end, text/html and text/plain show the same, and nothing of the user's is HTML."""
    made = panel(task)
    data, _ = made._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "<b>ho" not in data["text/html"]
    assert "&lt;b&gt;ho" in data["text/html"]
    assert "<summary>Checks (2)</summary>" in data["text/html"]
    assert (
        "<li><b>warning</b> <code>custom.limit</code> An int becomes a float. <code>3</code> becomes <code>3.0</code>. "
        "Write int(...) around it in the executor, or store a float.</li>"
    ) in data["text/html"]
    assert data["text/plain"].startswith("double · python-task · ")
    assert data["text/plain"].splitlines()[-3] == (
        "warning: custom.limit: An int becomes a float. 3 becomes 3.0. "
        "Write int(...) around it in the executor, or store a float."
    )


def test_a_terminal_gets_text(task):
    """The plain form of a panel needs no widget."""
    lines = panel_text(task).splitlines()
    assert lines[0].startswith("double · python-task · no image · ")
    assert lines[-4].startswith("warning: container.image: The task names no image")


def test_notes_alone_are_not_counted():
    """Neither in the header, nor on the tab, nor where there is no front end; they are listed there."""
    made = panel(define(DOUBLE, "double", image="a:1"))
    assert made.header["count"] == ""
    assert "<summary>Checks</summary>" in made.static_html()
    assert {each["severity"] for each in made.findings} == {"note"}
    Widget.close_all()
    discard()


def test_the_selected_tab_is_one_of_four(task):
    """The tab is kept in the model."""
    made = panel(task)
    assert made.tab == "template"
    made.tab = "run"
    assert made.get_state("tab") == {"tab": "run"}


def test_only_a_task_has_a_panel():
    """Anything else is refused in a sentence."""
    with pytest.raises(ShimError) as caught:
        panel("double")
    assert str(caught.value) == "panel: 'double' is no task. Pass the variable that %%shimtask made, or a task."


def test_a_task_by_hand_shows_its_cell():
    """Where nothing was generated, the source is the cell's own text."""
    source = (
        "from shimnb import PythonCustomizedContainerTask, ShimTaskExecutor\n"
        "class E(ShimTaskExecutor):\n"
        "    def execute_from_model(self, tt): ...\n"
        "class T(PythonCustomizedContainerTask):\n"
        "    def get_custom(self, settings):\n"
        "        return {}\n"
        "t = T('t', None, 'a:1', E)\n"
    )
    assert source_text(define(source, "t")) == ("The cell, nothing was generated", source)
    discard()


def test_a_command_is_laid_out_by_its_options():
    """An option and its value have a line; what a shell would split is quoted."""
    assert command_text(["run", "--query", "it's 1", "--x", "{{.input}}"]) == (
        "run \\\n  --query 'it'\\''s 1' \\\n  --x {{.input}}"
    )


def test_the_tree_can_show_what_changed_since_the_last_version() -> None:
    """The version that was another one stays over runs that change nothing; the first panel has none."""

    def made(limit: int) -> Any:
        return define("def execute(tt) -> None: ...", name="t", image="i:1", set={"limit": limit})

    first = PanelWidget(made(3))
    assert first.tree.title["earlier"] is False
    second = PanelWidget(made(4), after=first)
    third = PanelWidget(made(4), after=second)
    assert third.tree.title["earlier"] is True
    assert third.tree.comparing is False
    third.tree.comparing = True
    assert third.tree.title["notes"] == ["1 changed"]
    [custom] = [row for row in third.tree.rows if row["key"] == "custom"]
    assert [(row["value"], row["before"]) for row in custom["children"]] == [("4.0", "3.0")]
    # What a page without a kernel shows is the tree.
    assert "was <del>" not in third.tree.static_html()
    fourth = PanelWidget(made(5), after=third)
    assert fourth.tree.comparing is True
    [custom] = [row for row in fourth.tree.rows if row["key"] == "custom"]
    assert custom["children"][0]["before"] == "4.0"
    fourth.tree.comparing = False
    assert fourth.tree.title["name"] == "t"
    assert fourth.tree.rows[0]["key"] == "custom"
