"""What surrounds a run: secrets that are asked for, secrets that are given away, variables of the container."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shimnb.core.checks.finding import Finding, listed
from shimnb.core.secrets import SecretsManager
from shimnb.core.sensitive import holds_secret, is_secret, names_secret
from shimnb.errors import ShimError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.core.checks.subject import Subject

__all__ = ["check_environment", "check_secret_values", "check_secrets"]


def check_secrets(subject: Subject) -> Iterator[Finding]:
    """Look whether the secrets that the task asks for are on this machine; no value is read into a finding."""
    missing = [secret for secret in _requested(subject.template) if not _is_here(secret)] if subject.template else []
    if not missing:
        return
    names = [_name(secret) for secret in missing]
    variables = [secret.env_var or SecretsManager().get_secrets_env_var(*_parts(secret)) for secret in missing]
    s, are, it = ("", "is", "it") if len(names) == 1 else ("s", "are", "them")
    yield Finding(
        "warning",
        "security_context.secrets",
        f"The secret{s} {listed(names)} {are} not on this machine: a run here fails when it asks for {it}.",
        f"Set the variable{s} {listed(variables)}.",
    )


def _parts(secret: Any) -> tuple[str | None, str | None, str | None]:
    """Return a secret's group, key and version; a message has empty texts for what is unset."""
    return secret.group or None, secret.key or None, secret.group_version or None


def _name(secret: Any) -> str:
    return "/".join(part for part in (secret.group, secret.group_version, secret.key) if part)


def _is_here(secret: Any) -> bool:
    if secret.env_var and secret.env_var in os.environ:
        return True
    group, key, version = _parts(secret)
    manager = SecretsManager()
    try:
        manager.get(group, key, version)
    except ShimError:
        # A group without a key is mounted as a folder of its keys.
        return key is None and Path(manager.get_secrets_file(group, None, version)).is_dir()
    except (OSError, UnicodeDecodeError):
        return True  # it is there, and whether this process may read it is another matter
    return True


def check_secret_values(subject: Subject) -> Iterator[Finding]:
    """Look for what looks like a secret in the template, which everybody reads who may see the task."""
    template = subject.template
    if template is None:
        return
    found = [f"container.env.{name}" for name, value in _environment(subject).items() if is_secret(name, value)]
    # The bytes are asked first, so that a large template without a secret is not walked through.
    if holds_secret(template.to_flyte_idl().SerializeToString()):
        found += _texts(template.config, "config")
        found += _texts(template.custom, "custom")
    requested = {text for secret in _requested(template) for text in (secret.group, secret.key)}
    found += (path for path in _named(template.custom, "custom", requested) if path not in found)
    if not found:
        return
    plural = len(found) > 1
    words, it = ("The values look like secrets", "them") if plural else ("The value looks like a secret", "it")
    yield Finding(
        "warning",
        ", ".join(found),
        f"{words}, and everybody who may see the task can read {it}.",
        f"Ask for {it} where the task runs: secret_requests=[Secret(group=..., key=...)].",
    )


def _texts(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if holds_secret(value):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, _below(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]")


def _named(value: Any, path: str, requested: set[str]) -> Iterator[str]:
    """Give the fields that have a secret by their names; what names a requested secret is none itself."""
    if isinstance(value, dict):
        for key, item in value.items():
            if names_secret(key, item) and item not in requested:
                yield _below(path, key)
            elif isinstance(item, (dict, list)):
                yield from _named(item, _below(path, key), requested)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (dict, list)):
                yield from _named(item, f"{path}[{index}]", requested)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if key.isidentifier() else f"{path}[{key!r}]"


def _requested(template: Any) -> Any:
    return template.security_context.secrets if template.security_context else ()


def _environment(subject: Subject) -> dict[str, str]:
    container = subject.template.container if subject.template else None
    return container.env if container else {}


def check_environment(subject: Subject) -> Iterator[Finding]:
    """Note the container's variables that a run in this process does not see."""
    unseen = [name for name, value in _environment(subject).items() if os.environ.get(name) != value]
    if unseen:
        yield Finding(
            "note",
            "container.env",
            f"A run in the kernel does not see {listed(unseen)}.",
            "Run the task isolated: a process of its own has the container's variables.",
        )
