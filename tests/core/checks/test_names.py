from __future__ import annotations

import dis
import inspect
import sys
from typing import TYPE_CHECKING

import pytest

from shimnb.core.checks.names import every_code, steps

if TYPE_CHECKING:
    from types import ModuleType

KINDS = {
    "LOAD_NAME": "look up",
    "LOAD_GLOBAL": "look up",
    "LOAD_FROM_DICT_OR_GLOBALS": "look up past class",
    "STORE_NAME": "store",
    "STORE_GLOBAL": "store global",
}


@pytest.mark.parametrize("module", [dis, inspect, sys.modules[__name__]], ids=lambda each: each.__name__)
def test_the_steps_are_those_that_dis_shows(module: ModuleType):
    """Names, their order and their lines, on each version of Python."""
    source = inspect.getsource(module)
    for code in every_code(compile(source, "a.py", "exec", dont_inherit=True)):
        spans = [(start, line) for start, _, line in code.co_lines() if line is not None]
        assert list(steps(code)) == [
            (step.argval, [line for start, line in spans if start <= step.offset][-1], step.offset, KINDS[step.opname])
            for step in dis.get_instructions(code)
            if step.opname in KINDS
        ]


def test_more_than_256_names_are_read():
    """A step's argument may need more than a byte."""
    source = "def f():\n" + "".join(f"    name{i}\n" for i in range(600))
    [_, code] = every_code(compile(source, "a.py", "exec"))
    assert [step[:2] for step in steps(code)] == [(f"name{i}", i + 2) for i in range(600)]
