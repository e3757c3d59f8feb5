"""A page of a table: some rows and columns of parquet or CSV, read no further than that, as inert text.

Parquet is read by pyarrow, or else by polars, whichever is installed; CSV by
neither.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

from shimnb.errors import FileError
from shimnb.notebook.tree.words import bytes_words, cut, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shimnb.notebook.runs.stored import Stored

__all__ = ["COLUMNS", "ROWS", "TABLES", "Page", "read_page"]

ROWS = 50
COLUMNS = 20
TABLES = ("parquet", "csv", "tsv")
"""The formats that are read."""
_CELL = 160
_NAME = 80
_NESTED = 20
_COUNTED = 100_000
"""The rows of CSV that are counted; there is no other way to know than to read them."""
_BATCH = 1024
_FIELD = 2**20


@dataclass(frozen=True)
class Page:
    """Some rows of a table.

    Attributes
    ----------
    columns : list of (str, str)
        Names and types in words.
    rows : list of list of (str, str)
        Cells: a text, and its kind (``number``, ``text``, ``none``, ``bool``,
        ``time``, ``nested`` or ``bytes``).
    start, column : int
        Which row and which column come first.
    total, width : int
        How many there are.
    more : bool
        Whether there are more rows than `total`, which are not counted.
    """

    columns: list[tuple[str, str]]
    rows: list[list[tuple[str, str]]]
    start: int
    column: int
    total: int
    width: int
    more: bool = False

    def told(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {**vars(self)}


@dataclass(frozen=True)
class _Window:
    start: int
    column: int
    rows: int = ROWS
    columns: int = COLUMNS
    stop: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stop", self.start + self.rows)

    def names(self, names: list[str]) -> list[str]:
        return names[self.column : self.column + self.columns]


def read_page(place: Stored, kind: str, start: int = 0, column: int = 0) -> Page:
    """Read a page of a table.

    Parameters
    ----------
    place : Stored
        A file, or a folder of files.
    kind : str
        One of `TABLES`.
    start, column : int
        The first row and the first column.

    Raises
    ------
    FileError
        If it is not there, or not of this kind, or nothing is installed that
        reads it.
    """
    window = _Window(max(start, 0), max(column, 0))
    files = _parts(place, kind)
    try:
        if kind != "parquet":
            return _csv(files[0], window, "\t" if kind == "tsv" else ",")
        if find_spec("pyarrow") is not None:
            return _by_arrow(files, window)
        if find_spec("polars") is not None:
            return _by_polars(files, window)
    except (FileError, MemoryError):
        raise
    except Exception as error:  # each library has exceptions of its own, and a file may hold anything
        said = str(error).strip().partition("\n")[0]
        raise FileError(place.shown, f"it cannot be read as {kind} ({cut(visible(said), 200)})") from error
    raise FileError(
        place.shown,
        "neither pyarrow nor polars is installed here, and one of them reads parquet",
        'Run: pip install "shimnb[pandas]", and open this again.',
    )


def _parts(place: Stored, kind: str) -> list[Stored]:
    """Give the files of a table: the one that it is, or those of its folder."""
    if not place.is_folder():
        return [place]
    listed, _ = place.listed(1_000)
    # Hidden files and marks such as _SUCCESS are no part of it; flytekit's CSV is a file named ".csv".
    tails = [(each.place, each.name.rpartition("/")[2]) for each in listed]
    found = [each for each, tail in tails if tail == f".{kind}" or not tail.startswith((".", "_"))]
    named = [each for each in found if each.path.endswith(f".{kind}")]
    if not found:
        raise FileError(place.shown, "the folder is empty")
    return named or found


# Parquet


def _by_arrow(files: list[Stored], window: _Window) -> Page:
    parquet: Any = import_module("pyarrow.parquet")
    names: list[str] = []
    types: dict[str, str] = {}
    rows: list[list[tuple[str, str]]] = []
    total = 0
    for place in files:
        with place.open() as stream:
            file = parquet.ParquetFile(stream)
            count = file.metadata.num_rows
            if not names:
                names = [str(name) for name in file.schema_arrow.names]
                types = {str(each.name): str(each.type) for each in file.schema_arrow}
            shown = window.names(names)
            missing = window.stop - total > 0 and len(rows) < window.rows and window.start < total + count
            if missing and shown:
                skip = max(window.start - total, 0)
                rows += _cells(_arrow_rows(file, shown, skip), shown, window.rows - len(rows))
            total += count
    shown = window.names(names)
    return _page([(name, types[name]) for name in shown], rows, window, total, len(names))


def _arrow_rows(file: Any, names: list[str], skip: int) -> Iterator[dict[str, Any]]:
    """Give rows as they are read; groups of rows that come before are left out."""
    groups = range(file.metadata.num_row_groups)
    before = 0
    first = 0
    for group in groups:
        count = file.metadata.row_group(group).num_rows
        if before + count > skip:
            break
        before, first = before + count, group + 1
    left = skip - before
    for batch in file.iter_batches(batch_size=_BATCH, row_groups=list(groups)[first:], columns=names):
        if left >= batch.num_rows:
            left -= batch.num_rows
            continue
        columns = [batch.column(index) for index in range(batch.num_columns)]
        held = [str(name) for name in batch.schema.names]
        for index in range(left, batch.num_rows):
            yield {name: _plain(column[index]) for name, column in zip(held, columns, strict=True)}
        left = 0


def _plain(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except Exception:  # noqa: BLE001  # a nanosecond that Python's datetime has not, a zone that is not known
        return _Words(str(scalar))


class _Words(str):
    """A value that only has words."""

    __slots__ = ()


def _by_polars(files: list[Stored], window: _Window) -> Page:
    polars: Any = import_module("polars")
    total = 0
    rows: list[list[tuple[str, str]]] = []
    schema: dict[str, Any] = {}
    for place in files:
        with place.open() as stream:
            frame = polars.read_parquet(stream)  # all of it: polars gives no part of a stream
        schema = schema or dict(frame.schema)
        shown = window.names(list(schema))
        skip = max(window.start - total, 0)
        if len(rows) < window.rows and skip < frame.height and shown:
            wanted = frame.select(shown).slice(skip, window.rows - len(rows))
            rows += _cells(wanted.iter_rows(named=True), shown, window.rows - len(rows))
        total += frame.height
    named = [(name, str(schema[name])) for name in window.names(list(schema))]
    return _page(named, rows, window, total, len(schema))


def _cells(found: Iterable[dict[str, Any]], names: list[str], most: int) -> list[list[tuple[str, str]]]:
    return [[_cell(each.get(name)) for name in names] for each in islice(found, most)]


# CSV


def _csv(place: Stored, window: _Window, delimiter: str) -> Page:
    with place.open() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="backslashreplace", newline="")
        csv.field_size_limit(max(csv.field_size_limit(), _FIELD))
        found = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
        names = next(found, [])
        raw: list[list[str]] = []
        total = 0
        for each in found:
            if not each:
                continue
            if window.start <= total < window.stop:
                raw.append(each)
            total += 1
            if total >= max(_COUNTED, window.stop):
                break
        more = next(found, None) is not None
        text.detach()
    span = range(window.column, min(window.column + window.columns, len(names)))
    kinds = {index: _guess(each[index] for each in raw if index < len(each)) for index in span}
    rows = [[_text_cell(each[index] if index < len(each) else "", kinds[index]) for index in span] for each in raw]
    # CSV has no types: what the values on this page look like.
    return _page([(names[index], kinds[index]) for index in span], rows, window, total, len(names), more=more)


def _guess(values: Iterable[str]) -> str:
    filled = [value for value in values if value.strip()]
    for name, parse in _PARSERS:
        if filled and all(_fits(parse, value) for value in filled):
            return name
    return "text"


def _fits(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _bool(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


_PARSERS: tuple[tuple[str, Callable[[str], object]], ...] = (("int", int), ("float", float), ("bool", _bool))


def _text_cell(text: str, kind: str) -> tuple[str, str]:
    if not text:
        return "", "none"
    return cut(visible(text[: _CELL + 1]), _CELL), {"int": "number", "float": "number"}.get(kind, kind)


# Cells


def _page(  # noqa: PLR0913  # a page's own parts
    columns: list[tuple[str, str]],
    rows: list[list[tuple[str, str]]],
    window: _Window,
    total: int,
    width: int,
    *,
    more: bool = False,
) -> Page:
    named = [(cut(visible(name[: _NAME + 1]), _NAME), cut(visible(kind), _NAME)) for name, kind in columns]
    return Page(named, rows, window.start, window.column, total, width, more)


def _cell(value: Any) -> tuple[str, str]:  # noqa: PLR0911  # one a kind
    """Write a value of a table: bounded and inert."""
    if value is None:
        return "null", "none"
    if isinstance(value, bool):
        return str(value).lower(), "bool"
    if isinstance(value, int) or type(value).__name__ == "Decimal":
        return cut(str(value), _CELL), "number"
    if isinstance(value, float):
        return ("NaN" if math.isnan(value) else repr(value)), "number"
    if isinstance(value, (bytes, bytearray)):
        return bytes_words(bytes(value)), "bytes"
    if isinstance(value, _Words):
        return cut(visible(value), _CELL), "time"
    if isinstance(value, str):
        return cut(visible(value[: _CELL + 1]), _CELL), "text"
    if isinstance(value, (list, tuple, dict)):
        return cut(visible(_nested(value)), _CELL), "nested"
    return cut(visible(str(value)[: _CELL + 1]), _CELL), "time"


def _nested(value: Any) -> str:
    """Write the beginning of a list or a struct; it may be long."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {_cell(each)[0]}" for key, each in islice(value.items(), _NESTED))
        return f"{{{inner}{', …' if len(value) > _NESTED else ''}}}"
    inner = ", ".join(_cell(each)[0] for each in value[:_NESTED])
    return f"[{inner}{', …' if len(value) > _NESTED else ''}]"
