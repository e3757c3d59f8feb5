from __future__ import annotations

import dis
import inspect
import sys
from typing import TYPE_CHECKING

import pytest

from shimnb.core.checks.names import every_code, globals_stored, lookups, stored

if TYPE_CHECKING:
    from types import ModuleType

LOOKUPS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}


@pytest.mark.parametrize("module", [dis, inspect, sys.modules[__name__]], ids=lambda each: each.__name__)
def test_the_steps_are_those_that_dis_shows(module: ModuleType):
    """Names, their order and their lines, on each version of Python."""
    source = inspect.getsource(module)
    for code in every_code(compile(source, "a.py", "exec", dont_inherit=True)):
        steps = list(dis.get_instructions(code))
        assert stored(code) == {step.argval for step in steps if step.opname in {"STORE_NAME", "STORE_GLOBAL"}}
        assert globals_stored(code) == {step.argval for step in steps if step.opname == "STORE_GLOBAL"}
        spans = [(start, line) for start, _, line in code.co_lines() if line is not None]
        if code.co_flags & inspect.CO_OPTIMIZED:
            assert list(lookups(code)) == [
                (step.argval, [line for start, line in spans if start <= step.offset][-1])
                for step in steps
                if step.opname in LOOKUPS
            ]


def test_more_than_256_names_are_read():
    """A step's argument may need more than a byte."""
    source = "def f():\n" + "".join(f"    name{i}\n" for i in range(600))
    [_, code] = every_code(compile(source, "a.py", "exec"))
    assert list(lookups(code)) == [(f"name{i}", i + 2) for i in range(600)]
