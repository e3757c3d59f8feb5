"""Values that mean harm, or that nobody thought of: an inert text of a bounded length, and never a traceback."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import msgpack
import pytest
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import duration_pb2, struct_pb2, timestamp_pb2
from google.protobuf.message import DecodeError

from shimnb.core.custom import custom_to_struct
from shimnb.errors import ShimError
from shimnb.notebook.tree.masks import taken
from shimnb.notebook.tree.model import TreeModel
from shimnb.notebook.tree.node import row
from shimnb.notebook.tree.nodes import Node, json_node, literal_node, message_node, rows, template_node
from shimnb.notebook.tree.texts import text_answer

PACK: Any = msgpack.packb  # it has no types
LONGEST = 4_000
STRINGS = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\x00\x07\x1b[31m\x7f\x9f",
    "\u202e\u2066\u200f\u200b\ufeff",
    "\u2028\u2029\r\n\t",
    "\U000e0041\U000e0042",
    "\"\\'`${x}{{x}}",
    "",
    " ",
    "/~0~1~k",
    "x" * 100_000,
    "a\ud800b",
]


def inert(text: str) -> bool:
    """Tell whether a text shows all that is in it, and turns nothing around."""
    return text.isprintable() and len(text) <= LONGEST


def check(node: Node, most: int = 2_000) -> int:
    """Look at every row of a tree, and at what a view may ask of it; count the rows."""
    model, left, seen = TreeModel(node), [((), node)], 0
    while left and seen < most:
        at, parent = left.pop()
        for place, child in enumerate(parent.children(0, 50)):
            seen += 1
            made = row(child)
            texts = [
                made[name] for name in ("id", "key", "value", "type", "badge", "path", "tip", "help") if name in made
            ]
            texts += [*made.get("was", {}).values(), *made.get("written", {}).values()]
            assert all(inert(text) for text in texts), made
            json.dumps(made, ensure_ascii=False, allow_nan=False).encode()
            here = (*at, place)
            if made.get("long"):
                slice_ = text_answer(model, {"at": list(here), "start": 0, "reveal": True})
                assert slice_["text"].replace("\n", "").replace("\t", "").isprintable()
                json.dumps(slice_, ensure_ascii=False).encode()
            left.append((here, child))
    return seen


@pytest.mark.parametrize("text", STRINGS)
def test_a_text_is_inert_wherever_it_stands(text: str) -> None:
    """As a value, a key, an item, a name; in JSON and in messages."""
    check(json_node({text: text, "list": [text], "k": {text: {text: 1}}}))
    if "\ud800" in text:
        return
    template = tasks_pb2.TaskTemplate(
        type=text, custom=custom_to_struct({text: [text, {text: text}]}), config={text: text}
    )
    template.id.name = template.id.version = text
    template.container.CopyFrom(
        tasks_pb2.Container(
            image=text,
            args=[text],
            env=[literals_pb2.KeyValuePair(key=text, value=text)],
            ports=[tasks_pb2.ContainerPort(name=text)],
        )
    )
    variable = template.interface.inputs.variables[text]
    variable.description = text
    variable.type.enum_type.values.extend([text])
    template.interface.outputs.variables[text].type.blob.format = text
    check(template_node(template, defaults={text: text}))
    check(template_node(template, unset=True))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308])
def test_every_double_is_told(number: float) -> None:
    """As Python writes it; none of them is a number in JSON's own words."""
    [made] = json_node({"n": number}).children()
    assert (made.text, made.kind) == (repr(number), "float")
    literal = literals_pb2.Literal()
    literal.scalar.primitive.float_value = number
    assert (literal_node(literal).text, literal_node(literal).kind) == (repr(number), "float")
    [value] = message_node(struct_pb2.Struct(fields={"n": struct_pb2.Value(number_value=number)})).children()
    assert value.text == repr(number)
    check(json_node({"n": number, "l": [number]}))


def test_an_int_and_a_double_are_told_apart() -> None:
    """In words, in looks and in the tooltip."""
    whole, broken = literals_pb2.Literal(), literals_pb2.Literal()
    whole.scalar.primitive.integer = 3
    broken.scalar.primitive.float_value = 3
    told = [(made.text, made.type, made.kind, made.tip) for made in map(literal_node, (whole, broken))]
    assert told == [
        ("3", "int", "int", "flyteidl.core.Literal: scalar.primitive.integer (int64), of oneof value"),
        ("3.0", "float", "float", "flyteidl.core.Literal: scalar.primitive.float_value (double), of oneof value"),
    ]


def test_keys_that_read_alike_are_told_apart() -> None:
    """1 and "1", None and "None": each has its row, its id and its path."""
    node = json_node({1: "int", "1": "str", None: "none", "None": "text", 1.5: "float", (1,): "tuple", b"1": "bytes"})
    found = node.children()
    assert len({child.id for child in found}) == len(found) == 7
    for child in found:
        again = node.find(child.id)
        assert again is not None
        assert again.text == child.text
    assert {child.path for child in found} >= {
        "custom[1]",
        'custom["1"]',
        "custom[None]",
        "custom[(1,)]",
        "custom[b'1']",
    }
    check(node)


def test_a_key_of_very_many_digits_has_a_row() -> None:
    """Python refuses to write it in decimal."""
    [made] = json_node({10**5000: 10**6000}).children()
    assert made.key.startswith("0x") or made.key.startswith("0x", 1)
    assert made.text == "an integer of 19,932 bits"
    check(json_node({10**5000: 10**6000}))


def test_deep_nesting_has_rows() -> None:
    """As deep as there is memory for; what is copied is told to be too deep."""
    deep: Any = "end"
    for _ in range(3_000):
        deep = {"k": [deep]}
    assert check(json_node(deep), most=10_000) == 6_000
    with pytest.raises(ShimError) as caught:
        taken(json_node(deep))
    assert str(caught.value) == "tree: the value is nested too deeply to be copied. Copy a part of it."


def test_msgpack_that_reads_deeper_than_it_writes_has_rows() -> None:
    """Its decoder goes deeper than its encoder."""
    literal = literals_pb2.Literal()
    literal.scalar.binary.tag = "msgpack"
    literal.scalar.binary.value = b"\x91" * 900 + b"\x01"
    assert check(literal_node(literal)) == 900
    literal.scalar.binary.value = PACK({1: {b"\xff": "\x00"}, "t": [1, {}]})
    assert check(literal_node(literal)) > 3


def spoiled(drawn: random.Random) -> bytes:
    """Draw bytes: any, or a template's with one of them another."""
    if drawn.random() < 0.5:
        return drawn.randbytes(drawn.randrange(1, 24))
    made = bytearray(
        tasks_pb2.TaskTemplate(
            type="sql",
            custom=custom_to_struct({"a": [1, {"b": "c"}]}),
            metadata=tasks_pb2.TaskMetadata(timeout=duration_pb2.Duration(seconds=5)),
        ).SerializeToString()
    )
    made[drawn.randrange(len(made))] = drawn.randrange(256)
    return bytes(made)


@pytest.mark.parametrize("seed", range(30))
def test_random_bytes_are_a_message_or_an_error(seed: int) -> None:
    """What decodes has rows, whatever it means; times and enums past their range with it."""
    drawn = random.Random(seed)  # noqa: S311  # not for a secret
    decoded = 0
    for kind in (tasks_pb2.TaskTemplate, tasks_pb2.Container, literals_pb2.Literal, literals_pb2.LiteralMap):
        for _ in range(40):
            try:
                message = kind.FromString(spoiled(drawn))
            except DecodeError:
                continue
            decoded += 1
            check(message_node(message))
            check(message_node(message, unset=True), most=200)
    assert decoded


@pytest.mark.parametrize("seconds", [0, -(2**63), 2**63 - 1, 253402300800, -62135596801])
@pytest.mark.parametrize("nanos", [0, -1, 2**31 - 1, -(2**31)])
def test_times_past_their_range_are_told(seconds: int, nanos: int) -> None:
    """A message may hold what no clock shows."""
    for kind in (timestamp_pb2.Timestamp, duration_pb2.Duration):
        node = message_node(kind(seconds=seconds, nanos=nanos))
        assert inert(node.value)
        assert node.value


def test_a_newer_flyteidl_s_fields_are_counted() -> None:
    """How many bytes they take is known, though not what they mean."""
    [made] = message_node(tasks_pb2.Container.FromString(b"\xf8\x7f\x01\xfa\x7f\x03abc")).children()
    assert (made.key, made.value, made.size) == ("unknown fields", "numbers 2047", 9)
    assert made.tip == "of flyteidl.core.Container: from a newer flyteidl, or no Container at all"


def test_a_long_key_is_cut() -> None:
    """Its row, its id and its path stay short, and it is found again."""
    node = json_node({"k" * 1_000_000: {"x": 1}})
    assert sum(len(str(value)) for value in rows(node, budget=100_000)[0].values()) < LONGEST
    check(node)
