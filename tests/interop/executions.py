"""Runs of a plugin's tasks by both libraries' entrypoints, on the same files, and what they leave."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack
from flyteidl.core import errors_pb2, literals_pb2

from .cases import executing

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from .cases.executing import Case

_PROCESS = Path(__file__).parent / "process"
_TIMEOUT = 120
_RANDOM = re.compile(r"[0-9a-f]{32}")
_SPOILED = {"empty": b"", "random": b"\xff\xfe\x00 random \x80" * 7}
LIBRARIES = ("shimnb", "flytekit")
SCRIPTS = {"shimnb": "shimnb-execute", "flytekit": "pyflyte-execute"}
RESOLVERS = {
    "shimnb": "shimnb.core.resolver.default_task_template_resolver",
    "flytekit": "flytekit.core.python_customized_container_task.default_task_template_resolver",
}


@dataclass(frozen=True)
class Execution:
    """What a run left.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder: `in`, `out`, `raw`, and what was printed.
    code : int
        The exit code; negative for a signal.
    """

    folder: Path
    code: int

    def read(self, name: str) -> bytes:
        """Read a file that the run wrote."""
        return (self.folder / "out" / name).read_bytes()

    @property
    def printed(self) -> str:
        """What the run printed."""
        return "".join((self.folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))

    @property
    def files(self) -> list[str]:
        """The files of the output prefix, what is random in their names left out."""
        out = self.folder / "out"
        return sorted(_RANDOM.sub("RANDOM", str(path.relative_to(out))) for path in out.rglob("*") if path.is_file())

    @property
    def literal(self) -> literals_pb2.Literal:
        """The one output, as it was written."""
        return literals_pb2.LiteralMap.FromString(self.read("outputs.pb")).literals["o0"]

    @property
    def inputs(self) -> literals_pb2.LiteralMap:
        """The inputs that the run was given."""
        return literals_pb2.LiteralMap.FromString((self.folder / "in" / "inputs.pb").read_bytes())

    @property
    def outputs(self) -> literals_pb2.LiteralMap:
        """The outputs; a URI below the run's folder without what is random in it.

        A class that flytekit guesses has its fields in any order, and so has its msgpack: keys are sorted.
        """
        assert "outputs.pb" in self.files, [self.files, self.code, self.printed]
        found = literals_pb2.LiteralMap.FromString(self.read("outputs.pb"))
        self._place(found)
        return found

    def _place(self, message: Message) -> None:
        for descriptor, value in message.ListFields():
            if descriptor.name == "uri":
                message.uri = _RANDOM.sub("RANDOM", value.replace(str(self.folder), "FOLDER"))
            elif descriptor.name == "binary":
                value.value = msgpack.packb(_sorted(msgpack.unpackb(value.value)))
            elif descriptor.name == "literals":
                for item in value.values() if hasattr(value, "values") else value:
                    self._place(item)
            elif descriptor.message_type is not None and hasattr(value, "ListFields"):
                self._place(value)

    @property
    def raw(self) -> dict[str, bytes]:
        """The files below the raw output prefix, by their names without what is random."""
        raw = self.folder / "raw"
        files = [path for path in raw.rglob("*") if path.is_file()]
        return {_RANDOM.sub("RANDOM", str(path.relative_to(raw))): path.read_bytes() for path in files}

    @property
    def error(self) -> errors_pb2.ContainerError:
        """The error of the one error document."""
        found = list((self.folder / "out").glob("error*.pb"))
        assert len(found) == 1, [self.files, self.code, self.printed]
        return errors_pb2.ErrorDocument.FromString(found[0].read_bytes()).error

    @property
    def ending(self) -> tuple[Any, ...]:
        """How a failed run ended: exit code, files, and the error without its time and its message."""
        error = self.error
        return self.code, self.files, error.code, error.kind, error.origin, error.worker


class Executions:
    """Every run of `cases/executing.py`, by both libraries.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files are made and the runs write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cases = executing.everything()
        self._codes: dict[str, int] = {}
        self._write()
        workers = {library: self._worker(library) for library in LIBRARIES}
        tasks = {name: asdict(case) for name, case in self._numbered().items()}
        for library in LIBRARIES:
            into = str(folder / "made" / library)
            _order(workers[library], {"do": "make", "tasks": tasks, "into": into, "data": str(folder / "data")})
        for library in LIBRARIES:
            assert _answer(workers[library]) == 0, self._log(library, "made")
        for library in LIBRARIES:
            runs = {}
            for maker in LIBRARIES:
                # The runs of shimnb's own files are those that succeed.
                for name in self._cases if maker == "flytekit" else executing.SUCCESSES:
                    at = self._at(library, maker, name)
                    runs[str(at)] = {"folder": str(at), **self._prepare(library, maker, name, at)}
            if library == "flytekit":
                runs.update(map(self._function, executing.FUNCTIONS))
            _order(workers[library], {"do": "run", "runs": runs})
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            scripts = [(library, name) for name in executing.CONSOLE for library in reversed(LIBRARIES)]
            self._codes.update(pool.map(lambda script: self._script(*script), scripts))
        for library in LIBRARIES:
            self._codes.update(_answer(workers[library]))
            workers[library].communicate(timeout=_TIMEOUT)

    def ours(self, name: str, made_by: str = "flytekit") -> Execution:
        """Give what shimnb's entrypoint left."""
        return self._execution("shimnb", made_by, name)

    def theirs(self, name: str, made_by: str = "flytekit") -> Execution:
        """Give what flytekit's entrypoint left."""
        return self._execution("flytekit", made_by, name)

    def by_script(self, library: str, name: str) -> Execution:
        """Give what a console script left, on flytekit's files."""
        return self._execution(library, "script", name)

    def function(self, name: str) -> Execution:
        """Give what flytekit's entrypoint left of a function task, of `process/functions.py`."""
        at = self._folder / "runs" / "functions" / name
        return Execution(at, self._codes[str(at)])

    def _execution(self, library: str, maker: str, name: str) -> Execution:
        at = self._at(library, maker, name)
        return Execution(at, self._codes[str(at)])

    def _numbered(self) -> dict[str, Case]:
        return {str(number): case for number, case in enumerate(self._cases.values())}

    def _at(self, library: str, maker: str, name: str) -> Path:
        return self._folder / "runs" / library / maker / str(list(self._cases).index(name))

    def _log(self, library: str, kind: str) -> str:
        return (self._folder / kind / library / "stderr").read_text(encoding="utf-8")

    def _write(self) -> None:
        """Write the plugin for each library, and the files that its inputs name."""
        source = (_PROCESS / "plugin.py").read_text(encoding="utf-8")
        texts = {
            "flytekit": source,
            "shimnb": re.sub(r"(?m)^from flytekit[\w.]* import ", "from shimnb import ", source),
        }
        for library, text in texts.items():
            (self._folder / "plugin" / library).mkdir(parents=True)
            (self._folder / "plugin" / library / "acme.py").write_text(text, encoding="utf-8")
        shutil.copy(_PROCESS / "functions.py", self._folder / "plugin" / "flytekit")
        (self._folder / "data" / "d").mkdir(parents=True)
        for name in ("a.csv", "d/one", "d/two"):
            (self._folder / "data" / name).write_text(name)

    def _environment(self, library: str) -> dict[str, str]:
        # The first keeps flytekit from drawing its tracebacks, the second its log out of what a run prints.
        quiet = {"FLYTE_SDK_RICH_TRACEBACKS": "0", "FLYTE_SDK_LOGGING_LEVEL": "50"}
        temporary = self._folder / "tmp" / library
        temporary.mkdir(parents=True, exist_ok=True)
        plugin = self._folder / "plugin" / library
        return {**os.environ, **quiet, "PYTHONPATH": str(plugin), "TMPDIR": str(temporary)}

    def _worker(self, library: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(_PROCESS / "executing.py"), library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=self._environment(library),
            cwd=self._folder,
        )

    def _prepare(self, library: str, maker: str, name: str, at: Path) -> dict[str, Any]:
        """Put a run's files into its folder; give its arguments and its variables."""
        case = self._cases[name]
        made = self._folder / "made" / ("flytekit" if maker == "script" else maker) / str(list(self._cases).index(name))
        given = at / "in"
        given.mkdir(parents=True)
        for file, state in (("inputs.pb", case.inputs_file), ("template.pb", case.template_file)):
            data = (made / file).read_bytes()
            if state == "offloaded":
                data = _offload(literals_pb2.LiteralMap.FromString(data), given)
            if state != "missing":
                (given / file).write_bytes(data[: len(data) // 2 + 1] if state == "cut" else _SPOILED.get(state, data))
        for file in ("secrets/db/of_file", "previous/checkpoint"):
            (at / file).parent.mkdir(parents=True, exist_ok=True)
            (at / file).write_text("sample of a file", encoding="utf-8")
        arguments = [
            *("--inputs", str(given / "inputs.pb")),
            *("--output-prefix", str(at / "out")),
            *("--raw-output-data-prefix", str(at / "raw")),
            *(argument.replace("FOLDER", str(at)) for argument in case.arguments),
            *("--resolver", RESOLVERS[library]),
            *("--", str(given / "template.pb"), case.path or f"acme.{case.executor}"),
        ]
        variables = {key: value.replace("FOLDER", str(at)) for key, value in case.environment.items()}
        return {"arguments": arguments, "environment": variables}

    def _function(self, name: str) -> tuple[str, dict[str, Any]]:
        at = self._folder / "runs" / "functions" / name
        (at / "in").mkdir(parents=True)
        (at / "in" / "inputs.pb").write_bytes(b"")
        arguments = [
            *("--inputs", str(at / "in" / "inputs.pb")),
            *("--output-prefix", str(at / "out")),
            *("--raw-output-data-prefix", str(at / "raw")),
            *("--resolver", "flytekit.core.python_auto_container.default_task_resolver"),
            *("--", "task-module", "functions", "task-name", name),
        ]
        return str(at), {"folder": str(at), "arguments": arguments, "environment": executing.FUNCTIONS[name]}

    def _script(self, library: str, name: str) -> tuple[str, int]:
        """Run a case through the library's console script."""
        at = self._at(library, "script", name)
        run = self._prepare(library, "script", name, at)
        return str(at), self._start(library, at, run["arguments"], run["environment"])

    def _start(self, library: str, at: Path, arguments: list[str], variables: dict[str, str]) -> int:
        script = Path(sys.executable).with_name(SCRIPTS[library])
        with (at / "stdout").open("w") as out, (at / "stderr").open("w") as errors:
            done = subprocess.run(
                [script, *arguments],
                stdout=out,
                stderr=errors,
                env={**self._environment(library), **variables},
                cwd=at,
                timeout=_TIMEOUT,
                check=False,
            )
        return done.returncode


def _offload(inputs: literals_pb2.LiteralMap, folder: Path) -> bytes:
    """Write each literal to a file of its own; give the map that refers to them."""
    found = literals_pb2.LiteralMap()
    for name, literal in inputs.literals.items():
        (folder / f"{name}.pb").write_bytes(literal.SerializeToString())
        found.literals[name].offloaded_metadata.uri = str(folder / f"{name}.pb")
    return found.SerializeToString()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _order(worker: subprocess.Popen[str], order: dict[str, Any]) -> None:
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(order) + "\n")
    worker.stdin.flush()


def _answer(worker: subprocess.Popen[str]) -> Any:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    assert line, "the worker ended; its log is above"
    return json.loads(line)
