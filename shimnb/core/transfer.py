"""Files copied from anywhere to anywhere: what `files.py` does when it is asked to.

A local target is written under another name beside it, and renamed when it is
complete. A folder is listed first, and nothing is copied from one in which a
name leads out of it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shimnb.errors import FileError, MissingFileError, ShimError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Opened",
    "exists",
    "filesystem",
    "get_file",
    "get_folder",
    "protocol_of",
    "put_file",
    "put_folder",
    "shown_path",
]

# The packages of fsspec's file systems that people of Flyte use; of others, fsspec says it in words.
_PACKAGES = {
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
    "gcs": "gcsfs",
    "gs": "gcsfs",
    "http": "aiohttp",
    "https": "aiohttp",
    "s3": "s3fs",
    "s3a": "s3fs",
    "sftp": "paramiko",
}
# Where a bucket may be public: credentials that are refused, or missing, are no reason to give up.
_PUBLIC: dict[str, dict[str, Any]] = {
    "s3": {"anon": True},
    "s3a": {"anon": True},
    "gs": {"token": "anon"},
    "gcs": {"token": "anon"},
    "abfs": {"anon": True},
    "abfss": {"anon": True},
}


def protocol_of(path: str) -> str:
    """Give the scheme of a path; ``file`` if it has none."""
    scheme, separator, _ = path.partition("://")
    return scheme.partition("::")[0] if separator else "file"


def _local(path: str) -> str | None:
    """Give the local path that `path` is, or None if it has a scheme."""
    return path.removeprefix("file://") if protocol_of(path) == "file" else None


def shown_path(path: str) -> str:
    """Show a path without the password, or the signature, that a URL may carry."""
    path = re.sub(r"://[^/@]*@", "://***@", path, count=1)
    return re.sub(r"^(https?://[^?]*\?).*", r"\1...", path)


@contextlib.contextmanager
def _worded(path: str, action: str) -> Iterator[None]:
    """Say of every failure which path it is about; `action` is "read" or "written"."""
    shown = shown_path(path)
    try:
        yield
    except ShimError:
        raise
    except FileNotFoundError as error:
        if action == "written":
            raise FileError(shown, "it cannot be written (its folder cannot be made)") from error
        raise MissingFileError(shown, "there is no such file", "Give the path of one that is there.") from error
    except IsADirectoryError as error:
        raise _is_folder(path) from error
    except Exception as error:  # each file system has exceptions of its own
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise FileError(shown, f"it cannot be {action} ({reason.replace(path, shown)})") from error


def _is_folder(path: str) -> FileError:
    return FileError(
        shown_path(path), "it is a folder, and a file is wanted", "Use FlyteDirectory, or name a file in it."
    )


def _is_file(path: str) -> FileError:
    return FileError(shown_path(path), "it is a file, and a folder is wanted", "Use FlyteFile, or name its folder.")


# File systems


def filesystem(protocol: str, *, path: str = "", anonymous: bool = False, **options: Any) -> Any:
    """Give fsspec's file system of a scheme, with what the environment says of it.

    Parameters
    ----------
    protocol : str
        The scheme.
    path : str
        A URI of that scheme, of which a host or a user is taken.
    anonymous : bool
        Ask for no credentials.
    **options
        Passed on to the file system.

    Raises
    ------
    FileError
        If fsspec knows no such scheme, or a package is missing.
    """
    import fsspec.core  # noqa: PLC0415  # 40 ms, for paths with a scheme only

    given = {**_settings(protocol), **(_PUBLIC.get(protocol, {}) if anonymous else {}), **options}
    try:
        return fsspec.core.url_to_fs(path, **given)[0] if path else fsspec.filesystem(protocol, **given)
    except ImportError as error:
        package = _PACKAGES.get(protocol)
        remedy = f"Install it: pip install {package}." if package else f"{error}."
        raise FileError(f"{protocol}://", f"the package {package or 'of this scheme'} is missing", remedy) from error
    except ValueError as error:
        if protocol in fsspec.available_protocols():
            raise
        raise FileError(f"{protocol}://", "fsspec knows no such scheme", "Use a local path, s3:// or gs://.") from error


def _settings(protocol: str) -> dict[str, Any]:
    """Give the options of a file system: those that the engine puts into a container's environment."""
    if protocol == "file":
        return {"auto_mkdir": True}
    if protocol not in ("s3", "s3a"):
        return {}
    variables = {"key": "FLYTE_AWS_ACCESS_KEY_ID", "secret": "FLYTE_AWS_SECRET_ACCESS_KEY"}
    found: dict[str, Any] = {name: os.environ[v] for name, v in variables.items() if os.environ.get(v)}
    if os.environ.get("FLYTE_AWS_ENDPOINT"):
        found["client_kwargs"] = {"endpoint_url": os.environ["FLYTE_AWS_ENDPOINT"]}
    if os.environ.get("FLYTE_AWS_ADDRESSING_STYLE"):
        found["config_kwargs"] = {"s3": {"addressing_style": os.environ["FLYTE_AWS_ADDRESSING_STYLE"]}}
    return {"cache_regions": True, **found}


def _ask(path: str, question: Callable[[Any], Any]) -> Any:
    """Read something of a file system, without credentials if it refuses those that there are."""
    protocol = protocol_of(path)
    try:
        return question(filesystem(protocol, path=path))
    except (ShimError, FileNotFoundError, IsADirectoryError):
        raise
    except Exception:
        if protocol not in _PUBLIC:
            raise
        with contextlib.suppress(Exception):
            return question(filesystem(protocol, path=path, anonymous=True))
        raise


def exists(path: str) -> bool:
    """Tell whether there is a file or a folder at a URI."""
    with _worded(path, "read"):
        return bool(_ask(path, lambda fs: fs.exists(path)))


# Local targets


@contextlib.contextmanager
def _beside(target: str) -> Iterator[str]:
    """Give a path in a new folder beside `target`: what is made there takes its place when all went well."""
    parent = os.path.dirname(os.path.abspath(target))
    os.makedirs(parent, exist_ok=True)
    # In the same folder, for a rename is only atomic within one file system.
    with tempfile.TemporaryDirectory(prefix=".shimnb-", dir=parent) as folder:
        made = os.path.join(folder, "part")
        yield made
        if os.path.isdir(made):
            _settle(made, target)
        else:
            os.replace(made, target)


def _settle(made: str, target: str) -> None:
    """Move a folder to its place, or its files one by one where a folder with files is."""
    if not os.path.isdir(target) or not os.listdir(target):
        os.replace(made, target)
        return
    for place, _, names in os.walk(made):
        folder = os.path.normpath(os.path.join(target, os.path.relpath(place, made)))
        os.makedirs(folder, exist_ok=True)
        for name in names:
            os.replace(os.path.join(place, name), os.path.join(folder, name))


def _copy_file(source: str, target: str) -> None:
    if os.path.isdir(source):
        raise _is_folder(source)
    if os.path.isdir(target):
        raise _is_folder(target)
    if not os.path.exists(source):
        raise FileNotFoundError(source)
    if os.path.exists(target) and os.path.samefile(source, target):
        return
    with _beside(target) as made:
        shutil.copyfile(source, made)


def _copy_folder(source: str, target: str) -> None:
    _check_folder(source)
    if os.path.exists(target) and os.path.samefile(source, target):
        return
    with _beside(target) as made:
        # One by one, of a list made before: the target may lie within the source.
        os.makedirs(made)
        for path, name in list(_below(source)):
            copy = os.path.join(made, name)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copyfile(path, copy)


def _check_folder(path: str) -> None:
    if os.path.isfile(path):
        raise _is_file(path)
    if not os.path.isdir(path):
        raise MissingFileError(path, "there is no such folder", "Give the path of one that is there.")


def _below(folder: str) -> Iterator[tuple[str, str]]:
    """Give the path of every file below a folder, and its name from there, links followed."""
    seen = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link to a folder that it lies in
            folders.clear()
            continue
        seen.add(real)
        for name in sorted(names):
            path = os.path.join(place, name)
            yield path, os.path.relpath(path, folder).replace(os.sep, "/")


# Copies


def get_file(source: str, target: str, options: dict[str, Any]) -> None:
    """Copy the file at a path or URI to a local path."""
    with _worded(source, "read"):
        local = _local(source)
        if local is not None:
            _copy_file(local, target)
            return
        if os.path.isdir(target):
            raise _is_folder(target)
        with _beside(target) as made:
            try:
                _ask(source, lambda fs: fs.get_file(fs._strip_protocol(source), made, **options))  # noqa: SLF001  # fsspec's own way
            except FileNotFoundError:
                if _ask(source, lambda fs: fs.isdir(source)):
                    raise _is_folder(source) from None
                raise
            if os.path.isdir(made):  # what some file systems make of a folder
                raise _is_folder(source)


def get_folder(source: str, target: str, options: dict[str, Any]) -> None:
    """Copy the folder at a path or URI to a local path."""
    with _worded(source, "read"):
        local = _local(source)
        if local is not None:
            _copy_folder(local, target)
            return
        names = _ask(source, lambda fs: _listed(fs, source))
        with _beside(target) as made:
            os.makedirs(made)
            copies = [os.path.join(made, *name.split("/")) for name in names.values()]
            for folder in {os.path.dirname(copy) for copy in copies}:
                os.makedirs(folder, exist_ok=True)
            if copies:
                _ask(source, lambda fs: fs.get(list(names), copies, **options))


def _listed(fs: Any, source: str) -> dict[str, str]:
    """Give the files below a folder: the file system's name of each, and the name from the folder."""
    root = fs._strip_protocol(source).rstrip("/")  # noqa: SLF001  # fsspec's own way
    found = fs.find(root)
    if found == [root]:
        raise _is_file(source)
    if not found and not fs.isdir(root):
        raise MissingFileError(shown_path(source), "there is no such folder", "Give the path of one that is there.")
    names: dict[str, str] = {}
    taken = set()
    for path in found:
        # An object store may have an object of the folder's own name, with a slash, and two slashes in a row.
        name = "/".join(part for part in path.removeprefix(root).split("/") if part)
        if not name or path.endswith("/"):
            continue
        if not path.startswith(root + "/") or _leads_out(name) or name in taken:
            problem = f"its file {path!r} leads out of it, or has the name of another one"
            raise FileError(shown_path(source), problem, "Nothing was copied.")
        taken.add(name)
        names[path] = name
    return names


def _leads_out(name: str) -> bool:
    # A backslash and a colon separate names on Windows only, but a folder's files are the same everywhere.
    return any(part in (".", "..") or "\\" in part or "\0" in part or part[1:2] == ":" for part in name.split("/"))


def put_file(source: str, target: str, options: dict[str, Any]) -> None:
    """Copy a local file to a path or URI."""
    local = _local(target)
    with _worded(source, "read"):
        if os.path.isdir(source):
            raise _is_folder(source)
        if not os.path.isfile(source):
            raise FileNotFoundError(source)
    with _worded(target, "written"):
        if local is not None:
            _copy_file(source, local)
            return
        fs = filesystem(protocol_of(target), path=target)
        fs.put_file(source, fs._strip_protocol(target), **_headers(source, target), **options)  # noqa: SLF001  # fsspec's own way


def put_folder(source: str, target: str, options: dict[str, Any]) -> None:
    """Copy a local folder to a path or URI."""
    local = _local(target)
    with _worded(source, "read"):
        _check_folder(source)
        found = list(_below(source))
    with _worded(target, "written"):
        if local is not None:
            _copy_folder(source, local)
            return
        fs = filesystem(protocol_of(target), path=target)
        root = fs._strip_protocol(target).rstrip("/")  # noqa: SLF001  # fsspec's own way
        if found:
            fs.put([path for path, _ in found], [f"{root}/{name}" for _, name in found], **options)
        else:
            fs.makedirs(root, exist_ok=True)


def _headers(source: str, target: str) -> dict[str, Any]:
    # So that a browser unpacks it.
    return {"ContentEncoding": "gzip"} if source.endswith(".gz") and protocol_of(target) in ("s3", "s3a") else {}


class Opened:
    """A file at any path, open for a ``with`` block.

    Parameters
    ----------
    path : str
        A path, or a URI.
    mode : str
        As for the built-in `open`. A local file opened with ``w`` appears
        when the block ends without an error.
    options : dict
        Passed on to fsspec's file system, for a path with a scheme.
    """

    def __init__(self, path: str, mode: str, options: dict[str, Any]) -> None:
        self._path = path
        self._mode = mode
        self._options = options
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Any:
        with _worded(self._path, "read" if self._mode.startswith("r") else "written"), contextlib.ExitStack() as stack:
            file = stack.enter_context(self._open(stack))
            self._stack = stack.pop_all()
            return file

    def __exit__(self, *error: object) -> bool | None:
        return self._stack.__exit__(*error)  # type: ignore[arg-type]  # the three of a with statement

    def _open(self, stack: contextlib.ExitStack) -> Any:
        local = _local(self._path)
        if local is None:
            return _ask(self._path, lambda fs: fs.open(self._path, self._mode, **self._options))
        encoding = None if "b" in self._mode else "utf-8"
        if not self._mode.startswith("w") or os.path.isdir(local):
            if not self._mode.startswith("r"):
                os.makedirs(os.path.dirname(os.path.abspath(local)), exist_ok=True)
            return Path(local).open(self._mode, encoding=encoding)
        return Path(stack.enter_context(_beside(local))).open(self._mode, encoding=encoding)
