"""`define`: what ``%%shimtask`` does, from Python.

The options are those of the magic's line, and their texts are read by the same
functions, so that a wrong one gets the same words.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import TYPE_CHECKING, Any, TypedDict

from shimnb.errors import SettingError
from shimnb.notebook.cell import build
from shimnb.notebook.inputs import running_notebook
from shimnb.notebook.options import nearest, option_parser, task_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from shimnb.core.task import PythonCustomizedContainerTask

__all__ = ["DefineOptions", "define"]


class DefineOptions(TypedDict, total=False):
    """The options of `define`."""

    image: str | None
    task_type: str | None
    set: Mapping[str, Any] | None
    cpu: str | float | None
    mem: str | float | None
    gpu: str | float | None
    ephemeral_storage: str | float | None
    limit_cpu: str | float | None
    limit_mem: str | float | None
    limit_gpu: str | float | None
    limit_ephemeral_storage: str | float | None
    env: Mapping[str, str] | None
    secrets: Sequence[str] | None
    retries: int | None
    timeout: int | str | dt.timedelta | None
    cache_version: str | None
    interruptible: bool | None
    deck: bool | None
    include: Sequence[str] | None


_MAPPINGS = ("set", "env")
_LISTS = {"secrets": "secret", "include": "include"}
_NUMBERS = ("retries", "timeout", "cpu", "mem", "gpu", "ephemeral_storage")
_BOOLEANS = ("deck", "interruptible")
_OF_THE_LINE = ("help", "no_panel", "name")


def define(source: str, name: str, **options: Unpack[DefineOptions]) -> PythonCustomizedContainerTask[Any]:
    r"""Make a task of a cell's text, as ``%%shimtask NAME`` does; nothing is shown, and no name is bound.

    Parameters
    ----------
    source : str
        The cell's text, without the magic's line.
    name : str
        The task's name. The text becomes the module ``shimcells.NAME``, in
        place of an earlier one of that name.
    **options
        The options of the magic's line, with underscores; None is the same as
        leaving one out. ``set`` and ``env`` are mappings, and ``secrets`` and
        ``include`` lists of what the line has one by one; a value of ``set``
        is any JSON value. ``timeout`` may be a `datetime.timedelta`.

    Returns
    -------
    PythonCustomizedContainerTask
        The task.

    Raises
    ------
    SettingError
        If an option is unknown, or has a value that it cannot take.
    ShimError
        If the text defines no task. The version before, if any, stays.

    Examples
    --------
    >>> twice = define("def execute(tt, *, n: int) -> int:\n    return 2 * n\n", "twice", retries=2)
    >>> twice(n=4), twice.metadata.retries
    (8, 2)
    """
    notebook, history = running_notebook()
    return build(source, name, _task_options(options), notebook, history).task


def _task_options(options: Mapping[str, Any]) -> Any:
    parser = option_parser()
    parsed = argparse.Namespace(**{action.dest: action.default for action in parser._actions})  # noqa: SLF001  # its own
    readers = {action.dest: action.type for action in parser._actions}  # noqa: SLF001  # as above
    singular = {_plural(key): key for key in readers if key not in _OF_THE_LINE}
    for key, value in options.items():
        if key not in singular:
            known = ", ".join(sorted(singular))
            raise SettingError(
                key, value, "there is no such option", nearest(key, singular) or f"The options are {known}."
            )
        if value is not None:
            setattr(parsed, singular[key], _read(key, value, readers[singular[key]]))
    return task_options(parsed)


def _plural(key: str) -> str:
    return next((many for many, one in _LISTS.items() if one == key), key)


def _read(key: str, value: Any, reader: Any) -> Any:
    """Check an option's value, and give it as the parser would."""
    if key in _MAPPINGS:
        return _pairs(key, value)
    if key in _LISTS:
        if isinstance(value, str) or not hasattr(value, "__iter__"):
            raise SettingError(key, value, "a list is expected", f"Write {key}=[{value!r}].")
        return [_text(key, each, reader) for each in value]
    if key in _BOOLEANS:
        if not isinstance(value, bool):
            raise SettingError(key, value, "a boolean is expected", f"Write {key}=True.")
        return value
    if isinstance(value, dt.timedelta) and key == "timeout":
        value = int(value.total_seconds())
    if isinstance(value, int | float) and not isinstance(value, bool) and key.removeprefix("limit_") in _NUMBERS:
        value = str(value)
    return _text(key, value, reader)


def _text(key: str, value: Any, reader: Any) -> Any:
    if not isinstance(value, str):
        raise SettingError(key, value, "a string is expected", f'Write {key}="...".')
    if reader is None:
        return value
    try:
        return reader(value)
    except argparse.ArgumentTypeError as error:
        problem, _, remedy = str(error).partition(". ")
        raise SettingError(key, value, f"it {problem.removeprefix(repr(value)).strip()}", f"{remedy}.") from None


def _pairs(key: str, value: Any) -> list[tuple[str, str]]:
    if not hasattr(value, "items"):
        raise SettingError(key, value, "a mapping is expected", f'Write {key}={{"name": ...}}.')
    return [(_name(key, name), _value(key, name, each)) for name, each in value.items()]


def _name(key: str, name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise SettingError(key, name, "a name is expected as the key", f'Write {key}={{"name": ...}}.')
    return name


def _value(key: str, name: str, value: Any) -> str:
    if key == "env":
        if not isinstance(value, str):
            raise SettingError(f"env[{name!r}]", value, "a string is expected", "Write str(...).")
        return value
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise SettingError(
            f"set[{name!r}]", value, "a JSON value is expected", "Write numbers, strings, lists and dicts alone."
        ) from None
