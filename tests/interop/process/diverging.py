"""Tasks whose run in a call and on a cluster is not the same in flytekit, and the two ways to run them."""
# No ``from __future__ import annotations``: both libraries read the annotations as they are.

import importlib
import sys
from typing import Any

import sdk
from subjects import Copied, SeenCustom, Shim, context, idl, literal_map, loaded, outputs, settings, template


class Needs(sdk.ShimTaskExecutor):
    """Gives its input `a` back."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Look the input up."""
        return kwargs["a"]


class Class(sdk.ShimTaskExecutor):
    """Tells whether its input has the class that the interface was made of."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Name the class, and whether it is one of ours."""
        cls = type(kwargs["a"])
        return "its class" if getattr(sys.modules["subjects"], cls.__name__, None) is cls else "another class"


class Words(sdk.ShimTaskExecutor):
    """Gives its input back as text."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Write the input as Python does."""
        return str(kwargs["a"])


class Pair(sdk.ShimTaskExecutor):
    """Gives two outputs."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Give a tuple."""
        return 1, "a"


class Named(sdk.ShimTaskExecutor):
    """Gives two outputs by name."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Give a dict."""
        return {"o0": 1, "o1": "a"}


class Text(sdk.ShimTaskExecutor):
    """Gives a file's path."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Give text."""
        return "s3://music/a.csv"


def of_notebook() -> Any:
    """Make a task whose executor a notebook's own cell defines."""
    executor = type("Executor", (SeenCustom,), {"__module__": "__main__"})
    return Shim({"a": "x"}, executor_type=executor, interface=outputs(o0=str))


def changed() -> Any:
    """Make a task whose config was changed after it was serialized."""
    task = Copied({"a": 1.0}, executor_type=SeenCustom, interface=outputs(o0=str))
    task.serialize_to_model(settings())
    task.task_config["a"] = 2.0
    return task


def called(task: Any, **kwargs: Any) -> Any:
    """Call a task."""
    result = task(**kwargs)
    return tuple(result) if isinstance(result, tuple) else result


def cluster(task: Any, **pairs: Any) -> Any:
    """Run a task as its container does: from its template's bytes, and from literals."""
    message = template(task)
    decoded = sdk.TaskTemplate.from_flyte_idl(type(message).FromString(message.SerializeToString()))
    run = sdk.ExecutableTemplateShimTask(decoded, task.executor_type)
    ctx = context()
    with sdk.FlyteContextManager.with_context(ctx.with_execution_state(ctx.execution_state)) as standing:
        literals = idl(run.dispatch_execute(standing, literal_map(**pairs))).literals
    shown = [_shown(literals[name]) for name in sorted(literals)]
    return shown[0] if len(shown) == 1 else tuple(shown)


def _shown(literal: Any) -> Any:
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return [_shown(item) for item in literal.collection.literals]
    if kind == "map":
        return {key: _shown(literal.map.literals[key]) for key in sorted(literal.map.literals)}
    scalar = literal.scalar.WhichOneof("value")
    if scalar == "primitive":
        primitive = literal.scalar.primitive
        return getattr(primitive, primitive.WhichOneof("value"))
    return f"a {scalar}"


def container(task: Any) -> Any:
    """Load a task by the path in its command, as its container does."""
    return type(loaded(task, task.get_command(settings())[-1])).__name__


def findings(task: Any) -> list[str]:
    """List what shimnb finds, as text; flytekit has no such thing."""
    return list(map(str, importlib.import_module("shimnb").checks(task)))
