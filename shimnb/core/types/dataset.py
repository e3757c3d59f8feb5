"""StructuredDataset: a table that is written, read and named by its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, make_dataclass
from typing import TYPE_CHECKING, Any, Optional

from flyteidl.core import literals_pb2
from mashumaro.types import SerializableType

from shimnb.core.types.exchange import context_of, message_of_plain, plain_of_message, read_as, write
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Misfit
from shimnb.errors import ConversionError

if TYPE_CHECKING:
    from flyteidl.core import types_pb2

    from shimnb.core.context import FlyteContext

__all__ = ["StructuredDataset", "dataset_of", "written"]

Message = literals_pb2.StructuredDataset


class StructuredDataset(SerializableType):
    """A table: a dataframe to be written, or the place of one that was.

    Parameters
    ----------
    dataframe : object, optional
        A dataframe: pandas, pyarrow, polars, or of a class whose encoder was
        registered. It is written when the dataset becomes a literal.
    uri : str, optional
        Where the data is; with a `dataframe`, where it is to be written.
    metadata : StructuredDatasetMetadata, optional
        Columns and format, as a message.
    file_format : str
        ``"parquet"``, ``"csv"``...; a format in the annotation goes first.

    Examples
    --------
    >>> dataset = StructuredDataset(uri="s3://music/tracks", file_format="parquet")
    >>> dataset
    StructuredDataset(uri='s3://music/tracks', file_format='parquet')

    An executor reads its input as the dataframe that it wants::

        table = tracks.open(pandas.DataFrame).all()
    """

    # What a field of this type is in the schema of a dataclass.
    __shimnb_shape__ = make_dataclass(
        "StructuredDataset",
        [("uri", Optional[str], field(default=None)), ("file_format", Optional[str], field(default=""))],  # noqa: UP045  # as in 3.10
    )

    def __init__(
        self,
        dataframe: Any = None,
        uri: str | None = None,
        metadata: literals_pb2.StructuredDatasetMetadata | None = None,
        *,
        file_format: str | None = "",
    ) -> None:
        self._dataframe = dataframe
        self.uri = uri
        self.file_format = file_format
        self._metadata = metadata
        self._literal_sd: literals_pb2.StructuredDataset | None = None
        self._dataframe_type: Any = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(uri={self.uri!r}, file_format={self.file_format!r})"

    @classmethod
    def columns(cls) -> dict[str, Any]:
        """Give the columns of the class; the annotation has those of a value."""
        return {}

    @classmethod
    def column_names(cls) -> list[str]:
        """Give the names of `columns`."""
        return list(cls.columns())

    @property
    def dataframe(self) -> Any:
        """The dataframe that was given; None for one that was read."""
        return self._dataframe

    @property
    def metadata(self) -> literals_pb2.StructuredDatasetMetadata | None:
        """The columns that this task sees, and the format."""
        return self._metadata

    @property
    def literal(self) -> literals_pb2.StructuredDataset | None:
        """The message; None until the dataset was written or read."""
        return self._literal_sd

    def open(self, dataframe_type: Any) -> StructuredDataset:
        """Choose the class of dataframe that `all` and `iter` give."""
        self._dataframe_type = dataframe_type
        return self

    def all(self) -> Any:
        """Read the table.

        Returns
        -------
        object
            A dataframe of the class that `open` was given, with the columns
            of `metadata`, or all if it has none.

        Raises
        ------
        ConversionError
            If it cannot be read: no file, another format, a column missing.
        """
        parts = self._read()
        if isinstance(parts, Iterator):
            raise ConversionError("$", f"{type_name(self._dataframe_type)} is read in parts", "Use iter().")
        return parts

    def iter(self) -> Iterator[Any]:
        """Read the table in parts, if its decoder gives parts; in one if not."""
        parts = self._read()
        return parts if isinstance(parts, Iterator) else iter((parts,))

    def set_literal(self, ctx: FlyteContext, expected: types_pb2.LiteralType | None = None) -> None:
        """Write the dataset, or take note of where it is, so that it has a `literal`."""
        declared = expected.structured_dataset_type if expected is not None else None
        try:
            self._literal_sd = write(ctx, self, declared)
        except Misfit as misfit:
            raise misfit.error("$") from misfit.__cause__
        if self._metadata is None:
            self._metadata = literals_pb2.StructuredDatasetMetadata()
            self._metadata.CopyFrom(self._literal_sd.metadata)

    def _read(self) -> Any:
        if self._dataframe_type is None:
            raise ConversionError("$", "no class of dataframe was chosen", "Call open(pandas.DataFrame) first.")
        if isinstance(self._dataframe, self._dataframe_type):
            return self._dataframe
        ctx = context_of(None)
        if self._literal_sd is None:
            self.set_literal(ctx)
        message = self._literal_sd or literals_pb2.StructuredDataset()
        try:
            return read_as(ctx, message, self._dataframe_type, self._metadata or message.metadata)
        except Misfit as misfit:
            raise misfit.error("$") from misfit.__cause__

    def _serialize(self) -> dict[str, Any]:
        """Give the plain data of a dataset in a dataclass that mashumaro writes itself."""
        return plain_of_message(written(None, self, None))

    @classmethod
    def _deserialize(cls, value: Any) -> StructuredDataset:
        message = message_of_plain(value, type_name(cls))
        dataset: StructuredDataset = dataset_of(cls, message, message.metadata)
        return dataset


def written(ctx: Any, dataset: StructuredDataset, declared: Any, cls: type | None = None) -> Message:
    """Give the message of a dataset; its dataframe is written once."""
    message = write(ctx, dataset, declared, cls)
    if dataset.dataframe is not None:
        dataset._literal_sd = message  # noqa: SLF001  # this module's own
    return message


def dataset_of(cls: Any, message: Message, metadata: literals_pb2.StructuredDatasetMetadata) -> Any:
    """Give the dataset that stands for `message`, of which `metadata` is to be seen."""
    kept = Message()
    kept.CopyFrom(message)
    dataset = cls(None, None, metadata)
    dataset._literal_sd = kept  # this module's own
    dataset.file_format = metadata.structured_dataset_type.format
    return dataset
