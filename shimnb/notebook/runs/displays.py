"""What an executor displays: the one form of it that a form shows, with its size."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Display", "display_of"]

_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_TEXTS = ("text/html", "text/markdown", "application/json", "text/latex", "text/plain")
_PLAIN = 4096
_LARGEST = 4 * 2**20


@dataclass(frozen=True)
class Display:
    """One thing that was displayed.

    Parameters
    ----------
    mime : str
        The kind of `data`: an image, ``text/html`` (shown without scripts, in
        a frame of its own), ``text/markdown`` or ``text/plain``.
    data : str
        A text, or an image's bytes in base64.
    plain : str
        It in words.
    name : str
        Its ``display_id``; empty without one.
    update : bool
        Whether it takes the place of the one of that name.
    """

    mime: str
    data: str
    plain: str
    name: str = ""
    update: bool = False

    @property
    def size(self) -> int:
        """About the bytes that it holds."""
        return len(self.data) + len(self.plain)


def display_of(data: Mapping[str, Any], transient: Mapping[str, Any] | None = None, *, update: bool = False) -> Display:
    """Choose what to keep of a bundle: an image, else HTML, else a text.

    Examples
    --------
    >>> display_of({"text/plain": "<Figure>", "image/png": b"abcd"})
    Display(mime='image/png', data='YWJjZA==', plain='<Figure>', name='', update=False)
    """
    name = str((transient or {}).get("display_id") or "")
    plain = str(data.get("text/plain", ""))[:_PLAIN]
    for mime in (*_IMAGES, *_TEXTS):
        if data.get(mime) is None:
            continue
        text = _text(mime, data[mime])
        if mime in ("text/latex", "application/json"):
            mime = "text/plain"  # noqa: PLW2901  # shown as it is written
        if len(text) <= _LARGEST:
            return Display(mime, text, plain, name, update)
    return Display("text/plain", plain or "(nothing that can be shown here)", plain, name, update)


def _text(mime: str, value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") if mime == "image/svg+xml" else base64.b64encode(value).decode("ascii")
    if isinstance(value, str):
        return value if not mime.startswith("image/") or mime == "image/svg+xml" else "".join(value.split())
    if mime == "application/json":
        return json.dumps(value, indent=2, default=str, ensure_ascii=False)
    return str(value)
