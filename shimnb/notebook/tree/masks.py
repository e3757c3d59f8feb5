"""What is hidden in a tree until somebody asks for it: values that look like secrets.

The rules are here, and nothing else decides what is hidden. Nodes are made
with them, and `taken` applies them to a copy of what a node shows, so that
what is copied, searched, compared or downloaded hides the same values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2
from google.protobuf import struct_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import EncodeError, Message

from shimnb.core.sensitive import holds_secret, looks_secret, names_secret
from shimnb.errors import ShimError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shimnb.notebook.tree.node import Node

__all__ = [
    "HIDDEN",
    "called",
    "hides",
    "hides_text",
    "hides_variable",
    "holds_hidden",
    "scalar_of",
    "taken",
    "taken_text",
]

HIDDEN = "hidden"
# A key of a mapping whose entries are environment variables, and a name that is one by its form.
_ENVIRONMENT = re.compile(r"env(?:s|ironment|iron|_vars?|ironment_variables)?", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_SEARCHED = 65_536
# Values of a run, shown as they are.
_OPEN = frozenset({"flyteidl.core.Literal", "flyteidl.core.LiteralMap", "flyteidl.core.LiteralCollection"})


def hides_text(text: str | bytes) -> bool:
    """Tell whether a text has the form of a secret, or one in it; only the beginning of a long one is looked at.

    Examples
    --------
    >>> hides_text("postgres://me:hunter2@db/music")
    True
    """
    return holds_secret(text[:_SEARCHED])


def hides_variable(name: str, value: str | bytes) -> bool:
    """Tell whether an environment variable, or an entry of a config, is hidden: by its name or by its value.

    Examples
    --------
    >>> hides_variable("DB_PASSWORD", "hunter2"), hides_variable("LOG_LEVEL", "debug"), hides_variable("TOKEN", "")
    (True, False, False)
    """
    return bool(value) and (looks_secret(name[:_SEARCHED]) or hides_text(value))


def hides(key: object, value: object, within: str = "", name: object = None) -> bool:
    """Tell whether a scalar of a JSON value is hidden.

    Parameters
    ----------
    key : object
        The key that it stands under; of an item, that of its list.
    value : object
        The value.
    within : str
        The key of the mapping that it stands in.
    name : object
        What stands beside it under ``name``, as in a pod's
        ``{"name": "DB_PASSWORD", "value": "hunter2"}``.

    Examples
    --------
    >>> hides("api_key", "abc"), hides("value", "abc", name="API_KEY"), hides("query", "select 1")
    (True, True, False)
    """
    if value is None or isinstance(value, bool) or not isinstance(value, (str, bytes, int, float)):
        return False
    # Of a number, the name alone counts; it may have more digits than Python writes.
    text = value if isinstance(value, (str, bytes)) else "0"
    if key == "value" and isinstance(name, str):
        return hides_variable(name, text)
    label = key[:_SEARCHED] if isinstance(key, str) else ""
    if _ENVIRONMENT.fullmatch(within) or _VARIABLE.fullmatch(label):
        return hides_variable(label, text)
    if not text:
        return False
    # A number may be a setting to those who look for secrets in a program, and is none under such a name here.
    named = value[:_SEARCHED] if isinstance(value, str) and not value.isdecimal() else "x"
    return names_secret(label, named) or hides_text(text)


def called(value: Mapping[Any, Any]) -> object:
    """Give what a mapping says that its ``value`` is called."""
    name = value["name"] if "name" in value and "value" in value else None
    if isinstance(name, struct_pb2.Value):
        return name.string_value if name.HasField("string_value") else None
    return name


def scalar_of(raw: Any) -> Any:
    """Give the scalar that a leaf shows; a message that shows as its parts stays as it is.

    Examples
    --------
    >>> scalar_of(literals_pb2.KeyValuePair(key="A", value="1"))
    '1'
    """
    if isinstance(raw, literals_pb2.Literal):
        raw = raw.scalar if raw.HasField("scalar") else raw
    if isinstance(raw, (literals_pb2.Scalar, literals_pb2.Primitive, struct_pb2.Value)):
        kind: Any = raw.WhichOneof("kind") if isinstance(raw, struct_pb2.Value) else raw.WhichOneof("value")
        if kind in {None, "null_value", "none_type"}:
            return None
        return scalar_of(getattr(raw, kind))
    if isinstance(raw, (literals_pb2.Blob, literals_pb2.Schema, literals_pb2.StructuredDataset)):
        return raw.uri
    if isinstance(raw, Message) and ("value" in raw.DESCRIPTOR.fields_by_name):
        value = getattr(raw, "value", None)
        return raw if isinstance(value, Message) else value
    return raw


def taken(node: Node) -> Any:
    """Give what a node shows, with every secret in it replaced by ``hidden``.

    Parameters
    ----------
    node : Node
        The node.

    Returns
    -------
    object
        A copy of a message; dicts and lists for JSON and for the maps and
        lists of a message; a scalar as it is.

    Raises
    ------
    ShimError
        If it is nested deeper than can be copied.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> taken(json_node({"api_key": "abc", "n": 1}))
    {'api_key': 'hidden', 'n': 1}
    """
    return _told(node)[0]


def holds_hidden(node: Node) -> bool:
    """Tell whether `taken` hides something.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> holds_hidden(json_node({"api_key": "abc"})), holds_hidden(json_node({"n": 1}))
    (True, False)
    """
    return _told(node)[1] > 0


def taken_text(node: Node) -> str:
    """Give the whole text of a leaf: a string as it is, other values as the tree words them; a secret as ``hidden``.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> [taken_text(child) for child in json_node({"a": "x" * 3, "api_key": "abc", "n": 1}).children()]
    ['xxx', 'hidden', '1']
    """
    if node.secret:
        return HIDDEN
    value = scalar_of(node.raw) if node.parts is None else None
    if isinstance(value, str):
        # The beginning was looked at when the node was made; a secret may stand further on.
        return HIDDEN if node.masked and len(value) > _SEARCHED and holds_secret(value) else value
    return repr(value) if isinstance(value, bytes) else node.text


def _told(node: Node) -> tuple[Any, int]:
    try:
        return _taken(node)
    except (EncodeError, RecursionError) as error:
        raise ShimError(
            "the value is nested too deeply to be copied", where="tree", remedy="Copy a part of it."
        ) from error


def _taken(node: Node) -> tuple[Any, int]:
    raw = node.raw
    if not node.masked:
        return raw, 0
    if node.secret:
        return _hidden(raw), 1
    if isinstance(raw, Message):
        return _message(raw, node.key)
    if isinstance(raw, (dict, list, tuple)):
        return _json(raw, node.key)
    if node.parts is None:
        return raw, 0
    return _items(raw)


def _hidden(raw: Any) -> Any:
    """Hide the whole of a leaf."""
    if not isinstance(raw, Message):
        return HIDDEN
    made = type(raw)()
    made.CopyFrom(raw)
    setattr(made, "string_value" if isinstance(made, struct_pb2.Value) else "value", HIDDEN)
    return made


def _items(raw: Any) -> tuple[Any, int]:
    """Copy a list or a map of a message."""
    pairs = list(raw.items()) if hasattr(raw, "items") else [("", value) for value in raw]
    copied = [_item(key, value) for key, value in pairs]
    values = [value for value, _ in copied]
    found = sum(number for _, number in copied)
    return (dict(zip(raw, values, strict=True)) if hasattr(raw, "items") else values), found


def _item(key: Any, value: Any) -> tuple[Any, int]:
    if isinstance(value, Message):
        return _message(value, str(key))
    hidden = isinstance(value, (str, bytes)) and (
        hides_variable(key, value) if isinstance(key, str) and key else holds_secret(value)
    )
    return (HIDDEN, 1) if hidden else (value, 0)


def _message(message: Message, key: str = "") -> tuple[Message, int]:
    made = type(message)()
    made.CopyFrom(message)
    return made, _mask(made, key)


def _mask(message: Any, key: str = "") -> int:
    """Hide what is secret in a message, in place; return how many values these are."""
    name = message.DESCRIPTOR.full_name
    if name in _OPEN:
        return 0
    if name == "google.protobuf.Struct":
        return _mask_struct(message, key)
    if name == "google.protobuf.ListValue":
        return sum(_mask_value("", value, "", None) for value in message.values)
    if name == "google.protobuf.Value":
        return _mask_value(key, message, "", None)
    if name == "flyteidl.core.KeyValuePair":
        hidden = hides_variable(message.key, message.value)
        if hidden:
            message.value = HIDDEN
        return int(hidden)
    return sum(_mask_field(message, field, value) for field, value in message.ListFields())


def _mask_field(message: Message, field: FieldDescriptor, value: Any) -> int:  # noqa: PLR0911  # one a kind of field
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        if field.message_type.fields_by_name["value"].message_type is not None:
            return sum(_mask(item, str(key)) for key, item in value.items())
        secret = [key for key, item in value.items() if _item(key, item)[1]]
        for key in secret:
            value[key] = HIDDEN
        return len(secret)
    if field.message_type is not None:
        return sum(_mask(item) for item in value) if field.is_repeated else _mask(value, field.name)
    if field.type not in {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES}:
        return 0
    hidden: Any = HIDDEN if field.type == FieldDescriptor.TYPE_STRING else HIDDEN.encode()
    if field.is_repeated:
        places = [place for place, item in enumerate(value) if holds_secret(item)]
        for place in places:
            value[place] = hidden
        return len(places)
    if not holds_secret(value):
        return 0
    setattr(message, field.name, hidden)
    return 1


def _mask_struct(struct: struct_pb2.Struct, within: str) -> int:
    name = called(struct.fields)
    return sum(_mask_value(key, value, within, name) for key, value in struct.fields.items())


def _mask_value(key: str, value: struct_pb2.Value, within: str, name: object) -> int:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _mask_struct(value.struct_value, key)
    if kind == "list_value":
        return sum(_mask_value("", item, "", None) for item in value.list_value.values)
    inner = getattr(value, kind) if kind in {"string_value", "number_value"} else None
    hidden = hides(key, inner, within, name) or (isinstance(inner, str) and holds_secret(inner))
    if hidden:
        value.string_value = HIDDEN
    return int(hidden)


def _json(value: Any, key: object, within: str = "", name: object = None) -> tuple[Any, int]:
    """Copy a JSON value."""
    if isinstance(value, dict):
        label = called(value)
        inside = key if isinstance(key, str) else ""
        copied = {each: _json(item, each, inside, label) for each, item in value.items()}
        return {each: item for each, (item, _) in copied.items()}, sum(number for _, number in copied.values())
    if isinstance(value, (list, tuple)):
        listed = [_json(item, "") for item in value]
        return [item for item, _ in listed], sum(number for _, number in listed)
    hidden = hides(key, value, within, name) or (isinstance(value, (str, bytes)) and holds_secret(value))
    return (HIDDEN, 1) if hidden else (value, 0)
