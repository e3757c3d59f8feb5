"""What a cell takes from the notebook: the words about it, and `--include`."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from shimnb.errors import CellError
from shimnb.notebook.cell import Cell, build, discard
from shimnb.notebook.inputs import Inputs
from shimnb.notebook.options import TaskOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = "# What --include brought in from the notebook.\n"


class Notebook:
    """Names, and the inputs that made them."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.history: list[tuple[int | str, str]] = []

    def run(self, text: str) -> Notebook:
        """Run a cell."""
        self.history.append((len(self.history) + 1, text))
        exec(compile(text, f"<cell {len(self.history)}>", "exec", dont_inherit=True), self.names)  # noqa: S102  # the cells of the test
        return self

    def build(self, body: str, *include: str, name: str = "t", line: str = "t") -> Cell:
        """Run a cell of a task."""
        call = f"get_ipython().run_cell_magic('shimtask', {line!r}, {body!r})"
        self.history.append((len(self.history) + 1, call))
        cell = build(body, name, TaskOptions(include=include), self.names, self.history)
        self.names.update(cell.public)
        return cell

    def included(self, *include: str) -> str:
        """Return what is brought into a cell that uses nothing."""
        return self.build("def execute(tt) -> int:\n    return 1\n", *include).text.included

    def refused(self, *include: str) -> str:
        """Return why it is not."""
        with pytest.raises(CellError) as caught:
            self.included(*include)
        return str(caught.value)


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """An empty notebook, without cells of tasks before and after."""
    discard()
    yield Notebook()
    discard()


def uses(*names: str) -> str:
    """Write a cell that uses some names."""
    return f"def execute(tt) -> int:\n    return {' + '.join(names)}\n"


def missing(notebook: Notebook, body: str) -> str:
    """Return what is said about the names that a cell lacks."""
    with pytest.raises(CellError) as caught:
        notebook.build(body)
    return str(caught.value)


NOT_IN_IT = "line 3: {!r} is neither defined nor imported in the cell."
WITHOUT = "but a cluster runs the cell without the notebook"


@pytest.mark.parametrize(
    ("text", "name", "remedy"),
    [
        ("import math as m", "m", "Write `import math as m` in the cell, or add --include m to the first line."),
        (
            "from math import pi as PI",
            "PI",
            "Write `from math import pi as PI` in the cell, or add --include PI to the first line.",
        ),
        (
            "from collections import OrderedDict as OD",
            "OD",
            "Write `from collections import OrderedDict as OD` in the cell, or add --include OD to the first line.",
        ),
        ("def clean(): ...", "clean", "Paste it into the cell, or add --include clean to the first line."),
        ("class Row: ...", "Row", "Paste it into the cell, or add --include Row to the first line."),
        (
            "LIMIT = 5",
            "LIMIT",
            (
                "Paste it into the cell, add --include LIMIT to the first line, or pass it as data: --set LIMIT=5, read as "
                "tt.custom['LIMIT']."
            ),
        ),
        (
            "WORD = str('a b')",
            "WORD",
            "Define it in the cell, or pass it as data: --set 'WORD=\"a b\"', read as tt.custom['WORD'].",
        ),
        ("db = object()", "db", "Define it in the cell."),
        (
            "PASSWORD = 'hunter2'",
            "PASSWORD",
            (
                "Request it as a secret, --secret GROUP/KEY, read as "
                "shimnb.current_context().secrets.get('GROUP', 'KEY')."
            ),
        ),
        ("double = lambda n: 2 * n", "double", "Paste it into the cell, or add --include double to the first line."),
    ],
)
def test_a_name_of_the_notebook_is_named_with_its_cell_and_remedies(
    notebook: Notebook, text: str, name: str, remedy: str
):
    """An import is imported, a definition pasted or included, a constant can be data, a secret is requested."""
    notebook.run("x = 1").run(text)
    assert missing(notebook, uses(name)) == (
        f"cell t, line 3: {name!r} is neither defined nor imported in the cell; the notebook defines it in cell [2], "
        f"{WITHOUT}. {remedy}\n  3 |     return {name}"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (uses("json"), "line 3: 'json' is neither defined nor imported in the cell. Write `import json` in the cell."),
        (uses("dataclass"), f"{NOT_IN_IT.format('dataclass')} Write `from dataclasses import dataclass` in the cell."),
        (uses("Secret"), f"{NOT_IN_IT.format('Secret')} Write `from shimnb import Secret` in the cell."),
        (uses("pd"), f"{NOT_IN_IT.format('pd')} Write `import pandas as pd` in the cell."),
        (uses("flyteidl"), f"{NOT_IN_IT.format('flyteidl')} Write `import flyteidl` in the cell."),
        (
            uses("qqqqq"),
            "line 3: 'qqqqq' is neither defined nor imported in the cell. Define or import it in the cell.",
        ),
        ("result = 1\nreslt", "line 3: 'reslt' is neither defined nor imported in the cell. Did you mean 'result'?"),
        (
            "display(1)",
            (
                "line 2: 'display' is neither defined nor imported in the cell. "
                "Write `from IPython.display import display` in the cell, or leave it out."
            ),
        ),
        (
            "exit()",
            "line 2: 'exit' is neither defined nor imported in the cell. Write `raise SystemExit` in its place.",
        ),
        ("print(a)\na = 1", "line 2: 'a' is used before the cell sets it, in line 3. Move the definition up."),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pd\nprint(pd)",
            "line 5: 'pd' is imported for type checkers alone, under TYPE_CHECKING. Import it outside of that block.",
        ),
    ],
)
def test_a_name_that_nobody_has(notebook: Notebook, body: str, expected: str):
    """It is a module of Python's, a slip of the pen, IPython's own, or in the wrong place."""
    assert missing(notebook, body).rpartition("\n")[0] == f"cell t, {expected}"


def test_a_value_that_the_notebook_would_give_silently(notebook: Notebook):
    """``n = n + 1`` at the top of a cell takes the first `n` from the notebook."""
    notebook.run("n = 1")
    assert missing(notebook, "n = n + 1") == (
        "cell t, line 2: 'n' is used before the cell sets it, in the same line; the notebook defines it in cell [1], "
        f"{WITHOUT}. Paste it into the cell.\n  2 | n = n + 1"
    )


@pytest.mark.parametrize(
    ("above", "data"),
    [
        ("", ", or pass it as data: --set RATE=3, read as tt.custom['RATE']"),
        ("class Config: ...\n", ", or pass it as data: a field of Config, read as tt.custom['RATE']"),
        ("t = None\n", ""),
    ],
)
def test_a_constant_as_data(notebook: Notebook, above: str, data: str):
    """Where there is a Config it is a field of it, and a task that is made by hand takes no --set."""
    notebook.run("RATE = 3")
    ways = "Paste it into the cell, add --include RATE to the first line"
    told = missing(notebook, above + uses("RATE")).partition(f"{WITHOUT}. ")[2].partition("\n")[0]
    assert told == f"{ways if data else ways.replace(', add', ', or add')}{data}."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "from shimcells.other import a, b",
            ("shimcells.other, another cell of the notebook", "--include a --include b"),
        ),
        ("import shimcells.other as o", ("shimcells.other, another cell of the notebook", "--include NAME")),
        ("from shimcells import other", ("shimcells.other, another cell of the notebook", "--include NAME")),
        ("from __main__ import rows", ("the notebook itself", "--include rows")),
    ],
)
def test_an_import_of_the_notebook_or_of_another_cell(notebook: Notebook, line: str, expected: tuple[str, str]):
    """It works in the notebook's process alone."""
    assert missing(notebook, f"import json\n{line}\n{uses('1')}") == (
        f"cell t, line 3: it imports {expected[0]}, {WITHOUT}. Leave the import out, and add {expected[1]} to the first "
        f"line, or paste what it takes into the cell.\n  3 | {line}"
    )


def test_a_cell_may_import_itself(notebook: Notebook):
    """Its own module is there wherever it runs."""
    assert (
        notebook.build("def execute(tt) -> str:\n    import shimcells.t\n    return shimcells.t.t.name\n").task() == "t"
    )


def test_names_that_the_cell_sets_by_their_text(notebook: Notebook):
    """They are looked for once the cell has run, and again when it runs anew; others are missing still."""
    body = "for each in ('a', 'b'):\n    globals()[each] = 3\n"
    for _ in range(2):
        assert notebook.build(body + uses("a", "b")).task() == 6
    assert missing(notebook, body + uses("a", "c")) == (
        "cell t, line 5: 'c' is neither defined nor imported in the cell. Define or import it in the cell.\n"
        "  5 |     return a + c"
    )


def test_all_missing_names_are_in_one_error(notebook: Notebook):
    """Each has its line, its cell and its remedies."""
    notebook.run("import math").run("def clean(): ...").names["late"] = 3
    assert missing(notebook, f"{uses('clean', 'math')}\n\ndef g():\n    return clean, late, nothing") == (
        "cell t, line 3: 4 names are not there when the cell runs without the notebook, as it does on a cluster. "
        "Bring them in:\n"
        "  line 3, 'clean', defined in cell [2]: Paste it into the cell, or add --include clean to the first line.\n"
        "  line 3, 'math', defined in cell [1]: Write `import math` in the cell, or add --include math to the first "
        "line.\n"
        "  line 7, 'late', which the notebook has: Define it in the cell, or pass it as data: --set late=3, read as "
        "tt.custom['late'].\n"
        "  line 7, 'nothing': Define or import it in the cell.\n"
        "  3 |     return clean + math"
    )


def test_a_missing_name_of_a_hint_is_found_before_the_interface_reads_it(notebook: Notebook):
    """With text annotations too."""
    notebook.run("import decimal as dec")
    body = "from __future__ import annotations\ndef execute(tt, *, n: dec.Decimal) -> int: ..."
    assert missing(notebook, body) == (
        "cell t, line 3: 'dec' is neither defined nor imported in the cell; the notebook defines it in cell [1], "
        f"{WITHOUT}. Write `import decimal as dec` in the cell, or add --include dec to the first line.\n"
        "  3 | def execute(tt, *, n: dec.Decimal) -> int: ..."
    )


def test_a_function_comes_with_all_that_it_needs(notebook: Notebook):
    """Imports, constants, decorators, functions and classes, in an order in which they run."""
    notebook.run("import math, json as js\nfrom functools import wraps")
    notebook.run("# How many.\nLIMIT = 5\nUNUSED = 6")
    notebook.run(
        "def logged(f):\n    @wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n\n"
        "# Keeps the best.\n@logged\ndef best(rows):\n    return tail(rows)[:LIMIT] + [math.floor(1.5)]"
    )
    notebook.run("def tail(rows): return [Row(x).n for x in rows]")
    notebook.run("from dataclasses import dataclass\n@dataclass\nclass Row:\n    n: int = LIMIT")
    cell = notebook.build("def execute(tt, *, rows: list[int]) -> list[int]:\n    return best(rows)\n", "best")
    assert cell.text.included == (
        f"{HEADER}import math\nfrom functools import wraps\nfrom dataclasses import dataclass\n\n\n"
        "# How many.\nLIMIT = 5\n\n\n"
        "def logged(f):\n    @wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n\n\n"
        "# Keeps the best.\n@logged\ndef best(rows):\n    return tail(rows)[:LIMIT] + [math.floor(1.5)]\n\n\n"
        "def tail(rows): return [Row(x).n for x in rows]\n\n\n"
        "@dataclass\nclass Row:\n    n: int = LIMIT\n"
    )
    assert cell.task(rows=[1, 2]) == [1, 2, 1]
    assert sorted(cell.public) == ["Executor", "TTask", "execute", "t"]


def test_what_a_statement_runs_at_once_comes_before_it(notebook: Notebook):
    """A decorator that the notebook defined anew, below, is moved up with what it uses."""
    notebook.run("def mark(f): return f").run("@mark\ndef f(): return 1")
    notebook.run("def helper(f): return f\ndef mark(f): return helper(f)")
    assert notebook.included("f") == (
        f"{HEADER}def helper(f): return f\n\n\ndef mark(f): return helper(f)\n\n\n@mark\ndef f(): return 1\n"
    )


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("import math, json as js", "js", "import json as js\n"),
        ("import os.path", "os", "import os.path\n"),
        ("from math import (pi,\n  tau as TAU)  # both", "TAU", "from math import tau as TAU\n"),
        ("from math import *", "pi", "from math import pi\n"),
        ("A = B = 'x'", "B", "B = 'x'\n"),
        ("W, H = 3, [4]", "H", "H = [4]\n"),
        ("a = 1; LIMIT: int = -2", "LIMIT", "LIMIT: int = -2\n"),
        (
            "# Above.\n# Two lines.\nUNITS = {'a', 'b'}  # beside",
            "UNITS",
            "# Above.\n# Two lines.\nUNITS = {'a', 'b'}  # beside\n",
        ),
        ("x = 1\n\n# A thought.\n\ndef f(): return 1", "f", "def f(): return 1\n"),
        ("K = 2\ndouble = lambda n: K * n", "double", "K = 2\n\n\ndouble = lambda n: K * n\n"),
        ("a, b = (lambda: 1), (\n    lambda n: lambda: n\n)", "b", "b = lambda n: lambda: n\n"),
        ("async def f():\n    return 1", "f", "async def f():\n    return 1\n"),
        (
            "class A:\n    n = 1\n    @property\n    def p(self): return self.n\n    @staticmethod\n    def __s(): return 2",
            "A",
            "class A:\n    n = 1\n    @property\n    def p(self): return self.n\n    @staticmethod\n    def __s(): return 2\n",
        ),
        (
            "import enum\nclass E(enum.Enum):\n    A = 1\n    B = 'b'",
            "E",
            "import enum\n\n\nclass E(enum.Enum):\n    A = 1\n    B = 'b'\n",
        ),
        (
            "import functools\n@functools.cache\ndef f(): return 1",
            "f",
            "import functools\n\n\n@functools.cache\ndef f(): return 1\n",
        ),
    ],
)
def test_each_kind_of_statement(notebook: Notebook, text: str, name: str, expected: str):
    """Only what binds the name is taken, with the comments directly above."""
    assert notebook.run(text).included(name) == f"{HEADER}{expected}"


def test_the_newest_text_that_the_notebook_still_has(notebook: Notebook):
    """A cell that failed before it got to its definition does not count, and one that ran again does."""
    notebook.run("def f(): return 1").run("def f(): return 2")
    notebook.history.append((3, "1 / 0\ndef f(): return 3"))
    assert notebook.included("f") == f"{HEADER}def f(): return 2\n"


def test_magics_of_the_notebook_do_not_confuse_it(notebook: Notebook):
    """Lines of IPython are read as IPython reads them, raw or rewritten, and a timed cell is a cell."""
    notebook.names.update({"f": None, "g": None})
    notebook.run("def f(): return 1\ndef g(): return 2")
    notebook.history[:] = [
        (1, "%matplotlib inline\n!ls\ndef f(): return 1"),
        (2, "get_ipython().run_cell_magic('time', '', '# Timed.\\ndef g(): return 2\\n')\n"),
        (3, "%%bash\ndef f(): echo"),
        (4, "not python at all ("),
    ]
    assert notebook.included("f", "g") == f"{HEADER}def f(): return 1\n\n\n# Timed.\ndef g(): return 2\n"


def test_a_class_of_another_tasks_cell(notebook: Notebook):
    """It comes with what that cell imports."""
    notebook.build(
        "from dataclasses import dataclass\nfrom shimnb import ShimTaskExecutor\n@dataclass\nclass Config:\n"
        "    n: int = 4\nclass Executor(ShimTaskExecutor):\n"
        "    def execute_from_model(self, tt) -> int:\n        return 1\n",
        name="first",
    )
    cell = notebook.build(uses("int(tt.custom['n'])"), "Config")
    assert cell.text.included == (
        f"{HEADER}from dataclasses import dataclass\n\n\n@dataclass\nclass Config:\n    n: int = 4\n"
    )
    assert cell.task() == 4
    assert "Config" not in cell.public


def test_a_function_that_was_compiled_with_its_imports(notebook: Notebook):
    """The compiler makes other code of it than of the statement alone."""
    notebook.build(
        "import re\ndef words(text):\n    return re.findall('a', text)\ndef execute(tt) -> int:\n    return 1\n",
        name="w",
    )
    assert notebook.build(uses("len(words('aa'))"), "words").task() == 2


ANEW = "Run cell [1] again, or paste it into the cell."


@pytest.mark.parametrize(
    ("text", "then", "name", "expected"),
    [
        ("x = 1", "", "cleen", "the notebook does not define it. Define it in the cell."),
        ("", "from builtins import open", "nope", "the notebook does not define it. Define it in the cell."),
        ("clean = 1", "", "cleen", "the notebook does not define it. Did you mean 'clean'?"),
        ("x = 1", "globals()['y'] = 2", "y", None),
        (
            "def f(): return 1",
            "del f",
            "f",
            "cell [1] defines it, and the notebook has it no more. Run cell [1] again.",
        ),
        ("def f(): return 1", "g = f\nf = g.__class__", "f", None),
        (
            "def f(): return 1",
            "exec('def f(): return 2')",
            "f",
            f"what the notebook has is not what cell [1] defines. {ANEW}",
        ),
        (
            "class A:\n    def f(self): return 1",
            "A.f = lambda self: 2",
            "A",
            f"what the notebook has is not what cell [1] defines. {ANEW}",
        ),
        ("class A:\n    n = 1", "A.n = 2", "A", f"what the notebook has is not what cell [1] defines. {ANEW}"),
        ("class A: ...", "A.f = lambda self: 2", "A", f"what the notebook has is not what cell [1] defines. {ANEW}"),
        (
            "ROWS = [1]",
            "ROWS.append(2)",
            "ROWS",
            "the notebook has another value by now than cell [1] gives it. Run cell [1] again, or set it in the cell.",
        ),
        (
            "db = object()",
            "",
            "db",
            (
                "cell [1] makes it by an expression, and only functions, classes, imports and literal constants are copied. "
                "Make it in the cell, or pass what it is made of as an input."
            ),
        ),
        (
            "for i in range(3):\n    pass",
            "",
            "i",
            "cell [1] binds it in a statement that cannot be copied alone, `for i in range(3):`. Define it in the cell.",
        ),
        (
            "API_KEY = 'hunter2'",
            "",
            "API_KEY",
            "it looks like a secret, and would stand in the module's text. Request it: --secret GROUP/KEY.",
        ),
        (
            "f = lambda n: n\nf = lambda n: n",
            "f = lambda n: -n",
            "f",
            "what the notebook has is not what cell [1] defines. Run cell [1] again, or paste it into the cell.",
        ),
        (
            "def hide(f): return lambda: f\n@hide\ndef f(): return 1",
            "",
            "f",
            "its decorator in cell [1] made something else of the function. Paste it into the cell.",
        ),
        (
            "import math as m",
            "m = __import__('cmath')",
            "m",
            None,
        ),
    ],
)
def test_what_cannot_be_included(notebook: Notebook, text: str, then: str, name: str, expected: str | None):
    """The text must be what the notebook has by now."""
    notebook.run(text)
    exec(then, notebook.names)  # noqa: S102  # the cells of the test
    told = notebook.refused(name)
    if expected is None:
        assert told.startswith(f"cell t, line 1: --include {name}: ")
    else:
        assert told == f"cell t, line 1: --include {name}: {expected}"


def test_a_name_that_no_input_shows(notebook: Notebook):
    """A start-up file may have put it there: then it is imported, or written in the cell."""
    notebook.names.update(ast=ast, size=3)
    assert notebook.refused("ast") == (
        "cell t, line 1: --include ast: no input of this session defines it, though the notebook has it. "
        "Write `import ast` in the cell."
    )
    assert notebook.refused("size") == (
        "cell t, line 1: --include size: no input of this session defines it, though the notebook has it. "
        "Define it in the cell."
    )
    assert notebook.refused("display") == (
        "cell t, line 1: --include display: IPython provides it, and where the task runs there is no IPython. "
        "Leave it out."
    )


def test_a_need_that_cannot_be_included_is_named_with_the_way_to_it(notebook: Notebook):
    """From what was asked for to what is in the way."""
    notebook.run("db = object()").run("def rows(): return db\ndef best(): return rows()")
    assert notebook.refused("best") == (
        "cell t, line 1: --include best: it uses 'rows', which uses 'db': cell [1] makes it by an expression, and only "
        "functions, classes, imports and literal constants are copied. Make it in the cell, or pass what it is made of "
        "as an input."
    )


def test_a_name_that_the_cell_defines_too(notebook: Notebook):
    """It would be another one for what is included than it is in the notebook; the same import is no other one."""
    notebook.run("import math\nLIMIT = 5\ndef f(): return LIMIT + math.pi")
    with pytest.raises(CellError) as caught:
        notebook.build(f"LIMIT = 3\n{uses('LIMIT')}", "LIMIT")
    assert str(caught.value) == (
        "cell t, line 1: --include LIMIT: the cell defines that name itself. "
        "Rename one of them, or leave out --include LIMIT."
    )
    with pytest.raises(CellError) as caught:
        notebook.build(f"import math\nLIMIT = 3\n{uses('LIMIT')}", "f")
    assert str(caught.value) == (
        "cell t, line 1: --include f: it uses 'LIMIT': the cell defines that name itself. Rename one of them."
    )
    assert notebook.build(f"import math\n{uses('int(math.tau)', 'int(f())')}", "f").task() == 14


def test_the_cells_lines_keep_their_numbers(notebook: Notebook):
    """What was included stands below the cell in the text of tracebacks, and above it in the module's file."""
    notebook.run("def half(n): return n // 0")
    cell = notebook.build('"""Doc."""\nfrom __future__ import annotations; import typing\n\n' + uses("half(1)"), "half")
    assert cell.text.source.startswith(
        f'\n"""Doc."""\nfrom __future__ import annotations; import typing\n\n{uses("half(1)")}'
    )
    assert cell.text.module_source.startswith(
        f'\n"""Doc."""\nfrom __future__ import annotations\n\n\n{HEADER}def half(n): return n // 0\n\n\n'
        f"import typing\n\n{uses('half(1)')}\n\n# What `%%shimtask t` is short for.\n"
    )
    with pytest.raises(ZeroDivisionError) as caught:
        cell.task()
    tb = caught.tb
    lines = []
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == cell.text.filename:
            lines.append(cell.text.source.splitlines()[tb.tb_lineno - 1].strip())
        tb = tb.tb_next
    assert lines[-2:] == ["return half(1)", "def half(n): return n // 0"]
    assert cell.module.__doc__ == "Doc."


def test_the_modules_text_runs_in_another_process(notebook: Notebook, tmp_path: Any):
    """As a file, from top to bottom; its template has the same bytes."""
    notebook.run("from dataclasses import dataclass, field\n@dataclass\nclass Part:\n    n: int = 3")
    notebook.run("def part(): return Part()")
    cell = notebook.build(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Config:\n    n: int = part().n\n\n"
        "def execute(tt, *, n: int = part().n) -> list[int]:\n    return [n]\n",
        "part",
    )
    (tmp_path / "shimcells").mkdir()
    (tmp_path / "shimcells" / "t.py").write_text(cell.text.module_source, encoding="utf-8")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from shimcells.t import t; "
        "sys.stdout.write(t.task_template.to_flyte_idl().SerializeToString(deterministic=True).hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == cell.task.task_template.to_flyte_idl().SerializeToString(deterministic=True).hex()
    again: dict[str, Any] = {"__name__": "shimcells.t"}
    exec(cell.module.__loader__.get_code("shimcells.t"), again)  # noqa: S102  # the cells of the test
    assert again["t"].task_template == cell.task.task_template


def test_only_what_may_bind_a_name_is_read():
    """A long history is not parsed for a name that stands in its last cell."""
    inputs = Inputs({"f": 1}, [(1, "f = 0"), (2, "g = 0"), (3, "f = 1"), (4, "h = 0")])
    assert next(inputs.definitions("f")).place == "cell [3]"
    assert list(inputs._read) == [2]
