"""The tree in the kernel: positions, ids, ranges, and what stands open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import literals_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from shimnb.core.custom import custom_to_struct
from shimnb.notebook.tree.model import Opened, TreeModel
from shimnb.notebook.tree.node import Parts
from shimnb.notebook.tree.nodes import json_node, literal_map_node, message_node

if TYPE_CHECKING:
    from shimnb.notebook.tree.node import Node

KEYS = st.text(max_size=3)
JSON = st.recursive(
    st.none() | st.integers(-3, 3) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
)
SAMPLE = {"a": [1, {"x": 2}], "b": {"c": {"d": 1}}, "e": 5, "f": []}


def model(value: Any) -> TreeModel:
    """Make the model of a JSON value."""
    return TreeModel(json_node(value))


def numbers(data: bytes) -> list[int]:
    """Read numbers of variable length."""
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found.append(value)
            value = shift = 0
    return found


def slowly(root: Node, opened: Opened, level: int = 1) -> list[int]:
    """Write the shape as its definition reads: by nodes, one after the other."""
    kids = [
        (place, child)
        for place, child in enumerate(root.children())
        if child.count and opened.holds(child.id, root.id, level)
    ]
    found, before = [root.count, len(kids)], -1
    for place, child in kids:
        found += [place - before - 1, *slowly(child, opened, level + 1)]
        before = place
    return found


def all_of(root: Node) -> list[Node]:
    """List all nodes below a node."""
    return [node for child in root.children() for node in (child, *all_of(child))]


def test_a_node_has_a_position_and_an_id() -> None:
    """Both lead to the same node, and neither leads to one that is not there."""
    tree = model(SAMPLE)
    assert tree.at([0, 1, 0]).value == "2"
    assert tree.find("/a/1/x") == (0, 1, 0)
    assert [tree.at([9]), tree.at([2, 0]), tree.at([0, -1])] == [None, None, None]
    assert [tree.find(each) for each in ("/z", "/a/2", "/a/x", "/e/0", "nonsense", "~1234/a")] == [None] * 6
    assert tree.find("") == ()


@given(JSON)
@settings(max_examples=50)
def test_every_id_leads_to_its_node(value: Any) -> None:
    """Whatever the keys are, an id is one node's alone."""
    root = json_node({"top": value})
    tree = TreeModel(root)
    nodes = all_of(root)
    assert len({node.id for node in nodes}) == len(nodes)
    assert [tree.at(tree.find(node.id)).path for node in nodes] == [node.path for node in nodes]


def test_ranges_are_cut_to_what_is_there() -> None:
    """A range past the end gives what there is; one of nothing is empty."""
    got = model({"a": [1, 2, 3]}).rows([((0,), 1, 99), ((0,), 3, 99), ((5,), 0, 1)], 10_000)
    assert [[row["value"] for row in each["rows"]] for each in got] == [["2", "3"], [], []]
    assert [each["count"] for each in got] == [3, 3, 0]


def test_ranges_stop_at_the_budget() -> None:
    """What does not fit is left out, with the ranges behind it; one row is always given."""
    tree = model({"a": ["x" * 50] * 10, "b": [1]})
    [got] = tree.rows([((0,), 0, 10), ((1,), 0, 1)], 500)
    assert 1 < len(got["rows"]) < 10
    [got] = tree.rows([((0,), 0, 10)], 1)
    assert len(got["rows"]) == 1


@pytest.mark.parametrize(
    ("opened", "shape"),
    [
        (Opened(1), [4, 0]),
        (Opened(2), [4, 2, 0, 2, 0, 0, 1, 0]),
        (Opened(0), [4, 2, 0, 2, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0]),
        (Opened(1, {"/b"}), [4, 1, 1, 1, 0]),
        (Opened(1, {"/b", "/b/c"}), [4, 1, 1, 1, 1, 0, 1, 0]),
        (Opened(1, {"/b/c"}), [4, 0]),
        (Opened(0, collapsed={"/a/1", "/b"}), [4, 1, 0, 2, 0]),
        (Opened(1, {"/~all"}), [4, 2, 0, 2, 0, 0, 1, 0]),
        (Opened(1, {"/b", "/b/~all"}), [4, 1, 1, 1, 1, 0, 1, 0]),
        (Opened(2, {"/not there", "/a/7"}), [4, 2, 0, 2, 0, 0, 1, 0]),
    ],
)
def test_a_shape_says_what_stands_open(opened: Opened, shape: list[int]) -> None:
    """Counts of children, of those that are open, and the distances between these."""
    assert numbers(model(SAMPLE).shape([], opened, 1000)[0]) == shape


def test_a_shape_of_a_part_has_the_levels_of_the_whole() -> None:
    """A depth counts from the root, wherever it is asked for."""
    assert numbers(model(SAMPLE).shape([1], Opened(3), 1000)[0]) == [1, 1, 0, 1, 0]
    assert numbers(model(SAMPLE).shape([1], Opened(2), 1000)[0]) == [1, 0]


def test_a_shape_is_bounded() -> None:
    """Past the bound, branches stay closed, and the answer says that these are not all."""
    tree = model({f"k{i}": {"a": [1]} for i in range(100)})
    data, told, whole = tree.shape([], Opened(0), 50)
    assert (told <= 151, whole) == (True, False)
    assert numbers(data)[0] == 100
    assert tree.shape([], Opened(0), 1000)[1:] == (201, True)


def literals(value: Any) -> literals_pb2.Literal:
    """Make a literal of a JSON value."""
    made = literals_pb2.Literal()
    if isinstance(value, dict):
        made.map.SetInParent()
        for key, each in value.items():
            made.map.literals[key].CopyFrom(literals(each))
    elif isinstance(value, list):
        made.collection.SetInParent()
        made.collection.literals.extend(map(literals, value))
    elif value is None:
        made.scalar.generic.CopyFrom(custom_to_struct({"a": {"b": [1]}}))
    else:
        made.scalar.primitive.string_value = str(value)
    return made


@given(JSON, st.sampled_from([0, 1, 2, 3]), st.data())
@settings(max_examples=60, deadline=None)
def test_the_quick_shape_is_the_slow_one(value: Any, depth: int, data: st.DataObject) -> None:
    """What is told from values alone, of JSON, Structs and literals, is what their nodes say."""
    roots = [
        json_node({"top": value}),
        message_node(custom_to_struct({"top": value})),
        literal_map_node(literals_pb2.LiteralMap(literals={"top": literals(value)})),
    ]
    for root in roots:
        ids = [node.id for node in all_of(root) if node.count]
        some = st.sets(st.sampled_from(ids), max_size=2) if ids else st.just(set())
        opened = Opened(depth, frozenset(data.draw(some)), frozenset(data.draw(some)))
        assert numbers(TreeModel(root).shape([], opened, 10_000)[0]) == slowly(root, opened)


def test_what_the_depth_opens_makes_no_nodes() -> None:
    """Opening 50,000 branches at once makes none of them: it takes their values."""
    root = json_node({"rows": [{"a": 1, "b": 2} for _ in range(50_000)]})
    made: list[Any] = []
    [rows] = root.children()
    parts = rows.parts
    assert parts is not None
    counting = Parts(parts.count, parts.order, lambda key: made.append(key) or parts.make(key), branches=parts.branches)
    tree = TreeModel(type(rows)(rows.spot, "list", parts=counting))
    assert tree.shape([], Opened(0), 10**6)[1] == 50_001
    assert made == []


@pytest.mark.parametrize(
    ("text", "at", "skip", "found"),
    [
        ("b", (0,), True, (1,)),
        ("B", (0,), True, (1,)),
        ("a", (0,), True, (0,)),
        ("a", (0,), False, (0,)),
        ("d", (0,), True, (1, 0, 0)),
        ("1", (0, 1, 0), True, (0, 1)),
        ("x", (2,), True, (0, 1, 0)),
        ("zz", (0,), True, None),
    ],
)
def test_typing_finds_the_next_open_row(text: str, at: tuple[int, ...], skip: bool, found: Any) -> None:
    """From a row on, then from the top; what is closed is not found."""
    tree = model(SAMPLE)
    assert tree.typed(text, at, Opened(0), skip=skip) == found
    assert tree.typed("d", (0,), Opened(1), skip=True) is None


@pytest.mark.parametrize("text", ["0", "1", "12", "00", "x", "9"])
def test_typing_finds_numbers_by_their_first_digits(text: str) -> None:
    """In a list, every hit is one whose number begins so, and none is left out."""
    tree = model(list(range(130)))
    found: list[int] = []
    at: tuple[int, ...] | None = (129,)
    for _ in range(60):
        at = tree.typed(text, at, Opened(1), skip=True)
        if at is None or at[0] in found:
            break
        found.append(at[0])
    assert found == [number for number in range(130) if str(number).startswith(text)]


def test_a_large_branch_is_sorted_once() -> None:
    """Rows, the preview and the next rows take the same order."""
    sorts: list[int] = []
    keys = [f"k{i}" for i in range(2_000)]

    def order() -> list[str]:
        sorts.append(1)
        return keys

    root = json_node({})
    inner = Parts(len(keys), order, json_node, noun="keys")
    outer = Parts(1, lambda: range(1), lambda _: type(root)(root.spot.entry("big"), "map", parts=inner))
    tree = TreeModel(type(root)(root.spot, "map", parts=outer))
    for start in (0, 500, 1_500):
        tree.rows([((), 0, 1), ((0,), start, start + 100)], 10**6)
    assert sorts == [1]
