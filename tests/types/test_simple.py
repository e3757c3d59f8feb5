"""Simple types: what each takes, gives back and refuses."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2

from shimnb import errors
from shimnb.core.types import TypeEngine

UTC = dt.timezone.utc
LATE = dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-5)))


def primitive(**fields: Any) -> literals_pb2.Literal:
    """Make the literal of one primitive field."""
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(**fields)))


@pytest.mark.parametrize(
    ("t", "simple"),
    [
        (int, types_pb2.INTEGER),
        (float, types_pb2.FLOAT),
        (str, types_pb2.STRING),
        (bool, types_pb2.BOOLEAN),
        (None, types_pb2.NONE),
        (type(None), types_pb2.NONE),
        (dt.datetime, types_pb2.DATETIME),
        (dt.date, types_pb2.DATETIME),
        (dt.timedelta, types_pb2.DURATION),
    ],
)
def test_a_simple_type_has_its_literal_type(t: Any, simple: types_pb2.SimpleType) -> None:
    """Each simple type is one `SimpleType`."""
    assert TypeEngine.to_literal_type(t) == types_pb2.LiteralType(simple=simple)


@pytest.mark.parametrize(
    ("t", "value"),
    [
        (int, 0),
        (int, -(2**63)),
        (int, 2**63 - 1),
        (float, 0.0),
        (float, 1.5),
        (float, float("inf")),
        (str, ""),
        (str, "ünïcode\0"),
        (bool, False),
        (bool, True),
        (type(None), None),
        (dt.datetime, dt.datetime(1970, 1, 1, tzinfo=UTC)),
        (dt.datetime, dt.datetime(1, 1, 1, tzinfo=UTC)),
        (dt.datetime, dt.datetime.max.replace(tzinfo=UTC)),
        (dt.date, dt.date(1969, 12, 31)),
        (dt.date, dt.date.max),
        (dt.timedelta, dt.timedelta(0)),
        (dt.timedelta, dt.timedelta(days=-1, microseconds=3)),
    ],
)
def test_a_value_comes_back(t: Any, value: Any) -> None:
    """A value becomes a literal and comes back as it was, defaults of protobuf included."""
    literal = TypeEngine.to_literal(None, value, t)
    decoded = literals_pb2.Literal.FromString(literal.SerializeToString())
    back = TypeEngine.to_python_value(None, decoded, t)
    assert (back, type(back)) == (value, type(value))


def test_a_naive_datetime_is_utc() -> None:
    """A datetime without a zone is taken as UTC, whatever the machine's zone is."""
    literal = TypeEngine.to_literal(None, dt.datetime(2020, 1, 2, 3), dt.datetime)  # its point
    assert TypeEngine.to_python_value(None, literal, dt.datetime) == dt.datetime(2020, 1, 2, 3, tzinfo=UTC)


def test_a_datetime_keeps_its_instant() -> None:
    """A datetime of another zone comes back as the same instant in UTC."""
    there = dt.datetime(2020, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    back = TypeEngine.to_python_value(None, TypeEngine.to_literal(None, there, dt.datetime), dt.datetime)
    assert (back, back.tzinfo) == (there, UTC)


def test_a_date_is_taken_for_a_datetime() -> None:
    """A guessed type says datetime for a date too, so that a date gives the literal it always gives."""
    day = dt.date(2020, 1, 2)
    assert TypeEngine.to_literal(None, day, dt.datetime) == TypeEngine.to_literal(None, day, dt.date)


def test_an_int_is_taken_for_a_float() -> None:
    """An int that a float holds exactly becomes one."""
    assert TypeEngine.to_literal(None, 3, float) == primitive(float_value=3.0)


def test_an_integer_literal_reads_as_a_float() -> None:
    """The console may send 3 where a float is wanted."""
    back = TypeEngine.to_python_value(None, primitive(integer=3), float)
    assert (back, type(back)) == (3.0, float)


def test_a_whole_float_literal_reads_as_an_int() -> None:
    """The console may send 3.0 where an int is wanted."""
    back = TypeEngine.to_python_value(None, primitive(float_value=3.0), int)
    assert (back, type(back)) == (3, int)


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        ("a", int, "$: expected int, got str 'a'"),
        (None, int, "$: expected int, got None"),
        (3.0, int, "$: expected int, got float 3.0"),
        (True, int, "$: expected int, got bool True. A bool is no int; pass 0 or 1."),
        (
            2**63,
            int,
            (
                "$: int 9223372036854775808 does not fit in 64 bits. "
                "Pass it as a str or a float; Flyte's integers have 64 bits."
            ),
        ),
        (True, float, "$: expected float, got bool True. A bool is no float; pass 0.0 or 1.0."),
        (
            2**53 + 1,
            float,
            "$: expected float, got int 9007199254740993, which no float holds exactly. Round it with float() first.",
        ),
        (3, str, "$: expected str, got int 3"),
        ("\ud800", str, r"$: str '\ud800' has a character that UTF-8 cannot hold"),
        (1, bool, "$: expected bool, got int 1"),
        (0, None, "$: expected None, got int 0"),
        ("2020", dt.datetime, "$: expected datetime, got str '2020'"),
        (
            LATE,
            dt.datetime,
            (
                "$: datetime 9999-12-31T23:59:59.999999-05:00 is outside of the years 1 to 9999 in UTC. "
                "Flyte keeps times in UTC; pass one inside these years."
            ),
        ),
        (
            dt.datetime(2020, 1, 1, tzinfo=UTC),
            dt.date,
            (
                "$: expected date, got datetime datetime.datetime(2020, 1, 1,...zinfo=datetime.timezone.utc). "
                "Pass value.date()."
            ),
        ),
        (3, dt.timedelta, "$: expected timedelta, got int 3"),
        (
            dt.timedelta.max,
            dt.timedelta,
            "$: timedelta 999999999 days, 23:59:59.999999 is outside of protobuf's range. Pass at most 10,000 years.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(value: Any, t: Any, message: str) -> None:
    """A value of another type or out of range is an error that says so."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, t)
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [10**400, -(10**400)])
def test_an_int_past_every_float_is_refused(value: int) -> None:
    """An int too large for a float is a ConversionError, not an OverflowError."""
    with pytest.raises(errors.ConversionError, match="which no float holds exactly"):
        TypeEngine.to_literal(None, value, float)


@pytest.mark.parametrize(
    ("literal", "t", "message"),
    [
        (primitive(string_value="a"), int, "$: expected int, got a literal with str 'a'"),
        (primitive(float_value=3.5), int, "$: expected int, got float 3.5"),
        (primitive(boolean=True), int, "$: expected int, got a literal with bool True"),
        (primitive(integer=1), bool, "$: expected bool, got a literal with int 1"),
        (primitive(integer=1), dt.datetime, "$: expected datetime, got a literal with int 1"),
        (literals_pb2.Literal(), int, "$: expected int, got a literal with no value"),
        (literals_pb2.Literal(), None, "$: expected None, got a literal with no value"),
        (primitive(), str, "$: expected str, got a literal with no value"),
    ],
)
def test_a_literal_of_something_else_is_refused(literal: literals_pb2.Literal, t: Any, message: str) -> None:
    """What the literal holds is said in the error; an unset 0 is no 0."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, literal, t)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "t", "value"),
    [
        (b"\x01", int, 1),
        (b"\x01", float, 1.0),
        (b"\xa1a", str, "a"),
        (b"\xc3", bool, True),
        (b"\xc0", type(None), None),
        (b"\xaa2020-01-02", dt.date, dt.date(2020, 1, 2)),
        (b"\xb42020-01-02T03:04:05Z", dt.datetime, dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (b"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00", dt.timedelta, dt.timedelta(seconds=1.5)),
    ],
)
def test_a_field_taken_out_of_a_dataclass_is_read(data: bytes, t: Any, value: Any) -> None:
    """On the cluster, `dc.field` arrives as msgpack, whatever the field's type is."""
    scalar = literals_pb2.Scalar(binary=literals_pb2.Binary(value=data, tag="msgpack"))
    assert TypeEngine.to_python_value(None, literals_pb2.Literal(scalar=scalar), t) == value


def test_subclasses_are_no_simple_values() -> None:
    """A subclass of int would come back as an int, so it is refused, as by the peer."""

    class Meters(int):
        pass

    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, Meters(3), int)
    assert str(caught.value) == "$: expected int, got Meters 3"


def test_the_longest_ints_need_no_special_path() -> None:
    """The bounds are int64's, not the machine's."""
    assert TypeEngine.to_literal(None, min(sys.maxsize, 2**63 - 1), int).scalar.primitive.integer == 2**63 - 1
