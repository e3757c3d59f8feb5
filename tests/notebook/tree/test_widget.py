"""The tree's widget: what it takes, what it sends first, what it answers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import struct_pb2

from shimnb.core.custom import custom_losses, custom_to_struct
from shimnb.core.sizes import size_level
from shimnb.core.template import TaskTemplate
from shimnb.errors import ShimError
from shimnb.notebook.tree.widget import TreeWidget, tree

ACCEPTED = "Pass a task, a TaskTemplate, a message of flyteidl, or a dict."
BOUND = 64 * 1024


def template() -> tasks_pb2.TaskTemplate:
    """Make a small template."""
    made = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="img:1"))
    made.id.name = "top_tracks"
    made.custom.CopyFrom(custom_to_struct({"limit": 3}))
    return made


def ask(widget: TreeWidget, **content: Any) -> Any:
    """Send a message as a view would, and return the answer."""
    answers: list[Any] = []
    widget.send = lambda content, buffers=None: answers.append(content)
    widget._handle_custom_msg({"request": "r1", **content}, [])
    return answers[0] if answers else None


def test_a_template_has_a_title_line() -> None:
    """Name, type, image and size stand above the tree."""
    assert tree(template()).title == {
        "name": "top_tracks",
        "label": "Template of top_tracks",
        "notes": ["sql", "img:1"],
        "size": template().ByteSize(),
    }


def test_custom_stands_open() -> None:
    """What the author wrote is seen without a click."""
    assert tree(template()).expanded == ["/custom"]


def test_a_task_is_shown_with_its_losses_and_defaults() -> None:
    """A task adds to its template what the template cannot carry."""
    task = SimpleNamespace(
        task_template=TaskTemplate(template()),
        losses=lambda: custom_losses({"limit": 3}),
        python_interface=SimpleNamespace(defaults={}),
    )
    [custom, *_] = tree(task).rows
    assert custom["children"][0]["badge"] == "was 3: an int becomes a float"


def test_a_view_a_message_and_a_dict_are_shown() -> None:
    """Everything with an obvious tree has one."""
    assert tree(TaskTemplate(template())).title["name"] == "top_tracks"
    assert tree(literals_pb2.LiteralMap()).title["name"] == "LiteralMap"
    assert tree({"a": 1}).rows[0]["value"] == "1"


def test_a_message_that_is_a_value_has_a_row() -> None:
    """A literal without children is not an empty tree."""
    literal = literals_pb2.Literal()
    literal.scalar.primitive.integer = 3
    assert [row["value"] for row in tree(literal).rows] == ["3"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (3, "a value of type int"),
        (None, "a value of type NoneType"),
        (b"", "a value of type bytes"),
        (TaskTemplate, "the class TaskTemplate"),
    ],
)
def test_anything_else_is_refused(given: Any, words: str) -> None:
    """The error says what was given, and what would do."""
    with pytest.raises(ShimError) as caught:
        tree(given)
    assert str(caught.value) == f"tree: {words} has no tree. {ACCEPTED}"


def test_a_dict_that_holds_itself_is_refused() -> None:
    """A cycle has no end to show."""
    cycle: dict[str, Any] = {}
    cycle["me"] = cycle
    with pytest.raises(ShimError) as caught:
        tree(cycle)
    assert str(caught.value) == (
        "tree: the dict is no JSON value: Circular reference detected. Use string keys, and break what holds itself."
    )


def test_a_wrong_value_leaves_the_tree_as_it_was() -> None:
    """Nothing is lost when `show` is refused."""
    widget = tree({"a": 1})
    with pytest.raises(ShimError):
        widget.show(3)
    assert widget.rows[0]["key"] == "a"
    assert ask(widget, type="children", id="/a", start=0)["rows"] == []


@pytest.mark.parametrize("size", [10, 100_000])
def test_the_first_message_is_bounded(size: int) -> None:
    """The whole state, script and style with it, is under 64 KiB however large the tree is."""
    state = tree({f"k{i}": {"v": list(range(5)), "t": "x" * 300} for i in range(size)}).get_state()
    assert len(json.dumps(state, default=str)) < BOUND


def test_children_are_answered_from_the_model() -> None:
    """A row that was not sent is sent when it is asked for."""
    widget = tree({"a": list(range(250))})
    answer = ask(widget, type="children", id="/a", start=200)
    assert (answer["request"], answer["type"]) == ("r1", "children")
    assert [row["value"] for row in answer["rows"]] == [str(i) for i in range(200, 250)]


def test_children_of_a_row_that_is_gone_are_an_error_in_words() -> None:
    """A view that is behind is told so."""
    assert ask(tree({"a": 1}), type="children", id="/b", start=0) == {
        "request": "r1",
        "type": "children",
        "error": "This row is not there any more.",
    }


@pytest.mark.parametrize(
    "content", [{"type": "children"}, {"type": "children", "id": "/a", "start": "x"}, {"type": "depth", "depth": None}]
)
def test_a_question_that_makes_no_sense_is_answered(content: dict[str, Any]) -> None:
    """No message of a view ends in a traceback."""
    assert ask(tree({"a": [1]}), **content)["error"] == "The question was not understood."


def test_other_messages_are_left_alone() -> None:
    """What is not for the tree gets no answer."""
    assert ask(tree({"a": 1}), type="else") is None


@pytest.mark.parametrize(
    ("depth", "expanded"), [(1, []), (2, ["/a"]), (3, ["/a", "/a/b"]), (0, ["/a", "/a/b", "/a/b/c"])]
)
def test_a_depth_opens_what_is_above_it(depth: int, expanded: list[str]) -> None:
    """Depth counts the levels that are seen; 0 is all of them."""
    assert ask(tree({"a": {"b": {"c": [1]}}}), type="depth", depth=depth)["expanded"] == expanded


def test_a_depth_past_the_bound_says_so() -> None:
    """Opening everything in a large tree opens a part, and says which."""
    answer = ask(tree({f"k{i}": {f"n{j}": [1] for j in range(90)} for i in range(90)}), type="depth", depth=0)
    assert len(json.dumps(answer)) < 400_000
    assert answer["note"].startswith("The first ")


def test_showing_something_else_keeps_what_is_open() -> None:
    """A task that is run again comes back as it was looked at."""
    widget = tree({"a": {"b": 1}})
    widget.expanded = ["/a"]
    widget.show({"a": {"b": 2}})
    assert widget.expanded == ["/a"]
    assert widget.rows[0]["children"][0]["value"] == "2"


@pytest.mark.parametrize(
    ("size", "level"),
    [(65_535, ""), (65_536, "warning"), (1_572_864, "error"), (4_194_304, "error")],
)
def test_large_templates_are_marked(size: int, level: str) -> None:
    """The limits of a cluster show before they are met."""
    assert size_level(size)[0] == level


def test_the_bundle_has_static_forms() -> None:
    """Without a front end there is still a tree."""
    bundle = tree(template())._repr_mimebundle_()
    assert bundle is not None
    data, _ = bundle
    assert sorted(data) == ["application/vnd.jupyter.widget-view+json", "text/html", "text/plain"]
    assert data["text/plain"] == (
        f"top_tracks · sql · img:1 · {template().ByteSize()} B\n"
        "├─ custom: {limit: 3.0}  dict\n"
        "│  └─ limit: 3.0  float\n"
        "├─ container: img:1  Container, oneof target\n"
        '│  └─ image: "img:1"  string\n'
        "├─ id: top_tracks  Identifier\n"
        '│  └─ name: "top_tracks"  string\n'
        '└─ type: "sql"  string'
    )
    assert "<details open><summary><strong>custom</strong>" in data["text/html"]


def test_deep_values_do_not_break_the_forms() -> None:
    """The deepest value that protobuf decodes has a tree and its static forms."""
    value = struct_pb2.Value(number_value=1)
    for _ in range(45):
        value = struct_pb2.Value(list_value=struct_pb2.ListValue(values=[value]))
    widget = tree(struct_pb2.Struct(fields={"deep": value}))
    assert ask(widget, type="depth", depth=0)["expanded"][-1].count("/0") == 44
    assert len(widget.static_html()) < BOUND
