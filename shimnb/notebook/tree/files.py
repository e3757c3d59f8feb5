"""The file that a tree is asked to show: its bytes, or an error in words."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from shimnb.core import transfer
from shimnb.core.files import FileAccessProvider
from shimnb.core.sizes import size_words
from shimnb.errors import FileError, MissingFileError, ShimError
from shimnb.notebook.tree.decode import MOST_BYTES
from shimnb.notebook.tree.words import cut, quoted, visible

__all__ = ["TEXT_ENDINGS", "File", "read"]

TEXT_ENDINGS = (".txtpb", ".textproto", ".textpb", ".pbtxt", ".prototxt")
_LONGEST = 4096
_NAMED = 5
_LARGE = "Parse it, and pass the part of the message that you want to see."
_PATHS = "A text is the path of a file: pass bytes, or a dict, for what you have at hand."


@dataclass(frozen=True)
class File:
    """A file that was read.

    Attributes
    ----------
    shown : str
        Its path, without a password, for messages.
    data : bytes
        All of it.
    """

    shown: str
    data: bytes

    @property
    def name(self) -> str:
        """The last name of the path."""
        return PurePosixPath(self.shown.partition("?")[0]).name or self.shown

    @property
    def ending(self) -> str:
        """What the name ends with, in small letters."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return PurePosixPath(self.name).stem.lower()

    def text(self) -> str:
        """Read the file as UTF-8."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            problem = f"it is no text in UTF-8, at byte {error.start:,}"
            raise ShimError(problem, where=self.shown, remedy="Name a binary message .pb.") from error


def read(path: str | PurePath) -> File:
    """Read a file, local or at a URI.

    Raises
    ------
    MissingFileError
        If there is none.
    FileError
        If it cannot be read, or is larger than a tree reads.
    ShimError
        If the text is no path.
    """
    text = str(path)
    if not text or len(text) > _LONGEST or "\0" in text or "\n" in text:
        what = "an empty text" if not text else f"the text {quoted(text, 40)}"
        raise ShimError(f"{what} is no path", where="tree", remedy=_PATHS)
    shown = cut(visible(transfer.shown_path(text)), 200)
    if FileAccessProvider.is_remote(text):
        with transfer.Opened(text, "rb", {}) as file:
            data: bytes = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise FileError(shown, f"it is larger than the {size_words(MOST_BYTES)} that a tree reads", _LARGE)
        return File(shown, data)
    return File(shown, _local(Path(FileAccessProvider.strip_file_header(text)), shown))


def _local(path: Path, shown: str) -> bytes:
    try:
        path = path.expanduser()
        problem = _problem(path)
        data = b"" if problem else path.read_bytes()
    except FileNotFoundError as error:
        remedy = f"Give the path of one that is there. {_PATHS}"
        raise MissingFileError(shown, "there is no such file", remedy) from error
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise FileError(shown, f"it cannot be read ({reason})", _PATHS) from error
    if problem:
        raise FileError(shown, *problem)
    return data


def _problem(path: Path) -> tuple[str, str] | None:
    """Say why something that is there is not read, and what to do."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        return "it is a folder, and a file is wanted", _in_it(path)
    # A pipe or a device may go on for ever.
    if not stat.S_ISREG(found.st_mode):
        return "it is no regular file", "Give the path of a .pb file."
    if found.st_size > MOST_BYTES:
        return f"it has {size_words(found.st_size)}, and a tree reads up to {size_words(MOST_BYTES)}", _LARGE
    return None


def _in_it(folder: Path) -> str:
    """Name the messages that a folder holds."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.name.endswith(".pb"))
    if not names:
        return "Name a .pb file."
    listed = ", ".join(cut(visible(name[:60]), 40) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"Name a file in it: {listed}{more}."
