"""Whether a statement's text is still what the notebook has: by code, by value, by what is imported."""

from __future__ import annotations
import __future__

import ast
import dataclasses
import enum
import functools
import sys
import types
import warnings
from typing import TYPE_CHECKING

from shimnb.notebook.places import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FUTURES", "hides", "same_class", "same_function", "same_import", "same_lambda", "same_value"]

FUTURES = sum({getattr(__future__, each).compiler_flag for each in __future__.all_feature_names})
"""The compiler's flags of every ``from __future__`` line."""

_PLAIN = (int, float, complex, str, bytes, bool, type(None), tuple, list, dict, set, frozenset)


def same_value(value: object, live: object) -> bool:
    """Tell whether two plain values are one and the same, types included.

    Examples
    --------
    >>> same_value([1, 2], [1, 2]), same_value(1, True), same_value([1], [1.0])
    (True, False, False)
    """
    if type(value) is not type(live):
        return False
    if isinstance(value, set | frozenset):
        return value == live and sorted(map(repr, value)) == sorted(map(repr, live))
    return repr(value) == repr(live)


def same_import(imported: tuple[str, str | None], live: object) -> bool:
    """Tell whether importing again would give what the notebook has."""
    module, attribute = imported
    if attribute is None:
        return isinstance(live, types.ModuleType) and live in (
            sys.modules.get(module),
            sys.modules.get(module.partition(".")[0]),
        )
    found = getattr(sys.modules.get(module), attribute, sys.modules.get(f"{module}.{attribute}"))
    if found is live:
        return True
    # A module that was loaded again has classes and functions of the same names.
    home, name = getattr(live, "__module__", None), getattr(live, "__qualname__", None)
    if name is not None and (home, name) == (getattr(found, "__module__", None), getattr(found, "__qualname__", None)):
        return True
    return isinstance(live, _PLAIN) and same_value(found, live)


def hides(node: ast.FunctionDef | ast.AsyncFunctionDef, live: object) -> bool:
    """Tell whether a decorator made something of this function that does not show it."""
    return bool(node.decorator_list) and not any(each.__name__ == node.name for each in _functions(live))


def same_function(node: ast.FunctionDef | ast.AsyncFunctionDef, live: object, cell: ast.Module) -> bool:
    """Tell whether a function, or what a decorator made of it, has the code of this statement of a cell."""
    functions = [each for each in _functions(live) if each.__name__ == node.name]
    return any(
        _same_code(code, each.__code__) for each in functions for code in _codes_of(node, each.__code__.co_flags, cell)
    )


def same_lambda(node: ast.Lambda, statement: ast.stmt, live: object, cell: ast.Module) -> bool:
    """Tell whether a function has the code of the lambda that this statement of a cell binds."""
    return isinstance(live, types.FunctionType) and any(
        _same_code(code, live.__code__)
        for code in _codes_of(statement, live.__code__.co_flags, cell, ("<lambda>", node.lineno))
    )


def same_class(node: ast.ClassDef, live: object, cell: ast.Module) -> bool:
    """Tell whether a class has the methods, fields and constants of this statement of a cell, and no other ones."""
    if not isinstance(live, type) or live.__qualname__ != node.name:
        return False
    same = any(_same_methods(body, node, live) for body in _codes_of(node, _flags(live), cell))
    return same and _same_fields(node, live) and not _has_more(node, live)


def _same_methods(body: types.CodeType, node: ast.ClassDef, live: type) -> bool:
    decorated = {each.name for each in node.body if isinstance(each, FUNCTIONS) and each.decorator_list}
    # Not a class in the class, nor a lambda or a comprehension.
    codes = [each for each in body.co_consts if isinstance(each, types.CodeType) and each.co_flags & 0x1]
    names = {each.co_name for each in codes if not each.co_name.startswith("<")}
    for name in names:
        functions = list(_functions(vars(live).get(_mangled(node.name, name))))
        # One name may have several functions: a property's, or those of an `if` and its `else`.
        same = any(_same_code(code, each.__code__) for code in codes if code.co_name == name for each in functions)
        if not same and (functions or name not in decorated):
            return False
    return True


def _mangled(owner: str, name: str) -> str:
    private = name.startswith("__") and not name.endswith("__")
    return f"_{owner.lstrip('_')}{name}" if private else name


def _codes_of(
    node: ast.stmt, flags: int, cell: ast.Module, wanted: tuple[str, int] | None = None
) -> Iterator[types.CodeType]:
    """Compile a function or a class as IPython does, statement by statement, and as a module, in one.

    The code is not the same: the compiler goes by what the text around imports.
    `wanted` is the name and the first line of another code in the statement.
    """
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    name_and_line = wanted or (getattr(node, "name", ""), first)
    for body in ([node], cell.body):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                module = compile(ast.Module(body, []), "<cell>", "exec", flags=flags & FUTURES, dont_inherit=True)
            except SyntaxError:  # a cell with `await` at its top
                continue
        for code in _within(module):
            if (code.co_name, code.co_firstlineno) == name_and_line:
                yield code


def _within(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _within(constant)


def _functions(value: object) -> Iterator[types.FunctionType]:
    """Give the functions that an attribute is made of."""
    seen: list[object] = []
    todo: list[object] = [value]
    while todo:
        item = todo.pop()
        if item is None or any(item is each for each in seen):
            continue
        seen.append(item)
        if isinstance(item, types.FunctionType):
            yield item
        elif isinstance(item, staticmethod | classmethod):
            todo.append(item.__func__)
        elif isinstance(item, property):
            todo += [item.fget, item.fset, item.fdel]
        elif isinstance(item, functools.cached_property | functools.singledispatchmethod):
            todo.append(item.func)
        try:
            todo.append(vars(item).get("__wrapped__"))
        except TypeError:  # it has no attributes
            continue


def _flags(cls: type) -> int:
    return next((each.__code__.co_flags for value in vars(cls).values() for each in _functions(value)), 0)


def _same_code(one: types.CodeType, other: types.CodeType) -> bool:
    """Compare two code objects, but for where they stand."""
    for part in ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags"):
        if getattr(one, part) != getattr(other, part):
            return False
    counts = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount")
    if any(getattr(one, part) != getattr(other, part) for part in counts):
        return False
    if len(one.co_consts) != len(other.co_consts):
        return False
    pairs = zip(one.co_consts, other.co_consts, strict=True)
    return all(
        _same_code(mine, yours)
        if isinstance(mine, types.CodeType) and isinstance(yours, types.CodeType)
        else same_value(mine, yours)
        for mine, yours in pairs
    )


def _same_fields(node: ast.ClassDef, live: type) -> bool:
    hints = [
        each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]
    own = vars(live)
    if hints and "__annotations__" in own and list(own["__annotations__"]) != [_mangled(node.name, x) for x in hints]:
        return False
    for each in node.body:
        targets = (
            each.targets if isinstance(each, ast.Assign) else [each.target] if isinstance(each, ast.AnnAssign) else []
        )
        value = getattr(each, "value", None)
        for target in targets:
            if not isinstance(target, ast.Name) or value is None:
                continue
            try:
                written = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
            found = _class_value(_mangled(node.name, target.id), live)
            if isinstance(found, _PLAIN) and not same_value(written, found):
                return False
    return True


def _class_value(name: str, live: type) -> object:
    """Give what a class holds under a name; of a dataclass, an enum or a named tuple what was written there."""
    fields = getattr(live, "__dataclass_fields__", {})
    if name in fields and fields[name].default is not dataclasses.MISSING:
        return fields[name].default
    if issubclass(live, enum.Enum):
        member = live.__members__.get(name)
        return ... if member is None else member.value
    return vars(live).get(name, ...)


def _has_more(node: ast.ClassDef, live: type) -> bool:
    """Tell whether a method was put on the class from outside, where no decorator may have done it."""
    if any(not ast.unparse(each).partition("(")[0].endswith("dataclass") for each in node.decorator_list):
        return False
    bound = {name for each in node.body for name in _stored(each)}
    return any(
        isinstance(value, types.FunctionType)
        and value.__module__ == live.__module__
        # A decorator such as dataclass names what it adds after the class.
        and not value.__qualname__.startswith(f"{live.__qualname__}.")
        and name not in bound
        for name, value in vars(live).items()
    )


def _stored(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _stored(child)
