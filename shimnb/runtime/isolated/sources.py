"""The module that a fresh process cannot import by itself: a cell, whose text is in memory alone."""

from __future__ import annotations

import io
import keyword
import sys
import tokenize
from typing import TYPE_CHECKING, Any

from shimnb.core.shim import import_path
from shimnb.errors import ExecutorError, SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

    from shimnb.core.shim import ShimTaskExecutor

__all__ = ["executor_sources", "write_sources"]


def executor_sources(executor_type: type[ShimTaskExecutor[Any]]) -> dict[str, str]:
    """Collect the sources that an executor's class needs beside what is installed.

    Parameters
    ----------
    executor_type : type of ShimTaskExecutor
        The class.

    Returns
    -------
    dict of str to str
        The text of its module by the module's name; empty for a class from a
        file. A file is not copied: on a cluster too it is there when it is
        installed, and else it is not.

    Raises
    ------
    ExecutorError
        If no other process can import the class.

    Examples
    --------
    >>> from shimnb import ShimTaskExecutor
    >>> executor_sources(ShimTaskExecutor)
    {}
    """
    name = executor_type.__module__
    path = import_path(executor_type)
    if name == "__main__":
        raise ExecutorError(
            path,
            "a fresh process cannot import it: __main__ is the notebook itself, or the script",
            "Write the class in a %%shimtask cell, or import it from a module.",
        )
    if executor_type.__qualname__ != executor_type.__name__:
        raise ExecutorError(
            path,
            f"a fresh process cannot import it: it is {executor_type.__qualname__}, within another object",
            "Define the class at the module's own level.",
        )
    spec = _namespace(executor_type).get("__spec__")
    # A module with a location is in a file, or an archive.
    if spec is None or spec.has_location or not hasattr(spec.loader, "get_source"):
        return {}
    # What a cell includes from its notebook comes first in the text to run elsewhere, and last where lines count.
    source = getattr(spec.loader, "module_source", None) or spec.loader.get_source(name)
    return {} if source is None else {name: source}


def _namespace(cls: type) -> dict[str, Any]:
    """Return the names of a class's module, the very one that the class came from: a cell may have run again since."""
    for value in vars(cls).values():
        names: dict[str, Any] | None = getattr(value, "__globals__", None)
        if names is not None and names.get("__name__") == cls.__module__:
            return names
    module: ModuleType | None = sys.modules.get(cls.__module__)
    return vars(module) if module is not None else {}


def write_sources(sources: Mapping[str, str], folder: Path) -> None:
    """Write modules as files below a folder, with the packages that they are in.

    Parameters
    ----------
    sources : mapping of str to str
        The texts by the modules' full names.
    folder : pathlib.Path
        What stands on the path.

    Raises
    ------
    SettingError
        If a name is none that Python could import; no name leads out of the
        folder.
    """
    for name in sources:
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split(".")):
            raise SettingError("sources", name, "no name of a module", "Use identifiers, with dots between them.")
    packages = {name.rsplit(".", depth)[0] for name in sources for depth in range(1, name.count(".") + 1)}
    for name in sorted({*sources, *packages}):
        path = folder.joinpath(*name.split("."))
        path = path / "__init__.py" if name in packages else path.with_name(path.name + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_encoded(sources.get(name, "")))


def _encoded(source: str) -> bytes:
    # A cell is text, and what a line "coding: latin-1" says of it meant nothing so far; in a file it does.
    plain = source.encode()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(plain).readline)
    return plain if encoding.startswith("utf-8") else source.encode(encoding)
