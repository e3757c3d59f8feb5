"""Errors: worded from their fields, whole after a pickle, in one tree."""

from __future__ import annotations

import pickle

import pytest

from shimnb import errors


class Same(Exception):  # noqa: N818  # a sample
    """An error that equals its copy, as few do."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.args == other.args

    __hash__ = Exception.__hash__


CASES = [
    errors.ShimError("no image", where="task t", remedy="Pass one."),
    errors.CustomError("$.a", {1}, "a set is no JSON value", "Use sorted(value)."),
    errors.ExecutorError("m.E", "it has no execute_from_model", "Write it."),
    errors.AnnotationError("E.execute_from_model", "limit", "no annotation", "Write limit: int."),
    errors.SettingError("cpu", True, "not an amount", "Use '1'."),
    errors.OverrideError("m.T", "get_custom", "Write it."),
    errors.TaskNameError("1a", "no identifier", "Begin with a letter."),
    errors.UnsupportedTypeError("complex", "a", "Use two floats."),
    errors.GuessError("the literal type blob", "a"),
    errors.ConversionError("rows[2].price", "expected float, got str 'n/a'", "Give a number."),
    errors.InputError("t", ("a",), "a is missing", "Give it."),
    errors.RunError("t", "run 3 is not there any more", "Run it again."),
    errors.OutputError("t", "the executor returned 1 value", "Return two."),
    errors.TemplateError("t.pb", "3 bytes", "Write it again."),
    errors.CacheError("/c/a.sqlite3", "the file is damaged", "Clear it.", damaged=True),
    errors.FileError("s3://b/a", "it is a folder", "Name a file in it."),
    errors.MissingFileError("s3://b/a", "there is no such file", "Give the path of one that is there."),
    errors.ExecutionError(
        "t", "ValueError: bad", message="Trace:", code="SYSTEM", kind="RECOVERABLE", origin="SYSTEM", remedy="Mend it."
    ),
    errors.CrashError("t", "the process exited with code 3", "Raise.", returncode=3, stderr="last words"),
    errors.ExecutionTimeoutError("t", 2.5),
    errors.ExecutionCancelledError("t", 0.25),
    errors.SecretError("g/k", "it is not text", "Read bytes."),
    errors.CheckpointError("this run has no place for checkpoints", remedy="Name one."),
    errors.WorkflowError("no workflows yet"),
    errors.FlyteRecoverableException("the warehouse is busy", timestamp=1.5),
    errors.FlyteUserRuntimeException(Same("no such table"), timestamp=1.5),
    errors.FlyteNonRecoverableSystemException(Same("no such warehouse")),
    errors.CellError("top", 3, "invalid syntax", "Mend the line."),
]


@pytest.mark.parametrize("error", CASES, ids=lambda error: type(error).__name__)
def test_an_error_is_whole_after_a_pickle(error: errors.ShimError) -> None:
    """Text, class and fields survive the way to another process."""
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_is_in_the_cases() -> None:
    """No class of the tree is left out above, but the three that only group others."""
    public = {getattr(errors, name) for name in errors.__all__ if isinstance(getattr(errors, name), type)}
    groups = {errors.DefinitionError, errors.TypeEngineError, errors.CallError}
    assert public - groups == {type(error) for error in CASES}


def test_the_docstring_draws_the_tree() -> None:
    """Every class stands in the module's docstring."""
    drawn = {word for line in errors.__doc__.splitlines() for word in line.replace("│", " ").split()}
    assert {name for name in errors.__all__ if name != "shorten"} <= drawn


def test_a_message_says_what_where_and_the_remedy() -> None:
    """The text is one line made of the three."""
    error = errors.ConversionError("rows[2].price", "expected float, got str 'n/a'", "Give a number.")
    assert str(error) == "rows[2].price: expected float, got str 'n/a'. Give a number."
    assert str(errors.ShimError("no run is going on here")) == "no run is going on here"


def test_a_place_learnt_later_is_in_the_message() -> None:
    """A caller that knows more of the place may add it."""
    error = errors.UnsupportedTypeError("complex", "", "Use two floats.")
    error.where = "input a"
    assert str(error) == "input a: the type complex has no Flyte literal type. Use two floats."


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [("short", 60, "'short'"), ("x" * 100, 12, "'xxxx...xxx'"), ([1, 2], 60, "[1, 2]")],
)
def test_a_long_value_is_shortened_in_the_middle(value: object, limit: int, text: str) -> None:
    """Both ends stay, within the limit."""
    assert errors.shorten(value, limit) == text
    assert len(errors.shorten(value, limit)) <= limit


def test_a_value_whose_repr_fails_is_named_by_its_type() -> None:
    """A message never fails on the value that it shows."""

    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert errors.shorten(Broken()) == "<Broken>"
