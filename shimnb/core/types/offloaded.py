"""Offloaded literals: a value so large that the engine wrote it to a file and passes the file's URI.

Imported when one is met. A reader does not look for them: a literal that it
cannot read is searched for offloaded ones, which are fetched, and read again.
"""

from __future__ import annotations

import os
from typing import Any

from flyteidl.core import literals_pb2, types_pb2
from google.protobuf.message import DecodeError

from shimnb.core.context import FlyteContextManager
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Converter, Misfit, step
from shimnb.errors import FileError, shorten

__all__ = ["fetched", "holds_offloaded"]

Literal = literals_pb2.Literal
LiteralType = types_pb2.LiteralType
_DEPTH = 8  # a file may hold an offloaded literal again, but not itself
_KINDS = {"collection_type": "a list", "map_value_type": "a dict", "blob": "a blob", "enum_type": "an Enum"}


def holds_offloaded(literal: Literal) -> bool:
    """Tell whether a literal, or one within it, is offloaded."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return any(map(holds_offloaded, literal.collection.literals))
    if kind == "map":
        return any(holds_offloaded(item) for item in literal.map.literals.values())
    if kind == "scalar" and literal.scalar.HasField("union"):
        inner: Literal = literal.scalar.union.value
        return holds_offloaded(inner)
    return bool(kind == "offloaded_metadata")


def fetched(literal: Literal, converter: Converter, ctx: Any) -> Literal:
    """Give the literal with what it holds offloaded in its place.

    Parameters
    ----------
    literal : Literal
        The literal; it stays as it is.
    converter : Converter
        Of the type that is expected of it.
    ctx : FlyteContext or None
        Its files are asked.

    Raises
    ------
    Misfit
        If a file is missing or holds no literal, or if the engine noted
        another type for it.
    """
    if literal.HasField("offloaded_metadata") and converter.literal_type is not None:
        _check(literal.offloaded_metadata.inferred_type, converter)
    return _filled(literal, (ctx or FlyteContextManager.current_context()).file_access, _DEPTH)


def _filled(literal: Literal, files: Any, depth: int) -> Literal:
    if literal.HasField("offloaded_metadata"):
        return _load(literal, files, depth)
    result = Literal()
    result.CopyFrom(literal)
    for place, item in _items(result):
        if holds_offloaded(item):
            try:
                item.CopyFrom(_filled(item, files, depth))
            except Misfit as misfit:
                raise misfit.under(place) from misfit.__cause__
    return result


def _items(literal: Literal) -> list[tuple[str, Literal]]:
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return [(f"[{i}]", item) for i, item in enumerate(literal.collection.literals)]
    if kind == "map":
        return [(step(key), item) for key, item in literal.map.literals.items()]
    return [("", literal.scalar.union.value)] if literal.scalar.HasField("union") else []


def _load(literal: Literal, files: Any, depth: int) -> Literal:
    uri = literal.offloaded_metadata.uri
    if not uri:
        raise Misfit("the value is offloaded, and the literal does not say where it is")
    if depth == 0:
        raise Misfit(f"the offloaded value at {shorten(uri)} is offloaded again and again")
    path = files.local_path_for()
    try:
        files.get_data(uri, path)
        with open(path, "rb") as file:  # the provider gives text
            data = file.read()
    except FileError as error:
        raise Misfit(f"the offloaded value at {shorten(error.path)} cannot be read: {error.problem}") from error
    finally:
        if os.path.exists(path):
            os.remove(path)
    found = Literal()
    try:
        found.ParseFromString(data)
    except DecodeError as error:
        raise Misfit(f"the file of the offloaded value, {shorten(uri)}, holds no literal") from error
    if found.WhichOneof("value") is None:
        raise Misfit(f"the file of the offloaded value, {shorten(uri)}, is empty")
    if literal.hash and not found.hash:
        found.hash = literal.hash
    return _filled(found, files, depth - 1) if holds_offloaded(found) else found


def _check(inferred: LiteralType, converter: Converter) -> None:
    """Refuse a value of another type before it is fetched; what the engine infers may be less exact than ours."""
    if converter.literal_type is not None and not _fits(inferred, converter.literal_type):
        problem = f"expected {type_name(converter.python_type)}, got an offloaded value of {_shown(inferred)}"
        raise Misfit(problem)


def _fits(inferred: LiteralType, expected: LiteralType) -> bool:
    kind, wanted = inferred.WhichOneof("type"), expected.WhichOneof("type")
    if kind is None or wanted is None:
        return True
    if kind == "union_type":
        return any(_fits(variant, expected) for variant in inferred.union_type.variants)
    if wanted == "union_type":
        return any(_fits(inferred, variant) for variant in expected.union_type.variants)
    if kind == "simple":
        return _simple_fits(inferred.simple, expected, wanted)
    return _same_kind_fits(inferred, expected, kind) if kind == wanted else expected.simple == types_pb2.STRUCT


def _same_kind_fits(inferred: LiteralType, expected: LiteralType, kind: str) -> bool:
    if kind in ("collection_type", "map_value_type"):
        return _fits(getattr(inferred, kind), getattr(expected, kind))
    return kind != "blob" or inferred.blob.dimensionality == expected.blob.dimensionality


def _simple_fits(inferred: int, expected: LiteralType, wanted: str) -> bool:
    # An empty list's items are inferred as NONE; msgpack may be anything; an Enum is a str.
    if inferred in (types_pb2.NONE, types_pb2.STRUCT, types_pb2.BINARY):
        return True
    if wanted == "enum_type":
        return inferred == types_pb2.STRING
    if wanted != "simple":
        return False
    numbers = (types_pb2.INTEGER, types_pb2.FLOAT)
    return inferred == expected.simple or (inferred in numbers and expected.simple in numbers)


def _shown(inferred: LiteralType) -> str:
    kind = inferred.WhichOneof("type") or "no type"
    if kind == "simple":
        return f"the type {types_pb2.SimpleType.Name(inferred.simple)}"
    return f"the type of {_KINDS.get(kind, kind)}"
