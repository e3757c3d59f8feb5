"""The cost of an import: time and memory, in fresh processes that take turns."""

from __future__ import annotations

import argparse

from benchmarks.common import Row, fresh, machine, medians, table

__all__ = ["FLOOR", "FLYTEKIT", "SHIMNB", "measure", "rows"]

FLOOR = "from flyteidl.core import tasks_pb2"
SHIMNB = "from shimnb import PythonCustomizedContainerTask, TypeEngine"
FLYTEKIT = (
    "from flytekit.core.python_customized_container_task import PythonCustomizedContainerTask; "
    "from flytekit.core.type_engine import TypeEngine"
)

# One process for the clock and one for the memory: what reads the memory must not count in the clock. The budget's
# figures are the whole process's: `python -c "..."` from start to end, and its largest resident set; not getrusage's,
# which begins with the parent's.
_MEMORY = """
import json, sys, time
start = time.process_time()
exec(sys.argv[1])
alone = time.process_time() - start
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
print(json.dumps({"alone": alone * 1000, "MB": peak / 1024}))
"""

# IPython's own start is on neither side: the shell is there before the clock starts, as in a kernel.
_EXTENSION = """
import sys, time, json
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
exec(sys.argv[1])
start = time.perf_counter()
shell.run_line_magic("load_ext", "shimnb")
print(json.dumps({"ms": (time.perf_counter() - start) * 1000}))
"""


_SIDES = {"floor": FLOOR, "shimnb": SHIMNB, "flytekit": FLYTEKIT}


def measure(rounds: int = 9, sides: tuple[str, ...] = tuple(_SIDES)) -> dict[str, dict[str, float]]:
    """Import each side in turn, and give each side's medians.

    Parameters
    ----------
    rounds : int
        How often each side is imported; one more, the first, fills the caches and is not counted.
    sides : tuple of str
        Which of ``"floor"``, ``"shimnb"`` and ``"flytekit"`` to measure.

    Returns
    -------
    dict of str to dict
        ``"process"`` (ms), ``"alone"`` (ms, without the interpreter's start and end) and ``"MB"`` of each side; the
        times are the processor's, which an import spends nearly all of its time on.
    """
    taken: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for round_ in range(rounds + 1):
        for side in sides:
            figures = {**fresh(_MEMORY, _SIDES[side]), **fresh(_SIDES[side])}
            if round_:
                taken[side].append(figures)
    return {side: medians(figures) for side, figures in taken.items()}


def rows(rounds: int = 9) -> list[Row]:
    """Measure the import, and the extension's loading beyond it."""
    sides = measure(rounds)

    def row(work: str, unit: str, figure: str, limit: float | None) -> Row:
        ours, peer, floor = (sides[side][figure] for side in ("shimnb", "flytekit", "floor"))
        return Row(work, unit, ours, peer, floor, limit, "floor")

    loads = medians([fresh(_EXTENSION, SHIMNB) for _ in range(rounds)])
    return [
        row("import, the process's time", "ms", "process", 1.6),
        row("import, its memory", "MB", "MB", 1.3),
        row("import alone, time", "ms", "alone", None),
        Row("%load_ext, beyond the import", "ms", loads["ms"], None, None, limit=50),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each side is imported")
    print(machine(), table(rows(parser.parse_args().rounds)), sep="\n\n")


if __name__ == "__main__":
    main()
