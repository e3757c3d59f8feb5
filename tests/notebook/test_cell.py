from __future__ import annotations

import inspect
import linecache
import pickle
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from shimnb.errors import ShimError
from shimnb.notebook.cell import build, discard, is_cell_file, text_of
from shimnb.notebook.options import TaskOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION = "def execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"
EXECUTOR = """\
from dataclasses import dataclass
from shimnb import ShimTaskExecutor

@dataclass
class Config:
    word: str = "ho"
    count: int = 1

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, times: int) -> str:
        return tt.custom["word"] * times
"""
BY_HAND = """\
from shimnb import Interface, PythonCustomizedContainerTask, ShimTaskExecutor

class Execute(ShimTaskExecutor):
    def execute_from_model(self, tt, *, times: int) -> str:
        return tt.custom["word"] * times

class Repeat(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {"word": self.task_config}

def make(name, word="ho"):
    return Repeat(name, word, "a:1", Execute, interface=Interface({"times": int}, {"o0": str}))

"""


@pytest.fixture(autouse=True)
def no_cells() -> Iterator[None]:
    """Each test begins and ends without cells."""
    discard()
    yield
    discard()


def define(source: str, name: str, options: TaskOptions | None = None, notebook: dict[str, Any] | None = None):
    """Build a cell, and return its task."""
    return build(source, name, options or TaskOptions(), notebook or {}).task


def message(source: str, name: str = "t", **options) -> str:
    """Define what is no task, and return what the error says."""
    with pytest.raises(ShimError) as caught:
        define(source, name, options=TaskOptions(**options))
    return str(caught.value)


def test_a_function_is_a_task():
    """Level 1: the keywords are the inputs, the result is the output."""
    task = define(FUNCTION, "double")
    assert (task(n=4), task(), task.name) == (8, 4, "double")


def test_what_is_set_is_custom():
    """Level 1: --set takes JSON, and a string otherwise."""
    given = (("a", "[1.5, null]"), ("b", "select 1"), ("c", '"5"'), ("d", "NaN"))
    task = define(FUNCTION, "t", options=TaskOptions(set=given))
    assert task.task_template.custom == {"a": [1.5, None], "b": "select 1", "c": "5", "d": "NaN"}


def test_an_executor_and_its_config_are_a_task():
    """Level 2: Config is task_config, and its fields are custom."""
    task = define(EXECUTOR, "t", options=TaskOptions(set=(("word", "ha"),)))
    assert task(times=2) == "haha"
    assert task.task_template.custom == {"word": "ha", "count": 1.0}
    assert type(task).__name__ == "TTask"


def test_a_string_field_keeps_its_text():
    """``--set word=1.10`` of a str field is no number."""
    task = define(EXECUTOR, "t", options=TaskOptions(set=(("word", "1.10"),)))
    assert task.task_config.word == "1.10"


def test_a_task_made_by_hand():
    """Level 3: the only instance is the cell's task, whatever its variable is."""
    cell = build(BY_HAND + "repeat = make('other')\n", "t", TaskOptions(), {})
    assert cell.task(times=2) == "hoho"
    assert cell.public["t"] is cell.public["repeat"] is cell.task
    assert cell.text.generated == ""


@pytest.mark.parametrize("tail", ["t = make('x')\nu = make('y')\n", "a = make('t', 'ha')\nb = make('b')\n"])
def test_of_several_tasks_the_one_with_the_name_counts(tail: str):
    """Level 3: the variable's name, or else the task's, is the one on the magic's line."""
    cell = build(BY_HAND + tail, "t", TaskOptions(), {})
    assert cell.task in (cell.public.get("t"), cell.public.get("a"))


def test_the_module_is_a_real_one():
    """It can be imported, has a spec and a loader, and knows its source."""
    task = define(EXECUTOR, "t")
    module = import_module("shimcells.t")
    assert module.t is task
    assert module.__spec__.name == "shimcells.t"
    assert module.__loader__.get_source("shimcells.t").startswith("\nfrom dataclasses")
    assert inspect.getsource(module.Config).startswith("@dataclass\nclass Config:")
    assert "execute_from_model" in inspect.getsource(module.Executor)
    assert inspect.getsource(module.TTask).startswith("class TTask(")
    assert pickle.loads(pickle.dumps(module.Config("a"))) == module.Config("a")


def test_the_text_that_is_shown_is_what_runs():
    """The module's source, executed anew by its loader, gives an equal template."""
    task = define(EXECUTOR, "t")
    module = import_module("shimcells.t")
    again: dict[str, object] = {"__name__": "shimcells.t"}
    exec(module.__loader__.get_code("shimcells.t"), again)  # noqa: S102
    assert again["t"].task_template == task.task_template


def test_lines_are_the_cells():
    """A traceback has the cell's line number, the magic's own line being 1, and its text."""
    task = define("def execute(tt) -> int:\n    return 1 // 0\n", "t")
    with pytest.raises(ZeroDivisionError) as caught:
        task()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.lineno, last.line, is_cell_file(last.filename)) == (3, "return 1 // 0", True)


def test_an_old_traceback_shows_the_old_text():
    """Each version has a file name of its own."""
    task = define("def execute(tt) -> int:\n    return 1 // 0  # old\n", "t")
    with pytest.raises(ZeroDivisionError) as caught:
        task()
    define("def execute(tt) -> int:\n    return 2 // 0  # new\n", "t")
    assert "return 1 // 0  # old" in "".join(traceback.format_exception(caught.value))


def test_future_lines_hold_for_the_whole_module():
    """`from __future__` is the first statement still, and the generated text follows it."""
    task = define(f"from __future__ import annotations\n{EXECUTOR}", "t")
    assert task(times=1) == "ho"
    assert import_module("shimcells.t").TTask.__init__.__annotations__["name"] == "str"


def test_what_the_notebook_gets():
    """The module's own public names, and the task; not what it imports."""
    cell = build(f"import json\n_hidden = 1\nLIMIT = 2\n{EXECUTOR}", "t", TaskOptions(), {})
    assert sorted(cell.public) == ["Config", "Executor", "LIMIT", "TTask", "t"]


def test_what_a_star_imports_is_not_the_cells():
    """Nor is a task that comes in so; what the cell defines under such a name is."""
    cell = build(f"from math import *\ndef tau(): ...\n{FUNCTION}", "t", TaskOptions(), {})
    assert sorted(cell.public) == ["Executor", "TTask", "execute", "t", "tau"]


def test_all_decides_what_is_public():
    """`__all__` is taken at its word, and the task comes with it."""
    cell = build(f"__all__ = ['Config']\n{EXECUTOR}", "t", TaskOptions(), {})
    assert sorted(cell.public) == ["Config", "t"]


def test_the_text_is_kept_by_the_task():
    """The texts of a cell are found by its task."""
    text = text_of(define(FUNCTION, "t"))
    assert text is not None
    assert text.source == f"\n{FUNCTION}\n\n{text.generated}"


@pytest.mark.parametrize(
    "source",
    [
        "def execute(",
        "1 / 0",
        "x = 1",
        "import sys\nsys.exit(1)",
        "def execute(tt, *, n) -> int: ...",
        "def execute(tt, *, n: complex) -> int: ...",
        EXECUTOR.replace('word: str = "ho"', "word: object = dataclass"),
        "def execute(tt) -> int:\n    return pd",
        BY_HAND + "a = make('a')\nb = make('b')",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_cell_that_fails_changes_nothing(source: str, before: bool):
    """Modules, line cache and the task of the version before stay exactly as they were."""
    task = define(EXECUTOR, "t") if before else None
    modules = {key: value for key, value in sys.modules.items() if key.startswith("shimcells")}
    package = dict(vars(modules.get("shimcells", sys)))
    lines = {key: value for key, value in linecache.cache.items() if is_cell_file(key)}
    with pytest.raises((ShimError, ZeroDivisionError, SystemExit)):
        define(source, "t")
    assert {key: value for key, value in sys.modules.items() if key.startswith("shimcells")} == modules
    assert dict(vars(modules.get("shimcells", sys))) == package
    assert {key: value for key, value in linecache.cache.items() if is_cell_file(key)} == lines
    if task is not None:
        assert task(times=2) == "hoho"
        assert text_of(task) is not None


def test_versions_leave_nothing_behind():
    """Running a cell again and again keeps one module and one text."""
    for _ in range(20):
        define(FUNCTION, "t")
    assert [key for key in sys.modules if key.startswith("shimcells")] == ["shimcells", "shimcells.t"]
    assert len([key for key in linecache.cache if is_cell_file(key)]) == 1


def test_discarding_takes_the_module_back():
    """Nothing is left of the last cell."""
    define(FUNCTION, "t")
    discard("t")
    assert not [key for key in sys.modules if key.startswith("shimcells")]
    assert not [key for key in linecache.cache if is_cell_file(key)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1t", "task name: no identifier: '1t'. Use letters, digits and underscores, such as task_1t."),
        (
            "top-tracks",
            "task name: no identifier: 'top-tracks'. Use letters, digits and underscores, such as top_tracks.",
        ),
        ("--", "task name: no identifier: '--'. Use letters, digits and underscores, such as top_tracks."),
        ("class", "task name: a keyword of Python: 'class'. Write class_task, or another name."),
        ("In", "task name: a name of IPython's own: 'In'. Write In_task, or another name."),
        ("_t", "task name: private: '_t'. Write t: a task is there to be used."),
    ],
)
def test_a_name_that_is_no_variable(name: str, expected: str):
    """The task's name is a public identifier."""
    assert message(FUNCTION, name) == expected


SUBCLASS = "from shimnb import ShimTaskExecutor\nclass Executor(ShimTaskExecutor):\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "cell t: the cell is empty. Write the task below the magic's line."),
        ("# only a comment", "cell t: the cell is empty. Write the task below the magic's line."),
        (
            "x = (1,\ny",
            "cell t, line 2: '(' was never closed. Mend the line, and run the cell again.\n  2 | x = (1,\n          ^",
        ),
        (
            "return 3",
            "cell t, line 2: 'return' outside function. Mend the line, and run the cell again.\n  2 | return 3\n      ^",
        ),
        (
            "import os\n!ls",
            (
                "cell t, line 3: invalid syntax. Write it in a cell of its own: this one is a Python module, without "
                "IPython's %, ! and ? lines.\n  3 | !ls\n      ^"
            ),
        ),
        (
            "now = %time 1",
            (
                "cell t, line 2: invalid syntax. Write it in a cell of its own: this one is a Python module, without "
                "IPython's %, ! and ? lines.\n  2 | now = %time 1\n            ^"
            ),
        ),
        (
            "print??",
            (
                "cell t, line 2: invalid syntax. Write it in a cell of its own: this one is a Python module, without "
                "IPython's %, ! and ? lines.\n  2 | print??\n           ^"
            ),
        ),
        (
            "n = 3 % % 4",
            "cell t, line 2: invalid syntax. Mend the line, and run the cell again.\n  2 | n = 3 % % 4\n              ^",
        ),
        (
            "def execute(n: int) -> int: ...",
            (
                "cell t, line 2: the first parameter of `execute` gets the template, and 'n' is annotated int. "
                "Write `def execute(tt, *, n: int, ...) -> ...:`.\n  2 | def execute(n: int) -> int: ..."
            ),
        ),
        (
            f"{SUBCLASS}    def execute_from_model(self, rows: list[str]) -> int: ...",
            (
                "cell t, line 4: the first parameter of `execute_from_model` gets the template, and 'rows' is annotated "
                "list[str]. Write `def execute_from_model(self, tt, *, rows: list[str], ...) -> ...:`.\n"
                "  4 |     def execute_from_model(self, rows: list[str]) -> int: ..."
            ),
        ),
        (
            f"{SUBCLASS}    def execute_from_model(self, *, n: int) -> int: ...",
            (
                "cell t, line 4: `execute_from_model` has no parameter for the template. Write "
                "`def execute_from_model(self, tt, *, ...) -> ...:`.\n"
                "  4 |     def execute_from_model(self, *, n: int) -> int: ..."
            ),
        ),
        (
            "x = 1",
            (
                "cell t: it defines no task. Write `def execute(tt, *, ...) -> ...:`, or a class that derives from "
                "shimnb.ShimTaskExecutor."
            ),
        ),
        (
            "def execute(tt, *, n) -> int: ...",
            (
                "cell t, line 2, execute, 'n': it has no annotation. Write its type: n: int.\n"
                "  2 | def execute(tt, *, n) -> int: ..."
            ),
        ),
        (
            "def execute(tt, *, n: int): ...",
            (
                'cell t, line 2, execute, \'return\': the result has no annotation. Write "-> TYPE", or "-> None" if it '
                "returns nothing.\n  2 | def execute(tt, *, n: int): ..."
            ),
        ),
        (
            "def execute(tt, *, n: complex) -> int: ...",
            (
                "cell t, line 2, input n: the type complex has no Flyte literal type. Use a dataclass of two floats.\n"
                "  2 | def execute(tt, *, n: complex) -> int: ..."
            ),
        ),
        (
            "def execute() -> int: ...",
            (
                "cell t, line 2: `execute` has no parameter for the template. Write `def execute(tt, *, ...) -> ...:`.\n"
                "  2 | def execute() -> int: ..."
            ),
        ),
        (
            "def execute(tt, **rest) -> int: ...",
            (
                "cell t, line 2: `execute` takes **rest. A task's inputs are named: write each one.\n"
                "  2 | def execute(tt, **rest) -> int: ..."
            ),
        ),
        (
            "async def execute(tt) -> int: ...",
            (
                "cell t, line 2: `execute` is a coroutine. Write `def execute`, without `async`.\n"
                "  2 | async def execute(tt) -> int: ..."
            ),
        ),
        (
            "def execute(tt, *, self: int) -> int: ...",
            (
                "cell t, line 2: the parameter 'self' has a name that the executor needs. Rename it.\n"
                "  2 | def execute(tt, *, self: int) -> int: ..."
            ),
        ),
        (
            "execute = len",
            "cell t, line 2: `execute` is no function of this cell. Write it with `def`.\n  2 | execute = len",
        ),
        (
            f"{SUBCLASS}    pass",
            (
                "cell t, line 3, executor shimcells.t.Executor: it has no execute_from_model. Write: def "
                "execute_from_model(self, tt, *, ...) -> ...:\n  3 | class Executor(ShimTaskExecutor):"
            ),
        ),
        (
            "class Executor:\n    pass",
            (
                "cell t, line 2, executor Executor: it does not derive from ShimTaskExecutor. "
                "Write `class Executor(shimnb.ShimTaskExecutor):`.\n  2 | class Executor:"
            ),
        ),
        (
            f"{SUBCLASS}    def execute_from_model(self, tt, *,\n        n) -> int: ...",
            (
                "cell t, line 5, Executor.execute_from_model, 'n': the parameter has no annotation. Write its type: "
                "n: int.\n  5 |         n) -> int: ..."
            ),
        ),
        (
            "from shimnb import ShimTaskExecutor\nclass A(ShimTaskExecutor): ...\nclass B(ShimTaskExecutor): ...",
            (
                "cell t, line 4: it defines 2 executors, A and B. Name the task's own `Executor`.\n"
                "  4 | class B(ShimTaskExecutor): ..."
            ),
        ),
        (
            EXECUTOR.replace("@dataclass", ""),
            "cell t, line 6: `Config` is no dataclass. Write @dataclass above the class.\n  6 | class Config:",
        ),
        (
            EXECUTOR.replace(' = "ho"', ""),
            (
                "cell t, line 7: Config needs 'word', without a default. Give it one, or write --set word=VALUE.\n"
                "  7 |     word: str"
            ),
        ),
        (
            EXECUTOR.replace('word: str = "ho"', "word: object = dataclass"),
            "cell t, line 7, custom at $.word: a function is no JSON value: <function dataclass at 0x>. Leave it out.",
        ),
        (
            f"{FUNCTION}__all__ = ['execute', 'nope']",
            (
                "cell t, line 4: `__all__` names 'nope', and the cell does not define it. Leave it out, or define it.\n"
                "  4 | __all__ = ['execute', 'nope']"
            ),
        ),
        (
            f"__all__ = 'execute'\n{FUNCTION}",
            "cell t, line 2: `__all__` is no list of names. Write strings in brackets.\n  2 | __all__ = 'execute'",
        ),
        (
            f"t = 1\n{FUNCTION}",
            "cell t, line 2: the cell binds 't' itself, and the task takes that name. Rename one of them.\n  2 | t = 1",
        ),
        (
            "def execute(tt) -> int:\n    return pd + np",
            (
                "cell t, line 3: 2 names are not there when the cell runs without the notebook, as it does on a cluster. "
                "Bring them in:\n  line 3, 'np': Write `import numpy as np` in the cell.\n"
                "  line 3, 'pd': Write `import pandas as pd` in the cell.\n  3 |     return pd + np"
            ),
        ),
        (
            f"{BY_HAND}a = make('a')\nb = make('b')",
            (
                "cell t: it makes 2 tasks, a and b, and none is named 't'. Give one of them the name that stands on the "
                "magic's line, or write a cell for each."
            ),
        ),
        (
            f"{BY_HAND}a = make('a')\nt = 3",
            "cell t, line 16: 't' is bound to what is no task. Write `%%shimtask a`, or rename it.\n  16 | t = 3",
        ),
    ],
)
def test_what_is_no_task(source: str, expected: str):
    """Each mistake is named with its line and the remedy."""
    told = message(source)
    if " at 0x" in expected:
        assert told.startswith("cell t, line 7, custom at $.word: ")
        assert told.endswith("\n  7 |     word: object = dataclass")
    else:
        assert told == expected


def test_a_name_of_the_notebook_is_told_from_an_unknown_one():
    """What the notebook has is said to be there, and to be out of the cluster's reach."""
    with pytest.raises(ShimError) as caught:
        define("def execute(tt) -> int:\n    return LIMIT", "t", notebook={"LIMIT": 3})
    assert str(caught.value) == (
        "cell t, line 3: 'LIMIT' is neither defined nor imported in the cell; the notebook has it, but a cluster runs "
        "the cell without the notebook. Define it in the cell, or pass it as data: --set LIMIT=3, read as "
        "tt.custom['LIMIT'].\n  3 |     return LIMIT"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("wrod", "a"), "cell t, line 1: --set wrod: Config has no such field. Did you mean 'word'?"),
        (("zzz", "a"), "cell t, line 1: --set zzz: Config has no such field. Its fields are word and count."),
        (
            ("count", "two"),
            "cell t, line 1: --set count=two: Config's field is an integer. Write --set count=VALUE with one.",
        ),
    ],
)
def test_a_set_that_does_not_fit_the_config(given: tuple[str, str], expected: str):
    """An unknown field has the nearest one named, and a value of another type is refused."""
    assert message(EXECUTOR, set=(given,)) == expected


def test_options_that_would_be_ignored_are_refused():
    """Level 3: a task made by hand takes nothing from the magic's line."""
    assert message(BY_HAND + "t = make('t')", retries=2, image="a:1") == (
        "cell t, line 1: the cell makes its task by hand, so --image and --retries would be ignored. "
        "Write it in the cell, and leave it out of the magic's line."
    )
