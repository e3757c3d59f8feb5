"""The executor: that a container can import it and make it, and that its module has the names it uses."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from shimnb.core.checks.finding import Finding, listed
from shimnb.core.checks.names import NOTEBOOK_ONLY, Reach
from shimnb.core.shim import import_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.core.checks.subject import Subject

__all__ = ["check_constructor", "check_import", "check_names", "required_parameters"]

_PATH = "executor"
_NOTEBOOK, _CELLS = "__main__", "shimcells"
_OUT_OF_THE_NOTEBOOK = "Write it in a %%shimtask cell, or in a module that the image has."


def check_import(subject: Subject) -> Iterator[Finding]:
    """Look whether the path in the command leads to the executor's class."""
    executor = subject.executor
    if executor is None:
        # Of a template alone there is the command's last word.
        path = subject.command[-1] if "{{.taskTemplatePath}}" in subject.command else ""
        yield from _by_module(path.rpartition(".")[0], path)
        return
    path, module, qualified = import_path(executor), executor.__module__, executor.__qualname__
    own = sys.modules.get(module)
    if "<locals>" in qualified or "." in qualified:
        outer = qualified.rpartition(".")[0].removesuffix(".<locals>")
        yield Finding(
            "error",
            _PATH,
            f"The container imports {path}, and the class is made within {outer}: it is not found by that path.",
            "Define it at the top level of its module.",
        )
    elif module != _NOTEBOOK and own is not None and getattr(own, executor.__name__, None) is not executor:
        yield Finding(
            "error",
            _PATH,
            f"The container imports {path}, and this is another class than the task's by now.",
            "Make the task anew, with the class that its module has.",
        )
    yield from _by_module(module, path)


def _by_module(module: str, path: str) -> Iterator[Finding]:
    if module == _NOTEBOOK:
        yield Finding(
            "error",
            _PATH,
            f"The container cannot import {path}: the notebook itself is no module there.",
            _OUT_OF_THE_NOTEBOOK,
        )
    elif module.partition(".")[0] == _CELLS:
        yield Finding(
            "note",
            _PATH,
            f"The container imports {path}, and a cell's module is in no image.",
            "Before you register the task, put the executor in a package that the image has.",
        )


def check_constructor(subject: Subject) -> Iterator[Finding]:
    """Look whether the executor can be made without arguments, as the container does."""
    executor = subject.executor
    # It was made once with the task: this is for a class that changed since.
    needed = required_parameters(executor) if executor else []
    if executor and needed:
        yield Finding(
            "error",
            _PATH,
            f"The container makes {executor.__name__} without arguments, and it needs {listed(needed)}.",
            "Take what it needs from the template.",
        )


def required_parameters(function: Any) -> list[str]:
    """Name the parameters without a default; none where they cannot be told.

    Examples
    --------
    >>> required_parameters(lambda a, b=1, *, c, **d: None)
    ['a', 'c']
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        each.name
        for each in parameters
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]


def check_names(subject: Subject) -> Iterator[Finding]:
    """Look for names that the executor uses, and that there will be none of where it runs."""
    executor = subject.executor
    if executor is None:
        return
    reach = Reach(executor)
    here = {name: line for name, line in reach.missing.items() if name in NOTEBOOK_ONLY}
    nowhere = {name: line for name, line in reach.missing.items() if name not in here}
    module = executor.__module__
    if here:
        named = listed(_with_lines(here))
        yield Finding(
            "error",
            _PATH,
            f"IPython alone has {named}, which the executor uses.",
            f"Leave {'it' if len(here) == 1 else 'them'} out: where the task runs there is no IPython.",
        )
    if nowhere:
        owner = "The notebook" if module == _NOTEBOOK else f"The module {module}"
        yield Finding(
            "error",
            _PATH,
            f"{owner} does not have {listed(_with_lines(nowhere))}, which the executor uses.",
            f"Define or import {'it' if len(nowhere) == 1 else 'them'} there.",
        )
    # Each module has a __name__ and the like of its own.
    own = sorted(name for name in reach.found if not name.startswith("__"))
    if module == _NOTEBOOK and own:
        yield Finding(
            "warning",
            _PATH,
            f"The executor uses {listed(own)}, of the notebook alone.",
            "Bring along what it uses: a %%shimtask cell says how, name by name.",
        )


def _with_lines(names: dict[str, int]) -> list[str]:
    return [f"{name} (line {line})" for name, line in sorted(names.items(), key=lambda item: item[1])]
