"""A finding: one thing that would go wrong with a task on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Finding", "count_words", "listed", "ordered"]

_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that would go wrong with a task on a cluster, or be other than it looks.

    Parameters
    ----------
    severity : str
        ``error`` where the task cannot run, ``warning`` where it may surprise,
        ``note`` for what is so with every task of these types.
    path : str
        Where: ``custom.limit``, ``container.image``, ``size``.
    sentence, remedy : str
        What, and what to do about it.
    before, after : str
        What was written and what the executor gets, where the two differ.

    Examples
    --------
    >>> print(Finding("warning", "custom.n", "An int becomes a float.", "Write int(...).", "3", "3.0"))
    warning: custom.n: An int becomes a float. 3 becomes 3.0. Write int(...).
    """

    severity: Literal["error", "warning", "note"]
    path: str
    sentence: str
    remedy: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        change = f" {self.before} becomes {self.after}." if self.before else ""
        return f"{self.severity}: {self.path}: {self.sentence}{change} {self.remedy}"


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Put errors first and notes last, each once, and otherwise leave the order as it is.

    Examples
    --------
    >>> note, error = Finding("note", "a", "", ""), Finding("error", "b", "", "")
    >>> [each.path for each in ordered([note, error, note])]
    ['b', 'a']
    """
    return sorted(dict.fromkeys(findings), key=lambda finding: _SEVERITIES.index(finding.severity))


def count_words(findings: Iterable[Finding]) -> str:
    """Word how many errors and warnings there are; notes do not count.

    Examples
    --------
    >>> count_words([Finding("warning", "size", "", ""), Finding("note", "custom", "", "")])
    '1 warning'
    """
    severities: list[str] = [finding.severity for finding in findings]
    parts = []
    for severity in _SEVERITIES[:2]:
        count = severities.count(severity)
        if count:
            parts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    return ", ".join(parts)


def listed(words: Iterable[str], most: int = 6) -> str:
    """Write words as a list in a sentence; past `most`, how many more there are.

    Examples
    --------
    >>> listed(["a"]), listed("abc"), listed("abcdef", most=2)
    ('a', 'a, b and c', 'a, b and 4 more')
    """
    known = list(words)
    if len(known) > most:
        known = [*known[:most], f"{len(known) - most} more"]
    return f"{', '.join(known[:-1])} and {known[-1]}" if len(known) > 1 else "".join(known)
