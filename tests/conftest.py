"""What every test stands on: folders of its own, and the same examples on every machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# The machines that run this are shared: a slow example is no failure. In CI a red build must be about the change, so
# the examples are the same each time; a developer's run looks further each time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
# Chosen by pytest's option: --hypothesis-profile nightly.
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep Jupyter and IPython out of the home folder, both to read (a developer's settings) and to write."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            folder = home / name.lower()
            folder.mkdir(mode=0o700)
            patch.setenv(name, str(folder))
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        yield
