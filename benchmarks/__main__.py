"""Every benchmark, a table for each peer: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import sys

from benchmarks import cell, import_, run, start, tree
from benchmarks.common import machine, table


def main() -> int:
    """Print the tables; the exit code is 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each side takes its turn")
    rounds = parser.parse_args().rounds
    rows = [*import_.rows(rounds), *start.rows(rounds), *run.rows(rounds), *cell.rows(rounds)]
    print(machine(), table(rows), sep="\n\n", flush=True)
    # The other sizes, and the picture, are those of python -m benchmarks.tree.
    trees = tree.rows(tree.measure((1_000, 100_000), min(rounds, 3)))
    print("", table(trees, tree.PEER), sep="\n")
    return 0 if all(row.holds for row in [*rows, *trees]) else 1


if __name__ == "__main__":
    sys.exit(main())
