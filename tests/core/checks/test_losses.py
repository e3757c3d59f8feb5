from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
import pytest

from shimnb import Finding, HashMethod, Interface, checks

INT = "Write int(...) around it in the executor, or store a float."
BIG = "Store it as a string, and write int(...) around it in the executor."
ORDER = "A template does not keep the order of keys: they arrive sorted."


@pytest.mark.parametrize(
    ("custom", "found"),
    [
        ({"n": 3}, Finding("warning", "custom.n", "An int becomes a float.", INT, "3", "3.0")),
        (
            {"big": 2**60 + 1},
            Finding(
                "warning",
                "custom.big",
                "An int past 2**53 becomes the nearest float.",
                BIG,
                "1152921504606846977",
                "1.152921504606847e+18",
            ),
        ),
        (
            {"t": ("a", True)},
            Finding(
                "warning",
                "custom.t",
                "A tuple becomes a list.",
                "Store a list: the executor gets one.",
                "('a', True)",
                "['a', True]",
            ),
        ),
        (
            {1: "a"},
            Finding(
                "warning",
                "custom['1']",
                "The key 1 becomes the string '1'.",
                "Use strings as keys: the executor gets them.",
                "1",
                "'1'",
            ),
        ),
        ({"window": {"days": 7}}, Finding("warning", "custom.window.days", "An int becomes a float.", INT, "7", "7.0")),
    ],
)
def test_what_custom_loses_is_found(make, custom: dict[Any, Any], found: Finding):
    """Its path, what happens to it, what to do, the value before and the value after."""
    assert checks(make(custom)) == [found]


def test_what_arrives_as_it_was_is_no_finding(make):
    """Floats, text, booleans, None, lists and string-keyed maps stay what they are."""
    assert checks(make({"a": 1.5, "b": "x", "c": [True, None], "d": {"e": []}})) == []


def test_a_tuple_of_ints_arrives_as_floats(make):
    """The value after is the one that the executor gets, items included."""
    tuples, items = checks(make({"t": (1, 2)}))
    assert (tuples.path, tuples.before, tuples.after) == ("custom.t", "(1, 2)", "[1.0, 2.0]")
    assert items == Finding("warning", "custom.t[]", "An int becomes a float, in 2 places.", INT, "1", "1.0")


def test_what_repeats_in_items_is_told_once(make):
    """A thousand rows of one shape are one finding a field."""
    found = checks(make({"rows": [{"n": i} for i in range(1000)]}))
    assert found == [Finding("warning", "custom.rows[].n", "An int becomes a float, in 1,000 places.", INT, "0", "0.0")]


def test_keys_that_are_no_text_are_told_once_a_mapping(make):
    """Their findings would all be alike."""
    keys = checks(make({"by_id": {1: "a", 2: "b"}}))
    assert keys == [
        Finding(
            "warning",
            "custom.by_id",
            "A key that is no string becomes one, in 2 places.",
            "Use strings as keys: the executor gets them.",
            "1",
            "'1'",
        )
    ]


def test_many_keys_of_one_mapping_are_told_once(make):
    """Past a dozen the findings would hide the others."""
    found = checks(make({"weights": {f"w{i:02}": i for i in range(20)}}))
    assert found == [Finding("warning", "custom.weights.*", "An int becomes a float, in 20 places.", INT, "0", "0.0")]


def test_the_rest_is_counted(make):
    """Where there are more kinds of them than a dozen, the last finding says how many values are left."""
    found = checks(make({f"k{i:02}": {"n": i} for i in range(20)}))
    assert len(found) == 13
    assert found[-1] == Finding(
        "warning", "custom", "8 more values change on their way.", "Ask the task for them: task.losses()."
    )


@pytest.mark.parametrize(
    ("custom", "path", "sentence", "remedy"),
    [
        (
            {"window": {"start": dt.datetime(2026, 1, 2)}},
            "custom.window.start",
            "A datetime is no JSON value: datetime.datetime(2026, 1, 2, 0, 0).",
            "Use value.isoformat().",
        ),
        ({"names": {"a"}}, "custom.names", "A set is no JSON value: {'a'}.", "Use sorted(value)."),
        (
            {"n": [0.5, float("nan")]},
            "custom.n[1]",
            "Nan is no JSON number: nan.",
            "Use None, or a string that the executor reads.",
        ),
    ],
)
def test_what_is_no_json_is_an_error(make, custom: dict[str, Any], path: str, sentence: str, remedy: str):
    """There is no template then: its path, the value and the remedy."""
    assert checks(make(custom)) == [Finding("error", path, sentence, remedy)]


def test_keys_in_another_order_are_a_note(make):
    """As they were written, and as they arrive."""
    assert checks(make({"uri": "a", "query": "b"})) == [
        Finding("note", "custom", ORDER, "Where the order matters, store a list of pairs.", "uri, query", "query, uri")
    ]


def test_mappings_of_one_shape_are_one_note(make):
    """The paths stand in one finding, rows under one path."""
    [found] = checks(make({"b": [{"z": "1", "a": "2"}] * 3, "a": {"y": "1", "x": "2"}}))
    assert (found.path, found.before, found.after) == ("custom, custom.b[], custom.a", "b, a", "a, b")


class Level(enum.Enum):
    LOW = "low"


@dataclass
class Point:
    x: float


@pytest.mark.parametrize(
    ("python_type", "sentence", "before", "after"),
    [
        (dt.date, "A date's literal type is a datetime's.", "date", "datetime"),
        (
            dt.datetime,
            "A datetime without a time zone arrives in UTC, as the same time of day.",
            "datetime without a time zone",
            "datetime in UTC",
        ),
        (
            Level,
            "An Enum is made anew from the values: the class and its members' names are not in the message.",
            "Level",
            "an Enum of 'low'",
        ),
        (
            Point,
            "A class is made anew from the schema: its methods and checks are not in the message.",
            "Point",
            "a class Point of the same fields",
        ),
    ],
)
def test_what_the_types_do_not_tell_is_noted(make, python_type: Any, sentence: str, before: str, after: str):
    """The input, its type before and after, and the reason."""
    remedy = "The executor gets what the template tells; rely on no more."
    assert checks(make(interface=Interface({"a": python_type, "n": int}, {"o0": python_type}))) == [
        Finding("note", "inputs.a", sentence, remedy, before, after)
    ]


def test_types_that_lose_the_same_are_one_note(make):
    """Three dates are three paths in one finding."""
    [found] = checks(make(interface=Interface({"a": dt.date, "b": dt.date, "c": list[dt.date]})))
    assert found.path == "inputs.a, inputs.b, inputs.c[]"


def test_a_hash_is_an_output_matter(make):
    """The executor's output has none; that of an input is made where the input is."""
    hashed = Annotated[int, HashMethod(str)]
    [found] = checks(make(interface=Interface({"a": hashed}, {"o0": hashed})))
    assert found.path == "outputs.o0"
    assert found.sentence == "A HashMethod is not in the message, so that the executor's output has no hash."


def test_a_frame_that_arrives_as_a_dataset_is_a_warning(make):
    """The executor gets a StructuredDataset, and is told how to open it."""
    assert checks(make(interface=Interface({"table": pd.DataFrame}))) == [
        Finding(
            "warning",
            "inputs.table",
            "The message says that it is a table, and not of which library.",
            "Open it in the executor: .open(DataFrame).all().",
            "DataFrame",
            "StructuredDataset",
        )
    ]


def test_outputs_without_an_order_are_a_warning(make):
    """Names of their own tell no order."""
    found = checks(make(interface=Interface(outputs={"mean": float, "count": int})))
    assert found[0] == Finding(
        "warning",
        "outputs",
        "A template keeps no order of its outputs, and the names mean and count tell none.",
        "Return a NamedTuple with these names: a plain tuple fits here, and is refused on a cluster.",
    )


@pytest.mark.parametrize(
    "interface",
    [
        Interface(outputs={"mean": float, "count": int}, output_tuple_name="Stats"),
        Interface(outputs={"o0": float, "o1": int}),
        Interface(outputs={"mean": float}),
        Interface(),
    ],
    ids=["NamedTuple", "numbered", "one", "none"],
)
def test_outputs_with_an_order_are_no_warning(make, interface: Interface):
    """A NamedTuple has one, o0 and o1 carry theirs, and one output needs none."""
    assert [each for each in checks(make(interface=interface)) if each.severity != "note"] == []


def test_defaults_are_one_note(make, plugin):
    """The template does not hold them, wherever they come from."""
    executor = plugin(
        "from shimnb import ShimTaskExecutor\n"
        "class Executor(ShimTaskExecutor):\n"
        "    def execute_from_model(self, tt, *, a: int = 3, b: str = 'x', c: int) -> None: ...\n"
    ).Executor
    interface = Interface(inputs={"a": (int, 3), "b": (str, "x"), "c": int})
    assert checks(make(interface=interface, executor=executor)) == [
        Finding(
            "note",
            "inputs.a, inputs.b",
            "A template holds no defaults: a call in Python has them, and a cluster asks for the value.",
            "Give a and b wherever the task is started on a cluster.",
        )
    ]
