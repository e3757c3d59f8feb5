# ruff: noqa: ICN001  # the cases name the modules by their own names
"""Tables and arrays: values, and the words in which both libraries are asked about them."""
# No ``from __future__ import annotations``: both libraries read the annotations as they are.

import os
import re
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy
import pandas
import pyarrow
import sdk
from flyteidl.core import literals_pb2, types_pb2
from sdk import FlyteContextManager, StructuredDataset, TypeEngine

FRAME = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1.5, 2.5]})
TABLE = pyarrow.table({"a": [1, 2], "b": ["x", "y"]})
NESTED = pandas.DataFrame({"s": [{"t": 1, "u": 2}]})
SCHEMA = pyarrow.schema([("a", pyarrow.int64()), ("b", pyarrow.string())])
ARRAY = numpy.arange(6).reshape(2, 3)


@dataclass
class Row:
    """A dataclass that names columns."""

    a: int
    b: str


@dataclass
class Report:
    """A dataclass with a dataset in it."""

    table: StructuredDataset
    pages: int = 1


@dataclass
class Framed:
    """A dataclass with a dataframe in it."""

    table: pandas.DataFrame


def _somewhere(uri: str) -> str:
    """Give a uri without what is random in it."""
    return re.sub("[0-9a-f]{32}", "RANDOM", re.sub("^.*/raw/", "RAW/", uri))


def _place(literal: Any) -> None:
    if literal.HasField("collection"):
        for item in literal.collection.literals:
            _place(item)
    kind = literal.scalar.WhichOneof("value")
    if kind == "union":
        _place(literal.scalar.union.value)
    if kind in {"structured_dataset", "blob"}:
        held = getattr(literal.scalar, kind)
        held.uri = _somewhere(held.uri)
    if kind == "binary":
        plain = msgpack.loads(literal.scalar.binary.value)
        plain["table"]["uri"] = _somewhere(plain["table"]["uri"])
        literal.scalar.binary.value = msgpack.dumps(plain)


def _made(value: Any, python_type: Any) -> Any:
    ctx = FlyteContextManager.current_context()
    return TypeEngine.to_literal(ctx, value, python_type, TypeEngine.to_literal_type(python_type))


def placed(value: Any, python_type: Any) -> Any:
    """Give the literal of a value, as a message, without what is random in its uris."""
    made = _made(value, python_type)
    message = literals_pb2.Literal()
    message.CopyFrom(made.to_flyte_idl() if hasattr(made, "to_flyte_idl") else made)
    _place(message)
    return message


def stored(value: Any, python_type: Any) -> list:
    """Name the files that a value was written to, below its uri."""
    made = sdk.decoded(_made(value, python_type))
    uri = made.scalar.structured_dataset.uri
    return sorted(name for _, _, names in os.walk(uri) for name in names)


def seen(value: Any, python_type: Any, read_as: Any = None, open_as: Any = None) -> Any:
    """Write a value as one type, and read it as another; a dataset is opened."""
    ctx = FlyteContextManager.current_context()
    result = TypeEngine.to_python_value(ctx, sdk.decoded(_made(value, python_type)), read_as or python_type)
    return result.open(open_as).all() if open_as else result


def told(value: Any, python_type: Any, read_as: Any) -> list:
    """Give what a dataset that was read tells of itself."""
    dataset = seen(value, python_type, read_as)
    columns = dataset.metadata.structured_dataset_type.columns
    names = [column.name for column in columns]
    place = _somewhere(dataset.literal.uri)
    return [dataset.uri, dataset.file_format, dataset.dataframe, names, place]


def remade(value: Any, python_type: Any, read_as: Any) -> Any:
    """Read a literal, and make one of the result: what a task does that passes its input on."""
    return placed(seen(value, python_type, read_as), read_as)


def arrays(value: Any, python_type: Any) -> list:
    """Give the class, the dtype, the shape and the items of an array that came back."""
    result = seen(value, python_type)
    return [type(result).__name__, str(result.dtype), result.shape, result.tolist()]


def legacy() -> Any:
    """Give a literal of the schema type, which StructuredDataset replaced, with one column."""
    made = sdk.decoded(_made(FRAME, pandas.DataFrame))
    column = types_pb2.SchemaType.SchemaColumn(name="a", type=types_pb2.SchemaType.SchemaColumn.INTEGER)
    schema = literals_pb2.Schema(uri=made.scalar.structured_dataset.uri, type=types_pb2.SchemaType(columns=[column]))
    return sdk.literal_model(literals_pb2.Literal(scalar=literals_pb2.Scalar(schema=schema)))


def read(literal: Any, python_type: Any) -> Any:
    """Read a literal."""
    return TypeEngine.to_python_value(FlyteContextManager.current_context(), literal, python_type)
