"""What a run left, for the form that shows it: its outputs as what they are, and its decks.

What an output is shown as is told in `outputs`, and what is asked of it later
in `opening`; `report` adds what is common to all runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shimnb.core.deck import deck_page
from shimnb.notebook.runs.outputs import MOST, outputs_of, told
from shimnb.notebook.tree.words import visible

if TYPE_CHECKING:
    from shimnb.notebook.runs.run import Run

__all__ = ["deck_html", "deck_names", "results"]

_NAME = 200
"""The characters of a deck's name that are shown."""


def results(run: Run) -> dict[str, Any]:
    """Return what is to be shown of a run's outputs and decks.

    Returns
    -------
    dict of str to Any
        ``outputs``, as `shimnb.notebook.runs.outputs.told` describes them; or
        a ``note`` that there are none.
        ``decks``, their names; or a ``hint`` that they are off.
    """
    made: dict[str, Any] = {}
    if run.state == "done":
        outputs = outputs_of(run)
        if outputs:
            made["outputs"] = told(outputs)
        elif run.outputs is not None:
            made["note"] = "No outputs."
        if len(outputs) > MOST:
            made["note"] = f"The first {MOST} of {len(outputs):,} outputs; form.runs[...].outputs has all."
    if names := deck_names(run):
        made["decks"] = names
    elif run.decks:
        made["hint"] = _decks_are_off(run)
    return made


def deck_names(run: Run) -> list[str]:
    """Name the decks of a run; none when its task's decks are off, as there is no page then on a cluster."""
    if run.deck_page:
        return ["deck.html"]
    return [visible(str(deck.name))[:_NAME] for deck in run.decks] if run.task.enable_deck else []


def _decks_are_off(run: Run) -> str:
    count = "1 deck" if len(run.decks) == 1 else f"{len(run.decks)} decks"
    turn_on = "Turn them on: enable_deck=True, or --deck on the magic's line."
    return f"The executor made {count}, and the task's decks are off. {turn_on}"


def deck_html(run: Run, limit: int) -> tuple[str, str]:
    """Return the page of a run's decks, and what is wrong with it: one of the two is empty.

    Parameters
    ----------
    run : Run
        The run.
    limit : int
        The most bytes that the page may have.
    """
    text = run.deck_page or run.masks.text(deck_page(run.decks, f"Decks of {run.task.name}"))
    page = text.encode("utf-8", "backslashreplace")
    if len(page) <= limit:
        return page.decode(), ""
    size = f"The deck has {len(page) / 2**20:.1f} MiB, and {limit / 2**20:g} MiB can be shown here."
    return "", f"{size} Write smaller ones; each deck's HTML is in form.runs[...].decks."
