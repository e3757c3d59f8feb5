"""The line magics: `%shimtask list`, `show NAME` and so on.

One table says what there is; the help, the completion and the errors are made
from it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.display import display

from shimnb.errors import ShimError
from shimnb.notebook.line import expanded, is_expanded
from shimnb.notebook.options import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.form.fields import Field
    from shimnb.notebook.options import OptionParser
    from shimnb.notebook.session import Session

__all__ = ["COMMANDS", "Command", "help_text", "run_command"]

_HEAD = ("name", "type", "image", "last run", "size")


@dataclass(frozen=True)
class Command:
    """One line magic.

    Parameters
    ----------
    name : str
        The word after ``%shimtask``.
    operands : str
        The words after it, as the help shows them; in brackets what may be
        left out.
    help : str
        What it does.
    example : str
        The words of an example.
    do : callable
        ``do(session, *operands)``; what it returns is the cell's answer.
    of_cells : bool
        Whether NAME must be a cell's; else it may be any task's.
    """

    name: str
    operands: str
    help: str
    example: str
    do: Callable[..., Any]
    of_cells: bool = False

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"%shimtask {self.name} {self.operands}".rstrip()

    @property
    def fewest(self) -> int:
        """The number of operands that it needs."""
        return len([word for word in self.operands.split() if not word.startswith(("[", "..."))])

    @property
    def most(self) -> int | None:
        """The number of operands that it takes; None where there is no end."""
        return None if "..." in self.operands else len(self.operands.split())


def help_text(parser: OptionParser) -> str:
    """Write the help of both magics: the options from the parser, the commands from the table."""
    width = max(len(f"{command.name} {command.operands}") for command in COMMANDS) + 2
    listed = [f"  {f'{command.name} {command.operands}':<{width}}{command.help}" for command in COMMANDS]
    examples = [f"    %shimtask {command.example}".rstrip() for command in COMMANDS]
    return "\n".join(
        [
            parser.format_help(),
            "With one percent sign, the magic is about the tasks that there are:",
            "",
            *listed,
            "",
            *examples,
            "",
            "NAME is a task that a cell made, or, but for delete and reload, a variable that holds",
            "a task. The last run is the last one by `%shimtask run` or by the panel's form since",
            'the cell ran; a call such as greet(name="you") does not count.',
            "",
        ]
    )


def run_command(session: Session, words: Sequence[str]) -> Any:
    """Do what a line of ``%shimtask`` says.

    Parameters
    ----------
    session : Session
        The cells that ran.
    words : sequence of str
        The words of the line.

    Raises
    ------
    UsageError
        If there is no such command or task, or a word too many or too few.
    """
    names = [command.name for command in COMMANDS]
    if not words:
        raise UsageError(f"%shimtask needs a command: {', '.join(names)}. `%shimtask --help` explains them.")
    command = next((each for each in COMMANDS if each.name == words[0]), None)
    if command is None:
        close = nearest(words[0], names)
        other = f"The commands are {', '.join(names)}; a cell that is to become a task begins with %%shimtask."
        raise UsageError(f"no command of %shimtask is named {words[0]!r}. {close or other}")
    operands = list(words[1:])
    if len(operands) < command.fewest:
        raise UsageError(f"%shimtask {command.name} needs a task's name: {command.usage}")
    if command.most is not None and len(operands) > command.most:
        extra = ", ".join(operands[command.most :])
        raise UsageError(f"%shimtask {command.name} does not take {extra}. Write {command.usage}")
    return command.do(session, *operands)


# What there is.


def _list(session: Session) -> None:
    from shimnb.core.sizes import size_words  # noqa: PLC0415  # there is a task, so it is loaded

    table = []
    shown: set[int] = set()
    for name, task in session.tasks().items():
        if id(task) not in shown:
            shown.add(id(task))
            template = task.task_template
            image = task.container_image or "no image"
            table.append((name, template.type, str(image), _last_run(session, name), size_words(template.size)))
    if not table:
        print("No tasks yet: begin a cell with %%shimtask NAME.")  # noqa: T201  # the answer
        return
    display({"text/plain": _text_table(table), "text/html": _html_table(table)}, raw=True)


def _last_run(session: Session, name: str) -> str:
    """Word how the last run ended, whether it was by the magic or by the panel's form."""
    from shimnb.notebook.runs.report import outcome  # noqa: PLC0415  # there is a task, so it is loaded

    record = session.versions.get(name)
    runs = [run for run in session.panel_runs(name) if record is None or run.task is record.cell.task]
    if runs and (record is None or not record.outcome or runs[0].number > record.form_runs):
        return outcome(runs[0]) + (f": {runs[0].failure.type}" if runs[0].failure else "")
    return record.outcome if record is not None and record.outcome else "-"


def _text_table(table: Sequence[tuple[str, ...]]) -> str:
    lines = [_HEAD, *table]
    widths = [max(len(row[i]) for row in lines) for i in range(len(_HEAD))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in lines
    )


def _html_table(table: Sequence[tuple[str, ...]]) -> str:
    from html import escape  # noqa: PLC0415  # with a table of entities that loading the extension has no use for

    left = ' style="text-align: left"'
    head = "".join(f"<th{left}>{cell}</th>" for cell in _HEAD)
    body = "".join(f"<tr>{''.join(f'<td{left}>{escape(cell)}</td>' for cell in row)}</tr>" for row in table)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _show(session: Session, name: str) -> None:
    session.show_tree(name)


def _panel(session: Session, name: str) -> None:
    session.show_panel(name)


def _source(session: Session, name: str) -> None:
    record = session.versions.get(name)
    text = record.version.source if record is not None else _code(session, name)
    print(text.strip("\n") or f"The source of {name} is not at hand.")  # noqa: T201  # the answer


def _code(session: Session, name: str) -> str:
    from shimnb.notebook.panel import source_text  # noqa: PLC0415  # the widgets, which a listing does not need

    record = session.versions.get(name)
    return record.version.code if record is not None else source_text(session.task(name))[1]


def _diff(session: Session, name: str, other: str | None = None) -> None:
    from difflib import unified_diff  # noqa: PLC0415  # loaded when it is wanted, as what follows

    from shimnb.notebook.changes import changes  # noqa: PLC0415  # there is a task, so what it imports is loaded

    task = session.task(name)
    if other is not None:
        sides = (name, other)
        templates = (task.task_template, session.task(other).task_template)
        texts = (_code(session, name), _code(session, other))
    else:
        record = session.versions.get(name)
        if record is None or record.before is None:
            raise UsageError(
                f"{name} has no version before this one. Write %shimtask diff {name} OTHER to compare it with a task."
            )
        sides = ("before", "now")
        templates = (record.before.template, task.task_template)
        texts = (record.before.code, record.version.code)
    fields = changes(*templates)
    one, two = (text.strip("\n").splitlines() for text in texts)
    lines = list(unified_diff(one, two, *sides, n=2, lineterm=""))
    head = f"{name}, {sides[0]} and now" if other is None else f"{name} and {other}"
    print("\n".join([f"{head}: {_summary(len(fields), lines)}", *_field_lines(fields), *lines]))  # noqa: T201  # the answer


def _summary(fields: int, lines: Sequence[str]) -> str:
    if not fields:
        return "the code alone differs, the template is the same." if lines else "no difference."
    counted = "1 field of the template differs" if fields == 1 else f"{fields} fields of the template differ"
    return f"{counted}." if lines else f"{counted}, the code is the same."


def _field_lines(fields: Sequence[Any]) -> list[str]:
    width = max((len(each.path) for each in fields), default=0)
    return [f"  {each.path:<{width}}  {each.before or '(not set)'} -> {each.after or '(not set)'}" for each in fields]


# Running.


def _run(session: Session, name: str, *given: str) -> Any:
    from shimnb.notebook.cell import is_cell_file  # noqa: PLC0415  # there is a task, so it is loaded

    task = session.task(name)
    values = _inputs(session, name, task, given)
    start = time.perf_counter()
    failed = ""
    try:
        return task(**values)
    except ShimError as error:
        failed = type(error).__name__
        raise error.with_traceback(None) from error.__cause__
    except BaseException as error:
        failed = type(error).__name__
        if isinstance(error, (Exception, KeyboardInterrupt)):
            session.begin_at_cell(error, is_cell_file)
        raise
    finally:
        session.ran(name, time.perf_counter() - start, failed)


def _inputs(
    session: Session, name: str, task: PythonCustomizedContainerTask[Any], given: Sequence[str]
) -> dict[str, Any]:
    """Read INPUT=VALUE words as the form reads its fields; say all that is wrong at once."""
    from shimnb.notebook.form.fields import UNSET, fields_of, message, parse  # noqa: PLC0415  # as above

    fields = {field.name: field for field in fields_of(task.python_interface)}
    states: dict[str, Any] = {}
    for word in given:
        key, equals, _ = word.partition("=")
        if not equals or not key.isidentifier():
            raise UsageError(f"%shimtask run {name}: {word!r} is no INPUT=VALUE. Write {_call(name, fields)}")
        if key not in fields:
            hint = nearest(key, fields) or (f"Its inputs are {', '.join(fields)}." if fields else "It has no inputs.")
            raise UsageError(f"%shimtask run {name}: no input is named {key!r}. {hint}")
        if key in states:
            raise UsageError(f"%shimtask run {name}: {key!r} is given twice. Keep one of them.")
        states[key] = _state(word, fields[key], session.shell.user_ns)
    values: dict[str, Any] = {}
    wrong = []
    for key, field in fields.items():
        state = states.get(key, UNSET)
        if state is UNSET and not field.required:
            continue  # the task has its own default
        try:
            values[key] = parse(field, state)
        except ShimError as error:
            told = message(field, error) if key in states else "a value is needed"
            wrong.append(f"{key}: {told}" + ("" if told.endswith((".", "?")) else "."))
    if wrong:
        lacking = any(field.required and key not in states for key, field in fields.items())
        remedy = f" Write {_call(name, fields)}" if lacking else ""
        raise UsageError(f"%shimtask run {name}: {' '.join(wrong)}{remedy}")
    return values


def _call(name: str, fields: Mapping[str, Field]) -> str:
    words = [f"{key}=VALUE" for key, field in fields.items() if field.required] or [f"{key}=VALUE" for key in fields]
    return f"%shimtask run {name} {' '.join(words)}".rstrip()


def _state(word: str, field: Field, names: Mapping[str, Any]) -> str | None:
    """Take the text of a field out of a word; ``{expression}`` alone may be any value that the form takes."""
    from shimnb.notebook.form.fields import show  # noqa: PLC0415  # as above

    key, _, text = word.partition("=")
    if is_expanded(word) and text.startswith("{") and text.endswith("}"):
        try:
            code = compile(text[1:-1].strip(), f"<{key}>", "eval")
        except SyntaxError:
            pass  # such as {x:.2f}, or {a}-{b}, which format a text
        else:
            try:
                state = show(field, eval(code, dict(names)))  # noqa: S307  # the person's own expression, as in any cell
            except Exception as error:
                # The expression is any Python, so it may raise anything.
                raise UsageError(f"{word!r} cannot be expanded: {type(error).__name__}: {error}") from error
            return state if isinstance(state, str) else None
    text = expanded(word, names).partition("=")[2]
    return None if text == "None" and field.nullable else text


# Changing.


def _delete(session: Session, name: str) -> None:
    session.delete(name)
    print(f"{name} is deleted.")  # noqa: T201  # the answer


def _reload(session: Session, name: str) -> None:
    modules = session.reload(name)
    if modules:
        print(f"imported anew: {', '.join(modules)}")  # noqa: T201  # the answer


COMMANDS = (
    Command("list", "", "what tasks there are, with type, image, last run and size", "list", _list),
    Command("show", "NAME", "the template's tree", "show greet", _show),
    Command("panel", "NAME", "the panel: template, form, checks and source", "panel greet", _panel),
    Command("source", "NAME", "the module's text, with what was generated", "source greet", _source),
    Command(
        "diff", "NAME [OTHER]", "what changed since the version before, or what another task has", "diff greet", _diff
    ),
    Command(
        "run", "NAME [INPUT=VALUE ...]", "run it, with values written as in the form", 'run greet name="you"', _run
    ),
    Command(
        "reload",
        "NAME",
        "run the cell's last text again; own modules that changed are imported anew",
        "reload greet",
        _reload,
        of_cells=True,
    ),
    Command(
        "delete",
        "NAME",
        "take back the task, its names, its module and its panel",
        "delete greet",
        _delete,
        of_cells=True,
    ),
)
"""The line magics."""
