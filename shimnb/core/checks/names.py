"""The names that code looks up among its module's, read from what it was compiled to.

Strings that only type checkers read, and the local names of functions, classes
and comprehensions, are no such lookups, so they raise no false alarm.
"""

from __future__ import annotations

import builtins
import dis
import sys
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["BUILTINS", "CLASS_NAMES", "LOOKUPS", "NOTEBOOK_ONLY", "Reach", "Step", "every_code", "is_function", "steps"]

_EXTENDED = dis.opmap["EXTENDED_ARG"]
_LOAD_GLOBAL = dis.opmap["LOAD_GLOBAL"]
# From Python 3.11 on the lowest bit of its argument says something else.
_SHIFT = 1 if sys.version_info >= (3, 11) else 0
_KINDS = {
    "LOAD_NAME": "look up",
    "LOAD_GLOBAL": "look up",
    # A type parameter's scope sees the names of the class around it, and no other function does.
    "LOAD_FROM_DICT_OR_GLOBALS": "look up past class",
    "STORE_NAME": "store",
    "STORE_GLOBAL": "store global",
}
_OPERATIONS = {dis.opmap[name]: kind for name, kind in _KINDS.items() if name in dis.opmap}

LOOKUPS = frozenset({"look up", "look up past class"})
"""The kinds of steps that look a name up."""
CLASS_NAMES = frozenset(
    {
        *("__module__", "__qualname__", "__firstlineno__", "__static_attributes__", "__classdict__"),
        *("__annotations__", "__type_params__", "__conditional_annotations__"),
    }
)
"""The names that Python itself gives a class's body."""
NOTEBOOK_ONLY = frozenset({"display", "get_ipython", "__IPYTHON__", "_", "exit", "quit"})
"""What IPython adds to the builtins of its own process, and what it leaves in the notebook."""


def _is_pythons(value: object) -> bool:
    """Tell what Python itself put among the builtins from what a library or a start-up file did."""
    if isinstance(value, FunctionType | MethodType | ModuleType):
        return False
    return type(value).__module__ in ("builtins", "_sitebuiltins")


BUILTINS = frozenset(name for name in dir(builtins) if _is_pythons(getattr(builtins, name))) - NOTEBOOK_ONLY
"""The names that Python itself provides."""


class Step(NamedTuple):
    """A step of code that looks a name up outside of functions' own variables, or sets one there.

    Attributes
    ----------
    name : str
        The name.
    line : int
        The line.
    at : int
        Its place in the code.
    kind : str
        ``look up``, ``look up past class``, ``store`` or ``store global``.
    """

    name: str
    line: int
    at: int
    kind: str


def every_code(code: CodeType) -> Iterator[CodeType]:
    """Give a code object, and those of the functions and classes within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from every_code(constant)


def steps(code: CodeType) -> Iterator[Step]:
    r"""Give the steps of a code object that look names up or set them; those of functions in it are code of their own.

    Examples
    --------
    >>> [(step.name, step.kind) for step in steps(compile("a = b", "a.py", "exec"))]
    [('b', 'look up'), ('a', 'store')]
    """
    # `dis.get_instructions` says more of each step, and takes ten times as long: a panel waits for this.
    raw, names = code.co_code, code.co_names
    spans = [(start, line) for start, _, line in code.co_lines() if line is not None]
    span, line = 0, code.co_firstlineno
    extended = 0
    for at in range(0, len(raw), 2):
        operation = raw[at]
        argument = raw[at + 1] | extended
        extended = argument << 8 if operation == _EXTENDED else 0
        kind = _OPERATIONS.get(operation)
        if kind is not None:
            while span < len(spans) and spans[span][0] <= at:
                line = spans[span][1]
                span += 1
            yield Step(names[argument >> _SHIFT if operation == _LOAD_GLOBAL else argument], line, at, kind)


def is_function(code: CodeType) -> bool:
    """Tell a function's code from a module's or a class's."""
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
        found = list(steps(code))
        self._made |= {step.name for step in found if step.kind == "store global"}
        # A class's body has the names that it sets itself.
        stored = {step.name for step in found if step.kind not in LOOKUPS}
        local = frozenset() if is_function(code) else CLASS_NAMES | stored
        # Who looks up NameError asks whether a name is there.
        asks = "NameError" in code.co_names
        for name, line, _, kind in found:
            if kind not in LOOKUPS or name in local:
                continue
            if name in namespace:
                self.found.add(name)
                self._todo.append(namespace[name])
            elif name not in BUILTINS and not asks:
                self.missing[name] = min(line, self.missing.get(name, line))
