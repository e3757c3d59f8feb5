"""`tree(x)`: a TaskTemplate, a message or a dict as a tree in the notebook.

The model stays in the kernel. The front end gets the first rows, within a
bound, and asks for others when a row is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from inspect import getattr_static
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from flyteidl.core import tasks_pb2
from google.protobuf.message import Message

from shimnb.core.sizes import size_level, size_words
from shimnb.errors import ShimError
from shimnb.notebook.assets import css, esm
from shimnb.notebook.front import without_view
from shimnb.notebook.tree.nodes import Node, Parts, Row, Spot, json_node, message_node, rows, template_node
from shimnb.notebook.tree.static_forms import static_html, static_text
from shimnb.notebook.tree.words import cut, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["TreeWidget", "static_tree", "tree"]

_FIRST_BUDGET = 24_576
_REPLY_BUDGET = 262_144
_OPEN_AT_ONCE = 24
_DEEPEST = 1_000_000


@dataclass(frozen=True)
class _Shown:
    """What a tree shows: its nodes, and the words of its title line."""

    node: Node
    name: str
    notes: tuple[str, ...]
    expanded: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"Template of {self.name}" if self.node.path == "tt" else self.name

    @property
    def heading(self) -> str:
        return " · ".join((self.name, *self.notes, size_words(self.node.size)))

    @property
    def title_line(self) -> str:
        warning = size_level(self.node.size)[1]
        return f"{self.heading}, {warning}" if warning else self.heading


def _template(template: tasks_pb2.TaskTemplate, losses: Any = (), defaults: Any = None) -> _Shown:
    node = template_node(template, losses, defaults=defaults)
    notes = tuple(cut(visible(text[:400])) for text in (template.type, template.container.image) if text)
    custom = node.find("/custom")
    opened = ("/custom",) if custom is not None and 0 < custom.count <= _OPEN_AT_ONCE else ()
    return _Shown(node, cut(visible(template.id.name[:400])) or "TaskTemplate", notes, opened)


def _task(task: Any) -> _Shown:
    """Show a task: its decoded template, with what `custom` lost and the signature's defaults."""
    view = task.task_template
    if view is None:
        raise ShimError("the task has no template", where="tree", remedy="Give it an image: container_image=.")
    losses: Callable[[], Any] | None = getattr(task, "losses", None)
    interface = getattr(task, "python_interface", None)
    return _template(_message(view), losses() if losses else (), getattr(interface, "defaults", None))


def _message(view: Any) -> Any:
    return view if isinstance(view, Message) else view.to_flyte_idl()


def _shown(x: Any) -> _Shown:
    if isinstance(x, type):
        raise _no_tree(f"the class {x.__name__}")
    # Looked up without being read: reading it serializes the task, whose own errors are to be seen.
    if getattr_static(x, "task_template", None) is not None:
        return _task(x)
    if isinstance(x, Message) or hasattr(x, "to_flyte_idl"):
        message = _message(x)
        if isinstance(message, tasks_pb2.TaskTemplate):
            return _template(message)
        return _Shown(_with_rows(message_node(message)), message.DESCRIPTOR.name, ())
    if isinstance(x, (Mapping, list)):
        return _json(x)
    raise _no_tree(f"a value of type {type(x).__name__}")


def _no_tree(what: str) -> ShimError:
    return ShimError(
        f"{what} has no tree",
        where="tree",
        remedy="Pass a task, a TaskTemplate, a message of flyteidl, or a dict.",
    )


def _with_rows(node: Node) -> Node:
    """Give a value without children a parent, so that it has a row of its own."""
    if node.count or not node.text:
        return node
    child = replace(node, spot=Spot("value", "/value"))
    return Node(Spot(), "map", size=node.size, parts=Parts(1, lambda: ["value"], lambda _: child))


def _json(x: Any) -> _Shown:
    value = dict(x) if isinstance(x, Mapping) else x
    try:
        json.dumps(value, default=repr)
    except (TypeError, ValueError, RecursionError) as error:
        raise ShimError(
            f"the {type(x).__name__} is no JSON value: {error}",
            where="tree",
            remedy="Use string keys, and break what holds itself.",
        ) from error
    return _Shown(json_node(value), type(x).__name__, ())


class TreeWidget(anywidget.AnyWidget):
    """A tree in the notebook; make one with `tree`.

    Parameters
    ----------
    x : task, TaskTemplate, message or dict
        What to show.
    after : TreeWidget, optional
        A tree whose place this one takes: what stands open there stands open here.

    Attributes
    ----------
    title : dict
        The title line: ``name``, ``notes``, ``size`` in bytes, ``level`` and
        ``warning`` where the size passes a limit; and ``label``, the tree's
        accessible name.
    rows : list of dict
        The first rows; see `shimnb.notebook.tree.nodes`.
    expanded : list of str
        Ids of the rows that stand open. They are kept here, so that the view
        comes back as it was when the front end makes it again.
    """

    _esm = esm("tree.js")
    _css = css("tree.css")
    title = traitlets.Dict().tag(sync=True)
    rows: traitlets.List[Row] = traitlets.List().tag(sync=True)
    expanded = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, x: Any, after: TreeWidget | None = None, **kwargs: Any) -> None:
        self._shown = _shown(x)
        opened = list(self._shown.expanded)
        if after is not None:
            # A row that was there and closed stays so; a new one is as it would be in a first tree.
            opened = [*after.expanded, *(each for each in opened if after._shown.node.find(each) is None)]  # noqa: SLF001  # a widget of this class
        super().__init__(**_state(self._shown, opened), expanded=opened, **kwargs)
        self.on_msg(self._answer)

    def show(self, x: Any) -> None:
        """Show something else; what stands open stays open.

        Raises
        ------
        ShimError
            If `x` has no tree; the tree shows what it showed before.
        """
        self._shown = _shown(x)
        with self.hold_sync():
            for name, value in _state(self._shown, self.expanded).items():
                setattr(self, name, value)

    def _answer(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Answer a view's question; one that makes no sense gets an error in words, never a traceback."""
        if not isinstance(content, dict) or content.get("type") not in {"children", "depth"}:
            return
        reply: dict[str, Any] = {"request": content.get("request"), "type": content["type"]}
        try:
            reply |= self._children(content) if content["type"] == "children" else self._depth(content)
        except (KeyError, TypeError, ValueError):
            reply["error"] = "The question was not understood."
        self.send(reply)

    def _children(self, content: dict[str, Any]) -> dict[str, Any]:
        node = self._shown.node.find(str(content["id"]))
        if node is None:
            return {"error": "This row is not there any more."}
        return {"rows": rows(node, start=max(0, int(content["start"])), depth=1, budget=_REPLY_BUDGET)}

    def _depth(self, content: dict[str, Any]) -> dict[str, Any]:
        depth = int(content["depth"]) or _DEEPEST
        found = rows(self._shown.node, depth=depth, budget=_REPLY_BUDGET)
        opened: list[str] = []
        whole = _open_down(found, depth, opened)
        reply: dict[str, Any] = {"rows": found, "expanded": opened}
        if not whole:
            reply["note"] = f"The first {len(opened):,} branches are open; open others one by one."
        return reply

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return without_view({**data, "text/html": self.static_html(), "text/plain": self.static_text()}), metadata

    def static_html(self) -> str:
        """Return the tree as nested ``<details>``, for where there is no front end."""
        return static_html(self._shown.node, self._shown.title_line, opened=self.expanded)

    def static_text(self) -> str:
        """Return the tree as lines for a terminal."""
        return static_text(self._shown.node, self._shown.title_line, depth=2)


def _state(shown: _Shown, opened: Collection[str]) -> dict[str, Any]:
    level, warning = size_level(shown.node.size)
    title = {"name": shown.name, "label": shown.label, "notes": list(shown.notes), "size": shown.node.size}
    if level:
        title |= {"level": level, "warning": warning}
    return {"title": title, "rows": rows(shown.node, opened=opened, budget=_FIRST_BUDGET)}


def _open_down(listed: list[Row], depth: int, opened: list[str]) -> bool:
    """Collect the branches above `depth` whose children are there; tell whether all were."""
    whole = True
    for made in listed:
        if not made.get("count") or depth == 1:
            continue
        if not made["children"]:
            whole = False
            continue
        opened.append(made["id"])
        whole = _open_down(made["children"], depth - 1, opened) and whole
    return whole


def static_tree(x: Any) -> tuple[str, str]:
    """Write a tree as HTML and as text, without a widget."""
    shown = _shown(x)
    return (
        static_html(shown.node, shown.title_line, opened=shown.expanded),
        static_text(shown.node, shown.title_line, depth=2),
    )


def tree(x: Any) -> TreeWidget:
    """Show a task's template, a message of flyteidl or a dict as a tree.

    Parameters
    ----------
    x : task, TaskTemplate, message or dict
        A task is shown as its template, encoded and decoded: what a cluster
        gets. What changed in `custom` on the way carries a badge.

    Returns
    -------
    TreeWidget
        The widget; as a cell's last value, it is displayed.

    Raises
    ------
    ShimError
        If `x` is none of these.

    Examples
    --------
    >>> print(tree({"limit": 3}).static_text())
    dict · 11 B
    └─ limit: 3  int
    """
    return TreeWidget(x)
