"""What ``Annotated[T, ...]`` may say about a type: how to hash a value, and notes for the literal type."""

from __future__ import annotations

import json
import typing
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flyteidl.core import types_pb2

from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Converter, Misfit, foreign
from shimnb.errors import ConversionError, UnsupportedTypeError, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FlyteAnnotation", "HashMethod", "bare", "noted"]

T = TypeVar("T")
_RESERVED = "cache-key-metadata"
# flytekit refuses a FlyteAnnotation on these, so that a task which has one could not be exported.
_CLOSED = {"DefaultEnumTransformer", "Object-Dataclass-Transformer", "Typed Dict"}


class HashMethod(Generic[T]):
    """Say how a value is hashed, so that a cached task is found by the hash.

    Parameters
    ----------
    function : callable
        Gives the hash of a value, a str; None leaves it out.

    Notes
    -----
    The hash is written into ``Literal.hash``. As in flytekit, it is written
    for a value, an item of a list and a value of a dict, not for a variant of
    a union, and the first of several counts.

    Examples
    --------
    >>> from typing import Annotated
    >>> from shimnb import TypeEngine
    >>> rounded = Annotated[float, HashMethod(lambda value: str(round(value)))]
    >>> TypeEngine.to_literal(None, 2.9, rounded).hash
    '3'
    """

    def __init__(self, function: Callable[[T], str]) -> None:
        self._function = function

    def calculate(self, obj: T) -> str:
        """Give the hash of `obj`."""
        return self._function(obj)


class FlyteAnnotation:
    """Note something on a literal type, for whoever shows it; a run does not see it.

    Parameters
    ----------
    data : dict
        JSON, with str keys.

    Examples
    --------
    >>> from typing import Annotated
    >>> from shimnb import TypeEngine
    >>> metres = Annotated[float, FlyteAnnotation({"unit": "m"})]
    >>> dict(TypeEngine.to_literal_type(metres).annotation.annotations)
    {'unit': 'm'}
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    @property
    def data(self) -> dict[str, Any]:
        """The note."""
        return self._data


def bare(t: Any) -> Any:
    """Give an annotated type without its hash and its note, as a union's variant is stored."""
    if typing.get_origin(t) is not typing.Annotated:
        return t
    kept = tuple(note for note in t.__metadata__ if not isinstance(note, (HashMethod, FlyteAnnotation)))
    return typing.Annotated[(t.__origin__, *kept)] if kept else t.__origin__


def noted(converter: Converter, t: Any, path: str) -> Converter:
    """Give the converter of the annotated type `t`, made from that of the type itself."""
    hashes = next((note for note in t.__metadata__ if isinstance(note, HashMethod)), None)
    notes = [note for note in t.__metadata__ if isinstance(note, FlyteAnnotation)]
    if hashes is None and not notes:
        return converter
    return Converter(
        converter.python_type,
        converter.tag,
        _annotated(converter, notes, path) if notes else converter.literal_type,
        _hashing(converter, hashes) if hashes else converter.fill,
        converter.read,
        converter.pack,
        converter.unpack,
        takes=converter.takes,
        keys=converter.keys,
        peer=converter.peer,
        refusal=converter.refusal,
    )


def _hashing(converter: Converter, method: HashMethod[Any]) -> Any:
    inner = converter.fill

    def fill(target: Any, value: Any, ctx: Any) -> None:
        inner(target, value, ctx)
        try:
            result: Any = method.calculate(value)
        except Exception as error:
            raise foreign(error) from error
        if result is None:
            return
        if type(result) is not str:
            problem = f"the HashMethod gave {type_name(type(result))} {shorten(result)}, not a str"
            raise Misfit(problem, "Return str(...) from its function.")
        target.hash = result

    return fill


def _annotated(converter: Converter, notes: list[FlyteAnnotation], path: str) -> types_pb2.LiteralType | None:
    """Give the literal type with the note in it; what the type itself notes there stays."""
    name = type_name(converter.python_type)
    if len(notes) > 1:
        raise ConversionError(path or name, "has two FlyteAnnotations", "Put them into one.")
    if converter.tag in _CLOSED:
        remedy = "Take the FlyteAnnotation away; flytekit allows none on an Enum, a dataclass or a dict."
        raise UnsupportedTypeError(f"Annotated[{name}, FlyteAnnotation]", path, remedy)
    if converter.literal_type is None:
        return None
    data = notes[0].data
    if _RESERVED in data:
        raise ConversionError(
            path or name, f"the FlyteAnnotation has the key {_RESERVED!r}", "Flyte keeps it for itself."
        )
    try:
        plain: dict[str, Any] = json.loads(json.dumps(data, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ConversionError(path or name, f"the FlyteAnnotation is no JSON: {error}", "Use plain data.") from error
    literal_type = types_pb2.LiteralType()
    literal_type.CopyFrom(converter.literal_type)
    annotations = literal_type.annotation.annotations
    annotations.SetInParent()
    annotations.update({key: value for key, value in plain.items() if key not in annotations.fields})
    return literal_type
