"""Displays of a run: `display(...)` in its threads goes to its sink, and to no cell's output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from shimnb.notebook.runs.displays import display_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shimnb.notebook.runs.sink import Sink

__all__ = ["DisplayRoute", "figures", "show_figures"]


class DisplayRoute:
    """Puts itself between `IPython.display` and the kernel's publisher, as long as runs are going on.

    Parameters
    ----------
    sink : callable
        Gives the sink of the calling thread, None outside of a run.
    """

    def __init__(self, sink: Callable[[], Sink | None]) -> None:
        self._sink = sink
        self._undo: list[Callable[[], None]] = []

    def install(self) -> None:
        """Route what is displayed."""
        # Without IPython there is nothing that displays, and a terminal's prints, which are captured.
        functions = sys.modules.get("IPython.core.display_functions")
        shells = sys.modules.get("IPython.core.interactiveshell")
        if functions is None or shells is None or not shells.InteractiveShell.initialized():
            return
        # `display` publishes by this function, whichever publisher a %%capture has put in the kernel's place.
        self._route(functions, "publish_display_data", self._publish)
        publisher = shells.InteractiveShell.instance().display_pub
        self._route(publisher, "publish", self._publish)
        self._route(publisher, "clear_output", self._clear)

    def restore(self) -> None:
        """Take everything back."""
        while self._undo:
            self._undo.pop()()

    def _route(self, owner: Any, name: str, route: Callable[..., None]) -> None:
        original = getattr(owner, name)
        own = name in vars(owner)

        def routed(*args: Any, **kwargs: Any) -> Any:
            sink = self._sink()
            return original(*args, **kwargs) if sink is None else route(sink, *args, **kwargs)

        def undo() -> None:
            # Where someone else has replaced ours in the meantime, theirs stays, and ours below it passes all on.
            if vars(owner).get(name) is routed:
                if own:
                    setattr(owner, name, original)
                else:
                    delattr(owner, name)

        setattr(owner, name, routed)
        self._undo.append(undo)

    def _publish(
        self, sink: Sink, data: Any, *_: Any, transient: Any = None, update: bool = False, **_more: Any
    ) -> None:
        if isinstance(data, dict):
            sink.display(display_of(data, transient, update=update))

    def _clear(self, sink: Sink, *_: Any, **_more: Any) -> None:
        sink.clear_displays()


def figures() -> frozenset[int]:
    """Give the numbers of pyplot's open figures."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return frozenset(helpers.Gcf.figs) if helpers is not None else frozenset()


def show_figures(before: frozenset[int]) -> None:
    """Show and close the figures that were opened since; else the next cell would show them as its own."""
    for number in sorted(figures() - before):
        managers = sys.modules["matplotlib._pylab_helpers"].Gcf
        manager = managers.figs.get(number)
        if manager is None:
            continue
        from IPython.display import display  # noqa: PLC0415  # only for a run that made a figure

        display(manager.canvas.figure)
        managers.destroy(number)
