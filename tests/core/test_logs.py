"""The executor's logger: heard where nothing was set up, and quiet about what was."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from shimnb import current_context

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _level() -> Iterator[None]:
    """Put the level back, by the method that tells the loggers of it."""
    user = logging.getLogger("user_space")
    level = user.level
    user.setLevel(logging.NOTSET)
    yield
    user.setLevel(level)


def log_as_a_kernel_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what pytest has set up for the test."""
    for logger in (logging.getLogger(), logging.getLogger("user_space")):
        monkeypatch.setattr(logger, "handlers", [])


def test_info_is_heard_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """However often the logger is asked for; what is below is not."""
    log_as_a_kernel_does(monkeypatch)
    current_context().logging.debug("no")
    current_context().logging.info("rows: %d", 3)
    assert capsys.readouterr().err == "INFO user_space: rows: 3\n"


def test_a_program_that_has_set_up_logging_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line comes twice, and its level holds."""
    log_as_a_kernel_does(monkeypatch)
    logging.basicConfig(format="theirs %(message)s")
    logging.getLogger("user_space").setLevel(logging.WARNING)
    current_context().logging.info("no")
    current_context().logging.warning("yes")
    assert capsys.readouterr().err == "theirs yes\n"
