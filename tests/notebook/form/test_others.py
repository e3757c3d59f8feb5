"""Fields of files, tables, arrays, models and messages: a path, a URI or JSON, and never a field that cannot be used."""

from __future__ import annotations

import os
import typing
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pydantic
import pytest
from flyteidl.core import literals_pb2, tasks_pb2

from shimnb import FlyteDirectory, FlyteFile, Interface, StructuredDataset, kwtypes
from shimnb.core.types import TypeEngine
from shimnb.errors import ConversionError
from shimnb.notebook.define import define
from shimnb.notebook.form.fields import Field, fields_of, literal, message, parse, show
from shimnb.notebook.form.widget import form
from shimnb.notebook.tree.nodes import literal_map_node
from shimnb.notebook.tree.words import type_words

if TYPE_CHECKING:
    from pathlib import Path

PLACE = "Write the path of one that is there, or a URI such as s3://bucket/name."


class Price(pydantic.BaseModel):
    amount: float
    currency: str = "EUR"


class Basket(pydantic.BaseModel):
    prices: list[Price]
    count: int = 1


def one(python_type: Any, *default: Any) -> Field:
    """Make the field of one input."""
    [made] = fields_of(Interface(inputs={"x": (python_type, *default) if default else python_type}))
    return made


def said(field: Field, text: str) -> str:
    """Tell what stands beside a field when a text is refused."""
    with pytest.raises(ConversionError) as caught:
        literal(field, parse(field, text))
    return message(field, caught.value)


@pytest.fixture
def csv(tmp_path: Path) -> str:
    """A file that is there."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def parquet(tmp_path: Path) -> str:
    """A table that is there."""
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1, 2]}).to_parquet(path)
    return str(path)


@pytest.mark.parametrize(
    ("python_type", "control", "hint"),
    [
        (typing.Literal["x", "y"], "choice", ""),
        (Price, "text", "JSON of amount, currency"),
        (tasks_pb2.Resources, "text", "JSON of requests, limits"),
        (FlyteFile, "line", "path or URI of a file"),
        (FlyteFile["csv"] | None, "line", "path or URI of a file"),
        (os.PathLike, "line", "path or URI of a file"),
        (FlyteDirectory, "line", "path or URI of a folder"),
        (StructuredDataset, "line", "path or URI of a table, in parquet"),
        (typing.Annotated[StructuredDataset, kwtypes(a=int)], "line", "path or URI of a table, in parquet"),
        (pd.DataFrame, "line", "path or URI of a table, in parquet"),
        (np.ndarray, "line", "JSON list, or path of a .npy file"),
        (list[FlyteFile], "text", "JSON"),
    ],
)
def test_a_type_has_its_control(python_type: Any, control: str, hint: str) -> None:
    """A choice is a select, a place one line, and what is JSON several."""
    made = one(python_type)
    assert (made.control, made.hint) == (control, hint)


def test_a_literals_values_are_choices() -> None:
    """A number stays one, and 1 is another choice than "1"."""
    assert parse(one(typing.Literal[1, 2]), "2") == 2
    assert one(typing.Literal["x", "y"]).choices == ("x", "y")
    assert said(one(typing.Literal["x", "y"]), "z") == "expected one of x, y, got 'z'"


def test_a_file_is_its_path_and_stays_where_it_is(csv: str) -> None:
    """A look at a form copies nothing."""
    made = one(FlyteFile["csv"])
    blob = literal(made, parse(made, f" {csv} ")).scalar.blob
    assert (blob.uri, blob.metadata.type.format) == (csv, "csv")


def test_a_uri_is_taken_as_it_is() -> None:
    """What is at a URI is not asked for before the run."""
    assert parse(one(FlyteFile), "s3://music/a.csv") == "s3://music/a.csv"
    assert parse(one(StructuredDataset), "s3://music/tracks").uri == "s3://music/tracks"


def test_a_folder_is_its_path(tmp_path: Path) -> None:
    """It is not copied either."""
    made = one(FlyteDirectory)
    blob = literal(made, parse(made, str(tmp_path))).scalar.blob
    assert (blob.uri, blob.metadata.type.dimensionality) == (str(tmp_path), 1)


def test_a_place_that_is_not_there_is_refused(csv: str, tmp_path: Path) -> None:
    """The message says what was looked for, and what is there instead."""
    file, folder, table = one(FlyteFile), one(FlyteDirectory), one(pd.DataFrame)
    assert said(file, "/no/such") == f"expected FlyteFile, got the path '/no/such': there is no such file. {PLACE}"
    assert said(file, "") == "expected the path or URI of a file, got an empty text. Give a FlyteFile."
    assert said(folder, csv).endswith(f": what is there is no folder. {PLACE}")
    assert said(table, "/no/such").endswith(f": there is no such table. {PLACE}")
    assert said(one(list[FlyteFile]), "[3]") == f"x[0]: expected the path or URI of a file, got int 3. {PLACE}"


def test_a_table_is_read_from_its_place(parquet: str) -> None:
    """A dataframe's literal is made of the table at the path, when the task runs."""
    made = one(pd.DataFrame)
    written = TypeEngine.to_literal(None, parse(made, parquet), pd.DataFrame)
    assert made.costly
    assert TypeEngine.to_python_value(None, written, pd.DataFrame).to_dict("list") == {"a": [1, 2]}


def test_an_array_is_json_or_a_file(tmp_path: Path) -> None:
    """Both give the array."""
    np.save(tmp_path / "a.npy", np.array([1.5, 2.5]))
    made = one(np.ndarray)
    assert parse(made, str(tmp_path / "a.npy")).tolist() == [1.5, 2.5]
    assert parse(made, "[[1, 2], [3, 4]]").tolist() == [[1, 2], [3, 4]]
    assert show(made, np.array([1, 2])) == "[1, 2]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, [2]]", "no array of [1, [2]]. Write rows of one length and of one type."),
        ('["a", 1]', "no array of ['a', 1]. Write rows of one length and of one type."),
        ("[1,", "no JSON at line 1, column 4: expecting value. Write strings and keys in double quotes."),
        ("/no/such", f"expected ndarray, got the path '/no/such': there is no such file. {PLACE}"),
    ],
)
def test_an_array_that_is_none_is_refused(text: str, words: str) -> None:
    """Nothing is rounded, and no number becomes a text."""
    assert said(one(np.ndarray), text) == words


def test_a_model_is_its_json() -> None:
    """Defaults fill in, an int of 64 bits stays exact, and what is shown is read back."""
    made = one(Basket)
    value = parse(made, '{"prices": [{"amount": 1.5}], "count": 9007199254740993}')
    assert value == Basket(prices=[Price(amount=1.5)], count=9007199254740993)
    assert parse(made, show(made, value)) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "expected Basket, got list [1]. Write a JSON object."),
        ("{}", "x.prices: no value. Basket needs one."),
        (
            '{"prices": [{"amount": "n/a"}], "count": "x"}',
            (
                "x.prices[0].amount: input should be a valid number, unable to parse string as a number, got str 'n/a'. "
                "Other values that do not fit: x.count."
            ),
        ),
    ],
)
def test_a_model_that_does_not_fit_is_refused(text: str, words: str) -> None:
    """It has pydantic's words, with the path that a person knows."""
    assert said(one(Basket), text) == words


def test_a_message_is_its_json() -> None:
    """What is shown is read back, and an unknown field is refused."""
    made, value = one(tasks_pb2.Container), tasks_pb2.Container(image="a/b:c", args=["x"])
    assert parse(made, '{"image": "a/b:c", "args": ["x"]}') == value
    assert parse(made, show(made, value)) == value
    assert said(made, '{"nope": 1}') == (
        'Container refused the values: Message type "flyteidl.core.Container" has no field named "nope" at "Container"'
    )


def test_a_default_is_shown_as_it_would_be_written(csv: str) -> None:
    """A path without quotes, a model as JSON."""
    assert one(FlyteFile, FlyteFile(csv)).default_state == csv
    assert one(Price, Price(amount=1)).default_state == '{"amount": 1.0, "currency": "EUR"}'


def test_a_task_runs_with_such_inputs(csv: str, parquet: str) -> None:
    """From the texts of a form to what the executor gets."""
    task = define(
        "import pandas as pd\nfrom shimnb import FlyteFile\n\n\n"
        "def execute(tt, *, file: FlyteFile, table: pd.DataFrame) -> str:\n"
        "    with open(file) as text:\n"
        "        return text.read() + str(table.open(pd.DataFrame).all().a.sum())\n",
        "reads",
    )
    made = form(task)
    made.set(file=csv, table=parquet)
    assert made.errors == {}
    assert made.run().result(20) == "a,b\n3"


@pytest.mark.parametrize(
    ("python_type", "words"),
    [
        (FlyteFile["csv"], 'FlyteFile["csv"]'),
        (FlyteDirectory, "FlyteDirectory"),
        (StructuredDataset, "StructuredDataset"),
        (typing.Annotated[pd.DataFrame, kwtypes(a=int)], "StructuredDataset[a]"),
        (np.ndarray, "numpy.ndarray"),
        (Price, "Price"),
        (tasks_pb2.Container, "Container"),
        (typing.Literal["x", "y"], 'Literal["x", "y"]'),
        (typing.Literal[1, 2], "Literal[1, 2]"),
        (list, "list"),
    ],
)
def test_a_literal_type_in_words(python_type: Any, words: str) -> None:
    """The tree names a type the way it is written in Python."""
    assert type_words(TypeEngine.to_literal_type(python_type)) == words


def test_results_are_named_by_what_is_stored(csv: str) -> None:
    """A file's literal says its type, so the tree does, and shows its place."""
    outputs = literals_pb2.LiteralMap()
    outputs.literals["o0"].CopyFrom(TypeEngine.to_literal(None, csv, FlyteFile["csv"]))
    [node] = literal_map_node(outputs).children()
    assert node.type == 'FlyteFile["csv"]'
    assert node.value.endswith('a.csv"')
