"""The form's widget: its messages, its methods, and what a page without scripts shows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from shimnb import Deck, DeckField, PythonCustomizedContainerTask, ShimTaskExecutor, executor_interface
from shimnb.core.deck import deck_page
from shimnb.errors import CallError, InputError
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


def test_an_edit_is_answered_with_the_error_of_its_field(front: Front) -> None:
    """The answer carries the view's own number, so that what was typed since is kept."""
    front.say(kind="edit", name="times", state="1.5", seq=4)
    assert front.got[-1] == {
        "kind": "state",
        "states": {"times": "1.5"},
        "errors": {"times": "expected int, got '1.5'. Write a whole number, such as 5."},
        "view": "v",
        "seq": 4,
    }
    front.say(kind="edit", name="times", state="15", seq=5)
    assert front.got[-1]["errors"] == {}


def test_an_edit_without_a_state_goes_back_to_the_default(front: Front) -> None:
    """A field that holds nothing is in no state, and stands for its default."""
    front.say(kind="edit", name="word", state="", seq=1)
    assert (front.form.states, front.form.value["word"]) == ({"word": ""}, "")
    front.say(kind="edit", name="word", seq=2)
    assert (front.form.states, front.form.value["word"]) == ({}, "<b>")


def test_null_is_none_and_not_an_empty_text(front: Front) -> None:
    """The empty text and None are two values of an Optional."""
    front.say(kind="edit", name="note", state="", seq=1)
    assert front.form.value["note"] == ""
    front.say(kind="edit", name="note", state=None, seq=2)
    assert front.form.value["note"] is None


def test_a_field_not_reached_yet_shows_no_error(front: Front) -> None:
    """What is missing is an error to Python at once, and to the person when Run was pressed."""
    assert front.form.errors == {"times": "a value is needed. Give an int."}
    assert front.form.shown == {}
    front.say(kind="run")
    assert front.form.shown == front.form.errors


def test_run_with_a_wrong_field_says_so_and_moves_the_focus(front: Front) -> None:
    """Run never silently does nothing."""
    front.say(kind="run")
    assert front.last("status")["text"] == "No run: 1 field needs another value: times."
    assert front.last("focus") == {"kind": "focus", "view": "v", "name": "times"}
    assert front.form.runs == []


def test_a_run_is_told_when_it_ends(front: Front) -> None:
    """The result has its outputs as rows, and what was printed."""
    front.form.set(times=2)
    front.say(kind="run")
    [run] = front.form.runs
    assert run.result(10) == ["<b>", "<b>"]
    told = front.last("run")
    assert (told["kept"], told["run"]["state"], told["run"]["printed"]) == (
        [1],
        "done",
        [["stdout", "<i>printed</i>\n"]],
    )
    [row] = told["run"]["outputs"]
    assert (row["key"], row["type"], row["count"]) == ("o0", "list[str]", 2)
    assert front.last("status")["text"].startswith("Run 1 done in ")


def test_a_failed_run_is_told_with_its_line(front: Front) -> None:
    """An exception comes as its type, its message, the user's line and the traceback."""
    front.form.set(times=-1)
    run = front.form.run()
    assert run.wait(10)
    failure = front.last("run")["run"]["failure"]
    assert (failure["type"], failure["message"]) == ("ValueError", "times is -1")
    assert failure["source"] == 'raise ValueError(f"times is {times}")'
    assert failure["place"].endswith("of test_widget.py")
    assert front.last("status")["text"].endswith(": ValueError")


def test_a_second_run_is_refused_in_words_while_one_is_going_on(front: Front) -> None:
    """The first run goes on, and the form says why there is no second one."""
    front.form.set(times=1, wait=True)
    run = front.form.run()
    front.say(kind="run")
    words = "No second run: run 1 is still going on. Wait for its end, then run again."
    assert front.last("status") == {"kind": "status", "text": words, "state": "running", "running": True}
    with pytest.raises(CallError, match=r"^form of t: run 1 is still going on\. Wait for its end, then run again\.$"):
        front.form.run()
    GATE.set()
    assert run.result(10) == ["<b>"]


def test_a_run_does_not_keep_another_form_waiting(front: Front) -> None:
    """Each form has its own runs."""
    other = Front()
    front.form.set(times=1, wait=True)
    first = front.form.run()
    other.form.set(times=1)
    assert other.form.run().result(10) == ["<b>"]
    GATE.set()
    assert first.result(10) == ["<b>"]


def test_the_newest_runs_are_kept_newest_first(front: Front) -> None:
    """The history is bounded, and its numbers go on."""
    front.form.set(times=1)
    for _ in range(22):
        front.form.run().result(10)
    assert [run.number for run in front.form.runs] == list(range(22, 2, -1))


def test_a_view_that_comes_later_gets_the_results(front: Front) -> None:
    """A notebook makes its outputs again when it scrolls."""
    front.form.set(times=1)
    front.form.run().result(10)
    front.got.clear()
    front.say(kind="hello")
    assert [content["kind"] for content in front.got] == ["run", "status"]


def test_rows_that_were_not_sent_can_be_asked_for(front: Front) -> None:
    """A long output travels in slices."""
    front.form.set(times=500)
    front.form.run().result(10)
    front.say(kind="children", number=1, id="/o0", start=490, request=3)
    told = front.last("children")
    assert (told["request"], [row["key"] for row in told["rows"]]) == (3, [str(i) for i in range(490, 500)])
    front.say(kind="children", number=9, id="/o0", start=0, request=4)
    assert front.last("children")["error"] == "These rows are not there any more."


@pytest.mark.parametrize(
    "content", [None, [], {"kind": "nonsense"}, {"kind": "edit", "name": "other"}, {"kind": "edit", "name": ["x"]}]
)
def test_a_message_that_is_none_of_the_forms_is_left_alone(front: Front, content: Any) -> None:
    """A front end may send anything."""
    front.form._handle_custom_msg(content, [])
    assert front.form.states == {}


def test_setting_an_unknown_input_sets_nothing(front: Front) -> None:
    """A wrong name names the right ones."""
    words = r"^task t: no such input: tmes\. Its inputs: times, word, note, wait\.$"
    with pytest.raises(InputError, match=words):
        front.form.set(word="x", tmes=1)
    assert front.form.states == {}


def test_running_a_wrong_form_from_python_is_an_error(front: Front) -> None:
    """The error holds what is wrong with each field."""
    front.form.set(times="x", word="y")
    with pytest.raises(InputError) as caught:
        front.form.run()
    expected = "no run with these inputs: times: expected int, got 'x'. Write a whole number, such as 5."
    assert (caught.value.problem, caught.value.names) == (expected, ("times",))


def test_a_page_without_scripts_has_the_interface_and_the_last_result(front: Front) -> None:
    """Both forms are in the bundle, beside the widget's view, and nothing of the user's is HTML."""
    front.form.set(times=1)
    front.form.run().result(10)
    bundle, _ = front.form._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "  word   str         default '<b>'" in bundle["text/plain"]
    assert "<i>printed" not in bundle["text/html"]
    assert "&lt;i&gt;printed&lt;/i&gt;" in bundle["text/html"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("10%\r20%\r100%\n", "100%\n"),
        ("dos\r\nlines\r\n", "dos\r\nlines\r\n"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_was_printed_is_shown_as_a_terminal_would(text: str, shown: str) -> None:
    """Colours are left out, a progress bar has one state, and no text breaks the message."""
    run = Run(1, Task("t", None, "img:1", Plain, interface=executor_interface(Plain)), {}, state="done")
    run.sink.write("stdout", text)
    assert report(run)["printed"] == [["stdout", shown]]


def test_a_task_without_inputs_has_a_form_too() -> None:
    """There is a button to press, and no field."""
    front = Front(Plain)
    assert front.form.run().result(10) is None
    assert front.last("run")["run"]["note"] == "No outputs."
    assert front.form._repr_mimebundle_()[0]["text/plain"].splitlines()[0] == "t: 0 inputs"


def test_what_a_run_made_is_in_no_trait(front: Front) -> None:
    """A saved notebook may hold a widget's state: results are no part of it."""
    front.form.set(times=1)
    front.form.run().result(10)
    assert "printed" not in str({name: front.form.get_state()[name] for name in ("states", "shown", "fields")})
    assert not [name for name in front.form.keys if "run" in name]


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
