"""Dataclasses: their message, their way back, and the path to what does not fit."""

# No postponed annotations here: the classes below are also seen by mashumaro inside of functions.
import datetime as dt
import enum
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar

import msgpack
import pytest
from flyteidl.core import literals_pb2
from google.protobuf import json_format, struct_pb2
from mashumaro.codecs.msgpack import MessagePackDecoder, MessagePackEncoder
from mashumaro.mixins.json import DataClassJSONMixin

from shimnb import errors
from shimnb.core.types import TypeEngine


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    x: int
    color: Color = Color.RED


@dataclass
class Row:
    price: float
    name: str = "x"


@dataclass
class Table:
    rows: list[Row]
    by: dict[str, Row] = field(default_factory=dict)


@dataclass
class Everything:
    a: int
    point: Point
    f: float = 1.0
    text: str | None = None
    points: list[Point] = field(default_factory=list)
    named: dict[str, Point] = field(default_factory=dict)
    level: Level = Level.LOW
    when: dt.datetime = dt.datetime(2020, 1, 1)  # naive ones stay so in a dataclass
    day: dt.date = dt.date(2020, 1, 1)
    span: dt.timedelta = dt.timedelta(seconds=1.5)
    either: int | str = 3
    plain: dict = field(default_factory=dict)
    listed: list = field(default_factory=list)
    keyed: dict[int, float] = field(default_factory=dict)
    maybe: Point | None = None
    levels: list[Level] = field(default_factory=list)
    gaps: list[int | None] = field(default_factory=list)
    colors: dict[Color, int] = field(default_factory=dict)
    fixed: int = field(default=4, init=False)
    shared: ClassVar[int] = 5


@dataclass
class Nothing:
    pass


@dataclass(frozen=True)
class Frozen:
    a: int


@dataclass
class Checked:
    a: int

    def __post_init__(self) -> None:
        if self.a < 0:
            raise ValueError("a is negative")


@dataclass
class Serialized:
    a: int = field(metadata={"serialize": str, "deserialize": int})


@dataclass
class Mixed(DataClassJSONMixin):
    a: int
    by: dict[int, str] = field(default_factory=dict)


@dataclass
class Node:
    children: "list[Node]"


@dataclass
class WithInitVar:
    a: InitVar[int]


@dataclass
class WithSet:
    a: set[int]


@dataclass
class WithUnknown:
    a: "Undefined"  # noqa: F821  # its point


FULL = Everything(
    1,
    Point(2),
    f=3,
    text="t",
    points=[Point(1)],
    named={"a b": Point(3, Color.GREEN)},
    level=Level.HIGH,
    when=dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc),
    either="s",
    plain={"x": [1, None]},
    listed=[1, "a"],
    keyed={1: 2, 2: 3.5},
    maybe=Point(5),
    levels=[Level.LOW],
    gaps=[1, None],
    colors={Color.GREEN: 3},
)
VALUES = [Point(1), Everything(1, Point(2)), FULL, Nothing(), Frozen(3), Table([Row(1.0)], {"k": Row(2.0, "y")})]


def refusal(value: Any, t: Any) -> str:
    """Give the message with which a value is refused."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, t)
    return str(caught.value)


def binary(plain: Any) -> literals_pb2.Literal:
    """Make the literal of plain data."""
    packed = literals_pb2.Binary(value=msgpack.packb(plain), tag="msgpack")
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(binary=packed))


def test_the_literal_type_has_schema_structure_and_note() -> None:
    """A struct with the JSON schema, the fields' literal types, and the format's note."""
    assert json_format.MessageToDict(TypeEngine.to_literal_type(Point)) == {
        "simple": "STRUCT",
        "metadata": {
            "type": "object",
            "title": "Point",
            "properties": {"x": {"type": "integer"}, "color": {"enum": ["red", "green"], "default": "red"}},
            "required": ["x"],
            "additionalProperties": False,
        },
        "annotation": {"annotations": {"cache-key-metadata": {"serialization-format": "msgpack"}}},
        "structure": {
            "dataclassType": {"x": {"simple": "INTEGER"}, "color": {"enumType": {"values": ["red", "green"]}}}
        },
    }


def test_fields_that_the_peer_has_no_type_for_are_not_in_the_structure() -> None:
    """Untyped lists and enumerations of ints are in the schema only; a ClassVar is nowhere."""
    literal_type = TypeEngine.to_literal_type(Everything)
    properties = set(literal_type.metadata["properties"].keys())
    assert properties - set(literal_type.structure.dataclass_type) == {"level", "levels", "listed"}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_the_bytes_are_mashumaros(value: Any) -> None:
    """The literal holds what mashumaro's encoder, and so the peer, writes."""
    literal = TypeEngine.to_literal(None, value, type(value))
    assert (literal.scalar.binary.tag, literal.scalar.binary.value) == (
        "msgpack",
        MessagePackEncoder(type(value)).encode(value),
    )


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_the_value_comes_back_as_mashumaro_reads_it(value: Any) -> None:
    """The way back gives what mashumaro's decoder gives."""
    literal = TypeEngine.to_literal(None, value, type(value))
    decode = MessagePackDecoder(
        type(value), pre_decoder_func=lambda data: msgpack.unpackb(data, strict_map_key=False)
    ).decode
    assert TypeEngine.to_python_value(None, literal, type(value)) == decode(literal.scalar.binary.value) == value


@pytest.mark.parametrize(
    ("value", "plain"), [(Serialized(3), {"a": "3"}), (Mixed(1, {2: "b"}), {"a": 1, "by": {"2": "b"}})]
)
def test_a_class_with_options_of_mashumaros_is_written_by_it(value: Any, plain: Any) -> None:
    """What a class tells mashumaro is done, and it comes back."""
    literal = TypeEngine.to_literal(None, value, type(value))
    assert msgpack.unpackb(literal.scalar.binary.value) == plain
    assert TypeEngine.to_python_value(None, literal, type(value)) == value


def test_left_out_fields_get_their_defaults() -> None:
    """A literal of an older class lacks the newer fields."""
    assert TypeEngine.to_python_value(None, binary({"price": 1}), Row) == Row(1.0, "x")


def test_a_dict_of_plain_data_is_taken() -> None:
    """A dict stands for the dataclass, its defaults filled in."""
    assert TypeEngine.to_literal(None, {"x": 1}, Point) == TypeEngine.to_literal(None, Point(1), Point)


def test_a_struct_is_read() -> None:
    """The console sends a Struct, whose numbers are doubles."""
    struct = struct_pb2.Struct()
    struct.update({"x": 3, "color": "green"})
    literal = literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=struct))
    assert TypeEngine.to_python_value(None, literal, Point) == Point(3, Color.GREEN)


def test_a_class_of_the_same_fields_is_taken() -> None:
    """A cell that ran again has another class of the same fields."""

    @dataclass
    class Other:
        name: str
        price: float

    value = Other("n", 1.5)
    assert TypeEngine.to_literal(None, value, Row) == TypeEngine.to_literal(None, Row(1.5, "n"), Row)


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        (Row("n/a"), Row, "$.price: expected float, got str 'n/a'"),
        (Table([Row(1.0), Row(2.0), Row("n/a")]), Table, "$.rows[2].price: expected float, got str 'n/a'"),
        (Table([], {"k": Row(None)}), Table, "$.by.k.price: expected float, got None"),
        (
            Point(1, "red"),
            Point,
            "$.color: expected Color ('red', 'green'), got str 'red'. Pass a member, such as Color.RED.",
        ),
        (
            Everything(1, Point(1), either=3.5),
            Everything,
            "$.either: expected int | str, got float 3.5",
        ),
        (
            Everything(1, Point(1), plain={"x": {1}}),
            Everything,
            (
                "$.plain.x: set {1} is no plain data. "
                "Use None, bool, int, float, str, bytes, lists and dicts of these, or a dataclass."
            ),
        ),
        (3, Row, "$: expected Row, got int 3"),
        (
            Frozen(1),
            Row,
            "$: expected Row, got Frozen without name, price and with a. Return a dataclass with the fields of Row.",
        ),
        ({"name": "a"}, Row, "$.price: no value. Row needs one."),
        ({"price": "a"}, Row, "$.price: expected float, got str 'a'"),
    ],
)
def test_the_path_says_which_field(value: Any, t: Any, message: str) -> None:
    """A field that does not fit is named by its path."""
    assert refusal(value, t) == message


@pytest.mark.parametrize(
    ("plain", "t", "message"),
    [
        ({"rows": [{"price": "n/a"}]}, Table, "$.rows[0].price: expected float, got str 'n/a'"),
        ({"rows": {}}, Table, "$.rows: expected list[Row], got dict {}"),
        ({"a": -1}, Checked, "$: Checked refused the values: ValueError: a is negative"),
        ([1], Row, "$: expected Row, got list [1]"),
        ({"x": 1, "color": "blue"}, Point, "$.color: expected Color ('red', 'green'), got str 'blue'"),
    ],
)
def test_a_literal_that_does_not_fit_says_where(plain: Any, t: Any, message: str) -> None:
    """Reading has paths as writing has."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, binary(plain), t)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (WithSet, "WithSet.a: the type set[int] has no Flyte literal type. Use list[...]."),
        (
            Node,
            (
                "Node.children: the type Node has no Flyte literal type. "
                "A dataclass must not contain itself; keep keys instead."
            ),
        ),
        (WithInitVar, "WithInitVar.a: the type InitVar[int] has no Flyte literal type. Make it an ordinary field."),
        (
            WithUnknown,
            (
                "WithUnknown: the type Undefined has no Flyte literal type. "
                "Define Undefined at the top level of the module (or cell) of WithUnknown."
            ),
        ),
    ],
)
def test_a_field_without_a_literal_type_is_named(t: Any, message: str) -> None:
    """The error names the class and the field."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(t)
    assert str(caught.value) == message
