"""Where a run of shimnb's ends otherwise than flytekit's, it does so on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flyteidl.core import errors_pb2, execution_pb2, literals_pb2

from .cases import executing

if TYPE_CHECKING:
    from .executions import Execution, Executions

# The system's error, which may be tried again: what a shim task's run ends with, when it fails.
_SYSTEM = (
    ["error.pb"],
    "SYSTEM",
    errors_pb2.ContainerError.RECOVERABLE,
    execution_pb2.ExecutionError.SYSTEM,
    "",
)
_USER = (
    ["error.pb"],
    "USER:RuntimeError",
    errors_pb2.ContainerError.NON_RECOVERABLE,
    execution_pb2.ExecutionError.USER,
    "",
)
COPIED = "list of files"


def both(executions: Executions, name: str) -> tuple[Execution, Execution]:
    """Give both runs of a difference."""
    return executions.ours(f"different: {name}"), executions.theirs(f"different: {name}")


def message(run: Execution) -> str:
    """Give what an error says, without its traceback."""
    return run.error.message.partition("\nMessage:\n\n    ")[2].replace("\n    ", "\n")


def text(run: Execution) -> str:
    """Give an output of str."""
    return run.literal.scalar.primitive.string_value


# Taken


@pytest.mark.parametrize("name", executing.LISTED)
def test_containers_are_outputs(executions: Executions, name: str) -> None:
    """The peer converts an output by its class, and a list's class has no items; the template has its type."""
    ours, theirs = both(executions, name)
    assert theirs.ending == (0, *_SYSTEM)
    assert message(theirs) == "AssertionError: failed to convert return value for var o0"
    assert (ours.code, ours.files) == (0, ["outputs.pb"])
    if name != COPIED:
        assert ours.literal == ours.inputs.literals["a"]


def test_files_of_a_list_are_copied(executions: Executions) -> None:
    """As those that are outputs by themselves are, by both."""
    ours = executions.ours("different: list of files").outputs.literals["o0"].collection.literals
    alone = executions.theirs("echoed: FlyteFile").outputs.literals["o0"]
    assert [item.scalar.blob.uri for item in ours] == [alone.scalar.blob.uri] == ["FOLDER/raw/RANDOM/a.csv"]


@pytest.mark.parametrize("name", executing.UNIONS)
def test_union_stays_a_union(executions: Executions, name: str) -> None:
    """The peer leaves the union out, and with it which of the types the value has."""
    ours, theirs = both(executions, name)
    inputs = ours.inputs.literals["a"]
    assert ours.literal == inputs
    assert literals_pb2.LiteralMap(literals={"o0": theirs.outputs.literals["o0"]}) != ours.outputs
    assert theirs.literal.WhichOneof("value") == "scalar"
    assert theirs.literal.scalar.WhichOneof("value") == inputs.scalar.union.value.scalar.WhichOneof("value")


def test_items_of_a_guessed_dataclass_are_dataclasses(executions: Executions) -> None:
    """The peer's guess of a dataclass with a list of dataclasses has dicts in it."""
    ours, theirs = both(executions, "nested dataclass")
    assert "'path': [fields {'x': 2, 'y': 0.5}]" in text(ours)
    assert "'path': [{'x': 2, 'y': 0.5}]" in text(theirs)


def test_dataclass_of_a_file_is_read(executions: Executions) -> None:
    """The peer's guess of a dataclass with a file in it cannot be read where flytekit is not asked for a file first."""
    ours, theirs = both(executions, "a dataclass of a file")
    assert text(ours) == "{'a': fields {'cover': file  a.csv, 'title': 't'}}"
    assert theirs.ending == (0, *_SYSTEM)


@pytest.mark.parametrize(
    ("name", "function"),
    [("an offloaded str", "large"), ("an offloaded list", "listed"), ("an offloaded dict", "mapped")],
)
def test_output_is_offloaded_as_a_function_tasks_is(executions: Executions, name: str, function: str) -> None:
    """The peer fails to offload what a shim task gives; what its function task leaves of the same value is equal."""
    ours, theirs = both(executions, name)
    assert theirs.ending == (0, *_SYSTEM)
    expected = executions.function(function)
    assert (ours.code, ours.files) == (expected.code, expected.files)
    assert ours.files == ["o0_offloaded_metadata.pb", "outputs.pb"]
    assert ours.outputs == expected.outputs
    literals = [literals_pb2.Literal.FromString(run.read("o0_offloaded_metadata.pb")) for run in (ours, expected)]
    assert literals[0] == literals[1]
    metadata = ours.literal.offloaded_metadata
    assert metadata.uri == str(ours.folder / "out" / "o0_offloaded_metadata.pb")
    assert metadata.size_bytes == literals[0].ByteSize()


def test_console_script_offloads(executions: Executions) -> None:
    """The command of the container's template offloads as its function does."""
    run = executions.by_script("shimnb", "different: an offloaded str")
    assert run.outputs == executions.function("large").outputs
    assert executions.by_script("flytekit", "different: an offloaded str").ending == (0, *_SYSTEM)


def test_deck_is_written(executions: Executions) -> None:
    """The peer writes no deck of a shim task, whatever its template says; of a function task it does, and there."""
    ours, theirs = both(executions, "a deck")
    assert theirs.files == ["outputs.pb"]
    assert ours.files == executions.function("deck").files == ["deck.html", "outputs.pb"]
    assert ours.outputs == theirs.outputs
    assert text(ours) == '["mine"]'
    page = ours.read("deck.html").decode()
    assert "mine" in page
    assert "a deck" in page


def test_raw_output_prefix_may_be_left_out(executions: Executions) -> None:
    """The peer ends without a file when the engine did not fill it in."""
    ours, theirs = both(executions, "no raw output prefix")
    assert (theirs.code, theirs.files) == (1, [])
    assert (ours.code, ours.files) == (0, ["outputs.pb", "raw/RANDOM/made.txt"])
    assert Path(ours.literal.scalar.blob.uri).read_text(encoding="utf-8") == "made"


def test_outputs_keep_their_order(executions: Executions) -> None:
    """The peer gives the values the names in the order of a protobuf map, which is any; numbered names have their own."""
    ours, theirs = (run.outputs.literals for run in both(executions, "six outputs"))
    assert {name: literal.scalar.primitive.integer for name, literal in ours.items()} == {f"o{n}": n for n in range(6)}
    assert sorted(literal.scalar.primitive.integer for literal in theirs.values()) == list(range(6))
    assert ours != theirs


# Refused

REFUSED = {
    "a str output for an int": "ConversionError: o0: expected int, got str 'x'",
    "None for an int": "ConversionError: o0: expected int, got None",
    "one value for two outputs": "OutputError: task acme.run: the executor returned 1 values, and the task has 2 outputs: "
    "o0, o1. Return a value for each.",
    "two outputs by their places": "OutputError: task acme.run: the executor returned a plain tuple, and the template "
    "keeps no order of the outputs x, y. Return a NamedTuple with these names.",
    "a value without an output": "OutputError: task acme.run: the executor returned a str, and the task has no outputs. "
    "Declare the output, or return None.",
    "a missing input that nothing asks for": "InputError: task acme.run: a is missing, and acme.Seen has no default for it. "
    "Give a literal for each input of the template.",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_the_interface_is_refused(executions: Executions, name: str) -> None:
    """The peer lets it through, to whatever reads it next."""
    ours, theirs = both(executions, name)
    assert (theirs.code, theirs.files) == (0, ["outputs.pb"])
    assert ours.ending == (0, *_SYSTEM)
    assert message(ours) == REFUSED[name]


def test_empty_file_is_no_template(executions: Executions) -> None:
    """The peer runs an executor on a template of no bytes."""
    ours, theirs = both(executions, "no bytes of a template")
    assert (theirs.code, theirs.files, theirs.read("outputs.pb")) == (0, ["outputs.pb"], b"")
    assert ours.ending == (0, *_USER)
    assert message(ours) == (
        f"TemplateError: {ours.folder}/in/template.pb: 0 bytes that name no task. Give the file that holds the template."
    )


@pytest.mark.parametrize(("name", "path"), [("no executor", "Stranger"), ("no execute_from_model", "Unwritten")])
def test_class_that_cannot_execute_is_its_authors_error(executions: Executions, name: str, path: str) -> None:
    """The peer learns of it from the run, and has the engine try again; shimnb when it loads the task."""
    ours, theirs = both(executions, name)
    assert theirs.ending == (0, *_SYSTEM)
    assert ours.ending == (0, *_USER)
    assert message(ours) == (
        f"ExecutorError: executor acme.{path}: it has no execute_from_model. "
        "Write: def execute_from_model(self, tt, *, ...) -> ...:"
    )


# Told


@pytest.mark.parametrize(
    ("name", "their_code", "our_code", "said"),
    [
        ("exit", 3, 3, "SystemExit: 3\nThe process was told to end before there were outputs."),
        ("interrupt", 1, 1, "KeyboardInterrupt: \nThe process was told to end before there were outputs."),
        ("SIGTERM", -15, 143, "Terminated: the run was terminated by SIGTERM before there were outputs."),
        (
            "an int past 64 bits",
            1,
            0,
            (
                "ConversionError: o0: int 1180591620717411303424 does not fit in 64 bits. "
                "Pass it as a str or a float; Flyte's integers have 64 bits."
            ),
        ),
    ],
)
def test_every_end_is_written(executions: Executions, name: str, their_code: int, our_code: int, said: str) -> None:
    """The peer ends without a file, so that the engine knows nothing but the exit code."""
    ours, theirs = both(executions, name)
    assert (theirs.code, theirs.files) == (their_code, [])
    assert ours.ending == (our_code, *_SYSTEM)
    assert message(ours) == said
