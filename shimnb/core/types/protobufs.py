"""Messages of protobuf: their JSON in a Struct, their class's name in the literal type."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import Any

from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import json_format, struct_pb2
from google.protobuf.message import Message

from shimnb.core.types.binary import describe, plain_of
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch
from shimnb.errors import GuessError, UnsupportedTypeError

__all__ = ["CLASS", "ProtobufFamily", "guess_message"]

Literal = literals_pb2.Literal
CLASS = "pb_type"
_LIST = "google.protobuf.ListValue"
# Their JSON is no object, so that no Struct can hold it.
_INSTEAD = {
    "Timestamp": "datetime",
    "Duration": "timedelta",
    "Value": "dict",
    "FieldMask": "list[str]",
    "BoolValue": "bool | None",
    "BytesValue": "str | None",
    "DoubleValue": "float | None",
    "FloatValue": "float | None",
    "Int32Value": "int | None",
    "Int64Value": "int | None",
    "StringValue": "str | None",
    "UInt32Value": "int | None",
    "UInt64Value": "int | None",
}


class ProtobufFamily(Family):
    """A message travels as its JSON."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("Protobuf-Transformer", Message, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile the converter of the message class `t`."""
        descriptor = getattr(t, "DESCRIPTOR", None)
        if descriptor is None:
            raise UnsupportedTypeError(type_name(t), path, "Use the class of one message.")
        package, _, name = descriptor.full_name.rpartition(".")
        if package == "google.protobuf" and name in _INSTEAD:
            raise UnsupportedTypeError(type_name(t), path, f"Use {_INSTEAD[name]}.")
        literal_type = types_pb2.LiteralType(simple=types_pb2.STRUCT)
        literal_type.metadata[CLASS] = f"{t.__module__}.{t.__name__}"
        own = _ListValue(t, convert) if descriptor.full_name == _LIST else _Message(t)
        return Converter(t, self.name, literal_type, own.fill, own.read, None, own.unpack, takes=(t,))


class _Message:
    """The functions of one message class."""

    def __init__(self, t: Any) -> None:
        self.t = t
        self.name = type_name(t)

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG002  # a Fill
        if not isinstance(value, self.t):
            raise mismatch(self.name, value)
        try:
            plain = json_format.MessageToDict(value)
        except Exception as error:  # a type in an Any that nobody knows, a NaN in a Struct
            raise Misfit(f"{self.name} cannot be written as JSON: {_text(error)}") from error
        target.scalar.generic.SetInParent()
        target.scalar.generic.update(plain)

    def read(self, literal: Literal, ctx: Any) -> Any:  # noqa: ARG002  # a Read
        return self.unpack(plain_of(literal, self.name))

    def unpack(self, plain: Any) -> Any:
        if type(plain) is not dict:
            raise mismatch(self.name, plain)
        try:
            return json_format.ParseDict(plain, self.t())
        except Exception as error:  # ParseError, and what its fields' own parsers raise
            text = _text(error)
            place = re.search(r' at "?\w+((?:\.\w+|\[\d+\])+)"?\.*$', text)
            misfit = Misfit(f"{self.name} refused the values: {text[: place.start()] if place else text}")
            raise misfit.under(place[1]) if place else misfit from error


def _text(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


class _ListValue(_Message):
    """A list of protobuf's own, which is written as a collection."""

    def __init__(self, t: Any, convert: Convert) -> None:
        super().__init__(t)
        self._convert = convert

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:
        if not isinstance(value, self.t):
            raise mismatch(self.name, value)
        target.collection.SetInParent()
        for i, item in enumerate(value):
            try:
                self._convert(type(item)).fill(target.collection.literals.add(), item, ctx)
            except Misfit as misfit:  # noqa: PERF203  # costs nothing where nothing is raised
                raise misfit.under(f"[{i}]") from misfit.__cause__

    def read(self, literal: Literal, ctx: Any) -> Any:
        if literal.WhichOneof("value") != "collection":
            return self.unpack(plain_of(literal, self.name))
        result = self.t()
        for i, item in enumerate(literal.collection.literals):
            try:
                self._read_item(result.values.add(), item, ctx)
            except Misfit as misfit:  # noqa: PERF203  # costs nothing where nothing is raised
                raise misfit.under(f"[{i}]") from misfit.__cause__
        return result

    def _read_item(self, value: struct_pb2.Value, item: Literal, ctx: Any) -> None:
        primitive = item.scalar.primitive
        kind = primitive.WhichOneof("value")
        if item.WhichOneof("value") == "collection":
            value.list_value.CopyFrom(self.read(item, ctx))
        elif item.scalar.HasField("generic"):
            value.struct_value.CopyFrom(item.scalar.generic)
        elif item.scalar.HasField("none_type"):
            value.null_value = struct_pb2.NULL_VALUE
        elif kind == "string_value":
            value.string_value = primitive.string_value
        elif kind == "boolean":
            value.bool_value = primitive.boolean
        elif kind in {"integer", "float_value"}:
            value.number_value = getattr(primitive, kind)
        else:
            raise Misfit(f"expected None, bool, float, str, a Struct or a list, got {describe(item)}")

    def unpack(self, plain: Any) -> Any:
        if type(plain) is not list:
            raise mismatch(self.name, plain)
        result = self.t()
        result.extend(plain)
        return result


def guess_message(literal_type: types_pb2.LiteralType) -> Any:
    """Give the message class that a literal type names.

    Only a module that protobuf's compiler wrote (``..._pb2``), or one that is
    imported already, is looked into: a message must not choose what runs.
    """
    named = str(dict(literal_type.metadata).get(CLASS))
    module, _, name = named.rpartition(".")
    try:
        found = sys.modules.get(module) or (import_module(module) if module.endswith("_pb2") else None)
    except ImportError as error:
        raise GuessError(f"the message class {named}, whose module cannot be imported ({error})") from error
    cls = getattr(found, name, None) or _nested(found, name)
    if not isinstance(cls, type) or not issubclass(cls, Message):
        raise GuessError(f"the message class {named}")
    return cls


def _nested(module: Any, name: str) -> Any:
    """Find a class within the others of a module: the message tells no more than its own name."""
    file = getattr(module, "DESCRIPTOR", None)
    found: list[Any] = []
    todo = [getattr(module, top, None) for top in (file.message_types_by_name if file else ())]
    while todo:
        cls = todo.pop()
        for inner in cls.DESCRIPTOR.nested_types if cls is not None else ():
            made = getattr(cls, inner.name, None)
            todo.append(made)
            if inner.name == name and made is not None:
                found.append(made)
    return found[0] if len(found) == 1 else None
