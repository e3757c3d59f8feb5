"""What to do about the names that a cell takes from the notebook, in words."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from shimnb.core.checks.names import BUILTINS
from shimnb.core.sensitive import is_secret
from shimnb.errors import CellError
from shimnb.notebook.include import find
from shimnb.notebook.inputs import import_line
from shimnb.notebook.options import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shimnb.notebook.closed_world import MissingName
    from shimnb.notebook.inputs import Inputs

__all__ = ["import_error", "missing_error"]

_INSTEAD = {
    "display": "Write `from IPython.display import display` in the cell, or leave it out.",
    "get_ipython": "Leave it out: where the task runs there is no IPython.",
    "exit": "Write `raise SystemExit` in its place.",
    "quit": "Write `raise SystemExit` in its place.",
}
_SHORT = {"np": "numpy", "pa": "pyarrow", "pd": "pandas", "pl": "polars", "plt": "matplotlib.pyplot"}
_USUAL = ("shimnb", "dataclasses", "typing", "pathlib", "datetime", "enum", "collections", "functools", "contextlib")
_ASKED = "shimnb.current_context().secrets.get('GROUP', 'KEY')"
_CLUSTER = "but a cluster runs the cell without the notebook"


def missing_error(cell: str, missing: Sequence[MissingName], notebook: Inputs, known: Iterable[str]) -> CellError:
    """Word the error about the names that a cell lacks: each with its line, where it is defined, and what to do.

    Parameters
    ----------
    cell : str
        The cell's name.
    missing : sequence of MissingName
        The names; at least one.
    notebook : Inputs
        Where they may be defined.
    known : iterable of str
        The names that the cell does have, for a suggestion.

    Returns
    -------
    CellError
        One for all of them.
    """
    own = frozenset(known)
    first = missing[0]
    if len(missing) == 1:
        home = _home(first.name, notebook)
        what = f"{first.name!r} {_problem(first)}"
        if home:
            what += f"; the notebook {'has it' if home == 'notebook' else f'defines it in {home}'}, {_CLUSTER}"
        return CellError(cell, first.line, what, _remedy(first, notebook, cell, own))
    lines = []
    for each in missing:
        home = _home(each.name, notebook)
        place = f", defined in {home}" if home.startswith("cell") else f", which the {home} has" if home else ""
        if each.later is not None or each.unreal:
            place += f", {_problem(each)}"
        lines.append(f"  line {each.line}, {each.name!r}{place}: {_remedy(each, notebook, cell, own)}")
    what = f"{len(missing)} names are not there when the cell runs without the notebook, as it does on a cluster"
    return CellError(cell, first.line, what, "\n".join(("Bring them in:", *lines)))


def import_error(cell: str, line: int, module: str, names: Sequence[str]) -> CellError:
    """Word the error about an import of the notebook itself, or of another of its cells."""
    what = "the notebook itself" if module == "__main__" else f"{module}, another cell of the notebook"
    taken = " ".join(f"--include {name}" for name in names if name != "*") or "--include NAME"
    remedy = f"Leave the import out, and add {taken} to the first line, or paste what it takes into the cell."
    return CellError(cell, line, f"it imports {what}, {_CLUSTER}", remedy)


def _problem(missing: MissingName) -> str:
    if missing.later is not None:
        where = "in the same line" if missing.later == missing.line else f"in line {missing.later}"
        return f"is used before the cell sets it, {where}"
    if missing.unreal:
        return "is imported for type checkers alone, under TYPE_CHECKING"
    return "is neither defined nor imported in the cell"


def _home(name: str, notebook: Inputs) -> str:
    """Name the cell that defines a name; ``notebook`` when the notebook has it, and none of its inputs shows it."""
    if name not in notebook.names or name in _INSTEAD:
        return ""
    definition, _, _ = find(name, notebook)
    definition = definition or next(notebook.definitions(name), None)
    return definition.place if definition else "notebook"


def _remedy(missing: MissingName, notebook: Inputs, cell: str, own: frozenset[str]) -> str:
    name = missing.name
    if name in notebook.names and name not in _INSTEAD and not missing.unreal:
        return _bring_in(name, notebook, cell, own)
    if missing.unreal:
        return "Import it outside of that block."
    if missing.later is not None:
        return "Move the definition up."
    if name in _INSTEAD:
        return _INSTEAD[name]
    line = _usual_import(name)
    if line:
        return f"Write `{line}` in the cell."
    return nearest(name, sorted(BUILTINS | own)) or "Define or import it in the cell."


def _usual_import(name: str) -> str:
    """Write the import that a name of this kind most likely lacks, or nothing."""
    if name in _SHORT:
        return f"import {_SHORT[name]} as {name}"
    if name in sys.stdlib_module_names:
        return f"import {name}"
    for home in _USUAL:
        if name in import_module(home).__all__:
            return f"from {home} import {name}"
    try:
        found = find_spec(name) is not None
    except (ImportError, ValueError):  # a module that somebody made by hand
        found = False
    return f"import {name}" if found else ""


def _bring_in(name: str, notebook: Inputs, cell: str, own: frozenset[str]) -> str:
    value = notebook.names[name]
    if is_secret(name, value):
        return f"Request it as a secret, --secret GROUP/KEY, read as {_ASKED}."
    definition, _, _ = find(name, notebook)
    line = import_line(name, value)
    if line is None and definition is not None and definition.imported:
        line = definition.text
    ways = [
        f"write `{line}` in the cell" if line else "paste it into the cell" if definition else "define it in the cell"
    ]
    # What the cell binds itself can neither be included nor be read from the template in its place.
    if definition is not None and name not in own:
        ways.append(f"add --include {name} to the first line")
    # A task that is made by hand takes no --set.
    option = None if line or cell in own or name in own else _as_option(name, value)
    if option:
        data = "a field of Config" if "Config" in own else option
        ways.append(f"pass it as data: {data}, read as tt.custom[{name!r}]")
    text = ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])}, or {ways[-1]}"
    return f"{text[0].upper()}{text[1:]}."


def _as_option(name: str, value: object) -> str | None:
    """Write the option that passes a JSON value, or None for what is none."""
    if callable(value):
        return None
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    if len(text) > 200:  # noqa: PLR2004  # what fills more than two lines is no option
        return None
    quote = "'" if any(character in text for character in ' "') and "'" not in text else ""
    return f"--set {quote}{name}={text}{quote}"
