"""marimo on a free port, and a notebook open in it: its cells run when it is opened, and when what they need has changed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from .lab import stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Locator, Page

# Cells run when the notebook is opened, and the theme is the browser's.
_SETTINGS = """
[runtime]
auto_instantiate = true
[display]
theme = "system"
[completion]
copilot = false
"""
_START = 60


def write_marimo(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook; marimo itself finds out which names its cells share."""
    parts = ["import marimo", "app = marimo.App()"]
    parts += [f"@app.cell\ndef _():\n{textwrap.indent(source, '    ')}\n    return" for source in cells]
    parts += ['if __name__ == "__main__":\n    app.run()\n']
    path.write_text("\n\n\n".join(parts), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Marimo:
    """A running marimo: an editor of the root folder's notebooks, or one of them as an app."""

    url: str
    root: Path

    def open(self, page: Page, name: str = "") -> None:
        """Open a notebook of the root folder; wait for what is looked for by role, as the cells run by themselves."""
        page.goto(self.url + (f"?file={quote(str(self.root / name))}" if name else ""))

    def restart(self, page: Page) -> None:
        """Restart the kernel, as its menu does: the page loads again, and the cells run."""
        page.get_by_test_id("notebook-menu-dropdown").click()
        with page.expect_navigation():
            page.get_by_role("menuitem", name="Restart kernel").click()
            page.get_by_role("alertdialog").get_by_role("button", name="Restart").click()


def output(page: Page, index: int) -> Locator:
    """Find a cell's output by its place."""
    return page.locator(".marimo-cell").nth(index)


@contextmanager
def marimo(root: Path, state: Path, name: str = "") -> Iterator[Marimo]:
    """Start marimo's editor on `root`, or one of its notebooks as an app, with everything it keeps in `state`."""
    (state / "marimo").mkdir(parents=True, exist_ok=True)
    (state / "marimo" / "marimo.toml").write_text(_SETTINGS, encoding="utf-8")
    environment = {**os.environ, **{f"XDG_{kind}_HOME": str(state) for kind in ("CONFIG", "STATE", "CACHE")}}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # -y: the signal that ends it asks nothing.
    command = [sys.executable, "-m", "marimo", "-q", "-y", "run" if name else "edit", "--headless", "--no-token"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-sandbox", "--session-ttl", "5"]
    command += [str(root / name)] if name else ["--skip-update-check", str(root)]
    log = state / "marimo.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            command, env=environment, cwd=root, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
    try:
        _wait(server, port, log)
        yield Marimo(f"http://127.0.0.1:{port}/", root)
    finally:
        # An interrupt closes its kernels too.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            stop(server)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START
    while time.monotonic() < until and server.poll() is None:
        if _answers(port):
            return
        time.sleep(0.1)
    message = f"marimo did not start:\n{log.read_text()[-4000:]}"
    raise RuntimeError(message)
