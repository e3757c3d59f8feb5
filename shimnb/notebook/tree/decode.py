r"""From the bytes of a file to the message that they are, and an error in words where they are none."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format, text_format
from google.protobuf.message import DecodeError, Message

from shimnb.core.sizes import size_words
from shimnb.errors import ShimError
from shimnb.notebook.tree.message_types import CANDIDATES, Candidate, message_class, unknown_numbers
from shimnb.notebook.tree.words import cut, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MOST_BYTES", "Decoded", "decode", "from_json", "json_value", "text_message"]

MOST_BYTES = 64 * 1024 * 1024
_TELL = 'Say what it is: tree(data, "LiteralMap").'
_HEADER = re.compile(r"^# proto-message: ([\w.]+)[ \t]*$", re.MULTILINE)
_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
_REASON = 160


@dataclass(frozen=True)
class Decoded:
    """What bytes turned out to be.

    Attributes
    ----------
    value : Message or a JSON value
        The message.
    read_as : str
        The type that was taken, in words.
    """

    value: Any
    read_as: str


def decode(data: bytes, kind: object = None, *, source: str = "bytes", stem: str = "") -> Decoded:
    r"""Read a message.

    Parameters
    ----------
    data : bytes
        The message, encoded.
    kind : str or class, optional
        What it is; where it is left out, the types that flyteidl's files hold
        are tried.
    source : str
        Where the bytes come from, for the error.
    stem : str
        The file's name without its ending: of the types that fit, the one
        that a file of this name has is taken.

    Raises
    ------
    ShimError
        If it is no message of that type, or of none that is known.

    Examples
    --------
    >>> decode(b"\n\x0b\n\x01n\x12\x06\n\x04\n\x02\x08\x03").read_as
    'read as LiteralMap'
    """
    if len(data) > MOST_BYTES:
        raise ShimError(
            f"it has {size_words(len(data))}, and a tree reads up to {size_words(MOST_BYTES)}",
            where=source,
            remedy="Parse it, and pass the part of the message that you want to see.",
        )
    if kind is not None:
        return _told(data, message_class(kind), source)
    if not data:
        named = [each for each in CANDIDATES if stem in each.files]
        if named:
            return Decoded(named[0].type(), f"read as {_name(named[0])}, empty")
        raise ShimError("it is empty, and no bytes are a message of any type", where=source, remedy=_TELL)
    broken = _broken(data)
    if broken:
        raise ShimError(f"it is no protobuf message: {broken}", where=source, remedy="Pass a whole .pb file.")
    return _guessed(data, source, stem)


def _name(candidate: Candidate) -> str:
    return candidate.type.DESCRIPTOR.name


def _told(data: bytes, kind: type[Message], source: str) -> Decoded:
    name = kind.DESCRIPTOR.name
    try:
        message = kind.FromString(data)
    except DecodeError as error:
        why = _broken(data) or "a field of it is damaged"
        remedy = "Pass the whole file." if _broken(data) else "Read it as what it is: tree(data) finds that out."
        raise ShimError(f"it is no {name}: {why}", where=source, remedy=remedy) from error
    unknown = unknown_numbers(message)
    return Decoded(message, f"read as {name}" + (f", which has no field {_numbers(unknown)}" if unknown else ""))


def _numbers(unknown: Sequence[int]) -> str:
    return ", ".join(map(str, unknown[:5])) + (", …" if len(unknown) > 5 else "")  # noqa: PLR2004  # a few


def _guessed(data: bytes, source: str, stem: str) -> Decoded:
    fitting: list[tuple[Candidate, Message]] = []
    nearly: list[str] = []
    for candidate in CANDIDATES:
        try:
            message = candidate.type.FromString(data)
        except DecodeError:
            continue
        if not candidate.has(message):
            continue
        unknown = unknown_numbers(message)
        if not unknown:
            fitting.append((candidate, message))
        else:
            which = f"with fields that this flyteidl does not have ({_numbers(unknown)})"
            nearly.append(f"It could be a {_name(candidate)}, {which}")
    if fitting:
        # A stable sort: of those that the file's name says nothing of, the first.
        fitting.sort(key=lambda found: stem not in found[0].files)
        (first, message), *others = fitting
        also = f" (fits {' and '.join(_name(each) for each, _ in others[:2])} too)" if others else ""
        return Decoded(message, f"read as {_name(first)}{also}")
    tried = f"it fits none of the {len(CANDIDATES)} message types that are tried"
    raise ShimError(tried, where=source, remedy=f"{nearly[0]}. {_TELL}" if nearly else _TELL)


def _broken(data: bytes) -> str:
    """Say where the outermost fields of a message end before they should, or are none; empty if they are whole."""
    at = 0
    while at < len(data):
        start = at
        tag, at = _varint(data, at)
        if tag >> 3 == 0 or tag & 7 not in {_VARINT, _FIXED64, _DELIMITED, _FIXED32}:
            return f"there is no field at byte {start:,}" if at <= len(data) else _cut_off(start, len(data))
        wire = tag & 7
        if wire == _DELIMITED:
            length, at = _varint(data, at)
            if at <= len(data) < at + length:
                more = f"{at + length - len(data):,}"
                return f"it is cut off, {more} bytes are missing from the field at byte {start:,}"
            at += length
        elif wire == _VARINT:
            _, at = _varint(data, at)
        else:
            at += 8 if wire == _FIXED64 else 4
        if at > len(data):
            return _cut_off(start, len(data))
    return ""


def _cut_off(start: int, length: int) -> str:
    return f"it is cut off within the field at byte {start:,}, after {length:,} bytes"


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of variable length; a place past the end if there is none."""
    number = 0
    for index in range(_LONGEST_VARINT):
        if at + index >= len(data):
            return 0, len(data) + 1
        byte = data[at + index]
        number |= (byte & 127) << (7 * index)
        if byte < 128:  # noqa: PLR2004  # the bit that says that the number goes on
            return number, at + index + 1
    return 0, at + _LONGEST_VARINT


# JSON and text proto.


def _reason(error: Exception) -> str:
    return cut(visible(str(error)[:1000]), _REASON)


def json_value(text: str, source: str) -> Any:
    """Read JSON, or say where it is none."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ShimError(
            "its JSON is nested too deeply to be read", where=source, remedy="Read a part of it."
        ) from error
    except ValueError as error:
        raise ShimError(f"it is no JSON: {_reason(error)}", where=source, remedy="Mend it there.") from error


def from_json(value: Any, kind: object, source: str) -> Decoded:
    """Take a JSON value for a message where it is one: told by `kind`, or a TaskTemplate by its keys."""
    if kind is None:
        template = next(each for each in CANDIDATES if _name(each) == "TaskTemplate")
        if isinstance(value, dict) and "type" in value and {"id", "interface", "container", "custom"} & set(value):
            try:
                return Decoded(_parsed(value, template.type), "read as TaskTemplate")
            except json_format.ParseError:
                pass  # some other JSON: shown as what it is
        return Decoded(value, "read as JSON")
    cls = message_class(kind)
    try:
        return Decoded(_parsed(value, cls), f"read as {cls.DESCRIPTOR.name}")
    except json_format.ParseError as error:
        raise ShimError(
            f"its JSON is no {cls.DESCRIPTOR.name}: {_reason(error)}",
            where=source,
            remedy="Leave the type out to see the JSON as it is.",
        ) from error


def _parsed(value: Any, cls: type[Message]) -> Message:
    message = cls()
    try:
        json_format.ParseDict(value, message)
    except RecursionError as error:
        raise json_format.ParseError("it is nested too deeply") from error
    except (TypeError, AttributeError) as error:  # a list where an object belongs
        raise json_format.ParseError(str(error)) from error
    return message


def text_message(text: str, kind: object, source: str) -> Decoded:
    """Read a text proto: of the type that is told, that its header names, or that fits."""
    header = _HEADER.search(text[:4096])
    told = kind or (header[1] if header else None)
    if told is not None:
        cls = message_class(told)
        try:
            return Decoded(text_format.Parse(text, cls()), f"read as {cls.DESCRIPTOR.name}")
        except (text_format.ParseError, RecursionError) as error:
            raise ShimError(
                f"its text is no {cls.DESCRIPTOR.name}: {_reason(error)}", where=source, remedy="Mend it there."
            ) from error
    fitting: Sequence[Candidate] = [each for each in CANDIDATES if _fits_text(text, each)]
    if fitting:
        return text_message(text, fitting[0].type, source)
    raise ShimError(
        f"its text fits none of the {len(CANDIDATES)} message types that are tried",
        where=source,
        remedy=f"Say what it is: tree(path, {quoted('TaskTemplate')}).",
    )


def _fits_text(text: str, candidate: Candidate) -> bool:
    try:
        return candidate.has(text_format.Parse(text, candidate.type()))
    except (text_format.ParseError, RecursionError):
        return False
