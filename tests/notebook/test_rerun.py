"""A cell that runs again: what stays, what is replaced, and what is said."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import tasks_pb2
from ipywidgets import Widget

from shimnb.notebook import panel as panels
from shimnb.notebook.cell import discard
from shimnb.notebook.changes import Change
from shimnb.notebook.define import define
from shimnb.notebook.form.widget import FormWidget
from shimnb.notebook.panel import PanelWidget
from shimnb.notebook.rerun import Said, compared
from shimnb.notebook.tree.widget import TreeWidget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Kernel

CELL = """%%shimtask t --image a:1 --set limit=1.5
def execute(tt, *, n: int = 2, word: str = "ho", gone: str = "x", mode: bool = False) -> int:
    return n * 2
"""
NOW = """
import comm, gc, sys
from ipywidgets.widgets.widget import _instances
def session(): return get_ipython().magics_manager.registry["ShimMagics"].session
def panel(): return session()._panels["t"]
def live(): return sorted(comm.get_comm_manager().comms), sorted(_instances)
"""
TYPED = """
panel().tab = "run"
panel().tree.expanded = ["/container", "/metadata"]
panel().form.set(n=7, gone="bye", word="mine")
panel().form.run().result(30)
"""


@pytest.fixture
def again(kernel: Kernel) -> Iterator[Kernel]:
    """A kernel in which the cell ran, somebody looked at its panel, typed into its form and ran it."""
    kernel.text(NOW)
    kernel.text(CELL)
    kernel.text(TYPED)
    yield kernel
    kernel.text("%shimtask delete t")


def state(kernel: Kernel) -> Any:
    """The panel's state, read in the kernel."""
    form = "[{k: v['text'] for k, v in panel().form.states.items()}, [(r.number, r.state, panel().form._history.mark(r)) for r in panel().form.runs]]"
    return eval(kernel.text(f"[panel().tab, panel().tree.expanded, {form}]"))  # noqa: S307  # plain data


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("%%shimtask t\ndef execute(:\n", "CellError"),
        ("%%shimtask t\nN = 5\n1 / 0\n", "ZeroDivisionError"),
        ("%%shimtask t\ndef execute(tt) -> int:\n    return elsewhere\n", "CellError"),
        ("%%shimtask t --imag a:2\nx = 1\n", "UsageError"),
        ("%%shimtask t --image a:2\ndef execute(tt) -> set: ...\n", "UnsupportedTypeError"),
    ],
)
def test_a_failing_edit_leaves_everything(again: Kernel, cell: str, name: str):
    """The task, its module, its names, the panel with its comms, what was typed, and the words about it stay."""
    asked = "(id(t), id(sys.modules['shimcells.t']), 'N' in globals(), live(), session()._said.get('t'))"
    before = again.text(asked), state(again)
    status, messages = again.run(cell)
    # A UsageError is printed; the reply is an error all the same.
    shown = "".join(each["content"].get("text", each["content"].get("ename", "")) for each in messages)
    assert (status, name in shown) == ("error", True)
    assert (again.text(asked), state(again)) == before
    assert again.text("t(n=3)") == "6\n"


@pytest.mark.parametrize("part", ["tree.widget.TreeWidget", "form.widget.FormWidget", "panel.PanelWidget"])
def test_a_panel_that_cannot_be_drawn_leaves_everything(again: Kernel, part: str):
    """Whichever widget fails: the old panel stands with its comms, and none of a new one's is left."""
    where, _, kind = part.rpartition(".")
    asked = "(id(t), id(sys.modules['shimcells.t']), id(panel()), live())"
    before = again.text(asked), state(again)
    again.text(
        f"import shimnb.notebook.{where} as _module\n_get = _module.{kind}.get_state\n"
        f"def _broken(self, *a, **k): raise RuntimeError('not today')\n_module.{kind}.get_state = _broken"
    )
    status, _ = again.run(CELL.replace("a:1", "a:2"))
    again.text(f"_module.{kind}.get_state = _get")
    assert status == "error"
    assert (again.text(asked), state(again)) == before
    assert again.text("t.container_image") == "'a:1'\n"


def test_a_new_version_goes_on_where_the_old_was(again: Kernel):
    """The tab, the open rows, what was typed and the runs stay; a field that is gone is not kept."""
    again.text(CELL.replace('gone: str = "x"', "fresh: int = 1").replace("n: int = 2", "n: float = 4.0"))
    assert state(again) == [
        "run",
        ["/container", "/metadata"],
        [{"n": "7", "word": "mine"}, [(1, "done", "earlier version")]],
    ]
    assert again.text("panel().form.value") == "{'n': 7.0, 'word': 'mine', 'fresh': 1, 'mode': False}\n"


def test_a_rerun_without_a_change_loses_nothing(again: Kernel):
    """It says so; the runs are still those of this version."""
    before = state(again)
    again.text(CELL)
    assert again.text("panel().said['text']") == "'Unchanged'\n"
    assert state(again) == before


def test_no_comm_leaks(again: Kernel):
    """The new panel has as many widgets as the old one, and every comm of the old one is closed."""
    comms, instances = eval(again.text("live()"))  # noqa: S307  # plain data
    again.text(CELL.replace("a:1", "a:2"))
    new_comms, new_instances = eval(again.text("live()"))  # noqa: S307  # plain data
    assert (len(new_comms), len(new_instances)) == (len(comms), len(instances))
    assert not set(comms) & set(new_comms)
    assert not set(instances) & set(new_instances)


def test_the_panel_is_as_it_was_after_no_panel(again: Kernel):
    """--no-panel closes the panel; the next one goes on, and says what the last run of the cell changed."""
    again.text(CELL.replace("%%shimtask t", "%%shimtask t --no-panel --retries 1"))
    assert again.text("'t' in session()._panels") == "False\n"
    again.text("%shimtask panel t")
    assert state(again)[2] == [{"n": "7", "word": "mine", "gone": "bye"}, [(1, "done", "earlier version")]]
    assert again.text("panel().said['text']") == "'1 field of the template changed'\n"


def test_another_cell_shows_the_same_panel(again: Kernel):
    """`%shimtask panel` shows the panel that stands, with its words."""
    again.text(CELL.replace("a:1", "a:2"))
    before = again.text("(id(panel()), panel().said)")
    again.text("%shimtask panel t")
    assert again.text("(id(panel()), panel().said)") == before
    assert "container.image" in before


def test_a_task_that_was_changed_by_hand(again: Kernel):
    """Its panel is made anew in the state of the old one, and says what is another."""
    again.text("t.task_config['limit'] = 2.5")
    shown = again.text("%shimtask panel t")
    assert shown.splitlines()[1:3] == ["1 field of the template changed", "  custom.limit  1.5 -> 2.5"]
    assert state(again)[2][0] == {"n": "7", "word": "mine", "gone": "bye"}


# What is said --------------------------------------------------------------------------------------------------------


def template(**config: str) -> Any:
    """A template with a configuration."""
    return tasks_pb2.TaskTemplate(type="sql", config=config)


@pytest.mark.parametrize(
    ("before", "after", "code", "anew", "expected"),
    [
        ({}, {}, ("x = 1\n", "\nx = 1"), False, Said("Unchanged", changed=False)),
        ({}, {}, ("x = 1", "x = 1  # one"), False, Said("Unchanged but for comments and layout", changed=False)),
        ({}, {}, ("x = 1", "x = 2"), False, Said("The executor changed, the template did not")),
        ({}, {}, ("x = 1", "x = 1"), True, Said("The executor changed, the template did not")),
        (
            {"a": "1"},
            {"a": "2"},
            ("x = 1", "x = 1"),
            False,
            Said("1 field of the template changed", (Change("config.a", '"1"', '"2"'),)),
        ),
        (
            {"a": "1", "b": "1"},
            {"b": "2"},
            ("x = 1", "x = 2"),
            False,
            Said(
                "2 fields of the template changed, and the code",
                (Change("config.a", '"1"', ""), Change("config.b", '"1"', '"2"')),
            ),
        ),
    ],
)
def test_what_is_said(before: dict[str, str], after: dict[str, str], code: Any, anew: bool, expected: Said):
    """Unchanged, the executor alone, or the fields of the template with both values."""
    assert compared(template(**before), template(**after), code, anew=anew) == expected


def test_many_fields_are_cut():
    """Fifty are shown, a thousand counted."""
    said = compared(template(k="1"), template(**{f"k{i}": "1" for i in range(2000)}))
    assert said.text == "At least 1,000 fields of the template changed"
    assert len(said.lines()) == 52
    assert said.lines()[-1] == "  and 950 more"
    assert (len(said.to_message()["rows"]), said.to_message()["more"]) == (50, 950)
    assert len(said.line()) == 160
    assert said.html().endswith("<p>and 950 more</p></details>")


def test_what_is_said_is_escaped():
    """A value of the user's is never HTML."""
    html = compared(template(a="<b>"), template(a="<i>")).html()
    assert "<td>&quot;&lt;b&gt;&quot;</td><td>&quot;&lt;i&gt;&quot;</td>" in html


# The widgets ---------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Leave no widget and no cell of this process."""
    yield
    Widget.close_all()
    discard()


def made(source: str, **options: Any) -> Any:
    """A task of a cell's text."""
    return define(source, "t", **options)


@pytest.mark.parametrize(
    ("before", "typed", "after", "expected"),
    [
        ("n: int = 1", "7", "n: int = 7", {}),
        ("n: int = 1", "7", "n: str = 'a'", {"n": "7"}),
        ("n: int = 1", "lots", "n: int = 2", {"n": "lots"}),
        ("n: str = ''", "maybe", "n: bool = True", {}),
        ("n: str = ''", "False", "n: bool = True", {"n": "False"}),
        ("n: int | None = 1", None, "n: int = 2", {}),
        ("n: int | None = 1", None, "n: str | None = 'a'", {"n": None}),
        ("n: int = 1", "7", "m: int = 1", {}),
    ],
)
def test_a_text_stays_where_it_fits(before: str, typed: str | None, after: str, expected: dict[str, Any]):
    """The person's own text stays, even one with an error; a choice or None that a field cannot hold goes."""
    old = FormWidget(made(f"def execute(tt, *, {before}) -> None: ..."))
    node = {"mode": "null"} if typed is None else {"mode": "value", "text": typed}
    old._handle_custom_msg({"kind": "edit", "at": ["n"], "node": node}, [])
    states = FormWidget(made(f"def execute(tt, *, {after}) -> None: ..."), after=old).states
    assert {name: each.get("text") for name, each in states.items()} == expected


def test_a_run_that_is_going_on_is_told_to_the_new_form():
    """It ends in the new form's list, marked; meanwhile the new version can run."""
    gate = threading.Event()
    old = FormWidget(made("def execute(tt, *, n: int = 1) -> int:\n    return n\n"))
    old.task.executor_type.execute_from_model = lambda _self, _tt, n: gate.wait(30) and n
    first = old.run()
    new = FormWidget(made("def execute(tt, *, n: int = 1) -> int:\n    return n + 1\n"), after=old)
    sent: list[dict[str, Any]] = []
    new.send = lambda content, _buffers=None: sent.append(content)
    new.outdate()
    new.take_over()
    new._handle_custom_msg({"kind": "hello", "view": "v"}, [])
    told = next(each for each in reversed(sent) if each["kind"] == "run:status")
    assert (told["text"], told["state"]) == ("Run 1 is going on, earlier version", "running")
    assert [each["number"] for each in told["going"]] == [1]
    assert new.run().result(30) == 2
    gate.set()
    assert first.result(30) == 1
    told = [each["run"] for each in sent if each["kind"] == "run"]
    assert [(each["number"], each.get("mark")) for each in told] == [(2, None), (1, "earlier version")]
    assert "#2 done" in new._repr_mimebundle_()[0]["text/plain"]


def test_a_page_marks_a_run_of_an_earlier_version():
    """As the front end does."""
    shown = FormWidget(made("def execute(tt) -> int:\n    return 1\n"))
    shown.run().result(30)
    shown.outdate()
    data, _ = shown._repr_mimebundle_()
    assert data["text/plain"].splitlines()[1].endswith(", earlier version")
    assert ", earlier version</p>" in data["text/html"]


def test_rows_that_are_new_open_as_in_a_first_tree():
    """A row that somebody closed stays closed."""
    old = TreeWidget(made("def execute(tt) -> None: ..."))
    assert TreeWidget(made("def execute(tt) -> None: ...", set={"a": 1.5}), after=old).expanded == ["/custom"]
    closed = TreeWidget(made("def execute(tt) -> None: ...", set={"a": 1.5}))
    closed.expanded = []
    assert TreeWidget(made("def execute(tt) -> None: ...", set={"a": 2.5}), after=closed).expanded == []


def test_a_form_that_fails_leaves_no_tree(monkeypatch: pytest.MonkeyPatch):
    """The tree that was made just before is closed."""
    task = made("def execute(tt) -> None: ...")
    trees: list[TreeWidget] = []

    def failing(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("no form")

    def noted(*given: Any, **named: Any) -> TreeWidget:
        trees.append(TreeWidget(*given, **named))
        return trees[-1]

    monkeypatch.setattr(panels, "FormWidget", failing)
    monkeypatch.setattr(panels, "TreeWidget", noted)
    with pytest.raises(RuntimeError, match="no form"):
        PanelWidget(task)
    assert [each.comm for each in trees] == [None]


def test_the_header_has_the_worst_level():
    """The count is in the colour of the worst that was found."""
    assert PanelWidget(made("def execute(tt) -> None: ...", image="a:1")).header["level"] == ""
    assert PanelWidget(made("def execute(tt) -> None: ...")).header["level"] == "warning"


# Two hundred times ---------------------------------------------------------------------------------------------------

FUNCTION = """%%shimtask t --image a:{i}
def execute(tt, *, n: int = {i}, tags: list[str] = []) -> int:
    return n
"""
CONFIG = """%%shimtask t --image a:1
from dataclasses import dataclass
from shimnb import ShimTaskExecutor
@dataclass
class Config:
    uri: str = "c{i}"
@dataclass
class Row:
    a: int = {i}
class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, limit: int = 5, row: Row = Row()) -> list[Row]:
        return [row]
"""
BY_HAND = """%%shimtask t
import enum
from shimnb import PythonCustomizedContainerTask, ShimTaskExecutor, executor_interface
class Mode(enum.Enum):
    A = "a"
class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, mode: Mode = Mode.A) -> int:
        return {i}
class T(PythonCustomizedContainerTask[None]):
    def __init__(self, name):
        super().__init__(name, None, "a:{i}", Executor, interface=executor_interface(Executor))
    def get_custom(self, settings):
        return {{"i": {i}}}
t = T("t")
"""
RUN = """
import comm, gc, linecache
from ipywidgets.widgets.widget import _instances
def again(cell, times):
    # In one cell of the notebook: IPython keeps the text of each of those, whatever is in it.
    line, body = cell.removeprefix("%%shimtask ").split("\\n", 1)
    for i in times:
        get_ipython().run_cell_magic("shimtask", line.format(i=i), body.format(i=i))
def count():
    for _ in range(3):
        gc.collect()
    lines = [name for name in linecache.cache if "cell t #" in name]
    return len(comm.get_comm_manager().comms), len(_instances), len(lines), len(gc.get_objects())
"""


@pytest.mark.slow
@pytest.mark.parametrize("cell", [FUNCTION, CONFIG, BY_HAND], ids=["function", "config", "by hand"])
def test_two_hundred_reruns_leave_memory_and_comms_flat(kernel: Kernel, cell: str):
    """Each is another version, with its panel: between the 50th and the 250th nothing piles up."""
    kernel.run(RUN)
    counts = []
    for times in ("range(50)", "range(50, 250)"):
        status, _ = kernel.run(f"again({cell!r}, {times})")
        assert status == "ok"
        counts.append(eval(kernel.text("count()")))  # noqa: S307  # plain data
    kernel.run("%shimtask delete t")
    assert counts[1][:3] == counts[0][:3]
    # Caches of `typing` and of the interpreter fill up, but nothing grows with each run.
    assert counts[1][3] - counts[0][3] < 200
