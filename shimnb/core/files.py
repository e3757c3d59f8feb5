"""Files of a run: its own folder, and anything with a scheme, such as ``s3://``, through fsspec.

By ``os.path``, and with what copies imported where it is used: with `pathlib`
and `shutil` this module would be a sixth of what importing shimnb costs.
`transfer.py` does the copying; fsspec is imported when a path with a scheme
is first met.
"""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any

from shimnb.errors import FileError

if TYPE_CHECKING:
    from shimnb.core import transfer

__all__ = ["FileAccessProvider"]

_BUCKET = 2  # of "s3://bucket/prefix", split at its slashes


def _transfer() -> Any:
    from shimnb.core import transfer  # noqa: PLC0415  # see the module's docstring

    return transfer


class FileAccessProvider:
    """Files of a run: a folder of its own, and what lies at any path or URI.

    Parameters
    ----------
    local_sandbox_dir : str, optional
        The folder; a temporary one, made when it is first asked for, when
        left out.
    raw_output_prefix : str, optional
        Where offloaded data goes; a folder of the sandbox when left out.

    Notes
    -----
    The methods are flytekit's, and not coroutines. Every failure is a
    `FileError`, and a file that is not there a `MissingFileError`, which is a
    FileNotFoundError too. A file or folder appears at a local path when it is
    complete, not before.

    Examples
    --------
    >>> access = FileAccessProvider()
    >>> os.path.isdir(access.get_random_local_directory())
    True
    >>> access.is_remote("s3://bucket/key"), access.is_remote("/tmp/file")
    (True, False)
    """

    def __init__(self, local_sandbox_dir: str | None = None, raw_output_prefix: str | None = None) -> None:
        self._sandbox = local_sandbox_dir
        self._raw_output_prefix = raw_output_prefix

    @property
    def local_sandbox_dir(self) -> str:
        """The folder; a temporary one is removed when the process ends."""
        if self._sandbox is None:
            import shutil  # noqa: PLC0415  # see the module's docstring
            import tempfile  # noqa: PLC0415

            self._sandbox = tempfile.mkdtemp(prefix="shimnb-")
            weakref.finalize(self, shutil.rmtree, self._sandbox, ignore_errors=True)
        return self._sandbox

    @property
    def raw_output_prefix(self) -> str:
        """Where offloaded data goes, with a slash at its end."""
        prefix = self._raw_output_prefix or os.path.join(self.local_sandbox_dir, "raw")
        return prefix if prefix.endswith("/") else prefix + "/"

    @property
    def raw_output_fs(self) -> Any:
        """The fsspec file system of the prefix."""
        return self.get_filesystem_for_path(self.raw_output_prefix)

    # Names

    @staticmethod
    def is_remote(path: str | os.PathLike[str]) -> bool:
        """Tell whether a path has a scheme other than ``file``."""
        scheme, separator, _ = str(path).partition("://")
        return bool(separator) and scheme != "file"

    @staticmethod
    def strip_file_header(path: str) -> str:
        """Give the path of a ``file://`` URI, and any other path as it is."""
        return path.removeprefix("file://")

    @staticmethod
    def get_random_string() -> str:
        """Give 32 random hexadecimal digits."""
        return os.urandom(16).hex()

    @staticmethod
    def get_file_tail(file_path_or_file_name: str) -> str:
        """Give the last name of a path; nothing that leads out of a folder is a name."""
        tail = os.path.basename(file_path_or_file_name).replace("\0", "").rpartition("/")[2]
        return "" if tail in (".", "..") else tail

    @staticmethod
    def join(*args: str) -> str:
        """Put names below a path, with slashes between them."""
        return "/".join([args[0].removesuffix("/"), *args[1:]])

    def generate_new_custom_path(self, fs: Any = None, alt: str | None = None, stem: str | None = None) -> str:  # noqa: ARG002  # flytekit's signature
        """Name a path below the raw output prefix.

        Parameters
        ----------
        fs : fsspec.AbstractFileSystem, optional
            Not needed: names have slashes between them everywhere.
        alt : str, optional
            Takes the place of the bucket.
        stem : str, optional
            The name; a random one when left out.

        Raises
        ------
        FileError
            If `stem` leads out of the prefix, or `alt` has no bucket to replace.
        """
        parts = self.raw_output_prefix.split("/")[:-1]
        if alt:
            if not self.is_remote(self.raw_output_prefix):
                raise FileError(self.raw_output_prefix, "there is no bucket here that alt could replace")
            parts[_BUCKET] = _inside(alt)
        return "/".join([*parts, _inside(stem) if stem else self.get_random_string()])

    def local_path_for(self, uri: str = "") -> str:
        """Name a path of the sandbox at which nothing is, with the name of `uri`; its folder is made by `get_data`."""
        path = os.path.join(self.local_sandbox_dir, self.get_random_string())
        tail = self.get_file_tail(uri)
        return os.path.join(path, tail) if tail else path

    def get_random_local_path(self, file_path_or_file_name: str | None = None) -> str:
        """Name a path of the sandbox at which nothing is; with a file's name, in a new folder of its own."""
        path = self.local_path_for(file_path_or_file_name or "")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def get_random_local_directory(self) -> str:
        """Make an empty folder within the sandbox."""
        path = self.get_random_local_path()
        os.makedirs(path)
        return path

    def get_random_remote_path(self, file_path_or_file_name: str | None = None) -> str:
        """Name a path below the raw output prefix, with a file's name at its end if one is given."""
        tail = self.get_file_tail(file_path_or_file_name or "")
        path = self.join(self.raw_output_prefix, self.get_random_string())
        return self.join(path, tail) if tail else path

    def get_random_remote_directory(self) -> str:
        """Name a folder below the raw output prefix."""
        return self.get_random_remote_path()

    # File systems

    def get_filesystem(self, protocol: str | None = None, anonymous: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  # flytekit's signature
        """Give fsspec's file system of a scheme; of the raw output prefix when none is given.

        Parameters
        ----------
        protocol : str, optional
            Such as ``"s3"``.
        anonymous : bool
            Ask for no credentials.
        **kwargs
            Passed on to the file system.

        Raises
        ------
        FileError
            If there is none; it says which package to install.
        """
        name = protocol or _transfer().protocol_of(self.raw_output_prefix)
        return _transfer().filesystem(name, anonymous=anonymous, **kwargs)

    def get_filesystem_for_path(self, path: str = "", anonymous: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  # flytekit's signature
        """Give fsspec's file system of a path."""
        path = str(path)
        protocol = _transfer().protocol_of(path)
        if protocol != "file":
            kwargs["path"] = path
        return self.get_filesystem(protocol, anonymous, **kwargs)

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or a folder."""
        if not self.is_remote(path):
            return os.path.exists(self.strip_file_header(path))
        return bool(_transfer().exists(path))

    def open(self, path: str, mode: str = "rb", **kwargs: Any) -> transfer.Opened:
        """Open a file at any path, for a ``with`` block; a local one that is written appears when the block ends well.

        Parameters
        ----------
        path : str
            A path, or a URI.
        mode : str
            As for the built-in `open`.
        **kwargs
            Passed on to fsspec's file system, for a path with a scheme.
        """
        opened: transfer.Opened = _transfer().Opened(str(path), mode, kwargs)
        return opened

    # Copies

    def get_data(self, remote_path: str, local_path: str, is_multipart: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002  # flytekit's signature
        """Copy a file, or with `is_multipart` a folder, to a local path.

        Parameters
        ----------
        remote_path : str
            A path, or a URI.
        local_path : str
            The file or the folder that is made.
        is_multipart : bool
            Whether it is a folder.
        **kwargs
            Passed on to fsspec's file system.

        Raises
        ------
        MissingFileError
            If it is not there.
        FileError
            If it is a folder and should be a file, or the other way round; if
            it cannot be read; if a name in the folder leads out of it.
        """
        get = _transfer().get_folder if is_multipart else _transfer().get_file
        get(str(remote_path), self.strip_file_header(str(local_path)), kwargs)

    def put_data(
        self,
        local_path: str | os.PathLike[str],
        remote_path: str | os.PathLike[str],
        is_multipart: bool = False,  # noqa: FBT001, FBT002  # flytekit's signature
        **kwargs: Any,
    ) -> str:
        """Copy a local file, or with `is_multipart` a folder, to a path or URI, and give that.

        Raises
        ------
        FileError
            As `get_data` does.
        """
        put = _transfer().put_folder if is_multipart else _transfer().put_file
        put(self.strip_file_header(str(local_path)), str(remote_path), kwargs)
        return str(remote_path)

    def put_raw_data(
        self,
        lpath: str | os.PathLike[str] | bytes,
        upload_prefix: str | None = None,
        file_name: str | None = None,
        **kwargs: Any,
    ) -> str:
        """Copy a local file or folder, or bytes, below the raw output prefix, and give the path.

        Parameters
        ----------
        lpath : str or os.PathLike or bytes
            The file or the folder, or a file's contents.
        upload_prefix : str, optional
            A folder below the prefix; a random one when left out.
        file_name : str, optional
            The name; the local one, or a random one, when left out.

        Raises
        ------
        FileError
            As `get_data` does, and if a name leads out of the prefix.
        """
        folder = self.get_random_string() if upload_prefix is None else _inside(upload_prefix)
        tail = "" if isinstance(lpath, bytes) else self.get_file_tail(str(lpath).rstrip("/"))
        name = _inside(file_name) if file_name else tail or self.get_random_string()
        to_path = self.join(self.raw_output_prefix, *filter(None, [folder]), name)
        if isinstance(lpath, bytes):
            with self.open(to_path, "wb") as file:
                file.write(lpath)
            return to_path
        local = self.strip_file_header(str(lpath))
        return self.put_data(local, to_path, os.path.isdir(local), **kwargs)

    def get(self, from_path: str, to_path: str, recursive: bool = False, **kwargs: Any) -> str:  # noqa: FBT001, FBT002  # flytekit's signature
        """Copy as `get_data` does, and give the local path."""
        self.get_data(from_path, to_path, recursive, **kwargs)
        return to_path

    def put(self, from_path: str, to_path: str, recursive: bool = False, **kwargs: Any) -> str:  # noqa: FBT001, FBT002  # flytekit's signature
        """Copy as `put_data` does."""
        return self.put_data(from_path, to_path, recursive, **kwargs)

    def download(self, remote_path: str, local_path: str, **kwargs: Any) -> None:
        """Copy a file to a local path."""
        self.get_data(remote_path, local_path, **kwargs)

    def download_directory(self, remote_path: str, local_path: str, **kwargs: Any) -> None:
        """Copy a folder to a local path."""
        self.get_data(remote_path, local_path, is_multipart=True, **kwargs)

    def upload(self, file_path: str, to_path: str, **kwargs: Any) -> str:
        """Copy a local file to a path or URI."""
        return self.put_data(file_path, to_path, **kwargs)

    def upload_directory(self, local_path: str, remote_path: str, **kwargs: Any) -> str:
        """Copy a local folder to a path or URI."""
        return self.put_data(local_path, remote_path, is_multipart=True, **kwargs)


def _inside(name: str) -> str:
    """Give a name that stays in its folder, or raise."""
    name = str(name)
    if name.startswith("/") or "\0" in name or "\\" in name or ".." in name.split("/") or "://" in name:
        raise FileError(name, "the name leads out of its folder", "Give a relative name, without '..'.")
    return name
