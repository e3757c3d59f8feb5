"""The names that a cell uses and nothing in it provides.

A cell runs elsewhere too, where the notebook is not. What it would miss there
is read from its compiled code: a name that is looked up among the module's
globals, that no statement of the module sets, and that is no builtin.
"""

from __future__ import annotations

import ast
import json
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from shimnb.core.checks.names import BUILTINS, every_code, globals_stored, lookups, stored
from shimnb.notebook.options import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import CodeType

__all__ = ["MissingName", "imported_names", "missing_names"]

_MODULE_NAMES = frozenset(
    {"__name__", "__doc__", "__file__", "__spec__", "__loader__", "__package__", "__builtins__", "__annotations__"}
)


@dataclass(frozen=True)
class MissingName:
    """A name that the cell uses but does not provide.

    Parameters
    ----------
    name : str
        The name.
    line : int
        The line of the cell where it is first looked up.
    remedy : str
        How to bring it in, as a sentence.
    in_notebook : bool
        Whether the notebook defines it.
    """

    name: str
    line: int
    remedy: str
    in_notebook: bool


def imported_names(tree: ast.Module) -> frozenset[str]:
    r"""Collect the names that the module's own import statements bind.

    Examples
    --------
    >>> sorted(imported_names(ast.parse("import os.path, json as j\nfrom math import pi")))
    ['j', 'os', 'pi']
    """
    names: set[str] = set()
    for node in _module_level(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return frozenset(names)


def _module_level(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _module_level(child)


def missing_names(tree: ast.Module, code: CodeType, notebook: Mapping[str, Any]) -> tuple[MissingName, ...]:
    """Find the names that the cell's code would not find on a cluster.

    Parameters
    ----------
    tree, code
        The cell, parsed and compiled.
    notebook : Mapping
        The notebook's namespace, for the remedies.

    Returns
    -------
    tuple of MissingName
        In the order of their lines. Empty for a cell with a star import,
        whose names cannot be known before it runs.
    """
    if "*" in imported_names(tree):
        return ()
    first_code, *inner_codes = every_code(code)
    provided = stored(first_code) | BUILTINS | _MODULE_NAMES
    for inner in inner_codes:
        provided |= globals_stored(inner)
    first: dict[str, int] = {}
    for each in (first_code, *inner_codes):
        for name, line in lookups(each):
            if name not in provided:
                first[name] = min(line, first.get(name, line))
    known = sorted(provided - _MODULE_NAMES)
    found = sorted(first.items(), key=lambda item: (item[1], item[0]))
    return tuple(MissingName(name, line, _remedy(name, notebook, known), name in notebook) for name, line in found)


def _remedy(name: str, notebook: Mapping[str, Any], known: list[str]) -> str:
    if name == "display":
        return "Write `from IPython.display import display` in the cell, or leave it out."
    if name == "get_ipython":
        return "Leave it out: where the task runs there is no IPython."
    if name in notebook:
        return _bring_in(name, notebook[name])
    if name in sys.stdlib_module_names:
        return f"Write `import {name}` in the cell."
    return nearest(name, known) or "Define or import it in the cell."


def _bring_in(name: str, value: object) -> str:
    if isinstance(value, ModuleType):
        alias = "" if value.__name__ == name else f" as {name}"
        return f"Write `import {value.__name__}{alias}` in the cell."
    home = getattr(value, "__module__", None)
    own = getattr(value, "__qualname__", None)
    if isinstance(home, str) and isinstance(own, str):
        # What a cell or the notebook itself defines cannot be imported elsewhere.
        if home.partition(".")[0] in ("__main__", "shimcells") or not own.isidentifier():
            return f"Define {name!r} in the cell."
        return f"Write `from {home} import {own}{'' if own == name else f' as {name}'}` in the cell."
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return f"Define {name!r} in the cell."
    quote = "'" if any(character in text for character in ' "') and "'" not in text else ""
    return f"Define it in the cell, or pass it as data: --set {quote}{name}={text}{quote}, read as tt.custom[{name!r}]."
