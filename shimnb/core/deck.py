"""Decks: pages of HTML that a task leaves beside its outputs."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from shimnb.core.context import ExecutionMode, FlyteContextManager, current_context
from shimnb.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shimnb.core.context import ExecutionParameters

__all__ = ["DECK_FILE", "DEFAULT_FIELDS", "Deck", "DeckField", "LazyDeck", "deck_page", "default_deck"]

DECK_FILE = "deck.html"
"""The page's name, beside a run's outputs."""


class DeckField(str, Enum):
    """The decks that a task makes by itself."""

    INPUT = "Input"
    OUTPUT = "Output"
    SOURCE_CODE = "Source Code"
    TIMELINE = "Timeline"
    DEPENDENCIES = "Dependencies"


DEFAULT_FIELDS = (
    DeckField.SOURCE_CODE,
    DeckField.DEPENDENCIES,
    DeckField.TIMELINE,
    DeckField.INPUT,
    DeckField.OUTPUT,
)
"""Those that it makes when nothing else is said."""


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

    Raises
    ------
    SettingError
        If a fragment is no str.

    Notes
    -----
    The fragments are shown as they are: what comes from data has to be
    escaped by who writes it. In a notebook they are shown in a frame in which
    no script runs.

    Examples
    --------
    >>> deck = Deck("demo", "<b>1</b>", auto_add_to_deck=False)
    >>> deck.append("<b>2</b>").html
    '<b>1</b>\n<b>2</b>'
    """

    def __init__(self, name: str, html: str | None = "", auto_add_to_deck: bool = True) -> None:  # noqa: FBT001, FBT002  # flytekit's signature
        self._name = name
        self._fragments: list[str] = []
        if html:
            self.append(html)
        params = FlyteContextManager.current_context().user_space_params if auto_add_to_deck else None
        if params is not None:
            params.decks.append(self)

    def append(self, html: str) -> Deck:
        """Add a fragment, and return the deck."""
        if not isinstance(html, str):
            raise SettingError(
                f"deck {self._name!r}", html, "a deck is made of HTML, as a str", "Write deck.append(value.to_html())."
            )
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

    @staticmethod
    def publish() -> None:
        """Write the page of the run's decks as they are now, before the run ends.

        On a cluster it is written where the engine looks for it; locally to a
        file, which the log names. Without `enable_deck` nothing is written,
        and a page that cannot be written does not end the run: the log says so.
        """
        import logging  # noqa: PLC0415  # few executors publish

        log = logging.getLogger("shimnb")
        params = current_context()
        if not params.enable_deck:
            log.warning("Deck.publish() wrote nothing: decks are off. Turn them on with enable_deck=True.")
            return
        from shimnb.core.deckpage import write_page  # noqa: PLC0415  # only when decks are on

        context = FlyteContextManager.current_context()
        state, access = context.execution_state, context.file_access
        on_a_cluster = state is not None and state.mode is ExecutionMode.TASK_EXECUTION
        folder = params.output_metadata_prefix if on_a_cluster else None
        try:
            path = write_page(access, deck_page(params.decks), folder or access.get_random_local_directory())
            log.info("the deck is in %s", path)
        except Exception:  # a run is worth more than its report
            log.exception("the deck could not be written")

    def __repr__(self) -> str:
        return f"Deck({self._name!r})"

    def _repr_html_(self) -> str:
        from shimnb.core.deckpage import frame  # noqa: PLC0415  # only a notebook asks

        return frame(deck_page([self], self._name), f"Deck {self._name}")


class LazyDeck(Deck):
    """A deck whose HTML is made when it is first read: for what takes long, and is seldom looked at.

    Parameters
    ----------
    name : str
        The name of its tab.
    make : callable
        Gives the HTML.
    """

    def __init__(self, name: str, make: Callable[[], str]) -> None:
        super().__init__(name, auto_add_to_deck=False)
        self._make: Callable[[], str] | None = make

    @property
    def html(self) -> str:
        """What was made, and the fragments after it."""
        if self._make is not None:
            make, self._make = self._make, None
            self._fragments.insert(0, make())
        return super().html


def default_deck(params: ExecutionParameters) -> Deck:
    """Return the run's deck of the name ``default``; the first time, one that joins the others.

    Parameters
    ----------
    params : ExecutionParameters
        The run's parameters.
    """
    for deck in params.decks:
        if deck.name == "default":
            found: Deck = deck
            return found
    deck = Deck("default", auto_add_to_deck=False)
    params.decks.append(deck)
    return deck


def deck_page(decks: Iterable[Deck], title: str = "Decks") -> str:
    """Return decks as one page of HTML, ``deck.html``: a tab for each.

    Parameters
    ----------
    decks : iterable of Deck
        The decks, in the order of their tabs.
    title : str
        The page's title, as text.

    Examples
    --------
    >>> page = deck_page([Deck("a & b", "<p>1</p>", auto_add_to_deck=False)])
    >>> page.startswith("<!doctype html>"), "a &amp; b" in page
    (True, True)
    """
    from shimnb.core.deckpage import page  # noqa: PLC0415  # only when decks are on

    return page(decks, title)
