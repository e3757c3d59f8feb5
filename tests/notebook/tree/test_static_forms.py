"""A tree without a front end: what HTML and text say, and that they are bounded."""

from __future__ import annotations

import html.parser
import json
import re
from typing import Any

import nbformat
import pytest
from flyteidl.core import tasks_pb2
from nbconvert import HTMLExporter, MarkdownExporter

from shimnb.core.custom import custom_to_struct
from shimnb.notebook.tree.diff import diff
from shimnb.notebook.tree.nodes import json_node
from shimnb.notebook.tree.static_forms import static_html, static_text
from shimnb.notebook.tree.widget import static_tree, tree
from tests.hostile import HOSTILE, KEYS, SURROGATES

TAGS = {"style", "div", "strong", "em", "span", "ul", "li", "details", "summary", "ins", "del"}
ATTRIBUTES = {"class", "style", "open"}
BOUND = 120_000


class Page(html.parser.HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ended: list[str] = []
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.open: list[bool] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "details":
            self.open.append(("open", None) in attrs or ("open", "") in attrs)

    def handle_endtag(self, tag: str) -> None:
        """Take the end of one."""
        self.ended.append(tag)

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self.tags[-1:] != ["style"] or self.ended[-1:] == ["style"]:
            self.words.append(data)


def template(custom: dict[str, Any], **env: str) -> tasks_pb2.TaskTemplate:
    """Make a template."""
    made = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="img:1"))
    made.id.name = "top_tracks"
    made.custom.CopyFrom(custom_to_struct(custom))
    for key, value in env.items():
        made.container.env.add(key=key, value=value)
    return made


def deep(levels: int) -> Any:
    """Nest lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def forms() -> dict[str, str]:
    """Make the HTML of trees and of comparisons, of hostile strings too."""
    keys = {key: number for number, key in enumerate((*KEYS, *SURROGATES))}
    values = [*HOSTILE, *SURROGATES]
    return {
        "template": tree(template({"limit": 3, "rows": [{"a": 1}]}, A="1")).static_html(),
        "keys": tree(keys).static_html(),
        "values": tree({"values": values}).static_html(),
        "diff": diff(
            {"k": keys, "v": values}, {"k": {**keys, **dict.fromkeys(KEYS[::2], "x")}, "v": values[::2]}
        ).static_html(),
        "deep": tree(deep(5000)).static_html(),
        "wide": tree({"rows": list(range(100_000))}).static_html(),
        "long": tree({"text": "é" * 1_000_000, "l": ["é" * 1_000_000] * 100}).static_html(),
    }


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The HTML, made once."""
    return forms()


@pytest.mark.parametrize("name", ["template", "keys", "values", "diff", "deep", "wide", "long"])
def test_the_html_has_only_what_it_is_made_of(pages: dict[str, str], name: str) -> None:
    """Tags and attributes that JupyterLab's sanitizer lets through, each closed, and bounded."""
    page = Page(pages[name])
    assert set(page.tags) <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert sorted(page.tags) == sorted(page.ended)
    assert page.tags.count("style") == 1
    assert len(pages[name].encode()) < BOUND


@pytest.mark.parametrize(
    "given", [deep(5000), {"rows": list(range(100_000))}, {"t": "x" * 10_000_000}, dict.fromkeys(KEYS, 1)]
)
def test_the_text_is_bounded(given: Any) -> None:
    """A terminal is not flooded, and no line is longer than it should be."""
    text = tree(given).static_text()
    assert len(text) < 16_384
    assert max(map(len, text.splitlines())) <= 160
    assert text.isprintable() or set(text) - {"\n"} == {c for c in text if c.isprintable()}


def test_what_was_cut_is_said() -> None:
    """How many rows are not there, and how many of them there would be."""
    html = tree({"rows": list(range(100_000))}).static_html()
    assert re.search(r"… [\d,]+ of 100,000 left out", html)
    assert re.search(r"… [\d,]+ of 100,000 left out", static_text(json_node(list(range(100_000)))))
    assert "1 long value is cut." in static_html(json_node({"a": "x" * 1000}))
    assert "2 long values are cut." in static_html(json_node({"a": "x" * 1000, "b": "x" * 1000}))
    assert "cut" not in static_html(json_node({"a": "x"}))


def test_a_small_tree_stands_open() -> None:
    """Paper opens nothing: what fits on a page or two is open."""
    assert all(Page(tree(template({"limit": 3, "rows": [{"a": 1}]}, A="1")).static_html()).open)
    wide = Page(tree({"a": list(range(1000)), "b": {"c": 1}}).static_html())
    assert wide.open == [False, True]


def test_what_stands_open_in_the_view_stands_open_here() -> None:
    """However much it is."""
    widget = tree({"a": list(range(90)), "b": list(range(90))})
    widget.expanded = ["/b"]
    assert Page(widget.static_html()).open == [False, True]


def test_what_is_printed_is_open() -> None:
    """Where styles are kept, as in nbconvert's HTML and PDF; what is unchanged stays folded."""
    html = diff({"a": 1, "b": [1]}, {"a": 2, "b": [1]}).static_html()
    assert "@media print { .shimnb-static details:not(.shimnb-same)::details-content {" in html
    assert '<details class="shimnb-same"><summary><em' in html


def test_losses_and_secrets_are_words() -> None:
    """A badge says what a value was; what is hidden is hidden."""
    html, text = static_tree({"api_key": "hunter2", "n": 1})
    assert "hunter2" not in html + text
    assert "hidden" in html
    assert "hidden" in text


def test_a_change_is_told_without_colour() -> None:
    """By a sign and in words: GitHub takes styles out."""
    html = diff({"a": 1, "b": 2}, {"a": 3, "c": 4}).static_html()
    plain = re.sub(r"<style>.*</style>|<[^>]*>", "", html)
    assert plain.replace("\N{MINUS SIGN}", "-") == (
        "dict · 1 added · 1 removed · 1 changed · 13 B"
        "~ a 3 was 1 int · 1 B- b 2 int · 1 B (removed)+ c 4 int · 1 B (added)"
    )


def test_a_comparison_in_a_terminal() -> None:
    """Signs, and both values."""
    assert diff({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 5, "d": 3, "e": [6]}}).static_text() == (
        "dict · 1 added · 1 changed · 33 B, was 25 B\n"
        "├─ 1 unchanged: a\n"
        "└─ b: {c: 5, d: 3, e: […]}  dict\n"
        "   ├─ ~ c: 5, was 2  int\n"
        "   ├─ 1 unchanged: d\n"
        "   └─ + e: [6]  list\n"
        "      └─ + 0: 6  int"
    )


@pytest.mark.parametrize("exporter", [HTMLExporter, MarkdownExporter])
def test_nbconvert_shows_the_tree(exporter: Any) -> None:
    """The HTML is in the page as it is; nothing needs a script."""
    html = tree(template({"<b>": "</script>"})).static_html()
    output = nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "x"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output])])
    page, _ = exporter().from_notebook_node(notebook)
    assert "".join(Page(html).words) in "".join(Page(page).words)
    assert page.count("<details") == html.count("<details")


def test_the_bundle_can_be_saved() -> None:
    """No half of a character is in it, which no file could hold."""
    widget = tree({**dict.fromkeys(SURROGATES, 1), "v": list(SURROGATES)})
    data = {"html": widget.static_html(), "text": widget.static_text(), "rows": widget.rows, "title": widget.title}
    assert json.dumps(data, ensure_ascii=False).encode("utf-8")
