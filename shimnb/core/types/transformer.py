"""What every family of types offers, and the closures it compiles to.

A `Converter` holds, for one Python type, the literal type and four closures.
They are made once for a type and kept in a table, so that a value is
converted by calling them: nothing is searched for, and nothing is dispatched
on, while values are converted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.names import type_name
from shimnb.errors import ConversionError, UnsupportedTypeError, shorten

if TYPE_CHECKING:
    from shimnb.core.context import FlyteContext

__all__ = ["Convert", "Converter", "Family", "Misfit", "TypeTransformer", "foreign", "mismatch", "step"]

T = TypeVar("T")
_STEPS = 20

Fill = Callable[[literals_pb2.Literal, Any, Any], None]
Read = Callable[[literals_pb2.Literal, Any], Any]
Pack = Callable[[Any], Any]
Unpack = Callable[[Any], Any]


class Misfit(Exception):  # noqa: N818  # never seen outside: it becomes a ConversionError where the path's root is known
    """A value that does not fit, on its way up; each level adds its step.

    Parameters
    ----------
    problem : str
        What is wrong, as a clause.
    remedy : str
        What to give instead, as a sentence.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        self.steps: list[str] = []
        super().__init__(problem)

    def under(self, text: str) -> Misfit:
        """Note that the value stands at `text`, such as ``[2]`` or ``.price``."""
        self.steps.append(text)
        return self

    @property
    def inner(self) -> str:
        """The steps taken so far, outermost first; of very many, the outer and the inner ones."""
        steps = self.steps[::-1]
        return "".join(steps if len(steps) <= _STEPS else [*steps[: _STEPS // 2], "...", *steps[-_STEPS // 2 :]])

    def error(self, root: str) -> ConversionError:
        """Make the error that a caller sees, with the path under `root`."""
        return ConversionError(root + self.inner, self.problem, self.remedy)


def step(key: object) -> str:
    """Give the step into a dict or an object: ``.name``, or ``["a b"]``."""
    return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{shorten(key)}]"


def mismatch(expected: str, value: object, remedy: str = "") -> Misfit:
    """Say that `value` is of another type than `expected`."""
    got = "None" if value is None else f"{type_name(type(value))} {shorten(value)}"
    return Misfit(f"expected {expected}, got {got}", remedy)


def foreign(error: Exception) -> Misfit:
    """Turn what a plugin's transformer raised into a misfit, keeping its path."""
    if isinstance(error, ConversionError):
        misfit = Misfit(error.problem, error.remedy)
        inner = error.path.removeprefix("$")
        return misfit.under(inner) if inner else misfit
    text = str(error)
    return Misfit(f"{type(error).__name__}: {text}" if text else type(error).__name__)


class Converter:
    """How values of one Python type become literals, and come back.

    Parameters
    ----------
    python_type : type
        The type, without `Annotated`.
    tag : str
        The transformer's name, by which a union tells its variants apart.
    literal_type : LiteralType or None
        The literal type; None for a type that only exists inside a
        dataclass, and then `refusal` says why.
    fill : callable
        ``fill(literal, value, ctx)`` writes `value` into an empty literal. A
        list fills literals that already stand in its collection, which is
        twice as fast as to build and to copy them.
    read : callable
        ``read(literal, ctx)`` gives the value.
    pack, unpack : callable or None
        ``pack(value)`` gives the value in plain data for msgpack, and
        ``unpack(plain)`` takes it back. None where msgpack cannot carry it.
    takes : tuple of type or None
        The classes whose instances `fill` takes, its own first; None if only
        trying tells. A union chooses by it.
    keys : frozenset of str or None
        The keys of a dataclass's plain data; a union chooses by them.
    peer : bool
        Whether flytekit has a literal type for it too; where it has none, it
        leaves the field out of a dataclass's type structure.
    refusal : UnsupportedTypeError or None
        Why there is no literal type.
    """

    # A plain class: a dataclass compiles its methods while shimnb is imported.
    __slots__ = (
        "fill",
        "keys",
        "literal_type",
        "pack",
        "peer",
        "python_type",
        "read",
        "refusal",
        "tag",
        "takes",
        "unpack",
    )

    def __init__(  # noqa: PLR0913, PLR0917  # a converter has these
        self,
        python_type: Any,
        tag: str,
        literal_type: types_pb2.LiteralType | None,
        fill: Fill,
        read: Read,
        pack: Pack | None,
        unpack: Unpack | None,
        takes: tuple[type, ...] | None = None,
        keys: frozenset[str] | None = None,
        peer: bool = True,  # noqa: FBT001, FBT002  # named where it is given
        refusal: UnsupportedTypeError | None = None,
    ) -> None:
        self.python_type = python_type
        self.tag = tag
        self.literal_type = literal_type
        self.fill = fill
        self.read = read
        self.pack = pack
        self.unpack = unpack
        self.takes = takes
        self.keys = keys
        self.peer = peer
        self.refusal = refusal


class Convert(Protocol):
    """Gives the converter of a type; `path` says where the type was met."""

    def __call__(self, t: Any, path: str = "") -> Converter:
        """Give the converter of `t`."""


class TypeTransformer(Generic[T]):
    """Converts values of one Python type to literals, and back.

    A plugin subclasses it, implements `get_literal_type`, `to_literal` and
    `to_python_value`, and registers an instance with `TypeEngine.register`.

    Parameters
    ----------
    name : str
        The transformer's name; a union tags its variants with it.
    t : type
        The Python type it converts.
    enable_type_assertions : bool
        Whether a value's class is checked before `to_literal` is called.

    Examples
    --------
    >>> from flyteidl.core import literals_pb2, types_pb2
    >>> class Celsius(float): ...
    >>> class CelsiusTransformer(TypeTransformer[Celsius]):
    ...     def __init__(self):
    ...         super().__init__("celsius", Celsius)
    ...     def get_literal_type(self, t):
    ...         return types_pb2.LiteralType(simple=types_pb2.FLOAT)
    ...     def to_literal(self, ctx, python_val, python_type, expected):
    ...         primitive = literals_pb2.Primitive(float_value=python_val)
    ...         return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=primitive))
    ...     def to_python_value(self, ctx, lv, expected_python_type):
    ...         return Celsius(lv.scalar.primitive.float_value)
    >>> CelsiusTransformer().name
    'celsius'
    """

    def __init__(self, name: str, t: type[T], enable_type_assertions: bool = True) -> None:  # noqa: FBT001, FBT002  # flytekit's signature
        self._name = name
        self._t = t
        self._type_assertions_enabled = enable_type_assertions

    @property
    def name(self) -> str:
        """The transformer's name, and its tag in a union."""
        return self._name

    @property
    def python_type(self) -> type[T]:
        """The type that the transformer converts."""
        return self._t

    @property
    def is_async(self) -> bool:
        """Whether the transformer is a coroutine's; never, in shimnb."""
        return False

    @property
    def type_assertions_enabled(self) -> bool:
        """Whether `assert_type` is called before `to_literal`."""
        return self._type_assertions_enabled

    def assert_type(self, t: type[T], v: T) -> None:
        """Raise `ConversionError` if `v` is no instance of `t`."""
        if not hasattr(t, "__origin__") and not isinstance(v, t):
            raise mismatch(type_name(t), v).error("$")

    def get_literal_type(self, t: type[T]) -> types_pb2.LiteralType:
        """Give the literal type of `t`."""
        raise NotImplementedError(f"{type(self).__name__}.get_literal_type({type_name(t)})")

    def to_literal(
        self,
        ctx: FlyteContext,
        python_val: T,
        python_type: type[T],
        expected: types_pb2.LiteralType,
    ) -> literals_pb2.Literal:
        """Give the literal of `python_val`."""
        raise NotImplementedError(f"{type(self).__name__}.to_literal({type_name(python_type)})")

    def to_python_value(self, ctx: FlyteContext, lv: literals_pb2.Literal, expected_python_type: type[T]) -> T | None:
        """Give the value that the literal `lv` holds."""
        raise NotImplementedError(f"{type(self).__name__}.to_python_value({type_name(expected_python_type)})")

    def from_binary_idl(self, binary_idl_object: literals_pb2.Binary, expected_python_type: type[T]) -> T | None:
        """Give the value of a literal's msgpack, as a dataclass's field is taken out of one on a cluster.

        A transformer whose literals may be such calls it from its
        `to_python_value`; how the type is read is mashumaro's business.
        """
        from mashumaro.codecs.msgpack import MessagePackDecoder  # noqa: PLC0415  # 60 ms

        if binary_idl_object.tag != "msgpack":
            raise Misfit(f"the binary has the tag {binary_idl_object.tag!r}, not 'msgpack'").error("$")
        from shimnb.core.types.binary import loads  # noqa: PLC0415  # imports this module

        decoder: Any = MessagePackDecoder(expected_python_type, pre_decoder_func=loads)
        value: T | None = decoder.decode(binary_idl_object.value)
        return value

    def guess_python_type(self, literal_type: types_pb2.LiteralType) -> type[T]:
        """Give the Python type of `literal_type`, or raise `ValueError`."""
        raise ValueError(f"{self.name} cannot tell a Python type from {literal_type}")

    def to_html(self, ctx: FlyteContext, python_val: T, expected_python_type: type[T]) -> str:  # noqa: ARG002  # flytekit's signature
        """Show a value as HTML."""
        return str(python_val)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {type_name(self._t)})"

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:  # noqa: ARG002  # families that hold other types use all three
        """Compile the converter of `t`; families of shimnb's own override it."""
        literal_type = self.get_literal_type(t)

        def fill(target: literals_pb2.Literal, value: Any, ctx: Any) -> None:
            try:
                if self.type_assertions_enabled:
                    self.assert_type(t, value)
                target.CopyFrom(self.to_literal(ctx, value, t, literal_type))
            except Misfit:
                raise
            except Exception as error:
                raise foreign(error) from error

        def read(literal: literals_pb2.Literal, ctx: Any) -> Any:
            if literal.HasField("offloaded_metadata"):
                # The engine fetches it when it cannot be read; a plugin might read it as nothing at all.
                raise Misfit(f"expected {type_name(t)}, got an offloaded value")
            try:
                return self.to_python_value(ctx, literal, t)
            except Misfit:
                raise
            except Exception as error:
                raise foreign(error) from error

        return Converter(t, self.name, literal_type, fill, read, None, None)


class Family(TypeTransformer[Any]):
    """A family of shimnb's own: it compiles, and its methods call what it compiled."""

    # Whether `build` takes the annotated type, not the type alone: for a family that reads the notes.
    annotated = False

    def __init__(self, name: str, t: Any, convert: Convert) -> None:
        super().__init__(name, t)
        self._convert = convert

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile the converter of `t`."""
        raise NotImplementedError

    def assert_type(self, t: Any, v: Any) -> None:
        """Raise `ConversionError` if `v` does not fit `t`."""
        self.to_literal(None, v, t, None)

    def get_literal_type(self, t: Any) -> types_pb2.LiteralType:
        """Give a literal type of one's own, that may be changed."""
        converter = self._convert(t)
        if converter.literal_type is None:
            _refuse(converter)
        literal_type = types_pb2.LiteralType()
        literal_type.CopyFrom(converter.literal_type)
        return literal_type

    def to_literal(self, ctx: Any, python_val: Any, python_type: Any, expected: Any) -> literals_pb2.Literal:  # noqa: ARG002  # flytekit's signature
        """Give the literal of `python_val`."""
        literal = literals_pb2.Literal()
        try:
            self._convert(python_type).fill(literal, python_val, ctx)
        except Misfit as misfit:
            raise misfit.error("$") from misfit.__cause__
        return literal

    def to_python_value(self, ctx: Any, lv: literals_pb2.Literal, expected_python_type: Any) -> Any:
        """Give the value that the literal `lv` holds."""
        try:
            return self._convert(expected_python_type).read(lv, ctx)
        except Misfit as misfit:
            raise misfit.error("$") from misfit.__cause__


def _refuse(converter: Converter) -> NoReturn:
    raise converter.refusal or UnsupportedTypeError(type_name(converter.python_type), "", "")
