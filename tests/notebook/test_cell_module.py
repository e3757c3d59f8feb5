"""A cell's place among the modules of its process, and what of it a kernel and a terminal show."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import inspect
import linecache
import os
import pickle
import re
import subprocess
import sys
import traceback
import warnings
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

from shimnb.notebook.cell import build, discard, reinstate
from shimnb.notebook.options import TaskOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FAILS = "def inner(n):\n    return n // 0\n\ndef execute(tt, *, n: int = 2) -> int:\n    return inner(n)\n"
CONFIG = """\
from dataclasses import dataclass
from shimnb import ShimTaskExecutor

@dataclass
class Config:
    n: int = 1

    def twice(self) -> int:
        return 2 * self.n

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, n: int = 2) -> int:
        return n
"""


@pytest.fixture(autouse=True)
def no_cells() -> Iterator[None]:
    """Each test begins and ends without cells."""
    discard()
    yield
    discard()


def made(source: str, name: str = "t") -> Any:
    """Build a cell."""
    return build(source, name, TaskOptions(), {})


def test_the_module_is_found_by_its_name():
    """As one of a file is, and one that there is not is not found."""
    made(CONFIG)
    spec = importlib.util.find_spec("shimcells.t")
    assert spec is not None
    assert (spec.name, spec.origin, spec.loader.get_source("shimcells.t")[:5]) == ("shimcells.t", spec.origin, "\nfrom")
    assert importlib.util.find_spec("shimcells.other") is None
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'shimcells.other'$"):
        importlib.import_module("shimcells.other")


def test_reloading_says_to_run_the_cell():
    """The notebook's names would stay those of the version before; the module stays as it is."""
    cell = made(CONFIG)
    with pytest.raises(ImportError) as caught:
        importlib.reload(cell.module)
    assert str(caught.value) == (
        "shimcells.t is a cell of the notebook: run the cell `%%shimtask t` again to reload it."
    )
    assert importlib.import_module("shimcells.t").t is cell.task


def test_what_finds_the_modules_goes_with_the_last():
    """Without cells the process is what it was; a first cell that fails leaves nothing either."""
    before = list(sys.meta_path)
    with pytest.raises(ZeroDivisionError):
        made("1 / 0")
    assert sys.meta_path == before
    made(CONFIG)
    made(CONFIG, "u")
    assert len(sys.meta_path) == len(before) + 1
    discard("t")
    assert len(sys.meta_path) == len(before) + 1
    discard("u")
    assert sys.meta_path == before


def test_an_older_version_can_be_put_back():
    """The module, its lines and its place are those of the version before."""
    first = made(CONFIG)
    second = made(CONFIG.replace("1", "7"))
    assert importlib.import_module("shimcells.t") is second.module
    reinstate(first)
    assert importlib.import_module("shimcells.t") is sys.modules["shimcells"].t is first.module
    assert first.text.filename in linecache.cache
    assert second.text.filename not in linecache.cache


def test_two_cells_keep_their_own_names():
    """`Executor` and `Config` of one are not those of the other."""
    one, other = made(CONFIG, "one"), made(CONFIG.replace("return n", "return -n"), "other")
    assert (one.task(n=3), other.task(n=3), one.task(n=3)) == (3, -3, 3)
    assert one.module.Executor is not other.module.Executor
    assert one.task.task_template.container.args[-1] == "shimcells.one.Executor"
    assert other.task.task_template.container.args[-1] == "shimcells.other.Executor"


def test_older_versions_go():
    """Nothing keeps a version that nobody uses any more: not the type engine either, which met its classes."""
    kept: weakref.WeakSet[type] = weakref.WeakSet()
    for _ in range(5):
        # No Config: `typing` itself keeps the last 128 of `PythonCustomizedContainerTask[Config]`.
        row = CONFIG.replace("Config", "Row").replace("n: int = 2) -> int", "n: int, row: Row = Row(3)) -> int")
        cell = made(row)
        assert cell.task(n=3) == 3
        kept.add(cell.module.Row)
    gc.collect()
    assert list(kept) == [cell.module.Row]


@pytest.mark.parametrize("cleared", [False, True])
def test_the_source_of_everything_in_it(cleared: bool):
    """Functions, classes, methods, generated ones, and what was included; from the loader too, when the cache is empty."""
    history = [(1, "class Part:\n    def n(self):\n        return 3")]
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(history[0][1], names)  # noqa: S102  # the cells of the test
    source = f"{CONFIG}\ndef helper():\n    # Says so.\n    return Part().n()\n"
    module = build(source, "t", TaskOptions(include=("Part",)), names, history).module
    if cleared:
        linecache.clearcache()
    assert inspect.getsource(module.helper) == "def helper():\n    # Says so.\n    return Part().n()\n"
    assert inspect.getsource(module.Config).startswith("@dataclass\nclass Config:\n    n: int = 1\n")
    assert inspect.getsource(module.Config.twice) == "    def twice(self) -> int:\n        return 2 * self.n\n"
    assert inspect.getsource(module.Part) == history[0][1] + "\n"
    assert inspect.getsource(module.TTask).startswith("class TTask(shimnb.PythonCustomizedContainerTask[Config]):\n")
    assert inspect.getsource(module) == module.__loader__.get_source("shimcells.t")


def test_a_traceback_has_its_lines_when_the_cache_was_cleared():
    """The loader is asked again."""
    cell = made(FAILS)
    linecache.clearcache()
    with pytest.raises(ZeroDivisionError) as caught:
        cell.task()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.lineno, last.line) == (3, "return n // 0")


def test_warnings_come_once_and_with_their_line():
    """Those of the compiler and those of the cell's own code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        source = f"from __future__ import annotations\nimport warnings\nx = 1\ny = x is 1\nz = '\\d'\nwarnings.warn('careful')\n{CONFIG}"
        made(source)
    shown = [f"{each.lineno} {linecache.getline(each.filename, each.lineno).strip()}" for each in caught]
    assert sorted(shown) == ["5 y = x is 1", "6 z = '\\d'", "7 warnings.warn('careful')"]


def test_values_go_to_a_process_that_has_the_module_as_a_file_and_back(tmp_path: Path):
    """A dataclass is pickled by its module's name."""
    cell = made(CONFIG)
    (tmp_path / "shimcells").mkdir()
    (tmp_path / "shimcells" / "t.py").write_text(cell.text.module_source, encoding="utf-8")
    code = (
        "import pickle, sys; sys.path.insert(0, sys.argv[1]); config = pickle.load(sys.stdin.buffer); config.n += 1; "
        "sys.stdout.buffer.write(pickle.dumps(config))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        input=pickle.dumps(cell.module.Config(4)),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert pickle.loads(done.stdout) == cell.module.Config(5)


class Kernel:
    """A kernel with the extension, and what its cells show."""

    def __init__(self) -> None:
        self._manager, self._client = start_new_kernel()
        self.run("%load_ext shimnb\n%colors nocolor")

    def run(self, code: str, answers: Iterable[str] = ()) -> str:
        """Run a cell, answer what it asks, and return what it shows."""
        shown: list[str] = []
        waiting = iter(answers)

        def output(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                shown.append(content["text"])
            elif message["msg_type"] == "error":
                shown.append("\n".join(content["traceback"]))

        def asked(message: dict[str, Any]) -> None:
            del message
            self._client.input(next(waiting, "q"))

        self._client.execute_interactive(
            code, allow_stdin=True, output_hook=output, stdin_hook=asked, timeout=60, store_history=True
        )
        return re.sub(r"\x1b\[[0-9;]*m", "", "".join(shown))

    def close(self) -> None:
        """Stop the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """One for the whole file."""
    started = Kernel()
    yield started
    started.close()


def test_a_traceback_in_a_kernel_counts_the_cells_lines(kernel: Kernel):
    """The magic's line is line 1."""
    kernel.run(f"%%shimtask t --no-panel\n{FAILS}")
    shown = kernel.run("t()")
    assert "      5 def execute(tt, *, n: int = 2) -> int:\n----> 6     return inner(n)\n" in shown
    assert "      2 def inner(n):\n----> 3     return n // 0\n" in shown


@pytest.mark.parametrize("debug", ["%debug", "import pdb, sys\npdb.post_mortem(sys.last_value.__traceback__)"])
def test_a_debugger_shows_the_cell(kernel: Kernel, debug: str):
    """Where it stands, the list, the arguments, and the frame above."""
    kernel.run(f"%%shimtask t --no-panel\n{FAILS}")
    kernel.run("t()")
    shown = kernel.run(debug, ["list", "args", "up", "p n + 40", "q"])
    first, _, rest = shown.partition("----> 3     return n // 0\n")
    assert re.search(r"cell t #\d+\(3\)inner\(\)\n", first)
    assert "----> 3     return n // 0\n      4 \n      5 def execute(tt, *, n: int = 2) -> int:\n" in rest
    assert "n = 2\n" in rest
    assert re.search(r"cell t #\d+\(6\)execute\(\)\n.*----> 6     return inner\(n\)\n.*42", rest, re.DOTALL)


def test_a_terminal_shows_the_same(tmp_path: Path):
    """A cell that is typed line by line, its traceback, and the debugger in what was included."""
    typed = (
        "%load_ext shimnb\ndef third(n):\n    return n // 0\n\n"
        "%%shimtask t --include third --no-panel\ndef execute(tt, *, n: int = 2) -> int:\n    return third(n)\n\n\n"
        "t()\n%debug\nlist\nup\np n + 40\nq\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor", "--no-confirm-exit"],
        input=typed,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    shown = done.stdout
    assert "      2 def execute(tt, *, n: int = 2) -> int:\n----> 3     return third(n)\n" in shown, done.stderr
    assert re.search(r"cell t #1:8, in third\(n\)\n +7 def third\(n\):\n-+> 8     return n // 0\n", shown)
    assert re.search(r"> .*cell t #1\(8\)third\(\)\n", shown)
    assert re.search(r"> .*cell t #1\(3\)execute\(\)\n.*----> 3     return third\(n\)\n.*42\n", shown, re.DOTALL)


def test_what_was_included_is_shown_too(kernel: Kernel):
    """Its lines follow the cell's own."""
    kernel.run("def third(n):\n    # A remark.\n    return n // 0")
    kernel.run("%%shimtask t --no-panel --include third\ndef execute(tt) -> int:\n    return third(1)")
    shown = kernel.run("t()")
    assert "----> 3     return third(1)\n" in shown
    assert re.search(
        r"cell t #\d+:\d+, in third\(n\)\n.*def third\(n\):\n.*# A remark.\n-+> \d+ +return n // 0\n", shown
    )
    assert "ZeroDivisionError" in kernel.run("third(1)")


def test_warnings_in_a_kernel(kernel: Kernel):
    """Once, with the cell's line."""
    shown = kernel.run(
        "%%shimtask w --no-panel\nimport warnings\nwarnings.warn('careful')\ndef execute(tt) -> int:\n    return 1"
    )
    assert re.fullmatch(r"cell w #\d+:3: UserWarning: careful\n  warnings.warn\('careful'\)\n", shown)


def test_the_cell_that_defines_a_name_is_named_by_its_number(kernel: Kernel):
    """The number that stands beside the cell."""
    kernel.run("%%time\nRATE = 3")
    number = kernel.run("print(len(In) - 2)").strip()
    shown = kernel.run("%%shimtask t\ndef execute(tt) -> int:\n    return RATE")
    assert f"the notebook defines it in cell [{number}], but" in shown


def test_a_terminal_shows_the_cells_lines():
    """As a kernel does."""
    code = (
        "from IPython.terminal.interactiveshell import TerminalInteractiveShell as Shell\n"
        "shell = Shell.instance(simple_prompt=True, colors='nocolor')\n"
        "shell.run_cell('%load_ext shimnb')\n"
        f"shell.run_cell('%%shimtask t --no-panel\\n' + {FAILS!r})\n"
        "shell.run_cell('t()')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "      5 def execute(tt, *, n: int = 2) -> int:\n----> 6     return inner(n)\n" in done.stdout
    assert "      2 def inner(n):\n----> 3     return n // 0\n" in done.stdout
