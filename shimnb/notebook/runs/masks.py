"""The secrets of a run, taken out of whatever is told of it: texts, rows, copies, errors, exports."""

from __future__ import annotations

from html import escape
from itertools import islice
from json import dumps
from typing import TYPE_CHECKING, Any

from shimnb.core.sensitive import is_secret, looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MASK", "Masks", "secret_values"]

MASK = "***"
_SHORTEST = 4
"""A shorter value stands in many words, and hides them."""


class Masks:
    r"""The values that are not shown.

    Examples
    --------
    >>> masks = Masks()
    >>> masks.add("hunter2")
    >>> masks.text("user=me password=hunter2"), masks.data({"a": ["hunter2", 2]})
    ('user=me password=***', {'a': ['***', 2]})
    """

    def __init__(self) -> None:
        self._values: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._values)

    def add(self, *values: str) -> None:
        """Take note of values; one of fewer than four characters is shown all the same."""
        known = {*self._values}
        for value in values:
            # As it is, and as a traceback, a page and a message write it.
            for form in (
                value,
                value.strip(),
                repr(value)[1:-1],
                escape(value),
                dumps(value)[1:-1],
                *value.split("\n"),
            ):
                if len(form) >= _SHORTEST:
                    known.add(form)
        # The longest first: one may be within another. A tuple in one step, as other threads read it.
        self._values = tuple(sorted(known, key=len, reverse=True))

    def text(self, text: str) -> str:
        """Return a text with the values masked."""
        for value in self._values:
            if value in text:
                text = text.replace(value, MASK)
        return text

    def half(self, text: str) -> int:
        """Return how many characters at a text's end may be the beginning of a value."""
        longest = 0
        for value in self._values:
            for size in range(min(len(value) - 1, len(text)), longest, -1):
                if text.endswith(value[:size]):
                    longest = size
                    break
        return longest

    def data(self, data: Any) -> Any:
        """Return JSON data with the values masked in every text, keys included."""
        if not self._values:
            return data
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, dict):
            return {self.data(key): self.data(value) for key, value in data.items()}
        if isinstance(data, (list, tuple)):
            return [self.data(each) for each in data]
        return data


def secret_values(name: str, value: Any) -> Iterable[str]:
    """Give the texts of an input that are likely to be secrets: by its name, a field's or a key's, or by their form.

    Examples
    --------
    >>> list(secret_values("config", {"url": "http://db", "password": "hunter2"})), list(secret_values("limit", "3"))
    (['hunter2'], [])
    """
    yield from _secrets(name, value, 0)


_DEEPEST = 20
_MOST = 1000


def _secrets(name: str, value: Any, depth: int) -> Iterable[str]:
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode("utf-8", "replace")
        # An input that is a text of digits, under a secret's name, is no setting: a PIN is.
        if is_secret(name, value) or (looks_secret(name) and text.isdigit()):
            yield text
        return
    if hasattr(value, "get_secret_value"):  # pydantic's SecretStr
        yield str(value.get_secret_value())
    elif depth < _DEEPEST:
        for key, each in _parts(name, value):
            yield from _secrets(key, each, depth + 1)


def _parts(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(_under(name, key), each) for key, each in islice(value.items(), _MOST)]
    if isinstance(value, (list, tuple, set)):
        return [(name, each) for each in islice(value, _MOST)]
    fields = getattr(value, "__dict__", None)
    known = getattr(type(value), "__dataclass_fields__", None) or getattr(type(value), "model_fields", None)
    if known and isinstance(fields, dict):
        return [(_under(name, key), fields.get(key)) for key in known]
    return []


def _under(name: str, key: object) -> str:
    # What is below a secret's name is secret, whatever its own is.
    return name if looks_secret(name) else str(key)
