"""A plugin's task runs on the same files under flytekit's entrypoint and under shimnb's: the outputs are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cases import executing
from .difference import difference

if TYPE_CHECKING:
    from .executions import Execution, Executions

FILES = ("run: a file that is made", "run: a folder that is made", "run: a dataset that is made")
COPIED = "FlyteFile"
CHECKPOINTS = ("run: first checkpoint", "run: first checkpoint, quoted", "run: next checkpoint")


def assert_same_outputs(ours: Execution, theirs: Execution) -> None:
    """Fail with the fields that differ, unless both runs succeeded with the same outputs and nothing else."""
    lines = difference(ours.outputs, theirs.outputs)
    assert not lines, "\n".join([*lines, ours.printed])
    assert (ours.code, ours.files) == (theirs.code, theirs.files) == (0, ["outputs.pb"])


@pytest.mark.parametrize("name", executing.SUCCESSES)
def test_outputs_are_flytekits(executions: Executions, name: str) -> None:
    """The same inputs and the same template give the same outputs, message for message."""
    assert_same_outputs(executions.ours(name), executions.theirs(name))


@pytest.mark.parametrize("name", executing.SUCCESSES)
def test_template_of_shimnb_runs_under_flytekit(executions: Executions, name: str) -> None:
    """The peer's resolver loads the template that shimnb serialized; the run gives what flytekit's own template gives."""
    assert_same_outputs(executions.theirs(name, made_by="shimnb"), executions.theirs(name))


@pytest.mark.parametrize("name", executing.SUCCESSES)
def test_template_of_shimnb_runs_under_shimnb(executions: Executions, name: str) -> None:
    """So does shimnb's resolver with it: the four ways from a task to its outputs end in the same place."""
    assert_same_outputs(executions.ours(name, made_by="shimnb"), executions.theirs(name))


@pytest.mark.parametrize("name", [name for name in executing.ECHOED if name != COPIED])
def test_what_goes_through_is_unchanged(executions: Executions, name: str) -> None:
    """An executor that gives back its input gives back the same literal; a file alone is copied."""
    run = executions.ours(f"echoed: {name}")
    assert run.literal == run.inputs.literals["a"]


@pytest.mark.parametrize("name", FILES)
def test_files_are_flytekits(executions: Executions, name: str) -> None:
    """What an executor makes is written below the raw output prefix, with the same names and the same bytes."""
    assert executions.theirs(name).raw
    assert executions.ours(name).raw == executions.theirs(name).raw


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_checkpoint_is_flytekits(executions: Executions, name: str) -> None:
    """What an executor leaves for the next attempt is written to the same place."""
    ours, theirs = (_below(run, "checkpoint") for run in (executions.ours(name), executions.theirs(name)))
    assert theirs
    assert ours == theirs


def _below(run: Execution, folder: str) -> dict[str, bytes]:
    root = run.folder / folder
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_test_run_does_nothing(executions: Executions) -> None:
    """With ``--test`` neither runs the executor, nor writes anything."""
    ours, theirs = executions.ours("run: --test"), executions.theirs("run: --test")
    assert (ours.code, ours.files) == (theirs.code, theirs.files) == (0, [])


@pytest.mark.parametrize(
    ("name", "shown"),
    {
        "seen: list of dataclasses": "{'a': [fields {'x': 1, 'y': 0.5}, fields {'x': 2, 'y': 0.5}]}",
        "seen: the largest int": "{'a': 9223372036854775807}",
        "seen: Enum": "{'a': choice green green}",
        "seen: FlyteFile": "{'a': file csv a.csv}",
        "run: a default of the signature": "5",
        "run: offloaded inputs": "{'a': 3, 'b': [fields {'x': 1, 'y': 0.5}]}",
        "run: context by the short names": (
            '{"date": ["UTC", 0], "execution": ["ep", "ed", "en"], "here": true, "output prefix": "out", '
            '"raw output prefix": "raw", "task": ["tp", "td", "long", "tv"], "working directory": [true, []]}'
        ),
        "run: secrets": '["sample", "of lower case", "sample of a file", "ValueError"]',
        "run: first checkpoint": "None [False, False]",
        "run: next checkpoint": "b'sample of a file' [True, True]",
    }.items(),
)
def test_executor_sees(executions: Executions, name: str, shown: str) -> None:
    """What the cases above compare is not two empty answers."""
    assert executions.ours(name).literal.scalar.primitive.string_value == shown


@pytest.mark.parametrize("library", ["shimnb", "flytekit"])
def test_console_script_gives_the_same_outputs(executions: Executions, library: str) -> None:
    """The command of the container's template does what its function does."""
    name = "run: several inputs"
    assert_same_outputs(executions.by_script(library, name), executions.theirs(name))
