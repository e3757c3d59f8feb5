"""Search: over the whole model, by keys, values and paths; bounded, and in words where it is not whole."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from shimnb.core.custom import custom_to_struct
from shimnb.notebook.tree import scan as scanning
from shimnb.notebook.tree.diff import diff
from shimnb.notebook.tree.finding import find_answer, hits_answer, index_answer, marks_answer
from shimnb.notebook.tree.index import BREAK, Index
from shimnb.notebook.tree.masks import taken_text
from shimnb.notebook.tree.model import TreeModel
from shimnb.notebook.tree.nodes import json_node, literal_map_node, message_node, template_node
from shimnb.notebook.tree.query import Misread, Query, read_query
from shimnb.notebook.tree.scan import scan
from shimnb.notebook.tree.search import search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shimnb.notebook.tree.node import Node

CUSTOM: dict[str, Any] = {
    "Limit": 3,
    "query": "select name from tracks limit :limit " + "x" * 300 + " FINISH",
    "window": {"start": "2024-01-01", "end": None, "limits": [1, 22, 333]},
    "api_key": "hunter22",
}


def template() -> tasks_pb2.TaskTemplate:
    """Make a template with a custom, variables of the environment and a secret."""
    return tasks_pb2.TaskTemplate(
        type="sql",
        custom=custom_to_struct(CUSTOM),
        container=tasks_pb2.Container(
            image="ghcr.io/me/sql:1",
            args=["run", "--limit"],
            env=[
                literals_pb2.KeyValuePair(key="LOG_LEVEL", value="debug"),
                literals_pb2.KeyValuePair(key="DB_PASSWORD", value="swordfish"),
            ],
        ),
    )


def model(x: Any = None) -> TreeModel:
    """Make the model of a template, or of a JSON value."""
    return TreeModel(template_node(template()) if x is None else json_node(x))


def found(query: str, scope: str = "all", of: TreeModel | None = None, **more: Any) -> list[str]:
    """Search, and name the hits by their ids."""
    searched = of or model()
    reply = find_answer(searched, {"query": query, "scope": scope, **more})
    assert "wrong" not in reply, reply["wrong"]
    shown = TreeModel(reply["root"]) if "root" in reply else searched
    nodes = [shown.at(position) for position in reply["hits"]]
    assert reply["count"] == len(nodes)
    return [node.id if node else "nothing" for node in nodes]


# The index has what the nodes have.


def slow(root: Node) -> Iterator[tuple[tuple[int, ...], str, str | None]]:
    """Give positions, paths and texts by way of the nodes, None for what is hidden."""

    def below(node: Node, at: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], str, str | None]]:
        for place, child in enumerate(node.children()):
            leaf = not child.count or child.kind == "type"
            yield (*at, place), child.path, None if child.secret else taken_text(child) if leaf else ""
            yield from below(child, (*at, place))

    return below(root, ())


def fast(index: Index) -> Iterator[tuple[tuple[int, ...], str, str | None]]:
    """Give the same from the index."""
    paths = [path for _, listed, _ in index.paths() for path in listed]
    texts = [text for chunk in index.chunks for text in chunk.texts.split(BREAK)]
    for row, (path, text) in enumerate(zip(paths, texts, strict=True), 1):
        whole = None if row in index.hidden else index.text(row) if row in index.odd else text
        yield index.at(row), path, whole


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["a\0b", "https://me:hunter2@db/x", "ghp_" + "a" * 30, "", "x" * 100_001])
)
KEYS = st.text(max_size=6) | st.sampled_from(["name", "value", "env", "api_key", "DB_TOKEN", "a\0", 'say "x"', "1"])
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(KEYS, JSON, max_size=5))
def test_the_index_of_json_is_what_its_nodes_show(value: dict[str, Any]) -> None:
    """What is walked quickly, and what is hidden of it, is what the nodes say."""
    root = json_node(value)
    assert list(fast(Index.of(root))) == list(slow(root))


@given(st.dictionaries(KEYS, JSON, max_size=5))
def test_the_index_of_a_struct_is_what_its_nodes_show(value: dict[str, Any]) -> None:
    """So it is for a template's custom."""
    struct = struct_pb2.Struct()
    try:
        struct.update(value)
        encoded = tasks_pb2.TaskTemplate(custom=struct).SerializeToString()
    except (ValueError, OverflowError):
        return  # a surrogate, or an integer that is no double
    root = template_node(tasks_pb2.TaskTemplate.FromString(encoded))
    assert list(fast(Index.of(root))) == list(slow(root))


def test_the_index_of_other_things_is_what_their_nodes_show() -> None:
    """A template, literals, keys that are no strings, bytes, and long integers."""
    literals = literals_pb2.LiteralMap()
    for number in range(3):
        literals.literals["a"].collection.literals.add().scalar.primitive.integer = number
    literals.literals["b c"].map.literals["k"].scalar.primitive.duration.seconds = 3
    literals.literals["d"].scalar.union.value.scalar.primitive.string_value = "in a union"
    literals.literals["n"].scalar.none_type.SetInParent()
    odd = {"a": {1: b"bytes", 2.5: 2**5000, None: {3}, False: (1, "x")}}
    for root in (template_node(template()), literal_map_node(literals), json_node(odd), message_node(template())):
        assert list(fast(Index.of(root))) == list(slow(root))


def test_an_index_ends_when_nobody_waits_for_it() -> None:
    """A tree that is shown no more costs nothing more."""
    index = Index.of(json_node(list(range(50_000))), lambda: False)
    assert not index.whole
    assert index.rows < 10_000


# What is found.


@pytest.mark.parametrize(
    ("query", "scope", "ids"),
    [
        ("limit", "keys", ["/custom/Limit", "/custom/window/limits"]),
        ("Limit", "keys", ["/custom/Limit"]),
        ("limit", "values", ["/custom/query", "/container/args/1"]),
        ("FINISH", "values", ["/custom/query"]),
        ("finish", "all", ["/custom/query"]),
        ("333", "all", ["/custom/window/limits/2"]),
        ("none", "values", ["/custom/window/end"]),
        ("log_level", "keys", ["/container/env/0"]),
        ('tt.custom["window"]["start"]', "all", ["/custom/window/start"]),
        ('["window"]', "paths", ["/custom/window"]),
        ("window", "paths", ["/custom/window"]),
        (".env", "paths", ["/container/env"]),
        ("limits[1", "all", []),
        ('limits"][1', "all", ["/custom/window/limits/1"]),
        ("/^l.*t$/", "keys", ["/custom/Limit"]),
        ("/^L/", "keys", ["/custom/Limit", "/container/env/0"]),
        ("/^L\\w+$/i", "keys", ["/custom/Limit", "/custom/window/limits", "/container/env/0"]),
        (r"/^\d{4}-\d\d/", "values", ["/custom/window/start"]),
        (r"/^\S+:\S+$/", "values", ["/container/image"]),
        (r'/window"\]\["(start|end)"\]$/', "paths", ["/custom/window/end", "/custom/window/start"]),
        ("nothing like it", "all", []),
        ("/custom", "all", []),
        ("", "all", []),
    ],
)
def test_what_a_query_finds(query: str, scope: str, ids: list[str]) -> None:
    """Keys, whole values and paths; lower case finds both, a capital only itself; slashes make a regex."""
    assert found(query, scope) == ids


def test_a_branch_is_found_by_its_key_and_not_by_what_its_preview_repeats() -> None:
    """A value is found once, where it stands."""
    assert found("22", of=model({"a": {"b": [22, 5]}})) == ["/a/b/0"]


@pytest.mark.parametrize("query", ["hunter22", "/hunter/", "swordfish", "hidden"])
def test_hidden_values_are_not_searched(query: str) -> None:
    """A secret is not found; nor is the word that stands in its place."""
    assert found(query) == []


def test_a_revealed_value_is_searched() -> None:
    """What a person has uncovered is text like any other."""
    tree = model()
    assert found("hunter22", of=tree, revealed=["/custom/api_key"]) == ["/custom/api_key"]
    assert found("/^hunter/", of=tree, revealed=["/custom/api_key"]) == ["/custom/api_key"]
    assert found("swordfish", of=tree, revealed=["/custom/api_key"]) == []


def test_unset_fields_are_searched_when_they_are_shown() -> None:
    """They are rows of the tree then."""
    assert found("discovery_version", "keys") == []
    shown = TreeModel(template_node(template(), unset=True))
    assert "/task_type_version" in found("task_type_version", "keys", shown)


def test_characters_that_cannot_be_seen_are_found() -> None:
    """A text is searched as it is, whatever is shown in its place."""
    tree = model({"a\0b": "x\0needle\0y", "n": "line\nneedle"})
    assert found("needle", of=tree) == ["/a~u0;b", "/n"]
    assert found(r"/\x00need/", of=tree) == ["/a~u0;b"]
    assert found("a\0b", "keys", tree) == ["/a~u0;b"]


def test_a_text_of_any_length_is_searched_to_its_end() -> None:
    """A hit across the windows in which a long text is read, too."""
    tree = model({"long": "x" * (2**20 - 3) + "Needle" + "y" * 10})
    assert found("needle", of=tree) == ["/long"]
    assert found("Needle", of=tree) == ["/long"]


def test_a_regex_is_shown_a_million_characters_of_a_text_and_says_so() -> None:
    """What was not searched is told."""
    tree = model({"long": "x" * 1_000_001 + "needle"})
    reply = find_answer(tree, {"query": "/needle/", "scope": "all"})
    assert reply["count"] == 0
    assert reply["note"] == "Of 1 value only the first 1,000,000 characters were searched for this regex."


# Wrong queries.


@pytest.mark.parametrize(
    ("query", "words", "position"),
    [
        (
            "/(a/",
            "No regex: missing ), unterminated subpattern, at character 2. Mend it, or search without the slashes.",
            1,
        ),
        (
            "/a**/",
            "No regex: multiple repeat, at character 4. Mend it, or search without the slashes.",
            3,
        ),
        (
            "/[z-a]/i",
            "No regex: bad character range z-a, at character 3. Mend it, or search without the slashes.",
            2,
        ),
        ("x" * 1001, "The query has 1,001 characters; 1,000 are the most.", 1000),
    ],
)
def test_a_wrong_query_is_told_in_words(query: str, words: str, position: int) -> None:
    """What, where and the remedy, with the character's position for the box."""
    assert find_answer(model(), {"query": query}) == {"wrong": words, "position": position}


def test_a_wrong_query_loses_nothing() -> None:
    """The hits of the query before stay."""
    tree = model()
    before = find_answer(tree, {"query": "limit"})
    find_answer(tree, {"query": "/(/"})
    assert hits_answer(tree, {"start": 0})["hits"] == before["hits"]


def test_another_scope_is_no_question() -> None:
    """The widget answers that it does not understand."""
    with pytest.raises(ValueError, match="everything"):
        find_answer(model(), {"query": "a", "scope": "everything"})


# A regex that would take for ever.

EVIL = "a" * 40 + "!"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a?){40}a{40}$", r"(a*)*\1$", "a*a*a*a*a*a*b"])
def test_a_regex_that_takes_too_long_is_given_up(pattern: str) -> None:
    """What it could not search is told; what it could is found."""
    jobs = [(1, ["aaa", EVIL * 50, "bb aa"], None)]
    found_rows = scan(pattern, 0, jobs, 0.6)
    assert found_rows.left <= 1
    assert found_rows.left == 0 or found_rows.why == "it took too long"


def test_a_search_that_was_given_up_says_so() -> None:
    """In the reply, in words."""
    reply = find_answer(model({"a": "aaa", "evil": EVIL, "z": "aa"}), {"query": "/(a+)+$/", "scope": "values"})
    assert reply["hits"] == [(0,), (2,)]
    assert reply["note"] == "1 value could not be searched for this regex: it took too long."


def test_without_another_process_such_a_regex_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing that cannot be ended runs in the kernel."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    reply = find_answer(model({"a": "aaa"}), {"query": "/(a+)+$/", "scope": "values"})
    assert reply["count"] == 0
    assert reply["note"] == (
        "1 value could not be searched for this regex: it could take for ever, "
        "and no process can be started here that could be ended."
    )


@pytest.mark.parametrize(
    ("pattern", "soon"),
    [
        ("abc", True),
        ("[a-z]+", True),
        ("^(foo|bar) x?$", True),
        (r"\(a+\)+", True),
        ("[)+]{2}", True),
        ("(a+)+", False),
        ("(?:a|b)*c", False),
        ("(a{1,9}){1,9}", False),
        ("a?" * 40, False),
        ("(a|a)" * 40, False),
    ],
)
def test_which_regexes_run_in_the_kernel(pattern: str, soon: bool) -> None:
    """Those that no text of usual length makes slow."""
    assert (scanning.safe_length(pattern) >= 25) == soon


@given(
    st.text(alphabet="ab(){}[]*+?|\\^$.,1:=<!", max_size=12), st.lists(st.text(alphabet="ab1", max_size=9), max_size=5)
)
def test_a_scan_finds_what_the_regex_finds(pattern: str, texts: list[str]) -> None:
    """In this process or in another, the hits are those of `re`."""
    query = read_query(f"/{pattern}/")
    if isinstance(query, Misread) or not query.regex or scanning.safe_length(pattern) < 10:
        return
    wanted = {row for row, text in enumerate(texts) if text and re.search(query.text, text, query.flags)}
    assert scan(query.text, query.flags, [(0, texts, None)], 5.0).hits == wanted


def test_another_process_finds_the_same() -> None:
    """With the condition on where a path's match ends, too."""
    texts = [f"group.item{number}" for number in range(200)]
    slowly = scan("(?:item)+1", 0, [(0, texts, None)], 30.0)
    assert scanning.safe_length("(?:item)+1") == 0
    assert slowly.hits == {row for row, text in enumerate(texts) if "item1" in text}
    assert scan("(?:group|item)+", 0, [(0, ["group.item"], [5])], 30.0).hits == {0}
    assert scan("(?:group)+", 0, [(0, ["group.item"], [5])], 30.0).hits == set()


# Going from hit to hit.


def test_hits_come_in_pages() -> None:
    """A reply is bounded, however many there are."""
    tree = model({"rows": ["same"] * 1_000})
    reply = find_answer(tree, {"query": "same", "near": [0, 500]})
    assert (reply["count"], reply["rows"], reply["place"]) == (1_000, 1_001, 500)
    assert (reply["start"], len(reply["hits"])) == (480, 100)
    assert hits_answer(tree, {"start": 990}) == {"start": 990, "hits": [(0, number) for number in range(990, 1_000)]}


def test_a_search_begins_at_the_active_row_and_wraps() -> None:
    """The first hit is the one at or after it; after the last comes the first."""
    tree = model({"a": "x", "b": 1, "c": "x"})
    assert [find_answer(tree, {"query": "x", "near": near})["place"] for near in ([0], [1], [2], [9])] == [0, 1, 1, 0]


def test_marks_tell_what_matches_in_a_row() -> None:
    """A hit, its number, and where in key and value; a row with hits below it; in units of JavaScript."""
    tree = model({"limits": {"x": "\N{GRINNING FACE} limit Limit"}, "other": {"y": 2}})
    find_answer(tree, {"query": "limit"})
    marks = marks_answer(tree, {"at": [[0], [0, 0], [1], [1, 0], [7]]})["marks"]
    assert marks == [
        {"hit": 0, "key": [[0, 5]], "value": [[8, 13], [14, 19]], "below": True},
        {"hit": 1, "key": [], "value": [[4, 9], [10, 15]]},
        {},
        {},
        {},
    ]


def test_a_hit_in_the_part_that_is_not_shown_is_told() -> None:
    """The row is a hit, though nothing in it can be marked."""
    tree = model({"q": "x" * 500 + "needle"})
    find_answer(tree, {"query": "needle"})
    assert marks_answer(tree, {"at": [[0]]})["marks"] == [{"hit": 0, "key": [], "value": [], "unseen": True}]


# Only hits.


def test_only_hits_leaves_hits_and_what_leads_to_them() -> None:
    """With their ids and values; all that is below a hit stays."""
    tree = model({"a": {"n": 1, "needle": {"x": 1, "y": 2}}, "b": [1, {"z": "needle"}, "needle"], "c": 3})
    reply = find_answer(tree, {"query": "needle", "only": True})
    shown = TreeModel(reply["root"])

    def ids(node: Node) -> list[str]:
        return [each for child in node.children() for each in (child.id, *ids(child))]

    assert ids(shown.root) == ["/a", "/a/needle", "/a/needle/x", "/a/needle/y", "/b", "/b/1", "/b/1/z", "/b/2"]
    assert [shown.at(position).id for position in reply["hits"]] == ["/a/needle", "/b/1/z", "/b/2"]  # type: ignore[union-attr]
    assert shown.find("/b/2") == (1, 1)
    a, whole = shown.at([0]), tree.at([0])
    assert a is not None
    assert whole is not None
    assert a.value == whole.value


def test_marks_and_hits_of_a_tree_of_hits_are_by_its_own_positions() -> None:
    """As the view names its rows."""
    tree = model({"a": 1, "b": {"c": 2, "needle": 3}, "needle": 4})
    tree.use(find_answer(tree, {"query": "needle", "only": True})["root"])
    assert hits_answer(tree, {"start": 0})["hits"] == [(0, 0), (1,)]
    marks = marks_answer(tree, {"at": [[0], [0, 0], [1]]})["marks"]
    assert [mark.get("hit") for mark in marks] == [None, 0, 1]
    # An empty box shows all of the tree again.
    again = find_answer(tree, {"query": "", "only": True, "near": [0, 0]})
    assert [child.key for child in again["root"].children()] == ["a", "b", "needle"]


def test_only_hits_where_there_are_none_leaves_nothing() -> None:
    """And the count says why."""
    reply = find_answer(model({"a": 1}), {"query": "needle", "only": True})
    assert (reply["count"], reply["root"].children()) == (0, [])


def test_a_large_tree_is_searched_from_its_index_alone() -> None:
    """No node is made for a row that is not looked at."""
    tree = model({"rows": [{"name": f"row {number}"} for number in range(5_000)]})
    index_answer(tree, {})
    find_answer(tree, {"query": "warm"})
    made = 0
    create = type(tree.root).__init__

    def counted(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal made
        made += 1
        create(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(tree.root), "__init__", counted)
        reply = find_answer(tree, {"query": "row 4999"})
    assert reply["count"] == 1
    assert made == 0


def test_an_index_that_is_not_whole_says_so() -> None:
    """A part that was searched is not taken for all."""
    index = Index.of(json_node({"a": 1}))
    index.whole = False
    assert search(index, Query("a")).note == "The tree is too large to search all of it: only its first 1 rows were."


def test_a_comparison_is_searched_as_it_is_shown() -> None:
    """What is gone is found, and what stands folded."""
    before = {"limit": 5, "rows": [1, 2, 3], "gone": {"x": "bye"}}
    tree = diff(before, {"limit": 3.0, "rows": [1, 9, 2, 3]}).model
    assert list(fast(Index.of(tree.root))) == list(slow(tree.root))
    for query, ids in (("bye", ["/~-gone/x"]), ("limit", ["/limit"]), ("9", ["/rows/1"])):
        hits = find_answer(tree, {"query": query, "scope": "all"})["hits"]
        assert [node.id for node in map(tree.at, hits) if node] == ids
