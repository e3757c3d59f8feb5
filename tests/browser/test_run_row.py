"""Runs in a browser: the queue, Cancel in both modes, what streams, the way to a failed line, the copies, the list."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

TASK = """%%shimtask works --image ghcr.io/acme/works:1
import os
import sys
import time

from shimnb import ShimTaskExecutor, progress


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, what: str = "fine", lines: int = 0, password: str = "") -> str:
        print("<b>begin</b>", what, password)
        for i in range(lines):
            print("line", i)
            progress((i + 1) / lines, f"{i + 1} of {lines}")
            time.sleep(0.05)
        if what == "loop":
            while True:
                lines += 1
        if what == "html":
            from IPython.display import HTML, display

            display(HTML("<b>bold</b><script>parent.harmed = 1; top.harmed = 1</script>"))
        if what == "crash":
            os.killpg(0, 9)
        if what == "bar":
            for i in range(20):
                sys.stderr.write(f"\\r{5 * i:3}%|{'#' * i}| {i}/20 [00:01<00:01]")
                time.sleep(0.1)
            sys.stderr.write("\\n")
        if what == "broken":
            raise ValueError(what)
        return what
"""
LINE = TASK.splitlines().index("            raise ValueError(what)") + 1
LONG = 20_000


@pytest.fixture
def notebook(open_cells):
    """A notebook with a task."""
    opened = open_cells("%load_ext shimnb", TASK)
    opened.run(0, 1)
    return opened


class Form:
    """The form as a person uses it."""

    def __init__(self, panel):
        panel.get_by_role("tab", name="Run").click()
        self.panel = panel.get_by_role("tabpanel", name="Run")
        self.button = self.panel.get_by_role("button", name="Run", exact=True)
        self.status = self.panel.get_by_role("status").filter(has_text=re.compile("^(Run|No run|Waiting)"))
        self.cancel = self.panel.get_by_role("button", name=re.compile("^(Cancel|Give up)$")).first

    def run(self, what="fine", lines=0, mode="kernel"):
        self.panel.get_by_role("radio", name=mode).check()
        self.panel.get_by_role("textbox", name="what").fill(what)
        self.panel.get_by_role("textbox", name="lines").fill(str(lines))
        self.button.click()

    def row(self, number):
        return self.panel.get_by_role("group").filter(has=self.panel.page.get_by_text(f"#{number}", exact=True)).last

    def output(self, number):
        return self.panel.get_by_role("region", name=f"Output of run {number}", exact=True)


@pytest.fixture
def form(notebook):
    """The task's form."""
    return Form(notebook.cell(1).get_by_role("region", name="Task works"))


def test_runs_queue_stream_and_show_how_far_they_are(form):
    """The second waits for the first; lines come while it goes on; the bar moves; nothing of it is HTML."""
    form.run(lines=60)
    expect(form.status).to_have_text(re.compile("^Run 1 is going on"))
    form.button.click()
    expect(form.status).to_have_text("Run 1 is going on, 1 queued")
    expect(form.output(1)).to_contain_text("<b>begin</b> fine")
    expect(form.output(1)).to_contain_text("line 5\n")
    bar = form.panel.get_by_role("progressbar", name="Progress of run 1")
    expect(bar).to_be_visible()
    assert 0 < float(bar.get_attribute("value")) <= 1
    expect(form.status).to_have_text(re.compile("^Run 1 is going on"))
    expect(form.status).to_have_text(re.compile("^Run 2 is going on"), timeout=20_000)
    expect(form.status).to_have_text(re.compile("^Run 2 done in "), timeout=20_000)


def test_the_button_row_does_not_move_while_a_run_is_on(form):
    """What is above the results stays where it is, whatever streams below."""

    def places():
        return [
            form.button.bounding_box(),
            form.cancel.bounding_box(),
            form.panel.get_by_label("what").first.bounding_box(),
        ]

    before = places()
    form.run(lines=20)
    expect(form.output(1)).to_contain_text("line 5\n")
    assert places() == before
    expect(form.status).to_have_text(re.compile("^Run 1 done in "), timeout=20_000)
    assert places() == before


@pytest.mark.parametrize("mode", ["kernel", "isolated"])
def test_cancel_ends_a_loop_and_the_queue_goes_on(form, mode):
    """In the kernel by an exception, in a process of its own by a signal."""
    form.run("loop", mode=mode)
    expect(form.output(1)).to_contain_text("begin", timeout=20_000)
    form.run("fine", mode=mode)
    expect(form.status).to_have_text("Run 1 is going on, 1 queued")
    form.cancel.click()
    expect(form.status).to_have_text(re.compile("^Run 2 done in "), timeout=20_000)
    expect(form.panel.get_by_text(re.compile("^cancelled after "))).to_be_visible()


def test_a_crash_is_told_and_the_kernel_is_there(form, notebook):
    """A process that kills its group."""
    form.run("crash", mode="isolated")
    expect(form.status).to_have_text(re.compile("^Run 1 failed after .*: CrashError"), timeout=20_000)
    expect(form.panel.get_by_text(re.compile("its process was ended by SIGKILL|was killed")).first).to_be_visible()
    notebook.set_source(0, "6 * 7")
    notebook.run(0)
    assert notebook.outputs(0)[0]["data"]["text/plain"] == "42"


def test_a_bar_that_is_written_over_is_one_line_and_moves_the_progress(form):
    """As tqdm writes it."""
    form.run("bar")
    expect(form.panel.get_by_role("progressbar", name="Progress of run 1")).to_be_visible()
    expect(form.status).to_have_text(re.compile("^Run 1 done in "), timeout=20_000)
    expect(form.output(1)).to_have_text(re.compile(r"begin.*95%\|#+\| 19/20", re.DOTALL))
    expect(form.output(1)).not_to_contain_text("50%")


def test_the_way_to_a_failed_line(form, notebook, page):
    """The cell's line is selected; where lines were put in since, it is found by its text."""
    form.run("broken")
    link = form.panel.get_by_role("button", name=f"line {LINE} of the cell")
    link.click()
    where = "() => window.jupyterapp.shell.currentWidget.content.activeCell.editor.getSelection()"
    assert page.evaluate(where)["start"]["line"] == LINE - 1
    assert page.evaluate("() => window.getSelection().toString()").strip() == "raise ValueError(what)"
    source = TASK.replace("import os\n", "import os\n\n\n")
    notebook.set_source(1, source)
    link.click()
    assert page.evaluate(where)["start"]["line"] == LINE + 1
    notebook.set_source(1, source.replace("raise ValueError(what)", "raise KeyError"))
    link.click()
    expect(form.panel.get_by_text(f"The cell has changed since: it was line {LINE} of the cell.")).to_be_visible()


def test_debug_puts_a_cell_below_that_opens_at_the_line(form, notebook, page):
    """With the variables as they were."""
    form.run("broken")
    form.panel.get_by_role("button", name="Debug").click()
    expect(
        form.panel.get_by_text(re.compile(f"Run the new cell below: %debug opens at line {LINE} of the cell"))
    ).to_be_visible()
    sources = page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(c => c.source)"
    )
    assert sources[2] == "%debug"
    page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 2;
            void window.jupyterapp.commands.execute('notebook:run-cell');
        }"""
    )
    cell = notebook.cell(2)
    expect(cell.get_by_text("raise ValueError(what)").first).to_be_visible()
    question = cell.get_by_role("textbox").last
    question.fill("p what * 2")
    question.press("Enter")
    expect(cell.get_by_text("'brokenbroken'")).to_be_visible()
    cell.get_by_role("textbox").last.fill("q")
    cell.get_by_role("textbox").last.press("Enter")
    notebook.wait_idle()


def test_html_of_the_executors_is_shut_in(form, page):
    """In a frame in which no script runs."""
    form.run("html")
    frame = form.output(1).locator("iframe")
    expect(frame).to_have_attribute("sandbox", "")
    expect(frame.content_frame.get_by_text("bold")).to_be_visible()
    assert page.evaluate("() => window.harmed ?? window.top.harmed ?? null") is None


def test_a_flood_does_not_fill_the_page(form, notebook, page):
    """The page holds a bounded text, and says what passed by; the form answers."""
    notebook.set_source(0, f"form = None\nfor i in range({LONG}): pass")
    form.panel.get_by_role("textbox", name="what").fill("flood")
    source = TASK.replace(
        'if what == "html":',
        'if what == "flood":\n            for i in range(40):\n                print("x" * 99 + "\\n" * 1, end="") if False else print(("y" * 99 + "\\n") * 2000)\n                time.sleep(0.02)\n        if what == "html":',
    )
    notebook.set_source(1, source)
    notebook.run(1)
    form = Form(notebook.cell(1).get_by_role("region", name="Task works"))
    form.run("flood")
    expect(form.status).to_have_text(re.compile("^Run 1 done in "), timeout=60_000)
    text = form.output(1).inner_text()
    assert len(text) < 140_000
    expect(form.output(1)).to_contain_text(re.compile(r"\[\.\.\. [\d,]+ characters cut \.\.\.\]"))


def test_a_run_is_started_again_edited_copied_compared_and_cleared(form, page):
    """Each by its name; secrets are in none of it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    form.panel.get_by_role("textbox", name="password").fill("hunter2-secret")
    form.run("first")
    expect(form.status).to_have_text(re.compile("^Run 1 done in "))
    form.panel.get_by_role("button", name=re.compile("^Run again")).first.click()
    expect(form.status).to_have_text(re.compile("^Run 2 done in "))
    form.run("second")
    expect(form.status).to_have_text(re.compile("^Run 3 done in "))
    expect(form.output(3)).to_have_text("<b>begin</b> second ***")
    copied = copy(form, page, "Copy call")
    assert copied == "works(what='second', lines=0, password='***')"
    assert copy(form, page, "Copy test").startswith('"""Run 3 of works, as it was."""\n\nfrom works import works\n')
    assert "shimnb-execute --inputs inputs.pb" in copy(form, page, "Copy command")
    form.panel.get_by_label("Compare with").first.select_option("1")
    tree = form.panel.get_by_role("tree", name="Differences of run 1 and run 3")
    expect(tree).to_contain_text("second")
    expect(form.panel).not_to_contain_text("hunter2-secret")
    with page.expect_download() as download:
        form.panel.get_by_role("button", name="Export JSON").click()
    text = download.value.path().read_text()
    assert [run["number"] for run in json.loads(text)["runs"]] == [3, 2, 1]
    assert "hunter2-secret" not in text
    form.panel.get_by_role("button", name="Clear", exact=True).click()
    expect(form.panel.get_by_text("#3", exact=True)).to_have_count(0)


def copy(form, page, name):
    """Choose what copies; return what is in the clipboard."""
    page.evaluate("() => navigator.clipboard.writeText('')")
    form.panel.get_by_role("button", name="More for run").first.click()
    form.panel.get_by_role("menuitem", name=name).click()
    read = """async () => {
        for (let i = 0; i < 100 && !(await navigator.clipboard.readText()); i += 1) await new Promise((r) => setTimeout(r, 50));
        return navigator.clipboard.readText();
    }"""
    return page.evaluate(read)


def test_edit_puts_the_inputs_of_an_earlier_run_into_the_fields(form):
    """And changes no run."""
    form.run("first", lines=1)
    expect(form.status).to_have_text(re.compile("^Run 1 done in "))
    form.panel.get_by_role("textbox", name="what").fill("other")
    form.panel.page.wait_for_timeout(500)  # what is being typed is newer than what Python puts there
    form.panel.get_by_role("button", name=re.compile("^Edit inputs")).first.click()
    expect(form.panel.get_by_role("textbox", name="what")).to_have_value("first")
    expect(form.panel.get_by_role("textbox", name="lines")).to_have_value("1")


def test_a_page_that_was_closed_gets_everything_again(form, notebook, page):
    """A fresh view of a form with a run that is going on, and one that has ended."""
    form.run("first")
    expect(form.status).to_have_text(re.compile("^Run 1 done in "))
    form.run("second", lines=100)
    expect(form.output(2)).to_contain_text("line 5\n")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:create-output-view')")
    view = page.get_by_role("region", name="Task works").last
    again = view.get_by_role("tabpanel", name="Run")
    expect(again.get_by_role("region", name="Output of run 2")).to_contain_text("begin</b> second", timeout=10_000)
    expect(again.get_by_text("#1", exact=True)).to_be_visible()
    expect(again.get_by_text(re.compile("^Run 2 done in "))).to_be_visible(timeout=20_000)
