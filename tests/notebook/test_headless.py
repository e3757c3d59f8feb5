"""The same notebook without a front end: programs that run it and keep its outputs, and a terminal."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

if TYPE_CHECKING:
    from pathlib import Path

GREET = """%%shimtask greet --image ghcr.io/acme/greet:1 --set greeting=hello
def execute(tt, *, name: str = "<you>") -> str:
    return f"{tt.custom['greeting']} {name}"
"""
CELLS = [
    "%load_ext shimnb",
    GREET,
    GREET.replace("greet:1", "greet:2"),
    GREET.replace("greet --image", "silent --no-panel --image"),
    "who = 'Ada'",
    "print(greet(name=who))",
    "import shimnb\nshimnb.form(greet)",
    "%shimtask show greet",
]


def notebook(*cells: str) -> nbformat.NotebookNode:
    """A notebook of code cells; the one that sets `who` holds its parameters."""
    made = [nbformat.v4.new_code_cell(source) for source in cells]
    for cell in made:
        if cell.source.startswith("who ="):
            cell.metadata["tags"] = ["parameters"]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec})


def by_nbclient(folder: Path) -> nbformat.NotebookNode:
    """Run it in this process."""
    return NotebookClient(notebook(*CELLS), timeout=120, resources={"metadata": {"path": str(folder)}}).execute()


def by_command(folder: Path, *command: str) -> nbformat.NotebookNode:
    """Run it by a command that writes `out.ipynb`."""
    nbformat.write(notebook(*CELLS), folder / "in.ipynb")
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return nbformat.read(folder / "out.ipynb", as_version=4)


RUNNERS = {
    "nbclient": by_nbclient,
    "jupyter execute": lambda folder: by_command(folder, "jupyter", "execute", "in.ipynb", "--output=out.ipynb"),
    "papermill": lambda folder: by_command(folder, "papermill", "in.ipynb", "out.ipynb", "-p", "who", "Grace"),
}


def outputs(ran: nbformat.NotebookNode, source: str) -> list[Any]:
    """The outputs of the cell that begins so."""
    return next(cell.outputs for cell in ran.cells if cell.source.startswith(source))


@pytest.fixture(scope="module", params=RUNNERS)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook, run by each of the programs; and the program's name."""
    return RUNNERS[request.param](tmp_path_factory.mktemp("headless")), request.param


def test_the_outputs_are_static(ran):
    """Each panel, form and tree is HTML and text, and the notebook needs no widget."""
    made = ran[0]
    for source in ("%%shimtask greet", "import shimnb", "%shimtask show"):
        [shown] = outputs(made, source)
        assert set(shown.data) == {"text/html", "text/plain"}
    assert outputs(made, "%%shimtask greet")[0].data["text/plain"].startswith("greet · python-task · ")
    assert "name  str  default '<you>'" in outputs(made, "import shimnb")[0].data["text/plain"]


def test_a_panel_makes_no_widget(tmp_path):
    """Nothing of a panel is in the state that the program saves with the notebook."""
    cells = notebook(*CELLS[:3])
    NotebookClient(cells, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert "widgets" not in cells.metadata


def test_a_rerun_says_what_changed(ran):
    """The second version's output has the field with its value before and now."""
    text = [cell.outputs[0].data for cell in ran[0].cells if cell.source.startswith("%%shimtask greet")][1]
    lines = text["text/plain"].splitlines()
    assert lines[1:3] == [
        "1 field of the template changed",
        '  container.image  "ghcr.io/acme/greet:1" -> "ghcr.io/acme/greet:2"',
    ]
    assert "<summary>1 field of the template changed</summary>" in text["text/html"]
    assert "<td>&quot;ghcr.io/acme/greet:1&quot;</td><td>&quot;ghcr.io/acme/greet:2&quot;</td>" in text["text/html"]


def test_no_panel_is_silent(ran):
    """--no-panel leaves a cell without any output."""
    assert outputs(ran[0], "%%shimtask silent") == []


def test_the_task_runs_with_the_notebooks_values(ran):
    """A parameter's value reaches the task, papermill's too."""
    made, program = ran
    assert outputs(made, "print")[0].text == f"hello {'Grace' if program == 'papermill' else 'Ada'}\n"


def test_a_page_shows_the_static_forms(ran):
    """What nbconvert makes of it needs neither a kernel nor a network to be read, and nothing of a user's is HTML."""
    page, _ = HTMLExporter().from_notebook_node(ran[0])
    assert page.count('class="shimnb-static') == 3
    assert "jupyter-widgets jp-OutputArea-output" not in page
    assert "&lt;you&gt;" in page
    assert "<you>" not in outputs(ran[0], "import shimnb")[0].data["text/html"]


@pytest.mark.parametrize(
    ("cell", "name", "value"),
    [
        ("%%shimtask t\nx =", "CellError", "cell t, line 2: invalid syntax. Mend the line, and run the cell again."),
        (
            "%%shimtask t --retries x\nx = 1",
            "UsageError",
            "--retries: 'x' is no count of attempts. Write a whole number, 0 or more. `%%shimtask --help` lists the options.",
        ),
        ("%%shimtask t\n1 / 0", "ZeroDivisionError", "division by zero"),
    ],
)
def test_a_failing_cell_stops_the_run(tmp_path, cell: str, name: str, value: str):
    """The program ends with the error, and no later cell runs."""
    made = notebook("%load_ext shimnb", cell, "after = 1")
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(made, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (caught.value.ename, caught.value.evalue.splitlines()[0]) == (name, value)
    assert made.cells[2].execution_count is None


def test_a_terminal_shows_a_tree_with_what_changed_in_one_line(shell):
    """The answer is a text; on a re-run its second line says what changed."""
    first = shell.run(GREET).splitlines()
    assert first[0].startswith("greet · python-task · ghcr.io/acme/greet:1 · ")
    assert first[1] == '├─ custom: {greeting: "hello"}  dict'
    edited = GREET.replace("greet:1", "greet:2 --retries 2")
    cells = [GREET, GREET + "# more\n", GREET.replace("{name}", "{name}!"), edited]
    assert [shell.run(cell).splitlines()[1] for cell in cells] == [
        "Unchanged",
        "Unchanged but for comments and layout",
        "The executor changed, the template did not",
        (
            '2 fields of the template changed, and the code: container.image "ghcr.io/acme/greet:1" -> '
            '"ghcr.io/acme/greet:2"; metadata.retries.retries (not set) -> 2'
        ),
    ]
    assert shell.run("%shimtask panel greet").splitlines()[1].startswith("2 fields of the template changed")
