"""What the drawn examples of tests/interop found, each as a case of its own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from typing import Any

import pytest

from shimnb.core.types import TypeEngine
from shimnb.errors import ConversionError


@dataclasses.dataclass
class Empty:
    pass


@dataclasses.dataclass
class Holds:
    inner: Empty


@dataclasses.dataclass
class Since:
    at: str | dt.datetime = dt.datetime(2024, 1, 1)


@dataclasses.dataclass
class Either:
    rows: list[int] | list[float] = dataclasses.field(default_factory=list)


def restored(value: Any, python_type: Any) -> Any:
    """Write and read a value."""
    return TypeEngine.to_python_value(None, TypeEngine.to_literal(None, value, python_type), python_type)


@pytest.mark.parametrize("value", [[1], [1.5], [1.0]])
def test_the_items_classes_choose_the_variant(value: list[Any]) -> None:
    """A list of ints is no list of floats, though that would take it."""
    result = restored(value, list[int] | list[float])
    assert result == value
    assert list(map(type, result)) == list(map(type, value))


def test_what_is_written_alike_is_not_ambiguous() -> None:
    """In msgpack both variants are the same bytes."""
    assert restored(Either([1]), Either) == Either([1])
    assert restored(Either([]), Either) == Either([])


def test_an_empty_list_is_ambiguous() -> None:
    """A literal names its variant, and nothing tells which."""
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_literal(None, [], list[int] | list[str])
    assert str(caught.value) == (
        "$: the value fits list[int] and list[str] of list[int] | list[str] alike. Keep one of these in the union."
    )


def test_a_type_that_is_there_twice_is_taken_once() -> None:
    """A note changes no type."""
    assert restored("a", typing.Union[str, typing.Annotated[str, "a note"]]) == "a"  # noqa: UP007  # as it is drawn


def test_a_dataclass_of_an_empty_one_is_guessed_as_a_dataclass() -> None:
    """A nested dataclass without fields looks like a model's field."""
    declared = TypeEngine.to_literal_type(Holds | None)
    assert TypeEngine.to_literal_type(TypeEngine.guess_python_type(declared)) == declared


def test_a_default_that_is_no_json_is_left_out_of_the_schema() -> None:
    """A time stays as it is with mashumaro where the field is a union."""
    schema = TypeEngine.to_literal_type(Since).metadata["properties"]["at"]
    assert list(schema) == ["anyOf"]
    assert restored(Since(), Since) == Since("2024-01-01T00:00:00")


def test_the_two_spellings_of_a_list_of_none() -> None:
    """The peer has a literal type for typing.List[None], and none for list[None]."""
    shapes = [
        TypeEngine.to_literal_type(dataclasses.make_dataclass("Shape", [("a", t)])).structure.dataclass_type
        for t in (typing.List[None], list[None])  # noqa: UP006  # the spelling is the case
    ]
    assert [list(shape) for shape in shapes] == [["a"], []]
