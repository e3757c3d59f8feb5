"""From what was typed to Python values, with every error at its place.

Nothing stops at the first error: each node that is wrong gets its own words,
so that a form can show them all, and a class is only made of fields that are
right.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from shimnb.core.sensitive import looks_secret
from shimnb.core.types import type_name
from shimnb.errors import ConversionError, ShimError, shorten
from shimnb.notebook.form.messages import is_message, made_message
from shimnb.notebook.form.shape import UNSET, Place, Shape
from shimnb.notebook.form.states import HIDDEN, KEY, Address, Node, mode_of
from shimnb.notebook.form.texts import SCALARS
from shimnb.notebook.form.values import from_json, join, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WRONG", "Problem", "Reading", "World", "read"]

_PART = re.compile(r"""\.([^.\[\]]+)|\[(\d+)\]|\[(["'])(.*?)\3\]""", re.DOTALL)
_GOT = re.compile(r"""got (?:\w+ )?(?:(['"]).*\1|[^.,;]+)""", re.DOTALL)
_LONGEST = 1_000
"""The characters of an error; a class's own may be of any length."""


class _Wrong(enum.Enum):
    WRONG = "wrong"


WRONG = _Wrong.WRONG
"""What stands for a value that has an error."""


class World(Protocol):
    """What a form can take values from, beside what is typed."""

    def variable(self, name: str) -> Any:
        """Return the value of a notebook's variable; raises `KeyError`."""

    def uploaded(self, token: str) -> str:
        """Return the path of what was uploaded; raises `KeyError`."""

    def held(self, token: str) -> Any:
        """Return a value that Python code gave; raises `KeyError`."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a node.

    Parameters
    ----------
    path : str
        The place as a person reads it, such as ``rows[2].price``.
    words : str
        What is wrong, and what to do; without the path.
    missing : bool
        Whether nothing was given: no one is told off for what they did not reach yet.
    """

    path: str
    words: str
    missing: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.words}"


@dataclass
class Reading:
    """The errors of one input, by the address of their nodes, and where its paths lead.

    Attributes
    ----------
    problems : dict
        By address, in the order of the form.
    """

    problems: dict[Address, Problem] = field(default_factory=dict)
    _places: dict[tuple[str, ...], tuple[Spot, str]] = field(default_factory=dict, repr=False)

    def visit(self, spot: Spot) -> None:
        """Remember where a path leads."""
        self._places[spot.trail] = spot, spot.path

    def refuse(self, spot: Spot, words: str, *, missing: bool = False, at: str = "", text: str = "") -> Any:
        """Note an error; return `WRONG`."""
        if spot.secret:
            words = _without(words, text)
        address = (*spot.address, at) if at else spot.address
        words = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
        self.problems.setdefault(address, Problem(spot.path, words, missing))
        return WRONG

    def refuse_error(self, error: ShimError, spot: Spot, text: str = "") -> Any:
        """Note what a converter raised, at the innermost place that its path names."""
        if not isinstance(error, ConversionError):
            return self.refuse(spot, str(error), text=text)
        said = f"{error.problem}. {error.remedy}" if error.remedy else error.problem
        trail = _trail(error.path, spot.path)
        inner = (*spot.trail, *trail)
        while inner not in self._places and len(inner) > len(spot.trail):
            inner = inner[:-1]
        found, path = self._places.get(inner, (spot, spot.path))
        full = len(inner) == len(spot.trail) + len(trail)
        if any(map(looks_secret, trail)):
            said = _GOT.sub("got (hidden)", said)
        words = said if full else f"{path}{_rest(trail, inner, spot)}: {said}"
        return self.refuse(found, words, text=text)


def _without(words: str, text: str) -> str:
    """Take a secret out of an error about it."""
    for shown in (shorten(text), repr(text), text) if text else ():
        words = words.replace(shown, HIDDEN)
    return words


def _trail(path: str, root: str) -> tuple[str, ...]:
    """Take a path apart, below the place that it begins with."""
    rest = path.removeprefix(root) if path.startswith(root) else path.removeprefix("$")
    return tuple(a or b or c for a, b, _, c in _PART.findall(rest))


def _rest(trail: tuple[str, ...], inner: tuple[str, ...], spot: Spot) -> str:
    left = trail[len(inner) - len(spot.trail) :]
    return "".join(f"[{part}]" if part.isdecimal() else join("", part) for part in left)


@dataclass(frozen=True)
class Spot:
    """Where the reader is: a node's address, its path in words, and the same path in parts."""

    address: Address
    path: str
    trail: tuple[str, ...]
    secret: bool = False

    def field(self, name: str, *, secret: bool) -> Spot:
        return Spot((*self.address, name), join(self.path, name), (*self.trail, name), self.secret or secret)

    def item(self, part: str, index: int) -> Spot:
        return Spot((*self.address, part), f"{self.path}[{index}]", (*self.trail, str(index)), self.secret)

    def entry(self, part: str, key: str) -> Spot:
        return Spot((*self.address, part), join(self.path, key), (*self.trail, key), self.secret)

    def variant(self, number: int) -> Spot:
        return Spot((*self.address, str(number)), self.path, self.trail, self.secret)


def read(place: Place, shape: Shape, node: Node | None, world: World) -> tuple[Any, Reading]:
    """Read the value of an input.

    Parameters
    ----------
    place : Place
        The input.
    shape : Shape
        Its shape.
    node : dict or None
        What was put into it.
    world : World
        Variables, uploads and the like.

    Returns
    -------
    value : Any
        The value; `WRONG` when there are problems.
    reading : Reading
        The problems.

    Examples
    --------
    >>> from shimnb.notebook.form.shape import Shapes
    >>> shapes = Shapes()
    >>> items = [{"id": "a", "node": {"mode": "value", "text": "1"}}, {"id": "b", "node": None}]
    >>> _, reading = read(Place("ns", list[int]), shapes.of(list[int]), {"mode": "value", "items": items}, None)
    >>> [str(problem) for problem in reading.problems.values()]
    ['ns[1]: a value is needed. Give an int.']
    """
    reading = Reading()
    spot = Spot((place.name,), place.name, (), place.secret)
    return _Reader(world, reading).place(place, shape, node, spot), reading


@dataclass(frozen=True)
class _Reader:
    world: World
    reading: Reading

    def place(self, place: Place, shape: Shape, node: Node | None, spot: Spot) -> Any:
        self.reading.visit(spot)
        if mode_of(node) != "unset":
            return self.node(shape, node or {}, spot, place)
        if not place.required:
            return UNSET if place.factory is not None or len(spot.address) > 1 else place.default
        # A group is there as soon as its class is: what it lacks are fields.
        if shape.kind == "group" and not shape.nullable:
            return self._group(shape, {"fields": {}}, spot)
        return self._missing(shape, spot, place)

    def _missing(self, shape: Shape, spot: Spot, place: Place | None) -> Any:
        return self.reading.refuse(spot, f"a value is needed. {_ways(shape, place)}", missing=True)

    def node(self, shape: Shape, node: Node, spot: Spot, place: Place | None = None) -> Any:
        mode = mode_of(node)
        if mode == "null":
            fits = shape.nullable or shape.kind == "none"
            return None if fits else self.reading.refuse(spot, f"expected {shape.words}, got None")
        if mode == "var":
            return self._variable(node, spot)
        read = {"json": self._json, "upload": self._upload, "given": self._given}.get(mode)
        if read is not None:
            return read(shape, node, spot)
        by_kind = {"list": self._list, "map": self._map, "group": self._group, "union": self._union}
        if shape.kind in by_kind:
            return by_kind[shape.kind](shape, node, spot)
        return self._text(shape, node.get("text", ""), spot, place)

    def item(self, shape: Shape, node: Node | None, spot: Spot) -> Any:
        self.reading.visit(spot)
        if mode_of(node) != "unset":
            return self.node(shape, node or {}, spot)
        if shape.kind == "group" and not shape.nullable:
            return self._group(shape, {"fields": {}}, spot)
        return self._missing(shape, spot, None)

    def _text(self, shape: Shape, text: str, spot: Spot, place: Place | None) -> Any:
        try:
            return text_value(shape, text, spot.path)
        except ConversionError as error:
            if not text.strip():
                # An emptied field is not the default, nor None: what it could be is worth a word.
                return self.reading.refuse(spot, f"{error.problem}. {_ways(shape, place)}")
            return self.reading.refuse_error(error, spot, text)

    def _json(self, shape: Shape, node: Node, spot: Spot) -> Any:
        text = node.get("json", "")
        try:
            plain = read_json(text, spot.path)
            return None if plain is None and shape.nullable else from_json(plain, shape.whole, spot.path)
        except ConversionError as error:
            return self.reading.refuse_error(error, spot, text)

    def _variable(self, node: Node, spot: Spot) -> Any:
        name = node.get("var", "").strip()
        if not name:
            return self.reading.refuse(spot, "no variable is named. Write the name of one.", missing=True)
        try:
            return self.world.variable(name)
        except KeyError:
            remedy = "Run the cell that makes it, or write another name." if name.isidentifier() else "Write a name."
            return self.reading.refuse(spot, f"the notebook has no variable {shorten(name)}. {remedy}")

    def _upload(self, shape: Shape, node: Node, spot: Spot) -> Any:
        upload = node.get("upload", {})
        try:
            path = self.world.uploaded(upload.get("token", ""))
        except KeyError:
            name = shorten(str(upload.get("name", "")))
            return self.reading.refuse(spot, f"the upload {name} is not there any more. Upload it again.")
        return self._text(shape, path, spot, None)

    def _given(self, _shape: Shape, node: Node, spot: Spot) -> Any:
        try:
            return self.world.held(node.get("given", {}).get("token", ""))
        except KeyError:
            return self.reading.refuse(spot, "the value that Python code gave is not there any more. Give it again.")

    def _list(self, shape: Shape, node: Node, spot: Spot) -> Any:
        values = [
            self.item(shape.item, part["node"], spot.item(part["id"], i))
            for i, part in enumerate(node.get("items", []))
        ]
        return WRONG if any(value is WRONG for value in values) else values

    def _map(self, shape: Shape, node: Node, spot: Spot) -> Any:
        made: dict[Any, Any] = {}
        right = True
        for part in node.get("entries", []):
            inner = spot.entry(part["id"], part["key"])
            value = self.item(shape.item, part["node"], inner)
            try:
                key = text_value(shape.key, part["key"], inner.path)
            except ConversionError as error:
                key = self.reading.refuse(inner, f"the key: {error.problem}. {error.remedy}".rstrip(), at=KEY)
            if key is not WRONG and key in made:
                words = f"the key {shorten(part['key'])} is there twice. Keep one of them."
                key = self.reading.refuse(inner, words, at=KEY)
            if key is WRONG or value is WRONG:
                right = False
            else:
                made[key] = value
        return made if right else WRONG

    def _union(self, shape: Shape, node: Node, spot: Spot) -> Any:
        number = node.get("variant")
        if not isinstance(number, int):
            return self._missing(shape, spot, None)
        return self.item(shape.variants[number], node.get("variants", {}).get(str(number)), spot.variant(number))

    def _group(self, shape: Shape, node: Node, spot: Spot) -> Any:
        nodes = node.get("fields", {})
        given = {}
        for place in shape.fields:
            inner = spot.field(place.name, secret=place.secret)
            value = self.place(place, shape.part(place), nodes.get(place.name), inner)
            if value is not UNSET:
                given[place.name] = value
        if any(value is WRONG for value in given.values()):
            return WRONG
        return self._made(shape, given, spot)

    def _made(self, shape: Shape, given: Mapping[str, Any], spot: Spot) -> Any:
        cls = shape.python_type
        try:
            if is_message(cls):
                return made_message(cls, given)
            if not hasattr(cls, "model_validate") or dataclasses.is_dataclass(cls):
                return cls(**given)
            return cls.model_validate(_by_alias(cls, given))
        except Exception as error:  # noqa: BLE001  # a __post_init__ and a validator are a stranger's
            errors = getattr(error, "errors", None)
            if callable(errors) and not dataclasses.is_dataclass(cls):
                return self._model_errors(cls, errors(), spot)
            words = f"{type_name(cls)} refuses it: {type(error).__name__}: {error}"
            return self.reading.refuse(spot, words)

    def _model_errors(self, cls: Any, errors: list[dict[str, Any]], spot: Spot) -> Any:
        names = {each.alias: name for name, each in cls.model_fields.items() if each.alias}
        for each in errors:
            path = spot.path
            for part in each["loc"]:
                path = f"{path}[{part}]" if isinstance(part, int) else join(path, names.get(part, str(part)))
            said = str(each["msg"])
            self.reading.refuse_error(ConversionError(path, f"{said[:1].lower()}{said[1:]}"), spot)
        return WRONG


def _by_alias(cls: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Name a model's fields as it reads them."""
    by_name = cls.model_config.get("populate_by_name") or cls.model_config.get("validate_by_name")
    if by_name:
        return dict(given)
    read = {name: each.validation_alias for name, each in cls.model_fields.items()}
    return {alias if isinstance(alias := read[name], str) else name: value for name, value in given.items()}


def text_value(shape: Shape, text: str, path: str) -> Any:
    """Read the value of a text, a choice or a path."""
    if shape.kind == "choice":
        if text not in shape.choices:
            raise ConversionError(path, f"expected one of {', '.join(shape.choices)}, got {shorten(text)}")
        return shape.choices[text]
    if shape.kind == "text":
        return SCALARS[shape.python_type].parse(text, path)
    other = shape.other
    if shape.kind == "place" and other is not None:
        # A path needs no quotes, as a str does not.
        is_json = other.listed and text.lstrip().startswith("[")
        return other.parse(read_json(text, path) if is_json else text, shape.python_type, path)
    return from_json(read_json(text, path), shape.whole, path)


def _ways(shape: Shape, place: Place | None) -> str:
    """Say in what ways a node could get a value."""
    words = type_name(shape.python_type)
    way = f"Give {_article(words)}"
    if shape.kind == "choice":
        way = "Choose one"
    elif shape.kind == "union":
        way = "Choose what it is"
    elif shape.kind in ("list", "map"):
        way = "Add an item, or leave it empty on purpose"
    ways = [way]
    if shape.nullable and shape.kind != "choice":
        ways.append("tick None")
    if place is not None and not place.required:
        ways.append("go back to the default")
    return f"{ways[0]}." if len(ways) == 1 else f"{', '.join(ways[:-1])}, or {ways[-1]}."


def _article(text: str) -> str:
    return f"an {text}" if text[:1].lower() in "aeiou" else f"a {text}"
