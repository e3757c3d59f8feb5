"""What changed between two templates, in the words of the tree.

The messages are compared, so that nothing is missed that the words leave out;
the tree's nodes then say it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from google.protobuf import struct_pb2
from google.protobuf.message import Message

from shimnb.notebook.tree.nodes import Node, template_node
from shimnb.notebook.tree.words import cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.core.template import TaskTemplate

__all__ = ["Change", "changes"]

_EXCERPT = 80
_LEAD = 20


@dataclass(frozen=True)
class Change:
    """One row of the tree that is another now.

    Parameters
    ----------
    path : str
        The keys of the tree from the top down: ``custom.limit``,
        ``container.env.LANG``, ``custom.rows[2].price``.
    before, after : str
        The value in the tree's words; empty where the row was not there, or
        is not there any more.
    """

    path: str
    before: str
    after: str


def changes(before: TaskTemplate, after: TaskTemplate, most: int | None = None) -> tuple[Change, ...]:
    """Compare two templates.

    Parameters
    ----------
    before, after : TaskTemplate
        The templates, or their messages.
    most : int, optional
        How many are wanted; all of them when left out.

    Returns
    -------
    tuple of Change
        In the tree's order; empty when the templates are equal. A branch that
        was added or removed is one change, and so is another type of an
        input.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> one = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="a:1"))
    >>> two = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="a:2"))
    >>> changes(one, two)
    (Change(path='container.image', before='"a:1"', after='"a:2"'),)
    """
    one, two = _message(before), _message(after)
    if one == two:
        return ()
    return tuple(islice(_below(_Side(template_node(one), one), _Side(template_node(two), two), ""), most))


def _message(template: Any) -> Any:
    return template if isinstance(template, Message) else template.to_flyte_idl()


@dataclass(frozen=True)
class _Side:
    """A row of one of the trees, and the data that it shows."""

    node: Node
    data: Any

    def keys(self) -> dict[Any, Any]:
        """Return what the children are known by in both trees, each with its key in this one."""
        if self.node.parts is None:
            return {}
        order = self.node.parts.order()
        if not isinstance(order, range) or self._is_numbered():
            return {key: key for key in order}
        # Items with names of their own: of equal ones, such as a variable set twice, the number counts too.
        count: Counter[str] = Counter()
        found = {}
        for key in order:
            name = self.node.parts.make(key).key
            found[name, count[name]] = key
            count[name] += 1
        return found

    def _is_numbered(self) -> bool:
        return self.node.parts is not None and self.node.parts.marks == "[]"

    def child(self, key: Any) -> Node:
        """Make a child."""
        assert self.node.parts is not None  # noqa: S101  # it gave the key
        return self.node.parts.make(key)

    def place(self, child: Node, path: str) -> str:
        """Write a child's path below this row's."""
        if self._is_numbered():
            return f"{path}[{child.key}]"
        name = child.key if child.key.isidentifier() else f'"{child.key}"'
        return f"{path}.{name}" if path else child.key


def _inside(data: Any, key: Any) -> Any:
    """Take what is under a node's key from the data; None for what has no name here."""
    if isinstance(data, struct_pb2.Value):
        data = getattr(data, data.WhichOneof("kind") or "null_value")
    if isinstance(data, struct_pb2.Struct):
        return data.fields[key]
    if isinstance(data, struct_pb2.ListValue):
        return data.values[key]
    if not isinstance(data, Message):
        return None if data is None else data[key]
    if key == "":
        return None
    # A map of variables is shown as its entries are.
    return data.variables[key] if data.DESCRIPTOR.name == "VariableMap" else getattr(data, key)  # type: ignore[attr-defined]  # a VariableMap


def _below(one: _Side, two: _Side, path: str) -> Iterator[Change]:
    """Compare the children of two rows; of those that are equal, no row is made."""
    before, after = one.keys(), two.keys()
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            node = one.child(before[name])
            yield Change(one.place(node, path), node.value, "")
        elif name not in before:
            node = two.child(after[name])
            yield Change(two.place(node, path), "", node.value)
        else:
            was, now = _inside(one.data, before[name]), _inside(two.data, after[name])
            if was is None or was != now:
                sides = _Side(one.child(before[name]), was), _Side(two.child(after[name]), now)
                yield from _between(*sides, two.place(sides[1].node, path))


def _between(one: _Side, two: _Side, path: str) -> Iterator[Change]:
    """Compare two rows of which the data differ."""
    same_shape = (one.node.parts is None) == (two.node.parts is None) and one.node.kind == two.node.kind
    is_type = one.node.kind == "type" and one.node.value != two.node.value
    if same_shape and one.node.parts is not None and not is_type:
        yield from _below(one, two, path)
    elif one.node.kind == two.node.kind == "masked":
        yield Change(path, one.node.value, f"{two.node.value}, another value")
    elif (was := _text(one.data)) and (now := _text(two.data)) and max(len(was), len(now)) > _EXCERPT:
        yield Change(path, *_excerpts(was, now))
    elif one.node.value != two.node.value:
        yield Change(path, one.node.value, two.node.value)
    elif one.node.type != two.node.type:
        yield Change(path, f"{one.node.value}, {one.node.type}", f"{two.node.value}, {two.node.type}")


def _text(data: Any) -> str:
    text = data.string_value if isinstance(data, struct_pb2.Value) else getattr(data, "value", data)
    return text if isinstance(text, str) else ""


def _excerpts(was: str, now: str) -> tuple[str, str]:
    """Show two long texts from shortly before their first difference on."""
    first = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    start = max(0, first - _LEAD)
    lead = "…" if start else ""
    left, right = (cut(f"{lead}{visible(text[start : start + 2 * _EXCERPT])}", _EXCERPT) for text in (was, now))
    return f'"{left}"', f'"{right}"'
