"""Evaluate every case with one library: ``python run.py shimnb < cases.json``, answers to the file named second."""

from __future__ import annotations

import base64
import contextlib
import importlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

from google.protobuf.message import Message


def encode(value: Any) -> dict[str, Any]:
    """A case's value as JSON: a message by its bytes, anything else by its repr."""
    if not isinstance(value, Message) and hasattr(value, "to_flyte_idl"):
        value = value.to_flyte_idl()
    if isinstance(value, Message):
        data = base64.b64encode(value.SerializeToString(deterministic=True)).decode()
        return {"kind": "message", "type": value.DESCRIPTOR.full_name, "data": data}
    return {"kind": "value", "repr": repr(value)}


def answer(source: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """What one case gives, its error and its warnings included."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = encode(eval(source, dict(namespace)))  # noqa: S307  # the cases are this repository's own
        except Exception as error:  # noqa: BLE001  # an error is an answer like another
            names = [cls.__name__ for cls in type(error).__mro__]
            result = {"kind": "error", "mro": names, "message": str(error)}
    result["warnings"] = sorted({w.category.__name__ for w in caught})
    return result


def main(library: str, out: str) -> None:
    """Read the cases from stdin, write the answers to `out`."""
    cases: dict[str, str] = json.load(sys.stdin)
    importlib.import_module("sdk").install(library)
    namespace = vars(importlib.import_module("subjects"))
    answers = {}
    # What a case prints is not an answer, and a full pipe would stop the process.
    with contextlib.redirect_stdout(io.StringIO()):
        for name, source in cases.items():
            answers[name] = answer(source, namespace)
    Path(out).write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
