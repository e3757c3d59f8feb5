"""What the magic keeps of the cells that ran: their versions, and the widgets that are shown."""

from __future__ import annotations

import linecache
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from shimnb.errors import ShimError
from shimnb.notebook.line import expanded, split_line
from shimnb.notebook.options import nearest, option_parser, task_options
from shimnb.notebook.versions import Seen, Version, Versions

if TYPE_CHECKING:
    from types import TracebackType

    from IPython.core.interactiveshell import InteractiveShell

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.cell import Cell
    from shimnb.notebook.options import TaskOptions
    from shimnb.notebook.panel import PanelWidget
    from shimnb.notebook.rerun import Said
    from shimnb.notebook.tree.widget import TreeWidget
    from shimnb.notebook.versions import Record

__all__ = ["Session"]


class Session:
    """The cells of a shell that became tasks.

    Parameters
    ----------
    shell : InteractiveShell
        The notebook's shell.

    Attributes
    ----------
    parser : OptionParser
        Of the line of ``%%shimtask``.
    versions : Versions
        The cells that ran, by name.
    seen : Seen
        The values that were given to the options.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.parser = option_parser()
        self.versions = Versions()
        self.seen = Seen()
        self._panels: dict[str, PanelWidget] = {}
        self._trees: dict[str, TreeWidget] = {}
        # A panel that `--no-panel` closed: the next one is as it was.
        self._left: dict[str, PanelWidget] = {}
        self._said: dict[str, Said] = {}
        self._failed = ""

    @property
    def has_widgets(self) -> bool:
        """Whether there is a front end; a terminal has none."""
        return getattr(self.shell, "kernel", None) is not None

    # Cells.

    def run_cell(self, line: str, body: str, *, anew: bool = False) -> None:
        """Make a task of a cell, and show it.

        Parameters
        ----------
        line : str
            What stands after ``%%shimtask``.
        body : str
            The text below.
        anew : bool
            Whether modules that it imports are imported anew.

        Raises
        ------
        UsageError, ShimError
            If the line or the cell is wrong. What there was before stays:
            the task, its names, its module and its panel.
        """
        parsed = self.parser.parse_tokens([expanded(word, self.shell.user_ns) for word in split_line(line)])
        if parsed.name is None:
            raise UsageError(
                "%%shimtask needs the task's name, which is also the variable that holds it: %%shimtask top_tracks"
            )
        self.seen.note_line(parsed)
        cell = self._built(parsed.name, body, task_options(parsed))
        self._put(cell, line, body, panel=not parsed.no_panel, anew=anew)

    def _built(self, name: str, body: str, options: TaskOptions) -> Cell:
        # The core and the type engine are loaded by the first cell, so that loading the extension stays quick.
        from shimnb.notebook.cell import build, is_cell_file  # noqa: PLC0415
        from shimnb.notebook.inputs import session_inputs  # noqa: PLC0415

        names = self.shell.user_ns
        try:
            return build(body, name, options, names, history=session_inputs(self.shell))
        except ShimError as error:
            # The message names the line; what is in between is ours, the generated lines included.
            raise error.with_traceback(None) from error.__cause__
        except (Exception, KeyboardInterrupt) as error:
            self.begin_at_cell(error, is_cell_file)
            raise

    def _put(self, cell: Cell, line: str, body: str, *, panel: bool, anew: bool) -> None:
        """Put a cell in the place of the one before, once its panel could be drawn."""
        name = cell.text.name
        earlier = self.versions.get(name)
        try:
            version = _version(line, body, cell, {} if anew else self._read())
            said = _compared(earlier.version, version, anew=anew) if earlier is not None else None
            text, widget = self._drawn(name, cell.task, said) if panel else ("", None)
        except BaseException:
            _reinstate(name, earlier)
            raise
        self._publish(earlier, cell)
        self.versions.add(name, cell, version)
        self.seen.note("task_type", [version.template.type])
        if cell.task.container_image:
            self.seen.note("image", [str(cell.task.container_image)])
        if said is not None:
            self._said[name] = said
        self._replace(name, widget, outdate=said is None or said.changed)
        if panel:
            _show(text, widget)

    def reload(self, name: str) -> list[str]:
        """Run a cell's last text again, and import anew what it imports and has changed.

        Returns
        -------
        list of str
            The person's own packages and modules that were imported anew.
        """
        from shimnb.notebook.imports import anew, changed, own_files  # noqa: PLC0415  # there is a cell, so it is loaded

        version = self.cell_record(name).version
        now = own_files(version.code)
        roots = changed(version.files, now)
        with anew(roots, now):
            self.run_cell(version.line, version.body, anew=bool(roots))
        return roots

    def delete(self, name: str) -> None:
        """Take back a cell: its task, the names that it put into the notebook, its module and its panel."""
        from shimnb.notebook.cell import discard  # noqa: PLC0415  # there is a cell, so it is loaded

        record = self.cell_record(name)
        _take_back(self.shell.user_ns, record.cell.public)
        self._close(name)
        self._forget(name)
        self.versions.remove(name)
        discard(name)

    def begin_at_cell(self, error: BaseException, is_cell_file: Any) -> None:
        """Let an exception of the cell's own code be shown from the cell's line on, without our frames above it."""
        tb: TracebackType | None = error.__traceback__
        while tb is not None and not is_cell_file(tb.tb_frame.f_code.co_filename):
            tb = tb.tb_next
        if tb is None:
            return
        shell, start = self.shell, tb
        filename = tb.tb_frame.f_code.co_filename
        if not any(record.cell.text.filename == filename for record in self._records()):
            # Nothing is left of a cell that failed but its text, for this traceback; the next failure takes its place.
            linecache.cache.pop(self._failed, None)
            self._failed = filename
        linecache.getlines(filename, tb.tb_frame.f_globals)

        def render() -> list[str]:
            return shell.InteractiveTB.structured_traceback(type(error), error, start, tb_offset=0)

        error._render_traceback_ = render  # type: ignore[attr-defined]  # IPython's hook

    def _records(self) -> list[Record]:
        found = [self.versions.get(name) for name in self.versions.names()]
        return [record for record in found if record is not None]

    def _read(self) -> dict[str, int]:
        """Tell which state of the person's own modules the cells have: Python reads a file at its first import only."""
        read: dict[str, int] = {}
        for record in self._records():
            for module, time in record.version.files.items():
                read[module] = max(time, read.get(module, time))
        return read

    def _publish(self, earlier: Record | None, cell: Cell) -> None:
        if earlier is not None:
            gone = {key: value for key, value in earlier.cell.public.items() if key not in cell.public}
            _take_back(self.shell.user_ns, gone)
        self.shell.push(cell.public)

    # Tasks.

    def tasks(self) -> dict[str, PythonCustomizedContainerTask[Any]]:
        """Return the notebook's tasks by name: those of cells, then other variables that hold one."""
        found = {record.cell.text.name: record.cell.task for record in self._records()}
        # Without the core there is no task; loading it to find none would take its time.
        core = sys.modules.get("shimnb.core.task")
        if core is not None:
            for key, value in list(self.shell.user_ns.items()):
                if isinstance(value, core.PythonCustomizedContainerTask) and not key.startswith("_"):
                    found.setdefault(key, value)
        return found

    def task(self, name: str) -> PythonCustomizedContainerTask[Any]:
        """Return a task by its name.

        Raises
        ------
        UsageError
            If there is none.
        """
        tasks = self.tasks()
        if name not in tasks:
            raise _unknown("task", name, tasks)
        return tasks[name]

    def cell_record(self, name: str) -> Record:
        """Return what is known of a cell.

        Raises
        ------
        UsageError
            If no cell has that name.
        """
        record = self.versions.get(name)
        if record is None:
            raise _unknown("cell", name, self.versions.names())
        return record

    # What is shown.

    def show_panel(self, name: str) -> None:
        """Show a task's panel: the one that there is, unless the task has another template by now."""
        task = self.task(name)
        shown = self._panels.get(name)
        if shown is not None and shown.task is task and shown.template == task.task_template:
            _show("", shown)
            return
        said = self._said.get(name)
        if shown is not None and shown.task is task:
            from shimnb.notebook.rerun import compared  # noqa: PLC0415  # there is a panel, so it is loaded

            said = compared(shown.template, task.task_template)
        text, widget = self._drawn(name, task, said)
        self._replace(name, widget, outdate=shown is not None)
        _show(text, widget)

    def show_tree(self, name: str) -> None:
        """Show a task's template as a tree."""
        from shimnb.notebook.tree.widget import TreeWidget  # noqa: PLC0415  # the widgets, for the same reason as above

        task = self.task(name)
        if not self.has_widgets:
            _show(self._drawn(name, task, None)[0], None)
            return
        made = TreeWidget(task, after=self._trees.get(name))
        self._close_tree(name)
        self._trees[name] = made
        _show("", made)

    def panel_runs(self, name: str) -> list[Any]:
        """Return the runs of the panel's form, the newest first; none without a panel."""
        panel = self._panels.get(name)
        form = panel.form if panel is not None else None
        return list(form.runs) if form is not None else []

    def ran(self, name: str, seconds: float, failed: str) -> None:
        """Note how a run by the magic ended; `failed` names the exception."""
        from shimnb.notebook.runs.report import duration  # noqa: PLC0415  # there is a task, so it is loaded

        outcome = f"failed after {duration(seconds)}: {failed}" if failed else f"done in {duration(seconds)}"
        newest = self.panel_runs(name)[:1]
        self.versions.ran(name, outcome, newest[0].number if newest else 0)

    def _drawn(
        self, name: str, task: PythonCustomizedContainerTask[Any], said: Said | None
    ) -> tuple[str | dict[str, str], PanelWidget | None]:
        """Make a task's panel, to be shown: a text in a terminal, else a widget in the state of the one before."""
        # The widgets are loaded by the first panel, so that loading the extension stays quick.
        from shimnb.notebook.front import is_headless  # noqa: PLC0415
        from shimnb.notebook.panel import PanelWidget, panel_text, static_panel  # noqa: PLC0415

        if not self.has_widgets:
            return panel_text(task, said), None
        if is_headless():
            return static_panel(task, said), None
        return "", PanelWidget(task, self._panels.get(name) or self._left.get(name), said)

    def _replace(self, name: str, widget: PanelWidget | None, *, outdate: bool) -> None:
        """Put a panel in the place of the one before, whose runs it goes on with."""
        before = self._panels.get(name) or self._left.get(name)
        self._close(name)
        self._left.pop(name, None)
        if before is not None and outdate:
            before.form.outdate()
        if widget is not None:
            widget.form.take_over()
            self._panels[name] = widget
        elif before is not None:
            self._left[name] = before

    def _close(self, name: str) -> None:
        panel = self._panels.pop(name, None)
        if panel is not None:
            panel.close()
        self._close_tree(name)

    def _forget(self, name: str) -> None:
        self._left.pop(name, None)
        self._said.pop(name, None)

    def _close_tree(self, name: str) -> None:
        tree = self._trees.pop(name, None)
        if tree is not None:
            tree.layout.close()
            tree.close()

    def close(self) -> None:
        """Take back what the cells brought in: widgets, modules and their texts. The names in the notebook stay."""
        linecache.cache.pop(self._failed, None)
        for name in [*self._panels, *self._trees]:
            self._close(name)
        self._left.clear()
        self._said.clear()
        for name in self.versions.names():
            from shimnb.notebook.cell import discard  # noqa: PLC0415  # there is a cell, so it is loaded

            discard(name)
            self.versions.remove(name)


def _version(line: str, body: str, cell: Cell, read: dict[str, int]) -> Version:
    from shimnb.notebook.imports import own_files  # noqa: PLC0415  # as the cell's own module

    text = cell.text
    code = text.module_source.removesuffix(text.generated)
    files = {module: read.get(module, time) for module, time in own_files(code).items()}
    return Version(line, body, code, text.generated, cell.task.task_template, files)


def _compared(before: Version, after: Version, *, anew: bool) -> Said:
    from shimnb.notebook.rerun import compared  # noqa: PLC0415  # with the tree's words, which a cell has loaded

    return compared(before.template, after.template, (before.code, after.code), anew=anew)


def _unknown(kind: str, name: str, known: Any) -> UsageError:
    return UsageError(f"no {kind} is named {name!r}. {nearest(name, known) or '`%shimtask list` names them.'}")


def _take_back(names: dict[str, Any], public: dict[str, Any]) -> None:
    for key, value in public.items():
        # What a cell put into the notebook goes; what the person has bound anew since stays.
        if names.get(key) is value:
            del names[key]


def _reinstate(name: str, earlier: Record | None) -> None:
    """Put a cell's module in the place of the one that was just made; without an earlier cell, nothing."""
    from shimnb.notebook.cell import discard, reinstate  # noqa: PLC0415  # one was just made, so it is loaded

    if earlier is None:
        discard(name)
    else:
        reinstate(earlier.cell)


def _show(text: str | dict[str, str], widget: Any) -> None:
    if isinstance(text, str) and widget is None:
        print(text)  # noqa: T201  # a terminal has no widgets
        return
    from IPython.display import display  # noqa: PLC0415

    if widget is None:
        display(text, raw=True)
    else:
        display(widget)
