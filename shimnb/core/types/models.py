"""pydantic's models: msgpack of their JSON in the literal, their JSON schema in the literal type."""

from __future__ import annotations

import json
from typing import Any

from flyteidl.core import literals_pb2, types_pb2
from pydantic import BaseModel, RootModel, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import PydanticSerializationError

from shimnb.core.types.binary import binary_fill, binary_type, plain_of
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import Convert, Converter, Family, Misfit, mismatch, step
from shimnb.errors import UnsupportedTypeError, shorten

__all__ = ["ModelFamily", "plain_of_model"]

Literal = literals_pb2.Literal
_OTHERS_SHOWN = 3


class ModelFamily(Family):
    """A model goes out as its JSON, and comes in through its own validation."""

    def __init__(self, convert: Convert) -> None:
        super().__init__("Pydantic Transformer", BaseModel, convert)

    def build(self, t: Any, convert: Convert, path: str = "") -> Converter:
        """Compile the model `t`; only its literal type looks at the fields."""
        path = path or type_name(t)
        if t is BaseModel or issubclass(t, RootModel):
            remedy = "Use a model with fields of its own." if t is BaseModel else "Use the type that it wraps."
            raise UnsupportedTypeError(type_name(t), path, remedy)
        literal_type = _literal_type(t, convert, path)
        own = _Model(t)

        def read(literal: Literal, ctx: Any) -> Any:  # noqa: ARG001  # a Read
            return own.unpack(plain_of(literal, own.name))

        keys = frozenset(t.model_fields)
        fill = binary_fill(own.pack)
        return Converter(t, self.name, literal_type, fill, read, own.pack, own.unpack, takes=(t,), keys=keys)


class _Model:
    """Plain data from a model, and back, with a path to what does not fit."""

    def __init__(self, t: Any) -> None:
        self.t = t
        self.name = type_name(t)

    def pack(self, value: Any) -> Any:
        if isinstance(value, self.t):
            return plain_of_model(value)
        # Plain data stands for the model; and a cell that ran again defines the class anew.
        if isinstance(value, BaseModel):
            return plain_of_model(self.unpack(plain_of_model(value)))
        if type(value) is not dict:
            raise mismatch(self.name, value)
        return plain_of_model(_validated(self.name, value, lambda: self.t.model_validate(value)))

    def unpack(self, plain: Any) -> Any:
        try:
            text = json.dumps(plain)
        except TypeError as error:
            raise Misfit(f"expected {self.name}, got what is no JSON: {error}") from error
        # As in flytekit: a field of Flyte's own may ask for this context.
        context = {"deserialize": True}
        return _validated(self.name, plain, lambda: self.t.model_validate_json(text, strict=False, context=context))


def plain_of_model(value: Any) -> Any:
    """Give the JSON of a model as plain data, or say by its path what JSON cannot hold.

    Parameters
    ----------
    value : pydantic.BaseModel
        The model, of any class.
    """
    try:
        # Warnings are about fields that were assigned, unchecked, a value of another type.
        plain = json.loads(value.model_dump_json(warnings="error"))
    except PydanticSerializationError as error:
        raise _unserializable(value, error) from error
    if _has_none(plain):
        _check_numbers(plain, value.model_dump(mode="python", warnings=False))
    return plain


def _unserializable(value: Any, error: Exception) -> Misfit:
    name = type_name(type(value))
    try:
        written = value.model_dump(by_alias=True, warnings=False)
        type(value).model_validate(written)
    except ValidationError as found:
        return _misfit(name, found, written)
    except Exception:  # noqa: BLE001, S110  # its own validators; the first error says what is wrong
        pass
    return Misfit(f"{name} cannot be written as JSON: {str(error).splitlines()[-1].strip()}")


def _has_none(plain: Any) -> bool:
    if isinstance(plain, dict):
        return any(map(_has_none, plain.values()))
    return any(map(_has_none, plain)) if isinstance(plain, list) else plain is None


def _check_numbers(plain: Any, value: Any) -> None:
    """Refuse NaN and the infinities: JSON has none, so that they would arrive as None."""
    if plain is None and isinstance(value, float):
        raise Misfit(f"JSON has no float {value}", "Use None, or a str.")
    pairs: list[tuple[str, Any, Any]] = []
    if isinstance(plain, dict) and isinstance(value, dict) and len(plain) == len(value):
        pairs = [(step(key), item, value[own]) for (key, item), own in zip(plain.items(), value, strict=True)]
    elif isinstance(plain, list) and isinstance(value, (list, tuple)) and len(plain) == len(value):
        pairs = [(f"[{i}]", *pair) for i, pair in enumerate(zip(plain, value, strict=True))]
    for place, item, own in pairs:
        try:
            _check_numbers(item, own)
        except Misfit as misfit:  # noqa: PERF203  # costs nothing where nothing is raised
            raise misfit.under(place) from None


def _validated(name: str, plain: Any, validate: Any) -> Any:
    try:
        return validate()
    except ValidationError as error:
        raise _misfit(name, error, plain) from error
    except Exception as error:  # a validator of the model's own may raise anything
        raise Misfit(f"{name} refused the values: {type(error).__name__}: {error}") from error


def _misfit(name: str, error: ValidationError, plain: Any) -> Misfit:
    """Give pydantic's first error, with its path; the remedy names the others."""
    first, *others = error.errors(include_url=False, include_context=False)
    missing = first["type"] == "missing"
    text = "no value" if missing else first["msg"][:1].lower() + first["msg"][1:]
    got = "" if missing else f", got {_shown(first['input'])}"
    remedy = [f"{name} needs one."] if missing else []
    if others:
        shown = ", ".join(dict.fromkeys(f"${''.join(_steps(other['loc'], plain))}" for other in others[:_OTHERS_SHOWN]))
        more = f" and {len(others) - _OTHERS_SHOWN} more" if len(others) > _OTHERS_SHOWN else ""
        remedy.append(f"Other values that do not fit: {shown}{more}.")
    misfit = Misfit(text + got, " ".join(remedy))
    for place in reversed(_steps(first["loc"], plain)):
        misfit.under(place)
    return misfit


def _shown(value: Any) -> str:
    return "None" if value is None else f"{type_name(type(value))} {shorten(value)}"


def _steps(location: tuple[int | str, ...], plain: Any) -> list[str]:
    """Give the path of an error, without what names a union's variant and is in no data."""
    steps = []
    for i, part in enumerate(location):
        if isinstance(plain, list) and isinstance(part, int):
            plain = plain[part] if part < len(plain) else None
            steps.append(f"[{part}]")
        elif isinstance(plain, dict) and (part in plain or i == len(location) - 1):
            plain = plain.get(part)
            steps.append(step(part))
        elif plain is None:
            steps.append(f"[{part}]" if isinstance(part, int) else step(part))
    return steps


def _literal_type(t: Any, convert: Convert, path: str) -> types_pb2.LiteralType:
    try:
        schema: dict[str, Any] = t.model_json_schema()
    except PydanticUserError as error:
        remedy = f"It has no JSON schema: {str(error).splitlines()[0].rstrip('.')}."
        raise UnsupportedTypeError(type_name(t), path, remedy) from error
    if "$ref" in schema:
        # No class can be guessed from it; within another model, it is guessed as plain data.
        raise UnsupportedTypeError(type_name(t), path, "A model must not contain itself; keep keys instead.")
    _refuse_aliases(t, schema, path)
    _refuse_secrets(t, schema, path)
    literal_type = binary_type()
    literal_type.metadata.update(schema)
    literal_type.structure.SetInParent()
    for name, field in t.model_fields.items():
        try:
            kept = convert(field.annotation, path + step(name))
        except UnsupportedTypeError:
            continue  # pydantic can write more types than Flyte has; the structure only helps to reach into a value
        if kept.literal_type is not None and kept.peer:
            literal_type.structure.dataclass_type[name].CopyFrom(kept.literal_type)
    return literal_type


def _refuse_aliases(t: Any, schema: dict[str, Any], path: str) -> None:
    """Refuse a model whose JSON has other keys than its schema: it could not be read back."""
    if t.model_config.get("serialize_by_alias") or "properties" not in schema:
        return
    other = next((name for name in t.model_fields if name not in schema["properties"]), None)
    if other is not None:
        remedy = (
            "Set serialize_by_alias=True in its model_config, so that it is written by the names that it is read by."
        )
        raise UnsupportedTypeError(type_name(t), path + step(other), remedy)


def _refuse_secrets(t: Any, schema: Any, path: str) -> None:
    """Refuse a secret: pydantic writes asterisks in its place."""
    if isinstance(schema, dict):
        if schema.get("format") == "password" and schema.get("writeOnly"):
            remedy = "It is written as asterisks; read it in the executor, from current_context().secrets."
            raise UnsupportedTypeError(f"SecretStr in {type_name(t)}", path, remedy)
        schema = list(schema.values())
    if isinstance(schema, list):
        for item in schema:
            _refuse_secrets(t, item, path)
