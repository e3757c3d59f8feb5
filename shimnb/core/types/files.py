"""FlyteFile: what an executor gets for a file, fetched when it is used; and what it shares with FlyteDirectory.

mashumaro is imported with it: a dataclass of the user's that has its mixin
must find that mashumaro can write a field of these types.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from flyteidl.core import literals_pb2, types_pb2
from mashumaro.types import SerializableType

from shimnb.core.context import FlyteContextManager
from shimnb.core.types.engine import TypeEngine
from shimnb.core.types.transformer import Misfit
from shimnb.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from typing_extensions import Self

    from shimnb.core.files import FileAccessProvider

    Place: TypeAlias = str | os.PathLike[str]

__all__ = ["Blob", "Download", "FlyteFile", "access", "in_working_directory", "inner", "nothing", "shape"]

T = TypeVar("T")


class Download:
    """Fetches a blob into the sandbox when it is called; unlike a closure, it pickles.

    Parameters
    ----------
    remote_path, local_path : str
        Where it is, and where it goes.
    is_multipart : bool
        Whether it is a folder.
    """

    def __init__(self, remote_path: str, local_path: str, *, is_multipart: bool) -> None:
        self.remote_path = remote_path
        self.local_path = local_path
        self.is_multipart = is_multipart

    def __call__(self) -> None:
        """Fetch it, with the files of the context at hand."""
        access().get_data(self.remote_path, self.local_path, is_multipart=self.is_multipart)


def access() -> FileAccessProvider:
    """Give the files of the context at hand."""
    return FlyteContextManager.current_context().file_access


def nothing() -> None:
    """Fetch nothing: the path is a local one."""


def _format_of(item: Any) -> str:
    """Give the format that stands in the brackets."""
    if typing.get_origin(item) is typing.Annotated:
        base, note = typing.get_args(item)[:2]
        if base is not str:
            raise ValueError("Underlying type of File Extension must be of type <str>")
        item = note
    # A type variable shows its name with a sign before it.
    return str(item).strip().lstrip("~").lstrip(".")


_formats: dict[tuple[type, str], type] = {}


def _restore(base: type, extension: str, state: dict[str, Any]) -> Any:
    made = object.__new__(_with_format(base, extension))
    made.__dict__.update(state)
    return made


class _Hidden:
    """Stands where a class has no member: mashumaro would take the format for a type, and lose it."""

    def __get__(self, instance: object, owner: type) -> Any:
        raise AttributeError(f"{owner.__name__} has a format already")


def _with_format(base: Any, extension: str) -> Any:
    """Give the class of blobs of a format; the same one each time, so that it converts by the same converter."""
    if not extension:
        return base
    key = (base, extension)
    if key not in _formats:
        members = {"__origin__": base, "__module__": base.__module__, "_extension": extension}
        members["__class_getitem__"] = _Hidden()
        _formats[key] = type(f'{base.__name__}["{extension}"]', (base,), members)
    return _formats[key]


class Blob(SerializableType):
    """What files and directories have in common."""

    path: Place
    _extension: ClassVar[str] = ""
    _multipart: ClassVar[bool] = False
    _downloader: Callable[[], Any]
    _downloaded: bool
    _remote_source: str | None

    def __class_getitem__(cls, item: Any) -> Any:
        return cls if item is None else _with_format(cls, _format_of(item))

    @classmethod
    def extension(cls) -> str:
        """Give the format; empty if there is none."""
        return cls._extension

    @classmethod
    def from_source(cls, source: Place) -> Self:
        """Give what lies at a path or URI, to be fetched into the sandbox when it is used.

        Raises
        ------
        ConversionError
            If it is a local path at which nothing is.
        """
        dimensionality = types_pb2.BlobType.MULTIPART if cls._multipart else types_pb2.BlobType.SINGLE
        metadata = literals_pb2.BlobMetadata(type=types_pb2.BlobType(dimensionality=dimensionality))
        scalar = literals_pb2.Scalar(blob=literals_pb2.Blob(metadata=metadata, uri=str(source)))
        made: Self = TypeEngine.to_python_value(None, literals_pb2.Literal(scalar=scalar), cls)
        return made

    def _point(self, path: Place) -> Place:
        """Give the local path of `path`: itself, or one of the sandbox into which it will be fetched."""
        files = access()
        if not files.is_remote(path):
            return path
        self._remote_source = str(path)
        local = files.local_path_for(self._remote_source.rstrip("/"))
        self._downloader = Download(self._remote_source, local, is_multipart=self._multipart)
        return local

    @property
    def downloaded(self) -> bool:
        """Whether it was fetched, or used from where it is."""
        return self._downloaded

    @property
    def remote_source(self) -> str | None:
        """The URI that it came from, if it has a scheme."""
        return self._remote_source

    def download(self) -> str:
        """Fetch it, once, and give the local path."""
        return self.__fspath__()

    def __fspath__(self) -> str:
        raise NotImplementedError

    def _fetch(self) -> None:
        if not self._downloaded:
            self._downloader()
            self._downloaded = True

    def _serialize(self) -> dict[str, Any]:
        """Give the plain data of it inside of a dataclass that mashumaro writes."""
        return typing.cast("dict[str, Any]", _converter(type(self)).pack(self))

    @classmethod
    def _deserialize(cls, value: Any) -> Any:
        return _converter(cls).unpack(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Tell pydantic how a model's field is checked, written and described; it asks when a model is defined."""
        from pydantic_core import core_schema  # noqa: PLC0415  # it is there, for it asks

        return core_schema.no_info_wrap_validator_function(
            cls._checked,
            handler.generate_schema(cls.__shimnb_shape__),  # type: ignore[attr-defined]  # see shape()
            serialization=core_schema.plain_serializer_function_ser_schema(cls._serialize),
        )

    @classmethod
    def _checked(cls, value: Any, check: Any) -> Any:
        if isinstance(value, getattr(cls, "__origin__", cls)):
            return value
        try:
            return _converter(cls).unpack(vars(check(value)))
        except Misfit as misfit:
            raise ValueError(misfit.problem) from misfit

    def __reduce__(self) -> tuple[Any, ...]:
        base = getattr(type(self), "__origin__", type(self))
        return _restore, (base, self._extension, self.__dict__)

    def __str__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return str(self.path)


def _converter(cls: type) -> Any:
    family: Any = TypeEngine.get_transformer(cls)
    return family.converter(cls)


class FlyteFile(Blob, Generic[T]):
    """A file, at a local path or at a URI, that is fetched when it is used.

    ``FlyteFile["csv"]`` is a file of that format. As an executor's result, a
    local file is copied to the raw output prefix; what has a scheme stays
    where it is. A str or a `pathlib.Path` may be given in its place.

    Parameters
    ----------
    path : str or os.PathLike
        Where it is.
    downloader : callable, optional
        Called before the file is first used.
    remote_path : str or os.PathLike or False, optional
        Where it is copied to; False to leave it where it is.
    metadata : dict of str to str, optional
        Kept with its literal.

    Examples
    --------
    >>> import fsspec
    >>> fsspec.filesystem("memory").pipe_file("/songs/a.csv", b"a,b")
    >>> file = FlyteFile["csv"]("memory://songs/a.csv")
    >>> file.extension(), file.remote_source, file.downloaded
    ('csv', 'memory://songs/a.csv', False)
    >>> with open(file) as text:
    ...     text.read()
    'a,b'
    """

    def __init__(
        self,
        path: Place,
        downloader: Callable[[], Any] | None = None,
        remote_path: Place | typing.Literal[False] | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.path = path
        self.metadata = metadata
        self._downloader = downloader or nothing
        self._downloaded = False
        self._remote_path = remote_path
        self._remote_source = None
        self._local_path = self._point(path)

    @classmethod
    def new_remote_file(cls, name: str | None = None, alt: str | None = None) -> Self:
        """Name a file below the raw output prefix, to be written with `open`.

        Parameters
        ----------
        name : str, optional
            The name; a random one when left out.
        alt : str, optional
            Takes the place of the prefix's bucket.
        """
        return cls(access().generate_new_custom_path(alt=alt, stem=name))

    @classmethod
    def new(cls, filename: Place) -> Self:
        """Name a file in the run's working directory.

        Raises
        ------
        FileError
            If the name leads out of it.
        """
        return cls(in_working_directory(filename))

    @property
    def remote_path(self) -> Place | typing.Literal[False] | None:
        """Where it is copied to; False to leave it where it is."""
        return self._remote_path

    def __fspath__(self) -> str:
        self._fetch()
        return os.fspath(self._local_path)

    @contextlib.contextmanager
    def open(
        self, mode: str, cache_type: str | None = None, cache_options: dict[str, Any] | None = None
    ) -> Iterator[Any]:
        """Open the file where it is, without fetching it first.

        Parameters
        ----------
        mode : str
            As for the built-in `open`. A local file that is written appears
            when the block ends.
        cache_type : str, optional
            How fsspec reads ahead, such as ``"readahead"``.
        cache_options : dict, optional
            Options of that.
        """
        path = self.remote_source or self.remote_path or self.path
        with access().open(str(path), mode, cache_type=cache_type, cache_options=cache_options) as file:
            yield file

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FlyteFile):
            return self.path == other
        mine, theirs = ((f.path, f.remote_path, f.extension()) for f in (self, other))
        return mine == theirs

    def __hash__(self) -> int:
        return hash(str(self.path))


def inner(name: Place) -> str:
    """Give a name that stays in its folder, or raise."""
    text = os.fspath(name)
    parts = text.replace("\\", "/").split("/")
    if os.path.isabs(text) or "\0" in text or ".." in parts or "://" in text:
        raise FileError(text, "the name leads out of its folder", "Give a relative name, without '..'.")
    return text


def in_working_directory(name: Place) -> str:
    """Give the path of a name in the run's working directory."""
    text = inner(name)
    params = FlyteContextManager.current_context().user_space_params
    folder = params.working_directory if params else access().get_random_local_directory()
    return os.path.join(folder, text)


def shape(cls: type, **fields: Any) -> None:
    """Note by which dataclass the JSON schema of a class is made: flytekit has them as dataclasses."""
    made = dataclasses.make_dataclass(cls.__name__, [(name, t, None) for name, t in fields.items()])
    cls.__shimnb_shape__ = made  # type: ignore[attr-defined]


shape(
    FlyteFile,
    path=typing.Union[str, os.PathLike],  # noqa: UP007  # mashumaro shows it as it is written
    metadata=typing.Optional[dict[str, str]],  # noqa: UP045  # likewise
)
