"""The course: every notebook runs from top to bottom, and is committed as text alone."""

from __future__ import annotations

import functools
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbclient import NotebookClient

COURSE = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=COURSE, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """Each notebook of the course."""
    return request.param


@pytest.fixture
def notebook(path: Path) -> nbformat.NotebookNode:
    """The same, as it is committed."""
    return nbformat.read(path, as_version=4)


@functools.cache
def run(path: Path) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom, in an empty folder."""
    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    return notebook


def shown(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """Return what a cell printed and answered."""
    [cell] = [cell for cell in notebook.cells if cell.id == cell_id]
    return "".join(out.get("text", "") or out.get("data", {}).get("text/plain", "") for out in cell.outputs)


def test_it_runs(path):
    """No cell fails but those that are tagged to, and they do fail."""
    cells = run(path).cells
    failed = [cell.id for cell in cells if any(out.output_type == "error" for out in cell.get("outputs", []))]
    tagged = [cell.id for cell in cells if "raises-exception" in cell.metadata.get("tags", [])]
    assert failed == tagged


def test_a_process_of_its_own_has_what_the_second_notebook_says():
    """The kernel has what the container has not, and lacks what it has; the errors are of the kinds that are named."""
    notebook = run(COURSE[1])
    assert shown(notebook, "start").splitlines()[1:] == [
        "the module stations         True    False",
        "the secret penguins/key     True    False",
        "the variable REGION         False   True",
        "the variable STATION        True    False",
    ]
    assert shown(notebook, "count-call").endswith("of Dream\ncounting letters of Biscoe\n(5, 5, 6)")
    assert shown(notebook, "hand").endswith("exit code 0 and deck.html outputs.pb\n")
    kinds = [line.partition(" - ")[0] for line in shown(notebook, "ferry-run").splitlines() if " - " in line]
    assert kinds == ["RECOVERABLE", "NON_RECOVERABLE"]


def test_it_has_no_outputs(notebook):
    """Outputs and counts change with each run, and would hide what a commit is about."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)


def test_it_has_no_personal_metadata(notebook):
    """A kernel of one's own, widget state, collapsed cells, timings: none of it is the course."""
    assert {"kernelspec": notebook.metadata.kernelspec.name, "other": set(notebook.metadata)} == {
        "kernelspec": "python3",
        "other": {"kernelspec", "language_info"},
    }
    assert set().union(*(cell.metadata for cell in notebook.cells)) <= {"tags"}


def test_its_cells_have_names(notebook):
    """A cell's id is what a link or a message names: it stands once."""
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_there_is_a_course():
    """An empty folder would pass every test above."""
    assert [path.name for path in COURSE] == ["01_first_shim_task.ipynb", "02_what_the_cluster_sees.ipynb"]
