"""The form's widget: its messages, its methods, and what a page without scripts shows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import traitlets

from shimnb import PythonCustomizedContainerTask, ShimTaskExecutor, define, executor_interface
from shimnb.errors import InputError
from shimnb.notebook.form.widget import FormWidget, form

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


def value(text: str) -> dict[str, Any]:
    """Make the node of a text."""
    return {"mode": "value", "text": text}


def test_an_edit_is_answered_with_the_error_of_its_field(front: Front) -> None:
    """The answer carries the view's own number, so that what was typed since is kept."""
    front.say(kind="edit", at=["times"], node=value("1.5"), seq=4)
    assert front.got[-1] == {
        "kind": "state",
        "nodes": {"times": value("1.5")},
        "errors": {"times": [[["times"], "expected int, got '1.5'. Write a whole number, such as 5."]]},
        "view": "v",
        "seq": 4,
    }
    front.say(kind="edit", at=["times"], node=value("15"), seq=5)
    assert front.got[-1]["errors"] == {"times": []}


def test_an_edit_without_a_node_goes_back_to_the_default(front: Front) -> None:
    """A field that holds nothing is in no state, and stands for its default."""
    front.say(kind="edit", at=["word"], node=value(""), seq=1)
    assert (front.form.states, front.form.value["word"]) == ({"word": value("")}, "")
    front.say(kind="edit", at=["word"], seq=2)
    assert (front.form.states, front.form.value["word"]) == ({}, "<b>")


def test_null_is_none_and_not_an_empty_text(front: Front) -> None:
    """The empty text and None are two values of an Optional."""
    front.say(kind="edit", at=["note"], node=value(""), seq=1)
    assert front.form.value["note"] == ""
    front.say(kind="edit", at=["note"], node={"mode": "null", "text": ""}, seq=2)
    assert front.form.value["note"] is None


def test_run_with_a_wrong_field_says_so_and_moves_the_focus(front: Front) -> None:
    """Run never silently does nothing; what is missing is told from then on."""
    assert front.form.errors == {"times": "a value is needed. Give an int."}
    front.say(kind="hello")
    assert [each for each in front.got if each["kind"] == "state"][-1]["errors"]["times"] == []
    front.say(kind="run")
    assert front.last("state")["errors"]["times"] == [[["times"], "a value is needed. Give an int."]]
    assert front.last("focus") == {"kind": "focus", "view": "v", "at": ["times"], "key": False}
    assert front.form.runs == []


def test_a_view_that_comes_later_gets_what_was_typed(front: Front) -> None:
    """A notebook makes its outputs again when it scrolls."""
    front.form.set(times=1)
    front.got.clear()
    front.say(kind="hello")
    assert front.got[0]["nodes"]["times"] == value("1")


def test_what_was_typed_is_in_no_trait(front: Front) -> None:
    """A saved notebook may hold a widget's state."""
    front.form.set(times=7654321, word="hunter2")
    front.say(kind="edit", at=["note"], node=value("hunter3"), seq=1)
    state = {name: each for name, each in front.form.get_state().items() if not name.startswith("_")}
    assert set(state) >= {"fields", "shapes", "task_name"}
    assert not [word for word in ("hunter", "7654321") if word in str(state)]


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {"kind": "nonsense"},
        {"kind": "edit"},
        {"kind": "edit", "at": ["other"]},
        {"kind": "edit", "at": [["x"]]},
        {"kind": "edit", "at": ["times", "deeper"], "node": {}},
        {"kind": "edit", "at": ["times"], "node": [1]},
        {"kind": "convert", "at": ["times"], "mode": "nonsense"},
        {"kind": "paste", "at": ["times"], "text": "[1]"},
        {"kind": "variables", "at": None},
        {"kind": "upload:chunk", "token": "../x", "file": 0, "offset": 0},
        {"kind": "upload:begin", "token": "../x", "files": [{"path": "a", "size": 1}]},
        {"kind": "upload:end", "token": None, "at": ["times"]},
    ],
)
def test_a_message_that_is_none_of_the_forms_is_left_alone(front: Front, content: Any) -> None:
    """A front end may send anything."""
    front.form._handle_custom_msg(content, [])
    assert front.form.states == {}


def test_the_literals_are_told_when_they_are_asked_for(front: Front) -> None:
    """As rows of a tree; what has none says why."""
    front.form.set(times="x", word="here")
    front.say(kind="literal", request=3)
    told = front.last("literal")
    assert (told["view"], told["request"]) == ("v", 3)
    assert told["errors"] == [["times", "expected int, got 'x'. Write a whole number, such as 5."]]
    assert {row["key"]: row["value"] for row in told["rows"]} == {"word": '"here"', "note": "None", "wait": "False"}


def test_inputs_are_the_literals(front: Front) -> None:
    """All of them, or an error with all that is wrong."""
    with pytest.raises(InputError, match="times: a value is needed"):
        _ = front.form.inputs
    front.form.set(times=3)
    assert front.form.inputs.literals["times"].scalar.primitive.integer == 3


def test_the_values_and_errors_can_be_observed(front: Front) -> None:
    """Whoever changes them: Python code, or a person."""
    seen: list[Any] = []
    front.form.observe(lambda change: seen.append((change["name"], change["new"])), ["value", "errors"])
    front.say(kind="edit", at=["times"], node=value("2"))
    assert ("errors", {}) in seen
    assert seen[0] == ("value", {"times": 2, "word": "<b>", "note": None, "wait": False})
    front.form.set(word="x")
    assert seen[-1] == ("value", {"times": 2, "word": "x", "note": None, "wait": False})


def test_a_field_can_be_linked(front: Front) -> None:
    """Both ways; while it is wrong it keeps the last value that was right."""
    other = Front()
    traitlets.link((front.form.field("times"), "value"), (other.form.field("times"), "value"))
    front.form.set(times=3)
    assert other.form.value["times"] == 3
    other.form.set(times=4)
    assert front.form.value["times"] == 4
    front.form.set(times="x")
    assert (front.form.field("times").value, other.form.value["times"]) == (4, 4)
    assert front.form.field("times").error == "expected int, got 'x'. Write a whole number, such as 5."
    with pytest.raises(InputError, match="no such input: nowhere"):
        front.form.field("nowhere")


def test_an_observer_may_wait_for_a_run(front: Front) -> None:
    """It is called without the lock that the end of a run needs."""
    results: list[Any] = []
    front.form.observe(lambda _: results.append(front.form.run().result(10)), "value")
    front.form.set(times=1)
    assert results == [["<b>"]]


def test_resetting_takes_back_what_was_put_in(front: Front) -> None:
    """Of some inputs, or of all."""
    front.form.set(times=1, word="x", note="n")
    front.form.reset("word")
    assert (front.form.value["word"], front.form.value["note"]) == ("<b>", "n")
    front.form.reset()
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


def test_a_page_without_scripts_has_the_interface(front: Front) -> None:
    """Both forms are in the bundle, beside the widget's view, and nothing of the user's is HTML."""
    front.form.set(times=1)
    bundle, _ = front.form._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "  word   str         default '<b>'" in bundle["text/plain"]
    assert "&lt;b&gt;" in bundle["text/html"]
    assert "<b></td>" not in bundle["text/html"]


def test_a_task_without_inputs_has_a_form_too() -> None:
    """There is a button to press, and no field."""
    front = Front(Plain)
    assert front.form.run().result(10) is None
    assert front.form._repr_mimebundle_()[0]["text/plain"].splitlines()[0] == "t: 0 inputs"


def test_a_secret_default_is_in_no_trait_and_no_page() -> None:
    """Neither an input's nor a field's; a view gets a group's when it asks, for its other fields are edited from there."""
    source = """
import dataclasses

@dataclasses.dataclass
class Login:
    user: str = "ann"
    password: str = "hunter2"

def execute(tt, *, token: str = "hunter3", login: Login = Login(password="hunter4")) -> str:
    return token + login.password
"""
    made = form(define(source, "hides"))
    got: list[dict[str, Any]] = []
    made.send = lambda content, _buffers=None: got.append(content)
    state = {name: each for name, each in made.get_state().items() if not name.startswith("_")}
    assert "hunter" not in str((state, made._repr_mimebundle_()))
    made._handle_custom_msg({"kind": "hello", "view": "v"}, [])
    [(owner, name, node)] = got[0]["late"]
    assert (owner, name, node["fields"]["password"]) == ("", "login", value("hunter4"))
    assert made.run().result(10) == "hunter3hunter4"


def test_half_a_surrogate_pair_is_refused_in_a_message_that_can_be_sent(front: Front) -> None:
    """A text that was pasted may have one; UTF-8 has none."""
    front.say(kind="edit", at=["word"], node=value("a\ud800"), seq=1)
    told = front.last("state")
    assert told["nodes"]["word"] == value("a?")
    problem = "the character '\\ud800' at position 1 is half of a surrogate pair. Remove it."
    assert told["errors"]["word"] == [[["word"], problem]]
    assert front.form.errors == {"times": "a value is needed. Give an int.", "word": problem}
