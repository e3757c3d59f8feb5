"""Enumerations."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from flyteidl.core import types_pb2

from shimnb import errors
from shimnb.core.types import TypeEngine


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"


class Size(str, enum.Enum):
    S = "s"


class Number(enum.Enum):
    ONE = 1


class Empty(enum.Enum):
    pass


def test_an_enumeration_has_its_values() -> None:
    """The literal type lists the members' values, in their order."""
    expected = types_pb2.LiteralType(enum_type=types_pb2.EnumType(values=["red", "green"]))
    assert TypeEngine.to_literal_type(Color) == expected


@pytest.mark.parametrize(
    ("value", "t", "member"), [(Color.RED, Color, Color.RED), ("green", Color, Color.GREEN), (Size.S, Size, Size.S)]
)
def test_a_member_or_its_value_is_taken(value: Any, t: Any, member: Any) -> None:
    """A member travels as its value, and comes back as the member."""
    literal = TypeEngine.to_literal(None, value, t)
    assert literal.scalar.primitive.string_value == member.value
    assert TypeEngine.to_python_value(None, literal, t) is member


def test_a_member_of_the_class_defined_anew_is_taken() -> None:
    """A cell that ran again has another class; its members' values decide."""
    again = enum.Enum("Color", {"RED": "red"})
    assert TypeEngine.to_literal(None, again.RED, Color) == TypeEngine.to_literal(None, Color.RED, Color)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("blue", "$: expected Color ('red', 'green'), got str 'blue'"),
        (3, "$: expected Color ('red', 'green'), got int 3"),
        (None, "$: expected Color ('red', 'green'), got None"),
        (Number.ONE, "$: expected Color ('red', 'green'), got Number <Number.ONE: 1>"),
    ],
)
def test_what_is_no_member_is_refused(value: Any, message: str) -> None:
    """The error lists the choices."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, Color)
    assert str(caught.value) == message


def test_a_literal_that_is_no_member_is_refused() -> None:
    """A literal from elsewhere may hold any str."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, TypeEngine.to_literal(None, "blue", str), Color)
    assert str(caught.value) == "$: expected Color ('red', 'green'), got str 'blue'"


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (
            Number,
            (
                "the type Number has no Flyte literal type. "
                "Give the members str values; others may only stand inside of a dataclass."
            ),
        ),
        (
            list[Number],
            (
                "the type Number has no Flyte literal type. "
                "Give the members str values; others may only stand inside of a dataclass."
            ),
        ),
        (Empty, "the type Empty has no Flyte literal type. Give the enumeration a member."),
    ],
)
def test_an_enumeration_without_str_values_is_refused(t: Any, message: str) -> None:
    """Flyte's enumerations have str values, and at least one."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(t)
    assert str(caught.value) == message
