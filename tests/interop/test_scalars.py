"""Choices, models, messages, pickles and notes are flytekit's, message for message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cases import scalars
from .cases.types import case

if TYPE_CHECKING:
    from .peers import Peers

EVERY_VALUE = [
    pytest.param(python_type, index, id=f"{python_type}-{index}")
    for python_type, values in scalars.VALUES.items()
    for index in range(len(values))
]


@pytest.mark.parametrize("python_type", [*scalars.VALUES, *scalars.TYPES])
def test_literal_type_is_flytekits(peers: Peers, python_type: str) -> None:
    """A type has flytekit's literal type, its schema, structure and annotation included."""
    peers.same(case("literal type", python_type))


@pytest.mark.parametrize(("python_type", "index"), EVERY_VALUE)
def test_literal_is_flytekits(peers: Peers, python_type: str, index: int) -> None:
    """A value has flytekit's literal, its hash included."""
    peers.same(case("literal", python_type, index))


@pytest.mark.parametrize(("python_type", "index"), EVERY_VALUE)
def test_value_comes_back_as_flytekits(peers: Peers, python_type: str, index: int) -> None:
    """A value that was encoded and decoded comes back as flytekit gives it."""
    peers.same(case("back", python_type, index))


@pytest.mark.parametrize("name", scalars.LITERALS)
def test_literal_alone_is_flytekits(peers: Peers, name: str) -> None:
    """What cannot be compared when it is back has flytekit's literal."""
    peers.same(f"literal alone: {name}")


@pytest.mark.parametrize("python_type", scalars.GUESSED)
def test_guessed_type_is_flytekits(peers: Peers, python_type: str) -> None:
    """The Python type that an interface alone tells is flytekit's guess."""
    name = case("guessed", python_type)
    assert peers.ours(name).value == peers.theirs(name).value.replace("typing.List[", "list[")


@pytest.mark.parametrize("python_type", scalars.GUESSED_FIELDS)
def test_guessed_class_has_flytekits_fields(peers: Peers, python_type: str) -> None:
    """A class guessed from its schema has the fields that flytekit guesses."""
    peers.same(case("guessed fields", python_type))


@pytest.mark.parametrize("name", scalars.NEARER)
def test_guess_is_nearer_than_flytekits(peers: Peers, name: str) -> None:
    """What the message tells is guessed, where flytekit forgets it."""
    _, ours, theirs = scalars.NEARER[name]
    assert peers.ours(f"nearer: {name}").value == ours
    assert peers.theirs(f"nearer: {name}").value == theirs


@pytest.mark.parametrize("name", scalars.BOTH)
def test_what_flytekit_refuses_is_refused(peers: Peers, name: str) -> None:
    """Both raise; ours is an error of the tree."""
    assert peers.theirs(f"refused: {name}").data["kind"] == "error"
    assert "ShimError" in peers.ours(f"refused: {name}").error_classes


@pytest.mark.parametrize("name", scalars.ONLY_OURS)
def test_what_would_break_later_is_refused(peers: Peers, name: str) -> None:
    """What flytekit lets through, to lose or to break it, is refused."""
    assert peers.theirs(f"refused: {name}").data["kind"] != "error"
    assert "ShimError" in peers.ours(f"refused: {name}").error_classes


@pytest.mark.parametrize("name", scalars.ONLY_THEIRS)
def test_what_has_one_meaning_is_taken(peers: Peers, name: str) -> None:
    """What flytekit refuses though it has one meaning only is taken in that meaning."""
    assert peers.ours(f"taken: {name}").value == scalars.ONLY_THEIRS[name][1]
    assert peers.theirs(f"taken: {name}").data["kind"] == "error"
