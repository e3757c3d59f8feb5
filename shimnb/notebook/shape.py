"""What a cell's module defines: the task by hand, or the parts to generate one from."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import inspect
import types
import typing
from typing import TYPE_CHECKING, Any

from shimnb.core.shim import ShimTaskExecutor
from shimnb.core.task import PythonCustomizedContainerTask
from shimnb.errors import AnnotationError, CellError, ExecutorError
from shimnb.notebook.generate import Parameter, Shape
from shimnb.notebook.options import nearest, strict_json

if TYPE_CHECKING:
    from shimnb.notebook.options import TaskOptions
    from shimnb.notebook.places import Places

__all__ = ["find_task", "has_task", "listed", "read_shape"]

# Names that the generated executor of level 1 uses beside the parameters'.
_RESERVED = ("self", "execute")
_Kind = inspect.Parameter
_NUMBERS = {int: "an integer", float: "a number", bool: "true or false"}


def _tasks(
    name: str, module: types.ModuleType, imported: frozenset[str]
) -> dict[str, PythonCustomizedContainerTask[Any]]:
    # A task that is imported to be built upon is not the cell's, but for the one that is asked for by its name.
    return {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, PythonCustomizedContainerTask) and (key not in imported or key == name)
    }


def has_task(name: str, module: types.ModuleType, imported: frozenset[str]) -> bool:
    """Tell whether the cell made a task by hand."""
    return bool(_tasks(name, module, imported))


def find_task(
    name: str, module: types.ModuleType, imported: frozenset[str], options: TaskOptions, places: Places
) -> PythonCustomizedContainerTask[Any]:
    """Find the task that the cell made by hand.

    Raises
    ------
    CellError
        If options of the magic would be ignored, there are several tasks and
        none has the cell's name, or the name is bound to something else.
    """
    written = options.written()
    if written:
        raise CellError(
            name,
            1,
            f"the cell makes its task by hand, so {listed(written)} would be ignored",
            "Write it in the cell, and leave it out of the magic's line.",
        )
    tasks = _tasks(name, module, imported)
    distinct = {id(task): task for task in tasks.values()}
    named = [task for key, task in tasks.items() if key == name] or [
        task for task in distinct.values() if task.name == name
    ]
    if not named and len(distinct) > 1:
        raise CellError(
            name,
            None,
            f"it makes {len(distinct)} tasks, {listed(list(tasks))}, and none is named {name!r}",
            "Give one of them the name that stands on the magic's line, or write a cell for each.",
        )
    task: PythonCustomizedContainerTask[Any] = named[0] if named else next(iter(distinct.values()))
    if vars(module).get(name, task) != task:
        raise CellError(
            name,
            places.name(name),
            f"{name!r} is bound to what is no task",
            f"Write `%%shimtask {next(key for key, each in tasks.items() if each is task)}`, or rename it.",
        )
    return task


def listed(words: list[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def read_shape(
    name: str, module: types.ModuleType, imported: frozenset[str], options: TaskOptions, places: Places
) -> Shape:
    """Read what the generated text depends on.

    Parameters
    ----------
    name : str
        The task's name.
    module : module
        The cell, executed.
    imported : frozenset of str
        The names that its import statements bind.
    options : TaskOptions
        What was written on the magic's line.
    places : Places
        The lines of the cell.

    Raises
    ------
    CellError, ExecutorError, AnnotationError
        If the cell defines no task, or one that cannot be.
    """
    executor = _executor(name, module, imported, places)
    if executor is None and "execute" not in vars(module):
        raise CellError(
            name,
            None,
            "it defines no task",
            "Write `def execute(tt, *, ...) -> ...:`, or a class that derives from shimnb.ShimTaskExecutor.",
        )
    if name in vars(module):
        raise CellError(
            name,
            places.name(name),
            f"the cell binds {name!r} itself, and the task takes that name",
            "Rename one of them.",
        )
    if executor is not None:
        _check_method(name, executor, module, places)
    config, values = _config(name, module, options, places)
    # A module that is bound to its own name may be imported once more under it.
    taken = {
        key
        for key, value in vars(module).items()
        if getattr(value, "__name__", None) != key or not isinstance(value, types.ModuleType)
    }
    shape = Shape(executor=executor, config=config, values=values, taken=frozenset(taken))
    return shape if executor else _with_function(name, shape, module, places)


def _executor(name: str, module: types.ModuleType, imported: frozenset[str], places: Places) -> str | None:
    classes = {
        key: value for key, value in vars(module).items() if isinstance(value, type) and value is not ShimTaskExecutor
    }
    executors = {key: value for key, value in classes.items() if issubclass(value, ShimTaskExecutor)}
    own = {key: value for key, value in executors.items() if key not in imported} or executors
    if "Executor" in own:
        return "Executor"
    # A common base is no rival of the executor that derives from it.
    leaves = {key for key, value in own.items() if not any(value in other.__mro__[1:] for other in own.values())}
    if len(leaves) == 1:
        return leaves.pop()
    if leaves:
        raise CellError(
            name,
            places.of_class(max(leaves)),
            f"it defines {len(leaves)} executors, {listed(sorted(leaves))}",
            "Name the task's own `Executor`.",
        )
    for key, value in classes.items():
        if key not in imported and (key == "Executor" or hasattr(value, "execute_from_model")):
            raise ExecutorError(
                key, "it does not derive from ShimTaskExecutor", f"Write `class {key}(shimnb.ShimTaskExecutor):`."
            )
    return None


def _with_function(name: str, shape: Shape, module: types.ModuleType, places: Places) -> Shape:
    node = places.function("execute")
    if node is None or not inspect.isfunction(vars(module)["execute"]):
        raise CellError(name, places.name("execute"), "`execute` is no function of this cell", "Write it with `def`.")
    line = node.lineno
    if isinstance(node, ast.AsyncFunctionDef):
        raise CellError(name, line, "`execute` is a coroutine", "Write `def execute`, without `async`.")
    arguments = node.args
    for star, argument in (("*", arguments.vararg), ("**", arguments.kwarg)):
        if argument is not None:
            raise CellError(
                name,
                argument.lineno,
                f"`execute` takes {star}{argument.arg}",
                "A task's inputs are named: write each one.",
            )
    positional = [*arguments.posonlyargs, *arguments.args]
    if not positional:
        raise CellError(
            name, line, "`execute` has no parameter for the template", "Write `def execute(tt, *, ...) -> ...:`."
        )
    _check_template(name, line, "execute", vars(module)["execute"], positional[0].arg)
    defaults = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    keyword = dict(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    parameters = [
        _parameter(name, argument, defaults.get(argument) if argument in defaults else keyword.get(argument))
        for argument in [*positional[1:], *arguments.kwonlyargs]
    ]
    return dataclasses.replace(
        shape,
        template=positional[0].arg,
        parameters=tuple(parameters),
        returns=ast.unparse(node.returns) if node.returns else None,
    )


def _check_method(name: str, executor: str, module: types.ModuleType, places: Places) -> None:
    """Check that the executor's method takes the template, which a run would otherwise be the first to tell."""
    method = inspect.getattr_static(vars(module)[executor], "execute_from_model", None)
    if not inspect.isfunction(method) or hasattr(method, "__wrapped__"):
        return
    kinds = [each.kind for each in inspect.signature(method).parameters.values()]
    positional = [each for each in kinds if each in (_Kind.POSITIONAL_ONLY, _Kind.POSITIONAL_OR_KEYWORD)]
    node = places.function(f"{executor}.execute_from_model")
    line = None if node is None else node.lineno
    if len(positional) > 1:
        _check_template(name, line, "execute_from_model", method, list(inspect.signature(method).parameters)[1])
    elif _Kind.VAR_POSITIONAL not in kinds:
        raise CellError(
            name,
            line,
            "`execute_from_model` has no parameter for the template",
            "Write `def execute_from_model(self, tt, *, ...) -> ...:`.",
        )


def _check_template(name: str, line: int | None, function: str, live: types.FunctionType, first: str) -> None:
    """Check that what gets the template is not meant to be an input."""
    written = inspect.formatannotation(live.__annotations__.get(first, object)).strip("'")
    # Whatever else stands there may be a name for the template.
    if not isinstance(getattr(builtins, written.partition("[")[0], None), type) or written == "object":
        return
    own = "self, " if function != "execute" else ""
    raise CellError(
        name,
        line,
        f"the first parameter of `{function}` gets the template, and {first!r} is annotated {written}",
        f"Write `def {function}({own}tt, *, {first}: {written}, ...) -> ...:`.",
    )


def _parameter(name: str, argument: ast.arg, default: ast.expr | None) -> Parameter:
    if argument.arg in _RESERVED:
        raise CellError(
            name, argument.lineno, f"the parameter {argument.arg!r} has a name that the executor needs", "Rename it."
        )
    if argument.annotation is None:
        raise AnnotationError("execute", argument.arg, "it has no annotation", f"Write its type: {argument.arg}: int.")
    return Parameter(argument.arg, ast.unparse(argument.annotation), None if default is None else ast.unparse(default))


def _config(
    name: str, module: types.ModuleType, options: TaskOptions, places: Places
) -> tuple[str | None, dict[str, Any]]:
    config = vars(module).get("Config")
    if config is None:
        return None, {key: _json(text) for key, text in options.set}
    line = places.of_class("Config")
    if not isinstance(config, type) or not dataclasses.is_dataclass(config):
        raise CellError(name, line, "`Config` is no dataclass", "Write @dataclass above the class.")
    fields = {field.name: field for field in dataclasses.fields(config) if field.init}
    hints = _hints(config)
    values: dict[str, Any] = {}
    for key, text in options.set:
        if key not in fields:
            raise CellError(
                name,
                1,
                f"--set {key}: Config has no such field",
                nearest(key, fields) or (f"Its fields are {listed(list(fields))}." if fields else "It has no fields."),
            )
        values[key] = _field_value(name, key, text, hints.get(key))
    missing = dataclasses.MISSING
    lacking = [
        key
        for key, field in fields.items()
        if field.default is missing and field.default_factory is missing and key not in values
    ]
    if lacking:
        raise CellError(
            name,
            places.field("Config", lacking[0]),
            f"Config needs {listed([repr(key) for key in lacking])}, without a default",
            f"Give {'it one' if len(lacking) == 1 else 'them one'}, or write --set {lacking[0]}=VALUE.",
        )
    return "Config", values


def _hints(config: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(config)
    except Exception:  # noqa: BLE001  # an annotation is any expression; without hints the JSON value stands as it is
        return {}


def _json(text: str) -> Any:
    try:
        return strict_json(text)
    except ValueError:
        return text


def _field_value(name: str, key: str, text: str, hint: Any) -> Any:
    """Read the text of ``--set`` as the field's type: ``version=1.10`` of a str stays ``"1.10"``."""
    kinds = {hint} if isinstance(hint, type) else set(typing.get_args(hint))
    value = _json(text)
    if value is None and type(None) in kinds:
        return None
    if str in kinds and not isinstance(value, str) and not kinds & {int, float, bool, list, dict}:
        return text
    if isinstance(hint, type) and hint in _NUMBERS:
        if hint is float and type(value) is int:
            return float(value)
        if type(value) is not hint:
            raise CellError(
                name, 1, f"--set {key}={text}: Config's field is {_NUMBERS[hint]}", f"Write --set {key}=VALUE with one."
            )
    return value
