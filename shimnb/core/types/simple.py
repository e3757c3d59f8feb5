"""int, float, str, bool, None, datetime, date and timedelta."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import plain_of
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch
from shimnb.errors import shorten

__all__ = ["simple_families"]

Literal = literals_pb2.Literal
_UTC = datetime.timezone.utc
_INT_MIN, _INT_MAX = -(1 << 63), (1 << 63) - 1
_EXACT = 1 << 53  # every int up to here is a float
_DURATION = datetime.timedelta(seconds=315_576_000_000)  # google.protobuf.Duration's range
_IN_64_BITS = "Pass it as a str or a float; Flyte's integers have 64 bits."
_ISO = "Pass it in ISO 8601."

Parts = tuple[Callable[[Any, Any, Any], None], Callable[[Any, Any], Any], Callable[[Any], Any], Callable[[Any], Any]]


class _Simple(Family):
    """One simple type; its closures do not depend on anything."""

    def __init__(self, name: str, t: Any, simple: types_pb2.SimpleType, parts: Parts, convert: Convert) -> None:
        super().__init__(name, t, convert)
        # A union must know what is taken besides the type's own values.
        takes = {float: (float, int), datetime.datetime: (datetime.datetime, datetime.date)}.get(t, (t,))
        self._converter = Converter(t, name, types_pb2.LiteralType(simple=simple), *parts, takes=takes)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        return self._converter


def _int() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        if type(value) is not int:
            raise _not_int(value)
        try:
            target.scalar.primitive.integer = value
        except ValueError:
            raise _too_long(value) from None

    def read(literal: Literal, ctx: Any) -> int:  # noqa: ARG001  # a Read
        primitive = literal.scalar.primitive
        value: int = primitive.integer
        # What is not there reads as 0, so that only a 0 needs the look-up.
        if value or primitive.HasField("integer"):
            return value
        if primitive.HasField("float_value"):
            return unpack(primitive.float_value)
        return unpack(plain_of(literal, "int"))

    def pack(value: Any) -> int:
        if type(value) is not int:
            raise _not_int(value)
        if not _INT_MIN <= value <= _INT_MAX:
            raise _too_long(value)
        return value

    def unpack(plain: Any) -> int:
        # The console's numbers are all floats.
        return pack(int(plain) if type(plain) is float and plain.is_integer() else plain)

    return fill, read, pack, unpack


def _not_int(value: Any) -> Misfit:
    return mismatch("int", value, "A bool is no int; pass 0 or 1." if type(value) is bool else "")


def _too_long(value: int) -> Misfit:
    return Misfit(f"int {shorten(value)} does not fit in 64 bits", _IN_64_BITS)


def _float() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        target.scalar.primitive.float_value = value if type(value) is float else _whole(value)

    def read(literal: Literal, ctx: Any) -> float:  # noqa: ARG001  # a Read
        primitive = literal.scalar.primitive
        value: float = primitive.float_value
        if value or primitive.HasField("float_value"):
            return value
        if primitive.HasField("integer"):
            return _whole(primitive.integer)
        return unpack(plain_of(literal, "float"))

    def pack(value: Any) -> float:
        if type(value) is not float:
            _whole(value)
        # msgpack keeps an int as it is, and so does the peer.
        result: float = value
        return result

    def unpack(plain: Any) -> float:
        return plain if type(plain) is float else _whole(plain)

    return fill, read, pack, unpack


def _whole(value: Any) -> float:
    """Take an int for a float, if it is one to the last digit."""
    if type(value) is not int:
        raise mismatch("float", value, "A bool is no float; pass 0.0 or 1.0." if type(value) is bool else "")
    if not -_EXACT <= value <= _EXACT:
        try:
            exact = int(float(value)) == value
        except OverflowError:
            exact = False
        if not exact:
            problem = f"expected float, got int {shorten(value)}, which no float holds exactly"
            raise Misfit(problem, "Round it with float() first.")
    return float(value)


def _str() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        if type(value) is not str:
            raise mismatch("str", value)
        try:
            target.scalar.primitive.string_value = value
        except ValueError:
            raise _not_utf8(value) from None

    def read(literal: Literal, ctx: Any) -> str:  # noqa: ARG001  # a Read
        primitive = literal.scalar.primitive
        value: str = primitive.string_value
        if value or primitive.HasField("string_value"):
            return value
        return unpack(plain_of(literal, "str"))

    def pack(value: Any) -> str:
        if type(value) is not str:
            raise mismatch("str", value)
        return value

    def unpack(plain: Any) -> str:
        return pack(plain)

    return fill, read, pack, unpack


def _not_utf8(value: str) -> Misfit:
    return Misfit(f"str {shorten(value)} has a character that UTF-8 cannot hold")


def _bool() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        if type(value) is not bool:
            raise mismatch("bool", value)
        target.scalar.primitive.boolean = value

    def read(literal: Literal, ctx: Any) -> bool:  # noqa: ARG001  # a Read
        primitive = literal.scalar.primitive
        value: bool = primitive.boolean
        if value or primitive.HasField("boolean"):
            return value
        return pack(plain_of(literal, "bool"))

    def pack(value: Any) -> bool:
        if type(value) is not bool:
            raise mismatch("bool", value)
        return value

    return fill, read, pack, pack


def _none() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        if value is not None:
            raise mismatch("None", value)
        target.scalar.none_type.SetInParent()

    def read(literal: Literal, ctx: Any) -> None:  # noqa: ARG001  # a Read
        if not literal.scalar.HasField("none_type"):
            pack(plain_of(literal, "None"))

    def pack(value: Any) -> None:
        if value is not None:
            raise mismatch("None", value)

    return fill, read, pack, pack


def _datetime() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        if type(value) is not datetime.datetime:
            value = _midnight(value)
        # A naive datetime is taken as UTC, by protobuf and by the peer alike.
        try:
            naive = value if value.tzinfo is None else value.astimezone(_UTC).replace(tzinfo=None)
            target.scalar.primitive.datetime.FromDatetime(naive)
        except (OverflowError, ValueError):
            problem = f"datetime {value.isoformat()} is outside of the years 1 to 9999 in UTC"
            raise Misfit(problem, "Flyte keeps times in UTC; pass one inside these years.") from None

    def read(literal: Literal, ctx: Any) -> datetime.datetime:  # noqa: ARG001  # a Read
        return _time_of(literal, "datetime") or unpack(plain_of(literal, "datetime"))

    def pack(value: Any) -> str:
        if type(value) is not datetime.datetime:
            remedy = "Pass datetime.combine(value, time.min)." if type(value) is datetime.date else ""
            raise mismatch("datetime", value, remedy)
        return value.isoformat()

    def unpack(plain: Any) -> datetime.datetime:
        return _parse(plain, datetime.datetime, "datetime")

    return fill, read, pack, unpack


def _midnight(value: Any) -> datetime.datetime:
    """Take a date for a datetime: a literal type says datetime for both, and midnight UTC is a date's literal."""
    if type(value) is not datetime.date:
        raise mismatch("datetime", value)
    return datetime.datetime(value.year, value.month, value.day)  # noqa: DTZ001  # naive is UTC here


def _time_of(literal: Literal, expected: str) -> datetime.datetime | None:
    primitive = literal.scalar.primitive
    if not primitive.HasField("datetime"):
        return None
    try:
        result: datetime.datetime = primitive.datetime.ToDatetime(_UTC)
    except (OverflowError, ValueError) as error:
        raise Misfit(f"expected {expected}, got a timestamp out of its range: {error}") from None
    return result


def _parse(plain: Any, cls: Any, name: str) -> Any:
    if type(plain) is not str:
        raise mismatch(name, plain, _ISO)
    try:
        # Python 3.10 does not read the Z.
        return cls.fromisoformat(plain[:-1] + "+00:00" if plain.endswith("Z") else plain)
    except ValueError:
        raise mismatch(name, plain, _ISO) from None


def _date() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        if type(value) is not datetime.date:
            raise _not_date(value)
        target.scalar.primitive.datetime.FromDatetime(_midnight(value))

    def read(literal: Literal, ctx: Any) -> datetime.date:  # noqa: ARG001  # a Read
        time = _time_of(literal, "date")
        return unpack(plain_of(literal, "date")) if time is None else time.date()

    def pack(value: Any) -> str:
        if type(value) is not datetime.date:
            raise _not_date(value)
        return value.isoformat()

    def unpack(plain: Any) -> datetime.date:
        result: datetime.date = _parse(plain, datetime.date, "date")
        return result

    return fill, read, pack, unpack


def _not_date(value: Any) -> Misfit:
    return mismatch("date", value, "Pass value.date()." if isinstance(value, datetime.datetime) else "")


def _timedelta() -> Parts:
    def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
        if type(value) is not datetime.timedelta:
            raise mismatch("timedelta", value)
        if not -_DURATION <= value <= _DURATION:
            raise Misfit(f"timedelta {value} is outside of protobuf's range", "Pass at most 10,000 years.")
        target.scalar.primitive.duration.FromTimedelta(value)

    def read(literal: Literal, ctx: Any) -> datetime.timedelta:  # noqa: ARG001  # a Read
        primitive = literal.scalar.primitive
        if primitive.HasField("duration"):
            value: datetime.timedelta = primitive.duration.ToTimedelta()
            return value
        return unpack(plain_of(literal, "timedelta"))

    def pack(value: Any) -> float:
        if type(value) is not datetime.timedelta:
            raise mismatch("timedelta", value)
        return value.total_seconds()

    def unpack(plain: Any) -> datetime.timedelta:
        if type(plain) is not float and type(plain) is not int:
            raise mismatch("timedelta", plain, "Pass its seconds.")
        try:
            return datetime.timedelta(seconds=plain)
        except (OverflowError, ValueError):
            raise Misfit(f"expected timedelta, got {type_name(type(plain))} {shorten(plain)}") from None

    return fill, read, pack, unpack


def simple_families(convert: Convert) -> list[Family]:
    """Make the families of the simple types."""
    rows: list[tuple[str, Any, types_pb2.SimpleType, Callable[[], Parts]]] = [
        ("int", int, types_pb2.INTEGER, _int),
        ("float", float, types_pb2.FLOAT, _float),
        ("str", str, types_pb2.STRING, _str),
        ("bool", bool, types_pb2.BOOLEAN, _bool),
        ("none", type(None), types_pb2.NONE, _none),
        ("datetime", datetime.datetime, types_pb2.DATETIME, _datetime),
        ("date", datetime.date, types_pb2.DATETIME, _date),
        ("timedelta", datetime.timedelta, types_pb2.DURATION, _timedelta),
    ]
    return [_Simple(name, t, simple, parts(), convert) for name, t, simple, parts in rows]
