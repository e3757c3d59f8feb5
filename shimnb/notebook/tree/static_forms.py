"""A tree without a front end: nested ``<details>`` for HTML, lines for a terminal.

The HTML keeps to what JupyterLab's sanitizer lets through (``details``,
``summary``, lists, ``class``, ``style``) and reads well where styles are
taken out, as on GitHub. Every string is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from shimnb.core.sizes import size_words
from shimnb.notebook.tree.node import Node, Row, rows
from shimnb.notebook.tree.words import cut

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["static_html", "static_text"]

_HTML_BUDGET = 24_576
_TEXT_BUDGET = 8_192
_LINE = 160
_LIST = ' style="list-style: none; margin: 0; padding-left: 1.3em"'
_MONO = ' style="font-family: monospace; overflow-wrap: anywhere; word-break: break-word"'
_MUTED = ' style="opacity: 0.75"'


def static_html(node: Node, title: str = "", *, opened: Collection[str] = (), budget: int = _HTML_BUDGET) -> str:
    """Write a tree as nested ``<details>``.

    Parameters
    ----------
    node : Node
        The root; its children are shown.
    title : str
        A line above the tree, as text.
    opened : collection of str
        Ids of the nodes that stand open.
    budget : int
        The most bytes of rows; what is left out is said where it would be.

    Returns
    -------
    str
        HTML in which every string is escaped.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> "&lt;b&gt;" in static_html(json_node({"<b>": 1}))
    True
    """
    heading = f"<div><strong>{escape(title)}</strong></div>" if title else ""
    body = _html_list(rows(node, opened=opened, budget=budget), node.count, frozenset(opened))
    return f'<div class="shimnb-static"{_MONO}>{heading}{body}</div>'


def _html_list(listed: list[Row], count: int, opened: frozenset[str]) -> str:
    items = [f"<li>{_html_row(made, opened)}</li>" for made in listed]
    if count > len(listed):
        items.append(f"<li{_MUTED}><em>{_left_out(len(listed), count)}</em></li>")
    return f"<ul{_LIST}>{''.join(items)}</ul>" if items else f"<div{_MUTED}><em>empty</em></div>"


def _html_row(made: Row, opened: frozenset[str]) -> str:
    parts = [f"<strong>{escape(made['key'])}</strong>"]
    if made["value"]:
        parts.append(f"<span>{escape(made['value'])}</span>")
    notes = [escape(made["type"])] if made.get("type") else []
    if made["size"]:
        notes.append(size_words(made["size"]))
    if notes:
        parts.append(f"<em{_MUTED}>{' · '.join(notes)}</em>")
    if made.get("badge"):
        parts.append(f"<strong>⚠ {escape(made['badge'])}</strong>")
    line = " ".join(parts)
    count = made.get("count", 0)
    if not count:
        return line
    flag = " open" if made["id"] in opened else ""
    return f"<details{flag}><summary>{line}</summary>{_html_list(made.get('children', []), count, opened)}</details>"


def _left_out(shown: int, count: int) -> str:
    return f"… {count - shown:,} of {count:,} left out" if shown else f"… {count:,} left out"


def static_text(node: Node, title: str = "", *, depth: int = 3, budget: int = _TEXT_BUDGET) -> str:
    """Write a tree as lines for a terminal.

    Parameters
    ----------
    node : Node
        The root; its children are shown.
    title : str
        The first line.
    depth : int
        How many levels are shown.
    budget : int
        The most bytes of rows; what is left out is said where it would be.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> print(static_text(json_node({"n": 3.0, "names": ["a"]}), "config"))
    config
    ├─ n: 3.0  float
    └─ names: ["a"]  list
       └─ 0: "a"  str
    """
    lines = [title] if title else []
    _text_lines(lines, rows(node, depth=depth, budget=budget), node.count, "", depth)
    return "\n".join(lines)


def _text_lines(lines: list[str], listed: list[Row], count: int, indent: str, depth: int) -> None:
    for index, made in enumerate(listed):
        last = index == count - 1
        notes = ", ".join(note for note in (made.get("type", ""), made.get("badge", "")) if note)
        line = f"{indent}{'└─' if last else '├─'} {made['key']}: {made['value']}" + (f"  {notes}" if notes else "")
        lines.append(cut(line, _LINE))
        if made.get("count") and depth > 1:
            _text_lines(lines, made.get("children", []), made["count"], indent + ("   " if last else "│  "), depth - 1)
    if count > len(listed):
        lines.append(f"{indent}└─ {_left_out(len(listed), count)}")
