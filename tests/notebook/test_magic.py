from __future__ import annotations

import linecache
import sys
import threading

import pytest

from shimnb.errors import ShimError
from shimnb.notebook import magic, panel
from shimnb.notebook.cell import is_cell_file
from shimnb.notebook.magic import load

DOUBLE = "def execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"


def test_a_kernel_loads_the_widgets_while_the_first_cell_is_written(shell, monkeypatch: pytest.MonkeyPatch):
    """In a thread, so that loading stays quick; a terminal has no use for them."""
    imported: list[tuple[str, str]] = []
    monkeypatch.setattr(magic, "import_module", lambda name: imported.append((name, threading.current_thread().name)))
    load(shell.ip)
    assert imported == []
    monkeypatch.setattr(shell.ip, "kernel", object(), raising=False)
    load(shell.ip)
    for thread in threading.enumerate():
        if thread.name == "shimnb":
            thread.join()
    assert imported == [("shimnb.notebook.panel", "shimnb")]


def test_a_cell_becomes_a_task_in_the_notebook(shell):
    """The task and the cell's public names are there, and the answer is a readable tree."""
    out = shell.run(f"%%shimtask double --image a:1 --set word=ho\nLIMIT = 3\n{DOUBLE}")
    assert out.startswith("double · python-task · a:1 · ")
    assert 'word: "ho"' in out
    assert (shell.names["double"](n=4), shell.names["LIMIT"]) == (8, 3)


def test_no_panel_shows_nothing(shell):
    """--no-panel defines the task, and that is all."""
    assert shell.run(f"%%shimtask double --no-panel\n{DOUBLE}") == ""
    assert shell.names["double"](n=4) == 8


@pytest.mark.parametrize("asked", ["%%shimtask --help", "%shimtask --help", "%%shimtask t --help\nx = 1"])
def test_help_comes_from_the_parser(shell, asked: str):
    """Help is there with an empty cell too."""
    out = shell.run(asked)
    assert out.startswith("usage: %%shimtask NAME [options]\n")
    assert "--limit-ephemeral-storage QUANTITY" in out


@pytest.mark.parametrize("above", ["# A remark.\n", "\n\n# One.\n\n  # Two.\n", "\n"])
def test_what_stands_above_the_magic_is_no_matter(shell, above: str):
    """IPython wants the magic's line first; lines keep the numbers that they have in the person's cell."""
    shell.run(f"{above}%%shimtask double --no-panel\n{DOUBLE}")
    assert shell.names["double"](n=4) == 8
    line = above.count("\n") + 3
    assert shell.fail(f"{above}%%shimtask double\n\nx = nowhere\n{DOUBLE}").endswith(f"\n  {line} | x = nowhere")
    shell.fail(f"{above}%%shimtask double\n\n1 / 0")
    assert f"----> {line} 1 / 0" in shell.fail(f"{above}%%shimtask double\n\n1 / 0")


def test_a_terminal_waits_for_the_body(shell):
    """After the first line a cell is not complete, and a blank line ends it; help needs no body."""
    complete = shell.ip.input_transformer_manager.check_complete
    assert complete("%%shimtask double --no-panel")[0] == "incomplete"
    assert complete("%%shimtask double --no-panel\ndef execute(tt) -> int:")[0] == "incomplete"
    assert complete(f"%%shimtask double --no-panel\n{DOUBLE}\n\n")[0] == "complete"


def test_a_notebook_may_bind_ipythons_own_names(shell):
    """What was run is known to IPython under other names too."""
    shell.run("In = Out = 3")
    shell.run(f"%%shimtask double --no-panel\n{DOUBLE}")
    assert shell.names["double"](n=4) == 8


def test_code_above_the_magic_is_not_moved(shell):
    """Only comments and blank lines are."""
    assert shell.fail(f"x = 1\n%%shimtask double\n{DOUBLE}").startswith("UsageError: Line magic function `%%shimtask`")


@pytest.mark.parametrize("asked", ["%%shimtask?", "%shimtask?", "# A remark.\n%%shimtask --help"])
def test_a_question_mark_shows_the_help(shell, asked: str):
    """Both marks of the magic answer a question mark with the parser's help."""
    assert "usage: %%shimtask NAME [options]" in shell.run(asked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "%%shimtask\nx = 1",
            (
                "UsageError: %%shimtask needs the task's name, which is also the variable that holds it: "
                "%%shimtask top_tracks"
            ),
        ),
        (
            "%shimtask t",
            (
                "UsageError: no command of %shimtask is named 't'. The commands are list, show, panel, source, diff, run, "
                "reload, delete; a cell that is to become a task begins with %%shimtask."
            ),
        ),
        (
            "%%shimtask t --imag x\nx = 1",
            "UsageError: unknown option --imag. Did you mean '--image'? `%%shimtask --help` lists the options.",
        ),
        ("%%shimtask t", "CellError: cell t: the cell is empty. Write the task below the magic's line."),
        ("%%shimtask t\n\n", "CellError: cell t: the cell is empty. Write the task below the magic's line."),
        (
            "%%shimtask 1t\nx = 1",
            ("TaskNameError: task name: no identifier: '1t'. Use letters, digits and underscores, such as task_1t."),
        ),
        (
            "%%shimtask t\ndef f(:\n    pass",
            (
                "CellError: cell t, line 2: invalid syntax. Mend the line, and run the cell again.\n"
                "  2 | def f(:\n            ^"
            ),
        ),
        (
            "%%shimtask t\ndef execute(tt, *, n) -> int: ...",
            (
                "AnnotationError: cell t, line 2, execute, 'n': it has no annotation. Write its type: n: int.\n"
                "  2 | def execute(tt, *, n) -> int: ..."
            ),
        ),
        (
            "%%shimtask t --image a:{tag}\nx = 1",
            "UsageError: 'a:{tag}' cannot be expanded: NameError: name 'tag' is not defined",
        ),
    ],
)
def test_a_mistake_is_shown_in_a_few_lines(shell, text: str, expected: str):
    """The cell fails, and what is shown is the message alone: no traceback of ours."""
    assert shell.fail(text) == expected


def test_a_wrong_call_shows_the_persons_line(shell):
    """An error of shimnb has the line that called it, and the message."""
    shell.run(f"%%shimtask double --no-panel\n{DOUBLE}")
    assert shell.fail("x = 1\ndouble(m=3)") == (
        "line 2: double(m=3)\nInputError: task double: no input is named 'm'. Its inputs are (n: int = 2) -> int."
    )


def test_an_exception_of_the_cell_begins_at_its_line(shell):
    """A traceback of the user's own code has none of our frames, and shows the cell's text."""
    shown = shell.fail("%%shimtask t\nx = 1\ny = x / 0")
    assert "cell t #" in shown
    assert "----> 3 y = x / 0" in shown
    assert "shimnb" not in shown
    assert shown.endswith("ZeroDivisionError: division by zero")


def test_an_interrupted_cell_begins_at_its_line(shell):
    """Whoever stops a cell while it defines sees where it was, and none of our frames."""
    shown = shell.fail("%%shimtask t\nx = 1\nraise KeyboardInterrupt")
    assert "----> 3 raise KeyboardInterrupt" in shown
    assert "shimnb" not in shown
    assert "t" not in shell.names


def test_an_exception_of_the_executor_shows_the_cells_line(shell):
    """Calling the task shows where in the cell it failed."""
    shell.run("%%shimtask t --no-panel\ndef execute(tt) -> int:\n    return 1 // 0")
    assert "----> 3     return 1 // 0" in shell.fail("t()")


def test_a_failing_edit_leaves_everything(shell):
    """The task, its names and its module are what they were."""
    shell.run(f"%%shimtask double --no-panel\nLIMIT = 3\n{DOUBLE}")
    before = dict(shell.names)
    shell.fail("%%shimtask double\nLIMIT = 4\n1 / 0")
    shell.fail("%%shimtask double\nLIMIT = 4\ndef execute(tt) -> complex: ...")
    bookkeeping = {"In", "_ih", "_i", "_ii", "_iii", "_dh", "_oh", "Out"}
    after = {key: value for key, value in shell.names.items() if key not in bookkeeping and not key.startswith("_i")}
    assert after == {key: value for key, value in before.items() if key in after}
    assert shell.names["double"](n=5) == 10
    assert sys.modules["shimcells.double"].LIMIT == 3


@pytest.mark.parametrize("edited", [False, True])
def test_a_panel_that_cannot_be_drawn_leaves_everything(shell, monkeypatch: pytest.MonkeyPatch, edited: bool):
    """The panel is made before anything is replaced: the task, the names and the module stay, or none is there."""
    if edited:
        shell.run(f"%%shimtask double --no-panel\nLIMIT = 3\n{DOUBLE}")
    before = {key: shell.names.get(key) for key in ("double", "LIMIT", "execute")}
    module = sys.modules.get("shimcells.double")
    lines = {key for key in linecache.cache if is_cell_file(key)}

    def broken(*_given: object) -> str:
        raise ShimError("no panel today", where="panel")

    monkeypatch.setattr(panel, "panel_text", broken)
    assert shell.fail(f"%%shimtask double\nLIMIT = 4\n{DOUBLE}") == "ShimError: panel: no panel today"
    assert {key: shell.names.get(key) for key in before} == before
    assert sys.modules.get("shimcells.double") is module
    assert {key for key in linecache.cache if is_cell_file(key)} == lines


def test_a_new_version_takes_the_old_names_away(shell):
    """What only the old version defined goes, unless the person bound it anew."""
    shell.run(f"%%shimtask double --no-panel\nOLD = 3\nMINE = 4\n{DOUBLE}")
    shell.run("MINE = 5")
    shell.run(f"%%shimtask double --no-panel\nNEW = 6\n{DOUBLE}")
    assert "OLD" not in shell.names
    assert (shell.names["MINE"], shell.names["NEW"]) == (5, 6)


def test_values_of_the_notebook_are_put_in_the_line(shell):
    """{expression} and $name are expanded; Flyte's own braces and JSON are not."""
    shell.run("tag = 7")
    shell.run(f'%%shimtask a --no-panel --image x:{{tag + 1}} --set n=$tag --set w={{"k": [1]}}\n{DOUBLE}')
    assert shell.names["a"].container_image == "x:8"
    assert shell.names["a"].task_template.custom == {"n": 7.0, "w": {"k": [1.0]}}
    shell.run(f"%%shimtask b --no-panel --image {{{{.image.default.fqn}}}}:1\n{DOUBLE}")
    assert shell.names["b"].container_image == "{{.image.default.fqn}}:1"


def test_a_name_of_the_notebook_is_refused(shell):
    """The cell says what it takes from the notebook, and how to bring it in."""
    shell.run("import math as m")
    assert shell.fail("%%shimtask t\ndef execute(tt) -> float:\n    return m.pi") == (
        "CellError: cell t, line 3: 'm' is neither defined nor imported in the cell; the notebook has it, but a "
        "cluster runs the cell without the notebook. Write `import math as m` in the cell.\n"
        "  3 |     return m.pi"
    )


def test_a_kernel_answers_with_a_panel_and_closes_the_old_one(kernel):
    """In a kernel the answer is a widget with static forms; running again closes the widgets before."""
    _, first = kernel.run(f"%%shimtask double --image a:1\n{DOUBLE}")
    _, second = kernel.run(f"%%shimtask double --image a:2\n{DOUBLE}")
    [shown] = [each["content"]["data"] for each in second if each["msg_type"] == "display_data"]
    assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= set(shown)
    assert shown["text/plain"].startswith("double · python-task · a:2 · ")
    opened = {each["content"]["comm_id"] for each in first if each["msg_type"] == "comm_open"}
    closed = {each["content"]["comm_id"] for each in second if each["msg_type"] == "comm_close"}
    assert opened
    assert opened == closed


def test_a_kernel_shows_a_mistake_without_a_traceback(kernel):
    """The error that the front end gets is the message alone."""
    status, shown = kernel.run("%%shimtask double\nx =")
    assert status == "error"
    [error] = [each["content"] for each in shown if each["msg_type"] == "error"]
    assert error["ename"] == "CellError"
    assert error["traceback"] == [
        "CellError: cell double, line 2: invalid syntax. Mend the line, and run the cell again.\n  2 | x =\n         ^"
    ]
