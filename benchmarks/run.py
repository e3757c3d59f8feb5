"""The cost of work after the import: a call, a template loaded, lists and dataclasses converted."""

from __future__ import annotations

import argparse

from benchmarks.common import HERE, Row, fresh, machine, medians, table

__all__ = ["PRELUDE", "measure", "rows"]

# Run by a process a side and round: WORK has the same text for both libraries, but for the names above it.
PRELUDE = {
    "shimnb": """
from shimnb import *
from shimnb import FlyteContextManager
idl = lambda x: x
template = lambda t, s: t.serialize_to_model(s).to_flyte_idl()
""",
    "flytekit": """
from collections import OrderedDict
from flytekit import FlyteContextManager, kwtypes
from flytekit.core.base_task import TaskMetadata
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.core.interface import Interface
from flytekit.core.python_customized_container_task import PythonCustomizedContainerTask, default_task_template_resolver
from flytekit.core.shim_task import ShimTaskExecutor
from flytekit.core.type_engine import TypeEngine
from flytekit.tools.translator import get_serializable
idl = lambda x: x.to_flyte_idl()
template = lambda t, s: get_serializable(OrderedDict(), s, t).template.to_flyte_idl()
""",
}


def measure(rounds: int = 9) -> dict[str, dict[str, float]]:
    """Run the work on each side in turn, and give each side's medians.

    Parameters
    ----------
    rounds : int
        How many processes a side has.

    Returns
    -------
    dict of str to dict
        The figures of ``"floor"``, ``"shimnb"`` and ``"flytekit"``, by the work's name.
    """
    work, floor = (HERE / "work" / name for name in ("libraries.py", "floor.py"))
    sources = {"floor": floor.read_text(encoding="utf-8")}
    for side, prelude in PRELUDE.items():
        sources[side] = prelude + work.read_text(encoding="utf-8")
    taken: dict[str, list[dict[str, float]]] = {side: [] for side in sources}
    for _ in range(rounds):
        for side, source in sources.items():
            taken[side].append(fresh(source))
    return {side: medians(figures) for side, figures in taken.items()}


def rows(rounds: int = 9) -> list[Row]:
    """Measure, and give a row for each budget."""
    sides = measure(rounds)

    def row(work: str, unit: str, limit: float | None, against: str) -> Row:
        return Row(work, unit, sides["shimnb"][work], sides["flytekit"][work], sides["floor"].get(work), limit, against)

    return [
        row("task(a=3)", "us", 1 / 25, "peer"),
        row("task(a=3), from the local cache", "us", None, "peer"),
        row("load_task", "us", 1 / 8, "peer"),
        row("list[int] of 10,000 to a literal", "ms", 1.3, "floor"),
        row("list[int] of 10,000 back", "ms", 1.3, "floor"),
        row("a dataclass's literal type", "us", 1 / 20, "peer"),
        row("a dataclass's literal", "us", 1 / 20, "peer"),
        row("a dataclass back", "us", None, "peer"),
        row("constructing a task", "us", None, "peer"),
        row("template of a task, as a message", "us", None, "peer"),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how many processes each side has")
    print(machine(), table(rows(parser.parse_args().rounds)), sep="\n\n")


if __name__ == "__main__":
    main()
