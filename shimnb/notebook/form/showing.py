"""From Python values and from JSON to what a form holds, and from there to JSON.

`read` of what `shown` makes gives the value back. What has no text at all,
such as a table in memory, is held by the form and named in words.
"""

from __future__ import annotations

import collections.abc
import itertools
import json
from typing import TYPE_CHECKING, Any

from shimnb.core.types import type_name
from shimnb.errors import ConversionError, ShimError, shorten
from shimnb.notebook.form.messages import is_message, parts_of
from shimnb.notebook.form.states import Node, mode_of
from shimnb.notebook.form.texts import SCALARS
from shimnb.notebook.form.values import from_json, read_json, show_json, to_json
from shimnb.notebook.form.variables import suits

if TYPE_CHECKING:
    from collections.abc import Callable

    from shimnb.notebook.form.shape import Shape

__all__ = ["NoPlaceError", "from_plain", "new_id", "shown", "sketch"]

_MOST_ITEMS = 5_000
"""The items of a list that have fields: a message of 10 MB would end the connection."""
_numbers = itertools.count(1)


class NoPlaceError(ValueError):
    """JSON that the fields of a form cannot hold as it is."""


def new_id() -> str:
    """Return the id of an item that Python makes; a front end's begin with another letter."""
    return f"p{next(_numbers)}"


def shown(shape: Shape, value: Any, hold: Callable[[Any], str]) -> Node:  # noqa: PLR0911  # one return a kind
    """Return the node that stands for a Python value.

    Parameters
    ----------
    shape : Shape
        The shape of where it goes.
    value : Any
        A value of its type. Of a wrong one, the node is what `read` refuses
        in words; a str given to what is no string is its text.
    hold : callable
        Keeps a value that has no text, and returns a token for it.

    Examples
    --------
    >>> from shimnb.notebook.form.shape import Shapes
    >>> shown(Shapes().of(int | None), 5, hold=str)
    {'mode': 'value', 'text': '5'}
    """
    if value is None:
        return {"mode": "null"} if shape.nullable or shape.kind == "none" else {"mode": "json", "json": "null"}
    if shape.kind == "text":
        return _text(shape, value, hold)
    if shape.kind == "choice":
        text = next((text for text, each in shape.choices.items() if type(each) is type(value) and each == value), None)
        return {"mode": "value", "text": str(value) if text is None else text}
    if shape.kind == "union":
        return _union(shape, value, hold)
    if isinstance(value, str):
        return _from_text(shape, value)
    if (shape.kind == "list" and isinstance(value, (list, tuple))) or (shape.kind == "map" and isinstance(value, dict)):
        return _collection(shape, value, hold)
    if shape.kind == "group":
        return _group(shape, value, hold)
    if shape.kind == "place":
        return _place(shape, value, hold)
    return _other(shape, value, hold)


def _collection(shape: Shape, value: Any, hold: Callable[[Any], str]) -> Node:
    if len(value) > _MOST_ITEMS:
        return _given(value, hold)
    if shape.kind == "list":
        return {"mode": "value", "items": [{"id": new_id(), "node": shown(shape.item, each, hold)} for each in value]}
    entries = [
        {"id": new_id(), "key": _key(shape.key, key), "node": shown(shape.item, each, hold)}
        for key, each in value.items()
    ]
    return {"mode": "value", "entries": entries}


def _text(shape: Shape, value: Any, hold: Callable[[Any], str]) -> Node:
    wanted = shape.python_type
    if isinstance(value, str):
        return {"mode": "value", "text": value}
    if type(value) is wanted or (isinstance(value, wanted) and not isinstance(value, bool)):
        return {"mode": "value", "text": SCALARS[wanted].show(value)}
    if wanted is float and type(value) is int:
        return {"mode": "value", "text": str(value)}
    return {"mode": "value", "text": str(value)} if isinstance(value, (int, float)) else _other(shape, value, hold)


def _key(shape: Shape, key: Any) -> str:
    node = shown(shape, key, str)
    return str(node.get("text", key))


def _union(shape: Shape, value: Any, hold: Callable[[Any], str]) -> Node:
    exact = [i for i, each in enumerate(shape.variants) if type(value) is each.python_type]
    near = [i for i, each in enumerate(shape.variants) if suits(each, value)]
    if not exact and not near:
        return _from_text(shape, value) if isinstance(value, str) else _other(shape, value, hold)
    number = (exact or near)[0]
    return {"mode": "value", "variant": number, "variants": {str(number): shown(shape.variants[number], value, hold)}}


def _from_text(shape: Shape, text: str) -> Node:
    """Take a str that stands for something else: its path, or its JSON."""
    if shape.kind in ("place", "json"):
        return {"mode": "value", "text": text}
    try:
        return from_plain(shape, read_json(text, ""))
    except (ConversionError, NoPlaceError):
        return {"mode": "json", "json": text}


def _group(shape: Shape, value: Any, hold: Callable[[Any], str]) -> Node:
    names = {place.name for place in shape.fields}
    if isinstance(value, collections.abc.Mapping) and set(value) <= names:
        given = dict(value)
    elif isinstance(value, shape.python_type):
        given = (
            parts_of(value)
            if is_message(value)
            else {name: getattr(value, name) for name in names if hasattr(value, name)}
        )
    else:
        return _other(shape, value, hold)
    fields = {
        place.name: shown(shape.part(place), given[place.name], hold) for place in shape.fields if place.name in given
    }
    return {"mode": "value", "fields": fields}


def _place(shape: Shape, value: Any, hold: Callable[[Any], str]) -> Node:
    if shape.other is not None and suits(shape, value):
        try:
            plain = shape.other.show(value)
            # Where it is, and not what it looks like.
            shape.other.parse(plain, shape.python_type, "")
        except Exception:  # noqa: BLE001, S110  # a stranger's class: then it is held as it is
            pass
        else:
            return {"mode": "value", "text": plain if isinstance(plain, str) else show_json(plain)}
    return _given(value, hold)


def _other(shape: Shape, value: Any, hold: Callable[[Any], str]) -> Node:
    try:
        plain = to_json(value)
        text = json.dumps(plain)
        same = from_json(json.loads(text), shape.whole, "")
        exact = shape.kind == "json" and shape.other is None and same != value
    except Exception:  # noqa: BLE001  # a stranger's class may raise anything
        exact = not _is_json(value)
    if exact:
        return _given(value, hold)
    text = show_json(value)
    return {"mode": "value", "text": text} if shape.kind == "json" else {"mode": "json", "json": text}


def _is_json(value: Any) -> bool:
    try:
        json.dumps(to_json(value))
    except Exception:  # noqa: BLE001  # as above
        return False
    return True


def _given(value: Any, hold: Callable[[Any], str]) -> Node:
    size = f" of {len(value):,}" if isinstance(value, (list, dict)) else f" {shorten(value)}"
    return {"mode": "given", "given": {"token": hold(value), "words": f"{type_name(type(value))}{size}"}}


def from_plain(shape: Shape, plain: Any) -> Node:  # noqa: PLR0911  # one return a kind
    """Return the node that holds a JSON value, right or wrong, without a loss.

    Parameters
    ----------
    shape : Shape
        The shape of where it goes.
    plain : Any
        What `read_json` returned.

    Raises
    ------
    NoPlaceError
        If the fields have no place for it, such as for a key that no field has.

    Examples
    --------
    >>> from shimnb.notebook.form.shape import Shapes
    >>> [part["node"]["text"] for part in from_plain(Shapes().of(list[int]), [1, "x"])["items"]]
    ['1', '"x"']
    """
    if plain is None:
        return {"mode": "null"}
    if shape.kind in ("text", "choice", "place"):
        return {"mode": "value", "text": _plain_text(shape, plain)}
    if (shape.kind == "list" and isinstance(plain, list)) or (shape.kind == "map" and isinstance(plain, dict)):
        return _plain_collection(shape, plain)
    if shape.kind == "group" and is_message(shape.python_type):
        return _plain_message(shape, plain)
    if shape.kind == "group" and isinstance(plain, dict):
        parts = {place.name: shape.part(place) for place in shape.fields}
        if strange := [key for key in plain if key not in parts]:
            raise NoPlaceError(f"{shape.words} has no field {shorten(strange[0])}")
        return {"mode": "value", "fields": {key: from_plain(parts[key], each) for key, each in plain.items()}}
    if shape.kind == "union":
        return _plain_union(shape, plain)
    if shape.kind == "json":
        return {"mode": "value", "text": show_json(plain)}
    raise NoPlaceError(f"{type(plain).__name__} {shorten(plain)} is no {shape.words}")


def _plain_collection(shape: Shape, plain: Any) -> Node:
    if len(plain) > _MOST_ITEMS:
        what = f"{len(plain):,} items are more than the {_MOST_ITEMS:,} that have fields"
        raise NoPlaceError(f"{what}; give them as JSON, or as a variable")
    if shape.kind == "list":
        return {"mode": "value", "items": [{"id": new_id(), "node": from_plain(shape.item, each)} for each in plain]}
    entries = [{"id": new_id(), "key": key, "node": from_plain(shape.item, each)} for key, each in plain.items()]
    return {"mode": "value", "entries": entries}


def _plain_message(shape: Shape, plain: Any) -> Node:
    """Let protobuf read its own JSON, in which an int64 is a text."""
    try:
        return shown(shape, from_json(plain, shape.python_type, ""), str)
    except ShimError as error:
        raise NoPlaceError(str(error)) from error


def _plain_text(shape: Shape, plain: Any) -> str:
    if shape.kind == "choice":
        known = [
            text
            for text, each in shape.choices.items()
            if to_json(each) == plain and type(to_json(each)) is type(plain)
        ]
        return known[0] if known else json.dumps(plain, ensure_ascii=False)
    if isinstance(plain, str):
        # In JSON "5" is no int, and it has to stay a mistake.
        is_number = shape.python_type in (int, float) and plain not in ("inf", "-inf", "nan")
        return json.dumps(plain, ensure_ascii=False) if is_number else plain
    if shape.python_type is str or isinstance(plain, (dict, bool)):
        if shape.python_type is str:
            raise NoPlaceError(f"{type(plain).__name__} {shorten(plain)} is no str")
        return json.dumps(plain)
    return repr(plain) if isinstance(plain, (int, float)) else show_json(plain)


def _plain_union(shape: Shape, plain: Any) -> Node:
    fits = []
    for number, variant in enumerate(shape.variants):
        try:
            value = from_json(plain, variant.whole, "")
            fits.append((type(plain) is not variant.python_type, number, value))
        except ShimError:  # noqa: PERF203  # one that fits is looked for
            continue
    if not fits or (len(fits) > 1 and fits[0][0] and not any(not far for far, _, _ in fits)):
        word = "more than one" if fits else "none"
        raise NoPlaceError(f"{type(plain).__name__} {shorten(plain)} fits {word} of {shape.words}")
    _, number, _ = min(fits, key=lambda each: each[:2])
    return {"mode": "value", "variant": number, "variants": {str(number): from_plain(shape.variants[number], plain)}}


def sketch(shape: Shape, node: Node | None) -> Any:  # noqa: PLR0911  # one return a kind
    """Return JSON that is as near as it can be to what was typed, right or wrong."""
    mode = mode_of(node)
    if node is None or mode in ("unset", "null"):
        return None
    if mode == "json":
        try:
            return read_json(node["json"], "")
        except ConversionError:
            return node["json"]
    if mode != "value":
        return str(node.get(mode, {}).get("name", "")) if isinstance(node.get(mode), dict) else node.get(mode)
    if shape.kind == "list":
        return [sketch(shape.item, part["node"]) for part in node["items"]]
    if shape.kind == "map":
        return {part["key"]: sketch(shape.item, part["node"]) for part in node["entries"]}
    if shape.kind == "group":
        parts = {place.name: shape.part(place) for place in shape.fields}
        return {name: sketch(parts[name], each) for name, each in node["fields"].items() if mode_of(each) != "unset"}
    if shape.kind == "union":
        number = node["variant"]
        return sketch(shape.variants[number], node.get("variants", {}).get(str(number)))
    return _sketched_text(shape, node["text"])


def _sketched_text(shape: Shape, text: str) -> Any:
    if shape.python_type in (int, float, bool) or shape.kind == "json":
        try:
            return to_json(SCALARS[shape.python_type].parse(text, "")) if shape.kind != "json" else read_json(text, "")
        except ConversionError:
            return text
    if shape.kind == "choice" and text in shape.choices:
        return to_json(shape.choices[text])
    return text
