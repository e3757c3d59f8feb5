"""The person's own modules that a cell imports, and importing anew those whose files changed."""

from __future__ import annotations

import ast
import sys
import sysconfig
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["anew", "changed", "own_files"]

# A notebook's own names, and what must stay the one it is while it runs.
_NEVER = frozenset({"__main__", "shimcells", "shimnb"})


def own_files(source: str) -> dict[str, int]:
    """Find the modules of a cell's imports that are the person's own, and when their files changed last.

    Parameters
    ----------
    source : str
        The cell's module, which has run.

    Returns
    -------
    dict of str to int
        By module, its file's time of change in nanoseconds. With a package
        come all its modules that are loaded; what is installed or belongs to
        Python is left out.
    """
    roots = {name.partition(".")[0] for node in ast.walk(ast.parse(source)) for name in _names(node)} - _NEVER
    found: dict[str, int] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in roots:
            continue
        file = getattr(module, "__file__", None)
        # Code that is compiled can be loaded once in a process.
        if isinstance(file, str) and file.endswith(".py") and not _is_installed(file):
            with suppress(OSError):
                found[name] = Path(file).stat().st_mtime_ns
    return found


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


@cache
def _installed() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple(Path(sysconfig.get_path(name)).resolve().as_posix() + "/" for name in names)


def _is_installed(file: str) -> bool:
    return Path(file).resolve().as_posix().startswith(_installed())


def changed(then: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """Name the packages and modules, by their first name, of which a file changed.

    Examples
    --------
    >>> changed({"a": 1, "b.c": 1, "d": 1}, {"a": 1, "b.c": 2})
    ['b']
    """
    return sorted({name.partition(".")[0] for name, time in now.items() if then.get(name, time) != time})


@contextmanager
def anew(roots: list[str], modules: Mapping[str, int]) -> Iterator[None]:
    """Let the next import of some modules read their files again; when that fails, the old ones are back.

    Parameters
    ----------
    roots : list of str
        The first names of the modules to import anew.
    modules : mapping
        The modules that are loaded, by name.
    """
    old = {name: sys.modules.pop(name) for name in modules if name.partition(".")[0] in roots and name in sys.modules}
    try:
        yield
    except BaseException:
        for name in [each for each in sys.modules if each.partition(".")[0] in roots]:
            # What is compiled was kept, and stays.
            if name in old or _is_source(name):
                del sys.modules[name]
        sys.modules.update(old)
        raise


def _is_source(name: str) -> bool:
    return str(getattr(sys.modules[name], "__file__", "")).endswith(".py")
