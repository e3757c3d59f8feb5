"""The container's command, ``shimnb-execute``."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from shimnb.runtime.arguments import HELP, UsageError, parse
from shimnb.runtime.signals import Guard, Terminated

if TYPE_CHECKING:
    import traceback
    from collections.abc import Sequence

    from shimnb.runtime.arguments import Arguments

__all__ = ["main"]

_MISUSED = 2


def main(argv: list[str] | None = None) -> int:
    """Run a task in the engine's container.

    Parameters
    ----------
    argv : list of str, optional
        The command line without the program's name; the process's own when
        left out.

    Returns
    -------
    int
        The exit code: 0 with ``outputs.pb`` or ``error.pb`` written, 1 when
        nothing could be written, or with an error where the engine asks for
        that by ``FLYTE_FAIL_ON_ERROR``; 2 for a command line that cannot be
        understood; 128 and the signal's number after a signal; what the
        executor gave to ``sys.exit``.

    Examples
    --------
    >>> main(["--help"])  # doctest: +ELLIPSIS
    usage: shimnb-execute --inputs FILE --output-prefix FOLDER --resolver LOCATION ...
    0
    """
    try:
        arguments = parse(sys.argv[1:] if argv is None else argv)
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return _MISUSED
    if arguments.help:
        sys.stdout.write(f"{HELP}\n")
        return 0
    _show_crashes()
    return _test(arguments) if arguments.test else _run(arguments.anchored())


def _run(arguments: Arguments) -> int:
    def report(name: str, stack: Sequence[traceback.FrameSummary]) -> None:
        from shimnb.runtime import endings  # noqa: PLC0415  # see below

        endings.terminate(arguments.output_prefix, name, stack)

    with Guard(report) as guard:
        try:
            # Imported here, as most of a run's start goes into it: a signal that comes meanwhile is heard.
            from shimnb.runtime.run import run  # noqa: PLC0415

            code = run(arguments, guard.claim)
        except Terminated:
            return guard.end()
        return guard.end() if code is None else code


def _test(arguments: Arguments) -> int:
    from shimnb.errors import TemplateError  # noqa: PLC0415  # this one is rarely asked for
    from shimnb.runtime import surroundings  # noqa: PLC0415
    from shimnb.runtime.run import find_resolver  # noqa: PLC0415

    surroundings.add_working_directory()
    try:
        find_resolver(arguments.resolver)
    except TemplateError as error:
        sys.stderr.write(f"shimnb-execute: {error}\n")
        return 1
    return 0


def _show_crashes() -> None:
    """Let a crash, and SIGUSR1, show where each thread is."""
    import faulthandler  # noqa: PLC0415  # not for --help

    try:
        if not faulthandler.is_enabled():
            faulthandler.enable()
        if hasattr(signal, "SIGUSR1"):  # not on Windows
            faulthandler.register(signal.SIGUSR1)
    except (AttributeError, OSError, ValueError):  # there is no stderr, or one that is no file
        return
