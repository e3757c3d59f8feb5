"""What every benchmark shares: fresh processes, rounds in turn, medians, and a table with a verdict.

A ratio is only worth something when both sides had the same machine at the same
time: the sides take turns, round by round, and each ratio is one of medians.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

__all__ = ["HERE", "Row", "fresh", "machine", "medians", "process", "table"]

HERE = Path(__file__).parent
_TIMEOUT = 300


@functools.cache
def _bytecode() -> str:
    """Make a folder for compiled modules, so that every side is compiled once and none in its round."""
    folder = tempfile.mkdtemp(prefix="benchmarks-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@dataclass(frozen=True)
class Row:
    """One piece of work, measured on each side.

    Parameters
    ----------
    work : str
        What was done.
    unit : str
        The unit of the figures.
    ours : float
        shimnb's median.
    peer, floor : float or None
        flytekit's median, and that of the least that could be done; None where there is none.
    limit : float or None
        The largest ratio that the budget allows; None for a figure that has no budget.
    against : str
        What the budget's ratio is against: ``"peer"`` or ``"floor"``, or ``"none"`` for a limit in `unit`.
    """

    work: str
    unit: str
    ours: float
    peer: float | None
    floor: float | None
    limit: float | None = None
    against: str = "none"

    @property
    def ratio(self) -> float:
        """The figure that the budget bounds."""
        base = {"peer": self.peer, "floor": self.floor, "none": 1.0}[self.against]
        if base is None:
            raise ValueError(f"{self.work}: no {self.against} was measured")
        return self.ours / base

    @property
    def holds(self) -> bool:
        """Whether the budget is kept."""
        return self.limit is None or self.ratio <= self.limit


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fresh(code: str, *arguments: str) -> dict[str, float]:
    """Run code in a fresh process, and give the JSON object that it prints last.

    Parameters
    ----------
    code : str
        Python source.
    *arguments : str
        Its ``sys.argv[1:]``.

    Returns
    -------
    dict of str to float
        What the process measured, and under ``"process"`` the processor's time from its start to its end, in ms:
        on a machine that others use too, the clock on the wall measures the others.
    """
    return process([sys.executable, "-c", code, *arguments], HERE.parent)


def process(command: list[str], folder: Path) -> dict[str, float]:
    """Run a command in a folder, and give its time as `fresh` does."""
    quiet = {"FLYTE_SDK_RICH_TRACEBACKS": "0", "FLYTE_SDK_LOGGING_LEVEL": "50"}
    given = {**os.environ, **quiet, "PYTHONPYCACHEPREFIX": _bytecode()}
    # Where it is set, a library under development is compiled anew at each import, and an installed one is not.
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    start = _children()
    done = subprocess.run(command, capture_output=True, text=True, env=given, cwd=folder, timeout=_TIMEOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"a measured process failed:\n{done.stderr}")
    elapsed = (_children() - start) * 1000
    last = done.stdout.strip().rpartition("\n")[2]
    return {"process": elapsed, **(json.loads(last) if last else {})}


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Give the median of each figure over the rounds."""
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def machine() -> str:
    """Describe what ran: the cores, the system, the versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("flyteidl", "flytekit", "protobuf"))
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {libraries}"


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2  # noqa: PLR2004  # three figures are what the noise leaves
    return f"{value:.{digits}f} {unit}".rstrip()


def _ratio(ours: float, base: float | None) -> str:
    if base is None:
        return "-"
    return f"{ours / base:.2f} x" if ours >= base / 10 else f"1/{base / ours:.0f}"


def _limit(row: Row) -> str:
    if row.limit is None:
        return "-"
    if row.against == "none":
        return f"{row.limit:g} {row.unit}"
    shown = f"{row.limit:g} x" if row.limit >= 1 else f"1/{1 / row.limit:.0f} of"
    return f"{shown} the {row.against}"


def table(rows: list[Row], peer: str = "flytekit") -> str:
    """Draw the rows as a Markdown table."""
    lines = [
        f"| work | shimnb | {peer} | floor | of {peer} | of the floor | budget | |",
        "|---|---:|---:|---:|---:|---:|---|---|",
    ]
    for row in rows:
        cells = [
            row.work,
            _figure(row.ours, row.unit),
            _figure(row.peer, row.unit),
            _figure(row.floor, row.unit),
            _ratio(row.ours, row.peer),
            _ratio(row.ours, row.floor),
            _limit(row),
            "" if row.limit is None else "kept" if row.holds else "**missed**",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
