"""The cost of a container's start: the command on a task that does next to nothing, from its start to its end."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.common import Row, fresh, machine, medians, process, table

__all__ = ["measure", "rows"]

FLOOR = "from flyteidl.core import tasks_pb2, literals_pb2, interface_pb2"

# The same executor for both commands, but for the line that imports what it is made of.
_EXECUTOR = """
class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, a):
        return a + 1
"""
_SIDES = {
    "shimnb": ("shimnb-execute", "from shimnb import ShimTaskExecutor", "shimnb.core.resolver"),
    "flytekit": (
        "pyflyte-execute",
        "from flytekit.core.shim_task import ShimTaskExecutor",
        "flytekit.core.python_customized_container_task",
    ),
}
_FILES = """
import pathlib, sys
from flyteidl.core import literals_pb2, tasks_pb2, types_pb2
folder = pathlib.Path(sys.argv[1])
template = tasks_pb2.TaskTemplate(type="bench")
template.id.name = "bench"
template.interface.inputs.variables["a"].type.simple = types_pb2.INTEGER
template.interface.outputs.variables["o0"].type.simple = types_pb2.INTEGER
(folder / "template.pb").write_bytes(template.SerializeToString())
inputs = literals_pb2.LiteralMap()
inputs.literals["a"].scalar.primitive.integer = 4
(folder / "inputs.pb").write_bytes(inputs.SerializeToString())
"""


def _command(side: str, folder: Path) -> list[str]:
    script, _, resolver = _SIDES[side]
    files = ["--inputs", "inputs.pb", "--output-prefix", f"out_{side}", "--raw-output-data-prefix", "raw"]
    loader = ["--resolver", f"{resolver}.default_task_template_resolver", "--", "template.pb", f"{side}_bench.Executor"]
    (folder / f"{side}_bench.py").write_text(f"{_SIDES[side][1]}\n{_EXECUTOR}", encoding="utf-8")
    return [str(Path(sys.executable).with_name(script)), *files, *loader]


def measure(rounds: int = 9, sides: tuple[str, ...] = tuple(_SIDES)) -> dict[str, dict[str, float]]:
    """Run each command in turn, and give each side's medians.

    Parameters
    ----------
    rounds : int
        How often each command is run; one more, the first, fills the caches and is not counted.
    sides : tuple of str
        Which of ``"shimnb"`` and ``"flytekit"`` to measure beside the floor.

    Returns
    -------
    dict of str to dict
        ``"process"`` (ms) of each side and of ``"floor"``: the processor's time.
    """
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        fresh(_FILES, name)
        commands = {"floor": [sys.executable, "-c", FLOOR], **{side: _command(side, folder) for side in sides}}
        taken: dict[str, list[dict[str, float]]] = {side: [] for side in commands}
        for round_ in range(rounds + 1):
            for side, command in commands.items():
                figures = process(command, folder)
                if round_:
                    taken[side].append(figures)
        for side in sides:
            if not (folder / f"out_{side}/outputs.pb").exists():
                raise RuntimeError(f"{side}'s command wrote no outputs")
    return {side: medians(figures) for side, figures in taken.items()}


def rows(rounds: int = 9) -> list[Row]:
    """Measure, and give the row of the budget."""
    sides = measure(rounds)
    ours, peer, floor = (sides[side]["process"] for side in ("shimnb", "flytekit", "floor"))
    return [Row("shimnb-execute, the process's time", "ms", ours, peer, floor, 1.5, "floor")]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each command is run")
    print(machine(), table(rows(parser.parse_args().rounds)), sep="\n\n")


if __name__ == "__main__":
    main()
