"""Files that a person uploads: received in chunks, in a temporary folder that goes with the form."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
import weakref
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from shimnb.errors import FileError, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CHUNK", "Uploads", "clean_name"]

CHUNK = 512 * 1024
"""The bytes of a chunk: a message over 10 MB would end the connection."""
_LONGEST_NAME = 120
_MOST_FILES = 10_000
_AGAIN = "Upload it again."
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def clean_name(name: str) -> str:
    """Return a name that is one file in one folder, on every system.

    Parameters
    ----------
    name : str
        What a front end calls a file; anything at all.

    Examples
    --------
    >>> clean_name("../../etc/passwd"), clean_name(" my table.csv"), clean_name("con.txt"), clean_name("..")
    ('passwd', 'my table.csv', '_con.txt', 'file')
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Direction marks turn the end of a name around.
    shown = "".join(each for each in last if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    shown = _FORBIDDEN.sub("_", shown).strip().strip(".").strip()
    stem, suffix = os.path.splitext(shown)  # noqa: PTH122  # of a text
    while len(shown.encode()) > _LONGEST_NAME and stem:
        stem = stem[:-1]
        shown = stem + suffix[:20]
    return f"_{shown}" if _DEVICES.fullmatch(shown) else shown or "file"


@dataclass
class _Upload:
    folder: Path
    name: str
    size: int
    is_folder: bool
    files: list[tuple[PurePosixPath, int]]
    done: bool = False
    received: int = 0
    ended: set[int] = field(default_factory=set)

    @property
    def root(self) -> Path:
        return self.folder / "whole" / self.name


class Uploads:
    """The uploads of a form; the folder is made with the first one.

    Attributes
    ----------
    owners : int
        The forms that use it: one that takes another's place has its uploads too.
    """

    def __init__(self) -> None:
        self.owners = 1
        self._root: Path | None = None
        self._uploads: dict[str, _Upload] = {}
        self._finalizer: Any = None

    def _folder(self) -> Path:
        if self._root is None or not self._root.is_dir():
            self._root = Path(tempfile.mkdtemp(prefix="shimnb-form-"))
            # With the form, and at the latest with the kernel.
            self._finalizer = weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)
        return self._root

    def release(self) -> None:
        """Say that a form does not use it any more; after the last one the files are gone."""
        self.owners -= 1
        if self.owners <= 0 and self._finalizer is not None:
            self._finalizer()
            self._uploads.clear()

    def begin(self, token: Any, told: Mapping[str, Any]) -> None:
        """Begin an upload.

        Parameters
        ----------
        token : str
            The front end's name for it.
        told : mapping
            ``name``; ``files``, a list of ``{"path", "size"}``; and
            ``folder``, whether it is one.

        Raises
        ------
        FileError
            If there is no room for it, or the message is none.
        """
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or token in self._uploads:
            raise FileError(shorten(token), "no upload goes by this name", _AGAIN)
        is_folder = told.get("folder") is True
        files = _files(told.get("files"), is_folder=is_folder)
        size = sum(each for _, each in files)
        root = self._folder()
        free = shutil.disk_usage(root).free
        if size > free:
            what = f"{size:,} bytes do not fit: {free:,} are free"
            raise FileError(str(root), what, "Give a path or a URI instead.")
        folder = Path(tempfile.mkdtemp(prefix="up-", dir=root))
        name = clean_name(str(told.get("name", "")))
        upload = _Upload(folder, name, size, is_folder, files)
        (folder / "whole").mkdir()
        (folder / "part").mkdir()
        for number in range(len(files)):
            (folder / "part" / str(number)).touch()
        self._uploads[token] = upload

    def chunk(self, token: Any, number: int, offset: int, data: bytes) -> int:
        """Take a chunk of the upload's file `number`; return the bytes received so far."""
        upload = self._of(token)
        if upload.done or not 0 <= number < len(upload.files) or len(data) > 2 * CHUNK:
            raise FileError(upload.name, "this chunk is not awaited", _AGAIN)
        part = upload.folder / "part" / str(number)
        if part.stat().st_size != offset or offset + len(data) > upload.files[number][1]:
            raise FileError(upload.name, "a chunk is missing", _AGAIN)
        with part.open("ab") as file:
            file.write(data)
        upload.received += len(data)
        return upload.received

    def end(self, token: Any) -> dict[str, Any]:
        """Put the upload in its place, all at once; return what a node keeps of it."""
        upload = self._of(token)
        if upload.received != upload.size:
            what = f"{upload.received:,} of {upload.size:,} bytes have come"
            raise FileError(upload.name, what, _AGAIN)
        parts = upload.folder / "part"
        if upload.is_folder:
            made = upload.folder / "made"
            for number, (path, _) in enumerate(upload.files):
                (made / path).parent.mkdir(parents=True, exist_ok=True)
                os.replace(parts / str(number), made / path)  # noqa: PTH105  # atomically
            made.mkdir(exist_ok=True)
            os.replace(made, upload.root)  # noqa: PTH105  # likewise
        else:
            os.replace(parts / "0", upload.root)  # noqa: PTH105  # likewise
        upload.done = True
        return {"token": token, "name": upload.name, "size": upload.size, "files": len(upload.files)}

    def cancel(self, token: Any) -> None:
        """Forget an upload that has not ended."""
        upload = self._uploads.get(token) if isinstance(token, str) else None
        if upload is not None and not upload.done:
            del self._uploads[token]
            shutil.rmtree(upload.folder, ignore_errors=True)

    def path(self, token: str) -> str:
        """Return the path of what was uploaded; raises `KeyError`."""
        upload = self._uploads[token]
        if not upload.done or not upload.root.exists():
            raise KeyError(token)
        return str(upload.root)

    def _of(self, token: Any) -> _Upload:
        upload = self._uploads.get(token) if isinstance(token, str) else None
        if upload is None:
            raise FileError("upload", "it is not there any more", _AGAIN)
        return upload


def _files(told: Any, *, is_folder: bool) -> list[tuple[PurePosixPath, int]]:
    """Return the files of an upload: each a clean path below its folder, none twice, and its size."""
    given = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    if not given or len(given) > _MOST_FILES or (len(given) != 1 and not is_folder):
        what = f"{len(given):,} files are no upload" if given else "there is no file in it"
        raise FileError("upload", what, f"Upload 1 to {_MOST_FILES:,} files, or give a path.")
    found: list[tuple[PurePosixPath, int]] = []
    seen: set[str] = set()
    for each in given:
        size = each.get("size")
        if type(size) is not int or size < 0:
            raise FileError("upload", "a file has no size", _AGAIN)
        # The first part is the folder's own name.
        parts = [
            part for part in str(each.get("path", "")).replace("\\", "/").split("/") if part not in ("", ".", "..")
        ]
        kept = parts[1:] if is_folder and len(parts) > 1 else parts[-1:]
        path = PurePosixPath(*(clean_name(part) for part in kept or ["file"]))
        while str(path).casefold() in seen:
            path = path.with_name(f"_{path.name}")
        seen.add(str(path).casefold())
        found.append((path, size))
    return found
