"""Make the README's pictures again, from the first notebook as it is now: `make screenshots`."""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from .lab import DARK, LIGHT, REPOSITORY, browser, chromium, jupyterlab, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from .lab import Notebook

FIRST, TREES = "01_first_shim_task.ipynb", "trees.ipynb"
PICTURES = REPOSITORY / "docs" / "images"
# As tall as the notebook's part that is shown: JupyterLab does not draw what is out of sight.
SIZE = {"width": 980, "height": 2600}

# A template with something of each kind: a loss, a long text, a class, an environment with a secret.
TOP_TRACKS = '''%%shimtask top_tracks --no-panel --image ghcr.io/me/sql:1 --mem 512Mi --retries 2 --set limit=3 --env LEVEL=info --env DB_PASSWORD=swordfish
from dataclasses import dataclass, field

from shimnb import ShimTaskExecutor


@dataclass
class Window:
    start: str = "2024-01-01"
    days: int = 30


@dataclass
class Config:
    query: str = "select name from tracks where artist = :artist order by plays desc limit :limit"
    limit: int = 10
    window: Window = field(default_factory=Window)


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, artist: str, limit: int | None = None) -> list[str]:
        """Give the names of the tracks that were played most."""
        return []
'''
NEXT = (
    TOP_TRACKS.replace("sql:1", "sql:2")
    .replace("--mem 512Mi ", "")
    .replace("--set limit=3", "--set limit=5")
    .replace("artist: str, ", "")
)
TREE_CELLS = (
    "import shimnb\n%load_ext shimnb",
    TOP_TRACKS,
    "shimnb.tree(top_tracks)",
    "before = shimnb.TaskTemplate.from_flyte_idl(top_tracks.task_template.to_flyte_idl())",
    NEXT,
    "shimnb.diff(before, top_tracks)",
)


def take(what: Locator, name: str) -> None:
    """Take a picture of a part of the page, with nothing that blinks or hovers."""
    what.page.mouse.move(0, 0)
    what.page.evaluate("() => document.activeElement?.blur()")
    what.page.wait_for_timeout(300)
    what.screenshot(path=PICTURES / name, animations="disabled", caret="hide")
    print(f"wrote {(PICTURES / name).relative_to(REPOSITORY)}")  # noqa: T201  # a command's answer


def task_panel(notebook: Notebook) -> Locator:
    """Run the notebook up to its task, and give the panel."""
    notebook.run(*(notebook.index(name) for name in ("data", "load", "task")))
    return notebook.cell(notebook.index("task")).get_by_role("region", name="Task penguins")


def light(notebook: Notebook) -> None:
    """Take the journey: the cell and the template, a run and an input that is refused, a failure."""
    panel = task_panel(notebook)
    expect(panel.get_by_role("tree")).to_be_visible()
    take(notebook.cell(notebook.index("task")), "cell.png")
    panel.get_by_role("tab", name="Run").click()
    panel.get_by_role("textbox", name="island").fill("Dream")
    panel.get_by_role("button", name="Run", exact=True).click()
    outputs = panel.get_by_role("group", name="Outputs of run 1")
    outputs.get_by_role("treeitem").first.click()
    panel.get_by_role("textbox", name="since").fill("soon")
    expect(panel.get_by_role("alert").filter(has_text="soon")).to_be_visible()
    take(panel, "run.png")

    error, call = notebook.index("error"), notebook.index("error-call")
    notebook.run(error)
    notebook.set_source(call, "shimnb.panel(careless)")
    notebook.run(notebook.index("tree"), call)
    careless = notebook.cell(call).get_by_role("region", name="Task careless")
    careless.get_by_role("tab", name="Run").click()
    careless.get_by_role("button", name="Run", exact=True).click()
    expect(careless.get_by_text("at line 14 of the cell")).to_be_visible()
    take(careless, "error.png")


def dark(notebook: Notebook) -> None:
    """Take the template once more, in JupyterLab's dark theme."""
    # The kernel is still that of the light pictures, and the panel goes on where it was.
    notebook.restart()
    panel = task_panel(notebook)
    expect(panel.get_by_role("tree")).to_be_visible()
    take(panel, "dark.png")


def tree_of(notebook: Notebook, cell: int) -> Locator:
    """Give the tree that a cell shows, with its toolbar."""
    shown = notebook.cell(cell).get_by_role("group", name="top_tracks").first
    expect(shown.get_by_role("treeitem").first).to_be_visible()
    return shown


def trees(notebook: Notebook) -> None:
    """Take the tree: as it comes, with what was lost on the way; searched; compared."""
    notebook.run(*range(len(TREE_CELLS)))
    shown = tree_of(notebook, 2)
    row = shown.get_by_role("treeitem", name=re.compile("^limit"))
    row.click()
    take(shown, "tree.png")
    shown.get_by_text("written", exact=True).click()
    take(shown, "tree-written.png")
    shown.get_by_text("decoded", exact=True).click()
    shown.get_by_role("searchbox").fill("track")
    expect(shown.get_by_text(re.compile(r"^1 of \d+$"))).to_be_visible()
    take(shown, "tree-search.png")
    take(tree_of(notebook, 5), "tree-diff.png")


def main() -> None:
    """Open the notebook in each theme, and take the pictures."""
    executable = chromium()
    if executable is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        root, state = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        shutil.copy(REPOSITORY / "notebooks" / FIRST, root)
        write_notebook(root / TREES, TREE_CELLS)
        lab = stack.enter_context(jupyterlab(root, state))
        running = stack.enter_context(browser(executable))
        for theme, pictures in ((LIGHT, light), (DARK, dark)):
            page = running.new_page(viewport=SIZE, device_scale_factor=1.5)
            pictures(lab.open(page, FIRST, theme))
            page.close()
        page = running.new_page(viewport=SIZE, device_scale_factor=1.5)
        trees(lab.open(page, TREES))


if __name__ == "__main__":
    main()
