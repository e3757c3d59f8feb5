"""The names that a cell uses and nothing in it provides.

A cell runs elsewhere too, where the notebook is not. What it would miss there
is read from its compiled code, which is what the compiler made of its symbol
tables: a name that is looked up among the module's globals, that no statement
of the module sets, and that is no builtin. The tables themselves (`symtable`)
say less: they count the names in a function's own annotations, which never
run, and from Python 3.12 on a comprehension's variable as its module's.

The syntax tree adds what code does not have: which lookups the author guards
(``except NameError``), what only type checkers run, loops, and the hints that
are text until the task's interface reads them.
"""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

from shimnb.core.checks.names import BUILTINS, CLASS_NAMES, LOOKUPS, Step, is_function, steps
from shimnb.notebook.places import FUNCTIONS, SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "MissingName",
    "bound_names",
    "early_names",
    "imported_names",
    "missing_names",
    "star_names",
]

_MODULE_NAMES = frozenset(
    {
        *("__name__", "__doc__", "__file__", "__spec__", "__loader__", "__package__", "__builtins__"),
        *("__annotations__", "__conditional_annotations__"),
    }
)
# What takes types in its brackets, and a text there is a type's name.
_OF_TYPES = frozenset(
    {
        *("list", "dict", "tuple", "set", "frozenset", "type", "List", "Dict", "Tuple", "Set", "FrozenSet", "Type"),
        *("Optional", "Union", "Sequence", "Mapping", "Iterable", "Iterator"),
    }
)
_EXECUTED = ("execute", "execute_from_model")


@dataclass(frozen=True)
class MissingName:
    """A name that the cell uses but does not provide.

    Parameters
    ----------
    name : str
        The name.
    line : int
        The line of the cell where it is first looked up.
    later : int or None
        The line where the cell sets it, when that comes too late.
    unreal : bool
        Whether the cell imports it for type checkers alone.
    """

    name: str
    line: int
    later: int | None = None
    unreal: bool = False


# What code looks up and sets -----------------------------------------------------------------------------------------

_Names = frozenset[str]


class _Scan:
    """One code object: what it looks up outside of functions' own variables, and what it sets there, in their order."""

    def __init__(self, code: types.CodeType) -> None:
        self.is_function = is_function(code)
        self.lookups: list[Step] = []
        self.stores: dict[str, list[Step]] = {}
        self.globals_set: set[str] = set()
        for step in steps(code):
            if step.kind in LOOKUPS:
                self.lookups.append(step)
            else:
                self.stores.setdefault(step.name, []).append(step)
                if step.kind == "store global":
                    self.globals_set.add(step.name)


def _scans(code: types.CodeType, around: _Names = frozenset()) -> Iterator[tuple[_Scan, _Names]]:
    """Give a module's code and each one within it, with the names of the class around it."""
    scan = _Scan(code)
    yield scan, around
    seen = around if scan.is_function else frozenset(scan.stores) | CLASS_NAMES
    for constant in code.co_consts:
        # From Python 3.14 on annotations are code of their own, which runs when somebody asks for them.
        if isinstance(constant, types.CodeType) and constant.co_name != "__annotate__":
            yield from _scans(constant, seen)


# What the syntax tree adds -------------------------------------------------------------------------------------------


class _Remarks:
    """What the tree says of the lines and names of a module."""

    def __init__(self, tree: ast.Module) -> None:
        self.guarded: set[str] = set()
        self._unreal: set[int] = set()
        self._loops: list[tuple[int, int]] = []
        self.hints: list[tuple[str, int]] = []
        text = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
        for node in ast.walk(tree):
            if isinstance(node, ast.Try | ast.With) or type(node).__name__ == "TryStar":
                self._guard(node)
            elif isinstance(node, ast.If) and _is_type_checking(node.test):
                for each in node.body:
                    self._unreal |= set(range(each.lineno, (each.end_lineno or each.lineno) + 1))
            elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
                self._loops.append((node.lineno, node.end_lineno or node.lineno))
            elif isinstance(node, FUNCTIONS) and node.name in _EXECUTED:
                self.hints += _hint_names(node, text=text)

    def _guard(self, node: ast.AST) -> None:
        if isinstance(node, ast.With):
            guards = any(
                isinstance(item.context_expr, ast.Call)
                and ast.unparse(item.context_expr.func).endswith("suppress")
                and any(_names_name_error(each) for each in item.context_expr.args)
                for item in node.items
            )
        else:
            guards = any(_names_name_error(handler.type) for handler in getattr(node, "handlers", ()))
        if guards:
            for statement in getattr(node, "body", ()):
                self.guarded |= {
                    each.id
                    for each in (statement, *_within(statement))
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
                }

    def is_unreal(self, line: int) -> bool:
        """Tell whether only type checkers run a line."""
        return line in self._unreal

    def in_one_loop(self, line: int, other: int) -> bool:
        """Tell whether two lines stand in a loop, so that the later may run before the earlier."""
        return any(start <= line <= end and start <= other <= end for start, end in self._loops)


def _names_name_error(node: ast.expr | None) -> bool:
    return node is not None and any(isinstance(each, ast.Name) and each.id == "NameError" for each in ast.walk(node))


def _is_type_checking(test: ast.expr) -> bool:
    return getattr(test, "id", getattr(test, "attr", None)) == "TYPE_CHECKING"


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs with a node: not the bodies of functions and classes in it."""
    if not isinstance(node, SCOPES):
        for child in ast.iter_child_nodes(node):
            yield child
            yield from _within(child)


def _hint_names(function: ast.FunctionDef | ast.AsyncFunctionDef, *, text: bool) -> Iterator[tuple[str, int]]:
    """Give the names in an executing function's annotations that are text: the task's interface will read them."""
    own = {each.name for each in getattr(function, "type_params", ())}
    arguments = function.args
    declared = [each.annotation for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    for hint in (*declared, function.returns):
        if hint is not None:
            for name in _names_of_hint(hint, text=text):
                if name not in own:
                    yield name, hint.lineno


def _names_of_hint(hint: ast.AST, *, text: bool) -> Iterator[str]:
    if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
        try:
            yield from _names_of_hint(ast.parse(hint.value.strip(), mode="eval").body, text=True)
        except SyntaxError:  # the interface says so, in its own words
            return
    elif isinstance(hint, ast.Name):
        if text:
            yield hint.id
    elif isinstance(hint, ast.Subscript):
        yield from _names_of_hint(hint.value, text=text)
        head = ast.unparse(hint.value).rpartition(".")[2]
        # A text within another class's brackets is that class's own matter: FlyteFile["csv"] is a format.
        inner: list[ast.AST] = [hint.slice] if head in _OF_TYPES else []
        if head == "Annotated" and isinstance(hint.slice, ast.Tuple):
            inner = list(hint.slice.elts[:1])
        for each in inner:
            yield from _names_of_hint(each, text=text)
    else:
        for child in ast.iter_child_nodes(hint):
            yield from _names_of_hint(child, text=text)


def imported_names(tree: ast.Module) -> frozenset[str]:
    r"""Collect the names that the module's own import statements bind; of ``import *``, the star.

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


def notebook_imports(tree: ast.Module, own: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    r"""Give the imports that only the notebook's process can make: the line, the module, and the names out of it.

    Examples
    --------
    >>> list(notebook_imports(ast.parse("import json\nfrom shimcells.clean import rows"), "shimcells.mine"))
    [(2, 'shimcells.clean', ('rows',))]
    """
    found: list[tuple[str, tuple[str, ...]]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [(alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = tuple(alias.name for alias in node.names)
            found = [(node.module or "", names)]
            if node.module == own.partition(".")[0]:
                found = [(f"{node.module}.{name}", ()) for name in names]
        else:
            continue
        for module, names in found:
            if module.partition(".")[0] in ("__main__", own.partition(".")[0]) and module != own:
                yield node.lineno, module, names


def _module_level(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, SCOPES):
            yield from _module_level(child)


def star_names(tree: ast.Module) -> frozenset[str]:
    r"""Collect what ``from module import *`` brings in, by importing the module, as the cell is about to do.

    A module that cannot be imported brings nothing: the cell's own statement
    says why, or expects it in a ``try``.

    Examples
    --------
    >>> "pi" in star_names(ast.parse("from math import *"))
    True
    """
    found: set[str] = set()
    for node in _module_level(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and node.module and not node.level:
            try:
                names = vars(import_module(node.module))
            except Exception:  # noqa: BLE001, S112  # a module's code may raise anything, and does so again in the cell
                continue
            found |= set(names.get("__all__", [name for name in names if not name.startswith("_")]))
    return frozenset(found)


def bound_names(code: types.CodeType) -> frozenset[str]:
    r"""Collect the names that a module's code sets, in its functions too.

    Examples
    --------
    >>> sorted(bound_names(compile("a = 1\ndef f():\n    global b\n    b = c = 2", "m", "exec")))
    ['a', 'b', 'f']
    """
    own, *inner = [scan for scan, _ in _scans(code)]
    return frozenset(own.stores).union(*(scan.globals_set for scan in inner))


def sets_by_name(code: types.CodeType) -> bool:
    r"""Tell whether a module may set names that stand nowhere in its text.

    Examples
    --------
    >>> sets_by_name(compile("for n in 'ab':\n    globals()[n] = 1", "m", "exec"))
    True
    """
    own, *inner = [{each.name for each in scan.lookups} for scan, _ in _scans(code)]
    return bool(own & {"globals", "locals", "vars", "exec"}) or any("globals" in names for names in inner)


# The answer ----------------------------------------------------------------------------------------------------------


def missing_names(tree: ast.Module, code: types.CodeType, provided: Iterable[str] = ()) -> tuple[MissingName, ...]:
    """Find the names that the cell's code would not find on a cluster.

    Parameters
    ----------
    tree, code
        The cell, parsed and compiled.
    provided : iterable of str
        Names that the module has besides, such as those of ``import *``.

    Returns
    -------
    tuple of MissingName
        In the order of their lines.
    """
    remarks = _Remarks(tree)
    (own, _), *inner = _scans(code)
    set_late = {name for scan, _ in inner for name in scan.globals_set}
    at_hand = BUILTINS | _MODULE_NAMES | remarks.guarded | set_late | frozenset(provided)
    stores = {name: [each for each in found if not remarks.is_unreal(each.line)] for name, found in own.stores.items()}
    found = [MissingName(name, line) for name, line in remarks.hints if not stores.get(name)]
    for lookup in own.lookups:
        first = next(iter(stores.get(lookup.name, ())), None)
        if first is None or _too_early(lookup, first, remarks):
            found.append(MissingName(lookup.name, lookup.line, None if first is None else first.line))
    found += [
        MissingName(lookup.name, lookup.line)
        for scan, around in inner
        for lookup in scan.lookups
        if not stores.get(lookup.name) and not _of_class(lookup, scan, around, remarks)
    ]
    missing: dict[str, MissingName] = {}
    for each in sorted(found, key=lambda each: (each.line, each.name)):
        if each.name not in at_hand and not remarks.is_unreal(each.line) and each.name not in missing:
            missing[each.name] = replace(each, unreal=each.name in stores and not stores[each.name])
    return tuple(missing.values())


def _too_early(lookup: Step, store: Step, remarks: _Remarks) -> bool:
    return lookup.at < store.at and not remarks.in_one_loop(lookup.line, store.line)


def _of_class(lookup: Step, scan: _Scan, around: _Names, remarks: _Remarks) -> bool:
    """Tell whether a class provides the name: the scope is its own, or that of a type parameter in it."""
    if lookup.kind == "look up past class" and lookup.name in around:
        return True
    if scan.is_function:
        return False
    if lookup.name in CLASS_NAMES:
        return True
    first = next(iter(scan.stores.get(lookup.name, ())), None)
    return first is not None and not _too_early(lookup, first, remarks)


def early_names(code: types.CodeType) -> frozenset[str]:
    r"""Collect the names that are looked up while a module's statements run, and not when its functions do.

    Examples
    --------
    >>> sorted(early_names(compile("@mark\ndef f(n=LIMIT):\n    return later", "m", "exec")))
    ['LIMIT', 'mark']
    """
    names = {each.name for each in _Scan(code).lookups}
    for constant in code.co_consts:
        # Classes and comprehensions run at once, and so do the scopes of type parameters.
        if isinstance(constant, types.CodeType) and (
            not is_function(constant) or (constant.co_name.startswith("<") and constant.co_name != "<lambda>")
        ):
            names |= early_names(constant)
    return frozenset(names)
