"""Types and values that hypothesis draws are, in both libraries, the same literal types, literals and values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings

from .cases.differences import DIFFERENCES
from .difference import difference
from .drawn import Drawn, drawn
from .workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .peers import Answer

# The profile "nightly" has 2,000.
EXAMPLES = max(150, settings.default.max_examples)

QUESTIONS = {
    "kind": "literal_type(T)",
    "written": "literal(V, T)",
    "seen": "back(V, T)",
    "same": "returns(V, T)",
    "Guess": "guessed(T)",
    "guessed_kind": "literal_type(Guess)",
    "guessed_written": "literal(through(V, T, Guess), Guess)",
}
COMPARED = ("kind", "written", "seen")

# What flytekit refuses and shimnb takes: the row in docs/types.md, what flytekit says, what is in the source.
TAKEN = (
    ("annotated enum", "FlyteAnnotations applied to enums", "Annotated"),
    (
        "annotated dataclass",
        r"is not of type @dataclass|Cannot convert from scalar|name 'Annotated' is not defined|has invalid value",
        "Annotated",
    ),
    (
        "none",
        "None as a field type is not supported|Python value cannot be None|Only generic univariate typing.List",
        "None",
    ),
    # mashumaro knows no None, and in a union the refusal is not told.
    ("none", "Cannot convert from", r"([dD]ict|[lL]ist)\[.*None"),
    ("annotated literal", "All values must be of the same type", r"Annotated\[typing.Literal"),
    ("model in msgpack", "of type Model.* is not serializable", "pydantic"),
    ("model in msgpack", "Cannot convert from", r"(?s)pydantic.*dict\[int, "),
    ("default of a union", "is not JSON serializable", "Union|Optional"),
    ("union of likes", "Ambiguous choice of variant", ""),
    ("union in msgpack", "can not serialize|has invalid value", "Union|Optional"),
)


# What shimnb refuses and flytekit takes.
REFUSED = (
    # For flytekit, a dict of None is no variant at all.
    ("none", "of .* alike", r"([dD]ict|[lL]ist)\[.*None"),
    ("model in dataclass", "has no JSON schema|has no Flyte literal type", "pydantic"),
    ("infinity in model", "JSON has no float", "pydantic"),
)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory, flytekit: None) -> Iterator[Workers]:
    """A process of each library, for all examples."""
    with Workers(tmp_path_factory.mktemp("drawn")) as running:
        yield running


def _failed(answer: Answer) -> bool:
    return answer.data["kind"] == "error"


def _allowed(rows: tuple[tuple[str, str, str], ...], source: str, refused: Answer) -> bool:
    """Whether a row of the table allows that one library alone refuses; which one goes to hypothesis's statistics."""
    for row, message, text in rows:
        if re.search(message, refused.error) and re.search(text, source):
            event(f"one refuses: {row}")
            return True
    return False


def _differ(ours: Answer, theirs: Answer) -> list[str]:
    if theirs.data["kind"] == "value":
        return [] if ours.value == theirs.value else [f"shimnb {ours.value}", f"flytekit {theirs.value}"]
    # The bytes first: a NaN is not equal to itself.
    return [] if ours.data["data"] == theirs.data["data"] else difference(ours.message, theirs.message)


def compare(case: Drawn, ours: dict[str, Answer], theirs: dict[str, Answer]) -> None:
    """Fail where the answers differ, and no row of the table says so."""
    for question in COMPARED:
        refusals = [_failed(ours[question]), _failed(theirs[question])]
        if all(refusals):
            event("both refuse")
        elif refusals[1]:
            assert _allowed(TAKEN, case.source, theirs[question]), f"{question}: flytekit: {theirs[question].error}"
        elif refusals[0]:
            assert _allowed(REFUSED, case.source, ours[question]), f"{question}: shimnb: {ours[question].error}"
        if any(refusals):
            continue
        lines = _differ(ours[question], theirs[question])
        if lines and case.mixed and ours["same"].value == "True" and theirs["same"].value == "False":
            event("flytekit loses: union in msgpack")
            return
        assert not lines, "\n".join([question, *lines])


def returns(case: Drawn, ours: dict[str, Answer]) -> None:
    """Fail unless the value comes back as it was, and through the guessed type as well."""
    if case.exact and "nan" not in case.source:
        assert ours["same"].value == "True", ours["seen"].data
    if case.guessable:
        assert _differ(ours["guessed_kind"], ours["kind"]) == [], "the guessed type's literal type is another one"
        assert _differ(ours["guessed_written"], ours["written"]) == [], "the value through the guessed type"


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # Explaining a failure runs the example many times more, and says nothing here: the text is the whole example.
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(case=drawn())
def test_drawn_types_and_values_are_flytekits(workers: Workers, case: Drawn) -> None:
    """Literal type, literal and value back are equal, and the guessed type is an inverse."""
    ours, theirs = workers.ask(case.source, QUESTIONS)
    note(case.source)
    compare(case, ours, theirs)
    if not _failed(ours["written"]):
        event("taken")
        returns(case, ours)


def test_rules_are_rows_of_the_table() -> None:
    """What is let pass above is a deliberate difference, and has a case of its own."""
    assert {row for row, _, _ in (*TAKEN, *REFUSED)} <= DIFFERENCES.keys()
