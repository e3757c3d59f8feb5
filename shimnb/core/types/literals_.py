"""typing.Literal: the literal type of its values' kind, with the choices in an annotation."""

from __future__ import annotations

import enum
import typing
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.enums import choices
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, mismatch
from shimnb.errors import UnsupportedTypeError

__all__ = ["CHOICES", "LiteralFamily", "guess_literal"]

Literal = literals_pb2.Literal
CHOICES = "literal_values"
_EXACT = 1 << 53  # the annotation keeps numbers as doubles
_KINDS: dict[type, types_pb2.SimpleType] = {
    str: types_pb2.STRING,
    int: types_pb2.INTEGER,
    bool: types_pb2.BOOLEAN,
    float: types_pb2.FLOAT,
}


class LiteralFamily(Family):
    """``Literal["a", "b"]``: one of these values, and no other of their kind."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("LiteralTypeTransformer", typing.Literal, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile ``Literal[...]`` from the converter of its values' kind."""
        values = list(typing.get_args(t))
        kinds = {type(value) for value in values}
        base = next((kind for kind in _KINDS if kinds == {kind}), None)
        own = _Choice(values, convert(base) if base else None)
        if base is None:
            remedy = "Use values of one kind, str, int, bool or float; others may only stand inside of a dataclass."
            refusal = UnsupportedTypeError(type_name(t), path, remedy)
            can = all(value is None or isinstance(value, (*_KINDS, enum.Enum)) for value in values)
            pack, unpack = (own.pack, own.unpack) if can else (None, None)
            return Converter(t, self.name, None, own.fill, own.read, pack, unpack, refusal=refusal)
        literal_type = types_pb2.LiteralType()
        literal_type.simple = _KINDS[base]
        literal_type.annotation.annotations[CHOICES] = values
        # The class of its values comes second: where a union has `str` too, that is the nearer one.
        takes: Any = (t, base)
        return Converter(t, self.name, literal_type, own.fill, own.read, own.pack, own.unpack, takes=takes)


class _Choice:
    """The four functions of one ``Literal``."""

    def __init__(self, values: list[Any], base: Converter | None) -> None:
        self._values = {_key(value): value for value in values}
        self._plain = {_key(_plain(value)): value for value in values}
        self._base = base
        self._name = f"one of {choices([_plain(value) for value in values])}"

    def _one(self, value: Any) -> Any:
        if _key(value) not in self._values:
            raise mismatch(self._name, value)
        return value

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:
        self._one(value)
        if self._base is not None:
            self._base.fill(target, value, ctx)

    def read(self, literal: Literal, ctx: Any) -> Any:
        return self._one(self._base.read(literal, ctx)) if self._base is not None else None

    def pack(self, value: Any) -> Any:
        return _plain(self._one(value))

    def unpack(self, plain: Any) -> Any:
        # The console's numbers are all floats.
        whole = int(plain) if type(plain) is float and plain.is_integer() else plain
        found = next((key for key in (_key(plain), _key(whole)) if key in self._plain), None)
        if found is None:
            raise mismatch(self._name, plain)
        return self._plain[found]


def _key(value: Any) -> Any:
    # 1, 1.0 and True are equal; what cannot be hashed is none of the values.
    return (type(value), value) if type(value).__hash__ is not None else None


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value


def guess_literal(literal_type: types_pb2.LiteralType) -> Any:
    """Give the ``Literal[...]`` whose choices a literal type has; None if it tells none, or not to the last digit."""
    kind = next((kind for kind, simple in _KINDS.items() if simple == literal_type.simple), None)
    field = literal_type.annotation.annotations.fields.get(CHOICES)
    if kind is None or field is None or field.WhichOneof("kind") != "list_value":
        return None
    held = [getattr(value, value.WhichOneof("kind") or "null_value") for value in field.list_value.values]
    if kind is int:
        if not all(type(value) is float and value.is_integer() and abs(value) <= _EXACT for value in held):
            return None
        held = [int(value) for value in held]
    if not held or not all(type(value) is kind for value in held):
        return None
    return typing.Literal[tuple(held)]
