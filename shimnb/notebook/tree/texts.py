"""The whole of a long value, slice by slice, and a hidden one for who asks: what a view's `text` and `reveal` get.

Nothing is kept here: what was revealed is known to the view that asked, and
is in no state that is saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shimnb.core.sensitive import holds_secret
from shimnb.errors import ShimError
from shimnb.notebook.tree.leaves import leaf
from shimnb.notebook.tree.masks import scalar_of
from shimnb.notebook.tree.words import legible

if TYPE_CHECKING:
    from shimnb.notebook.tree.model import TreeModel
    from shimnb.notebook.tree.node import Node

__all__ = ["SLICE", "SLICE_BYTES", "reveal_answer", "slice_of", "text_answer"]

SLICE = 16_384
SLICE_BYTES = 4_096
_LINE = 16
# A secret may begin in one slice and end in the next.
_MARGIN = 4_096


def text_answer(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give a slice of the value ``at`` a position, from ``start`` on.

    Parameters
    ----------
    model : TreeModel
        The tree.
    content : dict
        ``at`` and ``start``; ``form``, ``"hex"`` or ``"text"`` for bytes;
        ``reveal``, true for a secret.

    Returns
    -------
    dict
        As of `slice_of`.
    """
    start, form = content["start"], content.get("form", "")
    if type(start) is not int or start < 0 or form not in {"", "text", "hex"}:
        raise ValueError(content)
    return slice_of(_leaf(model, content), start, form, revealed=content.get("reveal") is True)


def reveal_answer(model: TreeModel, content: dict[str, Any]) -> dict[str, Any]:
    """Give the hidden value ``at`` a position: ``value``, ``kind``, and ``long`` if that is not all of it."""
    node = _leaf(model, content)
    made = leaf(node.spot, scalar_of(node.raw), node.size, node.type)
    return {"value": made.text, "kind": made.kind, "long": made.long}


def _leaf(model: TreeModel, content: dict[str, Any]) -> Node:
    at = content["at"]
    if not isinstance(at, list) or not all(type(number) is int for number in at):
        raise ValueError(at)
    node = model.at(at)
    if node is None:
        raise ShimError("this row is not there any more", where="tree", remedy="Close the row above it, and open it.")
    return node


def slice_of(node: Node, start: int, form: str = "", *, revealed: bool = False) -> dict[str, Any]:
    r"""Give a part of a leaf's value that is good to read and bounded.

    Parameters
    ----------
    node : Node
        The leaf.
    start : int
        The first character, or byte.
    form : str
        Of bytes, ``"hex"`` for a dump or ``"text"`` for UTF-8.
    revealed : bool
        Whether a secret is given too.

    Returns
    -------
    dict
        ``text``, with its lines; ``start``; ``next``, where the next slice
        begins, or None; ``total``; ``unit``, characters or bytes; ``form``.
        ``hidden`` is true where a part looks like a secret: its text is left
        out.

    Raises
    ------
    ShimError
        If the value is hidden, and not revealed.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> [query] = json_node({"query": "select 1\nfrom t"}).children()
    >>> slice_of(query, 9)["text"]
    'from t'
    """
    if node.secret and not revealed:
        raise ShimError("the value is hidden", where="tree", remedy="Reveal it first.")
    value = scalar_of(node.raw) if node.parts is None else None
    if isinstance(value, bytes):
        made = _bytes_slice(value, start, form or "hex")
    else:
        made = _text_slice(value if isinstance(value, str) else _long_words(node, value), start)
    around = value[max(0, start - _MARGIN) : start + SLICE + _MARGIN] if isinstance(value, (str, bytes)) else ""
    if not revealed and node.masked and holds_secret(around):
        made |= {"text": "", "hidden": True}
    return made


def _long_words(node: Node, value: Any) -> str:
    # Python refuses to write an integer of that many digits in decimal; in hexadecimal it takes no time.
    return f"{value:#x}" if type(value) is int and node.long else node.value


def _text_slice(text: str, start: int) -> dict[str, Any]:
    stop = min(len(text), start + SLICE)
    return {
        "text": legible(text[start:stop]),
        "start": start,
        "next": stop if stop < len(text) else None,
        "total": len(text),
        "unit": "characters",
        "form": "text",
    }


def _bytes_slice(data: bytes, start: int, form: str) -> dict[str, Any]:
    stop = min(len(data), start + SLICE_BYTES)
    part = data[start:stop]
    text = legible(part.decode("utf-8", "backslashreplace")) if form == "text" else _dump(part, start)
    return {
        "text": text,
        "start": start,
        "next": stop if stop < len(data) else None,
        "total": len(data),
        "unit": "bytes",
        "form": form,
    }


def _dump(data: bytes, start: int) -> str:
    """Write bytes as a hex viewer has them: place, sixteen bytes, and the same as text."""
    lines = []
    for place in range(0, len(data), _LINE):
        part = data[place : place + _LINE]
        seen = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)  # noqa: PLR2004  # what ASCII shows
        lines.append(f"{start + place:08x}  {part.hex(' '):<47}  {seen}")
    return "\n".join(lines)
