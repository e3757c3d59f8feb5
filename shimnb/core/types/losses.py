"""What a literal type cannot tell: how a type differs from what is guessed back from its message."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import typing
from typing import TYPE_CHECKING, Any, NamedTuple

from shimnb.core.types.enums import choices
from shimnb.core.types.names import is_union, strip_annotated, type_name
from shimnb.core.types.transformer import step
from shimnb.errors import GuessError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TypeLoss", "losses_of"]

_REASONS: dict[str, str] = {
    "keys": "a dict whose keys are no str travels without its types",
    "date": "a date's literal type is a datetime's",
    "naive": "a datetime without a time zone arrives in UTC, as the same time of day",
    "enum": "an Enum is made anew from the values: the class and its members' names are not in the message",
    "dataclass": "a class is made anew from the schema: its methods and checks are not in the message",
    "factory": "the default comes from a default_factory, which the schema does not tell, so that the value is needed",
    "hash": "a HashMethod is not in the message, so that the executor's output has no hash",
    "choices": "the annotation keeps an int past 2**53 as a double, so that the choices are not told",
    "pickle": "a pickle's class is only named in the message, and is not imported",
    "none": "no Python type can be guessed from its literal type",
    "other": "the message does not tell one from the other",
}


class TypeLoss(NamedTuple):
    """A type, or a part of one, that the message does not tell.

    Attributes
    ----------
    path : str
        Where it stands, ``$`` being the type itself: ``$.rows[].price``.
    before, after : str
        The type as written, and as the executor meets it.
    reason : str
        What happens to it, in words.
    """

    path: str
    before: str
    after: str
    reason: str


def losses_of(t: Any, literal_type_of: Callable[[Any], Any], guess: Callable[[Any], Any]) -> list[TypeLoss]:
    """Compare a type with its guess, part by part.

    Parameters
    ----------
    t : type
        The type.
    literal_type_of, guess : callable
        The engine's two ways.
    """
    found: list[TypeLoss] = []
    try:
        after = guess(literal_type_of(t))
    except GuessError as error:
        return [TypeLoss("$", type_name(t), "nothing", f"{_REASONS['none']} ({error.what})")]
    _Comparison(found).compare(t, after, "$", inside=False)
    return found


class _Comparison:
    """Collects the losses of one type."""

    def __init__(self, found: list[TypeLoss]) -> None:
        self._found = found

    def lose(self, path: str, before: Any, after: Any, reason: str) -> None:
        shown = [item if isinstance(item, str) else type_name(item) for item in (before, after)]
        self._found.append(TypeLoss(path, shown[0], shown[1], _REASONS[reason]))

    def compare(self, before: Any, after: Any, path: str, *, inside: bool) -> None:
        """Compare two types; `inside` of a dataclass, text keeps what a literal's message does not."""
        if typing.get_origin(before) is typing.Annotated:
            from shimnb.core.types.notes import HashMethod  # noqa: PLC0415  # for annotated types only

            if not inside and any(isinstance(note, HashMethod) for note in before.__metadata__):
                self.lose(path, "Annotated[..., HashMethod]", after, "hash")
        before, after = (type(None) if t is None else strip_annotated(t) for t in (before, after))
        origin = typing.get_origin(before) or before
        if origin is list and typing.get_origin(after) is list:
            self.compare(typing.get_args(before)[0], typing.get_args(after)[0], f"{path}[]", inside=inside)
        elif origin is dict and typing.get_args(before):
            self._dicts(before, after, path, inside=inside)
        elif is_union(before) and is_union(after):
            for one, other in zip(typing.get_args(before), typing.get_args(after), strict=False):
                self.compare(one, other, path, inside=inside)
        elif isinstance(origin, type) and origin is before:
            self._classes(before, after, path, inside=inside)
        elif before != after:
            self.lose(path, before, after, "choices" if origin is typing.Literal else "other")

    def _dicts(self, before: Any, after: Any, path: str, *, inside: bool) -> None:
        (key, value), args = typing.get_args(before), typing.get_args(after)
        if not args:
            self.lose(path, before, after, "keys")
            return
        if key is not args[0]:
            self.lose(path, before, after, "other")
        self.compare(value, args[1], f"{path}[]", inside=inside)

    def _classes(self, before: Any, after: Any, path: str, *, inside: bool) -> None:
        if before is dt.datetime:
            if not inside:
                self.lose(path, "datetime without a time zone", "datetime in UTC", "naive")
        elif issubclass(before, enum.Enum):
            self.lose(path, before, _members(after), "enum")
        elif dataclasses.is_dataclass(after) and before is not after:
            self.lose(path, before, f"a class {type_name(after)} of the same fields", "dataclass")
            self._fields(before, after, path)
        elif before is not after:
            named = "pickle" if any(base.__name__ == "FlytePickle" for base in before.__mro__) else "other"
            self.lose(path, before, after, "date" if (before, after) == (dt.date, dt.datetime) else named)

    def _fields(self, before: Any, after: Any, path: str) -> None:
        made = {field.name: field for field in dataclasses.fields(after)}
        hints = typing.get_type_hints(before)
        own = {field.name: field for field in dataclasses.fields(before)} if dataclasses.is_dataclass(before) else {}
        for name, field in made.items():
            place = path + step(name)
            if name in hints:
                self.compare(hints[name], field.type, place, inside=True)
            factory = name in own and own[name].default_factory is not dataclasses.MISSING
            needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            if factory and needed:
                self.lose(place, "a default", "no default", "factory")


def _members(cls: Any) -> str:
    if not isinstance(cls, type) or not issubclass(cls, enum.Enum):
        return type_name(cls)
    return f"an Enum of {choices([member.value for member in cls])}"
