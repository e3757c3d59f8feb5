"""What an executor may ask of its run, by one library: ``python context.py shimnb FOLDER < cases.json``, answers to stdout.

A case is environment variables, and an expression over `context`, `Deck`,
`SyncCheckpoint` and `folder`, which an executor evaluates within a call.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any


def main(library: str, folder: str) -> None:
    """Evaluate each case in a call of its own."""
    cases: dict[str, dict[str, Any]] = json.load(sys.stdin)
    importlib.import_module("sdk").install(library)
    sdk = sys.modules["sdk"]
    checkpoints = importlib.import_module({"flytekit": "flytekit.core.checkpointer"}.get(library, library))
    running: dict[str, str] = {}

    class Executor(sdk.ShimTaskExecutor):
        def execute_from_model(self, tt: Any) -> str:
            context = sdk.current_context()
            names = {"context": context, "folder": Path(folder) / library, "Deck": sdk.Deck, "io": io, "os": os}
            names["SyncCheckpoint"] = checkpoints.SyncCheckpoint
            try:
                return repr(eval(running["source"], names))  # noqa: S307  # the cases are this repository's own
            except Exception as error:  # noqa: BLE001  # an error is an answer like another
                known = [cls.__name__ for cls in type(error).__mro__ if cls.__module__ == "builtins"]
                return "ValueError" if "ValueError" in known else known[0]

    class Task(sdk.PythonCustomizedContainerTask):
        def get_custom(self, settings: Any) -> dict[str, Any]:
            return {}

    answers = {}
    for name, case in cases.items():
        before = dict(os.environ)
        os.environ.update({key: value.format(folder=folder) for key, value in case["env"].items()})
        # flytekit reads the secrets' settings when the context is made.
        sdk.FlyteContextManager.initialize()
        running["source"] = case["source"]
        interface = sdk.Interface(outputs=sdk.kwtypes(o0=str))
        answers[name] = Task(f"t{len(answers)}", None, "img:1", Executor, interface=interface)()
        os.environ.clear()
        os.environ.update(before)
    sys.stdout.write(f"\n{json.dumps(answers)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
