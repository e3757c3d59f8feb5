"""The Python text that a cell of level 1 or 2 is shorthand for.

Pure: what the cell defines (a `Shape`) and the options, to text. The text is
appended to the cell's module, compiled and run there; it is what the panel
shows as Source, and it is what an export writes out. So it stands on its own
names, is laid out to be read, and takes no name that the cell has taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shimnb.notebook.options import TaskOptions

__all__ = ["Parameter", "Shape", "class_name", "generate"]

_LINE = 110
_INDENT = "    "
_MOUNTS = {"env": "ENV_VAR", "file": "FILE"}


@dataclass(frozen=True)
class Parameter:
    """A parameter of the cell's ``execute``, each part as it is written there."""

    name: str
    annotation: str
    default: str | None = None


@dataclass(frozen=True)
class Shape:
    """What the cell defines, as far as the generated text depends on it.

    Parameters
    ----------
    executor : str or None
        The executor class; None at level 1, where it is generated.
    template : str
        Level 1: what ``execute`` calls its first parameter.
    parameters : tuple of Parameter
        Level 1: the parameters after that one.
    returns : str or None
        Level 1: the result's annotation.
    config : str or None
        The config dataclass.
    values : dict of str
        What ``--set`` gives: fields of the config, or entries of `custom`.
    taken : frozenset of str
        The names that the module binds.
    """

    executor: str | None
    template: str = "tt"
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None
    config: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()


class _Names:
    """Names for the generated text that the cell has not taken."""

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = set(taken)

    def free(self, wanted: str) -> str:
        name = wanted
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def class_name(name: str) -> str:
    """Make the name of the task's class from the task's own.

    Examples
    --------
    >>> class_name("top_tracks")
    'TopTracksTask'
    """
    words = "".join(word[:1].upper() + word[1:] for word in name.split("_") if word)
    return words if words.endswith("Task") else f"{words}Task"


def generate(name: str, shape: Shape, options: TaskOptions) -> str:
    """Write the task's class, its instance, and at level 1 its executor.

    Parameters
    ----------
    name : str
        The task's name, and the variable that the instance is bound to.
    shape : Shape
        What the cell defines.
    options : TaskOptions
        What was written on the magic's line.

    Returns
    -------
    str
        Python source, to follow the cell's own text in its module.
    """
    names = _Names(shape.taken | {name})
    shimnb = names.free("shimnb")
    typing = names.free("typing")
    dataclasses = names.free("dataclasses") if shape.config else ""
    task_class = names.free(class_name(name))
    executor = shape.executor or names.free("Executor")

    parts = [_imports(dataclasses, typing, shimnb)]
    if shape.executor is None:
        parts.append(_executor(executor, shape, shimnb))
    config_type = shape.config or (f"dict[str, {typing}.Any]" if shape.values else "None")
    parts.append(_task_class(task_class, executor, config_type, options, (shimnb, typing)))
    custom = f"{dataclasses}.asdict(self.task_config)" if shape.config else "{}"
    if shape.values and not shape.config:
        custom = "dict(self.task_config)"
    parts[-1] += (
        f"\n\n    def get_custom(self, settings: {shimnb}.SerializationSettings) -> dict[str, {typing}.Any]:\n"
        f"        return {custom}"
    )
    parts.append(_instance(name, task_class, shape, options, shimnb))
    return f"# What `%%shimtask {name}` is short for.\n" + "\n\n\n".join(parts) + "\n"


def _imports(dataclasses: str, typing: str, shimnb: str) -> str:
    standard = [_import("dataclasses", dataclasses)] if dataclasses else []
    standard.append(_import("typing", typing))
    return "\n".join([*standard, "", _import("shimnb", shimnb)])


def _import(module: str, name: str) -> str:
    return f"import {module}" if module == name else f"import {module} as {name}"


def _call(head: str, arguments: Sequence[str], indent: str = "", tail: str = "", brackets: str = "()") -> str:
    """Lay out a call, or a list: on one line where it fits, else an argument a line."""
    opening, closing = brackets[0], brackets[1]
    line = f"{indent}{head}{opening}{', '.join(arguments)}{closing}{tail}"
    if len(line) < _LINE and "\n" not in line:
        return line
    inner = "".join(f"{indent}{_INDENT}{argument},\n" for argument in arguments)
    return f"{indent}{head}{opening}\n{inner}{indent}{closing}{tail}"


def _argument(head: str, arguments: Sequence[str], brackets: str = "()") -> str:
    """Lay out an argument of a call that is itself laid out an argument a line."""
    laid = _call(head, arguments, _INDENT, brackets=brackets)
    return laid.removeprefix(_INDENT)


def _executor(executor: str, shape: Shape, shimnb: str) -> str:
    signature = ["self", f"{shape.template}: {shimnb}.TaskTemplate"]
    if shape.parameters:
        signature.append("*")
    for parameter in shape.parameters:
        default = "" if parameter.default is None else f" = {parameter.default}"
        signature.append(f"{parameter.name}: {parameter.annotation}{default}")
    returns = "" if shape.returns is None else f" -> {shape.returns}"
    passed = [shape.template, *(f"{parameter.name}={parameter.name}" for parameter in shape.parameters)]
    return "\n".join(
        [
            f"class {executor}({shimnb}.ShimTaskExecutor):",
            f'{_INDENT}"""Calls `execute`."""',
            "",
            _call("def execute_from_model", signature, _INDENT, f"{returns}:"),
            _call("return execute", passed, _INDENT * 2),
        ]
    )


def _task_class(task_class: str, executor: str, config_type: str, options: TaskOptions, names: tuple[str, str]) -> str:
    shimnb, typing = names
    arguments = [
        "name=name",
        "task_config=task_config",
        f"container_image={_text(options.image or '')}",
        f"executor_type={executor}",
    ]
    if options.task_type is not None:
        arguments.append(f"task_type={_text(options.task_type)}")
    arguments += [f"interface={shimnb}.executor_interface({executor})", "**kwargs"]
    signature = ["self", "name: str", f"task_config: {config_type}", f"**kwargs: {typing}.Any"]
    body = "".join(f"{_INDENT * 3}{argument},\n" for argument in arguments)
    return "\n".join(
        [
            f"class {task_class}({shimnb}.PythonCustomizedContainerTask[{config_type}]):",
            f'{_INDENT}"""A task that {executor} executes."""',
            "",
            _call("def __init__", signature, _INDENT, " -> None:"),
            f"{_INDENT * 2}super().__init__(\n{body}{_INDENT * 2})",
        ]
    )


def _instance(name: str, task_class: str, shape: Shape, options: TaskOptions, shimnb: str) -> str:
    arguments = [f"name={_text(name)}", _config(shape)]
    for keyword, amounts in (("requests", options.requests), ("limits", options.limits)):
        if amounts:
            given = [f"{key}={_text(value)}" for key, value in amounts]
            arguments.append(_argument(f"{keyword}={shimnb}.Resources", given))
    if options.environment:
        given = [f"{_text(key)}: {_text(value)}" for key, value in options.environment]
        arguments.append(_argument("environment=", given, "{}"))
    if options.secrets:
        arguments.append(_argument("secret_requests=", _secrets(options, shimnb), "[]"))
    metadata = _metadata(options)
    if metadata:
        arguments.append(_argument(f"metadata={shimnb}.TaskMetadata", metadata))
    if options.deck is not None:
        arguments.append(f"enable_deck={options.deck}")
    return _call(f"{name} = {task_class}", arguments)


def _config(shape: Shape) -> str:
    if shape.config is not None:
        return _argument(
            f"task_config={shape.config}", [f"{key}={_literal(value)}" for key, value in shape.values.items()]
        )
    if not shape.values:
        return "task_config=None"
    given = [f"{_text(key)}: {_literal(value)}" for key, value in shape.values.items()]
    return _argument("task_config=", given, "{}")


def _secrets(options: TaskOptions, shimnb: str) -> list[str]:
    found = []
    for secret in options.secrets:
        arguments = [f"group={_text(secret.group)}", f"key={_text(secret.key)}"]
        if secret.mount in _MOUNTS:
            arguments.append(f"mount_requirement={shimnb}.Secret.MountType.{_MOUNTS[secret.mount]}")
        found.append(f"{shimnb}.Secret({', '.join(arguments)})")
    return found


def _metadata(options: TaskOptions) -> list[str]:
    arguments = []
    if options.retries is not None:
        arguments.append(f"retries={options.retries}")
    if options.timeout is not None:
        arguments.append(f"timeout={options.timeout}")
    if options.cache_version is not None:
        arguments += ["cache=True", f"cache_version={_text(options.cache_version)}"]
    if options.interruptible is not None:
        arguments.append(f"interruptible={options.interruptible}")
    return arguments


def _text(value: str) -> str:
    """Write a string with double quotes, as a formatter would."""
    shown = repr(value)
    if shown.startswith("'") and '"' not in shown:
        return f'"{shown[1:-1]}"'
    return shown


def _literal(value: object) -> str:
    """Write a JSON value as Python."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return repr(value)
