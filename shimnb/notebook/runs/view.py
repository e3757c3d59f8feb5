"""The runs of a form, as its views see them: what is asked of them, and what is told.

The form owns the fields; it passes every message here whose kind begins with
``run`` or ``deck``. What a run made travels in messages alone,
so that no notebook file keeps it.

From the front end, each with the `number` of a run where it is about one:

================  =============================================================
``run``           start a run, in a `mode`
``run:cancel``    cancel it
``run:open``      tell all of it
``run:older``     list those before `number`
``run:again``     start it again, with its inputs and in its mode
``run:edit``      put its inputs into the fields
``run:copy``      give it as a text: `what` is call, command or test
``run:compare``   compare it with the run `other`
``run:display``   give what was displayed under the number `display`
``run:debug``     let ``%debug`` open at its failure
``run:forget``    forget it, if it has ended
``run:clear``     forget the runs that have ended
``run:export``    give all of them as JSON
``run:mode``      remember the `mode` that the button is set to
``run:tree``      ask the tree of the output ``at`` an address a `question`
``run:inputs``    give its inputs as rows and as text
``run:items``     describe the items of a list of files, from `start` on
``run:text``      give a part of a text, from `start` on
``run:literal``   give an output's literal as rows and as text
``run:file``      say what a file is, or list a folder
``run:table``     give a page of a table, from row `start` and `column` on
``run:bytes``     give a part of a file, from `start` on
``deck``          the page of its decks
================  =============================================================

To it: ``run:status``; ``runs``, the lines of the newest runs; ``run:line``, a
run whose state changed; ``run``, all of a run that has ended; ``run:live``,
what runs have printed since the last time; and the answers to the above, under
the same kinds, with the view that asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from shimnb.errors import InputError, RunError, ShimError
from shimnb.notebook.runs.answers import ANSWERS
from shimnb.notebook.runs.history import History
from shimnb.notebook.runs.opening import LATER
from shimnb.notebook.runs.report import cleaned, line, outcome, printed, report
from shimnb.notebook.runs.run import bar_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.runs.run import Mode, Run

__all__ = ["FormOfRuns", "RunsView"]

_KINDS = ("run", "deck")
_LISTED = 20
"""The runs that are listed at once."""
_MODES = ("kernel", "isolated")


class FormOfRuns(Protocol):
    """What the runs need of the form."""

    @property
    def task(self) -> PythonCustomizedContainerTask[Any]:
        """The task that runs."""

    def tell(self, content: Mapping[str, Any]) -> None:
        """Send a message to the form's views."""

    def validated(self) -> dict[str, Any]:
        """Return the inputs of a run; raises `InputError`, and then the form shows what is wrong."""

    def point_out(self, error: InputError, view: Any) -> None:
        """Move the focus of a view to the first field that is wrong."""

    def fill(self, values: dict[str, Any]) -> None:
        """Put Python values into the fields; those that the form does not have are left out."""


class RunsView:
    """The runs of a form.

    Parameters
    ----------
    form : FormOfRuns
        The form.
    after : RunsView, optional
        The runs of a form whose place this one takes; they go on.

    Attributes
    ----------
    history : History
        The runs; its ``lock`` is held while the form's state changes, too.
    """

    def __init__(self, form: FormOfRuns, after: RunsView | None = None) -> None:
        self.form = form
        self.history: History = after.history if after is not None else History(self)

    @staticmethod
    def takes(kind: Any) -> bool:
        """Tell whether a message of this kind is about runs."""
        return isinstance(kind, str) and kind.startswith(_KINDS)

    def take_over(self) -> None:
        """Go on with the runs of the form whose place this one takes."""
        self.history.listener = self

    def run(self, mode: Mode = "kernel") -> Run:
        """Start a run, or queue it; see `FormWidget.run`."""
        if mode not in _MODES:
            raise RunError(self.form.task.name, f"there is no mode {mode!r}", "Give 'kernel' or 'isolated'.")
        with self.history.lock:
            return self.history.start(self.form.task, self.form.validated(), mode)

    # What views are told

    def hello(self) -> None:
        """Tell a view that has come what there is."""
        newest = self.history.runs[:1]
        self.send_list()
        if newest and newest[0].done:
            self.send_run(newest[0])
        for run in self.history.active:
            run.sink.fresh()  # it is part of what is told now
            self._send_live([{**_live(run), "reset": True, "parts": printed(run)}])
        self._send_status()

    def send_list(self, before: int | None = None, **answer: Any) -> None:
        """Tell the lines of the newest runs, or of those before a number."""
        runs = [run for run in self.history.runs if before is None or run.number < before]
        lines = [line(run, self.history.mark(run)) for run in runs[:_LISTED]]
        told = {"kind": "runs", "lines": lines, "older": max(len(runs) - _LISTED, 0), "before": before}
        self.form.tell({**told, **answer})

    def send_run(self, run: Run, **answer: Any) -> None:
        """Tell all of a run that has ended."""
        self.form.tell({"kind": "run", "run": self._told(run), **answer})

    def _told(self, run: Run) -> dict[str, Any]:
        """Report a run, even one whose outputs no tree can be made of: a form must not wait for ever."""
        mark = self.history.mark(run)
        try:
            return report(run, mark)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told
            note = f"The result cannot be shown: {type(error).__name__}: {error}"
            return {**line(run, mark), "printed": [], "note": run.masks.text(note)}

    def changed(self, run: Run) -> None:
        """Tell views that a run was queued, has started, or has ended."""
        if run.done and run.began is not None:
            self.send_run(run)
        else:
            self.form.tell({"kind": "run:line", "run": line(run, self.history.mark(run))})
        self._send_status()

    def live(self, runs: list[Run]) -> None:
        """Tell what runs that are going on have printed since the last time, and how far they are."""
        told = []
        for run in runs:
            fresh = run.sink.fresh()
            parts = [(stream, cleaned(text)) for stream, text in fresh.parts]
            line_ = cleaned(fresh.line)
            told.append({**_live(run, line_), "skipped": fresh.skipped, "parts": parts, "line": line_})
        self._send_live([each for each in told if each["parts"] or each["line"] or each["progress"]])

    def _send_live(self, runs: list[dict[str, Any]]) -> None:
        if runs:
            self.form.tell({"kind": "run:live", "runs": runs})

    def _send_status(self, text: str = "", state: str = "") -> None:
        """Say what the newest run is doing, or what is given."""
        active, queued = self.history.active, self.history.queued
        going = [{"number": run.number, "elapsed": run.elapsed, "cancelling": run.cancelling} for run in active]
        if not text and self.history.runs:
            # One of the version before may go on for ever: it hides nothing of the newest.
            own = [run for run in active if run.task is self.form.task]
            run = own[-1] if own else self.history.runs[0]
            text, state = self._words(run), run.state
            if queued:
                text += f", {len(queued)} queued"
        told = {"kind": "run:status", "text": text, "state": state, "running": bool(active), "mode": self.history.mode}
        self.form.tell({**told, "going": going, "queued": [run.number for run in queued]})

    def _words(self, run: Run) -> str:
        text = f"Run {run.number} {outcome(run)}"
        if run.failure is not None and run.state == "failed":
            text += f": {run.failure.type}"
        if mark := self.history.mark(run):
            text += f", {mark}"
        return text

    # What views ask

    def on_message(self, content: Mapping[str, Any]) -> None:
        """Answer a message; called under the lock."""
        kind = content["kind"]
        if kind == "run":
            self._run_pressed(content)
        elif kind == "run:older":
            self.send_list(content.get("number"), view=content.get("view"))
        elif kind in ANSWERS:
            self._answer(kind, content)

    def _run_pressed(self, content: Mapping[str, Any]) -> None:
        mode = content.get("mode")
        try:
            self.run("isolated" if mode == "isolated" else "kernel")
        except InputError as error:
            count = "1 field needs" if len(error.names) == 1 else f"{len(error.names)} fields need"
            self._send_status(f"No run: {count} another value: {', '.join(error.names)}.", "wrong")
            self.form.point_out(error, content.get("view"))
        except ShimError as error:
            self._send_status(f"No run: {error}", "wrong")

    def _answer(self, kind: str, content: Mapping[str, Any]) -> None:
        answer = {"kind": kind, "view": content.get("view"), "number": content.get("number")}
        if "request" in content:
            answer["request"] = content["request"]
        run = self.history.find(content.get("number"))
        try:
            told = ANSWERS[kind](self, run, content)
        except ShimError as error:
            told = {"error": str(error)}
        except Exception as error:  # noqa: BLE001  # a view that asked must not wait for ever
            told = {"error": f"{type(error).__name__}: {error}"}
        if told is LATER:
            return
        if told is None and "request" in content:
            told = {}
        if told is not None:
            masks = run.masks if run is not None else None
            self.form.tell({**answer, **(masks.data(told) if masks is not None else told)})

    def show_status(self) -> None:
        """Tell again what the newest run is doing."""
        self._send_status()


def _live(run: Run, written: str = "") -> dict[str, Any]:
    progress = run.progress or bar_progress(written)
    told = None if progress is None else {"fraction": progress.fraction, "text": progress.text}
    return {"number": run.number, "elapsed": run.elapsed, "progress": told}
