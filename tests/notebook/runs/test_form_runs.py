"""The runs of a form: what its views are told of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from shimnb import Deck, DeckField, PythonCustomizedContainerTask, ShimTaskExecutor, executor_interface
from shimnb.core.deck import deck_page
from shimnb.errors import RunError
from shimnb.notebook.form.widget import FormWidget, form
from shimnb.notebook.runs.report import report
from shimnb.notebook.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

GATE = threading.Event()


class Executor(ShimTaskExecutor[Any]):
    def execute_from_model(
        self, tt: Any, *, times: int, word: str = "<b>", note: str | None = None, wait: bool = False
    ) -> list[str]:
        if wait:
            GATE.wait(10)
        if times < 0:
            raise ValueError(f"times is {times}")
        print("<i>printed</i>")  # noqa: T201  # that is the point
        return [word] * times


class Plain(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any) -> None:
        pass


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {"a": 1}


class Front:
    """Stand in for the front end: keeps what is sent, and sends."""

    def __init__(self, executor: type[ShimTaskExecutor[Any]] = Executor, **options: Any) -> None:
        task = Task("t", None, "img:1", executor, interface=executor_interface(executor), **options)
        self.form: FormWidget = form(task)
        self.got: list[dict[str, Any]] = []
        self.form.send = lambda content, _buffers=None: self.got.append(content)

    def say(self, **content: Any) -> None:
        self.form._handle_custom_msg({"view": "v", **content}, [])

    def last(self, kind: str) -> dict[str, Any]:
        return [content for content in self.got if content["kind"] == kind][-1]


@pytest.fixture
def front() -> Iterator[Front]:
    """Give a form without a browser."""
    GATE.clear()
    yield Front()
    GATE.set()


def test_a_run_is_told_when_it_ends(front: Front) -> None:
    """The result has its outputs as rows, and what was printed."""
    front.form.set(times=2)
    front.say(kind="run")
    [run] = front.form.runs
    assert run.result(10) == ["<b>", "<b>"]
    told = front.last("run")
    assert (told["run"]["number"], told["run"]["state"]) == (1, "done")
    assert told["run"]["printed"] == [["stdout", "<i>printed</i>\n"]]
    [row] = told["run"]["outputs"]
    assert (row["name"], row["type"], row["count"]) == ("o0", "list[str]", 2)
    assert front.last("run:status")["text"].startswith("Run 1 done in ")


def test_a_failed_run_is_told_with_its_line(front: Front) -> None:
    """An exception comes as its type, its message, the user's line and the traceback."""
    front.form.set(times=-1)
    run = front.form.run()
    assert run.wait(10)
    failure = front.last("run")["run"]["failure"]
    assert (failure["type"], failure["message"]) == ("ValueError", "times is -1")
    assert failure["source"] == 'raise ValueError(f"times is {times}")'
    assert failure["place"].endswith("of test_form_runs.py")
    assert front.last("run:status")["text"].endswith(": ValueError")


def test_a_second_run_waits_its_turn(front: Front) -> None:
    """First in, first out; the form says how many wait."""
    front.form.set(times=1, wait=True)
    first = front.form.run()
    front.say(kind="run")
    assert [run.state for run in front.form.runs] == ["queued", "running"]
    told = front.last("run:status")
    assert (told["text"], told["running"], told["queued"]) == ("Run 1 is going on, 1 queued", True, [2])
    GATE.set()
    assert front.form.runs[0].result(10) == first.result(0) == ["<b>"]


def test_a_run_does_not_keep_another_form_waiting(front: Front) -> None:
    """Each form has its own runs."""
    other = Front()
    front.form.set(times=1, wait=True)
    first = front.form.run()
    other.form.set(times=1)
    assert other.form.run().result(10) == ["<b>"]
    GATE.set()
    assert first.result(10) == ["<b>"]


def test_the_newest_runs_are_listed_and_the_older_ones_asked_for(front: Front) -> None:
    """Newest first, twenty at a time."""
    front.form.set(times=1)
    for _ in range(22):
        front.form.run().result(10)
    assert [run.number for run in front.form.runs] == list(range(22, 0, -1))
    front.say(kind="hello")
    told = front.last("runs")
    assert ([line["number"] for line in told["lines"]], told["older"]) == (list(range(22, 2, -1)), 2)
    front.say(kind="run:older", number=3)
    told = front.last("runs")
    assert ([line["number"] for line in told["lines"]], told["older"], told["view"]) == ([2, 1], 0, "v")


def test_rows_that_were_not_sent_can_be_asked_for(front: Front) -> None:
    """A long output travels in slices."""
    front.form.set(times=500)
    front.form.run().result(10)
    question = {"type": "rows", "ranges": [{"at": [], "start": 490, "stop": 500}]}
    front.say(kind="run:tree", number=1, at=["o0"], question=question, request=3)
    told = front.last("run:tree")
    [made] = told["reply"]["ranges"]
    assert (told["request"], [row["key"] for row in made["rows"]]) == (3, [str(i) for i in range(490, 500)])
    front.say(kind="run:tree", number=9, at=["o0"], question=question, request=4)
    assert front.last("run:tree")["error"] == "This output is not there any more."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("10%\r20%\r100%\n", "100%\n"),
        ("dos\r\nlines\r\n", "dos\nlines\n"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_was_printed_is_shown_as_a_terminal_would(text: str, shown: str) -> None:
    """Colours are left out, a progress bar has one state, and no text breaks the message."""
    run = Run(1, Task("t", None, "img:1", Plain, interface=executor_interface(Plain)), {}, state="done")
    run.sink.write("stdout", text)
    assert report(run)["printed"] == [["stdout", shown]]


class Decked(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, *, html: str = "<script>1</script>") -> None:
        Deck("<b>", html)


@pytest.fixture
def decked() -> Front:
    """Give a form of a task with a deck, after a run."""
    front = Front(Decked, enable_deck=True, deck_fields=(DeckField.INPUT,))
    front.form.run().result(10)
    return front


def test_a_runs_deck_travels_when_it_is_asked_for(decked: Front) -> None:
    """With the result come its names alone: a page may be megabytes."""
    assert decked.last("run")["run"]["decks"] == ["<b>", "Input"]
    assert "srcdoc" not in str(decked.got)
    decked.say(kind="deck", number=1)
    told = decked.last("deck")
    assert (told["view"], told["number"]) == ("v", 1)
    assert told["page"] == deck_page(decked.form.runs[0].decks, "Decks of t")


@pytest.mark.parametrize("number", [2, None, "1"])
def test_a_deck_that_is_gone_says_so(decked: Front, number: Any) -> None:
    """A form keeps its last runs only."""
    decked.say(kind="deck", number=number)
    assert decked.last("deck")["error"] == "This deck is not there any more."


def test_a_deck_that_no_message_can_carry_says_so() -> None:
    """The connection would end."""
    front = Front(Decked, enable_deck=True)
    front.form.set(html="x" * 9 * 2**20)
    front.form.run().result(10)
    front.say(kind="deck", number=1)
    told = front.last("deck")
    assert "page" not in told
    assert told["error"] == (
        "The deck has 9.0 MiB, and 8 MiB can be shown here. "
        "Write smaller ones; each deck's HTML is in form.runs[...].decks."
    )


def test_a_page_without_scripts_has_the_deck_in_a_frame(decked: Front) -> None:
    """Shut in as in the widget, and named where frames are taken out; in a terminal by the names."""
    bundle, _ = decked.form._repr_mimebundle_()
    assert "<details><summary>Deck: &lt;b&gt;, Input</summary><iframe sandbox title=" in bundle["text/html"]
    assert "decks: <b>, Input" in bundle["text/plain"]
    assert bundle["text/html"].count("<iframe") - bundle["text/html"].count("<iframe sandbox") == 2


def asked(front: Front, kind: str, **content: Any) -> dict[str, Any]:
    """Ask, and return the answer."""
    front.say(kind=kind, request=7, **content)
    told = front.last(kind)
    assert (told["view"], told["request"]) == ("v", 7)
    return told


def test_a_run_is_started_again_with_its_own_inputs(front: Front) -> None:
    """Whatever the fields hold by now; and edit puts them back into the fields."""
    front.form.set(times=2, word="x")
    front.form.run().result(10)
    front.form.set(times=9)
    asked(front, "run:again", number=1)
    assert front.form.runs[0].result(10) == ["x", "x"]
    assert asked(front, "run:edit", number=1)["text"] == "The fields hold the inputs of run 1."
    assert front.form.value["times"] == 2


def test_a_run_is_copied_compared_and_exported_by_messages(front: Front) -> None:
    """Each answer goes to the view that asked."""
    for times in (1, 2):
        front.form.set(times=times)
        front.form.run().result(10)
    assert asked(front, "run:copy", number=1, what="call")["copy"].startswith("t(times=1")
    assert asked(front, "run:export")["name"] == "t-runs.json"
    assert "error" not in asked(front, "run:compare", number=2, other=1)


@pytest.mark.parametrize("kind", ["run:again", "run:edit", "run:copy", "run:compare", "run:debug", "run:open"])
def test_a_run_that_is_gone_is_said_to_be(front: Front, kind: str) -> None:
    """What, where, remedy; and nobody waits for ever."""
    assert asked(front, kind, number=99)["error"] == (
        "task t: run 99 is not there any more. It was cleared, or is more than a thousand runs old."
    )


def test_the_mode_stays_with_the_runs(front: Front) -> None:
    """A view that is made again has the button as it was."""
    front.say(kind="run:mode", mode="isolated")
    front.say(kind="hello")
    assert front.last("run:status")["mode"] == "isolated"


def test_a_mode_that_there_is_not_is_refused(front: Front) -> None:
    """In words."""
    front.form.set(times=1)
    with pytest.raises(RunError) as caught:
        front.form.run("cluster")  # type: ignore[arg-type]  # that is the point
    assert str(caught.value) == "task t: there is no mode 'cluster'. Give 'kernel' or 'isolated'."


def test_clearing_tells_the_views(front: Front) -> None:
    """The list is empty, and the status too."""
    front.form.set(times=1)
    front.form.run().result(10)
    front.say(kind="run:clear")
    assert (front.last("runs")["lines"], front.last("run:status")["text"]) == ([], "")


def test_an_edit_that_is_wrong_starts_no_run(front: Front) -> None:
    """And says which field, in the one line that is read aloud."""
    front.say(kind="run")
    assert front.last("run:status")["text"] == "No run: 1 field needs another value: times."
    assert front.form.runs == []
