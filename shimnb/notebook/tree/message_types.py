"""The message types of flyteidl: by name, and the ones that a file is likely to hold.

Bytes do not say what they are. A type fits when it leaves no field without a
name, and when what every real message of it has is there; that rules out
nearly all the others, and where it does not, the ones that are left are told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import flyteidl.admin
import flyteidl.core
import flyteidl.plugins
from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import dynamic_job_pb2, errors_pb2, interface_pb2, literals_pb2, tasks_pb2, types_pb2
from google.protobuf import struct_pb2
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from shimnb.errors import ShimError
from shimnb.notebook.tree.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CANDIDATES", "Candidate", "message_class", "unknown_numbers"]

_PACKAGES = (flyteidl.core, flyteidl.admin, flyteidl.plugins)
_MOST_NAMES = 3
_LOOKED_AT = 100_000
# What no text has, and the bytes of a message do.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Candidate:
    """A type that bytes may be of.

    Attributes
    ----------
    type : class
        The message class.
    has : callable
        Tells whether a message has what every real one has.
    files : tuple of str
        The stems of the files that hold such a message: ``inputs`` of
        ``inputs.pb``.
    """

    type: type[Message]
    has: Callable[[Any], bool]
    files: tuple[str, ...] = ()


def _is_interface(interface: interface_pb2.TypedInterface) -> bool:
    variables = [*interface.inputs.variables.values(), *interface.outputs.variables.values()]
    return bool(variables) and all(each.type.WhichOneof("type") for each in variables)


def _is_template(template: tasks_pb2.TaskTemplate) -> bool:
    return bool(template.type) and template.type.isprintable()


def _is_map(literals: literals_pb2.LiteralMap) -> bool:
    found = literals.literals
    return bool(found) and all(each.WhichOneof("value") for each in found.values())


def _is_error(document: errors_pb2.ErrorDocument) -> bool:
    error = document.error
    return bool(error.code or error.message) and error.code.isprintable() and not _CONTROL.search(error.message)


def _is_job(job: dynamic_job_pb2.DynamicJobSpec) -> bool:
    return bool(job.nodes) and all(node.id and node.WhichOneof("target") for node in job.nodes)


def _is_plan(spec: launch_plan_pb2.LaunchPlanSpec) -> bool:
    return bool(spec.workflow_id.name)


# In the order in which a person is likely to have them.
CANDIDATES = (
    Candidate(literals_pb2.LiteralMap, _is_map, ("inputs", "outputs")),
    Candidate(tasks_pb2.TaskTemplate, _is_template, ("template", "task", "task_template")),
    Candidate(errors_pb2.ErrorDocument, _is_error, ("error",)),
    Candidate(task_pb2.TaskSpec, lambda found: _is_template(found.template)),
    Candidate(task_pb2.Task, lambda found: _is_template(found.closure.compiled_task.template)),
    Candidate(literals_pb2.Literal, lambda found: bool(found.WhichOneof("value"))),
    Candidate(launch_plan_pb2.LaunchPlan, lambda found: _is_plan(found.spec)),
    Candidate(launch_plan_pb2.LaunchPlanSpec, _is_plan),
    Candidate(workflow_pb2.WorkflowSpec, lambda found: bool(found.template.id.name)),
    Candidate(dynamic_job_pb2.DynamicJobSpec, _is_job, ("futures",)),
    Candidate(interface_pb2.TypedInterface, _is_interface),
    Candidate(
        interface_pb2.VariableMap,
        lambda found: bool(found.variables) and all(each.type.WhichOneof("type") for each in found.variables.values()),
    ),
    Candidate(types_pb2.LiteralType, lambda found: bool(found.WhichOneof("type"))),
    Candidate(
        struct_pb2.Struct,
        lambda found: bool(found.fields) and all(each.WhichOneof("kind") for each in found.fields.values()),
    ),
)


def unknown_numbers(message: Message) -> list[int]:
    r"""List the numbers of the fields, at any depth, that this flyteidl has no name for.

    Examples
    --------
    >>> unknown_numbers(tasks_pb2.TaskTemplate.FromString(b"\x9a\x7e\x01a"))
    [2019]
    """
    found: set[int] = set()
    left: list[Message] = [message]
    looked = 0
    while left and looked < _LOOKED_AT:
        looked += 1
        each = left.pop()
        unknown: Any = UnknownFieldSet(each)
        found |= {field.field_number for field in unknown}
        left += _messages_in(each)
    return sorted(found)


def _messages_in(message: Message) -> Iterator[Message]:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if not field.is_repeated:
            yield value
        elif not field.message_type.GetOptions().map_entry:
            yield from value
        elif field.message_type.fields_by_name["value"].message_type is not None:
            yield from value.values()


@cache
def _by_name() -> dict[str, list[type[Message]]]:
    """Collect the message classes of flyteidl by their short names."""
    found: dict[str, list[type[Message]]] = {}
    modules = [
        import_module(f"{package.__name__}.{each.name}")
        for package in _PACKAGES
        for each in iter_modules(package.__path__)
        if each.name.endswith("_pb2")
    ]
    for module in [*modules, struct_pb2]:
        for each in vars(module).values():
            # A module also has the classes that it imports; those are of another file.
            if isclass(each) and issubclass(each, Message) and each.DESCRIPTOR.file is module.DESCRIPTOR:
                found.setdefault(each.DESCRIPTOR.name, []).append(each)
    return found


def message_class(kind: object) -> type[Message]:
    """Find the class of a message: the class itself, or by name.

    Parameters
    ----------
    kind : str or class
        Such as ``"LiteralMap"`` or ``"flyteidl.core.LiteralMap"``.

    Raises
    ------
    ShimError
        If flyteidl has no such message, or several.

    Examples
    --------
    >>> message_class("LiteralMap").DESCRIPTOR.full_name
    'flyteidl.core.LiteralMap'
    """
    if isclass(kind) and issubclass(kind, Message):
        return kind
    if not isinstance(kind, str):
        raise ShimError(
            f"a message type is a name or a class of a message, not a value of type {type(kind).__name__}",
            where="tree",
            remedy='Write tree(data, "LiteralMap").',
        )
    known = _by_name()
    short = kind.rpartition(".")[2]
    found = [each for each in known.get(short, ()) if f".{each.DESCRIPTOR.full_name}".endswith(f".{kind}")]
    if len(found) == 1:
        return found[0]
    if found:
        names = " or ".join(each.DESCRIPTOR.full_name for each in found)
        raise ShimError(f"{quoted(kind, 60)} is the name of several messages", where="tree", remedy=f"Write {names}.")
    close = get_close_matches(short[:60], known, _MOST_NAMES)
    remedy = f"Did you mean {' or '.join(close)}?" if close else "Name one of its messages, such as LiteralMap."
    raise ShimError(f"flyteidl has no message {quoted(kind, 60)}", where="tree", remedy=remedy)
