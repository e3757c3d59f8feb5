"""Pickle, for who asks: a type that writes one, and a switch without which none is read."""

from __future__ import annotations

import hashlib
import pickle
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import describe
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["FlytePickle", "PickleFamily", "allow_pickle", "guess_pickle"]

T = TypeVar("T")
Literal = literals_pb2.Literal
_FORMAT = "PythonPickle"
_CLASS = "python_class_name"
_allowed = False


class FlytePickle(Generic[T]):
    """Pickle the values of a type that Flyte does not know: ``FlytePickle[set]``.

    Writing the annotation is the opt-in to write pickles; to read one needs
    `allow_pickle`. The literal is the one that flytekit makes of a type that
    it does not know, without being asked.

    Notes
    -----
    cloudpickle is used where it is installed (``pip install
    'shimnb[pickle]'``), as flytekit does: it takes lambdas, and classes that
    a notebook defines.

    Examples
    --------
    >>> from shimnb import TypeEngine
    >>> dict(TypeEngine.to_literal_type(FlytePickle[set]).metadata)
    {'python_class_name': "<class 'set'>"}
    """

    class_name: ClassVar[str] = "typing.Any"


class allow_pickle:  # noqa: N801  # called like a function
    """Load pickles from here on, in this process; in a ``with``, until its end.

    To load a pickle is to run whatever code it holds, so that nothing is
    loaded unless this was called. A module that is to run on a cluster calls
    it at its top.

    Examples
    --------
    >>> with allow_pickle():
    ...     pass  # pickles are loaded here
    """

    def __init__(self) -> None:
        global _allowed  # noqa: PLW0603  # a switch of the process: a run has a thread of its own
        self._before = _allowed
        _allowed = True

    def __enter__(self) -> None:
        """Go on as the call began."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take back what the call allowed."""
        global _allowed  # noqa: PLW0603  # see __init__
        _allowed = self._before

    def __repr__(self) -> str:
        return "<pickles are loaded>" if _allowed else "<no pickle is loaded>"


class PickleFamily(Family):
    """A value travels as a file, in a blob."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("FlytePickle", FlytePickle, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # a Family's
        """Compile ``FlytePickle[T]``."""
        args = getattr(t, "__args__", ())
        literal_type = types_pb2.LiteralType(blob=types_pb2.BlobType(format=_FORMAT))
        literal_type.metadata[_CLASS] = str(args[0]) if args else t.class_name
        cls = args[0] if args and isinstance(args[0], type) and not hasattr(args[0], "__args__") else object
        own = _Pickle(cls, type_name(t))
        return Converter(t, self.name, literal_type, own.fill, own.read, None, None)


class _Pickle:
    """The two functions of one ``FlytePickle[T]``."""

    def __init__(self, cls: type, name: str) -> None:
        self._cls = cls
        self._name = name

    def fill(self, target: Literal, value: Any, ctx: Any) -> None:
        if value is None or not isinstance(value, self._cls):
            remedy = "None is no pickle; declare the type with | None." if value is None else ""
            raise mismatch(self._name, value, remedy)
        blob = target.scalar.blob
        blob.metadata.type.format = _FORMAT
        blob.uri = _store(_dumped(value), _access(ctx))

    def read(self, literal: Literal, ctx: Any) -> Any:
        blob = literal.scalar.blob
        if not literal.scalar.HasField("blob") or blob.metadata.type.format != _FORMAT:
            raise Misfit(f"expected {self._name}, got a literal with {describe(literal)}")
        if not _allowed:
            problem = "the value is a pickle, and to load one is to run whatever code it holds"
            raise Misfit(problem, "If you trust where it comes from, call shimnb.allow_pickle() first.")
        value = _loaded(blob.uri, _access(ctx))
        if not isinstance(value, self._cls):
            raise mismatch(self._name, value)
        return value


def _access(ctx: Any) -> Any:
    if ctx is None:
        from shimnb.core.context import FlyteContextManager  # noqa: PLC0415  # imports this package

        ctx = FlyteContextManager.current_context()
    return ctx.file_access


def _dumped(value: Any) -> bytes:
    try:
        import cloudpickle  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra
    except ImportError:
        cloudpickle = None
    try:
        # cloudpickle's protocol, so that plain values give the same bytes with it and without.
        return bytes(cloudpickle.dumps(value) if cloudpickle else pickle.dumps(value, protocol=5))
    except Exception as error:  # an object's own __reduce__ may raise anything
        remedy = "" if cloudpickle else "cloudpickle may be able to: pip install 'shimnb[pickle]'."
        raise Misfit(f"{type_name(type(value))} cannot be pickled: {error}", remedy) from error


def _store(data: bytes, access: Any) -> str:
    path = access.get_random_local_path(hashlib.md5(data, usedforsecurity=False).hexdigest())
    with open(path, "wb") as file:  # noqa: PTH123  # the provider gives text
        file.write(data)
    uri: str = access.put_raw_data(path)
    return uri


def _loaded(uri: str, access: Any) -> Any:
    path = uri
    try:
        if access.is_remote(uri):
            path = access.get_random_local_path()
            access.get_data(uri, path)
        with open(path.removeprefix("file://"), "rb") as file:  # noqa: PTH123  # the provider gives text
            return pickle.load(file)  # noqa: S301  # the caller asked for it, by allow_pickle
    except Exception as error:  # what a pickle runs may raise anything
        raise Misfit(f"the pickle {uri} cannot be loaded: {type(error).__name__}: {error}") from error


def guess_pickle(literal_type: types_pb2.LiteralType) -> Any:
    """Give a ``FlytePickle`` with the class's name that the literal type has."""
    return _named(str(dict(literal_type.metadata).get(_CLASS, "")))


@lru_cache(maxsize=256)
def _named(class_name: str) -> Any:
    if class_name in {"", FlytePickle.class_name}:
        return FlytePickle
    return type("FlytePickle", (FlytePickle,), {"class_name": class_name, "__module__": __name__})
