"""Make the README's pictures again, from the first notebook as it is now: `make screenshots`."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from .lab import DARK, LIGHT, REPOSITORY, browser, chromium, jupyterlab

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from .lab import Notebook

FIRST = "01_first_shim_task.ipynb"
PICTURES = REPOSITORY / "docs" / "images"
# As tall as the notebook's part that is shown: JupyterLab does not draw what is out of sight.
SIZE = {"width": 980, "height": 2600}


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
    panel.get_by_label("island").fill("Dream")
    panel.get_by_role("button", name="Run", exact=True).click()
    outputs = panel.get_by_role("tree", name="Outputs of run 1")
    outputs.get_by_role("treeitem").first.click()
    panel.get_by_label("since").fill("soon")
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
    panel = task_panel(notebook)
    expect(panel.get_by_role("tree")).to_be_visible()
    take(panel, "dark.png")


def main() -> None:
    """Open the notebook in each theme, and take the pictures."""
    executable = chromium()
    if executable is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        root, state = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        shutil.copy(REPOSITORY / "notebooks" / FIRST, root)
        lab = stack.enter_context(jupyterlab(root, state))
        running = stack.enter_context(browser(executable))
        for theme, pictures in ((LIGHT, light), (DARK, dark)):
            page = running.new_page(viewport=SIZE, device_scale_factor=1.5)
            pictures(lab.open(page, FIRST, theme))
            page.close()


if __name__ == "__main__":
    main()
