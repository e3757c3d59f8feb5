"""What a tree is made of: from a task, a message, a file, bytes or a dict to nodes, and the words of the title line.

Nothing is guessed: what has no tree is an error in words, and what was taken
for the type of some bytes stands in the title line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import getattr_static
from pathlib import PurePath
from typing import Any

from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf.message import Message

from shimnb.core.sizes import size_level, size_words
from shimnb.errors import ShimError
from shimnb.notebook.tree.builders import message_at
from shimnb.notebook.tree.masks import HIDDEN, hides_text
from shimnb.notebook.tree.nodes import Node, Parts, Spot, json_node, message_node, task_tree, template_node
from shimnb.notebook.tree.words import cut, quoted, visible

__all__ = ["Shown", "shown"]

_OPEN_AT_ONCE = 24
_ABSENT = object()
_ACCEPTED = "Pass a task, a TaskTemplate, a message of flyteidl, a dict, or the path or the bytes of a .pb file."


@dataclass(frozen=True)
class Shown:
    """What a tree shows.

    Attributes
    ----------
    build : callable
        Makes the root, with rows for fields that are not set or without.
    name : str
        The first words of the title line.
    notes : tuple of str
        The other words.
    expanded : tuple of str
        Ids of the rows that stand open at first.
    source : Message or a JSON value
        What is shown.
    kind : str
        What it is, for sentences: ``TaskTemplate``, ``LiteralMap``, ``dict``.
    depth : int
        How many levels a terminal shows.
    """

    build: Callable[[bool], Node]
    name: str
    notes: tuple[str, ...] = ()
    expanded: tuple[str, ...] = ()
    source: Any = None
    kind: str = ""
    depth: int = 2

    @cached_property
    def node(self) -> Node:
        """The root, without fields that are not set."""
        return self.build(False)  # noqa: FBT003  # the only parameter

    @property
    def label(self) -> str:
        """The tree's accessible name."""
        return f"Template of {self.name}" if self.node.path == "tt" else self.name

    @property
    def heading(self) -> str:
        """Name, notes and size."""
        return " · ".join((self.name, *self.notes, size_words(self.node.size)))

    @property
    def title_line(self) -> str:
        """The heading, and the limit that the size passes."""
        warning = size_level(self.node.size)[1] if self.kind == "TaskTemplate" else ""
        return f"{self.heading}, {warning}" if warning else self.heading


def shown(x: Any, kind: object = None) -> Shown:
    r"""Find out what there is to show.

    Parameters
    ----------
    x : task, TaskTemplate, message, dict, list, str, Path or bytes
        What to show; a text is a path or a URI.
    kind : str or class, optional
        The message type of bytes, of a file or of a dict.

    Raises
    ------
    ShimError
        If it has no tree, or its bytes are no message.
    FileError
        If its file cannot be read.

    Examples
    --------
    >>> shown({"limit": 3}).heading
    'dict · 11 B'
    >>> shown(b"\n\x0b\n\x01n\x12\x06\n\x04\n\x02\x08\x03").notes
    ('read as LiteralMap',)
    """
    return x if isinstance(x, Shown) else _shown(x, kind)


def _shown(x: Any, kind: object) -> Shown:
    if isinstance(x, type):
        raise _no_tree(f"the class {cut(visible(x.__name__[:200]))}")
    if isinstance(x, (bytes, bytearray, memoryview)):
        return _bytes(bytes(x), kind)
    if isinstance(x, (str, PurePath)):
        return _file(x, kind)
    if kind is not None:
        return _told(x, kind)
    # Looked up without being read: reading it serializes the task, whose own errors are to be seen.
    if getattr_static(x, "task_template", _ABSENT) is not _ABSENT:
        return _task(x)
    if isinstance(x, Message) or _is_model(x):
        return _message(_to_message(x))
    if isinstance(x, (Mapping, list, tuple)):
        return _json(x)
    raise _no_tree("None" if x is None else f"a value of type {type(x).__name__}")


def _no_tree(what: str) -> ShimError:
    return ShimError(f"{what} has no tree", where="tree", remedy=_ACCEPTED)


# Tasks and messages.


def _task(task: Any) -> Shown:
    """Show a task: its decoded template, with what `custom` lost and the signature's defaults."""
    return _template(*task_tree(task))


def _is_model(x: Any) -> bool:
    """Tell whether something is a message in disguise: a view of ours, or a model of flytekit's."""
    return callable(getattr_static(type(x), "to_flyte_idl", None))


def _to_message(x: Any) -> Message:
    message = x if isinstance(x, Message) else x.to_flyte_idl()
    if not isinstance(message, Message):
        raise _no_tree(f"what to_flyte_idl() of a {type(x).__name__} gives, a {type(message).__name__},")
    return message


def _message(message: Message, name: str = "", notes: tuple[str, ...] = ()) -> Shown:
    kind = message.DESCRIPTOR.name
    if isinstance(message, tasks_pb2.TaskTemplate):
        return _template(message, lambda unset: template_node(message, unset=unset), notes)

    def build(unset: bool) -> Node:  # noqa: FBT001  # as Shown has it
        return _with_rows(message_node(message, unset=unset))

    return Shown(build, name or kind, notes, source=message, kind=kind)


def _template(template: Any, build: Callable[[bool], Node], notes: tuple[str, ...] = ()) -> Shown:
    custom = len(template.custom.fields)
    parts = (template.type, template.container.image)
    own = tuple(HIDDEN if hides_text(text) else cut(visible(text[:400])) for text in parts if text)
    return Shown(
        build,
        cut(visible(template.id.name[:400])) or "TaskTemplate",
        (*own, *notes),
        ("/custom",) if 0 < custom <= _OPEN_AT_ONCE else (),
        template,
        "TaskTemplate",
    )


def _with_rows(node: Node) -> Node:
    """Give a value without children a parent, so that it has a row of its own."""
    if node.count or not node.text:
        return node
    child = replace(node, spot=Spot("value", "/value"))
    return Node(Spot(), "map", size=node.size, parts=Parts(1, lambda: ["value"], lambda _: child), raw=node.raw)


# Plain values.


def _json(x: Mapping[Any, Any] | list[Any] | tuple[Any, ...], name: str = "", notes: tuple[str, ...] = ()) -> Shown:
    value: Any = dict(x) if isinstance(x, Mapping) else x
    items = list(value.values()) if isinstance(value, dict) else list(value)
    if isinstance(value, dict) and items and all(isinstance(each, Message) or _is_model(each) for each in items):
        return _messages(value, name, notes)
    _check_cycle(value, type(x).__name__)
    kind = type(x).__name__
    return Shown(lambda _: json_node(value), name or kind, notes, source=value, kind=kind)


def _messages(values: Mapping[Any, Any], name: str, notes: tuple[str, ...]) -> Shown:
    """Show messages by name; of literals, the map that they make."""
    found: dict[str, Any] = {str(key): _to_message(each) for key, each in values.items()}
    if all(isinstance(each, literals_pb2.Literal) for each in found.values()):
        return _message(literals_pb2.LiteralMap(literals=found), name, notes)

    def entry(key: str) -> Node:
        return message_at(Spot().entry(key), found[key], found[key].ByteSize())

    def build(_unset: bool) -> Node:  # noqa: FBT001  # as Shown has it
        size = sum(each.ByteSize() for each in found.values())
        return Node(Spot(), "map", "dict", size, parts=Parts(len(found), lambda: sorted(found), entry), raw=found)

    return Shown(build, name or "dict", notes, source=found, kind="dict")


def _check_cycle(value: Any, name: str) -> None:
    """Raise if something holds itself; without recursion, for a tree may be deeper than Python's stack."""
    # Writing it finds a cycle, much more quickly than looking does, wherever it can be written.
    with suppress(TypeError, ValueError, RecursionError):
        json.dumps(value, default=_nothing, ensure_ascii=False)
        return
    within: set[int] = set()
    left: list[tuple[bool, Any]] = [(True, value)]
    while left:
        enters, each = left.pop()
        if not enters:
            within.discard(id(each))
        elif isinstance(each, (dict, list, tuple)) and each:
            if id(each) in within:
                raise ShimError(
                    f"the {name} holds itself", where="tree", remedy="Put a copy, or a name, where it comes again."
                )
            within.add(id(each))
            left.append((False, each))
            left += [(True, one) for one in (each.values() if isinstance(each, dict) else each) if _holds(one)]


def _nothing(_value: Any) -> None:
    """Stand in for a value that JSON does not have."""


def _holds(value: Any) -> bool:
    return isinstance(value, (dict, list, tuple))


# Bytes and files: what reads them is loaded when the first ones come.


def _decoded(decoded: Any, name: str) -> Shown:
    notes = (decoded.read_as,)
    if isinstance(decoded.value, Message):
        return _message(decoded.value, name, notes)
    if isinstance(decoded.value, (dict, list)):
        return _json(decoded.value, name, notes)
    return Shown(lambda _: _with_rows(json_node(decoded.value)), name, notes, source=decoded.value, kind="JSON")


def _bytes(data: bytes, kind: object) -> Shown:
    from shimnb.notebook.tree.decode import decode  # noqa: PLC0415  # see above

    return _decoded(decode(data, kind), "")


def _told(x: Any, kind: object) -> Shown:
    """Read a dict, or a list, as the JSON of a message."""
    from shimnb.notebook.tree.decode import from_json  # noqa: PLC0415  # see above

    if not isinstance(x, (Mapping, list)):
        what = "None" if x is None else f"a value of type {type(x).__name__}"
        raise ShimError(
            f"{what} is not read as {quoted(str(kind), 60)}",
            where="tree",
            remedy="The type is for bytes, a file or a dict: leave it out.",
        )
    return _decoded(from_json(dict(x) if isinstance(x, Mapping) else x, kind, "dict"), "")


def _file(path: str | PurePath, kind: object) -> Shown:
    from shimnb.notebook.tree import decode, files  # noqa: PLC0415  # see above

    file = files.read(path)
    if file.ending == ".json":
        return _decoded(decode.from_json(decode.json_value(file.text(), file.shown), kind, file.shown), file.name)
    if file.ending in files.TEXT_ENDINGS:
        return _decoded(decode.text_message(file.text(), kind, file.shown), file.name)
    return _decoded(decode.decode(file.data, kind, source=file.shown, stem=file.stem), file.name)
