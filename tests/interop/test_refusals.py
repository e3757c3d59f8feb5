"""Bad input: what flytekit refuses is refused, and what it lets through to break later is refused too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cases import refusals

if TYPE_CHECKING:
    from .peers import Peers


@pytest.mark.parametrize("name", refusals.BOTH)
def test_what_flytekit_refuses_is_refused(peers: Peers, name: str) -> None:
    """Both raise, and an ``except`` written for flytekit's class catches ours."""
    _, base = refusals.BOTH[name]
    assert base in peers.theirs(f"refused: {name}").error_classes
    assert base in peers.ours(f"refused: {name}").error_classes


@pytest.mark.parametrize("name", [name for name in refusals.BOTH if name != "an executor's exception"])
def test_refusal_is_an_error_of_the_tree(peers: Peers, name: str) -> None:
    """A mistake is a ShimError, which says more than its class; an executor's own exception stays what it is."""
    answer = peers.ours(f"refused: {name}")
    assert "ShimError" in answer.error_classes
    assert answer.data["message"]


@pytest.mark.parametrize("name", refusals.ONLY_THEIRS)
def test_what_has_one_meaning_is_taken(peers: Peers, name: str) -> None:
    """What flytekit refuses though it has one meaning only is taken in that meaning."""
    _, expected = refusals.ONLY_THEIRS[name]
    assert peers.ours(f"taken: {name}").value == expected
    assert peers.theirs(f"taken: {name}").data["kind"] == "error"


@pytest.mark.parametrize("name", refusals.ONLY_OURS)
def test_what_would_break_later_is_refused(peers: Peers, name: str) -> None:
    """What flytekit lets through, to fail on a cluster or to be pickled, is refused at once."""
    assert peers.theirs(f"refused: {name}").data["kind"] != "error"
    assert "ShimError" in peers.ours(f"refused: {name}").error_classes
