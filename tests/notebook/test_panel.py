from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from ipywidgets import Widget

from shimnb.core.custom import Loss
from shimnb.core.interface import Interface
from shimnb.errors import ShimError
from shimnb.notebook.cell import define, discard
from shimnb.notebook.checks import Finding, check, count_words
from shimnb.notebook.options import TaskOptions
from shimnb.notebook.panel import command_text, panel, panel_text, source_text

if TYPE_CHECKING:
    from collections.abc import Iterator

DOUBLE = "def execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"


@pytest.fixture
def task() -> Iterator[object]:
    """A task of a cell, whose custom loses an int, and without an image."""
    yield define(DOUBLE, "double", options=TaskOptions(set=(("limit", "3"), ("word", "<b>ho</b>"))))
    Widget.close_all()
    discard()


def test_the_header_names_the_task(task):
    """Name, type, image and size, and how many warnings there are."""
    shown = panel(task).header
    assert shown["name"] == "double"
    assert shown["notes"][:2] == ["python-task", "no image"]
    assert shown["count"] == "2 warnings"


def test_the_findings_are_listed(task):
    """What would go wrong on a cluster: the image, and each loss with before and after."""
    assert [(each["path"], each["before"], each["after"]) for each in panel(task).findings] == [
        ("container.image", "", ""),
        ("custom.limit", "3", "3.0"),
    ]


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
    assert data["text/plain"].startswith("double · python-task · ")
    assert data["text/plain"].splitlines()[-1] == (
        "warning: custom.limit: An int becomes a float. 3 becomes 3.0. "
        "Convert it in the executor, or store it in the form that arrives."
    )


def test_a_terminal_gets_text(task):
    """The plain form of a panel needs no widget."""
    lines = panel_text(task).splitlines()
    assert lines[0].startswith("double · python-task · no image · ")
    assert lines[-2].startswith("warning: container.image: The task names no image")


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


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("ghcr.io/me/sql:1", None),
        ("ghcr.io/me/sql@sha256:0", None),
        ("{{.image.default.fqn}}", None),
        ("localhost:5000/sql", "The image 'localhost:5000/sql' has no tag, so it may change from one run to the next."),
        ("sql", "The image 'sql' has no tag, so it may change from one run to the next."),
        ("sql:latest", "The image 'sql:latest' may change from one run to the next."),
        ("", "The task names no image, so the registration's default one would run it."),
    ],
)
def test_an_image_needs_a_version(image: str, sentence: str | None):
    """A tag, a digest or a placeholder is a version; none, or latest, is a warning."""
    assert [each.sentence for each in check(image, 10, ())] == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (64 * 1024 - 1, []),
        (64 * 1024, [("warning", "The template has 64.0 KB: over 64 KiB.")]),
        (1536 * 1024, [("error", "The template has 1.5 MB: over 1.5 MiB, etcd's default limit of a request.")]),
        (4096 * 1024, [("error", "The template has 4.0 MB: over 4 MiB, gRPC's default limit of a message.")]),
    ],
)
def test_a_template_has_to_stay_small(size: int, found: list[tuple[str, str]]):
    """A warning from 64 KiB on, an error from etcd's and gRPC's limits on."""
    assert [(each.severity, each.sentence) for each in check("a:1", size, ())] == found


def test_what_the_types_do_not_tell_is_noted() -> None:
    """The input, its type before and after, and the reason; the header does not count notes."""
    [found] = check("a:1", 10, (), Interface({"day": dt.date, "n": int}, {"o0": int}))
    assert found == Finding(
        "note",
        "inputs.day",
        "A date's literal type is a datetime's.",
        "The executor gets what the template tells; rely on no more.",
        "date",
        "datetime",
    )
    assert count_words([found]) == ""


def test_a_frame_that_arrives_as_a_dataset_is_a_warning() -> None:
    """The executor gets a StructuredDataset, and is told how to open it."""
    [found] = check("a:1", 10, (), Interface({"table": pd.DataFrame}))
    assert found == Finding(
        "warning",
        "inputs.table",
        "The message says that it is a table, and not of which library.",
        "Open it in the executor: .open(DataFrame).all().",
        "DataFrame",
        "StructuredDataset",
    )


def test_outputs_without_an_order_are_a_warning() -> None:
    """Names of their own tell no order, unless a NamedTuple has them; o0, o1 do, and one output needs none."""
    [found] = check("a:1", 10, (), Interface(outputs={"mean": float, "count": int}))
    assert (found.severity, found.path) == ("warning", "interface.outputs")
    assert found.sentence == "A template keeps no order of its outputs, and the names mean, count tell none."
    for interface in (
        Interface(outputs={"mean": float, "count": int}, output_tuple_name="Stats"),
        Interface(outputs={"o0": float, "o1": int}),
        Interface(outputs={"mean": float}),
        Interface(),
    ):
        assert check("a:1", 10, (), interface) == ()


def test_errors_come_first():
    """Errors stand before warnings, and are counted apart."""
    found = check("", 2 * 1024 * 1024, [Loss("$.n", 1, 1.0, "an int becomes a float")])
    assert [each.severity for each in found] == ["error", "warning", "warning"]
    assert count_words(found) == "1 error, 2 warnings"


def test_a_loss_is_a_finding():
    """Its path, its reason, and the value before and after."""
    [found] = check("a:1", 10, [Loss("$.window.start", (1, 2), [1.0, 2.0], "a tuple becomes a list")])
    assert found == Finding(
        "warning",
        "custom.window.start",
        "A tuple becomes a list.",
        "Convert it in the executor, or store it in the form that arrives.",
        "(1, 2)",
        "[1.0, 2.0]",
    )


def test_a_command_is_laid_out_by_its_options():
    """An option and its value have a line; what a shell would split is quoted."""
    assert command_text(["run", "--query", "it's 1", "--x", "{{.input}}"]) == (
        "run \\\n  --query 'it'\\''s 1' \\\n  --x {{.input}}"
    )
