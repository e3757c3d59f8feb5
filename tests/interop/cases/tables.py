"""Tables and arrays, in the words of `process/tabular.py`."""

from __future__ import annotations

from .differences import Difference

__all__ = ["DIFFERENCES", "EQUAL", "REFUSED", "cases"]

_FRAME, _DATASET = "pandas.DataFrame", "StructuredDataset"

TYPES = (
    _FRAME,
    _DATASET,
    "pyarrow.Table",
    "Optional[pandas.DataFrame]",
    "Union[pandas.DataFrame, pyarrow.Table]",
    "list[pandas.DataFrame]",
    "dict[str, StructuredDataset]",
    "typing.Annotated[pandas.DataFrame, kwtypes(a=int, b=str, c=float, d=bool)]",
    "typing.Annotated[pandas.DataFrame, kwtypes(a=datetime.datetime, b=timedelta)]",
    "typing.Annotated[pyarrow.Table, kwtypes(a=List[int], b=Dict[str, int], c=list[list[str]], d=dict[str, float])]",
    "typing.Annotated[pandas.DataFrame, kwtypes(a=numpy.int32, b=numpy.uint64, c=numpy.float32, d=numpy.bool_)]",
    "typing.Annotated[pandas.DataFrame, kwtypes(a=numpy.datetime64, b=numpy.timedelta64, c=numpy.str_)]",
    "typing.Annotated[pandas.DataFrame, kwtypes(a=numpy.bytes_, b=numpy.object_, c=numpy.int64)]",
    "typing.Annotated[pandas.DataFrame, kwtypes()]",
    "typing.Annotated[pandas.DataFrame, '']",
    "typing.Annotated[pandas.DataFrame, 'csv']",
    "typing.Annotated[StructuredDataset, kwtypes(a=int), 'parquet']",
    "typing.Annotated[StructuredDataset, 'parquet', kwtypes(a=int)]",
    "typing.Annotated[StructuredDataset, Row]",
    "typing.Annotated[StructuredDataset, kwtypes(a=int, s={'t': int, 'u': Row})]",
    "typing.Annotated[pandas.DataFrame, SCHEMA]",
    "typing.Annotated[pandas.DataFrame, kwtypes(a=int), SCHEMA]",
    "typing.Annotated[pandas.DataFrame, HashMethod(str)]",
    "typing.Annotated[pandas.DataFrame, 3]",
    "Report",
    "numpy.ndarray",
    "Optional[numpy.ndarray]",
    "list[numpy.ndarray]",
    "typing.Annotated[numpy.ndarray, kwtypes(mmap_mode='r')]",
)

# The value, then the type that it is written as.
LITERALS = (
    ("FRAME", _FRAME),
    ("TABLE", "pyarrow.Table"),
    ("StructuredDataset(FRAME)", _DATASET),
    ("StructuredDataset(dataframe=TABLE)", _DATASET),
    ("StructuredDataset(FRAME)", _FRAME),
    ("FRAME", "Optional[pandas.DataFrame]"),
    ("None", "Optional[pandas.DataFrame]"),
    ("StructuredDataset(FRAME)", "Optional[pandas.DataFrame]"),
    ("FRAME", "Union[pandas.DataFrame, str]"),
    ("'x'", "Union[pandas.DataFrame, str]"),
    ("FRAME", "Union[pandas.DataFrame, pyarrow.Table]"),
    ("TABLE", "Union[pandas.DataFrame, pyarrow.Table]"),
    ("[FRAME, FRAME]", "list[pandas.DataFrame]"),
    ("FRAME", "typing.Annotated[pandas.DataFrame, kwtypes(a=int)]"),
    ("StructuredDataset(FRAME)", "typing.Annotated[StructuredDataset, kwtypes(a=int)]"),
    ("StructuredDataset(FRAME)", "typing.Annotated[StructuredDataset, 'csv']"),
    ("FRAME", "typing.Annotated[pandas.DataFrame, SCHEMA]"),
    ("FRAME", "typing.Annotated[pandas.DataFrame, HashMethod(lambda frame: 'h')]"),
    ("NESTED", "typing.Annotated[pandas.DataFrame, kwtypes(s={'t': int})]"),
    ("pandas.DataFrame()", _FRAME),
    ("pandas.DataFrame({1: [1]})", _FRAME),
    ("StructuredDataset(uri='s3://music/tracks')", _DATASET),
    ("StructuredDataset(uri='s3://music/tracks', file_format='parquet')", _DATASET),
    ("StructuredDataset(uri='s3://music/tracks', file_format='csv')", "typing.Annotated[StructuredDataset, 'parquet']"),
    ("StructuredDataset(uri='s3://music/tracks')", "typing.Annotated[StructuredDataset, kwtypes(a=int)]"),
    ("Report(StructuredDataset(FRAME), 2)", "Report"),
    ("ARRAY", "numpy.ndarray"),
    ("ARRAY", "Optional[numpy.ndarray]"),
    ("[ARRAY]", "list[numpy.ndarray]"),
    ("ARRAY", "typing.Annotated[numpy.ndarray, HashMethod(lambda array: 'h')]"),
)

_ONE = "typing.Annotated[{}, kwtypes(c=float, a=int)]"
READ = {
    "frame": "seen(FRAME, pandas.DataFrame)",
    "frame with an index": "seen(FRAME.set_index('b'), pandas.DataFrame)",
    "table": "seen(TABLE, pyarrow.Table)",
    "frame as table": "seen(FRAME, pandas.DataFrame, pyarrow.Table)",
    "table as frame": "seen(TABLE, pyarrow.Table, pandas.DataFrame)",
    "columns": f"seen(FRAME, pandas.DataFrame, {_ONE.format(_FRAME)})",
    "columns of a table": f"seen(FRAME, pandas.DataFrame, {_ONE.format('pyarrow.Table')})",
    "columns of csv": f"seen(StructuredDataset(FRAME), typing.Annotated[StructuredDataset, 'csv'], {_ONE.format(_FRAME)})",
    "columns of a dataset": f"seen(FRAME, pandas.DataFrame, {_ONE.format(_DATASET)}, pandas.DataFrame)",
    "columns that the writer declared": f"seen(FRAME, {_ONE.format(_FRAME)}, pandas.DataFrame)",
    "columns that the writer declared, opened": f"seen(FRAME, {_ONE.format(_FRAME)}, StructuredDataset, pandas.DataFrame)",
    "a column of a column": (
        "seen(NESTED, pandas.DataFrame, typing.Annotated[pandas.DataFrame, kwtypes(s={'t': int})])"
    ),
    "a column with another type than it has": (
        "seen(FRAME, pandas.DataFrame, typing.Annotated[pandas.DataFrame, kwtypes(b=int)])"
    ),
    "dataset": "seen(FRAME, pandas.DataFrame, StructuredDataset, pandas.DataFrame)",
    "dataset as table": "seen(FRAME, pandas.DataFrame, StructuredDataset, pyarrow.Table)",
    "dataset tells": "told(FRAME, pandas.DataFrame, StructuredDataset)",
    "dataset tells its columns": f"told(FRAME, pandas.DataFrame, {_ONE.format(_DATASET)})",
    "dataset in a dataclass": ("seen(Report(StructuredDataset(FRAME)), Report).table.open(pandas.DataFrame).all()"),
    "files of parquet": "stored(FRAME, pandas.DataFrame)",
    "files of csv": "stored(StructuredDataset(FRAME), typing.Annotated[StructuredDataset, 'csv'])",
    "files of a table": "stored(TABLE, pyarrow.Table)",
    "schema as frame": "read(legacy(), pandas.DataFrame)",
    "schema as dataset": "read(legacy(), StructuredDataset).open(pandas.DataFrame).all()",
    "array": "arrays(ARRAY, numpy.ndarray)",
    "array of text": "arrays(numpy.array(['a', 'ü']), numpy.ndarray)",
    "array of times": "arrays(numpy.array(['2024-02-29'], dtype='datetime64[us]'), numpy.ndarray)",
    "array of records": "arrays(numpy.array([(1, 2.5)], dtype=[('x', 'i4'), ('y', 'f8')]), numpy.ndarray)",
    "array without items": "arrays(numpy.array([]), numpy.ndarray)",
    "array without axes": "arrays(numpy.array(3), numpy.ndarray)",
    "array, mapped": "arrays(ARRAY, typing.Annotated[numpy.ndarray, kwtypes(mmap_mode='r')])",
    "members": "sorted(n for n in dir(StructuredDataset) if n in ('open', 'all', 'iter', 'dataframe', 'metadata', 'literal'))",
    "register": "signature(StructuredDatasetTransformerEngine.register)",
    "encoder": "signature(StructuredDatasetEncoder)",
    "decoder": "signature(StructuredDatasetDecoder)",
    "encode": "signature(StructuredDatasetEncoder.encode)",
    "decode": "signature(StructuredDatasetDecoder.decode)",
}

REMADE = {
    "a dataset that is passed on": f"remade(FRAME, {_ONE.format(_FRAME)}, StructuredDataset)",
    "a dataset that is passed on as another type": f"remade(FRAME, pandas.DataFrame, {_ONE.format(_DATASET)})",
}

EQUAL: dict[str, str] = {
    **{f"type {t}": f"literal_type({t})" for t in TYPES},
    **{f"{value} as {t}": f"placed({value}, {t})" for value, t in LITERALS},
    **READ,
    **REMADE,
}

# What both refuse.
REFUSED: dict[str, str] = {
    "a column of complex": "literal_type(typing.Annotated[pandas.DataFrame, kwtypes(a=complex)])",
    "a column of int8": "literal_type(typing.Annotated[pandas.DataFrame, kwtypes(a=numpy.int8)])",
    "two formats": "literal_type(typing.Annotated[pandas.DataFrame, 'csv', 'parquet'])",
    "a dict for a frame": "literal({'a': 1}, pandas.DataFrame)",
    "None for a frame": "literal(None, pandas.DataFrame)",
    "a table for a frame": "literal(TABLE, pandas.DataFrame)",
    "a dataset of nothing": "literal(StructuredDataset(), StructuredDataset)",
    "a dataset that is nowhere": "literal(StructuredDataset(uri='/nowhere/x'), StructuredDataset)",
    "a column of two types": "literal(pandas.DataFrame({'a': [1, 'x']}), pandas.DataFrame)",
    "nanoseconds": "literal(pandas.DataFrame({'a': pandas.to_datetime([1])}), pandas.DataFrame)",
    "a dataset in two variants": "literal(StructuredDataset(FRAME), Union[pandas.DataFrame, StructuredDataset])",
    "a missing column": ("seen(FRAME, pandas.DataFrame, typing.Annotated[pandas.DataFrame, kwtypes(z=int)])"),
    "a dataset that is not opened": "StructuredDataset(uri='/nowhere').all()",
    "an int for a frame": "through(3, int, pandas.DataFrame)",
    "an int for an array": "through(3, int, numpy.ndarray)",
    "a list for an array": "literal([1], numpy.ndarray)",
    "an array of objects": "literal(numpy.array([{}], dtype=object), numpy.ndarray)",
    "a masked array": "literal(numpy.ma.array([1]), numpy.ndarray)",
}

_NO_PICKLE = "Use a dtype of numbers, text or times; Python objects would be pickled, and a pickle can run any code."

DIFFERENCES: dict[str, Difference] = {
    "format of a dataframe": Difference(
        "placed(FRAME, typing.Annotated[pandas.DataFrame, 'csv'])"
        ".scalar.structured_dataset.metadata.structured_dataset_type.format",
        "'parquet'",
        "'csv'",
    ),
    "format of a dataset": Difference(
        "placed(StructuredDataset(FRAME, file_format='csv'), StructuredDataset)"
        ".scalar.structured_dataset.metadata.structured_dataset_type.format",
        "'parquet'",
        "'csv'",
    ),
    "format without an encoder": Difference(
        "placed(FRAME, typing.Annotated[pandas.DataFrame, 'avro']).WhichOneof('value')",
        "'scalar'",
        "raises ConversionError: $: no encoder of pandas.DataFrame for file, format 'avro'. "
        "The formats are: csv, parquet.",
    ),
    "declared column left out": Difference(
        "placed(FRAME, typing.Annotated[pandas.DataFrame, kwtypes(z=int)]).WhichOneof('value')",
        "'scalar'",
        "raises ConversionError: $: the declared column 'z' is not in the dataframe. It has: a, b, c.",
    ),
    "columns given twice": Difference(
        "len(literal_type(typing.Annotated[pandas.DataFrame, kwtypes(a=int), kwtypes(b=int)])"
        ".structured_dataset_type.columns)",
        "1",
        "raises UnsupportedTypeError: the type Annotated[DataFrame, ...] with two sets of columns "
        "has no Flyte literal type. Give one of them.",
    ),
    "dataframe for a dataset": Difference(
        "placed(FRAME, StructuredDataset) == placed(StructuredDataset(FRAME), StructuredDataset)",
        "raises TypeTransformerFailedError",
        "True",
    ),
    "dataset opened where it was made": Difference(
        "len(StructuredDataset(FRAME).open(pandas.DataFrame).all())", "raises AttributeError", "2"
    ),
    "dataset in parts": Difference(
        "[len(part) for part in seen(FRAME, pandas.DataFrame, StructuredDataset).open(pandas.DataFrame).iter()]",
        "raises KeyError",
        "[2]",
    ),
    "datasets that are equal": Difference("StructuredDataset(FRAME) == StructuredDataset(TABLE)", "True", "False"),
    "dataframe in a dataclass": Difference(
        "literal_type(Framed).WhichOneof('type')",
        "'simple'",
        "raises UnsupportedTypeError: Framed.table: the type DataFrame has no Flyte literal type. "
        "msgpack cannot carry it inside of a dataclass.",
    ),
    "guessed columns": Difference(
        "len(literal_type(guessed(typing.Annotated[pandas.DataFrame, kwtypes(a=int)])).structured_dataset_type.columns)",
        "0",
        "1",
    ),
    "guessed dataset in a dataclass": Difference(
        "{f.name: f.type for f in dataclasses.fields(guessed(Report))}['table'] is StructuredDataset", "False", "True"
    ),
    "guessed array": Difference("guessed(numpy.ndarray) is numpy.ndarray", "False", "True"),
    "pickled array": Difference(
        "literal_type(typing.Annotated[numpy.ndarray, kwtypes(allow_pickle=True)]).WhichOneof('type')",
        "'blob'",
        "raises UnsupportedTypeError: the type Annotated[ndarray, kwtypes(...)] with allow_pickle "
        f"has no Flyte literal type. {_NO_PICKLE}",
    ),
    "array's other notes": Difference(
        "arrays(ARRAY, typing.Annotated[numpy.ndarray, 'metres'])[0]", "raises TypeTransformerFailedError", "'ndarray'"
    ),
}


def cases() -> dict[str, str]:
    """What is alike under ``table: NAME``, what is refused or differs under ``table refused`` and ``table differs``."""
    found = {f"table: {name}": source for name, source in EQUAL.items()}
    found.update({f"table refused: {name}": source for name, source in REFUSED.items()})
    found.update({f"table differs: {name}": difference.question for name, difference in DIFFERENCES.items()})
    return found
