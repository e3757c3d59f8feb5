"""Running a task with nothing but its files: in the engine's container, or in a process of its own.

The names are imported when they are first used: the container's command
starts with what it needs, and nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shimnb.runtime.entrypoint import main
    from shimnb.runtime.isolated.handle import IsolatedRun
    from shimnb.runtime.isolated.start import start, start_task

__all__ = ["IsolatedRun", "main", "start", "start_task"]

_HOMES = {
    "shimnb.runtime.entrypoint": ("main",),
    "shimnb.runtime.isolated.start": ("start", "start_task"),
    "shimnb.runtime.isolated.handle": ("IsolatedRun",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'shimnb.runtime' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
