"""`docs/checks.md` says what is so: each row of its first table is a finding."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from shimnb import DeckField, Interface, PythonCustomizedContainerTask, Secret, SerializationSettings, checks

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"
SECTION = PAGE.read_text(encoding="utf-8").split("\n## What is looked at\n", 1)[1].split("\n## ", 1)[0]
TABLE = [
    [cell.strip() for cell in line.split(" | ")]
    for line in (line.strip("| ") for line in SECTION.splitlines() if line.startswith("| "))
][1:]
ROWS = {row[0]: [cell.replace("`", "") for cell in row[1:]] for row in TABLE}
HEAD = "from shimnb import ShimTaskExecutor\n"
BODY = "class Executor(ShimTaskExecutor):\n    def execute_from_model(self, tt):\n        "
NESTED = f"{HEAD}class Outer:\n    class Inner(ShimTaskExecutor):\n        def execute_from_model(self, tt): ...\n"


class Raises(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        raise KeyError("uri")


def replaced(make, plugin):
    """Make a task whose executor's module was loaded again."""
    task = make(executor=plugin().Executor)
    plugin()
    return task


def demanding(make, plugin):
    """Make a task whose executor needs an argument by now."""
    task = make(executor=plugin().Executor)
    task.executor_type.__init__ = lambda self, uri: None
    return task


def serialized(make):
    """Make a task that was serialized, and changed since."""
    task = make({"uri": "a"})
    task.serialize_to_model(SerializationSettings.for_image("ghcr.io/me/base:1", "v1"))
    task.task_config["uri"] = "b"
    return task


def using(text: str, name: str = "music_plugin") -> Callable[..., object]:
    """Make a task of an executor whose body is `text`."""
    return lambda make, plugin: make(executor=plugin(HEAD + BODY + text, name).Executor)


# By the first column.
MADE: dict[str, Callable[..., object]] = {
    "a value of `custom` that changes": lambda make, _: make({"n": 3}),
    "a value of `custom` that is no JSON": lambda make, _: make({"day": dt.date(2024, 2, 29)}),
    "a mapping of `custom` that was not written in order": lambda make, _: make({"b": "x", "a": "x"}),
    "what a plugin's method raises": lambda make, _: make(task_class=Raises),
    "a type that its message does not tell": lambda make, _: make(interface=Interface({"a": dt.date})),
    "a dataframe as an input": lambda make, _: make(interface=Interface({"a": pd.DataFrame})),
    "several outputs with names of their own": lambda make, _: make(interface=Interface(None, {"b": int, "a": int})),
    "a default of an input": lambda make, _: make(interface=Interface({"a": (int, 3)})),
    "a template from 64 KiB on": lambda make, _: make({"rows": "x" * 70_000}),
    "a template from 1.5 MiB on": lambda make, _: make({"rows": "x" * 1_600_000}),
    "a template from 4 MiB on": lambda make, _: make({"rows": "x" * 4_200_000}),
    "an executor of the notebook itself": using("return None", "__main__"),
    "an executor of a cell": using("return None", "shimcells.tracks"),
    "an executor within a class or a function": lambda make, plugin: make(executor=plugin(NESTED).Outer.Inner),
    "an executor whose name leads to another class": replaced,
    "an executor that needs arguments by now": demanding,
    "a name that the executor's module does not have": using("return pd.DataFrame()"),
    "a name that IPython alone has": using("display(tt)"),
    "names that the notebook alone has": using("return ShimTaskExecutor", "__main__"),
    "no image": lambda make, _: make(image=""),
    "an image without a tag": lambda make, _: make(image="sql"),
    "an image's tag `latest`": lambda make, _: make(image="sql:latest"),
    "an image's name that is none": lambda make, _: make(image="ghcr.io/Me/sql:1"),
    "an image that a registration resolves": lambda make, _: make(image="{{.image.sql}}"),
    "the default image's placeholder": lambda make, _: make(image="{{.image.default}}"),
    "a placeholder that nothing resolves": lambda make, _: make(image="{{.registry}}/sql:1"),
    "a secret that is not on this machine": lambda make, _: make(secret_requests=[Secret("g", "k")]),
    "a value that looks like a secret": lambda make, _: make(environment={"PASSWORD": "hunter2"}),
    "a variable that the kernel does not have": lambda make, _: make(environment={"MUSIC_NEW": "1"}),
    "a template that changed since `serialize_to_model`": lambda make, _: serialized(make),
    "a choice of decks": lambda make, _: make(enable_deck=True, deck_fields=[DeckField.INPUT]),
}


def test_every_row_is_made() -> None:
    """A row has a task of this module, and a task has its row."""
    assert list(ROWS) == list(MADE)


@pytest.mark.parametrize("what", MADE)
def test_a_row_is_a_finding(make, plugin, what: str) -> None:
    """Its severity, its path and its sentence, an ellipsis being what depends on the task."""
    severity, path, sentence = ROWS[what]
    pattern = ".+".join(map(re.escape, sentence.split("...")))
    found = [(each.severity, each.path, each.sentence) for each in checks(MADE[what](make, plugin))]
    assert [each for each in found if each[:2] == (severity, path) and re.fullmatch(pattern, each[2])], found
