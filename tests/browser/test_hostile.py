"""Hostile strings through everything that shows a string: they come out as text.

No script runs, no dialog opens, no request goes out, and no element is there
that was not made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from flyteidl.core import tasks_pb2
from playwright.sync_api import expect

from shimnb.core.custom import custom_to_struct
from shimnb.notebook.define import define
from shimnb.notebook.panel import panel
from shimnb.notebook.tree.diff import diff
from shimnb.notebook.tree.widget import tree
from tests.hostile import HOSTILE, KEYS, MARK, SURROGATES

from .lab import REPOSITORY, write_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

# What a widget is made of. No image, frame, script, style, link or object, and no address anywhere.
TAGS = (
    "SECTION|DIV|SPAN|STRONG|EM|B|I|CODE|PRE|P|SMALL|DEL|INS|MARK|KBD|UL|OL|LI|DL|DT|DD|H2|H3|H4|DETAILS|SUMMARY|TIME"
    "|TABLE|CAPTION|THEAD|TBODY|TR|TH|TD|FIGURE|FIGCAPTION|OUTPUT|PROGRESS|METER"
    "|FORM|FIELDSET|LEGEND|LABEL|INPUT|TEXTAREA|SELECT|OPTION|OPTGROUP|DATALIST|BUTTON"
)
STATIC_TAGS = "STYLE|DIV|P|STRONG|EM|B|CODE|PRE|SPAN|UL|LI|DETAILS|SUMMARY|INS|DEL|TABLE|THEAD|TBODY|TR|TH|TD"
WALK = """(root, tags) => {
    const found = [];
    const known = new RegExp(`^(${tags})$`);
    const walk = element => {
        for (const child of element.children) {
            // A link of a markdown output, to a web address, in a tab of its own.
            const link = child.tagName === "A" && /^https?:$/.test(child.protocol) && /noopener/.test(child.rel);
            if (!known.test(child.tagName) && !link) found.push(`<${child.tagName}> in <${element.tagName} ${element.className}>`);
            for (const { name, value } of child.attributes) {
                if (link && name === "href") continue;
                if (/^on|^(src|href|srcdoc|action|formaction|data|xlink:href|ping)$/.test(name)) found.push(`${name}=${value}`);
                if (!/^[a-z][a-z0-9:_-]*$/.test(name)) found.push(`attribute ${name}`);
            }
            walk(child);
            if (child.shadowRoot) walk(child.shadowRoot);
        }
    };
    walk(root);
    return found;
}"""
# The kernel has the same strings: a line of Python could not hold them all.
STRINGS = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); from tests.hostile import HOSTILE, KEYS, SURROGATES"
TREE = """import shimnb
from flyteidl.core import literals_pb2, tasks_pb2
from shimnb.core.custom import custom_to_struct
def made(values, number):
    t = tasks_pb2.TaskTemplate(type=HOSTILE[0], container=tasks_pb2.Container(image=HOSTILE[2], args=values))
    t.id.name = HOSTILE[4]
    t.custom.CopyFrom(custom_to_struct({"keys": {key: number for key in KEYS}, "values": values}))
    for key in KEYS:
        t.container.env.add(key=key, value=key)
        t.config[key] = key
    return t
one, two = made(list(HOSTILE), 1), made(list(HOSTILE)[::2], 2)
"""
CELL = """%%shimtask hostile --image ghcr.io/acme/hostile:1
import enum
import logging
import warnings
from typing import Annotated

from shimnb import FlyteAnnotation, ShimTaskExecutor
from tests.hostile import HOSTILE, KEYS

Choice = enum.Enum("Choice", {f"C{number}": text for number, text in enumerate(KEYS)})


class Executor(ShimTaskExecutor):
    def execute_from_model(
        self, tt, *, choice: Choice = Choice.C0, text: str = "".join(HOSTILE[:40]), fails: bool = False,
        names: list[str] = list(HOSTILE[:60]), values: dict[str, str] = {key: key for key in KEYS[:60]},
    ) -> tuple[list[str], dict[str, str], str, dict]:
        for each in HOSTILE:
            print(each)
            logging.getLogger(each[:50] or "x").warning("%s", each)
            warnings.warn(each)
        if fails:
            raise ValueError("\\n".join(HOSTILE))
        return list(HOSTILE), {key: key for key in KEYS}, "".join(HOSTILE), {key: [key] for key in KEYS}
"""


@pytest.fixture(autouse=True)
def watched(page: Page) -> Iterator[None]:
    """Whatever a string may do to a page fails the test."""
    seen: list[str] = []
    page.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: seen.append(request.url) if re.search(r":9/|javascript:", request.url) else None)
    page.on("popup", lambda _: seen.append("a window opened"))
    yield
    page.wait_for_timeout(300)
    assert page.evaluate(f"window.{MARK}") is None
    assert seen == []


def stray(region: Locator, tags: str = TAGS) -> list[str]:
    """List the elements and attributes of a region that nobody made."""
    found: list[str] = region.evaluate(WALK, tags)
    return found


def walked(view: Locator, page: Page) -> int:
    """Go through all rows of a tree by the keyboard, looking at what is drawn; return how many there are."""
    view.get_by_role("treeitem").first.focus()
    page.keyboard.press("Home")
    number = 0
    before = ""
    while True:
        assert stray(view) == []
        assert view.get_by_role("treeitem").count() <= 300
        for _ in range(25):
            page.keyboard.press("ArrowDown")
            number += 1
        active = view.evaluate("""root => root.querySelector('[role=treeitem][tabindex="0"]')?.textContent""")
        if active == before or number > 2000:
            return number
        before = active


@pytest.fixture
def notebook(open_cells: Any) -> Any:
    """A notebook whose kernel has the strings."""

    def open_(*cells: str) -> Any:
        opened = open_cells(STRINGS, *cells)
        opened.run(*range(len(cells) + 1))
        return opened

    return open_


def test_a_tree_shows_them_as_text(notebook: Any, page: Page) -> None:
    """As keys, values, names, types, and with the tooltip and the line below."""
    cell = notebook(TREE + "shimnb.tree(one)").cell(1)
    view = cell.get_by_role("tree")
    cell.get_by_role("button", name="Open all rows").click()
    expect(view.get_by_role("treeitem", level=2).first).to_be_visible()
    assert walked(view, page) > 4 * len(KEYS)
    assert stray(cell.get_by_role("group").first) == []


def test_json_shows_them_as_text(notebook: Any, page: Page) -> None:
    """Halves of characters too, which no message may hold."""
    cell = notebook(
        "import shimnb\nshimnb.tree({**dict.fromkeys((*KEYS, *SURROGATES), 1), 'v': [*HOSTILE, *SURROGATES]})"
    ).cell(1)
    cell.get_by_role("button", name="Open all rows").click()
    assert walked(cell.get_by_role("tree"), page) > len(KEYS) + len(HOSTILE)


def test_a_comparison_shows_them_as_text(notebook: Any, page: Page) -> None:
    """What came, what went, and what was."""
    cell = notebook(TREE + "shimnb.diff(one, two)").cell(1)
    view = cell.get_by_role("tree")
    expect(view.get_by_role("treeitem").first).to_be_visible()
    assert walked(view, page) > len(KEYS)
    for _ in range(5):
        page.keyboard.press("n")
    assert stray(cell.get_by_role("group").first) == []


def test_the_form_and_its_runs_show_them_as_text(notebook: Any, page: Page) -> None:
    """Choices, defaults, what is printed, logged and warned of, outputs, and errors."""
    cell = notebook("%load_ext shimnb", CELL).cell(2)
    region = cell.get_by_role("region", name="Task hostile")
    region.get_by_role("tab", name="Run").click()
    run = region.get_by_role("button", name=re.compile("^Run"))
    run.first.click()
    expect(region.get_by_text(re.compile("done in")).first).to_be_visible(timeout=30_000)
    assert stray(region) == []
    for toggle in region.get_by_role("button", expanded=False).all()[:12]:
        toggle.click()
    assert stray(region) == []
    region.get_by_role("tab", name="Source").click()
    region.get_by_role("tab", name="Checks").click()
    assert stray(region) == []


def pages() -> dict[str, str]:
    """Make the static forms."""
    template = tasks_pb2.TaskTemplate(type=HOSTILE[0], container=tasks_pb2.Container(image=HOSTILE[2], args=HOSTILE))
    template.custom.CopyFrom(custom_to_struct({"values": list(HOSTILE[:40])}))
    keys = dict.fromkeys((*KEYS, *SURROGATES), 1)
    task = define(
        "def execute(tt) -> None: ...",
        name="hostile",
        image="i:1",
        set={f"k{i}": t for i, t in enumerate(HOSTILE[:40])},
    )
    return {
        "template": tree(template).static_html(),
        "keys": tree(keys).static_html(),
        "values": tree([*HOSTILE, *SURROGATES]).static_html(),
        "diff": diff(
            {"k": keys, "v": list(HOSTILE)}, {"k": dict.fromkeys(KEYS, 2), "v": list(HOSTILE[::2])}
        ).static_html(),
        "panel": panel(task).static_html(),
    }


def test_the_static_forms_are_inert_in_a_page_of_their_own(page: Page) -> None:
    """As nbconvert writes it: nothing takes anything out."""
    for name, html in pages().items():
        page.set_content(f"<!doctype html><title>{name}</title><main>{html}</main>")
        main = page.locator("main")
        main.evaluate("root => root.querySelectorAll('details').forEach(each => (each.open = true))")
        assert stray(main, STATIC_TAGS) == [], name
        assert main.locator("style").count() <= 1, name


def test_the_static_forms_are_inert_in_an_untrusted_notebook(lab: Any, page: Page) -> None:
    """And JupyterLab's sanitizer takes nothing out but the style for printing."""
    made = pages()
    path = write_notebook(lab.root / "untrusted.ipynb", ["1"] * len(made))
    notebook = nbformat.read(path, 4)
    for cell, html in zip(notebook.cells, made.values(), strict=True):
        cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": html})]
    nbformat.write(notebook, path)
    opened = lab.open(page, path.name)
    for index, (name, html) in enumerate(made.items()):
        cell = opened.cell(index)
        cell.scroll_into_view_if_needed()
        output = cell.locator(".jp-RenderedHTMLCommon")
        expect(output).to_be_attached()
        assert stray(output, STATIC_TAGS) == [], name
        assert output.locator("style").count() == 0, name
        same = output.evaluate(
            """(_, html) => {
                const { sanitizer } = window.jupyterapp.shell.currentWidget.content.rendermime;
                const parsed = text => new DOMParser().parseFromString(text, "text/html").body;
                const [whole, left] = [parsed(html), parsed(sanitizer.sanitize(html))];
                whole.querySelectorAll("style").forEach(each => each.remove());
                const tell = root => [...root.querySelectorAll("*")].map(each =>
                    [each.tagName, each.className, each.hasAttribute("open"), each.style.cssText].join());
                return [tell(whole).join("\\n") === tell(left).join("\\n"), whole.textContent === left.textContent];
            }""",
            html,
        )
        assert same == [True, True], name
