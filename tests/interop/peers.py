"""The two processes, and the answers that they give."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flyteidl.admin import description_entity_pb2
from flyteidl.core import interface_pb2, literals_pb2, security_pb2, tasks_pb2, types_pb2, workflow_pb2
from google.protobuf import message_factory

from .cases import everything
from .difference import difference

if TYPE_CHECKING:
    from google.protobuf.message import Message

_PROCESS = Path(__file__).parent / "process"
_TIMEOUT = 120
_FILES = (description_entity_pb2, interface_pb2, literals_pb2, security_pb2, tasks_pb2, types_pb2, workflow_pb2)
_POOL = _FILES[0].DESCRIPTOR.pool


@dataclass(frozen=True)
class Answer:
    """What one library gave for one case.

    Parameters
    ----------
    data : dict
        What `process/run.py` wrote for the case.
    """

    data: dict[str, Any]

    @property
    def message(self) -> Message:
        """The message, decoded; anything else fails the test with what was given."""
        assert self.data["kind"] == "message", self.data
        cls = message_factory.GetMessageClass(_POOL.FindMessageTypeByName(self.data["type"]))
        return cls.FromString(base64.b64decode(self.data["data"]))

    @property
    def value(self) -> str:
        """The value's repr."""
        assert self.data["kind"] == "value", self.data
        return self.data["repr"]

    @property
    def error(self) -> str:
        """The error, as ``Class: message``."""
        assert self.data["kind"] == "error", self.data
        return f"{self.data['mro'][0]}: {self.data['message']}"

    @property
    def error_classes(self) -> list[str]:
        """The names of the error's class and its bases."""
        assert self.data["kind"] == "error", self.data
        return self.data["mro"]


class Peers:
    """Both libraries' answers to every case."""

    def __init__(self, shimnb: dict[str, Any], flytekit: dict[str, Any]) -> None:
        self._answers = {"shimnb": shimnb, "flytekit": flytekit}

    def ours(self, case: str) -> Answer:
        """Give our answer to `case`."""
        return Answer(self._answers["shimnb"][case])

    def theirs(self, case: str) -> Answer:
        """Give flytekit's answer to `case`."""
        return Answer(self._answers["flytekit"][case])

    def same(self, case: str) -> None:
        """Fail unless both gave the same value or the same message."""
        ours, theirs = self.ours(case), self.theirs(case)
        if theirs.data["kind"] == "message":
            lines = difference(ours.message, theirs.message)
            assert not lines, "\n".join([case, *lines])
        else:
            assert ours.value == theirs.value


def ask(folder: Path) -> Peers:
    """Give every case to both libraries, each in a process of its own, at the same time.

    Parameters
    ----------
    folder : pathlib.Path
        Where the answers are written.
    """
    cases = json.dumps(everything())
    # The first keeps flytekit from drawing its tracebacks, the second its log out of the tests' output.
    environment = {**os.environ, "FLYTE_SDK_RICH_TRACEBACKS": "0", "FLYTE_SDK_LOGGING_LEVEL": "50"}
    running = {}
    for library in ("shimnb", "flytekit"):
        command = [sys.executable, str(_PROCESS / "run.py"), library, str(folder / f"{library}.json")]
        running[library] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=folder
        )
        assert running[library].stdin is not None
        running[library].stdin.write(cases)
        running[library].stdin.close()
        running[library].stdin = None
    answers = {}
    for library, process in running.items():
        _, errors = process.communicate(timeout=_TIMEOUT)
        assert process.returncode == 0, f"{library}:\n{errors}"
        answers[library] = json.loads((folder / f"{library}.json").read_text(encoding="utf-8"))
    return Peers(**answers)
