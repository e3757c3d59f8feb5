"""Messages of protobuf as values."""

from __future__ import annotations

from typing import Any

import pytest
from flyteidl.core import literals_pb2, tasks_pb2, types_pb2
from google.protobuf import any_pb2, duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2
from google.protobuf.message import Message

from shimnb import errors
from shimnb.core.types import TypeEngine, type_name

Entry = tasks_pb2.Resources.ResourceEntry
RESOURCES = tasks_pb2.Resources(requests=[Entry(name=1, value="2")])


def items(*values: Any) -> struct_pb2.ListValue:
    """Make a list of protobuf's."""
    made = struct_pb2.ListValue()
    made.extend(values)
    return made


@pytest.mark.parametrize(
    ("value", "t"),
    [
        (RESOURCES, tasks_pb2.Resources),
        (Entry(), Entry),
        ([RESOURCES], list[tasks_pb2.Resources]),
        (RESOURCES, tasks_pb2.Resources | None),
        (items(), struct_pb2.ListValue),
        (items(1, "a", True, None, {"a": 1}, [2]), struct_pb2.ListValue),
    ],
)
def test_a_message_comes_back(value: Any, t: Any) -> None:
    """A message comes back as it was."""
    literal = literals_pb2.Literal.FromString(TypeEngine.to_literal(None, value, t).SerializeToString())
    assert TypeEngine.to_python_value(None, literal, t) == value


@pytest.mark.parametrize("t", [tasks_pb2.Resources, Entry, struct_pb2.Struct, list[Entry], Entry | None], ids=type_name)
def test_the_guess_is_the_class(t: Any) -> None:
    """The message names the class, by which one within another is found too."""
    assert TypeEngine.guess_python_type(TypeEngine.to_literal_type(t)) == t


@pytest.mark.parametrize("named", ["os.path", "nowhere_pb2.X", "flyteidl.core.tasks_pb2.Nope", "json.tool.main", ""])
def test_a_message_chooses_no_module(named: str) -> None:
    """Only what protobuf's compiler wrote is imported, and only a message is taken."""
    literal_type = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    literal_type.metadata["pb_type"] = named
    with pytest.raises(errors.GuessError, match="no Python type is known for the message class"):
        TypeEngine.guess_python_type(literal_type)


@pytest.mark.parametrize(
    ("t", "remedy"),
    [
        (timestamp_pb2.Timestamp, "Use datetime."),
        (duration_pb2.Duration, "Use timedelta."),
        (wrappers_pb2.Int64Value, "Use int | None."),
        (struct_pb2.Value, "Use dict."),
        (Message, "Use the class of one message."),
    ],
)
def test_a_message_that_is_no_object_is_refused(t: Any, remedy: str) -> None:
    """A Struct cannot hold its JSON."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(t)
    assert str(caught.value) == f"the type {type_name(t)} has no Flyte literal type. {remedy}"


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        (1, Entry, "$: expected ResourceEntry, got int 1"),
        ([Entry(), RESOURCES], list[Entry], "$[1]: expected ResourceEntry, got Resources requests {\\n  name: CPU..."),
        (any_pb2.Any(type_url="a/b", value=b"x"), any_pb2.Any, "$: Any cannot be written as JSON: "),
    ],
)
def test_a_value_of_another_class_is_refused(value: Any, t: Any, message: str) -> None:
    """The error names both."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, t)
    assert str(caught.value).startswith(message.removesuffix("requests {\\n  name: CPU..."))


def test_values_that_do_not_fit_say_where() -> None:
    """The path is protobuf's."""
    literal = TypeEngine.to_literal(None, {"requests": [{}, {"nope": 1}]}, dict)
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, literal, tasks_pb2.Resources)
    assert caught.value.path == "$.requests[1]"
    assert caught.value.problem.startswith("Resources refused the values: ")
