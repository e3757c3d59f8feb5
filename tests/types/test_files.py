"""FlyteFile, FlyteDirectory and os.PathLike: blobs, copied where flytekit copies them and fetched when they are used."""

from __future__ import annotations

import copy
import os
import pathlib
import pickle
import typing
from dataclasses import dataclass, field
from typing import Any

import fsspec
import pytest
from flyteidl.core import literals_pb2, types_pb2
from mashumaro.mixins.json import DataClassJSONMixin
from pydantic import BaseModel, ValidationError

from shimnb import (
    ExecutionState,
    FlyteContext,
    FlyteContextManager,
    FlyteDirectory,
    FlyteFile,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    TypeEngine,
    executor_interface,
)
from shimnb.core.files import FileAccessProvider
from shimnb.core.types import formats, type_name
from shimnb.errors import ConversionError, FileError, MissingFileError, UnsupportedTypeError

if typing.TYPE_CHECKING:
    from collections.abc import Iterator

Mode = ExecutionState.Mode


@dataclass
class Album:
    cover: formats.PNGImageFile
    songs: FlyteDirectory
    notes: FlyteFile | None = None
    more: list[FlyteFile] = field(default_factory=list)


@dataclass
class Mixed(DataClassJSONMixin):
    cover: formats.PNGImageFile


@dataclass
class Paths:
    any_path: os.PathLike
    path: pathlib.Path


class Model(BaseModel):
    cover: formats.PNGImageFile


class Mine(FlyteFile):
    """A class of a user's own."""


@pytest.fixture(autouse=True)
def memory() -> Iterator[Any]:
    """A memory with a file and a folder."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pipe({"/m/a.csv": b"1,2", "/m/d/x": b"x", "/m/d/e/y": b"y"})
    yield fs
    fs.store.clear()


def within(tmp_path: pathlib.Path, mode: Any = Mode.TASK_EXECUTION) -> Any:
    """A context whose raw output prefix is in the memory, in a run of this mode."""
    ctx = FlyteContextManager.current_context()
    (tmp_path / "sandbox").mkdir(exist_ok=True)
    files = FileAccessProvider(str(tmp_path / "sandbox"), "memory://raw")
    state = ctx.new_execution_state().with_params(mode=mode)
    return FlyteContextManager.with_context(ctx.with_file_access(files).with_execution_state(state))


@pytest.fixture
def ctx(tmp_path: pathlib.Path) -> Iterator[FlyteContext]:
    """The context of a run on a cluster."""
    with within(tmp_path) as context:
        yield context


@pytest.fixture
def local(tmp_path: pathlib.Path) -> str:
    """A local file."""
    (tmp_path / "b c.csv").write_text("3")
    return str(tmp_path / "b c.csv")


def uri(ctx: Any, value: Any, t: Any) -> str:
    """Give the URI of a value's literal."""
    return TypeEngine.to_literal(ctx, value, t).scalar.blob.uri


def back(ctx: Any, value: Any, t: Any, other: Any = None) -> Any:
    """Read a value's literal."""
    return TypeEngine.to_python_value(ctx, TypeEngine.to_literal(ctx, value, t), other or t)


def names(folder: Any) -> list[str]:
    """List a folder."""
    return sorted(path.name for path in pathlib.Path(folder).iterdir())


def blob(where: str, dimensionality: Any = types_pb2.BlobType.SINGLE) -> literals_pb2.Literal:
    """Make the literal of a blob."""
    metadata = literals_pb2.BlobMetadata(type=types_pb2.BlobType(dimensionality=dimensionality))
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(metadata=metadata, uri=where)))


# Formats


@pytest.mark.parametrize(
    ("t", "extension"),
    [
        (FlyteFile, ""),
        (FlyteFile[""], ""),
        (FlyteFile[None], ""),
        (FlyteFile["csv"], "csv"),
        (FlyteFile[typing.TypeVar("csv")], "csv"),
        (FlyteFile[" .tar.gz"], "tar.gz"),
        (FlyteFile[typing.Annotated[str, formats.FileExt("tar.gz")]], "tar.gz"),
        (formats.CSVFile, "csv"),
        (formats.TFRecordsDirectory, "tfrecords_dir"),
        (FlyteDirectory["csv"], "csv"),
    ],
)
def test_a_type_has_its_format(t: Any, extension: str) -> None:
    """In its literal type, and for whoever asks."""
    assert t.extension() == extension
    literal_type = TypeEngine.to_literal_type(t)
    assert literal_type.blob.format == extension
    assert TypeEngine.guess_python_type(literal_type) is t


def test_a_format_gives_one_class() -> None:
    """Named as it is written, and without a format of a format."""
    assert FlyteFile["csv"] is FlyteFile["csv"]
    assert type_name(list[formats.CSVFile]) == 'list[FlyteFile["csv"]]'
    with pytest.raises(TypeError):
        FlyteFile["csv"]["gz"]
    with pytest.raises(ValueError, match=r"^Underlying type of File Extension must be of type <str>$"):
        FlyteFile[typing.Annotated[int, formats.FileExt("x")]]


def test_a_blob_pickles(ctx: Any, local: str) -> None:
    """With its format, before it was fetched."""
    for file in (FlyteFile["csv"]("memory://m/a.csv"), FlyteFile["csv"](local), Mine("memory://m/a.csv")):
        for made in (pickle.loads(pickle.dumps(file)), copy.copy(file)):
            assert (type(made), made) == (type(file), file)
            assert pathlib.Path(made).read_text() in ("1,2", "3")


# Files


def test_a_local_file_is_copied_on_a_cluster(ctx: Any, local: str, memory: Any) -> None:
    """Below the raw output prefix, under its name, however it is given."""
    for value in (local, pathlib.Path(local), FlyteFile(local), f"file://{local}", FlyteFile["x"](local)):
        where = uri(ctx, value, FlyteFile)
        assert where.startswith("memory://raw/")
        assert where.endswith("/b c.csv")
        assert memory.cat_file(where) == b"3"


def test_a_local_run_copies_what_flytekit_copies(tmp_path: pathlib.Path, local: str) -> None:
    """A Path, and what has a remote path; a str and a FlyteFile stay where they are."""
    with within(tmp_path, Mode.LOCAL_TASK_EXECUTION) as ctx:
        assert uri(ctx, local, FlyteFile) == local
        assert uri(ctx, FlyteFile(local), FlyteFile) == local
        assert uri(ctx, pathlib.Path(local), FlyteFile).startswith("memory://raw/")
        assert uri(ctx, FlyteFile(local, remote_path="memory://up/z"), FlyteFile) == "memory://up/z"


def test_a_remote_path_is_where_it_is_copied_to(ctx: Any, local: str, memory: Any, tmp_path: pathlib.Path) -> None:
    """Anywhere, by any name; False leaves it where it is."""
    for where in ("memory://up/z%20z", str(tmp_path / "up" / "z%20z")):
        assert uri(ctx, FlyteFile(local, remote_path=where), FlyteFile) == where
        assert ctx.file_access.exists(where)
    assert uri(ctx, FlyteFile(local, remote_path=False), FlyteFile) == local


def test_what_has_a_scheme_is_not_copied(ctx: Any, memory: Any) -> None:
    """Nor looked at."""
    before = set(memory.store)
    for value in ("s3://b/x%20y", FlyteFile("s3://b/x%20y"), FlyteFile("s3://b/x%20y", remote_path="memory://z")):
        assert uri(ctx, value, FlyteFile) == "s3://b/x%20y"
    assert set(memory.store) == before


def test_metadata_stays_with_the_literal(ctx: Any) -> None:
    """There and back, in a dataclass too."""
    file = FlyteFile("memory://m/a.csv", metadata={"a": "b"})
    assert back(ctx, file, FlyteFile).metadata == {"a": "b"}
    assert back(ctx, Album(file, FlyteDirectory("memory://m/d")), Album).cover.metadata == {"a": "b"}
    assert back(ctx, FlyteFile("memory://m/a.csv"), FlyteFile).metadata is None


def test_an_input_is_fetched_when_it_is_used(ctx: Any) -> None:
    """And once."""
    file = back(ctx, "memory://m/a.csv", FlyteFile["csv"])
    assert type(file) is FlyteFile["csv"]
    assert (file.remote_source, file.downloaded, pathlib.Path(file.path).exists()) == ("memory://m/a.csv", False, False)
    assert pathlib.Path(file.path).name == "a.csv"
    assert pathlib.Path(file).read_text() == "1,2"
    assert file.downloaded
    pathlib.Path(file).write_text("mine")
    assert pathlib.Path(file.download()).read_text() == "mine"
    assert uri(ctx, file, FlyteFile) == "memory://m/a.csv"


def test_a_file_that_is_not_there_says_so_when_it_is_used(ctx: Any) -> None:
    """As the FileNotFoundError that open() gives."""
    file = back(ctx, "memory://m/nope", FlyteFile)
    with pytest.raises(MissingFileError) as caught:
        open(file)  # noqa: PTH123, SIM115
    assert str(caught.value) == "memory://m/nope: there is no such file. Give the path of one that is there."


def test_an_input_with_a_bad_name_stays_in_the_sandbox(ctx: Any, memory: Any) -> None:
    """A URI's last name is not always one."""
    memory.store["/m/.."] = memory.store["/m/a.csv"]
    file = TypeEngine.to_python_value(ctx, blob("memory://m/.."), FlyteFile)
    assert pathlib.Path(file.path).resolve().is_relative_to(ctx.file_access.local_sandbox_dir)
    assert file.path != str(ctx.file_access.local_sandbox_dir)


def test_a_local_input_is_used_where_it_is(ctx: Any, local: str) -> None:
    """As a path, or a file:// URI."""
    for where in (local, f"file://{local}"):
        file = TypeEngine.to_python_value(ctx, blob(where), FlyteFile)
        assert (file.path, file.remote_source, os.fspath(file)) == (local, None, local)


def test_a_class_of_a_users_own_is_kept(ctx: Any) -> None:
    """When the value comes back."""
    assert type(back(ctx, "memory://m/a.csv", Mine)) is Mine


def test_a_pathlike_is_passed_on(ctx: Any, local: str) -> None:
    """Neither looked at nor copied; it comes back as a FlyteFile."""
    for value in ("/nope", pathlib.Path("/nope"), FlyteFile("/nope")):
        assert uri(ctx, value, os.PathLike) == "/nope"
    assert back(ctx, local, os.PathLike) == FlyteFile(local)
    assert back(ctx, "memory://m/a.csv", os.PathLike).remote_source == "memory://m/a.csv"
    assert TypeEngine.to_literal_type(os.PathLike) == TypeEngine.to_literal_type(FlyteFile)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (3, "$: expected FlyteFile, got int 3. Pass a FlyteFile, a pathlib.Path or a str."),
        (None, "$: expected FlyteFile, got None. Pass a FlyteFile, a pathlib.Path or a str."),
        (
            FlyteDirectory("/d"),
            "$: expected FlyteFile, got FlyteDirectory /d. Pass a FlyteFile, a pathlib.Path or a str.",
        ),
        ("/nope", "$: expected FlyteFile, got the path '/nope': there is no such file"),
        (pathlib.Path("/"), "$: expected FlyteFile, got the path '/': what is there is no file"),
        (
            FlyteFile("/nope"),
            "$: expected FlyteFile, got '/nope': there is no such file. Give the path of one that is there.",
        ),
        (
            FlyteFile("/"),
            "$: expected FlyteFile, got '/': it is a folder, and a file is wanted. Use FlyteDirectory, or name a file in it.",
        ),
    ],
)
def test_what_is_no_file_is_refused(ctx: Any, value: Any, message: str) -> None:
    """In words, and before anything is copied."""
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_literal(ctx, value, FlyteFile)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("literal", "t", "message"),
    [
        (blob("/nope"), FlyteFile, "$: expected FlyteFile, got the path '/nope': there is no such file"),
        (blob("/"), FlyteFile["x"], "$: expected FlyteFile[\"x\"], got the path '/': what is there is no file"),
        (blob("s3://b/a"), FlyteDirectory, "$: expected FlyteDirectory, got a blob, and 's3://b/a' is no folder"),
        (blob("s3://b/a", 1), FlyteFile, "$: expected FlyteFile, got a blob, and 's3://b/a' is no file"),
        (blob("/nope", 1), FlyteDirectory, "$: expected FlyteDirectory, got the path '/nope': there is no such folder"),
        (TypeEngine.to_literal(None, 3, int), FlyteFile, "$: expected FlyteFile, got a literal with int 3"),
    ],
)
def test_a_literal_of_something_else_is_refused(ctx: Any, literal: Any, t: Any, message: str) -> None:
    """With what it is."""
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_python_value(ctx, literal, t)
    assert str(caught.value) == message


def test_a_path_names_the_type_to_use() -> None:
    """Flytekit pickles a pathlib.Path."""
    with pytest.raises(UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(pathlib.Path)
    remedy = "Use FlyteFile or FlyteDirectory; for a path alone, use os.PathLike."
    assert str(caught.value) == f"the type Path has no Flyte literal type. {remedy}"


# In other types


def test_the_own_class_of_a_unions_value_goes_first(ctx: Any, local: str, memory: Any) -> None:
    """A str is not copied to find out whether it may be a file too."""
    before = set(memory.store)
    literal = TypeEngine.to_literal(ctx, local, FlyteFile | str)
    assert literal.scalar.union.value.scalar.primitive.string_value == local
    assert set(memory.store) == before
    literal = TypeEngine.to_literal(ctx, local, FlyteFile | None)
    assert literal.scalar.union.type.structure.tag == "FlyteFilePath"
    assert TypeEngine.to_literal(ctx, None, FlyteFile | None).scalar.union.value.scalar.HasField("none_type")


def test_a_file_and_a_folder_are_told_apart(ctx: Any, tmp_path: pathlib.Path, local: str) -> None:
    """In a union, by what is there; where nothing can tell, the value is refused."""
    either = FlyteFile | FlyteDirectory
    for value, cls in ((local, FlyteFile), (str(tmp_path), FlyteDirectory), (FlyteDirectory("s3://b"), FlyteDirectory)):
        assert type(back(ctx, value, either)) is cls
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_literal(ctx, "s3://b/a", either)
    problem = "the value fits FlyteFile and FlyteDirectory of FlyteFile | FlyteDirectory alike"
    assert str(caught.value) == f"$: {problem}. Keep one of these in the union."


def test_files_stand_in_lists_and_dicts(ctx: Any) -> None:
    """And an error has the path to the one that is wrong."""
    files = back(ctx, {"a": ["memory://m/a.csv"]}, dict[str, list[formats.CSVFile]])
    assert files["a"][0].remote_source == "memory://m/a.csv"
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_literal(ctx, {"a": ["memory://m/a.csv", "/nope"]}, dict[str, list[FlyteFile]])
    assert str(caught.value) == "$.a[1]: expected FlyteFile, got the path '/nope': there is no such file"


def test_files_stand_in_dataclasses(ctx: Any, local: str) -> None:
    """As msgpack with their path; they are copied and fetched as others are."""
    album = Album(FlyteFile(local), FlyteDirectory("memory://m/d"), more=[FlyteFile("memory://m/a.csv")])
    literal = TypeEngine.to_literal(ctx, album, Album)
    found = TypeEngine.to_python_value(ctx, literal, Album)
    assert type(found.cover) is FlyteFile["png"]
    assert found.cover.remote_source.startswith("memory://raw/")
    assert pathlib.Path(found.cover).read_text() == "3"
    assert names(found.songs) == ["e", "x"]
    assert TypeEngine.to_literal(ctx, found, Album) == literal
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_literal(ctx, Album(3, FlyteDirectory("s3://b")), Album)
    expected = 'expected FlyteFile["png"], got int 3. Pass a FlyteFile, a pathlib.Path or a str.'
    assert str(caught.value) == f"$.cover: {expected}"


def test_a_guessed_dataclass_has_files(ctx: Any) -> None:
    """So that an executor gets a file, and not a made-up class of its fields."""
    guessed = TypeEngine.guess_python_type(TypeEngine.to_literal_type(Album))
    hints = typing.get_type_hints(guessed)
    assert (hints["cover"], hints["songs"], hints["more"]) == (FlyteFile, FlyteDirectory, list[FlyteFile])
    literal = TypeEngine.to_literal(ctx, Album(FlyteFile("memory://m/a.csv"), FlyteDirectory("memory://m/d")), Album)
    found = TypeEngine.to_python_value(ctx, literal, guessed)
    assert pathlib.Path(found.cover).read_text() == "1,2"
    assert TypeEngine.to_literal(ctx, found, guessed) == literal


def test_mashumaro_writes_files(ctx: Any) -> None:
    """In a dataclass that has its mixin."""
    found = back(ctx, Mixed(FlyteFile("memory://m/a.csv")), Mixed)
    assert (type(found.cover), found.cover.remote_source) == (FlyteFile["png"], "memory://m/a.csv")


def test_pydantic_writes_files(ctx: Any) -> None:
    """In a model, and refuses what is none."""
    found = back(ctx, Model(cover=FlyteFile("memory://m/a.csv")), Model)
    assert (type(found.cover), found.cover.remote_source) == (FlyteFile["png"], "memory://m/a.csv")
    assert Model(cover={"path": "memory://m/a.csv"}).cover.remote_source == "memory://m/a.csv"
    with pytest.raises(ValidationError) as caught:
        Model(cover={"path": "/nope"})
    problem = "expected FlyteFile[\"png\"], got the path '/nope': there is no such file"
    assert caught.value.errors()[0]["msg"] == f"Value error, {problem}"


def test_paths_stand_in_dataclasses(ctx: Any) -> None:
    """As text."""
    assert back(ctx, Paths(pathlib.Path("/a"), pathlib.Path("b")), Paths) == Paths(
        pathlib.Path("/a"), pathlib.Path("b")
    )


# Making files


def test_a_new_remote_file_is_written_where_it_will_be(ctx: Any, memory: Any) -> None:
    """Without a copy of it on this machine."""
    file = FlyteFile["csv"].new_remote_file("r.csv")
    assert file.path == "memory://raw/r.csv"
    with file.open("w") as out:
        out.write("4")
    with file.open("r") as text:
        assert text.read() == "4"
    assert memory.cat_file("/raw/r.csv") == b"4"
    assert uri(ctx, file, FlyteFile["csv"]) == "memory://raw/r.csv"
    assert FlyteFile.new_remote_file().path != FlyteFile.new_remote_file().path


def test_a_new_file_is_in_the_working_directory(ctx: Any) -> None:
    """A name that leads out of it is refused, as a ValueError too."""
    file = FlyteFile.new("n.txt")
    with file.open("w") as out:
        out.write("5")
    assert pathlib.Path(file).read_text() == "5"
    assert pathlib.Path(FlyteDirectory.new("n").path).is_dir()
    with pytest.raises(FileError) as caught:
        FlyteDirectory.new("n")
    assert str(caught.value).endswith("/n: the folder is there already. Choose another name.")
    for name in ("/n", "../n"):
        for make in (FlyteFile.new, FlyteDirectory.new, FlyteDirectory("/a").new_file, FlyteDirectory("/a").new_dir):
            with pytest.raises(ValueError) as refused:  # noqa: PT011  # its message is below
                make(name)
            assert (
                str(refused.value) == f"{name}: the name leads out of its folder. Give a relative name, without '..'."
            )


def test_from_source_is_fetched_when_it_is_used(ctx: Any, local: str) -> None:
    """A local path must be there."""
    assert pathlib.Path(FlyteFile.from_source("memory://m/a.csv")).read_text() == "1,2"
    assert FlyteFile.from_source(pathlib.Path(local)) == local
    assert names(FlyteDirectory.from_source("memory://m/d/e")) == ["y"]
    with pytest.raises(ConversionError):
        FlyteFile.from_source("/nope")


# Folders


def test_a_local_folder_is_copied(ctx: Any, tmp_path: pathlib.Path, memory: Any) -> None:
    """With what is in it, however it is given."""
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "y").write_text("y")
    for value in (str(tmp_path / "d"), tmp_path / "d", FlyteDirectory(str(tmp_path / "d"))):
        where = uri(ctx, value, FlyteDirectory)
        assert where.startswith("memory://raw/")
        assert memory.cat_file(f"{where}/e/y") == b"y"
    assert uri(ctx, FlyteDirectory(tmp_path / "d", remote_directory=False), FlyteDirectory) == str(tmp_path / "d")
    given = FlyteDirectory(tmp_path / "d", remote_directory="memory://up/d/")
    assert uri(ctx, given, FlyteDirectory) == "memory://up/d/"
    assert memory.cat_file("/up/d/e/y") == b"y"


def test_a_local_run_copies_a_path_to_a_folder(tmp_path: pathlib.Path) -> None:
    """A FlyteDirectory stays where it is, unless it has a remote directory."""
    folder = str(tmp_path / "d")
    pathlib.Path(folder).mkdir()
    with within(tmp_path, Mode.LOCAL_TASK_EXECUTION) as ctx:
        assert uri(ctx, FlyteDirectory(folder), FlyteDirectory) == folder
        assert uri(ctx, folder, FlyteDirectory).startswith("memory://raw/")
        given = FlyteDirectory(folder, remote_directory="memory://up/d")
        assert uri(ctx, given, FlyteDirectory) == "memory://up/d"


def test_a_folder_is_fetched_when_it_is_used(ctx: Any, memory: Any) -> None:
    """Also one that was made of a URI."""
    for folder in (back(ctx, "memory://m/d", FlyteDirectory), FlyteDirectory("memory://m/d")):
        assert (folder.remote_source, folder.downloaded) == ("memory://m/d", False)
        assert names(folder) == ["e", "x"]
        assert uri(ctx, folder, FlyteDirectory) == "memory://m/d"


def test_a_folder_is_listed_without_fetching_it(ctx: Any, tmp_path: pathlib.Path) -> None:
    """Each item is fetched when it is used."""
    folder = back(ctx, "memory://m/d", FlyteDirectory)
    items = sorted(FlyteDirectory.listdir(folder), key=lambda item: item.remote_source)
    assert [(type(i), i.remote_source) for i in items] == [
        (FlyteDirectory, "memory://m/d/e"),
        (FlyteFile, "memory://m/d/x"),
    ]
    assert pathlib.Path(items[1]).read_text() == "x"
    assert list(folder.crawl()) == [("memory://m/d", "x"), ("memory://m/d", "e/y")]
    assert [size["e/y"]["size"] for _, size in folder.crawl(detail=True) if "e/y" in size] == [1]
    assert not folder.downloaded
    (tmp_path / "f").write_text("f")
    assert FlyteFile(str(tmp_path / "f")) in FlyteDirectory.listdir(FlyteDirectory(tmp_path))


def test_a_folders_new_names_are_in_it() -> None:
    """Whether it ends with a slash or not."""
    assert FlyteDirectory("memory://m/d/").new_file("z").path == "memory://m/d/z"
    assert FlyteDirectory("/d").new_dir("z").path == "/d/z"
    assert FlyteDirectory("/d") / "z" == pathlib.Path("/d/z")
    assert FlyteDirectory("/d").new_file().path.startswith("/d/")


def test_a_folder_with_a_name_that_leads_out_is_refused(ctx: Any, memory: Any, tmp_path: pathlib.Path) -> None:
    """And nothing of it is written."""
    memory.store["/m/d/../../evil"] = memory.store["/m/d/x"]
    folder = TypeEngine.to_python_value(ctx, blob("memory://m/d", 1), FlyteDirectory)
    with pytest.raises(FileError) as caught:
        folder.download()
    problem = "its file '/m/d/../../evil' leads out of it, or has the name of another one"
    assert str(caught.value) == f"memory://m/d: {problem}. Nothing was copied."
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


# Streams


def test_a_stream_is_an_open_file(ctx: Any) -> None:
    """On the way in; on the way out a FlyteFile is asked for."""
    for t, content in ((typing.TextIO, "1,2"), (typing.BinaryIO, b"1,2")):
        with TypeEngine.to_python_value(ctx, blob("memory://m/a.csv"), t) as file:
            assert file.read() == content
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_literal(ctx, None, typing.TextIO)
    assert str(caught.value) == "$: TextIO is for inputs only. Write a file, and return FlyteFile(path)."
    with pytest.raises(ConversionError) as caught:
        TypeEngine.to_python_value(ctx, blob("memory://m/nope"), typing.TextIO)
    problem = "expected TextIO, got 'memory://m/nope': there is no such file"
    assert str(caught.value) == f"$: {problem}. Give the path of one that is there."


# In a task


class Upper(ShimTaskExecutor):
    def execute_from_model(self, tt, *, source: formats.CSVFile, folder: FlyteDirectory) -> FlyteFile:
        made = FlyteFile.new("upper.txt")
        with open(source) as text, made.open("w") as out:  # noqa: PTH123  # as a user writes it
            out.write(text.read() + ",".join(names(folder)))
        return made


class UpperTask(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {}


def test_a_task_takes_and_gives_files() -> None:
    """Its executor has its types from the template alone."""
    task = UpperTask("upper", None, "i:1", Upper, interface=executor_interface(Upper))
    assert task.task_template.interface.inputs["source"].type.blob.format == "csv"
    made = task(source="memory://m/a.csv", folder="memory://m/d")
    assert type(made) is FlyteFile
    assert pathlib.Path(made).read_text() == "1,2e,x"
