"""Files and folders for the cases, and the words in which both libraries are asked about theirs."""
# No ``from __future__ import annotations``: both libraries read the annotations as they are.

import os
import pathlib
import re
import sys
import tempfile
import typing
from dataclasses import dataclass, field
from typing import Any

import fsspec
import msgpack
import sdk
from flyteidl.core import literals_pb2
from google.protobuf import json_format
from mashumaro.mixins.json import DataClassJSONMixin
from pydantic import BaseModel
from sdk import ExecutionState, FlyteContextManager, FlyteDirectory, FlyteFile, TypeEngine

__all__ = ["FlyteDirectory", "FlyteFile", "files", "pathlib"]

files = sys.modules[__name__]
_folder = tempfile.TemporaryDirectory(prefix="interop-")
# Two alike: flytekit remembers the literal of a path, whatever run it is asked for in.
here, there = (os.path.join(_folder.name, name) for name in ("here", "there"))  # noqa: PTH118  # flytekit takes text
link = here + "/link"
uri, folder_uri, broken_uri = "memory://files/a.csv", "memory://files/d", "memory://files/broken"


def _fill() -> None:
    for base in map(pathlib.Path, (here, there)):
        (base / "d" / "e").mkdir(parents=True)
        for name in ("a.csv", "b c.csv", "d/x", "d/e/y"):
            (base / name).write_text(name)
    pathlib.Path(link).symlink_to(here + "/a.csv")
    fs = fsspec.filesystem("memory")
    fs.pipe({"/files/a.csv": b"1,2", "/files/d/x": b"x", "/files/d/e/y": b"y", "/files/broken": b"\xff\xff"})


_fill()


@dataclass
class Album:
    """A dataclass of files."""

    cover: FlyteFile["png"]  # noqa: F821  # a format
    songs: FlyteDirectory
    notes: typing.Optional[FlyteFile] = None  # noqa: UP045  # the old spelling is a case
    more: typing.List[FlyteFile] = field(default_factory=list)  # noqa: UP006  # likewise


@dataclass
class Mixed(DataClassJSONMixin):
    """A dataclass of a file that mashumaro writes by itself."""

    cover: FlyteFile


@dataclass
class Paths:
    """A dataclass of paths."""

    any_path: os.PathLike
    path: pathlib.Path


class Model(BaseModel):
    """A pydantic model of files."""

    cover: FlyteFile
    songs: FlyteDirectory
    notes: typing.Optional[FlyteFile] = None  # noqa: UP045  # the old spelling is a case
    more: typing.List[FlyteFile] = []  # noqa: UP006  # likewise; pydantic copies it


def _idl(thing: Any) -> Any:
    return thing.to_flyte_idl() if hasattr(thing, "to_flyte_idl") else thing


def _context() -> Any:
    return FlyteContextManager.current_context()


def _made(value: Any, t: Any) -> Any:
    return TypeEngine.to_literal(_context(), value, t, TypeEngine.to_literal_type(t))


def _opened(value: Any) -> Any:
    """Decode msgpack, for a path's length is in its bytes."""
    if isinstance(value, dict):
        if value.get("tag") == "msgpack":
            return msgpack.unpackb(json_format.ParseDict(value, literals_pb2.Binary()).value)
        return {key: _opened(item) for key, item in value.items()}
    return [_opened(item) for item in value] if isinstance(value, list) else value


def plain(message: Any) -> str:
    """Show a literal without what is random, or of this machine, in its paths."""
    text = repr(_opened(json_format.MessageToDict(message)))
    for place in (here, there):
        text = text.replace(place, "HERE")
    text = text.replace(_context().file_access.raw_output_prefix, "RAW/")
    return re.sub(r"RAW/[0-9a-f]{32}", "RAW/RANDOM", text)


def local(value: Any, t: Any) -> Any:
    """Give the literal of a value in a local run."""
    ctx = _context()
    state = ctx.new_execution_state().with_params(mode=ExecutionState.Mode.LOCAL_TASK_EXECUTION)
    with FlyteContextManager.with_context(ctx.with_execution_state(state)):
        return _idl(_made(value, t))


def read_as(value: Any, t: Any, other: Any) -> Any:
    """Read the literal of a value as another type."""
    return TypeEngine.to_python_value(_context(), sdk.decoded(_made(value, t)), other)


def streamed(t: Any) -> Any:
    """Read a file's literal as a stream."""
    with read_as(uri, FlyteFile, t) as stream:
        return stream.read()


def read_and_written() -> list:
    """Open a file to be read, and a new one to be written and read."""
    new = FlyteFile.new_remote_file("new.txt")
    with FlyteFile(uri).open("r") as source, new.open("w") as target:
        target.write(source.read())
    with new.open("rb") as written:
        return [os.path.basename(new.path), written.read()]  # noqa: PTH119  # flytekit gives text


def changed() -> list:
    """Give what is at the literals of a file before and after it was changed."""
    path = pathlib.Path(here) / "changed"
    found = []
    for text in "12":
        path.write_text(text)
        found.append(pathlib.Path(_idl(_made(str(path), FlyteFile)).scalar.blob.uri).read_text())
    return found


def _offloaded(where: str, inferred: Any = None) -> Any:
    metadata = literals_pb2.LiteralOffloadedMetadata(uri=where)
    if inferred is not None:
        metadata.inferred_type.CopyFrom(_idl(TypeEngine.to_literal_type(inferred)))
    return literals_pb2.Literal(offloaded_metadata=metadata)


def _put(value: Any, t: Any) -> str:
    data = _idl(_made(value, t)).SerializeToString()
    fsspec.filesystem("memory").pipe_file("/files/offloaded.pb", data)
    return "memory://files/offloaded.pb"


def offloaded(value: Any, t: Any) -> Any:
    """Read a value whose literal is offloaded."""
    return TypeEngine.to_python_value(_context(), sdk.literal(_offloaded(_put(value, t))), t)


def offloaded_noted(value: Any, t: Any, inferred: Any) -> Any:
    """Read a value whose literal is offloaded, and noted to be of another type."""
    return TypeEngine.to_python_value(_context(), sdk.literal(_offloaded(_put(value, t), inferred)), t)


def offloaded_at(where: str, t: Any) -> Any:
    """Read an offloaded literal that is elsewhere."""
    return TypeEngine.to_python_value(_context(), sdk.literal(_offloaded(where)), t)


def offloaded_item(value: Any, t: Any) -> Any:
    """Read a list of one item, which is offloaded."""
    items = literals_pb2.LiteralCollection(literals=[_offloaded(_put(value, t))])
    return TypeEngine.to_python_value(_context(), sdk.literal(literals_pb2.Literal(collection=items)), list[t])
