"""Outputs as files: a literal that the engine finds too large for ``outputs.pb`` gets a file of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2

from shimnb.errors import OutputError, SettingError
from shimnb.runtime.places import join

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OUTPUTS", "output_files"]

OUTPUTS = "outputs.pb"
_MIB = 1024 * 1024
_SMALLEST, _LARGEST = "_F_L_MIN_SIZE_MB", "_F_L_MAX_SIZE_MB"


def output_files(
    task: str, outputs: literals_pb2.LiteralMap, variables: Mapping[str, Any], prefix: str
) -> dict[str, bytes]:
    """Give the files of a run's outputs by name, ``outputs.pb`` last.

    Parameters
    ----------
    task : str
        The task's name, for messages.
    outputs : flyteidl.core.literals_pb2.LiteralMap
        The outputs.
    variables : mapping of str to flyteidl.core.interface_pb2.Variable
        The outputs of the task's interface.
    prefix : str
        Where the files will be.

    Raises
    ------
    OutputError
        If a literal is larger than the engine takes.
    SettingError
        If a limit of the engine's is no whole number.

    Notes
    -----
    The limits are the engine's ``_F_L_MIN_SIZE_MB`` and ``_F_L_MAX_SIZE_MB``,
    in MiB; nothing is offloaded unless the first is set.
    """
    smallest = _limit(_SMALLEST, "")
    if smallest is None:
        return {OUTPUTS: outputs.SerializeToString(deterministic=True)}
    largest = _limit(_LARGEST, "1000") or 0
    files = {}
    kept = literals_pb2.LiteralMap()
    for name, literal in outputs.literals.items():
        size = literal.ByteSize()
        if size >= largest:
            raise OutputError(
                task,
                f"the output {name} has {size} bytes, and the engine takes less than {largest}",
                "Write it to a file, and return a FlyteFile.",
            )
        if size < smallest:
            kept.literals[name].CopyFrom(literal)
            continue
        file = f"{name}_offloaded_metadata.pb"
        files[file] = literal.SerializeToString(deterministic=True)
        told = kept.literals[name]
        told.hash = literal.hash or _digest(literal)
        told.offloaded_metadata.uri = join(prefix, file)
        told.offloaded_metadata.size_bytes = size
        if name in variables:
            told.offloaded_metadata.inferred_type.CopyFrom(variables[name].type)
    return {**files, OUTPUTS: kept.SerializeToString(deterministic=True)}


def _limit(variable: str, default: str) -> int | None:
    text = os.environ.get(variable, default)
    if variable not in os.environ and not default:
        return None
    try:
        return int(text) * _MIB
    except ValueError as error:
        raise SettingError(variable, text, "no size in MiB", "The engine sets it to a whole number.") from error


def _digest(literal: literals_pb2.Literal) -> str:
    """Give the hash by which the engine knows a literal without a hash of its own: flytekit's, of its JSON."""
    import base64  # noqa: PLC0415  # few outputs are offloaded
    import hashlib  # noqa: PLC0415
    import json  # noqa: PLC0415

    from google.protobuf import json_format  # noqa: PLC0415

    text = json.dumps(json_format.MessageToDict(literal), sort_keys=True, separators=(",", ":"))
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
