"""Literal types and literals are flytekit's, message for message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cases.types import GUESSED, GUESSED_FIELDS, SPELLINGS, VALUES, case

if TYPE_CHECKING:
    from .peers import Peers

EVERY_VALUE = [
    pytest.param(python_type, index, id=f"{python_type}-{index}")
    for python_type, values in VALUES.items()
    for index in range(len(values))
]


@pytest.mark.parametrize("python_type", [*VALUES, *SPELLINGS])
def test_literal_type_is_flytekits(peers: Peers, python_type: str) -> None:
    """A type has flytekit's literal type, its schema, structure and annotation included."""
    peers.same(case("literal type", python_type))


@pytest.mark.parametrize(("python_type", "index"), EVERY_VALUE)
def test_literal_is_flytekits(peers: Peers, python_type: str, index: int) -> None:
    """A value has flytekit's literal, to the byte."""
    peers.same(case("literal", python_type, index))


@pytest.mark.parametrize(("python_type", "index"), EVERY_VALUE)
def test_value_comes_back_as_flytekits(peers: Peers, python_type: str, index: int) -> None:
    """A value that was encoded and decoded comes back as flytekit gives it."""
    peers.same(case("back", python_type, index))


@pytest.mark.parametrize(("python_type", "index"), EVERY_VALUE)
def test_value_comes_back_as_it_was(peers: Peers, python_type: str, index: int) -> None:
    """A value that was encoded and decoded is equal to itself, and of its own class."""
    assert peers.ours(case("returns", python_type, index)).value == "True"


@pytest.mark.parametrize("python_type", GUESSED)
def test_guessed_type_is_flytekits(peers: Peers, python_type: str) -> None:
    """The Python type that an interface alone tells is flytekit's guess."""
    ours, theirs = (
        answer.value
        for answer in (peers.ours(case("guessed", python_type)), peers.theirs(case("guessed", python_type)))
    )
    assert _modern(ours) == _modern(theirs)


@pytest.mark.parametrize("python_type", GUESSED_FIELDS)
def test_guessed_dataclass_has_flytekits_fields(peers: Peers, python_type: str) -> None:
    """A dataclass guessed from its schema is one, and has the fields that flytekit guesses."""
    assert (
        peers.ours(case("guessed fields", python_type)).value == peers.theirs(case("guessed fields", python_type)).value
    )


def _modern(shown: str) -> str:
    """Spell a type's repr in one way: ``typing.List[int]`` and ``list[int]`` are one type."""
    return shown.replace("typing.List[", "list[").replace("typing.Dict[", "dict[")
