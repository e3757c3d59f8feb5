"""The names that code looks up among its module's, read from what it was compiled to.

Strings that only type checkers read, and the local names of functions, classes
and comprehensions, are no such lookups, so they raise no false alarm.
"""

from __future__ import annotations

import builtins
import dis
import sys
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["BUILTINS", "NOTEBOOK_ONLY", "Reach", "every_code", "globals_stored", "lookups", "stored"]

_EXTENDED = dis.opmap["EXTENDED_ARG"]
_LOOKUPS = frozenset(dis.opmap.get(name) for name in ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"))
_LOAD_GLOBAL = dis.opmap["LOAD_GLOBAL"]
# From Python 3.11 on the lowest bit of its argument says something else.
_SHIFT = 1 if sys.version_info >= (3, 11) else 0
_STORE_GLOBAL = frozenset({dis.opmap["STORE_GLOBAL"]})
_STORES = frozenset({dis.opmap["STORE_NAME"], *_STORE_GLOBAL})
_CLASS_NAMES = frozenset({"__module__", "__qualname__", "__firstlineno__", "__static_attributes__", "__classdict__"})

NOTEBOOK_ONLY = frozenset({"display", "get_ipython", "__IPYTHON__", "_", "exit", "quit"})
"""What IPython adds to the builtins of its own process, and what it leaves in the notebook."""
BUILTINS = frozenset(dir(builtins)) - NOTEBOOK_ONLY
"""The names that Python itself provides."""


def every_code(code: CodeType) -> Iterator[CodeType]:
    """Give a code object, and those of the functions and classes within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from every_code(constant)


def stored(code: CodeType) -> frozenset[str]:
    """Collect the names that a module's or a class's own code sets."""
    return frozenset(name for _, name in _steps(code, _STORES))


def globals_stored(code: CodeType) -> frozenset[str]:
    """Collect the names that a function's code sets among its module's."""
    return frozenset(name for _, name in _steps(code, _STORE_GLOBAL))


def _steps(code: CodeType, operations: frozenset[int | None]) -> Iterator[tuple[int, str]]:
    """Give the offset and the name of each step that is one of the operations."""
    # `dis.get_instructions` says more of each step, and takes ten times as long: a panel waits for this.
    raw, names = code.co_code, code.co_names
    extended = 0
    for offset in range(0, len(raw), 2):
        operation = raw[offset]
        argument = raw[offset + 1] | extended
        extended = argument << 8 if operation == _EXTENDED else 0
        if operation in operations:
            yield offset, names[argument >> _SHIFT if operation == _LOAD_GLOBAL else argument]


def lookups(code: CodeType) -> Iterator[tuple[str, int]]:
    r"""Give the names that a code object looks up, with their lines; those that its class sets itself left out.

    Examples
    --------
    >>> list(lookups(compile("def f(x):\n    return x + y", "a.py", "exec").co_consts[0]))
    [('y', 2)]
    """
    # Of a module's code the stores are the caller's matter: other code of the module has them too.
    of_class = not _is_function(code) and code.co_name != "<module>"
    local = stored(code) | _CLASS_NAMES if of_class else frozenset()
    spans = [(start, line) for start, _, line in code.co_lines() if line is not None]
    at, line = 0, code.co_firstlineno
    for offset, name in _steps(code, _LOOKUPS):
        while at < len(spans) and spans[at][0] <= offset:
            line = spans[at][1]
            at += 1
        if name not in local:
            yield name, line


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & 0x1)  # inspect.CO_OPTIMIZED; importing inspect here would cost more than the check


class Reach:
    """What a class's methods look up in their module, and in what they reach of it through those names.

    Parameters
    ----------
    cls : type
        The class.

    Attributes
    ----------
    found : dict
        The names that the module has.
    missing : dict
        The names that neither it nor Python has, each with the line of its
        first lookup.
    """

    def __init__(self, cls: type) -> None:
        self.found: set[str] = set()
        self.missing: dict[str, int] = {}
        self._home = cls.__module__
        self._seen: set[int] = set()
        self._made: set[str] = set()
        self._todo: list[Any] = [cls]
        while self._todo:
            item = self._todo.pop()
            # By identity: what a module holds need not have a hash. The module keeps it alive meanwhile.
            if id(item) not in self._seen:
                self._seen.add(id(item))
                self._visit(item)
        for name in self._made:
            self.missing.pop(name, None)

    def _visit(self, item: Any) -> None:
        # By its real type: a proxy that stands for another object must not be asked for that one here.
        kind = type(item)
        if kind is FunctionType:
            self._function(item)
        elif issubclass(kind, type):
            if item.__module__ == self._home:
                self._todo += [*vars(item).values(), *item.__bases__]
        elif kind in (staticmethod, classmethod):
            self._todo.append(item.__func__)
        elif issubclass(kind, property):
            self._todo += [item.fget, item.fset, item.fdel]
        elif kind is partial:
            self._todo.append(item.func)
        elif kind.__module__ == self._home:
            self._todo.append(kind)
        if kind is FunctionType or kind.__module__ == "functools":
            # What a decorator made keeps what it was made of.
            self._todo += [vars(item)[name] for name in ("__wrapped__", "func") if name in vars(item)]

    def _function(self, function: FunctionType) -> None:
        for cell in function.__closure__ or ():
            try:
                inner = cell.cell_contents
            except ValueError:  # it is not set yet
                continue
            if type(inner) is FunctionType:
                self._todo.append(inner)
        if function.__globals__.get("__name__") == self._home:
            for code in every_code(function.__code__):
                self._code(code, function.__globals__)

    def _code(self, code: CodeType, namespace: Mapping[str, Any]) -> None:
        self._made |= globals_stored(code)
        # Who looks up NameError asks whether a name is there.
        asks = "NameError" in code.co_names
        for name, line in lookups(code):
            if name in namespace:
                self.found.add(name)
                self._todo.append(namespace[name])
            elif name not in BUILTINS and not asks:
                self.missing[name] = min(line, self.missing.get(name, line))
