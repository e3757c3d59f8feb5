"""How the cost grows with the size of a value, from 10 elements to 1,000,000: ``python -m benchmarks.growth``."""

from __future__ import annotations

import argparse
import math

from benchmarks.common import HERE, fresh, machine
from benchmarks.run import PRELUDE

__all__ = ["chart", "measure", "table"]

KINDS = ("list[int]", "list[str]", "dict[str, float]", "list of dataclasses")
SIDES = ("floor", "shimnb", "flytekit")
SIZES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
WAYS = {"to": "to a literal", "back": "back"}
_MARKS = {"floor": "|", "shimnb": "s", "flytekit": "F"}
_COLUMNS = 64
_LOWEST, _HIGHEST = 1e-7, 1e-3  # seconds an element

Costs = dict[str, dict[str, float]]


def measure(kind: str, rounds: int = 3) -> Costs:
    """Measure one kind of value on each side in turn.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    rounds : int
        How many processes a side has.

    Returns
    -------
    dict of str to dict
        By side the least seconds under ``"to 10"``, ``"back 10"`` and so on; without the sizes that a side takes
        more than some seconds for. The least, because a large value is measured once a process: what is more than it
        is the machine's other work.
    """
    work = (HERE / "work" / "growth.py").read_text(encoding="utf-8")
    taken: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side in SIDES:
            taken[side].append(fresh(PRELUDE.get(side, "") + work, side, kind))
    return {side: _least(runs) for side, runs in taken.items()}


def _least(runs: list[dict[str, float]]) -> dict[str, float]:
    """Give the least of each figure that every run has; `fresh` adds the whole process's."""
    return {name: min(run[name] for run in runs) for name in runs[0] if all(name in run for run in runs)}


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _times(value: float, base: float | None) -> str:
    return "-" if base is None else f"{value / base:.2f} x" if value > base / 2 else f"1/{base / value:.0f}"


def table(kind: str, costs: Costs) -> list[str]:
    """Draw a kind's rows of the Markdown table."""
    lines = []
    for way, words in WAYS.items():
        for size in SIZES:
            ours, peer, floor = (costs[side].get(f"{way} {size}") for side in ("shimnb", "flytekit", "floor"))
            if ours is not None:
                cells = [f"{kind} {words}", f"{size:,}", *map(_time, (ours, peer, floor))]
                cells += [_times(ours, peer), _times(ours, floor)]
                lines.append(f"| {' | '.join(cells)} |")
    return lines


def chart(kind: str, costs: Costs) -> list[str]:
    """Draw the cost of one element against the size, a column a fraction of a decade."""
    lines = []
    for way, words in WAYS.items():
        lines.append(f"{kind} {words}")
        for size in SIZES:
            row = [" "] * _COLUMNS
            for side in reversed(SIDES):
                seconds = costs[side].get(f"{way} {size}")
                if seconds is not None:
                    share = math.log(seconds / size / _LOWEST) / math.log(_HIGHEST / _LOWEST)
                    row[min(max(round(share * _COLUMNS), 0), _COLUMNS - 1)] = _MARKS[side]
            lines.append(f"{size:>10,} {''.join(row).rstrip()}")
    return lines


def main() -> None:
    """Print the table and the chart."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how many processes each side has")
    rounds = parser.parse_args().rounds
    found = {kind: measure(kind, rounds) for kind in KINDS}
    print(machine(), "")
    print("| work | elements | shimnb | flytekit | floor | of flytekit | of the floor |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind, costs in found.items():
        print(*table(kind, costs), sep="\n")
    scale = "".join(f"{mark:<{_COLUMNS // 4}}" for mark in ("100 ns", "1 us", "10 us", "100 us"))
    print("\n```", f"{'':10} {scale}1 ms an element;  | floor, s shimnb, F flytekit", sep="\n")
    for kind, costs in found.items():
        print(*chart(kind, costs), sep="\n")
    print("```")


if __name__ == "__main__":
    main()
