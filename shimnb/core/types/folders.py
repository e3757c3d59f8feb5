"""FlyteDirectory: what an executor gets for a folder, fetched when it is used."""

from __future__ import annotations

import os
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from shimnb.core.types.files import Blob, Download, FlyteFile, access, in_working_directory, inner, nothing, shape
from shimnb.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

    from shimnb.core.types.files import Place

__all__ = ["FlyteDirectory"]

T = TypeVar("T")


class FlyteDirectory(Blob, Generic[T]):
    """A folder, at a local path or at a URI, that is fetched when it is used.

    As an executor's result, a local folder is copied to the raw output
    prefix; what has a scheme stays where it is.

    Parameters
    ----------
    path : str or os.PathLike
        Where it is.
    downloader : callable, optional
        Called before the folder is first used.
    remote_directory : str or os.PathLike or False, optional
        Where it is copied to; False to leave it where it is.

    Examples
    --------
    >>> import fsspec
    >>> fsspec.filesystem("memory").pipe({"/album/1.txt": b"x", "/album/b/2.txt": b"y"})
    >>> folder = FlyteDirectory("memory://album")
    >>> [name for _, name in folder.crawl()]
    ['1.txt', 'b/2.txt']
    >>> sorted(os.listdir(folder))
    ['1.txt', 'b']
    """

    _multipart: ClassVar[bool] = True

    def __init__(
        self,
        path: Place,
        downloader: Callable[[], Any] | None = None,
        remote_directory: Place | Literal[False] | None = None,
    ) -> None:
        self.path = path
        self._downloader = downloader or nothing
        self._downloaded = False
        self._remote_directory = remote_directory
        self._remote_source = None
        self._local_path = self._point(path)

    @classmethod
    def new_remote(cls, stem: str | None = None, alt: str | None = None) -> Self:
        """Name a folder below the raw output prefix, to make files in.

        Parameters
        ----------
        stem : str, optional
            The name, without a dot; a random one when left out.
        alt : str, optional
            Takes the place of the prefix's bucket.
        """
        if stem and Path(stem).suffix:
            raise FileError(stem, "a folder's name has no extension", "Leave out what follows the dot.")
        return cls(access().generate_new_custom_path(alt=alt, stem=stem))

    @classmethod
    def new(cls, dirname: Place) -> Self:
        """Make a folder in the run's working directory."""
        path = in_working_directory(dirname)
        try:
            Path(path).mkdir(parents=True)
        except FileExistsError as error:
            raise FileError(path, "the folder is there already", "Choose another name.") from error
        return cls(path)

    @property
    def remote_directory(self) -> Place | Literal[False] | None:
        """Where it is copied to; False to leave it where it is."""
        return self._remote_directory

    @property
    def sep(self) -> str:
        """What stands between names."""
        return "/" if access().is_remote(self._place) else os.sep

    @property
    def _place(self) -> str:
        return str(self.remote_source or self.remote_directory or self.path)

    def __fspath__(self) -> str:
        self._fetch()
        return os.fspath(self._local_path)

    def new_file(self, name: str | None = None) -> FlyteFile[Any]:
        """Name a file of the folder; a random one when the name is left out."""
        return FlyteFile(self._child(name))

    def new_dir(self, name: str | None = None) -> FlyteDirectory[Any]:
        """Name a folder of the folder; a random one when the name is left out."""
        return FlyteDirectory(self._child(name))

    def _child(self, name: str | None) -> str:
        files = access()
        return files.join(str(self.path).rstrip("/"), inner(name) if name else files.get_random_string())

    @classmethod
    def listdir(cls, directory: FlyteDirectory[Any]) -> list[FlyteFile[Any] | FlyteDirectory[Any]]:
        """Give the files and the folders of a folder, each to be fetched when it is used."""
        place = directory._place  # of the same class
        files = access()
        if not files.is_remote(place):
            folder = files.strip_file_header(place)
            paths = [os.path.join(folder, name) for name in os.listdir(folder)]
            return [FlyteFile(path) if os.path.isfile(path) else FlyteDirectory(path) for path in paths]
        entries = files.get_filesystem_for_path(place).listdir(place)
        return [_source(files.join(place, _tail(e["name"])), folder=e["type"] == "directory") for e in entries]

    def crawl(
        self,
        maxdepth: int | None = None,
        topdown: bool = True,  # noqa: FBT001, FBT002  # flytekit's signature
        **kwargs: Any,
    ) -> Iterator[tuple[str, Any]]:
        """Give the folder and each file's name within it, to any depth, without fetching it.

        Parameters
        ----------
        maxdepth : int, optional
            How many levels.
        topdown : bool
            The outer folders first.
        **kwargs
            For the file system's `walk`; with ``detail=True``, a dict of the
            name and what is known of the file takes the name's place.
        """
        place = self._place
        fs = access().get_filesystem_for_path(place)
        root = fs._strip_protocol(place)  # noqa: SLF001  # fsspec's own way
        for base, _, found in fs.walk(place, maxdepth, topdown, **kwargs):
            below = base[len(root) + 1 :]
            for name in found:
                path = os.path.join(below, name)
                yield place, {path: found[name]} if isinstance(found, dict) else path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FlyteDirectory) and (self.path, type(self)) == (other.path, type(other))

    def __hash__(self) -> int:
        return hash(str(self.path))

    def __truediv__(self, other: Place) -> Path:
        return Path(self.path) / other


def _source(uri: str, *, folder: bool) -> FlyteFile[Any] | FlyteDirectory[Any]:
    """Give what lies at a URI, with the local path that it will have."""
    cls: Any = FlyteDirectory if folder else FlyteFile
    local = access().local_path_for(uri.rstrip("/"))
    made = cls(local, Download(uri, local, is_multipart=folder))
    made._remote_source = uri  # of this module's class
    found: FlyteFile[Any] | FlyteDirectory[Any] = made
    return found


def _tail(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


shape(FlyteDirectory, path=typing.Union[str, os.PathLike])  # noqa: UP007  # mashumaro shows it as it is written
