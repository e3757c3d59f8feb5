"""int, float, str, bool, None, datetime, date and timedelta."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import plain_of
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch
from shimnb.errors import shorten

__all__ = ["pack_datetime", "simple_families", "unpack_datetime"]

Literal = literals_pb2.Literal
_UTC = dt.timezone.utc
_INT_MIN, _INT_MAX = -(1 << 63), (1 << 63) - 1
_EXACT = 1 << 53  # every int up to here is a float
_DURATION = dt.timedelta(seconds=315_576_000_000)  # google.protobuf.Duration's range
_IN_64_BITS = "Pass it as a str or a float; Flyte's integers have 64 bits."
_ISO = "Pass it in ISO 8601."

Parts = tuple[Callable[[Any, Any, Any], None], Callable[[Any, Any], Any], Callable[[Any], Any], Callable[[Any], Any]]


class _Simple(Family):
    """One simple type; its closures do not depend on anything."""

    def __init__(self, name: str, t: Any, simple: types_pb2.SimpleType, parts: Parts, convert: Convert) -> None:
        super().__init__(name, t, convert)
        # A union must know what is taken besides the type's own values.
        takes = {float: (float, int), dt.datetime: (dt.datetime, dt.date)}.get(t, (t,))
        self._converter = Converter(t, name, types_pb2.LiteralType(simple=simple), *parts, takes=takes)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Give the converter, which is the same for every use."""
        return self._converter


def _fill_int(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    if type(value) is not int:
        raise _not_int(value)
    try:
        target.scalar.primitive.integer = value
    except ValueError:
        raise _too_long(value) from None


def _read_int(literal: Literal, ctx: Any) -> int:  # noqa: ARG001  # a Read
    primitive = literal.scalar.primitive
    value: int = primitive.integer
    # What is not there reads as 0, so that only a 0 needs the look-up.
    if value or primitive.HasField("integer"):
        return value
    if primitive.HasField("float_value"):
        return _unpack_int(primitive.float_value)
    return _unpack_int(plain_of(literal, "int"))


def _pack_int(value: Any) -> int:
    if type(value) is not int:
        raise _not_int(value)
    if not _INT_MIN <= value <= _INT_MAX:
        raise _too_long(value)
    return value


def _unpack_int(plain: Any) -> int:
    # The console's numbers are all floats.
    return _pack_int(int(plain) if type(plain) is float and plain.is_integer() else plain)


def _not_int(value: Any) -> Misfit:
    return mismatch("int", value, "A bool is no int; pass 0 or 1." if type(value) is bool else "")


def _too_long(value: int) -> Misfit:
    return Misfit(f"int {shorten(value)} does not fit in 64 bits", _IN_64_BITS)


def _fill_float(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    target.scalar.primitive.float_value = value if type(value) is float else _whole(value)


def _read_float(literal: Literal, ctx: Any) -> float:  # noqa: ARG001  # a Read
    primitive = literal.scalar.primitive
    value: float = primitive.float_value
    if value or primitive.HasField("float_value"):
        return value
    if primitive.HasField("integer"):
        return _whole(primitive.integer)
    return _unpack_float(plain_of(literal, "float"))


def _pack_float(value: Any) -> float:
    if type(value) is not float:
        _whole(value)
    # msgpack keeps an int as it is, and so does the peer.
    result: float = value
    return result


def _unpack_float(plain: Any) -> float:
    return plain if type(plain) is float else _whole(plain)


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


def _fill_str(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    if type(value) is not str:
        raise mismatch("str", value)
    try:
        target.scalar.primitive.string_value = value
    except ValueError:
        raise _not_utf8(value) from None


def _read_str(literal: Literal, ctx: Any) -> str:  # noqa: ARG001  # a Read
    primitive = literal.scalar.primitive
    value: str = primitive.string_value
    if value or primitive.HasField("string_value"):
        return value
    return _pack_str(plain_of(literal, "str"))


def _pack_str(value: Any) -> str:
    if type(value) is not str:
        raise mismatch("str", value)
    return value


def _not_utf8(value: str) -> Misfit:
    return Misfit(f"str {shorten(value)} has a character that UTF-8 cannot hold")


def _fill_bool(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    if type(value) is not bool:
        raise mismatch("bool", value)
    target.scalar.primitive.boolean = value


def _read_bool(literal: Literal, ctx: Any) -> bool:  # noqa: ARG001  # a Read
    primitive = literal.scalar.primitive
    value: bool = primitive.boolean
    if value or primitive.HasField("boolean"):
        return value
    return _pack_bool(plain_of(literal, "bool"))


def _pack_bool(value: Any) -> bool:
    if type(value) is not bool:
        raise mismatch("bool", value)
    return value


def _fill_none(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    if value is not None:
        raise mismatch("None", value)
    target.scalar.none_type.SetInParent()


def _read_none(literal: Literal, ctx: Any) -> None:  # noqa: ARG001  # a Read
    if not literal.scalar.HasField("none_type"):
        _pack_none(plain_of(literal, "None"))


def _pack_none(value: Any) -> None:
    if value is not None:
        raise mismatch("None", value)


def _fill_datetime(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    if type(value) is not dt.datetime:
        value = _midnight(value)
    # A naive datetime is taken as UTC, by protobuf and by the peer alike.
    try:
        naive = value if value.tzinfo is None else value.astimezone(_UTC).replace(tzinfo=None)
        target.scalar.primitive.datetime.FromDatetime(naive)
    except (OverflowError, ValueError):
        problem = f"datetime {value.isoformat()} is outside of the years 1 to 9999 in UTC"
        raise Misfit(problem, "Flyte keeps times in UTC; pass one inside these years.") from None


def _read_datetime(literal: Literal, ctx: Any) -> dt.datetime:  # noqa: ARG001  # a Read
    return _time_of(literal, "datetime") or unpack_datetime(plain_of(literal, "datetime"))


def pack_datetime(value: Any) -> str:
    """Give the ISO 8601 of a datetime, as mashumaro writes it."""
    if type(value) is not dt.datetime:
        remedy = "Pass datetime.combine(value, time.min)." if type(value) is dt.date else ""
        raise mismatch("datetime", value, remedy)
    return value.isoformat()


def unpack_datetime(plain: Any) -> dt.datetime:
    """Give the datetime of an ISO 8601 text."""
    result: dt.datetime = _parse(plain, dt.datetime, "datetime")
    return result


def _midnight(value: Any) -> dt.datetime:
    """Take a date for a datetime: a literal type says datetime for both, and midnight UTC is a date's literal."""
    if type(value) is not dt.date:
        raise mismatch("datetime", value)
    return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001  # naive is UTC here


def _time_of(literal: Literal, expected: str) -> dt.datetime | None:
    primitive = literal.scalar.primitive
    if not primitive.HasField("datetime"):
        return None
    try:
        result: dt.datetime = primitive.datetime.ToDatetime(_UTC)
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


def _fill_date(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    if type(value) is not dt.date:
        raise _not_date(value)
    target.scalar.primitive.datetime.FromDatetime(_midnight(value))


def _read_date(literal: Literal, ctx: Any) -> dt.date:  # noqa: ARG001  # a Read
    time = _time_of(literal, "date")
    return _unpack_date(plain_of(literal, "date")) if time is None else time.date()


def _pack_date(value: Any) -> str:
    if type(value) is not dt.date:
        raise _not_date(value)
    return value.isoformat()


def _unpack_date(plain: Any) -> dt.date:
    result: dt.date = _parse(plain, dt.date, "date")
    return result


def _not_date(value: Any) -> Misfit:
    return mismatch("date", value, "Pass value.date()." if isinstance(value, dt.datetime) else "")


def _fill_timedelta(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
    if type(value) is not dt.timedelta:
        raise mismatch("timedelta", value)
    if not -_DURATION <= value <= _DURATION:
        raise Misfit(f"timedelta {value} is outside of protobuf's range", "Pass at most 10,000 years.")
    target.scalar.primitive.duration.FromTimedelta(value)


def _read_timedelta(literal: Literal, ctx: Any) -> dt.timedelta:  # noqa: ARG001  # a Read
    primitive = literal.scalar.primitive
    if primitive.HasField("duration"):
        value: dt.timedelta = primitive.duration.ToTimedelta()
        return value
    return _unpack_timedelta(plain_of(literal, "timedelta"))


def _pack_timedelta(value: Any) -> float:
    if type(value) is not dt.timedelta:
        raise mismatch("timedelta", value)
    return value.total_seconds()


def _unpack_timedelta(plain: Any) -> dt.timedelta:
    if type(plain) is not float and type(plain) is not int:
        raise mismatch("timedelta", plain, "Pass its seconds.")
    try:
        return dt.timedelta(seconds=plain)
    except (OverflowError, ValueError):
        raise Misfit(f"expected timedelta, got {type_name(type(plain))} {shorten(plain)}") from None


def simple_families(convert: Convert) -> list[Family]:
    """Make the families of the simple types."""
    rows: list[tuple[str, Any, types_pb2.SimpleType, Parts]] = [
        ("int", int, types_pb2.INTEGER, (_fill_int, _read_int, _pack_int, _unpack_int)),
        ("float", float, types_pb2.FLOAT, (_fill_float, _read_float, _pack_float, _unpack_float)),
        ("str", str, types_pb2.STRING, (_fill_str, _read_str, _pack_str, _pack_str)),
        ("bool", bool, types_pb2.BOOLEAN, (_fill_bool, _read_bool, _pack_bool, _pack_bool)),
        ("none", type(None), types_pb2.NONE, (_fill_none, _read_none, _pack_none, _pack_none)),
        (
            "datetime",
            dt.datetime,
            types_pb2.DATETIME,
            (_fill_datetime, _read_datetime, pack_datetime, unpack_datetime),
        ),
        ("date", dt.date, types_pb2.DATETIME, (_fill_date, _read_date, _pack_date, _unpack_date)),
        (
            "timedelta",
            dt.timedelta,
            types_pb2.DURATION,
            (_fill_timedelta, _read_timedelta, _pack_timedelta, _unpack_timedelta),
        ),
    ]
    return [_Simple(name, t, simple, parts, convert) for name, t, simple, parts in rows]
