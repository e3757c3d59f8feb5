"""A saved notebook, with the state of its widgets: nothing that was typed is in it."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient

CELL = """
import dataclasses
import shimnb
from shimnb.notebook.panel import panel

source = '''
import dataclasses

@dataclasses.dataclass
class Login:
    user: str
    password: str = ""

def execute(tt, *, token: str, logins: list[Login], word: str = "") -> int:
    return len(token)
'''
task = shimnb.define(source, "login")
form = shimnb.form(task)
form
"""
TYPE = """
def say(form, at, node):
    form._handle_custom_msg({"kind": "edit", "view": "v", "seq": 1, "at": at, "node": node}, [])

def text(text):
    return {"mode": "value", "text": text}

for each in (form, shown.form):
    say(each, ["token"], text("hunter2"))
    login = {"mode": "value", "fields": {"user": text("ann-typed"), "password": text("hunter3")}}
    say(each, ["logins"], {"mode": "value", "items": [{"id": "a", "node": login}]})
    say(each, ["word"], {"mode": "json", "json": '"hunter4"', "text": "hunter5"})
    each._handle_custom_msg({"kind": "convert", "view": "v", "seq": 2, "at": ["logins"], "mode": "json"}, [])
    each._handle_custom_msg({"kind": "literal", "view": "v", "request": 1}, [])
    assert each.run().result(30) == 7
"""


def test_a_saved_notebook_holds_nothing_that_was_typed() -> None:
    """Run, typed into, run with it, and saved with the widgets' state; the forms are shown before and after."""
    cells = ["%load_ext shimnb", CELL, "shown = panel(task)\nshown", TYPE, "display(form, shown)", "repr(form)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True).execute()
    # The cells' own source has it, for it stands in for the person.
    for cell in notebook.cells:
        cell.source = ""
    saved = nbformat.writes(notebook)
    assert "shimnb" in str(notebook.metadata.widgets)
    assert [word for word in ("hunter", "ann-typed") if word in saved] == []
