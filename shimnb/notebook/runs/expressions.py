"""Values as Python expressions that evaluate to them again, and the imports that these need."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import decimal
import enum
import math
import pathlib
import sys
from typing import Any

__all__ = ["Expressions", "NoExpressionError"]

_PLAIN = (int, str, bytes, bool, type(None))
_LARGEST = 10_000
"""The items of a table or an array that are written out."""


class NoExpressionError(ValueError):
    """A value that no expression gives again; the text says which."""


class Expressions:
    """Writes values as expressions, and collects what has to be imported for them.

    Parameters
    ----------
    here : str
        The module in whose names the expressions are read: its classes need no
        import.

    Attributes
    ----------
    imports : set of str
        The statements.
    comparable : bool
        Whether all that was written equals its copy: a NaN does not, and a
        table answers with a table.

    Examples
    --------
    >>> writer = Expressions()
    >>> writer.of({"when": dt.timedelta(hours=1.5), "rate": float("inf")}), sorted(writer.imports)
    ("{'when': datetime.timedelta(seconds=5400), 'rate': float('inf')}", ['import datetime'])
    """

    def __init__(self, here: str = "__main__") -> None:
        self._here = here
        self.imports: set[str] = set()
        self.comparable = True

    def of(self, value: Any) -> str:  # noqa: PLR0911  # a family of types each
        """Write a value.

        Raises
        ------
        NoExpressionError
            If there is no expression for it.
        """
        kind = type(value)
        if kind in _PLAIN:
            return repr(value)
        if kind is float:
            return self._float(value)
        for family, write in _FAMILIES:
            if isinstance(value, family):
                return str(write(self, value))
        known = getattr(self, _BY_NAME.get(_full_name(kind), ""), None)
        if known is not None:
            return str(known(value))
        if dataclasses.is_dataclass(kind):
            return self._dataclass(value)
        if hasattr(kind, "model_validate_json") and hasattr(value, "model_dump_json"):
            return f"{self._class(kind)}.model_validate_json({value.model_dump_json()!r})"
        if hasattr(kind, "FromString") and hasattr(value, "SerializeToString"):
            return f"{self._class(kind)}.FromString({value.SerializeToString(deterministic=True)!r})"
        raise NoExpressionError(f"a {_full_name(kind)} has no expression that makes it again")

    def _float(self, value: float) -> str:
        if math.isfinite(value):
            return repr(value)
        self.comparable = self.comparable and not math.isnan(value)
        return f"float({str(value)!r})"

    def _class(self, kind: type) -> str:
        module, name = kind.__module__, kind.__qualname__
        if module in {"builtins", self._here}:
            return name
        if "<locals>" in name or module == "__main__":
            raise NoExpressionError(f"{name} is defined in {module}, and cannot be imported from there")
        self.imports.add(f"from {module} import {name.partition('.')[0]}")
        return name

    def _items(self, values: Any) -> str:
        return ", ".join(map(self.of, values))

    def _list(self, value: list[Any]) -> str:
        return f"[{self._items(value)}]"

    def _tuple(self, value: tuple[Any, ...]) -> str:
        if hasattr(value, "_fields"):
            fields = ", ".join(f"{name}={self.of(each)}" for name, each in zip(value._fields, value, strict=True))
            return f"{self._class(type(value))}({fields})"
        return f"({self._items(value)}{',' if len(value) == 1 else ''})"

    def _set(self, value: Any) -> str:
        inner = self._items(sorted(value, key=repr))
        if isinstance(value, frozenset):
            return f"frozenset({{{inner}}})" if value else "frozenset()"
        return f"{{{inner}}}" if value else "set()"

    def _dict(self, value: dict[Any, Any]) -> str:
        return "{" + ", ".join(f"{self.of(key)}: {self.of(each)}" for key, each in value.items()) + "}"

    def _enum(self, value: enum.Enum) -> str:
        kind = self._class(type(value))
        return f"{kind}({self.of(value.value)})" if "|" in (value.name or "|") else f"{kind}.{value.name}"

    def _datetime(self, value: dt.datetime) -> str:
        self.imports.add("import datetime")
        parts = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
        while len(parts) > 3 and not parts[-1]:  # noqa: PLR2004  # the date
            parts.pop()
        words = ", ".join(map(str, parts)) + self._zone(value.tzinfo) + (", fold=1" if value.fold else "")
        return f"datetime.datetime({words})"

    def _zone(self, zone: dt.tzinfo | None) -> str:
        if zone is None:
            return ""
        key = getattr(zone, "key", None)
        if key is not None:
            self.imports.add("import zoneinfo")
            return f", tzinfo=zoneinfo.ZoneInfo({key!r})"
        offset = zone.utcoffset(None)
        if offset is None:
            raise NoExpressionError(f"a time zone of the class {_full_name(type(zone))} has no expression")
        return f", tzinfo=datetime.timezone({self._timedelta(offset)})" if offset else ", tzinfo=datetime.timezone.utc"

    def _date(self, value: dt.date) -> str:
        self.imports.add("import datetime")
        return repr(value)

    def _timedelta(self, value: dt.timedelta) -> str:
        self.imports.add("import datetime")
        parts = {"days": value.days, "seconds": value.seconds, "microseconds": value.microseconds}
        return f"datetime.timedelta({', '.join(f'{name}={part}' for name, part in parts.items() if part) or '0'})"

    def _decimal(self, value: decimal.Decimal) -> str:
        self.imports.add("import decimal")
        return f"decimal.{value!r}"

    def _path(self, value: pathlib.PurePath) -> str:
        self.imports.add("import pathlib")
        return f"pathlib.{type(value).__name__.replace('Posix', '').replace('Windows', '')}({str(value)!r})"

    def _subclass(self, value: Any) -> str:
        base = next(each for each in (int, float, str, bytes) if isinstance(value, each))
        return f"{self._class(type(value))}({self.of(base(value))})"

    def _dataclass(self, value: Any) -> str:
        fields = [field for field in dataclasses.fields(value) if field.init]
        given = ", ".join(f"{field.name}={self.of(getattr(value, field.name))}" for field in fields)
        return f"{self._class(type(value))}({given})"

    # Of libraries that may not be there: told by their names

    def _file(self, value: Any) -> str:
        # A FlyteFile["csv"] is a class made on the way; the plain one takes the same path.
        name = "FlyteDirectory" if "FlyteDirectory" in _names(type(value)) else "FlyteFile"
        self.imports.add(f"from shimnb import {name}")
        source = getattr(value, "remote_source", None) or value.path
        return f"{name}({str(source)!r})"

    def _dataset(self, value: Any) -> str:
        self.imports.add("from shimnb import StructuredDataset")
        uri = getattr(value, "uri", None)
        if not uri:
            return f"StructuredDataset(dataframe={self.of(value.dataframe)})"
        return f"StructuredDataset(uri={str(uri)!r}, file_format={value.file_format!r})"

    def _pandas(self, value: Any) -> str:
        self.comparable = False
        if value.size > _LARGEST:
            raise NoExpressionError(f"a table of {len(value):,} rows is not written out")
        self.imports.update(("import io", "import pandas"))
        data = io_bytes(value.to_parquet)
        self.imports.add("import base64")
        return f"pandas.read_parquet(io.BytesIO(base64.b64decode({base64.b64encode(data).decode()!r})))"

    def _numpy(self, value: Any) -> str:
        self.comparable = False
        if value.size > _LARGEST or value.dtype.hasobject:
            raise NoExpressionError(f"an array of {value.size:,} items of {value.dtype} is not written out")
        self.imports.add("import numpy")
        items = self.of(value.tolist())
        return f"numpy.array({items}, dtype={value.dtype.str!r}).reshape({value.shape!r})"

    def _numpy_number(self, value: Any) -> str:
        return self.of(value.item())


def io_bytes(write: Any) -> bytes:
    """Return what a function writes into a file."""
    import io  # noqa: PLC0415  # only for tables

    file = io.BytesIO()
    write(file)
    return file.getvalue()


def _names(kind: type) -> list[str]:
    return [each.__name__ for each in kind.__mro__]


def _full_name(kind: type) -> str:
    names = _names(kind)
    for known in ("FlyteFile", "FlyteDirectory", "StructuredDataset"):
        if known in names:
            return known
    root = kind.__module__.partition(".")[0]
    if root == "numpy" and "generic" in names:
        return "numpy.generic"
    return f"{root}.{kind.__name__}" if root in ("pandas", "numpy") else f"{kind.__module__}.{kind.__qualname__}"


_FAMILIES: list[tuple[Any, Any]] = [
    (enum.Enum, Expressions._enum),  # noqa: SLF001  # of this module
    ((int, float, str, bytes), Expressions._subclass),  # noqa: SLF001
    (list, Expressions._list),  # noqa: SLF001
    (tuple, Expressions._tuple),  # noqa: SLF001
    ((set, frozenset), Expressions._set),  # noqa: SLF001
    (dict, Expressions._dict),  # noqa: SLF001
    (dt.datetime, Expressions._datetime),  # noqa: SLF001
    ((dt.date, dt.time), Expressions._date),  # noqa: SLF001
    (dt.timedelta, Expressions._timedelta),  # noqa: SLF001
    (decimal.Decimal, Expressions._decimal),  # noqa: SLF001
    (pathlib.PurePath, Expressions._path),  # noqa: SLF001
]
_BY_NAME = {
    "FlyteFile": "_file",
    "FlyteDirectory": "_file",
    "StructuredDataset": "_dataset",
    "pandas.DataFrame": "_pandas",
    "numpy.ndarray": "_numpy",
    "numpy.generic": "_numpy_number",
}


def is_importable(module: str) -> bool:
    """Tell whether another process can import a module: a notebook's own names and its cells are in no file."""
    found = sys.modules.get(module)
    return module != "__main__" and not module.startswith("shimcells.") and getattr(found, "__file__", None) is not None
