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
    t = strip_annotated(t)
    args = getattr(t, "__args__", None)
    if not args or isinstance(t, type) and type(t) is not types.GenericAlias:
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
    if isinstance(t, str):
        return t
    if t is Ellipsis:
        return "..."
    args = typing.get_args(t)
    if is_union(t):
        return " | ".join(type_name(arg) for arg in args)
    origin = typing.get_origin(t)
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(repr, args))}]"
    name: str = getattr(t, "__name__", "") or str(t).removeprefix("typing.")
    if origin is None:
        return origin_name(t, name)
    return f"{origin_name(origin, name)}[{', '.join(map(type_name, args))}]" if args else origin_name(origin, name)


def origin_name(origin: Any, fallback: str) -> str:
    """Give a class's own name, ``list`` for ``typing.List``."""
    name: str = getattr(origin, "__name__", fallback)
    return name
