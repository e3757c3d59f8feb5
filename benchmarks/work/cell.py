"""A cell of 100 lines, turned into a task again and again: run by a fresh process."""

from __future__ import annotations

import json
import statistics
import time

from shimnb.notebook.cell import build
from shimnb.notebook.options import TaskOptions

HEAD = """\
import json
from dataclasses import dataclass

from shimnb import ShimTaskExecutor


@dataclass
class Config:
    name: str = "rows"
    limit: int = 3
    factor: float = 1.5

"""
HELPER = '''
def helper_{at}(rows: list[int], *, limit: int = {at}) -> list[int]:
    """Keep some of the rows."""
    found = []
    for row in rows:
        if row > limit and row % 2 == 0:
            found.append(json.loads(json.dumps({{"a": row}}))["a"])
        elif row == limit:
            found.append(row * 2 + limit)
    return [each + 1 for each in found if each]
'''
EXECUTOR = """

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, rows: list[int], words: list[str], count: int = 2) -> list[int]:
        limit = int(tt.custom["limit"])
        for at, helper in enumerate((helper_0, helper_1, helper_2, helper_3, helper_4, helper_5, helper_6, helper_7)):
            if at < limit:
                rows = helper(rows, limit=count)
        return [len(words), *rows]
"""
ROUNDS = 15


def beyond(source: str, options: TaskOptions, names: dict[str, object], history: list[tuple[int | str, str]]) -> float:
    """Give the median of what a cell costs more than its own code does, in ms."""
    taken = []
    for _ in range(ROUNDS + 1):
        start = time.process_time()
        module = build(source, "rows", options, names, history).module
        whole = time.process_time() - start
        start = time.process_time()
        exec(compile(source, "cell", "exec"), {**vars(module)})  # noqa: S102  # the cell's own code
        taken.append((whole - (time.process_time() - start)) * 1000)
    return statistics.median(taken[1:])


text = HEAD + "".join(HELPER.format(at=at) for at in range(8)) + EXECUTOR
assert text.count("\n") in range(95, 106), text.count("\n")  # noqa: S101  # it is what the table says
notebook: dict[str, object] = {"__name__": "__main__"}
inputs: list[tuple[int | str, str]] = [(at, f"x_{at} = {at}\nprint(x_{at})") for at in range(300)]
inputs[3] = (3, "FACTOR = 2\ndef scale(n):\n    return n * FACTOR")
exec(inputs[3][1], notebook)  # noqa: S102  # a cell of the notebook
print(
    json.dumps(
        {
            "cell": beyond(text, TaskOptions(), {}, []),
            "include": beyond(f"{text}\nSCALED = scale(2)\n", TaskOptions(include=("scale",)), notebook, inputs),
        }
    )
)
