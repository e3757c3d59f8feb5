"""enum.Enum with str values; with other values, inside of dataclasses only."""

from __future__ import annotations

import enum
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import plain_of
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, mismatch
from shimnb.errors import UnsupportedTypeError, shorten

__all__ = ["EnumFamily", "choices", "make_enum"]

Literal = literals_pb2.Literal
_CHOICES_SHOWN = 8
_TAKEN_NAMES = ("mro", "name", "value")


class EnumFamily(Family):
    """An enumeration travels as its member's value."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("DefaultEnumTransformer", enum.Enum, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Compile the converter of the enumeration `t`."""
        values = [member.value for member in t]
        if not values:
            raise UnsupportedTypeError(type_name(t), path, "Give the enumeration a member.")
        refusal = None
        if not all(type(value) is str for value in values):
            remedy = "Give the members str values; others may only stand inside of a dataclass."
            refusal = UnsupportedTypeError(type_name(t), path, remedy)
        literal_type = None if refusal else types_pb2.LiteralType(enum_type=types_pb2.EnumType(values=values))
        own = _Enum(t, values)
        return Converter(t, self.name, literal_type, own.fill, own.read, own.pack, own.unpack, refusal=refusal)


class _Enum:
    """The four functions of one enumeration."""

    def __init__(self, t: Any, values: list[Any]) -> None:
        self._t = t
        self._name = f"{type_name(t)} ({choices(values)})"

    def _value(self, value: Any) -> Any:
        # A member of another enumeration too: a cell that ran again defines the class anew, and a
        # class that was guessed from a literal type is never the one in the user's code.
        plain = value.value if isinstance(value, enum.Enum) else value
        self._member(plain, value)
        return plain

    def _member(self, plain: Any, shown: Any) -> Any:
        try:
            member = self._t(plain)
        except ValueError:
            member = None
        # `t(True)` finds the member of 1, and `_missing_` may find anything.
        if member is None or member.value != plain or type(member.value) is not type(plain):
            raise mismatch(self._name, shown)
        return member

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG002  # a Fill
        target.scalar.primitive.string_value = self._value(value)

    def read(self, literal: Literal, ctx: Any) -> Any:  # noqa: ARG002  # a Read
        primitive = literal.scalar.primitive
        if primitive.HasField("string_value"):
            return self.unpack(primitive.string_value)
        return self.unpack(plain_of(literal, self._name))

    def pack(self, value: Any) -> Any:
        if not isinstance(value, enum.Enum):
            member = next(iter(self._t))
            raise mismatch(self._name, value, f"Pass a member, such as {type_name(self._t)}.{member.name}.")
        return self._value(value)

    def unpack(self, plain: Any) -> Any:
        return self._member(plain, plain)


def choices(values: list[Any]) -> str:
    """Name the values that may be chosen; of very many, the first ones."""
    shown = ", ".join(shorten(value) for value in values[:_CHOICES_SHOWN])
    return shown if len(values) <= _CHOICES_SHOWN else f"{shown}, ... {len(values)} in all"


def make_enum(values: list[Any], name: str = "Choice") -> type[enum.Enum]:
    """Make the enumeration of these values, its members named after them.

    Examples
    --------
    >>> list(make_enum(["red", "green"]))
    [<Choice.red: 'red'>, <Choice.green: 'green'>]
    """
    members = [(_member_name(value, i), value) for i, value in enumerate(values)]
    made: Any = enum.Enum(name, members)  # type: ignore[misc]  # mypy wants literals here
    cls: type[enum.Enum] = made
    return cls


def _member_name(value: Any, i: int) -> str:
    # `mro` and names with outer underscores mean something else to an Enum.
    usable = isinstance(value, str) and value.isidentifier() and not value.startswith("_")
    return value if usable and value not in _TAKEN_NAMES else f"value_{i}"
