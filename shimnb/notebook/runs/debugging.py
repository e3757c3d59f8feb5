"""``%debug`` after a run: the last exception of the session becomes the run's, from the user's first line on.

A debugger asks questions, and only a cell can: so a button cannot open it. It
opens in the next cell that says ``%debug``, in the user's deepest frame, with
the variables as they were.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from shimnb.errors import RunError
from shimnb.notebook.runs.failure import own_traceback
from shimnb.notebook.runs.report import can_debug

if TYPE_CHECKING:
    from shimnb.notebook.runs.run import Run

__all__ = ["prepare_debug"]


def prepare_debug(run: Run) -> str:
    """Let the next ``%debug`` open at a run's failure.

    Parameters
    ----------
    run : Run
        A run that failed in the kernel.

    Returns
    -------
    str
        Where it opens, in words.

    Raises
    ------
    RunError
        If the frames are not there: the run did not fail, took place in
        another process, or is too old.
    """
    if not can_debug(run) or run.error is None:
        raise RunError(run.task.name, *_why_not(run))
    error = run.error
    # IPython looks at the exception itself, older ones at the traceback.
    cut = own_traceback(error, run.task) or error.__traceback__
    error.__traceback__ = cut
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, cut
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    shells = sys.modules.get("IPython.core.interactiveshell")
    if shells is not None and shells.InteractiveShell.initialized():
        # The traceback that a cell showed last would come first.
        shells.InteractiveShell.instance().InteractiveTB.tb = None
    return run.failure.place.text if run.failure is not None and run.failure.place is not None else "the last frame"


def _why_not(run: Run) -> tuple[str, str]:
    if run.state != "failed":
        return f"run {run.number} did not fail", "Debug one that did."
    if run.mode == "isolated":
        return (
            f"the process of run {run.number} is gone, and its variables with it",
            "Run it in the kernel, then debug.",
        )
    return f"the variables of run {run.number} were dropped: the last failures alone keep theirs", "Run it again."
