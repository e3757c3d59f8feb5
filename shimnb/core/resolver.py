"""From a template's file and an executor's path back to a task that can run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from shimnb.core.context import FlyteContextManager
from shimnb.core.shim import ExecutableTemplateShimTask, ShimTaskExecutor, import_path
from shimnb.core.template import TaskTemplate
from shimnb.core.tracker import TrackedInstance
from shimnb.errors import FileError, TemplateError

if TYPE_CHECKING:
    from shimnb.core.settings import SerializationSettings

__all__ = ["TaskTemplateResolver", "default_task_template_resolver"]

_ARGUMENTS = 2


class TaskTemplateResolver(TrackedInstance):
    """Loads a shim task from its template, and from nothing else.

    Unlike other resolvers it gives back no object that was there before: the
    result is always an `ExecutableTemplateShimTask`, which knows what the
    template holds.

    Examples
    --------
    >>> default_task_template_resolver.location
    'shimnb.core.resolver.default_task_template_resolver'
    """

    def name(self) -> str:
        """Return the resolver's name."""
        return "task template resolver"

    def load_task(self, loader_args: list[str]) -> ExecutableTemplateShimTask:
        """Load a task.

        Parameters
        ----------
        loader_args : list of str
            The template's file and the executor's path, ``package.module.Executor``.

        Raises
        ------
        TemplateError
            If the file cannot be read or is no template, or the executor
            cannot be imported.
        ExecutorError
            If the executor has no `execute_from_model`, or needs arguments.
        """
        if len(loader_args) != _ARGUMENTS:
            raise TemplateError(
                "loader arguments",
                f"{len(loader_args)} arguments",
                "Give two: the template's file, and the executor's path.",
            )
        path, executor = loader_args
        return ExecutableTemplateShimTask(_read(path), _load(executor))

    def loader_args(self, settings: SerializationSettings, t: Any) -> list[str]:  # noqa: ARG002  # flytekit's signature
        """Return the arguments that `load_task` gets in the container."""
        return ["{{.taskTemplatePath}}", import_path(t.executor_type)]

    def get_all_tasks(self) -> list[Any]:
        """Return an empty list: no task is registered here."""
        return []

    def task_name(self, t: Any) -> str | None:  # noqa: ARG002  # flytekit's signature
        """Return None: a task has the name that it was given."""
        return None


def _read(path: str) -> TaskTemplate:
    access = FlyteContextManager.current_context().file_access
    remedy = "Give the file that holds the template."
    local = path.removeprefix("file://")
    try:
        if access.is_remote(path):
            local = access.get_random_local_path("task_template.pb")
            access.get_data(path, local)
        # Not by pathlib: see core/files.py.
        with open(local, "rb") as file:  # noqa: PTH123
            encoded = file.read()
    except FileError as error:
        raise TemplateError(
            error.path, f"the template cannot be read: {error.problem}", error.remedy or remedy
        ) from error
    except OSError as error:
        raise TemplateError(path, f"the template cannot be read ({error.strerror})", remedy) from error
    return TaskTemplate.from_bytes(encoded, path)


def _load(path: str) -> type[ShimTaskExecutor[Any]]:
    module_name, _, name = path.rpartition(".")
    remedy = "Give the path by which Python imports the class: package.module.Executor."
    if not module_name or not name or module_name.startswith("."):
        raise TemplateError(path, "no path of a module and a class", remedy)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise TemplateError(path, f"its module cannot be imported ({error})", remedy) from error
    try:
        executor: type[ShimTaskExecutor[Any]] = getattr(module, name)
    except AttributeError as error:
        raise TemplateError(path, f"the module {module_name} has no {name}", remedy) from error
    return executor


default_task_template_resolver = TaskTemplateResolver()
