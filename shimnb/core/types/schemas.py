"""Dataclasses from JSON schemas, as mashumaro and pydantic write them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import typing
from typing import TYPE_CHECKING, Any

from shimnb.core.types.dataclasses_ import Guessed, compile_fields, dataclass_type
from shimnb.core.types.lazy import LITERAL, guess_of, guess_shape
from shimnb.core.types.names import is_union, type_name
from shimnb.core.types.simple import pack_datetime, unpack_datetime
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, Pack, Unpack, step
from shimnb.errors import GuessError, UnsupportedTypeError, shorten

if TYPE_CHECKING:
    from flyteidl.core import types_pb2

    from shimnb.core.types.guess import Guesser

__all__ = ["class_of"]

_SCHEMA_TYPES: dict[tuple[Any, Any], Any] = {
    ("string", "date-time"): dt.datetime,
    ("string", "date"): dt.date,
    ("number", "time-delta"): dt.timedelta,
    ("string", None): str,
    ("number", None): float,
    ("integer", None): int,
    ("boolean", None): bool,
    ("null", None): type(None),
}
_SAYING_NOTHING = {"default", "title", "description"}


def class_of(guesser: Guesser, schema: dict[str, Any], literal_type: types_pb2.LiteralType) -> Any:
    """Make the dataclass of a schema.

    Parameters
    ----------
    guesser : Guesser
        Remembers the classes within it.
    schema : dict
        The schema of an object, with a title.
    literal_type : LiteralType
        Where the schema stands; it becomes the class's own.
    """
    kind = _ModelSchema if _is_models(schema) else _Schema
    return kind(guesser, schema).dataclass(schema, str(schema["title"]), literal_type)


def _is_models(schema: dict[str, Any]) -> bool:
    """Whether pydantic wrote the schema: mashumaro closes an object, gives fields no titles and refers to nothing."""
    if schema.get("additionalProperties") is not False or "$defs" in schema:
        return True
    properties = schema.get("properties") or {}
    # A nested dataclass has a title too, and is closed; one without fields has no properties.
    return any(
        isinstance(item, dict) and "title" in item and item.get("additionalProperties") is not False
        for item in properties.values()
    )


class _Schema:
    """One JSON schema, as mashumaro writes them, turned into types."""

    tag = ""

    def __init__(self, guesser: Guesser, root: dict[str, Any]) -> None:
        self.guesser = guesser
        self._defs: dict[str, Any] = root.get("$defs") or root.get("definitions") or {}
        self._open: list[str] = []

    def type_of(self, schema: Any, path: str) -> Any:  # noqa: PLR0911  # a kind of schema each
        """Give the type that a schema describes."""
        if not isinstance(schema, dict):
            raise GuessError(f"the schema {shorten(schema)}", path)
        if "$ref" in schema:
            return self._reference(str(schema["$ref"]), path)
        if schema.get("anyOf"):
            return typing.Union[tuple(self.type_of(item, path) for item in schema["anyOf"])]  # noqa: UP007  # of any number
        if schema.get("enum"):
            return self._choice(schema)
        if "const" in schema:
            return typing.Literal[schema["const"]]
        if schema.get("type") == "object":
            return self._object(schema, path)
        if schema.get("type") == "array":
            return list[self.type_of(schema["items"], path + "[]")] if "items" in schema else list  # type: ignore[misc]  # made at run time
        return self._scalar(schema, path)

    def _choice(self, schema: dict[str, Any]) -> Any:
        # mashumaro writes a Literal of several values as an enumeration; only one of several kinds is told by them.
        values = schema["enum"]
        return self.guesser.enum(values) if len(set(map(type, values))) == 1 else typing.Literal[tuple(values)]

    def _scalar(self, schema: dict[str, Any], path: str) -> Any:
        kind, form = schema.get("type"), schema.get("format")
        if kind == "string" and form != "base64":
            # A path, a UUID and the like are strings in the message, and stay such.
            return _SCHEMA_TYPES.get((kind, form), str)
        if not schema.keys() - _SAYING_NOTHING:
            return _ANYTHING
        if (kind, form) not in _SCHEMA_TYPES:
            raise GuessError(f"the schema {shorten(schema)}", path)
        return _SCHEMA_TYPES[kind, form]

    def _reference(self, reference: str, path: str) -> Any:
        name = reference.rsplit("/", 1)[-1]
        if name not in self._defs or name in self._open:
            raise GuessError(f"the schema reference {reference!r}", path)
        self._open.append(name)
        try:
            return self.type_of(self._defs[name], path)
        finally:
            self._open.pop()

    def _object(self, schema: dict[str, Any], path: str) -> Any:
        if "title" in schema:
            shape = guess_shape(schema)
            return self.dataclass(schema, str(schema["title"]), None, path) if shape is None else shape
        values = schema.get("additionalProperties")
        if not isinstance(values, dict):
            return dict
        keys = self.type_of(schema["propertyNames"], path) if "propertyNames" in schema else str
        return dict[keys, self.type_of(values, path)]  # type: ignore[valid-type, misc]  # made at run time

    def dataclass(
        self, schema: dict[str, Any], name: str, literal_type: types_pb2.LiteralType | None, path: str = ""
    ) -> Any:
        """Make the dataclass of a schema, and its converter."""
        key = None if literal_type else (self.tag, _freeze(schema), _freeze(self._defs))
        made = self.guesser.made.get(key) if key else None
        if made is not None:
            return made
        place = path or name
        known = literal_type.structure.dataclass_type if literal_type else {}
        specs = [self._field(schema, field, place + step(field), known.get(field)) for field in _ordered(schema)]
        if literal_type is not None:
            specs += self._outside(schema, literal_type)
        try:
            cls: Any = dataclasses.make_dataclass(
                name, [(field, t, default) for field, t, default in specs], bases=(Guessed,), kw_only=True
            )
        except (TypeError, ValueError) as error:
            raise GuessError(f"the schema of {name}, {error}", path) from error
        cls.__module__ = __name__
        fields = compile_fields(cls, {field: t for field, t, _ in specs}, self.guesser.convert, place)
        self.guesser.family.keep(cls, fields, literal_type or dataclass_type(schema, fields), self.tag)
        if key:
            self.guesser.remember(key, cls)
        return cls

    def _outside(self, schema: dict[str, Any], literal_type: types_pb2.LiteralType) -> list[tuple[str, Any, Any]]:
        """Give the fields that are no parameters: only the type structure has them."""
        specs = []
        for name, kept in sorted(literal_type.structure.dataclass_type.items()):
            if name not in (schema.get("properties") or {}):
                try:
                    t = self.guesser.guess(kept, {})
                except GuessError:  # the peer notes a ClassVar as a pickle, but no value has it
                    continue
                specs.append((name, t, dataclasses.field(init=False, default=None)))
        return specs

    def _field(
        self, schema: dict[str, Any], name: str, path: str, known: types_pb2.LiteralType | None
    ) -> tuple[str, Any, Any]:
        described = schema["properties"][name]
        t = _chosen(self.type_of(described, path), known) if known else self.type_of(described, path)
        if name in schema.get("required", ()) or "default" not in described:
            # A field with a default_factory has none in its schema.
            return name, t, dataclasses.field()
        plain, unpack = described["default"], self.guesser.convert(t, path).unpack
        try:
            default = unpack(plain) if unpack else plain
        except Misfit:
            return name, t, dataclasses.field()
        if default is None or isinstance(default, (bool, int, float, str, enum.Enum, dt.date, dt.timedelta)):
            return name, t, dataclasses.field(default=default)
        return name, t, dataclasses.field(default_factory=lambda: unpack(plain) if unpack else plain)


def _chosen(t: Any, known: types_pb2.LiteralType) -> Any:
    """Give the type of a field with a ``Literal`` where its literal type has one, and its schema an enumeration."""
    args = typing.get_args(t)
    if isinstance(t, type) and issubclass(t, enum.Enum):
        return (guess_of(LITERAL, known) if known.HasField("annotation") else None) or t
    if typing.get_origin(t) is list and known.HasField("collection_type"):
        return list[_chosen(args[0], known.collection_type)]  # type: ignore[misc]  # made at run time
    if typing.get_origin(t) is dict and known.HasField("map_value_type"):
        return dict[args[0], _chosen(args[1], known.map_value_type)]  # type: ignore[misc, valid-type]  # made at run time
    if is_union(t) and len(args) == len(known.union_type.variants):
        return typing.Union[tuple(map(_chosen, args, known.union_type.variants))]  # noqa: UP007  # of any number
    return t


class _AsJson(Family):
    """A field of a model, whose plain data is JSON and is to be the same again when it goes back."""

    def __init__(self, name: str, t: Any, pack: Pack, unpack: Unpack) -> None:
        super().__init__(name, t, _no_convert)
        self._functions = pack, unpack

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Compile a type that is only met inside of a model."""
        pack, unpack = self._functions
        return Converter(t, self.name, None, _no_literal, _no_literal, pack, unpack, takes=None, peer=False)


def _no_literal(*_: Any) -> Any:
    raise Misfit("a value of a model's field stands in the model's literal only")


def _no_convert(t: Any, path: str = "") -> Converter:
    raise UnsupportedTypeError(type_name(t), path, "It stands in a model only.")


def _as_it_is(plain: Any) -> Any:
    return plain


def _pack_time(value: Any) -> str:
    # pydantic writes UTC as Z.
    text = pack_datetime(value)
    return text[:-6] + "Z" if text.endswith("+00:00") else text


_TIME: Any = typing.Annotated[dt.datetime, _AsJson("datetime", dt.datetime, _pack_time, unpack_datetime)]
_ANYTHING: Any = typing.Annotated[Any, _AsJson("plain", object, _as_it_is, _as_it_is)]


class _ModelSchema(_Schema):
    """One JSON schema as pydantic writes them: with references, and titles everywhere."""

    tag = "Pydantic Transformer"

    def _outside(self, schema: dict[str, Any], literal_type: types_pb2.LiteralType) -> list[tuple[str, Any, Any]]:  # noqa: ARG002  # a schema's
        """Give nothing: a model's structure has its fields by other names than its JSON, where these have aliases."""
        return []

    def type_of(self, schema: Any, path: str) -> Any:
        """Give the type that a schema describes; what has none in Flyte stays plain data."""
        if isinstance(schema, dict) and "oneOf" in schema:
            schema = {"anyOf": schema["oneOf"]}
        try:
            return super().type_of(schema, path)
        except GuessError:
            return _ANYTHING

    def _choice(self, schema: dict[str, Any]) -> Any:
        # An enumeration is referred to, a Literal stands where it is used.
        if any(schema is defined for defined in self._defs.values()):
            return self.guesser.enum(schema["enum"])
        return typing.Literal[tuple(schema["enum"])]

    def _object(self, schema: dict[str, Any], path: str) -> Any:
        if "properties" in schema:
            shape = guess_shape(schema)
            if shape is not None:
                return shape
            return self.dataclass(schema, str(schema.get("title") or "Model"), None, path)
        return super()._object({key: item for key, item in schema.items() if key != "title"}, path)

    def _scalar(self, schema: dict[str, Any], path: str) -> Any:
        if schema.get("type") == "string":
            # A UUID, a duration and the like are str in the JSON, and stay such.
            return {"date-time": _TIME, "date": dt.date}.get(str(schema.get("format")), str)
        return super()._scalar(schema, path)


def _ordered(schema: dict[str, Any]) -> list[str]:
    """Give the fields: the required ones in their order, which the message keeps, then the others by name."""
    properties = schema.get("properties") or {}
    required = [name for name in schema.get("required", ()) if name in properties]
    return required + sorted(properties.keys() - set(required))


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return ("{", *((key, _freeze(value[key])) for key in sorted(value)))
    if isinstance(value, list):
        return ("[", *map(_freeze, value))
    return (type(value), value)
