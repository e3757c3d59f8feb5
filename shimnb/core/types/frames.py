"""The dataframes of pandas, pyarrow and polars: parquet, and pandas' CSV.

Each library is imported when a dataframe of it is first met. Parquet is read
by pyarrow, whoever wrote it, and whether it is a file or a folder of files.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2

from shimnb.core.types.coders import StructuredDatasetDecoder, StructuredDatasetEncoder
from shimnb.core.types.exchange import absent, shown, writing
from shimnb.core.types.handlers import DECODERS, DEFAULT_FORMATS, ENCODERS
from shimnb.core.types.transformer import Misfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flyteidl.core import types_pb2

    from shimnb.core.context import FlyteContext
    from shimnb.core.types.dataset import StructuredDataset

__all__ = ["library", "register_pandas", "register_polars", "register_pyarrow"]

Message = literals_pb2.StructuredDataset
_PARQUET, _CSV = "parquet", "csv"
_PART = "00000"
_MOST_NAMES = 20  # in a message
_CSV_PART = ".csv"  # the name by which flytekit finds it


def library(name: str, extra: str) -> Any:
    """Import a library, or say what to install.

    Parameters
    ----------
    name : str
        The module.
    extra : str
        The extra of shimnb that brings it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        missing = error.name or name
        raise Misfit(f"{missing.partition('.')[0]} is not installed", f'Run: pip install "shimnb[{extra}]".') from error


# Writing


class _Writer(StructuredDatasetEncoder[Any]):
    """Writes one file into a folder; the message names the folder, or with `whole` the file."""

    def __init__(
        self,
        cls: type,
        supported_format: str,
        save: Callable[[Any, Any], None],
        names: Callable[[Any], Iterable[Any]],
        *,
        whole: bool = False,
    ) -> None:
        super().__init__(cls, None, supported_format)
        self._save = save
        self._names = names
        self._whole = whole

    def encode(
        self,
        ctx: FlyteContext,
        structured_dataset: StructuredDataset,
        structured_dataset_type: types_pb2.StructuredDatasetType,
    ) -> Message:
        """Write the dataframe; at a local path, the file appears when it is complete."""
        frame, access = structured_dataset.dataframe, ctx.file_access
        _check_columns(structured_dataset_type, list(map(str, self._names(frame))))
        part = _CSV_PART if self.supported_format == _CSV else _PART
        if self._whole:
            uri = path = structured_dataset.uri or access.get_random_remote_path(part)
        else:
            uri = structured_dataset.uri or access.get_random_remote_directory()
            path = access.join(uri, part)
        with writing(access, path) as file:
            try:
                self._save(frame, file)
            except (ValueError, TypeError, NotImplementedError, OverflowError) as error:
                # pyarrow says it in two parts, what and where.
                text = ". ".join(str(arg) for arg in error.args).strip()
                raise Misfit(f"the dataframe cannot be written as {self.supported_format}: {text}") from error
        kept = literals_pb2.StructuredDatasetMetadata(structured_dataset_type=structured_dataset_type)
        return Message(uri=uri, metadata=kept)


def _check_columns(declared: types_pb2.StructuredDatasetType, names: list[Any]) -> None:
    for column in declared.columns:
        # What lies within a column is declared as "outer.inner".
        if column.name not in names and column.name.partition(".")[0] not in names:
            raise _missing(column.name, names, "the dataframe")


def _missing(name: str, names: list[Any], where: str) -> Misfit:
    listed = ", ".join(map(str, names[:_MOST_NAMES])) + (", ..." if len(names) > _MOST_NAMES else "")
    return Misfit(f"the declared column {name!r} is not in {where}", f"It has: {listed or 'no columns'}.")


def _save_pandas(frame: Any, file: Any) -> None:
    library("pyarrow", "pandas")
    frame.to_parquet(file, engine="pyarrow", coerce_timestamps="us", allow_truncated_timestamps=False)


def _save_arrow(table: Any, file: Any) -> None:
    library("pyarrow.parquet", "pandas").write_table(table, file)


def _save_polars(frame: Any, file: Any) -> None:
    frame.lazy().collect().write_parquet(file)


# Reading


class _Reader(StructuredDatasetDecoder[Any]):
    """Reads the columns that are asked for."""

    def __init__(self, cls: type, supported_format: str, load: Callable[[Any, str, list[str] | None], Any]) -> None:
        super().__init__(cls, None, supported_format)
        self._load = load

    def decode(
        self, ctx: FlyteContext, flyte_value: Message, current_task_metadata: literals_pb2.StructuredDatasetMetadata
    ) -> Any:
        """Read the dataframe."""
        columns = [column.name for column in current_task_metadata.structured_dataset_type.columns]
        return self._load(ctx.file_access, flyte_value.uri, columns or None)


def _parquet(access: Any, uri: str, columns: list[str] | None, extra: str, read: Callable[..., Any]) -> Any:
    """Read parquet by `read`, which is given a path, columns and a file system."""
    arrow = library("pyarrow", extra)
    if access.is_remote(uri):
        files = access.get_filesystem_for_path(uri)
        path = files._strip_protocol(uri)  # noqa: SLF001  # fsspec has no public name for it
    else:
        files, path = None, access.strip_file_header(uri)
    try:
        return read(path, columns=columns, filesystem=files)
    except FileNotFoundError as error:
        raise absent(uri) from error
    except (arrow.ArrowException, OSError, ValueError, KeyError) as error:
        raise _misread(error, uri, path, columns, files) from error


def _misread(error: Exception, uri: str, path: str, columns: list[str] | None, files: Any) -> Misfit:
    """Find out why parquet could not be read."""
    if files is None and not Path(path).exists():
        return absent(uri)
    try:
        names = import_module("pyarrow.parquet").ParquetDataset(path, filesystem=files).schema.names
    except (OSError, ValueError, NotImplementedError):
        return Misfit(
            f"{shown(uri)} is not parquet, or is damaged: {_first_line(error, uri)}",
            "Pass file_format if it is another.",
        )
    for name in columns or ():
        if name not in names and name.partition(".")[0] not in names:
            return _missing(name, names, shown(uri))
    return Misfit(f"{shown(uri)} cannot be read: {_first_line(error, uri)}")


def _first_line(error: Exception, uri: str) -> str:
    return str(error).partition("\n")[0].replace(uri, shown(uri))


def _load_pandas(access: Any, uri: str, columns: list[str] | None) -> Any:
    pandas = import_module("pandas")

    def read(path: str, **kwargs: Any) -> Any:
        return pandas.read_parquet(path, engine="pyarrow", **kwargs)

    return _parquet(access, uri, columns, "pandas", read)


def _load_arrow(access: Any, uri: str, columns: list[str] | None, extra: str = "pandas") -> Any:
    return _parquet(access, uri, columns, extra, library("pyarrow.parquet", extra).read_table)


def _load_polars(access: Any, uri: str, columns: list[str] | None) -> Any:
    return import_module("polars").from_arrow(_load_arrow(access, uri, columns, "polars"))


def _load_lazy(access: Any, uri: str, columns: list[str] | None) -> Any:
    return _load_polars(access, uri, columns).lazy()


def _load_csv(access: Any, uri: str, columns: list[str] | None) -> Any:
    pandas = import_module("pandas")
    path = access.join(uri, _CSV_PART)
    path = path if access.exists(path) else uri
    if not access.exists(path):
        raise absent(uri)
    try:
        with access.open(path, "rb") as file:
            names = list(pandas.read_csv(file, nrows=0).columns)
            missing = next((name for name in columns or () if name not in names), None)
            if missing is not None:
                raise _missing(missing, names, shown(uri))
            file.seek(0)
            return pandas.read_csv(file, usecols=columns)
    except ValueError as error:
        raise Misfit(
            f"{shown(uri)} is not CSV: {_first_line(error, uri)}", "Pass file_format if it is another."
        ) from error


# The three libraries


def _register(writer: _Writer, reader: _Reader) -> None:
    ENCODERS.add(writer, override=False)
    DECODERS.add(reader, override=False)
    DEFAULT_FORMATS.setdefault(writer.python_type, writer.supported_format)


def _columns(frame: Any) -> Any:
    return frame.columns


def register_pandas() -> None:
    """Register what writes and reads ``pandas.DataFrame``: parquet, and CSV."""
    cls = import_module("pandas").DataFrame
    _register(_Writer(cls, _PARQUET, _save_pandas, _columns), _Reader(cls, _PARQUET, _load_pandas))
    save: Callable[[Any, Any], None] = lambda frame, file: frame.to_csv(file, index=False)  # noqa: E731  # one line is all
    _register(_Writer(cls, _CSV, save, _columns), _Reader(cls, _CSV, _load_csv))


def register_pyarrow() -> None:
    """Register what writes and reads ``pyarrow.Table``."""
    cls = import_module("pyarrow").Table
    writer = _Writer(cls, _PARQUET, _save_arrow, lambda table: table.column_names)
    _register(writer, _Reader(cls, _PARQUET, _load_arrow))


def register_polars() -> None:
    """Register what writes and reads ``polars.DataFrame`` and ``polars.LazyFrame``."""
    polars = import_module("polars")
    writer = _Writer(polars.DataFrame, _PARQUET, _save_polars, _columns, whole=True)
    _register(writer, _Reader(polars.DataFrame, _PARQUET, _load_polars))
    writer = _Writer(polars.LazyFrame, _PARQUET, _save_polars, lambda lazy: lazy.collect_schema().names(), whole=True)
    _register(writer, _Reader(polars.LazyFrame, _PARQUET, _load_lazy))
