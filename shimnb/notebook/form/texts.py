"""One scalar, as a person writes it in a field and as Python has it.

Every function is exact: an int64 never passes through a float, a duration is
counted in microseconds, and what cannot be kept is refused.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shimnb.errors import ConversionError, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SCALARS", "Scalar", "show_duration"]

_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_ZONE = r"(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?"
_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = r"min|ms|us|µs|w|d|h|m|s"
_DATE_TEXT = re.compile(_DATE, re.ASCII)
_DATETIME_TEXT = re.compile(rf"{_DATE}[T ](\d{{2}}):(\d{{2}})(?::(\d{{2}})(?:[.,](\d+))?)?\s?{_ZONE}", re.ASCII)
_SECONDS = re.compile(rf"([+-]?)({_NUMBER})", re.ASCII)
_ISO_DURATION = re.compile(
    rf"([+-]?)P(?=[\dT])(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?=\d)(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?",
    re.ASCII,
)
_PART = re.compile(rf"({_NUMBER})\s*({_UNIT})", re.ASCII)
_PARTS = re.compile(rf"([+-]?)\s*((?:{_NUMBER}\s*(?:{_UNIT})(?:\s+|(?=\d)|$))+)", re.ASCII)

_MICROSECONDS = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "min": 60_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
    "µs": 1,
}
_ISO_UNITS = ("w", "d", "h", "m", "s")
_FRACTION_DIGITS = 6
_NOT_FINITE = ("inf", "+inf", "-inf", "nan")
_FINITE_REMEDY = "Write a number such as 0.5 or 1e-3, or inf, -inf or nan."
_DATETIME_REMEDY = "Write it as 2026-11-22T14:17:01+01:00."
_DATE_REMEDY = "Write it as 2026-11-22."
_DURATION_REMEDY = "Write 1h 30m, PT1H30M, or seconds."


@dataclass(frozen=True)
class Scalar:
    """How one scalar type is read and shown.

    Parameters
    ----------
    parse : callable
        ``parse(text, path) -> value``; raises `ConversionError` at the path.
    show : callable
        ``show(value) -> text``, which `parse` reads back as the same value.
    hint : str
        What a person may write, in a few words; may be empty.
    """

    parse: Callable[[str, str], Any]
    show: Callable[[Any], str]
    hint: str


def _unfit(path: str, expected: str, text: str, remedy: str) -> ConversionError:
    got = "an empty text" if not text.strip() else shorten(text)
    return ConversionError(path, f"expected {expected}, got {got}", remedy)


def _parse_int(text: str, path: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _unfit(path, "int", text, "Write a whole number, such as 5.") from None


def _parse_float(text: str, path: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _unfit(path, "float", text, _FINITE_REMEDY) from None
    if not math.isfinite(value) and text.strip() not in _NOT_FINITE:
        if any(character.isdigit() for character in text):
            raise ConversionError(path, f"{shorten(text)} is too large for a float", "Write inf for infinity.")
        raise _unfit(path, "float", text, _FINITE_REMEDY)
    return value


def _parse_bool(text: str, path: str) -> bool:
    try:
        return {"True": True, "False": False}[text]
    except KeyError:
        raise _unfit(path, "bool", text, "Choose True or False.") from None


def _parse_str(text: str, path: str) -> str:
    # UTF-8, in which a literal's text travels, has no lone surrogates; a text pasted from elsewhere may.
    try:
        text.encode()
    except UnicodeEncodeError as error:
        problem = f"the character {text[error.start]!r} at position {error.start} is half of a surrogate pair"
        raise ConversionError(path, problem, "Remove it.") from None
    return text


def _zone(text: str | None) -> dt.timezone:
    if text is None or text == "Z":
        return dt.timezone.utc
    digits = text[1:].replace(":", "").ljust(6, "0")
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:]))
    return dt.timezone(-offset if text[0] == "-" else offset)


def _parse_datetime(text: str, path: str) -> dt.datetime:
    match = _DATETIME_TEXT.fullmatch(text.strip())
    if match is None:
        raise _unfit(path, "datetime", text, _DATETIME_REMEDY)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if fraction and fraction[_FRACTION_DIGITS:].strip("0"):
        raise ConversionError(path, f"{shorten(text)} is finer than a microsecond", "Write six digits at most.")
    microsecond = int((fraction or "0").ljust(_FRACTION_DIGITS, "0")[:_FRACTION_DIGITS])
    parts = (int(year), int(month), int(day), int(hour), int(minute), int(second or 0), microsecond)
    try:
        # A time without a zone is UTC, for that is what a literal makes of it.
        return dt.datetime(*parts, tzinfo=_zone(zone))
    except ValueError as error:
        raise ConversionError(path, f"no such time: {error}, got {shorten(text)}", _DATETIME_REMEDY) from None


def _parse_date(text: str, path: str) -> dt.date:
    match = _DATE_TEXT.fullmatch(text.strip())
    if match is None:
        raise _unfit(path, "date", text, _DATE_REMEDY)
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError as error:
        raise ConversionError(path, f"no such day: {error}, got {shorten(text)}", _DATE_REMEDY) from None


def _microseconds(text: str) -> Fraction | None:
    if match := _SECONDS.fullmatch(text):
        sign, seconds = match.groups()
        amounts = [(seconds, "s")]
    elif match := _ISO_DURATION.fullmatch(text):
        sign, *numbers = match.groups()
        amounts = [(number, unit) for number, unit in zip(numbers, _ISO_UNITS, strict=True) if number]
    elif match := _PARTS.fullmatch(text):
        sign, parts = match.groups()
        amounts = _PART.findall(parts)
    else:
        return None
    total = sum((Fraction(number.replace(",", ".")) * _MICROSECONDS[unit] for number, unit in amounts), Fraction(0))
    return -total if sign == "-" else total


def _parse_duration(text: str, path: str) -> dt.timedelta:
    # Two letters look like a micro sign; people type either.
    total = _microseconds(text.strip().replace("\N{GREEK SMALL LETTER MU}", "µ"))
    if total is None:
        raise _unfit(path, "timedelta", text, _DURATION_REMEDY)
    if total.denominator != 1:
        raise ConversionError(path, f"{shorten(text)} is finer than a microsecond", "Round it to a microsecond.")
    try:
        return dt.timedelta(microseconds=int(total))
    except OverflowError:
        problem = f"{shorten(text)} is longer than a timedelta can be"
        raise ConversionError(path, problem, "Write fewer than 1,000,000,000 days.") from None


def show_duration(value: dt.timedelta) -> str:
    """Write a duration the way a field takes it.

    Examples
    --------
    >>> import datetime
    >>> show_duration(datetime.timedelta(hours=1, minutes=30, microseconds=5))
    '1h 30m 0.000005s'
    """
    total = value // dt.timedelta(microseconds=1)
    sign, total = ("-", -total) if total < 0 else ("", total)
    shown = []
    for unit in ("d", "h", "m"):
        amount, total = divmod(total, _MICROSECONDS[unit])
        if amount:
            shown.append(f"{amount}{unit}")
    seconds, fraction = divmod(total, _MICROSECONDS["s"])
    if fraction:
        shown.append(f"{seconds}.{fraction:06d}".rstrip("0") + "s")
    elif seconds or not shown:
        shown.append(f"{seconds}s")
    return sign + " ".join(shown)


SCALARS: dict[type, Scalar] = {
    int: Scalar(_parse_int, str, ""),
    float: Scalar(_parse_float, repr, ""),
    bool: Scalar(_parse_bool, str, ""),
    str: Scalar(_parse_str, str, ""),
    dt.datetime: Scalar(_parse_datetime, dt.datetime.isoformat, "ISO 8601; UTC without a zone"),
    dt.date: Scalar(_parse_date, dt.date.isoformat, "YYYY-MM-DD"),
    dt.timedelta: Scalar(_parse_duration, show_duration, "1h 30m, PT1H30M or seconds"),
}
"""The scalars that have a text of their own, by Python type."""
