"""The type engine: one table of compiled converters, and the classes that fill it."""

from __future__ import annotations

import enum
import threading
import typing
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.collection import DictFamily, ListFamily
from shimnb.core.types.dataclasses_ import DataclassFamily, is_dataclass
from shimnb.core.types.enums import EnumFamily
from shimnb.core.types.guess import Guesser
from shimnb.core.types.lazy import LITERAL, family_named, family_of
from shimnb.core.types.names import is_union, strip_annotated, type_key, type_name
from shimnb.core.types.simple import simple_families
from shimnb.core.types.transformer import Converter, Family, Misfit, TypeTransformer
from shimnb.core.types.union import UnionFamily
from shimnb.errors import ConversionError, TypeEngineError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shimnb.core.context import FlyteContext
    from shimnb.core.types.losses import TypeLoss

__all__ = ["TypeEngine", "forget_types"]

_MOST_CONVERTERS = 4096  # a notebook defines its classes anew with each run of a cell
_DEFAULT_REMEDY = "Use int, float, str, bool, datetime, date, timedelta, list, dict, an Enum or a dataclass."
_REMEDIES: dict[Any, str] = {
    Any: "Say which type it is; for any plain data, use dict.",
    object: "Say which type it is; for any plain data, use dict.",
    tuple: "Use list[...]; for several outputs, return tuple[...] from execute_from_model itself.",
    set: "Use list[...].",
    frozenset: "Use list[...].",
    bytes: "Use a str (base64), or write a file and pass its path.",
    complex: "Use a dataclass of two floats.",
}


class _Registry:
    """The engine's state: transformers by class, converters by type."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._converters: dict[Any, Converter] = {}
        self._seen: dict[int, tuple[Any, Converter]] = {}
        self._enum = EnumFamily(self.convert)
        self._dataclass = DataclassFamily(self.convert)
        self._union = UnionFamily(self.convert)
        families = [*simple_families(self.convert), ListFamily(self.convert), DictFamily(self.convert)]
        self.own: dict[Any, TypeTransformer[Any]] = {family.python_type: family for family in families}
        self.added: dict[Any, TypeTransformer[Any]] = {}
        self._late: dict[Any, TypeTransformer[Any]] = {}
        self.guesser = Guesser(self._dataclass, self.convert)

    def register(self, transformer: TypeTransformer[Any], wanted: list[Any], *, override: bool = False) -> None:
        with self._lock:
            for t in wanted:
                if isinstance(t, type) and issubclass(t, enum.Enum):
                    what = f"{transformer.name!r} cannot convert {type_name(t)}: an Enum travels as its member's value"
                    raise TypeEngineError(what, remedy="Register a transformer for another class.")
                existing = self.added.get(t) or self.own.get(t)
                if existing is not None and not override:
                    what = f"{existing.name!r} already converts {type_name(t)}, so that {transformer.name!r} cannot"
                    raise TypeEngineError(what, remedy="Register a transformer for a class of your own.")
            self.added.update(dict.fromkeys(wanted, transformer))
            self._converters.clear()
            self._seen.clear()

    def forget(self) -> None:
        with self._lock:
            self._converters.clear()
            self._seen.clear()
            self.guesser.forget()

    def transformer(self, t: Any, path: str = "") -> TypeTransformer[Any]:
        """Find the transformer of a type; done once for each type."""
        if typing.get_origin(t) is typing.Annotated:
            for note in t.__metadata__:
                if isinstance(note, TypeTransformer):
                    return note
            return self.transformer(strip_annotated(t), path)
        t = type(None) if t is None else t
        origin = typing.get_origin(t) or t
        found = self.added.get(t) or self.added.get(origin) if _hashable(t) else None
        # A transformer of a base, such as object, must not take what has one of its own.
        if found is None and isinstance(origin, type) and origin not in self.own and not issubclass(origin, enum.Enum):
            found = next((self.added[base] for base in origin.__mro__ if base in self.added), None)
        return found or self._own(t, origin) or self._none(t, origin, path)

    def _own(self, t: Any, origin: Any) -> TypeTransformer[Any] | None:
        if is_union(t):
            return self._union
        if origin is typing.Literal:
            if LITERAL not in self._late:
                self._late[LITERAL] = family_named(LITERAL, self.convert)
            return self._late[LITERAL]
        if isinstance(origin, type):
            if issubclass(origin, enum.Enum):
                return self._enum
            if is_dataclass(origin):
                return self._dataclass if origin is t else None
            return self.own.get(origin) or self._lazy(origin)
        return None

    def _lazy(self, origin: type) -> TypeTransformer[Any] | None:
        known = next((self._late[base] for base in origin.__mro__ if base in self._late), None)
        if known is None:
            found = family_of(origin, self.convert)
            if found is not None:
                base, known = found
                self._late[base] = known
        return known

    def _none(self, t: Any, origin: Any, path: str) -> TypeTransformer[Any]:
        if isinstance(t, str):
            remedy = "Define the name where the annotation can see it."
        elif isinstance(origin, type) and issubclass(origin, tuple) and hasattr(origin, "_fields"):
            remedy = "Use a dataclass; a NamedTuple may only be the result of execute_from_model itself."
        else:
            remedy = _REMEDIES.get(origin, _DEFAULT_REMEDY) if _hashable(origin) else _DEFAULT_REMEDY
        raise UnsupportedTypeError(type_name(t), path, remedy)

    def convert(self, t: Any, path: str = "") -> Converter:
        """Give the converter of a type, compiled at its first use."""
        # First by the type's identity: an interface keeps its types, and to make the key takes longer than to convert.
        seen = self._seen.get(id(t))
        if seen is not None and seen[0] is t:
            return seen[1]
        key = _key(t)
        with self._lock:
            converter = self._converters.get(key) if key is not None else None
            if converter is None:
                converter = self._build(t, path)
                if len(self._converters) >= _MOST_CONVERTERS:
                    self._converters.clear()
                if key is not None:
                    self._converters[key] = converter
            if len(self._seen) >= _MOST_CONVERTERS:
                self._seen.clear()
            self._seen[id(t)] = (t, converter)
        return converter

    def _build(self, t: Any, path: str) -> Converter:
        transformer = self.transformer(t, path)
        plain = strip_annotated(t) if isinstance(transformer, Family) and not transformer.annotated else t
        converter = transformer.build(type(None) if plain is None else plain, self.convert, path)
        if typing.get_origin(t) is not typing.Annotated:
            return converter
        from shimnb.core.types.notes import noted  # noqa: PLC0415  # for annotated types only

        return noted(converter, t, path)

    def top(self, t: Any) -> Converter:
        """Give the converter of a type that must have a literal type."""
        # As `convert` looks first: one call less for each value.
        seen = self._seen.get(id(t))
        converter = seen[1] if seen is not None and seen[0] is t else self.convert(t)
        refusal = converter.refusal
        if refusal is not None:
            # A new one: the kept one may have been met within a dataclass, and a caller may add where it was.
            raise UnsupportedTypeError(refusal.python_type, "", refusal.remedy)
        return converter


def _hashable(t: Any) -> bool:
    try:
        hash(t)
    except TypeError:
        return False
    return True


def _key(t: Any) -> Any:
    """Give the key of a type in the table; None if it has none, its notes not being hashable."""
    key = type_key(type(None) if t is None else t)
    return key if _hashable(key) else None


_registry = _Registry()


def forget_types() -> None:
    """Let go of the types that were met, such as the classes of a cell that is run anew; they are compiled again."""
    _registry.forget()


class TypeEngine:
    """Converts between Python's types and values and Flyte's.

    Every method is a class method, with flytekit's name and parameters. The
    literal types and literals are the messages of ``flyteidl.core``, equal to
    flytekit 1.16.31's for every type taken here.

    Examples
    --------
    >>> literal = TypeEngine.to_literal(None, [1, 2], list[int], None)
    >>> TypeEngine.to_python_value(None, literal, list[int])
    [1, 2]
    >>> TypeEngine.to_literal(None, [1, "x"], list[int], None)
    Traceback (most recent call last):
    shimnb.errors.ConversionError: $[1]: expected int, got str 'x'
    """

    @classmethod
    def register(cls, transformer: TypeTransformer[Any], additional_types: list[Any] | None = None) -> None:
        """Convert a class, and its subclasses, with a transformer of one's own.

        Parameters
        ----------
        transformer : TypeTransformer
            Converts its `python_type`.
        additional_types : list of type, optional
            Further types that it converts.

        Raises
        ------
        TypeEngineError
            If a transformer already converts one of the types.
        """
        _registry.register(transformer, [transformer.python_type, *(additional_types or [])])

    @classmethod
    def register_additional_type(
        cls,
        transformer: TypeTransformer[Any],
        additional_type: Any,
        override: bool = False,  # noqa: FBT001, FBT002  # flytekit's signature
    ) -> None:
        """Convert one more class with a transformer.

        Parameters
        ----------
        transformer : TypeTransformer
            Converts the class.
        additional_type : type
            The class.
        override : bool
            Whether it takes the place of another transformer; else a class
            that has one keeps it.
        """
        if override or additional_type not in cls.get_available_transformers():
            _registry.register(transformer, [additional_type], override=override)

    @classmethod
    def get_transformer(cls, python_type: Any) -> TypeTransformer[Any]:
        """Give the transformer of a type, or raise `UnsupportedTypeError`."""
        return _registry.transformer(python_type)

    @classmethod
    def get_available_transformers(cls) -> list[Any]:
        """Give the classes for which transformers are registered."""
        return [*_registry.own, *_registry.added]

    @classmethod
    def to_literal_type(cls, python_type: Any) -> types_pb2.LiteralType:
        """Give the literal type of a Python type, as a message of one's own.

        Parameters
        ----------
        python_type : type
            An annotation, resolved: ``int``, ``list[int]``, ``int | None``.

        Raises
        ------
        UnsupportedTypeError
            If Flyte has no literal type for it; it names the field.

        Examples
        --------
        >>> TypeEngine.to_literal_type(list[int])
        collection_type {
          simple: INTEGER
        }
        <BLANKLINE>
        """
        result = types_pb2.LiteralType()
        kept = _registry.top(python_type).literal_type
        if kept is not None:
            result.CopyFrom(kept)
        return result

    @classmethod
    def to_literal(
        cls,
        ctx: FlyteContext | None,
        python_val: Any,
        python_type: Any,
        expected: types_pb2.LiteralType | None = None,  # noqa: ARG003  # flytekit's signature; the Python type decides
    ) -> literals_pb2.Literal:
        """Give the literal of a value.

        Parameters
        ----------
        ctx : FlyteContext
            Passed on to transformers that store data.
        python_val : object
            The value.
        python_type : type
            Its declared type.
        expected : LiteralType, optional
            The literal type of `python_type`; not needed.

        Raises
        ------
        ConversionError
            If the value does not fit; it has the path, from ``$``.
        """
        return _literal(ctx, python_val, python_type, "$")

    @classmethod
    def to_python_value(cls, ctx: FlyteContext | None, lv: literals_pb2.Literal, expected_python_type: Any) -> Any:
        """Give the value that a literal holds.

        Parameters
        ----------
        ctx : FlyteContext
            Passed on to transformers that fetch data.
        lv : Literal
            The literal.
        expected_python_type : type
            The type of the value.

        Raises
        ------
        ConversionError
            If the literal holds something else; it has the path, from ``$``.
        """
        return _value(ctx, lv, expected_python_type, "$")

    @classmethod
    def guess_python_type(cls, flyte_type: types_pb2.LiteralType) -> Any:
        """Give the Python type of a literal type.

        An Enum and a dataclass are made from what the message says; the same
        message gives the same class.

        Raises
        ------
        GuessError
            If no Python type is known for it.

        Examples
        --------
        >>> TypeEngine.guess_python_type(TypeEngine.to_literal_type(dict[str, int]))
        dict[str, int]
        """
        return _registry.guesser.guess(flyte_type, _registry.added)

    @classmethod
    def losses(cls, python_type: Any) -> list[TypeLoss]:
        """List what the literal type of a Python type cannot tell.

        A shim task's executor has its template only, so that its inputs come
        in the types that are guessed from it.

        Parameters
        ----------
        python_type : type
            An annotation, as for `to_literal_type`.

        Returns
        -------
        list of TypeLoss
            ``(path, before, after, reason)``, all str: the path within the
            type, how it is written, how it arrives, and why. Empty if the
            type arrives as it is.

        Examples
        --------
        >>> [tuple(loss) for loss in TypeEngine.losses(dict[int, str])]
        [('$', 'dict[int, str]', 'dict', 'a dict whose keys are no str travels without its types')]
        """
        from shimnb.core.types.losses import losses_of  # noqa: PLC0415  # for whoever asks

        return losses_of(python_type, cls.to_literal_type, cls.guess_python_type)

    @classmethod
    def guess_python_types(cls, flyte_variable_dict: Mapping[str, Any]) -> dict[str, Any]:
        """Give the Python types of an interface's variables, by name."""
        variables = getattr(flyte_variable_dict, "variables", flyte_variable_dict)
        return {name: cls.guess_python_type(variable.type) for name, variable in variables.items()}

    @classmethod
    def literal_map_to_kwargs(
        cls,
        ctx: FlyteContext | None,
        lm: literals_pb2.LiteralMap,
        python_types: Mapping[str, Any] | None = None,
        literal_types: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Give the values of a literal map, by name.

        Parameters
        ----------
        ctx : FlyteContext
            Passed on to transformers that fetch data.
        lm : LiteralMap
            The literals; a name of `python_types` may be missing.
        python_types : dict of str to type
            The types, by name.
        literal_types : dict of str to Variable
            In place of `python_types`: variables whose types are guessed.

        Raises
        ------
        ConversionError
            If a literal does not fit, with a path from the input's name, or
            if the interface has no such input.
        """
        wanted = cls.guess_python_types(literal_types) if literal_types else python_types
        if wanted is None:
            raise TypeEngineError("no types for the literal map", remedy="Pass python_types or literal_types.")
        kwargs = {}
        literals = lm.literals
        # Not by items(): protobuf's is Python's own Mapping, three times as slow.
        for name in literals:
            if name not in wanted:
                raise ConversionError(name, "no such input", f"The inputs are: {', '.join(wanted) or 'none'}.")
            kwargs[name] = _value(ctx, literals[name], wanted[name], name)
        return kwargs

    @classmethod
    def dict_to_literal_map(
        cls,
        ctx: FlyteContext | None,
        d: Mapping[str, Any],
        type_hints: Mapping[str, Any] | None = None,
    ) -> literals_pb2.LiteralMap:
        """Give the literal map of values, by name.

        Parameters
        ----------
        ctx : FlyteContext
            Passed on to transformers that store data.
        d : dict of str to object
            The values.
        type_hints : dict of str to type, optional
            Their types; a value without one is taken for its own class.

        Raises
        ------
        ConversionError
            If a value does not fit, with a path from the input's name.
        """
        hints = type_hints or {}
        result = literals_pb2.LiteralMap()
        literals = result.literals
        for name, value in d.items():
            converter = _registry.top(hints.get(name, type(value)))
            try:
                converter.fill(literals[name], value, ctx)
            except Misfit as misfit:
                raise misfit.error(name) from misfit.__cause__
        return result


def _literal(ctx: Any, value: Any, t: Any, root: str) -> literals_pb2.Literal:
    literal = literals_pb2.Literal()
    try:
        _registry.top(t).fill(literal, value, ctx)
    except Misfit as misfit:
        raise misfit.error(root) from misfit.__cause__
    return literal


def _value(ctx: Any, literal: literals_pb2.Literal, t: Any, root: str) -> Any:
    converter = _registry.top(t)
    try:
        return converter.read(literal, ctx)
    except Misfit as misfit:
        # No reader takes an offloaded literal, so that nobody else pays for the search.
        if not _is_offloaded(literal):
            raise misfit.error(root) from misfit.__cause__
    try:
        return converter.read(_fetched(literal, converter, ctx), ctx)
    except Misfit as misfit:
        raise misfit.error(root) from misfit.__cause__


def _is_offloaded(literal: literals_pb2.Literal) -> bool:
    from shimnb.core.types.offloaded import holds_offloaded  # noqa: PLC0415  # for what cannot be read as it is

    return holds_offloaded(literal)


def _fetched(literal: literals_pb2.Literal, converter: Converter, ctx: Any) -> literals_pb2.Literal:
    from shimnb.core.types.offloaded import fetched  # noqa: PLC0415  # as above

    return fetched(literal, converter, ctx)
