"""Taking from the tree in a browser: the menu, the clipboard with its fallbacks, downloads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flyteidl.core import identifier_pb2, tasks_pb2
from google.protobuf import json_format, text_format
from playwright.sync_api import expect

from shimnb.core.custom import custom_to_struct
from shimnb.notebook.tree import take as taking
from shimnb.notebook.tree.widget import tree

from .bare import show


def template(**custom):
    """Make a template."""
    return tasks_pb2.TaskTemplate(
        type="sql",
        id=identifier_pb2.Identifier(name="shimcells.top tracks"),
        custom=custom_to_struct({"window": {"start": "2024\n\N{EURO SIGN}"}, "limit": 3, **custom}),
        container=tasks_pb2.Container(image="img:1", args=["run"]),
    )


@pytest.fixture
def copied(page):
    """What was written to the clipboard."""
    page.add_init_script(
        "window.copied = []; Object.defineProperty(navigator, 'clipboard', "
        "{ value: { writeText: async (text) => { window.copied.push(text); } } });"
    )
    page.goto("about:blank")
    return lambda: page.evaluate("() => window.copied")


def item(page, key):
    """Find a row by its key."""
    return page.get_by_role("treeitem", name=re.compile(rf"^{key}\b")).first


def choose(page, name):
    """Choose from the menu."""
    page.get_by_role("menuitem", name=name, exact=True).click()


def status(page, text):
    """Expect the words of the status line."""
    expect(page.get_by_role("status").filter(has_text=text)).to_have_count(1)


def test_a_row_is_copied_by_the_keyboard(page, copied):
    """Shift+F10 or the menu key, arrows or a letter, Enter; the focus comes back to the row."""
    show(page, tree(template()))
    item(page, "window").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Copy value")).to_be_focused()
    page.keyboard.press("Enter")
    status(page, 'Copied the value of tt.custom["window"]["start"]')
    expect(item(page, "start")).to_be_focused()
    page.keyboard.press("ContextMenu")
    page.keyboard.press("p")
    expect(page.get_by_role("menuitem", name="Copy Python path")).to_be_focused()
    page.keyboard.press("Enter")
    status(page, re.compile(r'^Copied tt\.custom\["window"\]\["start"\]$'))
    page.keyboard.press("Control+c")
    page.wait_for_function("() => window.copied.length === 3")
    assert copied() == ["2024\n\N{EURO SIGN}", 'tt.custom["window"]["start"]', "2024\n\N{EURO SIGN}"]


def test_a_row_is_copied_by_the_mouse(page, copied):
    """By the button at the end of the active row, or the one above the tree."""
    show(page, tree(template()))
    item(page, "container").click()
    item(page, "container").get_by_title("Copy or download (Shift+F10)").click()
    choose(page, "Copy as JSON")
    status(page, "Copied the JSON of tt.container")
    item(page, "args").click()
    page.get_by_role("button", name="Copy or download").click()
    choose(page, "Copy as text proto")
    status(page, "Copied the text proto of tt.container.args")
    as_json, as_text = copied()
    assert json.loads(as_json) == {"image": "img:1", "args": ["run"]}
    assert text_format.Parse(as_text, tasks_pb2.Container()).args == ["run"]


def test_the_menu_closes_without_a_choice(page, copied):
    """By Escape, by Tab and by a click elsewhere; Escape brings the focus back to where it came from."""
    show(page, tree(template()))
    item(page, "window").focus()
    menu = page.get_by_role("menu")
    for leave in ("Escape", "Tab"):
        page.keyboard.press("Shift+F10")
        expect(menu).to_be_visible()
        page.keyboard.press(leave)
        expect(menu).to_have_count(0)
        expect(item(page, "window")).to_be_focused()
    button = page.get_by_role("button", name="Copy or download")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    button.click()
    expect(menu).to_have_count(0)
    button.click()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    assert copied() == []


def test_a_secret_is_copied_once_it_is_revealed(page, copied):
    """Until then it is hidden, and the status line says so."""
    show(page, tree(template(api_key="hunter22")))
    item(page, "api_key").focus()
    page.keyboard.press("Control+c")
    status(page, 'Copied the value of tt.custom["api_key"]. 1 value in it is hidden.')
    page.get_by_role("button", name="Reveal the value of api_key").click()
    expect(item(page, "api_key")).to_contain_text("hunter22")
    item(page, "api_key").focus()
    page.keyboard.press("Control+c")
    page.wait_for_function("() => window.copied.length === 2")
    assert copied() == ["hidden", "hunter22"]


def test_without_a_clipboard_the_older_way_is_taken(page):
    """In a page that came over plain HTTP."""
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); window.copied = [];"
        "document.execCommand = () => { const at = document.activeElement;"
        "  window.copied.push(at.value.slice(at.selectionStart, at.selectionEnd)); return true; };"
    )
    page.goto("about:blank")
    show(page, tree(template()))
    item(page, "limit").focus()
    page.keyboard.press("Control+c")
    status(page, 'Copied the value of tt.custom["limit"]')
    assert page.evaluate("() => window.copied") == ["3.0"]
    expect(item(page, "limit")).to_be_focused()


def test_where_nothing_may_be_copied_the_text_is_shown_selected(page):
    """For copying by hand."""
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error()) } });"
        "document.execCommand = () => false;"
    )
    page.goto("about:blank")
    show(page, tree(template()))
    item(page, "limit").focus()
    page.keyboard.press("Control+c")
    area = page.get_by_role("textbox", name='Text to copy: the value of tt.custom["limit"]')
    expect(area).to_be_focused()
    expect(area).to_have_value("3.0")
    assert area.evaluate("area => area.selectionEnd - area.selectionStart") == 3
    page.keyboard.press("Escape")
    expect(area).to_have_count(0)
    expect(item(page, "limit")).to_be_focused()


def test_an_error_is_told_in_words(page, copied):
    """What JSON has no text proto for."""
    show(page, tree({"a": 1}))
    item(page, "a").focus()
    page.keyboard.press("Shift+F10")
    choose(page, "Copy as text proto")
    status(page, "a is JSON, and no message: it has no text proto. Copy its JSON instead.")


@pytest.mark.parametrize("form", [".pb", ".json", ".txtpb"])
def test_the_template_is_downloaded(page, monkeypatch, form):
    """In slices, under a safe name, and it reads back as the same template."""
    monkeypatch.setattr(taking, "_SLICE", 50)
    wanted = template()
    show(page, tree(wanted))
    page.get_by_role("button", name="Copy or download").click()
    with page.expect_download() as download:
        choose(page, f"Download {form}")
    assert download.value.suggested_filename == f"shimcells.top_tracks{form}"
    data = Path(download.value.path()).read_bytes()
    parse = {
        ".pb": lambda: tasks_pb2.TaskTemplate.FromString(data),
        ".json": lambda: json_format.Parse(data, tasks_pb2.TaskTemplate()),
        ".txtpb": lambda: text_format.Parse(data, tasks_pb2.TaskTemplate()),
    }[form]
    assert parse() == wanted
    if form == ".pb":
        assert data == wanted.SerializeToString()
    status(page, f"Downloaded shimcells.top_tracks{form}")


def test_no_binary_with_secrets_is_downloaded(page):
    """The words say what to do."""
    show(page, tree(template(api_key="hunter22")))
    page.get_by_role("button", name="Copy or download").click()
    choose(page, "Download .pb")
    status(page, re.compile("this TaskTemplate has 1 hidden value, .* Reveal them first"))
