"""Pickle: written where it is declared, read where it is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from shimnb import FlytePickle, allow_pickle, errors
from shimnb.core.types import TypeEngine, pickles, type_name

REFUSED = (
    "$: the value is a pickle, and to load one is to run whatever code it holds. "
    "If you trust where it comes from, call shimnb.allow_pickle() first."
)


@pytest.mark.parametrize(
    ("value", "t"),
    [({1, 2}, FlytePickle[set]), (b"x", FlytePickle), ([1j], list[FlytePickle[complex]]), ({1}, FlytePickle[set[int]])],
)
def test_a_pickle_comes_back_where_it_is_allowed(value: Any, t: Any) -> None:
    """Declared and allowed, anything comes back."""
    literal = TypeEngine.to_literal(None, value, t)
    with allow_pickle():
        assert TypeEngine.to_python_value(None, literal, t) == value


def test_no_pickle_is_loaded_unasked() -> None:
    """Neither by its own type nor by the one that is guessed."""
    literal = TypeEngine.to_literal(None, {1}, FlytePickle[set])
    for t in (FlytePickle[set], TypeEngine.guess_python_type(TypeEngine.to_literal_type(FlytePickle[set]))):
        with pytest.raises(errors.ConversionError) as caught:
            TypeEngine.to_python_value(None, literal, t)
        assert str(caught.value) == REFUSED


def test_what_was_allowed_ends_with_its_block() -> None:
    """An inner block does not end what an outer one allowed."""
    with allow_pickle():
        with allow_pickle():
            assert repr(allow_pickle()) == "<pickles are loaded>"
        assert pickles._allowed
    assert not pickles._allowed


def test_a_call_allows_for_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the top of an executor's module, the call alone is enough."""
    monkeypatch.setattr(pickles, "_allowed", False)
    allow_pickle()
    assert TypeEngine.to_python_value(None, TypeEngine.to_literal(None, {1}, FlytePickle), FlytePickle) == {1}


@pytest.mark.parametrize("t", [FlytePickle, FlytePickle[set], list[FlytePickle[set]]], ids=type_name)
def test_the_guess_has_the_same_literal_type(t: Any) -> None:
    """The class's name is kept, and the class is not imported."""
    literal_type = TypeEngine.to_literal_type(t)
    assert TypeEngine.to_literal_type(TypeEngine.guess_python_type(literal_type)) == literal_type


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "$: expected FlytePickle[set], got list [1]"),
        (None, "$: expected FlytePickle[set], got None. None is no pickle; declare the type with | None."),
    ],
)
def test_a_value_of_another_class_is_refused(value: Any, message: str) -> None:
    """What is declared is held to."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, FlytePickle[set])
    assert str(caught.value) == message


def test_what_cannot_be_pickled_is_an_error() -> None:
    """The pickler says why."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, (i for i in ()), FlytePickle)
    assert str(caught.value).startswith("$: generator cannot be pickled: cannot pickle 'generator' object")


def test_a_pickle_that_is_not_there_is_an_error() -> None:
    """The file is named."""
    literal = TypeEngine.to_literal(None, {1}, FlytePickle)
    literal.scalar.blob.uri = "/nowhere/x"
    with allow_pickle(), pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, literal, FlytePickle)
    assert str(caught.value).startswith("$: the pickle /nowhere/x cannot be loaded: FileNotFoundError: ")


def test_a_pickle_is_no_other_value() -> None:
    """A literal that holds one is named as such."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, TypeEngine.to_literal(None, {1}, FlytePickle), int)
    assert str(caught.value) == "$: expected int, got a literal with a pickle"


def test_without_cloudpickle_the_library_pickles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain values give the same bytes."""
    with_it = pickles._dumped({"a": [1, "x"]})
    monkeypatch.setitem(__import__("sys").modules, "cloudpickle", None)
    assert pickles._dumped({"a": [1, "x"]}) == with_it
