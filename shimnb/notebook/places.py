"""Where things stand in a cell's text: the lines that its errors name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FUNCTIONS", "SCOPES", "Places", "excerpt"]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
"""The statements that define a function."""
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda)
"""What has names of its own."""


def excerpt(source: str, line: int, column: int | None = None) -> str:
    """Show a line of the source with its number, and a caret below `column`.

    Parameters
    ----------
    source : str
        The text.
    line, column : int
        Both from 1.

    Examples
    --------
    >>> print(excerpt("a = (", 1, 5))
      1 | a = (
              ^
    """
    lines = source.splitlines()
    text = lines[line - 1] if 1 <= line <= len(lines) else ""
    if not text:
        return ""
    shown = f"  {line} | {text}"
    if column is None:
        return shown
    # Tabs are kept, so that the caret stands right whatever their width is.
    lead = "".join("\t" if character == "\t" else " " for character in text[: column - 1]).ljust(column - 1)
    return f"{shown}\n{' ' * len(f'  {line} | ')}{lead}^"


class Places:
    r"""Look up the lines of a parsed cell.

    Parameters
    ----------
    tree : ast.Module
        The cell.

    Examples
    --------
    >>> tree = ast.parse("class A:\n    n: int = 1\n    def run(self, tt, *, k):\n        pass")
    >>> places = Places(tree)
    >>> places.of_class("A"), places.field("A", "n"), places.parameter("A.run", "k")
    (1, 2, 3)
    """

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree

    def function(self, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Find a function, or ``Class.method``; the last one of that name, as Python does."""
        owner, _, own = name.rpartition(".")
        scope: ast.AST | None = self._class(owner) if owner else self._tree
        if scope is None:
            return None
        found = [node for node in _body(scope) if isinstance(node, FUNCTIONS) and node.name == own]
        return found[-1] if found else None

    def _class(self, name: str) -> ast.ClassDef | None:
        found = [node for node in _body(self._tree) if isinstance(node, ast.ClassDef) and node.name == name]
        return found[-1] if found else None

    def of_class(self, name: str) -> int | None:
        """Return the line of a class statement."""
        node = self._class(name)
        return node.lineno if node else None

    def field(self, owner: str, name: str) -> int | None:
        """Return the line of a class's field; the class's own when it is inherited."""
        node = self._class(owner)
        if node is None:
            return None
        for each in _body(node):
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id == name:
                return each.lineno
        return node.lineno

    def parameter(self, function: str, name: str) -> int | None:
        """Return the line of a function's parameter, or of the function itself for its result."""
        node = self.function(function)
        if node is None:
            return None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg) and argument.arg == name:
                return argument.lineno
        return node.lineno

    def executor_parameter(self, name: str) -> int | None:
        """Return the line of an input, wherever an `execute_from_model` or `execute` declares it."""
        for node in ast.walk(self._tree):
            if isinstance(node, FUNCTIONS) and node.name in ("execute_from_model", "execute"):
                for argument in ast.walk(node.args):
                    if isinstance(argument, ast.arg) and argument.arg == name:
                        return argument.lineno
        return None

    def name(self, name: str) -> int | None:
        """Return the first line that binds a name at the module's level."""
        for node in _body(self._tree):
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.name == name:
                return node.lineno
            targets = [
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            ]
            if isinstance(node, ast.Assign | ast.AnnAssign) and name in targets:
                return node.lineno
        return None


def _body(scope: ast.AST) -> Iterator[ast.AST]:
    """Walk the statements of a scope, those in `if`, `try` and `with` included."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, (*FUNCTIONS, ast.ClassDef, ast.expr)):
            yield from _body(child)
