"""Resources: what a task asks of the cluster, and the most it may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter

from flyteidl.core import tasks_pb2

from shimnb.core.value import Value
from shimnb.errors import SettingError

__all__ = ["ResourceSpec", "Resources", "resources_message", "written_amounts"]

_NAMES = ("ephemeral_storage", "cpu", "gpu", "mem")
_amounts = attrgetter(*_NAMES)
Amounts = list[tuple[str, str]]
_ENTRY = {
    "ephemeral_storage": tasks_pb2.Resources.EPHEMERAL_STORAGE,
    "cpu": tasks_pb2.Resources.CPU,
    "gpu": tasks_pb2.Resources.GPU,
    "mem": tasks_pb2.Resources.MEMORY,
}
_REMEDY = "Use a Kubernetes quantity, such as '500m', '2' or '4Gi', or a (request, limit) pair of them."


@dataclass(repr=False, eq=False)
class Resources(Value):
    """Amounts of cpu, memory, GPUs and ephemeral storage.

    Parameters
    ----------
    cpu : str, int, float or pair of these, optional
        Cores, or a Kubernetes quantity: ``"500m"`` is half a core.
    mem, ephemeral_storage : str, int or pair of these, optional
        Bytes, or a Kubernetes quantity: ``"512Mi"``.
    gpu : str, int or pair of these, optional
        Devices.

    Raises
    ------
    SettingError
        If a value is neither a quantity nor a pair of quantities.

    Notes
    -----
    A pair, the request and the limit, is only for
    ``ResourceSpec.from_multiple_resource``; a task's own ``requests`` and
    ``limits`` hold single values.

    Examples
    --------
    >>> Resources(cpu="1", mem="512Mi")
    Resources(cpu='1', mem='512Mi', gpu=None, ephemeral_storage=None)
    """

    cpu: str | int | float | list[str | int | float] | tuple[str | int | float, ...] | None = None
    mem: str | int | list[str | int] | tuple[str | int, ...] | None = None
    gpu: str | int | list[str | int] | tuple[str | int, ...] | None = None
    ephemeral_storage: str | int | None = None

    def __post_init__(self) -> None:
        for name in ("cpu", "mem", "gpu", "ephemeral_storage"):
            value = getattr(self, name)
            if value is None:
                continue
            allowed = (str, int, float) if name == "cpu" else (str, int)
            parts = value if isinstance(value, (list, tuple)) else (value,)
            if any(isinstance(part, bool) or not isinstance(part, allowed) for part in parts):
                raise SettingError(name, value, "not an amount", _REMEDY)
            if isinstance(value, (list, tuple)) and len(value) != 2:  # noqa: PLR2004  # a request and a limit
                raise SettingError(name, value, "not a (request, limit) pair", _REMEDY)


@dataclass(repr=False, eq=False)
class ResourceSpec(Value):
    """The two amounts of a container: what it requests, and its limits.

    Parameters
    ----------
    requests, limits : Resources
        Each without pairs.

    Examples
    --------
    >>> ResourceSpec.from_multiple_resource(Resources(cpu=("1", "2"))).limits.cpu
    '2'
    """

    requests: Resources = field(default_factory=Resources)
    limits: Resources = field(default_factory=Resources)

    @classmethod
    def from_multiple_resource(cls, resource: Resources) -> ResourceSpec:
        """Split pairs into requests and limits; a single value is a request."""
        requests: dict[str, object] = {}
        limits: dict[str, object] = {}
        for name in _NAMES:
            value = getattr(resource, name)
            if isinstance(value, (list, tuple)):
                requests[name], limits[name] = value
            elif value is not None:
                requests[name] = value
        return cls(Resources(**requests), Resources(**limits))  # type: ignore[arg-type]

    def to_flyte_idl(self) -> tasks_pb2.Resources:
        """Return the message of a container's resources.

        Raises
        ------
        SettingError
            If an amount is a pair.
        """
        return resources_message(written_amounts(self.requests), written_amounts(self.limits))


def written_amounts(resources: Resources) -> Amounts:
    """Return the amounts that are there, by name and as they are written.

    Raises
    ------
    SettingError
        If an amount is a pair.

    Examples
    --------
    >>> written_amounts(Resources(cpu=2, mem="512Mi"))
    [('cpu', '2'), ('mem', '512Mi')]
    """
    amounts = _amounts(resources)
    if not any(amounts):
        return []
    written: Amounts = []
    for name, value in zip(_NAMES, amounts, strict=True):
        if isinstance(value, (list, tuple)):
            raise SettingError(
                name, value, "a pair stands where one amount belongs", "Give requests and limits one amount each."
            )
        if value:
            written.append((name, str(value)))
    return written


def resources_message(requests: Amounts, limits: Amounts) -> tasks_pb2.Resources:
    """Return the message of a container's resources, of amounts as they are written."""
    return tasks_pb2.Resources(requests=_entries(requests), limits=_entries(limits))


def _entries(amounts: Amounts) -> list[tasks_pb2.Resources.ResourceEntry]:
    return [tasks_pb2.Resources.ResourceEntry(name=_ENTRY[name], value=value) for name, value in amounts]
