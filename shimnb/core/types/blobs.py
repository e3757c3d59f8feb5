"""FlyteFile, FlyteDirectory and os.PathLike as blobs: what is copied to where, and the literal that says so."""

from __future__ import annotations

import os
import typing
from pathlib import Path, PurePath
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.context import FlyteContextManager
from shimnb.core.types.binary import describe, plain_of
from shimnb.core.types.files import Download, FlyteFile
from shimnb.core.types.folders import FlyteDirectory
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch
from shimnb.errors import FileError, UnsupportedTypeError, shorten

__all__ = [
    "DirectoryFamily",
    "FileFamily",
    "PathFamily",
    "StreamFamily",
    "guess_blob",
    "guess_shape",
]

Literal = literals_pb2.Literal
_SINGLE, _MULTIPART = types_pb2.BlobType.SINGLE, types_pb2.BlobType.MULTIPART
_PICKLE = "PythonPickle"
_STREAMS: dict[Any, tuple[str, str]] = {
    typing.TextIO: ("text/plain", "r"),
    typing.BinaryIO: ("application/octet-stream", "rb"),
}
_SHAPES: dict[str, tuple[Any, set[str]]] = {
    "FlyteFile": (FlyteFile, {"path", "metadata"}),
    "FlyteDirectory": (FlyteDirectory, {"path"}),
}


class _BlobFamily(Family):
    """What the two families of blobs offer to their own classes."""

    def converter(self, t: Any) -> Converter:
        """Give the converter of a class of theirs, for mashumaro's way into it."""
        return self._convert(t)


class FileFamily(_BlobFamily):
    """A file, whose type may say its format; ``os.PathLike`` is a file that is never copied."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("FlyteFilePath", FlyteFile, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Compile ``FlyteFile[...]``, or ``os.PathLike``."""
        if typing.get_origin(t) is os.PathLike or t is os.PathLike:
            own: _Blobs = _Paths(os.PathLike)
        elif issubclass(t, FlyteFile):
            own = _Files(t)
        else:
            remedy = "Use FlyteFile, or os.PathLike itself."
            raise UnsupportedTypeError(type_name(t), path, remedy)
        return _compile(self.name, t, own)


class DirectoryFamily(_BlobFamily):
    """A folder, whose type may say its files' format."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("FlyteDirectory", FlyteDirectory, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Compile ``FlyteDirectory[...]``."""
        return _compile(self.name, t, _Folders(t))


def _compile(tag: str, t: Any, own: _Blobs) -> Converter:
    literal_type = types_pb2.LiteralType(blob=own.blob_type)
    # A str, a path and an instance of a subclass are taken too: only trying tells.
    return Converter(t, tag, literal_type, own.fill, own.read, own.pack, own.unpack)


def _is_local_run(ctx: Any) -> bool:
    state = ctx.execution_state
    return state is not None and state.is_local_execution()


class _Blobs:
    """The four functions of one type of blobs."""

    dimensionality = _SINGLE
    word = "file"

    def __init__(self, t: Any) -> None:
        self.t = t
        self.name = type_name(t)
        extension = "" if t is os.PathLike else t.extension()
        self.blob_type = types_pb2.BlobType(format=extension, dimensionality=self.dimensionality)

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:
        uri = self._uri(value, ctx or FlyteContextManager.current_context())
        blob = target.scalar.blob
        blob.metadata.type.CopyFrom(self.blob_type)
        blob.uri = uri
        metadata = getattr(value, "metadata", None)
        if metadata:
            target.metadata.update(metadata)

    def read(self, literal: Literal, ctx: Any) -> Any:
        scalar = literal.scalar
        if not scalar.HasField("blob"):
            return self.unpack(plain_of(literal, self.name))
        blob = scalar.blob
        if blob.metadata.type.dimensionality != self.dimensionality:
            raise Misfit(f"expected {self.name}, got {describe(literal)}, and {shorten(blob.uri)} is no {self.word}")
        return self._made(blob.uri, dict(literal.metadata), ctx or FlyteContextManager.current_context())

    def pack(self, value: Any) -> Any:
        made = self.t(value) if isinstance(value, (str, Path)) else value
        plain: dict[str, Any] = {"path": self._uri(made, FlyteContextManager.current_context())}
        if getattr(made, "metadata", None):
            plain["metadata"] = made.metadata
        return plain

    def unpack(self, plain: Any) -> Any:
        if type(plain) is not dict or type(plain.get("path")) is not str:
            raise mismatch(self.name, plain)
        return self._made(plain["path"], plain.get("metadata") or {}, FlyteContextManager.current_context())

    def _uri(self, value: Any, ctx: Any) -> str:
        """Give the URI of a value, and copy it there if that is not where it is."""
        try:
            return self._placed(value, ctx)
        except FileError as error:
            # The path's own words, under the path of the value.
            raise Misfit(f"expected {self.name}, got {shorten(error.path)}: {error.problem}", error.remedy) from error

    def _placed(self, value: Any, ctx: Any) -> str:
        raise NotImplementedError

    def _missing(self, path: str) -> Misfit:
        there = "what is there is no " + self.word if os.path.exists(path) else f"there is no such {self.word}"
        return Misfit(f"expected {self.name}, got the path {shorten(path)}: {there}")

    def _made(self, uri: str, metadata: dict[str, str], ctx: Any) -> Any:
        """Give the value that stands for a URI."""
        raise NotImplementedError

    def _fetched(self, uri: str, ctx: Any, **options: Any) -> Any:
        """Give a blob that will be fetched into the sandbox."""
        local = ctx.file_access.local_path_for(uri.rstrip("/"))
        made = self.t(local, Download(uri, local, is_multipart=self.dimensionality == _MULTIPART), **options)
        made._remote_source = uri  # noqa: SLF001  # as its own `from_source` does
        return made


class _Files(_Blobs):
    """``FlyteFile``, and ``FlyteFile[...]``."""

    def _placed(self, value: Any, ctx: Any) -> str:
        files = ctx.file_access
        source = str(getattr(value, "path", value))
        remote = None
        if isinstance(value, FlyteFile):
            if value.remote_source is not None:
                return value.remote_source
            local = value.remote_path is None and _is_local_run(ctx)
            remote = value.remote_path
            stays = remote is False or local
        elif isinstance(value, (str, Path)):
            stays = files.is_remote(source)
            if not stays and not os.path.isfile(files.strip_file_header(source)):
                raise self._missing(source)
            stays = stays or (isinstance(value, str) and _is_local_run(ctx))
        else:
            raise mismatch(self.name, value, "Pass a FlyteFile, a pathlib.Path or a str.")
        if stays:
            return source
        if remote is None or isinstance(remote, bool):
            remote = files.get_random_remote_path(source)
        return str(files.put_data(source, str(remote)))

    def _made(self, uri: str, metadata: dict[str, str], ctx: Any) -> Any:
        if ctx.file_access.is_remote(uri):
            return self._fetched(uri, ctx, metadata=metadata or None)
        path = ctx.file_access.strip_file_header(uri)
        if not os.path.isfile(path):
            raise self._missing(uri)
        return self.t(path, metadata=metadata or None)


class _Paths(_Files):
    """``os.PathLike``: a path that is passed on as it is."""

    def _placed(self, value: Any, ctx: Any) -> str:  # noqa: ARG002  # as the others
        if not isinstance(value, (str, Path, FlyteFile)):
            raise mismatch(self.name, value, "Pass a FlyteFile, a pathlib.Path or a str.")
        return str(getattr(value, "remote_source", None) or getattr(value, "path", value))

    def _made(self, uri: str, metadata: dict[str, str], ctx: Any) -> Any:
        if not ctx.file_access.is_remote(uri) and not os.path.isfile(ctx.file_access.strip_file_header(uri)):
            raise self._missing(uri)
        return FlyteFile(uri, metadata=metadata or None)

    def pack(self, value: Any) -> Any:
        # Inside of a dataclass it is a path, and no blob.
        if not isinstance(value, (str, os.PathLike)):
            raise mismatch(self.name, value)
        return str(value)

    def unpack(self, plain: Any) -> Any:
        if type(plain) is not str:
            raise mismatch(self.name, plain)
        return Path(plain)


class _Folders(_Blobs):
    """``FlyteDirectory``, and ``FlyteDirectory[...]``."""

    dimensionality = _MULTIPART
    word = "folder"

    def _placed(self, value: Any, ctx: Any) -> str:
        files = ctx.file_access
        remote = None
        source = str(getattr(value, "path", value))
        if isinstance(value, FlyteDirectory):
            if value.remote_source is not None:
                return value.remote_source
            remote = value.remote_directory
            given = isinstance(remote, (str, Path))
            if not given and (remote is False or _is_local_run(ctx)):
                return source
        elif isinstance(value, (str, Path)):
            if files.is_remote(source):
                return source
        else:
            raise mismatch(self.name, value, "Pass a FlyteDirectory, a pathlib.Path or a str.")
        if not os.path.isdir(files.strip_file_header(source)):
            raise self._missing(source)
        if remote is None or isinstance(remote, bool):
            remote = files.get_random_remote_directory()
        return str(files.put_data(source, str(remote), is_multipart=True))

    def _made(self, uri: str, metadata: dict[str, str], ctx: Any) -> Any:  # noqa: ARG002  # as the others
        if ctx.file_access.is_remote(uri):
            return self._fetched(uri, ctx)
        path = ctx.file_access.strip_file_header(uri)
        if not os.path.isdir(path):
            raise self._missing(uri)
        return self.t(path, remote_directory=False)


class PathFamily(Family):
    """A `pathlib.Path` in a dataclass, as text; by itself flytekit pickles it, and we refuse it."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("FlytePickle", Path, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Compile a class of paths."""
        name = type_name(t)
        remedy = "Use FlyteFile or FlyteDirectory; for a path alone, use os.PathLike."
        refusal = UnsupportedTypeError(name, path, remedy)
        # flytekit notes a pickle in a dataclass's structure, and writes text.
        literal_type = types_pb2.LiteralType(blob=types_pb2.BlobType(format=_PICKLE))
        literal_type.metadata["python_class_name"] = str(t)

        def pack(value: Any) -> str:
            if not isinstance(value, PurePath):
                raise mismatch(name, value)
            return str(value)

        def unpack(plain: Any) -> Any:
            if type(plain) is not str:
                raise mismatch(name, plain)
            return t(plain)

        def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
            raise refusal

        def read(literal: Literal, ctx: Any) -> Any:  # noqa: ARG001  # a Read
            return unpack(plain_of(literal, name))

        return Converter(t, self.name, literal_type, fill, read, pack, unpack, refusal=refusal)


class StreamFamily(Family):
    """``typing.TextIO`` and ``typing.BinaryIO``: a file that is fetched and opened, on the way in only."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("TextIO", typing.IO, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Compile ``TextIO`` or ``BinaryIO``."""
        if t not in _STREAMS:
            raise UnsupportedTypeError(type_name(t), path, "Use FlyteFile, typing.TextIO or typing.BinaryIO.")
        extension, mode = _STREAMS[t]
        literal_type = types_pb2.LiteralType(blob=types_pb2.BlobType(format=extension, dimensionality=_SINGLE))
        name = type_name(t)
        files = _Files(FlyteFile)

        def fill(target: Literal, value: Any, ctx: Any) -> None:  # noqa: ARG001  # a Fill
            raise Misfit(f"{name} is for inputs only", "Write a file, and return FlyteFile(path).")

        def read(literal: Literal, ctx: Any) -> Any:
            file = files.read(literal, ctx)
            try:
                return Path(file.download()).open(mode, encoding=None if mode == "rb" else "utf-8")
            except FileError as error:
                raise Misfit(f"expected {name}, got {shorten(error.path)}: {error.problem}", error.remedy) from error

        return Converter(t, name, literal_type, fill, read, None, None)


def guess_blob(literal_type: types_pb2.LiteralType) -> Any:
    """Give the class of a literal type of blobs."""
    blob = literal_type.blob
    base: Any = FlyteDirectory if blob.dimensionality == _MULTIPART else FlyteFile
    return base[blob.format]


def guess_shape(schema: dict[str, Any]) -> Any:
    """Give the class of a dataclass's field that is a file or a folder, by its schema; None if it is neither."""
    cls, fields = _SHAPES.get(str(schema.get("title")), (None, set()))
    return cls if cls is not None and set(schema.get("properties") or ()) == fields else None
