"""JSON, as a person writes it in a field, and the Python value of a type.

JSON has no datetime, duration, enum or dataclass: nested in it, these are
written as their texts, choices and objects. A value that does not fit is
refused with its path, such as ``rows[2].price``.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import enum
import json
import math
import types
import typing
from typing import Any

from shimnb.core.types import type_name
from shimnb.errors import ConversionError, shorten
from shimnb.notebook.form.others import other_of
from shimnb.notebook.form.texts import SCALARS, show_duration

__all__ = ["bare", "from_json", "join", "members", "read_json", "show_json", "to_json", "variants"]

_NOT_FINITE = ("inf", "-inf", "nan")
_WIDTH = 72
"""The characters up to which JSON is shown on one line."""


class _RefusedError(ValueError):
    """JSON that is well-formed, and refused."""


def read_json(text: str, path: str) -> Any:
    """Read JSON exactly: integers of any size, no key twice, no NaN.

    Parameters
    ----------
    text : str
        The JSON.
    path : str
        Where it stands, for the error.

    Returns
    -------
    Any
        Plain Python values.

    Raises
    ------
    ConversionError
        With the line and column of a syntax error, or the key in question.

    Examples
    --------
    >>> read_json('{"a": 9007199254740993}', "x")
    {'a': 9007199254740993}
    """
    if not text.strip():
        raise ConversionError(path, "expected JSON, got an empty text", "Write a JSON value, such as [1, 2].")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        problem = f"no JSON at {place}: {error.msg[:1].lower()}{error.msg[1:]}"
        raise ConversionError(path, problem, "Write strings and keys in double quotes.") from None
    except _RefusedError as error:
        raise ConversionError(path, str(error)) from None
    except (RecursionError, ValueError) as error:
        problem = "too deeply nested" if isinstance(error, RecursionError) else str(error)
        raise ConversionError(path, f"cannot read this JSON: {problem}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RefusedError(f"the key {shorten(key)} is there twice. Keep one of them")
        found[key] = value
    return found


def _constant(text: str) -> Any:
    raise _RefusedError(f'{text} is no JSON. Where the type is float, write "inf", "-inf" or "nan", in quotes')


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _RefusedError(f"{shorten(text)} is too large for a float")
    return value


def bare(python_type: Any) -> Any:
    """Return a type without its ``Annotated``.

    Examples
    --------
    >>> from typing import Annotated
    >>> bare(Annotated[int, "a note"])
    <class 'int'>
    """
    return typing.get_args(python_type)[0] if typing.get_origin(python_type) is typing.Annotated else python_type


def variants(python_type: Any) -> tuple[Any, ...]:
    """Return a union's variants in order, and of any other type that type alone.

    Examples
    --------
    >>> variants(int | None)
    (<class 'int'>, <class 'NoneType'>)
    """
    python_type = bare(python_type)
    if typing.get_origin(python_type) in (typing.Union, types.UnionType):
        return tuple(bare(variant) for variant in typing.get_args(python_type))
    return (python_type,)


def members(python_type: Any) -> dict[str, Any]:
    """Return the choices of an enum or a ``Literal``: their texts and values; empty for another type.

    Examples
    --------
    >>> from typing import Literal
    >>> members(Literal["x", "y"])
    {'x': 'x', 'y': 'y'}
    """
    if isinstance(python_type, type) and issubclass(python_type, enum.Enum):
        return {str(member.value): member for member in python_type}
    if typing.get_origin(python_type) is typing.Literal:
        values = typing.get_args(python_type)
        texts = list(map(str, values))
        # 1 and "1" are two choices.
        return dict(zip(texts if len(set(texts)) == len(texts) else map(repr, values), values, strict=True))
    return {}


def from_json(value: Any, python_type: Any, path: str) -> Any:  # noqa: PLR0911  # one return a kind of type
    """Make a value of `python_type` out of what `read_json` returned.

    Parameters
    ----------
    value : Any
        Plain Python values.
    python_type : Any
        The type to make.
    path : str
        Where the value stands, for the error.

    Returns
    -------
    Any
        The value; for a type not known here, what was given.

    Raises
    ------
    ConversionError
        Naming the path of the part that does not fit.

    Examples
    --------
    >>> from_json({"a": "1h"}, dict[str, dt.timedelta], "waits")
    {'a': datetime.timedelta(seconds=3600)}
    """
    options = variants(python_type)
    if len(options) > 1:
        return _from_union(value, options, python_type, path)
    python_type = options[0]
    origin = typing.get_origin(python_type) or python_type
    if python_type in (None, type(None)):
        if value is not None:
            raise _unfit(value, python_type, path)
        return None
    if python_type in SCALARS:
        return _from_scalar(value, python_type, path)
    if choices := members(python_type):
        return _choose(value, choices, path)
    if origin in (list, collections.abc.Sequence):
        return _from_list(value, python_type, path)
    if origin in (dict, collections.abc.Mapping):
        return _from_dict(value, python_type, path)
    if other := other_of(python_type):
        return other.parse(value, python_type, path)
    if dataclasses.is_dataclass(python_type) and isinstance(python_type, type):
        return _from_fields(value, python_type, path)
    return value


def _unfit(value: Any, python_type: Any, path: str) -> ConversionError:
    got = "null" if value is None else f"{type(value).__name__} {shorten(value)}"
    return ConversionError(path, f"expected {type_name(python_type)}, got {got}")


def _from_scalar(value: Any, python_type: type, path: str) -> Any:
    if python_type is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ConversionError(path, f"{shorten(value)} is too large for a float") from None
    if python_type is float and isinstance(value, str) and value in _NOT_FINITE:
        return float(value)
    if python_type is dt.timedelta and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = repr(value)
    if python_type in (int, float, bool):
        # The exact type, since a bool is an int to Python and is none here.
        if type(value) is not python_type:
            raise _unfit(value, python_type, path)
        return value
    if not isinstance(value, str):
        raise _unfit(value, python_type, path)
    return SCALARS[python_type].parse(value, path)


def _choose(value: Any, choices: dict[str, Any], path: str) -> Any:
    for choice in choices.values():
        plain = choice.value if isinstance(choice, enum.Enum) else choice
        if type(plain) is type(value) and plain == value:
            return choice
    plain_choices = [choice.value if isinstance(choice, enum.Enum) else choice for choice in choices.values()]
    shown = ", ".join(shorten(choice) for choice in plain_choices)
    got = "null" if value is None else f"{type(value).__name__} {shorten(value)}"
    raise ConversionError(path, f"expected one of {shown}, got {got}")


def _from_union(value: Any, options: tuple[Any, ...], python_type: Any, path: str) -> Any:
    if value is None and type(None) in options:
        return None
    options = tuple(option for option in options if option is not type(None))
    if len(options) == 1:
        return from_json(value, options[0], path)
    # A variant that is the value's own JSON type goes before one that would have to read its text.
    if type(value) in options:
        return from_json(value, type(value), path)
    fits = [made for option in options for made in _attempt(value, option, path)]
    if len(fits) != 1:
        problem = "fits none" if not fits else "fits more than one"
        raise ConversionError(path, f"{type(value).__name__} {shorten(value)} {problem} of {type_name(python_type)}")
    return fits[0]


def _attempt(value: Any, option: Any, path: str) -> list[Any]:
    try:
        return [from_json(value, option, path)]
    except ConversionError:
        return []


def _from_list(value: Any, python_type: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _unfit(value, python_type, path)
    items = typing.get_args(python_type)
    return [from_json(item, items[0], f"{path}[{i}]") for i, item in enumerate(value)] if items else value


def _from_dict(value: Any, python_type: Any, path: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise _unfit(value, python_type, path)
    arguments = typing.get_args(python_type)
    if not arguments:
        return value
    key_type, item_type = bare(arguments[0]), arguments[1]
    scalar = SCALARS.get(key_type)
    return {
        (scalar.parse(key, join(path, key)) if scalar else key): from_json(item, item_type, join(path, key))
        for key, item in value.items()
    }


def join(path: str, key: str) -> str:
    """Write the path of a key below another one.

    Examples
    --------
    >>> join("waits", "a"), join("waits", "a b")
    ('waits.a', 'waits["a b"]')
    """
    return f"{path}.{key}" if key.isidentifier() else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def _from_fields(value: Any, python_type: type, path: str) -> Any:
    if not isinstance(value, dict):
        raise _unfit(value, python_type, path)
    hints = typing.get_type_hints(python_type, include_extras=True)
    fields = {field.name: field for field in dataclasses.fields(python_type) if field.init}
    for key in value:
        if key not in fields:
            known = ", ".join(fields) or "none"
            problem = f"{type_name(python_type)} has no such field"
            raise ConversionError(join(path, key), problem, f"Its fields: {known}.")
    given = {}
    for name, field in fields.items():
        if name in value:
            given[name] = from_json(value[name], hints.get(name, Any), join(path, name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            remedy = f"It is a {type_name(hints.get(name, Any))} without a default."
            raise ConversionError(join(path, name), "missing", remedy)
    try:
        return python_type(**given)
    except Exception as error:  # a __post_init__ is a stranger's: it may raise anything
        problem = f"{type_name(python_type)} refuses it: {type(error).__name__}: {error}"
        raise ConversionError(path, problem) from error


def to_json(value: Any) -> Any:  # noqa: PLR0911  # one return a kind of value
    """Return a value as JSON values that `from_json` takes; what has none is given back as it is.

    Examples
    --------
    >>> to_json({"wait": dt.timedelta(hours=1)})
    {'wait': '1h'}
    """
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, dt.timedelta):
        return show_duration(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if other := other_of(type(value)):
        return other.show(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init}
    if isinstance(value, collections.abc.Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def show_json(value: Any) -> str:
    """Return a value as JSON text: on one line when it is short, else indented.

    Examples
    --------
    >>> show_json([1, 2.5, "x"])
    '[1, 2.5, "x"]'
    """
    plain = to_json(value)
    try:
        line = json.dumps(plain, ensure_ascii=False)
        return line if len(line) <= _WIDTH else json.dumps(plain, ensure_ascii=False, indent=2)
    except (TypeError, ValueError, RecursionError):
        # It has no JSON: what is shown is for reading, and editing it means writing it anew.
        return shorten(value)
