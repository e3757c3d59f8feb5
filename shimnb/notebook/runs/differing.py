"""Two runs as one tree of their inputs, their outputs and their templates, with what is the same folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2, tasks_pb2

from shimnb.notebook.runs.masks import MASK, secret_values
from shimnb.notebook.tree.builders import message_at
from shimnb.notebook.tree.compare import Comparison
from shimnb.notebook.tree.node import Node, Parts, Spot

if TYPE_CHECKING:
    from shimnb.notebook.runs.run import Run

__all__ = ["masked_inputs", "runs_compared"]

_SECTIONS = ("inputs", "outputs", "template")


def runs_compared(first: Run, second: Run, templates: tuple[bytes, bytes]) -> Comparison:
    """Put two runs side by side, the older one first.

    Parameters
    ----------
    first, second : Run
        The runs.
    templates : tuple of bytes
        Their templates.
    """
    return Comparison(_sides(first, templates[0]), _sides(second, templates[1]))


def _sides(run: Run, template: bytes) -> Node:
    messages: dict[str, Any] = {
        "inputs": masked_inputs(run) or literals_pb2.LiteralMap(),
        "outputs": run.outputs or literals_pb2.LiteralMap(),
        "template": tasks_pb2.TaskTemplate.FromString(template),
    }

    def make(name: str) -> Node:
        return message_at(Spot().entry(name), messages[name], messages[name].ByteSize())

    # With what is compared, so that what is the same need not be made into rows.
    return Node(Spot(), "map", parts=Parts(len(_SECTIONS), lambda: _SECTIONS, make), raw=messages)


def masked_inputs(run: Run) -> literals_pb2.LiteralMap | None:
    """Give the inputs with the mask in the place of those that are secrets by their names."""
    hidden = [name for name, value in run.inputs.items() if any(secret_values(name, value))]
    if run.literals is None or not hidden:
        return run.literals
    made = literals_pb2.LiteralMap()
    made.CopyFrom(run.literals)
    for name in hidden:
        made.literals[name].Clear()
        made.literals[name].scalar.primitive.string_value = MASK
    return made
