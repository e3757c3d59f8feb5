"""Giving a value in another way: as JSON and back, as a variable; nothing that was typed is lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shimnb.errors import ShimError
from shimnb.notebook.form import reading
from shimnb.notebook.form.shape import UNSET, Place, Shape
from shimnb.notebook.form.showing import NoPlaceError, from_plain, sketch
from shimnb.notebook.form.states import Address, Node, mode_of
from shimnb.notebook.form.values import read_json, show_json, to_json

if TYPE_CHECKING:
    from shimnb.notebook.form.model import FormModel

__all__ = ["convert", "paste"]


def convert(model: FormModel, address: Address, mode: str) -> str:
    """Give a value in another way; return what to say of it, empty when nothing was lost.

    Parameters
    ----------
    model : FormModel
        The form.
    address : tuple of str
        The node's.
    mode : str
        ``json`` shows the value as JSON; ``value`` reads the JSON into
        the fields; another mode keeps what is there for later.
    """
    place, shape, node = model.at(address)
    made: Node = dict(node or {})
    words = ""
    if mode == "json":
        if not made.pop("kept", False) or "json" not in made:
            made["json"] = _as_json(model, address)
    elif mode == "value":
        made, words = _from_json(model, shape, made, place)
    elif mode == "var":
        made.setdefault("var", "")
    made["mode"] = mode
    model.put_at(address, made)
    return words


def _as_json(model: FormModel, address: Address) -> str:
    place, shape, node = model.at(address)
    source = model.effective(address)
    if mode_of(node) == "unset" and source is None:
        stored = (node or {}).get("json")
        if isinstance(stored, str):
            return stored
    found = Place(address[-1], shape.whole, UNSET if place is None else place.default)
    value, problems = reading.read(found, shape, source, model)
    if problems.problems or value is UNSET:
        plain = sketch(shape, source) if mode_of(source) != "unset" or shape.kind != "group" else _skeleton(shape)
        return "" if plain is None and mode_of(source) == "unset" else show_json(plain)
    return show_json(value)


def _skeleton(shape: Shape) -> dict[str, Any]:
    """Return a group's fields as there is nothing in them: the defaults, and null where a value is needed."""
    defaults = {place.name: None if place.secret else place.made_default() for place in shape.fields}
    return {name: None if value is UNSET else to_json(value) for name, value in defaults.items()}


def _from_json(model: FormModel, shape: Shape, node: Node, place: Place | None) -> tuple[Node, str]:
    if mode_of(node) == "json":
        text = node.get("json", "")
        try:
            made = from_plain(shape, read_json(text, "JSON"))
        except (ShimError, NoPlaceError) as error:
            if text.strip():
                node["kept"] = True
                return _with_value(model, shape, node, place), f"The JSON is kept, and not taken over: {error}."
        else:
            return {**node, **made, "variants": {**node.get("variants", {}), **made.get("variants", {})}}, ""
    return _with_value(model, shape, node, place), ""


def _with_value(model: FormModel, shape: Shape, node: Node, place: Place | None) -> Node:
    """Make a node that can be in mode ``value``; with the default's parts, or none."""
    needed = {"list": "items", "map": "entries", "group": "fields"}.get(shape.kind)
    default = model.default(place) if place is not None else None
    if default is not None and mode_of(default) == "value" and (needed or "text") not in node:
        return {**node, **default}
    if shape.kind == "union":
        return node
    return {**({needed: [] if needed != "fields" else {}} if needed else {"text": ""}), **node}


def paste(model: FormModel, address: Address, text: str, *, replace: bool) -> str:
    """Put JSON into a list or a map, behind what is there or in its place; return what is wrong with it."""
    _, shape, _ = model.at(address)
    try:
        made = from_plain(shape, read_json(text, "JSON"))
    except (ShimError, NoPlaceError) as error:
        return str(error)
    name = "items" if shape.kind == "list" else "entries"
    if name not in made:
        return f"JSON: null is no {shape.words}"
    before = model.effective(address) if not replace else None
    kept = (before or {}).get(name, []) if mode_of(before) == "value" else []
    model.put_at(address, {**made, name: [*kept, *made[name]]})
    return ""
