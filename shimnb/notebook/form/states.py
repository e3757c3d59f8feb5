"""What a person has put into a form: a tree of JSON objects, one a value.

A node keeps what was typed in each way of giving a value, so that switching
between them loses nothing; its ``mode`` says which one counts.

| key | what it is |
|---|---|
| ``mode`` | ``unset``, ``null``, ``value``, ``json``, ``var``, ``upload`` or ``given`` |
| ``text`` | of a text, a choice, a path, or a value without an editor of its own (its JSON) |
| ``fields`` | of a group: nodes by field |
| ``items`` | of a list: ``{"id", "node"}`` each; the id stays when an item moves |
| ``entries`` | of a map: ``{"id", "key", "node"}`` each; the key is a text |
| ``variant``, ``variants`` | of a union: which one, and a node for each that was used |
| ``json`` | the text of raw JSON |
| ``kept`` | whether that JSON is one that the fields could not hold |
| ``var`` | the name of a notebook's variable |
| ``upload`` | ``{"token", "name", "size"}`` of what was uploaded |
| ``given`` | ``{"token", "words"}`` of a value that Python code gave, and that has no text |

An absent node is unset. The *address* of a node is the tuple of an input's
name and then field names, ids, and a union's variant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shimnb.notebook.form.shape import Shape

__all__ = [
    "HIDDEN",
    "KEY",
    "MODES",
    "Address",
    "Node",
    "clean",
    "mode_of",
    "node_at",
    "part_shape",
    "with_node",
    "without_secrets",
]

Node = dict[str, Any]
Address = tuple[str, ...]
MODES = ("unset", "null", "value", "json", "var", "upload", "given")
HIDDEN = "(hidden)"
"""What stands for a secret."""
KEY = "@key"
"""The last part of the address of a map's key; no name of Python's looks like it."""
_DEEPEST = 40
"""The levels that are kept; a front end may send anything."""
_TEXTS = ("text", "json", "var")


def mode_of(node: Node | None) -> str:
    """Return a node's mode.

    Examples
    --------
    >>> mode_of(None), mode_of({"mode": "value", "text": "5"})
    ('unset', 'value')
    """
    return "unset" if node is None else str(node.get("mode", "unset"))


def clean(shape: Shape, raw: Any, depth: int = 0) -> Node | None:
    """Return what of a node a shape can hold; None for what is unset and holds nothing.

    Parameters
    ----------
    shape : Shape
        The shape.
    raw : Any
        What a front end sent, or the node of another version of the task.
    depth : int
        How deep it stands.

    Examples
    --------
    >>> from shimnb.notebook.form.shape import Shapes
    >>> clean(Shapes().of(int), {"mode": "value", "text": "5", "items": [], "more": 1})
    {'mode': 'value', 'text': '5'}
    """
    if not isinstance(raw, dict) or depth > _DEEPEST:
        return None
    node: Node = {"mode": "unset", **{name: raw[name] for name in _TEXTS if isinstance(raw.get(name), str)}}
    if raw.get("kept") is True:
        node["kept"] = True
    for name in ("upload", "given"):
        if isinstance(raw.get(name), dict) and isinstance(raw[name].get("token"), str):
            node[name] = raw[name]
    if shape.kind in _PARTS:
        _PARTS[shape.kind](shape, raw, node, depth + 1)
    mode = raw.get("mode")
    node["mode"] = mode if mode in MODES and _can(shape, str(mode), node) else "unset"
    return None if node == {"mode": "unset"} else node


def _can(shape: Shape, mode: str, node: Node) -> bool:
    if mode == "null":
        return shape.nullable or shape.kind == "none"
    if mode in ("json", "var", "upload", "given"):
        return mode in node
    if mode == "value":
        needed = {"list": "items", "map": "entries", "union": "variant", "group": "fields"}.get(shape.kind, "text")
        return needed in node
    return True


def _clean_group(shape: Shape, raw: Mapping[str, Any], node: Node, depth: int) -> None:
    if isinstance(raw.get("fields"), dict):
        kept = {place.name: clean(shape.part(place), raw["fields"].get(place.name), depth) for place in shape.fields}
        node["fields"] = {name: each for name, each in kept.items() if each is not None}


def _clean_list(shape: Shape, raw: Mapping[str, Any], node: Node, depth: int) -> None:
    if isinstance(raw.get("items"), list):
        node["items"] = [
            {"id": each, "node": clean(shape.item, part.get("node"), depth)} for each, part in _each(raw["items"])
        ]


def _clean_map(shape: Shape, raw: Mapping[str, Any], node: Node, depth: int) -> None:
    if isinstance(raw.get("entries"), list):
        node["entries"] = [
            {"id": each, "key": str(part.get("key", "")), "node": clean(shape.item, part.get("node"), depth)}
            for each, part in _each(raw["entries"])
        ]


def _each(parts: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    seen: set[str] = set()
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("id"), str) and part["id"] not in seen:
            seen.add(part["id"])
            yield part["id"], part


def _clean_union(shape: Shape, raw: Mapping[str, Any], node: Node, depth: int) -> None:
    given = raw.get("variants")
    if isinstance(given, dict):
        made = {str(i): clean(each, given.get(str(i)), depth) for i, each in enumerate(shape.variants)}
        node["variants"] = {name: each for name, each in made.items() if each is not None}
    if type(raw.get("variant")) is int and 0 <= raw["variant"] < len(shape.variants):
        node["variant"] = raw["variant"]


_PARTS = {"group": _clean_group, "list": _clean_list, "map": _clean_map, "union": _clean_union}


def part_shape(shape: Shape, part: str) -> Shape | None:
    """Return the shape of a part by its name, id or number; None when there is no such part."""
    if shape.kind in ("list", "map"):
        return shape.item
    if shape.kind == "group":
        return next((shape.part(place) for place in shape.fields if place.name == part), None)
    if shape.kind == "union" and part.isdecimal() and int(part) < len(shape.variants):
        return shape.variants[int(part)]
    return None


def node_at(node: Node | None, address: Address) -> Node | None:
    """Return the node at an address below a node; None when there is none."""
    for part in address:
        if node is None:
            return None
        found = _by_id([*node.get("items", ()), *node.get("entries", ())], part)
        if found is not None:
            node = found["node"]
        else:
            node = node.get("fields", {}).get(part) or node.get("variants", {}).get(part)
    return node


def _by_id(parts: list[dict[str, Any]], wanted: str) -> dict[str, Any] | None:
    return next((part for part in parts if part["id"] == wanted), None)


def with_node(shape: Shape, node: Node | None, address: Address, put: Node | None) -> Node | None:
    """Return a node with another one put in at an address below it.

    Parameters
    ----------
    shape : Shape
        The node's shape.
    node : dict or None
        The node, which stays as it is.
    address : tuple of str
        Where, below the node; the address of a key puts in a text.
    put : dict or None
        What; it is cleaned. None unsets.

    Raises
    ------
    KeyError
        If there is no such place.
    """
    if not address:
        return clean(shape, put)
    part, *rest = address
    inner = part_shape(shape, part)
    if inner is None:
        raise KeyError(part)
    made = dict(node) if node is not None else {}
    if shape.kind in ("list", "map"):
        name = "items" if shape.kind == "list" else "entries"
        parts = made.get(name, [])
        index = next((i for i, each in enumerate(parts) if each["id"] == part), None)
        if index is None:
            raise KeyError(part)
        inside = {**parts[index], "node": with_node(inner, parts[index]["node"], tuple(rest), put)}
        made[name] = [*parts[:index], inside, *parts[index + 1 :]]
        return {**made, "mode": "value"}
    name = "fields" if shape.kind == "group" else "variants"
    below = dict(made.get(name, {}))
    changed = with_node(inner, below.get(part), tuple(rest), put)
    below.pop(part, None)
    if changed is not None:
        below[part] = changed
    made[name] = below
    if shape.kind == "union":
        made["variant"] = int(part)
    return {**made, "mode": "value"}


def without_secrets(shape: Shape, node: Node | None) -> Node | None:  # noqa: PLR0911  # one return a kind
    """Return a node whose secret texts are replaced by `HIDDEN`; None when one cannot be, as in JSON."""
    if node is None or not shape.holds_secret:
        return node
    if mode_of(node) != "value":
        return node if mode_of(node) in ("unset", "null") else None
    made: dict[str, Node | None] = {}
    if shape.kind == "group":
        for place in shape.fields:
            inner = node["fields"].get(place.name)
            hides = place.secret and mode_of(inner) != "null"
            if hides and shape.part(place).python_type is not str:
                return None
            made[place.name] = {"mode": "value", "text": HIDDEN} if hides else without_secrets(shape.part(place), inner)
            if inner is not None and made[place.name] is None:
                return None
        return {**node, "fields": {name: each for name, each in made.items() if each is not None}}
    if shape.kind == "union":
        number = str(node["variant"])
        inner = node.get("variants", {}).get(number)
        kept = without_secrets(shape.variants[int(number)], inner)
        return None if kept is None and inner is not None else {**node, "variants": {number: kept}}
    name = "items" if shape.kind == "list" else "entries"
    parts = [{**part, "node": without_secrets(shape.item, part["node"])} for part in node[name]]
    lost = any(part["node"] is None and old["node"] is not None for part, old in zip(parts, node[name], strict=True))
    return None if lost else {**node, name: parts}
