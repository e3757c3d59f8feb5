from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from shimnb.notebook.imports import anew, own_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of the person's own, imported."""
    folder = tmp_path / "my_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("from my_package.part import N\n")
    (folder / "part.py").write_text("N = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    __import__("my_package")
    yield folder
    for name in [each for each in sys.modules if each.startswith("my_package")]:
        del sys.modules[name]


def test_a_package_comes_with_all_its_modules(package: Path):
    """Whatever of it the cell imports, and how, and wherever in the cell."""
    for text in ("import my_package", "from my_package.part import N", "def f():\n    import my_package.part as p"):
        assert own_files(text) == {
            "my_package": (package / "__init__.py").stat().st_mtime_ns,
            "my_package.part": (package / "part.py").stat().st_mtime_ns,
        }


def test_what_is_installed_is_not_the_persons():
    """Neither Python's own modules nor installed ones, nor shimnb itself."""
    assert own_files("import json, flyteidl, IPython\nfrom shimnb.errors import ShimError") == {}


def test_a_failed_import_has_the_old_modules_back(package: Path):
    """All of them, and none of the new."""
    old = {name: sys.modules[name] for name in ("my_package", "my_package.part")}
    (package / "part.py").write_text("from my_package import other\n1 / 0\n")
    (package / "other.py").write_text("")
    with pytest.raises(ZeroDivisionError), anew(["my_package"], own_files("import my_package")):
        __import__("my_package")
    assert {name: module for name, module in sys.modules.items() if name.startswith("my_package")} == old
