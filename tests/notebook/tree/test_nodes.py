"""Nodes: exact values, sizes that add up, summaries, inert text, bounded rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgpack
import pytest
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, security_pb2, tasks_pb2, types_pb2
from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2

from shimnb.core.custom import custom_losses, custom_to_struct
from shimnb.notebook.tree.nodes import (
    Node,
    json_node,
    literal_map_node,
    literal_node,
    message_node,
    rows,
    template_node,
)
from shimnb.notebook.tree.static_forms import static_html, static_text
from shimnb.notebook.tree.words import duration_words, quoted, timestamp_words, type_words

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "</script><img src=x onerror=alert(1)>"
INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)
STRING = types_pb2.LiteralType(simple=types_pb2.STRING)
PACK: Any = msgpack.packb  # it has no types
OPTIONAL = types_pb2.LiteralType(
    union_type=types_pb2.UnionType(variants=[INTEGER, types_pb2.LiteralType(simple=types_pb2.NONE)])
)
CUSTOM: dict[str, Any] = {"limit": 3, "window": {"tags": ("a", 1.5), "big": 2**60 + 1}, "none": None, "ok": True}


def template() -> tasks_pb2.TaskTemplate:
    """Make a template in which every part that has a summary is set."""
    made = tasks_pb2.TaskTemplate(
        type="python-task",
        task_type_version=1,
        id=identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, project="p", domain="d", name="t", version="v"),
        metadata=tasks_pb2.TaskMetadata(retries=literals_pb2.RetryStrategy(retries=2), tags={"b": "2", "a": "1"}),
        interface=interface_pb2.TypedInterface(
            inputs=interface_pb2.VariableMap(variables={"limit": interface_pb2.Variable(type=INTEGER)}),
            outputs=interface_pb2.VariableMap(
                variables={"o0": interface_pb2.Variable(type=types_pb2.LiteralType(collection_type=STRING))}
            ),
        ),
        custom=custom_to_struct(CUSTOM),
        container=tasks_pb2.Container(
            image="ghcr.io/me/sql:1",
            args=["run", "--inputs"],
            resources=tasks_pb2.Resources(
                requests=[tasks_pb2.Resources.ResourceEntry(name=tasks_pb2.Resources.MEMORY, value="512Mi")]
            ),
            env=[
                literals_pb2.KeyValuePair(key="LOG_LEVEL", value="debug"),
                literals_pb2.KeyValuePair(key="DB_PASSWORD", value="hunter2"),
            ],
            ports=[tasks_pb2.ContainerPort(container_port=8080)],
        ),
        security_context=security_pb2.SecurityContext(secrets=[security_pb2.Secret(group="db", key="password")]),
        config={"k": "v"},
    )
    made.metadata.interruptible = False
    return made


def root() -> Node:
    """Make the tree of that template, as a task's."""
    return template_node(template(), custom_losses(CUSTOM), defaults={"limit": 5})


def at(node: Node, node_id: str) -> Node:
    """Find a node that has to be there."""
    found = node.find(node_id)
    assert found is not None, f"no {node_id} in {[child.id for child in node.children()]}"
    return found


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all below it."""
    yield node
    for child in node.children():
        yield from walk(child)


def literal(value: Any) -> literals_pb2.Literal:
    """Write a scalar's literal by hand."""
    made = literals_pb2.Literal()
    kind = {bool: "boolean", int: "integer", float: "float_value", str: "string_value"}[type(value)]
    setattr(made.scalar.primitive, kind, value)
    return made


def test_the_parts_come_in_a_readers_order() -> None:
    """What the author wrote comes first, what the SDK added last."""
    assert [child.key for child in root().children()] == [
        "custom",
        "interface",
        "container",
        "metadata",
        "security_context",
        "config",
        "id",
        "type",
        "task_type_version",
    ]


def test_each_part_has_a_summary() -> None:
    """A closed part says in one line what is in it."""
    assert {child.key: child.value for child in root().children()} == {
        "custom": "{limit: 3.0, none: None, ok: True, window: {…}}",
        "interface": "(limit: int = 5) -> list[str]",
        "container": "ghcr.io/me/sql:1, mem 512Mi, 2 variables",
        "metadata": "retries 2, not interruptible",
        "security_context": "db/password",
        "config": '{k: "v"}',
        "id": "p/d/t:v",
        "type": '"python-task"',
        "task_type_version": "1",
    }


def test_sizes_add_up_to_the_encoded_message() -> None:
    """A message's size is that of its fields, to the byte."""
    made = root()
    assert sum(child.size for child in made.children()) == made.size == len(template().SerializeToString())


@pytest.mark.parametrize("part", ["container", "metadata", "id", "security_context", "interface", "config"])
def test_sizes_of_a_part_add_up(part: str) -> None:
    """A part's size is that of its fields, with its own tag and length."""
    made = at(root(), f"/{part}")
    inside = sum(child.size for child in made.children())
    own = inside if part == "config" else inside + 1 + len_of_varint(inside)
    assert made.size == own


def len_of_varint(number: int) -> int:
    """Count the bytes of a length."""
    return 1 if number < 128 else 2


def test_every_node_is_found_by_its_id() -> None:
    """An id leads back to the node that it came from."""
    made = root()
    for node in walk(made):
        found = at(made, node.id)
        assert (found.id, found.key, found.value) == (node.id, node.key, node.value)


def test_ids_are_unique() -> None:
    """No two nodes of a tree share an id."""
    ids = [node.id for node in walk(root())]
    assert len(ids) == len(set(ids))


def test_numbers_of_custom_are_doubles() -> None:
    """The executor gets 3.0 where 3 was written, and the tree says both."""
    made = at(root(), "/custom/limit")
    assert (made.value, made.type, made.badge) == ("3.0", "float", "was 3: an int becomes a float")


def test_a_large_integers_loss_shows_all_its_digits() -> None:
    """What a double cannot hold is shown as it was written."""
    made = at(root(), "/custom/window/big")
    assert made.value == "1.152921504606847e+18"
    assert made.badge == "was 1152921504606846977: an int past 2**53 becomes the nearest float"


def test_a_tuples_loss_is_worded_once() -> None:
    """A container's badge says what it was, and what it becomes."""
    assert at(root(), "/custom/window/tags").badge == 'was ("a", 1.5): a tuple becomes a list'


def test_paths_are_what_an_executor_writes() -> None:
    """A path can be pasted into execute_from_model."""
    made = root()
    assert at(made, "/custom/window/tags/0").path == 'tt.custom["window"]["tags"][0]'
    assert at(made, "/interface/inputs/limit/type").path == 'tt.interface.inputs["limit"].type'
    assert at(made, "/container/env/0").path == 'tt.container.env["LOG_LEVEL"]'


def test_secrets_of_the_environment_are_masked() -> None:
    """A value whose name says that it is a secret is in no node."""
    env = at(root(), "/container/env")
    assert [(child.key, child.value, child.kind) for child in env.children()] == [
        ("LOG_LEVEL", '"debug"', "text"),
        ("DB_PASSWORD", "hidden", "masked"),
    ]
    assert not [node for node in walk(root()) if "hunter2" in node.value]


def test_a_value_with_a_secrets_form_is_masked() -> None:
    """Whatever its name says."""
    env = {"URI": "postgres://me:hunter2@db/music", "PLACE": "postgres://db/music"}
    pairs = [literals_pb2.KeyValuePair(key=key, value=value) for key, value in env.items()]
    made = template_node(tasks_pb2.TaskTemplate(container=tasks_pb2.Container(env=pairs)))
    assert [child.value for child in at(made, "/container/env").children()] == ["hidden", '"postgres://db/music"']


def test_enums_show_their_name() -> None:
    """An enum's number means nothing to a reader."""
    made = at(root(), "/id/resource_type")
    assert (made.value, made.kind, made.type) == ("TASK", "enum", "enum ResourceType")


def test_an_unknown_enum_number_is_shown_as_such() -> None:
    """A number from a newer flyteidl is kept, with a note."""
    made = at(message_node(tasks_pb2.Container(architecture=99)), "/architecture")  # type: ignore[arg-type]
    assert (made.value, made.badge) == ("99", "not in this flyteidl")


def test_the_chosen_branch_of_a_oneof_is_named() -> None:
    """A container is one of three targets; an explicit False is no unset one."""
    assert at(root(), "/container").type == "Container, oneof target"
    assert at(root(), "/metadata/interruptible").type == "bool, oneof interruptible_value"
    assert at(root(), "/metadata/interruptible").value == "False"


def test_unset_fields_are_left_out() -> None:
    """What was not set has no row."""
    assert root().find("/container/data_config") is None
    assert [child.key for child in message_node(tasks_pb2.Container(image="i")).children()] == ["image"]


def test_keys_of_a_map_are_sorted() -> None:
    """Protobuf keeps no order of a map; a reader needs one."""
    assert [child.key for child in at(root(), "/metadata/tags").children()] == ["a", "b"]


def test_fields_of_a_newer_version_are_told() -> None:
    """Bytes that this flyteidl has no name for are not passed over in silence."""
    made = message_node(tasks_pb2.Container.FromString(b"\xf8\x7f\x01")).children()
    assert [(node.key, node.value, node.badge) for node in made] == [
        ("unknown fields", "numbers 2047", "not in this flyteidl")
    ]


@pytest.mark.parametrize(
    ("value", "shown", "type_name"),
    [
        (3, "3", "int"),
        (3.0, "3.0", "float"),
        (2**63 - 1, "9223372036854775807", "int"),
        (True, "True", "bool"),
        ('a"b', '"a\\"b"', "str"),
        (float("nan"), "nan", "float"),
        ("", '""', "str"),
    ],
)
def test_a_literal_shows_as_its_value(value: Any, shown: str, type_name: str) -> None:
    """A literal's three layers of messages are one row."""
    made = literal_node(literal(value))
    assert (made.value, made.type) == (shown, type_name)


def test_a_datetime_shows_its_microseconds() -> None:
    """No digit is lost on the way to the eye."""
    assert timestamp_words(timestamp_pb2.Timestamp(seconds=1, nanos=1000)) == "1970-01-01 00:00:01.000001 UTC"
    assert timestamp_words(timestamp_pb2.Timestamp(seconds=1, nanos=1)) == "1970-01-01 00:00:01.000000001 UTC"
    assert timestamp_words(timestamp_pb2.Timestamp(seconds=-62135596800)) == "0001-01-01 00:00:00 UTC"
    assert timestamp_words(timestamp_pb2.Timestamp(seconds=10**15)) == "1000000000000000 s after 1970"


@pytest.mark.parametrize(
    ("seconds", "nanos", "shown"),
    [
        (0, 0, "0 s"),
        (3600, 0, "1 h"),
        (90061, 500_000_000, "1 d 1 h 1 min 1.5 s"),
        (-1, -500_000_000, "-1.5 s"),
        (0, 1000, "0.000001 s"),
    ],
)
def test_a_duration_is_readable(seconds: int, nanos: int, shown: str) -> None:
    """A duration is read in the units a person would say."""
    assert duration_words(duration_pb2.Duration(seconds=seconds, nanos=nanos)) == shown


def test_a_list_of_literals_has_children() -> None:
    """Each item has its own row, with the type that the interface gives it."""
    made = literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=[literal(1), literal(2)]))
    node = literal_node(made, types_pb2.LiteralType(collection_type=INTEGER), "o0")
    assert (node.value, node.type) == ("[1, 2]", "list[int]")
    assert [(child.key, child.value, child.type, child.path) for child in node.children()] == [
        ("0", "1", "int", "o0[0]"),
        ("1", "2", "int", "o0[1]"),
    ]


def test_a_union_shows_its_variant() -> None:
    """Which of the types it is comes first, then which it could have been."""
    made = literals_pb2.Literal()
    made.scalar.union.value.CopyFrom(literal(5))
    made.scalar.union.type.CopyFrom(INTEGER)
    assert literal_node(made, OPTIONAL).type == "int, of int | None"
    assert literal_node(made).type == "int, of a union"
    assert literal_node(made).value == "5"


def test_msgpack_is_decoded() -> None:
    """A dataclass's bytes are shown as the values in them."""
    made = literals_pb2.Literal()
    made.scalar.binary.tag = "msgpack"
    made.scalar.binary.value = PACK({"x": 1, "y": [1.5, b"\x00"]})
    node = literal_node(made)
    assert (node.type, node.size) == ("dict, msgpack", made.ByteSize())
    assert [(child.key, child.value, child.type) for child in node.children()] == [
        ("x", "1", "int"),
        ("y", "[1.5, 1 byte: b'\\x00']", "list"),
    ]


def test_broken_msgpack_is_shown_as_bytes() -> None:
    """Bytes that only claim to be msgpack are a value too."""
    made = literals_pb2.Literal()
    made.scalar.binary.tag = "msgpack"
    made.scalar.binary.value = b"\xc1\xff"
    node = literal_node(made)
    assert (node.value, node.badge) == ("2 bytes: b'\\xc1\\xff'", "no valid msgpack")


def test_other_scalars_are_shown_as_what_they_are() -> None:
    """A blob is its URI, None is None, a struct is its keys, an error is its fields."""
    blob, none, generic, error = (literals_pb2.Literal() for _ in range(4))
    blob.scalar.blob.uri = "s3://b/k"
    none.scalar.none_type.SetInParent()
    generic.scalar.generic.update({"a": 1})
    error.scalar.error.message = "no"
    assert [literal_node(made).value for made in (blob, none, generic, error)] == [
        '"s3://b/k"',
        "None",
        "{a: 1.0}",
        '{message: "no"}',
    ]


def test_outputs_keep_their_numbers_order() -> None:
    """The tenth output comes after the second one."""
    made = literals_pb2.LiteralMap(literals={name: literal(1) for name in ("o10", "o2", "o1")})
    assert [child.key for child in literal_map_node(made).children()] == ["o1", "o2", "o10"]


def test_a_literal_map_takes_its_types_from_the_interface() -> None:
    """The words of the interface are those of the values."""
    made = literals_pb2.LiteralMap(literals={"limit": literal(1)})
    interface = interface_pb2.TypedInterface(
        inputs=interface_pb2.VariableMap(variables={"limit": interface_pb2.Variable(type=OPTIONAL)})
    )
    for given in (interface, interface.inputs, dict(interface.inputs.variables)):
        assert [child.type for child in literal_map_node(made, given).children()] == ["int | None"]


def test_types_are_in_pythons_words() -> None:
    """A literal type reads as the annotation that it came from."""
    point = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    point.metadata.update({"title": "Point"})
    words = [
        type_words(types_pb2.LiteralType(map_value_type=types_pb2.LiteralType(collection_type=INTEGER))),
        type_words(OPTIONAL),
        type_words(point),
        type_words(types_pb2.LiteralType(simple=types_pb2.STRUCT)),
        type_words(types_pb2.LiteralType(enum_type=types_pb2.EnumType(values=["red", "blue"]))),
        type_words(types_pb2.LiteralType(blob=types_pb2.BlobType(format="csv"))),
        type_words(types_pb2.LiteralType()),
    ]
    assert words == [
        "dict[str, list[int]]",
        "int | None",
        "Point",
        "dict",
        'enum("red", "blue")',
        'FlyteFile["csv"]',
        "no type",
    ]


def test_json_tells_int_and_float_apart() -> None:
    """A dict is shown as it is, not as a Struct would have it."""
    made = json_node({"a": 1, "b": 1.0, "c": None, "d": {1}})
    assert [(child.value, child.type, child.badge) for child in made.children()] == [
        ("1", "int", ""),
        ("1.0", "float", ""),
        ("None", "None", ""),
        ('"{1}"', "set", "no JSON value"),
    ]


def test_long_text_is_cut_with_its_length() -> None:
    """A text of any length costs one line."""
    made = json_node({"k" * 10_000: "x" * 200_000}).children()[0]
    assert made.value == f'"{"x" * 120}…" (200,000 characters)'
    assert len(made.key) < 250
    assert len(made.id) < 100


@pytest.mark.parametrize("text", ["\x00", "\x1b[31m", "\u202e", "\u2028", "\ud800", "\r\n", "\u200b", "\U000e0001"])
def test_what_cannot_be_seen_is_escaped(text: str) -> None:
    """Control characters and marks of direction are shown, not obeyed, wherever they stand."""
    made = json_node({f"k{text}": f"v{text}", "l": [text]})
    for node in walk(made):
        assert f"{node.key}{node.value}{node.id}{node.type}".isprintable()
    assert static_text(made).replace("\n", "").isprintable()


def test_keys_that_look_alike_stay_apart() -> None:
    """A slash, a tilde or an escape in a key makes no two ids the same."""
    keys = ["a/b", "a~1b", "a~b", "\x00", "~u0;", "x" * 100 + "1", "x" * 100 + "2", "", "+", "~more"]
    made = json_node(dict.fromkeys(keys, 1) | {"a": {"b": 2}})
    assert {at(made, child.id).key for child in made.children()} == {child.key for child in made.children()}
    assert len({node.id for node in walk(made)}) == len(keys) + 3


def test_hostile_strings_are_escaped_in_html() -> None:
    """No string of the user's becomes an element."""
    made = static_html(json_node({HOSTILE: [HOSTILE], '" onclick="x': "&amp;"}), HOSTILE)
    assert "<img" not in made
    assert "<script" not in made
    assert "</script" not in made
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;" in made
    assert "&amp;amp;" in made


def test_html_is_nested_details() -> None:
    """The static tree opens and closes without a line of script."""
    made = static_html(json_node({"a": {"b": 1}}), "t", opened=["/a"])
    assert "<details open><summary><strong>a</strong> <span>{b: 1}</span>" in made
    assert made.count("<details") == made.count("</details>") == 1


def test_static_forms_are_bounded_and_say_so() -> None:
    """A large tree is cut, and what was cut is counted."""
    made = json_node({"many": list(range(100_000)), "text": "x" * 100_000})
    html, text = static_html(made), static_text(made)
    assert len(html) < 100_000
    assert len(text) < 20_000
    assert "of 100,000 left out" in html
    assert "of 100,000 left out" in text


def test_rows_are_bounded() -> None:
    """However large the tree, the rows fit their budget."""
    made = rows(json_node({f"k{i}": {"v": [i] * 5} for i in range(50_000)}), budget=10_000)
    assert 0 < len(json.dumps(made)) <= 10_000


def test_rows_of_opened_nodes_come_first() -> None:
    """What stands open is sent before what does not."""
    node = json_node({"a": list(range(90)), "b": list(range(90))})
    a, b = rows(node, opened=["/b"], budget=4_000)
    assert len(b["children"]) > 20
    assert a["children"] == []


def test_rows_go_on_where_they_stopped() -> None:
    """Pages of a long list follow one another."""
    node = json_node(list(range(250)))
    first, second = rows(node), rows(node, start=100)
    assert [first[0]["value"], first[-1]["value"], second[0]["value"], len(first)] == ["0", "99", "100", 100]


def test_a_row_has_the_keys_that_are_documented() -> None:
    """The front end's row is this one."""
    [made] = rows(template_node(tasks_pb2.TaskTemplate(custom=custom_to_struct({"n": 3})), custom_losses({"n": 3})))
    assert made == {
        "id": "/custom",
        "key": "custom",
        "value": "{n: 3.0}",
        "kind": "map",
        "size": 18,
        "type": "dict",
        "count": 1,
        "path": "tt.custom",
        "tip": "field 5 of flyteidl.core.TaskTemplate: google.protobuf.Struct",
        "help": "The plugin's own settings, as JSON: what get_custom returned, and what the executor reads.",
        "children": [
            {
                "id": "/custom/n",
                "key": "n",
                "value": "3.0",
                "kind": "float",
                "size": 16,
                "type": "float",
                "badge": "was 3: an int becomes a float",
                "path": 'tt.custom["n"]',
                "tip": "field 2 of google.protobuf.Value: double, chosen of oneof kind",
                "help": "A number: always a double, so that 3 arrives as 3.0.",
                "was": {"before": "3", "after": "3.0", "why": "an int becomes a float"},
            }
        ],
    }


def test_a_large_tree_costs_what_is_looked_at() -> None:
    """A long list's preview does not make its children."""
    struct = struct_pb2.Struct()
    struct.update({"rows": [[1.0]] * 20_000})
    made = at(message_node(tasks_pb2.TaskTemplate(custom=struct)), "/custom/rows")
    assert made.value == "20,000 items"
    assert at(made, "/custom/rows/19999/0").value == "1.0"


def test_quotes_and_backslashes_are_escaped() -> None:
    """A quoted text can be read back."""
    assert quoted('a\\"\n') == '"a\\\\\\"\\n"'
