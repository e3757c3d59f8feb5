"""The environment of an isolated run: what a container would have, and not what the notebook happens to have.

Five sources, a later one winning: a short list of the notebook's variables,
which stand for what the machine and the cluster give to any container; what
Python needs so that its output comes at once; the engine's names of the task
and the execution; the container's own variables in the template; and the
secrets that the template requests, under the names that the engine gives
them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shimnb.core.secrets import SecretsManager
from shimnb.errors import ShimError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flyteidl.core import security_pb2

    from shimnb.core.template import TaskTemplate

__all__ = ["run_environment", "secret_variables"]

_PASSED = frozenset(
    {
        # where programs, libraries and the person's own settings are
        "PATH", "HOME", "USER", "LOGNAME", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
        "PYTHONNOUSERSITE",
        # language and time
        "LANG", "LANGUAGE", "TZ",
        # the way to the network
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "STORAGE_EMULATOR_HOST",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    }
)  # fmt: skip
_FAMILIES = ("LC_", "AWS_", "AZURE_", "FSSPEC_", "GOOGLE_")
"""The storage's credentials among them: a cluster gives them to the container by means of its own."""

_SECRETS = "_FSEC_"
"""What the engine's variables for secrets begin with."""


def run_environment(template: TaskTemplate, folder: Path) -> tuple[dict[str, str], frozenset[str]]:
    """Make the environment of a run.

    Parameters
    ----------
    template : TaskTemplate
        Its container's variables and its secret requests count.
    folder : pathlib.Path
        The run's folder.

    Returns
    -------
    dict of str to str
        The variables.
    frozenset of str
        The values of the secrets among them, which no message may show.

    Examples
    --------
    >>> from pathlib import Path
    >>> from flyteidl.core import literals_pb2, tasks_pb2
    >>> from shimnb import TaskTemplate
    >>> container = tasks_pb2.Container(env=[literals_pb2.KeyValuePair(key="MODE", value="fast")])
    >>> made, secrets = run_environment(TaskTemplate(tasks_pb2.TaskTemplate(container=container)), Path("/run"))
    >>> made["MODE"], made["PYTHONPATH"], secrets
    ('fast', '/run/code', frozenset())
    """
    own = dict(template.container.env) if template.container is not None else {}
    secrets = secret_variables(template)
    environment = {
        **{name: value for name, value in os.environ.items() if _is_passed(name)},
        # A container's temporary files go with it; these go with the folder, also those of a process that was killed.
        "TMPDIR": str(folder / "tmp"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        "PYTHONIOENCODING": "utf-8",
        **_identity(template),
        **own,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(folder / "code"), own.get("PYTHONPATH")])),
        # A secret that is not requested is not there, also where this machine has a folder of them.
        "FLYTE_SECRETS_DEFAULT_DIR": str(folder / "secrets"),
        **secrets,
    }
    return environment, frozenset(secrets.values())


def _identity(template: TaskTemplate) -> dict[str, str]:
    """Name the task and the execution, as the engine does; the execution is what it is in a call of the task."""
    task = template.id
    return {
        "FLYTE_INTERNAL_TASK_PROJECT": task.project,
        "FLYTE_INTERNAL_TASK_DOMAIN": task.domain,
        "FLYTE_INTERNAL_TASK_NAME": task.name,
        "FLYTE_INTERNAL_TASK_VERSION": task.version,
        "FLYTE_INTERNAL_EXECUTION_PROJECT": "local",
        "FLYTE_INTERNAL_EXECUTION_DOMAIN": "local",
        "FLYTE_INTERNAL_EXECUTION_ID": "local",
        "FLYTE_ATTEMPT_NUMBER": "0",
    }


def _is_passed(name: str) -> bool:
    return name.upper() in _PASSED if name.lower().endswith("_proxy") else name in _PASSED or name.startswith(_FAMILIES)


def secret_variables(template: TaskTemplate) -> Mapping[str, str]:
    """Look up the secrets that a template requests, and name them as the engine does.

    Parameters
    ----------
    template : TaskTemplate
        The template.

    Returns
    -------
    mapping of str to str
        The variables; one that is not on this machine is left out, and the
        executor that asks for it gets the error that it would get anywhere.
    """
    found: dict[str, str] = {}
    context = template.security_context
    for secret in context.secrets if context is not None else ():
        try:
            value = SecretsManager(local=True).get(secret.group, secret.key, secret.group_version)
        except (ShimError, OSError, UnicodeError):
            continue
        for name in _names(secret):
            found[name] = value
    return found


def _names(secret: security_pb2.Secret) -> list[str]:
    parts = [part.upper() for part in (secret.group, secret.group_version, secret.key) if part]
    # The variable that a file's path would be in stays away with the file: the value goes into no file.
    own = [secret.env_var] if secret.env_var and secret.mount_requirement != secret.FILE else []
    return [_SECRETS + "_".join(parts), *own]
