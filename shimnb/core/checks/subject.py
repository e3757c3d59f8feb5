"""What the checks look at: read off a task once, whatever kind it is, and whatever its methods raise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shimnb.core.checks.finding import Finding
from shimnb.core.sensitive import looks_secret
from shimnb.core.shim import ExecutableTemplateShimTask
from shimnb.core.task import PythonCustomizedContainerTask
from shimnb.core.template import TaskTemplate
from shimnb.errors import CustomError, OverrideError, SettingError, ShimError, shorten

if TYPE_CHECKING:
    from shimnb.core.shim import ShimTaskExecutor

__all__ = ["Subject", "raised", "read"]

# What a plugin may write, and the place in the template that it fills.
_METHODS = (
    ("get_custom", "custom"),
    ("get_config", "config"),
    ("get_container", "container"),
    ("get_k8s_pod", "k8s_pod"),
    ("get_sql", "sql"),
    ("get_extended_resources", "extended_resources"),
)


@dataclass(frozen=True)
class Subject:
    """What is known of a task.

    Parameters
    ----------
    template : TaskTemplate or None
        Its template; None when it cannot be made.
    task : PythonCustomizedContainerTask or None
        The live task; None when there is a template only.
    executor : type or None
        The executor's class, where it is known.
    custom : dict or None
        `custom` as the plugin gave it; None where it is not known.
    """

    template: TaskTemplate | None
    task: PythonCustomizedContainerTask[Any] | None = None
    executor: type[ShimTaskExecutor[Any]] | None = None
    custom: Any = None

    @property
    def command(self) -> list[str]:
        """The container's command line; empty without a container."""
        container = self.template.container if self.template else None
        return container.args if container else []


def read(task: object) -> tuple[Subject, list[Finding]]:
    """Read a task, a loaded task or a template.

    Returns
    -------
    tuple of Subject, list of Finding
        What is known; and an error for each method that raised one.

    Raises
    ------
    ShimError
        If it is none of the three.
    """
    if isinstance(task, TaskTemplate):
        return Subject(task), []
    if isinstance(task, PythonCustomizedContainerTask):
        return _read_live(task)
    if isinstance(task, ExecutableTemplateShimTask):
        return Subject(task.task_template, executor=task.executor_type), []
    raise ShimError(
        f"{shorten(task)} is no task", where="checks", remedy="Pass a task, or the template that one was made of."
    )


def _read_live(task: PythonCustomizedContainerTask[Any]) -> tuple[Subject, list[Finding]]:
    try:
        template = task.task_template
    except Exception as error:  # noqa: BLE001  # a plugin's own methods may raise anything
        return Subject(None, task, task.executor_type), _failures(task, error)
    return Subject(template, task, task.executor_type, task.get_custom(task.settings)), []


def _failures(task: PythonCustomizedContainerTask[Any], error: Exception) -> list[Finding]:
    """Find all methods that raise, and not only the one that did first."""
    found = []
    for method, path in _METHODS:
        try:
            getattr(task, method)(task.settings)
        except Exception as own:  # noqa: BLE001, PERF203  # as above
            found.append(raised(method, path, own))
    if isinstance(error, CustomError) or not found:
        found.append(raised("serialize_to_model", "template", error))
    return found


def raised(method: str, path: str, error: Exception) -> Finding:
    """Make a finding of what a method raised.

    Examples
    --------
    >>> print(raised("get_custom", "custom", KeyError("uri")))
    error: custom: get_custom raised KeyError: 'uri'. Mend get_custom: without it there is no template.
    """
    if isinstance(error, CustomError):
        # The error's own words show the value.
        what = error.problem if looks_secret(error.path) else error.what
        return Finding("error", f"custom{error.path.removeprefix('$')}", _sentence(what), error.remedy)
    if isinstance(error, SettingError) and error.setting == "container_image":
        return Finding("error", "container.image", _sentence(error.what), error.remedy)
    if isinstance(error, OverrideError):
        return Finding("error", path, f"The method {error.what}.", error.remedy)
    if isinstance(error, ShimError):
        return Finding("error", path, _sentence(error.what), error.remedy)
    return Finding(
        "error",
        path,
        f"{method} raised {type(error).__name__}: {error}.",
        f"Mend {method}: without it there is no template.",
    )


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."
