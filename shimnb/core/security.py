"""Secrets that a task asks for. Only their names: a value never stands here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from flyteidl.core import security_pb2

from shimnb.core.value import Value
from shimnb.errors import SettingError

__all__ = ["Secret", "SecurityContext"]

_ENVIRONMENT_NAME = r"[A-Z_][A-Z0-9_]*"


class SecretMountType(Enum):
    """How the cluster hands a secret to the container."""

    ANY = security_pb2.Secret.ANY
    ENV_VAR = security_pb2.Secret.ENV_VAR
    FILE = security_pb2.Secret.FILE


@dataclass(repr=False, eq=False)
class Secret(Value):
    """The name of a secret that the executor reads at run time.

    Parameters
    ----------
    group : str
        The secret's name; for Kubernetes, the name of the Secret object.
    key : str, optional
        The entry within the group.
    group_version : str, optional
        The version of the group.
    mount_requirement : Secret.MountType
        As an environment variable, as a file, or either.
    env_var : str, optional
        The environment variable that holds the value, or the file's path.

    Raises
    ------
    SettingError
        If the group is missing, or `env_var` is no name of a variable.

    Examples
    --------
    >>> Secret("warehouse", "password").to_flyte_idl().group
    'warehouse'
    """

    MountType: ClassVar[type[SecretMountType]] = SecretMountType

    group: str | None = None
    key: str | None = None
    group_version: str | None = None
    mount_requirement: SecretMountType = SecretMountType.ANY
    env_var: str | None = None

    def __post_init__(self) -> None:
        if self.group is None:
            raise SettingError("secret group", None, "missing", "Name the group: Secret(group=..., key=...).")
        if self.env_var is not None and not re.fullmatch(_ENVIRONMENT_NAME, self.env_var):
            raise SettingError(
                "secret env_var",
                self.env_var,
                "no name of an environment variable",
                "Use capital letters, digits and underscores, a letter first.",
            )

    def to_flyte_idl(self) -> security_pb2.Secret:
        """Return the message."""
        return security_pb2.Secret(
            group=self.group,
            key=self.key,
            group_version=self.group_version,
            mount_requirement=self.mount_requirement.value,
            env_var=self.env_var,
        )

    @classmethod
    def from_flyte_idl(cls, message: security_pb2.Secret) -> Secret:
        """Read the message; an empty text is an unset one."""
        return cls(
            group=message.group,
            key=message.key or None,
            group_version=message.group_version or None,
            mount_requirement=SecretMountType(message.mount_requirement),
            env_var=message.env_var or None,
        )


@dataclass(repr=False, eq=False)
class SecurityContext(Value):
    """What a task may do, and the secrets that it reads.

    Parameters
    ----------
    run_as : flyteidl.core.security_pb2.Identity, optional
        Whom the task runs as.
    secrets : list of Secret, optional
        Their names.
    tokens : list of flyteidl.core.security_pb2.OAuth2TokenRequest, optional
        Tokens that the task asks for.
    """

    run_as: security_pb2.Identity | None = None
    secrets: list[Secret] | None = None
    tokens: list[security_pb2.OAuth2TokenRequest] | None = None

    def to_flyte_idl(self) -> security_pb2.SecurityContext:
        """Return the message."""
        secrets = [secret.to_flyte_idl() for secret in self.secrets or ()]
        return security_pb2.SecurityContext(run_as=self.run_as, secrets=secrets, tokens=self.tokens)
