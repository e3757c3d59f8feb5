from __future__ import annotations

import ast
import builtins
import importlib.util
import sys
from pathlib import Path

import pytest

from shimnb.notebook.closed_world import MissingName, bound_names, imported_names, missing_names, star_names


def found(source: str) -> tuple[MissingName, ...]:
    """Compile a text, and find what it lacks."""
    tree = ast.parse(source)
    return missing_names(tree, compile(tree, "cell", "exec", dont_inherit=True), star_names(tree))


def names(source: str) -> list[tuple[str, int]]:
    """List the names that a text lacks, with their lines."""
    return [(each.name, each.line) for each in found(source)]


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
        "try:\n    display\nexcept NameError:\n    display = print\ndisplay(1)",
        "try:\n    cell_magic\n    here = True\nexcept (NameError, OSError):\n    here = False\nif here:\n    cell_magic()",
        "from contextlib import suppress\nwith suppress(NameError):\n    get_ipython()",
        "import os\ndef root(): return os\nroot()\ndel os, root",
        "class A:\n    n = 3\n    m = [x for x in range(n)]",
        "match {}:\n    case {'a': x, **rest}: print(x, rest)\n    case [y, *zs] as w: print(y, zs, w)",
        "for i in range(2):\n    if i:\n        print(before)\n    before = i",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pd\n    x: pd\ndef f(x: 'pd.DataFrame'): ...",
        "print([last := q for q in (1, 2)], last)",
        "def f():\n    def g():\n        nonlocal h\n        h = 1\n    h = 2\n    return g, h",
        "try:\n    1 / 0\nexcept Exception as error:\n    print(error)",
        "from typing import *\ndef execute(tt, *, a: 'Literal[\"x\"]') -> 'Annotated[int, \"some words\"]': ...",
        "import shimnb\ndef execute(tt, *, a: shimnb.FlyteFile['csv']) -> 'shimnb.FlyteDirectory[\"png\"]': ...",
        "from __future__ import annotations\nimport shimnb\ndef execute(tt, *, a: shimnb.FlyteFile['csv']): ...",
        "from nowhere_at_all import *",
        "a = [b for b in range(3) for c in range(b) if c]\nlambda *b, c=1, **d: (b, c, d)",
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
        ("[q for q in (1, 2)]\nprint(q)", [("q", 2)]),
        ("from math import *\ntau, toe", [("toe", 2)]),
        ("class A:\n    LIMIT = LIMIT", [("LIMIT", 2)]),
        ("def f():\n    try:\n        helper()\n    except Exception:\n        pass", [("helper", 3)]),
        ("def execute(tt, *, a: list['Row']) -> int: ...", [("Row", 1)]),
        ("from __future__ import annotations\ndef execute(tt, *,\n    a: pd.X) -> np.Y: ...", [("np", 3), ("pd", 3)]),
        ("exit()", [("exit", 1)]),
    ],
)
def test_what_it_lacks_is_found_with_its_line(source: str, missing: list[tuple[str, int]]):
    """A name that is looked up and never set is missing, in whatever scope."""
    assert names(source) == missing


@pytest.mark.parametrize(
    ("source", "later"),
    [("df = df + 1", 1), ("print(a)\n\na = 1", 3), ("while a:\n    b\na = b = 1", 3)],
)
def test_a_name_that_is_set_too_late_is_missing(source: str, later: int):
    """What the module's own statements use before they set it would come from nowhere."""
    assert [each.later for each in found(source)] == [later] * len(found(source))
    assert found(source)


def test_what_is_imported_for_type_checkers_alone_is_not_there():
    """TYPE_CHECKING is false when the cell runs."""
    [missing] = found("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pd\ndef f(): return pd")
    assert (missing.name, missing.line, missing.unreal) == ("pd", 4, True)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_type_parameters_raise_no_alarm():
    """Their scopes see the class around them, and an alias is a name."""
    source = (
        "class A[T](list[T]):\n    K = int\n    def f[X: K](self, y: K) -> X: return y\n    type B = K\n"
        "type L[T] = list[T]\ndef g[T](x: T) -> L[T]: return [q for q in x]"
    )
    assert names(source) == []


def test_what_a_library_put_among_the_builtins_is_missing(monkeypatch: pytest.MonkeyPatch):
    """It would not be there on a cluster."""
    monkeypatch.setattr(builtins, "ic", names, raising=False)
    spec = importlib.util.find_spec("shimnb.notebook.closed_world")
    again = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, again.__name__, again)
    spec.loader.exec_module(again)
    assert "ic" not in again.BUILTINS
    assert {"print", "ValueError", "True", "help", "open", "__import__", "NotImplemented"} <= again.BUILTINS


def test_imports_and_bound_names():
    """What a module imports, a star included, and what it sets, in functions too."""
    source = "import os.path, json as j\nfrom math import *\ndef f():\n    global made\n    made = 1"
    tree = ast.parse(source)
    assert imported_names(tree) == {"os", "j", "*"}
    assert bound_names(compile(source, "cell", "exec")) == {"os", "j", "f", "made"}
    assert {"pi", "tau"} <= star_names(tree)


@pytest.mark.parametrize(
    "module",
    [
        *(
            "argparse",
            "ast",
            "asyncio.tasks",
            "collections",
            "contextlib",
            "dataclasses",
            "datetime",
            "decimal",
            "enum",
        ),
        *(
            "functools",
            "importlib.abc",
            "ipaddress",
            "json.decoder",
            "logging",
            "csv",
            "pickle",
            "random",
            "shutil",
        ),
        *("statistics", "string", "subprocess", "tarfile", "threading", "typing", "unittest.mock", "uuid", "zipfile"),
    ],
)
def test_a_library_provides_what_it_uses(module: str):
    """Large modules, with every construct that people write, raise no alarm."""
    spec = importlib.util.find_spec(module)
    source = Path(spec.origin).read_text(encoding="utf-8")
    assert [each for each in names(source) if each[0] not in ("__path__", "__cached__")] == []
