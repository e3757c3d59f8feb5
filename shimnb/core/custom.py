"""`custom`: a JSON value on its way through a protobuf Struct, and what changes there.

A Struct has doubles, strings, booleans, null, lists and string-keyed maps, and
nothing else. What cannot become one of these is an error that names its path;
what becomes another value than the one that was written is a loss.
"""

from __future__ import annotations

import datetime as dt
import enum
import math
from typing import Any, NamedTuple

from google.protobuf import struct_pb2

from shimnb.errors import CustomError

__all__ = ["Loss", "custom_losses", "custom_to_struct", "is_dataclass_instance", "struct_to_dict"]

# Decoders of protobuf refuse more than 100 nested messages. A template holds `custom` one level down; a map's values
# stand two levels below it (entry, Value), a list's one.
_MOST_MESSAGES = 100
_EXACT_INTEGER = 2**53


class Loss(NamedTuple):
    """A value that is not the same after its way to the cluster.

    Attributes
    ----------
    path : str
        Where it stands, ``$`` being `custom` itself: ``$.window.start``.
    before, after : Any
        The value as written, and as the executor gets it.
    reason : str
        What happened to it, in words.
    """

    path: str
    before: Any
    after: Any
    reason: str


class _Path:
    """A chain of keys; its text is built only when a message needs it."""

    __slots__ = ("key", "parent")

    def __init__(self, parent: _Path | None, key: object) -> None:
        self.parent = parent
        self.key = key

    def __str__(self) -> str:
        if self.parent is None:
            return "$"
        if isinstance(self.key, int):
            return f"{self.parent}[{self.key}]"
        key = str(self.key)
        return f"{self.parent}.{key}" if key.isidentifier() else f"{self.parent}[{key!r}]"


class _Encoder:
    """Writes one JSON value into a Struct, and collects the losses on the way."""

    def __init__(self) -> None:
        self.losses: list[Loss] = []
        self.open: set[int] = set()

    def dict_into(self, struct: struct_pb2.Struct, value: dict[Any, Any], path: _Path, depth: int) -> None:
        self.enter(value, path, depth + 2)
        fields = struct.fields
        seen: dict[str, object] = {}
        for key, item in value.items():
            name = key if type(key) is str else self.key_text(key, path)
            if name in seen:
                raise CustomError(
                    str(path),
                    value,
                    f"the keys {seen[name]!r} and {key!r} both become {name!r} in JSON",
                    "Rename one of them.",
                )
            seen[name] = key
            try:
                target = fields[name]
            except UnicodeEncodeError:
                raise self.surrogate(path, name) from None
            self.value_into(target, item, _Path(path, name), depth + 3)
        self.open.discard(id(value))

    def list_into(
        self, target: struct_pb2.ListValue, value: list[Any] | tuple[Any, ...], path: _Path, depth: int
    ) -> None:
        self.enter(value, path, depth + 1)
        if isinstance(value, tuple):
            self.losses.append(Loss(str(path), value, list(value), "a tuple becomes a list"))
        add = target.values.add
        for index, item in enumerate(value):
            self.value_into(add(), item, _Path(path, index), depth + 2)
        self.open.discard(id(value))

    def value_into(self, target: struct_pb2.Value, value: Any, path: _Path, depth: int) -> None:
        if value is None:
            target.null_value = struct_pb2.NULL_VALUE
        elif value is True or value is False:
            target.bool_value = value
        elif isinstance(value, str):
            try:
                target.string_value = str.__str__(value)
            except UnicodeEncodeError:
                raise self.surrogate(path, value) from None
        elif isinstance(value, (int, float)):
            target.number_value = self.number(value, path)
        elif isinstance(value, dict):
            # An empty map leaves no trace of its kind unless it is said that it is one.
            target.struct_value.SetInParent()
            self.dict_into(target.struct_value, value, path, depth)
        elif isinstance(value, (list, tuple)):
            target.list_value.SetInParent()
            self.list_into(target.list_value, value, path, depth)
        else:
            problem, remedy = _no_json(value)
            raise CustomError(str(path), value, problem, remedy)

    def number(self, value: Any, path: _Path) -> float:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise CustomError(
                    str(path), value, f"{value} is no JSON number", "Use None, or a string that the executor reads."
                )
            return float(value)
        try:
            after = float(value)
        except OverflowError:
            raise CustomError(
                str(path), value, "an int past 1.8e308 is no JSON number", "Pass it as a string: str(value)."
            ) from None
        # A double holds integers past 2**53 only by chance, so the words differ, not the rule.
        big = abs(value) > _EXACT_INTEGER and int(after) != value
        reason = "an int past 2**53 becomes the nearest float" if big else "an int becomes a float"
        self.losses.append(Loss(str(path), int(value), after, reason))
        return after

    def key_text(self, key: object, path: _Path) -> str:
        if isinstance(key, str):
            return str.__str__(key)
        if key is None or isinstance(key, (bool, int, float)):
            text = (
                {None: "null", True: "true", False: "false"}.get(key) if key is None or isinstance(key, bool) else None
            )
            name = text if text is not None else repr(int(key) if isinstance(key, int) else key)
            self.losses.append(Loss(str(_Path(path, name)), key, name, f"the key {key!r} becomes the string {name!r}"))
            return name
        raise CustomError(
            str(path),
            key,
            f"a {type(key).__name__} is no key of a JSON object",
            "Use strings as keys.",
        )

    def enter(self, value: object, path: _Path, deepest: int) -> None:
        if id(value) in self.open:
            raise CustomError(
                str(path), type(value), "a container that holds itself is no JSON value", "Break the cycle."
            )
        if deepest > _MOST_MESSAGES:
            raise CustomError(
                str(path),
                type(value),
                "nested deeper than protobuf decodes (about 32 maps in one another)",
                "Flatten it, or pass it as one string: json.dumps(value).",
            )
        self.open.add(id(value))

    def surrogate(self, path: _Path, value: str) -> CustomError:
        return CustomError(
            str(path),
            value,
            "a lone surrogate cannot be written as UTF-8",
            "Decode the text with errors='replace', or pass the bytes as base64.",
        )


def is_dataclass_instance(value: object) -> bool:
    """Tell a dataclass's instance from the class itself.

    Examples
    --------
    >>> import dataclasses
    >>> Point = dataclasses.make_dataclass("Point", ["x"])
    >>> is_dataclass_instance(Point(1)), is_dataclass_instance(Point)
    (True, False)
    """
    return hasattr(type(value), "__dataclass_fields__")


_REMEDIES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((dt.datetime, dt.date, dt.time), "Use value.isoformat()."),
    (dt.timedelta, "Use value.total_seconds()."),
    ((set, frozenset), "Use sorted(value)."),
    ((bytes, bytearray), "Use base64.b64encode(value).decode()."),
    (enum.Enum, "Use value.value."),
    (complex, "Use [value.real, value.imag]."),
    (type, "Use its name, value.__name__."),
)


def _no_json(value: object) -> tuple[str, str]:
    """Word what a value is, and what to write in its place."""
    kind = type(value)
    problem = f"a {kind.__name__} is no JSON value"
    if is_dataclass_instance(value):
        return problem, "Use dataclasses.asdict(value)."
    for types, remedy in _REMEDIES:
        if isinstance(value, types):
            return problem, remedy
    # Told by name: importing decimal, pathlib or numpy to ask would cost more than the answer.
    module = kind.__module__.partition(".")[0]
    if module == "numpy":
        return problem, "Use value.tolist()."
    if module in {"decimal", "fractions", "pathlib", "uuid", "ipaddress"}:
        return problem, "Use str(value)."
    return problem, "Use a dict, a list, a string, a number, a boolean or None."


def custom_to_struct(custom: dict[str, Any]) -> struct_pb2.Struct:
    """Encode `custom`.

    Parameters
    ----------
    custom : dict
        A JSON object: dicts, lists, tuples, strings, numbers, booleans, None.

    Returns
    -------
    google.protobuf.struct_pb2.Struct
        As ``json.dumps`` and protobuf's JSON parser would give it.

    Raises
    ------
    CustomError
        If a value is no JSON value; it names the path, the value and the remedy.

    Examples
    --------
    >>> struct_to_dict(custom_to_struct({"n": 3, "t": (1, 2)}))
    {'n': 3.0, 't': [1.0, 2.0]}
    """
    return _encode(custom)[0]


def custom_losses(custom: dict[str, Any] | None) -> list[Loss]:
    """List what changes between `custom` as written and as the executor gets it.

    Raises
    ------
    CustomError
        If a value is no JSON value.

    Examples
    --------
    >>> [(loss.path, loss.before, loss.after) for loss in custom_losses({"n": 3})]
    [('$.n', 3, 3.0)]
    """
    return _encode(custom)[1] if custom else []


def _encode(custom: object) -> tuple[struct_pb2.Struct, list[Loss]]:
    if not isinstance(custom, dict):
        raise CustomError(
            "$", custom, f"custom is a {type(custom).__name__}, not a dict", "Return a dict from get_custom."
        )
    encoder = _Encoder()
    struct = struct_pb2.Struct()
    encoder.dict_into(struct, custom, _Path(None, None), 1)
    return struct, encoder.losses


def struct_to_dict(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Decode a Struct, keys in order.

    Protobuf keeps no order of a map's keys; sorting them gives every reader
    the same dict.

    Examples
    --------
    >>> struct_to_dict(custom_to_struct({"b": None, "a": [True, "x"]}))
    {'a': [True, 'x'], 'b': None}
    """
    fields = struct.fields
    return {key: _decode(fields[key]) for key in sorted(fields)}


def _decode(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return struct_to_dict(value.struct_value)
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind is None or kind == "null_value":
        return None
    return getattr(value, kind)
