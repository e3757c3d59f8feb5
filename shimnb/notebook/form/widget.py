"""A task's form: its inputs, and the runs that are started with them.

Python is the only validator. The front end sends what a person put into a
field, and gets the errors, by field.

Messages
--------
From the front end, each with its `view`: ``hello`` (a view is there), ``edit``
(the `node` at an address, `at`, and the view's `seq`), ``convert`` (give a
value in another way), ``paste`` (JSON into a list or a map), ``variables``,
``literal`` and those whose kind begins with ``upload``. To it: ``state`` (the
nodes and errors of inputs), ``said`` (words for a place), ``focus``, and
answers. The others are those of `shimnb.notebook.runs.view`.

What was typed travels in messages alone: a saved notebook may hold a widget's
traits, and none of them has it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from shimnb.notebook import assets
from shimnb.notebook.form.answers import Answers, place_message
from shimnb.notebook.form.linked import FieldTraits, Live
from shimnb.notebook.form.model import FormModel
from shimnb.notebook.form.states import HIDDEN
from shimnb.notebook.front import without_view
from shimnb.notebook.runs.report import html_form, plain_form
from shimnb.notebook.runs.view import RunsView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flyteidl.core import literals_pb2

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.errors import InputError
    from shimnb.notebook.runs.history import History
    from shimnb.notebook.runs.run import Mode, Run

__all__ = ["FormWidget", "form"]


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
    value : dict
        The Python values by input, defaults included; one that is wrong is
        left out. A trait to be observed.
    errors : dict of str to str
        What is wrong, by path, such as ``rows[2].price``; empty when the form
        can run. A trait to be observed.
    running : bool
        Whether a run is going on. A trait to be observed.
    last_run : Run or None
        The newest run. A trait to be observed.
    opened : dict of str to bool
        What a person opened and closed, so that the view comes back as it was.
    runs : list of Run
        The runs, newest first.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    task_name = traitlets.Unicode(read_only=True).tag(sync=True)
    fields: traitlets.List[dict[str, Any]] = traitlets.List(read_only=True).tag(sync=True)
    shapes: traitlets.Dict[str, Any] = traitlets.Dict(read_only=True).tag(sync=True)
    opened = traitlets.Dict().tag(sync=True)
    value = Live(read_only=True)
    errors = Live(read_only=True)
    running = traitlets.Bool(False, read_only=True)  # noqa: FBT003  # the trait's default
    last_run = traitlets.Any(None, allow_none=True, read_only=True)

    def __init__(self, task: PythonCustomizedContainerTask[Any], after: FormWidget | None = None) -> None:
        self._model: FormModel = FormModel(task, after._model if after is not None else None)  # noqa: SLF001  # of this class
        self._runs: RunsView = RunsView(self, after._runs if after is not None else None)  # noqa: SLF001  # likewise
        self._lock = self._runs.history.lock
        self._answers: Answers = Answers(self._model, self.tell)
        self._handles: dict[str, FieldTraits] = {}
        self._is_open = True
        super().__init__()
        self.set_trait("task_name", task.name)
        self.set_trait("fields", [place_message(self._model, place) for place in self._model.places.values()])
        self.set_trait("shapes", self._answers.shapes())
        if after is not None:
            self.opened = after.opened
        self.on_msg(self._on_message)
        self._publish()

    def take_over(self) -> None:
        """Go on with the runs of the form whose place this one takes."""
        self._runs.take_over()

    def outdate(self) -> None:
        """Mark the runs so far as those of an earlier version."""
        self._history.outdate()

    def close(self) -> None:
        """Close the form; the files that were uploaded for it are gone then."""
        if getattr(self, "_is_open", False):
            self._is_open = False
            self._model.uploads.release()
        super().close()

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return assets.esm("form.js")

    @traitlets.default("_css")
    def _default_css(self) -> str:
        return assets.css("tree.css") + assets.css("form.css") + assets.css("runs.css")

    @property
    def task(self) -> PythonCustomizedContainerTask[Any]:
        """The task that the form runs."""
        return self._model.task

    @property
    def _history(self) -> History:
        return self._runs.history

    @property
    def history(self) -> History:
        """The runs, with what can be done with all of them: ``export()``, ``clear()``."""
        return self._runs.history

    @property
    def runs(self) -> list[Run]:
        """The runs, newest first."""
        return self._history.runs

    @property
    def secrets(self) -> frozenset[str]:
        """The inputs whose values are secrets, by their names or by those of their fields."""
        return self._model.secrets

    @property
    def states(self) -> dict[str, Any]:
        """What was put into the fields, by input; see `shimnb.notebook.form.states`."""
        return dict(self._model.states)

    @property
    def inputs(self) -> literals_pb2.LiteralMap:
        """The literals that the executor would get.

        Raises
        ------
        InputError
            With all that is wrong, if something is.
        """
        with self._lock:
            return self._model.literals()

    def set(self, paths: Mapping[str, Any] | None = None, /, **values: Any) -> None:
        """Put Python values into the fields.

        Parameters
        ----------
        paths : mapping of str to Any, optional
            By path, such as ``{"rows[2].price": 1.5}``.
        **values : Any
            By input's name. A str given to a field that is no string is the
            field's text. A value that does not fit is shown with its error,
            as if it had been typed.

        Raises
        ------
        InputError
            If the task has no such input; then nothing is set.

        Examples
        --------
        >>> from shimnb import define
        >>> made = form(define("def execute(tt, *, ns: list[int]) -> None: ...", "sums"))
        >>> made.set(ns=[1, 2])
        >>> made.set({"ns[1]": 3})
        >>> made.value
        {'ns': [1, 3]}
        """
        with self._lock:
            self._model.set({**(paths or {}), **values})
        self._publish()
        self._answers.send_states()

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put the inputs of an earlier run into the fields; names that the form does not have are left out."""
        with self._lock:
            self._model.set({name: value for name, value in values.items() if name in self._model.places})
        self._publish()
        self._answers.send_states()

    def reset(self, *names: str) -> None:
        """Take back what was put into some inputs; into all of them, when none is named."""
        with self._lock:
            for name in names or tuple(self._model.places):
                self._model.put_at((name,), None)
        self._publish()
        self._answers.send_states()

    def field(self, path: str) -> FieldTraits:
        """Return an input, or a part of one, as an object whose ``value`` can be linked with other widgets.

        Parameters
        ----------
        path : str
            The input's name, or a path such as ``rows[2].price``.

        Raises
        ------
        InputError
            If there is no such input.
        """
        if path not in self._handles:
            with self._lock:
                self._model.require(path)
            self._handles[path] = FieldTraits(path, lambda at, value: self.set({at: value}))
            self._tell_field(self._handles[path])
        return self._handles[path]

    def run(self, mode: Mode = "kernel") -> Run:
        """Start a run with the form's values.

        Parameters
        ----------
        mode : {"kernel", "isolated"}
            In a thread of the kernel, or in a process of its own, as the
            cluster runs it.

        Returns
        -------
        Run
            Going on, or waiting for its turn; ``run.result(timeout)`` waits
            for its value, ``run.cancel()`` ends it.

        Raises
        ------
        InputError
            If a field is wrong; the form then shows which.
        """
        return self._runs.run(mode)

    def validated(self) -> dict[str, Any]:
        """Return the inputs of a run; raises `InputError`, and then the form shows what is wrong."""
        try:
            return self._model.validated()
        finally:
            self._answers.send_errors()

    def point_out(self, error: InputError, view: Any) -> None:
        """Move the focus of a view to the first field that is wrong."""
        self._answers.focus(error.names[0], view)

    def tell(self, content: Mapping[str, Any]) -> None:
        """Send a message to the form's views."""
        self.send(content)
        if content.get("kind") == "run:status":
            self.set_trait("running", bool(content.get("running")))
            self.set_trait("last_run", self.runs[0] if self.runs else None)

    def _live(self, name: str) -> dict[str, Any]:
        with self._lock:
            self._model.forget_checks()
            return self._model.values() if name == "value" else self._model.errors()

    def _publish(self) -> None:
        """Tell observers what changed; without the lock, for they may wait for a run."""
        with self._lock:
            values, errors = self._model.values(), self._model.errors()
        self.set_trait("value", values)
        self.set_trait("errors", errors)
        for handle in list(self._handles.values()):
            self._tell_field(handle)

    def _tell_field(self, handle: FieldTraits) -> None:
        with self._lock:
            value, error, right = self._model.part(handle.path)
        handle.tell(value, error, right=right)

    def _on_message(self, _widget: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        # A front end's messages may come in a thread of their own, while a cell drives the form.
        with self._lock:
            kind = content.get("kind")
            if kind == "hello":
                self._answers.hello(content)
                self._runs.hello()
            elif RunsView.takes(kind):
                self._runs.on_message(content)
            else:
                self._answers.answer(content, buffers)
        if kind in ("edit", "convert", "paste", "upload:end"):
            self._publish()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Add what a page without the widget's front end can show."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        ended = next((run for run in self.runs if run.state != "running"), None)
        mark = self._history.mark(ended) if ended is not None else ""
        # A secret's default is not for a file, whatever the source has.
        hidden = {
            name: replace(each, default_state=HIDDEN) for name, each in self._model.fields.items() if not each.required
        }
        fields = [hidden.get(name, each) if name in self.secrets else each for name, each in self._model.fields.items()]
        text = {
            "text/plain": plain_form(self.task.name, fields, ended, mark),
            "text/html": html_form(self.task.name, fields, ended, mark),
        }
        return without_view({**bundle[0], **text}), bundle[1]
