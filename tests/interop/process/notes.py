# ruff: noqa: ICN001, PYI061, UP007, UP045  # a model is written as its author would, and the modules by their own names
"""Models, messages, choices and notes, and a plugin's transformer: what the cases of `scalars` are about."""
# No ``from __future__ import annotations``: both libraries read the annotations as they are.

import datetime
import enum
import typing
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Optional

import sdk
from flyteidl.core import literals_pb2, tasks_pb2, types_pb2
from google.protobuf import struct_pb2, timestamp_pb2  # noqa: F401  # for the cases
from pydantic import BaseModel, ConfigDict, Field, RootModel, SecretStr
from sdk import FlyteAnnotation, FlytePickle, HashMethod, TypeEngine, TypeTransformer

ResourceEntry = tasks_pb2.Resources.ResourceEntry
Container = tasks_pb2.Container
HALF = datetime.timezone(datetime.timedelta(hours=5, minutes=30))


class Tint(enum.Enum):
    """An enum of strings, within a model."""

    RED = "red"
    GREEN = "green"


class Grade(enum.IntEnum):
    """An enum of integers, which only a model or a dataclass can hold."""

    LOW = 1


@dataclass
class Place:
    """A dataclass within a model."""

    x: int
    y: float = 0.5


class Price(BaseModel):
    """A model of one field."""

    price: float


class Basket(BaseModel):
    """A model with a field of each kind."""

    name: str
    rows: list[Price]
    count: int = 3
    ok: bool = True
    hue: Tint = Tint.RED
    grade: Grade = Grade.LOW
    note: Optional[str] = None
    best: Optional[Price] = None
    by: dict[str, Price] = Field(default_factory=dict)
    when: datetime.datetime = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc)
    day: datetime.date = datetime.date(2024, 2, 29)
    length: datetime.timedelta = datetime.timedelta(seconds=90)
    kind: Literal["a", "b"] = "a"
    place: Optional[Place] = None
    either: typing.Union[int, str] = 1
    grid: list[list[int]] = Field(default_factory=list)
    limit: float = Field(default=1.0, ge=0, description="At least 0")
    table: dict = Field(default_factory=dict)


class Bare(BaseModel):
    """A model without fields."""


class Renamed(BaseModel):
    """A model whose JSON has another name for its field."""

    model_config = ConfigDict(serialize_by_alias=True)

    size: int = Field(alias="Size")


class Misnamed(BaseModel):
    """A model that is written by one name and read by another."""

    size: int = Field(alias="Size")


class Numbers(RootModel[list[int]]):
    """A model that wraps a list."""


class Hidden(BaseModel):
    """A model with a secret."""

    key: SecretStr


class Looped(BaseModel):
    """A model that contains itself."""

    child: Optional["Looped"] = None


class Loaded(BaseModel):
    """A model with a message, of which pydantic has no schema."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    message: Container


class Several(BaseModel):
    """A model with fields that Flyte has no literal type for."""

    unique: set[int] = {1}
    data: bytes = b"x"


@dataclass
class Chosen:
    """A dataclass with choices."""

    one: Literal["a", "b"] = "a"
    many: list[Literal[1, 2]] = field(default_factory=list)
    maybe: Optional[Literal["x"]] = None
    mixed: Literal["a", 1, None] = "a"
    flag: Literal[True] = True


@dataclass
class Noted:
    """A dataclass whose fields have notes, at which nobody looks."""

    plain: Annotated[int, "unit"] = 1
    hashed: Annotated[int, HashMethod(str)] = 2
    noted: Annotated[int, FlyteAnnotation({"unit": "m"})] = 3


@dataclass
class Held:
    """A dataclass that holds a model."""

    price: Price


class Celsius:
    """A plugin's class."""

    def __init__(self, degrees: float) -> None:
        self.degrees = degrees

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Celsius) and self.degrees == other.degrees

    def __hash__(self) -> int:
        return hash(self.degrees)

    def __repr__(self) -> str:
        return f"Celsius({self.degrees})"


class Freezing(Celsius):
    """A subclass, which its base's transformer converts."""


class CelsiusTransformer(TypeTransformer[Celsius]):
    """A plugin's transformer, as its author writes it."""

    def __init__(self) -> None:
        super().__init__("celsius", Celsius)

    def get_literal_type(self, t: Any) -> Any:
        """Say that it is a float."""
        return sdk.type_model(types_pb2.LiteralType(simple=types_pb2.FLOAT))

    def to_literal(self, ctx: Any, python_val: Any, python_type: Any, expected: Any) -> Any:
        """Write the degrees."""
        primitive = literals_pb2.Primitive(float_value=python_val.degrees)
        return sdk.literal_model(literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=primitive)))

    def to_python_value(self, ctx: Any, lv: Any, expected_python_type: Any) -> Any:
        """Read the degrees."""
        return Celsius(lv.scalar.primitive.float_value)


TypeEngine.register(CelsiusTransformer())


@dataclass
class Weather:
    """A dataclass with a field of a plugin's class, which says how it is written."""

    outside: Celsius = field(
        metadata={"serialize": lambda value: value.degrees, "deserialize": lambda plain: Celsius(float(plain))}
    )


def metres(kind: Any = float) -> Any:
    """Note a unit on a type."""
    return Annotated[kind, FlyteAnnotation({"unit": "m", "range": {"from": [0, 1.5, None, True]}})]


def hashed(kind: Any = int) -> Any:
    """Hash the values of a type."""
    return Annotated[kind, HashMethod(lambda value: f"hash of {value}")]


def pickle_type(kind: Any) -> Any:
    """Give the annotation that pickles a type: flytekit pickles what it does not know, unasked."""
    return FlytePickle[kind] if sdk.library == "shimnb" else kind


def without_uri(literal: Any) -> Any:
    """Give the literal of a pickle without its file's name, which is drawn by lot."""
    literal.scalar.blob.uri = literal.scalar.blob.uri.rsplit("/", 1)[-1]
    return literal


def struct_of(**fields: Any) -> struct_pb2.Struct:
    """Make a Struct of JSON."""
    message = struct_pb2.Struct()
    message.update(fields)
    return message


def list_of(*values: Any) -> struct_pb2.ListValue:
    """Make a list of protobuf's."""
    message = struct_pb2.ListValue()
    message.extend(values)
    return message
