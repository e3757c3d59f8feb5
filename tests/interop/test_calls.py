"""Calling a task: what both give alike, and where shimnb sees what the cluster sees."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from .cases import calls

if TYPE_CHECKING:
    from .peers import Answer, Peers


def assert_answer(answer: Answer, expected: str) -> None:
    """Compare an answer with what the table says of it; the table's comment has the four forms."""
    if expected.startswith("!~"):
        assert expected[2:] in answer.error
    elif expected.startswith("!"):
        assert answer.error.startswith(expected[1:])
    elif expected.startswith("~"):
        assert expected[1:] in answer.value
    else:
        # A text is shown as what it says: the executor's own repr, not the repr of that.
        shown = answer.value
        assert (ast.literal_eval(shown) if shown[0] in "'\"" else shown) == expected


@pytest.mark.parametrize("name", calls.EQUAL)
def test_call_gives_what_flytekits_gives(peers: Peers, name: str) -> None:
    """Where a local flytekit run does what a cluster does, a call gives the same."""
    peers.same(f"call: {name}")


@pytest.mark.parametrize("name", calls.CLUSTER_VIEW)
def test_local_run_is_the_clusters(peers: Peers, name: str) -> None:
    """Where a local flytekit run is not what a cluster does, a call of ours is."""
    _, ours, theirs = calls.CLUSTER_VIEW[name]
    assert_answer(peers.ours(f"view: {name}"), ours)
    assert_answer(peers.theirs(f"view: {name}"), theirs)


@pytest.mark.parametrize("name", calls.TYPES_VIEW)
def test_types_hold_where_flytekits_are_lost(peers: Peers, name: str) -> None:
    """Where a local flytekit run loses the types, a call of ours keeps them."""
    _, ours, theirs = calls.TYPES_VIEW[name]
    assert_answer(peers.ours(f"view: {name}"), ours)
    assert_answer(peers.theirs(f"view: {name}"), theirs)
