"""The way back: a Python type from a literal type.

An enumeration and a dataclass are made up from what the message says, once
for each message, so that the same literal type gives the same class.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import typing
from typing import TYPE_CHECKING, Any

from flyteidl.core import types_pb2

from shimnb.core.types.binary import struct_to_plain
from shimnb.core.types.dataclasses_ import DataclassFamily, Guessed, compile_fields, dataclass_type
from shimnb.core.types.enums import make_enum
from shimnb.core.types.lazy import guess_of
from shimnb.core.types.transformer import Convert, Misfit, TypeTransformer, step
from shimnb.errors import GuessError, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Guesser"]

_MOST_GUESSES = 4096
_SIMPLE: dict[int, Any] = {
    types_pb2.NONE: type(None),
    types_pb2.INTEGER: int,
    types_pb2.FLOAT: float,
    types_pb2.STRING: str,
    types_pb2.BOOLEAN: bool,
    types_pb2.DATETIME: dt.datetime,
    types_pb2.DURATION: dt.timedelta,
}
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


class Guesser:
    """Makes Python types from literal types, and remembers what it made.

    Parameters
    ----------
    family : DataclassFamily
        Compiles the dataclasses that are made.
    convert : callable
        Gives the converter of a type.
    """

    def __init__(self, family: DataclassFamily, convert: Convert) -> None:
        self.family = family
        self.convert = convert
        self.made: dict[Any, Any] = {}

    def guess(self, literal_type: types_pb2.LiteralType, added: Mapping[Any, TypeTransformer[Any]]) -> Any:
        """Give the Python type of `literal_type`, asking the `added` transformers first."""
        for transformer in dict.fromkeys(added.values()):
            try:
                return transformer.guess_python_type(literal_type)
            except (ValueError, NotImplementedError):  # noqa: PERF203  # it says so: not one of its own
                continue
        kind = literal_type.WhichOneof("type")
        if kind == "simple":
            return self._simple(literal_type)
        if kind == "collection_type":
            return list[self.guess(literal_type.collection_type, added)]  # type: ignore[misc]  # made at run time
        if kind == "map_value_type":
            return dict[str, self.guess(literal_type.map_value_type, added)]  # type: ignore[misc]  # made at run time
        if kind == "union_type":
            return typing.Union[tuple(self.guess(v, added) for v in literal_type.union_type.variants)]  # noqa: UP007  # of any number
        return self._other(literal_type, kind)

    def _other(self, literal_type: types_pb2.LiteralType, kind: str | None) -> Any:
        if kind == "enum_type":
            return self.enum(list(literal_type.enum_type.values))
        found = guess_of(kind, literal_type) if kind else None
        if found is None:
            raise GuessError(f"the literal type {kind}" if kind else "an empty literal type")
        return found

    def _simple(self, literal_type: types_pb2.LiteralType) -> Any:
        simple = literal_type.simple
        if simple == types_pb2.STRUCT:
            return self._struct(literal_type)
        if simple == types_pb2.DATETIME and literal_type.structure.tag == "date":
            return dt.date
        if simple not in _SIMPLE:
            raise GuessError(f"the literal type {types_pb2.SimpleType.Name(simple)}")
        return _SIMPLE[simple]

    def _struct(self, literal_type: types_pb2.LiteralType) -> Any:
        if not literal_type.HasField("metadata"):
            return list if "untyped" in literal_type.annotation.annotations.fields else dict
        key = literal_type.SerializeToString(deterministic=True)
        if key not in self.made:
            schema = struct_to_plain(literal_type.metadata)
            if schema.get("type") != "object" or "title" not in schema:
                raise GuessError("a struct whose metadata is no dataclass's schema")
            kept = types_pb2.LiteralType()
            kept.CopyFrom(literal_type)
            self.remember(key, _Schema(self, schema).dataclass(schema, str(schema["title"]), kept))
        return self.made[key]

    def enum(self, values: list[Any]) -> Any:
        """Give the enumeration of these values."""
        key = tuple((type(value), value) for value in values)
        if key not in self.made:
            self.remember(key, make_enum(values))
        return self.made[key]

    def remember(self, key: Any, made: Any) -> None:
        """Keep what was made, under what it was made from."""
        if len(self.made) >= _MOST_GUESSES:
            self.made.clear()
        self.made[key] = made


class _Schema:
    """One JSON schema, as mashumaro writes them, turned into types."""

    def __init__(self, guesser: Guesser, root: dict[str, Any]) -> None:
        self.guesser = guesser
        self._defs: dict[str, Any] = root.get("$defs") or root.get("definitions") or {}
        self._open: list[str] = []

    def type_of(self, schema: Any, path: str) -> Any:
        """Give the type that a schema describes."""
        if not isinstance(schema, dict):
            raise GuessError(f"the schema {shorten(schema)}", path)
        if "$ref" in schema:
            return self._reference(str(schema["$ref"]), path)
        if schema.get("anyOf"):
            return typing.Union[tuple(self.type_of(item, path) for item in schema["anyOf"])]  # noqa: UP007  # of any number
        if schema.get("enum"):
            return self.guesser.enum(schema["enum"])
        if schema.get("type") == "object":
            return self._object(schema, path)
        if schema.get("type") == "array":
            return list[self.type_of(schema["items"], path + "[]")] if "items" in schema else list  # type: ignore[misc]  # made at run time
        return self._scalar(schema, path)

    def _scalar(self, schema: dict[str, Any], path: str) -> Any:
        kind, form = schema.get("type"), schema.get("format")
        if kind == "string" and form != "base64":
            # A path, a UUID and the like are strings in the message, and stay such.
            return _SCHEMA_TYPES.get((kind, form), str)
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
            return self.dataclass(schema, str(schema["title"]), None, path)
        values = schema.get("additionalProperties")
        if not isinstance(values, dict):
            return dict
        keys = self.type_of(schema["propertyNames"], path) if "propertyNames" in schema else str
        return dict[keys, self.type_of(values, path)]  # type: ignore[valid-type, misc]  # made at run time

    def dataclass(
        self, schema: dict[str, Any], name: str, literal_type: types_pb2.LiteralType | None, path: str = ""
    ) -> Any:
        """Make the dataclass of a schema, and its converter."""
        key = None if literal_type else _freeze(schema)
        made = self.guesser.made.get(key) if key else None
        if made is not None:
            return made
        place = path or name
        specs = [self._field(schema, field, place + step(field)) for field in _ordered(schema)]
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
        self.guesser.family.keep(cls, fields, literal_type or dataclass_type(schema, fields))
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

    def _field(self, schema: dict[str, Any], name: str, path: str) -> tuple[str, Any, Any]:
        described = schema["properties"][name]
        t = self.type_of(described, path)
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
