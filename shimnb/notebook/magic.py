"""``%%shimtask`` and ``%shimtask``: read the line, call, show; and what loading the extension registers."""

from __future__ import annotations

import re
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from shimnb.notebook.commands import help_text, run_command
from shimnb.notebook.completion import matcher_of
from shimnb.notebook.line import split_line
from shimnb.notebook.session import Session

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["ShimMagics", "load", "unload"]

_NAME = "shimtask"
_MAGIC_LINE = re.compile(rf"%%{_NAME}(?:\s.*)?(?<!\?)\s*$")


@magics_class
class ShimMagics(Magics):
    """The magics of a shell, and everything else that loading the extension adds to it.

    Parameters
    ----------
    shell : InteractiveShell
        The notebook's shell.

    Attributes
    ----------
    session : Session
        The cells that ran.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.session = Session(shell)
        self._matcher = matcher_of(self.session)
        self._loading: threading.Thread | None = None

    # IPython's own expansion would also turn {{.image.default}} into {.image.default}.
    @no_var_expand
    @line_cell_magic
    def shimtask(self, line: str, cell: str | None = None) -> Any:
        """Make a Flyte shim task of this cell; `load` puts the parser's help in this place."""
        words = split_line(line, command=cell is None)
        if "--help" in words or "-h" in words:
            print(help_text(self.session.parser))  # noqa: T201  # help is what was asked for
            return None
        if cell is None:
            return run_command(self.session, words)
        self.session.run_cell(line, cell)
        return None

    def attach(self) -> None:
        """Add the completion, the input transformer and, in a kernel, the thread that loads the widgets."""
        shell = self.session.shell
        shell.Completer.custom_matchers.append(self._matcher)
        # Before IPython's own, of which the last one reads the cell magic.
        shell.input_transformers_cleanup.insert(0, _prepared)
        if self.session.has_widgets:
            # The first cell needs the core and the widgets, a third of a second; the person is still writing it.
            self._loading = threading.Thread(
                target=import_module, args=("shimnb.notebook.panel",), name="shimnb", daemon=True
            )
            self._loading.start()

    def detach(self) -> None:
        """Take back what `attach` added, what making this object did to the shell, and what the cells brought in."""
        shell = self.session.shell
        if self._loading is not None:
            self._loading.join()
        registries: list[tuple[list[Any], Any]] = [
            (shell.Completer.custom_matchers, self._matcher),
            (shell.input_transformers_cleanup, _prepared),
            (shell.configurables, self),
        ]
        for registered, ours in registries:
            if ours in registered:
                registered.remove(ours)
        self.session.close()


def _prepared(lines: list[str]) -> list[str]:
    """Make a cell one that IPython takes: the magic's line first, and something below it."""
    first = next((at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None)
    if first is None or _MAGIC_LINE.match(lines[first]) is None:
        return lines
    # What stands above goes below, so that every line of the body keeps its number.
    line, body = lines[first].rstrip("\n") + "\n", [*lines[:first], *lines[first + 1 :]]
    # `%%shimtask --help` needs no body, and IPython wants one.
    return [line, *(body if any(each.strip() for each in body) else ["\n"])]


# A terminal asks after each line whether the cell is complete; with the blank line it would run before it has a body.
_prepared.has_side_effects = True  # type: ignore[attr-defined]  # IPython's word for "not when asking"


def load(ip: InteractiveShell) -> None:
    """Register the magics.

    Parameters
    ----------
    ip : InteractiveShell
        The notebook's shell.
    """
    unload(ip)
    magics = ShimMagics(ip)
    ShimMagics.shimtask.__doc__ = help_text(magics.session.parser)
    ip.register_magics(magics)
    magics.attach()


def unload(ip: InteractiveShell) -> None:
    """Take back everything that `load` registered, and what the cells brought in but for the notebook's names.

    Parameters
    ----------
    ip : InteractiveShell
        The notebook's shell.
    """
    manager = ip.magics_manager
    magics = manager.registry.pop(ShimMagics.__name__, None)
    for kind in ("line", "cell"):
        manager.magics[kind].pop(_NAME, None)
    if isinstance(magics, ShimMagics):
        magics.detach()
