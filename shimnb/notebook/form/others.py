"""Values that a text stands for: a file by its path, a table by its URI, a model or a message by its JSON.

Their libraries are large, and none is imported to ask whether a type is one
of theirs: a class is known by the names of its bases, as in
`shimnb.core.types.lazy`.
"""

from __future__ import annotations

import os
import re
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shimnb.core.context import FlyteContextManager
from shimnb.core.types import TypeEngine, type_name
from shimnb.core.types.names import strip_annotated
from shimnb.errors import ConversionError, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Other", "other_of"]

_TYPES = "shimnb.core.types"
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/")
_FORMATS = {".csv": "csv", ".parquet": "parquet"}
_SHOWN_ITEMS = 100
_PLACE = "Write the path of one that is there, or a URI such as s3://bucket/name."


@dataclass(frozen=True)
class Other:
    """How values of one kind of class are written in a field.

    Parameters
    ----------
    hint : callable
        ``hint(python_type)`` says in a few words what may be written.
    parse : callable
        ``parse(plain, python_type, path)`` gives the value of JSON, or of the
        text of a field whose `plain` is true; raises `ConversionError`.
    show : callable
        ``show(value)`` gives JSON, or a text, that `parse` takes.
    plain : bool
        Whether a text is taken as it is, without the quotes of JSON.
    listed : bool
        Whether a text that begins with a bracket is JSON all the same.
    costly : bool
        Whether its literal is a file, so that none is made for a look.
    """

    hint: Callable[[Any], str]
    parse: Callable[[Any, Any, str], Any]
    show: Callable[[Any], Any]
    plain: bool = False
    listed: bool = False
    costly: bool = False


def other_of(python_type: Any) -> Other | None:
    """Give how values of a type are written; None for one that has no such way.

    Parameters
    ----------
    python_type : Any
        A class, or ``Annotated`` of one.

    Examples
    --------
    >>> from pathlib import Path
    >>> other_of(Path).hint(Path)
    'path or URI of a file'
    """
    cls = strip_annotated(python_type)
    cls = cls if isinstance(cls, type) else typing.get_origin(cls)
    if not isinstance(cls, type):
        return None
    return next((OTHERS[name] for name in map(_qualified, cls.__mro__) if name in OTHERS), None)


def _qualified(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _place(value: Any, python_type: Any, path: str, word: str) -> str:
    """Take a path or a URI; a path must lead to something."""
    if not isinstance(value, str) or not value.strip():
        got = "an empty text" if isinstance(value, str) else _kind(value)
        raise ConversionError(path, f"expected the path or URI of a {word}, got {got}", _PLACE)
    text = value.strip()
    if _URI.match(text):
        return text
    local = Path(text).expanduser()
    fits = {"file": local.is_file, "folder": local.is_dir}.get(word, local.exists)
    if not fits():
        there = f"what is there is no {word}" if local.exists() else f"there is no such {word}"
        raise ConversionError(path, f"expected {type_name(python_type)}, got the path {shorten(text)}: {there}", _PLACE)
    return str(local)


def _file(value: Any, python_type: Any, path: str) -> Any:
    # The engine takes the text itself, and knows best whether to copy.
    return _place(value, python_type, path, "file")


def _path(value: Any, python_type: Any, path: str) -> Any:
    return Path(_place(value, python_type, path, "file"))


def _folder(value: Any, python_type: Any, path: str) -> Any:
    # An instance of the class stays where it is in a local run; a text is copied.
    return strip_annotated(python_type)(_place(value, python_type, path, "folder"))


def _table(value: Any, python_type: Any, path: str) -> Any:
    from shimnb.core.types.dataset import StructuredDataset  # noqa: PLC0415  # for tables only

    place = _place(value, python_type, path, "table")
    return StructuredDataset(uri=place, file_format=_FORMATS.get(Path(place).suffix.lower(), "parquet"))


def _array(value: Any, python_type: Any, path: str) -> Any:
    import numpy as np  # noqa: PLC0415  # for arrays only

    if isinstance(value, str):
        place = _place(value, python_type, path, "file")
        if _URI.match(place):
            raise ConversionError(path, f"expected the path of a .npy file, got {shorten(place)}", "Fetch it first.")
        try:
            return np.load(place, allow_pickle=False)
        except (ValueError, OSError, EOFError):
            remedy = "Write it with numpy.save, of numbers, text or times, or write a JSON list."
            raise ConversionError(path, f"{shorten(place)} is no .npy file of an array", remedy) from None
    if not isinstance(value, list):
        raise ConversionError(path, f"expected a list, got {_kind(value)}", "Write [1, 2], or a path.")
    try:
        made = np.array(value)
    except (ValueError, OverflowError):
        made = None
    # numpy makes texts of numbers beside texts, and rounds a long int beside a float.
    if made is None or made.dtype.hasobject or made.tolist() != value:
        raise ConversionError(path, f"no array of {shorten(value)}", "Write rows of one length and of one type.")
    return made


def _by_engine(value: Any, python_type: Any, path: str) -> Any:
    """Let the type engine read JSON, in the literal that the console would send."""
    if not isinstance(value, dict):
        raise ConversionError(path, f"expected {type_name(python_type)}, got {_kind(value)}", "Write a JSON object.")
    context = FlyteContextManager.current_context()
    try:
        # An untyped dict is msgpack, which keeps an int of 64 bits.
        return TypeEngine.to_python_value(context, TypeEngine.to_literal(context, value, dict), python_type)
    except ConversionError as error:
        inner = path + error.path[1:] if error.path.startswith("$") else error.path
        raise ConversionError(inner, error.problem, error.remedy.replace("$", path)) from error


def _kind(value: Any) -> str:
    return "null" if value is None else f"{type(value).__name__} {shorten(value)}"


def _fields(python_type: Any) -> str:
    cls = strip_annotated(python_type)
    descriptor = getattr(cls, "DESCRIPTOR", None)
    names = [field.name for field in descriptor.fields] if descriptor else list(cls.model_fields)
    return f"JSON of {', '.join(names)}" if names else "JSON"


def _shown_message(value: Any) -> Any:
    from google.protobuf import json_format  # noqa: PLC0415  # for messages only

    return json_format.MessageToDict(value, preserving_proto_field_name=True)


def _shown_array(value: Any) -> Any:
    return value.tolist() if value.size <= _SHOWN_ITEMS and not value.dtype.hasobject else shorten(value)


def _shown_place(value: Any) -> str:
    for name in ("remote_source", "uri", "path"):
        place = getattr(value, name, None)
        if place:
            return str(place)
    return os.fspath(value) if isinstance(value, os.PathLike) else shorten(value)


def _told(text: str) -> Callable[[Any], str]:
    return lambda python_type: text  # noqa: ARG005  # a hint of every type


_FILE = Other(_told("path or URI of a file"), _file, _shown_place, plain=True)
_PATH = Other(_told("path or URI of a file"), _path, _shown_place, plain=True)
_TABLE = Other(_told("path or URI of a table, in parquet"), _table, _shown_place, plain=True, costly=True)

OTHERS: dict[str, Other] = {
    f"{_TYPES}.files.FlyteFile": _FILE,
    f"{_TYPES}.folders.FlyteDirectory": Other(_told("path or URI of a folder"), _folder, _shown_place, plain=True),
    "typing.TextIO": _FILE,
    "typing.BinaryIO": _FILE,
    "pathlib.PurePath": _PATH,
    "pathlib._local.PurePath": _PATH,  # Python 3.13
    "os.PathLike": _FILE,
    f"{_TYPES}.dataset.StructuredDataset": _TABLE,
    "pandas.DataFrame": _TABLE,  # pandas 3
    "pandas.core.frame.DataFrame": _TABLE,  # pandas 2
    "polars.dataframe.frame.DataFrame": _TABLE,
    "polars.lazyframe.frame.LazyFrame": _TABLE,
    "pyarrow.lib.Table": _TABLE,
    "numpy.ndarray": Other(
        _told("JSON list, or path of a .npy file"), _array, _shown_array, plain=True, listed=True, costly=True
    ),
    "pydantic.main.BaseModel": Other(_fields, _by_engine, lambda value: value.model_dump(mode="json", by_alias=True)),
    "google.protobuf.message.Message": Other(_fields, _by_engine, _shown_message),
}
"""How values are written, by the qualified name of a base class."""
