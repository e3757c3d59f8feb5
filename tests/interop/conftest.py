"""The answers of both libraries, asked for once."""

from __future__ import annotations

import importlib.util
import os
import sys

import pytest

from .executions import Executions
from .peers import Peers, ask

# Run by the two processes, and not importable where `sdk` is not.
collect_ignore = ["process"]
# flytekit's dependencies have no wheels for the Pythons after 3.12.
PEER_INSTALLS = sys.version_info < (3, 13)


@pytest.fixture(scope="session")
def flytekit() -> None:
    """Skip where flytekit is not installed; in CI that is a failure."""
    if importlib.util.find_spec("flytekit") is None:
        if PEER_INSTALLS and os.environ.get("CI"):
            pytest.fail("flytekit is not installed, and CI compares with it on this Python.")
        pytest.skip("flytekit is not installed: pip install 'shimnb[flytekit]'")


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory, flytekit: None) -> Peers:
    """Both libraries' answers to every case of the suite; two processes, two imports."""
    return ask(tmp_path_factory.mktemp("interop"))


@pytest.fixture(scope="session")
def executions(tmp_path_factory: pytest.TempPathFactory, flytekit: None) -> Executions:
    """Every run of a plugin's tasks by both entrypoints, done once."""
    return Executions(tmp_path_factory.mktemp("executions"))
