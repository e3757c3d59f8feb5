from __future__ import annotations

import linecache
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from jupyter_client.manager import start_new_kernel
from traitlets.config import Config

from shimnb.notebook import magic
from shimnb.notebook.cell import is_cell_file
from shimnb.notebook.magic import ShimMagics, load

if TYPE_CHECKING:
    from collections.abc import Iterator

DOUBLE = "def execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"


class Shell:
    """A real IPython in this process, and what it shows."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        self.ip = InteractiveShell.instance(config=config, colors="nocolor")
        self.names = self.ip.user_ns

    def run(self, text: str) -> str:
        """Run a cell that succeeds, and return what it printed."""
        ok, out = self.try_run(text)
        assert ok, out
        return out

    def fail(self, text: str) -> str:
        """Run a cell that fails, and return what it showed."""
        ok, out = self.try_run(text)
        assert not ok, out
        return out.strip()

    def try_run(self, text: str) -> tuple[bool, str]:
        with capture_output() as captured:
            result = self.ip.run_cell(text, silent=False)
        return result.success, captured.stdout + captured.stderr


@pytest.fixture
def shell() -> Iterator[Shell]:
    """IPython with the extension loaded."""
    InteractiveShell.clear_instance()
    made = Shell()
    made.run("%load_ext shimnb")
    yield made
    made.run("%unload_ext shimnb")
    made.ip.restore_sys_module_state()
    InteractiveShell.clear_instance()


def test_a_kernel_loads_the_widgets_while_the_first_cell_is_written(shell: Shell, monkeypatch: pytest.MonkeyPatch):
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


def test_a_cell_becomes_a_task_in_the_notebook(shell: Shell):
    """The task and the cell's public names are there, and the answer is a readable tree."""
    out = shell.run(f"%%shimtask double --image a:1 --set word=ho\nLIMIT = 3\n{DOUBLE}")
    assert out.startswith("double · python-task · a:1 · ")
    assert 'word: "ho"' in out
    assert (shell.names["double"](n=4), shell.names["LIMIT"]) == (8, 3)


def test_no_panel_shows_nothing(shell: Shell):
    """--no-panel defines the task, and that is all."""
    assert shell.run(f"%%shimtask double --no-panel\n{DOUBLE}") == ""
    assert shell.names["double"](n=4) == 8


@pytest.mark.parametrize("asked", ["%%shimtask --help", "%shimtask --help", "%%shimtask t --help\nx = 1"])
def test_help_comes_from_the_parser(shell: Shell, asked: str):
    """Help is there with an empty cell too."""
    out = shell.run(asked)
    assert out.startswith("usage: %%shimtask NAME [options]\n")
    assert "--limit-ephemeral-storage QUANTITY" in out


@pytest.mark.parametrize("asked", ["%%shimtask?", "%shimtask?"])
def test_a_question_mark_shows_the_help(shell: Shell, asked: str):
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
            "UsageError: %shimtask makes a task of a cell: write %%shimtask, with two percent signs, in its first line.",
        ),
        (
            "%%shimtask t --imag x\nx = 1",
            "UsageError: unknown option --imag. Did you mean '--image'? `%%shimtask --help` lists the options.",
        ),
        ("%%shimtask t", "CellError: cell t: the cell is empty. Write the task below the magic's line."),
        ("%%shimtask t\n\n", "CellError: cell t: the cell is empty. Write the task below the magic's line."),
        (
            "%%shimtask 1t\nx = 1",
            (
                "TaskNameError: task name: the task's name is no identifier: '1t'. "
                "Use letters, digits and underscores, such as top_tracks."
            ),
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
def test_a_mistake_is_shown_in_a_few_lines(shell: Shell, text: str, expected: str):
    """The cell fails, and what is shown is the message alone: no traceback of ours."""
    assert shell.fail(text) == expected


def test_a_wrong_call_shows_the_persons_line(shell: Shell):
    """An error of shimnb has the line that called it, and the message."""
    shell.run(f"%%shimtask double --no-panel\n{DOUBLE}")
    assert shell.fail("x = 1\ndouble(m=3)") == (
        "line 2: double(m=3)\nInputError: task double: no input is named 'm'. Its inputs are (n: int = 2) -> int."
    )


def test_an_exception_of_the_cell_begins_at_its_line(shell: Shell):
    """A traceback of the user's own code has none of our frames, and shows the cell's text."""
    shown = shell.fail("%%shimtask t\nx = 1\ny = x / 0")
    assert "cell t #" in shown
    assert "----> 3 y = x / 0" in shown
    assert "shimnb" not in shown
    assert shown.endswith("ZeroDivisionError: division by zero")


def test_an_exception_of_the_executor_shows_the_cells_line(shell: Shell):
    """Calling the task shows where in the cell it failed."""
    shell.run("%%shimtask t --no-panel\ndef execute(tt) -> int:\n    return 1 // 0")
    assert "----> 3     return 1 // 0" in shell.fail("t()")


def test_a_failing_edit_leaves_everything(shell: Shell):
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


def test_a_new_version_takes_the_old_names_away(shell: Shell):
    """What only the old version defined goes, unless the person bound it anew."""
    shell.run(f"%%shimtask double --no-panel\nOLD = 3\nMINE = 4\n{DOUBLE}")
    shell.run("MINE = 5")
    shell.run(f"%%shimtask double --no-panel\nNEW = 6\n{DOUBLE}")
    assert "OLD" not in shell.names
    assert (shell.names["MINE"], shell.names["NEW"]) == (5, 6)


def test_values_of_the_notebook_are_put_in_the_line(shell: Shell):
    """{expression} and $name are expanded; Flyte's own braces and JSON are not."""
    shell.run("tag = 7")
    shell.run(f'%%shimtask a --no-panel --image x:{{tag + 1}} --set n=$tag --set w={{"k": [1]}}\n{DOUBLE}')
    assert shell.names["a"].container_image == "x:8"
    assert shell.names["a"].task_template.custom == {"n": 7.0, "w": {"k": [1.0]}}
    shell.run(f"%%shimtask b --no-panel --image {{{{.image.default.fqn}}}}:1\n{DOUBLE}")
    assert shell.names["b"].container_image == "{{.image.default.fqn}}:1"


def test_a_name_of_the_notebook_is_refused(shell: Shell):
    """The cell says what it takes from the notebook, and how to bring it in."""
    shell.run("import math as m")
    assert shell.fail("%%shimtask t\ndef execute(tt) -> float:\n    return m.pi") == (
        "CellError: cell t, line 3: 'm' is neither defined nor imported in the cell; the notebook has it, but a "
        "cluster runs the cell without the notebook. Write `import math as m` in the cell.\n"
        "  3 |     return m.pi"
    )


def test_loading_and_unloading_are_symmetrical(shell: Shell):
    """Unloading takes back the magic, the transformer, the modules and the texts."""
    shell.run(f"%%shimtask double --no-panel\n{DOUBLE}")
    transformers = len(shell.ip.input_transformers_cleanup)
    shell.run("%unload_ext shimnb")
    manager = shell.ip.magics_manager
    assert "shimtask" not in manager.magics["line"]
    assert "shimtask" not in manager.magics["cell"]
    assert "ShimMagics" not in manager.registry
    assert len(shell.ip.input_transformers_cleanup) == transformers - 1
    assert not [key for key in sys.modules if key.startswith("shimcells")]
    assert not [key for key in linecache.cache if is_cell_file(key)]
    assert shell.names["double"](n=1) == 2
    shell.run("%load_ext shimnb")
    assert shell.run(f"%%shimtask double --no-panel\n{DOUBLE}") == ""


def test_loading_twice_registers_once(shell: Shell):
    """A second load takes the first one's place."""
    transformers = list(shell.ip.input_transformers_cleanup)
    load(shell.ip)
    assert shell.ip.input_transformers_cleanup == transformers
    assert isinstance(shell.ip.magics_manager.registry["ShimMagics"], ShimMagics)


def test_a_kernel_answers_with_a_panel_and_closes_the_old_one():
    """In a kernel the answer is a widget with static forms; running again closes the widgets before."""
    manager, client = start_new_kernel()
    try:
        assert _reply(client, "%load_ext shimnb")[0] == "ok"
        _, first = _reply(client, f"%%shimtask double --image a:1\n{DOUBLE}")
        _, second = _reply(client, f"%%shimtask double --image a:2\n{DOUBLE}")
        [shown] = [each["content"]["data"] for each in second if each["msg_type"] == "display_data"]
        assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= set(shown)
        assert shown["text/plain"].startswith("double · python-task · a:2 · ")
        opened = {each["content"]["comm_id"] for each in first if each["msg_type"] == "comm_open"}
        closed = {each["content"]["comm_id"] for each in second if each["msg_type"] == "comm_close"}
        assert opened
        assert opened == closed
        status, shown_error = _reply(client, "%%shimtask double\nx =")
        assert status == "error"
        [error] = [each["content"] for each in shown_error if each["msg_type"] == "error"]
        assert error["ename"] == "CellError"
        assert error["traceback"] == [
            (
                "CellError: cell double, line 2: invalid syntax. Mend the line, and run the cell again.\n"
                "  2 | x =\n         ^"
            )
        ]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _reply(client: Any, code: str) -> tuple[str, list[dict[str, Any]]]:
    messages: list[dict[str, Any]] = []
    reply = client.execute_interactive(code, timeout=60, output_hook=messages.append)
    return reply["content"]["status"], messages
