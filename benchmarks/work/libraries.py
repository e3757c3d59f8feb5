# ruff: noqa: ANN001, ANN003, ANN201, ARG002, ARG005, F821, PTH118, PTH123  # names of either library, put above this text by run.py
"""The work, with one library's names; prints the median time of each piece."""

import dataclasses
import gc
import json
import os
import statistics
import sys
import tempfile
import time


def median(function, repeats, scale):
    """Time `function(i)`; a piece's first calls fill caches that a user's would fill too."""
    taken = []
    for i in range(repeats + 3):
        start = time.perf_counter()
        function(i)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[3:]) * scale


# An executor and a dataclass need a module that can be imported, and __main__ here is a text.
main = sys.modules["executor_module"] = type(sys)("executor_module")


class Executor(ShimTaskExecutor):
    """Does next to nothing."""

    def execute_from_model(self, tt, **kwargs):
        """Double."""
        return kwargs["a"] * 2


class Task(PythonCustomizedContainerTask):
    """A task with a small custom."""

    def get_custom(self, settings):
        """Give what an executor of a query would want."""
        return {"uri": "chinook.db", "query": "select 1", "limit": 5}


@dataclasses.dataclass
class Point:
    """One level down."""

    x: int
    y: float


@dataclasses.dataclass
class Track:
    """A small record."""

    name: str
    at: Point
    seconds: float
    tags: list[str]


Executor.__module__ = "executor_module"
main.Executor = Executor


def make(i, **kwargs):
    """Construct a task."""
    return Task(
        name=f"t{i}",
        task_config=None,
        container_image="a/b:c",
        executor_type=Executor,
        interface=Interface(inputs=kwtypes(a=int), outputs=kwtypes(o0=int)),
        **kwargs,
    )


settings = SerializationSettings(
    project="p", domain="d", version="v", env={}, image_config=ImageConfig(Image("default", "a/b", "c"))
)
task = make(0)
ctx = FlyteContextManager.current_context()
folder = tempfile.mkdtemp()
# Where either library's local cache lies.
os.environ.update(HOME=folder, XDG_CACHE_HOME=folder)
cached = make("cached", metadata=TaskMetadata(cache=True, cache_version="1"))
path = os.path.join(folder, "template.pb")
with open(path, "wb") as file:
    file.write(template(task, settings).SerializeToString())
resolver = default_task_template_resolver
state = ctx.new_execution_state().with_params(working_dir=folder)

# A list is not a cache's key; for a dataclass each value is a new one, as a user's are.
numbers = [list(range(i, 10_000 + i)) for i in range(8)]
of_ints = TypeEngine.to_literal_type(list[int])
ints = TypeEngine.to_literal(ctx, numbers[0], list[int], of_ints)
of_track = TypeEngine.to_literal_type(Track)
tracks = [Track(f"n{i}", Point(i, 1.5), 2.5, ["a", "b"]) for i in range(300)]
track = TypeEngine.to_literal(ctx, tracks[0], Track, of_track)

found = {}
gc.collect()
gc.disable()  # a collection would fall on one side or the other by chance
found["task(a=3)"] = median(lambda i: task(a=3), 200, 1e6)
found["task(a=3), from the local cache"] = median(lambda i: cached(a=3), 100, 1e6)
with FlyteContextManager.with_context(ctx.with_execution_state(state)):
    found["load_task"] = median(lambda i: resolver.load_task([path, "executor_module.Executor"]), 100, 1e6)
found["a dataclass's literal type"] = median(lambda i: idl(TypeEngine.to_literal_type(Track)), 200, 1e6)
found["a dataclass's literal"] = median(lambda i: TypeEngine.to_literal(ctx, tracks[i], Track, of_track), 200, 1e6)
found["a dataclass back"] = median(lambda i: TypeEngine.to_python_value(ctx, track, Track), 200, 1e6)
found["constructing a task"] = median(make, 100, 1e6)
found["template of a task, as a message"] = median(lambda i: template(task, settings), 200, 1e6)
found["list[int] of 10,000 to a literal"] = median(
    lambda i: TypeEngine.to_literal(ctx, numbers[i], list[int], of_ints), 5, 1e3
)
found["list[int] of 10,000 back"] = median(lambda i: TypeEngine.to_python_value(ctx, ints, list[int]), 5, 1e3)
print(json.dumps(found))
