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
``kind``    for its looks: ``text``, ``number``, ``bool``, ``none``, ``enum``,
            ``bytes``, ``time``, ``masked``, ``type``, ``list``, ``map``,
            ``message``
``size``    bytes encoded
``type``    the type in words
``badge``   a note on the value: what it was before it was encoded
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

from shimnb.notebook.tree.builders import fields_of, literal_at, literal_map_at, message_at
from shimnb.notebook.tree.json_nodes import Losses, json_at
from shimnb.notebook.tree.node import PAGE, Node, Parts, Row, Spot, rows
from shimnb.notebook.tree.summaries import interface_summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flyteidl.core import types_pb2
    from google.protobuf.message import Message

    from shimnb.core.custom import Loss

__all__ = [
    "PAGE",
    "Node",
    "Parts",
    "Row",
    "Spot",
    "json_node",
    "literal_map_node",
    "literal_node",
    "message_node",
    "rows",
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
    by_path: Losses = {}
    for loss in losses:
        by_path.setdefault(loss.path, []).append(loss)
    spot = Spot("", "", "tt")
    parts = fields_of(spot, template, by_path, _ORDER)

    def make(name: str) -> Node:
        if name != "interface":
            return parts.make(name)
        node = parts.make(name)
        return replace(node, text=interface_summary(template.interface, defaults))

    return Node(spot, "message", "TaskTemplate", template.ByteSize(), parts=replace(parts, make=make))


def message_node(message: Message) -> Node:
    """Make the tree of any message: a template's as `template_node`, another's field by field.

    Examples
    --------
    >>> message_node(literals_pb2.RetryStrategy(retries=2)).children()[0].value
    '2'
    """
    if isinstance(message, tasks_pb2.TaskTemplate):
        return template_node(message)
    return message_at(Spot(), message, message.ByteSize())


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
    return json_at(Spot(path="custom"), value)
