"""What can be taken out of a tree: a value, its JSON, its path, a message as text proto, and the whole as a file.

Secrets are hidden in all of it, unless each one in what is taken was revealed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import duration_pb2, json_format, struct_pb2, text_format, timestamp_pb2
from google.protobuf.message import Message

from shimnb.core.custom import struct_to_dict
from shimnb.core.sizes import size_words
from shimnb.errors import ShimError
from shimnb.notebook.tree.finding import finder_of
from shimnb.notebook.tree.masks import holds_hidden, scalar_of, taken
from shimnb.notebook.tree.words import cut, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shimnb.notebook.tree.model import TreeModel
    from shimnb.notebook.tree.node import Node

__all__ = ["Chain", "download_answer", "file_name", "take_answer"]

_MOST_COPIED = 4_000_000
_SLICE = 4_000_000
_NAME = 80
_WHERE = "tree"
_FORMS = {".pb": "application/x-protobuf", ".json": "application/json", ".txtpb": "text/plain;charset=utf-8"}
# Names that Windows keeps for devices.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True)
class Chain:
    """A node, with those that lead to it.

    Attributes
    ----------
    nodes : tuple of Node
        From the root to the node itself.
    keys : tuple of object
        The key of each in its parent, below the root.
    bare : bool
        Whether secrets are given as they are.
    """

    nodes: tuple[Node, ...]
    keys: tuple[Any, ...] = ()
    bare: bool = False

    @classmethod
    def to(cls, model: TreeModel, at: Sequence[int]) -> Chain:
        """Go to a position.

        Raises
        ------
        ShimError
            If there is no such row.
        """
        nodes, keys = [model.root], []
        for place in at:
            parts = nodes[-1].parts
            child = model.at(at[: len(nodes)])
            if parts is None or child is None:
                raise ShimError("this row is not there any more", where=_WHERE, remedy="Choose another one.")
            nodes.append(child)
            keys.append(parts.keys[place])
        return cls(tuple(nodes), tuple(keys))

    @property
    def node(self) -> Node:
        """The node that is taken."""
        return self.nodes[-1]

    @cached_property
    def given(self) -> Any:
        """What the node shows, with secrets hidden."""
        return taken(self.node) if not self.bare and holds_hidden(self.node) else self.node.raw

    # A path.

    def path(self) -> str:
        """Write what an executor writes to get the value.

        Raises
        ------
        ShimError
            If an executor cannot get there.
        """
        path = self.node.path
        if not path:
            raise ShimError(
                f"{_named(self.node)} has no path: an executor cannot get to it",
                where=_WHERE,
                remedy="Copy its JSON instead.",
            )
        raw = self.node.raw
        if isinstance(raw, tasks_pb2.Resources.ResourceEntry) and not self.node.count:
            return f"{path}.value"
        if isinstance(raw, literals_pb2.KeyValuePair) and len(self.nodes) > 1:
            return self._variable(path, raw)
        return path

    def _variable(self, path: str, pair: literals_pb2.KeyValuePair) -> str:
        """Write the path of an environment variable; of two with the same name, a dict has the last."""
        holder = self.nodes[-2]
        places = [place for place, other in enumerate(holder.raw) if other.key == pair.key]
        if holder.raw[places[-1]] == pair:
            return path
        place = next(place for place in places if holder.raw[place] == pair)
        root = self.nodes[0].path
        return f"{root}.to_flyte_idl(){holder.path[len(root) :]}[{place}].value"

    # A value.

    def value(self) -> str:
        """Write the value in Python: a string as it is, another scalar and JSON as a literal, a message as its JSON."""
        node, given = self.node, self.given
        if node.kind in {"type", "enum"}:
            return node.text
        if isinstance(given, (struct_pb2.Struct, struct_pb2.ListValue)) or _is_json(given):
            return repr(_plain(given))
        if not isinstance(given, Message) and node.count:
            return self._container(given)
        inner = scalar_of(given)
        if isinstance(inner, (timestamp_pb2.Timestamp, duration_pb2.Duration)):
            return inner.ToJsonString()
        return self.json() if isinstance(inner, Message) else _scalar_text(inner)

    def _container(self, given: Any) -> str:
        pairs = list(given.items()) if hasattr(given, "items") else list(given)
        if pairs and all(isinstance(pair, literals_pb2.KeyValuePair) for pair in pairs):
            return repr({pair.key: pair.value for pair in pairs})
        if any(isinstance(each[1] if hasattr(given, "items") else each, Message) for each in pairs):
            return self.json()
        return repr(dict(pairs) if hasattr(given, "items") else pairs)

    # JSON.

    def json(self) -> str:
        """Write the JSON: of a message, protobuf's own; of JSON, what an executor gets, with doubles as doubles.

        Raises
        ------
        ShimError
            If there is none, as for an infinite number in a Struct.
        """
        try:
            return json.dumps(self._json(self.given), ensure_ascii=False, indent=2, default=repr)
        except (ValueError, TypeError, RecursionError, json_format.Error) as error:
            raise ShimError(
                f"{_named(self.node)} has no JSON: {cut(visible(str(error)[:400]), 200)}",
                where=_WHERE,
                remedy="Copy it as text proto instead."
                if isinstance(self.given, Message)
                else "Copy its value instead.",
            ) from error

    def _json(self, given: Any) -> Any:
        if isinstance(given, Message):
            return _message_json(given)
        field = self._field()
        if field is None:
            return given
        # As its message has it: names of enums, 64-bit integers as strings, bytes in base64.
        value = _message_json(self._alone(*field)).get(field[1].json_name)
        if self._whole(field[1]) or value is None:
            return value
        return next(iter(value.values())) if isinstance(value, dict) else value[0]

    # Text proto.

    def text(self) -> str:
        """Write text proto that reads back as the same message; of a field, as its message with that field alone.

        Raises
        ------
        ShimError
            If the node stands for no message and no field of one.
        """
        given = self.given
        if not isinstance(given, Message):
            field = self._field()
            if field is None:
                raise ShimError(
                    f"{_named(self.node)} is JSON, and no message: it has no text proto",
                    where=_WHERE,
                    remedy="Copy its JSON instead.",
                )
            given = self._alone(*field)
        return _text_proto(given)

    def _field(self) -> tuple[Message, Any] | None:
        """Find the message and the field that a value stands in, which is no message itself."""
        for depth in (1, 2):
            holder = self.nodes[-1 - depth].raw if len(self.nodes) > depth else None
            if isinstance(holder, Message):
                field = holder.DESCRIPTOR.fields_by_name.get(self.nodes[-depth].spot.key)
                return (holder, field) if field is not None else None
        return None

    def _whole(self, field: Any) -> bool:
        """Tell whether the node is all of a field, and not one item of it."""
        holder = self.nodes[-2].raw
        return isinstance(holder, Message) and holder.DESCRIPTOR.fields_by_name.get(self.node.key) is field

    def _alone(self, holder: Message, field: Any) -> Message:
        """Make a message that has nothing but this value."""
        made = type(holder)()
        target: Any = getattr(made, field.name)
        value, whole = self.given, self._whole(field)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            given = getattr(holder, field.name)
            # In a comparison, the keys of the rows are others; there are strings alone in a map's.
            own = self.keys[-1] if self.keys[-1] in list(given) else self.node.key
            for key, item in value.items() if whole else [(own, value)]:
                if isinstance(item, Message):
                    target[key].CopyFrom(item)
                else:
                    target[key] = item
        elif field.is_repeated:
            target.extend(value if whole else [value])
        else:
            setattr(made, field.name, value)
        return made


def _named(node: Node) -> str:
    return node.key or "the tree"


def _is_json(given: Any) -> bool:
    return isinstance(given, (dict, list, tuple)) and not any(isinstance(each, Message) for each in given)


def _plain(given: Any) -> Any:
    if isinstance(given, struct_pb2.Struct):
        return struct_to_dict(given)
    return json_format.MessageToDict(given) if isinstance(given, Message) else given


def _scalar_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return repr(value)
    except ValueError:  # more digits than Python writes in decimal
        return hex(value)


def _message_json(message: Message) -> Any:
    # A Struct is most of what is large, and this is many times faster than the general way.
    return struct_to_dict(message) if isinstance(message, struct_pb2.Struct) else json_format.MessageToDict(message)


def _text_proto(message: Message) -> str:
    return f"# proto-message: {message.DESCRIPTOR.full_name}\n{text_format.MessageToString(message, as_utf8=True)}"


# What a view asks.

_TAKES: dict[str, Callable[[Chain], str]] = {
    "value": Chain.value,
    "json": Chain.json,
    "path": Chain.path,
    "text": Chain.text,
}
_WORDS = {"value": "the value of ", "json": "the JSON of ", "path": "", "text": "the text proto of "}


def take_answer(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give a row's text for the clipboard.

    Parameters
    ----------
    model : TreeModel
        The tree.
    content : dict
        ``at``, the row's position; ``form``: ``value``, ``json``, ``path`` or
        ``text``, for text proto; ``revealed``, the ids of hidden values that
        are shown.

    Returns
    -------
    dict
        ``text``; ``what`` it is, in words; ``note``, if something is hidden.

    Examples
    --------
    >>> from shimnb.notebook.tree.model import TreeModel
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> take_answer(TreeModel(json_node({"a": [1.0, "x"]})), {"at": [0], "form": "value"})
    {'text': "[1.0, 'x']", 'what': 'the value of custom["a"]'}
    """
    form = content["form"]
    chain = Chain.to(model, tuple(int(place) for place in content["at"]))
    hidden, shown = _hidden(model, chain, content)
    size = 0 if form == "path" else chain.node.size
    text = "" if size > _MOST_COPIED else _TAKES[form](replace(chain, bare=hidden > 0 and shown == hidden))
    if max(size, len(text)) > _MOST_COPIED:
        raise ShimError(
            f"{_named(chain.node)} is {size_words(max(size, len(text)))}: too much to copy",
            where=_WHERE,
            remedy="Download the template, or copy a part of it.",
        )
    reply: dict[str, Any] = {
        "text": text,
        "what": cut(_WORDS[form] + visible(chain.node.path or _named(chain.node)), 160),
    }
    if hidden > shown and form != "path":
        reply["note"] = f"{_values(hidden)} in it {'is' if hidden == 1 else 'are'} hidden."
    return reply


def _hidden(model: TreeModel, chain: Chain, content: dict[str, Any]) -> tuple[int, int]:
    """Count the hidden values in what is taken, and those of them that were revealed."""
    if not holds_hidden(chain.node):
        return 0, 0
    revealed = frozenset(str(each) for each in content.get("revealed") or ())
    ids = finder_of(model).hidden_below(tuple(content.get("at") or ()))
    return max(1, len(ids)), len(revealed.intersection(ids))


def _values(number: int) -> str:
    return "1 value" if number == 1 else f"{number:,} values"


def file_name(name: str, ending: str) -> str:
    """Make a file's name of a task's, which is safe in every system.

    Examples
    --------
    >>> file_name("../shimcells.top tracks", ".pb"), file_name("", ".json")
    ('shimcells.top_tracks.pb', 'template.json')
    """
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._- ")[:_NAME].strip("._-") or "template"
    return f"_{safe}{ending}" if _DEVICES.fullmatch(safe) else f"{safe}{ending}"


def download_answer(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give a slice of the file that the whole tree makes.

    Parameters
    ----------
    model : TreeModel
        The tree.
    content : dict
        ``form``: ``.pb``, ``.json`` or ``.txtpb``; ``start``, the first byte;
        ``revealed``, the ids of hidden values that are shown.

    Returns
    -------
    dict
        The ``name`` and ``mime`` type of the file, its ``total`` size, where
        the ``next`` slice begins, or None; and the bytes, in ``buffers``.
    """
    form, start = str(content["form"]), int(content["start"])
    mime = _FORMS[form]
    made = model.kept.get("download")
    if start == 0 or not isinstance(made, tuple) or made[0] != form:
        made = model.kept["download"] = (form, *_file(model, form, content))
    _, data, note = made
    end = min(start + _SLICE, len(data))
    if end == len(data):
        del model.kept["download"]
    source = finder_of(model).root.raw
    name = source.id.name if isinstance(source, tasks_pb2.TaskTemplate) else _kind(source)
    reply = {"name": file_name(name, form), "mime": mime, "total": len(data), "buffers": [data[start:end]]}
    return reply | {"next": end if end < len(data) else None, "note": note}


def _kind(source: Any) -> str:
    return str(source.DESCRIPTOR.name) if isinstance(source, Message) else type(source).__name__


def _file(model: TreeModel, form: str, content: dict[str, Any]) -> tuple[bytes, str]:
    root = finder_of(model).root
    chain = Chain((root,))
    hidden, shown = _hidden(model, chain, {"revealed": content.get("revealed")})
    if form != ".json" and not isinstance(root.raw, Message):
        raise ShimError(
            f"a {_kind(root.raw)} is no message: it has no {form}", where=_WHERE, remedy="Download the .json."
        )
    if form == ".pb":
        if hidden > shown:
            values = "value" if hidden == 1 else "values"
            raise ShimError(
                f"this {_kind(root.raw)} has {hidden - shown:,} hidden {values}, which a .pb would hold as they are",
                where=_WHERE,
                remedy="Reveal them first, or download the .json or .txtpb, where they stay hidden.",
            )
        return root.raw.SerializeToString(), ""
    chain = replace(chain, bare=hidden > 0 and shown == hidden)
    note = f"{_values(hidden)} in it {'is' if hidden == 1 else 'are'} hidden." if hidden > shown else ""
    return (chain.json() + "\n" if form == ".json" else chain.text()).encode("utf-8", "surrogatepass"), note
