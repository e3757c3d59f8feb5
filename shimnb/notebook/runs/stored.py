"""What lies at the path or URI of an output: a file's size, kind and bytes, and the files of a folder."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shimnb.core.context import FlyteContextManager
from shimnb.core.transfer import shown_path
from shimnb.errors import FileError, MissingFileError
from shimnb.notebook.tree.words import cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HEAD", "Listed", "Sniffed", "Stored", "sniff"]

HEAD = 65_536
"""The bytes by which a file is known, and the most of a text that is shown at once."""
_SHOWN = 300
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_MARKDOWN = ("md", "markdown")
_TABLES = ("parquet", "csv", "tsv")
_PAGES = ("html", "htm")
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\x0c\x1b")


@dataclass(frozen=True)
class Listed:
    """A file of a folder.

    Attributes
    ----------
    name : str
        Its path from the folder.
    size : int
        Its bytes.
    place : Stored
        Where it is.
    """

    name: str
    size: int
    place: Stored


@dataclass(frozen=True)
class Stored:
    """A path or a URI.

    Parameters
    ----------
    path : str
        The path or URI, as a literal has it.
    """

    path: str

    @property
    def shown(self) -> str:
        """The path in words: without a password, bounded and inert."""
        return cut(visible(shown_path(self.path)[: _SHOWN + 1]), _SHOWN)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.split("?")[0].rstrip("/").replace("\\", "/").rpartition("/")[2] or "file"

    @property
    def extension(self) -> str:
        """What follows the name's last dot, in small letters."""
        return self.name.lower().rpartition(".")[2] if "." in self.name else ""

    @property
    def _local(self) -> str | None:
        access = FlyteContextManager.current_context().file_access
        return None if access.is_remote(self.path) else access.strip_file_header(self.path)

    def _files(self) -> Any:
        return FlyteContextManager.current_context().file_access.get_filesystem_for_path(self.path)

    def is_folder(self) -> bool:
        """Tell whether it is a folder; raises `FileError` if nothing is there."""
        local = self._local
        if local is not None:
            if not Path(local).exists():
                raise self._gone()
            return Path(local).is_dir()
        return bool(self._files().isdir(self.path))

    def size(self) -> int:
        """Give the bytes of the file; raises `FileError` if it is not there."""
        local = self._local
        try:
            if local is not None:
                return Path(local).stat().st_size
            return int(self._files().info(self.path).get("size") or 0)
        except FileNotFoundError as error:
            raise self._gone() from error
        except (OSError, ValueError) as error:
            raise FileError(self.shown, f"it cannot be read ({error})") from error

    def _gone(self) -> FileError:
        return MissingFileError(self.shown, "it is not there any more", "Run the task again.")

    @contextmanager
    def open(self) -> Iterator[Any]:
        """Open the file for its bytes."""
        local = self._local
        if local is not None and not Path(local).is_file():
            # A pipe or a device would be waited for without end.
            raise FileError(self.shown, "it is no file") if Path(local).exists() else self._gone()
        with FlyteContextManager.current_context().file_access.open(self.path, "rb") as stream:
            yield stream

    def part(self, start: int, length: int) -> bytes:
        """Read some of the bytes."""
        with self.open() as stream:
            stream.seek(start)
            return bytes(stream.read(length))

    def inner(self, name: str) -> Stored:
        """Go to a file of this folder; raises `FileError` if its name leads out of it."""
        if not name or name.startswith("/") or "\0" in name or ".." in name.replace("\\", "/").split("/"):
            raise FileError(cut(visible(name)), "the name leads out of its folder")
        return Stored(f"{self.path.rstrip('/')}/{name}")

    def listed(self, most: int) -> tuple[list[Listed], bool]:
        """List the files of a folder, those of its folders too, by name; and whether there are more."""
        local = self._local
        found: list[Listed] = []
        for name, size in _walk(local) if local is not None else self._walk_remote():
            if len(found) >= most:
                return found, True
            found.append(Listed(name, size, self.inner(name)))
        return found, False

    def _walk_remote(self) -> Iterator[tuple[str, int]]:
        files = self._files()
        root = files._strip_protocol(self.path).rstrip("/")  # noqa: SLF001  # fsspec has no public name for it
        for folder, _, names in files.walk(self.path, detail=True):
            below = folder.rstrip("/")[len(root) :].lstrip("/")
            for name in sorted(names):
                yield (f"{below}/{name}" if below else name), int(names[name].get("size") or 0)


def _walk(root: str) -> Iterator[tuple[str, int]]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        below = os.path.relpath(folder, root)
        for name in sorted(names):
            yield (name if below == "." else f"{below}/{name}"), _size(Path(folder) / name)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # a link to nothing
        return 0


@dataclass(frozen=True)
class Sniffed:
    """What a file seems to be.

    Attributes
    ----------
    kind : str
        ``image``, ``table``, ``markdown``, ``page``, ``text`` or ``binary``.
    mime : str
        Of an image; ``text/plain`` or ``application/octet-stream`` of others.
    """

    kind: str
    mime: str


def sniff(head: bytes, extension: str = "", declared: str = "") -> Sniffed:
    r"""Tell what a file is: by its first bytes, and where they do not say, by its name and its type.

    Examples
    --------
    >>> sniff(b"\x89PNG\r\n\x1a\n").mime, sniff(b"a,b\n", "csv").kind, sniff(b"\x00\x01", "txt").kind
    ('image/png', 'table', 'binary')
    """
    found = _image(head)
    if found:
        return Sniffed("image", found)
    if head[:4] == b"PAR1":
        return Sniffed("table", "application/octet-stream")
    if not _is_text(head):
        return Sniffed("binary", "application/octet-stream")
    for kind, known in (("markdown", _MARKDOWN), ("table", _TABLES[1:]), ("page", _PAGES)):
        if extension in known or declared.lower() in known:
            return Sniffed(kind, "text/plain")
    return Sniffed("text", "text/plain")


def _image(head: bytes) -> str:
    for magic, mime in _IMAGES:
        if head.startswith(magic):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    drawn = start.startswith(b"<svg") or (start.startswith((b"<?xml", b"<!--")) and b"<svg" in start)
    return "image/svg+xml" if drawn else ""


def _is_text(head: bytes) -> bool:
    if any(byte in _CONTROLS for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut.
        return len(head) >= HEAD and error.start >= len(head) - 4
    return True
