"""Tables and arrays: literal types, literals and values are flytekit's, but for what `cases/tables.py` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cases import tables

if TYPE_CHECKING:
    from .peers import Answer, Peers


@pytest.mark.parametrize("name", tables.EQUAL)
def test_table_is_flytekits(peers: Peers, name: str) -> None:
    """Literal types, literals, values that are read, and signatures are flytekit's."""
    peers.same(f"table: {name}")


@pytest.mark.parametrize("name", tables.REFUSED)
def test_what_flytekit_refuses_is_refused(peers: Peers, name: str) -> None:
    """What flytekit refuses is refused, by an error of the tree."""
    assert peers.theirs(f"table refused: {name}").data["kind"] == "error"
    assert "ShimError" in peers.ours(f"table refused: {name}").error_classes


def _shown(answer: Answer, expected: str) -> str:
    """Show an answer in the words of a `Difference`; of flytekit's errors the class is enough."""
    if answer.data["kind"] != "error":
        return answer.value
    return f"raises {answer.error if ': ' in expected else answer.data['mro'][0]}"


@pytest.mark.parametrize("name", tables.DIFFERENCES)
def test_difference_is_as_documented(peers: Peers, name: str) -> None:
    """Where shimnb answers otherwise, both answers are the documented ones."""
    expected, case = tables.DIFFERENCES[name], f"table differs: {name}"
    ours, theirs = peers.ours(case), peers.theirs(case)
    assert (_shown(theirs, expected.flytekit), _shown(ours, expected.shimnb)) == (expected.flytekit, expected.shimnb)
