"""The runs of a form as JSON: everything that is told of them, and no secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

from shimnb.notebook.runs.masks import MASK, secret_values
from shimnb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flyteidl.core import literals_pb2

    from shimnb.notebook.runs.run import Run

__all__ = ["FORMAT", "export", "export_text", "literals_data"]

FORMAT = "shimnb-runs/1"
"""What an export names itself; a later one that is read differently has another number."""


def export(task: str, runs: Iterable[Run]) -> dict[str, Any]:
    """Return runs as JSON data; ``docs/runs.md`` describes each field.

    Parameters
    ----------
    task : str
        The task's name.
    runs : iterable of Run
        The runs, newest first.
    """
    return {"format": FORMAT, "shimnb": __version__, "task": task, "runs": [run_data(run) for run in runs]}


def export_text(task: str, runs: Iterable[Run]) -> str:
    """Return the same as a text."""
    return json.dumps(export(task, runs), indent=2, ensure_ascii=False, allow_nan=False)


def run_data(run: Run) -> dict[str, Any]:
    """Return a run as JSON data, without secrets."""
    data = {
        "number": run.number,
        "task": run.task.name,
        "state": run.state,
        "mode": run.mode,
        "version": run.version.number,
        "template_sha256": run.version.hash,
        "began": run.began.isoformat() if run.began is not None else None,
        "seconds": round(run.elapsed, 6),
        "cached": run.cached,
        "inputs": inputs_data(run),
        "outputs": literals_data(run.outputs),
        "printed": [{"stream": stream, "text": _text(text)} for stream, text in run.sink.segments()],
        "error": _error(run),
        "notes": list(run.notes),
    }
    return run.masks.data(data)  # type: ignore[no-any-return]


def inputs_data(run: Run) -> dict[str, Any] | None:
    """Return the inputs as literals in JSON; of a secret input, the mask."""
    data = literals_data(run.literals)
    if data is None:
        return None
    for name, value in run.inputs.items():
        if any(secret_values(name, value)):
            data[name] = MASK
    return data


def literals_data(literals: literals_pb2.LiteralMap | None) -> dict[str, Any] | None:
    """Return literals as protobuf's own JSON has them: a 64-bit integer is a string there; None for none."""
    if literals is None:
        return None
    return {name: MessageToDict(literal) for name, literal in sorted(literals.literals.items())}


def _text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _error(run: Run) -> dict[str, Any] | None:
    failure = run.failure
    if failure is None:
        return None
    return {
        "type": _text(failure.type),
        "message": _text(failure.message),
        "places": [
            {"where": place.text, "function": place.function, "source": _text(place.source)} for place in failure.places
        ],
        "traceback": _text(failure.full_traceback),
    }
