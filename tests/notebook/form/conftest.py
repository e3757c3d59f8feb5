"""No cell of a test stays for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shimnb.notebook.cell import discard

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def cells() -> Iterator[None]:
    """Discard what `define` made."""
    yield
    discard()
