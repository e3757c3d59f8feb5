"""The command line of the container: the options of flytekit's ``pyflyte-execute``.

Not by argparse: importing it takes a sixth of the time that the command may
take to start, and these options are names with values.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HELP", "Arguments", "UsageError", "parse"]

_PROGRAM = "shimnb-execute"

# Each option, what stands for its value in the help, and what the engine leaves there when it has none to fill in.
_OPTIONS = {
    "inputs": ("FILE", "{{.input}}", "the inputs: a LiteralMap, at a path or a URI"),
    "output-prefix": ("FOLDER", "{{.outputPrefix}}", "where outputs.pb or error.pb is written"),
    "raw-output-data-prefix": ("FOLDER", "{{.rawOutputDataPrefix}}", "where files and frames are written"),
    "checkpoint-path": ("FOLDER", "{{.checkpointOutputPrefix}}", "where checkpoints are written"),
    "prev-checkpoint": ("FOLDER", "{{.prevCheckpointPrefix}}", "the checkpoint of the attempt before"),
    "resolver": ("LOCATION", "", "what loads the task: package.module.resolver"),
    "dynamic-addl-distro": ("FILE", "{{ .remote_package_path }}", "taken, and not used: no shim task is dynamic"),
    "dynamic-dest-dir": ("FOLDER", "{{ .dest_dir }}", "taken, and not used: no shim task is dynamic"),
}
_REQUIRED = ("inputs", "output-prefix", "resolver")
_PATHS = ("inputs", "output_prefix", "raw_output_data_prefix", "checkpoint_path", "prev_checkpoint")
_EMPTY = ("", '""')

HELP = "\n".join(
    [
        f"usage: {_PROGRAM} --inputs FILE --output-prefix FOLDER --resolver LOCATION [OPTION ...] -- ARGUMENT ...",
        "",
        "Run a shim task on its inputs, and write its outputs, or its error. What stands after -- is the",
        "resolver's: the template's file and the executor's path.",
        "",
        *(f"  --{f'{name} {value}':<32}{text}" for name, (value, _, text) in _OPTIONS.items()),
        f"  --{'test':<32}load the resolver, run nothing and write nothing",
        f"  --{'help':<32}show this text",
    ]
)


class UsageError(Exception):
    """A command line that cannot be understood.

    Parameters
    ----------
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, problem: str, remedy: str = f"{_PROGRAM} --help lists the options.") -> None:
        super().__init__(f"{_PROGRAM}: {problem}. {remedy}")


class Arguments:
    """A command line, understood. What the engine did not fill in is None."""

    # A plain class: the annotations of a NamedTuple, or of a dataclass, are compiled when it is imported.
    def __init__(self, given: dict[str, str], resolver_args: list[str], flags: set[str]) -> None:
        self.inputs = given.get("inputs", "")
        self.output_prefix = given.get("output-prefix", "")
        self.resolver = given.get("resolver", "")
        self.resolver_args = resolver_args
        self.raw_output_data_prefix = given.get("raw-output-data-prefix")
        self.checkpoint_path = given.get("checkpoint-path")
        self.prev_checkpoint = given.get("prev-checkpoint")
        self.test = "test" in flags
        self.help = "help" in flags

    def anchored(self) -> Arguments:
        """Return the arguments with absolute paths, for a run may change its working directory."""
        anchored = object.__new__(Arguments)
        anchored.__dict__.update(self.__dict__)
        for name in _PATHS:
            path = self.__dict__[name]
            if path and "://" not in path:
                with contextlib.suppress(OSError):  # the working directory is gone
                    setattr(anchored, name, os.path.abspath(path))
        return anchored


def parse(argv: list[str]) -> Arguments:
    """Understand a command line.

    Parameters
    ----------
    argv : list of str
        The arguments, without the program's name.

    Raises
    ------
    UsageError
        If an option is unknown, has no value or is missing.

    Examples
    --------
    >>> parse(["--inputs", "in.pb", "--output-prefix=out", "--resolver", "m.r", "--", "t.pb", "m.E"]).resolver_args
    ['t.pb', 'm.E']
    """
    given: dict[str, str] = {}
    flags: set[str] = set()
    loader: list[str] = []
    rest = iter(argv)
    for word in rest:
        if word == "--":
            loader.extend(rest)
        elif not word.startswith("--"):
            loader.append(word)
        else:
            name, equals, value = word[2:].partition("=")
            if name in ("test", "help"):
                if equals:
                    raise UsageError(f"--{name} takes no value")
                flags.add(name)
            else:
                _check(name)
                given[name] = value if equals else _value(name, rest)
    if "help" in flags:
        return Arguments({}, [], flags)
    filled = {name: value for name, value in given.items() if value not in (*_EMPTY, _OPTIONS[name][1])}
    for name in _REQUIRED:
        if name not in filled:
            raise UsageError(f"--{name} is missing", f"Give --{name} {_OPTIONS[name][0]}.")
    if not loader:
        raise UsageError(
            "the resolver's arguments are missing", "Give the template's file and the executor's path after --."
        )
    return Arguments(filled, loader, flags)


def _check(name: str) -> None:
    if name not in _OPTIONS:
        import difflib  # noqa: PLC0415  # only a mistake needs it

        near = difflib.get_close_matches(name, [*_OPTIONS, "test", "help"], 1)
        if near:
            raise UsageError(f"no option --{name}", f"Did you mean --{near[0]}?")
        raise UsageError(f"no option --{name}")


def _value(name: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None or (value.startswith("--") and value[2:].partition("=")[0] in {"", *_OPTIONS, "test", "help"}):
        raise UsageError(f"--{name} has no value", f"Give --{name} {_OPTIONS[name][0]}.")
    return value
