"""A run in words: for the front end, for a page without scripts, and for a terminal. No widget."""

from __future__ import annotations

import html
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shimnb.core.deckpage import frame
from shimnb.notebook.runs.masks import MASK, secret_values
from shimnb.notebook.runs.outputs import output_node
from shimnb.notebook.runs.results import deck_html, deck_names, results
from shimnb.notebook.tree.static_forms import static_html, static_text
from shimnb.notebook.tree.words import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shimnb.notebook.form.fields import Field
    from shimnb.notebook.runs.run import Failure, Run

__all__ = [
    "call_words",
    "can_debug",
    "cleaned",
    "duration",
    "html_form",
    "line",
    "outcome",
    "plain_form",
    "printed",
    "report",
]

_TEXT = 16_384
"""The characters of a traceback, or of a message, that are shown."""
_STATIC_DECK = 2**18
"""The bytes of a deck that a notebook's file may hold."""
_CALL = 120
"""The characters of the inputs in a run's line."""
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
    if run.state == "queued":
        return "is queued"
    if run.state == "running":
        return "is being cancelled" if run.cancelling else "is going on"
    if run.state == "cancelled":
        return f"cancelled after {duration(run.elapsed)}" if run.began else "cancelled before it started"
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


def cleaned(text: str) -> str:
    """Return a text that was printed as a page can show it, without a terminal's colours."""
    return _ESCAPES.sub("", text).encode("utf-8", "backslashreplace").decode()


def line(run: Run, mark: str = "") -> dict[str, Any]:
    """Return a run as a line of the list, whatever it is doing: bounded, and JSON, without secrets.

    Parameters
    ----------
    run : Run
        The run.
    mark : str
        A word on it.
    """
    told = {
        "number": run.number,
        "state": run.state,
        "mode": run.mode,
        "summary": outcome(run),
        "call": call_words(run),
        "version": run.version.number,
    }
    if mark:
        told["mark"] = mark
    if run.failure is not None and run.state == "failed":
        told["brief"] = _line(run.failure.type, run.failure.message)
    return told


def call_words(run: Run) -> str:
    """Say what a run was given, in a few words."""
    given = ", ".join(f"{name}={_shown(name, value)}" for name, value in run.inputs.items())
    return _cut(run.masks.text(given), _CALL)


def _shown(name: str, value: Any) -> str:
    if any(secret_values(name, value)):
        return repr(MASK)
    try:
        return _cut(visible(repr(value)), _CALL)
    except Exception:  # noqa: BLE001  # a stranger's __repr__
        return f"<{type(value).__name__}>"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 4]} ..."


def report(run: Run, mark: str = "") -> dict[str, Any]:
    """Return a run that has ended as the front end shows it: bounded, and JSON, without secrets."""
    told = line(run, mark)
    told["printed"] = printed(run)
    if run.failure is not None and run.state == "failed":
        told["failure"] = _failure(run.failure, debug=can_debug(run))
    told.update(run.masks.data(results(run)))
    if run.notes:
        told["notes"] = list(run.notes)
    return told


def printed(run: Run) -> list[list[str]]:
    """Return what was printed and displayed so far: streams, and texts that a page can show."""
    return [[stream, _clean(text, 2 * len(text) + 1)] for stream, text in run.sink.segments()]


def can_debug(run: Run) -> bool:
    """Tell whether the frames of a failure are still there."""
    return run.mode == "kernel" and run.error is not None and run.error.__traceback__ is not None


def _failure(failure: Failure, *, debug: bool) -> dict[str, Any]:
    return {
        "type": _clean(failure.type),
        "message": _clean(failure.message),
        "place": failure.place.text if failure.place else "",
        "source": _clean(failure.place.source) if failure.place else "",
        "places": [
            {**asdict(place), "source": _clean(place.source), "function": visible(place.function)}
            for place in failure.places
        ],
        "traceback": _clean(failure.traceback),
        "full": _clean(failure.full_traceback) if failure.full_traceback != failure.traceback else "",
        "hint": failure.hint,
        "debug": debug,
    }


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
    return run.masks.text("\n".join(lines)) if run is not None else "\n".join(lines)


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
    return run.masks.text("".join(parts))


def _html_deck(run: Run, names: list[str]) -> str:
    # Where frames are taken out, as on GitHub, the names still say what there was.
    page, problem = deck_html(run, _STATIC_DECK)
    shown = frame(page, f"Deck of run {run.number}") if page else f"<p>{html.escape(problem)}</p>"
    return f"<details><summary>Deck: {html.escape(', '.join(names))}</summary>{shown}</details>"
