"""enum.Enum with str values; with other values, inside of dataclasses only."""

from __future__ import annotations

import enum
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import plain_of
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, mismatch
from shimnb.errors import UnsupportedTypeError, shorten

__all__ = ["EnumFamily", "make_enum"]

Literal = literals_pb2.Literal
_CHOICES_SHOWN = 8


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
        name = f"{type_name(t)} ({_choices(values)})"

        def value_of(value: Any) -> Any:
            # Of another enumeration too: a cell that ran again defines the class anew, and a class
            # that was guessed from a literal type is never the one in the user's code.
            plain = value.value if isinstance(value, enum.Enum) else value
            unpack(plain, value)
            return plain

        def unpack(plain: Any, shown: Any = None) -> Any:
            try:
                member = t(plain)
            except ValueError:
                member = None
            # `t(True)` finds the member of 1, and `_missing_` may find anything.
            if member is None or member.value != plain or type(member.value) is not type(plain):
                raise mismatch(name, plain if shown is None else shown)
            return member

        def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
            target.scalar.primitive.string_value = value_of(value)

        def read(literal: Literal, ctx: Any) -> Any:  # noqa: ARG001  # a Read
            primitive = literal.scalar.primitive
            if primitive.HasField("string_value"):
                return unpack(primitive.string_value)
            return unpack(plain_of(literal, name))

        # A member only, as mashumaro packs; and one of a class defined anew.
        def pack(value: Any) -> Any:
            if not isinstance(value, enum.Enum):
                remedy = f"Pass a member of {type_name(t)}, such as {type_name(t)}.{next(iter(t)).name}."
                raise mismatch(name, value, remedy)
            return value_of(value)

        return Converter(t, self.name, literal_type, fill, read, pack, unpack, takes=None, refusal=refusal)


def _choices(values: list[Any]) -> str:
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
    if isinstance(value, str) and value.isidentifier() and not value.startswith("_") and value not in ("mro", "name", "value"):
        return value
    return f"value_{i}"
