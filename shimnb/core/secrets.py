"""Secrets of a run, from where the engine puts them."""

from __future__ import annotations

import os

from shimnb.core.watch import watcher
from shimnb.errors import SecretError, SettingError

__all__ = ["SecretsManager"]


class SecretsManager:
    """Secrets by group and key, from the environment or a file, as the engine lays them out.

    Parameters
    ----------
    local : bool
        Whether the run is on this machine: the variable ``GROUP_KEY`` counts too.

    Notes
    -----
    A secret is looked up in the variable ``_FSEC_GROUP_KEY``, in a local run
    also in ``GROUP_KEY``, and then in the file ``GROUP/KEY`` (lower case) of
    ``FLYTE_SECRETS_DEFAULT_DIR``, ``/etc/secrets`` when that is not set.
    """

    def __init__(self, *, local: bool = True) -> None:
        self._local = local

    def get(
        self,
        group: str | None = None,
        key: str | None = None,
        group_version: str | None = None,
        encode_mode: str = "r",
    ) -> str:
        """Return a secret's value.

        Raises
        ------
        SettingError
            If nothing is named, a name would lead out of the secrets' folder,
            or the mode is no way to read.
        SecretError
            If it is neither in the environment nor in the folder, or cannot be
            read. The message names where it was looked for, and holds no value.
        """
        value = self._find(group, key, group_version, encode_mode)
        who = watcher()
        if who is not None:
            known: object = value  # bytes with "rb", whatever the annotation says
            who.secret(known.decode("utf-8", "replace") if isinstance(known, bytes) else value)
        return value

    def _find(self, group: str | None, key: str | None, group_version: str | None, encode_mode: str) -> str:
        parts = [part for part in (group, group_version, key) if part]
        if not parts:
            raise SettingError("secret", None, "neither a group nor a key", "Name the group: secrets.get(group, key).")
        for part in parts:
            if part in (os.curdir, os.pardir) or set(part) & {"/", "\\", "\0"}:
                raise SettingError("secret", part, "no name of a secret", "Use a name without slashes.")
        if encode_mode not in ("r", "rb"):
            raise SettingError("secret encode_mode", encode_mode, "no way to read a secret", "Use 'r', or 'rb'.")
        names = [self.get_secrets_env_var(group, key, group_version)]
        if self._local:
            names.append("_".join(parts).upper())
        for name in names:
            if name in os.environ:
                return os.environ[name].strip()
        path = self.get_secrets_file(group, key, group_version)
        if os.path.exists(path):
            return _read(path, encode_mode, "/".join(parts))
        raise SecretError(
            "/".join(parts),
            f"no such secret in the environment ({' or '.join(dict.fromkeys(names))}) or in the file {path}",
            "Set one of the variables, and request it: secret_requests=[Secret(group, key)].",
        )

    def get_secrets_env_var(
        self, group: str | None = None, key: str | None = None, group_version: str | None = None
    ) -> str:
        """Name the environment variable that the engine sets."""
        return _setting("ENV_PREFIX", "_FSEC_") + "_".join(part.upper() for part in (group, group_version, key) if part)

    def get_secrets_file(
        self, group: str | None = None, key: str | None = None, group_version: str | None = None
    ) -> str:
        """Name the file that the engine mounts."""
        *folders, name = [part.lower() for part in (group, group_version, key) if part]
        return os.path.join(_setting("DEFAULT_DIR", "/etc/secrets"), *folders, _setting("FILE_PREFIX", "") + name)

    def __getattr__(self, group: str) -> _GroupSecrets:
        if group.startswith("__"):
            raise AttributeError(group)
        return _GroupSecrets(self, group)


def _setting(name: str, default: str) -> str:
    # A variable that is empty stands for the default, as it does for flytekit.
    return (os.environ.get(f"FLYTE_SECRETS_{name}") or default).strip()


def _read(path: str, mode: str, secret: str) -> str:
    try:
        with open(path, mode, encoding=None if "b" in mode else "utf-8") as file:
            return file.read().strip()  # type: ignore[no-any-return]  # bytes with "rb", by flytekit's signature a str
    except OSError as error:
        raise SecretError(
            secret, f"the file {path} cannot be read ({error.strerror})", "It has to be a file that the run may read."
        ) from None
    except UnicodeDecodeError:
        problem = f"the file {path} is no text in UTF-8"
    # Outside of the handler: that error holds the bytes themselves, and would hang on this one.
    raise SecretError(secret, problem, "Read bytes: secrets.get(group, key, encode_mode='rb').")


class _GroupSecrets:
    def __init__(self, manager: SecretsManager, group: str) -> None:
        self._manager = manager
        self._group = group

    def __getattr__(self, key: str) -> str:
        if key.startswith("__"):
            raise AttributeError(key)
        return self._manager.get(self._group, key)
