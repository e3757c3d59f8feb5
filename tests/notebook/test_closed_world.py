from __future__ import annotations

import ast
import collections
import math
from typing import Any

import pytest

from shimnb.notebook.closed_world import missing_names


def names(source: str, notebook: dict[str, Any] | None = None) -> list[tuple[str, int]]:
    """List the names that a text lacks, with their lines."""
    return [(each.name, each.line) for each in found(source, notebook)]


def found(source: str, notebook: dict[str, Any] | None = None):
    """Compile a text, and find what it lacks."""
    tree = ast.parse(source)
    return missing_names(tree, compile(tree, "cell", "exec", dont_inherit=True), notebook or {})


@pytest.mark.parametrize(
    "source",
    [
        "from __future__ import annotations\ndef f(a: Unknown) -> Other: ...",
        "def f():\n    x: Unknown = 1\n    return x",
        "[x for x in range(3) if x]",
        "class A:\n    n = 1\n    m = n + 1\n    __slots__ = ()\n    q = __qualname__",
        "class A:\n    def f(self):\n        return __class__, super().f()",
        "def f():\n    global made\n    made = 1\ndef g():\n    return made",
        "import os.path\nos.path.sep",
        "from math import *\npi",
        "try:\n    import a\nexcept ImportError:\n    a = None\na",
        "print(__name__, __file__, __doc__)",
        "if (n := 3) > 2:\n    n",
        "def f(x):\n    def g():\n        return x\n    return lambda y: (x, y, g)",
        "for i in range(3):\n    i",
        "with open('f') as file:\n    file",
    ],
)
def test_what_a_cell_provides_raises_no_alarm(source: str):
    """Definitions, imports, builtins, scopes and annotations that never run are no missing names."""
    assert names(source) == []


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("x = 1\nx + y", [("y", 2)]),
        ("def f():\n    return pd.DataFrame()", [("pd", 2)]),
        ("def f(n: int = LIMIT): ...", [("LIMIT", 1)]),
        ("class A(Base):\n    field: Kind = None", [("Base", 1), ("Kind", 2)]),
        ("class A:\n    n = 1\n    def f(self):\n        return n", [("n", 4)]),
        ("@decorated\ndef f():\n    return [q for q in rows]", [("decorated", 1), ("rows", 3)]),
        ("display(1)", [("display", 1)]),
        ("def f():\n    y = 1\ndef g():\n\n    return y", [("y", 5)]),
    ],
)
def test_what_it_lacks_is_found_with_its_line(source: str, missing: list[tuple[str, int]]):
    """A name that is looked up and never set is missing, in whatever scope."""
    assert names(source) == missing


@pytest.mark.parametrize(
    ("source", "notebook", "remedy"),
    [
        ("pd", {"pd": math}, "Write `import math as pd` in the cell."),
        ("math", {"math": math}, "Write `import math` in the cell."),
        ("OD", {"OD": collections.OrderedDict}, "Write `from collections import OrderedDict as OD` in the cell."),
        (
            "LIMIT",
            {"LIMIT": 5},
            "Define it in the cell, or pass it as data: --set LIMIT=5, read as tt.custom['LIMIT'].",
        ),
        (
            "WORD",
            {"WORD": "a b"},
            "Define it in the cell, or pass it as data: --set 'WORD=\"a b\"', read as tt.custom['WORD'].",
        ),
        ("db", {"db": object()}, "Define 'db' in the cell."),
        ("json", {}, "Write `import json` in the cell."),
        ("result = 1\nreslt", {}, "Did you mean 'result'?"),
        ("qqqqq", {}, "Define or import it in the cell."),
        ("display(1)", {}, "Write `from IPython.display import display` in the cell, or leave it out."),
    ],
)
def test_the_remedy_fits_what_the_notebook_has(source: str, notebook: dict[str, Any], remedy: str):
    """A module is imported, a class is imported from its home, a constant can be data."""
    [missing] = found(source, notebook)
    assert (missing.remedy, missing.in_notebook) == (remedy, missing.name in notebook)
