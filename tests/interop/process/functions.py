"""What flytekit's own function tasks do, where its shim tasks fail: an output that is offloaded, a deck."""
# No ``from __future__ import annotations``: flytekit reads the annotations as they are.

from acme import LARGE
from flytekit import Deck, task


@task
def large() -> str:
    """Give a large text."""
    return "x" * LARGE


@task
def listed() -> list[int]:
    """Give some numbers."""
    return [1, 2]


@task
def mapped() -> dict[str, int]:
    """Give some numbers by name."""
    return {"o0": 1, "o1": 2}


@task(enable_deck=True)
def deck() -> int:
    """Make a deck."""
    Deck("mine", "<b>a deck</b>")
    return 1
