"""Offloaded literals: fetched, at any depth, by whoever expects the value; nobody else looks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import fsspec
import pytest
from flyteidl.core import literals_pb2, types_pb2

from shimnb import TypeEngine, TypeTransformer
from shimnb.core.types import engine
from shimnb.errors import ConversionError

Literal = literals_pb2.Literal


@dataclass
class Point:
    x: int


class Celsius(float):
    """A type of a plugin's."""


class CelsiusTransformer(TypeTransformer[Celsius]):
    def __init__(self):
        super().__init__("celsius", Celsius)

    def get_literal_type(self, t):
        return types_pb2.LiteralType(simple=types_pb2.FLOAT)

    def to_python_value(self, ctx, lv, expected_python_type):
        return Celsius(lv.scalar.primitive.float_value)


@pytest.fixture
def celsius(monkeypatch: pytest.MonkeyPatch) -> type:
    """A plugin's type, registered for the test."""
    registry = engine._Registry()
    monkeypatch.setattr(engine, "_registry", registry)
    TypeEngine.register(CelsiusTransformer())
    return Celsius


def offloaded(data: Any, name: str = "o.pb", inferred: Any = None, **fields: Any) -> Literal:
    """A literal whose value is in the memory: bytes, or another literal."""
    encoded = data if isinstance(data, bytes) else data.SerializeToString()
    fsspec.filesystem("memory").pipe_file(f"/off/{name}", encoded)
    metadata = literals_pb2.LiteralOffloadedMetadata(uri=f"memory://off/{name}", size_bytes=len(encoded))
    if inferred is not None:
        metadata.inferred_type.CopyFrom(inferred)
    return Literal(offloaded_metadata=metadata, **fields)


def literal(value: Any, t: Any) -> Literal:
    """Make a literal."""
    return TypeEngine.to_literal(None, value, t)


def back(lit: Literal, t: Any) -> Any:
    """Read a literal."""
    return TypeEngine.to_python_value(None, lit, t)


@pytest.mark.parametrize(
    ("value", "t"),
    [
        (3, int),
        (0, int),
        ("a", str),
        ([1, 2], list[int]),
        ([], list[int]),
        ({"a": {"b": 1.5}}, dict[str, dict[str, float]]),
        (None, int | None),
        (4, int | None),
        ("x", int | str),
        (Point(3), Point),
        ({"a": [1, None]}, dict),
        (True, bool),
        (None, type(None)),
    ],
)
def test_an_offloaded_value_is_fetched(value: Any, t: Any) -> None:
    """Of any type, with the type that the engine noted, and without one."""
    lit = literal(value, t)
    assert back(offloaded(lit), t) == value
    assert back(offloaded(lit, inferred=TypeEngine.to_literal_type(t)), t) == value


def test_an_item_may_be_offloaded() -> None:
    """In a list, a dict and a union; the others are read as they are, and the literal is not changed."""
    lit = Literal()
    lit.collection.literals.add().map.literals["a"].CopyFrom(offloaded(literal([1], list[int]), "a"))
    lit.collection.literals.add().map.literals["b"].CopyFrom(literal([2], list[int]))
    before = lit.SerializeToString(deterministic=True)
    assert back(lit, list[dict[str, list[int]]]) == [{"a": [1]}, {"b": [2]}]
    assert lit.SerializeToString(deterministic=True) == before
    union = literal(4, int | None)
    union.scalar.union.value.CopyFrom(offloaded(literal(5, int), "u"))
    assert back(union, int | None) == 5


def test_an_offloaded_value_may_hold_another() -> None:
    """But not itself."""
    assert back(offloaded(offloaded(literal(3, int), "inner"), "outer"), int) == 3
    again = offloaded(literal(3, int))
    offloaded(again)
    with pytest.raises(ConversionError) as caught:
        back(again, int)
    assert str(caught.value) == "$: the offloaded value at 'memory://off/o.pb' is offloaded again and again"


def test_a_plugins_type_is_fetched_too(celsius: Any) -> None:
    """Its transformer never sees the offloaded literal, which it might read as nothing."""
    lit = Literal()
    lit.scalar.primitive.float_value = 36.6
    assert back(offloaded(lit), celsius) == 36.6
    items = Literal()
    items.collection.literals.add().CopyFrom(offloaded(lit))
    assert back(items, list[celsius]) == [36.6]


def test_a_map_of_inputs_is_fetched() -> None:
    """By name, and an error says by which."""
    lm = literals_pb2.LiteralMap(literals={"a": offloaded(literal([1], list[int])), "b": literal(2, int)})
    assert TypeEngine.literal_map_to_kwargs(None, lm, {"a": list[int], "b": int}) == {"a": [1], "b": 2}
    lm.literals["a"].offloaded_metadata.uri = "memory://off/nope"
    with pytest.raises(ConversionError) as caught:
        TypeEngine.literal_map_to_kwargs(None, lm, {"a": list[int], "b": int})
    problem = "the offloaded value at 'memory://off/nope' cannot be read: there is no such file"
    assert str(caught.value) == f"a: {problem}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xff", "the file of the offloaded value, 'memory://off/bad', holds no literal"),
        (b"", "the file of the offloaded value, 'memory://off/bad', is empty"),
        (literal(["a"], list[str]), "expected int, got a literal with str 'a'"),
    ],
)
def test_a_bad_file_is_named(data: Any, message: str) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(ConversionError) as caught:
        back(offloaded(data, "bad"), list[int])
    assert caught.value.problem == message


def test_a_literal_without_a_place_is_refused() -> None:
    """There is nothing to fetch."""
    with pytest.raises(ConversionError) as caught:
        back(Literal(offloaded_metadata=literals_pb2.LiteralOffloadedMetadata()), int)
    assert str(caught.value) == "$: the value is offloaded, and the literal does not say where it is"


@pytest.mark.parametrize(
    ("inferred", "t", "message"),
    [
        (str, list[int], "expected list[int], got an offloaded value of the type STRING"),
        (list[str], list[int], "expected list[int], got an offloaded value of the type of a list"),
        (list[int], dict[str, int], "expected dict[str, int], got an offloaded value of the type of a list"),
        (dict[str, int], int, "expected int, got an offloaded value of the type of a dict"),
        (bool, int | None, "expected int | None, got an offloaded value of the type BOOLEAN"),
    ],
)
def test_another_type_is_refused_before_it_is_fetched(inferred: Any, t: Any, message: str) -> None:
    """By the type that the engine noted."""
    metadata = literals_pb2.LiteralOffloadedMetadata(uri="memory://off/nope")
    metadata.inferred_type.CopyFrom(TypeEngine.to_literal_type(inferred))
    lit = Literal(offloaded_metadata=metadata)
    with pytest.raises(ConversionError) as caught:
        back(lit, t)
    assert str(caught.value) == f"$: {message}"


def test_a_less_exact_type_is_taken() -> None:
    """An empty list's items are noted as NONE, an Optional's value as itself, mixed items as a union."""
    none = types_pb2.LiteralType(collection_type=types_pb2.LiteralType(simple=types_pb2.NONE))
    assert back(offloaded(literal([], list[int]), inferred=none), list[int]) == []
    whole = TypeEngine.to_literal_type(list[int])
    assert back(offloaded(literal([1], list[int]), inferred=whole), list[float]) == [1.0]
    mixed = TypeEngine.to_literal_type(list[int | None])
    assert back(offloaded(literal([1, None], list[int | None]), inferred=mixed), list[int | None]) == [1, None]


def test_what_is_not_offloaded_is_refused_as_before() -> None:
    """With the path of what does not fit."""
    with pytest.raises(ConversionError) as caught:
        back(literal(["a"], list[str]), list[int])
    assert str(caught.value) == "$[0]: expected int, got a literal with str 'a'"
