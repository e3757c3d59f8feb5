"""Values in words: what a tree shows for a number, a text, a time, a type.

Pure functions from a value to one line of inert text. What a reader could
not see, or what would change how the line reads (control characters, marks
that turn the writing direction), is written as its escape.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from flyteidl.core import types_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2

__all__ = [
    "SHOWN",
    "SHOWN_BYTES",
    "bytes_words",
    "cut",
    "duration_words",
    "integer_words",
    "is_long_integer",
    "key_words",
    "legible",
    "natural",
    "quoted",
    "repr_of",
    "str_of",
    "timestamp_words",
    "type_words",
    "visible",
]

SHOWN = 120
SHOWN_BYTES = 16
_LONGEST_INTEGER = 1000
_LONGEST_NUMBER = 18
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SIMPLE = {
    types_pb2.NONE: "None",
    types_pb2.INTEGER: "int",
    types_pb2.FLOAT: "float",
    types_pb2.STRING: "str",
    types_pb2.BOOLEAN: "bool",
    types_pb2.DATETIME: "datetime",
    types_pb2.DURATION: "timedelta",
    types_pb2.BINARY: "bytes",
    types_pb2.ERROR: "error",
    types_pb2.STRUCT: "dict",
}


def visible(text: str) -> str:
    r"""Write what cannot be seen as its escape.

    Examples
    --------
    >>> visible("a\x00b")
    'a\\x00b'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def legible(text: str) -> str:
    r"""Write what cannot be seen as its escape, but for the ends of lines and tabs.

    Examples
    --------
    >>> legible("select\n\t1\x00")
    'select\n\t1\\x00'
    """
    plain = text.replace("\r\n", "\n")
    if plain.replace("\n", "").replace("\t", "").isprintable():
        return plain
    return "".join(char if char in "\n\t" or char.isprintable() else _escape(char) for char in plain)


def _escape(char: str) -> str:
    code = ord(char)
    named = _NAMED.get(char)
    if named is not None:
        return named
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  # the widths of Python's escapes


def cut(text: str, limit: int = SHOWN) -> str:
    """Keep the first `limit` characters; an ellipsis stands for the rest.

    Examples
    --------
    >>> cut("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quoted(text: str, limit: int = SHOWN) -> str:
    r"""Show a string in quotes; a long one is cut, with its length.

    Examples
    --------
    >>> quoted('say "hi"')
    '"say \\"hi\\""'
    >>> quoted("abcdef", 3)
    '"abc…" (6 characters)'
    """
    shown = visible(text[:limit].replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{shown}"' if len(text) <= limit else f'"{shown}…" ({len(text):,} characters)'


def key_words(key: str) -> str:
    """Show a key: bare, unless its ends could not be seen.

    Examples
    --------
    >>> key_words("limit"), key_words("")
    ('limit', '""')
    """
    if not key or key != key.strip():
        return quoted(key)
    return cut(visible(key[:SHOWN]) + ("…" if len(key) > SHOWN else ""), 2 * SHOWN)


def integer_words(number: int) -> str:
    """Show an integer with all its digits, unless they are more than a reader would read.

    Examples
    --------
    >>> integer_words(2**63)
    '9223372036854775808'
    """
    if is_long_integer(number):
        return f"an integer of {number.bit_length():,} bits"
    return str(number)


def is_long_integer(number: int) -> bool:
    """Tell whether an integer has more digits than are shown in a line.

    Examples
    --------
    >>> is_long_integer(2**64), is_long_integer(2**2000)
    (False, True)
    """
    return number.bit_length() > _LONGEST_INTEGER


def repr_of(value: object) -> str:
    """Write a value as Python does; an integer that Python refuses to write, in hexadecimal.

    Examples
    --------
    >>> repr_of("a"), repr_of(2**20_000)[:4]
    ("'a'", '0x10')
    """
    return hex(value) if isinstance(value, int) and is_long_integer(value) else repr(value)


def str_of(key: object) -> str:
    """Write a key: a string as it is, any other as `repr_of` does.

    Examples
    --------
    >>> str_of("a"), str_of(1)
    ('a', '1')
    """
    return key if isinstance(key, str) else repr_of(key)


def bytes_words(data: bytes) -> str:
    r"""Show the length of bytes, and a peek at the first ones.

    Examples
    --------
    >>> bytes_words(b"\x89PNG")
    "4 bytes: b'\\x89PNG'"
    """
    if not data:
        return "0 bytes"
    dots = "…" if len(data) > SHOWN_BYTES else ""
    unit = "byte" if len(data) == 1 else "bytes"
    return f"{len(data):,} {unit}: {bytes(data[:SHOWN_BYTES])!r}{dots}"


def duration_words(duration: duration_pb2.Duration) -> str:
    """Show a duration in days, hours, minutes and seconds.

    Examples
    --------
    >>> from google.protobuf.duration_pb2 import Duration
    >>> duration_words(Duration(seconds=5400, nanos=250000000))
    '1 h 30 min 0.25 s'
    """
    nanos = duration.seconds * 10**9 + duration.nanos
    sign = "-" if nanos < 0 else ""
    seconds, fraction = divmod(abs(nanos), 10**9)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    parts = [f"{count} {unit}" for count, unit in ((day, "d"), (hour, "h"), (minute, "min")) if count]
    if second or fraction or not parts:
        parts.append(f"{second}{_fraction(fraction)} s")
    return sign + " ".join(parts)


def timestamp_words(timestamp: timestamp_pb2.Timestamp) -> str:
    """Show an instant in UTC, with its microseconds (nanoseconds, if it has them).

    Examples
    --------
    >>> from google.protobuf.timestamp_pb2 import Timestamp
    >>> timestamp_words(Timestamp(seconds=0, nanos=1000))
    '1970-01-01 00:00:00.000001 UTC'
    """
    seconds, nanos = divmod(timestamp.seconds * 10**9 + timestamp.nanos, 10**9)
    try:
        moment = _EPOCH + dt.timedelta(seconds=seconds)
    except OverflowError:
        return f"{seconds} s after 1970"
    fraction = "" if not nanos else f".{nanos:09d}" if nanos % 1000 else f".{nanos // 1000:06d}"
    return f"{moment.isoformat(' ')[:19]}{fraction} UTC"


def _fraction(nanos: int) -> str:
    return f".{nanos:09d}".rstrip("0") if nanos else ""


def natural(name: str) -> tuple[str, int, str]:
    """Sort names so that ``o2`` comes before ``o10``.

    Examples
    --------
    >>> sorted(["o10", "o2", "a"], key=natural)
    ['a', 'o2', 'o10']
    """
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return stem, int(digits) if 0 < len(digits) < _LONGEST_NUMBER else -1, name


def type_words(literal_type: types_pb2.LiteralType) -> str:  # noqa: PLR0911  # one a kind of type
    """Show a literal type the way it is written in Python.

    Examples
    --------
    >>> integer = types_pb2.LiteralType(simple=types_pb2.INTEGER)
    >>> type_words(types_pb2.LiteralType(collection_type=integer))
    'list[int]'
    """
    kind = literal_type.WhichOneof("type")
    value: Any = getattr(literal_type, kind) if kind else None
    match kind:
        case "simple":
            return _simple_words(literal_type)
        case "collection_type":
            return f"list[{type_words(value)}]"
        case "map_value_type":
            return f"dict[str, {type_words(value)}]"
        case "union_type":
            return " | ".join(_each_once(type_words(variant) for variant in value.variants)) or "union of nothing"
        case "enum_type":
            return f"enum({_shortly(quoted(name, 40) for name in value.values)})"
        case "blob":
            return _blob_words(literal_type)
        case "schema":
            return f"FlyteSchema{_columns(column.name for column in value.columns)}"
        case "structured_dataset_type":
            return f"StructuredDataset{_columns(column.name for column in value.columns)}"
        case _:
            return "no type"


def _blob_words(literal_type: types_pb2.LiteralType) -> str:
    blob = literal_type.blob
    if blob.format == "NumpyArray":
        return "numpy.ndarray"
    if blob.format == "PythonPickle":
        return f"pickle of {_name_in(literal_type, 'python_class_name') or 'anything'}"
    name = "FlyteDirectory" if blob.dimensionality == types_pb2.BlobType.MULTIPART else "FlyteFile"
    return f"{name}[{quoted(blob.format, 40)}]" if blob.format else name


def _simple_words(literal_type: types_pb2.LiteralType) -> str:
    notes = literal_type.annotation.annotations.fields
    if literal_type.simple == types_pb2.STRUCT:
        untyped = "list" if "untyped" in notes else "dict"
        return _name_in(literal_type, "pb_type") or _schema_title(literal_type) or untyped
    if "literal_values" in notes:
        return f"Literal[{_shortly(map(_choice_words, notes['literal_values'].list_value.values))}]"
    return _SIMPLE.get(literal_type.simple, f"simple type {literal_type.simple}")


def _choice_words(value: struct_pb2.Value) -> str:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return quoted(value.string_value, 40)
    return f"{value.number_value:g}" if kind == "number_value" else str(getattr(value, kind or "string_value"))


def _name_in(literal_type: types_pb2.LiteralType, key: str) -> str:
    """Find the name of a class that the metadata says in full."""
    fields = literal_type.metadata.fields
    text = fields[key].string_value if key in fields else ""
    return cut(visible(text[:SHOWN].rsplit(".", 1)[-1]), 60)


def _schema_title(literal_type: types_pb2.LiteralType) -> str:
    """Find the name of the dataclass that a JSON schema beside a struct describes."""
    schema = literal_type.metadata.fields
    for key in ("title", "$ref"):
        if key in schema and schema[key].string_value:
            return cut(visible(schema[key].string_value.rsplit("/", 1)[-1][:SHOWN]), 60)
    return ""


def _columns(names: Iterable[str]) -> str:
    shown = _shortly(cut(visible(name[:SHOWN]), 40) for name in names)
    return f"[{shown}]" if shown else ""


def _shortly(names: Iterable[str], most: int = 6) -> str:
    listed = list(names)
    return ", ".join(listed if len(listed) <= most else [*listed[:most], "…"])


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
