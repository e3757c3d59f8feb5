"""What a literal type cannot tell."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from flyteidl.core import tasks_pb2

from shimnb import FlytePickle, HashMethod
from shimnb.core.types import TypeEngine, type_name


class Color(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    when: dt.datetime | None = None
    day: dt.date = dt.date(2020, 1, 1)


@pytest.mark.parametrize(
    "t",
    [int, list[str], dict[str, float], dict, list, dt.timedelta, dt.date | None, Literal["a"], tasks_pb2.Resources, int | str],
    ids=type_name,
)  # fmt: skip
def test_what_the_message_tells_is_no_loss(t: Any) -> None:
    """A type that arrives as it is has no losses."""
    assert TypeEngine.losses(t) == []


@pytest.mark.parametrize(
    ("t", "rows"),
    [
        (dt.date, [("$", "date", "datetime")]),
        (list[dt.datetime], [("$[]", "datetime without a time zone", "datetime in UTC")]),
        (dict[str, list[dt.date]], [("$[][]", "date", "datetime")]),
        (dict[int, str], [("$", "dict[int, str]", "dict")]),
        (Color | None, [("$", "Color", "an Enum of 'red'")]),
        (Point, [("$", "Point", "a class Point of the same fields")]),
        (FlytePickle[set], [("$", "FlytePickle[set]", "FlytePickle")]),
        (Annotated[int, HashMethod(str)], [("$", "Annotated[..., HashMethod]", "int")]),
        (Literal[2**60 + 1], [("$", f"Literal[{2**60 + 1}]", "int")]),
    ],
)
def test_what_the_message_does_not_tell_is_listed(t: Any, rows: list[tuple[str, str, str]]) -> None:
    """Each loss has its path, and the type before and after."""
    found = TypeEngine.losses(t)
    assert [tuple(loss[:3]) for loss in found] == rows
    assert all(loss.reason for loss in found)


def test_a_dataclasss_losses_have_its_fields_paths() -> None:
    """Nested classes, and defaults that a schema does not have."""

    @dataclass
    class Outer:
        points: list[Point] = field(default_factory=list)
        color: Color = Color.RED

    Outer.__annotations__.update(points=list[Point], color=Color)
    assert [tuple(loss[:3]) for loss in TypeEngine.losses(Outer)] == [
        ("$", "Outer", "a class Outer of the same fields"),
        ("$.color", "Color", "an Enum of 'red'"),
        ("$.points[]", "Point", "a class Point of the same fields"),
        ("$.points", "a default", "no default"),
    ]
