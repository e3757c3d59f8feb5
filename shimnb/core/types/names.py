"""How a type is shown to a person, and how it is told apart in a table."""

from __future__ import annotations

import types
import typing
from typing import Any

__all__ = ["is_union", "strip_annotated", "type_key", "type_name"]

_UNIONS: tuple[Any, ...] = (typing.Union, types.UnionType)


def is_union(t: Any) -> bool:
    """Whether `t` is written ``X | Y``, ``Union[X, Y]`` or ``Optional[X]``."""
    return typing.get_origin(t) in _UNIONS


def strip_annotated(t: Any) -> Any:
    """Give ``T`` for ``Annotated[T, ...]``, and any other type as it is."""
    while typing.get_origin(t) is typing.Annotated:
        t = t.__origin__
    return t


def type_key(t: Any) -> Any:
    """Give a key under which exactly the types that convert alike are equal.

    ``int | str == str | int`` holds in Python, but their literal types differ
    in the order of the variants; a tuple of the arguments keeps the order.
    ``List[int]`` and ``list[int]`` get the same key.
    """
    if typing.get_origin(t) is typing.Annotated:
        # A plugin's transformer may look at the notes.
        return (typing.Annotated, type_key(t.__origin__), t.__metadata__)
    kind: Any = type(t)
    args = getattr(t, "__args__", None)
    # In Python 3.10, an alias says that it is an instance of type.
    if not args or (isinstance(t, type) and kind is not types.GenericAlias):
        return t
    if typing.get_origin(t) is typing.Literal:
        return (typing.Literal, *((type(arg), arg) for arg in args))
    origin = typing.Union if is_union(t) else t.__origin__
    return (origin, *map(type_key, args))


def type_name(t: Any) -> str:
    """Show a type as it is written in Python.

    Parameters
    ----------
    t : type
        A class, an alias such as ``list[int]``, a union, None, a string.

    Returns
    -------
    str
        ``"list[int]"``, ``"int | None"``, ``"Color"``; a class without its
        module.

    Examples
    --------
    >>> import typing
    >>> type_name(typing.Optional[typing.Dict[str, int]])
    'dict[str, int] | None'
    """
    t = strip_annotated(t)
    if t is None or t is type(None):
        return "None"
    if t is Ellipsis:
        return "..."
    args = typing.get_args(t)
    if is_union(t):
        return " | ".join(map(type_name, args))
    origin = typing.get_origin(t) or t
    name = t if isinstance(t, str) else getattr(origin, "__name__", str(origin).removeprefix("typing."))
    show = repr if origin is typing.Literal else type_name
    return f"{name}[{', '.join(map(show, args))}]" if args else f"{name}"
