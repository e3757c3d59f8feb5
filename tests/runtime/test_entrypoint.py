"""The container's command, called in this process: what it writes for each way in which a run ends."""

from __future__ import annotations

import itertools
import os
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import fsspec
import pytest
from flyteidl.core import errors_pb2, execution_pb2, literals_pb2, tasks_pb2

from shimnb import FlyteContextManager, FlyteFile, TypeEngine
from shimnb.runtime import main

if TYPE_CHECKING:
    from pathlib import Path

RESOLVER = "shimnb.core.resolver.default_task_template_resolver"
USER, SYSTEM = execution_pb2.ExecutionError.USER, execution_pb2.ExecutionError.SYSTEM
RECOVERABLE, FINAL = errors_pb2.ContainerError.RECOVERABLE, errors_pb2.ContainerError.NON_RECOVERABLE
_names = (f"entrypoint_sample_{number}" for number in itertools.count())


class Engine:
    """What the engine gives to a container, and what it reads when the container has ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.module = next(_names)
        self.template = tasks_pb2.TaskTemplate()
        self.template.id.name = "sample"
        self.inputs: dict[str, object] = {}

    def executor(self, body: str, head: str = "") -> str:
        """Write a module whose executor has `body`, and give the executor's path."""
        source = (
            f"import sys\nfrom shimnb import *\n{textwrap.dedent(head)}\n"
            "class Executor(ShimTaskExecutor):\n"
            "    def execute_from_model(self, tt, **inputs):\n" + textwrap.indent(textwrap.dedent(body), " " * 8)
        )
        (self.folder / f"{self.module}.py").write_text(source, encoding="utf-8")
        return f"{self.module}.Executor"

    def output(self, kind: object, name: str = "o0") -> None:
        """Declare an output."""
        self.template.interface.outputs.variables[name].type.CopyFrom(TypeEngine.to_literal_type(kind))

    def command(self, executor: str, *options: str) -> list[str]:
        """Write the files, and give the command line."""
        for name, value in self.inputs.items():
            self.template.interface.inputs.variables[name].type.CopyFrom(TypeEngine.to_literal_type(type(value)))
        literals = TypeEngine.dict_to_literal_map(
            FlyteContextManager.current_context(), self.inputs, {k: type(v) for k, v in self.inputs.items()}
        )
        files = {"template.pb": self.template, "inputs.pb": literals}
        for name, message in files.items():
            if not (self.folder / name).exists():
                (self.folder / name).write_bytes(message.SerializeToString())
        given = {"inputs": str(self.folder / "inputs.pb"), "output-prefix": str(self.out), "resolver": RESOLVER}
        given["raw-output-data-prefix"] = str(self.folder / "raw")
        known = [
            f"--{name}={value}" for name, value in given.items() if not any(o.startswith(f"--{name}") for o in options)
        ]
        return [*known, *options, "--", str(self.folder / "template.pb"), executor]

    def run(self, body: str, *options: str, head: str = "") -> int:
        """Run an executor that has `body`."""
        return main(self.command(self.executor(body, head), *options))

    @property
    def files(self) -> list[str]:
        """The names of the files in the output prefix, hidden ones too."""
        return sorted(path.name for path in self.out.iterdir()) if self.out.exists() else []

    @property
    def outputs(self) -> literals_pb2.LiteralMap:
        """What outputs.pb holds, which is the only file."""
        assert self.files == ["outputs.pb"]
        found = literals_pb2.LiteralMap()
        found.ParseFromString((self.out / "outputs.pb").read_bytes())
        return found

    @property
    def error(self) -> errors_pb2.ContainerError:
        """What error.pb holds, which is the only file."""
        assert self.files == ["error.pb"]
        return self.read_error("error.pb")

    def read_error(self, name: str) -> errors_pb2.ContainerError:
        """Read an ErrorDocument."""
        found = errors_pb2.ErrorDocument()
        found.ParseFromString((self.out / name).read_bytes())
        return found.error

    def ended(self) -> tuple[str, int, int, str]:
        """Give the code, the kind and the origin of the error, and the last part of its message."""
        error = self.error
        return error.code, error.kind, error.origin, textwrap.dedent(error.message.split("\nMessage:\n\n")[1])


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine with a folder of its own, from which modules are imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("_F_L_MIN_SIZE_MB", "_F_L_MAX_SIZE_MB", "_F_DES", "_F_WN", "FLYTE_FAIL_ON_ERROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path / "secrets"))
    return Engine(tmp_path)


# Outputs


def test_a_run_writes_its_outputs(engine: Engine) -> None:
    """The executor's result is in outputs.pb, and the exit code is 0."""
    engine.inputs = {"a": 4}
    engine.output(int)
    assert engine.run("return inputs['a'] + 1") == 0
    assert engine.outputs.literals["o0"].scalar.primitive.integer == 5


def test_a_task_without_outputs_writes_an_empty_map(engine: Engine) -> None:
    """The engine waits for the file all the same."""
    assert engine.run("return None") == 0
    assert engine.outputs == literals_pb2.LiteralMap()


def test_paths_may_have_a_scheme(engine: Engine) -> None:
    """Inputs, template and outputs are read and written through fsspec."""
    store = fsspec.filesystem("memory")
    engine.inputs = {"a": 4}
    engine.output(int)
    command = engine.command(engine.executor("return inputs['a'] * 2"))
    root = f"memory://{engine.module}"
    for name in ("inputs.pb", "template.pb"):
        store.pipe_file(f"{root}/{name}", (engine.folder / name).read_bytes())
    line = [word.replace(str(engine.folder), root) for word in command]
    assert main(line) == 0
    assert [name.rpartition("/")[2] for name in store.ls(f"{root}/out", detail=False)] == ["outputs.pb"]
    found = literals_pb2.LiteralMap()
    found.ParseFromString(store.cat_file(f"{root}/out/outputs.pb"))
    assert found.literals["o0"].scalar.primitive.integer == 8


def test_a_file_goes_below_the_raw_output_prefix(engine: Engine) -> None:
    """That is where the engine keeps data that is too large for a literal."""
    engine.output(FlyteFile)
    body = "import pathlib, tempfile\nmade = pathlib.Path(tempfile.mkdtemp()) / 'a.txt'\nmade.write_text('x')\nreturn FlyteFile(str(made))"
    assert engine.run(body) == 0
    assert engine.outputs.literals["o0"].scalar.blob.uri.startswith(f"{engine.folder}/raw/")


@pytest.mark.parametrize("placeholder", ["{{.rawOutputDataPrefix}}", '""', ""])
def test_without_a_raw_output_prefix_files_go_beside_the_outputs(engine: Engine, placeholder: str) -> None:
    """An old engine leaves its placeholder as it is; a temporary folder would be gone with the container."""
    engine.output(str)
    assert engine.run("return current_context().raw_output_prefix", f"--raw-output-data-prefix={placeholder}") == 0
    assert engine.outputs.literals["o0"].scalar.primitive.string_value == f"{engine.out}/raw"


def test_the_prefix_may_end_with_a_slash_or_be_a_file_uri(engine: Engine) -> None:
    """Both name the same folder."""
    assert engine.run("return None", f"--output-prefix=file://{engine.out}/") == 0
    assert engine.files == ["outputs.pb"]


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [("return 1/0", "return None", "outputs.pb"), ("return None", "return 1/0", "error.pb")],
)
def test_a_run_replaces_the_end_of_an_earlier_one(engine: Engine, first: str, second: str, left: str) -> None:
    """A folder never holds both outputs and an error."""
    engine.run(first)
    engine.module = next(_names)
    engine.run(second)
    assert engine.files == [left]


# The executor's surroundings


@pytest.mark.parametrize("body", ["return 5", "raise ValueError"])
def test_an_executor_may_change_the_working_directory(engine: Engine, monkeypatch: pytest.MonkeyPatch, body: str) -> None:  # fmt: skip
    """The command's relative paths are those of its start; the module is imported before the inputs are read."""
    monkeypatch.chdir(engine.folder)
    (engine.folder / "away").mkdir()
    engine.output(int)
    options = ("--inputs=inputs.pb", "--output-prefix=out", "--raw-output-data-prefix=raw")
    assert engine.run(f"os.chdir('..')\n{body}", *options, head="import os\nos.chdir('away')") == 0
    assert engine.files == ["outputs.pb" if body == "return 5" else "error.pb"]
    assert list((engine.folder / "away").iterdir()) == []


def test_the_context_is_the_engines(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Execution and task come from the environment, where the long names win; the run is no local one."""
    names = {"_F_PRJ": "p", "_F_DM": "d", "_F_NM": "short", "FLYTE_INTERNAL_EXECUTION_ID": "long"}
    names |= {"_F_TK_PRJ": "tp", "_F_TK_DM": "td", "_F_TK_NM": "tn", "FLYTE_INTERNAL_TASK_VERSION": "tv"}
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    engine.output(list[str])
    body = """
    c = current_context()
    e, t = c.execution_id, c.task_id
    state = FlyteContext.current_context().execution_state
    return [e.project, e.domain, e.name, t.project, t.domain, t.name, t.version, state.mode.name, c.output_metadata_prefix]
    """
    assert engine.run(body) == 0
    found = [item.scalar.primitive.string_value for item in engine.outputs.literals["o0"].collection.literals]
    assert found == ["p", "d", "long", "tp", "td", "tn", "tv", "TASK_EXECUTION", str(engine.out)]


def test_a_checkpoint_goes_where_the_engine_says(engine: Engine) -> None:
    """What an attempt writes is what the next one reads."""
    engine.output(str)
    assert (
        engine.run("current_context().checkpoint.write(b'step 3')\nreturn ''", f"--checkpoint-path={engine.folder}/cp")
        == 0
    )
    engine.module = next(_names)
    body = "return current_context().checkpoint.read().decode()"
    assert engine.run(body, f"--checkpoint-path={engine.folder}/cp2", f"--prev-checkpoint={engine.folder}/cp") == 0
    assert engine.outputs.literals["o0"].scalar.primitive.string_value == "step 3"


def test_modules_beside_the_working_directory_can_be_imported(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A console script's own path does not hold it."""
    command = engine.command(engine.executor("return None"))
    monkeypatch.chdir(engine.folder)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path not in ("", str(engine.folder))])
    assert main(command) == 0
    assert sys.path[-1] == str(engine.folder)


# Errors


def test_a_raising_executor_leaves_an_error(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """The message has the executor's lines, and none of ours; the log has it too; the exit code is 0."""
    before = time.time_ns()
    assert engine.run("raise ValueError('boom')") == 0
    error = engine.error
    line = "raise ValueError('boom')"
    message = f"""Trace:

    Traceback (most recent call last):
      File "{engine.folder}/{engine.module}.py", line 6, in execute_from_model
        {line}
    ValueError: boom

Message:

    ValueError: boom"""
    assert (error.code, error.kind, error.origin, error.message) == ("SYSTEM", RECOVERABLE, SYSTEM, message)
    assert before <= error.timestamp.seconds * 10**9 + error.timestamp.nanos <= time.time_ns()
    assert (error.worker, capsys.readouterr().err) == ("", message + "\n")


@pytest.mark.parametrize(
    ("raised", "ended"),
    [
        ("FlyteRecoverableException('busy')", ("SYSTEM", RECOVERABLE, SYSTEM, "FlyteRecoverableException: busy")),
        ("FlyteNonRecoverableSystemException(OSError('gone'))", ("SYSTEM", FINAL, SYSTEM, "OSError: gone")),
        ("FlyteUserRuntimeException(KeyError('a'))", ("USER:RuntimeError", FINAL, USER, "KeyError: 'a'")),
        ("FlyteUserRuntimeException(FlyteRecoverableException('busy'))", ("USER:Recoverable", RECOVERABLE, USER, "FlyteRecoverableException: busy")),
        ("FlyteUserRuntimeException(Coded('bad query'))", ("42", FINAL, USER, "Coded: bad query")),
        ("Coded('bad query')", ("SYSTEM", RECOVERABLE, SYSTEM, "Coded: bad query")),
    ],
)  # fmt: skip
def test_an_executor_chooses_what_kind_of_error_it_is(engine: Engine, raised: str, ended: tuple[object, ...]) -> None:
    """The exceptions of flytekit say who is at fault, and whether to try again."""
    assert engine.run(f"raise {raised}", head="class Coded(Exception):\n    error_code = 42") == 0
    assert engine.ended() == ended


def test_an_error_has_the_time_that_it_was_given(engine: Engine) -> None:
    """A plugin may know better when it happened."""
    engine.run("raise FlyteRecoverableException('busy', timestamp=1.5)")
    assert (engine.error.timestamp.seconds, engine.error.timestamp.nanos) == (1, 500_000_000)


@pytest.mark.parametrize(
    ("statement", "code", "summary"),
    [
        ("sys.exit(3)", 3, "SystemExit: 3"),
        ("sys.exit()", 0, "SystemExit: "),
        ("sys.exit('no more')", 1, "SystemExit: no more"),
        ("raise KeyboardInterrupt", 1, "KeyboardInterrupt: "),
        ("raise GeneratorExit", 1, "GeneratorExit: "),
    ],
)
def test_what_ends_a_process_leaves_an_error(engine: Engine, statement: str, code: int, summary: str) -> None:
    """A run ends with outputs or an error, never with neither; the exit code is the executor's."""
    assert engine.run(statement) == code
    assert engine.ended() == (
        "SYSTEM",
        RECOVERABLE,
        SYSTEM,
        f"{summary}\nThe process was told to end before there were outputs.",
    )


def test_a_cause_is_in_the_trace(engine: Engine) -> None:
    """Its lines too."""
    engine.run("try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('no a') from e")
    trace = engine.error.message
    assert "KeyError: 'a'\n\n    The above exception was the direct cause of the following exception:" in trace
    assert f"{os.sep}shimnb{os.sep}" not in trace


def test_a_message_that_cannot_be_made_or_encoded_is_no_obstacle(engine: Engine) -> None:
    """An exception's text is a stranger's code, and a path may hold any bytes."""
    for raised in ("RuntimeError", "KeyboardInterrupt"):
        engine.run("raise Odd", head=f"class Odd(Exception):\n    def __str__(self):\n        raise {raised}")
        assert engine.ended()[3] == "Odd: <its text cannot be made>"
        engine.module = next(_names)
    engine.run(r"raise ValueError('\udc80')")
    assert engine.ended()[3] == r"ValueError: \udc80"


@pytest.mark.parametrize(
    "odd",
    [
        "error_code = timestamp = property(lambda self: 1 / 0)",
        "timestamp = float('nan')",
        "timestamp = 1e300",
        "timestamp = -1.5",
        "__notes__ = property(lambda self: 1 / 0)",
    ],
)
@pytest.mark.parametrize("raised", ["Odd('a')", "FlyteUserRuntimeException(Odd('a'))"])
def test_an_exception_that_cannot_be_asked_leaves_an_error(engine: Engine, odd: str, raised: str) -> None:
    """Its text, its code, its time are a stranger's code; the time is then that of the run's end."""
    before = int(time.time())
    assert engine.run(f"raise {raised}", head=f"class Odd(Exception):\n    {odd}") == 0
    assert engine.ended()[3].startswith("Odd: ")
    assert engine.error.timestamp.seconds >= before


def test_an_exception_that_cannot_be_described_leaves_an_error(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run ends with one file or the other, whatever the exception does to those who look at it."""
    monkeypatch.setattr("traceback.TracebackException.format", lambda _: 1 / 0)
    assert engine.run("raise ValueError('a')") == 0
    said = "ValueError: it cannot be described (ZeroDivisionError was raised meanwhile)"
    assert engine.ended() == ("SYSTEM", RECOVERABLE, SYSTEM, said)


def test_a_chain_of_thousands_of_causes_leaves_an_error(engine: Engine) -> None:
    """A loop that raises from what it caught makes one."""
    engine.run(
        """
        last = None
        for n in range(3000):
            error = ValueError(n)
            error.__cause__ = last
            last = error
        raise last
        """
    )
    assert engine.ended() == ("SYSTEM", RECOVERABLE, SYSTEM, "ValueError: 2999")


def test_a_module_that_does_not_compile_shows_its_line_alone(engine: Engine) -> None:
    """The machinery of imports is nothing that its author could mend."""
    engine.run("return None", head="a b c")
    assert engine.error.message.splitlines()[2:6] == [
        f'      File "{engine.folder}/{engine.module}.py", line 3',
        "        a b c",
        "          ^",
        "    SyntaxError: invalid syntax",
    ]


@pytest.mark.parametrize("path", ["..", ".a.Executor", "json."])
def test_a_path_with_a_part_missing_is_no_path(engine: Engine, path: str) -> None:
    """Python would take it for a relative import, or for an attribute without a name."""
    main(engine.command(path))
    said = f"TemplateError: {path}: no path of a module and a class. Give the path by which Python imports the class: package.module.Executor."
    assert engine.ended() == ("USER:RuntimeError", FINAL, USER, said)


@pytest.mark.parametrize("location", ["..", ".a.resolver", "json."])
def test_a_resolvers_location_with_a_part_missing_is_none(engine: Engine, location: str) -> None:
    """As with an executor's path."""
    engine.run("return None", f"--resolver={location}")
    said = f"TemplateError: {location}: no path of a module and a resolver. Give the path by which Python imports it: package.module.resolver."
    assert engine.ended() == ("USER:RuntimeError", FINAL, USER, said)


def test_a_long_message_loses_its_middle(engine: Engine) -> None:
    """An engine reads the whole of it."""
    engine.run("raise ValueError('x' * 10_000_000)")
    assert len(engine.error.message) < 100_100
    assert "characters are left out" in engine.error.message


def test_secrets_and_credentials_are_masked(engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """Neither error.pb nor the log shows them, whatever the executor's message holds."""
    monkeypatch.setenv("_FSEC_DB_PASSWORD", "hunter22")
    (engine.folder / "secrets/db").mkdir(parents=True)
    (engine.folder / "secrets/db/token").write_text("s3cr3t-token\n", encoding="utf-8")
    engine.run("raise ValueError('hunter22 s3cr3t-' + 'token postgres://me:pw@host/db https://h/f?sig=abc')")
    assert engine.ended()[3] == "ValueError: *** *** postgres://***@host/db https://h/f?..."
    logged = capsys.readouterr().err
    assert not any(secret in logged for secret in ("hunter22", "s3cr3t-token", ":pw@", "sig=abc"))


def test_a_secret_is_masked_in_each_form(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of several lines, such as a key; and as repr shows it, which is how a KeyError does."""
    monkeypatch.setenv("_FSEC_DB_KEY", "-----BEGIN\n'abc'\n\"def\"\nEND-----")
    head = "import os\nkey = os.environ['_FSEC_DB_KEY']"
    engine.run("raise ValueError(f'no {key}') from KeyError(key)", head=head)
    assert engine.ended()[3] == "ValueError: no ***"
    assert not any(part in engine.error.message for part in ("BEGIN", "abc", "def", "END"))


def test_workers_of_a_distributed_task_write_an_error_each(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has a name of its own, and the error says whose it is."""
    monkeypatch.setenv("_F_DES", "EARLIEST")
    monkeypatch.setenv("_F_WN", "worker-3")
    engine.run("return 1/0")
    engine.module = next(_names)
    engine.run("return 1/0")
    first, second = engine.files
    assert first.startswith("error-")
    assert len(first) == len("error-.pb") + 32
    assert engine.read_error(first).worker == engine.read_error(second).worker == "worker-3"


@pytest.mark.parametrize(("value", "code"), [("1", 1), ("True", 1), ("0", 0)])
def test_an_error_is_an_exit_code_where_the_engine_asks_for_it(engine: Engine, monkeypatch: pytest.MonkeyPatch, value: str, code: int) -> None:  # fmt: skip
    """The error is written all the same."""
    monkeypatch.setenv("FLYTE_FAIL_ON_ERROR", value)
    assert engine.run("return 1/0") == code
    assert engine.files == ["error.pb"]


# Bad input


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "0 bytes that name no task. Give the file that holds the template."),
        (b"\x0a\xff\xff", "3 bytes that are no TaskTemplate"),
    ],
)
def test_a_file_that_is_no_template_is_the_authors_error(engine: Engine, data: bytes, problem: str) -> None:
    """Cut off, random or empty: trying again would not help."""
    (engine.folder / "template.pb").write_bytes(data)
    engine.run("return None")
    code, kind, origin, summary = engine.ended()
    assert (code, kind, origin) == ("USER:RuntimeError", FINAL, USER)
    assert summary.startswith(f"TemplateError: {engine.folder}/template.pb: {problem}")


def test_a_template_that_is_missing_has_a_code_of_its_own(engine: Engine) -> None:
    """It is flytekit's."""
    command = engine.command(engine.executor("return None"))
    (engine.folder / "template.pb").unlink()
    main(command)
    assert engine.ended()[:3] == ("USER:ValueError", FINAL, USER)


@pytest.mark.parametrize(
    ("path", "summary"),
    [
        ("no_such_module.Executor", "TemplateError: no_such_module.Executor: its module cannot be imported (No module named 'no_such_module'). Give the path by which Python imports the class: package.module.Executor."),
        ("json.Executor", "TemplateError: json.Executor: the module json has no Executor. Give the path by which Python imports the class: package.module.Executor."),
        ("Executor", "TemplateError: Executor: no path of a module and a class. Give the path by which Python imports the class: package.module.Executor."),
    ],
)  # fmt: skip
def test_an_executor_that_is_not_there_is_the_authors_error(engine: Engine, path: str, summary: str) -> None:
    """The message says what was looked for."""
    assert main(engine.command(path)) == 0
    assert engine.ended() == ("USER:RuntimeError", FINAL, USER, summary)


def test_a_module_that_fails_shows_its_line(engine: Engine) -> None:
    """The trace leads to the module, and not through the machinery of imports."""
    engine.run("return None", head="1/0")
    error = engine.error
    assert (error.code, error.kind, error.origin) == ("USER:RuntimeError", FINAL, USER)
    first = error.message.splitlines()[2:5]
    place = f'      File "{engine.folder}/{engine.module}.py", line 3, in <module>'
    assert first == ["    Traceback (most recent call last):", place, "        1/0"]


def test_a_module_that_raises_what_cannot_be_worded_is_the_authors_error(engine: Engine) -> None:
    """As any that cannot be imported."""
    engine.run("return None", head="class Odd(Exception):\n    def __str__(self):\n        1/0\nraise Odd")
    assert engine.ended() == ("USER:RuntimeError", FINAL, USER, "Odd: <its text cannot be made>")


def test_a_module_that_exits_is_the_authors_error(engine: Engine) -> None:
    """As any that cannot be imported, and with its exit code."""
    assert engine.run("return None", head="sys.exit(4)") == 4
    assert engine.ended()[:3] == ("USER:RuntimeError", FINAL, USER)


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("no_such_module.resolver", "the resolver's module cannot be imported (No module named 'no_such_module'). Give the path by which Python imports it: package.module.resolver."),
        ("json.resolver", "the module json has no resolver. Give the path by which Python imports it: package.module.resolver."),
        ("resolver", "no path of a module and a resolver. Give the path by which Python imports it: package.module.resolver."),
        ("json.dumps", "it has no load_task. Name a resolver, such as a TaskTemplateResolver."),
    ],
)  # fmt: skip
def test_a_resolver_that_is_not_there_is_the_authors_error(engine: Engine, location: str, problem: str) -> None:
    """An error all the same, where flytekit writes nothing."""
    assert engine.run("return None", f"--resolver={location}") == 0
    assert engine.ended() == ("USER:RuntimeError", FINAL, USER, f"TemplateError: {location}: {problem}")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x0a\x05\x0a", "InputError: task sample: the file of the inputs has 3 bytes that are no LiteralMap"),
        (b"", "InputError: task sample: a is missing"),
        (b"\x10\x01", "InputError: task sample: a is missing"),
    ],
)
def test_a_file_that_holds_no_inputs_is_an_error(engine: Engine, data: bytes, problem: str) -> None:
    """Cut off; empty; bytes that happen to be a message of something else."""
    engine.inputs = {"a": 4}
    (engine.folder / "inputs.pb").write_bytes(data)
    engine.executor("")
    path = engine.folder / f"{engine.module}.py"
    path.write_text(
        "from shimnb import *\nclass Executor(ShimTaskExecutor):\n    def execute_from_model(self, tt, *, a: int): pass\n"
    )
    main(engine.command(f"{engine.module}.Executor"))
    code, kind, origin, summary = engine.ended()
    assert (code, kind, origin) == ("SYSTEM", RECOVERABLE, SYSTEM)
    assert summary.startswith(problem)


def test_inputs_that_are_missing_are_an_error(engine: Engine) -> None:
    """It names the file, without the credentials of its URI."""
    assert engine.run("return None", "--inputs=memory://me:pw@nowhere/inputs.pb") == 0
    problem = (
        "MissingFileError: memory://***@nowhere/inputs.pb: there is no such file. Give the path of one that is there."
    )
    assert engine.ended() == ("SYSTEM", RECOVERABLE, SYSTEM, problem)


def test_a_literal_of_another_type_is_an_error(engine: Engine) -> None:
    """It names the input and both types."""
    engine.inputs = {"a": "x"}
    command = engine.command(engine.executor("return None"))
    engine.template.interface.inputs.variables["a"].type.CopyFrom(TypeEngine.to_literal_type(int))
    (engine.folder / "template.pb").write_bytes(engine.template.SerializeToString())
    main(command)
    assert engine.ended() == (
        "SYSTEM",
        RECOVERABLE,
        SYSTEM,
        "ConversionError: a: expected int, got a literal with str 'x'",
    )


@pytest.mark.parametrize(
    ("body", "outputs", "summary"),
    [
        ("return (1, 2)", ["o0"], "OutputError: task sample: the executor returned a tuple of 2, and the task has one output, o0. Return the value itself; a sequence of values is a list."),
        ("return 1", ["o0", "o1"], "OutputError: task sample: the executor returned a int, and the task has 2 outputs: o0, o1. Return a tuple with a value for each, in this order, or a NamedTuple with these names."),
        ("return 1", [], "OutputError: task sample: the executor returned a int, and the task has no outputs. Declare the output, or return None."),
        ("return 'x'", ["o0"], "ConversionError: o0: expected int, got str 'x'"),
    ],
)  # fmt: skip
def test_outputs_that_do_not_fit_are_an_error(engine: Engine, body: str, outputs: list[str], summary: str) -> None:
    """One missing, one too many, one of another type."""
    for name in outputs:
        engine.output(int, name)
    engine.run(body)
    assert engine.ended() == ("SYSTEM", RECOVERABLE, SYSTEM, summary)


def test_a_task_of_another_resolver_must_give_literals(engine: Engine) -> None:
    """Anything else could not be written."""
    head = """
    class Task:
        task_template = TaskTemplate.from_bytes(b"\\x0a\\x03\\x22\\x01t")
        def dispatch_execute(self, ctx, inputs):
            return 5
    class resolver:
        load_task = staticmethod(lambda loader_args: Task())
    """
    engine.run("return None", f"--resolver={engine.module}.resolver", head=head)
    assert engine.ended()[3] == "OutputError: task t: it ended with a int. Let it return a LiteralMap."


def test_an_unwritable_prefix_is_said_and_is_an_exit_code(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """There is no place for the error then but the log."""
    engine.out.write_text("a file, where a folder should be")
    assert engine.run("return None") == 1
    said = capsys.readouterr().err.splitlines()
    problem = f"{engine.out}/error.pb: it cannot be written (File exists)"
    assert said[-1] == f"shimnb-execute: no error.pb could be written. {problem}"


def test_nothing_is_left_half_written(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file gets its name when it is complete."""
    command = engine.command(engine.executor("return None"))

    def replace(source: str, target: str) -> None:
        raise PermissionError(13, "Permission denied", target)

    monkeypatch.setattr(os, "replace", replace)
    assert main(command) == 1
    assert engine.files == []


# Offloading


def test_a_large_output_has_a_file_of_its_own(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The literal in outputs.pb says where it is, how large, of which type, and its hash, as flytekit's does."""
    monkeypatch.setenv("_F_L_MIN_SIZE_MB", "2")
    engine.output(str)
    engine.output(int, "o1")
    assert engine.run("return 'x' * 2 * 2**20, 3") == 0
    assert engine.files == ["o0_offloaded_metadata.pb", "outputs.pb"]
    outputs = literals_pb2.LiteralMap()
    outputs.ParseFromString((engine.out / "outputs.pb").read_bytes())
    expected = literals_pb2.LiteralMap()
    expected.literals["o1"].scalar.primitive.integer = 3
    told = expected.literals["o0"]
    told.hash = "LpN5ChBCymVKgi4KagB8rQCaG/vLSddQ92JefBm8K0I="
    told.offloaded_metadata.uri = f"{engine.out}/o0_offloaded_metadata.pb"
    told.offloaded_metadata.size_bytes = 2097167
    told.offloaded_metadata.inferred_type.CopyFrom(TypeEngine.to_literal_type(str))
    assert outputs == expected
    literal = literals_pb2.Literal()
    literal.ParseFromString((engine.out / "o0_offloaded_metadata.pb").read_bytes())
    assert literal.scalar.primitive.string_value == "x" * 2 * 2**20


def test_an_offloaded_output_keeps_its_hash(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that the executor gave it."""
    monkeypatch.setenv("_F_L_MIN_SIZE_MB", "0")
    engine.output(int)
    head = "from flyteidl.core.literals_pb2 import *"
    body = "return LiteralMap(literals={'o0': Literal(hash='mine', scalar=Scalar(primitive=Primitive(integer=1)))})"
    assert engine.run(body, head=head) == 0
    outputs = literals_pb2.LiteralMap()
    outputs.ParseFromString((engine.out / "outputs.pb").read_bytes())
    assert outputs.literals["o0"].hash == "mine"


def test_an_output_that_is_too_large_is_an_error(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how large it is, and leaves no file of it."""
    monkeypatch.setenv("_F_L_MIN_SIZE_MB", "1")
    monkeypatch.setenv("_F_L_MAX_SIZE_MB", "1")
    engine.output(str)
    engine.run("return 'x' * 2**20")
    problem = "the output o0 has 1048588 bytes, and the engine takes less than 1048576. Write it to a file, and return a FlyteFile."
    assert engine.ended() == ("SYSTEM", RECOVERABLE, SYSTEM, f"OutputError: task sample: {problem}")


def test_a_limit_that_is_no_number_is_an_error(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the variable."""
    monkeypatch.setenv("_F_L_MIN_SIZE_MB", "ten")
    engine.run("return None")
    assert (
        engine.ended()[3]
        == "SettingError: _F_L_MIN_SIZE_MB: no size in MiB, got 'ten'. The engine sets it to a whole number."
    )


# Decks


@pytest.mark.parametrize(
    ("last", "end"),
    [("return None", "outputs.pb"), ("raise ValueError('boom')", "error.pb"), ("sys.exit(3)", "error.pb")],
)
def test_a_run_leaves_its_decks(engine: Engine, last: str, end: str) -> None:
    """Beside its outputs, and beside its error too."""
    engine.template.metadata.generates_deck.value = True
    engine.run(f"Deck('mine', '<b>so far</b>')\ncurrent_context().default_deck.append('<i>too</i>')\n{last}")
    assert engine.files == ["deck.html", end]
    page = (engine.out / "deck.html").read_text(encoding="utf-8")
    assert "<b>so far</b>" in page
    assert "<i>too</i>" in page


def test_no_deck_is_left_where_decks_are_off(engine: Engine) -> None:
    """Whatever the executor makes."""
    assert engine.run("Deck('mine', '<b>so far</b>')") == 0
    assert engine.files == ["outputs.pb"]


def test_decks_that_cannot_be_written_are_logged_and_fail_no_run(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    """The outputs matter more."""
    engine.template.metadata.generates_deck.value = True
    (engine.out / "deck.html" / "in_the_way").mkdir(parents=True)
    assert engine.run("Deck('mine', '<b>so far</b>')") == 0
    assert engine.files == ["deck.html", "outputs.pb"]
    problem = f"FileError: {engine.out}/deck.html: it is a folder, and a file is wanted. Use FlyteDirectory, or name a file in it."
    assert capsys.readouterr().err == f"shimnb-execute: the deck cannot be written. {problem}\n"


def test_a_deck_whose_html_raises_fails_no_run(engine: Engine) -> None:
    """Its own tab says so, or the page is left out; the outputs are there."""
    engine.template.metadata.generates_deck.value = True
    head = "class Broken(Deck):\n    @property\n    def html(self):\n        raise RuntimeError('no page')"
    assert engine.run("Broken('mine')", head=head) == 0
    assert "outputs.pb" in engine.files


# A dry run


def test_a_dry_run_does_nothing(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """It finds the resolver, or says that there is none."""
    assert engine.run("return 1/0", "--test") == 0
    assert engine.run("return 1/0", "--test", "--resolver=json.resolver") == 1
    assert engine.files == []
    assert (
        capsys.readouterr().err
        == "shimnb-execute: json.resolver: the module json has no resolver. Give the path by which Python imports it: package.module.resolver.\n"
    )


# Any bytes at all


@pytest.mark.parametrize("name", ["template.pb", "inputs.pb"])
def test_a_run_ends_whatever_its_files_hold(engine: Engine, name: str) -> None:
    """Cut off at any byte, or with any byte changed: one end, and an exit code of 0."""
    engine.inputs = {"a": 4, "b": "text"}
    engine.output(int)
    command = engine.command(engine.executor("return inputs['a']"))
    whole = (engine.folder / name).read_bytes()
    cut = [whole[:length] for length in range(len(whole))]
    changed = [whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] for place in range(len(whole))]
    for data in [*cut, *changed, b"\xff" * 50, b"\0" * 50, b"{}", b"PK\x03\x04"]:
        (engine.folder / name).write_bytes(data)
        assert main(command) == 0
        (end,) = engine.files
        if end == "error.pb":
            assert "shimnb/runtime/" not in engine.error.message.replace(os.sep, "/")
    (engine.folder / name).write_bytes(whole)
    assert main(command) == 0
    assert engine.files == ["outputs.pb"]


def test_an_object_is_put_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store has no names to write to first."""
    puts = []
    kind = type(fsspec.filesystem("memory"))
    put = kind.put_file
    monkeypatch.setattr(
        kind, "put_file", lambda fs, source, target, **o: puts.append(target) or put(fs, source, target, **o)
    )
    assert engine.run("return None", f"--output-prefix=memory://{engine.module}/out") == 0
    assert puts == [f"/{engine.module}/out/outputs.pb"]
