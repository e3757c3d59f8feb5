"""The way back from a literal type to a Python type."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field, fields
from typing import Any, Optional, Union

import pytest
from flyteidl.core import literals_pb2, types_pb2

from shimnb import errors
from shimnb.core.types import TypeEngine, type_name


class Color(enum.Enum):
    RED = "red"
    GREEN = "dark green"


@dataclass
class Point:
    x: int
    color: Color = Color.RED


@dataclass
class Shape:
    name: str
    center: Point
    area: float = 1.0
    day: dt.date = dt.date(2020, 1, 1)
    when: Optional[dt.datetime] = None  # noqa: UP045  # old names come too
    points: list[Point] = field(default_factory=list)
    by: dict[int, Point] = field(default_factory=dict)
    either: Union[int, str] = 3  # noqa: UP007
    tags: dict = field(default_factory=dict)
    fixed: int = field(default=7, init=False)


SHAPE = Shape("s", Point(1, Color.GREEN), points=[Point(2)], by={1: Point(3)}, tags={"a": 1})


def guess(t: Any) -> Any:
    """Guess a type from the bytes of its literal type."""
    decoded = types_pb2.LiteralType.FromString(TypeEngine.to_literal_type(t).SerializeToString())
    return TypeEngine.guess_python_type(decoded)


@pytest.mark.parametrize(
    "t",
    [
        int,
        float,
        str,
        bool,
        type(None),
        dt.datetime,
        dt.timedelta,
        dict,
        list,
        list[int],
        dict[str, list[float]],
        int | None,
        list[int | str | None],
        dt.date | None,
    ],
    ids=type_name,
)
def test_the_guess_is_the_type(t: Any) -> None:
    """Where the message says all, the guess is the type itself; a date does inside of a union."""
    assert guess(t) == t


@pytest.mark.parametrize(
    "t", [Color, Point, Shape, list[Point], dict[str, Color], Point | None, Color | Point | int], ids=type_name
)
def test_the_guess_has_the_same_literal_type(t: Any) -> None:
    """A guessed class goes back to the very message it was guessed from."""
    assert TypeEngine.to_literal_type(guess(t)) == TypeEngine.to_literal_type(t)


@pytest.mark.parametrize("t", [Color, Point, Shape, list[Shape], Point | None], ids=type_name)
def test_the_same_message_gives_the_same_class(t: Any) -> None:
    """Guesses are remembered, so that `isinstance` and `==` hold between two of them."""
    assert guess(t) == guess(t)


def test_a_guessed_enumeration_has_the_values() -> None:
    """Its members have the values, and names where the value is one."""
    assert [(member.name, member.value) for member in guess(Color)] == [("red", "red"), ("value_1", "dark green")]


def test_a_guessed_dataclass_has_names_types_and_defaults() -> None:
    """Its title, fields, their types and their defaults are the schema's."""
    made = guess(Point)
    described = [(f.name, type_name(f.type), str(f.default)) for f in fields(made)]
    assert made.__name__ == "Point"
    assert described[1] == ("color", "Choice", "Choice.red")
    assert described[0][:2] == ("x", "int")


def test_nested_types_of_a_guessed_dataclass_are_the_schemas() -> None:
    """Dates, unions, nested classes and int keys are all in the schema."""
    types = {f.name: type_name(f.type) for f in fields(guess(Shape))}
    assert types == {
        "name": "str",
        "center": "Point",
        "area": "float",
        "day": "date",
        "when": "datetime | None",
        "points": "list[Point]",
        "by": "dict[int, Point]",
        "either": "int | str",
        "tags": "dict",
        "fixed": "int",
    }


@pytest.mark.parametrize(
    ("value", "t"),
    [(Color.GREEN, Color), (Point(1), Point), (SHAPE, Shape), ([Point(1), Point(2)], list[Point]), (Point(1), Point | None)],
)  # fmt: skip
def test_a_value_of_a_guessed_class_gives_the_same_literal(value: Any, t: Any) -> None:
    """Read with the guessed type and written again, a literal is the same, byte for byte."""
    literal = TypeEngine.to_literal(None, value, t)
    guessed = guess(t)
    again = TypeEngine.to_literal(None, TypeEngine.to_python_value(None, literal, guessed), guessed)
    assert again == literal


@pytest.mark.parametrize(
    ("value", "t"),
    [(Color.GREEN, Color), (Point(1), Point), (Shape("s", Point(1)), Shape), ([Point(1)], list[Point]), (Point(1), Point | None)],
)  # fmt: skip
def test_a_value_of_the_original_class_is_taken(value: Any, t: Any) -> None:
    """An executor returns its own dataclass where the guessed type is declared."""
    back = TypeEngine.to_python_value(None, TypeEngine.to_literal(None, value, guess(t)), t)
    assert back == value


def test_the_original_class_takes_a_guessed_value() -> None:
    """A value of a guessed class gives the original's literal, its fields in the original's order."""
    literal = TypeEngine.to_literal(None, SHAPE, Shape)
    guessed = TypeEngine.to_python_value(None, literal, guess(Shape))
    assert TypeEngine.to_literal(None, guessed, Shape) == literal


def test_an_original_that_does_not_fit_says_where() -> None:
    """The path goes through the original's fields."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, Shape("s", Point("x")), guess(Shape))
    assert str(caught.value) == "$.center.x: expected int, got str 'x'"


def test_a_value_of_a_guessed_class_can_be_made() -> None:
    """A form makes one from keywords, the defaults being the schema's."""
    made = guess(Point)(x=3)
    assert TypeEngine.to_python_value(None, TypeEngine.to_literal(None, made, guess(Point)), Point) == Point(3)


def test_variables_are_guessed_by_name() -> None:
    """An interface's variables become a dict of types."""
    variable = types_pb2.LiteralType(simple=types_pb2.INTEGER)

    class Variable:
        type = variable

    assert TypeEngine.guess_python_types({"a": Variable}) == {"a": int}


def test_a_literal_map_is_read_with_guessed_types() -> None:
    """`literal_types` stands in for the Python types."""

    class Variable:
        type = types_pb2.LiteralType(simple=types_pb2.INTEGER)

    lm = literals_pb2.LiteralMap(literals={"a": TypeEngine.to_literal(None, 3, int)})
    assert TypeEngine.literal_map_to_kwargs(None, lm, None, {"a": Variable}) == {"a": 3}


@pytest.mark.parametrize(
    ("literal_type", "message"),
    [
        (types_pb2.LiteralType(), "no Python type is known for an empty literal type"),
        (types_pb2.LiteralType(schema=types_pb2.SchemaType()), "no Python type is known for the literal type schema"),
        (types_pb2.LiteralType(simple=types_pb2.BINARY), "no Python type is known for the literal type BINARY"),
    ],
)
def test_a_literal_type_of_another_kind_is_refused(literal_type: types_pb2.LiteralType, message: str) -> None:
    """What the engine does not know is an error, never a pickle."""
    with pytest.raises(errors.GuessError) as caught:
        TypeEngine.guess_python_type(literal_type)
    assert str(caught.value) == f"{message}. Register a TypeTransformer whose guess_python_type knows it."


def test_guessing_does_not_change_the_message() -> None:
    """A look into a map field must not put a key there."""
    literal_type = TypeEngine.to_literal_type(dict)
    before = literal_type.SerializeToString()
    TypeEngine.guess_python_type(literal_type)
    assert literal_type.SerializeToString() == before
