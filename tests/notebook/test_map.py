"""CONTRIBUTING's map of the folder."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_module_is_on_the_map_once():
    """What a newcomer looks for there is there, and what is not there any more is not on it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = text.partition("| idea | modules |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[2])]
    modules = [path.stem for path in (ROOT / "shimnb" / "notebook").glob("*.py") if path.stem != "__init__"]
    assert sorted(named) == sorted(modules)
