"""Unions: the variant that takes a value, and why none does."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2

from shimnb import errors
from shimnb.core.types import TypeEngine


class Color(enum.Enum):
    RED = "red"


@dataclass
class Cat:
    name: str


@dataclass
class Dog:
    name: str


def tag(value: Any, t: Any) -> str:
    """Give the tag of the variant that took a value."""
    return str(TypeEngine.to_literal(None, value, t).scalar.union.type.structure.tag)


def refusal(value: Any, t: Any) -> str:
    """Give the message with which a value is refused."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, t)
    return str(caught.value)


def test_the_variants_are_tagged_with_their_transformers() -> None:
    """`int | None` is a union of a type tagged int and one tagged none."""
    integer = types_pb2.LiteralType(simple=types_pb2.INTEGER, structure=types_pb2.TypeStructure(tag="int"))
    none = types_pb2.LiteralType(simple=types_pb2.NONE, structure=types_pb2.TypeStructure(tag="none"))
    expected = types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=[integer, none]))
    assert TypeEngine.to_literal_type(int | None) == expected


def test_the_order_of_the_variants_is_kept() -> None:
    """`int | str` and `str | int` are equal in Python, and two literal types."""
    one, two = TypeEngine.to_literal_type(int | str), TypeEngine.to_literal_type(str | int)
    assert list(one.union_type.variants) == list(two.union_type.variants)[::-1]


@pytest.mark.parametrize(
    ("value", "t", "expected"),
    [
        (None, int | None, "none"),
        (3, int | None, "int"),
        (3, float | int, "int"),
        (3.0, int | float, "float"),
        (3, float | str, "float"),
        ("red", str | Color, "str"),
        ("red", int | Color, "DefaultEnumTransformer"),
        (Color.RED, str | Color, "DefaultEnumTransformer"),
        (dt.date(2020, 1, 1), dt.datetime | dt.date, "date"),
        ([], list[int] | dict[str, int], "Typed List"),
        ({}, list[int] | dict[str, int], "Typed Dict"),
        (Cat("Tom"), str | Cat, "Object-Dataclass-Transformer"),
    ],
)
def test_the_class_of_the_value_chooses_the_variant(value: Any, t: Any, expected: str) -> None:
    """The variant of the value's own class takes it, before one that would convert it."""
    assert tag(value, t) == expected


@pytest.mark.parametrize(
    ("value", "t"),
    [
        (None, int | None),
        (0, int | None),
        ([1, None], list[int | None]),
        (["a"], list[int] | list[str] | None),
        (Dog("Rex"), Cat | Dog),
        (Cat("Tom"), Dog | Cat | None),
        (dt.date(2020, 1, 1), dt.datetime | dt.date),
        ({1: Color.RED}, dict[int, Color | None] | int),
    ],
)
def test_a_variant_comes_back(value: Any, t: Any) -> None:
    """The stored type finds the variant again, among two dataclasses of equal fields too."""
    literal = TypeEngine.to_literal(None, value, t)
    assert TypeEngine.to_python_value(None, literal, t) == value


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        ("x", int | None, "$: expected int | None, got str 'x'"),
        ([1, "x"], list[int] | None, "$[1]: expected int, got str 'x'"),
        (
            [1, "x"],
            list[int] | list[str],
            (
                "$: expected list[int] | list[str] (list[int]: expected int, got str 'x' at [1]; "
                "list[str]: expected str, got int 1 at [0]), got list [1, 'x']"
            ),
        ),
        (
            [],
            list[int] | list[str],
            "$: the value fits list[int] and list[str] of list[int] | list[str] alike. Keep one of these in the union.",
        ),
    ],
)
def test_a_refusal_says_why_of_each_variant(value: Any, t: Any, message: str) -> None:
    """A value that no variant takes, or more than one, is an error that names them."""
    assert refusal(value, t) == message


def test_a_literal_without_a_tag_is_read() -> None:
    """An input of a type T may be bound to an Optional[T] without being wrapped."""
    assert TypeEngine.to_python_value(None, TypeEngine.to_literal(None, 3, int), float | int | None) == 3


def test_a_literal_of_another_variant_is_refused() -> None:
    """A tag that the union does not have is an error, and no conversion is tried."""
    literal = TypeEngine.to_literal(None, 3, int | None)
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, literal, str | None)
    assert str(caught.value) == "$: expected str | None, got the variant 'int' with int 3"


def test_an_untagged_literal_that_fits_nothing_says_why() -> None:
    """Each variant's reason is in the message."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, TypeEngine.to_literal(None, "x", str), int | None)
    assert str(caught.value) == (
        "$: expected int | None, got a literal with str 'x' (int: expected int, got a literal with str 'x'; "
        "None: expected None, got a literal with str 'x')"
    )


def test_a_field_taken_out_of_a_dataclass_reads_as_a_union() -> None:
    """Msgpack carries no tag; the plain value's own class decides."""
    scalar = literals_pb2.Scalar(binary=literals_pb2.Binary(value=b"\x01", tag="msgpack"))
    back = TypeEngine.to_python_value(None, literals_pb2.Literal(scalar=scalar), float | int)
    assert (back, type(back)) == (1, int)


def test_a_union_with_an_unsupported_variant_is_refused() -> None:
    """One variant without a literal type is enough."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(int | set)
    assert str(caught.value) == "the type set has no Flyte literal type. Use list[...]."
