"""Sizes: what a message's rows say adds up to the message, whatever is in it."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import struct_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from shimnb.core.sizes import SIZE_LIMITS, limit_share, size_level
from shimnb.notebook.tree.nodes import Node, message_node
from shimnb.notebook.tree.widget import tree
from shimnb.notebook.tree.wire import delimited, message_type, tag_size

TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)
SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_STRING: TEXTS,
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=200),
    FieldDescriptor.TYPE_ENUM: st.integers(-3, 200),
}


def scalar(draw: st.DrawFn, field: FieldDescriptor) -> Any:
    """Draw a value of a field that is no message."""
    return draw(SCALARS[field.type])


def fill(draw: st.DrawFn, message: Any, depth: int) -> None:
    """Set some of a message's fields."""
    names = [field.name for field in message.DESCRIPTOR.fields]
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=5)) if names else []
    for name in chosen:
        field = message.DESCRIPTOR.fields_by_name[name]
        if field.message_type is None:
            if field.is_repeated:
                getattr(message, name).extend(scalar(draw, field) for _ in range(draw(st.integers(0, 4))))
            else:
                setattr(message, name, scalar(draw, field))
        elif depth:
            fill_messages(draw, message, field, depth)


def fill_messages(draw: st.DrawFn, message: Any, field: FieldDescriptor, depth: int) -> None:
    """Set a field of messages, or of a map."""
    into = getattr(message, field.name)
    if field.is_repeated and message_type(field).GetOptions().map_entry:
        value = message_type(field).fields_by_name["value"]
        for _ in range(draw(st.integers(0, 3))):
            key = draw(TEXTS)
            if value.message_type is None:
                into[key] = scalar(draw, value)
            else:
                fill(draw, into[key], depth - 1)
    elif field.is_repeated:
        for _ in range(draw(st.integers(0, 3))):
            fill(draw, into.add(), depth - 1)
    else:
        into.SetInParent()
        fill(draw, into, depth - 1)


@st.composite
def messages(draw: st.DrawFn, kind: type[Message]) -> Any:
    """Draw a message, a newer flyteidl's fields with it now and then."""
    made = kind()
    fill(draw, made, 4)
    if draw(st.booleans()):
        made.MergeFromString(b"\xf8\x7f\x01\xfa\x7f\x03abc")
    return made


def check(node: Node) -> None:
    """Compare a node that shows its message field by field with its children, and go on below."""
    children = node.children()
    inside = sum(child.size for child in children)
    if isinstance(node.raw, (struct_pb2.Struct, struct_pb2.ListValue)) or node.kind in {"message", "type"}:
        assert inside == node.raw.ByteSize(), (node.id, node.raw)
    elif node.kind == "list" and children and all(isinstance(child.raw, Message) for child in children):
        assert inside == node.size, node.id
    for child in children:
        check(child)


@settings(max_examples=80, deadline=None)
@given(messages(tasks_pb2.TaskTemplate))
def test_sizes_add_up_in_any_template(template: tasks_pb2.TaskTemplate) -> None:
    """At every level, to the byte: set fields, maps, packed numbers, unknown fields."""
    for unset in (False, True):
        root = message_node(template, unset=unset)
        assert sum(child.size for child in root.children()) == len(template.SerializeToString())
        check(root)


@settings(max_examples=60, deadline=None)
@given(messages(literals_pb2.LiteralMap))
def test_sizes_add_up_in_any_literals(literals: literals_pb2.LiteralMap) -> None:
    """A literal's three messages are one row, with the bytes of all of them."""
    root = message_node(literals)
    unknown = literals_pb2.LiteralMap.FromString(literals.SerializeToString())
    unknown.DiscardUnknownFields()
    assert sum(child.size for child in root.children()) <= len(literals.SerializeToString())
    if unknown.ByteSize() == literals.ByteSize():
        assert sum(child.size for child in root.children()) == literals.ByteSize()


def test_a_field_has_its_tag_and_length() -> None:
    """The numbers that a reader would count by hand."""
    node = message_node(tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="img:1")))
    assert {child.key: child.size for child in node.children()} == {"type": 5, "container": 9}
    assert (tag_size(16), delimited(200)) == (2, 202)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "under 1 % of 64 KiB"),
        (6_554, "10 % of 64 KiB"),
        (65_536, "4 % of 1.5 MiB"),
        (1_572_864, "37 % of 4 MiB"),
        (5_000_000, "119 % of 4 MiB"),
    ],
)
def test_the_size_is_told_against_the_next_limit(size: int, words: str) -> None:
    """In words, whatever its colour."""
    assert limit_share(size) == words


def test_the_limits_are_those_of_the_levels() -> None:
    """From each on there is another level."""
    for limit in SIZE_LIMITS:
        assert size_level(limit) != size_level(limit - 1)


@pytest.mark.parametrize(("length", "level"), [(10, None), (70_000, "warning"), (1_600_000, "error")])
def test_a_template_has_a_gauge(length: int, level: str | None) -> None:
    """Its size stands in the title line, against what a cluster takes."""
    title = tree(tasks_pb2.TaskTemplate(sql=tasks_pb2.Sql(statement="x" * length))).title
    assert title["gauge"]["limits"] == [65_536, 1_572_864, 4_194_304]
    assert title["gauge"]["words"] == limit_share(title["size"])
    assert title.get("level") == level


def test_a_dict_has_no_gauge() -> None:
    """What a cluster takes is a matter of templates."""
    title = tree({"a": "x" * 70_000}).title
    assert "gauge" not in title
    assert "level" not in title
