"""A failure in both modes: the user's lines, the words, and what to do."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from shimnb import PythonCustomizedContainerTask, ShimTaskExecutor, define, executor_interface
from shimnb.notebook.cell import build, discard
from shimnb.notebook.options import TaskOptions
from shimnb.notebook.runs.start import start


def finished(task, mode="kernel", **inputs):
    """Run a task to its end."""
    run = start(task, inputs, mode=mode, number=3)
    assert run.wait(60)
    return run


@pytest.mark.parametrize("mode", ["kernel", "isolated"])
def test_each_of_the_users_lines_is_a_place(cell, mode):
    """The outermost first, with the cell, the line and the source; a library's lines are none."""
    run = finished(
        cell("""
import json
def parse(text):
    return json.loads(text)
return parse("{")
"""),
        mode,
    )
    found = [(each.text, each.source, each.cell, each.function) for each in run.failure.places]
    assert found == [
        ("line 16 of the cell", 'return parse("{")', "sample", "execute_from_model"),
        ("line 15 of the cell", "return json.loads(text)", "sample", "parse"),
    ]
    assert run.failure.place == run.failure.places[-1]
    assert run.failure.type.endswith("JSONDecodeError")
    assert "json/decoder.py" in run.failure.full_traceback


def test_the_lines_of_an_included_part_do_not_move_those_of_the_cell():
    """In a process of its own what was included comes first; the line that is told is the cell's."""
    body = "from __future__ import annotations\ndef execute(tt, *, n: int) -> int:\n    return LIMIT // n\n"
    try:
        built = build(body, "sample", TaskOptions(include=("LIMIT",)), {"LIMIT": 3}, [(1, "LIMIT = 3")])
        runs = [finished(built.task, mode, n=0) for mode in ("kernel", "isolated")]
    finally:
        discard("sample")
    assert [run.failure.place.text for run in runs] == ["line 4 of the cell"] * 2
    assert [run.failure.place.source for run in runs] == ["return LIMIT // n"] * 2


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt) -> int:
        return 1


class Task(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {}


def test_an_executor_of_the_notebooks_own_says_what_to_do(monkeypatch):
    """No other process can import it."""
    monkeypatch.setattr(Executor, "__module__", "__main__")
    run = finished(Task("t", None, "img:1", Executor, interface=executor_interface(Executor)), "isolated")
    assert (run.state, run.failure.message) == (
        "failed",
        (
            "executor __main__.Executor: a fresh process cannot import it: __main__ is the notebook itself, or the script. "
            "Write the class in a %%shimtask cell, or import it from a module."
        ),
    )


def test_a_module_that_only_the_notebook_finds_is_explained(cell, monkeypatch):
    """A container would not find it either."""
    monkeypatch.setitem(sys.modules, "beside_the_notebook", ModuleType("beside_the_notebook"))
    run = finished(cell("import beside_the_notebook\nreturn n"), "isolated")
    assert run.failure.hint == (
        "The notebook finds beside_the_notebook in its own folder, or on its own path. A process of its own has what is "
        "installed, as a container has: install it (pip install -e), or put it on PYTHONPATH in the task's environment."
    )


@pytest.mark.parametrize("mode", ["kernel", "isolated"])
def test_progress_and_decks_come_from_both_modes(mode):
    """The same executor tells the same."""
    source = (
        "from shimnb import Deck, ShimTaskExecutor, progress\n\n\nclass Executor(ShimTaskExecutor):\n"
        "    def execute_from_model(self, tt, *, n: int = 1) -> int:\n"
        "        progress(1, 'all of it')\n        Deck('mine', '<b>deck</b>')\n        return n\n"
    )
    try:
        run = finished(define(source, "sample", deck=True), mode, n=4)
        assert (run.result(), run.progress) == (4, (1.0, "all of it"))
        from shimnb.notebook.runs.results import deck_html  # noqa: PLC0415

        assert "<b>deck</b>" in deck_html(run, 2**20)[0]
    finally:
        discard("sample")


def test_a_recursion_that_never_ends_is_told_in_bounds(cell):
    """Few of its places, and few characters of its traceback."""
    run = finished(cell("def again(k):\n    return again(k + 1)\nreturn again(0)"))
    assert run.failure.type == "RecursionError"
    assert len(run.failure.places) == 30
    assert len(run.failure.full_traceback) < 110_000
