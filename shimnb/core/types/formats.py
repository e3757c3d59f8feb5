"""Files and folders of well-known formats, under flytekit's names: ``CSVFile`` is ``FlyteFile["csv"]``."""

from __future__ import annotations

from typing import TypeVar

from shimnb.core.types.files import FlyteFile
from shimnb.core.types.folders import FlyteDirectory

__all__ = [
    "CSVFile",
    "FileExt",
    "HDF5EncodedFile",
    "HTMLPage",
    "JPEGImageFile",
    "JSONLFile",
    "JoblibSerializedFile",
    "ONNXFile",
    "PDFFile",
    "PNGImageFile",
    "PythonNotebook",
    "PythonPickledFile",
    "SVGImageFile",
    "TFRecordFile",
    "TFRecordsDirectory",
    "TensorboardLogs",
]


class FileExt:
    """Notes a format that is no Python name: ``Annotated[str, FileExt("tar.gz")]``.

    Parameters
    ----------
    ext : str
        The format.
    """

    def __init__(self, ext: str) -> None:
        self._ext = ext

    def __str__(self) -> str:
        return self._ext

    __repr__ = __str__


hdf5 = TypeVar("hdf5")
html = TypeVar("html")
joblib = TypeVar("joblib")
jpeg = TypeVar("jpeg")
pdf = TypeVar("pdf")
png = TypeVar("png")
python_pickle = TypeVar("python_pickle")
ipynb = TypeVar("ipynb")
svg = TypeVar("svg")
csv = TypeVar("csv")
onnx = TypeVar("onnx")
tfrecord = TypeVar("tfrecord")
jsonl = TypeVar("jsonl")
tensorboard = TypeVar("tensorboard")
tfrecords_dir = TypeVar("tfrecords_dir")

HDF5EncodedFile = FlyteFile[hdf5]
HTMLPage = FlyteFile[html]
JoblibSerializedFile = FlyteFile[joblib]
JPEGImageFile = FlyteFile[jpeg]
PDFFile = FlyteFile[pdf]
PNGImageFile = FlyteFile[png]
PythonPickledFile = FlyteFile[python_pickle]
PythonNotebook = FlyteFile[ipynb]
SVGImageFile = FlyteFile[svg]
CSVFile = FlyteFile[csv]
ONNXFile = FlyteFile[onnx]
TFRecordFile = FlyteFile[tfrecord]
JSONLFile = FlyteFile[jsonl]
TensorboardLogs = FlyteDirectory[tensorboard]
TFRecordsDirectory = FlyteDirectory[tfrecords_dir]
