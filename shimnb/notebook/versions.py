"""What ran in this session: each cell's versions, how its last run ended, and what was given on the lines.

Of a cell, the version that stands and the one before it are kept, the latter
as its texts and its template alone: a cell that runs two hundred times costs
no more than one that runs twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from shimnb.core.template import TaskTemplate
    from shimnb.notebook.cell import Cell

__all__ = ["Record", "Seen", "Version", "Versions"]

_REMEMBERED = 50
"""The values of an option that are kept for completion."""


@dataclass(frozen=True)
class Version:
    """A cell as it ran once; it holds no task and no module.

    Parameters
    ----------
    line : str
        What stood after ``%%shimtask``, as it was written.
    body : str
        The text below that line.
    code : str
        The module's text, but for what was generated: that repeats the
        template.
    generated : str
        What was generated.
    template : TaskTemplate
        What a cluster would get.
    files : dict of str to int
        The person's own modules that the cell imports, each with the time of
        its file's last change, in nanoseconds.
    """

    line: str
    body: str
    code: str
    generated: str
    template: TaskTemplate
    files: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def source(self) -> str:
        """The module's whole text."""
        return self.code + self.generated


@dataclass(frozen=True)
class Record:
    """A cell that ran.

    Parameters
    ----------
    cell : Cell
        The module, the task and the names that stand.
    version : Version
        Its texts and its template.
    before : Version, optional
        The last version that was another.
    outcome : str
        How the last ``%shimtask run`` ended, in words; empty before the first.
    form_runs : int
        How many runs the panel's form had started by then.
    """

    cell: Cell
    version: Version
    before: Version | None = None
    outcome: str = ""
    form_runs: int = 0


class Versions:
    """The cells of this session, by name, in the order in which they first ran."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}

    def names(self) -> list[str]:
        """Name the cells."""
        return list(self._records)

    def get(self, name: str) -> Record | None:
        """Return what is known of a cell."""
        return self._records.get(name)

    def add(self, name: str, cell: Cell, version: Version) -> Record:
        """Keep a cell that ran, and of the version before what `Version` holds.

        A cell that ran again as it was takes nothing's place: the version
        before stays the last one that was different.
        """
        earlier = self._records.get(name)
        before = None
        if earlier is not None:
            before = earlier.before if _same(earlier.version, version) else earlier.version
        self._records[name] = Record(cell, version, before)
        return self._records[name]

    def ran(self, name: str, outcome: str, form_runs: int) -> None:
        """Note how a run of a cell's task ended; of a task without a cell nothing is kept."""
        if name in self._records:
            self._records[name] = replace(self._records[name], outcome=outcome, form_runs=form_runs)

    def remove(self, name: str) -> None:
        """Forget a cell."""
        self._records.pop(name, None)


def _same(one: Version, other: Version) -> bool:
    return one.source == other.source and one.template == other.template


class Seen:
    """The values that were given to the options in this session, for completion; the newest first.

    Examples
    --------
    >>> seen = Seen()
    >>> seen.note("image", ["a:1", "a:2", "a:1"])
    >>> seen.values("image")
    ['a:1', 'a:2']
    """

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}

    def values(self, option: str) -> list[str]:
        """Return what was given to an option."""
        return list(self._values.get(option, ()))

    def note(self, option: str, values: Iterable[str]) -> None:
        """Keep values, as the newest ones."""
        kept = self._values.setdefault(option, [])
        for value in values:
            if value in kept:
                kept.remove(value)
            kept.insert(0, value)
        del kept[_REMEMBERED:]

    def note_line(self, parsed: argparse.Namespace) -> None:
        """Keep what stood on a line: of the environment and of secrets the names alone, of ``--set`` nothing."""
        for option, value in vars(parsed).items():
            if option not in ("name", "set", "include"):
                self.note(option, _texts(option, value))


def _texts(option: str, value: Any) -> list[str]:
    if option == "env":
        return [name for name, _ in value]
    if option == "secret":
        return [f"{secret.group}/{secret.key}" for secret in value]
    return [] if value is None or isinstance(value, bool) else [str(value)]
