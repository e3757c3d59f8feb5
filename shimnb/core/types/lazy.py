"""Families whose modules are imported when a type of theirs is first met.

Their libraries are large, and most tasks need none of them. A class is known
by the name of one of its bases, a literal type by its kind, so that nothing
has to be imported to ask.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyteidl.core import types_pb2

    from shimnb.core.types.transformer import Convert, Family

__all__ = ["FAMILIES", "GUESSES", "family_of", "guess_of"]

# The qualified name of a base class -> the family's module and class. The first base that is found decides.
FAMILIES: dict[str, tuple[str, str]] = {}
# The kind of a literal type -> a module and its function, which gives the Python type or raises GuessError.
GUESSES: dict[str, tuple[str, str]] = {}


def family_of(cls: type, convert: Convert) -> tuple[type, Family] | None:
    """Give the base of `cls` that a family converts, and the family.

    Parameters
    ----------
    cls : type
        Any class.
    convert : callable
        Gives the converter of a type; the family is made with it.
    """
    for base in cls.__mro__:
        home = FAMILIES.get(f"{base.__module__}.{base.__qualname__}")
        if home is not None:
            family: Family = getattr(import_module(home[0]), home[1])(convert)
            return base, family
    return None


def guess_of(kind: str, literal_type: types_pb2.LiteralType) -> Any:
    """Give the Python type of a literal type of this kind; None if no family knows it."""
    home = GUESSES.get(kind)
    return getattr(import_module(home[0]), home[1])(literal_type) if home is not None else None
