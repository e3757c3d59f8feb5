"""The tree's widget: what it takes, what it sends first, what it answers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import struct_pb2

from shimnb.core.custom import custom_losses, custom_to_struct
from shimnb.core.sizes import size_level
from shimnb.core.template import TaskTemplate
from shimnb.errors import ShimError
from shimnb.notebook.tree.widget import TreeWidget, tree

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED = "Pass a task, a TaskTemplate, a message of flyteidl, a dict, or the path or the bytes of a .pb file."
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


def ask_bytes(widget: TreeWidget, **content: Any) -> Any:
    """Send a message as a view would, and return the bytes beside the answer."""
    answers: list[Any] = []
    widget.send = lambda content, buffers=None: answers.append(buffers)
    widget._handle_custom_msg({"request": "r1", **content}, [])
    return answers[0]


def test_a_template_has_a_title_line() -> None:
    """Name, type, image and size stand above the tree."""
    title = tree(template()).title
    assert {name: title[name] for name in ("name", "label", "notes", "size")} == {
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
        (None, "None"),
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
    assert str(caught.value) == ("tree: the dict holds itself. Put a copy, or a name, where it comes again.")


def test_a_wrong_value_leaves_the_tree_as_it_was() -> None:
    """Nothing is lost when `show` is refused."""
    widget = tree({"a": 1})
    with pytest.raises(ShimError):
        widget.show(3)
    assert widget.rows[0]["key"] == "a"
    assert widget.version == 0


def deep(levels: int) -> Any:
    """Nest a dict."""
    value: Any = 1
    for _ in range(levels):
        value = {"k": value}
    return value


HOSTILE: dict[str, Callable[[], Any]] = {
    "small": lambda: {"a": 1},
    "nested": lambda: {f"k{i}": {"v": list(range(5)), "t": "x" * 300} for i in range(100_000)},
    "flat": lambda: {"rows": list(range(1_000_000))},
    "struct": lambda: custom_to_struct({f"k{i}": float(i) for i in range(100_000)}),
    "long keys": lambda: {f"{i}" + "\u202e" * 5_000: {"\x00" * 5_000: 1} for i in range(200)},
    "deep": lambda: deep(5_000),
    "a long string": lambda: {"text": "é" * 100_000_000},
    "a long name": lambda: tasks_pb2.TaskTemplate(id={"name": "\u202e" * 100_000}, type="\x00" * 100_000),
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_the_first_message_is_bounded(shape: str) -> None:
    """The whole state but for the script and the style is under 64 KiB, however large or strange the tree is."""
    state = tree(HOSTILE[shape]()).get_state()
    sent = {name: value for name, value in state.items() if name not in {"_esm", "_css"}}
    assert len(json.dumps(sent, default=str)) < BOUND


def test_what_stands_open_fits_into_the_first_message() -> None:
    """Of very many rows that stand open, the newest are kept when the tree is made again."""
    old = tree({"a": 1})
    old.expanded = [f"/{'k' * 70}{i}" for i in range(50_000)]
    old.collapsed = [f"/{'c' * 70}{i}" for i in range(50_000)]
    new = TreeWidget({"a": 1}, after=old)
    sent = {name: value for name, value in new.get_state().items() if name not in {"_esm", "_css"}}
    assert len(json.dumps(sent, default=str)) < BOUND
    assert new.expanded[-1] == old.expanded[-1]


def test_a_deep_tree_is_answered_to_its_end() -> None:
    """Five thousand levels are no trouble to anything that answers or writes."""
    widget = tree(deep(5_000))
    [shape] = ask_bytes(widget, type="shape", at=[], depth=0, expanded=[], collapsed=[])
    assert len(shape) == 2 + 3 * 4_999
    at = [0] * 4_999
    [got] = ask(widget, type="rows", ranges=[{"at": at, "start": 0, "stop": 1}])["ranges"]
    assert got["rows"][0]["value"] == "1"
    assert len(got["rows"][0]["id"]) < 1_000
    assert ask(widget, type="where", ids=[got["rows"][0]["id"]])["at"] == [(0,) * 5_000]
    assert "left out" in widget.static_html()
    assert "k" in widget.static_text()


def test_rows_are_answered_by_ranges() -> None:
    """Rows that were not sent are sent when they are asked for, several ranges in one answer."""
    widget = tree({"a": list(range(250)), "b": {"c": 1}})
    answer = ask(
        widget, type="rows", ranges=[{"at": [0], "start": 200, "stop": 300}, {"at": [1], "start": 0, "stop": 1}]
    )
    assert (answer["request"], answer["type"], answer["version"]) == ("r1", "rows", 0)
    first, second = answer["ranges"]
    assert (first["at"], first["start"], first["count"]) == ([0], 200, 250)
    assert [row["value"] for row in first["rows"]] == [str(i) for i in range(200, 250)]
    assert [row["id"] for row in second["rows"]] == ["/b/c"]


def test_an_answer_of_rows_is_bounded() -> None:
    """A view that asks for everything gets a part, and at least one row."""
    widget = tree({"a": ["x" * 100] * 50_000})
    [got] = ask(widget, type="rows", ranges=[{"at": [0], "start": 0, "stop": 50_000}])["ranges"]
    assert 0 < len(got["rows"]) < 50_000
    assert len(json.dumps(got)) < 300_000


def test_a_range_of_a_row_that_is_gone_is_empty() -> None:
    """A view that is behind is told so."""
    answer = ask(tree({"a": 1}), type="rows", ranges=[{"at": [3], "start": 0, "stop": 2}])
    assert answer["ranges"] == [{"at": [3], "start": 0, "count": 0, "rows": []}]


def test_positions_are_found_by_ids() -> None:
    """An id outlives what it was given for; where it is now, or that it is not, is answered."""
    assert ask(tree({"a": [1, 2], "b": 1}), type="where", ids=["/b", "/a/1", "/c", "/a/2"])["at"] == [
        (1,),
        (0, 1),
        None,
        None,
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"type": "rows"},
        {"type": "rows", "ranges": [{"at": "x", "start": 0, "stop": 1}]},
        {"type": "rows", "ranges": [{"at": [0], "start": "x", "stop": 1}]},
        {"type": "rows", "ranges": 3},
        {"type": "shape", "at": [], "depth": None, "expanded": [], "collapsed": []},
        {"type": "where", "ids": None},
        {"type": "typed", "at": [0], "text": "a", "skip": 1},
    ],
)
def test_a_question_that_makes_no_sense_is_answered(content: dict[str, Any]) -> None:
    """No message of a view ends in a traceback."""
    assert ask(tree({"a": [1]}), **content)["error"] == "The question was not understood."


def test_other_messages_are_left_alone() -> None:
    """What is not for the tree gets no answer."""
    assert ask(tree({"a": 1}), type="else") is None


def test_what_stands_open_is_answered_in_bytes() -> None:
    """A shape travels beside the answer, as bytes."""
    widget = tree({"a": {"b": {"c": [1]}}})
    asked = {"type": "shape", "at": [], "depth": 2, "expanded": [], "collapsed": []}
    assert ask_bytes(widget, **asked) == [bytes([1, 1, 0, 1, 0])]
    assert "note" not in ask(widget, **asked)


def test_showing_something_else_keeps_what_is_open() -> None:
    """A task that is run again comes back as it was looked at."""
    widget = tree({"a": {"b": 1}})
    widget.expanded = ["/a"]
    widget.show({"a": {"b": 2}})
    assert widget.expanded == ["/a"]
    assert widget.rows[0]["children"][0]["value"] == "2"
    assert widget.version == 1


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
    [shape] = ask_bytes(widget, type="shape", at=[], depth=0, expanded=[], collapsed=[])
    assert len(shape) == 2 + 3 * 45
    assert len(widget.static_html()) < BOUND
