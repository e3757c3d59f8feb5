"""`docs/checks.md` says what is so: where flytekit's call is not its cluster run, and the finding for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .cases.divergences import DIVERGENCES

if TYPE_CHECKING:
    from .peers import Answer, Peers

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"
SECTION = PAGE.read_text(encoding="utf-8").split("\n## Where flytekit's call", 1)[1].split("\n## ", 1)[0]
TABLE = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in SECTION.splitlines() if line.startswith("| ")
]
ROWS = {row[0]: row[1:] for row in TABLE if row[0] != "what"}
CALL, CLUSTER = "call", "cluster"


def _shown(answer: Answer, cell: str) -> str:
    """Show an answer in the form of a cell: an error in full, or by its class where the cell has no more."""
    if answer.data["kind"] == "error":
        return f"raises `{answer.error if ': ' in cell else answer.error_classes[0]}`"
    value = ast.literal_eval(answer.value)
    return f"`{value}`"


def _both(cell: str) -> list[str]:
    """Split a cell of shimnb's: a call's answer, and a cluster's where that is another."""
    call, _, cluster = cell.partition("; on a cluster ")
    return [call, cluster or call]


def test_every_divergence_is_a_row() -> None:
    """A row has a task, a task has its row, and no cell is empty."""
    assert list(ROWS) == list(DIVERGENCES)
    assert all(len(cells) == 4 and all(cells) for cells in ROWS.values())


@pytest.mark.parametrize("name", DIVERGENCES)
def test_flytekit_answers_as_the_row_says(peers: Peers, name: str) -> None:
    """In a call, and on a cluster; where its order is a protobuf map's, all of it in any order."""
    call, cluster, *_ = ROWS[name]
    answer = peers.theirs(f"divergence, {CALL}: {name}")
    assert _shown(answer, call) == call
    answer = peers.theirs(f"divergence, {CLUSTER}: {name}")
    if DIVERGENCES[name].unsettled:
        text, order = cluster.rsplit(", ", 1)
        assert order == "in any order"
        assert sorted(re.findall(r"\w+", _shown(answer, text))) == sorted(re.findall(r"\w+", text))
    else:
        assert _shown(answer, cluster) == cluster


@pytest.mark.parametrize("name", DIVERGENCES)
def test_shimnb_answers_as_the_row_says(peers: Peers, name: str) -> None:
    """The same in a call and on a cluster, where the row does not say otherwise."""
    for kind, cell in zip((CALL, CLUSTER), _both(ROWS[name][2]), strict=True):
        assert _shown(peers.ours(f"divergence, {kind}: {name}"), cell) == cell


@pytest.mark.parametrize("name", DIVERGENCES)
def test_the_rows_finding_is_shown(peers: Peers, name: str) -> None:
    """Word for word, with its severity, path and remedy."""
    found = ast.literal_eval(peers.ours(f"divergence, findings: {name}").value)
    assert ROWS[name][3].replace("`", "") in found
