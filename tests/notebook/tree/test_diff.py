"""`diff`: what is said of two trees, and what is not."""

from __future__ import annotations

import copy
import json
import random
import time
from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2
from google.protobuf import struct_pb2

import shimnb
from shimnb.core.custom import custom_to_struct
from shimnb.errors import ShimError
from shimnb.notebook.tree.alignment import aligned, merged_keys
from shimnb.notebook.tree.compare import Comparison
from shimnb.notebook.tree.diff import DiffWidget, diff
from shimnb.notebook.tree.merge import merged
from shimnb.notebook.tree.nodes import json_node, message_node
from shimnb.notebook.tree.prints import Prints

if TYPE_CHECKING:
    from shimnb.notebook.tree.node import Node


def said(one: Any, two: Any) -> list[str]:
    """Write the rows of a comparison of JSON, those that changed with what is below them."""
    return lines(merged(json_node(one), json_node(two)))


def lines(node: Node, indent: str = "") -> list[str]:
    """Write rows: the change, the key, the value, and what it was."""
    found = []
    for child in node.children():
        was = f", was {child.before}" if child.before else ""
        found.append(f"{indent}{child.change} {child.key}: {child.value}{was}")
        if child.change == "below":
            found += lines(child, indent + "  ")
    return found


def template(custom: dict[str, Any], image: str = "img:1", **env: str) -> tasks_pb2.TaskTemplate:
    """Make a template."""
    made = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image=image))
    made.id.name = "top_tracks"
    made.custom.CopyFrom(custom_to_struct(custom))
    for key, value in env.items():
        made.container.env.add(key=key, value=value)
    return made


def ask(widget: DiffWidget, **content: Any) -> Any:
    """Send a message as a view would, and return the answer."""
    answers: list[Any] = []
    widget.send = lambda content, buffers=None: answers.append(content)
    widget._handle_custom_msg({"request": "r1", **content}, [])
    return answers[0]


# Rows


def test_a_value_that_changed_says_what_it_was() -> None:
    """Before and after in words."""
    assert said({"a": 5.0, "b": 1}, {"a": 3.0, "b": 1}) == ["changed a: 3.0, was 5.0", "same 1 unchanged: b"]


def test_another_type_is_told() -> None:
    """The same number, or nearly the same text, may be of another type."""
    assert said({"a": 1, "b": "2"}, {"a": 1.0, "b": 2}) == ["changed a: 1.0, was 1 int", 'changed b: 2, was "2" str']
    assert said({"a": True}, {"a": 1}) == ["changed a: 1, was True bool"]
    assert said({"a": None}, {"a": 0}) == ["changed a: 0, was None None"]


def test_a_key_that_came_or_went_is_a_row() -> None:
    """In the place where it stands, or stood."""
    assert said({"a": 1, "b": 2, "c": 3}, {"a": 1, "c": 3, "d": {"e": [4]}}) == [
        "same 1 unchanged: a",
        "removed b: 2",
        "same 1 unchanged: c",
        "added d: {e: […]}",
    ]


def test_another_shape_is_one_that_went_and_one_that_came() -> None:
    """A list where a dict was has no common rows with it."""
    assert said({"a": {"b": 1}}, {"a": [1]}) == ["removed a: {b: 1}", "added a: [1]"]
    assert said({"a": 1}, {"a": []}) == ["removed a: 1", "added a: []"]


def test_an_item_that_was_put_in_is_one_addition() -> None:
    """The items after it did not change."""
    assert said({"l": [1, 2, 3, 4]}, {"l": [1, 9, 2, 3, 4]}) == [
        "below l: [1, 9, 2, 3, 4]",
        "  same 1 unchanged: item 0",
        "  added 1: 9",
        "  same 3 unchanged: items 2 to 4",
    ]


def test_an_item_that_changed_inside_is_opened() -> None:
    """Dicts in a list are put side by side where one took the other's place."""
    one = [{"x": i, "y": "a"} for i in range(4)]
    two = copy.deepcopy(one)
    two[2]["y"] = "b"
    assert said(one, two) == [
        "same 2 unchanged: items 0 to 1",
        'below 2: {x: 2, y: "b"}',
        "  same 1 unchanged: x",
        '  changed y: "b", was "a"',
        "same 1 unchanged: item 3",
    ]


def test_variables_are_known_by_their_names() -> None:
    """Not by their places; one that is set twice counts twice."""
    one, two = template({}, A="1", B="2"), template({}, B="3", C="4")
    one.container.env.add(key="B", value="5")
    [container, *_] = [
        node for node in merged(message_node(one), message_node(two)).children() if node.key == "container"
    ]
    [_, env] = container.children()
    assert lines(env) == ['removed A: "1"', 'changed B: "3", was "2"', 'removed B: "5"', 'added C: "4"']


def test_a_hidden_value_is_said_to_be_another() -> None:
    """Neither value is shown, in no form."""
    one, two = (template({}, DB_PASSWORD=value) for value in ("hunter2", "swordfish"))
    widget = diff(one, two)
    assert "~ DB_PASSWORD: hidden, was another hidden value" in widget.static_text()
    everything = widget.static_text() + widget.static_html() + json.dumps(widget.get_state(), default=str)
    assert "hunter2" not in everything
    assert "swordfish" not in everything
    # A removed one is hidden as well.
    assert "hunter2" not in diff(one, template({})).static_html()


def test_long_texts_are_shown_where_they_differ() -> None:
    """The beginning is the same."""
    text = "select name from tracks where artist = 1 order by price limit 100 offset 5000 and so on " * 2
    [row] = merged(json_node({"q": text}), json_node({"q": text[:-5] + "OTHER"})).children()
    assert row.value.endswith('OTHER"')
    assert row.before.endswith('o on "')
    assert max(len(row.value), len(row.before)) < 90


def test_a_type_is_one_change() -> None:
    """What it is made of stands below."""

    def interface(simple: Any) -> interface_pb2.VariableMap:
        variable = interface_pb2.Variable(type=types_pb2.LiteralType(simple=simple))
        return interface_pb2.VariableMap(variables={"n": variable})

    one, two = interface(types_pb2.INTEGER), interface(types_pb2.STRING)
    assert lines(merged(message_node(one), message_node(two))) == ["changed n: str, was int"]


def test_literals_are_compared() -> None:
    """Inputs of two runs."""
    one, two = literals_pb2.LiteralMap(), literals_pb2.LiteralMap()
    one.literals["n"].scalar.primitive.integer = 3
    two.literals["n"].scalar.primitive.float_value = 3
    two.literals["m"].scalar.primitive.boolean = True
    assert lines(merged(message_node(one), message_node(two))) == ["added m: True", "changed n: 3.0, was 3 int"]


def test_nan_is_the_same_as_nan() -> None:
    """And a negative zero is another zero."""
    assert said({"a": float("nan"), "b": 0.0}, {"a": float("nan"), "b": -0.0}) == [
        "same 1 unchanged: a",
        "changed b: -0.0, was 0.0",
    ]


def test_ids_are_those_of_the_newer_tree() -> None:
    """What stood open there stands open here; no id is there twice."""
    root = merged(json_node({"a": {"b": [1, 2, 3], "c": {"d": 1}}}), json_node({"a": {"b": [2, 3, {"x": 1}], "e": 1}}))
    ids = []
    left = [root]
    while left:
        node = left.pop()
        left += node.children()
        ids += [child.id for child in node.children()]
        assert all(node.parts.place(child.id.rpartition("/")[2]) == at for at, child in enumerate(node.children()))
    assert len(set(ids)) == len(ids)
    assert {"/a", "/a/b", "/a/e", "/a/b/2/x"} <= set(ids)


# Numbers


def test_leaves_are_counted_in_the_title() -> None:
    """A branch that came counts its leaves, and is one change to go to."""
    widget = diff({"a": 1, "b": {"c": 1}}, {"a": 2, "b": {}, "d": {"e": [1, 2], "f": 3}})
    assert widget.title["notes"] == ["3 added", "1 removed", "1 changed"]
    assert widget.title["label"] == "Differences of dict"
    assert widget.title["changes"] == 3


def test_no_difference_is_said() -> None:
    """All rows are folded."""
    widget = diff(template({"a": 1}), template({"a": 1}))
    assert widget.title["notes"] == ["no difference"]
    assert widget.static_text().splitlines()[1:] == ["└─ 4 unchanged: custom, container, id, type"]
    assert diff({}, {}).title["notes"] == ["no difference"]


def test_branches_with_changes_stand_open() -> None:
    """No others do."""
    assert diff(
        {"a": {"b": 1, "c": {"d": 1}}, "x": {"y": 1}}, {"a": {"b": 2, "c": {"d": 1}}, "x": {"y": 1}}
    ).expanded == ["/a"]


def test_the_next_and_the_previous_change() -> None:
    """From any row, going round at the ends."""
    widget = diff({"a": 1, "b": 2, "c": [1, 2]}, {"a": 2, "b": 2, "c": [1, 3]})

    def go(at: list[int], step: int) -> tuple[list[int], int, int]:
        answer = ask(widget, type="change", at=at, step=step)
        return answer["at"], answer["number"], answer["of"]

    assert go([], 1) == ([0], 1, 2)
    assert go([0], 1) == ([2, 1], 2, 2)
    assert go([1], 1) == ([2, 1], 2, 2)
    assert go([2, 1], 1) == ([0], 1, 2)
    assert go([0], -1) == ([2, 1], 2, 2)
    assert go([1, 0], -1) == ([0], 1, 2)
    assert ask(diff({}, {}), type="change", at=[], step=1)["at"] is None
    assert ask(widget, type="change", at=["x"], step=1)["error"] == "The question was not understood."
    assert ask(shimnb.tree({"a": 1}), type="change", at=[], step=1)["error"] == "The question was not understood."


@pytest.mark.parametrize("seed", range(60))
def test_changes_are_found_wherever_they_are(seed: int) -> None:
    """Drawn values that are equal have no difference, others have one; the numbers say it from both sides."""
    drawn = random.Random(seed)  # noqa: S311  # no secret: the same ones each time

    def value(depth: int) -> Any:
        kind = drawn.randrange(6 if depth else 4)
        if kind < 4:
            return [None, drawn.randrange(3), float(drawn.randrange(3)), "x" * drawn.randrange(3)][kind]
        size = drawn.randrange(4)
        return [value(depth - 1) for _ in range(size)] if kind == 4 else {c: value(depth - 1) for c in "abcd"[:size]}

    one, two = {"v": value(4)}, {"v": value(4)}
    there = Comparison(json_node(one), json_node(two)).tally
    back = Comparison(json_node(two), json_node(one)).tally
    assert (there.added, there.removed, there.changed) == (back.removed, back.added, back.changed)
    assert bool(there.places) == (repr(one) != repr(two))
    struct = Comparison(message_node(custom_to_struct(one)), message_node(custom_to_struct(two))).tally
    assert bool(struct.places) == (custom_to_struct(one) != custom_to_struct(two))
    assert not Comparison(json_node(one), json_node(copy.deepcopy(one))).tally.places


# What is compared


def test_tasks_messages_bytes_and_files_are_compared(tmp_path: Any) -> None:
    """Whatever has a tree, and two sources of the same kind."""
    one, two = template({"limit": 5}), template({"limit": 3})
    (tmp_path / "a.pb").write_bytes(one.SerializeToString())
    for older in (one, one.SerializeToString(), tmp_path / "a.pb", shimnb.TaskTemplate(one)):
        assert diff(older, two).title["notes"] == ["1 changed"]
    assert diff(b"", one.SerializeToString(), "TaskTemplate").title["notes"] == ["4 added"]


def test_two_kinds_are_refused() -> None:
    """There is nothing to put side by side."""
    with pytest.raises(ShimError) as caught:
        diff(template({}), {"a": 1})
    assert str(caught.value) == "diff: a TaskTemplate and a dict have nothing to compare. Pass two of the same kind."
    with pytest.raises(ShimError) as caught:
        diff({"a": 1}, 3)
    assert caught.value.where == "tree"


def test_both_names_stand_in_the_title() -> None:
    """Where they differ."""
    other = template({})
    other.id.name = "new"
    assert diff(template({}), other).title["name"] == "top_tracks → new"


# Large


def test_a_large_difference_is_bounded() -> None:
    """A hundred thousand changes are counted up to a bound, and the first message is small."""
    widget = diff({"l": [str(i) for i in range(100_000)]}, {"l": [f"{i}!" for i in range(100_000)]})
    assert widget.title["notes"] == ["at least 20,000 changed"]
    sent = {name: value for name, value in widget.get_state().items() if name not in {"_esm", "_css"}}
    assert len(json.dumps(sent, default=str)) < 64 * 1024


def test_one_change_among_many_costs_little_more_than_making_the_values() -> None:
    """A hundred thousand leaves: no row is made of those that are the same."""
    one = {"rows": [{"a": i, "b": str(i), "c": [i], "d": None} for i in range(25_000)]}
    started = time.process_time()
    two = json.loads(json.dumps(one))
    two["rows"].insert(100, {"new": 1})
    two["rows"][20_000]["b"] = "other"
    base = time.process_time() - started
    started = time.process_time()
    comparison = Comparison(json_node(one), json_node(two))
    tally = comparison.tally
    spent = time.process_time() - started
    assert (tally.added, tally.removed, tally.changed) == (1, 0, 1)
    assert comparison.root.children()[0].count == 5
    assert spent < 40 * base


def test_five_thousand_levels_are_compared() -> None:
    """Without recursion."""

    def deep(leaf: int) -> Any:
        value: Any = leaf
        for _ in range(5000):
            value = {"k": value}
        return value

    tally = Comparison(json_node(deep(1)), json_node(deep(2))).tally
    assert (tally.changed, len(tally.places[0])) == (1, 5000)
    assert "left out" in diff(deep(1), deep(2)).static_html()


# Lists


def test_an_alignment_has_each_place_once() -> None:
    """In both lists, rising, and with as many common items as there can be."""
    drawn = random.Random(1)  # noqa: S311  # no secret: the same ones each time
    for _ in range(500):
        one = drawn.choices("abcd", k=drawn.randrange(12))
        two = drawn.choices("abcd", k=drawn.randrange(12))
        pairs = aligned(one, two)
        assert [a for a, _ in pairs if a is not None] == list(range(len(one)))
        assert [b for _, b in pairs if b is not None] == list(range(len(two)))
        common = sum(a is not None and b is not None and one[a] == two[b] for a, b in pairs)
        assert common >= longest(one, two)


def longest(one: list[str], two: list[str]) -> int:
    """Find the length of a longest common subsequence, the slow way."""
    row = [0] * (len(two) + 1)
    for a in one:
        left = 0
        for at, b in enumerate(two, 1):
            left, row[at] = row[at], left + 1 if a == b else max(row[at], row[at - 1])
    return row[-1]


def test_lists_with_little_in_common_are_aligned_by_what_is_there_once() -> None:
    """The work is bounded, and what moved as a whole is found."""
    one, two = list(range(5000)), [*range(10_000, 12_000), *range(1000, 4000)]
    pairs = aligned(one, two)
    assert sum(a is not None and b is not None and one[a] == two[b] for a, b in pairs) == 3000
    assert len(aligned(list(range(50_000)), list(range(50_000, 0, -1)))) >= 50_000


def test_keys_are_merged_in_the_newer_order() -> None:
    """A key that went stands behind the one that it stood behind."""
    assert merged_keys("abcd", "db") == [(0, None), (3, 0), (1, 1), (2, None)]


def test_prints_tell_what_a_reader_would() -> None:
    """Types, orders and keys of any kind."""
    prints = Prints()
    assert prints.of([1, 2]) != prints.of([2, 1])
    assert prints.of({1: 1}) != prints.of({"1": 1})
    assert prints.of(["ab", "c"]) != prints.of(["a", "bc"])
    assert prints.of("\udc80") != prints.of("\udc81")
    assert prints.of(struct_pb2.Value(number_value=1)) != prints.of(struct_pb2.Value(bool_value=True))
