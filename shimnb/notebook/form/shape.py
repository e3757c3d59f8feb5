"""The shapes of a form's values: which editor a type has, down to its parts.

A *shape* is made once for each type of an interface, and names its parts by
their types, so that a type that contains itself has an end. A *place* is
where a value stands: an input of the task, or a field of a class; it has a
name, a shape, and perhaps a default.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import sys
import typing
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

from shimnb.core.sensitive import looks_secret
from shimnb.core.types import type_name
from shimnb.core.types.names import type_key
from shimnb.errors import ShimError
from shimnb.notebook.form.messages import is_message, message_fields
from shimnb.notebook.form.others import Other, other_of
from shimnb.notebook.form.texts import SCALARS
from shimnb.notebook.form.values import bare, members, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["UNSET", "Kind", "Place", "Shape", "Shapes", "Unset"]

Kind = Literal["text", "choice", "place", "list", "map", "group", "union", "json", "none"]
_UPLOADS = {"FlyteDirectory": "folder", "DataFrame": "table", "LazyFrame": "table", "Table": "table"}
_CHOICES = 1_000
"""The choices that are sent; an enumeration may have any number, and Python knows them all."""


class Unset(enum.Enum):
    """What stands where there is no value."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset.UNSET


@dataclass(frozen=True)
class Place:
    """Where a value stands in a form.

    Parameters
    ----------
    name : str
        The input's or the field's name.
    python_type : Any
        Its type.
    default : Any
        The default, or `UNSET`.
    factory : callable, optional
        Makes the default, where each value has one of its own.
    help : str
        What the class or the interface says of it.
    """

    name: str
    python_type: Any
    default: Any = UNSET
    factory: Callable[[], Any] | None = None
    help: str = ""

    @property
    def required(self) -> bool:
        """Whether a value has to be given."""
        return self.default is UNSET and self.factory is None

    @property
    def secret(self) -> bool:
        """Whether what stands here is to be hidden, by its name."""
        return looks_secret(self.name)

    def made_default(self) -> Any:
        """Return the default; `UNSET` when there is none, or it cannot be made."""
        if self.factory is None:
            return self.default
        try:
            return self.factory()
        except Exception:  # noqa: BLE001  # a stranger's; the class itself says so when it is made
            return UNSET


@dataclass(frozen=True, eq=False)
class Shape:
    """What a value of a type is made of, and with which editor.

    Parameters
    ----------
    id : str
        Its name in the table that a front end gets.
    kind : str
        The editor: ``text``, ``choice``, ``place`` (a path or a URI),
        ``list``, ``map``, ``group`` (of fields), ``union``, ``json`` or
        ``none``.
    python_type : Any
        The type, without ``Annotated`` and without None.
    whole : Any
        The type as it was written.
    nullable : bool
        Whether None is a value too.
    shapes : Shapes
        Gives the shapes of the parts.
    """

    id: str
    kind: Kind
    python_type: Any
    whole: Any
    nullable: bool
    shapes: Shapes = field(repr=False)

    @cached_property
    def words(self) -> str:
        """The type, as a person reads it."""
        return type_name(self.whole)

    @cached_property
    def item(self) -> Shape:
        """The shape of a list's items, or of a map's values."""
        return self.shapes.of(typing.get_args(self.python_type)[-1])

    @cached_property
    def key(self) -> Shape:
        """The shape of a map's keys: a text or a choice."""
        return self.shapes.of(typing.get_args(self.python_type)[0])

    @cached_property
    def fields(self) -> tuple[Place, ...]:
        """The fields of a group."""
        return tuple(_class_fields(self.python_type))

    def part(self, place: Place) -> Shape:
        """Return the shape of a field."""
        return self.shapes.of(place.python_type)

    @cached_property
    def variants(self) -> tuple[Shape, ...]:
        """The shapes that a union chooses from."""
        return tuple(self.shapes.of(each) for each in variants(self.whole) if each is not type(None))

    @cached_property
    def choices(self) -> dict[str, Any]:
        """The values of a choice, by their texts."""
        return {"True": True, "False": False} if self.python_type is bool else members(self.python_type)

    @cached_property
    def other(self) -> Other | None:
        """How a file, a table, a model or a message is written."""
        return other_of(self.python_type)

    @property
    def keeps_empty(self) -> bool:
        """Whether an empty text is a value."""
        return self.python_type is str

    @cached_property
    def hint(self) -> str:
        """What may be written, in a few words."""
        if self.kind == "text":
            return SCALARS[self.python_type].hint
        if self.kind == "place" and self.other is not None:
            return self.other.hint(self.python_type)
        if self.kind == "json":
            return self.other.hint(self.python_type) if self.other is not None else "JSON"
        return ""

    @cached_property
    def upload(self) -> str:
        """What can be uploaded for it: ``file``, ``folder``, ``table``, ``array``, or nothing."""
        if self.kind != "place":
            return ""
        name = getattr(self.python_type, "__name__", "")
        if self.other is not None and self.other.costly:
            return "array" if self.other.listed else "table"
        return _UPLOADS.get(name, "file")

    @cached_property
    def costly(self) -> bool:
        """Whether its literal is a file, or has one in it, so that none is made for a look."""
        return any(each.other is not None and each.other.costly for each in self.shapes.within(self))

    @cached_property
    def holds_secret(self) -> bool:
        """Whether a field somewhere in it is to be hidden."""
        return any(place.secret for each in self.shapes.within(self) if each.kind == "group" for place in each.fields)

    def parts(self) -> list[Shape]:
        """Return the shapes of what it is made of."""
        if self.kind in ("list", "map"):
            return [self.item]
        if self.kind == "group":
            return [self.part(place) for place in self.fields]
        return list(self.variants) if self.kind == "union" else []

    def to_message(self, told: Callable[[Place], dict[str, Any]]) -> dict[str, Any]:
        """Return the shape as a front end gets it.

        Parameters
        ----------
        told : callable
            Returns what a front end gets of a field.
        """
        made: dict[str, Any] = {"kind": self.kind, "words": self.words, "nullable": self.nullable}
        if self.hint:
            made["hint"] = self.hint
        if self.kind == "text":
            made |= {"keepsEmpty": self.keeps_empty, "lines": self.python_type is str}
        elif self.kind == "choice":
            made["choices"] = list(self.choices)[:_CHOICES]
        elif self.kind == "list":
            made["item"] = self.item.id
        elif self.kind == "map":
            made |= {"item": self.item.id, "key": self.key.words, "keyChoices": list(self.key.choices)[:_CHOICES]}
        elif self.kind == "group":
            made["fields"] = [told(place) for place in self.fields]
        elif self.kind == "union":
            made["variants"] = [{"shape": each.id, "label": each.words} for each in self.variants]
        if self.upload:
            made["upload"] = self.upload
        if self.holds_secret:
            made["holdsSecret"] = True
        return made


class Shapes:
    """The shapes of an interface's types, each made once.

    Examples
    --------
    >>> shapes = Shapes()
    >>> shape = shapes.of(dict[str, list[int]])
    >>> shape.kind, shape.item.kind, shape.item.item.words
    ('map', 'list', 'int')
    >>> shapes.of(dict[str, list[int]]) is shape
    True
    """

    def __init__(self) -> None:
        self._made: dict[Any, Shape] = {}

    def of(self, python_type: Any) -> Shape:
        """Return the shape of a type."""
        key = _key(python_type)
        if key not in self._made:
            rest = [each for each in variants(python_type) if each is not type(None)]
            nullable = len(rest) < len(variants(python_type))
            value_type = rest[0] if len(rest) == 1 else bare(python_type) if rest else type(None)
            kind: Kind = "union" if len(rest) > 1 else _kind(value_type)
            self._made[key] = Shape(f"s{len(self._made)}", kind, value_type, bare(python_type), nullable, self)
        return self._made[key]

    def within(self, shape: Shape) -> list[Shape]:
        """Return a shape and the shapes of all its parts, each once."""
        found = {shape.id: shape}
        waiting = [shape]
        while waiting:
            for part in waiting.pop().parts():
                if part.id not in found:
                    found[part.id] = part
                    waiting.append(part)
        return list(found.values())


def _key(python_type: Any) -> Any:
    key = type_key(python_type)
    try:
        hash(key)
    except TypeError:  # a note of Annotated may be anything
        return id(python_type)
    return key


def _kind(value_type: Any) -> Kind:  # noqa: PLR0911  # one return a kind
    if value_type in (None, type(None)):
        return "none"
    if value_type is bool or members(value_type):
        return "choice"
    if _is_scalar(value_type):
        return "text"
    origin, arguments = typing.get_origin(value_type), typing.get_args(value_type)
    if origin in (list, collections.abc.Sequence) and arguments:
        return "list"
    if origin in (dict, collections.abc.Mapping) and arguments:
        return "map" if _is_scalar(bare(arguments[0])) or members(bare(arguments[0])) else "json"
    other = other_of(value_type)
    if other is not None and other.plain:
        return "place"
    if isinstance(value_type, type) and (
        dataclasses.is_dataclass(value_type) or _is_model(value_type) or is_message(value_type)
    ):
        return "group" if _has_fields(value_type) else "json"
    return "json"


def _is_scalar(value_type: Any) -> bool:
    try:
        return value_type in SCALARS
    except TypeError:
        return False


def _is_model(cls: type) -> bool:
    # pydantic is there where one of its classes is.
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and issubclass(cls, pydantic.BaseModel) and not issubclass(cls, pydantic.RootModel)


def _has_fields(cls: type) -> bool:
    try:
        return bool(list(_class_fields(cls)))
    except (NameError, TypeError, ShimError):  # an annotation that names what is not there
        return False


def _class_fields(cls: Any) -> Iterator[Place]:
    if is_message(cls):
        for name, python_type, default in message_fields(cls):
            yield Place(name, python_type, default)
        return
    if not dataclasses.is_dataclass(cls):
        yield from _model_fields(cls)
        return
    hints = typing.get_type_hints(cls, include_extras=True)
    for each in dataclasses.fields(cls):
        if each.init:
            default = UNSET if each.default is dataclasses.MISSING else each.default
            factory = None if each.default_factory is dataclasses.MISSING else each.default_factory
            told = each.metadata.get("help") or each.metadata.get("description") or getattr(each, "doc", None) or ""
            yield Place(each.name, hints.get(each.name, Any), default, factory, str(told))


def _model_fields(cls: Any) -> Iterator[Place]:
    for name, each in cls.model_fields.items():
        if each.is_required():
            yield Place(name, each.annotation, help=each.description or "")
        elif each.default_factory is not None:
            make = partial(each.get_default, call_default_factory=True, validated_data={})
            yield Place(name, each.annotation, factory=make, help=each.description or "")
        else:
            yield Place(name, each.annotation, each.default, help=each.description or "")
