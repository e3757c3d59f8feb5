"""The outputs of a run as what they are: a line, a text, a tree, a table, a file, a folder; each found by its address.

An address is a list of keys and indices from the outputs down: ``["o0"]``, or
``["o0", 3]`` for an item of a list of files. What is behind a literal, such as
a file, is not looked at here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flyteidl.core import types_pb2
from google.protobuf import text_format

from shimnb.core.sizes import size_words
from shimnb.notebook.tree.node import Node, Parts, Spot, row, rows
from shimnb.notebook.tree.nodes import literal_map_node
from shimnb.notebook.tree.words import cut, legible, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flyteidl.core import literals_pb2

    from shimnb.notebook.runs.run import Run

__all__ = [
    "MOST",
    "Output",
    "first_row",
    "literal_text",
    "looks_markdown",
    "output_at",
    "output_node",
    "outputs_of",
    "text_slice",
    "told",
    "within",
]

MOST = 50
"""The outputs, or the items of one, that are told at once."""
_ROWS = 24_576
"""The bytes of rows that come with the outputs of a run."""
_SAMPLE = 20
_BRIEF = 100
"""The characters of a text that is shown in one line."""
_TEXT = 4_096
_PROTO = 65_536
_LARGEST_PROTO = 2**18
_STORED = frozenset({"structured_dataset", "schema"})
_HEADING = re.compile(r"\A\s*#{1,6} \S")
_FENCE = re.compile(r"^```", re.MULTILINE)
_MARKS = (
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"^[ \t]{0,8}[-*+] \S.*\n[ \t]{0,8}[-*+] \S", re.MULTILINE),
    re.compile(r"\*\*[^\s*][^*\n]*\*\*"),
    re.compile(r"\[[^\]\n]{1,200}\]\([^)\s]{1,200}\)"),
    re.compile(r"^\|(?: *:?-+:? *\|)+\s*$", re.MULTILINE),
)


@dataclass(frozen=True)
class Output:
    """An output, or an item of one.

    Attributes
    ----------
    at : tuple of str or int
        Its address.
    literal : flyteidl.core.literals_pb2.Literal
        What it is; of a union, the value in it.
    node : Node
        The same as a row of the tree of all outputs.
    """

    at: tuple[str | int, ...]
    literal: literals_pb2.Literal
    node: Node

    @property
    def name(self) -> str:
        """Its last key, as it is shown."""
        return self.node.key

    @property
    def uri(self) -> str:
        """Where a file, a folder or a table lies; empty for what is in the literal itself."""
        scalar = self.literal.scalar
        kind = scalar.WhichOneof("value")
        return str(getattr(scalar, kind).uri) if kind in {"blob", *_STORED} else ""

    @property
    def format(self) -> str:
        """The format of what lies there, such as ``csv``; empty when its type does not say."""
        scalar = self.literal.scalar
        if scalar.WhichOneof("value") == "blob":
            return str(scalar.blob.metadata.type.format)
        stored = scalar.structured_dataset.metadata.structured_dataset_type
        return str(stored.format) or "parquet"

    @property
    def text(self) -> str | None:
        """The text, of one that is a str."""
        primitive = self.literal.scalar.primitive
        return str(primitive.string_value) if primitive.WhichOneof("value") == "string_value" else None

    @property
    def shape(self) -> str:
        """As what it is shown: ``value``, ``text``, ``tree``, ``items``, ``table``, ``file`` or ``folder``."""
        kind = self.literal.WhichOneof("value")
        if kind in {"collection", "map"} and any(_is_stored(each) for each in self._sample()):
            return "items"
        scalar = self.literal.scalar.WhichOneof("value")
        if scalar == "blob":
            single = self.literal.scalar.blob.metadata.type.dimensionality == types_pb2.BlobType.SINGLE
            return "file" if single else "folder"
        if scalar in _STORED:
            return "table"
        text = self.text
        if text is not None and (len(text) > _BRIEF or "\n" in text.strip("\n")):
            return "text"
        return "tree" if self.node.count else "value"

    def _sample(self) -> Iterable[literals_pb2.Literal]:
        if self.literal.WhichOneof("value") == "collection":
            return self.literal.collection.literals[:_SAMPLE]
        entries = self.literal.map.literals
        return [entries[key] for key in sorted(entries)[:_SAMPLE]]

    def items(self, start: int = 0, stop: int | None = None) -> list[Output]:
        """Make the outputs that are its items."""
        parts = self.node.parts
        if parts is None:
            return []
        found = (_below(self, key) for key in parts.keys[start:stop])
        return [each for each in found if each is not None]


def _is_stored(literal: literals_pb2.Literal) -> bool:
    scalar = _bare(literal).scalar
    return scalar.WhichOneof("value") in {"blob", *_STORED}


def _bare(literal: literals_pb2.Literal) -> literals_pb2.Literal:
    """Take what is in a union, however often it is put into one."""
    while literal.scalar.WhichOneof("value") == "union":
        literal = literal.scalar.union.value
    return literal


def output_node(run: Run) -> Node | None:
    """Return the tree of a run's outputs, None when it has none."""
    if run.outputs is None or not run.outputs.literals:
        return None
    # A protobuf map has no order: the Python interface has the one in which the outputs were declared.
    variables = run.task.interface.outputs
    return literal_map_node(run.outputs, {name: variables[name] for name in run.task.python_interface.outputs})


def outputs_of(run: Run) -> list[Output]:
    """Give the outputs of a run in the order in which they were declared."""
    found = (output_at(run, [name]) for name in run.task.python_interface.outputs)
    return [each for each in found if each is not None]


def output_at(run: Run, at: Sequence[Any]) -> Output | None:
    """Find an output, or an item of one, by its address; None if it is not there."""
    node = output_node(run)
    if node is None or run.outputs is None or not at:
        return None
    first = at[0]
    if not isinstance(first, str) or first not in run.outputs.literals or node.parts is None:
        return None
    found: Output | None = Output((first,), _bare(run.outputs.literals[first]), node.parts.make(first))
    for key in at[1:]:
        found = _below(found, key) if found is not None else None
    return found


def _below(output: Output, key: Any) -> Output | None:
    literal, parts = output.literal, output.node.parts
    if parts is None:
        return None
    if literal.WhichOneof("value") == "collection":
        items = literal.collection.literals
        if type(key) is not int or not 0 <= key < len(items):
            return None
        inner = items[key]
    elif literal.WhichOneof("value") == "map" and isinstance(key, str) and key in literal.map.literals:
        inner = literal.map.literals[key]
    else:
        return None
    return Output((*output.at, key), _bare(inner), parts.make(key))


def told(outputs: list[Output], budget: int = _ROWS) -> list[dict[str, Any]]:
    """Describe outputs for the front end: small ones whole, of the others the beginning."""
    shown = outputs[:MOST]
    share = max(budget // max(len(shown), 1), 512)
    return [_told(each, share) for each in shown]


def _told(output: Output, budget: int) -> dict[str, Any]:
    node, shape = output.node, output.shape
    made: dict[str, Any] = {"at": list(output.at), "name": output.name, "shape": shape, "type": node.type}
    if shape == "value":
        made |= {"value": node.value, "kind": node.kind}
    elif shape == "text":
        made |= text_slice(output.text or "", 0, min(budget, _TEXT))
        made["markdown"] = looks_markdown(output.text or "")
    elif shape == "tree":
        made |= {"value": node.value, "count": node.count, "rows": rows(node, budget=budget)}
    elif shape == "items":
        made |= {"value": f"{node.count:,} {node.parts.noun if node.parts else ''}".strip(), "count": node.count}
        made["items"] = [_told(each, budget // 4) for each in output.items(0, _SAMPLE)]
    else:
        made |= {"value": cut(visible(output.uri), 200), "format": cut(visible(output.format), 40)}
    if node.badge:
        made["badge"] = node.badge
    made["size"] = size_words(node.size)
    return made


def text_slice(text: str, start: int, length: int) -> dict[str, Any]:
    """Give a part of a text, with what cannot be seen written as its escape."""
    stop = min(start + length, len(text))
    # Not through the middle of a line, if one ends nearby.
    if stop < len(text):
        stop = max(text.rfind("\n", start + length // 2, stop) + 1, 0) or stop
    return {
        "text": legible(text[start:stop]),
        "start": start,
        "next": stop if stop < len(text) else None,
        "total": len(text),
    }


def looks_markdown(text: str) -> bool:
    r"""Tell whether a text seems to be markdown: it begins with a heading, or has a fence, or marks of two kinds.

    Examples
    --------
    >>> looks_markdown("# Report\n\nAll **well**."), looks_markdown("a line\nand another")
    (True, False)
    """
    head = text[:20_000]
    if "\n" not in head.strip():
        return False
    if _HEADING.match(head) or len(_FENCE.findall(head)) > 1:
        return True
    return sum(1 for mark in _MARKS if mark.search(head)) > 1


def within(output: Output) -> Node:
    """Make a tree with one row for an output, as its literal is shown."""
    return Node(Spot(), "map", parts=Parts(1, lambda: (output.at[-1],), lambda _: replace(output.node)))


def literal_text(literal: literals_pb2.Literal | literals_pb2.LiteralMap) -> str:
    """Write a literal in protobuf's text format; of a long one, the beginning."""
    size = literal.ByteSize()
    if size > _LARGEST_PROTO:
        return f"({size_words(size)}: too long to be written as text. The tree has all of it.)"
    text = legible(text_format.MessageToString(literal))
    if len(text) <= _PROTO:
        return text or "(empty)"
    return f"{text[:_PROTO]}\n[... {len(text) - _PROTO:,} characters cut ...]"


def first_row(output: Output) -> list[dict[str, Any]]:
    """Give the row of an output's literal, with the first rows in it."""
    made = row(output.node)
    if output.node.count:
        made["children"] = rows(output.node, depth=1, budget=8_192)
    return [made]
