"""Whether somebody looks on while a cell runs.

nbclient, and with it papermill, `jupyter execute` and nbconvert, runs a
notebook without a front end. What it saves is read later, in a page without a
kernel: there a widget is an empty place, and the static forms are all that
can be seen.
"""

from __future__ import annotations

import os
from typing import Any

from IPython.core.getipython import get_ipython

__all__ = ["is_headless", "without_view"]

_VIEW = "application/vnd.jupyter.widget-view+json"


def is_headless() -> bool:
    """Tell whether the cell that runs was sent by a program that keeps its outputs.

    Notes
    -----
    Jupyter's protocol has no word for it. Such a program says with each cell
    that nobody can be asked for input (``allow_stdin``), which no notebook
    does. Voila does so too, and shows widgets.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return False
    content = kernel.get_parent("shell").get("content", {})
    return content.get("allow_stdin") is False


def without_view(bundle: dict[str, Any]) -> dict[str, Any]:
    """Take a widget's view out of what is displayed, where there is nobody who could see it."""
    return {key: value for key, value in bundle.items() if key != _VIEW} if is_headless() else bundle
