"""Dataclasses: msgpack in the literal, their JSON schema in the literal type."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping  # noqa: TC003  # Field, a NamedTuple, is read with its annotations
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from shimnb.core.types.binary import binary_fill, binary_type, plain_of
from shimnb.core.types.names import strip_annotated, type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch, step
from shimnb.errors import UnsupportedTypeError

__all__ = ["DataclassFamily", "Field", "Guessed", "compile_fields", "dataclass_type", "is_dataclass"]

Literal = literals_pb2.Literal
_KEPT = "__shimnb_converter__"
_FIELDS = "__dataclass_fields__"  # by which `dataclasses` itself, which is slow to import, knows its own
# What a field's metadata may ask of mashumaro.
_OPTIONS = {"alias", "serialize", "deserialize", "serialization_strategy"}
_BOTH, _STRATEGY = {"serialize", "deserialize"}, {"serialization_strategy"}


class Guessed:
    """The base of dataclasses made from a schema, whose fields' order is not known."""


class Field(typing.NamedTuple):
    """One field of a dataclass, compiled."""

    name: str
    converter: Converter
    pack: Callable[[Any], Any]
    unpack: Callable[[Any], Any]
    init: bool
    required: bool


class DataclassFamily(Family):
    """A dataclass's fields may have any type that msgpack can carry."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("Object-Dataclass-Transformer", object, convert)
        self._open: list[Any] = []

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile the dataclass `t` from the converters of its fields."""
        kept: Converter | None = vars(t).get(_KEPT)
        if kept is not None:
            return kept
        path = path or type_name(t)
        if t in self._open:
            raise UnsupportedTypeError(type_name(t), path, "A dataclass must not contain itself; keep keys instead.")
        self._open.append(t)
        try:
            fields = compile_fields(t, _hints(t, path), convert, path)
        finally:
            self._open.pop()
        return self.compile(t, fields, dataclass_type(_schema(t), fields))

    def keep(self, t: Any, fields: list[Field], literal_type: types_pb2.LiteralType, tag: str = "") -> None:
        """Compile a guessed class, and keep the converter with it: it cannot be built again from `t` alone."""
        converter = self.compile(t, fields, literal_type)
        converter.tag = tag or converter.tag
        setattr(t, _KEPT, converter)

    def compile(self, t: Any, fields: list[Field], literal_type: types_pb2.LiteralType) -> Converter:
        """Compile `t`, whose fields and literal type are known."""
        name = type_name(t)
        own = _Packer(t, fields, self._convert)
        pack, unpack = _mashumaro(t, own) if _is_special(t) else (own.pack, own.unpack)

        def fill(target: Literal, value: Any, ctx: Any) -> None:
            # A dict of plain data stands for the dataclass, as in the peer.
            write(target, unpack(value) if type(value) is dict else value, ctx)

        def read(literal: Literal, ctx: Any) -> Any:  # noqa: ARG001  # a Read
            return unpack(plain_of(literal, name))

        write = binary_fill(pack)
        takes = None if issubclass(t, Guessed) else (t,)
        return Converter(t, self.name, literal_type, fill, read, pack, unpack, takes=takes, keys=frozenset(own.by_name))


class _Packer:
    """Plain data from a dataclass, and back, with a path to what does not fit."""

    def __init__(self, t: Any, fields: list[Field], convert: Convert) -> None:
        self._convert = convert
        self.t = t
        self.name = type_name(t)
        self.guessed = issubclass(t, Guessed)
        self.pairs = [(field.name, field.pack) for field in fields]
        self.by_name = {field.name: field for field in fields}
        self.wanted = [field for field in fields if field.init]
        self.others = [field for field in fields if self.guessed and not field.init]

    def pack(self, value: Any) -> dict[str, Any]:
        """Give the plain data of an instance, in the order of its fields."""
        if self.guessed and _writes_itself(type(value)):
            return self._as_written(value)
        pairs = self.pairs if type(value) is self.t and not self.guessed else self._ordered(value)
        result = {}
        for name, pack in pairs:
            try:
                result[name] = pack(getattr(value, name))
            except Misfit as misfit:  # noqa: PERF203  # costs nothing where nothing is raised
                raise misfit.under(step(name)) from misfit.__cause__
            except AttributeError:
                raise Misfit(f"{self.name} has no {name!r}", "Set every field.").under(step(name)) from None
        return result

    def _as_written(self, value: Any) -> dict[str, Any]:
        """Give the plain data of an executor's own model where the guessed class is of its schema."""
        pack = self._convert(type(value)).pack
        plain: dict[str, Any] = pack(value) if pack else {}
        self.unpack(plain)
        return plain

    def _ordered(self, value: Any) -> list[tuple[str, Callable[[Any], Any]]]:
        """Give the fields in the order of `value`, which may be of a class like ours.

        An executor in a cell returns an instance of its own dataclass, while
        the type that was guessed from the template is a made-up one.
        """
        if not hasattr(type(value), _FIELDS):
            raise mismatch(self.name, value)
        if isinstance(value, self.t):
            if not self.guessed:
                return self.pairs
            return [(name, self.by_name[name].pack) for name in vars(value) if name in self.by_name]
        import dataclasses  # noqa: PLC0415  # loads inspect: a sixth of the start of a run that has no dataclass

        # What is no parameter is not in the schema, so that a guessed class may lack it.
        names = [field.name for field in dataclasses.fields(value) if field.init or field.name in self.by_name]
        if set(names) != self.by_name.keys():
            missing = sorted(self.by_name.keys() - set(names))
            extra = sorted(set(names) - self.by_name.keys())
            differs = [f"without {', '.join(missing)}"] if missing else []
            differs += [f"with {', '.join(extra)}"] if extra else []
            problem = f"expected {self.name}, got {type_name(type(value))} {' and '.join(differs)}"
            raise Misfit(problem, f"Return a dataclass with the fields of {self.name}.")
        return [(name, self.by_name[name].pack) for name in names] if self.guessed else self.pairs

    def unpack(self, plain: Any) -> Any:
        """Give the instance that plain data stands for."""
        if type(plain) is not dict:
            raise mismatch(self.name, plain)
        values = self._values(self.wanted, plain)
        for field in self.wanted:
            if field.required and field.name not in plain:
                raise Misfit("no value", f"{self.name} needs one.").under(step(field.name))
        try:
            made = self.t(**values)
        except Exception as error:  # its __post_init__ is the user's
            raise Misfit(f"{self.name} refused the values: {type(error).__name__}: {error}") from error
        if self.guessed:
            # In the order that the data came in, so that the same bytes go out.
            values = vars(made) | self._values(self.others, plain)
            vars(made).clear()
            vars(made).update({name: values[name] for name in plain if name in values} | values)
        return made

    @staticmethod
    def _values(fields: list[Field], plain: dict[str, Any]) -> dict[str, Any]:
        values = {}
        for field in fields:
            if field.name in plain:
                try:
                    values[field.name] = field.unpack(plain[field.name])
                except Misfit as misfit:
                    raise misfit.under(step(field.name)) from misfit.__cause__
        return values


def _hints(t: Any, path: str) -> dict[str, Any]:
    """Resolve the annotations of a dataclass."""
    try:
        # The peer looks at no notes in here either; mashumaro reads what concerns it.
        hints = typing.get_type_hints(t)
    except NameError as error:
        remedy = f"Define {error.name or 'the name'} at the top level of the module (or cell) of {type_name(t)}."
        raise UnsupportedTypeError(str(error.name), path, remedy) from error
    import dataclasses  # noqa: PLC0415  # see above

    for name, hint in hints.items():
        if isinstance(hint, dataclasses.InitVar):
            shown = f"InitVar[{type_name(hint.type)}]"
            raise UnsupportedTypeError(shown, path + step(name), "Make it an ordinary field.")
    return hints


def compile_fields(t: Any, hints: Mapping[str, Any], convert: Convert, path: str) -> list[Field]:
    """Compile the converters of a dataclass's fields."""
    import dataclasses  # noqa: PLC0415  # see above

    missing = dataclasses.MISSING
    made = []
    for field in dataclasses.fields(t):
        place = path + step(field.name)
        hint = hints[field.name]
        converter = convert(hint, place)
        pack, unpack = converter.pack, converter.unpack
        if (pack is None or unpack is None) and (_STRATEGY & field.metadata.keys() or _BOTH.issubset(field.metadata)):
            # The field says itself how mashumaro is to write and to read it.
            pack = unpack = _as_it_is
        if pack is None or unpack is None:
            remedy = "msgpack cannot carry it inside of a dataclass."
            raise UnsupportedTypeError(type_name(hint), place, remedy)
        required = field.default is missing and field.default_factory is missing
        made.append(Field(field.name, converter, pack, unpack, field.init, required))
    return made


def _as_it_is(value: Any) -> Any:
    return value


class _Shapes:
    """mashumaro's plugin: a class may name the dataclass by which its schema is made."""

    def get_schema(self, instance: Any, ctx: Any, schema: Any = None) -> Any:  # noqa: ARG002  # mashumaro's signature
        """Give the schema of such a class, and None for any other."""
        from mashumaro.jsonschema.schema import Instance, get_schema  # noqa: PLC0415  # as in _schema

        shape = getattr(instance.type, "__shimnb_shape__", None)
        return None if shape is None else get_schema(Instance(shape), ctx)


def _schema(t: Any) -> dict[str, Any]:
    from mashumaro.jsonschema import build_json_schema  # noqa: PLC0415  # 150 ms, for dataclasses only

    try:
        schema: dict[str, Any] = build_json_schema(t, plugins=[_Shapes()]).to_dict()  # type: ignore[list-item]  # a plugin by its method
    except Exception as error:
        raise UnsupportedTypeError(type_name(t), "", f"It has no JSON schema: {error}.") from error
    plain: dict[str, Any] = _plain_defaults(schema)
    return plain


def _plain_defaults(schema: Any) -> Any:
    """Leave out the defaults that mashumaro did not write as JSON: a time's, where the field is a union."""
    if isinstance(schema, list):
        return [_plain_defaults(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain_defaults(item) for key, item in schema.items() if key != "default"}
    return {**kept, "default": schema["default"]} if "default" in schema and _is_plain(schema["default"]) else kept


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value)) and all(map(_is_plain, value.values()))
    return value is None or isinstance(value, (bool, int, float, str))


def dataclass_type(schema: dict[str, Any], fields: list[Field]) -> types_pb2.LiteralType:
    """Give the literal type of a dataclass: its schema, and its fields' literal types."""
    literal_type = binary_type()
    literal_type.metadata.update(schema)
    literal_type.structure.SetInParent()
    for field in fields:
        if field.converter.literal_type is not None and field.converter.peer:
            literal_type.structure.dataclass_type[field.name].CopyFrom(field.converter.literal_type)
    return literal_type


def _writes_itself(cls: type) -> bool:
    """Whether the plain data of a class is not told by its fields: one of pydantic's, or with options for mashumaro."""
    if hasattr(cls, "__pydantic_validator__"):
        return True
    return hasattr(cls, _FIELDS) and not issubclass(cls, Guessed) and _is_special(cls)


def _is_special(t: Any) -> bool:
    """Whether mashumaro was told to write the class otherwise than by its fields."""
    if any(base.__module__.startswith("mashumaro.") for base in t.__mro__) or hasattr(t, "Config"):
        return True
    import dataclasses  # noqa: PLC0415  # see above

    return any(_OPTIONS & field.metadata.keys() for field in dataclasses.fields(t))


def _mashumaro(t: Any, own: _Packer) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Let mashumaro write and read a class that gives it options of its own."""
    import json  # noqa: PLC0415  # with the codec

    from mashumaro.codecs.msgpack import MessagePackDecoder, MessagePackEncoder  # noqa: PLC0415  # 60 ms
    from mashumaro.mixins.json import DataClassJSONMixin  # noqa: PLC0415  # with the codec

    as_json = issubclass(t, DataClassJSONMixin)
    encode = MessagePackEncoder(t, post_encoder_func=None).encode
    decode: Callable[[Any], Any] = MessagePackDecoder(t, pre_decoder_func=None).decode

    def pack(value: Any) -> Any:
        own.pack(value)
        # The peer writes such a class as JSON first, which makes every key of a dict a str.
        return json.loads(value.to_json()) if as_json else encode(value)

    def unpack(plain: Any) -> Any:
        if type(plain) is not dict:
            raise mismatch(own.name, plain)
        try:
            return t.from_json(json.dumps(plain)) if as_json else decode(plain)
        except Exception as error:  # mashumaro's, or the class's own
            raise Misfit(f"{own.name} refused the values: {type(error).__name__}: {error}") from error

    return pack, unpack


def is_dataclass(t: Any) -> bool:
    """Whether `t` is a dataclass, not an instance of one."""
    return isinstance(strip_annotated(t), type) and hasattr(t, _FIELDS)
