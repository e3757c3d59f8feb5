"""Small files read and written whole, at a local path or at a URI.

A local file needs no more than `os`: `core/transfer.py`, which copies from
anywhere to anywhere, takes a fifth of the time that a run may take to start.
It words the errors, so what fails here is tried once more there.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shimnb.core.files import FileAccessProvider

__all__ = ["join", "read", "remove_local", "write"]


def join(prefix: str, name: str) -> str:
    """Put a file's name below a prefix.

    Examples
    --------
    >>> join("s3://bucket/run/", "outputs.pb")
    's3://bucket/run/outputs.pb'
    """
    return f"{prefix.rstrip('/')}/{name}"


def read(files: FileAccessProvider, path: str) -> bytes:
    """Read a file.

    Raises
    ------
    FileError
        If it is not there, or cannot be read.
    """
    if not files.is_remote(path):
        try:
            with open(files.strip_file_header(path), "rb") as file:
                return file.read()
        except OSError:
            pass  # said in words below
    copy = files.get_random_local_path("data")
    files.get_data(path, copy)
    with open(copy, "rb") as file:
        data = file.read()
    os.remove(copy)
    return data


def write(files: FileAccessProvider, path: str, data: bytes) -> None:
    """Write a file, which appears when it is complete; its folder is made.

    Parameters
    ----------
    files : FileAccessProvider
        Reaches what has a scheme.
    path : str
        A path, or a URI.
    data : bytes
        What is written; an object store gets it in one request.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    if not files.is_remote(path):
        try:
            _write_local(files.strip_file_header(path), data)
        except OSError:
            pass  # said in words below
        else:
            return
    copy = files.get_random_local_path(os.path.basename(path))
    with open(copy, "wb") as file:
        file.write(data)
    files.put_data(copy, path, is_multipart=False)
    os.remove(copy)


def _write_local(path: str, data: bytes) -> None:
    folder, name = os.path.split(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    part = os.path.join(folder, f".{name}.{os.urandom(4).hex()}")
    try:
        with open(part, "xb") as file:
            file.write(data)
        os.replace(part, path)
    except BaseException:
        remove_local(part)
        raise


def remove_local(path: str) -> None:
    """Remove a local file, if it is there and may be removed."""
    with contextlib.suppress(OSError):
        os.remove(path)
