"""Python types, and values of each."""

from __future__ import annotations

# The type, as a case writes it, then values of it.
VALUES: dict[str, tuple[str, ...]] = {
    "int": ("0", "1", "-1", "2 ** 31", "2 ** 53 + 1", "2 ** 63 - 1", "-(2 ** 63)"),
    "float": ("0.0", "-0.0", "1.5", "1e308", "5e-324", "0.1 + 0.2", "float('inf')", "-float('inf')"),
    "str": ("''", "'a'", "'two words'", "'ünï 日本 🎵'", "'a\\x00b\\n'", "'x' * 10_000"),
    "bool": ("True", "False"),
    "type(None)": ("None",),
    "datetime.datetime": (
        "WHEN",
        "datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)",
        "datetime.datetime(1, 1, 1, tzinfo=UTC)",
        "datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)",
        "datetime.datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))",
    ),
    "date": ("date(2024, 2, 29)", "date(1, 1, 1)", "date(9999, 12, 31)", "date(1969, 12, 31)"),
    "timedelta": (
        "timedelta()",
        "timedelta(days=3, hours=4, microseconds=5)",
        "timedelta(microseconds=1)",
        "-timedelta(seconds=1, microseconds=500_000)",
        "timedelta(days=-1, seconds=1)",
        "timedelta(days=365 * 200)",
    ),
    "Optional[int]": ("None", "3"),
    "Optional[str]": ("None", "''", "'x'"),
    "Optional[List[int]]": ("None", "[]", "[1]"),
    "Optional[Point]": ("None", "Point(1)"),
    "int | None": ("None", "7"),
    "Union[int, str]": ("1", "'1'"),
    "Union[int, str, None]": ("1", "'1'", "None"),
    "Union[int, List[int]]": ("1", "[1]"),
    "List[int]": ("[]", "[1]", "[3, 1, 2]", "list(range(1000))"),
    "list[str]": ("['a', '']",),
    "list[bool]": ("[True, False]",),
    "list[float]": ("[1.0, 2.5]",),
    "list[datetime.datetime]": ("[WHEN]",),
    "list[list[int]]": ("[]", "[[]]", "[[1, 2], [3]]"),
    "list[Optional[int]]": ("[1, None, 2]",),
    "list[Union[int, str]]": ("[1, 'a']",),
    "list[dict[str, int]]": ("[{'a': 1}, {}]",),
    "list[Color]": ("[Color.RED, Color.GREEN]",),
    "list[Point]": ("[]", "[Point(1), Point(2, 3.5)]"),
    "Dict[str, int]": ("{}", "{'b': 1, 'a': 2}"),
    "dict[str, str]": ("{'ü': '日', '': ''}",),
    "dict[str, list[int]]": ("{'a': [1, 2], 'b': []}",),
    "dict[str, dict[str, float]]": ("{'a': {'b': 1.5}}",),
    "dict[str, Optional[str]]": ("{'a': None, 'b': 'c'}",),
    "dict[str, Point]": ("{'a': Point(1)}",),
    "dict": (
        "{}",
        "{'a': 1, 'b': 'x', 'c': None, 'd': True, 'e': 1.5}",
        "{'a': {'b': [1, 'x', {'c': None}]}}",
        "{1: 2, 'a': [1, 2]}",
        "{'big': 2 ** 63 - 1, 'ü': '日'}",
    ),
    "dict[int, str]": ("{1: 'a', -2: 'b'}",),
    "Color": ("Color.RED", "Color.GREEN"),
    "Point": ("Point(1)", "Point(2, 3.25)", "Point(-(2 ** 40), 1e300)"),
    "Track": (
        "Track('a', Point(1))",
        "Track('ü', Point(1, 2.0), 2.5, True, Color.GREEN, 5, [Point(3)], {'k': 'v'}, [[1], []], Point(9))",
    ),
    "Span": ("Span(WHEN)", "Span(WHEN, timedelta(days=1, microseconds=3), date(2020, 1, 1))"),
    "Empty": ("Empty()",),
    "Loose": ("Loose()", "Loose([1, 'a', None], {'a': {'b': 1}})"),
}

# How the same type is spelled otherwise: the literal type alone is compared.
SPELLINGS = (
    "List[List[int]]",
    "typing.Optional[typing.Union[int, str]]",
    "Union[None, int]",
    "typing.Annotated[int, 'unit']",
    "typing.Annotated[List[int], 'unit']",
)

# Types that a person may only have as the interface tells them.
GUESSED = (
    "int",
    "float",
    "str",
    "bool",
    "datetime.datetime",
    "timedelta",
    "List[int]",
    "list[list[str]]",
    "Dict[str, int]",
    "dict[str, list[float]]",
    "Optional[int]",
    "Union[int, str]",
    "dict",
    "type(None)",
)

# What flytekit's types of the same name show, without the class's private name.
GUESSED_FIELDS = ("Point", "Track")


def case(question: str, python_type: str, index: int = 0) -> str:
    """Name the case of one question about one type, or about the value with that index."""
    return f"{question}: {python_type} #{index}"


def cases() -> dict[str, str]:
    """Literal types, literals, values that went there and back, and guessed types."""
    found = {case("literal type", spelling): f"literal_type({spelling})" for spelling in (*VALUES, *SPELLINGS)}
    for python_type, values in VALUES.items():
        for index, value in enumerate(values):
            found[case("literal", python_type, index)] = f"literal({value}, {python_type})"
            found[case("back", python_type, index)] = f"back({value}, {python_type})"
            found[case("returns", python_type, index)] = f"returns({value}, {python_type})"
    for python_type in GUESSED:
        found[case("guessed", python_type)] = f"guessed({python_type})"
    for python_type in GUESSED_FIELDS:
        found[case("guessed fields", python_type)] = (
            f"sorted(f.name for f in dataclasses.fields(guessed({python_type})))"
        )
    return found
