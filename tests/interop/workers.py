"""A process for each library that stays, and evaluates one drawn case after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .peers import Answer

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

_WORKER = Path(__file__).parent / "process" / "worker.py"
_LIBRARIES = ("shimnb", "flytekit")
_KEPT = 2000


class Workers:
    """Both libraries, asked the same at the same time.

    Parameters
    ----------
    folder : pathlib.Path
        Where the processes run, and where their logs are.
    """

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "FLYTE_SDK_RICH_TRACEBACKS": "0", "FLYTE_SDK_LOGGING_LEVEL": "50"}
        self._folder = folder
        self._running: dict[str, subprocess.Popen[str]] = {}
        for library in _LIBRARIES:
            with self._log(library).open("w", encoding="utf-8") as log:
                self._running[library] = subprocess.Popen(
                    [sys.executable, str(_WORKER), library],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                    env=environment,
                    cwd=folder,
                )

    def _log(self, library: str) -> Path:
        return self._folder / f"{library}.log"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            process.wait(timeout=20)

    def ask(self, source: str, questions: dict[str, str]) -> tuple[dict[str, Answer], dict[str, Answer]]:
        """Give shimnb's and flytekit's answers, by question.

        Parameters
        ----------
        source : str
            A module of definitions.
        questions : dict of str to str
            Expressions over its names, by the name under which a later one may use the result.
        """
        line = json.dumps({"source": source, "questions": questions}) + "\n"
        for process in self._running.values():
            assert process.stdin is not None
            process.stdin.write(line)
            process.stdin.flush()
        ours, theirs = (self._answer(library) for library in _LIBRARIES)
        return ours, theirs

    def _answer(self, library: str) -> dict[str, Answer]:
        process = self._running[library]
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"{library}'s process ended:\n{self._log(library).read_text(encoding='utf-8')[-_KEPT:]}"
        found: dict[str, Any] = json.loads(line)
        return {question: Answer(data) for question, data in found.items()}
