"""Tasks to look at: their executor is in a module that can be imported, as a plugin's is."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from shimnb import Interface, PythonCustomizedContainerTask

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = "ghcr.io/me/sql:1"
EXECUTOR = """
from shimnb import ShimTaskExecutor

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, **inputs):
        return None
"""


class Task(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return self.task_config


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Make an importable module of a text; `music_plugin` unless it has another name."""

    def make(source: str = EXECUTOR, name: str = "music_plugin") -> ModuleType:
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(source, f"{name}.py", "exec", dont_inherit=True), vars(module))  # noqa: S102  # the test's own text
        return module

    return make


@pytest.fixture
def make(plugin: Callable[..., ModuleType]) -> Callable[..., Task]:
    """Make a task without a fault; what is given makes it faulty."""

    def make(
        custom: Any = None,
        interface: Interface | None = None,
        *,
        image: str = IMAGE,
        executor: type | None = None,
        task_class: type[Task] = Task,
        **kwargs: Any,
    ) -> Task:
        executor = executor or plugin().Executor
        return task_class("music", custom or {}, image, executor, interface=interface or Interface(), **kwargs)

    return make
