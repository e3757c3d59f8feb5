"""`docs/form.md` says what is so: its examples run."""

from __future__ import annotations

import doctest
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_pages_examples_run() -> None:
    """In order, in one session, as a reader would try them."""
    result = doctest.testfile(str(DOCS / "form.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 15
    assert result.failed == 0
