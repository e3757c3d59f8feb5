"""Every deliberate difference from flytekit, shown from both sides; `docs/types.md` has the reasons."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DIFFERENCES", "Difference", "cases"]


@dataclass(frozen=True)
class Difference:
    """One question to which the libraries have different answers.

    Parameters
    ----------
    question : str
        An expression in the words of `process/subjects.py` and `process/differing.py`.
    flytekit, shimnb : str
        The repr of the value; or ``raises`` and the error's class, for shimnb with the whole message.
    """

    question: str
    flytekit: str
    shimnb: str


_PLAIN = "Use int, float, str, bool, datetime, date, timedelta, list, dict, an Enum or a dataclass."
_ANY = "Say which type it is; for any plain data, use dict."


def _unsupported(name: str, remedy: str) -> str:
    return f"raises UnsupportedTypeError: the type {name} has no Flyte literal type. {remedy}"


# By the name that the table's last column has.
DIFFERENCES: dict[str, Difference] = {
    # Refused
    "any": Difference("literal_type(Any).WhichOneof('type')", "'blob'", _unsupported("Any", _ANY)),
    "unknown class": Difference("literal_type(Unknown).WhichOneof('type')", "'blob'", _unsupported("Unknown", _PLAIN)),
    "set": Difference("literal_type(set).WhichOneof('type')", "'blob'", _unsupported("set", "Use list[...].")),
    "bytes": Difference(
        "literal_type(bytes).WhichOneof('type')",
        "'blob'",
        _unsupported("bytes", "Use a str (base64), or write a file and pass its path."),
    ),
    "recursive dataclass": Difference(
        "literal_type(Tree).WhichOneof('type')",
        "'simple'",
        "raises UnsupportedTypeError: Tree.left: the type Tree has no Flyte literal type. "
        "A dataclass must not contain itself; keep keys instead.",
    ),
    "initvar": Difference(
        "literal_type(Seeded).WhichOneof('type')",
        "'simple'",
        "raises UnsupportedTypeError: Seeded.seed: the type InitVar[int] has no Flyte literal type. "
        "Make it an ordinary field.",
    ),
    "dataclass field": Difference(
        "literal(Typed('x'), Typed).WhichOneof('value')",
        "'scalar'",
        "raises ConversionError: $.n: expected int, got str 'x'",
    ),
    "bool for int": Difference(
        "restored(Typed(True), Typed)",
        "Typed(n=1)",
        "raises ConversionError: $.n: expected int, got bool True. A bool is no int; pass 0 or 1.",
    ),
    "fraction for int": Difference(
        "through(1.5, float, int)", "1", "raises ConversionError: $: expected int, got float 1.5"
    ),
    "long timedelta": Difference(
        "literal(timedelta(4_000_000), timedelta).scalar.primitive.duration.seconds",
        "345600000000",
        "raises ConversionError: $: timedelta 4000000 days, 0:00:00 is outside of protobuf's range. "
        "Pass at most 10,000 years.",
    ),
    "no member": Difference(
        "literal(Keyed(hue=Color.RED), Keyed).WhichOneof('value')",
        "'scalar'",
        "raises ConversionError: $.hue: expected Hue ('warm'), got Color <Color.RED: 'red'>",
    ),
    "keys of msgpack": Difference(
        "literal({'x': 1}, dict[int, int]).WhichOneof('value')",
        "'scalar'",
        "raises ConversionError: $: expected int, got str 'x'",
    ),
    "literal's value": Difference(
        "restored('c', typing.Literal['a', 'b'])",
        "'c'",
        "raises ConversionError: $: expected one of 'a', 'b', got str 'c'",
    ),
    "model in dataclass": Difference(
        "literal_type(Series).WhichOneof('type')",
        "'simple'",
        "raises UnsupportedTypeError: the type Series has no Flyte literal type. It has no JSON schema: "
        'Type differing.Reading of field "first" in differing.Series isn\'t supported.',
    ),
    "infinity in model": Difference(
        "literal(Reading(value=float('inf')), Reading).WhichOneof('value')",
        "'scalar'",
        "raises ConversionError: $.value: JSON has no float inf. Use None, or a str.",
    ),
    # Taken
    "untyped list": Difference("restored([1, 'a', None], list)", "raises ValueError", "[1, 'a', None]"),
    "none": Difference("restored([None], list[None])", "raises ValueError", "[None]"),
    "none in dict": Difference(
        "restored({'a': None}, dict[str, None])", "raises TypeTransformerFailedError", "{'a': None}"
    ),
    "none for none": Difference("restored(None, None)", "raises TypeTransformerFailedError", "None"),
    "int for float": Difference("restored(3, float)", "raises TypeTransformerFailedError", "3.0"),
    "date for datetime": Difference(
        "restored(date(2024, 1, 2), datetime.datetime)",
        "raises TypeTransformerFailedError",
        "datetime.datetime(2024, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)",
    ),
    "dict for dataclass": Difference(
        "restored({'x': 1}, Point)", "raises TypeTransformerFailedError", "Point(x=1, y=0.5)"
    ),
    "annotated dataclass": Difference(
        "restored(Point(1), typing.Annotated[Point, 'a note'])",
        "raises TypeTransformerFailedError",
        "Point(x=1, y=0.5)",
    ),
    "annotated enum": Difference(
        "restored(Color.RED, typing.Annotated[Color, 'a note'])", "raises ValueError", "<Color.RED: 'red'>"
    ),
    "annotated in msgpack": Difference("restored(Marked(3), Marked)", "raises InvalidFieldValue", "Marked(n=3)"),
    "annotated literal": Difference(
        "restored('a', typing.Annotated[typing.Literal['a', 'b'], 'a note'])",
        "raises TypeTransformerFailedError",
        "'a'",
    ),
    "model in msgpack": Difference(
        "restored({1: Reading(value=2.5)}, dict[int, Reading])",
        "raises TypeTransformerFailedError",
        "{1: Reading(value=2.5)}",
    ),
    "default of a union": Difference(
        "list(literal_type(Since).metadata.fields['properties'].struct_value.fields['at'].struct_value.fields)",
        "raises TypeError",
        "['anyOf']",
    ),
    # Another answer
    "union of likes": Difference("restored(Right(1), Union[Left, Right])", "raises TypeError", "Right(x=1)"),
    "union in msgpack": Difference(
        "restored(Waits(3), Waits)", "Waits(wait=datetime.timedelta(seconds=3))", "Waits(wait=3)"
    ),
    "classvar": Difference("sorted(literal_type(Shared).structure.dataclass_type)", "['unit', 'x']", "['x']"),
    "time zone": Difference(
        "TypeEngine.to_python_value(context(), made(ABROAD, datetime.datetime), datetime.datetime)",
        "datetime.datetime(2024, 1, 1, 1, 0, tzinfo=datetime.timezone(datetime.timedelta(seconds=18000)))",
        "datetime.datetime(2023, 12, 31, 20, 0, tzinfo=datetime.timezone.utc)",
    ),
    "guessed fields": Difference(
        "sorted((f.name, str(f.type)) for f in dataclasses.fields(guessed(Keyed)))",
        "[('days', 'typing.Dict[str, str]'), ('hue', \"<class 'str'>\")]",
        "[('days', 'dict[int, datetime.date]'), ('hue', \"<enum 'Choice'>\")]",
    ),
    "guessed items": Difference(
        "[type(p).__name__ for p in through(Track('x', Point(1), path=[Point(2)]), Track, guessed(Track)).path]",
        "['dict']",
        "['Point']",
    ),
}


def cases() -> dict[str, str]:
    """Each difference under ``difference: NAME``."""
    return {f"difference: {name}": difference.question for name, difference in DIFFERENCES.items()}
