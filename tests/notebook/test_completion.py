from __future__ import annotations

import pytest

from shimnb.notebook.completion import config_fields
from shimnb.notebook.options import option_parser

CELL = """
from typing import Literal

def execute(tt, *, limit: int = 5, mode: Literal["fast", "slow"], tag: str | None = None) -> int:
    return limit
"""
CONFIG = """
from dataclasses import dataclass
from typing import Literal

@dataclass
class Config:
    query: str = "select 1"
    uri: str = "chinook.db"
    loud: bool = False
    mode: Literal["a", "b"] = "a"
    rows: int = 3
    version: str = "1.10"
    made: list = field(default_factory=list)

def execute(tt, *, n: int) -> int:
    return (n
"""


@pytest.fixture(scope="module")
def seen(kernel):
    """A kernel in which a cell with options ran, and some names are there to include."""
    line = "--image ghcr.io/me/sql:1 --task-type sql --secret db/pw --env LANG=C --mem 3Gi --timeout 90s --no-panel"
    kernel.text(f"%%shimtask top_tracks {line}{CELL}")
    kernel.text("import json as js, os\nos.environ['MY_TOKEN'] = 'hush'\ndef helper(x): return x\nCONSTANT = 3")
    return kernel


def complete(kernel, line: str, body: str = "\nx = 1\n") -> tuple[str, list[str]]:
    """Complete at the end of a cell's first line."""
    return kernel.complete(line + body, len(line))


def test_every_option_is_offered(seen):
    """After the name come all the options; a name alone is offered before one is there."""
    assert complete(seen, "%%shimtask t ") == ("", option_parser().options())
    assert complete(seen, "%%shimtask ") == ("", ["top_tracks"])
    assert complete(seen, "%%shimtask to") == ("to", ["top_tracks"])
    assert complete(seen, "%%shimtask --image a:1 to") == ("to", ["top_tracks"])


@pytest.mark.parametrize(
    ("line", "fragment", "texts"),
    [
        ("t --im", "--im", ["--image"]),
        ("t --no", "--no", ["--no-interruptible", "--no-panel"]),
        ("t --inter", "--inter", ["--interruptible"]),
        ("t --image a:1 --im", "--im", []),
        ("t --env A=b --en", "--en", ["--env"]),
        ("t --zz", "--zz", []),
        ("t t", "t", []),
    ],
)
def test_names_of_options(seen, line: str, fragment: str, texts: list[str]):
    """An option is offered by its beginning, and again only where it may be repeated."""
    offered = complete(seen, f"%%shimtask {line}")
    assert offered == (fragment if texts else "", texts)


@pytest.mark.parametrize(
    ("line", "fragment", "texts"),
    [
        ("t --image ", "", ["ghcr.io/me/sql:1", "{{.image.default.fqn}}:{{.image.default.version}}"]),
        ("t --image gh", "gh", ["ghcr.io/me/sql:1"]),
        ("t --image=gh", "gh", ["ghcr.io/me/sql:1"]),
        ('t --image "gh', "gh", ['ghcr.io/me/sql:1"']),
        ("t --image 'gh", "gh", ["ghcr.io/me/sql:1'"]),
        ("t --task-type ", "", ["sql", "python-task"]),
        ("t --mem ", "", ["3Gi", "256Mi", "512Mi", "1Gi", "4Gi"]),
        ("t --timeout 9", "9", ["90"]),
        ("t --secret ", "", ["db/pw"]),
        ("t --secret new/key:", "new/key:", ["new/key:env", "new/key:file"]),
        ("t --secret db/pw:f", "db/pw:f", ["db/pw:file"]),
        ("t --env MY_TO", "MY_TO", ["MY_TOKEN="]),
        ("t --include h", "h", ["helper"]),
        ("t --include j", "j", ["js"]),
    ],
)
def test_values_of_options(seen, line: str, fragment: str, texts: list[str]):
    """What was given before in this session is offered, then what is usual; a quotation is closed."""
    assert complete(seen, f"%%shimtask {line}") == (fragment, texts)


@pytest.mark.parametrize(
    "line",
    ["t --image ./", "t --image zz", "t --env MY_TOKEN=", "t --include CONS", "t --include top_", "t --retries x"],
)
def test_nothing_else_is_offered(seen, line: str):
    """Where there is nothing to say there are no file names, no variables, and no value of the environment."""
    assert complete(seen, f"%%shimtask {line}") == ("", [])


@pytest.mark.parametrize(
    ("line", "fragment", "texts"),
    [
        ("--set ", "", ["query=", "uri=", "loud=", "mode=", "rows=", "version=", "made="]),
        ("--set q", "q", ["query="]),
        ("--set=q", "q", ["query="]),
        ("--set query=", "", ['"select 1"']),
        ('--set query="sel', "sel", ['select 1"']),
        ("--set uri=", "", ["chinook.db"]),
        ("--set loud=", "", ["true", "false"]),
        ("--set=loud=t", "t", ["true"]),
        ("--set mode=", "", ["a", "b"]),
        ("--set rows=", "", ["3"]),
        ("--set version=", "", ['"1.10"']),
        ("--set other=", "", []),
    ],
)
def test_keys_and_values_of_set(seen, line: str, fragment: str, texts: list[str]):
    """The fields of the cell's own Config are offered, though the cell is not finished, and what they may be."""
    assert complete(seen, f"%%shimtask t {line}", CONFIG) == (fragment, texts)


@pytest.mark.parametrize(
    ("line", "fragment", "texts"),
    [
        ("", "", ["list", "show", "panel", "source", "diff", "run", "reload", "delete", "--help"]),
        ("re", "re", ["reload"]),
        ("show ", "", ["top_tracks"]),
        ("delete t", "t", ["top_tracks"]),
        ("diff top_tracks ", "", []),
        ("list ", "", []),
        ("nonsense ", "", []),
        ("run top_tracks ", "", ["limit=", "mode=", "tag="]),
        ("run top_tracks limit=3 ", "", ["mode=", "tag="]),
        ("run top_tracks mode=", "", ["fast", "slow"]),
        ("run top_tracks mode=s", "s", ["slow"]),
        ("run top_tracks limit=", "", ["5"]),
        ("run top_tracks tag=", "", ["None"]),
        ("run nobody ", "", []),
    ],
)
@pytest.mark.parametrize("before", ["", "x = 1\n", "x = "])
def test_line_magics(seen, before: str, line: str, fragment: str, texts: list[str]):
    """Commands, tasks and a task's inputs are offered, on any line and after an assignment."""
    assert seen.complete(f"{before}%shimtask {line}") == (fragment, texts)


def test_elsewhere_the_completion_is_ipythons_own(seen):
    """In the cell's body, and in the magic's own name, the other matchers answer."""
    assert seen.complete("%%shimtask t\nimport jso")[1][0] == "json"
    assert seen.complete("%%shimta") == ("%%shimta", ["%%shimtask"])
    assert "helper" in seen.complete("hel")[1]


def test_a_front_end_that_sends_the_line_alone_is_answered(seen):
    """The older way to complete, which the console may use, gives the same."""
    asked = "get_ipython().complete('', '%%shimtask t --image gh', 23)"
    assert seen.text(asked) == "('gh', ['ghcr.io/me/sql:1'])\n"


def test_a_comment_may_stand_above(seen):
    """As it may when the cell runs; below code the line is no cell's."""
    assert seen.complete("# A remark.\n\n%%shimtask t --im") == ("--im", ["--image"])
    assert "--image" not in seen.complete("x = 1\n%%shimtask t --im")[1]


def test_an_expression_in_braces_is_pythons(shell):
    """What stands in braces is left to the others."""
    shell.names["tag_of_mine"] = 1
    assert shell.complete("%%shimtask t --set n={tag_of_m") == ["tag_of_mine"]


@pytest.mark.parametrize(
    "body", ["", "x = 1", "class Config(", "class Config:\n    x: (int = 3\n", "class Config:\n    'no fields'\n"]
)
def test_a_config_without_fields(body: str):
    """Whatever stands there, nothing is raised."""
    assert config_fields(body) == {}
