"""`tree(x)`: a TaskTemplate, a message or a dict as a tree in the notebook.

The model stays in the kernel. The front end gets the first rows, within a
bound, and asks for others when a row is opened.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from flyteidl.core import tasks_pb2
from google.protobuf.message import Message

from shimnb.core.sizes import SIZE_LIMITS, limit_share, size_level
from shimnb.errors import ShimError
from shimnb.notebook.assets import css, esm
from shimnb.notebook.front import without_view
from shimnb.notebook.tree.compare import Compared, change_answer, compared
from shimnb.notebook.tree.finding import find_answer, hits_answer, index_answer, marks_answer
from shimnb.notebook.tree.model import Opened, Position, TreeModel
from shimnb.notebook.tree.nodes import Row, rows
from shimnb.notebook.tree.sources import Shown, shown
from shimnb.notebook.tree.static_forms import static_html, static_text
from shimnb.notebook.tree.take import download_answer, take_answer
from shimnb.notebook.tree.texts import reveal_answer, text_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

__all__ = ["TreeWidget", "static_tree", "tree"]

_FIRST_BUDGET = 24_576
_REPLY_BUDGET = 262_144
_MOST_RANGES = 1_000
_MOST_BRANCHES = 1_000_000
_EXCEPTIONS_BUDGET = 12_288


# What a view may ask. Each answer gets the model and the question, and gives the reply's fields; bytes go under
# ``buffers``. A question that is wrong is a KeyError, TypeError or ValueError here, and words there.


def _position(given: Any) -> Position:
    if not isinstance(given, list) or not all(type(number) is int for number in given):
        raise ValueError(given)
    return tuple(given)


def _opened(content: dict[str, Any]) -> Opened:
    return Opened(
        int(content["depth"]), frozenset(map(str, content["expanded"])), frozenset(map(str, content["collapsed"]))
    )


def _rows(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give rows by ranges: ``ranges`` of ``at``, ``start`` and ``stop``."""
    ranges = [(_position(each["at"]), int(each["start"]), int(each["stop"])) for each in content["ranges"]]
    return {"ranges": model.rows(ranges[:_MOST_RANGES], _REPLY_BUDGET)}


def _shape(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give what stands open below ``at``, by ``depth``, ``expanded`` and ``collapsed``; see `TreeModel.shape`."""
    shape, count, whole = model.shape(_position(content["at"]), _opened(content), _MOST_BRANCHES)
    reply: dict[str, Any] = {"buffers": [shape]}
    if not whole:
        reply["note"] = f"{count:,} branches are open; others open as they come into view."
    return reply


def _where(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give the positions of ``ids``; null for one that is not there."""
    return {"at": [model.find(str(each)) for each in content["ids"][:_MOST_RANGES]]}


def _typed(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give the position of the next open row whose key begins with ``text``, from ``at`` on; null if there is none."""
    found = model.typed(
        str(content["text"]), _position(content["at"]), _opened(content), skip=bool(content.get("skip"))
    )
    return {"at": found}


ANSWERS: dict[str, Callable[[TreeModel, dict[str, Any]], dict[str, Any]]] = {
    "rows": _rows,
    "shape": _shape,
    "where": _where,
    "typed": _typed,
    "text": text_answer,
    "reveal": reveal_answer,
    "change": change_answer,
    "index": index_answer,
    "find": find_answer,
    "hits": hits_answer,
    "marks": marks_answer,
    "take": take_answer,
    "download": download_answer,
}


class TreeWidget(anywidget.AnyWidget):
    """A tree in the notebook; make one with `tree`.

    Parameters
    ----------
    x : task, TaskTemplate, message, dict, path or bytes
        What to show; see `tree`.
    kind : str or class, optional
        The message type of bytes, of a file or of a dict.
    after : TreeWidget, optional
        A tree whose place this one takes: what stands open there stands open
        here, and what was looked at is looked at.
    earlier : task, TaskTemplate, message or dict, optional
        An earlier version of `x`, which it can be compared with.

    Attributes
    ----------
    title : dict
        The title line: ``name``, ``notes``, ``size`` in bytes, ``level`` and
        ``warning`` where the size passes a limit; and ``label``, the tree's
        accessible name.
    count : int
        How many rows there are without a parent.
    rows : list of dict
        The first rows; see `shimnb.notebook.tree.nodes`.
    depth, expanded, collapsed : int, list of str, list of str
        What stands open: the rows above a depth (0: all), and the ids that
        are otherwise; see `shimnb.notebook.tree.model.Opened`. It is kept
        here, with ``place``, so that the view comes back as it was when the
        front end makes it again.
    place : dict
        What is looked at: ``active``, the id of the row that has the focus,
        and ``at``, its position; ``top``, the position of the first row that
        is seen, and ``offset``, by how many pixels it is cut.
    version : int
        Counts what was shown: an answer is for the version that it names.
    unset : bool
        Whether the fields that are not set have rows too.
    look : str
        ``decoded``, or ``written`` for the values as they were before they
        were encoded.
    comparing : bool
        Whether what changed since the earlier version is shown instead.
    finding : dict
        The search box: ``query``, ``scope``, and ``only``, whether nothing but
        hits is shown.
    """

    _esm = esm("tree.js")
    _css = css("tree.css")
    title = traitlets.Dict().tag(sync=True)
    count = traitlets.Int().tag(sync=True)
    rows: traitlets.List[Row] = traitlets.List().tag(sync=True)
    depth = traitlets.Int(1).tag(sync=True)
    expanded = traitlets.List(traitlets.Unicode()).tag(sync=True)
    collapsed = traitlets.List(traitlets.Unicode()).tag(sync=True)
    place = traitlets.Dict().tag(sync=True)
    version = traitlets.Int().tag(sync=True)
    unset = traitlets.Bool(default_value=False).tag(sync=True)
    look = traitlets.Unicode("decoded").tag(sync=True)
    comparing = traitlets.Bool(default_value=False).tag(sync=True)
    finding = traitlets.Dict().tag(sync=True)
    _ready = False

    def __init__(
        self, x: Any, kind: object = None, after: TreeWidget | None = None, earlier: Any = None, **kwargs: Any
    ) -> None:
        self._earlier = None if earlier is None else shown(earlier)
        self._stood: dict[str, Any] = {}
        if after is not None:
            comparing = after.comparing and earlier is not None
            kwargs = {"unset": after.unset, "look": after.look, "comparing": comparing, **kwargs}
        self._take(shown(x, kind), unset=kwargs.get("unset", False), comparing=kwargs.get("comparing", False))
        opened = list(self._shown.expanded)
        if after is not None:
            # A row that was there and closed stays so; a new one is as it would be in a first tree.
            opened = [*after.expanded, *(each for each in opened if after.model.find(each) is None)]
            kwargs = {"depth": after.depth, "collapsed": _bounded(after.collapsed), "place": after.place, **kwargs}
            kwargs = {"finding": after.finding, **kwargs}
        opened = _bounded(opened)
        super().__init__(**self._state(opened), expanded=opened, **kwargs)
        self._ready = True
        self.on_msg(self._answer)

    def _take(self, given: Shown, *, unset: bool, comparing: bool) -> None:
        seen = compared(self._earlier, given) if comparing and self._earlier is not None else given
        self._given, self._shown = given, seen
        self.model = TreeModel(seen.build(unset) if unset else seen.node, seen.source)

    def show(self, x: Any, kind: object = None) -> None:
        """Show something else; what stands open stays open.

        Raises
        ------
        ShimError
            If `x` has no tree; the tree shows what it showed before.
        """
        self._take(shown(x, kind), unset=self.unset, comparing=self.comparing)
        self._tell()

    def _tell(self) -> None:
        """Tell the views that there is something else to see."""
        with self.hold_sync():
            for name, value in self._state(self.expanded).items():
                setattr(self, name, value)
            self.version += 1

    @traitlets.observe("unset")
    def _on_unset(self, _change: Any) -> None:
        # While the widget is made, there is nothing yet to be shown in another way.
        if self._ready:
            self._take(self._given, unset=self.unset, comparing=self.comparing)
            self._tell()

    @traitlets.observe("comparing")
    def _on_comparing(self, _change: Any) -> None:
        if not self._ready:
            return
        self._take(self._given, unset=self.unset, comparing=self.comparing)
        with self.hold_sync():
            if self.comparing:
                # What stands open comes back with the tree.
                self._stood = {"depth": self.depth, "expanded": self.expanded, "collapsed": self.collapsed}
                self.depth, self.expanded, self.collapsed = 1, _bounded(reversed(self._shown.expanded)), []
            else:
                self.set_trait("depth", self._stood.get("depth", self.depth))
                self.set_trait("expanded", self._stood.get("expanded", self.expanded))
                self.set_trait("collapsed", self._stood.get("collapsed", self.collapsed))
            self._tell()

    def _state(self, opened: Collection[str]) -> dict[str, Any]:
        root = self.model.root
        first = rows(root, opened=frozenset(opened), budget=_FIRST_BUDGET)
        title = {**title_of(self._shown), "earlier": self._earlier is not None}
        return {"title": title, "count": root.count, "rows": first}

    def _answer(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Answer a view's question; one that makes no sense gets an error in words, never a traceback."""
        if not isinstance(content, dict) or content.get("type") not in ANSWERS:
            return
        reply: dict[str, Any] = {"request": content.get("request"), "type": content["type"], "version": self.version}
        try:
            reply |= ANSWERS[content["type"]](self.model, content)
        except ShimError as error:
            reply["error"] = str(error)
        except (KeyError, TypeError, ValueError):
            reply["error"] = "The question was not understood."
        root = reply.pop("root", None)
        if root is not None:
            self.model.use(root)
            self._tell()
            reply["version"] = self.version
        self.send(reply, reply.pop("buffers", None))

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return without_view({**data, "text/html": self.static_html(), "text/plain": self.static_text()}), metadata

    def static_html(self) -> str:
        """Return the tree as nested ``<details>``, for where there is no front end."""
        return static_html(self._given.node, self._given.title_line, opened=self.expanded)

    def static_text(self) -> str:
        """Return the tree as lines for a terminal."""
        return static_text(self._given.node, self._given.title_line, depth=self._given.depth)


def _bounded(ids: Iterable[str]) -> list[str]:
    """Keep the ids that fit into the first message, the newest first."""
    kept: list[str] = []
    room = _EXCEPTIONS_BUDGET
    for each in reversed(list(dict.fromkeys(ids))):
        room -= len(json.dumps(each)) + 2
        if room < 0:
            break
        kept.append(each)
    return kept[::-1]


def title_of(given: Shown) -> dict[str, Any]:
    """Give the title line: words, the size, and what there is to choose of."""
    node = given.node
    title = {"name": given.name, "label": given.label, "notes": list(given.notes), "size": node.size}
    # What a cluster takes is a matter of templates.
    if isinstance(given.source, tasks_pb2.TaskTemplate):
        level, warning = size_level(node.size)
        if level:
            title |= {"level": level, "warning": warning}
        title["gauge"] = {"limits": list(SIZE_LIMITS), "words": limit_share(node.size)}
        if any(child.wrote for child in node.children()):
            title["written"] = True
    if isinstance(given.source, Message):
        title["fields"] = True
    if isinstance(given, Compared) and given.tally is not None:
        title["changes"] = len(given.tally.places)
    return title


def static_tree(x: Any, kind: object = None) -> tuple[str, str]:
    """Write a tree as HTML and as text, without a widget."""
    given = shown(x, kind)
    return (
        static_html(given.node, given.title_line, opened=given.expanded),
        static_text(given.node, given.title_line, depth=given.depth),
    )


def tree(x: Any, kind: object = None) -> TreeWidget:
    r"""Show a task's template, a message of flyteidl, a file of one or a dict as a tree.

    Parameters
    ----------
    x : task, TaskTemplate, message, literals, dict, list, str, Path or bytes
        A task is shown as its template, encoded and decoded: what a cluster
        gets. What changed in `custom` on the way carries a badge. A text is
        the path, or the URI, of a ``.pb``, ``.json`` or ``.txtpb`` file;
        bytes are a message.
    kind : str or class, optional
        The message type of bytes, of a file or of a dict, such as
        ``"LiteralMap"``. Where it is left out, the type is found by the
        fields; the one that was taken stands in the title line.

    Returns
    -------
    TreeWidget
        The widget; as a cell's last value, it is displayed.

    Raises
    ------
    ShimError
        If `x` is none of these, or its bytes are no message.
    FileError
        If its file cannot be read.

    Examples
    --------
    >>> print(tree({"limit": 3}).static_text())
    dict · 11 B
    └─ limit: 3  int
    >>> print(tree(b"\n\x0b\n\x01n\x12\x06\n\x04\n\x02\x08\x03").static_text())
    LiteralMap · read as LiteralMap · 13 B
    └─ n: 3  int
    """
    return TreeWidget(x, kind)
