"""The way back: a Python type from a literal type.

An enumeration and a dataclass are made up from what the message says, once
for each message, so that the same literal type gives the same class.
"""

from __future__ import annotations

import datetime as dt
import typing
from typing import TYPE_CHECKING, Any

from flyteidl.core import types_pb2

from shimnb.core.types.binary import struct_to_plain
from shimnb.core.types.enums import make_enum
from shimnb.core.types.lazy import LITERAL, guess_of
from shimnb.errors import GuessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shimnb.core.types.dataclasses_ import DataclassFamily
    from shimnb.core.types.transformer import Convert, TypeTransformer

__all__ = ["Guesser"]

_MOST_GUESSES = 4096
_KEPT_GUESSES = 32  # each version of a cell's dataclass has a schema of its own
_SIMPLE: dict[int, Any] = {
    types_pb2.NONE: type(None),
    types_pb2.INTEGER: int,
    types_pb2.FLOAT: float,
    types_pb2.STRING: str,
    types_pb2.BOOLEAN: bool,
    types_pb2.DATETIME: dt.datetime,
    types_pb2.DURATION: dt.timedelta,
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
        if literal_type.HasField("annotation"):
            chosen = guess_of(LITERAL, literal_type)
            if chosen is not None:
                return chosen
        if simple == types_pb2.DATETIME and literal_type.structure.tag == "date":
            return dt.date
        if simple not in _SIMPLE:
            raise GuessError(f"the literal type {types_pb2.SimpleType.Name(simple)}")
        return _SIMPLE[simple]

    def _struct(self, literal_type: types_pb2.LiteralType) -> Any:
        if not literal_type.HasField("metadata"):
            return list if "untyped" in literal_type.annotation.annotations.fields else dict
        if "pb_type" in literal_type.metadata.fields:
            return guess_of("struct pb_type", literal_type)
        key = literal_type.SerializeToString(deterministic=True)
        if key not in self.made:
            schema = struct_to_plain(literal_type.metadata)
            if schema.get("type") != "object" or "title" not in schema:
                raise GuessError("a struct whose metadata is no schema of a dataclass or a model")
            kept = types_pb2.LiteralType()
            kept.CopyFrom(literal_type)
            from shimnb.core.types.schemas import class_of  # noqa: PLC0415  # for what is made from a schema only

            self.remember(key, class_of(self, schema, kept))
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

    def forget(self) -> None:
        """Let go of what was made, but for the newest."""
        for key in list(self.made)[:-_KEPT_GUESSES]:
            self.made.pop(key, None)
