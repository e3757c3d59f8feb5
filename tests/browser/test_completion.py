"""Tab on the magic's line, in the front end."""

from __future__ import annotations

from playwright.sync_api import expect

CONFIGURED = """%%shimtask greet --set
from dataclasses import dataclass

@dataclass
class Config:
    greeting: str = "hello"
    loud: bool = False

def execute("""


def complete(notebook, index: int, typed: str) -> list[str]:
    """Type at the end of a cell's first line, press Tab, and return what the completer offers."""
    notebook.page.evaluate(
        """index => {
            const content = window.jupyterapp.shell.currentWidget.content;
            content.activeCellIndex = index;
            content.mode = 'edit';
            const editor = content.activeCell.editor;
            editor.focus();
            editor.setCursorPosition({ line: 0, column: editor.getLine(0).length });
        }""",
        index,
    )
    notebook.page.keyboard.type(typed)
    notebook.page.keyboard.press("Tab")
    expect(notebook.page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item").first).to_be_visible()
    offered = notebook.page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item .jp-Completer-match")
    return offered.all_inner_texts()


def test_tab_offers_options_and_the_fields_of_the_cell(open_cells):
    """The completer shows the options that fit, and of an unfinished cell the fields of its Config; Enter takes one."""
    notebook = open_cells("%load_ext shimnb", "%%shimtask greet\nx = 1", CONFIGURED)
    notebook.run(0)
    # The front end sorts them.
    limits = ["--limit-cpu", "--limit-ephemeral-storage", "--limit-gpu", "--limit-mem"]
    assert complete(notebook, 1, " --limit-") == limits
    notebook.page.keyboard.press("Enter")
    source = "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.getSource()"
    notebook.page.wait_for_function(f"() => ({source})().startsWith('%%shimtask greet --limit-cpu\\nx = 1')")
    # Behind them the front end puts words of the document, which are its own.
    assert complete(notebook, 2, " ")[:2] == ["greeting=", "loud="]
