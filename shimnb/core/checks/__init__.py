"""What would go wrong with a task on a cluster, as data: from a task to findings, without a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shimnb.core.checks.changes import check_decks, check_serialized
from shimnb.core.checks.environment import check_environment, check_secret_values, check_secrets
from shimnb.core.checks.executor import check_constructor, check_import, check_names
from shimnb.core.checks.finding import Finding, count_words, ordered
from shimnb.core.checks.image import check_image
from shimnb.core.checks.losses import check_custom, check_interface, check_key_order
from shimnb.core.checks.portability import check_flytekit_inputs, check_flytekit_outputs, check_flytekit_task
from shimnb.core.checks.size import check_size
from shimnb.core.checks.subject import read

if TYPE_CHECKING:
    from typing import Any

    from shimnb.core.shim import ExecutableTemplateShimTask
    from shimnb.core.template import TaskTemplate

__all__ = ["Finding", "checks", "count_words"]

_CHECKS = (
    check_size,
    check_import,
    check_constructor,
    check_names,
    check_image,
    check_secret_values,
    check_serialized,
    check_secrets,
    check_custom,
    check_interface,
    check_key_order,
    check_environment,
    check_decks,
    check_flytekit_inputs,
    check_flytekit_outputs,
    check_flytekit_task,
)


def checks(task: ExecutableTemplateShimTask | TaskTemplate | Any) -> list[Finding]:
    """Look for what would go wrong on a cluster, or is other there than it looks here.

    Parameters
    ----------
    task : PythonCustomizedContainerTask, ExecutableTemplateShimTask or TaskTemplate
        The task. Of a loaded task, and of a template, there is less to look at.

    Returns
    -------
    list of Finding
        Errors first, notes last. What a plugin's own methods raise is a
        finding too.

    Raises
    ------
    ShimError
        If it is none of the three.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> from shimnb import TaskTemplate
    >>> container = tasks_pb2.Container(image="ghcr.io/me/sql")
    >>> for finding in checks(TaskTemplate(tasks_pb2.TaskTemplate(container=container))):
    ...     print(finding.severity, finding.path, finding.sentence)
    warning container.image The image 'ghcr.io/me/sql' has no tag, so it may change from one run to the next.
    """
    subject, findings = read(task)
    for check in _CHECKS:
        try:
            findings += check(subject)
        except Exception as error:  # noqa: BLE001, PERF203  # a plugin's own properties may raise anything
            findings.append(
                Finding(
                    "warning",
                    check.__name__.removeprefix("check_"),
                    f"This was not looked at: {type(error).__name__}: {error}.",
                    "Mend what raises it.",
                )
            )
    return ordered(findings)
