"""A run as text to take away: a call in Python, and a test."""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from shimnb.errors import RunError, ShimError
from shimnb.notebook.runs.expressions import Expressions, NoExpressionError, is_importable
from shimnb.notebook.runs.masks import MASK, secret_values

if TYPE_CHECKING:
    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.runs.run import Run

__all__ = ["Copied", "call_text", "test_text"]

_CELLS = "shimcells."
_LINE = 88
_BUILTINS = frozenset(name for name in dir(builtins) if name.endswith(("Error", "Exception", "Exit")))


class Copied(NamedTuple):
    """What is copied.

    Parameters
    ----------
    text : str
        The text.
    said : str
        What a person should know of it; empty when there is nothing.
    """

    text: str
    said: str


def call_text(run: Run) -> Copied:
    """Write a run as a call of its task.

    Parameters
    ----------
    run : Run
        A run, ended or not.

    Returns
    -------
    Copied
        The imports that its values need, if any, and the call; it evaluates
        in the notebook. Secrets are ``'***'``.

    Raises
    ------
    RunError
        If a value has no expression.
    """
    writer = Expressions()
    call, masked = _call(run, writer, _variable(run.task))
    text = "\n".join([*sorted(writer.imports), "", call] if writer.imports else [call])
    return Copied(run.masks.text(text), _masked_words(masked))


def _masked_words(masked: list[str]) -> str:
    if not masked:
        return ""
    return f"{', '.join(masked)} {'is' if len(masked) == 1 else 'are'} masked: put the secret in before you use it."


def _call(run: Run, writer: Expressions, name: str) -> tuple[str, list[str]]:
    """Write the call, and name the inputs that are masked in it."""
    masked, words = [], []
    for key, value in run.inputs.items():
        if isinstance(value, str) and any(secret_values(key, value)):
            words.append(f"{key}={MASK!r}")
            masked.append(key)
            continue
        if any(secret_values(key, value)):
            masked.append(key)
        words.append(f"{key}={_expression(run, writer, key, value)}")
    line = f"{name}({', '.join(words)})"
    if len(line) > _LINE:
        line = f"{name}(\n" + "".join(f"    {word},\n" for word in words) + ")"
    return line, masked


def _expression(run: Run, writer: Expressions, name: str, value: Any) -> str:
    try:
        return writer.of(value)
    except NoExpressionError as error:
        stored = _stored(run, writer, name)
        if stored:
            return stored
        raise RunError(
            run.task.name,
            f"the input {name} cannot be written in Python: {error}",
            "Copy the shimnb-execute command: that takes the inputs as they are.",
        ) from None
    except RecursionError:
        raise RunError(
            run.task.name, f"the input {name} is nested too deeply to be written in Python", "Copy the command."
        ) from None


def _stored(run: Run, writer: Expressions, name: str) -> str:
    """Name the file that an input was stored in for the run, where that stands for it: a table that is large."""
    literal = run.literals.literals.get(name) if run.literals is not None else None
    if literal is None or not literal.scalar.HasField("structured_dataset"):
        return ""
    dataset = literal.scalar.structured_dataset
    writer.imports.add("from shimnb import StructuredDataset")
    kind = dataset.metadata.structured_dataset_type.format or "parquet"
    return f"StructuredDataset(uri={dataset.uri!r}, file_format={kind!r})"


def _variable(task: PythonCustomizedContainerTask[Any]) -> str:
    """Name the variable that a task is in."""
    try:
        return task.find_lhs()
    except ShimError:
        return task.name.rpartition(".")[2]


def _module(task: PythonCustomizedContainerTask[Any]) -> str:
    found = task.instantiated_in or ""
    return found or task.executor_type.__module__


# A test


def test_text(run: Run) -> Copied:
    """Write a run as a pytest test, which asserts that the task gives the same again.

    Parameters
    ----------
    run : Run
        A run that is done, or that failed with an exception.

    Returns
    -------
    Copied
        A module. For a task of an importable module it runs as it is; for a
        cell's, where the cell's module is saved as a file beside it.

    Raises
    ------
    RunError
        If the run has no outcome to assert, or a value has no expression.
    """
    if run.state not in ("done", "failed"):
        raise RunError(run.task.name, f"run {run.number} was {run.state}", "Take a run that is done, or that failed.")
    variable, module = _variable(run.task), _module(run.task)
    said = ""
    home = module
    if not is_importable(module):
        home = module.removeprefix(_CELLS) if module.startswith(_CELLS) else variable
        said = f"Save the module as {home}.py beside the test: `%shimtask source {variable}` shows it."
    writer = Expressions()
    body, masked = _body(run, writer, variable)
    imports = {line.replace(f"from {module} import", f"from {home} import") for line in writer.imports}
    imports.add(f"from {home} import {variable}")
    said = " ".join(filter(None, [said, _masked_words(masked)]))
    lines = [f'"""Run {run.number} of {_plain(run.task.name)}, as it was."""', "", *_sorted(imports), "", ""]
    lines += [f"def test_{_identifier(variable)}_run_{run.number}():", *(f"    {line}" for line in body), ""]
    return Copied(run.masks.text("\n".join(lines)), said)


def _plain(name: str) -> str:
    return name.replace("\\", "").replace('"', "")


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _sorted(imports: set[str]) -> list[str]:
    return sorted(imports, key=lambda line: (line.startswith("from"), line))


def _body(run: Run, writer: Expressions, variable: str) -> tuple[list[str], list[str]]:
    call, masked = _call(run, writer, variable)
    if run.state == "failed":
        return _raises(run, writer, call), masked
    names = list(run.task.python_interface.outputs)
    if not names:
        return [*f"assert {call} is None".split("\n")], masked
    single = len(names) == 1 and not run.task.python_interface.output_tuple_name
    lines = f"result = {call}".split("\n")
    values = run.output_values()
    for name in names:
        lines += _asserted(run, writer, "result" if single else f"result.{name}", name, values[name])
    return lines, masked


def _asserted(run: Run, writer: Expressions, place: str, name: str, value: Any) -> list[str]:
    special = _special(writer, place, value)
    if special:
        return special
    writer.comparable = True
    try:
        written = writer.of(value)
    except NoExpressionError as error:
        raise RunError(
            run.task.name, f"the output {name} cannot be written in Python: {error}", "Write the test by hand."
        ) from None
    if not writer.comparable:
        # A NaN is not itself; written, it is.
        return [f"assert repr({place}) == repr({written})"]
    return [f"assert {place} == {written}"]


def _special(writer: Expressions, place: str, value: Any) -> list[str]:
    """Assert what `==` does not compare: files by their contents, tables and arrays by their own tests."""
    kinds = [kind.__name__ for kind in type(value).__mro__]
    if "FlyteFile" in kinds:
        import hashlib  # noqa: PLC0415  # only for files

        with open(value, "rb") as file:  # noqa: PTH123  # it is fetched when it is opened
            digest = hashlib.sha256(file.read()).hexdigest()
        writer.imports.update(("import hashlib", "import pathlib"))
        return [
            f"contents = pathlib.Path({place}).read_bytes()",
            f"assert hashlib.sha256(contents).hexdigest() == {digest!r}",
        ]
    for name in ("FlyteDirectory", "StructuredDataset"):
        if name in kinds:
            writer.imports.add(f"from shimnb import {name}")
            return [f"assert isinstance({place}, {name})"]
    try:
        if "DataFrame" in kinds and type(value).__module__.startswith("pandas"):
            return [f"pandas.testing.assert_frame_equal({place}, {writer.of(value)})"]
        if "ndarray" in kinds:
            return [f"numpy.testing.assert_array_equal({place}, {writer.of(value)})"]
    except NoExpressionError:
        return [f"assert {place}.shape == {value.shape!r}"]
    return []


def _raises(run: Run, writer: Expressions, call: str) -> list[str]:
    """Expect the exception; one that the test cannot import is known by its name."""
    writer.imports.add("import pytest")
    kind = type(run.error)
    if run.mode == "isolated":
        kind_name = run.failure.type if run.failure is not None else "Exception"
        name = kind_name if kind_name in _BUILTINS else "Exception"
    else:
        try:
            name = writer._class(kind)  # noqa: SLF001  # a class, as it writes those of values
        except NoExpressionError:
            name = "Exception"
    said = run.failure.message if run.failure is not None else ""
    first = next(iter(said.splitlines()), "")
    match = ""
    if first and MASK not in first:
        writer.imports.add("import re")
        match = f", match=re.escape({first!r})"
    lines = [f"with pytest.raises({name}{match}):"]
    return lines + [f"    {line}" for line in call.split("\n")]
