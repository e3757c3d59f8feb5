from __future__ import annotations

import re
from pathlib import Path

import pytest

import shimnb
from shimnb.notebook.commands import COMMANDS
from shimnb.notebook.options import option_parser

DOCUMENT = (Path(__file__).parents[2] / "docs" / "magic.md").read_text(encoding="utf-8")


def table(head: str) -> list[str]:
    """The rows of the document's table with this head."""
    after = DOCUMENT.partition(f"{head}\n|---|---|\n")[2]
    return after.partition("\n\n")[0].splitlines()


def cell(text: str) -> str:
    """A text as it stands in a table."""
    return text.replace("|", "\\|")


def test_every_option_is_documented():
    """The table has the parser's options, in its order and with its words."""
    rows = []
    for action in {id(option.action): option.action for option in option_parser().by_flag.values()}.values():
        value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        flags = ", ".join(f"`{flag}{value}`" for flag in action.option_strings)
        rows.append(f"| {cell(flags)} | {cell(action.help or '')} |")
    assert table("| option | meaning |") == rows


def test_every_command_is_documented():
    """The table has the commands, with the words of the help, and an example of each."""
    assert table("| line | answer |") == [f"| `{cell(each.usage)}` | {cell(each.help)} |" for each in COMMANDS]
    assert "\n".join(f"%shimtask {each.example}" for each in COMMANDS) in DOCUMENT


def test_the_example_of_define_runs():
    """From a text to a task, with the options as they are documented."""
    [example] = re.findall(r"```python\n(task = .*?)```", DOCUMENT, re.DOTALL)
    names = {"shimnb": shimnb, "source": "def execute(tt) -> str:\n    return tt.custom['greeting']\n"}
    exec(example, names)  # noqa: S102  # the document's own
    assert (names["task"](), names["task"].metadata.retries) == ("salut", 2)


@pytest.mark.parametrize("number", range(3))
def test_the_examples_run(shell, number: int):
    """The cell of each level makes a task that runs, and the help has the same cell."""
    examples = re.findall(r"```python\n(%%shimtask .*?)```", DOCUMENT, re.DOTALL)
    assert len(examples) == 3
    indented = "".join(f"    {line}\n" if line else "\n" for line in examples[number].splitlines())
    assert indented in option_parser().format_help()
    shell.run(examples[number])
    assert shell.names["greet"](name="you").endswith(" you")
