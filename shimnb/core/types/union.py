"""Union, Optional and ``X | Y``: a value tagged with the variant that took it."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import describe, plain_of
from shimnb.core.types.names import strip_annotated, type_key, type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch

__all__ = ["UnionFamily", "tagged"]

Literal = literals_pb2.Literal
Trial = Callable[[Converter], Any]


def tagged(literal_type: types_pb2.LiteralType, tag: str) -> types_pb2.LiteralType:
    """Give a variant's literal type: the tag takes the type structure's place."""
    result = types_pb2.LiteralType()
    result.CopyFrom(literal_type)
    result.structure.Clear()
    result.structure.tag = tag
    return result


class UnionFamily(Family):
    """A union's variants are told apart by their transformers' names."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("Typed Union", typing.Union, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile the union `t` from the converters of its variants."""
        args = typing.get_args(t)
        variants = [convert(_stored(arg), path) for arg in args]
        refusal = next((variant.refusal for variant in variants if variant.refusal), None)
        can = all(variant.pack for variant in variants)
        union = _Union(t, variants)
        return Converter(
            t,
            self.name,
            None if refusal else _declared([convert(arg, path) for arg in args]),
            union.fill,
            union.read,
            union.pack if can else None,
            union.unpack if can else None,
            takes=union.classes(),
            peer=all(variant.peer for variant in variants),
            refusal=refusal,
        )


def _stored(arg: Any) -> Any:
    """Give the type of which a variant's literal is made: as in the peer, without its hash and its note."""
    if typing.get_origin(arg) is not typing.Annotated:
        return arg
    from shimnb.core.types.notes import bare  # noqa: PLC0415  # for annotated types only

    return bare(arg)


def _declared(variants: list[Converter]) -> types_pb2.LiteralType:
    types = [tagged(variant.literal_type, variant.tag) for variant in variants if variant.literal_type]
    return types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=types))


class _Union:
    """The four closures of one union, and what they share."""

    def __init__(self, t: Any, variants: list[Converter]) -> None:
        self.name = type_name(t)
        self.variants = variants
        self.stored = [tagged(v.literal_type, v.tag) for v in variants if v.literal_type]
        self._by_class: dict[type, list[Converter]] = {}
        self._types = dict(zip(map(id, variants), self.stored, strict=False))

    def classes(self) -> tuple[type, ...] | None:
        taken: list[type] = []
        for variant in self.variants:
            if variant.takes is None:
                return None
            taken.extend(variant.takes)
        return tuple(taken)

    def candidates(self, cls: type) -> list[Converter]:
        """Give the variants that may take an instance of `cls`."""
        found = self._by_class.get(cls)
        if found is None:
            found = [v for v in self.variants if v.takes is None or cls in v.takes]
            if cls is dict or hasattr(cls, "__dataclass_fields__"):
                # A dataclass takes another one of the same fields, and a dict of plain data.
                found = found or [v for v in self.variants if v.keys is not None]
            self._by_class[cls] = found
        return found

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:
        union = target.scalar.union
        candidates = self.candidates(type(value))
        if len(candidates) == 1:
            # As `_choose` does, without a literal in between.
            union.type.CopyFrom(self._types[id(candidates[0])])
            candidates[0].fill(union.value, value, ctx)
            return
        target.CopyFrom(
            self._choose(
                value,
                lambda v: self._filled(v, value, ctx),
                lambda v, literal: _same(v.read(literal.scalar.union.value, ctx), value),
            )
        )

    def _filled(self, variant: Converter, value: Any, ctx: Any) -> Literal:
        literal = Literal()
        literal.scalar.union.type.CopyFrom(self._types[id(variant)])
        variant.fill(literal.scalar.union.value, value, ctx)
        return literal

    def pack(self, value: Any) -> Any:
        return self._choose(
            value, lambda v: v.pack and v.pack(value), lambda v, plain: _same(v.unpack and v.unpack(plain), value)
        )

    def _choose(self, value: Any, trial: Trial, kept: Callable[[Converter, Any], bool]) -> Any:
        """Give what the one variant that takes `value` made of it; `kept` tells whether it would come back the same."""
        cls = type(value)
        candidates = self.candidates(cls)
        if not candidates:
            raise mismatch(self.name, value)
        if len(candidates) == 1:
            # Its own misfit has the better path.
            return trial(candidates[0])
        # A float takes an int, an enumeration the str of a member, a file its path, which is then copied: the
        # value's own class goes first.
        accepted, _ = _try([v for v in candidates if v.takes and v.takes[0] is cls], trial)
        if not accepted:
            accepted, reasons = _try(candidates, trial)
        if not accepted:
            raise mismatch(f"{self.name} ({'; '.join(reasons)})", value)
        if len(accepted) > 1:
            # And so do the classes of what is in it: [1] is a list[int], though a list[float] takes it.
            accepted = [pair for pair in accepted if kept(*pair)] or accepted
        return self._only(accepted)

    def _only(self, accepted: list[tuple[Converter, Any]]) -> Any:
        first = accepted[0][1]
        if not all(_same(made, first) and _told(accepted[0][0], variant, made) for variant, made in accepted):
            names = " and ".join(type_name(variant.python_type) for variant, _ in accepted)
            raise Misfit(f"the value fits {names} of {self.name} alike", "Keep one of these in the union.")
        return first

    def read(self, literal: Literal, ctx: Any) -> Any:
        scalar = literal.scalar
        if scalar.HasField("union"):
            return self._read_tagged(scalar.union, ctx)
        if scalar.HasField("binary") or scalar.HasField("generic"):
            return self.unpack(plain_of(literal, self.name))
        accepted, reasons = _try(self.variants, lambda v: v.read(literal, ctx))
        if not accepted:
            raise Misfit(f"expected {self.name}, got a literal with {describe(literal)} ({'; '.join(reasons)})")
        if len(accepted) > 1:
            accepted = _own(literal.scalar.primitive, accepted)
        return self._only(accepted)

    def _read_tagged(self, union: Any, ctx: Any) -> Any:
        tag = union.type.structure.tag
        matching = [v for v in self.variants if v.tag == tag] if tag else self.variants
        if len(matching) > 1:
            # Of two lists or two dataclasses, the one whose literal type was stored.
            matching = [v for v in matching if self._types.get(id(v)) == union.type] or matching
        if len(matching) == 1:
            return matching[0].read(union.value, ctx)
        if not matching:
            raise Misfit(f"expected {self.name}, got the variant {tag!r} with {describe(union.value)}")
        accepted, reasons = _try(matching, lambda v: v.read(union.value, ctx))
        if not accepted:
            raise Misfit(f"expected {self.name}, got {describe(union.value)} ({'; '.join(reasons)})")
        return self._only(accepted)

    def unpack(self, plain: Any) -> Any:
        accepted, reasons = _try([v for v in self.variants if v.unpack], lambda v: v.unpack and v.unpack(plain))
        if not accepted:
            raise mismatch(f"{self.name} ({'; '.join(reasons)})", plain)
        if len(accepted) > 1 and type(plain) is dict:
            keys = plain.keys()
            accepted = [pair for pair in accepted if pair[0].keys is not None and pair[0].keys == keys] or accepted
        if len(accepted) > 1 and type(plain) is not str:
            accepted = [pair for pair in accepted if type(pair[1]) is type(plain)] or accepted
        # What is left is data that does not say more, such as a str that is also a date: the first, as mashumaro does.
        return accepted[0][1]


def _told(first: Converter, variant: Converter, made: Any) -> bool:
    """Whether what was made would be read as the same: two enumerations of equal values have equal literals."""
    keys = (type_key(strip_annotated(v.python_type)) for v in (first, variant))
    return type(made) is not Literal or next(keys) == next(keys)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal, and of the same classes down to their items."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if type(one) is list:
        return len(one) == len(other) and all(map(_same, one, other))
    if type(one) is dict:
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001  # dataframes and arrays compare item by item, and a class of the user's as it likes
        return False


def _try(variants: list[Converter], trial: Trial) -> tuple[list[tuple[Converter, Any]], list[str]]:
    accepted = []
    reasons = []
    for variant in variants:
        try:
            accepted.append((variant, trial(variant)))
        except Misfit as misfit:  # noqa: PERF203  # a variant that refuses is the ordinary case
            place = f" at {misfit.inner}" if misfit.steps else ""
            reasons.append(f"{type_name(variant.python_type)}: {misfit.problem}{place}")
    return accepted, reasons


def _own(primitive: Any, accepted: list[tuple[Converter, Any]]) -> list[tuple[Converter, Any]]:
    """Prefer the variant of the very kind that the primitive holds."""
    kind = {"integer": int, "float_value": float, "string_value": str}.get(primitive.WhichOneof("value"))
    return [pair for pair in accepted if pair[0].python_type is kind] or accepted
