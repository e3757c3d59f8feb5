"""Calling a task: what both give alike, and where shimnb sees what the cluster sees."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .cases import calls

if TYPE_CHECKING:
    from pathlib import Path

    from .peers import Answer, Peers


def assert_answer(answer: Answer, expected: str) -> None:
    """Compare an answer with what the table says of it; the table's comment has the four forms."""
    if expected.startswith("!~"):
        assert expected[2:] in answer.error
    elif expected.startswith("!"):
        assert answer.error.startswith(expected[1:])
    elif expected.startswith("~"):
        assert expected[1:] in answer.value
    else:
        # A text is shown as what it says: the executor's own repr, not the repr of that.
        shown = answer.value
        assert (ast.literal_eval(shown) if shown[0] in "'\"" else shown) == expected


@pytest.mark.parametrize("name", calls.EQUAL)
def test_call_gives_what_flytekits_gives(peers: Peers, name: str) -> None:
    """Where a local flytekit run does what a cluster does, a call gives the same."""
    peers.same(f"call: {name}")


@pytest.mark.parametrize("name", calls.CLUSTER_VIEW)
def test_local_run_is_the_clusters(peers: Peers, name: str) -> None:
    """Where a local flytekit run is not what a cluster does, a call of ours is."""
    _, ours, theirs = calls.CLUSTER_VIEW[name]
    assert_answer(peers.ours(f"view: {name}"), ours)
    assert_answer(peers.theirs(f"view: {name}"), theirs)


@pytest.mark.parametrize("name", calls.TYPES_VIEW)
def test_types_hold_where_flytekits_are_lost(peers: Peers, name: str) -> None:
    """Where a local flytekit run loses the types, a call of ours keeps them."""
    _, ours, theirs = calls.TYPES_VIEW[name]
    assert_answer(peers.ours(f"view: {name}"), ours)
    assert_answer(peers.theirs(f"view: {name}"), theirs)


NAMES = {
    "shimnb": """
from shimnb import (
    HashMethod, Interface, LocalTaskCache, PythonCustomizedContainerTask, ShimTaskExecutor, TaskMetadata,
)
""",
    "flytekit": """
from flytekit import HashMethod
from flytekit.core.base_task import TaskMetadata
from flytekit.core.interface import Interface
from flytekit.core.local_cache import LocalTaskCache
from flytekit.core.python_customized_container_task import PythonCustomizedContainerTask
from flytekit.core.shim_task import ShimTaskExecutor
""",
}
CACHING = """
import json, os
from typing import Annotated

class Count(ShimTaskExecutor):
    def execute_from_model(self, tt, **kwargs):
        runs.append(kwargs)
        if kwargs["a"] == "boom":
            raise ValueError
        return len(runs)

class Shim(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {}

def task(version="1", name="t", ignored=(), kind=str):
    # flytekit reads a task's own module to name it, and a command has none.
    Count.__module__ = "counting"
    return Shim(
        name=name, task_config=None, container_image="i:1", executor_type=Count,
        interface=Interface(inputs={"a": kind, "b": int}, outputs={"o0": int}),
        metadata=TaskMetadata(cache=True, cache_version=version, cache_ignore_input_vars=ignored),
    )

def ran(case, values, **settings):
    before = len(runs)
    try:
        task(**settings)(**values)
    except ValueError:
        pass
    answers[case] = len(runs) > before

runs, answers = [], {}
one = {"a": "x", "b": 1}
ran("first", one)
ran("again", one)
ran("another input", {"a": "y", "b": 1})
ran("another version", one, version="2")
ran("another task", one, name="u")
ran("ignored, first", one, name="v", ignored=("b",))
ran("ignored, another", {"a": "x", "b": 2}, name="v", ignored=("b",))
ran("failed, first", {"a": "boom", "b": 1})
ran("failed, again", {"a": "boom", "b": 1})
first = Annotated[str, HashMethod(lambda text: text[0])]
ran("hash, first", {"a": "xa", "b": 1}, name="w", kind=first)
ran("hash, equal", {"a": "xb", "b": 1}, name="w", kind=first)
ran("hash, another", {"a": "yb", "b": 1}, name="w", kind=first)
for value in ("true", "1", "false", "0", "no", "OFF", "", "x"):
    for name, other in (("ENABLED", "true"), ("OVERWRITE", "false")):
        os.environ.update({"FLYTE_LOCAL_CACHE_ENABLED": "true", "FLYTE_LOCAL_CACHE_OVERWRITE": "false"})
        os.environ["FLYTE_LOCAL_CACHE_" + name] = value
        ran(f"{name}={value}", one)
os.environ.update({"FLYTE_LOCAL_CACHE_ENABLED": "true", "FLYTE_LOCAL_CACHE_OVERWRITE": "false"})
LocalTaskCache.clear()
ran("cleared", one)
print("answers", json.dumps(answers))
"""


def test_local_cache_is_flytekits(flytekit: None, tmp_path: Path) -> None:
    """What is run, and what comes from the cache, is the same: inputs, versions, hashes, failures, the variables."""
    answers = {}
    for library, names in NAMES.items():
        home = tmp_path / library
        home.mkdir()
        environment = {
            **os.environ,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "FLYTE_SDK_RICH_TRACEBACKS": "0",
            "FLYTE_SDK_LOGGING_LEVEL": "50",
        }
        ended = subprocess.run(
            [sys.executable, "-c", names + CACHING],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr
        (line,) = [line for line in ended.stdout.splitlines() if line.startswith("answers ")]
        answers[library] = json.loads(line.removeprefix("answers "))
    assert answers["shimnb"] == answers["flytekit"]
    assert answers["shimnb"]["again"] is False
    assert answers["shimnb"]["cleared"] is True
