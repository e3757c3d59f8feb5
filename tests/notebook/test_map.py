"""CONTRIBUTING's map of the folder."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_module_is_on_the_map_once():
    """What a newcomer looks for there is there, and what is not there any more is not on it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = text.partition("| idea | modules |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    named = []
    for row in rows:
        _, idea, modules, _ = row.split("|")
        folder = idea.strip() if idea.strip().endswith("/") else ""
        named += [f"{folder}{name}" for name in re.findall(r"`(\w+)`", modules)]
    room = ROOT / "shimnb" / "notebook"
    modules = [
        path.relative_to(room).with_suffix("").as_posix() for path in room.rglob("*.py") if path.stem != "__init__"
    ]
    assert sorted(named) == sorted(modules)
