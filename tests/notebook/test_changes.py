from __future__ import annotations

import pytest
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import json_format

from shimnb.core.template import TaskTemplate
from shimnb.notebook.changes import Change, changes


def template(custom: object = None, **fields: object) -> TaskTemplate:
    """A template, with `custom` from JSON."""
    made = tasks_pb2.TaskTemplate(type="sql", **fields)
    if custom is not None:
        json_format.ParseDict(custom, made.custom)
    return TaskTemplate(made)


def container(*env: tuple[str, str], **fields: object) -> tasks_pb2.Container:
    """A container with an environment."""
    return tasks_pb2.Container(env=[literals_pb2.KeyValuePair(key=key, value=value) for key, value in env], **fields)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"n": 1}, {"n": 1}, []),
        ({"n": 1}, {"n": 2}, [("custom.n", "1.0", "2.0")]),
        ({"n": 1}, {"n": "1"}, [("custom.n", "1.0", '"1"')]),
        ({"n": None}, {"n": "None"}, [("custom.n", "None", '"None"')]),
        ({"n": True}, {"n": 1}, [("custom.n", "True", "1.0")]),
        ({"n": 1}, {"n": [1]}, [("custom.n", "1.0", "[1.0]")]),
        ({"n": []}, {"n": {}}, [("custom.n", "[]", "{}")]),
        ({"a": 1}, {"b": 1}, [("custom.a", "1.0", ""), ("custom.b", "", "1.0")]),
        ({"rows": [{"price": 1}, 2]}, {"rows": [{"price": 3}]}, [("custom.rows[0].price", "1.0", "3.0"), ("custom.rows[1]", "2.0", "")]),
        ({"rows": [[1, 2]]}, {"rows": [[1, 3]]}, [("custom.rows[0][1]", "2.0", "3.0")]),
        ({"a key": {"": 1}}, {"a key": {"": 2}}, [('custom."a key".""""', "1.0", "2.0")]),
        ({"rows": [1]}, None, [("custom", "{rows: […]}", "")]),
    ],
)  # fmt: skip
def test_custom(before: object, after: object, expected: list[tuple[str, str, str]]):
    """Each leaf that differs has its path and both values; what was added or removed is one change."""
    assert changes(template(before), template(after)) == tuple(Change(*each) for each in expected)


def test_variables_are_told_apart_by_their_names():
    """One that goes moves none of the others; of one set twice each is compared; a secret's value is never shown."""
    before = template(container=container(("A", "1"), ("B", "2"), ("B", "3"), ("TOKEN", "x")))
    after = template(container=container(("B", "2"), ("B", "4"), ("TOKEN", "y")))
    assert changes(before, after) == (
        Change("container.env.A", '"1"', ""),
        Change("container.env.B", '"3"', '"4"'),
        Change("container.env.TOKEN", "hidden", "hidden, another value"),
    )


def test_a_map_of_texts():
    """A task's configuration is compared key by key."""
    assert changes(template(config={"a": "1", "b": "2"}), template(config={"a": "1", "b": "3"})) == (
        Change("config.b", '"2"', '"3"'),
    )


def test_long_texts_are_shown_from_their_difference_on():
    """What the tree would cut is not missed: the part around the first difference is shown."""
    start = "select " + "x, " * 300
    [change] = changes(template({"query": start + "limit 5"}), template({"query": start + "limit 6"}))
    assert change == Change("custom.query", '"…, x, x, x, x, limit 5"', '"…, x, x, x, x, limit 6"')


def test_messages_are_taken_too():
    """What the tree takes can be compared: a view, or the message itself."""
    message = tasks_pb2.TaskTemplate(type="a")
    assert changes(message, TaskTemplate(tasks_pb2.TaskTemplate(type="b"))) == (Change("type", '"a"', '"b"'),)
    assert changes(message, message) == ()
