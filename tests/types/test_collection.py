"""Lists and dicts, typed and untyped."""

from __future__ import annotations

import datetime as dt
from typing import Any, Dict, List  # noqa: UP035  # the old names are tested too

import msgpack
import pytest
from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import struct_pb2

from shimnb import errors
from shimnb.core.types import TypeEngine

INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)


def back(value: Any, t: Any) -> Any:
    """Convert a value to bytes, and back."""
    literal = TypeEngine.to_literal(None, value, t)
    return TypeEngine.to_python_value(None, literals_pb2.Literal.FromString(literal.SerializeToString()), t)


def refusal(value: Any, t: Any) -> str:
    """Give the message with which a value is refused."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, t)
    return str(caught.value)


def test_a_list_is_a_collection() -> None:
    """`list[list[int]]` is a collection of collections."""
    inner = types_pb2.LiteralType(collection_type=INTEGER)
    assert TypeEngine.to_literal_type(list[list[int]]) == types_pb2.LiteralType(collection_type=inner)


def test_a_dict_with_str_keys_is_a_map() -> None:
    """`dict[str, int]` is a map of integers."""
    assert TypeEngine.to_literal_type(dict[str, int]) == types_pb2.LiteralType(map_value_type=INTEGER)


@pytest.mark.parametrize("t", [dict, Dict, dict[int, str]])  # noqa: UP006
def test_other_dicts_are_msgpack(t: Any) -> None:
    """An untyped dict and one with other keys is a struct, noted as msgpack."""
    expected = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    expected.annotation.annotations["cache-key-metadata"] = {"serialization-format": "msgpack"}
    assert TypeEngine.to_literal_type(t) == expected


@pytest.mark.parametrize(
    ("value", "t"),
    [
        ([], list[int]),
        ([1, 0, -1], list[int]),
        ([1, 0], List[int]),  # noqa: UP006
        ([[], [1.5]], list[list[float]]),
        ([None], list[None]),
        ({}, dict[str, int]),
        ({"a": 1, "": 0}, dict[str, int]),
        ({"a": [{"b": True}], "c": []}, dict[str, list[dict[str, bool]]]),
        ({}, dict),
        ({"a": [1, 2.5, None, True, "x", {"y": b"z"}], 3: 4}, dict),
        ([1, "a", [None]], list),
        ({1: "a"}, dict[int, str]),
        ({dt.date(2020, 1, 1): [dt.timedelta(1)]}, dict[dt.date, list[dt.timedelta]]),
        ({1: {"a": None}}, dict[int, dict[str, int | None]]),
    ],
)
def test_a_collection_comes_back(value: Any, t: Any) -> None:
    """A collection comes back equal, an empty one too."""
    assert back(value, t) == value


def test_an_untyped_dict_is_packed_as_it_is() -> None:
    """The literal holds the dict's msgpack, in the order of its keys."""
    binary = TypeEngine.to_literal(None, {"b": 1, "a": [2]}, dict).scalar.binary
    assert (binary.tag, binary.value) == ("msgpack", msgpack.packb({"b": 1, "a": [2]}))


def test_tuples_in_an_untyped_dict_become_lists() -> None:
    """Msgpack has no tuple; the peer writes a list too."""
    assert back({"a": (1, (2,))}, dict) == {"a": [1, [2]]}


def test_a_struct_reads_as_an_untyped_dict() -> None:
    """The console sends a Struct; its whole numbers are ints again."""
    struct = struct_pb2.Struct()
    struct.update({"a": 1, "b": [1.5, None, True, "x"], "c": {"d": "e"}})
    literal = literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=struct))
    value = TypeEngine.to_python_value(None, literal, dict)
    assert (value, type(value["a"])) == ({"a": 1, "b": [1.5, None, True, "x"], "c": {"d": "e"}}, int)


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        ((1, 2), list[int], "$: expected list[int], got tuple (1, 2). Pass list(value)."),
        ("ab", list[str], "$: expected list[str], got str 'ab'"),
        ([1, "x"], list[int], "$[1]: expected int, got str 'x'"),
        ([[1], [2, None]], list[list[int]], "$[1][1]: expected int, got None"),
        ([1], dict[str, int], "$: expected dict[str, int], got list [1]"),
        ({"a": {"b c": [1, "x"]}}, dict[str, dict[str, list[int]]], "$.a['b c'][1]: expected int, got str 'x'"),
        (
            {1: 2},
            dict[str, int],
            "$: expected a str key, got int 1. Write the key as a str; for other keys, declare their type.",
        ),
        ({1: "a"}, dict[int, int], "$[1]: expected int, got str 'a'"),
        ({"a": 1}, dict[int, int], "$: expected int, got str 'a'"),
        ([1], dict, "$: expected dict, got list [1]"),
        ({}, list, "$: expected list, got dict {}"),
        (
            {"a": [1, {2}]},
            dict,
            (
                "$.a[1]: set {2} is no plain data. "
                "Use None, bool, int, float, str, bytes, lists and dicts of these, or a dataclass."
            ),
        ),
        ({(1, 2): 3}, dict, "$: the key (1, 2) is a tuple. Use keys of str, int, float or bool."),
        (
            {"a": 2**64},
            dict,
            "$.a: int 18446744073709551616 does not fit in 64 bits. Pass it as a str or a float.",
        ),
        ({"a": "\ud800"}, dict, r"$.a: str '\ud800' has a character that UTF-8 cannot hold"),
    ],
)
def test_the_path_says_which_element(value: Any, t: Any, message: str) -> None:
    """An element that does not fit is named by its path."""
    assert refusal(value, t) == message


def test_a_value_that_contains_itself_is_refused() -> None:
    """A cycle ends in an error with a path that can be read."""
    value: dict[str, Any] = {}
    value["a"] = value
    assert refusal(value, dict) == (
        "$.a.a.a.a.a.a.a.a.a.a....a.a.a.a.a.a.a.a.a.a: nested more than 200 levels deep. "
        "Make it flatter; a value must not contain itself."
    )


@pytest.mark.parametrize(
    ("literal", "t", "message"),
    [
        (TypeEngine.to_literal(None, [1], list[int]), dict[str, int], "$: expected dict[str, int], got a literal with a list of 1"),
        (TypeEngine.to_literal(None, {"a": 1}, dict[str, int]), list[int], "$: expected list[int], got a literal with a dict of 1"),
        (TypeEngine.to_literal(None, [1, 2], list[int]), list[str], "$[0]: expected str, got a literal with int 1"),
        (TypeEngine.to_literal(None, {"a": 1}, dict[str, int]), dict[str, str], "$.a: expected str, got a literal with int 1"),
        (TypeEngine.to_literal(None, {"a": 1}, dict), list, "$: expected list, got dict {'a': 1}"),
    ],
)  # fmt: skip
def test_a_literal_of_another_shape_is_refused(literal: literals_pb2.Literal, t: Any, message: str) -> None:
    """What the literal holds is said, with the path."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, literal, t)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("binary", "message"),
    [
        (literals_pb2.Binary(value=b"\xc1", tag="msgpack"), "$: the msgpack bytes cannot be read: FormatError"),
        (literals_pb2.Binary(value=b"\x80", tag="pickle"), "$: the binary has the tag 'pickle', not 'msgpack'"),
    ],
)
def test_bytes_that_cannot_be_read_are_refused(binary: literals_pb2.Binary, message: str) -> None:
    """Bytes that are no msgpack, or another format, are errors."""
    literal = literals_pb2.Literal(scalar=literals_pb2.Scalar(binary=binary))
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, literal, dict)
    assert str(caught.value) == message


def test_keys_must_be_scalar() -> None:
    """A dict cannot have lists for keys."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(dict[list[int], int])
    assert str(caught.value) == (
        "the type dict[list[int], int] has no Flyte literal type. Use keys of str, int, float, bool, date or an Enum."
    )
