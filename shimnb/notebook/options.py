"""The options of ``%%shimtask``: one parser, from which the help is made too.

Parsing ends in a frozen `TaskOptions` that holds what was written, checked one
by one; what the options mean for a task is `generate`'s business.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "Option",
    "OptionParser",
    "SecretOption",
    "TaskOptions",
    "nearest",
    "option_parser",
    "strict_json",
    "task_options",
]

_RESOURCES = {
    "cpu": ("500m", "1", "2", "4"),
    "mem": ("256Mi", "512Mi", "1Gi", "4Gi"),
    "gpu": ("1",),
    "ephemeral_storage": ("1Gi", "10Gi"),
}
_OWN_IMAGE = "{{.image.default.fqn}}:{{.image.default.version}}"
_QUANTITY = re.compile(r"\d+(\.\d+)?(m|k|[KMGTPE]i?)?")
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_WIDTH = 88

_EXAMPLES = """\
A cell is a Python module of its own, written at one of three levels.

  A function; its keywords are the task's inputs:

    %%shimtask greet
    def execute(tt, *, name: str) -> str:
        return f"hello {name}"

  An executor, and a Config that becomes `custom` in the template:

    %%shimtask greet --image ghcr.io/me/greet:1 --set greeting=salut
    from dataclasses import dataclass
    from shimnb import ShimTaskExecutor

    @dataclass
    class Config:
        greeting: str = "hello"

    class Executor(ShimTaskExecutor):
        def execute_from_model(self, tt, *, name: str) -> str:
            return f"{tt.custom['greeting']} {name}"

  Everything by hand: a subclass of PythonCustomizedContainerTask, its executor,
  and an instance named `greet`. Options are then written in the cell:

    %%shimtask greet
    from shimnb import PythonCustomizedContainerTask, ShimTaskExecutor, executor_interface

    class Executor(ShimTaskExecutor):
        def execute_from_model(self, tt, *, name: str) -> str:
            return f"hello {name}"

    class GreetTask(PythonCustomizedContainerTask[None]):
        def __init__(self, name: str) -> None:
            interface = executor_interface(Executor)
            super().__init__(name, None, "ghcr.io/me/greet:1", Executor, interface=interface)

        def get_custom(self, settings):
            return {"greeting": "hello"}

    greet = GreetTask("greet")

`greet(name="you")` runs the task, and `shimnb.panel(greet)` shows it again.

`{expression}` and `$name` on the line are the notebook's values; Flyte's own `{{...}}` stays."""


def strict_json(text: str) -> Any:
    """Read a JSON value, without the NaN and Infinity that JSON does not have.

    Parameters
    ----------
    text : str
        One JSON value.

    Raises
    ------
    ValueError
        If the text is no JSON; the message says where.

    Examples
    --------
    >>> strict_json('{"limit": 3}')
    {'limit': 3}
    """
    value = json.loads(text, parse_constant=_no_constant)
    json.dumps(value, allow_nan=False)  # 1e999 reads as infinity
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def nearest(name: str, known: Iterable[str]) -> str:
    """Word a suggestion: the known name that is most like `name`, or nothing.

    Examples
    --------
    >>> nearest("querry", ["uri", "query"])
    "Did you mean 'query'?"
    """
    from difflib import get_close_matches  # noqa: PLC0415  # for a mistake alone

    close = get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True)
class SecretOption:
    """A secret's name, and how it is mounted: ``any``, ``env`` or ``file``."""

    group: str
    key: str
    mount: str = "any"


@dataclass(frozen=True)
class TaskOptions:
    """What was written on the magic's line, or given to `shimnb.define`.

    Parameters
    ----------
    image, task_type : str, optional
        The container's image, and the task's type.
    requests, limits : dict of str
        Kubernetes quantities by ``cpu``, ``mem``, ``gpu``, ``ephemeral_storage``.
    environment : dict of str
        The container's environment.
    secrets : tuple of SecretOption
        Names only.
    retries, timeout : int, optional
        Attempts after the first; seconds.
    cache_version : str, optional
        Turns the cache on.
    interruptible : bool, optional
        None leaves it to the workflow.
    deck : bool, optional
        Whether a run leaves decks.
    set : tuple of (str, str)
        ``--set`` as it was written: the key, and the text of the value.
    include : tuple of str
        Names of the notebook whose source is copied into the module.
    """

    image: str | None = None
    task_type: str | None = None
    requests: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    secrets: tuple[SecretOption, ...] = ()
    retries: int | None = None
    timeout: int | None = None
    cache_version: str | None = None
    interruptible: bool | None = None
    deck: bool | None = None
    set: tuple[tuple[str, str], ...] = ()
    include: tuple[str, ...] = ()

    def written(self) -> list[str]:
        """Name the options of the task that were given, as they are written on the line.

        ``--include`` is not among them: it is about the cell, not the task,
        so that it holds for a task that is made by hand too.

        Examples
        --------
        >>> TaskOptions(retries=2, limits=(("mem", "1Gi"),)).written()
        ['--limit-mem', '--retries']
        """
        names: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None or value == () or field.name == "include":
                continue
            if field.name in ("requests", "limits"):
                prefix = "" if field.name == "requests" else "limit-"
                names += [f"--{prefix}{name.replace('_', '-')}" for name, _ in value]
            else:
                names.append(_FLAGS.get(field.name, f"--{field.name.replace('_', '-')}"))
        return names


_FLAGS = {"environment": "--env", "secrets": "--secret"}


@dataclass(frozen=True)
class Option:
    """An option of the line: argparse's action, and the values to suggest."""

    action: argparse.Action
    samples: tuple[str, ...] = ()

    @property
    def takes_value(self) -> bool:
        """Whether a value follows it."""
        return self.action.nargs != 0

    @property
    def repeats(self) -> bool:
        """Whether it may be given several times."""
        return isinstance(self.action.default, list)


class OptionParser(argparse.ArgumentParser):
    """A parser whose mistakes are IPython's `UsageError`, with the nearest option.

    Attributes
    ----------
    by_flag : dict of str to Option
        The options, by how they are written: what the completion goes by.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by_flag: dict[str, Option] = {}

    def error(self, message: str) -> NoReturn:
        """Raise a UsageError; argparse's own would end the process."""
        from IPython.core.error import UsageError  # noqa: PLC0415  # `shimnb.define` reads options without IPython

        message = message.removeprefix("argument ")
        stop = "" if message.endswith("?") else "."
        raise UsageError(f"{message}{stop} `%%shimtask --help` lists the options.")

    def add(self, flag: str, *, samples: Iterable[str] = (), **kwargs: Any) -> None:
        """Add an option, and the values to suggest where nothing was given before."""
        action = self.add_argument(flag, **kwargs)
        self.by_flag.update((each, Option(action, tuple(samples))) for each in action.option_strings)

    def options(self) -> list[str]:
        """List every option, as it is written."""
        return list(self.by_flag)

    def parse_tokens(self, tokens: list[str]) -> argparse.Namespace:
        """Parse the words of a line; `name` is None when the line has none.

        Raises
        ------
        UsageError
            If an option is unknown, lacks its value, or has one that it cannot
            take, or if there are two names.
        """
        # NAME is taken from what is left over: argparse (bpo-15112) lets an optional positional match nothing
        # when an option stands before it.
        parsed, rest = self.parse_known_args(tokens)
        for word in rest:
            if word.startswith("-"):
                flag = word.partition("=")[0]
                self.error(f"unknown option {flag}. {nearest(flag, self.options())}".removesuffix(". "))
        if len(rest) > 1:
            self.error(f"one name is expected, got {len(rest)}: {', '.join(rest)}")
        parsed.name = rest[0] if rest else None
        return parsed


def _pair(example: str) -> Callable[[str], tuple[str, str]]:
    def parse(text: str) -> tuple[str, str]:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise argparse.ArgumentTypeError(f"{text!r} is no KEY=VALUE. Write {example}")
        return key, value

    return parse


def _set_pair(text: str) -> tuple[str, str]:
    key, value = _pair('--set query="select 1"')(text)
    if value.startswith(("[", "{")):
        try:
            strict_json(value)
        except ValueError as error:
            # A list or an object that was mistyped must not become a string silently.
            raise argparse.ArgumentTypeError(
                f"the value of {key!r} looks like JSON and is none: {error}. Write --set {key}='[1, 2]'"
            ) from error
    return key, value


def _quantity(text: str) -> str:
    if not _QUANTITY.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no Kubernetes quantity. Write one such as 500m, 2 or 512Mi")
    return text


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count of attempts. Write a whole number, 0 or more")
    return int(text)


def _seconds(text: str) -> int:
    if text.isdecimal():
        return int(text)
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration. Write seconds, or a form such as 1h30m")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _secret(text: str) -> SecretOption:
    name, _, mount = text.partition(":")
    group, slash, key = name.partition("/")
    if not slash or not group or not key or mount not in ("", "env", "file"):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no secret's name. Write GROUP/KEY, GROUP/KEY:env or GROUP/KEY:file"
        )
    return SecretOption(group, key, mount or "any")


def _name(text: str) -> str:
    if not text.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is no name. Write one that the notebook defines")
    return text


def option_parser() -> OptionParser:
    """Make the parser of ``%%shimtask``."""
    parser = OptionParser(
        prog="%%shimtask",
        usage="%%%%shimtask NAME [options]",
        description="Make a Flyte shim task of this cell, and answer with its panel.\n"
        "NAME is the task's name, and the variable that holds it.",
        epilog=_EXAMPLES,
        add_help=False,
        allow_abbrev=False,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=30, width=_WIDTH),
    )
    add = parser.add
    many: dict[str, Any] = {"action": "append", "default": []}  # argparse copies the list
    add("--help", action="store_true", help="show this, and do nothing else")
    add("--image", samples=[_OWN_IMAGE], help="the container's image: ghcr.io/me/sql:1, or {{.image.NAME.fqn}}:TAG")
    add(
        "--task-type",
        metavar="TYPE",
        samples=["python-task"],
        help="the task's type, which the cluster's plugins go by (python-task)",
    )
    add(
        "--set",
        type=_set_pair,
        metavar="KEY=VALUE",
        help="a field of Config, or an entry of custom; JSON, or else a string (repeatable)",
        **many,
    )
    for prefix, which in (("", "that is requested"), ("limit-", "that is never exceeded")):
        for name, samples in _RESOURCES.items():
            flag = name.replace("_", "-")
            text = f"{flag} {which}"
            add(f"--{prefix}{flag}", type=_quantity, metavar="QUANTITY", samples=samples, help=text)
    add(
        "--env",
        type=_pair("--env LANG=C"),
        metavar="KEY=VALUE",
        help="a variable of the container's environment (repeatable)",
        **many,
    )
    add(
        "--secret",
        type=_secret,
        metavar="GROUP/KEY[:env|file]",
        help="a secret's name, never its value (repeatable)",
        **many,
    )
    add("--retries", type=_count, metavar="N", samples=["1", "2", "3"], help="attempts after the first")
    add(
        "--timeout",
        type=_seconds,
        metavar="DURATION",
        samples=["10m", "1h", "1h30m"],
        help="longest run time: seconds, or 1h30m",
    )
    add("--cache-version", metavar="VERSION", help="reuse results of this version; turns the cache on")
    add("--interruptible", action=argparse.BooleanOptionalAction, help="whether the run may be moved to another node")
    add(
        "--deck",
        action="store_const",
        const=True,
        help="leave a page about each run: its inputs, outputs, times and source, and the executor's own decks",
    )
    add(
        "--include",
        type=_name,
        metavar="NAME",
        help="copy the source of the notebook's function, class or import into the module (repeatable)",
        **many,
    )
    add("--no-panel", action="store_true", help="define the task, and show nothing")
    return parser


def task_options(parsed: argparse.Namespace) -> TaskOptions:
    """Take what concerns the task from a parsed line."""

    def quantities(prefix: str) -> tuple[tuple[str, str], ...]:
        given = ((name, getattr(parsed, prefix + name)) for name in _RESOURCES)
        return tuple((name, value) for name, value in given if value is not None)

    return TaskOptions(
        image=parsed.image,
        task_type=parsed.task_type,
        requests=quantities(""),
        limits=quantities("limit_"),
        environment=tuple(parsed.env),
        secrets=tuple(parsed.secret),
        retries=parsed.retries,
        timeout=parsed.timeout,
        cache_version=parsed.cache_version,
        interruptible=parsed.interruptible,
        deck=parsed.deck,
        set=tuple(parsed.set),
        include=tuple(parsed.include),
    )
