"""Dataframes: StructuredDataset, and the classes that have an encoder and a decoder."""

from __future__ import annotations

from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types import lazy
from shimnb.core.types.binary import describe, plain_of
from shimnb.core.types.coders import StructuredDatasetDecoder, StructuredDatasetEncoder
from shimnb.core.types.columns import annotated_from, dataset_type, described, titled
from shimnb.core.types.dataset import StructuredDataset, dataset_of, written
from shimnb.core.types.exchange import message_of_plain, plain_of_message, read_as
from shimnb.core.types.handlers import DECODERS, DEFAULT_FORMATS, DEFAULT_STORAGES, ENCODERS, HandlerTable
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch
from shimnb.errors import TypeEngineError

__all__ = ["StructuredDatasetTransformerEngine", "guess_dataset", "guess_shape"]

DatasetType = types_pb2.StructuredDatasetType
Metadata = literals_pb2.StructuredDatasetMetadata
_SCHEMA_COLUMN = types_pb2.SchemaType.SchemaColumn
# The columns of the type that came before, which the engine still accepts for this one.
_LEGACY = {
    _SCHEMA_COLUMN.INTEGER: types_pb2.INTEGER,
    _SCHEMA_COLUMN.FLOAT: types_pb2.FLOAT,
    _SCHEMA_COLUMN.STRING: types_pb2.STRING,
    _SCHEMA_COLUMN.BOOLEAN: types_pb2.BOOLEAN,
    _SCHEMA_COLUMN.DATETIME: types_pb2.DATETIME,
    _SCHEMA_COLUMN.DURATION: types_pb2.DURATION,
}
_MOST_GUESSES = 1024
_guessed: dict[bytes, Any] = {}


class StructuredDatasetTransformerEngine(Family):
    """Converts every dataframe; a plugin registers the encoder and decoder of its own class here.

    Examples
    --------
    >>> StructuredDatasetTransformerEngine().name
    'StructuredDataset Transformer'
    """

    annotated = True
    Renderers: dict[Any, Any] = {}  # noqa: RUF012  # flytekit's name, for a table of the class

    def __init__(self, convert: Convert | None = None) -> None:
        super().__init__("StructuredDataset Transformer", StructuredDataset, convert or self._alone)

    def _alone(self, t: Any, path: str = "") -> Converter:
        return self.build(t, self._alone, path)

    @classmethod
    def register(
        cls,
        h: Any,
        default_for_type: bool = False,  # noqa: FBT001, FBT002  # flytekit's signature
        override: bool = False,  # noqa: FBT001, FBT002  # flytekit's signature
        default_format_for_type: bool = False,  # noqa: FBT001, FBT002  # flytekit's signature
        default_storage_for_type: bool = False,  # noqa: FBT001, FBT002  # flytekit's signature
    ) -> None:
        """Register the encoder or the decoder of a dataframe's class.

        Parameters
        ----------
        h : StructuredDatasetEncoder or StructuredDatasetDecoder
            An instance.
        default_for_type : bool
            Take its format and its storage where none is asked for.
        override : bool
            Take the place of one for the same class, storage and format.
        default_format_for_type, default_storage_for_type : bool
            Take only the one of the two.

        Raises
        ------
        TypeEngineError
            If it is neither, if there is one already, or if it is to be the
            default storage but writes to any.
        """
        if not isinstance(h, (StructuredDatasetEncoder, StructuredDatasetDecoder)):
            remedy = "Pass an instance of a StructuredDatasetEncoder or a StructuredDatasetDecoder."
            raise TypeEngineError(f"{h!r} is neither an encoder nor a decoder", remedy=remedy)
        if h.protocol is None and default_for_type:
            remedy = "Pass default_format_for_type, or give the handler a protocol."
            raise TypeEngineError(
                f"{type_name(type(h))} is for any storage, and cannot be the default of one", remedy=remedy
            )
        storage = _table_of(h).add(h, override=override)
        t = h.python_type
        if (default_for_type or default_format_for_type) and h.supported_format:
            _default(DEFAULT_FORMATS, t, h.supported_format, override=override)
        if default_for_type or default_storage_for_type:
            _default(DEFAULT_STORAGES, t, storage, override=override)
        lazy.FAMILIES[f"{t.__module__}.{t.__qualname__}"] = (__name__, cls.__name__)

    @classmethod
    def get_encoder(cls, df_type: type, protocol: str, format: str) -> StructuredDatasetEncoder[Any]:  # noqa: A002  # flytekit's name
        """Give the encoder of a class for a storage and a format, or raise `ConversionError`."""
        found: StructuredDatasetEncoder[Any] = _found(ENCODERS, df_type, protocol, format)
        return found

    @classmethod
    def get_decoder(cls, df_type: type, protocol: str, format: str) -> StructuredDatasetDecoder[Any]:  # noqa: A002  # flytekit's name
        """Give the decoder of a class for a storage and a format, or raise `ConversionError`."""
        found: StructuredDatasetDecoder[Any] = _found(DECODERS, df_type, protocol, format)
        return found

    @classmethod
    def register_renderer(cls, python_type: type, renderer: Any) -> None:
        """Register what shows dataframes of a class: an object with a method ``to_html(dataframe)``."""
        cls.Renderers[python_type] = renderer

    def to_html(self, ctx: Any, python_val: Any, expected_python_type: Any) -> str:  # noqa: ARG002  # flytekit's signature
        """Show a dataframe as HTML, by the renderer of its class; as text if it has none."""
        import html  # noqa: PLC0415  # used here only

        frame = python_val.dataframe if isinstance(python_val, StructuredDataset) else python_val
        renderer = next((self.Renderers[base] for base in type(frame).__mro__ if base in self.Renderers), None)
        return str(renderer.to_html(frame)) if renderer else f"<pre>{html.escape(str(python_val))}</pre>"

    def guess_python_type(self, literal_type: types_pb2.LiteralType) -> Any:
        """Give StructuredDataset, annotated with what the literal type says."""
        if not literal_type.HasField("structured_dataset_type"):
            raise ValueError(f"{self.name} cannot tell a Python type from {literal_type}")
        return guess_dataset(literal_type)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # columns are no types of the engine
        """Compile a dataframe's class, or StructuredDataset, with its annotation."""
        base, _ = described(t)
        own = _Dataset(base, dataset_type(t, path))
        packs = own.is_dataset
        return Converter(
            base,
            self.name,
            types_pb2.LiteralType(structured_dataset_type=own.declared),
            own.fill,
            own.read,
            own.pack if packs else None,
            own.unpack if packs else None,
            takes=None if packs else _Takes((base, StructuredDataset)),
        )


class _Takes(tuple[Any, ...]):
    """The classes that a dataframe's `fill` takes: subclasses too."""

    __slots__ = ()

    def __contains__(self, cls: object) -> bool:
        return isinstance(cls, type) and issubclass(cls, tuple(self))


class _Dataset:
    """The four functions of one annotated class."""

    def __init__(self, base: Any, declared: DatasetType) -> None:
        self.base = base
        self.declared = declared
        self.name = titled(base)
        self.is_dataset = issubclass(base, StructuredDataset)

    def fill(self, target: literals_pb2.Literal, value: Any, ctx: Any) -> None:
        target.scalar.structured_dataset.CopyFrom(self._write(value, ctx))

    def _write(self, value: Any, ctx: Any) -> literals_pb2.StructuredDataset:
        dataset, cls = value, None
        if not isinstance(value, StructuredDataset):
            # A dataframe for a StructuredDataset has one meaning only; and a type that was guessed says no more.
            if not isinstance(value, self.base) and not (self.is_dataset and ENCODERS.knows(type(value))):
                raise self._refused(value)
            dataset, cls = StructuredDataset(value), None if self.is_dataset else self.base
        return written(ctx, dataset, self.declared, cls)

    def _refused(self, value: Any) -> Misfit:
        wanted = "StructuredDataset, or a dataframe" if self.is_dataset else self.name
        if ENCODERS.knows(type(value)):
            # A dataframe is too long to be shown.
            return Misfit(
                f"expected {wanted}, got {titled(type(value))}", f"Convert it, or declare {titled(type(value))}."
            )
        return mismatch(wanted, value)

    def read(self, literal: literals_pb2.Literal, ctx: Any) -> Any:
        kind = literal.scalar.WhichOneof("value")
        if kind == "structured_dataset":
            return self._read(literal.scalar.structured_dataset, ctx)
        if kind == "schema":
            return self._read(_from_schema(literal.scalar.schema), ctx)
        if kind in {"binary", "generic"}:
            return self._read(message_of_plain(plain_of(literal, self.name), self.name), ctx)
        raise Misfit(f"expected {self.name}, got a literal with {describe(literal)}")

    def _read(self, message: literals_pb2.StructuredDataset, ctx: Any) -> Any:
        metadata = Metadata(structured_dataset_type=message.metadata.structured_dataset_type)
        if self.declared.columns:
            # What this task declares decides which columns it sees.
            del metadata.structured_dataset_type.columns[:]
            metadata.structured_dataset_type.columns.extend(self.declared.columns)
        if not self.is_dataset:
            return read_as(ctx, message, self.base, metadata)
        return dataset_of(self.base, message, metadata)

    def pack(self, value: Any) -> dict[str, Any]:
        return plain_of_message(self._write(value, None))

    def unpack(self, plain: Any) -> Any:
        return self._read(message_of_plain(plain, self.name), None)


def _from_schema(schema: literals_pb2.Schema) -> literals_pb2.StructuredDataset:
    """Take the message that came before this one: parquet, always."""
    kept = DatasetType(format="parquet")
    for column in schema.type.columns:
        kept.columns.add(name=column.name, literal_type=types_pb2.LiteralType(simple=_LEGACY[column.type]))
    return literals_pb2.StructuredDataset(uri=schema.uri, metadata=Metadata(structured_dataset_type=kept))


def _table_of(handler: Any) -> HandlerTable:
    return ENCODERS if isinstance(handler, StructuredDatasetEncoder) else DECODERS


def _default(table: dict[Any, str], t: type, value: str, *, override: bool) -> None:
    if override or t not in table:
        table[t] = value


def _found(table: HandlerTable, df_type: type, protocol: str, wanted: str) -> Any:
    try:
        return table.find(df_type, protocol, wanted)
    except Misfit as misfit:
        raise misfit.error(type_name(df_type)) from None


def guess_dataset(literal_type: types_pb2.LiteralType) -> Any:
    """Give StructuredDataset, annotated with the columns, the format and the schema of a literal type.

    Examples
    --------
    >>> bare = types_pb2.LiteralType(structured_dataset_type=types_pb2.StructuredDatasetType())
    >>> guess_dataset(bare)
    <class 'shimnb.core.types.dataset.StructuredDataset'>
    """
    message = literal_type.structured_dataset_type
    key = message.SerializeToString(deterministic=True)
    if key not in _guessed:
        if len(_guessed) >= _MOST_GUESSES:
            _guessed.clear()
        _guessed[key] = annotated_from(StructuredDataset, message)
    return _guessed[key]


def guess_shape(schema: dict[str, Any]) -> Any:
    """Give StructuredDataset for the schema that it has within a dataclass, and None for another of its name."""
    return StructuredDataset if schema.get("properties", {}).keys() == {"uri", "file_format"} else None
