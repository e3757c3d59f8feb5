"""A tree without a front end: nested ``<details>`` for HTML, lines for a terminal.

The HTML keeps to what JupyterLab's sanitizer lets through (``details``,
``summary``, lists, ``ins``, ``del``, ``style``) and reads well where styles
are taken out, as on GitHub: what a style says, a sign or a word says too.
Every string is escaped. Both forms are bounded, and say what was cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from shimnb.core.sizes import size_words
from shimnb.notebook.tree.node import Node, Row, rows
from shimnb.notebook.tree.words import cut

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["NO_MATH", "static_html", "static_text"]

NO_MATH = "mathjax_ignore tex2jax_ignore"
"""The classes below which no front end takes what stands between two dollar signs for mathematics."""
_HTML_BUDGET = 24_576
_TEXT_BUDGET = 8_192
_LINE = 160
# The lines that are seen at first. Paper opens nothing, so a small tree stands open as a whole.
_LINES = 48
_LIST = ' style="list-style: none; margin: 0; padding-left: 1.3em"'
_MONO = ' style="font-family: monospace; overflow-wrap: break-word"'
_MUTED = ' style="opacity: 0.75"'
# Where styles are kept, what is printed is all of it; elsewhere the whole element goes, and nothing is missed.
_PRINTED = (
    "<style>@media print { .shimnb-static details:not(.shimnb-same)::details-content"
    " { content-visibility: visible; block-size: auto; display: block; } }</style>"
)
_SIGNS = {"added": "+", "removed": "\N{MINUS SIGN}", "changed": "~"}
_MARKED = {"added": "ins", "removed": "del"}


def static_html(node: Node, title: str = "", *, opened: Collection[str] = (), budget: int = _HTML_BUDGET) -> str:
    """Write a tree as nested ``<details>``.

    Parameters
    ----------
    node : Node
        The root; its children are shown.
    title : str
        A line above the tree, as text.
    opened : collection of str
        Ids of the nodes that stand open; others do too, from the top down, as
        long as the whole is no longer than a screen or two.
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
    heading = f"<div><strong>{_safe(title)}</strong></div>" if title else ""
    found = rows(node, opened=opened, budget=budget)
    page = _Page(_standing_open(found, frozenset(opened)))
    body = page.listed(found, node.count)
    return f'{_PRINTED}<div class="shimnb-static {NO_MATH}"{_MONO}>{heading}{body}{page.foot()}</div>'


def _safe(text: str) -> str:
    """Escape a text; a lone surrogate, which no file can hold, becomes its escape."""
    return escape(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def _standing_open(found: list[Row], opened: frozenset[str]) -> frozenset[str]:
    """Open the branches that are asked for, and others level by level while there is room for their lines."""
    wanted = set(opened)
    room = _LINES - len(found)
    level = found
    while level and room > 0:
        below: list[Row] = []
        for made in level:
            children = made.get("children", [])
            if not children or made.get("change") == "same":
                continue
            if made["id"] not in opened:
                if len(children) > room:
                    continue
                wanted.add(made["id"])
            room -= len(children)
            below += children
        level = below
    return frozenset(wanted)


@dataclass
class _Page:
    """The HTML of rows; it counts what was cut."""

    opened: frozenset[str]
    long: list[str] = field(default_factory=list)

    def listed(self, found: list[Row], count: int) -> str:
        items = [f"<li>{self.row(made)}</li>" for made in found]
        if count > len(found):
            items.append(f"<li{_MUTED}><em>{_left_out(len(found), count)}</em></li>")
        return f"<ul{_LIST}>{''.join(items)}</ul>" if items else f"<div{_MUTED}><em>empty</em></div>"

    def row(self, made: Row) -> str:
        line = self.line(made)
        count = made.get("count", 0)
        if not count:
            return line
        flag = ' class="shimnb-same"' if made.get("change") == "same" else ""
        flag += " open" if made["id"] in self.opened else ""
        return f"<details{flag}><summary>{line}</summary>{self.listed(made.get('children', []), count)}</details>"

    def line(self, made: Row) -> str:
        change = made.get("change", "")
        if change == "same":
            return f"<em{_MUTED}>{_safe(made['key'])}: {_safe(made['value'])}</em>"
        mark = _MARKED.get(change)
        parts = [f"<strong>{_SIGNS[change]}</strong>"] if change in _SIGNS else []
        parts.append(f"<strong>{_safe(made['key'])}</strong>")
        if made["value"]:
            value = _safe(made["value"])
            parts.append(f"<{mark}>{value}</{mark}>" if mark else f"<span>{value}</span>")
        if made.get("before"):
            parts.append(f"was <del>{_safe(made['before'])}</del>")
        notes = [_safe(made["type"])] if made.get("type") else []
        if made["size"]:
            notes.append(size_words(made["size"]))
        if notes:
            parts.append(f"<em{_MUTED}>{' · '.join(notes)}</em>")
        if change in _MARKED:
            parts.append(f"<em>({change})</em>")
        if made.get("badge"):
            parts.append(f"<strong>⚠ {_safe(made['badge'])}</strong>")
        if made.get("long"):
            self.long.append(made["id"])
        return " ".join(parts)

    def foot(self) -> str:
        if not self.long:
            return ""
        text = "1 long value is cut" if len(self.long) == 1 else f"{len(self.long):,} long values are cut"
        return f"<div{_MUTED}><em>{text}.</em></div>"


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
        How many levels are shown; of a comparison, all that has changes.
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
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode("utf-8")


def _text_lines(lines: list[str], found: list[Row], count: int, indent: str, depth: int) -> None:
    for index, made in enumerate(found):
        last = index == count - 1
        lines.append(cut(f"{indent}{'└─' if last else '├─'} {_text_line(made)}", _LINE))
        if made.get("count") and depth > 1 and made.get("change") != "same":
            inner = indent + ("   " if last else "│  ")
            _text_lines(lines, made.get("children", []), made["count"], inner, depth - 1)
    if count > len(found):
        lines.append(f"{indent}└─ {_left_out(len(found), count)}")


def _text_line(made: Row) -> str:
    change = made.get("change", "")
    if change == "same":
        return f"{made['key']}: {made['value']}"
    sign = f"{_SIGNS[change]} " if change in _SIGNS else ""
    was = f", was {made['before']}" if made.get("before") else ""
    notes = ", ".join(note for note in (made.get("type", ""), made.get("badge", "")) if note)
    return f"{sign}{made['key']}: {made['value']}{was}" + (f"  {notes}" if notes else "")
