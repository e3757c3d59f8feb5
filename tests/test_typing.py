"""The file that mypy reads covers the whole public API."""

from __future__ import annotations

import ast
from pathlib import Path

import shimnb

TYPED = Path(__file__).parent / "typing" / "public_names.py"


def test_every_public_name_is_used():
    """A name that is not used there could lose its type without anyone's noticing."""
    nodes = list(ast.walk(ast.parse(TYPED.read_text(encoding="utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    assert set(shimnb.__all__) - (imported & used) == set()


def test_every_public_name_is_there():
    """A name of `__all__` that cannot be imported would be found by a user first."""
    assert [name for name in shimnb.__all__ if not hasattr(shimnb, name)] == []
