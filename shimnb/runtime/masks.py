"""Text without what nobody may read: the values of secrets, and the credentials in a URI."""

from __future__ import annotations

import os
import re

__all__ = ["masked"]

_MASK = "***"
_SHORTEST = 4  # a shorter value stands in many words, and hides them
_LARGEST = 65536  # bytes of a secret's file that is read for this


def masked(text: str) -> str:
    """Give a text with each secret's value, and each URI's credentials, masked.

    Examples
    --------
    >>> masked("cannot reach postgres://me:pw@host/db, nor https://host/file?sig=abc")
    'cannot reach postgres://***@host/db, nor https://host/file?...'
    """
    for value in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(value, _MASK)
    text = re.sub(r"://[^/\s'\"]*@", f"://{_MASK}@", text)
    return re.sub(r"(https?://[^\s?'\"]*\?)[^\s'\"]+", r"\1...", text)


def _secrets() -> set[str]:
    """Give the values of the run's secrets, as the engine hands them over."""
    prefix = os.environ.get("FLYTE_SECRETS_ENV_PREFIX", "_FSEC_")
    values = {value.strip() for name, value in os.environ.items() if prefix and name.startswith(prefix)}
    for folder, _, names in os.walk(os.environ.get("FLYTE_SECRETS_DEFAULT_DIR", "/etc/secrets")):
        for name in names:
            values.add(_contents(os.path.join(folder, name)))
    values |= {repr(value)[1:-1] for value in values}  # as a KeyError shows it
    return {value for value in values if len(value) >= _SHORTEST}


def _contents(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(_LARGEST).strip()
    except (OSError, ValueError):
        return ""
