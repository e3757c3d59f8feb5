"""The magic's line: its words, and the notebook's values in them.

The words are those of a shell, with two exceptions that keep what a person
writes as it is: a JSON value, and whatever stands in braces.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.utils.text import DollarFormatter

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Word", "expanded", "is_expanded", "split_line", "words_of"]

_KEY = re.compile(r"(?:--set=)?[^\W\d]\w*=")


@dataclass(frozen=True)
class Word:
    """One word of a line.

    Parameters
    ----------
    text : str
        What it means, without its quotation marks.
    start, end : int
        Where it stands in the line.
    quote : str
        The quotation mark that is not closed, or nothing.
    """

    text: str
    start: int
    end: int
    quote: str = ""


def split_line(line: str, *, command: bool = False) -> list[str]:
    """Split a line into words, as a shell does, but for JSON and for what stands in braces.

    A shell takes the quotes out of ``tags=["a"]``, and leaves what is no JSON
    any more; so a JSON value after ``KEY=`` is kept as it is written: any
    after ``--set``, and in a `command`, of a line magic, a list or an object.

    Raises
    ------
    UsageError
        If a quotation is not closed.

    Examples
    --------
    >>> split_line('top --set tags=["a", "b"] --set query="select 1"')
    ['top', '--set', 'tags=["a", "b"]', '--set', 'query="select 1"']
    >>> split_line("top --image sql:{versions['sql']}")
    ['top', '--image', "sql:{versions['sql']}"]
    """
    words = words_of(line, command=command)
    if words and words[-1].quote:
        raise UsageError(f"a quotation is not closed: {line[words[-1].start :]}")
    return [word.text for word in words]


def words_of(line: str, *, command: bool = False) -> list[Word]:
    """Split a line that may still be written at: the last word's quotation may be open.

    Examples
    --------
    >>> words_of('top --env "LA')[-1]
    Word(text='LA', start=10, end=13, quote='"')
    """
    words: list[Word] = []
    at = 0
    while True:
        at += len(line[at:]) - len(line[at:].lstrip())
        if at == len(line):
            return words
        before = words[-1].text if words else ""
        end = _json_end(line, at, before=before, command=command)
        word = _shell_word(line, at) if end is None else Word(line[at:end], at, end)
        words.append(word)
        at = word.end


def _json_end(line: str, at: int, *, before: str, command: bool) -> int | None:
    """Find the end of a word KEY=JSON whose quotes are JSON's own."""
    key = _KEY.match(line, at)
    if key is None:
        return None
    setting = before == "--set" or key[0].startswith("--set=")
    # What a command gets is a field's text: a str there has no quotes of its own.
    if not setting and not (command and line[key.end() : key.end() + 1] in ("[", "{")):
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(line, key.end())
    except ValueError:
        return None
    return end if end == len(line) or line[end].isspace() else None


def _shell_word(line: str, start: int) -> Word:
    text: list[str] = []
    quote = ""
    at = start
    while at < len(line):
        char = line[at]
        if not quote and char.isspace():
            break
        if not quote and char == "{" and (end := _brace_end(line, at)):
            text.append(line[at:end])
            at = end
            continue
        if char == "\\" and quote != "'" and at + 1 < len(line) and (not quote or line[at + 1] in '"\\'):
            text.append(line[at + 1])
            at += 2
            continue
        if char in "'\"" and quote in ("", char):
            quote = "" if quote else char
        else:
            text.append(char)
        at += 1
    return Word("".join(text), start, at, quote)


def _brace_end(line: str, at: int) -> int:
    """Find the end of an expression in braces, which may have spaces and quotes in it; 0 if it has none."""
    depth = 0
    for index in range(at, len(line)):
        depth += {"{": 1, "}": -1}.get(line[index], 0)
        if depth == 0:
            return index + 1
    return 0


def is_expanded(word: str) -> bool:
    """Tell whether the notebook's values go into a word: Flyte's ``{{...}}`` and JSON stay as they are.

    Examples
    --------
    >>> [is_expanded(word) for word in ("sql:{tag}", "n=$n", "{{.image.default.fqn}}", 'w={"k": 1}')]
    [True, True, False, False]
    """
    value = word.partition("=")[2]
    if "{{" in word or not ("{" in word or "$" in word):
        return False
    return not value.startswith(('{"', "[", "{}", '"'))


def expanded(word: str, names: Mapping[str, object]) -> str:
    """Put the notebook's values in ``{expression}`` and ``$name``.

    Parameters
    ----------
    word : str
        A word of the line.
    names : Mapping
        The notebook's namespace.

    Raises
    ------
    UsageError
        If an expression raises.

    Examples
    --------
    >>> expanded("sql:{tag + 1}", {"tag": 7})
    'sql:8'
    """
    if not is_expanded(word):
        return word
    try:
        return str(DollarFormatter().vformat(word, [], dict(names)))
    except Exception as error:
        if word.count("{") != word.count("}"):
            raise UsageError(f"a brace is not closed: {word}") from error
        # The expression is any Python, so it may raise anything.
        raise UsageError(f"{word!r} cannot be expanded: {type(error).__name__}: {error}") from error
