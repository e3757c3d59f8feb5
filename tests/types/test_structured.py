"""Dataframes: what is written, what is read, and what is refused in which words."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import fsspec
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flyteidl.core import literals_pb2, types_pb2
from mashumaro.mixins.json import DataClassJSONMixin

from shimnb import (
    FlyteContext,
    FlyteContextManager,
    Interface,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    StructuredDataset,
    StructuredDatasetDecoder,
    StructuredDatasetEncoder,
    StructuredDatasetTransformerEngine,
    TypeEngine,
    errors,
    kwtypes,
)
from shimnb.core.files import FileAccessProvider
from shimnb.core.types import frames, handlers

DATA: dict[str, list[Any]] = {"a": [1, 2], "b": ["x", "y"], "c": [1.5, 2.5]}
FRAME = pd.DataFrame(DATA)
OWN = __name__.partition(".")[0]


@dataclass
class Report:
    """A dataclass with a dataset in it."""

    table: StructuredDataset
    pages: int = 1


@dataclass
class Mixed(DataClassJSONMixin):
    """A dataclass that mashumaro writes itself."""

    table: StructuredDataset


@pytest.fixture
def ctx(tmp_path: Path) -> FlyteContext:
    """A context whose files are in a folder of the test's own."""
    access = FileAccessProvider(str(tmp_path / "sandbox"), str(tmp_path / "raw"))
    return FlyteContextManager.current_context().with_file_access(access)


@pytest.fixture
def remote(tmp_path: Path) -> FlyteContext:
    """A context whose raw output goes to memory."""
    access = FileAccessProvider(str(tmp_path / "sandbox"), f"memory://{tmp_path.name}/raw")
    return FlyteContextManager.current_context().with_file_access(access)


def decoded(literal: literals_pb2.Literal) -> literals_pb2.Literal:
    """Send a literal over the wire."""
    return literals_pb2.Literal.FromString(literal.SerializeToString())


def back(ctx: FlyteContext, value: Any, t: Any, read_as: Any = None) -> Any:
    """Write a value, and read it."""
    return TypeEngine.to_python_value(ctx, decoded(TypeEngine.to_literal(ctx, value, t)), read_as or t)


def refusal(call: Any, *args: Any) -> str:
    """Give the message of the error that a call raises."""
    with pytest.raises(errors.TypeEngineError) as caught:
        call(*args)
    return str(caught.value)


def same(one: Any, other: Any) -> bool:
    """Compare two dataframes of one class."""
    return type(one) is type(other) and bool(one.equals(other))


FRAMES = [FRAME, pa.table(DATA), pl.DataFrame(DATA)]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__module__)
def test_a_dataframe_comes_back(ctx: FlyteContext, frame: Any) -> None:
    """A dataframe of each library is written as parquet and read as it was."""
    literal = TypeEngine.to_literal(ctx, frame, type(frame))
    assert literal.scalar.structured_dataset.metadata.structured_dataset_type.format == "parquet"
    assert same(TypeEngine.to_python_value(ctx, decoded(literal), type(frame)), frame)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__module__)
def test_a_dataframe_comes_back_from_elsewhere(remote: FlyteContext, frame: Any) -> None:
    """Raw output at a path with a scheme is written and read through fsspec."""
    literal = TypeEngine.to_literal(remote, frame, type(frame))
    assert literal.scalar.structured_dataset.uri.startswith("memory://")
    assert same(TypeEngine.to_python_value(remote, decoded(literal), type(frame)), frame)


def test_a_lazy_frame_comes_back(ctx: FlyteContext) -> None:
    """A polars LazyFrame is collected, and read as one."""
    lazy = back(ctx, pl.LazyFrame(DATA), pl.LazyFrame)
    assert isinstance(lazy, pl.LazyFrame)
    assert same(lazy.collect(), pl.DataFrame(DATA))


@pytest.mark.parametrize("read_as", [pd.DataFrame, pa.Table, pl.DataFrame])
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__module__)
def test_a_dataframe_is_read_as_any_other(ctx: FlyteContext, frame: Any, read_as: Any) -> None:
    """Parquet does not tell who wrote it."""
    result = back(ctx, frame, type(frame), read_as)
    assert isinstance(result, read_as)
    rows = result.to_dict("list") if read_as is pd.DataFrame else pl.DataFrame(result).to_dict(as_series=False)
    assert rows == DATA


@pytest.mark.parametrize("read_as", [pd.DataFrame, pa.Table, pl.DataFrame, StructuredDataset])
def test_declared_columns_alone_are_read(ctx: FlyteContext, read_as: Any) -> None:
    """The columns that a task declares are those that it sees, in its order."""
    result = back(ctx, FRAME, pd.DataFrame, Annotated[read_as, kwtypes(c=float, a=int)])
    result = result.open(pd.DataFrame).all() if read_as is StructuredDataset else result
    names = result.column_names if read_as is pa.Table else list(result.columns)
    assert names == ["c", "a"]


def test_csv_is_written_where_it_is_declared(ctx: FlyteContext) -> None:
    """A format in the annotation is the one that is written, and the literal says so."""
    literal = TypeEngine.to_literal(ctx, FRAME, Annotated[pd.DataFrame, "csv"])
    uri = literal.scalar.structured_dataset.uri
    assert (Path(uri) / ".csv").read_text(encoding="utf-8") == "a,b,c\n1,x,1.5\n2,y,2.5\n"
    assert same(TypeEngine.to_python_value(ctx, literal, pd.DataFrame), FRAME)


def test_csv_at_a_path_of_ones_own_is_read(ctx: FlyteContext, tmp_path: Path) -> None:
    """A dataset may name a file, not only a folder that was written by a task."""
    path = tmp_path / "tracks.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with FlyteContextManager.with_context(ctx):
        frame = StructuredDataset(uri=str(path), file_format="csv").open(pd.DataFrame).all()
    assert frame.to_dict("list") == {"a": [1]}


def test_a_folder_of_several_files_is_read(ctx: FlyteContext, tmp_path: Path) -> None:
    """What Spark writes, a folder of parts and a marker, is one table."""
    for part in range(2):
        pq.write_table(pa.table({"a": [part]}), tmp_path / f"part-{part}.parquet")
    (tmp_path / "_SUCCESS").touch()
    with FlyteContextManager.with_context(ctx):
        table = StructuredDataset(uri=str(tmp_path)).open(pa.Table).all()
    assert table.to_pydict() == {"a": [0, 1]}


def test_a_dataset_is_written_to_its_uri(ctx: FlyteContext, tmp_path: Path) -> None:
    """A uri beside a dataframe is where the dataframe goes, as it was written."""
    uri = f"file://{tmp_path}/out"
    literal = TypeEngine.to_literal(ctx, StructuredDataset(FRAME, uri=uri), StructuredDataset)
    assert literal.scalar.structured_dataset.uri == uri
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["00000"]
    assert same(TypeEngine.to_python_value(ctx, literal, pd.DataFrame), FRAME)


def test_a_local_uri_is_copied(ctx: FlyteContext, tmp_path: Path) -> None:
    """A dataset at a local path is copied to the raw output: a container has no such path."""
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    literal = TypeEngine.to_literal(ctx, StructuredDataset(uri=str(tmp_path / "t.parquet")), StructuredDataset)
    uri = literal.scalar.structured_dataset.uri
    assert uri.startswith(str(tmp_path / "raw"))
    assert pq.read_table(uri).to_pydict() == {"a": [1]}


def test_a_dataset_is_written_once(ctx: FlyteContext) -> None:
    """A dataset that became a literal gives the same one again."""
    dataset = StructuredDataset(FRAME)
    assert dataset.literal is None
    first, second = (TypeEngine.to_literal(ctx, dataset, StructuredDataset) for _ in range(2))
    assert first == second
    assert dataset.literal == first.scalar.structured_dataset


def test_a_dataset_that_was_read_is_passed_on(ctx: FlyteContext) -> None:
    """An input that is an output too keeps its literal, the columns of its writer included."""
    literal = TypeEngine.to_literal(ctx, FRAME, Annotated[pd.DataFrame, kwtypes(a=int)])
    dataset = TypeEngine.to_python_value(ctx, decoded(literal), StructuredDataset)
    assert TypeEngine.to_literal(ctx, dataset, StructuredDataset) == literal


def test_a_dataset_gives_the_frame_that_it_holds() -> None:
    """A dataset that was not written yet gives its own dataframe, and converts it for another class."""
    dataset = StructuredDataset(FRAME)
    assert dataset.open(pd.DataFrame).all() is FRAME
    assert dataset.open(pa.Table).all().to_pydict() == DATA


def test_set_literal_writes(ctx: FlyteContext) -> None:
    """`set_literal` takes the columns and the format of the literal type it is given."""
    dataset = StructuredDataset(FRAME)
    dataset.set_literal(ctx, TypeEngine.to_literal_type(Annotated[StructuredDataset, kwtypes(a=int), "csv"]))
    assert dataset.literal is not None
    assert dataset.metadata == dataset.literal.metadata
    assert dataset.metadata.structured_dataset_type.format == "csv"


def test_a_dataset_in_a_dataclass_comes_back(ctx: FlyteContext) -> None:
    """A dataclass carries the place and the format, and the field is a dataset again."""
    with FlyteContextManager.with_context(ctx):
        report = back(ctx, Report(StructuredDataset(FRAME), 2), Report)
        assert same(report.table.open(pd.DataFrame).all(), FRAME)


def test_a_dataset_in_a_dataclass_of_mashumaros_comes_back(ctx: FlyteContext) -> None:
    """Mashumaro's mixin writes the field as shimnb does."""
    with FlyteContextManager.with_context(ctx):
        mixed = back(ctx, Mixed(StructuredDataset(FRAME)), Mixed)
        assert same(mixed.table.open(pd.DataFrame).all(), FRAME)


def test_a_guessed_dataclass_has_a_dataset(ctx: FlyteContext) -> None:
    """The type that a template tells takes the value of the author's own dataclass."""
    guessed = TypeEngine.guess_python_type(TypeEngine.to_literal_type(Report))
    with FlyteContextManager.with_context(ctx):
        report = back(ctx, Report(StructuredDataset(FRAME), 2), guessed)
        assert same(report.table.open(pd.DataFrame).all(), FRAME)
    assert TypeEngine.to_literal_type(guessed) == TypeEngine.to_literal_type(Report)


def test_the_console_may_send_a_struct(ctx: FlyteContext) -> None:
    """A dataset may come as a Struct of its place and its format."""
    uri = TypeEngine.to_literal(ctx, FRAME, pd.DataFrame).scalar.structured_dataset.uri
    literal = literals_pb2.Literal()
    literal.scalar.generic.update({"uri": uri, "file_format": "parquet"})
    assert same(TypeEngine.to_python_value(ctx, literal, pd.DataFrame), FRAME)


def test_a_dataframe_fits_a_guessed_dataset(ctx: FlyteContext) -> None:
    """An executor returns a dataframe where the template says no more than that it is a table."""
    guessed = TypeEngine.guess_python_type(TypeEngine.to_literal_type(pd.DataFrame))
    assert guessed is StructuredDataset
    assert same(back(ctx, FRAME, guessed, pd.DataFrame), FRAME)


@pytest.mark.parametrize(
    "t",
    [
        StructuredDataset,
        Annotated[StructuredDataset, "csv"],
        Annotated[StructuredDataset, kwtypes(a=int, b=str, c=float, d=bool, e=dt.datetime, f=dt.timedelta)],
        Annotated[StructuredDataset, kwtypes(a=list[int], b=dict[str, list[float]]), "parquet"],
        Annotated[StructuredDataset, pa.schema([("a", pa.int64())]), kwtypes(a={"b": int})],
    ],
)
def test_a_literal_type_is_guessed_exactly(t: Any) -> None:
    """What a literal type of a table says, its guessed type says too."""
    literal_type = TypeEngine.to_literal_type(t)
    assert TypeEngine.to_literal_type(TypeEngine.guess_python_type(literal_type)) == literal_type


def test_a_column_of_no_python_type_is_guessed() -> None:
    """A column that another language declared, such as a blob, stays in the guessed type."""
    literal_type = types_pb2.LiteralType()
    column = literal_type.structured_dataset_type.columns.add(name="a")
    column.literal_type.collection_type.blob.format = "png"
    assert TypeEngine.to_literal_type(TypeEngine.guess_python_type(literal_type)) == literal_type


def test_a_guessed_type_is_the_same_each_time() -> None:
    """The same message gives the same type, so that its converter is compiled once."""
    literal_type = TypeEngine.to_literal_type(Annotated[pd.DataFrame, kwtypes(a=int)])
    assert TypeEngine.guess_python_type(literal_type) is TypeEngine.guess_python_type(literal_type)


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (
            Annotated[pd.DataFrame, kwtypes(a=complex)],
            (
                "DataFrame.a: the type complex of a column has no Flyte literal type. "
                "Use int, float, str, bool, datetime, timedelta, a numpy scalar type, or a list or dict of one."
            ),
        ),
        (
            Annotated[pd.DataFrame, "csv", "parquet"],
            "the type Annotated[DataFrame, ...] with two formats has no Flyte literal type. Give one of them.",
        ),
        (
            Annotated[pd.DataFrame, pa.schema([]), pa.schema([])],
            "the type Annotated[DataFrame, ...] with two schemas has no Flyte literal type. Give one of them.",
        ),
        (
            Annotated[pd.DataFrame, {1: int}],
            "the type Annotated[..., {1: ...}] has no Flyte literal type. Use column names of str.",
        ),
    ],
)
def test_a_type_is_refused_in_words(t: Any, message: str) -> None:
    """An annotation that says nothing, or two things, is refused."""
    assert refusal(TypeEngine.to_literal_type, t) == message


@pytest.mark.parametrize(
    ("value", "t", "message"),
    [
        ({"a": 1}, pd.DataFrame, "$: expected pandas.DataFrame, got dict {'a': 1}"),
        (None, pd.DataFrame, "$: expected pandas.DataFrame, got None"),
        (
            pl.DataFrame(DATA),
            pd.DataFrame,
            "$: expected pandas.DataFrame, got polars.DataFrame. Convert it, or declare polars.DataFrame.",
        ),
        (3, StructuredDataset, "$: expected StructuredDataset, or a dataframe, got int 3"),
        (
            StructuredDataset(),
            StructuredDataset,
            "$: a StructuredDataset without a dataframe and without a uri. Give it one of the two.",
        ),
        (
            StructuredDataset(3),
            StructuredDataset,
            (
                "$: no encoder for int. Register one with StructuredDatasetTransformerEngine.register; there are some for: "
                "pandas.DataFrame, polars.DataFrame, polars.LazyFrame, pyarrow.Table."
            ),
        ),
        (
            FRAME,
            Annotated[pd.DataFrame, "avro"],
            "$: no encoder of pandas.DataFrame for file, format 'avro'. The formats are: csv, parquet.",
        ),
        (
            FRAME,
            Annotated[pd.DataFrame, kwtypes(z=int)],
            "$: the declared column 'z' is not in the dataframe. It has: a, b, c.",
        ),
        (
            pd.DataFrame({"a": [1, "x"]}),
            pd.DataFrame,
            (
                "$: the dataframe cannot be written as parquet: Could not convert 'x' with type str: tried to convert to "
                "int64. Conversion failed for column a with type object"
            ),
        ),
        ([FRAME, 3], list[pd.DataFrame], "$[1]: expected pandas.DataFrame, got int 3"),
        (3, pd.DataFrame | None, "$: expected DataFrame | None, got int 3"),
    ],
)
def test_a_value_is_refused_in_words(ctx: FlyteContext, value: Any, t: Any, message: str) -> None:
    """What is no dataframe, or cannot be written, is refused with its path."""
    # The libraries are known once a dataframe of theirs was met.
    for frame in FRAMES:
        handlers.load_for(type(frame))
    assert refusal(TypeEngine.to_literal, ctx, value, t) == message


class Named(pd.DataFrame):
    """A dataframe of pandas with something of its own."""


def test_a_variant_of_a_union_is_chosen_by_class(ctx: FlyteContext) -> None:
    """A dataframe, a subclass of it and a dataset each find the variant that takes them."""
    for value in (FRAME, Named(DATA), StructuredDataset(FRAME)):
        assert same(back(ctx, value, pd.DataFrame | None), FRAME)
    assert same(back(ctx, FRAME, pa.Table | int | pd.DataFrame, pd.DataFrame | int), FRAME)
    both: Any = StructuredDataset | pd.DataFrame
    assert TypeEngine.to_literal(ctx, FRAME, both).scalar.union.HasField("value")
    untagged = TypeEngine.to_literal(ctx, FRAME, pd.DataFrame)
    assert same(TypeEngine.to_python_value(ctx, untagged, int | pd.DataFrame), FRAME)


def test_a_guessed_dataset_may_stand_in_a_union() -> None:
    """An optional table with columns is guessed, though Python makes no union of a dict's annotation."""
    literal_type = types_pb2.LiteralType()
    inner = TypeEngine.to_literal_type(Annotated[pd.DataFrame, kwtypes(a=int)])
    for variant in (inner, TypeEngine.to_literal_type(None)):
        literal_type.union_type.variants.add().CopyFrom(variant)
    guessed = TypeEngine.guess_python_type(literal_type)
    assert [v.WhichOneof("type") for v in TypeEngine.to_literal_type(guessed).union_type.variants] == [
        "structured_dataset_type",
        "simple",
    ]


def dataset_literal(uri: str, file_format: str = "parquet") -> literals_pb2.Literal:
    """Make the literal of a table at a place."""
    literal = literals_pb2.Literal()
    literal.scalar.structured_dataset.uri = uri
    literal.scalar.structured_dataset.metadata.structured_dataset_type.format = file_format
    return literal


def test_a_missing_file_is_told(ctx: FlyteContext, tmp_path: Path) -> None:
    """A table that is not there is named; a password in its uri is not."""
    for place, shown in (
        (f"{tmp_path}/none", f"{tmp_path}/none"),
        (f"memory://u:secret@{tmp_path.name}/none", f"memory://***@{tmp_path.name}/none"),
    ):
        for t in (pd.DataFrame, pa.Table, pl.DataFrame):
            assert refusal(TypeEngine.to_python_value, ctx, dataset_literal(place), t) == (
                f"$: there is no file or folder {shown}. Run the task that writes it, or correct the uri."
            )


def test_a_file_that_is_no_parquet_is_told(ctx: FlyteContext, tmp_path: Path) -> None:
    """A file of another format is named, with what to do."""
    path = tmp_path / "t"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    message = refusal(TypeEngine.to_python_value, ctx, dataset_literal(str(path)), pd.DataFrame)
    assert message.startswith(f"$: {path} is not parquet, or is damaged: ")
    assert message.endswith(". Pass file_format if it is another.")


def test_a_missing_column_is_told(ctx: FlyteContext) -> None:
    """A column that the table has not is named, with those that it has."""
    for file_format in ("parquet", "csv"):
        literal = TypeEngine.to_literal(ctx, FRAME, Annotated[pd.DataFrame, file_format])
        uri = literal.scalar.structured_dataset.uri
        assert refusal(TypeEngine.to_python_value, ctx, literal, Annotated[pd.DataFrame, kwtypes(z=int)]) == (
            f"$: the declared column 'z' is not in {uri}. It has: a, b, c."
        )


def test_a_literal_of_another_kind_is_told(ctx: FlyteContext) -> None:
    """A literal that is no table is refused by what it holds."""
    literal = TypeEngine.to_literal(ctx, 3, int)
    assert refusal(TypeEngine.to_python_value, ctx, literal, pd.DataFrame) == (
        "$: expected pandas.DataFrame, got a literal with int 3"
    )


def test_a_dataset_must_be_opened() -> None:
    """`all` needs to know the class of the dataframe."""
    assert refusal(StructuredDataset(uri="s3://a/b").all) == (
        "$: no class of dataframe was chosen. Call open(pandas.DataFrame) first."
    )


def test_a_failed_write_leaves_no_file(ctx: FlyteContext, tmp_path: Path) -> None:
    """A table that cannot be written leaves what was there, and nothing beside it."""
    first = StructuredDataset(FRAME, uri=str(tmp_path / "out"))
    literal = TypeEngine.to_literal(ctx, first, StructuredDataset)
    bad = StructuredDataset(pd.DataFrame({"a": [1, "x"]}), uri=str(tmp_path / "out"))
    refusal(TypeEngine.to_literal, ctx, bad, StructuredDataset)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["00000"]
    assert same(TypeEngine.to_python_value(ctx, literal, pd.DataFrame), FRAME)


def test_a_failed_write_leaves_no_file_elsewhere(remote: FlyteContext, tmp_path: Path) -> None:
    """A remote file appears when it is complete, too."""
    bad = pd.DataFrame({"a": [1, "x"]})
    refusal(TypeEngine.to_literal, remote, bad, pd.DataFrame)
    assert fsspec.filesystem("memory").find(f"/{tmp_path.name}") == []


def test_a_missing_library_is_named(ctx: FlyteContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pandas without pyarrow writes no parquet: the error says what to install."""

    def absent(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    handlers.load_for(pd.DataFrame)
    monkeypatch.setattr(frames, "import_module", absent)
    assert refusal(TypeEngine.to_literal, ctx, FRAME, pd.DataFrame) == (
        '$: pyarrow is not installed. Run: pip install "shimnb[pandas]".'
    )


def test_the_libraries_are_imported_by_their_users() -> None:
    """Neither importing shimnb nor a table's literal type imports a dataframe library."""
    source = """
import json, sys
from typing import Annotated
from shimnb import StructuredDataset, TypeEngine, kwtypes
t = TypeEngine.to_literal_type(Annotated[StructuredDataset, kwtypes(a=int)])
TypeEngine.guess_python_type(t)
print(json.dumps([name for name in ("numpy", "pandas", "polars", "pyarrow") if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


# A plugin's own dataframe


class Rows(list[dict[str, Any]]):
    """A plugin's dataframe: rows of a table."""


class RowsEncoder(StructuredDatasetEncoder[Rows]):
    def __init__(self) -> None:
        super().__init__(Rows, None, "jsonl")

    def encode(
        self,
        ctx: FlyteContext,
        structured_dataset: StructuredDataset,
        structured_dataset_type: types_pb2.StructuredDatasetType,
    ) -> literals_pb2.StructuredDataset:
        uri = structured_dataset.uri or ctx.file_access.get_random_remote_path()
        with ctx.file_access.open(uri, "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in structured_dataset.dataframe)
        return literals_pb2.StructuredDataset(uri=uri)


class RowsDecoder(StructuredDatasetDecoder[Rows]):
    def __init__(self) -> None:
        super().__init__(Rows, None, "jsonl")

    def decode(
        self,
        ctx: FlyteContext,
        flyte_value: literals_pb2.StructuredDataset,
        current_task_metadata: literals_pb2.StructuredDatasetMetadata,
    ) -> Rows:
        names = [column.name for column in current_task_metadata.structured_dataset_type.columns]
        with ctx.file_access.open(flyte_value.uri, "r") as file:
            rows = [json.loads(line) for line in file]
        return Rows({name: row[name] for name in names or row} for row in rows)


class PartsDecoder(StructuredDatasetDecoder[Rows]):
    def __init__(self) -> None:
        super().__init__(Rows, "file", "parts")

    def decode(self, ctx: Any, flyte_value: Any, current_task_metadata: Any) -> Any:
        return (Rows([{"part": part}]) for part in range(2))


@pytest.fixture
def rows() -> None:
    """The plugin's encoder and decoder, registered as its package would."""
    register = StructuredDatasetTransformerEngine.register
    register(RowsEncoder(), default_format_for_type=True, override=True)
    register(RowsDecoder(), override=True)
    register(PartsDecoder(), override=True)


@pytest.mark.usefixtures("rows")
def test_a_plugins_dataframe_comes_back(ctx: FlyteContext) -> None:
    """A registered class is a type like any other; the metadata that its encoder leaves out is put in."""
    value = Rows([{"a": 1, "b": "x"}])
    literal = TypeEngine.to_literal(ctx, value, Annotated[Rows, kwtypes(a=int)])
    kept = literal.scalar.structured_dataset.metadata.structured_dataset_type
    assert (kept.format, [column.name for column in kept.columns]) == ("jsonl", ["a"])
    assert TypeEngine.to_python_value(ctx, decoded(literal), Rows) == [{"a": 1}]


@pytest.mark.usefixtures("rows")
def test_a_plugins_dataframe_may_come_in_parts(ctx: FlyteContext) -> None:
    """What a decoder gives in parts is iterated, and refused where it is wanted whole."""
    with FlyteContextManager.with_context(ctx):
        dataset = TypeEngine.to_python_value(ctx, dataset_literal("/nowhere", "parts"), StructuredDataset)
        assert list(dataset.open(Rows).iter()) == [[{"part": 0}], [{"part": 1}]]
        assert refusal(dataset.open(Rows).all) == "$: Rows is read in parts. Use iter()."


@pytest.mark.usefixtures("rows")
def test_handlers_are_found() -> None:
    """The handler of a class is found for a subclass, any storage, and no format."""
    engine = StructuredDatasetTransformerEngine
    assert isinstance(engine.get_encoder(Rows, "s3", ""), RowsEncoder)
    assert isinstance(engine.get_decoder(type("More", (Rows,), {}), "file", "parts"), PartsDecoder)
    assert refusal(engine.get_decoder, Rows, "s3", "avro") == (
        f"Rows: no decoder of {OWN}.Rows for s3, format 'avro'. The formats are: jsonl."
    )


@pytest.mark.usefixtures("rows")
def test_a_second_handler_is_refused() -> None:
    """A handler takes the place of another only when it is told to."""
    assert refusal(StructuredDatasetTransformerEngine.register, RowsEncoder()) == (
        f"{OWN}.Rows, fsspec, jsonl: this encoder was registered before. Pass override=True to take its place."
    )


def test_a_handler_of_none_is_refused() -> None:
    """Only encoders and decoders are registered, and the default of a storage has a storage."""
    register = StructuredDatasetTransformerEngine.register
    assert refusal(register, 3) == (
        "3 is neither an encoder nor a decoder. "
        "Pass an instance of a StructuredDatasetEncoder or a StructuredDatasetDecoder."
    )
    assert refusal(register, RowsEncoder(), True) == (
        "RowsEncoder is for any storage, and cannot be the default of one. "
        "Pass default_format_for_type, or give the handler a protocol."
    )


def test_a_dataframe_is_shown_by_its_renderer() -> None:
    """A renderer makes the HTML; without one it is text, escaped."""
    engine = StructuredDatasetTransformerEngine()

    class Renderer:
        def to_html(self, rows: Any) -> str:
            return f"<b>{len(rows)}</b>"

    assert engine.to_html(None, Rows([{"a": "<"}]), Rows) == "<pre>[{&#x27;a&#x27;: &#x27;&lt;&#x27;}]</pre>"
    engine.register_renderer(Rows, Renderer())
    try:
        assert engine.to_html(None, StructuredDataset(Rows([{}])), Rows) == "<b>1</b>"
    finally:
        engine.Renderers.clear()


class Doubles(ShimTaskExecutor[Any]):
    """An executor that reads its input as pandas' dataframe, and returns one."""

    def execute_from_model(self, tt: Any, *, tracks: StructuredDataset) -> pd.DataFrame:  # type: ignore[override]
        return tracks.open(pd.DataFrame).all() * 2


class Task(PythonCustomizedContainerTask[Any]):
    """A task without a config."""

    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {}


def test_a_shim_task_takes_and_gives_dataframes() -> None:
    """A dataframe goes through a template: the executor sees a dataset of the declared columns."""
    task: Any = Task(
        "doubles",
        None,
        "a/b:c",
        Doubles,
        interface=Interface(
            inputs=kwtypes(tracks=Annotated[pd.DataFrame, kwtypes(a=int, c=float)]), outputs=kwtypes(o0=pd.DataFrame)
        ),
    )
    assert task(tracks=FRAME).to_dict("list") == {"a": [2, 4], "c": [3.0, 5.0]}
