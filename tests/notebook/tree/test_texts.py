"""Long values: nothing until asked, then a bounded slice, with its lines, and nothing in it that acts."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flyteidl.core import literals_pb2, tasks_pb2, types_pb2

from shimnb.core.custom import custom_to_struct
from shimnb.errors import ShimError
from shimnb.notebook.tree.model import TreeModel
from shimnb.notebook.tree.node import row
from shimnb.notebook.tree.nodes import Node, json_node, literal_node, message_node, template_node
from shimnb.notebook.tree.texts import SLICE, SLICE_BYTES, slice_of, text_answer


def leaf_of(value: Any) -> Node:
    """Make the node of one value in a dict."""
    [made] = json_node({"v": value}).children()
    return made


def test_a_short_text_is_not_long() -> None:
    """There is nothing more to see."""
    assert not leaf_of("select 1").long
    assert not leaf_of(b"abc").long
    assert not leaf_of(12).long


@pytest.mark.parametrize("value", ["x" * 121, "a\nb", b"x" * 17, 2**2000])
def test_a_long_value_says_so(value: Any) -> None:
    """What a line does not show is shown on request."""
    assert leaf_of(value).long
    assert row(leaf_of(value))["long"] is True


def test_a_text_keeps_its_lines() -> None:
    """A query reads as it was written; what cannot be seen is an escape."""
    made = slice_of(leaf_of("select name,\r\n\tprice\nfrom t\x00\u202e\u2028"), 0)
    assert made == {
        "text": "select name,\n\tprice\nfrom t\\x00\\u202e\\u2028",
        "start": 0,
        "next": None,
        "total": 30,
        "unit": "characters",
        "form": "text",
    }


def test_slices_make_up_the_whole() -> None:
    """Each begins where the one before it ended."""
    text = "".join(f"line {index}\n" for index in range(10_000))
    node, found, start = leaf_of(text), [], 0
    while start is not None:
        made = slice_of(node, start)
        assert len(made["text"]) <= SLICE
        found.append(made["text"])
        start = made["next"]
    assert "".join(found) == text


def test_bytes_are_a_dump_or_a_text() -> None:
    """Both are of the same bytes."""
    [node] = message_node(
        types_pb2.StructuredDatasetType(external_schema_bytes=bytes(range(20)) + b"arrow\xff\n<b>")
    ).children()
    assert slice_of(node, 0)["text"] == (
        "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................\n"
        "00000010  10 11 12 13 61 72 72 6f 77 ff 0a 3c 62 3e        ....arrow..<b>"
    )
    assert slice_of(node, 20, "text")["text"] == "arrow\\xff\n<b>"
    assert slice_of(node, 0)["unit"] == "bytes"


def test_bytes_of_a_literal_are_told_too() -> None:
    """A binary that is no msgpack is looked into the same way."""
    literal = literals_pb2.Literal()
    literal.scalar.binary.value = b"\x00" * 10_000
    made = slice_of(literal_node(literal), SLICE_BYTES)
    assert (made["start"], made["next"], made["total"]) == (4_096, 8_192, 10_000)


def test_an_integer_of_many_digits_is_told_in_hexadecimal() -> None:
    """Python refuses to write it in decimal."""
    made = slice_of(leaf_of(2**20_000), 0)
    assert made["text"] == "0x1" + "0" * 5_000


def test_a_lone_surrogate_can_be_sent() -> None:
    """A message is UTF-8."""
    slice_of(leaf_of("a\ud800\n"), 0)["text"].encode()


def test_a_very_long_string_costs_what_is_asked() -> None:
    """Of 200 MB, a row tells the beginning, and an answer has a slice; neither takes long."""
    small, large = (
        template_node(tasks_pb2.TaskTemplate(sql=tasks_pb2.Sql(statement="x" * n))) for n in (1, 200_000_000)
    )
    assert len(str(row(large.find("/sql/statement")))) < 1_000  # type: ignore[arg-type]  # it is there
    node = large.find("/sql/statement")
    assert node is not None

    def fastest(of: Node, start: int) -> float:
        taken = []
        for _ in range(5):
            begun = time.perf_counter()
            slice_of(of, start)
            taken.append(time.perf_counter() - begun)
        return min(taken)

    made = slice_of(node, 199_990_000)
    assert (len(made["text"]), made["next"]) == (10_000, None)
    short = leaf_of("x" * SLICE)
    assert fastest(node, 100_000_000) < 100 * fastest(short, 0)
    assert small.size < 20


def test_an_answer_is_for_a_position() -> None:
    """As a view asks for it."""
    model = TreeModel(template_node(tasks_pb2.TaskTemplate(custom=custom_to_struct({"query": "a\nb"}))))
    assert text_answer(model, {"at": [0, 0], "start": 0})["text"] == "a\nb"
    with pytest.raises(ShimError) as caught:
        text_answer(model, {"at": [0, 9], "start": 0})
    assert str(caught.value) == "tree: this row is not there any more. Close the row above it, and open it."


@pytest.mark.parametrize(
    "content",
    [
        {"at": [0, 0]},
        {"at": [0, 0], "start": -1},
        {"at": [0, 0], "start": "0"},
        {"at": [0, 0], "start": True},
        {"at": "/custom", "start": 0},
        {"at": [0, 0], "start": 0, "form": "html"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(content: dict[str, Any]) -> None:
    """The widget words it."""
    model = TreeModel(json_node({"a": {"b": "c"}}))
    with pytest.raises((KeyError, ValueError)):
        text_answer(model, content)


def test_a_start_past_the_end_is_empty() -> None:
    """A view that is behind gets nothing, and no error."""
    assert slice_of(leaf_of("abc"), 10) == {
        "text": "",
        "start": 10,
        "next": None,
        "total": 3,
        "unit": "characters",
        "form": "text",
    }
