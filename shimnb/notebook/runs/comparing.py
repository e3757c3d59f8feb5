"""Two runs side by side: what differs in their inputs, their outputs and their templates, by path."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from flyteidl.core import tasks_pb2
from google.protobuf.json_format import MessageToDict

from shimnb.notebook.runs.export import inputs_data, literals_data
from shimnb.notebook.runs.report import outcome
from shimnb.notebook.tree.words import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.notebook.runs.run import Run

__all__ = ["Difference", "compare"]

_MOST = 200
"""The differences of a section that are listed."""
_TEXT = 300
_ABSENT = "not there"


@dataclass(frozen=True)
class Difference:
    """What differs at one place.

    Parameters
    ----------
    section : str
        ``run``, ``inputs``, ``outputs`` or ``template``.
    path : str
        Where it is.
    before, after : str
        What the first and the second run have there.
    """

    section: str
    path: str
    before: str
    after: str


def compare(first: Run, second: Run, templates: tuple[bytes, bytes]) -> list[Difference]:
    """List what differs between two runs; masked values are compared as they were, and shown masked.

    Parameters
    ----------
    first, second : Run
        The runs.
    templates : tuple of bytes
        Their templates.
    """
    found = list(_plain(first, second))
    sections = (
        ("inputs", inputs_data(first), inputs_data(second)),
        ("outputs", literals_data(first.outputs), literals_data(second.outputs)),
        ("template", _template(templates[0]), _template(templates[1])),
    )
    for section, before, after in sections:
        listed = islice(_differences("", before or {}, after or {}), _MOST)
        found += [Difference(section, path, _shown(first, one), _shown(second, other)) for path, one, other in listed]
    for name in sorted({*first.inputs} & {*second.inputs}):
        if _hidden_differ(first, second, name):
            found.append(Difference("inputs", name, "masked", "masked, and another value"))
    return found


def _hidden_differ(first: Run, second: Run, name: str) -> bool:
    shown = [(inputs_data(run) or {}).get(name) for run in (first, second)]
    if shown != ["***", "***"] or first.literals is None or second.literals is None:
        return False
    return bool(first.literals.literals[name] != second.literals.literals[name])


def _plain(first: Run, second: Run) -> Iterator[Difference]:
    pairs = [
        ("mode", first.mode, second.mode),
        ("outcome", first.state, second.state),
        ("error", _raised(first), _raised(second)),
        ("version", str(first.version.number), str(second.version.number)),
    ]
    for path, before, after in pairs:
        if before != after:
            yield Difference("run", path, before, after)
    if first.state == second.state == "done":
        yield Difference("run", "took", outcome(first), outcome(second))


def _raised(run: Run) -> str:
    return f"{run.failure.type}: {run.failure.message}"[:_TEXT] if run.failure is not None else "none"


def _template(encoded: bytes) -> dict[str, Any]:
    return MessageToDict(tasks_pb2.TaskTemplate.FromString(encoded)) if encoded else {}


def _differences(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            where = f"{path}.{key}" if path else str(key)
            yield from _differences(where, before.get(key, _Absent), after.get(key, _Absent))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(f"{path}[{index}]", one, other)
    else:
        yield path, before, after


class _Absent:
    """What stands for nothing at all."""


def _shown(run: Run, value: Any) -> str:
    if value is _Absent:
        return _ABSENT
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = visible(run.masks.text(text))
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 4]} ..."
