"""The difference of two messages is readable."""

from __future__ import annotations

from flyteidl.core import tasks_pb2, types_pb2
from google.protobuf import struct_pb2

from .difference import difference


def _template(image: str, **custom: float) -> tasks_pb2.TaskTemplate:
    struct = struct_pb2.Struct()
    struct.update(custom)
    return tasks_pb2.TaskTemplate(container=tasks_pb2.Container(image=image, args=["a"]), custom=struct)


def test_equal_messages_have_no_difference() -> None:
    """Equal messages give no line."""
    assert difference(_template("x", a=1), _template("x", a=1)) == []


def test_difference_names_the_path() -> None:
    """Each differing field is a line with its path and both values, Structs shown as their JSON."""
    assert difference(_template("x", a=1), _template("y", a=2, b=3)) == [
        "$.custom.a: shimnb 1.0, flytekit 2.0",
        "$.custom.b: shimnb '(absent)', flytekit 3.0",
        "$.container.image: shimnb 'x', flytekit 'y'",
    ]


def test_empty_message_is_not_an_absent_one() -> None:
    """A message that is set and empty differs from one that is not set."""
    present = types_pb2.LiteralType(structure=types_pb2.TypeStructure())
    assert difference(present, types_pb2.LiteralType()) == ["$.structure: shimnb {}, flytekit '(absent)'"]
