"""numpy's arrays: a blob with one .npy file, in which there is never a pickle."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import describe
from shimnb.core.types.columns import described
from shimnb.core.types.exchange import absent, context_of, shown, told, writing
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch
from shimnb.errors import GuessError, ShimError, UnsupportedTypeError, shorten

__all__ = ["ArrayFamily", "guess_array"]

FORMAT = "NumpyArray"
_MAGIC = b"\x93NUMPY"
_OPTIONS = ("allow_pickle", "mmap_mode")
_MODES = (None, "r", "r+", "c")
_NO_PICKLE = "Use a dtype of numbers, text or times; Python objects would be pickled, and a pickle can run any code."


def _type() -> types_pb2.BlobType:
    return types_pb2.BlobType(format=FORMAT, dimensionality=types_pb2.BlobType.SINGLE)


class ArrayFamily(Family):
    """``numpy.ndarray``, and ``Annotated[numpy.ndarray, kwtypes(mmap_mode="r")]``."""

    annotated = True

    def __init__(self, convert: Convert) -> None:
        super().__init__("Numpy Array", import_module("numpy").ndarray, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # an array holds no other type
        """Compile an array's class."""
        base, notes = described(t)
        own = _Array(base, _options(base, notes, path))
        return Converter(base, self.name, types_pb2.LiteralType(blob=_type()), own.fill, own.read, None, None)


def _options(base: Any, notes: tuple[Any, ...], path: str) -> dict[str, Any]:
    """Give numpy's options for reading; other notes than a dict say nothing of the array."""
    given = [note for note in notes if isinstance(note, dict)]
    name = f"Annotated[{type_name(base)}, kwtypes(...)]"
    if len(given) > 1:
        raise UnsupportedTypeError(name + " with two kwtypes", path, "Put the options into one.")
    options = dict(given[0]) if given else {}
    unknown = [key for key in options if key not in _OPTIONS]
    if unknown:
        raise UnsupportedTypeError(f"{name} with {unknown[0]!r}", path, f"The options are: {', '.join(_OPTIONS)}.")
    if options.get("allow_pickle"):
        raise UnsupportedTypeError(f"{name} with allow_pickle", path, _NO_PICKLE)
    if options.get("mmap_mode") not in _MODES:
        problem = f"{name} with mmap_mode {shorten(options['mmap_mode'])}"
        raise UnsupportedTypeError(problem, path, 'The modes are: "r", "r+", "c".')
    return options


class _Array:
    """The two functions of one array's class."""

    def __init__(self, base: Any, options: dict[str, Any]) -> None:
        self.base = base
        self.mode = options.get("mmap_mode")

    def fill(self, target: literals_pb2.Literal, value: Any, ctx: Any) -> None:
        numpy = import_module("numpy")
        if not isinstance(value, self.base):
            remedy = "Pass numpy.asarray(value)." if isinstance(value, (list, tuple, numpy.generic)) else ""
            raise mismatch("numpy.ndarray", value, remedy)
        if value.dtype.hasobject:
            raise Misfit(f"the array has the dtype {value.dtype}, of Python objects", _NO_PICKLE)
        if isinstance(value, numpy.ma.MaskedArray):
            raise Misfit("a masked array has a mask, which .npy does not hold", "Pass value.filled(...).")
        access = context_of(ctx).file_access
        uri = access.get_random_remote_path(access.get_random_string() + ".npy")
        try:
            with writing(access, uri) as file:
                numpy.save(file, value, allow_pickle=False)
        except (ShimError, OSError, TypeError, ValueError) as error:
            raise told(error) from error
        blob = target.scalar.blob
        blob.metadata.type.CopyFrom(_type())
        blob.uri = uri

    def read(self, literal: literals_pb2.Literal, ctx: Any) -> Any:
        if not literal.scalar.HasField("blob"):
            raise Misfit(f"expected numpy.ndarray, got a literal with {describe(literal)}")
        uri = literal.scalar.blob.uri
        access = context_of(ctx).file_access
        path = access.strip_file_header(uri)
        try:
            # An array that is mapped may be written to: not to the file of the one who made it.
            if access.is_remote(uri) or self.mode:
                path = access.get_random_local_path("array.npy")
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                access.get_data(uri, path)
            return self._load(path, uri)
        except FileNotFoundError as error:
            raise absent(uri) from error
        except ShimError as error:
            raise told(error) from error
        except OSError as error:
            raise Misfit(f"{shown(uri)} cannot be read: {error.strerror or error}") from error

    def _load(self, path: str, uri: str) -> Any:
        numpy = import_module("numpy")
        with Path(path).open("rb") as file:
            magic = file.read(len(_MAGIC))
        if magic != _MAGIC:
            kind = "a pickle" if magic[:1] == b"\x80" else "no .npy file"
            raise Misfit(f"{shown(uri)} is {kind}; an array is read from a .npy file", "Write it with numpy.save.")
        try:
            return numpy.load(path, mmap_mode=self.mode, allow_pickle=False)
        except (ValueError, EOFError, MemoryError, SyntaxError, TypeError) as error:
            if "pickle" in str(error) or "Python objects" in str(error):
                raise Misfit(f"{shown(uri)} holds pickled Python objects, which are not read", _NO_PICKLE) from error
            raise Misfit(f"{shown(uri)} is damaged: {str(error) or type(error).__name__}") from error


def guess_array(literal_type: types_pb2.LiteralType) -> Any:
    """Give ``numpy.ndarray`` for a blob with its format; None for a folder of such a format."""
    if literal_type.blob.dimensionality != types_pb2.BlobType.SINGLE:
        return None
    try:
        return import_module("numpy").ndarray
    except ImportError as error:
        refusal = GuessError("a numpy array while numpy is not installed")
        refusal.remedy = 'Run: pip install "shimnb[numpy]".'
        raise refusal from error
