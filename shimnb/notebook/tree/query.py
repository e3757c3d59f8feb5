"""What a person types into the search box: words, or a regex between slashes."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from shimnb.notebook.tree.words import visible

__all__ = ["SCOPES", "Misread", "Query", "read_query"]

SCOPES = ("all", "keys", "values", "paths")
_LONGEST = 1000
_SPANS = 50
_REGEX = re.compile(r"/(.+)/(i?)", re.DOTALL)
_ESCAPED = re.compile(r"\\.|\(\?P?[<=(!]?\w*", re.DOTALL)


@dataclass(frozen=True)
class Misread:
    """Why a query cannot be searched for.

    Attributes
    ----------
    words : str
        What is wrong, where, and the remedy.
    position : int or None
        The character of the query that is wrong, from 0.
    """

    words: str
    position: int | None = None


@dataclass(frozen=True)
class Query:
    """A query that was read.

    Attributes
    ----------
    text : str
        The text to look for, in lower case unless `exact`; or the regex.
    scope : str
        Where to look: ``all``, ``keys``, ``values`` or ``paths``.
    regex : bool
        Whether `text` is a regex.
    exact : bool
        Whether upper and lower case are told apart.
    """

    text: str
    scope: str = "all"
    regex: bool = False
    exact: bool = False

    @property
    def flags(self) -> int:
        """The flags of the regex."""
        return 0 if self.exact else re.IGNORECASE

    def spans(self, shown: str) -> list[tuple[int, int]]:
        """Find the matches in a text of one line, for marking them; the first ones, if they are many.

        Examples
        --------
        >>> Query("an").spans("Banana")
        [(1, 3), (3, 5)]
        """
        pattern = self.text if self.regex else re.escape(self.text)
        found = []
        for match in re.finditer(pattern, shown, self.flags):
            if match.end() > match.start():
                found.append(match.span())
            if len(found) == _SPANS:
                break
        return found


def read_query(text: str, scope: str = "all") -> Query | Misread:
    r"""Read a query.

    Parameters
    ----------
    text : str
        Words, searched for as they are; or ``/regex/``. With a capital letter
        in it, upper and lower case are told apart; not so with ``/regex/i``.
    scope : str
        Where to look: ``all``, ``keys``, ``values`` or ``paths``.

    Returns
    -------
    Query or Misread
        The query, or the words that say why it is none.

    Raises
    ------
    ValueError
        If there is no such scope.

    Examples
    --------
    >>> read_query("/^Lim/", "keys")
    Query(text='^Lim', scope='keys', regex=True, exact=True)
    >>> print(read_query("/(a/").words)
    No regex: missing ), unterminated subpattern, at character 2. Mend it, or search without the slashes.
    """
    if scope not in SCOPES:
        raise ValueError(scope)
    if len(text) > _LONGEST:
        return Misread(f"The query has {len(text):,} characters; {_LONGEST:,} are the most.", _LONGEST)
    written = _REGEX.fullmatch(text)
    if written is None:
        exact = text != text.lower()
        return Query(text, scope, exact=exact)
    pattern, ignore = written.groups()
    # The capitals of \S and of (?P<name>) say nothing about the case of what is sought.
    bare = _ESCAPED.sub("", pattern)
    query = Query(pattern, scope, regex=True, exact=not ignore and bare != bare.lower())
    return _wrong(query) or query


def _wrong(query: Query) -> Misread | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(query.text, query.flags)
    except re.error as error:
        place = None if error.pos is None else error.pos + 1
        at = "" if place is None else f", at character {place + 1}"
        words = f"No regex: {visible(str(error.msg)[:200])}{at}."
        return Misread(f"{words} Mend it, or search without the slashes.", place)
    except (OverflowError, RecursionError, ValueError) as error:
        return Misread(f"No regex: {visible(str(error)[:200])}. Write a simpler one.")
    return None
