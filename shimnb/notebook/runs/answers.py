"""What a view may ask of the runs, by the kind of its message: a table from names to functions.

Each takes the `RunsView`, the run that the message names (None if it is not
there any more) and the message, and returns what the answer holds beside the
kind and the number; None for no answer.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shimnb.errors import RunError
from shimnb.notebook.runs.comparing import compare
from shimnb.notebook.runs.copies import Copied, call_text, test_text
from shimnb.notebook.runs.debugging import prepare_debug
from shimnb.notebook.runs.export import export_text
from shimnb.notebook.runs.opening import OUTPUT_ANSWERS, compared_rows, release_models
from shimnb.notebook.runs.results import deck_html, deck_names
from shimnb.notebook.runs.saving import command_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shimnb.notebook.runs.run import Run
    from shimnb.notebook.runs.view import RunsView

__all__ = ["ANSWERS"]

_SECTIONS = ("inputs", "outputs", "template")
_DECK = 8 * 2**20
"""The bytes of a deck that are sent: a message of 10 MB would end the connection."""


def _present(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> Run:
    if run is None:
        raise RunError(
            view.form.task.name,
            f"run {content.get('number')} is not there any more",
            "It was cleared, or is more than a thousand runs old.",
        )
    return run


def _cancel(view: RunsView, run: Run | None, _: Mapping[str, Any]) -> None:
    if run is not None:
        run.cancel()
    view.show_status()


def _open(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> None:
    found = _present(view, run, content)
    if found.done:
        view.send_run(found, view=content.get("view"))


def _again(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> None:
    found = _present(view, run, content)
    _have_inputs(view, found)
    view.history.start(view.form.task, found.inputs, found.mode)


def _edit(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    found = _present(view, run, content)
    _have_inputs(view, found)
    view.form.fill(dict(found.inputs))
    return {"text": f"The fields hold the inputs of run {found.number}."}


def _have_inputs(view: RunsView, run: Run) -> None:
    if not run.inputs and run.task.python_interface.inputs:
        raise RunError(
            view.form.task.name, f"the inputs of run {run.number} were dropped, to make room", "Fill in the fields."
        )


def _forget(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> None:
    view.history.forget(_present(view, run, content))
    release_models()
    view.send_list()
    view.show_status()


def _display(_view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    found = run.sink.shown(str(content.get("display"))) if run is not None else None
    told = {"display": content.get("display")}
    if found is None:
        return {**told, "error": "This is not there any more."}
    return {**told, "mime": found.mime, "data": found.data, "plain": found.plain}


def _clear(view: RunsView, _run: Run | None, _: Mapping[str, Any]) -> None:
    view.history.clear()
    release_models()
    view.send_list()
    view.show_status()


def _deck(_view: RunsView, run: Run | None, _: Mapping[str, Any]) -> dict[str, Any]:
    if run is None or not deck_names(run):
        return {"error": "This deck is not there any more."}
    page, problem = deck_html(run, _DECK)
    return {"page": page} if page else {"error": problem}


def _copy(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    found = _present(view, run, content)
    _have_inputs(view, found)
    what = content.get("what")
    if what == "command":
        made: Copied = command_text(found, view.history.template(found))
    else:
        made = test_text(found) if what == "test" else call_text(found)
    return {"copy": made.text, "text": made.said}


def _compare(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    one = _present(view, run, content)
    other = _present(view, view.history.find(content.get("other")), {"number": content.get("other")})
    first, second = sorted((one, other), key=lambda each: each.number)
    found = compare(first, second, (view.history.template(first), view.history.template(second)))
    same = [section for section in _SECTIONS if all(each.section != section for each in found)]
    words = f"The same: {', '.join(same)}." if same else ""
    told: dict[str, Any] = {"first": first.number, "second": second.number, "text": words}
    told["differences"] = [asdict(each) for each in found if each.section == "run" or "masked" in each.before]
    if len(same) < len(_SECTIONS):
        told |= compared_rows(first, second, view.history)
    return other.masks.data(told)  # type: ignore[no-any-return]  # the asked run's own are taken out by the view


def _debug(view: RunsView, run: Run | None, content: Mapping[str, Any]) -> dict[str, Any]:
    place = prepare_debug(_present(view, run, content))
    return {
        "inserted": f"Run the new cell below: %debug opens at {place}. `q` leaves it.",
        "text": f"Write %debug into a new cell, and run it: it opens at {place}. `q` leaves it.",
    }


def _export(view: RunsView, _run: Run | None, _: Mapping[str, Any]) -> dict[str, Any]:
    runs, text, left = list(view.history.runs), "", 0
    # A message of 10 MB would end the connection; the oldest are left out, in halves.
    while len(text := export_text(view.form.task.name, runs)) > _DECK and len(runs) > 1:
        left += len(runs) - len(runs) // 2
        runs = runs[: len(runs) // 2]
    said = f"{left} older runs are too much for a file from here: `form.history.export()` has all." if left else ""
    return {"name": f"{view.form.task.name}-runs.json", "json": text, "text": said}


def _mode(view: RunsView, _run: Run | None, content: Mapping[str, Any]) -> None:
    view.history.mode = "isolated" if content.get("mode") == "isolated" else "kernel"


ANSWERS: dict[str, Callable[[RunsView, Run | None, Mapping[str, Any]], dict[str, Any] | None]] = {
    "run:cancel": _cancel,
    "run:open": _open,
    "run:again": _again,
    "run:edit": _edit,
    "run:copy": _copy,
    "run:compare": _compare,
    "run:debug": _debug,
    "run:export": _export,
    "run:mode": _mode,
    "run:display": _display,
    "run:clear": _clear,
    "run:forget": _forget,
    "deck": _deck,
    **OUTPUT_ANSWERS,
}
