"""The variables of the notebook, as values of a form.

A name is kept, and its value is read when a run starts: what is offered are
the names whose values look as if they fit.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import os
import sys
import types
from typing import TYPE_CHECKING, Any

from shimnb.core.types import type_name
from shimnb.errors import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shimnb.notebook.form.shape import Shape

__all__ = ["namespace", "offered", "suits"]

_MOST = 200
_LOOKED_AT = 20
"""The items of a list that are looked at, to tell whether it fits."""
_SHELL = frozenset(("In", "Out", "exit", "quit", "get_ipython", "open"))
_PLAIN = (str, int, float, bool, list, dict, type(None))
_TABLES = ("DataFrame", "LazyFrame", "Table", "StructuredDataset")
_NO_VALUES = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)


def namespace() -> Mapping[str, Any]:
    """Return the variables of the notebook; of the program, where there is no notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell.user_ns if shell is not None else vars(sys.modules["__main__"])


def suits(shape: Shape, value: Any) -> bool:  # noqa: PLR0911  # one return a kind
    """Tell whether a value looks as if it were one of a shape; the type engine has the last word.

    Examples
    --------
    >>> from shimnb.notebook.form.shape import Shapes
    >>> ints = Shapes().of(list[int])
    >>> suits(ints, [1, 2]), suits(ints, ["a"]), suits(ints, 1)
    (True, False, False)
    """
    if value is None:
        return shape.nullable or shape.kind == "none"
    if shape.kind == "text":
        return _is_scalar(shape.python_type, value)
    if shape.kind == "choice":
        return any(type(each) is type(value) and each == value for each in shape.choices.values())
    if shape.kind == "list":
        return isinstance(value, list) and all(suits(shape.item, each) for each in value[:_LOOKED_AT])
    if shape.kind == "map":
        return isinstance(value, dict) and all(
            suits(shape.key, key) and suits(shape.item, each) for key, each in list(value.items())[:_LOOKED_AT]
        )
    if shape.kind == "union":
        return any(suits(each, value) for each in shape.variants)
    if shape.kind == "group":
        # A cell that ran again defines its class anew.
        return isinstance(value, shape.python_type) or (
            type(value).__name__ == shape.python_type.__name__ and dataclasses.is_dataclass(value)
        )
    return _is_place(shape, value) if shape.kind == "place" else _is_other(shape, value)


def _is_scalar(wanted: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if wanted is float:
        return isinstance(value, (float, int))
    if wanted is dt.date:
        return type(value) is dt.date
    return isinstance(value, wanted)


def _is_place(shape: Shape, value: Any) -> bool:
    upload = shape.upload
    if upload == "array":
        return type(value).__name__ == "ndarray"
    if upload == "table":
        return type(value).__name__ in _TABLES
    return isinstance(value, (str, os.PathLike)) or (
        isinstance(shape.python_type, type) and isinstance(value, shape.python_type)
    )


def _is_other(shape: Shape, value: Any) -> bool:
    wanted = shape.python_type
    if wanted in (dict, list) or getattr(wanted, "__origin__", None) in (dict, list):
        return isinstance(value, getattr(wanted, "__origin__", wanted))
    if isinstance(wanted, type) and isinstance(value, wanted):
        return True
    if shape.other is not None:
        return isinstance(value, collections.abc.Mapping)
    return not isinstance(value, _NO_VALUES) and (type(value) not in _PLAIN or not isinstance(wanted, type))


def offered(shape: Shape) -> list[dict[str, str]]:
    """Return the variables that look as if they fit, the newest first, each with a word on its value.

    Parameters
    ----------
    shape : Shape
        What they are to be.
    """
    found = []
    for name, value in reversed(list(namespace().items())):
        if name.startswith("_") or name in _SHELL or isinstance(value, _NO_VALUES) or value is None:
            continue
        if _suits(shape, value):
            found.append({"name": name, "words": _words(value)})
        if len(found) == _MOST:
            break
    return found


def _suits(shape: Shape, value: Any) -> bool:
    try:
        return suits(shape, value)
    except Exception:  # noqa: BLE001  # a stranger's __eq__ or __instancecheck__
        return False


def _words(value: Any) -> str:
    """Say what a variable is, and not what is in it: that may be large, or secret."""
    kind = type_name(type(value))
    size = getattr(value, "shape", None)
    if isinstance(size, tuple) and all(isinstance(each, int) for each in size):
        return f"{kind}, {' x '.join(map(str, size))}"
    if isinstance(value, (list, dict)):
        return f"{kind} of {len(value)}"
    return shorten(kind)[1:-1]
