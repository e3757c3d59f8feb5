"""A task's form: its inputs, a button named Run, and the results below.

Python is the only validator. The front end sends what a person put into a
field, and gets the errors, by field; a run is started here and takes place in
a thread of its own.

Messages
--------
From the front end: ``hello`` (a view is there), ``edit`` (`name`, `state`, and
the view's `seq`), ``run``, ``children`` (rows of an output's tree) and ``deck``
(the page of a run's decks). To it: ``state`` (all states and errors),
``status``, ``focus`` (the first field that is wrong), ``run`` (a run that has
ended), ``children`` and ``deck``. What a run made
travels in messages alone, so that no notebook file keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from shimnb.errors import CallError, InputError, ShimError
from shimnb.notebook import assets
from shimnb.notebook.form.fields import UNSET, Field, State, fields_of, literal, message, parse, show
from shimnb.notebook.front import without_view
from shimnb.notebook.runs.history import History
from shimnb.notebook.runs.report import deck_html, deck_names, html_form, outcome, output_node, plain_form
from shimnb.notebook.tree.nodes import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.runs.run import Run

__all__ = ["FormWidget", "form"]

_DECK = 8 * 2**20
"""The bytes of a deck that are sent: a message of 10 MB would end the connection."""


def form(task: PythonCustomizedContainerTask[Any]) -> FormWidget:
    r"""Show a task as a form that runs it.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task.

    Returns
    -------
    FormWidget
        A widget, to be shown as the last expression of a cell or with
        ``display``; it can be driven from Python too.

    Examples
    --------
    >>> from shimnb import define
    >>> twice = define("def execute(tt, *, n: int) -> int:\n    return 2 * n\n", "twice")
    >>> made = form(twice)
    >>> made.set(n=4)
    >>> made.run().result()
    8
    """
    return FormWidget(task)


class FormWidget(anywidget.AnyWidget):
    """A form of a task's inputs, and the runs that it started.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task.
    after : FormWidget, optional
        A form whose place this one is going to take. What was put into its
        fields is in these ones, where they still are and can hold it.

    Attributes
    ----------
    states : dict of str to str or None
        What was put into the fields, as texts; a field that is not in it
        holds nothing, and so stands for its default. A trait, to be observed.
    runs : list of Run
        The runs, newest first; the last 20.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    task_name = traitlets.Unicode(read_only=True).tag(sync=True)
    fields: traitlets.List[dict[str, Any]] = traitlets.List(read_only=True).tag(sync=True)
    states = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, task: PythonCustomizedContainerTask[Any], after: FormWidget | None = None) -> None:
        self._task = task
        self._fields: dict[str, Field] = {field.name: field for field in fields_of(task.python_interface)}
        self._history: History = History(self._ended)
        self._asked: set[str] = set()
        if after is not None:
            self._history = after._history  # noqa: SLF001  # a widget of this class
            self._asked = after._asked & set(self._fields)  # noqa: SLF001  # likewise
        self._lock = self._history.lock
        told = [field.to_message() for field in self._fields.values()]
        super().__init__()
        self.set_trait("task_name", task.name)
        self.set_trait("fields", told)
        if after is not None:
            states = after.states.items()
            self.states = {name: state for name, state in states if _fits(self._fields.get(name), state)}
        self.on_msg(self._on_message)

    def take_over(self) -> None:
        """Go on with the runs of the form whose place this one takes."""
        self._history.on_end = self._ended

    def outdate(self) -> None:
        """Mark the runs so far as those of an earlier version."""
        self._history.outdate()

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return assets.esm("form.js")

    @traitlets.default("_css")
    def _default_css(self) -> str:
        return assets.css("tree.css") + assets.css("form.css")

    @property
    def task(self) -> PythonCustomizedContainerTask[Any]:
        """The task that the form runs."""
        return self._task

    @property
    def runs(self) -> list[Run]:
        """The runs, newest first."""
        return self._history.runs

    @property
    def value(self) -> dict[str, Any]:
        """The Python values of the fields, defaults included; a field that is wrong is left out."""
        values: dict[str, Any] = {}
        for name, field in self._fields.items():
            checked = self._check(field)
            if not isinstance(checked, ShimError):
                values[name] = checked
        return values

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong, by field; empty when the form can run."""
        checked = {name: (field, self._check(field)) for name, field in self._fields.items()}
        return {name: message(field, error) for name, (field, error) in checked.items() if isinstance(error, ShimError)}

    def set(self, **values: Any) -> None:
        """Put Python values into the fields.

        Parameters
        ----------
        **values : Any
            By input's name. A str given to a field that is no string is the
            field's text. A value that does not fit is shown with its error,
            as if it had been typed.

        Raises
        ------
        InputError
            If the task has no such input; then nothing is set.
        """
        unknown = tuple(name for name in values if name not in self._fields)
        if unknown:
            known = ", ".join(self._fields) or "none"
            problem = f"no such input: {', '.join(unknown)}"
            raise InputError(self._task.name, unknown, problem, f"Its inputs: {known}.")
        shown = {name: show(self._fields[name], value) for name, value in values.items()}
        with self._lock:
            self.states = {**self.states, **shown}

    def run(self) -> Run:
        """Start a run with the form's values.

        Returns
        -------
        Run
            Going on; ``run.result(timeout)`` waits for its value.

        Raises
        ------
        InputError
            If a field is wrong; the form then shows which.
        CallError
            If a run of this form is still going on.
        """
        with self._lock:
            self._refuse_second()
            values = self._validated()
            run = self._history.start(self._task, values)
            self._send_status(f"Run {run.number} is going on", "running", running=True)
        return run

    def _refuse_second(self) -> None:
        if self._is_running():
            problem = f"run {self.runs[0].number} is still going on"
            raise CallError(problem, where=f"form of {self._task.name}", remedy="Wait for its end, then run again.")

    def _is_running(self) -> bool:
        # A thread cannot be stopped. A run of the task before must not keep the new one from running.
        return bool(self.runs) and self.runs[0].state == "running" and self.runs[0].task is self._task

    def _validated(self) -> dict[str, Any]:
        checked = {name: self._check(field) for name, field in self._fields.items()}
        wrong = {name: error for name, error in checked.items() if isinstance(error, ShimError)}
        self._asked = set(wrong)
        self._show_errors()
        if wrong:
            told = "; ".join(f"{name}: {message(self._fields[name], error)}" for name, error in wrong.items())
            raise InputError(self._task.name, tuple(wrong), f"no run with these inputs: {told}", "")
        return checked

    def _state(self, name: str) -> State:
        state: State = self.states.get(name, UNSET)
        return state

    def _check(self, field: Field) -> Any:
        """Return a field's value, or what is wrong with it."""
        try:
            value = parse(field, self._state(field.name))
            if not field.costly:
                literal(field, value)
        except ShimError as error:
            return error
        return value

    @traitlets.validate("states")
    def _known_states(self, proposal: Any) -> dict[str, str | None]:
        """Keep what fields can hold; a state that is its field's default is the default."""
        kept = {}
        for name, state in proposal["value"].items():
            field = self._fields.get(name)
            if field is not None and (state is None or isinstance(state, str)) and state != field.default_state:
                kept[name] = state
        return kept

    @traitlets.observe("states")
    def _states_changed(self, _change: Any) -> None:
        self._show_errors()
        self._send_state()

    def _show_errors(self) -> None:
        # Nobody is told off for a field that was not reached yet: what is empty is an error once Run was pressed.
        errors = self.errors
        self._asked &= set(errors)
        self.set_trait(
            "shown", {name: told for name, told in errors.items() if name in self._asked or not self._is_empty(name)}
        )

    def _is_empty(self, name: str) -> bool:
        return self._state(name) in (UNSET, "")

    def _send_state(self, **acknowledged: Any) -> None:
        self.send({"kind": "state", "states": self.states, "errors": self.shown, **acknowledged})

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        handlers = {
            "hello": self._hello,
            "edit": self._edit,
            "run": self._run_pressed,
            "children": self._children,
            "deck": self._deck,
        }
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind in handlers:
            # A front end's messages may come in a thread of their own, while a cell drives the form.
            with self._lock:
                handlers[kind](content)

    def _hello(self, _content: Mapping[str, Any]) -> None:
        for run in reversed(self.runs):
            self._send_run(run)
        self._tell()

    def _send_run(self, run: Run) -> None:
        told = self._history.message(run)
        if told is not None:
            self.send(told)

    def _edit(self, content: Mapping[str, Any]) -> None:
        name = content.get("name")
        if name not in self._fields:
            return
        states = {other: state for other, state in self.states.items() if other != name}
        if "state" in content:
            states[name] = content["state"]
        self.states = states
        self._send_state(view=content.get("view"), seq=content.get("seq"))

    def _run_pressed(self, content: Mapping[str, Any]) -> None:
        try:
            self.run()
        except InputError as error:
            self._send_state()
            count = "1 field needs" if len(error.names) == 1 else f"{len(error.names)} fields need"
            self._send_status(f"No run: {count} another value: {', '.join(error.names)}.", "wrong")
            self.send({"kind": "focus", "view": content.get("view"), "name": error.names[0]})
        except ShimError as error:
            self._send_status(f"No second run: {error.what}. {error.remedy}", "running", running=True)

    def _children(self, content: Mapping[str, Any]) -> None:
        answer = {"kind": "children", "view": content.get("view"), "request": content.get("request")}
        run = self._run_of(content)
        node = output_node(run) if run is not None else None
        node = node.find(str(content.get("id"))) if node is not None else None
        begin = content.get("start")
        if node is None or not isinstance(begin, int):
            self.send({**answer, "error": "These rows are not there any more."})
        else:
            self.send({**answer, "rows": rows(node, start=begin, depth=1)})

    def _deck(self, content: Mapping[str, Any]) -> None:
        answer = {"kind": "deck", "view": content.get("view"), "number": content.get("number")}
        run = self._run_of(content)
        if run is None or not deck_names(run):
            self.send({**answer, "error": "This deck is not there any more."})
            return
        page, problem = deck_html(run, _DECK)
        self.send({**answer, "page": page} if page else {**answer, "error": problem})

    def _run_of(self, content: Mapping[str, Any]) -> Run | None:
        return next((run for run in self.runs if run.number == content.get("number")), None)

    def _ended(self, run: Run) -> None:
        self._send_run(run)
        self._tell()

    def _tell(self) -> None:
        """Say what the newest run is doing."""
        if not self.runs:
            self._send_status("", "")
            return
        run = self.runs[0]
        text = f"Run {run.number} {outcome(run)}"
        if run.failure is not None:
            text += f": {run.failure.type}"
        if mark := self._history.mark(run):
            text += f", {mark}"
        self._send_status(text, run.state, running=self._is_running())

    def _send_status(self, text: str, state: str, *, running: bool = False) -> None:
        self.send({"kind": "status", "text": text, "state": state, "running": running})

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Add what a page without the widget's front end can show."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        ended = next((run for run in self.runs if run.state != "running"), None)
        mark = self._history.mark(ended) if ended is not None else ""
        fields = self._fields.values()
        text = {
            "text/plain": plain_form(self._task.name, fields, ended, mark),
            "text/html": html_form(self._task.name, fields, ended, mark),
        }
        return without_view({**bundle[0], **text}), bundle[1]


def _fits(field: Field | None, state: str | None) -> bool:
    """Tell whether a field can hold a state; a text that it refuses is still the person's own."""
    if field is None:
        return False
    if state is None:
        return field.nullable
    return field.control != "choice" or state in field.choices
