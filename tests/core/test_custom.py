"""`custom`: what JSON has arrives, what it has not is refused with its path, what changes is listed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
import pathlib

import pytest
from flyteidl.core import tasks_pb2
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from shimnb.core.custom import Loss, custom_losses, custom_to_struct, struct_to_dict
from shimnb.errors import CustomError


class Colour(enum.Enum):
    """An enum that is no str."""

    RED = 1


class Word(str, enum.Enum):
    """An enum that is a str."""

    HO = "ho"


@dataclasses.dataclass
class Point:
    """A dataclass where a dict belongs."""

    x: int = 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_the_message_is_that_of_protobufs_json_parser(custom: dict[str, object]) -> None:
    """The Struct equals the one that JSON text gives, which is what a registration sends."""
    assert custom_to_struct(custom) == json_format.Parse(json.dumps(custom), struct_pb2.Struct())


def test_what_is_decoded_has_floats_and_sorted_keys() -> None:
    """The executor's dict is plain Python, the same in every process."""
    struct = custom_to_struct({"b": {"z": None, "a": True}, "a": [1, "x", []], "c": {}})
    decoded = struct_to_dict(struct)
    assert decoded == {"a": [1.0, "x", []], "b": {"a": True, "z": None}, "c": {}}
    assert list(decoded) == ["a", "b", "c"]
    assert isinstance(decoded["a"][0], float)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (dt.datetime(2026, 1, 2), "a datetime is no JSON value: datetime.datetime(2026, 1, 2, 0, 0). Use value.isoformat()."),
        (dt.date(2026, 1, 2), "a date is no JSON value: datetime.date(2026, 1, 2). Use value.isoformat()."),
        (dt.timedelta(1), "a timedelta is no JSON value: datetime.timedelta(days=1). Use value.total_seconds()."),
        ({1}, "a set is no JSON value: {1}. Use sorted(value)."),
        (b"ab", "a bytes is no JSON value: b'ab'. Use base64.b64encode(value).decode()."),
        (decimal.Decimal("1.5"), "a Decimal is no JSON value: Decimal('1.5'). Use str(value)."),
        (pathlib.PurePosixPath("a"), "a PurePosixPath is no JSON value: PurePosixPath('a'). Use str(value)."),
        (Colour.RED, "a Colour is no JSON value: <Colour.RED: 1>. Use value.value."),
        (Point(), "a Point is no JSON value: Point(x=1). Use dataclasses.asdict(value)."),
        (float("nan"), "nan is no JSON number: nan. Use None, or a string that the executor reads."),
        (float("-inf"), "-inf is no JSON number: -inf. Use None, or a string that the executor reads."),
        (int, "a type is no JSON value: <class 'int'>. Use its name, value.__name__."),
        ("\ud800", "a lone surrogate cannot be written as UTF-8: '\\ud800'. Decode the text with errors='replace', or pass the bytes as base64."),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_path(value: object, message: str) -> None:
    """The error names the path, the value and what to write in its place."""
    with pytest.raises(CustomError) as caught:
        custom_to_struct({"window": [{"start of it": value}]})
    assert str(caught.value) == f"custom at $.window[0]['start of it']: {message}"
    assert caught.value.path == "$.window[0]['start of it']"


def test_a_number_too_large_for_a_double_is_refused() -> None:
    """An int that would become infinite is no JSON number."""
    with pytest.raises(CustomError, match=r"^custom at \$\.n: an int past 1\.8e308 is no JSON number"):
        custom_to_struct({"n": 10**400})


def test_a_key_that_json_cannot_name_is_refused() -> None:
    """A tuple is no key."""
    with pytest.raises(CustomError) as caught:
        custom_to_struct({"a": {(1, 2): 0}})
    assert str(caught.value) == "custom at $.a: a tuple is no key of a JSON object: (1, 2). Use strings as keys."


def test_two_keys_that_become_one_are_refused() -> None:
    """Neither value is lost in silence."""
    with pytest.raises(CustomError) as caught:
        custom_to_struct({1: "a", "1": "b"})
    assert str(caught.value) == (
        "custom at $: the keys 1 and '1' both become '1' in JSON: {1: 'a', '1': 'b'}. Rename one of them."
    )


def test_a_container_in_itself_is_refused() -> None:
    """A cycle is found where it closes; the same list twice is no cycle."""
    loop: list[object] = []
    loop.append({"again": loop})
    with pytest.raises(CustomError) as caught:
        custom_to_struct({"loop": loop})
    assert str(caught.value) == (
        "custom at $.loop[0].again: a container that holds itself is no JSON value: <class 'list'>. Break the cycle."
    )
    shared = [1]
    assert struct_to_dict(custom_to_struct({"a": shared, "b": shared})) == {"a": [1.0], "b": [1.0]}


@pytest.mark.parametrize("container", ["dict", "list"])
def test_what_protobuf_would_not_decode_is_refused_before(container: str) -> None:
    """The deepest value that is taken can be decoded again; one level more is an error with its path."""
    deepest, too_deep = (33, 34) if container == "dict" else (49, 50)

    def nested(levels: int) -> dict[str, object]:
        value: object = 1
        for _ in range(levels - 1):
            value = {"a": value} if container == "dict" else [value]
        return {"a": value}

    struct = custom_to_struct(nested(deepest))
    template = tasks_pb2.TaskTemplate()
    template.custom.CopyFrom(struct)
    assert tasks_pb2.TaskTemplate.FromString(template.SerializeToString()).custom == struct
    with pytest.raises(CustomError) as caught:
        custom_to_struct(nested(too_deep))
    assert caught.value.problem == "nested deeper than protobuf decodes (about 32 maps in one another)"
    assert caught.value.path == ("$" + ".a" * 33 if container == "dict" else "$.a" + "[0]" * 48)


def test_custom_itself_is_a_dict() -> None:
    """A list at the top is refused."""
    with pytest.raises(CustomError) as caught:
        custom_to_struct([1])  # type: ignore[arg-type]
    assert str(caught.value) == "custom at $: custom is a list, not a dict: [1]. Return a dict from get_custom."


def test_every_change_on_the_way_is_listed() -> None:
    """Ints, large ints, tuples and keys: path, before and after; what stays the same is not."""
    custom = {
        "n": 3,
        "big": 2**60 + 1,
        "t": (1.5,),
        "keys": {1: "a", None: "b", False: "c"},
        "same": [1.5, True, None, "x"],
    }
    assert custom_losses(custom) == [
        Loss("$.n", 3, 3.0, "an int becomes a float"),
        Loss("$.big", 2**60 + 1, 1.152921504606847e18, "an int past 2**53 becomes the nearest float"),
        Loss("$.t", (1.5,), [1.5], "a tuple becomes a list"),
        Loss("$.keys['1']", 1, "1", "the key 1 becomes the string '1'"),
        Loss("$.keys.null", None, "null", "the key None becomes the string 'null'"),
        Loss("$.keys.false", False, "false", "the key False becomes the string 'false'"),
    ]


def test_a_str_enum_is_its_text() -> None:
    """As json.dumps writes it."""
    assert struct_to_dict(custom_to_struct({"word": Word.HO})) == {"word": "ho"}


def test_nothing_is_lost_in_an_empty_custom() -> None:
    """None and an empty dict have no losses."""
    assert custom_losses(None) == []
    assert custom_losses({}) == []
