"""Completion of the magic's lines, through IPython's completer and so the kernel's complete request.

`find` is pure: the line, what is below it, and what is known, to what may be
written. Everything that it offers comes from the parser's options, the table
of commands and the session.
"""

from __future__ import annotations

import ast
import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from IPython.core.completer import SimpleCompletion, context_matcher

from shimnb.notebook.commands import COMMANDS
from shimnb.notebook.line import Word, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from IPython.core.completer import CompletionContext, SimpleMatcherResult

    from shimnb.notebook.options import Option
    from shimnb.notebook.session import Session

__all__ = ["Found", "config_fields", "find_in_cell", "find_in_command", "matcher_of"]

_CELL = re.compile(r"\s*%%shimtask\s")
_COMMAND = re.compile(r"\s*(?:[\w.,\s\[\]]+=\s*)?%shimtask\s")
_CONFIG = re.compile(r"class\s+Config\b")
_PLAIN = re.compile(r"[\w./:@%+-]+")


class Found(NamedTuple):
    """What may be written in a place.

    Attributes
    ----------
    fragment : str
        What is there already, up to the cursor, and is replaced.
    texts : list of str
        What may stand in its place.
    kind : str
        What they are: ``param``, ``value`` or ``task``.
    """

    fragment: str
    texts: list[str]
    kind: str = "value"


class _Place(NamedTuple):
    """Where the cursor is: the word before it, the line after it, and the cell's text below."""

    word: Word
    after: str
    body: str = ""


class _Nothing(list[SimpleCompletion]):
    """No completion of ours, and none of anybody else: IPython lets a matcher silence others only where it has some."""

    def __len__(self) -> int:
        return 1


def matcher_of(session: Session) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """Make the matcher that IPython's completer asks.

    Parameters
    ----------
    session : Session
        The cells that ran.

    Returns
    -------
    callable
        For ``Completer.custom_matchers``. On the magic's own lines it has the
        only say: no file names and no variables; elsewhere it has none.
    """

    # Before the other matchers, which are then not asked at all.
    @context_matcher(priority=1000, identifier="shimnb.shimtask")  # type: ignore[untyped-decorator]  # IPython's has no types
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        found = _found(session, context)
        if found is None or not context.line_with_cursor[: context.cursor_position].endswith(found.fragment):
            return {"completions": [], "suppress": False}
        completions = [SimpleCompletion(text=text, type=found.kind) for text in found.texts] or _Nothing()
        return {"completions": completions, "matched_fragment": found.fragment, "suppress": True, "ordered": True}

    return matcher  # type: ignore[no-any-return]  # as above


def _found(session: Session, context: CompletionContext) -> Found | None:
    line = context.line_with_cursor
    before, after = line[: context.cursor_position], line[context.cursor_position :]
    lines = context.full_text.split("\n")
    above, below = lines[: context.cursor_line], lines[context.cursor_line + 1 :]
    if (start := _CELL.match(before)) and all(_is_blank(each) for each in above):
        return find_in_cell(session, before[start.end() :], after, "\n".join(below))
    if start := _COMMAND.match(before):
        return find_in_command(session, before[start.end() :], after)
    return None


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def find_in_cell(session: Session, before: str, after: str = "", body: str = "") -> Found | None:
    """Find what may be written in the first line of a cell.

    Parameters
    ----------
    session : Session
        The cells that ran.
    before, after : str
        The line up to the cursor, without ``%%shimtask``, and from there on.
    body : str
        The cell's text below, as far as it is written.

    Returns
    -------
    Found or None
        None within an expression in braces, which is Python.
    """
    words, current = _current(before)
    if current.text.count("{") > current.text.count("}"):
        return None
    place = _Place(current, after, body)
    options = session.parser.by_flag
    flag, equals, part = current.text.partition("=")
    if equals and flag in options:
        return _values(session, options[flag], part, place)
    previous = words[-1] if words else ""
    if previous in options and options[previous].takes_value:
        return _values(session, options[previous], current.text, place)
    given = {word.partition("=")[0] for word in words}
    flags = [each for each in options if options[each].repeats or each not in given]
    if current.text.startswith("-"):
        return Found(current.text, [each for each in flags if each.startswith(current.text)], "param")
    if _has_name(words, options):
        return Found(current.text, [] if current.text else flags, "param")
    names = [each for each in session.versions.names() if each.startswith(current.text)]
    return Found(current.text, names, "task") if names or current.text else Found("", flags, "param")


def _current(before: str, *, command: bool = False) -> tuple[list[str], Word]:
    """Split off the word that the cursor is at the end of; it may be empty."""
    words = words_of(before, command=command)
    if words and (words[-1].quote or not before[-1].isspace()):
        return [word.text for word in words[:-1]], words[-1]
    return [word.text for word in words], Word("", len(before), len(before))


def _has_name(words: list[str], options: dict[str, Option]) -> bool:
    previous = ""
    for word in words:
        if not word.startswith("-") and not (previous in options and options[previous].takes_value):
            return True
        previous = word
    return False


# Values of options.


def _values(session: Session, option: Option, part: str, place: _Place) -> Found:
    dest = option.action.dest
    key, equals, value = part.partition("=")
    if dest == "set":
        fields = config_fields(place.body)
        if equals:
            return _finished(value, fields.get(key, []), place)
        return _starting(part, [f"{name}=" for name in fields])
    if dest == "env":
        return Found(value, []) if equals else _starting(part, [f"{name}=" for name in _variables(session)])
    if dest == "secret":
        name, colon, _ = part.partition(":")
        known = [f"{name}:env", f"{name}:file"] if colon else session.seen.values(dest)
    elif dest == "include":
        known = _includable(session)
    else:
        known = [*session.seen.values(dest), *option.samples]
    return _finished(part, known, place)


def _starting(part: str, texts: Iterable[str], kind: str = "param") -> Found:
    return Found(part, [text for text in dict.fromkeys(texts) if text.startswith(part)], kind)


def _finished(part: str, texts: Iterable[str], place: _Place) -> Found:
    """Offer whole values: the quotation that is open is closed, and a value with spaces gets one."""
    found = []
    quote = place.word.quote
    for text in dict.fromkeys(texts):
        if quote:
            # A string as JSON has quotes of its own, which are open already.
            plain = json.loads(text) if text.startswith('"') else text
            closing = "" if place.after.startswith(quote) else quote
            if plain.startswith(part) and quote not in plain:
                found.append(plain + closing)
        elif text.startswith((part, f'"{part}')):
            quoted = text if not any(map(str.isspace, text)) or text[0] in '"[{' else f'"{text}"'
            found.append(quoted)
    return Found(part, found)


def _variables(session: Session) -> list[str]:
    """Name the variables of the environment; what they hold is nobody's business here."""
    return [*session.seen.values("env"), *sorted(os.environ)]


def _includable(session: Session) -> list[str]:
    """Name what the notebook defines or imports, and has a source that can be copied."""
    names = session.shell.user_ns
    others = {*session.shell.user_ns_hidden, *session.tasks()}
    return sorted(
        name for name in names if not name.startswith("_") and name not in others and _has_source(names[name])
    )


def _has_source(value: Any) -> bool:
    return callable(value) or type(value).__name__ == "module"


def config_fields(body: str) -> dict[str, list[str]]:
    r"""Read the fields of a cell's ``Config``, with the values to suggest, even where the cell is not finished.

    Parameters
    ----------
    body : str
        The cell's text.

    Returns
    -------
    dict of str to list of str
        By field, what its type allows, or its default, as ``--set`` takes it.

    Examples
    --------
    >>> config_fields("class Config:\n    loud: bool = True\n    uri: str = 'a.db'\n\nx = (")
    {'loud': ['true', 'false'], 'uri': ['a.db']}
    """
    lines = body.split("\n")
    start = next((number for number, line in enumerate(lines) if _CONFIG.match(line)), None)
    if start is None:
        return {}
    # The class alone: what is around it may be half written.
    length = next((n for n, line in enumerate(lines[start + 1 :], 1) if line.strip() and not line[0].isspace()), None)
    try:
        tree = ast.parse("\n".join(lines[start:][:length]))
    except SyntaxError:
        return {}
    [made] = tree.body
    fields = [each for each in getattr(made, "body", ()) if isinstance(each, ast.AnnAssign)]
    return {each.target.id: _suggested(each) for each in fields if isinstance(each.target, ast.Name)}


def _suggested(field: ast.AnnAssign) -> list[str]:
    annotation = field.annotation
    if isinstance(annotation, ast.Name) and annotation.id == "bool":
        return ["true", "false"]
    nodes = [field.value] if field.value is not None else []
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).rpartition(".")[2] == "Literal":
        choices = annotation.slice
        nodes = list(choices.elts) if isinstance(choices, ast.Tuple) else [choices]
    return [text for node in nodes if (text := _written(node))]


def _written(node: ast.expr) -> str:
    """Write a value as ``--set`` takes it: JSON, and a word as it is."""
    try:
        value = ast.literal_eval(node)
        text = json.dumps(value, ensure_ascii=False)
    except (ValueError, TypeError):
        return ""
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        return text
    try:
        json.loads(value)
    except ValueError:
        return value
    return text  # "5" is a string, and 5 would be a number


# Line magics.


def find_in_command(session: Session, before: str, after: str = "") -> Found:
    """Find what may be written after ``%shimtask``.

    Parameters
    ----------
    session : Session
        The cells that ran.
    before, after : str
        The line up to the cursor, without ``%shimtask``, and from there on.
    """
    words, current = _current(before, command=True)
    if not words:
        return _starting(current.text, [*(command.name for command in COMMANDS), "--help"])
    command = next((each for each in COMMANDS if each.name == words[0]), None)
    if command is None or (command.most is not None and len(words) > command.most):
        return Found(current.text, [])
    if len(words) == 1 or command.most is not None:
        names = session.versions.names() if command.of_cells else session.tasks()
        return _starting(current.text, [name for name in names if name not in words], "task")
    return _input(session, words[1], words[2:], _Place(current, after))


def _input(session: Session, name: str, given: list[str], place: _Place) -> Found:
    """Find an input of a task, or a value of it."""
    task = session.tasks().get(name)
    if task is None:
        return Found(place.word.text, [])
    from shimnb.notebook.form.fields import fields_of  # noqa: PLC0415  # there is a task, so what it imports is loaded

    fields = {field.name: field for field in fields_of(task.python_interface)}
    key, equals, value = place.word.text.partition("=")
    if not equals:
        taken = {word.partition("=")[0] for word in given}
        return _starting(key, [f"{each}=" for each in fields if each not in taken])
    if key not in fields:
        return Found(value, [])
    field = fields[key]
    default = [field.default_state] if isinstance(field.default_state, str) else []
    return _finished(value, [*field.choices, *default, *(["None"] if field.nullable else [])], place)
