"""The course: every notebook runs from top to bottom, and is committed as text alone."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

COURSE = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=COURSE, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    """Each notebook of the course."""
    return nbformat.read(request.param, as_version=4)


def test_it_runs(notebook, tmp_path):
    """No cell fails but those that are tagged to, and they do fail."""
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    failed = [cell.id for cell in notebook.cells if any(out.output_type == "error" for out in cell.get("outputs", []))]
    tagged = [cell.id for cell in notebook.cells if "raises-exception" in cell.metadata.get("tags", [])]
    assert failed == tagged


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
    assert [path.name for path in COURSE][:1] == ["01_first_shim_task.ipynb"]
