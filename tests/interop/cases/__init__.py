"""The source that runs with both libraries: one expression a case, in the words of `process/subjects.py`."""

from __future__ import annotations

from . import calls, differences, divergences, documented, files, members, refusals, scalars, tables, templates, types

__all__ = ["everything"]


def everything() -> dict[str, str]:
    """Every case of the suite, by the name under which a test asks for its answer."""
    cases: dict[str, str] = {}
    for table in (
        templates,
        types,
        members,
        calls,
        refusals,
        files,
        documented,
        differences,
        divergences,
        scalars,
        tables,
    ):
        cases.update(table.cases())
    return cases
