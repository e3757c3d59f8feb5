"""`diff(a, b)`: two templates, messages, files or dicts in one tree, with what is the same folded away."""

from __future__ import annotations

from typing import Any

from shimnb.notebook.tree.compare import compared
from shimnb.notebook.tree.sources import shown
from shimnb.notebook.tree.widget import TreeWidget

__all__ = ["DiffWidget", "diff"]


class DiffWidget(TreeWidget):
    """A comparison in the notebook; make one with `diff`.

    Parameters
    ----------
    a, b : task, TaskTemplate, message, dict, path or bytes
        What to compare, the older one first.
    kind : str or class, optional
        The message type of bytes, of files or of dicts.
    """

    def __init__(self, a: Any, b: Any, kind: object = None, **kwargs: Any) -> None:
        super().__init__(compared(shown(a, kind), shown(b, kind)), **kwargs)


def diff(a: Any, b: Any, kind: object = None) -> DiffWidget:
    """Show what was added, removed and changed between two things that have a tree.

    Parameters
    ----------
    a, b : task, TaskTemplate, message, literals, dict, list, str, Path or bytes
        What to compare, the older one first; as `shimnb.tree` takes them. Of
        a task, its template is compared.
    kind : str or class, optional
        The message type of bytes, of files or of dicts.

    Returns
    -------
    DiffWidget
        The widget; as a cell's last value, it is displayed.

    Raises
    ------
    ShimError
        If one of them has no tree, or they are of different kinds.
    FileError
        If a file cannot be read.

    Notes
    -----
    Items of a list are put side by side by what they hold, so that one that
    was put in is one addition; environment variables by their names. A value
    that is hidden is said to be another one, and neither is shown.

    Examples
    --------
    >>> print(diff({"limit": 5, "rows": [1, 2]}, {"limit": 3, "rows": [1, 2]}).static_text())
    dict · 1 changed · 24 B
    ├─ ~ limit: 3, was 5  int
    └─ 1 unchanged: rows
    """
    return DiffWidget(a, b, kind)
