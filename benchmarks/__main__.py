"""Every benchmark, one table: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import sys

from benchmarks import cell, import_, run, start
from benchmarks.common import machine, table


def main() -> int:
    """Print the table; the exit code is 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each side takes its turn")
    rounds = parser.parse_args().rounds
    rows = [*import_.rows(rounds), *start.rows(rounds), *run.rows(rounds), *cell.rows(rounds)]
    print(machine(), table(rows), sep="\n\n")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
