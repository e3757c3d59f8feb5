"""All keys and whole texts of a tree, compact, so that a search need not make a million nodes.

Rows are numbered in preorder, the root being 0. The walk goes over the nodes;
where most of a large tree is (a Struct, JSON, lists and maps of literals), it
goes over the values themselves, in the same order and with the same texts.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2
from google.protobuf import struct_pb2

from shimnb.core.sensitive import might_hold_secret
from shimnb.notebook.tree.masks import called, hides, hides_text, scalar_of, taken_text
from shimnb.notebook.tree.node import Parts, quoted_key
from shimnb.notebook.tree.outline import key_order
from shimnb.notebook.tree.words import duration_words, integer_words, quoted, timestamp_words

if TYPE_CHECKING:
    from shimnb.notebook.tree.node import Node

__all__ = ["BREAK", "Chunk", "Index"]

BREAK = "\0"
_CHUNK = 8192
_LONG = 100_000
_MOST_ROWS = 4_000_000
_MOST_CHARACTERS = 300_000_000
_FIELD, _ITEM, _ENTRY = range(3)

_Way = Callable[[], "_Way | None"]


@dataclass(frozen=True)
class Chunk:
    """Some rows' keys and texts, each joined by a zero character."""

    first: int
    keys: str
    texts: str


@dataclass
class Index:
    """What there is to search in a tree.

    Attributes
    ----------
    chunks : list of Chunk
        Keys and texts of the rows.
    parents, places : array of int
        Each row's parent, and its position among the parent's children.
    odd, odd_keys, hidden : dict of int to object
        What holds the texts and keys that stand in no chunk, for they are
        long or have a zero character in them, or are secrets.
    joins : dict of int to int
        How the path of a branch goes on: by a field, an item or an entry.
    tails : dict of int to str
        The paths that are otherwise; after a zero character, below the
        parent's.
    whole : bool
        Whether all rows are here, and not the first ones of too many.

    Examples
    --------
    >>> from shimnb.notebook.tree.nodes import json_node
    >>> index = Index.of(json_node({"a": [1, "x"]}))
    >>> index.rows, index.at(3), index.chunks[0].texts.split(BREAK)
    (3, (0, 1), ['', '1', 'x'])
    """

    chunks: list[Chunk] = field(default_factory=list)
    parents: array[int] = field(default_factory=lambda: array("i", [-1]))
    places: array[int] = field(default_factory=lambda: array("i", [0]))
    odd: dict[int, Any] = field(default_factory=dict)
    odd_keys: dict[int, str] = field(default_factory=dict)
    hidden: dict[int, Any] = field(default_factory=dict)
    joins: dict[int, int] = field(default_factory=dict)
    tails: dict[int, str] = field(default_factory=dict)
    root: str = ""
    whole: bool = True
    _split: tuple[int, list[str]] | None = None

    @classmethod
    def of(cls, root: Node, alive: Callable[[], bool] = lambda: True) -> Index:
        """Make the index of a tree; it ends early, and is not whole, when it is not wanted any more."""
        walk = _Walk(alive)
        walk.run(root)
        return walk.index

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.parents) - 1

    def at(self, row: int) -> tuple[int, ...]:
        """Give the position of a row."""
        found = []
        while row > 0:
            found.append(self.places[row])
            row = self.parents[row]
        return tuple(reversed(found))

    def text(self, row: int) -> str:
        """Give a text that stands in no chunk."""
        return str(scalar_of(self.odd[row] if row in self.odd else self.hidden[row]))

    def path(self, row: int) -> str:
        """Give the path of a row; empty if an executor cannot get to it."""
        if not row:
            return self.root
        tail = self.tails.get(row)
        if tail is not None and not tail.startswith(BREAK):
            return tail
        parent = self.path(self.parents[row])
        if tail is not None:
            return parent + tail[1:]
        return self.step(parent, self.joins[self.parents[row]], self.places[row], self.key(row))

    def key(self, row: int) -> str:
        """Give the key of a row; an item of a list has none."""
        if row in self.odd_keys:
            return self.odd_keys[row]
        chunk = self.chunks[bisect_right(self.chunks, row, key=lambda chunk: chunk.first) - 1]
        if self._split is None or self._split[0] != chunk.first:
            self._split = (chunk.first, chunk.keys.split(BREAK))
        return self._split[1][row - chunk.first]

    def ending(self, text: str, *, exact: bool) -> Iterator[int]:
        """Give the rows whose own part of the path has a text in it, and those with a path of their own kind."""
        last = join = -1
        for chunk in self.chunks:
            keys = chunk.keys.split(BREAK)
            rows = range(chunk.first, chunk.first + len(keys))
            within = slice(chunk.first, rows.stop)
            for row, parent, place, key in zip(rows, self.parents[within], self.places[within], keys, strict=True):
                if parent != last:
                    last, join = parent, self.joins[parent]
                if join == _ITEM:
                    own = f"[{place}]"
                elif join == _ENTRY and key.isalnum():
                    own = f'["{key}"]'
                else:
                    own = self.step("-", join, 0, self.odd_keys.get(row, key))
                if text in (own if exact else own.lower()) and row not in self.tails:
                    yield row
        yield from self.tails

    def paths(self) -> Iterator[tuple[int, list[str], list[int]]]:
        """Give the first row of each chunk, the paths, and how much of each is the parent's.

        A row that an executor cannot get to has an empty path.
        """
        known = {0: self.root}
        for chunk in self.chunks:
            paths: list[str] = []
            ends: list[int] = []
            for row, shown in enumerate(chunk.keys.split(BREAK), chunk.first):
                parent = known[self.parents[row]]
                path = self.tails.get(row)
                if path is None:
                    path = self.step(
                        parent, self.joins[self.parents[row]], self.places[row], self.odd_keys.get(row, shown)
                    )
                elif path.startswith(BREAK):
                    path = parent + path[1:]
                paths.append(path)
                ends.append(len(parent) if path.startswith(parent) else 0)
                if row in self.joins:
                    known[row] = path
            yield chunk.first, paths, ends

    @staticmethod
    def step(parent: str, join: int, place: int, key: str) -> str:
        """Write the path of a child."""
        if join == _ITEM:
            return f"{parent}[{place}]"
        if not parent:
            return key
        return f"{parent}[{quoted_key(key)}]" if join == _ENTRY else f"{parent}.{key}"


class _Enough(Exception):  # noqa: N818  # no error: the bounds of the index are reached, or nobody waits for it
    """The walk ends here."""


class _Walk:
    """Fills an index; a way adds rows until a branch comes, and gives the way below it."""

    def __init__(self, alive: Callable[[], bool]) -> None:
        self.index = Index()
        self._alive = alive
        # Filled and emptied, never replaced: the loops below keep their methods.
        self._keys: list[str] = []
        self._texts: list[str] = []
        self._unsure = False  # whether a text of this chunk may have to be hidden
        self._characters = 0
        self._named: dict[tuple[str, object], dict[object, bool]] = {}

    def run(self, root: Node) -> None:
        """Walk down from the root."""
        self.index.root = root.path
        first = self._below(0, root)
        ways = [first] if first else []
        try:
            while ways:
                deeper = ways[-1]()
                if deeper:
                    ways.append(deeper)
                else:
                    ways.pop()
            self._flush()
        except _Enough:
            self.index.whole = False

    # Rows.

    def _add(self, parent: int, place: int, key: str, text: str, holder: Any = None) -> int:
        """Add a row; `holder` has the text when it is wanted again, if it is not the text itself."""
        index = self.index
        row = len(index.parents)
        if len(text) > _LONG or BREAK in text:
            index.odd[row] = text if holder is None else holder
            text = ""
        if BREAK in key:
            index.odd_keys[row] = key
            key = ""
        index.parents.append(parent)
        index.places.append(place)
        self._keys.append(key)
        self._texts.append(text)
        if len(self._keys) >= _CHUNK:
            self._flush()
        return row

    def _hide(self, parent: int, place: int, key: str, holder: Any) -> None:
        self.index.hidden[len(self.index.parents)] = holder
        self._add(parent, place, key, "")

    def _flush(self) -> None:
        """Join what was added into a chunk."""
        index = self.index
        first = len(index.parents) - len(self._keys)
        if self._unsure and might_hold_secret(BREAK.join(self._texts)):
            for offset, text in enumerate(self._texts):
                if text and hides_text(text):
                    index.hidden[first + offset] = text
                    self._texts[offset] = ""
        if self._keys:
            chunk = Chunk(first, BREAK.join(self._keys), BREAK.join(self._texts))
            index.chunks.append(chunk)
            self._characters += len(chunk.keys) + len(chunk.texts)
        self._keys.clear()
        self._texts.clear()
        self._unsure = False
        if len(index.parents) > _MOST_ROWS or self._characters > _MOST_CHARACTERS or not self._alive():
            raise _Enough

    # Nodes.

    def _below(self, row: int, node: Node) -> _Way | None:
        """Give what is below a node."""
        parts, raw = node.parts, node.raw
        if parts is None or not parts.count:
            return None
        # In a comparison, what is below a node is not what is in its value.
        plain = type(parts) is Parts and node.masked
        if plain and isinstance(raw, (struct_pb2.Struct, struct_pb2.ListValue, struct_pb2.Value)):
            return self._struct(row, raw, node.key)
        if plain and isinstance(raw, (dict, list, tuple)):
            return self._json(row, raw, node.key)
        return self._parts(row, node, parts)

    def _parts(self, row: int, node: Node, parts: Parts) -> _Way:
        keys = parts.keys
        numbered = isinstance(keys, range)
        join = _ITEM if numbered else _FIELD if parts.noun == "fields" else _ENTRY
        self.index.joins[row] = join
        literals = _literals(node.raw) if type(parts) is Parts else None
        places = enumerate(keys)

        def way() -> _Way | None:
            for place, given in places:
                key = "" if numbered else str(given)
                literal = None if literals is None else literals[given]
                text = None if literal is None else _primitive(literal)
                if text is not None:
                    self._add(row, place, key, text, literal)
                    continue
                child = parts.make(given)
                made = self._node(row, place, key, child)
                if child.path != self.index.step(node.path, join, place, key):
                    self.index.tails[made] = child.path
                below = self._below(made, child)
                if below:
                    return below
            return None

        return way

    def _node(self, parent: int, place: int, key: str, child: Node) -> int:
        if not key and child.key != str(place):
            # An item with a name of its own, such as a variable of the environment.
            key = child.raw.key if isinstance(child.raw, literals_pb2.KeyValuePair) else child.key
        if child.secret:
            self.index.hidden[len(self.index.parents)] = child.raw
            return self._add(parent, place, key, "")
        shown = child.parts is None or not child.parts.count or child.kind == "type"
        return self._add(parent, place, key, taken_text(child) if shown else "", child.raw)

    # JSON, in a Struct and in Python. These two loops go over nearly all there is of a large tree.

    def _struct(self, row: int, value: Any, within: str) -> _Way:
        """Give what is below a Struct, a ListValue or a Value."""
        if isinstance(value, struct_pb2.Value):
            value = getattr(value, value.WhichOneof("kind") or "")
        keyed = isinstance(value, struct_pb2.Struct)
        self.index.joins[row] = _ENTRY if keyed else _ITEM
        label = called(value.fields) if keyed else None
        fields = value.fields if keyed else value.values
        named = self._names(within if keyed else "", label)
        places = enumerate(sorted(fields)) if keyed else enumerate(fields)
        add_parent, add_place = self.index.parents.append, self.index.places.append
        keys, add_key, add_text = self._keys, self._keys.append, self._texts.append

        def way() -> _Way | None:
            for place, given in places:
                key, item = (given, fields[given]) if keyed else ("", given)
                kind = item.WhichOneof("kind")
                if kind == "struct_value" or kind == "list_value":  # noqa: PLR1714  # asked a million times
                    return self._struct(self._add(row, place, key, ""), getattr(item, kind), key)
                known = named.get(key)
                if known is None:
                    known = named[key] = hides(key, "x", within, label)
                if kind == "string_value":
                    text = item.string_value
                    self._unsure = True
                elif kind == "number_value":
                    text = repr(item.number_value)
                else:
                    text = str(item.bool_value) if kind == "bool_value" else "None"
                if known or BREAK in key or len(text) > _LONG or BREAK in text:
                    whole = scalar_of(item)
                    self._one((row, place, key), whole, item, hidden=hides(key, whole, within, label))
                    continue
                add_parent(row)
                add_place(place)
                add_key(key)
                add_text(text)
                if len(keys) >= _CHUNK:
                    self._flush()
            return None

        return way

    def _names(self, within: str, label: object) -> dict[object, bool]:
        """Give what is known of keys: whether a value below them is hidden for its key; another, only for its text."""
        if len(self._named) > _CHUNK:
            self._named.clear()
        return self._named.setdefault((within, label if isinstance(label, str) else None), {})

    def _one(self, at: tuple[int, int, str], value: Any, holder: Any, *, hidden: bool) -> None:
        """Add a scalar that is hidden, or may be long, or is not usual in another way."""
        if hidden:
            self._hide(*at, holder)
        elif isinstance(value, str):
            self._add(*at, value, holder)
        elif isinstance(value, (bytes, float)):
            self._add(*at, repr(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            self._add(*at, integer_words(value))
        else:
            self._add(*at, str(value))

    def _json(self, row: int, value: Any, within: str) -> _Way:
        """Give what is below a dict or a list."""
        keyed = isinstance(value, dict)
        self.index.joins[row] = _ENTRY if keyed else _ITEM
        label = called(value) if keyed else None
        named = self._names(within if keyed else "", label)
        places = enumerate(sorted(value, key=key_order)) if keyed else enumerate(value)

        def way() -> _Way | None:
            for place, given in places:
                key, item = (str(given), value[given]) if keyed else ("", given)
                if keyed and not isinstance(given, str):
                    self.index.tails[len(self.index.parents)] = f"{BREAK}[{given!r}]"
                if isinstance(item, (dict, list, tuple)):
                    return self._json(self._add(row, place, key, ""), item, given if isinstance(given, str) else "")
                known = named.get(given) if keyed else False
                if known is None:
                    known = named[given] = hides(given, "x", within, label)
                if isinstance(item, str):
                    self._unsure = True
                    if known or len(item) > _LONG:
                        hidden = hides(given if keyed else "", item, within, label)
                        self._one((row, place, key), item, item, hidden=hidden)
                    else:
                        self._add(row, place, key, item)
                elif item is None or isinstance(item, (bool, int, float, bytes)):
                    hidden = (known or isinstance(item, bytes)) and hides(given if keyed else "", item, within, label)
                    self._one((row, place, key), item, item, hidden=hidden)
                else:
                    self._add(row, place, key, quoted(repr(item)))
            return None

        return way


def _literals(raw: Any) -> Any:
    """Give the literals of a list or a map of them; None for anything else."""
    if isinstance(raw, literals_pb2.Literal):
        kind = raw.WhichOneof("value")
        raw = getattr(raw, kind) if kind in {"collection", "map"} else None
    return raw.literals if isinstance(raw, (literals_pb2.LiteralCollection, literals_pb2.LiteralMap)) else None


def _primitive(literal: literals_pb2.Literal) -> str | None:
    """Give the text of a primitive; None for anything else."""
    primitive = literal.scalar.primitive
    kind = primitive.WhichOneof("value")
    if kind is None:
        return None
    value: Any = getattr(primitive, kind)
    if kind == "datetime":
        return timestamp_words(value)
    if kind == "duration":
        return duration_words(value)
    return value if kind == "string_value" else repr(value)
