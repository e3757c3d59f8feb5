"""What a plugin writes for a dataframe of its own: an encoder and a decoder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flyteidl.core import literals_pb2, types_pb2

    from shimnb.core.context import FlyteContext
    from shimnb.core.types.dataset import StructuredDataset

__all__ = ["StructuredDatasetDecoder", "StructuredDatasetEncoder"]

T = TypeVar("T")


class _Handler(Generic[T]):
    """What an encoder and a decoder have in common."""

    def __init__(self, python_type: type[T], protocol: str | None = None, supported_format: str | None = None) -> None:
        self._python_type = python_type
        self._protocol = protocol.replace("://", "") if protocol else None
        self._supported_format = supported_format or ""

    @property
    def python_type(self) -> type[T]:
        """The dataframe's class."""
        return self._python_type

    @property
    def protocol(self) -> str | None:
        """The storage, such as ``"s3"``; None for all of them."""
        return self._protocol

    @property
    def supported_format(self) -> str:
        """The format, such as ``"parquet"``; empty for any."""
        return self._supported_format


class StructuredDatasetEncoder(_Handler[T], ABC):
    """Writes the dataframes of one class; a plugin subclasses it.

    Parameters
    ----------
    python_type : type
        The dataframe's class.
    protocol : str, optional
        The storage it writes to, ``"s3"`` or ``"s3://"``; all when left out.
    supported_format : str, optional
        The format it writes, such as ``"parquet"``; any when left out.

    See Also
    --------
    StructuredDatasetTransformerEngine.register : takes an instance.
    """

    @abstractmethod
    def encode(
        self,
        ctx: FlyteContext,
        structured_dataset: StructuredDataset,
        structured_dataset_type: types_pb2.StructuredDatasetType,
    ) -> literals_pb2.StructuredDataset:
        """Write ``structured_dataset.dataframe``, and give the message that says where it is.

        Parameters
        ----------
        ctx : FlyteContext
            ``ctx.file_access`` names a place to write to.
        structured_dataset : StructuredDataset
            Holds the dataframe, and a `uri` if one was asked for.
        structured_dataset_type : StructuredDatasetType
            The declared type. It is put into the message's metadata when
            that has none.
        """
        raise NotImplementedError


class StructuredDatasetDecoder(_Handler[T], ABC):
    """Reads dataframes of one class; a plugin subclasses it.

    Parameters
    ----------
    python_type : type
        The dataframe's class.
    protocol : str, optional
        The storage it reads from; all when left out.
    supported_format : str, optional
        The format it reads; any when left out.
    additional_protocols : list of str, optional
        Not looked at, as in flytekit.
    """

    def __init__(
        self,
        python_type: type[T],
        protocol: str | None = None,
        supported_format: str | None = None,
        additional_protocols: list[str] | None = None,  # noqa: ARG002  # flytekit's signature
    ) -> None:
        super().__init__(python_type, protocol, supported_format)

    @abstractmethod
    def decode(
        self,
        ctx: FlyteContext,
        flyte_value: literals_pb2.StructuredDataset,
        current_task_metadata: literals_pb2.StructuredDatasetMetadata,
    ) -> T | Iterator[T]:
        """Read the dataframe, or give it in parts.

        Parameters
        ----------
        ctx : FlyteContext
            The surroundings of the run.
        flyte_value : flyteidl.core.literals_pb2.StructuredDataset
            Where it is, and its own columns and format.
        current_task_metadata : StructuredDatasetMetadata
            The columns that are asked for; none means all of them.
        """
        raise NotImplementedError
