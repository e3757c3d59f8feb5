"""Evaluate drawn cases with one library, for as long as they come: ``python worker.py shimnb``, JSON by the line."""

from __future__ import annotations

import importlib
import itertools
import json
import os
import sys
import typing
import warnings
from types import ModuleType
from typing import Any

from run import encode

_COUNT = itertools.count()


def define(source: str) -> dict[str, Any]:
    """Run a case's definitions as a module of their own, with the names of `subjects`."""
    for clear in typing._cleanups:  # type: ignore[attr-defined]  # as Python's own tests do
        # List[Union[int, None]] equals List[Union[None, int]], so that the one would be found for the other.
        clear()
    # flytekit keeps literals by the names of their types: a name is used once.
    name = f"drawn_{next(_COUNT)}"
    module = ModuleType(name)
    module.__dict__.update({k: v for k, v in vars(sys.modules["subjects"]).items() if not k.startswith("__")})
    # A dataclass's annotations are looked up in its module.
    sys.modules[name] = module
    exec(compile(source, f"<{name}>", "exec", dont_inherit=True), module.__dict__)  # noqa: S102  # drawn by our own test
    return module.__dict__


def answers(case: dict[str, Any]) -> dict[str, Any]:
    """Give the answer to each question of a case; where one fails, those that follow from it are left out."""
    names = define(case["source"])
    found: dict[str, Any] = {}
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        for question, expression in case["questions"].items():
            try:
                result = eval(expression, names)  # noqa: S307  # drawn by our own test
                found[question] = encode(result)
                names[question] = result
            except Exception as error:  # noqa: BLE001, PERF203  # an error is an answer like another
                if isinstance(error, NameError) and error.name in case["questions"]:
                    continue  # it asks about what another question would have given
                classes = [cls.__name__ for cls in type(error).__mro__]
                found[question] = {"kind": "error", "mro": classes, "message": str(error)}
    return found


def main(library: str) -> None:
    """Answer line by line, until the pipe is closed."""
    # What a library prints, or its log, must not come between the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    importlib.import_module("sdk").install(library)
    importlib.import_module("subjects")
    for line in sys.stdin:
        out.write(json.dumps(answers(json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1])
