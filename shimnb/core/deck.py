"""Decks: pages of HTML that a task leaves beside its outputs."""

from __future__ import annotations

from enum import Enum

from shimnb.core.context import FlyteContextManager

__all__ = ["Deck", "DeckField"]


class DeckField(str, Enum):
    """The decks that a task makes by itself."""

    INPUT = "Input"
    OUTPUT = "Output"
    SOURCE_CODE = "Source Code"
    TIMELINE = "Timeline"
    DEPENDENCIES = "Dependencies"


class Deck:
    r"""A named list of HTML fragments.

    Parameters
    ----------
    name : str
        The name of its tab.
    html : str, optional
        A first fragment.
    auto_add_to_deck : bool
        Whether it joins the decks of the run that is going on.

    Examples
    --------
    >>> deck = Deck("demo", "<b>1</b>", auto_add_to_deck=False)
    >>> deck.append("<b>2</b>").html
    '<b>1</b>\n<b>2</b>'
    """

    def __init__(self, name: str, html: str | None = "", auto_add_to_deck: bool = True) -> None:  # noqa: FBT001, FBT002  # flytekit's signature
        self._name = name
        self._fragments = [html] if html else []
        params = FlyteContextManager.current_context().user_space_params if auto_add_to_deck else None
        if params is not None:
            params.decks.append(self)

    def append(self, html: str) -> Deck:
        """Add a fragment, and return the deck."""
        self._fragments.append(html)
        return self

    @property
    def name(self) -> str:
        """The name of its tab."""
        return self._name

    @property
    def html(self) -> str:
        """The fragments, a line each."""
        return "\n".join(self._fragments)
