"""typing.Literal: one of its values, and no other."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional, Union

import pytest
from flyteidl.core import literals_pb2, types_pb2

from shimnb import errors
from shimnb.core.types import TypeEngine, type_name


class Color(enum.Enum):
    RED = "red"


@dataclass
class Choices:
    one: Literal["a", "b"] = "a"
    mixed: Literal[1, "x", None] = None  # noqa: PYI061  # three kinds in one
    member: Literal[Color.RED] = Color.RED


def through(value: Any, t: Any) -> Any:
    """Write a value, and read it."""
    literal = literals_pb2.Literal.FromString(TypeEngine.to_literal(None, value, t).SerializeToString())
    return TypeEngine.to_python_value(None, literal, t)


@pytest.mark.parametrize(
    ("value", "t"),
    [
        ("x", Literal["x", "y"]),
        (2, Literal[1, 2]),
        (True, Literal[True]),
        (["x"], list[Literal["x"]]),
        ({"x": 1}, dict[Literal["x"], int]),
        (None, Optional[Literal["x"]]),  # noqa: UP045  # as it is often written
        ("x", Union[Literal["x"], str]),  # noqa: PYI051, UP007  # the wider one is there on purpose
        ("y", Union[Literal["x"], Literal["y"]]),  # noqa: PYI030, UP007  # likewise
        ("x", Annotated[Literal["x"], "a note"]),
        (Choices("b", 1), Choices),
    ],
)
def test_a_choice_comes_back(value: Any, t: Any) -> None:
    """A value that is one of the choices comes back as it was."""
    assert through(value, t) == value


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        ("zzz", Literal["x", "y"], "$: expected one of 'x', 'y', got str 'zzz'"),
        (True, Literal[1, 2], "$: expected one of 1, 2, got bool True"),
        (1, Literal[True], "$: expected one of True, got int 1"),
        ([1], Literal["x"], "$: expected one of 'x', got list [1]"),
        (["x", "z"], list[Literal["x"]], "$[1]: expected one of 'x', got str 'z'"),
        ("z", Literal["x"] | None, "$: expected one of 'x', got str 'z'"),
        (Choices("z"), Choices, "$.one: expected one of 'a', 'b', got str 'z'"),
        (Choices(mixed=2), Choices, "$.mixed: expected one of 1, 'x', None, got int 2"),
        (
            11,
            Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
            "$: expected one of 0, 1, 2, 3, 4, 5, 6, 7, ... 10 in all, got int 11",
        ),
    ],
)
def test_another_value_is_refused(value: Any, t: Any, message: str) -> None:
    """The error names the choices."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, t)
    assert str(caught.value) == message


def test_a_literal_of_another_value_is_refused() -> None:
    """What comes in is held to the choices too."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, TypeEngine.to_literal(None, "zzz", str), Literal["x"])
    assert str(caught.value) == "$: expected one of 'x', got str 'zzz'"


def test_the_consoles_number_is_a_choice() -> None:
    """A whole float stands for an int: the console has no other numbers."""
    assert TypeEngine.to_python_value(None, TypeEngine.to_literal(None, 2.0, float), Literal[1, 2]) == 2


@pytest.mark.parametrize("t", [Literal["a", 1], Literal[None], Literal[b"x"], Literal[Color.RED]], ids=type_name)  # noqa: PYI061  # the case
def test_values_of_another_kind_are_refused(t: Any) -> None:
    """A literal type has one kind of values."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(t)
    assert str(caught.value) == (
        f"the type {type_name(t)} has no Flyte literal type. "
        "Use values of one kind, str, int, bool or float; others may only stand inside of a dataclass."
    )


@pytest.mark.parametrize(
    "t", [Literal["x", "y"], Literal[1, -2], Literal[True], list[Literal["x"]], Literal["x"] | None]
)
def test_the_guess_is_the_type(t: Any) -> None:
    """The choices are in the message."""
    message = types_pb2.LiteralType.FromString(TypeEngine.to_literal_type(t).SerializeToString())
    assert TypeEngine.guess_python_type(message) == t


def test_an_int_past_a_double_is_guessed_as_an_int() -> None:
    """The annotation keeps doubles, so that the choices would be others."""
    assert TypeEngine.guess_python_type(TypeEngine.to_literal_type(Literal[2**60 + 1])) is int


def test_an_annotation_of_ones_own_is_no_choice() -> None:
    """A list under the same key, of another kind than the type, is ignored."""
    literal_type = types_pb2.LiteralType(simple=types_pb2.STRING)
    literal_type.annotation.annotations["literal_values"] = [1, None]
    assert TypeEngine.guess_python_type(literal_type) is str
