"""Plain data: what msgpack and a protobuf Struct can hold.

Dataclasses and untyped dicts travel as msgpack, and so does any field that
the engine takes out of one on the cluster; the console sends a Struct.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Converter, Misfit, step
from shimnb.errors import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["binary_fill", "binary_type", "describe", "loads", "plain_of", "struct_to_plain", "untyped"]

TAG = "msgpack"
_DEPTH = 200
_HELD: dict[str | None, str] = {
    "none_type": "None",
    "binary": "binary data",
    "generic": "a Struct",
    "offloaded_metadata": "an offloaded value",
    "scalar": "no value",
    None: "no value",
}
_MIN, _MAX = -(1 << 63), (1 << 64) - 1


def binary_type() -> types_pb2.LiteralType:
    """Give the literal type of data that travels as msgpack."""
    literal_type = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    literal_type.annotation.annotations["cache-key-metadata"] = {"serialization-format": TAG}
    return literal_type


def dumps(plain: Any) -> bytes:
    """Encode plain data, or say by its path what is none."""
    import msgpack  # noqa: PLC0415  # 4 ms, for values of this kind only

    pack: Callable[..., bytes] = msgpack.packb
    try:
        # Strict, so that an int's or a str's subclass and a tuple come to `_clean` instead of through unseen.
        return pack(plain, strict_types=True)
    except (TypeError, ValueError, OverflowError):
        return pack(_clean(plain, _DEPTH))


def loads(data: bytes) -> Any:
    """Decode msgpack bytes."""
    import msgpack  # noqa: PLC0415  # 4 ms, for values of this kind only

    unpack: Callable[..., Any] = msgpack.unpackb  # type: ignore[attr-defined]  # it is there, by way of the C module
    try:
        return unpack(data, strict_map_key=False)
    except Exception as error:
        raise Misfit(f"the msgpack bytes cannot be read: {str(error) or type(error).__name__}") from error


def _clean(value: Any, depth: int) -> Any:
    """Bring `value` to what msgpack reads back, or raise with the path."""
    if depth == 0:
        raise Misfit(f"nested more than {_DEPTH} levels deep", "Make it flatter; a value must not contain itself.")
    if value is None or isinstance(value, (bool, float, bytes)):
        return value
    if isinstance(value, int):
        if not _MIN <= value <= _MAX:
            raise Misfit(f"int {shorten(value)} does not fit in 64 bits", "Pass it as a str or a float.")
        return int(value)
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, (list, tuple)):
        return [_clean_item(item, depth - 1, f"[{i}]") for i, item in enumerate(value)]
    if isinstance(value, dict):
        return {_clean_key(key): _clean_item(item, depth - 1, step(key)) for key, item in value.items()}
    remedy = "Use None, bool, int, float, str, bytes, lists and dicts of these, or a dataclass."
    raise Misfit(f"{type_name(type(value))} {shorten(value)} is no plain data", remedy)


def _clean_item(value: Any, depth: int, place: str) -> Any:
    try:
        return _clean(value, depth)
    except Misfit as misfit:
        raise misfit.under(place) from None


def _clean_key(key: Any) -> Any:
    if key is None or isinstance(key, (bool, int, float, str, bytes)):
        return _clean(key, 1)
    problem = f"the key {shorten(key)} is a {type_name(type(key))}"
    raise Misfit(problem, "Use keys of str, int, float or bool.")


def _clean_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Misfit(f"str {shorten(value)} has a character that UTF-8 cannot hold") from None
    return str(value)


def binary_fill(pack: Callable[[Any], Any]) -> Callable[[literals_pb2.Literal, Any, Any], None]:
    """Make the `fill` of a type that travels as msgpack."""

    def fill(target: literals_pb2.Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        binary = target.scalar.binary
        binary.value = dumps(pack(value))
        binary.tag = TAG

    return fill


def plain_of(literal: literals_pb2.Literal, expected: str) -> Any:
    """Give the plain data in a literal that holds msgpack or a Struct."""
    kind = literal.scalar.WhichOneof("value")
    if kind == "binary":
        if literal.scalar.binary.tag != TAG:
            raise Misfit(f"the binary has the tag {literal.scalar.binary.tag!r}, not {TAG!r}")
        return loads(literal.scalar.binary.value)
    if kind == "generic":
        return struct_to_plain(literal.scalar.generic)
    raise Misfit(f"expected {expected}, got a literal with {describe(literal)}")


def struct_to_plain(struct: Any) -> dict[str, Any]:
    """Give the plain data of a protobuf Struct."""
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return struct_to_plain(value.struct_value)
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        # A Struct has doubles only; the console's integers arrive as 3.0.
        return int(number) if number.is_integer() else number
    return None if kind == "null_value" else getattr(value, kind or "string_value")


def describe(literal: literals_pb2.Literal) -> str:
    """Say in a few words what a literal holds."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return f"a list of {len(literal.collection.literals)}"
    if kind == "map":
        return f"a dict of {len(literal.map.literals)}"
    scalar = literal.scalar
    held = scalar.WhichOneof("value") or kind
    if held == "primitive":
        return _primitive(scalar.primitive, scalar.primitive.WhichOneof("value") or "")
    if held == "union":
        return f"a union of {describe(scalar.union.value)}"
    if held == "blob" and scalar.blob.metadata.type.format == "PythonPickle":
        return "a pickle"
    return _HELD.get(held, f"a {held}")


def _primitive(primitive: literals_pb2.Primitive, field: str) -> str:
    if not field:
        return "no value"
    value = getattr(primitive, field)
    if field == "datetime":
        return f"datetime {value.ToJsonString()}"
    if field == "duration":
        return f"timedelta {value.ToJsonString()}"
    return f"{type_name(type(value))} {shorten(value)}"


def untyped(cls: type, tag: str, literal_type: types_pb2.LiteralType) -> Converter:
    """Compile an untyped ``dict`` or ``list``: any plain data inside."""
    name = cls.__name__

    def pack(value: Any) -> Any:
        if type(value) is not cls:
            raise Misfit(f"expected {name}, got {type_name(type(value))} {shorten(value)}")
        return value

    def read(literal: literals_pb2.Literal, ctx: Any) -> Any:  # noqa: ARG001  # a Read
        return unpack(plain_of(literal, name))

    def unpack(plain: Any) -> Any:
        if type(plain) is not cls:
            raise Misfit(f"expected {name}, got {type_name(type(plain))} {shorten(plain)}")
        return plain

    return Converter(cls, tag, literal_type, binary_fill(pack), read, pack, unpack, takes=(cls,))
