"""The cost of a cell: its text to a task, beyond the time that its own code takes."""

from __future__ import annotations

import argparse

from benchmarks.common import HERE, Row, fresh, machine, medians, table

__all__ = ["measure", "rows"]


def measure(rounds: int = 9) -> dict[str, float]:
    """Run the work in fresh processes, and give the medians, in ms of the processor.

    Parameters
    ----------
    rounds : int
        How many processes there are.
    """
    source = (HERE / "work" / "cell.py").read_text(encoding="utf-8")
    return medians([fresh(source) for _ in range(rounds)])


def rows(rounds: int = 9) -> list[Row]:
    """Measure, and give a row for the budget and one for ``--include``."""
    taken = measure(rounds)
    return [
        Row("a cell of 100 lines to a task, beyond its code", "ms", taken["cell"], None, None, limit=30),
        Row("the same, with --include out of 300 inputs", "ms", taken["include"], None, None),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how many processes there are")
    print(machine(), table(rows(parser.parse_args().rounds)), sep="\n\n")


if __name__ == "__main__":
    main()
