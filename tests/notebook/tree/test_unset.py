"""Fields that are not set: hidden, and there with their type and their default when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2
from google.protobuf import struct_pb2

from shimnb.notebook.tree.nodes import message_node, rows, template_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.notebook.tree.nodes import Node

TEMPLATE = tasks_pb2.TaskTemplate(
    type="sql",
    id=identifier_pb2.Identifier(name="t"),
    container=tasks_pb2.Container(image="img:1", resources=tasks_pb2.Resources()),
    metadata=tasks_pb2.TaskMetadata(retries=literals_pb2.RetryStrategy(retries=2)),
)


def walk(node: Node) -> Iterator[Node]:
    """Give all below a node."""
    for child in node.children():
        yield child
        yield from walk(child)


def test_unset_fields_have_no_rows() -> None:
    """They are noise until somebody asks."""
    assert not [node for node in walk(template_node(TEMPLATE)) if node.unset]


def test_every_message_shows_all_its_fields_when_asked() -> None:
    """At every level, the set ones and the others together are the fields of the message."""
    root = template_node(TEMPLATE, unset=True)
    for node_id, message in (
        ("", TEMPLATE),
        ("/container", TEMPLATE.container),
        ("/container/resources", TEMPLATE.container.resources),
        ("/id", TEMPLATE.id),
        ("/metadata", TEMPLATE.metadata),
    ):
        node = root.find(node_id)
        assert node is not None
        assert {child.key for child in node.children()} == {field.name for field in message.DESCRIPTOR.fields}


def test_set_fields_come_first_and_are_the_same() -> None:
    """The toggle adds rows, and changes none."""
    plain, full = template_node(TEMPLATE), template_node(TEMPLATE, unset=True)
    for node in walk(plain):
        other = full.find(node.id)
        assert other is not None
        assert (other.value, other.type, other.size, other.badge) == (node.value, node.type, node.size, node.badge)
    assert [child.unset for child in full.children()] == sorted(child.unset for child in full.children())


def test_a_preview_counts_what_is_set() -> None:
    """What is not there is not in the summary."""
    [value] = [child.value for child in template_node(TEMPLATE, unset=True).children() if child.key == "id"]
    assert value == "t"
    entry = message_node(literals_pb2.RetryStrategy(retries=2), unset=True)
    assert entry.value == "{retries: 2}"


def test_an_unset_field_says_its_type_and_its_default() -> None:
    """What an executor reads in its place; where that is another thing than unset, it is said apart."""
    container = template_node(TEMPLATE, unset=True).find("/container")
    assert container is not None
    found = {child.key: (child.text, child.type, child.kind) for child in container.children() if child.unset}
    assert found == {
        "command": ("[]", "repeated string", "list"),
        "args": ("[]", "repeated string", "list"),
        "env": ("[]", "repeated KeyValuePair", "list"),
        "config": ("[]", "repeated KeyValuePair", "list"),
        "ports": ("[]", "repeated ContainerPort", "list"),
        "data_config": ("not set", "DataLoadingConfig", "none"),
        "architecture": ("UNKNOWN", "enum Architecture", "enum"),
    }


def test_an_unset_oneof_is_not_its_default() -> None:
    """An unset `interruptible` leaves the choice to the cluster; False does not."""
    node = template_node(TEMPLATE, unset=True).find("/metadata/interruptible")
    assert node is not None
    assert (node.text, node.type) == ("not set", "bool, oneof interruptible_value")
    assert node.tip == (
        "field 8 of flyteidl.core.TaskMetadata: bool, one of interruptible (oneof interruptible_value); "
        "not set, and read as False"
    )


def test_a_row_says_that_it_is_unset() -> None:
    """The front end draws it apart."""
    [made] = [row for row in rows(template_node(TEMPLATE, unset=True)) if row["key"] == "custom"]
    assert made["unset"] is True
    assert "count" not in made


def test_json_has_no_unset_fields() -> None:
    """A dict has no fields but its own."""
    struct = struct_pb2.Struct()
    struct.update({"a": 1})
    assert [node.key for node in message_node(struct, unset=True).children()] == ["a"]
