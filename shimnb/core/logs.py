"""The logger that an executor is given: ``current_context().logging``."""

from __future__ import annotations

import logging
import sys

__all__ = ["user_logger"]


class _Stderr(logging.Handler):
    """Writes to the ``sys.stderr`` of the moment: a notebook's run has its own."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001  # as every handler of logging does
            self.handleError(record)


def user_logger() -> logging.Logger:
    """Return the logger ``user_space``, which says ``info`` and above on stderr.

    Where the program has set up logging itself, or the logger's level, that
    holds.

    Examples
    --------
    >>> user_logger().name
    'user_space'
    """
    logger = logging.getLogger("user_space")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    if not logger.hasHandlers():
        handler = _Stderr()
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)
    return logger
