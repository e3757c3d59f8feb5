"""The notebook as a cell sees it: its names, and the inputs that made them.

Only read. The inputs are parsed when a name is looked for, the newest first,
as a history may be long and most cells take nothing from it.
"""

from __future__ import annotations

import ast
import sys
import warnings
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from shimnb.notebook.places import FUNCTIONS, SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Definition", "Input", "Inputs", "bindings", "bound_by", "import_line", "running_notebook", "session_inputs"]

_MAGICS = ("time", "capture", "prun")  # cell magics whose body runs in the notebook's own namespace
_TASK_MAGIC = "shimtask"
_SIMPLE = (*FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
_HIDDEN = (*SCOPES, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, eq=False)
class Input:
    """A cell that ran.

    Parameters
    ----------
    label : int or str
        Its execution count.
    order : int
        Its place in the history.
    lines : list of str
        Its text, as Python.
    tree : ast.Module
        The same, parsed.
    names : Mapping
        The namespace it ran in.
    of_task : bool
        Whether it is the cell of another task.
    """

    label: int | str
    order: int
    lines: list[str] = field(repr=False)
    tree: ast.Module = field(repr=False)
    names: Mapping[str, Any] = field(repr=False)
    of_task: bool = False

    def text(self, node: ast.stmt) -> str:
        """Return a statement's text, with its decorators and the comments directly above."""
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        last = node.end_lineno or node.lineno
        if any(each is not node and each.lineno <= last and (each.end_lineno or 0) >= first for each in self.tree.body):
            # Several statements share a line.
            return ast.unparse(node)
        while first > 1 and self.lines[first - 2].startswith("#"):
            first -= 1
        return "\n".join(self.lines[first - 1 : last]).rstrip()


@dataclass(frozen=True)
class Definition:
    """A statement at a cell's top level that binds a name.

    Parameters
    ----------
    name : str
        The name.
    input : Input
        The cell.
    node : ast.stmt
        The statement.
    whole : bool
        Whether the name is all that the statement binds, and it always does.
    """

    name: str
    input: Input
    node: ast.stmt
    whole: bool = True

    @property
    def place(self) -> str:
        """The cell, as a sentence calls it."""
        return f"cell [{self.input.label}]"

    @property
    def imported(self) -> tuple[str, str | None] | None:
        """What an import statement takes: the module, and the name in it; None for other statements."""
        if isinstance(self.node, ast.Import):
            for alias in self.node.names:
                if alias.asname == self.name:
                    return alias.name, None
                if alias.asname is None and alias.name.partition(".")[0] == self.name:
                    return alias.name, None
        if isinstance(self.node, ast.ImportFrom) and self.node.module:
            for alias in self.node.names:
                if (alias.asname or alias.name) == self.name or alias.name == "*":
                    return self.node.module, self.name if alias.name == "*" else alias.name
        return None

    @property
    def value(self) -> ast.expr | None:
        """The expression that an assignment gives the name; None for other statements."""
        if isinstance(self.node, ast.AnnAssign):
            return self.node.value
        if not isinstance(self.node, ast.Assign):
            return None
        value = self.node.value
        for target in self.node.targets:
            if isinstance(target, ast.Name) and target.id == self.name:
                return value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                for one, part in zip(target.elts, value.elts, strict=True):
                    if isinstance(one, ast.Name) and one.id == self.name:
                        return part
        return None

    @property
    def text(self) -> str:
        """The source: the statement's own, or where it binds more names what concerns this one."""
        if self.whole:
            return self.input.text(self.node)
        if self.imported is None:
            return f"{self.name} = {ast.unparse(self.value)}" if self.value else ""
        module, attribute = self.imported
        if attribute is None:
            return f"import {module}" + ("" if module.partition(".")[0] == self.name else f" as {self.name}")
        return f"from {module} import {attribute}" + ("" if attribute == self.name else f" as {self.name}")


class Inputs:
    r"""The notebook: its names, and what was run in it.

    Parameters
    ----------
    names : Mapping
        Its namespace.
    history : sequence of (int or str, str)
        What was run, the oldest first: the execution count and the text,
        with IPython's magics or as IPython rewrote them.
    source : str
        The text of the cell in question, which is left out.

    Examples
    --------
    >>> notebook = Inputs({"n": 3}, [(1, "n = 2"), (2, "import json\nn = 3")])
    >>> [(each.place, each.text) for each in notebook.definitions("n")]
    [('cell [2]', 'n = 3'), ('cell [1]', 'n = 2')]
    """

    def __init__(
        self, names: Mapping[str, Any], history: Sequence[tuple[int | str, str]] = (), source: str = ""
    ) -> None:
        self.names = names
        self._source = source.strip()
        self._history = history
        self._read: dict[int, Input | None] = {}

    def _inputs(self, name: str) -> Iterator[Input]:
        """Give the inputs that may bind a name, the newest first."""
        for order in range(len(self._history) - 1, -1, -1):
            label, text = self._history[order]
            # Parsing takes its time, and a name that is bound is written down, but for `import *`.
            if name in text or ("*" in text and "import" in text):
                if order not in self._read:
                    self._read[order] = self._parsed(label, order, text)
                found = self._read[order]
                if found is not None:
                    yield found

    def _parsed(self, label: int | str, order: int, text: str) -> Input | None:
        tree = _tree(text)
        if tree is None:
            return None
        magic = _cell_magic(tree)
        if magic is None:
            return Input(label, order, text.splitlines(), tree, self.names)
        name, body = magic
        if name in _MAGICS:
            return self._parsed(label, order, body)
        if name != _TASK_MAGIC or body.strip() == self._source:
            return None
        # Only a cell that is still what its task was made of has names in the notebook.
        text = f"\n{body.rstrip()}\n"
        for key, module in list(sys.modules.items()):
            if key.startswith("shimcells.") and getattr(module.__loader__, "cell_source", None) == text:
                tree = ast.parse(text)
                return Input(label, order, text.splitlines(), tree, vars(module), of_task=True)
        return None

    def definitions(self, name: str, within: Input | None = None) -> Iterator[Definition]:
        """Give the statements that bind a name, the newest first.

        Parameters
        ----------
        name : str
            The name.
        within : Input, optional
            Where the name is used. In the cell of a task a name is first of all that cell's.
        """
        if within is not None and within.of_task:
            yield from bindings(name, within)
        for each in self._inputs(name):
            for found in bindings(name, each):
                # A task's cell gives the notebook what it defines, and keeps what it imports.
                if not each.of_task or found.imported is None:
                    yield found


def _tree(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were shown when the cell ran
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError):
            pass
        if "IPython" not in sys.modules:
            return None
        from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415  # only a magic's cell needs it

        try:
            return ast.parse(TransformerManager().transform_cell(text))
        except (SyntaxError, ValueError):
            return None


def _cell_magic(tree: ast.Module) -> tuple[str, str] | None:
    """Read the name and the body of a cell that is ``get_ipython().run_cell_magic(name, line, body)``."""
    match tree.body:
        case [
            ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(attr="run_cell_magic"),
                    args=[ast.Constant(value=str(name)), _, ast.Constant(value=str(body))],
                )
            )
        ]:
            return name, body
    return None


def bindings(name: str, cell: Input) -> Iterator[Definition]:
    """Give the statements of a cell's top level that bind a name, the last first."""
    for node in reversed(cell.tree.body):
        names = list(bound_by(node))
        if name in names:
            yield Definition(name, cell, node, whole=names == [name] and isinstance(node, _SIMPLE))
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and not node.level:
            module = sys.modules.get(node.module or "")
            if module is not None and name in vars(module).get("__all__", [] if name.startswith("_") else vars(module)):
                yield Definition(name, cell, node, whole=False)


def bound_by(node: ast.AST) -> Iterator[str]:
    """Give the names that a statement binds where it stands."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        if getattr(node, "module", None) != "__future__":
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    if not isinstance(node, ast.AnnAssign) or node.value is not None:
        for child in () if isinstance(node, _HIDDEN) else ast.iter_child_nodes(node):
            yield from bound_by(child)


def import_line(name: str, value: object) -> str | None:
    """Write the import statement that binds a value of the notebook, or None for what is made there.

    Examples
    --------
    >>> from collections import OrderedDict
    >>> import_line("OD", OrderedDict), import_line("js", ast), import_line("n", 3)
    ('from collections import OrderedDict as OD', 'import ast as js', None)
    """
    if isinstance(value, ModuleType):
        return f"import {value.__name__}" + ("" if value.__name__ == name else f" as {name}")
    home, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(home, str) or not isinstance(own, str) or not own.isidentifier():
        return None
    if home.partition(".")[0] in ("__main__", "shimcells", "builtins"):
        return None
    return f"from {home} import {own}" + ("" if own == name else f" as {name}")


def running_notebook() -> tuple[Mapping[str, Any], list[tuple[int | str, str]]]:
    """Give the names and inputs of the IPython that runs in this process, if one does."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return {}, []
    return shell.user_ns, session_inputs(shell)


def session_inputs(shell: Any) -> list[tuple[int | str, str]]:
    """Give what was run in a shell with its execution counts; a person may bind `In` anew."""
    return list(enumerate(shell.history_manager.input_hist_parsed))
