"""A cell's module: its texts, its loader, and its place among the modules of the process.

Each version of a cell has a file name of its own, so that an old traceback goes
on showing the old text. The text that lines are counted in begins as the
person's cell does, the magic's line being line 1; what was included from the
notebook, and what was generated, follow it there, though the included part
runs first. `module_source` holds the parts in the order in which they run, as
a file needs them.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import itertools
import linecache
import os
import sys
import types
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "PACKAGE",
    "CellLoader",
    "CellText",
    "arranged",
    "discard",
    "filename_of",
    "head_end",
    "installed",
    "is_cell_file",
    "known_lines",
    "make_module",
    "module_source",
    "reinstated",
    "remember",
]

PACKAGE = "shimcells"
"""The package whose modules are cells."""

_versions = itertools.count(1)


@dataclass(frozen=True)
class CellText:
    """The texts of a cell.

    Parameters
    ----------
    name : str
        The cell's name, which is its task's.
    filename : str
        What its code objects and tracebacks call it.
    source : str
        The whole module, with the lines that tracebacks name: an empty line
        for the magic's own, the cell's text, what was included, and what was
        generated.
    generated : str
        What was generated; empty for a task made by hand.
    included : str
        What ``--include`` brought in; empty without it.
    module_source : str
        The whole module as a file: `source`, with the included part before
        the cell's own statements.
    """

    name: str
    filename: str
    source: str
    generated: str
    included: str = ""
    module_source: str = ""


class CellLoader(importlib.abc.InspectLoader):
    """Knows a cell's source, as a file's loader knows the file's.

    Parameters
    ----------
    filename, source : str
        What the code is called, and the cell's text, with the empty line for
        the magic's own.
    included : str
        What ``--include`` brought in.

    Attributes
    ----------
    cell_source : str
        The cell's text.
    source : str
        The text whose lines tracebacks name.
    module_source : str
        The text to run elsewhere.
    """

    def __init__(self, filename: str, source: str, included: str = "") -> None:
        self.filename = filename
        self.cell_source = source
        self.included = included
        self.source = f"{source}\n\n{included}" if included else source
        self.module_source = module_source(source, included)

    def add(self, generated: str) -> None:
        """Append what was generated of the cell."""
        self.source += f"\n\n{generated}"
        self.module_source += f"\n\n{generated}"

    def get_source(self, fullname: str) -> str:  # noqa: ARG002  # a loader is of one module
        """Return the text; `linecache` and `inspect` ask for it."""
        return self.source

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002  # as above
        """Return the whole module's code, with the lines of `source`."""
        tree = arranged(ast.parse(self.source, self.filename), self.cell_source, self.included)
        code: types.CodeType = compile(tree, self.filename, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: types.ModuleType) -> None:
        """Refuse to run the cell behind the notebook's back, where its names would stay those of the version before.

        Raises
        ------
        ImportError
            Always.
        """
        name = module.__name__.rpartition(".")[2]
        raise ImportError(
            f"{module.__name__} is a cell of the notebook: run the cell `%%shimtask {name}` again to reload it.",
            name=module.__name__,
            path=self.filename,
        )


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the cells that are defined, for `importlib.reload`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a cell's spec."""
        del path
        module = target or sys.modules.get(fullname)
        return module.__spec__ if fullname.startswith(f"{PACKAGE}.") and module is not None else None


_finder = _Finder()


def filename_of(name: str) -> str:
    """Make the file name of a cell's next version."""
    return f"cell {name} #{next(_versions)}"


def is_cell_file(filename: str) -> bool:
    """Tell whether a code object's file name is a cell's.

    Examples
    --------
    >>> is_cell_file("cell top_tracks #2"), is_cell_file("/usr/lib/python3/json.py")
    (True, False)
    """
    start, _, version = filename.rpartition(" #")
    return start.startswith("cell ") and version.isdecimal()


def head_end(tree: ast.Module) -> tuple[int, int]:
    r"""Find where a module's docstring and its ``from __future__`` lines end: the line and the column in bytes.

    Examples
    --------
    >>> head_end(ast.parse('"Doc."\nfrom __future__ import annotations\nx = 1'))
    (2, 34)
    """
    end = (0, 0)
    for at, node in enumerate(tree.body):
        is_doc = at == 0 and isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)
        if not is_doc and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
        end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
    return end


def module_source(source: str, included: str) -> str:
    r"""Put what was included between a cell's head and its statements.

    Examples
    --------
    >>> module_source("\nfrom __future__ import annotations\nx = LIMIT\n", "LIMIT = 3\n")
    '\nfrom __future__ import annotations\n\n\nLIMIT = 3\n\n\nx = LIMIT\n'
    """
    if not included:
        return source
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were shown already
        line, column = head_end(ast.parse(source))
    lines = source.encode().splitlines(keepends=True)
    head = (b"".join(lines[: line - 1]) + lines[line - 1][:column]).decode() if line else ""
    rest = (lines[line - 1][column:] + b"".join(lines[line:])).decode() if line else source
    rest = rest.lstrip(" \t;")
    start = f"{head}\n\n\n" if head else "\n"
    return f"{start}{included}\n\n{rest.lstrip(chr(10))}"


def arranged(tree: ast.Module, source: str, included: str) -> ast.Module:
    """Put the statements of a parsed ``source, included, generated`` into the order in which they run."""
    first = source.count("\n") + 1
    last = first + 1 + included.count("\n")
    end = head_end(tree)
    head = [node for node in tree.body if (node.lineno, node.col_offset) < end and node.lineno < first]
    brought = [node for node in tree.body if first <= node.lineno <= last] if included else []
    rest = [node for node in tree.body if node not in head and node not in brought]
    return ast.Module([*head, *brought, *rest], tree.type_ignores)


def make_module(name: str, loader: CellLoader) -> types.ModuleType:
    """Make the cell's empty module."""
    full = f"{PACKAGE}.{name}"
    module = types.ModuleType(full)
    module.__spec__ = importlib.machinery.ModuleSpec(full, loader, origin=loader.filename)
    module.__loader__ = loader
    module.__package__ = PACKAGE
    # `inspect` finds the source of a class by its module's file.
    module.__file__ = loader.filename
    return module


@contextmanager
def installed(module: types.ModuleType) -> Iterator[None]:
    """Put a module in place while its code runs, and for good when it succeeds."""
    # During the run too: dataclasses look their own module up by its name.
    package = sys.modules.get(PACKAGE)
    if package is None:
        package = types.ModuleType(PACKAGE, "The modules that notebook cells became.")
        package.__path__ = []
        package.__spec__ = importlib.machinery.ModuleSpec(PACKAGE, None, is_package=True)
    full = module.__name__
    own = full.rpartition(".")[2]
    before = {key: sys.modules.get(key) for key in (PACKAGE, full)}
    attribute = vars(package).get(own)
    finds = _finder in sys.meta_path
    sys.modules[PACKAGE], sys.modules[full] = package, module
    if not finds:
        sys.meta_path.append(_finder)
    try:
        setattr(package, own, module)
        yield
    except BaseException:
        for key, value in before.items():
            if value is None:
                sys.modules.pop(key, None)
            else:
                sys.modules[key] = value
        if attribute is None:
            vars(package).pop(own, None)
        else:
            setattr(package, own, attribute)
        if not finds:
            sys.meta_path.remove(_finder)
        raise


# What the process keeps of a version ---------------------------------------------------------------------------------

_current: dict[str, CellText] = {}


@contextmanager
def known_lines(loader: CellLoader) -> Iterator[None]:
    """Let `linecache` know a cell's lines while it is compiled and run, for warnings; `remember` keeps them."""
    _set_lines(loader.filename, loader.source)
    try:
        yield
    except BaseException:
        _drop_lines(loader.filename)
        raise


def _set_lines(filename: str, source: str) -> None:
    lines = source.splitlines(keepends=True)
    # Debuggers make file names absolute before they ask for the lines.
    for each in (filename, os.path.abspath(filename)):  # noqa: PTH100  # as `bdb` does, text to text
        # Without a time of change: `linecache.checkcache` keeps such an entry.
        linecache.cache[each] = (len(source), None, lines, filename)


def _drop_lines(filename: str) -> None:
    for each in (filename, os.path.abspath(filename)):  # noqa: PTH100  # as above
        linecache.cache.pop(each, None)


def _forget(name: str) -> None:
    """Drop the lines of every version; those of an old one come back when they are asked for, from its loader."""
    for key in [each for each in linecache.cache if f"cell {name} #" in each]:
        filename = key.rpartition(os.sep)[2]
        if is_cell_file(filename) and filename.startswith(f"cell {name} #"):
            linecache.cache.pop(key)


def remember(text: CellText) -> None:
    """Keep a version that succeeded, in place of the one before."""
    _forget(text.name)
    _current[text.name] = text
    _set_lines(text.filename, text.source)


def reinstated(text: CellText, module: types.ModuleType) -> None:
    """Put an older version back in the place of a newer one."""
    discard(text.name)
    with installed(module):
        remember(text)


def discard(name: str | None = None) -> None:
    """Forget a cell, or all of them: its module and its text.

    Parameters
    ----------
    name : str, optional
        The cell's name; all of them when left out.
    """
    for each in [name] if name is not None else list(_current):
        _current.pop(each, None)
        _forget(each)
        sys.modules.pop(f"{PACKAGE}.{each}", None)
        package = sys.modules.get(PACKAGE)
        if package is not None:
            vars(package).pop(each, None)
    if not _current:
        sys.modules.pop(PACKAGE, None)
        if _finder in sys.meta_path:
            sys.meta_path.remove(_finder)
