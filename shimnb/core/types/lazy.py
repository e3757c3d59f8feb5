"""Families whose modules are imported when a type of theirs is first met.

Their libraries are large, and most tasks need none of them. A class is known
by the name of one of its bases, a literal type by its kind, so that nothing
has to be imported to ask.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyteidl.core import types_pb2

    from shimnb.core.types.transformer import Convert, Family

__all__ = ["FAMILIES", "GUESSES", "LITERAL", "family_named", "family_of", "guess_of", "guess_shape"]

LITERAL = "typing.Literal"
_TYPES = "shimnb.core.types"
_FRAMES = (f"{_TYPES}.structured", "StructuredDatasetTransformerEngine")

# The qualified name of a base class -> the family's module and class. The first base that is found decides.
FAMILIES: dict[str, tuple[str, str]] = {
    LITERAL: (f"{_TYPES}.literals_", "LiteralFamily"),
    "google.protobuf.message.Message": (f"{_TYPES}.protobufs", "ProtobufFamily"),
    "pydantic.main.BaseModel": (f"{_TYPES}.models", "ModelFamily"),
    f"{_TYPES}.folders.FlyteDirectory": (f"{_TYPES}.blobs", "DirectoryFamily"),
    f"{_TYPES}.files.FlyteFile": (f"{_TYPES}.blobs", "FileFamily"),
    "os.PathLike": (f"{_TYPES}.blobs", "FileFamily"),
    "pathlib.PurePath": (f"{_TYPES}.blobs", "PathFamily"),
    "pathlib._local.PurePath": (f"{_TYPES}.blobs", "PathFamily"),  # Python 3.13
    "typing.BinaryIO": (f"{_TYPES}.blobs", "StreamFamily"),
    "typing.TextIO": (f"{_TYPES}.blobs", "StreamFamily"),
    f"{_TYPES}.pickles.FlytePickle": (f"{_TYPES}.pickles", "PickleFamily"),
    f"{_TYPES}.dataset.StructuredDataset": _FRAMES,
    "pandas.DataFrame": _FRAMES,  # pandas 3
    "pandas.core.frame.DataFrame": _FRAMES,  # pandas 2
    "polars.dataframe.frame.DataFrame": _FRAMES,
    "polars.lazyframe.frame.LazyFrame": _FRAMES,
    "pyarrow.lib.Table": _FRAMES,
    "numpy.ndarray": (f"{_TYPES}.arrays", "ArrayFamily"),
}
# The kind of a literal type -> a module and its function, which gives the Python type or raises GuessError. Of a blob,
# its format goes before its kind; of a struct, the key in its metadata that tells it from a dataclass.
GUESSES: dict[str, tuple[str, str]] = {
    "blob NumpyArray": (f"{_TYPES}.arrays", "guess_array"),
    "blob": (f"{_TYPES}.blobs", "guess_blob"),
    "blob PythonPickle": (f"{_TYPES}.pickles", "guess_pickle"),
    "struct pb_type": (f"{_TYPES}.protobufs", "guess_message"),
    LITERAL: (f"{_TYPES}.literals_", "guess_literal"),
    "structured_dataset_type": (f"{_TYPES}.structured", "guess_dataset"),
}
# The title of a field's schema -> the module that knows whether the schema is that of its class.
_SHAPES = {"FlyteDirectory": "blobs", "FlyteFile": "blobs", "StructuredDataset": "structured"}


def family_of(cls: type, convert: Convert) -> tuple[type, Family] | None:
    """Give the base of `cls` that a family converts, and the family.

    Parameters
    ----------
    cls : type
        Any class.
    convert : callable
        Gives the converter of a type; the family is made with it.
    """
    for base in cls.__mro__:
        name = f"{base.__module__}.{base.__qualname__}"
        if name in FAMILIES:
            return base, family_named(name, convert)
    return None


def family_named(name: str, convert: Convert) -> Family:
    """Give the family of a name in the table."""
    module, cls = FAMILIES[name]
    family: Family = getattr(import_module(module), cls)(convert)
    return family


def guess_of(kind: str, literal_type: types_pb2.LiteralType) -> Any:
    """Give the Python type of a literal type of this kind; None if no family knows it."""
    home = GUESSES.get(f"blob {literal_type.blob.format}") if kind == "blob" else None
    home = home or GUESSES.get(kind)
    return getattr(import_module(home[0]), home[1])(literal_type) if home is not None else None


def guess_shape(schema: dict[str, Any]) -> Any:
    """Give the class of a dataclass's field by its schema, if it is a file, a folder or a dataset, and None else."""
    home = _SHAPES.get(str(schema.get("title")))
    return import_module(f"{_TYPES}.{home}").guess_shape(schema) if home is not None else None
