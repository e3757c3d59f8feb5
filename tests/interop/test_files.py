"""Files, folders and offloaded literals: what both make of them, and where they differ on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cases import files
from .test_calls import assert_answer

if TYPE_CHECKING:
    from .peers import Peers


@pytest.mark.parametrize("python_type", files.TYPES)
def test_literal_type_is_flytekits(peers: Peers, python_type: str) -> None:
    """With its format and its dimensionality; in a dataclass, with its schema."""
    peers.same(f"file type: {python_type}")


@pytest.mark.parametrize("name", files.VALUES)
def test_literal_is_flytekits(peers: Peers, name: str) -> None:
    """With the URI, but for what is random in it: the same is copied, and to the same kind of place."""
    peers.same(f"file literal: {name}")


@pytest.mark.parametrize("name", files.VALUES)
def test_literal_of_a_local_run_is_flytekits(peers: Peers, name: str) -> None:
    """Where less is copied."""
    peers.same(f"local file literal: {name}")


@pytest.mark.parametrize("name", files.MEMBERS)
def test_member_does_what_flytekits_does(peers: Peers, name: str) -> None:
    """A FlyteFile and a FlyteDirectory answer alike."""
    peers.same(f"file member: {name}")


@pytest.mark.parametrize("name", files.REFUSED)
def test_what_flytekit_refuses_is_refused(peers: Peers, name: str) -> None:
    """Both raise, and an ``except`` written for flytekit's class catches ours."""
    _, base = files.REFUSED[name]
    assert base in peers.theirs(f"file refused: {name}").error_classes
    assert base in peers.ours(f"file refused: {name}").error_classes


@pytest.mark.parametrize("name", files.DIFFERENT)
def test_difference_is_as_the_table_says(peers: Peers, name: str) -> None:
    """Each has its row, with the reason, in the table of differences."""
    _, ours, theirs = files.DIFFERENT[name]
    assert_answer(peers.ours(f"file view: {name}"), ours)
    assert_answer(peers.theirs(f"file view: {name}"), theirs)
