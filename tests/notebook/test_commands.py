from __future__ import annotations

import gc
import linecache
import os
import re
import sys

import pytest

from shimnb.notebook.cell import is_cell_file
from shimnb.notebook.commands import COMMANDS

TOP = """%%shimtask top_tracks --image ghcr.io/me/sql:1 --task-type sql --no-panel
import enum

class Mode(enum.Enum):
    FAST = "fast"

def execute(tt, *, limit: int, tags: list[str] = [], mode: Mode = Mode.FAST, tag: str | None = None) -> list[str]:
    return [f"{limit} {tags} {mode.value} {tag!r}"]
"""
DOUBLE = "%%shimtask double --no-panel\ndef execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"


def answer(shell, line: str) -> object:
    """Run a line magic and return what it answers."""
    shell.run(f"_answer = {line}")
    return shell.names["_answer"]


def test_list_is_a_table(shell, monkeypatch: pytest.MonkeyPatch):
    """Each task has its type, image, last run and size; names stand below one another."""
    monkeypatch.setattr("shimnb.notebook.runs.report.duration", lambda _: "4 ms")
    assert shell.run("%shimtask list") == "No tasks yet: begin a cell with %%shimtask NAME.\n"
    shell.run(TOP)
    shell.run(DOUBLE)
    shell.run("%shimtask run double")
    out = shell.run("%shimtask list")
    assert re.sub(r"\d{3,} B", "500 B", out).startswith(
        "name        type         image             last run      size\n"
        "top_tracks  sql          ghcr.io/me/sql:1  -             500 B\n"
        "double      python-task  no image          done in 4 ms  500 B"
    )


def test_a_variable_that_holds_a_task_is_listed_once(shell):
    """A task that no cell made is there under its variable; a second name for a task is not a second task."""
    shell.run(DOUBLE)
    shell.run("same = double")
    shell.run("from shimnb.notebook.cell import build\nfrom shimnb.notebook.options import TaskOptions")
    shell.run("other = build('def execute(tt) -> None: ...', 'hidden', TaskOptions(), {}).task")
    shell.run("from shimnb.notebook.cell import discard\ndiscard('hidden')")
    names = [line.split()[0] for line in shell.run("%shimtask list").splitlines() if line[:1].isalpha()]
    assert names[:3] == ["name", "double", "other"]
    assert shell.run("%shimtask show same").startswith("double · ")


def test_the_table_is_escaped(kernel):
    """In a notebook the list is a table, and nothing in it is HTML of the user's."""
    kernel.text('%%shimtask html --image "<b>x</b>" --no-panel\ndef execute(tt) -> None: ...')
    _, messages = kernel.run("%shimtask list")
    [shown] = [each["content"]["data"] for each in messages if each["msg_type"] == "display_data"]
    assert "<b>x</b>" in shown["text/plain"]
    assert "&lt;b&gt;x&lt;/b&gt;" in shown["text/html"]
    assert "<b>" not in shown["text/html"]


def test_show_panel_and_source(shell):
    """The tree, the panel and the whole module's text are shown again, in a terminal as text."""
    shell.run(DOUBLE)
    assert shell.run("%shimtask show double").startswith("double · python-task · ")
    assert "├─ interface: (n: int = 2) -> int" in shell.run("%shimtask panel double")
    source = shell.run("%shimtask source double")
    assert source.startswith("def execute(tt, *, n: int = 2) -> int:\n    return n * 2\n\n\n# What `%%shimtask double`")
    assert source.endswith('double = DoubleTask(name="double", task_config=None)\n')


def test_a_kernel_shows_the_same_panel_again(kernel):
    """The panel that stands is shown once more, without new comms; a tree takes the last one's place."""
    _, made = kernel.run(DOUBLE.replace(" --no-panel", ""))
    assert {each["msg_type"] for each in made} >= {"comm_open", "display_data"}
    _, again = kernel.run("%shimtask panel double")
    assert [each["msg_type"] for each in again if each["msg_type"].startswith("comm")] == []
    views = [each["content"]["data"] for part in (made, again) for each in part if each["msg_type"] == "display_data"]
    assert views[0] == views[1]
    _, one = kernel.run("%shimtask show double")
    _, two = kernel.run("%shimtask show double")
    opened = {each["content"]["comm_id"] for each in one if each["msg_type"] == "comm_open"}
    assert opened
    assert {each["content"]["comm_id"] for each in two if each["msg_type"] == "comm_close"} == opened


def test_a_panel_of_a_changed_task_is_made_anew(kernel):
    """A task that was changed by hand is shown as it is now."""
    kernel.text(DOUBLE.replace(" --no-panel", " --set a=1"))
    kernel.text("double.task_config['a'] = 2")
    assert "a: 2.0" in kernel.text("%shimtask panel double")


def test_diff_with_the_version_before(shell):
    """Fields of the template and lines of the cell; a re-run without a change takes nothing's place."""
    shell.run(DOUBLE)
    assert shell.fail("%shimtask diff double") == (
        "UsageError: double has no version before this one. "
        "Write %shimtask diff double OTHER to compare it with a task."
    )
    edited = DOUBLE.replace(" --no-panel", " --no-panel --retries 2").replace("n * 2", "n + n")
    shell.run(edited)
    shell.run(edited)
    assert shell.run("%shimtask diff double") == (
        "double, before and now: 1 field of the template differs.\n"
        "  metadata.retries.retries  (not set) -> 2\n"
        "--- before\n+++ now\n@@ -1,2 +1,2 @@\n"
        " def execute(tt, *, n: int = 2) -> int:\n"
        "-    return n * 2\n"
        "+    return n + n\n"
    )


def test_diff_says_when_only_one_part_differs(shell):
    """The executor alone, the template alone."""
    shell.run(DOUBLE)
    shell.run(DOUBLE.replace("n * 2", "n + n"))
    assert shell.run("%shimtask diff double").startswith(
        "double, before and now: the code alone differs, the template is the same.\n--- before\n"
    )
    shell.run(DOUBLE.replace("n * 2", "n + n").replace("--no-panel", "--no-panel --image a:1"))
    assert shell.run("%shimtask diff double").splitlines() == [
        "double, before and now: 1 field of the template differs, the code is the same.",
        '  container.image  "flyteorg.io/placeholder:image" -> "a:1"',
    ]


def test_diff_with_another_task(shell):
    """Any two tasks can be compared."""
    shell.run(DOUBLE)
    shell.run(DOUBLE.replace("double", "triple").replace("n * 2", "n * 3").replace("n: int", "n: float"))
    out = shell.run("%shimtask diff double triple").splitlines()
    assert out[0].startswith("double and triple: ")
    assert "  interface.inputs.n  int -> float" in out
    assert out[out.index("--- double") + 1] == "+++ triple"
    assert shell.run("%shimtask diff double double") == "double and double: no difference.\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("limit=3", "3 [] fast None"),
        ('limit=1_000 tags=["a", "b c"]', "1000 ['a', 'b c'] fast None"),
        ("limit={N + 1} tags={WORDS}", "8 ['x', 'y'] fast None"),
        ("limit=$N mode=fast tag=plain", "7 [] fast 'plain'"),
        ('limit=1 tag="with spaces"', "1 [] fast 'with spaces'"),
        ("limit=1 tag=v{N}", "1 [] fast 'v7'"),
        ("limit=1 tag=None", "1 [] fast None"),
        ("limit=1 tag={None}", "1 [] fast None"),
    ],
)
def test_run_reads_values_as_the_form_does(shell, words: str, expected: str):
    """Texts become what the inputs' types say; an expression in braces may be any value; the result is the answer."""
    shell.run(TOP)
    shell.run("N = 7\nWORDS = ['x', 'y']")
    assert answer(shell, f"%shimtask run top_tracks {words}") == [expected]


def test_run_uses_the_tasks_own_defaults(shell):
    """An input that is not given is the task's default."""
    shell.run(DOUBLE)
    assert answer(shell, "%shimtask run double") == 4


def test_a_failed_run_shows_the_cells_line_and_is_noted(shell, monkeypatch: pytest.MonkeyPatch):
    """The traceback begins in the cell, and the list has the exception."""
    monkeypatch.setattr("shimnb.notebook.runs.report.duration", lambda _: "4 ms")
    shell.run("%%shimtask bad --no-panel\ndef execute(tt) -> int:\n    return 1 // 0")
    shown = shell.fail("%shimtask run bad")
    assert "----> 3     return 1 // 0" in shown
    assert "commands.py" not in shown
    assert "failed after 4 ms: ZeroDivisionError" in shell.run("%shimtask list")


def test_a_run_of_the_form_is_the_last_run_too(kernel):
    """Whichever came later, the magic's or the panel's form's, is listed."""
    kernel.text("%%shimtask formed --image a:1\ndef execute(tt, *, n: int = 0) -> int:\n    return 1 // n")
    kernel.text("session = get_ipython().magics_manager.registry['ShimMagics'].session")
    kernel.text("form = session._panels['formed'].form\nform.run().wait()")
    assert re.search(r"formed .* failed after .*: ZeroDivisionError", kernel.text("%shimtask list"))
    kernel.text("%shimtask run formed n=1")
    assert re.search(r"formed .* done in ", kernel.text("%shimtask list"))
    kernel.text("form.run().wait()")
    assert re.search(r"formed .* failed after ", kernel.text("%shimtask list"))


def test_delete_takes_a_cell_back(shell):
    """The task, the names that the cell brought and its module go; what was bound anew stays."""
    shell.run(DOUBLE.replace("def execute", "LIMIT = 3\nMINE = 4\ndef execute"))
    shell.run("MINE = 5")
    assert shell.run("%shimtask delete double") == "double is deleted.\n"
    assert not {"double", "execute", "Executor", "DoubleTask", "LIMIT"} & set(shell.names)
    assert shell.names["MINE"] == 5
    assert not [key for key in sys.modules if key.startswith("shimcells")]
    assert shell.fail("%shimtask show double") == (
        "UsageError: no task is named 'double'. `%shimtask list` names them."
    )


def test_reload_runs_the_cell_again(shell):
    """The last text runs with its line, of which the expressions are read anew; the answer is the panel."""
    shell.run("tag = 1")
    shell.run(DOUBLE.replace(" --no-panel", " --image a:{tag}"))
    shell.run("tag = 2")
    assert shell.run("%shimtask reload double").startswith("double · python-task · a:2 · ")
    assert shell.names["double"].container_image == "a:2"


def test_reload_includes_what_the_notebook_has_now(kernel):
    """The notebook's inputs are searched again: a function that was defined anew is copied anew, and `diff` shows it."""
    kernel.text("def helper(n):\n    return n + 1")
    kernel.text(
        "%%shimtask including --include helper --no-panel\ndef execute(tt, *, n: int) -> int:\n    return helper(n)"
    )
    kernel.text("def helper(n):\n    return n + 100")
    assert kernel.text("%shimtask run including n=1") == "2\n"
    kernel.text("%shimtask reload including")
    assert kernel.text("%shimtask run including n=1") == "101\n"
    assert "\n-    return n + 1\n+    return n + 100\n" in kernel.text("%shimtask diff including")


HELPED = """%%shimtask helped --no-panel
from my_helpers import twice
def execute(tt, *, n: int) -> int:
    return twice(n)
"""


@pytest.fixture
def own_module(shell, tmp_path, monkeypatch: pytest.MonkeyPatch):
    """A module of the person's own, and how to change it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "my_helpers.py"
    clock = iter(range(1, 10))

    def write(text: str) -> None:
        path.write_text(text)
        time = 1_000_000_000 * next(clock)
        os.utime(path, ns=(time, time))

    write("def twice(n):\n    return 2 * n\n")
    shell.run(HELPED)
    yield write
    sys.modules.pop("my_helpers", None)


def test_reload_imports_anew_what_changed(shell, own_module):
    """A module of the person's own is read again when its file changed, and only then."""
    module = sys.modules["my_helpers"]
    assert shell.run("%shimtask reload helped") == ""
    assert sys.modules["my_helpers"] is module
    own_module("def twice(n):\n    return 200 * n\n")
    assert shell.run("%shimtask reload helped") == "imported anew: my_helpers\n"
    assert shell.names["helped"](n=2) == 400


@pytest.mark.parametrize("cell", [HELPED, HELPED.replace("helped", "another")], ids=["the cell", "another cell"])
def test_a_run_in_between_hides_no_change(shell, own_module, cell: str):
    """Running a cell reads no module anew: what changed on the way is still to be reloaded."""
    own_module("def twice(n):\n    return 200 * n\n")
    shell.run(cell)
    name = cell.split()[1]
    assert shell.names[name](n=2) == 4
    assert shell.run(f"%shimtask reload {name}") == "imported anew: my_helpers\n"
    assert shell.names[name](n=2) == 400
    assert shell.run(f"%shimtask reload {name}") == ""


def test_a_reload_that_fails_leaves_everything(shell, own_module):
    """The module that was there is back, and the task stays."""
    module, task = sys.modules["my_helpers"], shell.names["helped"]
    own_module("raise RuntimeError('half written')\n")
    assert shell.fail("%shimtask reload helped").endswith("RuntimeError: half written")
    assert sys.modules["my_helpers"] is module
    assert shell.names["helped"] is task
    assert task(n=2) == 4


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "",
            (
                "%shimtask needs a command: list, show, panel, source, diff, run, reload, delete. "
                "`%shimtask --help` explains them."
            ),
        ),
        ("shw top_tracks", "no command of %shimtask is named 'shw'. Did you mean 'show'?"),
        ("show", "%shimtask show needs a task's name: %shimtask show NAME"),
        ("show a b", "%shimtask show does not take b. Write %shimtask show NAME"),
        ("list a", "%shimtask list does not take a. Write %shimtask list"),
        ("show top_trakcs", "no task is named 'top_trakcs'. Did you mean 'top_tracks'?"),
        ("reload top", "no cell is named 'top'. `%shimtask list` names them."),
        ("delete alias", "no cell is named 'alias'. `%shimtask list` names them."),
        ("run top_tracks lim=3", "%shimtask run top_tracks: no input is named 'lim'. Did you mean 'limit'?"),
        (
            "run top_tracks zzz=3",
            "%shimtask run top_tracks: no input is named 'zzz'. Its inputs are limit, tags, mode, tag.",
        ),
        (
            "run top_tracks 3",
            "%shimtask run top_tracks: '3' is no INPUT=VALUE. Write %shimtask run top_tracks limit=VALUE",
        ),
        ("run top_tracks limit=1 limit=2", "%shimtask run top_tracks: 'limit' is given twice. Keep one of them."),
        (
            "run top_tracks limit=x",
            "%shimtask run top_tracks: limit: expected int, got 'x'. Write a whole number, such as 5.",
        ),
        (
            "run top_tracks mode=slow",
            (
                "%shimtask run top_tracks: limit: a value is needed. mode: expected one of fast, got 'slow'. "
                "Write %shimtask run top_tracks limit=VALUE"
            ),
        ),
        (
            "run top_tracks limit={nobody}",
            "'limit={nobody}' cannot be expanded: NameError: name 'nobody' is not defined",
        ),
    ],
)
def test_wrong_usage_is_worded(shell, line: str, message: str):
    """Every mistake is a UsageError with the nearest name, or with what there is."""
    shell.run(TOP)
    shell.run("alias = top_tracks")
    assert shell.fail(f"%shimtask {line}") == f"UsageError: {message}"


def test_the_help_has_every_command(shell):
    """The commands of the help come from the table, with an example each; it is the docstring too."""
    out = shell.run("%shimtask --help")
    for command in COMMANDS:
        assert f"  {command.name} {command.operands}".rstrip() in out
        assert f"    %shimtask {command.example}\n" in out
    assert out.strip() in shell.run("%shimtask?").replace("\r", "")


def test_the_examples_of_the_help_run(shell):
    """Each of the three levels in the help is a cell that works, and so is every line magic after it."""
    help_text = shell.run("%%shimtask --help")
    cells = re.findall(r"^    (%%shimtask greet.*\n(?:(?:    .*)?\n)+)", help_text, re.MULTILINE)
    assert len(cells) == 3
    for cell in cells:
        shell.run(re.sub("^    ", "", cell, flags=re.MULTILINE))
        assert shell.names["greet"](name="you").endswith(" you")
    for command in COMMANDS:
        if command.name != "delete":
            shell.run(f"%shimtask {command.example}")
    shell.run("%shimtask delete greet")
    assert "greet" not in shell.names


def test_two_hundred_runs_keep_one_version_before(shell):
    """Of a cell two versions are kept, however often it runs; nothing of the others stays."""
    cell = DOUBLE.replace("double", "often")
    for number in range(200):
        shell.run(cell.replace("n * 2", f"n * {number}"))
    record = shell.ip.magics_manager.registry["ShimMagics"].session.versions.get("often")
    assert (record.version.body[-4:], record.before.body[-4:]) == ("199\n", "198\n")
    gc.collect()
    tasks = [each for each in gc.get_objects() if type(each).__name__ == "OftenTask"]
    assert len(tasks) == 1
    assert len({value[-1] for value in linecache.cache.values() if is_cell_file(value[-1])}) == 1
