"""The tables of `docs/types.md`, as cases: each row of the types is asked for, with its value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf import text_format

from . import files, scalars, tables
from .differences import DIFFERENCES

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["DIFFERENT", "TYPES", "cases", "fits", "rows"]

_PAGE = Path(__file__).parents[3] / "docs" / "types.md"
_CELLS = re.compile(r"(?<!\\)\|")


def rows(heading: str) -> list[dict[str, str]]:
    """Give the rows of the tables below a heading of the page, cells by column.

    Parameters
    ----------
    heading : str
        A heading of the second level; the tables up to the next one are read as one.
    """
    section = _PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found: list[dict[str, str]] = []
    columns: list[str] = []
    for line in section.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in _CELLS.split(line)[1:-1]]
        if not cells:
            columns = []
        elif not columns:
            columns = cells
        elif not set("".join(cells)) <= set("-: "):
            found.append(dict(zip(columns, cells, strict=True)))
    return found


TYPES = rows("Types")

# Two modules of cases ask for them.
_SAME = {
    "a Literal's value that is no choice",
    "a note on a Literal",
    "a note on an Enum",
    "an infinite float in a model",
}
DIFFERENT = {
    *DIFFERENCES,
    *files.DIFFERENT,
    *tables.DIFFERENCES,
    *({*scalars.ONLY_OURS, *scalars.ONLY_THEIRS, *scalars.NEARER} - _SAME),
}
"""The names of all deliberate differences; a test of the module's own shows both sides of each."""


def fits(message: Message, shown: str) -> bool:
    """Whether a message is what a cell shows: protobuf's text format on one line, ``...`` for what is left out."""
    text = text_format.MessageToString(message, as_one_line=True, as_utf8=True)
    pattern = ".*".join(map(re.escape, shown.split("...")))
    return re.fullmatch(pattern, text.replace("  ", " ").strip()) is not None


def cases() -> dict[str, str]:
    """Ask for each row's literal type, and its value's literal."""
    found = {}
    for index, row in enumerate(TYPES):
        python_type, value = row["Python type"].strip("`"), row["value"].strip("`")
        found[f"documented literal type: {index}"] = f"literal_type({python_type})"
        found[f"documented literal: {index}"] = f"literal({value}, {python_type})"
    return found
