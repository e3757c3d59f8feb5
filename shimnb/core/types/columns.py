"""What `Annotated` says of a dataframe: its columns, its format, its Arrow schema.

numpy's and pyarrow's types are known by their names, so that none of the two
is imported to ask.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from typing import Any

from flyteidl.core import types_pb2

from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import step
from shimnb.errors import UnsupportedTypeError

__all__ = ["ExternalSchema", "annotated_from", "dataset_type", "described", "titled"]

DatasetType = types_pb2.StructuredDatasetType
_REMEDY = "Use int, float, str, bool, datetime, timedelta, a numpy scalar type, or a list or dict of one."
_BY_CLASS: dict[Any, types_pb2.SimpleType] = {
    int: types_pb2.INTEGER,
    float: types_pb2.FLOAT,
    str: types_pb2.STRING,
    bool: types_pb2.BOOLEAN,
    dt.datetime: types_pb2.DATETIME,
    dt.timedelta: types_pb2.DURATION,
}
_BY_SIMPLE = {simple: cls for cls, simple in _BY_CLASS.items()}
_BY_NUMPY: dict[str, types_pb2.SimpleType] = {
    "int32": types_pb2.INTEGER,
    "int64": types_pb2.INTEGER,
    "uint32": types_pb2.INTEGER,
    "uint64": types_pb2.INTEGER,
    "float32": types_pb2.FLOAT,
    "float64": types_pb2.FLOAT,
    "bool": types_pb2.BOOLEAN,
    "bool_": types_pb2.BOOLEAN,
    "datetime64": types_pb2.DATETIME,
    "timedelta64": types_pb2.DURATION,
    "bytes_": types_pb2.STRING,
    "str_": types_pb2.STRING,
    "object_": types_pb2.STRING,
}


@dataclasses.dataclass(frozen=True)
class ExternalSchema:
    """A schema as a literal type holds it: a note for `Annotated`, made where a type is guessed.

    Parameters
    ----------
    kind : str
        Whose schema it is, such as ``"arrow"``.
    text : bytes
        The schema.
    """

    kind: str
    text: bytes


class _Columns(dict[str, Any]):
    """The columns of a guessed type: hashable, since a union of guessed types is made of it."""

    def __hash__(self) -> int:  # type: ignore[override]  # nobody changes it
        return hash(tuple(self))


def described(t: Any) -> tuple[Any, tuple[Any, ...]]:
    """Give the dataframe's class and the notes on it.

    Examples
    --------
    >>> described(typing.Annotated[list, "csv"])
    (<class 'list'>, ('csv',))
    """
    notes: tuple[Any, ...] = ()
    while typing.get_origin(t) is typing.Annotated:
        notes = (*t.__metadata__, *notes)
        t = t.__origin__
    return t, notes


def titled(cls: type) -> str:
    """Name a class with its library: more than one has a DataFrame."""
    library = cls.__module__.partition(".")[0]
    return cls.__name__ if library in {"builtins", "__main__", "shimnb", "shimcells"} else f"{library}.{cls.__name__}"


def dataset_type(t: Any, path: str = "") -> DatasetType:
    """Give the message that says what `Annotated` notes.

    Parameters
    ----------
    t : type
        A dataframe's class, or one annotated: a dict of column names and
        types (``kwtypes``) or a class with annotated fields, a format such as
        ``"csv"``, a ``pyarrow.Schema``. Other notes are not looked at.
    path : str
        Where the type was met, for messages.

    Raises
    ------
    UnsupportedTypeError
        If a column has a type that Flyte's tables have not, or if something
        is said twice.
    """
    base, notes = described(t)
    result = DatasetType()
    for note in notes:
        # A class first: a TypedDict is one, and no dict.
        if isinstance(note, type) and hasattr(note, "__annotations__"):
            _add_columns(result, _fields(note, path), base, path)
        elif isinstance(note, dict):
            _add_columns(result, note, base, path)
        elif isinstance(note, str):
            _once(not result.format or result.format == note, "formats", base, path)
            result.format = note
        elif isinstance(note, ExternalSchema) or _is_arrow(note):
            _once(not result.external_schema_type, "schemas", base, path)
            _add_schema(result, note)
    return result


def _once(first: bool, what: str, base: Any, path: str) -> None:  # noqa: FBT001  # a condition, as in assert
    if not first:
        raise UnsupportedTypeError(f"Annotated[{type_name(base)}, ...] with two {what}", path, "Give one of them.")


def _add_columns(result: DatasetType, columns: Any, base: Any, path: str) -> None:
    _once(not result.columns, "sets of columns", base, path)
    for name, t in _flat(columns, "", path):
        result.columns.add(name=name, literal_type=_column_type(t, (path or type_name(base)) + step(name)))


def _flat(columns: Any, prefix: str, path: str) -> typing.Iterator[tuple[str, Any]]:
    """Give the columns, those within a column by ``outer.inner``."""
    for name, t in columns.items():
        if not isinstance(name, str):
            raise UnsupportedTypeError(f"Annotated[..., {{{name!r}: ...}}]", path, "Use column names of str.")
        if isinstance(t, dict):
            yield from _flat(t, f"{prefix}{name}.", path)
        elif dataclasses.is_dataclass(t):
            yield from _flat(_fields(t if isinstance(t, type) else type(t), path), f"{prefix}{name}.", path)
        else:
            yield prefix + name, t


def _fields(cls: type, path: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(cls)
    except NameError as error:
        remedy = f"Define {error.name or 'the name'} at the top level of the module (or cell) of {type_name(cls)}."
        raise UnsupportedTypeError(str(error.name), path, remedy) from error


def _column_type(t: Any, path: str) -> types_pb2.LiteralType:
    if isinstance(t, types_pb2.LiteralType):
        return t
    origin, args = typing.get_origin(t), typing.get_args(t)
    if origin is list:
        return types_pb2.LiteralType(collection_type=_column_type(args[0], path))
    if origin is dict:
        return types_pb2.LiteralType(map_value_type=_column_type(args[1], path))
    simple = _BY_CLASS.get(t) if isinstance(t, type) else None
    if simple is None and isinstance(t, type) and t.__module__ == "numpy":
        simple = _BY_NUMPY.get(t.__name__)
    if simple is None:
        raise UnsupportedTypeError(f"{type_name(t)} of a column", path, _REMEDY)
    return types_pb2.LiteralType(simple=simple)


def _is_arrow(note: Any) -> bool:
    return any(base.__module__ == "pyarrow.lib" and base.__name__ == "Schema" for base in type(note).__mro__)


def _add_schema(result: DatasetType, note: Any) -> None:
    own = isinstance(note, ExternalSchema)
    result.external_schema_type = note.kind if own else "arrow"
    result.external_schema_bytes = note.text if own else note.to_string().encode()


def annotated_from(base: Any, message: DatasetType) -> Any:
    """Give the type whose `dataset_type` is `message`: the way back.

    Parameters
    ----------
    base : type
        The dataframe's class.
    message : StructuredDatasetType
        What the annotation is to say.
    """
    notes: list[Any] = []
    if message.columns:
        notes.append(_Columns((column.name, _python_type(column.literal_type)) for column in message.columns))
    if message.format:
        notes.append(message.format)
    if message.external_schema_type:
        notes.append(ExternalSchema(message.external_schema_type, message.external_schema_bytes))
    return typing.Annotated[(base, *notes)] if notes else base


def _python_type(literal_type: types_pb2.LiteralType) -> Any:
    """Give a column's type; the message itself where Python has none for it."""
    kind = literal_type.WhichOneof("type")
    inner = {"collection_type": literal_type.collection_type, "map_value_type": literal_type.map_value_type}.get(
        kind or ""
    )
    if inner is not None:
        t = _python_type(inner)
        if isinstance(t, types_pb2.LiteralType):
            return literal_type
        return list[t] if kind == "collection_type" else dict[str, t]  # type: ignore[valid-type]  # made at run time
    return _BY_SIMPLE.get(literal_type.simple, literal_type) if kind == "simple" else literal_type
