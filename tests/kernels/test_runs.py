"""Runs in a real kernel, of whichever ipykernel there is: `make test-kernels` runs these with 6.31, 7.3 and the newest."""

from __future__ import annotations

import os
import re
import time

import pytest


def test_the_kernel_is_the_one_that_was_asked_for(kernel):
    """An environment that resolved to another version would test nothing new."""
    found = kernel.run("import ipykernel\nprint(ipykernel.__version__)").strip()
    assert found.startswith(os.environ.get("SHIMNB_IPYKERNEL", ""))


def test_a_run_from_a_view(kernel, form):
    """It is started by a message, streams, ends, and reaches no cell's output."""
    form.set(what="x", n=5)
    form.forget()
    before = len(kernel.outputs())
    form.say(kind="run")
    told = form.wait("run")
    assert told["run"]["state"] == "done"
    assert told["run"]["printed"] == [["stdout", "begin x\n" + "".join(f"line {i}\n" for i in range(5))]]
    assert "line 0" in form.live()
    assert any(run["progress"] for m in form.told() if m["kind"] == "run:live" for run in m["runs"])
    assert kernel.outputs()[before:] == []
    assert kernel.run("made.runs[0].result()") == "10"


def test_the_kernel_stays_usable_and_the_run_goes_on_under_a_busy_cell(kernel, form):
    """Cells run while a run is going on; a cell that keeps the kernel busy keeps no output back."""
    form.set(n=30)
    form.forget()
    form.say(kind="run")
    form.wait("run:live")
    assert kernel.run("6 * 7") == "42"
    ident = kernel.start("import time\nwhile made.runs[0].state == 'running': time.sleep(0.05)\nmade.runs[0].state")
    form.wait("run")
    assert kernel.reply(ident)["status"] == "ok"


def test_runs_queue_and_are_cancelled_from_a_view(form):
    """A loop in Python ends; the one behind it starts."""
    form.set(what="loop", n=0)
    form.say(kind="run")
    form.wait("run:status", lambda m: m["going"])
    form.set(what="", n=1)
    form.say(kind="run")
    form.wait("run:status", lambda m: m["queued"] == [2])
    form.say(kind="run:cancel", number=1)
    assert form.wait("run", lambda m: m["run"]["number"] == 1)["run"]["state"] == "cancelled"
    assert form.wait("run", lambda m: m["run"]["number"] == 2)["run"]["state"] == "done"


def test_interrupting_the_kernel_leaves_no_stuck_state(kernel, form):
    """The cell that waits is interrupted; the run is not, and the form goes on."""
    form.set(n=30)
    form.forget()
    form.say(kind="run")
    form.wait("run:live")
    ident = kernel.start("made.runs[0].result()")
    time.sleep(0.3)
    kernel.manager.interrupt_kernel()
    assert kernel.reply(ident)["ename"] == "KeyboardInterrupt"
    assert form.wait("run")["run"]["state"] == "done"
    form.forget()
    form.say(kind="run")
    assert form.wait("run")["run"]["number"] == 2


def test_a_view_that_comes_later_gets_everything(form):
    """A page that was closed and opened again: the lines, what is printed so far, and the end."""
    form.set(n=40)
    form.forget()
    form.say(kind="run")
    form.wait("run:live")
    form.forget()
    form.say(kind="hello")
    assert [line["state"] for line in form.wait("runs")["lines"]] == ["running"]
    [live] = form.wait("run:live", lambda m: m["runs"][0].get("reset"))["runs"]
    assert live["parts"][0][1].startswith("begin \nline 0\n")
    assert form.wait("run:status")["going"][0]["number"] == 1
    assert form.wait("run")["run"]["state"] == "done"


def test_what_is_displayed_reaches_the_run_and_no_cell(kernel, form):
    """HTML too, which the front end asks for and shuts in."""
    form.set(what="display")
    before = len(kernel.outputs())
    form.say(kind="run")
    told = form.wait("run")
    assert ["display", "1"] in told["run"]["printed"]
    form.say(kind="run:display", number=1, display="1", request=4)
    answer = form.wait("run:display")
    assert (answer["mime"], answer["data"], answer["request"]) == ("text/html", "<b>shown</b>", 4)
    assert kernel.outputs()[before:] == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_stays_out_of_the_kernel(kernel, form):
    """Its text is there once, and there is one kernel."""
    form.set(what="fork")
    form.say(kind="run")
    assert form.wait("run")["run"]["state"] == "done"
    kernel.run("import time\ntime.sleep(0.2)")
    assert kernel.run("print(made.runs[0].output)").count("child") == 1
    assert len([m for m in form.told() if m["kind"] == "run"]) == 1


def test_isolated_runs_stream_and_crash_in_words(kernel, form):
    """A process that kills its group takes neither the kernel nor the form with it."""
    form.set(what="x", n=3)
    form.say(kind="run", mode="isolated")
    told = form.wait("run")
    assert (told["run"]["state"], told["run"]["mode"]) == ("done", "isolated")
    form.set(what="group")
    form.say(kind="run", mode="isolated")
    told = form.wait("run", lambda m: m["run"]["number"] == 2)
    assert told["run"]["failure"]["type"] == "CrashError"
    form.set(what="loop", n=0)
    form.say(kind="run", mode="isolated")
    form.wait("run:live", lambda m: m["runs"][0]["number"] == 3 and m["runs"][0]["parts"])
    form.say(kind="run:cancel", number=3)
    assert form.wait("run", lambda m: m["run"]["number"] == 3)["run"]["state"] == "cancelled"
    assert kernel.run("1 + 1") == "2"


def test_debug_opens_at_the_users_line(kernel, form):
    """The button prepares it; the next %debug has the variables as they were, also after another cell's error."""
    ident = kernel.start("1 / 0", stop_on_error=False)
    assert kernel.reply(ident)["ename"] == "ZeroDivisionError"
    form.set(what="fail", n=3)
    form.say(kind="run")
    failure = form.wait("run")["run"]["failure"]
    assert (failure["debug"], failure["places"][-1]["cell"]) == (True, "task")
    form.say(kind="run:debug", number=1, request=1)
    assert "%debug" in form.wait("run:debug")["text"]
    ident = kernel.start("%debug", allow_stdin=True)
    answers = iter(["p (what, seen)", "q"])
    for answer in answers:
        question = kernel.client.get_stdin_msg(timeout=60)
        assert question["msg_type"] == "input_request"
        kernel.client.input(answer)
    assert kernel.reply(ident)["status"] == "ok"
    kernel.run("pass")
    printed = "".join(m["content"].get("text", "") for m in kernel.published if m["msg_type"] == "stream")
    shown = re.sub(r"\x1b\[[\d;]*m", "", printed)
    assert "('fail', 6)" in shown
    assert 'raise ValueError("broken")' in shown
