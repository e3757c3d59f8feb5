"""Annotated: hashes and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from shimnb import FlyteAnnotation, HashMethod, errors
from shimnb.core.types import TypeEngine

Hashed = Annotated[int, HashMethod(lambda value: f"h{value}")]
Metres = Annotated[float, FlyteAnnotation({"unit": "m", "range": [0, 1.5]})]


@dataclass
class Held:
    x: Hashed
    y: Metres


def test_a_hash_stands_on_the_literal() -> None:
    """On the value's own, or on those of the items."""
    assert TypeEngine.to_literal(None, 3, Hashed).hash == "h3"
    assert [item.hash for item in TypeEngine.to_literal(None, [3, 4], list[Hashed]).collection.literals] == ["h3", "h4"]
    assert TypeEngine.to_literal(None, 3, Annotated[Hashed, HashMethod(str)]).hash == "h3"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (abs, "$: the HashMethod gave int 3, not a str. Return str(...) from its function."),
        (lambda value: value / 0, "$: ZeroDivisionError: division by zero"),
    ],
)
def test_a_hash_that_fails_says_so(function: Any, message: str) -> None:
    """Nothing is cached under a hash that is none."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, 3, Annotated[int, HashMethod(function)])
    assert str(caught.value) == message


def test_a_note_stands_on_the_literal_type() -> None:
    """The value does not have it, and the guess does not need it."""
    literal_type = TypeEngine.to_literal_type(Metres)
    assert dict(literal_type.annotation.annotations)["unit"] == "m"
    assert TypeEngine.guess_python_type(literal_type) is float


def test_a_dataclass_looks_at_no_notes() -> None:
    """As in flytekit: its fields' literal types are the plain ones."""
    structure = TypeEngine.to_literal_type(Held).structure.dataclass_type
    assert not structure["y"].HasField("annotation")
    assert not TypeEngine.to_literal(None, Held(1, 2.0), Held).hash


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (Annotated[int, FlyteAnnotation({}), FlyteAnnotation({})], "int: has two FlyteAnnotations. Put them into one."),
        (
            Annotated[int, FlyteAnnotation({"cache-key-metadata": 1})],
            "int: the FlyteAnnotation has the key 'cache-key-metadata'. Flyte keeps it for itself.",
        ),
        (
            Annotated[int, FlyteAnnotation({"a": {1}})],
            "int: the FlyteAnnotation is no JSON: Object of type set is not JSON serializable. Use plain data.",
        ),
        (
            Annotated[dict[str, int], FlyteAnnotation({})],
            "the type Annotated[dict[str, int], FlyteAnnotation] has no Flyte literal type. Take the FlyteAnnotation away; flytekit allows none on an Enum, a dataclass or a dict.",
        ),
    ],
)
def test_a_note_that_cannot_be_written_is_refused(t: Any, message: str) -> None:
    """What flytekit refuses is refused, so that a task can be exported."""
    with pytest.raises(errors.TypeEngineError) as caught:
        TypeEngine.to_literal_type(t)
    assert str(caught.value) == message
