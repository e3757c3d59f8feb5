"""A dataset to its message, and a dataframe from one."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.handlers import DECODERS, DEFAULT_STORAGES, ENCODERS
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Misfit, foreign, mismatch
from shimnb.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.core.context import FlyteContext

__all__ = [
    "absent",
    "context_of",
    "message_of_plain",
    "plain_of_message",
    "read_as",
    "shown",
    "told",
    "write",
    "writing",
]

DatasetType = types_pb2.StructuredDatasetType
Message = literals_pb2.StructuredDataset


def context_of(ctx: Any) -> FlyteContext:
    """Give a context, the current one if there is none."""
    if ctx is not None:
        return ctx  # type: ignore[no-any-return]  # it is one
    from shimnb.core.context import FlyteContextManager  # noqa: PLC0415  # that room is above this one

    return FlyteContextManager.current_context()


def shown(uri: str) -> str:
    """Show a uri without the password, or the signature, that it may carry."""
    from shimnb.core import transfer  # noqa: PLC0415  # that room is above this one

    return transfer.shown_path(uri)


def absent(uri: str) -> Misfit:
    """Say that nothing is there."""
    return Misfit(f"there is no file or folder {shown(uri)}", "Run the task that writes it, or correct the uri.")


@contextlib.contextmanager
def writing(access: Any, uri: str) -> Iterator[Any]:
    """Open a file to write, which is at `uri` when the block ends well, and not at all when it does not."""
    if not access.is_remote(uri):
        with access.open(uri, "wb") as file:
            yield file
        return
    # A remote file that was opened would be there, cut off, after an error too.
    local = access.get_random_local_path()
    try:
        with access.open(local, "wb") as file:
            yield file
        access.put_data(local, uri)
    finally:
        Path(local).unlink(missing_ok=True)


def _protocol(uri: str) -> str:
    scheme, separator, _ = uri.partition("://")
    return scheme if separator else "file"


def write(ctx: Any, dataset: Any, declared: DatasetType | None, cls: type | None = None) -> Message:
    """Write a dataset's dataframe, or take note of where its data is, and give the message.

    Parameters
    ----------
    ctx : FlyteContext or None
        The surroundings of the run.
    dataset : StructuredDataset
        Has a dataframe, a uri or, if it was written or read before, a literal.
    declared : StructuredDatasetType, optional
        Columns and format of the declared type.
    cls : type, optional
        The declared class of the dataframe; its own when left out.

    Raises
    ------
    Misfit
        If it has none of the three, or cannot be written.
    """
    if dataset.literal is not None:
        return dataset.literal  # type: ignore[no-any-return]  # a message
    ctx = context_of(ctx)
    kept = DatasetType()
    if declared is not None:
        kept.CopyFrom(declared)
    kept.format = kept.format or dataset.file_format or ""
    try:
        if dataset.dataframe is None:
            return _placed(ctx, dataset.uri, kept)
        return _encoded(ctx, dataset, cls or type(dataset.dataframe), kept)
    except Misfit:
        raise
    except Exception as error:  # an encoder is a stranger's
        raise told(error) from error


def _placed(ctx: FlyteContext, uri: str | None, kept: DatasetType) -> Message:
    if not uri:
        raise Misfit("a StructuredDataset without a dataframe and without a uri", "Give it one of the two.")
    access = ctx.file_access
    place = uri if access.is_remote(uri) else access.put_raw_data(uri)
    return Message(uri=place, metadata=literals_pb2.StructuredDatasetMetadata(structured_dataset_type=kept))


def _encoded(ctx: FlyteContext, dataset: Any, cls: type, kept: DatasetType) -> Message:
    protocol = DEFAULT_STORAGES.get(cls) or _protocol(dataset.uri or ctx.file_access.raw_output_prefix)
    encoder = ENCODERS.find(cls, protocol, kept.format)
    message: Message = encoder.encode(ctx, dataset, kept)
    if not isinstance(message, Message):
        raise mismatch(f"a StructuredDataset message from {type_name(type(encoder))}", message)
    if not message.metadata.HasField("structured_dataset_type"):
        message.metadata.structured_dataset_type.CopyFrom(kept)
    message.metadata.structured_dataset_type.format = encoder.supported_format
    return message


def read_as(ctx: Any, message: Message, cls: type, metadata: Any) -> Any:
    """Read a dataframe.

    Parameters
    ----------
    ctx : FlyteContext or None
        The surroundings of the run.
    message : flyteidl.core.literals_pb2.StructuredDataset
        Where it is.
    cls : type
        The dataframe's class.
    metadata : StructuredDatasetMetadata
        The columns that are asked for.

    Raises
    ------
    Misfit
        If it cannot be read.
    """
    decoder = DECODERS.find(cls, _protocol(message.uri), message.metadata.structured_dataset_type.format)
    try:
        return decoder.decode(context_of(ctx), message, metadata)
    except Misfit:
        raise
    except Exception as error:  # a decoder is a stranger's
        raise told(error) from error


def told(error: Exception) -> Misfit:
    """Turn what went wrong with a file, or in a stranger's code, into a misfit."""
    if isinstance(error, FileError):
        return Misfit(f"{error.path}: {error.problem}", error.remedy)
    return foreign(error)


def message_of_plain(plain: Any, expected: str) -> Message:
    """Give the message that the plain data of a dataset stands for, in a dataclass or from the console."""
    if type(plain) is not dict or not isinstance(plain.get("uri"), str) or not plain["uri"]:
        raise mismatch(f"{expected} as a dict with a uri", plain)
    kept = DatasetType(format=str(plain.get("file_format") or ""))
    return Message(uri=plain["uri"], metadata=literals_pb2.StructuredDatasetMetadata(structured_dataset_type=kept))


def plain_of_message(message: Message) -> dict[str, Any]:
    """Give the plain data that stands for a dataset within a dataclass."""
    return {"uri": message.uri, "file_format": message.metadata.structured_dataset_type.format}
