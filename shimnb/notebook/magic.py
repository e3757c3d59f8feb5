"""``%%shimtask``: parse the line, make the cell's task, show its panel."""

from __future__ import annotations

import linecache
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.utils.text import DollarFormatter

from shimnb.errors import ShimError
from shimnb.notebook.options import option_parser, split_line, task_options

if TYPE_CHECKING:
    from types import TracebackType

    from IPython.core.interactiveshell import InteractiveShell

    from shimnb.notebook.cell import Cell
    from shimnb.notebook.panel import PanelWidget

__all__ = ["ShimMagics", "load", "unload"]

_NAME = "shimtask"


@magics_class
class ShimMagics(Magics):
    """The magic, and what it keeps of the cells that ran: their names, and the panels that are shown.

    Parameters
    ----------
    shell : InteractiveShell
        The notebook's shell.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._parser = option_parser()
        self._public: dict[str, dict[str, Any]] = {}
        self._panels: dict[str, PanelWidget] = {}
        self._failed = ""

    # IPython's own expansion would also turn {{.image.default}} into {.image.default}.
    @no_var_expand
    @line_cell_magic
    def shimtask(self, line: str, cell: str | None = None) -> None:
        """Make a Flyte shim task of this cell; `load` puts the parser's help in this place."""
        words = split_line(line)
        if "--help" in words or "-h" in words:
            print(self._parser.format_help())  # noqa: T201  # help is what was asked for
            return
        if cell is None:
            raise UsageError(
                "%shimtask makes a task of a cell: write %%shimtask, with two percent signs, in its first line."
            )
        words = [self._expanded(word) for word in words]
        parsed = self._parser.parse_tokens(words)
        if parsed.name is None:
            raise UsageError(
                "%%shimtask needs the task's name, which is also the variable that holds it: %%shimtask top_tracks"
            )
        self._run(parsed.name, cell, task_options(parsed), panel=not parsed.no_panel)

    def _expanded(self, word: str) -> str:
        """Put the notebook's values in ``{expression}`` and ``$name``; Flyte's ``{{...}}`` and JSON stay."""
        value = word.partition("=")[2]
        if "{{" in word or not ("{" in word or "$" in word) or value.startswith(('{"', "[", "{}", '"')):
            return word
        try:
            return DollarFormatter().vformat(word, [], dict(self._shell.user_ns))
        except Exception as error:
            # The expression is any Python, so it may raise anything.
            raise UsageError(f"{word!r} cannot be expanded: {type(error).__name__}: {error}") from error

    @property
    def _shell(self) -> InteractiveShell:
        shell = self.shell
        if shell is None:
            raise UsageError("%%shimtask needs IPython.")
        return shell

    def _run(self, name: str, source: str, options: Any, *, panel: bool) -> None:
        # The core and the type engine are loaded by the first cell, so that loading the extension stays quick.
        from shimnb.notebook.cell import build, is_cell_file  # noqa: PLC0415

        try:
            cell = build(source, name, options, self._shell.user_ns)
        except ShimError as error:
            # The message names the line; what is in between is ours, the generated lines included.
            raise error.with_traceback(None) from error.__cause__
        except Exception as error:
            self._begin_at_cell(error, is_cell_file)
            raise
        self._publish(name, cell)
        self._close(name)
        if panel:
            self._show(name, cell)

    def _begin_at_cell(self, error: Exception, is_cell_file: Any) -> None:
        """Let an exception of the cell's own code be shown from the cell's line on, without our frames above it."""
        tb: TracebackType | None = error.__traceback__
        while tb is not None and not is_cell_file(tb.tb_frame.f_code.co_filename):
            tb = tb.tb_next
        if tb is None:
            return
        shell, start = self._shell, tb
        # Nothing is left of a cell that failed but its text, for this traceback; the next failure takes its place.
        linecache.cache.pop(self._failed, None)
        self._failed = tb.tb_frame.f_code.co_filename
        linecache.getlines(self._failed, tb.tb_frame.f_globals)

        def render() -> list[str]:
            return shell.InteractiveTB.structured_traceback(type(error), error, start, tb_offset=0)

        error._render_traceback_ = render  # type: ignore[attr-defined]  # IPython's hook

    def _publish(self, name: str, cell: Cell) -> None:
        names = self._shell.user_ns
        for key, value in self._public.pop(name, {}).items():
            # What the version before put there goes; what the person has bound anew since stays.
            if names.get(key) is value and key not in cell.public:
                del names[key]
        self._shell.push(cell.public)
        self._public[name] = cell.public

    def _close(self, name: str) -> None:
        panel = self._panels.pop(name, None)
        if panel is not None:
            panel.close()

    def _show(self, name: str, cell: Cell) -> None:
        # The widgets are loaded by the first panel, for the same reason as above.
        if getattr(self._shell, "kernel", None) is None:
            from shimnb.notebook.panel import panel_text  # noqa: PLC0415

            print(panel_text(cell.task))  # noqa: T201  # a terminal has no widgets
            return
        from IPython.display import display  # noqa: PLC0415

        from shimnb.notebook.panel import panel  # noqa: PLC0415

        self._panels[name] = panel(cell.task)
        display(self._panels[name])

    def close(self) -> None:
        """Take back what the cells brought in: panels, modules and their texts. The names in the notebook stay."""
        linecache.cache.pop(self._failed, None)
        for name in list(self._panels):
            self._close(name)
        if self._public:
            from shimnb.notebook.cell import discard  # noqa: PLC0415

            for name in self._public:
                discard(name)


def _body_for_empty_cells(lines: list[str]) -> list[str]:
    """Give an empty cell a blank line: IPython refuses one without, `%%shimtask --help` included."""
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None or not lines[first].startswith(f"%%{_NAME}") or any(line.strip() for line in lines[first + 1 :]):
        return lines
    if lines[first].rstrip().endswith("?"):
        return lines
    return [*lines[:first], lines[first].rstrip("\n") + "\n", "\n"]


def load(ip: InteractiveShell) -> None:
    """Register the magic.

    Parameters
    ----------
    ip : InteractiveShell
        The notebook's shell.
    """
    unload(ip)
    magics = ShimMagics(ip)
    ShimMagics.shimtask.__doc__ = option_parser().format_help()
    ip.register_magics(magics)
    # Before IPython's own, of which the last one reads the cell magic.
    ip.input_transformers_cleanup.insert(0, _body_for_empty_cells)
    if getattr(ip, "kernel", None) is not None:
        # The first cell needs the core and the widgets, a third of a second; the person is still writing it.
        threading.Thread(target=import_module, args=("shimnb.notebook.panel",), name="shimnb", daemon=True).start()


def unload(ip: InteractiveShell) -> None:
    """Take back everything that `load` registered, and the cells' modules.

    Parameters
    ----------
    ip : InteractiveShell
        The notebook's shell.
    """
    manager = ip.magics_manager
    magics = manager.registry.pop(ShimMagics.__name__, None)
    if isinstance(magics, ShimMagics):
        magics.close()
    for kind in ("line", "cell"):
        manager.magics[kind].pop(_NAME, None)
    if _body_for_empty_cells in ip.input_transformers_cleanup:
        ip.input_transformers_cleanup.remove(_body_for_empty_cells)
