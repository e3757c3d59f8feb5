"""A JupyterLab for all tests of this folder; a page and a notebook for each."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from . import lab as harness
from . import reactive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


# The scope ends before other folders' tests begin: Playwright keeps an event loop running in this thread, and
# nbclient, in tests/test_notebooks.py, needs one of its own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A running Chromium; in CI a missing one is a failure."""
    executable = harness.chromium()
    if executable is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing, and CI must not pass without it: apt-get install chromium")
        pytest.skip("Chromium is missing: apt-get install chromium")
    with harness.browser(executable) as browser:
        yield browser


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[harness.Lab]:
    """A running JupyterLab."""
    with harness.jupyterlab(tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="package")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[harness.Lab]:
    """A running Notebook 7."""
    root, state = (tmp_path_factory.mktemp(name) for name in ("notebooks7", "notebook7"))
    with harness.notebook7(root, state) as running:
        yield running


@pytest.fixture(scope="package")
def marimo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[reactive.Marimo]:
    """A running marimo, its editor."""
    with reactive.marimo(tmp_path_factory.mktemp("marimo"), tmp_path_factory.mktemp("state")) as running:
        yield running


@contextmanager
def fresh_page(chromium: Browser) -> Iterator[Page]:
    """Open a page; what the console called an error fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    # Before the page goes, so that the kernel goes too: two cores do not carry one for each test.
    page.evaluate("() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.shutdown()")
    context.close()
    assert errors == []


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page."""
    with fresh_page(chromium) as page:
        yield page


@pytest.fixture
def quiet_page(chromium: Browser) -> Iterator[Page]:
    """A fresh page, of any front end; the errors that count are those of widgets."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    errors: list[str] = []
    # Notebook 7.6.5 has an error of its own while it starts; anywidget's modules are blobs, or text in marimo.
    page.on("pageerror", lambda error: errors.append(error.stack) if "/static/notebook/" not in error.stack else None)
    yield page
    page.evaluate("() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.shutdown()")
    context.close()
    assert errors == []


@pytest.fixture
def open_cells(lab: harness.Lab, page: Page, request: pytest.FixtureRequest) -> Callable[..., harness.Notebook]:
    """Open a notebook of the given code cells."""

    def open_(*cells: str, theme: str = harness.LIGHT) -> harness.Notebook:
        path: Path = lab.root / f"{request.node.originalname}.ipynb"
        return lab.open(page, harness.write_notebook(path, cells).name, theme)

    return open_
