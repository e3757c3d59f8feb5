"""pydantic's models: there and back, their errors' paths, their guesses."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, Optional

import msgpack
import pytest
from flyteidl.core import literals_pb2, types_pb2
from pydantic import BaseModel, ConfigDict, Field, RootModel, SecretStr, field_validator

from shimnb import errors
from shimnb.core.types import TypeEngine, type_name


class Color(enum.Enum):
    RED = "red"


class Row(BaseModel):
    price: float
    tags: list[str] = Field(default_factory=list)


class Table(BaseModel):
    rows: list[Row]
    limit: int | list[int] = Field(default=3)
    color: Color = Color.RED
    when: dt.datetime | None = None
    length: dt.timedelta = dt.timedelta(seconds=90)
    key: uuid.UUID = uuid.UUID(int=1)
    kind: Literal["a", "b"] = "a"
    by: dict[str, Row] = {}
    unique: set[int] = {1}
    anything: Any = None


class Checked(BaseModel):
    even: int

    @field_validator("even")
    @classmethod
    def check(cls, value: int) -> int:
        if value % 2:
            raise ValueError("odd")
        return value


class Aliased(BaseModel):
    size: int = Field(alias="Size")


class Written(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)
    size: int = Field(alias="Size")


class Wrapped(RootModel[list[int]]):
    pass


class Secret(BaseModel):
    key: SecretStr


class Outer(BaseModel):
    secret: list[Secret]


class Tree(BaseModel):
    child: Optional[Tree] = None  # noqa: UP045  # a forward reference


class Left(BaseModel):
    right: Optional[Right] = None  # noqa: UP045  # a forward reference


class Right(BaseModel):
    left: Optional[Left] = None  # noqa: UP045  # likewise


class Forest(BaseModel):
    trees: list[Tree]
    size: int


Left.model_rebuild()
FOREST = Forest(trees=[Tree(child=Tree())], size=1)


@dataclass
class Holder:
    row: Row


TABLE = Table(
    rows=[Row(price=1.5, tags=["x"])],
    limit=[1],
    when=dt.datetime(2024, 1, 1, 1, 2, 3, 500_000, tzinfo=dt.timezone.utc),
    by={"a": Row(price=2)},
    anything={"a": [1, None]},
)


def literal(plain: Any) -> literals_pb2.Literal:
    """Make the literal of plain data."""
    binary = literals_pb2.Binary(value=msgpack.packb(plain), tag="msgpack")
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(binary=binary))


def guess(t: Any) -> Any:
    """Guess a type from the bytes of its literal type."""
    decoded = types_pb2.LiteralType.FromString(TypeEngine.to_literal_type(t).SerializeToString())
    return TypeEngine.guess_python_type(decoded)


MODELS = [(TABLE, Table), (Row(price=1), Row), ([Row(price=1)], list[Row]), (Row(price=1), Row | None), (Written(Size=1), Written), (FOREST, Forest)]  # fmt: skip


@pytest.mark.parametrize(("value", "t"), MODELS)
def test_a_model_comes_back(value: Any, t: Any) -> None:
    """A model comes back as it was."""
    assert TypeEngine.to_python_value(None, TypeEngine.to_literal(None, value, t), t) == value


@pytest.mark.parametrize(("value", "t"), MODELS)
def test_a_guessed_model_goes_back_to_the_same_literal(value: Any, t: Any) -> None:
    """Read as the class that is guessed, and written again, a literal is the same, and so is the literal type."""
    made = TypeEngine.to_literal(None, value, t)
    guessed = guess(t)
    assert TypeEngine.to_literal(None, TypeEngine.to_python_value(None, made, guessed), guessed) == made
    assert TypeEngine.to_literal_type(guessed) == TypeEngine.to_literal_type(t)


@pytest.mark.parametrize(("value", "t"), MODELS)
def test_a_model_is_taken_where_its_guess_is_declared(value: Any, t: Any) -> None:
    """An executor returns its own model where the template has the schema only."""
    assert TypeEngine.to_literal(None, value, guess(t)) == TypeEngine.to_literal(None, value, t)


def test_a_guessed_model_is_a_dataclass_of_its_fields() -> None:
    """Its types are the schema's; what JSON has as text stays text, but for dates and times."""
    made = guess(Table)
    assert is_dataclass(made)
    assert {f.name: type_name(f.type) for f in fields(made)} == {
        "rows": "list[Row]",
        "anything": "Any",
        "by": "dict[str, Row]",
        "color": "Choice",
        "key": "str",
        "kind": "Literal['a', 'b']",
        "length": "str",
        "limit": "int | list[int]",
        "unique": "list[int]",
        "when": "datetime | None",
    }


def test_a_dict_of_plain_data_stands_for_a_model() -> None:
    """The form and the console have no other values."""
    assert TypeEngine.to_literal(None, {"price": 1}, Row) == TypeEngine.to_literal(None, Row(price=1), Row)


def test_a_model_of_a_cell_that_ran_again_is_taken() -> None:
    """A class that was defined anew has the same fields, and that is enough."""
    again = type("Row", (BaseModel,), {"__annotations__": {"price": float}})
    made = TypeEngine.to_literal(None, again(price=1.5), Row)
    assert TypeEngine.to_python_value(None, made, Row) == Row(price=1.5)


@pytest.mark.parametrize(
    ("plain", "t", "message"),
    [
        (
            {"rows": [{"price": 1}, {"price": 2}, {"price": "n/a"}]},
            Table,
            "$.rows[2].price: input should be a valid number, unable to parse string as a number, got str 'n/a'",
        ),
        ({"rows": [{}]}, Table, "$.rows[0].price: no value. Table needs one."),
        (
            {"rows": [], "limit": "x", "by": {"a b": {"price": None}}},
            Table,
            """$.limit: input should be a valid integer, unable to parse string as an integer, got str 'x'. Other values that do not fit: $.limit, $.by['a b'].price.""",
        ),
        ({"even": 3}, Checked, "$.even: value error, odd, got int 3"),
        ([1], Row, "$: input should be an object, got list [1]"),
    ],
)
def test_an_error_has_pydantics_path(plain: Any, t: Any, message: str) -> None:
    """The first of pydantic's errors is the error, and the others are named."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_python_value(None, literal(plain), t)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        (1, Row, "$: expected Row, got int 1"),
        ({"price": "x"}, Row, "$.price: input should be a valid number, unable to parse string as a number, got str 'x'"),
        (
            Table.model_construct(rows=[Row.model_construct(price="x")]),
            Table,
            "$.rows[0].price: input should be a valid number, unable to parse string as a number, got str 'x'",
        ),
        (
            [Table(rows=[Row(price=float("inf"))])],
            list[Table],
            "$[0].rows[0].price: JSON has no float inf. Use None, or a str.",
        ),
        (Table(rows=[], anything=object()), Table, "$: Table cannot be written as JSON: Unable to serialize unknown type: <class 'object'>"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_says_where(value: Any, t: Any, message: str) -> None:
    """A model that was made unchecked is refused before it is written."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, value, t)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (Aliased, "Aliased.size: the type Aliased has no Flyte literal type. Set serialize_by_alias=True in its model_config, so that it is written by the names that it is read by."),
        (Wrapped, "Wrapped: the type Wrapped has no Flyte literal type. Use the type that it wraps."),
        (BaseModel, "BaseModel: the type BaseModel has no Flyte literal type. Use a model with fields of its own."),
        (Outer, "Outer: the type SecretStr in Outer has no Flyte literal type. It is written as asterisks; read it in the executor, from current_context().secrets."),
        (Tree, "Tree: the type Tree has no Flyte literal type. A model must not contain itself; keep keys instead."),
        (Left, "Left: the type Left has no Flyte literal type. A model must not contain itself; keep keys instead."),
        (Holder, f'the type Holder has no Flyte literal type. It has no JSON schema: Type {__name__}.Row of field "row" in {__name__}.Holder isn\'t supported.'),
    ],
)  # fmt: skip
def test_a_model_that_would_not_come_back_is_refused(t: Any, message: str) -> None:
    """What flytekit writes and cannot read, or cannot guess, is an error before it is written."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(t)
    assert str(caught.value) == message
