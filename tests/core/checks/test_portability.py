from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from shimnb import Finding, FlyteDirectory, FlyteFile, Interface, Secret, checks

HEAD = "from shimnb import ShimTaskExecutor\n"


@dataclass
class Row:
    names: list[str]


def notes(task) -> list[Finding]:
    """List what is said of flytekit."""
    return [each for each in checks(task) if "flytekit" in each.sentence]


@pytest.mark.parametrize("python_type", [list[str], dict[str, int], list[list[int]]])
def test_an_output_of_many_values_is_a_note(make, python_type: Any):
    """Flytekit's container fails with it."""
    assert notes(make(interface=Interface(outputs={"o0": python_type}))) == [
        Finding(
            "note",
            "outputs.o0",
            "Under flytekit 1.16.31 a run fails with such an output: it converts a value by type(value), and a "
            "list or a dict has no type of its items.",
            "There, return a dataclass that holds it.",
        )
    ]


def test_an_output_of_a_union_is_a_note(make):
    """Flytekit's container writes the value's own literal."""
    assert notes(make(interface=Interface(outputs={"o0": int | None}))) == [
        Finding(
            "note",
            "outputs.o0",
            "Under flytekit 1.16.31 the literal of such an output is the value's own, and no union as the interface "
            "says.",
            "There, return a dataclass that holds it.",
        )
    ]


@pytest.mark.parametrize("python_type", [FlyteFile, FlyteDirectory])
def test_an_output_of_a_file_is_a_note(make, python_type: Any):
    """Flytekit's container sends no path that is a str."""
    assert notes(make(interface=Interface(outputs={"o0": python_type}))) == [
        Finding(
            "note",
            "outputs.o0",
            "Under flytekit 1.16.31 a path returned as a str becomes a string, and no file is sent.",
            "Return FlyteFile(path) or FlyteDirectory(path).",
        )
    ]


def test_several_outputs_are_a_note(make):
    """Flytekit's container gives them each other's names."""
    assert notes(make(interface=Interface(outputs={"o0": int, "o1": str}))) == [
        Finding(
            "note",
            "outputs",
            "Under flytekit 1.16.31 the container gives a tuple's values to the outputs in the order of a protobuf map, "
            "so that they change places; a dict of outputs fails with KeyError: 0.",
            "There, return one dataclass with a field for each.",
        )
    ]


@pytest.mark.parametrize("python_type", [int, str, dict, Row, bool])
def test_one_plain_output_is_no_finding(make, python_type: Any):
    """Flytekit's container takes it."""
    assert notes(make(interface=Interface(outputs={"o0": python_type}))) == []


@pytest.mark.parametrize("interface", [Interface({"p": int | None}), Interface({"p": (int, 3)})])
def test_an_input_that_is_left_out_is_a_note(make, interface: Interface):
    """Flytekit hands nothing to an executor without a default of its own."""
    assert notes(make(interface=interface)) == [
        Finding(
            "note",
            "inputs.p",
            "Under flytekit 1.16.31 a call that leaves p out does not hand it to the executor.",
            "Give the executor's parameter the default too: *, name: TYPE = DEFAULT.",
        )
    ]


def test_an_input_with_the_executors_default_is_no_finding(make, plugin):
    """The executor gets its own default."""
    source = (
        f"{HEAD}class Executor(ShimTaskExecutor):\n    def execute_from_model(self, tt, *, p: int | None = None): ..."
    )
    assert notes(make(interface=Interface({"p": int | None}), executor=plugin(source).Executor)) == []


def test_an_optional_input_of_a_template_is_a_note(make):
    """Of a template alone, no executor's default is known."""
    [found] = notes(make(interface=Interface({"p": int | None, "n": int})).task_template)
    assert found.path == "inputs.p"


def test_a_choice_is_a_note(make):
    """Flytekit takes any value for it; a plain str is no choice."""
    assert notes(make(interface=Interface({"mode": Literal["a", "b"], "name": str}))) == [
        Finding(
            "note",
            "inputs.mode",
            "Under flytekit 1.16.31 any value of the same kind is taken for a Literal.",
            "Look in the executor whether the value is one of the choices.",
        )
    ]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (
            {"environment": {"MUSIC": "1"}},
            Finding(
                "note",
                "container.env",
                "Under flytekit 1.16.31 a call in Python fails, because the task has an environment: TypeError: "
                "'NoneType' object is not a mapping.",
                "There, first call serialize_to_model with settings that have an env, if only {}.",
            ),
        ),
        (
            {"secret_requests": [Secret("g", "k")]},
            Finding(
                "note",
                "security_context.secrets",
                "Under flytekit 1.16.31 serialize_to_model leaves the secrets out; a registration adds them.",
                "There, look for them in what is registered.",
            ),
        ),
        (
            {"enable_deck": True},
            Finding(
                "note",
                "metadata.generates_deck",
                "Under flytekit 1.16.31 the container of a shim task writes no deck.",
                "There, return what the deck shows as an output.",
            ),
        ),
    ],
    ids=["environment", "secrets", "decks"],
)
def test_what_flytekit_leaves_out_is_a_note(make, given: dict[str, Any], found: Finding):
    """An environment, secrets, decks: each has its own."""
    assert notes(make(**given)) == [found]


def test_a_plain_task_has_no_note(make):
    """What flytekit does as shimnb does is not told."""
    assert notes(make({"uri": "a"}, Interface({"a": int}, {"o0": int}))) == []
