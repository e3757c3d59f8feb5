"""list[...] and dict[...], to any depth, and their untyped kinds."""

from __future__ import annotations

import typing
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import binary_fill, binary_type, describe, plain_of, untyped
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch, step
from shimnb.errors import UnsupportedTypeError

__all__ = ["DictFamily", "ListFamily"]

Literal = literals_pb2.Literal
_KEY_TAGS = {
    "int",
    "float",
    "str",
    "bool",
    "datetime",
    "date",
    "timedelta",
    "DefaultEnumTransformer",
    "LiteralTypeTransformer",
}


class ListFamily(Family):
    """``list[T]`` as a collection; an untyped ``list`` as msgpack."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("Typed List", list, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile ``list[T]`` from the converter of ``T``."""
        args = typing.get_args(t)
        if not args:
            literal_type = binary_type()
            # The peer refuses an untyped list; this note tells it from a dict when the type is guessed back.
            literal_type.annotation.annotations["untyped"] = "list"
            converter = untyped(list, self.name, literal_type)
            converter.peer = False
            return converter
        item = convert(args[0], path)
        own = _List(type_name(t), item)
        can = item.pack is not None
        return Converter(
            t,
            self.name,
            types_pb2.LiteralType(collection_type=item.literal_type) if item.literal_type is not None else None,
            own.fill,
            own.read,
            own.pack if can else None,
            own.unpack if can else None,
            takes=(list,),
            peer=item.peer and args[0] is not None,  # the peer trips over list[None], not over List[None]
            refusal=item.refusal,
        )


class _List:
    """The four functions of one ``list[T]``."""

    def __init__(self, name: str, item: Converter) -> None:
        self._name = name
        self._item = item

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:
        if type(value) is not list:
            raise mismatch(self._name, value, _sequence(value))
        fill = self._item.fill
        literals = target.collection.literals
        add = literals.add
        if not value:
            target.collection.SetInParent()
        try:
            for element in value:
                fill(add(), element, ctx)
        except Misfit as misfit:
            raise misfit.under(f"[{len(literals) - 1}]") from misfit.__cause__

    def read(self, literal: Literal, ctx: Any) -> list[Any]:
        read = self._item.read
        literals = literal.collection.literals
        if not literals and not literal.HasField("collection"):
            return self.unpack(_plain_for(self._item, literal, self._name))
        try:
            return [read(element, ctx) for element in literals]
        except Misfit:
            return _each(read, literals, ctx)

    def pack(self, value: Any) -> list[Any]:
        if type(value) is not list:
            raise mismatch(self._name, value, _sequence(value))
        return _map(self._item.pack, value)

    def unpack(self, plain: Any) -> list[Any]:
        if type(plain) is not list:
            raise mismatch(self._name, plain)
        return _map(self._item.unpack, plain)


def _plain_for(item: Converter, literal: Literal, name: str) -> Any:
    """Give the plain data of a list or dict, if its items can be made of such."""
    if item.unpack is None:
        raise Misfit(f"expected {name}, got a literal with {describe(literal)}")
    return plain_of(literal, name)


def _sequence(value: Any) -> str:
    return "Pass list(value)." if isinstance(value, (tuple, set, frozenset, range)) else ""


def _map(convert_one: Any, values: list[Any]) -> list[Any]:
    try:
        return [convert_one(value) for value in values]
    except Misfit:
        return _each(lambda value, _: convert_one(value), values, None)


def _each(convert_one: Any, values: Any, ctx: Any) -> list[Any]:
    """Convert one by one, to learn which one does not fit."""
    result = []
    for i, value in enumerate(values):
        try:
            result.append(convert_one(value, ctx))
        except Misfit as misfit:  # noqa: PERF203  # costs nothing where nothing is raised
            raise misfit.under(f"[{i}]") from misfit.__cause__
    return result


class DictFamily(Family):
    """``dict[str, T]`` as a map; other dicts as msgpack."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("Typed Dict", dict, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile ``dict[K, V]`` from the converters of ``K`` and ``V``."""
        args = typing.get_args(t)
        if not args:
            return untyped(dict, self.name, binary_type())
        return self._mapped(t, convert(args[1], path)) if args[0] is str else self._packed(t, convert, path)

    def _mapped(self, t: Any, item: Converter) -> Converter:
        own = _Map(type_name(t), item)
        can = item.pack is not None
        return Converter(
            t,
            self.name,
            types_pb2.LiteralType(map_value_type=item.literal_type) if item.literal_type is not None else None,
            own.fill,
            own.read,
            own.pack if can else None,
            own.unpack if can else None,
            takes=(dict,),
            peer=item.peer,
            refusal=item.refusal,
        )

    def _packed(self, t: Any, convert: Convert, path: str) -> Converter:
        key_type, value_type = typing.get_args(t)
        key, item = convert(key_type, path), convert(value_type, path)
        if key.tag not in _KEY_TAGS:
            raise UnsupportedTypeError(type_name(t), path, "Use keys of str, int, float, bool, date or an Enum.")
        if item.pack is None:
            raise UnsupportedTypeError(type_name(t), path, "Use str keys: msgpack cannot carry these values.")
        expected = type_name(t)

        def pack(value: Any) -> dict[Any, Any]:
            if type(value) is not dict:
                raise mismatch(expected, value)
            return _map_items(key.pack, item.pack, value)

        def unpack(plain: Any) -> dict[Any, Any]:
            if type(plain) is not dict:
                raise mismatch(expected, plain)
            return _map_items(key.unpack, item.unpack, plain)

        def read(literal: Literal, ctx: Any) -> dict[Any, Any]:  # noqa: ARG001  # a Read
            return unpack(plain_of(literal, expected))

        return Converter(t, self.name, binary_type(), binary_fill(pack), read, pack, unpack, takes=(dict,))


class _Map:
    """The four functions of one ``dict[str, T]``."""

    def __init__(self, name: str, item: Converter) -> None:
        self._name = name
        self._item = item

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:
        if type(value) is not dict:
            raise mismatch(self._name, value)
        fill = self._item.fill
        literals = target.map.literals
        if not value:
            target.map.SetInParent()
        for key, element in value.items():
            _check_key(key)
            try:
                fill(literals[key], element, ctx)
            except Misfit as misfit:
                raise misfit.under(step(key)) from misfit.__cause__

    def read(self, literal: Literal, ctx: Any) -> dict[str, Any]:
        read = self._item.read
        literals = literal.map.literals
        if not literals and not literal.HasField("map"):
            return self.unpack(_plain_for(self._item, literal, self._name))
        result = {}
        for key, element in literals.items():
            try:
                result[key] = read(element, ctx)
            except Misfit as misfit:  # noqa: PERF203  # costs nothing where nothing is raised
                raise misfit.under(step(key)) from misfit.__cause__
        return result

    def pack(self, value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise mismatch(self._name, value)
        return _map_items(_check_key, self._item.pack, value)

    def unpack(self, plain: Any) -> dict[str, Any]:
        if type(plain) is not dict:
            raise mismatch(self._name, plain)
        return _map_items(_check_key, self._item.unpack, plain)


def _check_key(key: Any) -> str:
    if type(key) is not str:
        raise mismatch("a str key", key, "Write the key as a str; for other keys, declare their type.")
    return key


def _map_items(convert_key: Any, convert_one: Any, values: dict[Any, Any]) -> dict[Any, Any]:
    result = {}
    for key, value in values.items():
        kept = convert_key(key)
        try:
            result[kept] = convert_one(value)
        except Misfit as misfit:
            raise misfit.under(step(key)) from misfit.__cause__
    return result
