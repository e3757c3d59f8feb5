"""A run in words: for the front end, for a page without scripts, and for a terminal. No widget."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from shimnb.core.deck import deck_page
from shimnb.core.deckpage import frame
from shimnb.notebook.tree.nodes import Node, literal_map_node, rows
from shimnb.notebook.tree.static_forms import static_html, static_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shimnb.notebook.form.fields import Field
    from shimnb.notebook.runs.run import Run

__all__ = ["deck_html", "deck_names", "duration", "html_form", "outcome", "output_node", "plain_form", "report"]

_TEXT = 16_384
"""The characters of a traceback, or of a message, that are shown."""
_STATIC_DECK = 2**18
"""The bytes of a deck that a notebook's file may hold."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n|$)")
_MILLISECOND = 0.001
_SECOND = 1.0
_MINUTE = 60.0


def duration(seconds: float) -> str:
    """Say how long a run took.

    Examples
    --------
    >>> duration(0.00041), duration(0.0041), duration(2.34), duration(125)
    ('0.4 ms', '4 ms', '2.3 s', '2 min 5 s')
    """
    if seconds < _MILLISECOND:
        return f"{max(seconds * 1000, 0.1):.1f} ms"
    if seconds < _SECOND:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:,.0f} min {seconds % 60:.0f} s"


def outcome(run: Run) -> str:
    """Say how a run ended, in one line.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> outcome(SimpleNamespace(state="done", elapsed=0.004, failure=None, cached=True))
    'done in 4 ms, from the cache'
    """
    if run.state == "running":
        return "is going on"
    if run.failure is None:
        return f"done in {duration(run.elapsed)}{', from the cache' if run.cached else ''}"
    return f"failed after {duration(run.elapsed)}"


def _clean(text: str, limit: int = _TEXT) -> str:
    """Make a text that a message can carry and a page can show."""
    text = _ESCAPES.sub("", text)
    # What a progress bar has written over is not seen in a terminal either.
    text = _OVERWRITTEN.sub("", text)
    # JSON travels as UTF-8, which has no half of a surrogate pair.
    text = text.encode("utf-8", "backslashreplace").decode()
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half:,} characters cut ...]\n{text[-half:]}"


def output_node(run: Run) -> Node | None:
    """Return the tree of a run's outputs, None when it has none."""
    if run.outputs is None or not run.outputs.literals:
        return None
    # A protobuf map has no order: the Python interface has the one in which the outputs were declared.
    variables = run.task.interface.outputs
    return literal_map_node(run.outputs, {name: variables[name] for name in run.task.python_interface.outputs})


def report(run: Run) -> dict[str, Any]:
    """Return a run that has ended as the front end shows it: bounded, and JSON."""
    told: dict[str, Any] = {
        "number": run.number,
        "state": run.state,
        "summary": outcome(run),
        "printed": [[stream, _clean(text, 2 * len(text) + 1)] for stream, text in run.sink.segments()],
    }
    if run.failure is not None:
        failure = run.failure
        told["brief"] = _line(failure.type, failure.message)
        told["failure"] = {
            "type": _clean(failure.type),
            "message": _clean(failure.message),
            "place": failure.place.text if failure.place else "",
            "source": _clean(failure.place.source) if failure.place else "",
            "traceback": _clean(failure.traceback),
            "full": _clean(failure.full_traceback) if failure.full_traceback != failure.traceback else "",
        }
    elif (node := output_node(run)) is not None:
        told["outputs"] = rows(node)
    else:
        told["note"] = "No outputs."
    if names := deck_names(run):
        told["decks"] = names
    elif run.decks:
        told["hint"] = _decks_are_off(run)
    return told


def deck_names(run: Run) -> list[str]:
    """Name the decks of a run; none when its task's decks are off, as there is no page then on a cluster."""
    return [_clean(str(deck.name), 200) for deck in run.decks] if run.task.enable_deck else []


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
    page = deck_page(run.decks, f"Decks of {run.task.name}").encode("utf-8", "backslashreplace")
    if len(page) <= limit:
        return page.decode(), ""
    size = f"The deck has {len(page) / 2**20:.1f} MiB, and {limit / 2**20:g} MiB can be shown here."
    return "", f"{size} Write smaller ones; each deck's HTML is in form.runs[...].decks."


def _line(kind: str, said: str) -> str:
    text = f"{kind}: {said}" if said else kind
    first, *more = _clean(text, 200).splitlines() or [""]
    return f"{first} ..." if more else first


def plain_form(task: str, fields: Iterable[Field], run: Run | None, mark: str = "") -> str:
    """Return a form for a terminal: its parameters, and the last result, with a word on it."""
    table = [(field.name, field.type_text, _default(field)) for field in fields]
    widths = [max((len(row[i]) for row in table), default=0) for i in range(2)]
    lines = [f"{task}: {len(table)} inputs" if len(table) != 1 else f"{task}: 1 input"]
    lines += [f"  {name:<{widths[0]}}  {kind:<{widths[1]}}  {default}".rstrip() for name, kind, default in table]
    if run is not None:
        lines.append(f"#{run.number} {outcome(run)}" + (f", {mark}" if mark else ""))
        lines += [f"  {line}" for line in _result_lines(run)]
    return "\n".join(lines)


def _default(field: Field) -> str:
    if field.required:
        return "required"
    shown = field.default_state if isinstance(field.default_state, str) else "None"
    return f"default {shown!r}" if field.keeps_empty and field.default is not None else f"default {shown}"


def _result_lines(run: Run) -> list[str]:
    if run.failure is not None:
        lines = _clean(run.failure.traceback).rstrip().splitlines()
        if run.failure.place is not None:
            lines.append(f"at {run.failure.place.text}: {_clean(run.failure.place.source)}")
    elif (node := output_node(run)) is not None:
        lines = static_text(node, depth=2).splitlines()
    else:
        lines = []
    if names := deck_names(run):
        lines.append(f"decks: {', '.join(names)}")
    if printed := _clean(run.output).rstrip():
        lines += ["printed:", *(f"  {line}" for line in printed.splitlines())]
    return lines


def html_form(task: str, fields: Iterable[Field], run: Run | None, mark: str = "") -> str:
    """Return a form for a page without scripts: a table of the parameters, and the last result; all of it escaped."""
    head = "".join(f"<th>{title}</th>" for title in ("parameter", "type", "default"))
    body = "".join(
        f"<tr><td>{html.escape(field.name)}</td><td><code>{html.escape(field.type_text)}</code></td>"
        f"<td>{_html_default(field)}</td></tr>"
        for field in fields
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else "<p>No inputs.</p>"
    return f'<div class="shimnb"><p><b>{html.escape(task)}</b></p>{table}{_html_run(run, mark)}</div>'


def _html_default(field: Field) -> str:
    if field.required:
        return "<i>required</i>"
    shown = field.default_state if isinstance(field.default_state, str) else "None"
    return f"<code>{html.escape(repr(shown) if field.keeps_empty and field.default is not None else shown)}</code>"


def _html_run(run: Run | None, mark: str) -> str:
    if run is None:
        return ""
    said = f"{outcome(run)}, {mark}" if mark else outcome(run)
    parts = [f"<p>#{run.number} {html.escape(said)}</p>"]
    if run.failure is not None:
        parts.append(f"<p><b>{html.escape(run.failure.type)}</b>: {html.escape(_clean(run.failure.message))}</p>")
        if run.failure.place is not None:
            place = run.failure.place
            source = html.escape(_clean(place.source))
            parts.append(f"<p>at {html.escape(place.text)} <code>{source}</code></p>")
        text = html.escape(_clean(run.failure.traceback))
        parts.append(f"<details><summary>Traceback</summary><pre>{text}</pre></details>")
    elif (node := output_node(run)) is not None:
        parts.append(static_html(node))
    if printed := _clean(run.output):
        parts.append(f"<p>Printed</p><pre>{html.escape(printed)}</pre>")
    if names := deck_names(run):
        parts.append(_html_deck(run, names))
    return "".join(parts)


def _html_deck(run: Run, names: list[str]) -> str:
    # Where frames are taken out, as on GitHub, the names still say what there was.
    page, problem = deck_html(run, _STATIC_DECK)
    shown = frame(page, f"Deck of run {run.number}") if page else f"<p>{html.escape(problem)}</p>"
    return f"<details><summary>Deck: {html.escape(', '.join(names))}</summary>{shown}</details>"
