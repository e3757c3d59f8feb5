"""What a tree shows of a template, a message, literals or JSON: nodes, and rows.

A `Node` is one line of a tree: key, value, type, size in bytes encoded,
number of children, badge. It makes its children when they are asked for.
`rows` turns a node's children into plain JSON for the front end.

A row
-----
A row is a dict; a key that would be empty is left out, but for the first five:

=========== ==================================================================
``id``      the keys from the root down, each after a slash, unique in the
            tree; a parent's id is the id up to the last slash
``key``     the key as it is shown
``value``   the value in one line (a preview, if the node has children)
``kind``    for its looks: ``text``, ``int``, ``float``, ``bool``, ``none``,
            ``enum``, ``bytes``, ``time``, ``masked``, ``type``, ``list``,
            ``map``, ``message``
``size``    bytes encoded
``type``    the type in words
``badge``   a note on the value: what it was before it was encoded
``path``    what an executor writes to get there, as far as it fits
``tip``     where it stands in the messages: field number, message, exact type
``help``    what it is for, in a line for learners
``was``     ``before``, ``after`` and ``why``, where a value is another one
            after it was encoded
``written`` ``value``, ``key`` and ``type`` as they were written in Python;
            those that read the same are left out
``unset``   true for a field that is not set; its value is the default
``secret``  true for a hidden value: it is sent when somebody reveals it
``long``    true where there is more of the value; it is sent in slices
``count``   the number of children
``children`` rows of the first children; fewer than ``count`` when not all
            of them were sent, and the others are to be asked for
=========== ==================================================================

All strings are inert text of a bounded length: control characters and marks
of the writing direction are written as escapes. None of it is HTML.

Examples
--------
>>> for made in rows(json_node({"n": 3, "names": ["a"]})):
...     print(made["id"], made["value"], made["type"])
/n 3 int
/names ["a"] list
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2

from shimnb.errors import ShimError
from shimnb.notebook.tree.builders import fields_of, literal_at, literal_map_at, message_at
from shimnb.notebook.tree.json_nodes import json_at
from shimnb.notebook.tree.measure import JsonSizes
from shimnb.notebook.tree.node import PAGE, Node, Parts, Row, Spot, Was, Written, rows
from shimnb.notebook.tree.summaries import interface_summary
from shimnb.notebook.tree.written import Given, given_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from flyteidl.core import types_pb2
    from google.protobuf.message import Message

    from shimnb.core.custom import Loss

__all__ = [
    "PAGE",
    "Node",
    "Parts",
    "Row",
    "Spot",
    "Was",
    "Written",
    "json_node",
    "literal_map_node",
    "literal_node",
    "message_node",
    "rows",
    "task_node",
    "task_tree",
    "template_node",
]

_ORDER = (
    "custom",
    "interface",
    "container",
    "k8s_pod",
    "sql",
    "metadata",
    "security_context",
    "extended_resources",
    "config",
    "id",
    "type",
    "task_type_version",
)


def template_node(
    template: tasks_pb2.TaskTemplate,
    losses: Iterable[Loss] = (),
    *,
    defaults: Mapping[str, Any] | None = None,
    unset: bool = False,
) -> Node:
    """Make the tree of a task's template, its parts in the order a reader wants.

    Parameters
    ----------
    template : flyteidl.core.tasks_pb2.TaskTemplate
        The template, as it was decoded.
    losses : iterable of shimnb.core.custom.Loss
        What changed in `custom` on the way; each becomes a badge.
    defaults : mapping, optional
        Default values by input name, for the signature: a template does not
        carry them.
    unset : bool
        Whether the fields that are not set have rows too, at every level.

    Returns
    -------
    Node
        The root; its children are ``custom``, ``interface``, ``container``
        and so on.

    Examples
    --------
    >>> root = template_node(tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="img:1")))
    >>> [(child.key, child.value, child.size) for child in root.children()]
    [('container', 'img:1', 9), ('type', '"sql"', 5)]
    """
    by_path: dict[str, list[Loss]] = {}
    for loss in losses:
        by_path.setdefault(loss.path, []).append(loss)
    return _template_at(template, Given(losses=by_path, unset=unset), defaults)


def _template_at(template: tasks_pb2.TaskTemplate, given: Given, defaults: Mapping[str, Any] | None = None) -> Node:
    spot = Spot("", "", "tt")
    parts = fields_of(spot, template, given, _ORDER)

    def make(name: str) -> Node:
        node = parts.make(name)
        if name != "interface" or node.unset:
            return node
        # It is known how its types were written, which its own line does not show.
        wrote = (lambda: None) if given.types else None
        return replace(node, text=interface_summary(template.interface, defaults), wrote=wrote)

    return Node(spot, "message", "TaskTemplate", template.ByteSize(), parts=replace(parts, make=make), raw=template)


def task_node(task: Any, *, unset: bool = False) -> Node:
    """Make the tree of a task: its template, encoded and decoded, with what was lost on the way.

    Parameters
    ----------
    task : object
        A task, or one that was loaded: what has a `task_template`.
    unset : bool
        Whether the fields that are not set have rows too.

    Returns
    -------
    Node
        The root, as of `template_node`; rows of `custom` know how they were
        written, and those of the interface what the template does not give
        back of them.

    Raises
    ------
    ShimError
        If the task has no template.
    """
    return task_tree(task)[1](unset)


def task_tree(task: Any) -> tuple[tasks_pb2.TaskTemplate, Callable[[bool], Node]]:
    """Ask a task for its template, once, and give what makes the tree of it: without and with the unset fields."""
    view = task.task_template
    if view is None:
        raise ShimError("the task has no template", where="tree", remedy="Give it an image: container_image=.")
    template = view if isinstance(view, tasks_pb2.TaskTemplate) else view.to_flyte_idl()
    given = given_of(task, getattr(task, "losses", None))
    defaults = getattr(getattr(task, "python_interface", None), "defaults", None)
    return template, lambda unset: _template_at(template, replace(given, unset=unset), defaults)


def message_node(message: Message, *, unset: bool = False) -> Node:
    """Make the tree of any message: a template's as `template_node`, another's field by field.

    Examples
    --------
    >>> message_node(literals_pb2.RetryStrategy(retries=2)).children()[0].value
    '2'
    """
    if isinstance(message, tasks_pb2.TaskTemplate):
        return template_node(message, unset=unset)
    return message_at(Spot(), message, message.ByteSize(), given=Given(unset=unset))


def literal_node(
    literal: literals_pb2.Literal,
    declared: types_pb2.LiteralType | None = None,
    name: str = "",
) -> Node:
    """Make the node of one literal: the value that it is.

    Parameters
    ----------
    literal : flyteidl.core.literals_pb2.Literal
        The literal.
    declared : flyteidl.core.types_pb2.LiteralType, optional
        Its type in the interface, for the type's words.
    name : str
        Its key.
    """
    return literal_at(Spot(name, "", name), literal, literal.ByteSize(), declared)


def literal_map_node(
    literals: literals_pb2.LiteralMap,
    interface: interface_pb2.VariableMap
    | interface_pb2.TypedInterface
    | Mapping[str, interface_pb2.Variable]
    | None = None,
) -> Node:
    """Make the tree of inputs or outputs: one child a literal.

    Parameters
    ----------
    literals : flyteidl.core.literals_pb2.LiteralMap
        The literals.
    interface : VariableMap, TypedInterface or mapping of str to Variable, optional
        The variables that the literals are of, for the order and the types'
        words; of a whole interface, whichever of its names are there.

    Examples
    --------
    >>> three = literals_pb2.Literal()
    >>> three.scalar.primitive.float_value = 3
    >>> [made] = rows(literal_map_node(literals_pb2.LiteralMap(literals={"o0": three})))
    >>> made["key"], made["value"], made["type"]
    ('o0', '3.0', 'float')
    """
    variables: Mapping[str, interface_pb2.Variable] | None
    if isinstance(interface, interface_pb2.TypedInterface):
        variables = {**interface.inputs.variables, **interface.outputs.variables}
    elif isinstance(interface, interface_pb2.VariableMap):
        variables = interface.variables
    else:
        variables = interface
    return literal_map_at(Spot(), literals, literals.ByteSize(), variables)


def json_node(value: Any) -> Node:
    """Make the tree of a JSON value; ``int`` and ``float`` are told apart.

    Sizes are those of the JSON text. A value that JSON does not have is shown
    by its repr, with a badge that says so.

    Examples
    --------
    >>> json_node([1, 1.0, None]).value
    '[1, 1.0, None]'
    """
    return json_at(Spot(path="custom"), value, JsonSizes(value).of)
