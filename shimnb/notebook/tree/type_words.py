"""Types of an interface in full: a dataclass with its fields, as they are written in Python."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from flyteidl.core import types_pb2
from google.protobuf import struct_pb2

from shimnb.notebook.tree.words import cut, quoted, type_words, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

__all__ = ["full_type_words"]

_NAME = 60
_LONGEST = 600
_MOST = 24
# Deeper than this, a class within a class is its name.
_DEEPEST = 3
_JSON_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def full_type_words(literal_type: types_pb2.LiteralType) -> str:
    """Show a literal type as far as it tells: `type_words` with the fields of a class.

    Examples
    --------
    >>> point = types_pb2.LiteralType(simple=types_pb2.STRUCT)
    >>> point.metadata.update({"title": "Point", "properties": {"x": {"type": "integer", "default": 3}}})
    >>> full_type_words(types_pb2.LiteralType(collection_type=point))
    'list[Point(x: int = 3)]'
    """
    return cut(_words(literal_type, _DEEPEST), _LONGEST)


def _words(literal_type: types_pb2.LiteralType, depth: int) -> str:  # noqa: PLR0911  # one a kind of type
    kind = literal_type.WhichOneof("type")
    value: Any = getattr(literal_type, kind) if kind else None
    if kind == "collection_type":
        return f"list[{_words(value, depth)}]"
    if kind == "map_value_type":
        return f"dict[str, {_words(value, depth)}]"
    if kind == "union_type":
        return " | ".join(dict.fromkeys(_words(variant, depth) for variant in value.variants)) or "union of nothing"
    if kind == "structured_dataset_type":
        return f"StructuredDataset{_columns((column.name, _words(column.literal_type, 0)) for column in value.columns)}"
    if kind == "schema":
        return f"FlyteSchema{_columns((column.name, _column_words(column.type)) for column in value.columns)}"
    short = type_words(literal_type)
    if kind == "simple" and depth and short not in {"dict", "list"}:
        fields = _fields(literal_type, depth - 1)
        return f"{short}({fields})" if fields else short
    return short


def _columns(columns: Iterable[tuple[str, str]]) -> str:
    shown = [f"{cut(visible(name[: 2 * _NAME]), _NAME)}: {words}" for name, words in islice(columns, _MOST + 1)]
    return f"[{', '.join(shown if len(shown) <= _MOST else [*shown[:-1], '…'])}]" if shown else ""


def _column_words(kind: int) -> str:
    names: Any = types_pb2.SchemaType.SchemaColumn.SchemaColumnType.DESCRIPTOR.values_by_number
    words = {"INTEGER": "int", "FLOAT": "float", "STRING": "str", "BOOLEAN": "bool"}
    words |= {"DATETIME": "datetime", "DURATION": "timedelta"}
    return words.get(names[kind].name, "no type") if kind in names else f"type {kind}"


def _fields(literal_type: types_pb2.LiteralType, depth: int) -> str:
    """Word the fields of a dataclass: by their own literal types, or else by the JSON schema beside them."""
    schema = literal_type.metadata
    properties = _struct(schema, "properties")
    definitions = _struct(schema, "definitions") or _struct(schema, "$defs")
    if not properties and "$ref" in schema.fields:
        named = _named(definitions, schema.fields["$ref"].string_value)
        properties, schema = _struct(named, "properties"), named
    known = literal_type.structure.dataclass_type

    def word(name: str) -> str:
        if name in known or properties is None:
            return _words(known[name], depth)
        return _schema_words(properties.fields[name].struct_value, definitions, depth)

    return _signature({*known, *(properties.fields if properties else ())}, word, schema, properties)


def _signature(
    names: Collection[str],
    word: Callable[[str], str],
    schema: struct_pb2.Struct,
    properties: struct_pb2.Struct | None,
) -> str:
    """Join the fields; those that are required first and in their order, which is all that a message keeps of it."""
    required = (
        [item.string_value for item in schema.fields["required"].list_value.values] if "required" in schema else []
    )
    order = [*(name for name in required if name in names), *sorted(set(names) - set(required))]
    shown = []
    for name in order[:_MOST]:
        default = _default(properties, name)
        shown.append(f"{cut(visible(name[: 2 * _NAME]), _NAME)}: {word(name)}{default}")
    return ", ".join(shown if len(order) <= _MOST else [*shown, "…"])


def _default(properties: struct_pb2.Struct | None, name: str) -> str:
    described = properties.fields[name].struct_value if properties is not None and name in properties.fields else None
    if described is None or "default" not in described.fields:
        return ""
    value = described.fields["default"]
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return f" = {quoted(value.string_value, 24)}"
    if kind == "number_value":
        whole = value.number_value.is_integer() and "float" not in _schema_words(described, None, 0)
        return f" = {int(value.number_value) if whole else value.number_value}"
    if kind == "bool_value":
        return f" = {value.bool_value}"
    return " = None" if kind == "null_value" else " = …"


def _schema_words(schema: struct_pb2.Struct, definitions: struct_pb2.Struct | None, depth: int) -> str:  # noqa: PLR0911  # one a kind of schema
    """Word a JSON schema as a Python type."""
    fields = schema.fields
    if "$ref" in fields:
        name = fields["$ref"].string_value.rsplit("/", 1)[-1]
        return _class_words(_named(definitions, name), name, definitions, depth)
    if "anyOf" in fields:
        return _union(fields["anyOf"], lambda each: _schema_words(each, definitions, depth))
    if "enum" in fields:
        return f"enum({', '.join(quoted(item.string_value, 40) for item in fields['enum'].list_value.values)})"
    kinds = fields["type"] if "type" in fields else struct_pb2.Value(string_value="")
    if kinds.HasField("list_value"):
        return " | ".join(_JSON_TYPES.get(item.string_value, "object") for item in kinds.list_value.values)
    kind = kinds.string_value
    if kind == "array":
        inner = _schema_words(fields["items"].struct_value, definitions, depth) if "items" in fields else ""
        return f"list[{inner}]" if inner else "list"
    if kind == "object":
        return _object(schema, definitions, depth)
    if "format" in fields:
        named = {"date-time": "datetime", "date": "date", "time-delta": "timedelta", "base64": "bytes"}
        return named.get(fields["format"].string_value, _JSON_TYPES.get(kind, "object"))
    return _JSON_TYPES.get(kind, "Any")


def _object(schema: struct_pb2.Struct, definitions: struct_pb2.Struct | None, depth: int) -> str:
    if "title" in schema.fields:
        return _class_words(schema, schema.fields["title"].string_value, definitions, depth)
    values = _struct(schema, "additionalProperties")
    return f"dict[str, {_schema_words(values, definitions, depth)}]" if values else "dict"


def _class_words(schema: struct_pb2.Struct, name: str, definitions: struct_pb2.Struct | None, depth: int) -> str:
    shown = cut(visible(name[: 2 * _NAME]), _NAME)
    properties = _struct(schema, "properties")
    if not depth or not properties:
        return shown
    fields = properties.fields

    def word(each: str) -> str:
        return _schema_words(fields[each].struct_value, definitions, depth - 1)

    return f"{shown}({_signature(list(fields), word, schema, properties)})"


def _union(value: struct_pb2.Value, word: Callable[[struct_pb2.Struct], str]) -> str:
    variants: Iterable[str] = (word(item.struct_value) for item in value.list_value.values)
    return " | ".join(dict.fromkeys(variants)) or "union of nothing"


def _struct(schema: struct_pb2.Struct, name: str) -> struct_pb2.Struct | None:
    found = schema.fields[name].struct_value if name in schema.fields else None
    return found if found is not None and found.fields else None


def _named(definitions: struct_pb2.Struct | None, reference: str) -> struct_pb2.Struct:
    name = reference.rsplit("/", 1)[-1]
    found = _struct(definitions, name) if definitions is not None else None
    return found if found is not None else struct_pb2.Struct()
