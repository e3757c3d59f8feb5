"""What the engine is told about a task beside its container: retries, timeout, caching."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import wrappers_pb2

from shimnb.core.value import Value
from shimnb.errors import SettingError
from shimnb.version import __version__

if TYPE_CHECKING:
    from flyteidl.core import workflow_pb2

__all__ = ["TaskMetadata"]

_MOST_RETRIES = 2**32  # a uint32 holds one less
# The message of a task that sets nothing: most set little, and decoding it is quicker than making it.
_PLAIN = tasks_pb2.TaskMetadata(
    runtime=tasks_pb2.RuntimeMetadata(type=tasks_pb2.RuntimeMetadata.FLYTE_SDK, version=__version__, flavor="python"),
    retries=literals_pb2.RetryStrategy(),
    generates_deck=wrappers_pb2.BoolValue(),
    metadata=tasks_pb2.K8sObjectMetadata(),
).SerializeToString()


@dataclass(repr=False, eq=False)
class TaskMetadata(Value):
    """How the engine treats a task's runs.

    Parameters
    ----------
    cache : bool
        Whether a run with the same inputs and `cache_version` is reused.
    cache_serialize : bool
        Whether equal runs wait for the first one instead of running too.
    cache_version : str
        The version of the results; needed with `cache`.
    cache_ignore_input_vars : tuple of str
        Inputs that do not count when runs are compared.
    interruptible : bool, optional
        Whether the run may be moved; None leaves it to the workflow.
    deprecated : str
        A warning shown where the task is used.
    retries : int
        Attempts after the first, 0 or more.
    timeout : datetime.timedelta or int, optional
        Longest wall-clock time, an int in seconds. Zero or None leaves it unset.
    pod_template_name : str, optional
        A PodTemplate of the cluster.
    generates_deck, is_eager : bool
        Flags of the template; a task sets the first by its deck parameters.
    labels, annotations : dict of str, optional
        Kubernetes metadata of the pod.

    Raises
    ------
    SettingError
        If the cache has no version, a cache option stands without the cache,
        the retries are negative, or the timeout is no duration.

    Examples
    --------
    >>> TaskMetadata(retries=2, timeout=90).timeout
    datetime.timedelta(seconds=90)
    """

    cache: bool = False
    cache_serialize: bool = False
    cache_version: str = ""
    cache_ignore_input_vars: tuple[str, ...] = ()
    interruptible: bool | None = None
    deprecated: str = ""
    retries: int = 0
    timeout: dt.timedelta | int | None = None
    pod_template_name: str | None = None
    generates_deck: bool = False
    is_eager: bool = False
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None

    def __post_init__(self) -> None:
        if self.timeout:
            if isinstance(self.timeout, int):
                self.timeout = dt.timedelta(seconds=self.timeout)
            elif not isinstance(self.timeout, dt.timedelta):
                raise SettingError("timeout", self.timeout, "no duration", "Use a timedelta, or an int in seconds.")
            if self.timeout < dt.timedelta(0):
                raise SettingError("timeout", self.timeout, "a negative duration", "Use zero or more.")
        if type(self.retries) is not int or not 0 <= self.retries < _MOST_RETRIES:
            raise SettingError("retries", self.retries, "no count of attempts", "Use an int, 0 or more.")
        if self.cache and not self.cache_version:
            raise SettingError("cache_version", "", "the cache has no version", "Give cache_version with cache=True.")
        if not self.cache and self.cache_serialize:
            raise SettingError("cache_serialize", True, "needs the cache", "Give cache=True and a cache_version.")  # noqa: FBT003  # the value shown
        if not self.cache and self.cache_ignore_input_vars:
            raise SettingError(
                "cache_ignore_input_vars",
                self.cache_ignore_input_vars,
                "needs the cache",
                "Give cache=True and a cache_version.",
            )

    @property
    def retry_strategy(self) -> literals_pb2.RetryStrategy:
        """The retries as a message."""
        return literals_pb2.RetryStrategy(retries=self.retries)

    def to_flyte_idl(self) -> tasks_pb2.TaskMetadata:
        """Return the message, with shimnb's version as the SDK's."""
        message = tasks_pb2.TaskMetadata.FromString(_PLAIN)
        message.discoverable = self.cache
        message.discovery_version = self.cache_version
        message.cache_serializable = self.cache_serialize
        message.is_eager = self.is_eager
        message.deprecated_error_message = self.deprecated
        if self.retries:
            message.retries.retries = self.retries
        if self.pod_template_name:
            message.pod_template_name = self.pod_template_name
        if self.cache_ignore_input_vars:
            message.cache_ignore_input_vars.extend(self.cache_ignore_input_vars)
        if self.generates_deck:
            message.generates_deck.value = True
        if self.labels or self.annotations:
            message.metadata.MergeFrom(tasks_pb2.K8sObjectMetadata(labels=self.labels, annotations=self.annotations))
        # An unset oneof and False are different answers, so it is written only when it was given.
        if self.interruptible is not None:
            message.interruptible = self.interruptible
        if isinstance(self.timeout, dt.timedelta) and self.timeout:
            message.timeout.FromTimedelta(self.timeout)
        return message

    def to_node_metadata(self, name: str) -> workflow_pb2.NodeMetadata:
        """Return the metadata of a workflow's node that runs the task."""
        from flyteidl.core import workflow_pb2  # noqa: PLC0415  # only a workflow needs it

        message = workflow_pb2.NodeMetadata(name=name, retries=self.retry_strategy)
        if isinstance(self.timeout, dt.timedelta) and self.timeout:
            message.timeout.FromTimedelta(self.timeout)
        if self.interruptible is not None:
            message.interruptible = self.interruptible
        return message
