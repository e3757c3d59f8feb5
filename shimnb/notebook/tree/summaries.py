"""One line for each part of a TaskTemplate: what a reader wants to know before opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteidl.core import identifier_pb2, interface_pb2, security_pb2, tasks_pb2

from shimnb.notebook.tree.masks import HIDDEN, hides_text, hides_variable
from shimnb.notebook.tree.words import cut, duration_words, natural, quoted, type_words, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from google.protobuf.message import Message

__all__ = ["interface_summary", "summary"]

_RESOURCES = {
    tasks_pb2.Resources.CPU: "cpu",
    tasks_pb2.Resources.GPU: "gpu",
    tasks_pb2.Resources.MEMORY: "mem",
    tasks_pb2.Resources.STORAGE: "storage",
    tasks_pb2.Resources.EPHEMERAL_STORAGE: "ephemeral storage",
}
_NAME = 60


def _short(text: str, limit: int = _NAME) -> str:
    return HIDDEN if hides_text(text) else cut(visible(text[: 2 * limit]), limit)


def _quoted(text: str, limit: int) -> str:
    return HIDDEN if hides_text(text) else quoted(text, limit)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def interface_summary(interface: interface_pb2.TypedInterface, defaults: Mapping[str, Any] | None = None) -> str:
    """Word an interface as a signature.

    Parameters
    ----------
    interface : TypedInterface
        The interface.
    defaults : mapping, optional
        Default values by input name; a template does not carry them.

    Returns
    -------
    str
        Such as ``(limit: int = 5) -> list[str]``; several outputs by name.

    Examples
    --------
    >>> interface_summary(interface_pb2.TypedInterface())
    '() -> None'
    """
    shown = []
    known = defaults or {}
    inputs = interface.inputs.variables
    # Those without a default first, as Python has it; protobuf keeps no order of its own.
    for name in sorted(inputs, key=lambda name: (name in known, natural(name))):
        default = known.get(name)
        words = quoted(default, 24) if isinstance(default, str) else cut(visible(repr(default)), 24)
        words = HIDDEN if isinstance(default, str) and hides_variable(name, default) else words
        shown.append(f"{_short(name)}: {type_words(inputs[name].type)}" + (f" = {words}" if name in known else ""))
    outputs = interface.outputs.variables
    if not outputs:
        result = "None"
    elif list(outputs) == ["o0"]:
        result = type_words(outputs["o0"].type)
    else:
        named = ", ".join(f"{_short(name)}: {type_words(outputs[name].type)}" for name in sorted(outputs, key=natural))
        result = f"({named})"
    return cut(f"({', '.join(shown)}) -> {result}", 200)


def _resource_words(resources: tasks_pb2.Resources) -> list[str]:
    requests = {entry.name: entry.value for entry in resources.requests}
    limits = {entry.name: entry.value for entry in resources.limits}
    words = []
    for name in sorted({*requests, *limits}):
        low, high = requests.get(name), limits.get(name)
        amount = f"{low} to {high}" if low and high and low != high else low or high or ""
        words.append(f"{_RESOURCES.get(name, str(name))} {_short(amount, 40)}")
    return words


def _container(container: tasks_pb2.Container) -> str:
    words = [_short(container.image, 80)] if container.image else ["no image"]
    words += _resource_words(container.resources)
    if container.env:
        words.append(_count(len(container.env), "variable"))
    return ", ".join(words)


def _metadata(metadata: tasks_pb2.TaskMetadata) -> str:
    words = []
    if metadata.retries.retries:
        words.append(f"retries {metadata.retries.retries}")
    if metadata.HasField("timeout") and (metadata.timeout.seconds or metadata.timeout.nanos):
        words.append(f"timeout {duration_words(metadata.timeout)}")
    if metadata.discoverable:
        words.append(f"cache {_quoted(metadata.discovery_version, 30)}")
    if metadata.WhichOneof("interruptible_value"):
        words.append("interruptible" if metadata.interruptible else "not interruptible")
    if metadata.generates_deck.value:
        words.append("deck")
    if metadata.deprecated_error_message:
        words.append("deprecated")
    if not words and metadata.runtime.version:
        words.append(f"{_short(metadata.runtime.flavor)} {_short(metadata.runtime.version, 20)}".strip())
    return ", ".join(words)


def _secret(secret: security_pb2.Secret) -> str:
    return _short("/".join(part for part in (secret.group, secret.key) if part), 40)


def _security(context: security_pb2.SecurityContext) -> str:
    names = [_secret(secret) for secret in context.secrets]
    words = [", ".join(names[:4]) + (", …" if len(names) > 4 else "")] if names else []  # noqa: PLR2004  # what fits in a line
    if context.run_as.k8s_service_account or context.run_as.iam_role:
        words.append(f"as {_short(context.run_as.k8s_service_account or context.run_as.iam_role)}")
    return ", ".join(words)


def _extended(resources: tasks_pb2.ExtendedResources) -> str:
    words = [_short(resources.gpu_accelerator.device)] if resources.gpu_accelerator.device else []
    if resources.HasField("shared_memory"):
        words.append(f"shared memory {_short(resources.shared_memory.size_limit) or 'without a limit'}")
    return ", ".join(words)


def _identifier(identifier: identifier_pb2.Identifier) -> str:
    place = "/".join(_short(part) for part in (identifier.project, identifier.domain) if part)
    name = _short(identifier.name, 80) + (f":{_short(identifier.version, 40)}" if identifier.version else "")
    return f"{place}/{name}" if place else name


def _pod(pod: tasks_pb2.K8sPod) -> str:
    return f"primary container {_short(pod.primary_container_name)}" if pod.primary_container_name else ""


def _sql(sql: tasks_pb2.Sql) -> str:
    return _quoted(sql.statement, 80)


_SUMMARIES: dict[str, Callable[[Any], str]] = {
    "flyteidl.core.TypedInterface": interface_summary,
    "flyteidl.core.Container": _container,
    "flyteidl.core.TaskMetadata": _metadata,
    "flyteidl.core.Secret": _secret,
    "flyteidl.core.SecurityContext": _security,
    "flyteidl.core.ExtendedResources": _extended,
    "flyteidl.core.Identifier": _identifier,
    "flyteidl.core.K8sPod": _pod,
    "flyteidl.core.Sql": _sql,
    "flyteidl.core.Resources": lambda resources: ", ".join(_resource_words(resources)),
}


def summary(message: Message) -> str:
    """Word a part of a template in one line; empty where there is nothing shorter to say.

    Examples
    --------
    >>> summary(tasks_pb2.Container(image="ghcr.io/me/sql:1"))
    'ghcr.io/me/sql:1'
    """
    word = _SUMMARIES.get(message.DESCRIPTOR.full_name)
    return word(message) if word else ""
