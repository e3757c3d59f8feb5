"""`docs/types.md` says what is so: its types, and every deliberate difference from flytekit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cases import documented
from .cases.differences import DIFFERENCES

if TYPE_CHECKING:
    from .peers import Answer, Peers


def _shown(answer: Answer, expected: str) -> str:
    """Show an answer in the words of a `Difference`; of flytekit's errors the class is enough."""
    if answer.data["kind"] != "error":
        return answer.value
    return f"raises {answer.error if ': ' in expected else answer.data['mro'][0]}"


@pytest.mark.parametrize("name", DIFFERENCES)
def test_difference(peers: Peers, name: str) -> None:
    """The peer answers the one thing, shimnb the other."""
    expected, case = DIFFERENCES[name], f"difference: {name}"
    ours, theirs = peers.ours(case), peers.theirs(case)
    assert (_shown(theirs, expected.flytekit), _shown(ours, expected.shimnb)) == (expected.flytekit, expected.shimnb)


def test_every_difference_is_a_row() -> None:
    """A row of the table names a case, each case has one row, and no cell is empty."""
    rows = documented.rows("Differences")
    named = [row["test"].strip("`") for row in rows]
    assert sorted(named) == sorted(documented.DIFFERENT)
    assert all(all(row.values()) for row in rows)


@pytest.mark.parametrize("index", range(len(documented.TYPES)), ids=[row["Python type"] for row in documented.TYPES])
def test_supported_type_is_a_row(peers: Peers, index: int) -> None:
    """A row's literal type and literal are those of both libraries; an ellipsis stands for a part left out."""
    row = documented.TYPES[index]
    for column in ("literal type", "literal"):
        case, shown = f"documented {column}: {index}", row[column].strip("`")
        if 'uri: "..."' not in shown:  # a place that was made up, in each library another one
            peers.same(case)
        assert documented.fits(peers.ours(case).message, shown), peers.ours(case).message
