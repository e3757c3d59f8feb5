"""What flytekit would not do: a plugin that is taken there meets it in its container, or in a call."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from flyteidl.core import types_pb2

from shimnb.core.checks.finding import Finding, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flyteidl.core import interface_pb2

    from shimnb.core.checks.subject import Subject

__all__ = ["PEER", "check_flytekit_inputs", "check_flytekit_outputs", "check_flytekit_task"]

PEER = "flytekit 1.16.31"
"""The version that these notes were measured with."""


def _note(path: str, sentence: str, remedy: str) -> Finding:
    return Finding("note", path, f"Under {PEER} {sentence}", remedy)


def check_flytekit_outputs(subject: Subject) -> Iterator[Finding]:
    """Note the outputs that flytekit's container gets wrong."""
    outputs = subject.template.interface.outputs if subject.template else {}
    nested = _named(outputs, lambda kind: kind.WhichOneof("type") in {"collection_type", "map_value_type"}, "outputs")
    if nested:
        yield _note(
            nested,
            "a run fails with such an output: it converts a value by type(value), and a list or a dict has "
            "no type of its items.",
            "There, return a dataclass that holds it.",
        )
    unions = _named(outputs, lambda kind: kind.WhichOneof("type") == "union_type", "outputs")
    if unions:
        yield _note(
            unions,
            "the literal of such an output is the value's own, and no union as the interface says.",
            "There, return a dataclass that holds it.",
        )
    files = _named(outputs, lambda kind: kind.WhichOneof("type") == "blob", "outputs")
    if files:
        yield _note(
            files,
            "a path returned as a str becomes a string, and no file is sent.",
            "Return FlyteFile(path) or FlyteDirectory(path).",
        )
    if len(outputs) > 1:
        yield _note(
            "outputs",
            "the container gives a tuple's values to the outputs in the order of a protobuf map, so that they change "
            "places; a dict of outputs fails with KeyError: 0.",
            "There, return one dataclass with a field for each.",
        )


def check_flytekit_inputs(subject: Subject) -> Iterator[Finding]:
    """Note the inputs that flytekit leaves out, or takes without a look."""
    inputs = subject.template.interface.inputs if subject.template else {}
    waiting = _without_default(subject)
    task = subject.task
    if task:
        defaults = set(task.python_interface.defaults)
    else:
        defaults = {name for name, variable in inputs.items() if _optional(variable.type)}
    left_out = [name for name in inputs if name in defaults and (waiting is None or name in waiting)]
    if left_out:
        yield _note(
            ", ".join(f"inputs.{name}" for name in left_out),
            f"a call that leaves {listed(left_out)} out does not hand {'it' if len(left_out) == 1 else 'them'} to the "
            "executor.",
            "Give the executor's parameter the default too: *, name: TYPE = DEFAULT.",
        )
    choices = _named(inputs, lambda kind: "literal_values" in kind.annotation.annotations.fields, "inputs")
    if choices:
        yield _note(
            choices,
            "any value of the same kind is taken for a Literal.",
            "Look in the executor whether the value is one of the choices.",
        )


def _optional(kind: types_pb2.LiteralType) -> bool:
    return any(variant.simple == types_pb2.NONE and variant.WhichOneof("type") for variant in kind.union_type.variants)


def _without_default(subject: Subject) -> set[str] | None:
    """Name the inputs for which the executor's own signature has no default; None where that is not known."""
    if subject.executor is None or subject.template is None:
        return None
    try:
        parameters = inspect.signature(subject.executor.execute_from_model).parameters
    except (TypeError, ValueError):
        return None
    return {
        name
        for name in subject.template.interface.inputs
        if name not in parameters or parameters[name].default is inspect.Parameter.empty
    }


def check_flytekit_task(subject: Subject) -> Iterator[Finding]:
    """Note what a task of flytekit's does not do with its environment, secrets and decks."""
    task = subject.task
    if task is None:
        return
    if task.environment:
        yield _note(
            "container.env",
            "a call in Python fails, because the task has an environment: TypeError: 'NoneType' object is not a "
            "mapping.",
            "There, first call serialize_to_model with settings that have an env, if only {}.",
        )
    if task.security_context:
        yield _note(
            "security_context.secrets",
            "serialize_to_model leaves the secrets out; a registration adds them.",
            "There, look for them in what is registered.",
        )
    if task.enable_deck:
        yield _note(
            "metadata.generates_deck",
            "the container of a shim task writes no deck.",
            "There, return what the deck shows as an output.",
        )


def _named(
    variables: Mapping[str, interface_pb2.Variable], fits: Callable[[types_pb2.LiteralType], bool], kind: str
) -> str:
    return ", ".join(f"{kind}.{name}" for name, variable in variables.items() if fits(variable.type))
