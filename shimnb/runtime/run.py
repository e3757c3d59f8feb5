"""The order of a run: load the task, read its inputs, run it, and write how it ended."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2
from google.protobuf.message import DecodeError

from shimnb.core.context import FlyteContextManager
from shimnb.core.files import FileAccessProvider
from shimnb.errors import FlyteUserRuntimeException, InputError, OutputError, TemplateError
from shimnb.runtime import endings, places, surroundings
from shimnb.runtime.offload import output_files
from shimnb.runtime.signals import Terminated

if TYPE_CHECKING:
    from collections.abc import Callable

    from shimnb.core.context import FlyteContext
    from shimnb.runtime.arguments import Arguments

__all__ = ["find_resolver", "run"]


def run(arguments: Arguments, claim: Callable[[], bool]) -> int | None:
    """Run a task, and write its outputs or its error.

    Parameters
    ----------
    arguments : Arguments
        The command line.
    claim : callable
        Asked before anything is written: False when a signal has ended the
        run.

    Returns
    -------
    int or None
        The exit code; None when a signal has ended the run.
    """
    files = FileAccessProvider(raw_output_prefix=surroundings.raw_output_prefix(arguments))
    work = _Work(arguments, files)
    failure: BaseException | None = None
    outputs: dict[str, bytes] = {}
    try:
        try:
            outputs = work.outputs()
        except Terminated:
            raise
        except BaseException as error:  # noqa: BLE001  # what ends a process ends no run without an error
            failure = error
        if not claim():
            return None
        if failure is None:
            try:
                endings.write_outputs(files, arguments.output_prefix, outputs)
            except Exception as error:  # noqa: BLE001  # each file system has errors of its own
                failure = error
        return 0 if failure is None else endings.fail(files, arguments.output_prefix, failure)
    finally:
        if work.leaves_deck:
            endings.write_deck(files, arguments.output_prefix, work.decks)


class _Work:
    """A run up to its outputs, and what it leaves when it does not get that far."""

    def __init__(self, arguments: Arguments, files: FileAccessProvider) -> None:
        self.arguments = arguments
        self.files = files
        self.decks: list[Any] = []
        self.leaves_deck = False

    def outputs(self) -> dict[str, bytes]:
        """Give the files of the outputs."""
        context = surroundings.context(self.arguments, self.files, self.decks)
        with FlyteContextManager.with_context(context):
            try:
                task = self._load()
            except Terminated:
                raise
            except BaseException as error:
                # As flytekit does: what cannot be loaded is an error of the task's author.
                raise FlyteUserRuntimeException(error) from error
            return self._run(context, task)

    def _load(self) -> Any:
        surroundings.add_working_directory()
        arguments = self.arguments.resolver_args
        task = find_resolver(self.arguments.resolver).load_task(loader_args=arguments)
        template = task.task_template
        if not template.id.name:
            # Few bytes at random are no message; none at all are an empty one.
            raise TemplateError(
                arguments[0], f"{template.size} bytes that name no task", "Give the file that holds the template."
            )
        self.leaves_deck = template.metadata.generates_deck
        return task

    def _run(self, context: FlyteContext, task: Any) -> dict[str, bytes]:
        name = task.task_template.id.name
        outputs = task.dispatch_execute(context, self._inputs(name))
        if not isinstance(outputs, literals_pb2.LiteralMap):
            raise OutputError(name, f"it ended with a {type(outputs).__name__}", "Let it return a LiteralMap.")
        variables = task.task_template.interface.outputs
        return output_files(name, outputs, variables, self.arguments.output_prefix)

    def _inputs(self, task: str) -> literals_pb2.LiteralMap:
        data = places.read(self.files, self.arguments.inputs)
        inputs = literals_pb2.LiteralMap()
        try:
            inputs.ParseFromString(data)
        except (DecodeError, ValueError) as error:
            problem = f"the file of the inputs has {len(data)} bytes that are no LiteralMap ({error})"
            raise InputError(task, (), problem, "Give the inputs.pb that the engine wrote.") from error
        return inputs


def find_resolver(location: str) -> Any:
    """Import what loads the task.

    Raises
    ------
    TemplateError
        If there is no such thing, or it loads no tasks.

    Examples
    --------
    >>> find_resolver("shimnb.core.resolver.default_task_template_resolver").name()
    'task template resolver'
    """
    module, _, name = location.rpartition(".")
    remedy = "Give the path by which Python imports it: package.module.resolver."
    if not module or not name or module.startswith("."):
        raise TemplateError(location, "no path of a module and a resolver", remedy)
    try:
        resolver = getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise TemplateError(location, f"the resolver's module cannot be imported ({error})", remedy) from error
    except AttributeError as error:
        raise TemplateError(location, f"the module {module} has no {name}", remedy) from error
    if not callable(getattr(resolver, "load_task", None)):
        raise TemplateError(location, "it has no load_task", "Name a resolver, such as a TaskTemplateResolver.")
    return resolver
