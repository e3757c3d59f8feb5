"""Fields: what is shown of an input, and which texts are which values."""

from __future__ import annotations

import datetime as dt
import enum
import math
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimnb import Interface
from shimnb.errors import ConversionError, ShimError
from shimnb.notebook.form.fields import UNSET, Field, fields_of, literal, message, parse, show

UTC = dt.timezone.utc


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Row:
    name: str
    price: float = 1.0
    tags: list[str] = field(default_factory=list)


@dataclass
class Positive:
    value: int

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("value must not be negative")


@dataclass
class Event:
    at: dt.datetime
    wait: dt.timedelta
    color: Color
    note: str | None = None


def one(python_type: Any, *default: Any, told: str = "") -> Field:
    """Make the field of one input."""
    docstring = SimpleNamespace(input_descriptions={"x": told}, output_descriptions={}) if told else None
    [made] = fields_of(
        Interface(inputs={"x": (python_type, *default) if default else python_type}, docstring=docstring)
    )
    return made


def said(made: Field, state: Any) -> str:
    """Give the words with which a state is refused."""
    with pytest.raises(ShimError) as caught:
        literal(made, parse(made, state))
    return message(made, caught.value)


@pytest.mark.parametrize(
    ("python_type", "control", "choices", "type_text"),
    [
        (int, "line", (), "int"),
        (float, "line", (), "float"),
        (str, "text", (), "str"),
        (bool, "choice", ("True", "False"), "bool"),
        (type(None), "choice", (), "None"),
        (dt.datetime, "line", (), "datetime"),
        (dt.date, "line", (), "date"),
        (dt.timedelta, "line", (), "timedelta"),
        (None | int, "line", (), "None | int"),
        (str | None, "text", (), "str | None"),
        (list[int], "text", (), "list[int]"),
        (dict[str, float], "text", (), "dict[str, float]"),
        (dict, "text", (), "dict"),
        (Color, "choice", ("red", "green"), "Color"),
        (Color | None, "choice", ("red", "green"), "Color | None"),
        (Row, "text", (), "Row"),
    ],
)
def test_every_type_has_a_control(python_type: Any, control: str, choices: tuple[str, ...], type_text: str) -> None:
    """Each type has a control, and is named as Python writes it."""
    made = one(python_type)
    assert (made.control, made.choices, made.type_text) == (control, choices, type_text)


@pytest.mark.parametrize(
    ("python_type", "default", "state"),
    [
        (int, 5, "5"),
        (float, 0.1, "0.1"),
        (float, math.inf, "inf"),
        (str, " two\nlines ", " two\nlines "),
        (str, "", ""),
        (bool, False, "False"),
        (dt.datetime, dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "2026-01-02T03:04:05.000006+00:00"),
        (dt.date, dt.date(2026, 1, 2), "2026-01-02"),
        (dt.timedelta, dt.timedelta(minutes=90, microseconds=1), "1h 30m 0.000001s"),
        (Color, Color.GREEN, "green"),
        (list[str], ["ä"], '["ä"]'),
        (Row, Row("x"), '{"name": "x", "price": 1.0, "tags": []}'),
        (str | None, "None", "None"),
    ],
)
def test_a_default_is_shown_as_what_a_person_would_write(python_type: Any, default: Any, state: str) -> None:
    """A default's text is read back as the default; the untouched field gives the default itself."""
    made = one(python_type, default)
    assert made.default_state == state
    assert parse(made, state) == default
    assert parse(made, UNSET) is default
    assert not made.required


def test_an_optional_input_holds_none_at_first() -> None:
    """None is a state of its own, and no text."""
    made = one(int | None)
    assert (made.default_state, parse(made, UNSET), parse(made, None)) == (None, None, None)


def test_the_docstring_is_the_help() -> None:
    """What the interface says of an input is told with its field."""
    assert one(int, told="How many rows.").help == "How many rows."


@pytest.mark.parametrize(
    ("python_type", "text", "value"),
    [
        (int, "9223372036854775807", 2**63 - 1),
        (int, "-9223372036854775808", -(2**63)),
        (int, " 1_000 ", 1000),
        (float, "1e-3", 0.001),
        (float, "-inf", -math.inf),
        (str, "", ""),
        (str, "  a\n\tb ", "  a\n\tb "),
        (str | None, "", ""),
        (dt.datetime, "2026-11-22T14:17:01.000001+05:30", "2026-11-22T08:47:01.000001+00:00"),
        (dt.datetime, "2026-11-22 14:17Z", "2026-11-22T14:17:00+00:00"),
        (dt.datetime, "2026-11-22T14:17:01", "2026-11-22T14:17:01+00:00"),
        (dt.datetime, "2026-11-22T14:17:01.5-0130", "2026-11-22T15:47:01.500000+00:00"),
        (dt.timedelta, "1h 30m", dt.timedelta(minutes=90)),
        (dt.timedelta, "1h30m", dt.timedelta(minutes=90)),
        (dt.timedelta, "PT1H30M", dt.timedelta(minutes=90)),
        (dt.timedelta, "P1DT0.000001S", dt.timedelta(days=1, microseconds=1)),
        (dt.timedelta, "-1.5h", dt.timedelta(minutes=-90)),
        (dt.timedelta, "0.1", dt.timedelta(microseconds=100_000)),
        (dt.timedelta, "1d 250ms 3us", dt.timedelta(days=1, microseconds=250_003)),
        (list[int], "[9007199254740993]", [9007199254740993]),
        (list[str], '["a, b", "c"]', ["a, b", "c"]),
        (dict[str, int], "{}", {}),
        (dict, '{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}),
        (list[float], '[1, "nan"]', "[1.0, nan]"),
        (Row, '{"name": "x"}', Row("x")),
        (list[Row], '[{"name": "x", "price": 2}]', [Row("x", 2.0)]),
        (dict[str, dt.timedelta], '{"a": "PT1M"}', {"a": dt.timedelta(minutes=1)}),
        (
            Event,
            '{"at": "2026-01-01T00:00Z", "wait": 1.5, "color": "red", "note": null}',
            Event(dt.datetime(2026, 1, 1, tzinfo=UTC), dt.timedelta(seconds=1.5), Color.RED),
        ),
    ],
)
def test_a_text_is_read_exactly(python_type: Any, text: str, value: Any) -> None:
    """What is written is what the run gets, and the engine takes it."""
    made = one(python_type)
    got = parse(made, text)
    literal(made, got)
    if isinstance(got, dt.datetime):
        got = got.astimezone(UTC).isoformat()
    assert (str(got) if "nan" in text else got) == value


INT = "Write a whole number, such as 5."
FLOAT = "Write a number such as 0.5 or 1e-3, or inf, -inf or nan."
TIME = "Write it as 2026-11-22T14:17:01+01:00."


@pytest.mark.parametrize(
    ("python_type", "text", "words"),
    [
        (int, "1.5", f"expected int, got '1.5'. {INT}"),
        (int, "", "expected int, got an empty text. Give an int."),
        (float, "1.2.3", f"expected float, got '1.2.3'. {FLOAT}"),
        (float, "Infinity", f"expected float, got 'Infinity'. {FLOAT}"),
        (float, "1e999", "'1e999' is too large for a float. Write inf for infinity."),
        (str, "a\ud800", "the character '\\ud800' at position 1 is half of a surrogate pair. Remove it."),
        (bool, "yes", "expected bool, got 'yes'. Choose True or False."),
        (Color, "blue", "expected one of red, green, got 'blue'"),
        (dt.datetime, "yesterday", f"expected datetime, got 'yesterday'. {TIME}"),
        (
            dt.datetime,
            "2026-02-30T00:00Z",
            f"no such time: day is out of range for month, got '2026-02-30T00:00Z'. {TIME}",
        ),
        (
            dt.datetime,
            "2026-02-03T00:00:00.1234567Z",
            "'2026-02-03T00:00:00.1234567Z' is finer than a microsecond. Write six digits at most.",
        ),
        (dt.date, "1/2/2026", "expected date, got '1/2/2026'. Write it as 2026-11-22."),
        (dt.timedelta, "soon", "expected timedelta, got 'soon'. Write 1h 30m, PT1H30M, or seconds."),
        (dt.timedelta, "1m 5", "expected timedelta, got '1m 5'. Write 1h 30m, PT1H30M, or seconds."),
        (dt.timedelta, "P1M", "expected timedelta, got 'P1M'. Write 1h 30m, PT1H30M, or seconds."),
        (dt.timedelta, "1ns", "expected timedelta, got '1ns'. Write 1h 30m, PT1H30M, or seconds."),
        (dt.timedelta, "0.1us", "'0.1us' is finer than a microsecond. Round it to a microsecond."),
        (
            list[int],
            "[1,",
            "no JSON at line 1, column 4: expecting value. Write strings and keys in double quotes.",
        ),
        (dict, '{"a": 1, "a": 2}', "the key 'a' is there twice. Keep one of them"),
        (dict, '{"a": NaN}', 'NaN is no JSON. Where the type is float, write "inf", "-inf" or "nan", in quotes'),
        (list[int], "{}", "expected list[int], got dict {}"),
        (list[int], '[1, 2, "x"]', "x[2]: expected int, got str 'x'"),
        (list[int], "[1, 2.0]", "x[1]: expected int, got float 2.0"),
        (list[int], "[true]", "x[0]: expected int, got bool True"),
        (list[Row], '[{"name": "a"}, {"name": "b", "price": "n/a"}]', "x[1].price: expected float, got str 'n/a'"),
        (Row, "{}", "x.name: missing. It is a str without a default."),
        (Row, '{"name": "a", "prize": 1}', "x.prize: Row has no such field. Its fields: name, price, tags."),
        (Positive, '{"value": -1}', "Positive refuses it: ValueError: value must not be negative"),
        (dict[str, Color], '{"a b": "blue"}', "x[\"a b\"]: expected one of 'red', 'green', got str 'blue'"),
        (list[int], "[" * 100_000, "cannot read this JSON: too deeply nested"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(python_type: Any, text: str, words: str) -> None:
    """An error says what, where within the field, and the remedy."""
    assert said(one(python_type), text) == words


def test_an_int_past_64_bits_is_refused_by_the_engine() -> None:
    """Validation builds the real literal, which has 64 bits."""
    made = one(int)
    assert "9223372036854775808" in said(made, "9223372036854775808")


def test_the_engines_paths_begin_with_the_fields_name() -> None:
    """The engine calls the whole value `$`; a person knows it by the field's name."""
    made = one(list[int])
    with pytest.raises(ConversionError) as caught:
        literal(made, [1, 2**63])
    assert caught.value.path == "x[1]"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (one(int), "a value is needed. Give an int."),
        (one(bool), "a value is needed. Choose one."),
        (one(str), "a value is needed. Give a str."),
    ],
)
def test_a_field_that_holds_nothing_is_no_default(made: Field, words: str) -> None:
    """Nothing is not the empty text, and is refused where there is no default."""
    assert made.required
    assert said(made, UNSET) == words


def test_an_emptied_field_is_not_its_default() -> None:
    """Emptying a field of a number is a mistake that names the ways out of it."""
    words = "expected int, got an empty text. Give an int, tick None, or go back to the default."
    assert said(one(int | None, 5), "") == words


def test_none_is_refused_where_the_type_has_none() -> None:
    """None is a value of an Optional only."""
    assert said(one(int), None) == "expected int, got None"


def test_a_wrong_value_is_shown_as_a_text_that_is_refused() -> None:
    """Setting a field from Python is as good as typing into it."""
    made = one(int)
    assert said(made, show(made, 1.5)) == f"expected int, got '1.5'. {INT}"


@given(st.timedeltas())
def test_any_duration_comes_back(value: dt.timedelta) -> None:
    """A duration that is shown is read back to the microsecond."""
    made = one(dt.timedelta)
    assert parse(made, show(made, value)) == value


@given(st.floats(allow_nan=False))
def test_any_float_comes_back(value: float) -> None:
    """A float that is shown is read back bit by bit."""
    made = one(float)
    assert parse(made, show(made, value)) == value


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_any_list_of_texts_comes_back(value: list[str]) -> None:
    """A list of texts with commas, quotes and newlines is read back."""
    made = one(list[str])
    assert parse(made, show(made, value)) == value
