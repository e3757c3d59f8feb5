"""Types of an interface in full: a dataclass with its fields, a table with its columns, choices with their values."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Annotated, Any, Literal

import pytest
from flyteidl.core import types_pb2

from shimnb import StructuredDataset, TypeEngine, kwtypes
from shimnb.notebook.tree.nodes import Node, message_node
from shimnb.notebook.tree.type_words import full_type_words
from shimnb.notebook.tree.words import type_words


class Color(enum.Enum):
    """An enum."""

    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Inner:
    """A class within one."""

    a: int = 3
    when: dt.datetime | None = None


@dataclasses.dataclass
class Point:
    """A class of every kind of field."""

    x: float
    inner: Inner
    many: list[Inner]
    color: Color = Color.RED
    name: str = "p"
    maybe: int | None = None
    counts: dict[str, list[int]] = dataclasses.field(default_factory=dict)
    ratio: float = 2.0
    on: bool = True


INNER = "Inner(a: int = 3, when: datetime | None = None)"
POINT = (
    f"Point(x: float, inner: {INNER}, many: list[{INNER}], "
    'color: enum("red", "blue") = "red", counts: dict[str, list[int]], maybe: int | None = None, name: str = "p", '
    "on: bool = True, ratio: float = 2.0)"
)


@pytest.mark.parametrize(
    ("python_type", "words"),
    [
        (list[str], "list[str]"),
        (int | None, "int | None"),
        (dict[str, list[int]], "dict[str, list[int]]"),
        (Point, POINT),
        (list[Inner], f"list[{INNER}]"),
        (Inner | None, f"{INNER} | None"),
        (dict[str, Inner], f"dict[str, {INNER}]"),
        (Color, 'enum("red", "blue")'),
        (Literal["a", "b"], 'Literal["a", "b"]'),
        (Literal[1, 2], "Literal[1, 2]"),
        (Annotated[int, "metres"], "int"),
        (dt.timedelta, "timedelta"),
        (Annotated[StructuredDataset, kwtypes(a=int, b=str)], "StructuredDataset[a: int, b: str]"),
    ],
)
def test_a_type_reads_as_it_is_written(python_type: Any, words: str) -> None:
    """As far as its literal type tells."""
    assert full_type_words(TypeEngine.to_literal_type(python_type)) == words


def test_a_schema_alone_tells_the_fields_too() -> None:
    """Flytekit's older templates have no types of the fields, but definitions."""
    made = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    made.metadata.update(
        {
            "$ref": "#/definitions/Old",
            "definitions": {
                "Old": {
                    "required": ["b"],
                    "properties": {
                        "a": {"type": "integer", "default": 1},
                        "b": {"$ref": "#/definitions/Part"},
                        "c": {"type": "array", "items": {"type": ["string", "null"]}},
                        "d": {"type": "object", "additionalProperties": {"type": "number"}},
                        "e": {"enum": ["x", "y"]},
                        "f": {"type": "string", "format": "date-time"},
                    },
                },
                "Part": {"properties": {"self": {"$ref": "#/definitions/Part"}}},
            },
        }
    )
    assert full_type_words(made) == (
        'Old(b: Part(self: Part(self: Part)), a: int = 1, c: list[str | None], d: dict[str, float], e: enum("x", "y"), f: datetime)'
    )


def test_the_words_are_bounded_and_inert() -> None:
    """A schema from anywhere has any names, and any number of fields, within one another."""
    made = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    fields: Any = {f"</script>\u202e{index}": {"type": "string", "default": "x" * 10_000} for index in range(5_000)}
    wide = {"title": "W" * 1_000, "type": "object", "properties": {**fields}}
    made.metadata.update({"title": "T" * 1_000, "properties": {f"k{index}": wide for index in range(50)}})
    words = full_type_words(made)
    assert len(words) <= 600
    assert words.isprintable()


def test_a_variable_s_row_has_the_type_in_full() -> None:
    """And the signature above it the short one."""
    literal_type = TypeEngine.to_literal_type(Point)
    node: Node = message_node(literal_type)
    assert node.text == POINT
    assert type_words(literal_type) == "Point"
