"""Decks: what an executor leaves, what a task makes by itself, and the page of both."""

from __future__ import annotations

import dataclasses
import logging
import re
from html import unescape
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from shimnb import (
    Deck,
    DeckField,
    ExecutionState,
    FlyteContextManager,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    current_context,
    executor_interface,
)
from shimnb.core.deck import DEFAULT_FIELDS, deck_page, default_deck
from shimnb.core.deckpage import frame, write_page
from shimnb.core.files import FileAccessProvider
from shimnb.core.recorder import Recorder
from shimnb.errors import FileError, SettingError


class Executor(ShimTaskExecutor[Any]):
    """Has <b>markup</b> in its source."""

    def execute_from_model(self, tt: Any, *, n: int = 1) -> int:
        Deck("mine", "<b>1</b>")
        current_context().default_deck.append("first")
        current_context().default_deck.append("second")
        if n < 0:
            raise ValueError(n)
        return n


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {}


def task(**options: Any) -> Task:
    """Make a task of the executor above."""
    return Task("t", None, "img:1", Executor, interface=executor_interface(Executor), **options)


def decks_of(made: Task, **inputs: Any) -> dict[str, str]:
    """Run a task, and give its decks by name."""
    return {deck.name: deck.html for deck in made.local_outputs(FlyteContextManager.current_context(), **inputs).decks}


def made_by(fields: tuple[DeckField, ...] = DEFAULT_FIELDS, /, **inputs: Any) -> dict[str, str]:
    """Give the decks that a task makes by itself of a run with these inputs."""
    recorder = Recorder(fields, Executor)
    recorder.inputs(inputs)
    return {deck.name: deck.html for deck in recorder.decks()}


def bodies(page: str) -> list[str]:
    """Give the documents in a page's frames."""
    return [unescape(source) for source in re.findall(r'srcdoc="([^"]*)"', page)]


def test_a_run_leaves_the_executors_decks_and_then_its_tasks_own() -> None:
    """All five are made when nothing else is said."""
    names = ["mine", "default", "Input", "Output", "Timeline", "Source Code", "Dependencies"]
    assert list(decks_of(task(enable_deck=True))) == names


def test_a_task_makes_the_decks_that_its_fields_name() -> None:
    """And no other."""
    fields = (DeckField.OUTPUT, DeckField.INPUT)
    assert list(decks_of(task(enable_deck=True, deck_fields=fields))) == ["mine", "default", "Input", "Output"]


def test_a_task_without_decks_makes_none_of_its_own() -> None:
    """What the executor makes joins the run all the same, as in flytekit."""
    assert list(decks_of(task())) == ["mine", "default"]


def test_runs_do_not_share_their_decks() -> None:
    """Nor does one stay behind in the context."""
    made = task()
    assert list(decks_of(made)) == list(decks_of(made))
    assert current_context().decks == []


def test_the_default_deck_is_one_for_the_run() -> None:
    """What is added to it twice is in it twice."""
    assert decks_of(task())["default"] == "first\nsecond"
    params = current_context().with_task_sandbox()
    assert default_deck(params) is default_deck(params)


def test_an_unknown_deck_field_is_refused() -> None:
    """The message has the known ones."""
    with pytest.raises(SettingError) as caught:
        task(enable_deck=True, deck_fields=("Outputs",))
    assert str(caught.value) == (
        "deck_fields: no deck field, got 'Outputs'. Use DeckField.INPUT, DeckField.OUTPUT, DeckField.SOURCE_CODE, "
        "DeckField.TIMELINE, DeckField.DEPENDENCIES."
    )


@pytest.mark.parametrize("add", [lambda value: Deck("d", value), lambda value: Deck("d").append(value)])
def test_a_deck_of_something_other_than_text_is_refused(add: Any) -> None:
    """With the deck's name."""
    with pytest.raises(SettingError) as caught:
        add(3)
    message = "deck 'd': a deck is made of HTML, as a str, got 3. Write deck.append(value.to_html())."
    assert str(caught.value) == message


def test_values_are_shown_as_text() -> None:
    """None of the inputs' or outputs' markup is markup in the deck."""

    @dataclasses.dataclass
    class Point:
        x: str = "<i>"

    html = made_by((DeckField.INPUT,), a="<b>", b={"<u>": ["<s>"]}, c=Point())["Input"]
    assert not re.findall("<[busi]>", html)
    assert "<pre>&lt;b&gt;</pre>" in html
    assert "<td>&lt;u&gt;</td><td><pre>[&#x27;&lt;s&gt;&#x27;]</pre></td>" in html
    assert "<td>x</td><td><pre>&lt;i&gt;</pre></td>" in html


def test_inputs_are_shown_as_the_executor_got_them() -> None:
    """It may change a list that it was given."""
    recorder, values = Recorder([DeckField.INPUT], Executor), [1, 2]
    recorder.inputs({"a": values})
    values.append(3)
    [deck] = recorder.decks()
    assert "[1, 2]" in deck.html
    assert "3" not in deck.html


def test_a_dataframe_is_a_table_of_its_first_rows() -> None:
    """By pandas' own means, in which values and names are escaped."""
    pandas = pytest.importorskip("pandas")
    html = made_by((DeckField.INPUT,), a=pandas.DataFrame({"<b>": ["<i>"] * 1000}))["Input"]
    assert '<table class="dataframe">' in html
    assert (html.count("&lt;i&gt;"), html.count("<i>"), html.count("&lt;b&gt;")) == (10, 0, 1)
    assert "1,000 rows, 1 columns" in html


def test_a_value_that_cannot_be_shown_says_so() -> None:
    """A deck ends no run."""

    class Shy:
        def __repr__(self) -> str:
            raise ValueError("secret")

    html = made_by((DeckField.INPUT,), a=Shy(), b=10**5000, c=[1])["Input"]
    assert "secret" not in html
    assert "[1]" in html


def test_a_large_value_is_cut() -> None:
    """In what is written, not only in what is seen."""
    html = made_by((DeckField.INPUT,), a="x" * 100_000, b=list(range(10**6)), c={n: n for n in range(10**5)})["Input"]
    assert len(html) < 20_000
    assert "... 90,000 more characters" in html
    assert "99,950 more" in html


def test_the_timeline_has_each_phase_and_their_sum() -> None:
    """In the order in which they were."""
    html = decks_of(task(enable_deck=True))["Timeline"]
    assert re.findall(r"<tr><td>(.*?)</td>", html) == ["Reading inputs", "Executing", "Writing outputs", "Total"]
    assert len(re.findall(r"[\d,.]+ ms", html)) == 8


def test_the_source_is_the_executors_and_is_escaped() -> None:
    """With the path by which the container imports it."""
    html = made_by()["Source Code"]
    assert html.startswith(f'<p class="sn-muted">{__name__}.Executor</p><pre>class Executor(')
    assert "Has &lt;b&gt;markup&lt;/b&gt;" in html


def test_an_executor_without_source_is_named() -> None:
    """One that was typed in has none."""
    typed: dict[str, Any] = {}
    exec("class Typed: pass", typed)  # noqa: S102  # so that there is no source
    [deck] = Recorder([DeckField.SOURCE_CODE], typed["Typed"]).decks()
    assert deck.html == '<p class="sn-muted">builtins.Typed has no source at hand.</p>'


def test_the_dependencies_are_what_is_installed() -> None:
    """As a file of requirements has them."""
    assert f"\npytest=={metadata.version('pytest')}\n" in made_by()["Dependencies"]


def test_the_dependencies_are_looked_up_when_they_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in a notebook does not wait for them."""
    asked = []
    monkeypatch.setattr(metadata, "distributions", lambda: asked.append(1) or [])
    [deck] = Recorder([DeckField.DEPENDENCIES], Executor).decks()
    assert asked == []
    assert [deck.html, deck.html][0].endswith("0 packages</p><pre></pre>")
    assert asked == [1]


def test_a_failed_run_has_its_decks_too() -> None:
    """The one that shows what it got is then the one that is wanted."""
    context = FlyteContextManager.current_context().for_run()
    with pytest.raises(ValueError, match=r"^-1$"):
        task(enable_deck=True).local_outputs(context, n=-1)
    assert context.user_space_params is not None
    decks = {deck.name: deck.html for deck in context.user_space_params.decks}
    assert "<pre>-1</pre>" in decks["Input"]
    assert decks["Output"] == '<p class="sn-muted">The run made none.</p>'


def test_the_page_has_a_tab_for_each_deck() -> None:
    """A name is text, and a deck's HTML is its own, in a document of its own."""
    page = deck_page([Deck("<b>", "<p title='\"'>&amp;</p>"), Deck("two")])
    assert [re.sub("<input.*?>", "", label) for label in re.findall("<label.*?>(.*?)</label>", page)] == [
        "&lt;b&gt;",
        "two",
    ]
    assert bodies(page)[0].endswith("<p title='\"'>&amp;</p>")
    assert page.count(" checked>") == 1
    FlyteContextManager.initialize()


def test_decks_of_one_name_are_told_apart() -> None:
    """None hides another."""
    page = deck_page([Deck("a", "1", auto_add_to_deck=False), Deck("a", "2", auto_add_to_deck=False)])
    assert re.findall('<section id="p." aria-label="(.*?)">', page) == ["a", "a (2)"]


def test_the_page_asks_nobody_for_anything() -> None:
    """No address, no script, no style sheet."""
    page = deck_page(Recorder(DEFAULT_FIELDS, Executor).decks())
    outside = re.sub('srcdoc="[^"]*"', "", page)
    assert not re.search(r"https?:|<script|<link|@import|url\(", outside)


def test_a_page_without_decks_says_so() -> None:
    """It is a page all the same."""
    assert '<h1>Decks</h1><p class="none">No decks.</p></main></body>' in deck_page([])


def test_a_deck_with_scripts_says_where_they_do_not_run() -> None:
    """In a notebook's frame an empty plot would be a riddle."""
    note = "<noscript><p>This deck has scripts, and they do not run here.</p></noscript>"
    with_script, without = bodies(deck_page([Deck("a", "<SCRIPT >1</SCRIPT>"), Deck("b", "<p>scripts</p>")]))
    assert note in with_script
    assert note not in without
    FlyteContextManager.initialize()


def test_a_deck_that_cannot_be_made_leaves_the_others() -> None:
    """It says what went wrong, as text."""

    class Broken(Deck):
        @property
        def html(self) -> str:
            raise ValueError("<b>")

    page = deck_page([Broken("a", auto_add_to_deck=False), Deck("b", "<i>fine</i>", auto_add_to_deck=False)])
    assert bodies(page)[0].endswith("<p>This deck cannot be shown: ValueError: &lt;b&gt;</p>")
    assert bodies(page)[1].endswith("<i>fine</i>")


def test_a_frame_lets_a_page_do_nothing() -> None:
    """No value of `sandbox` gives anything back, and what is in it cannot end it."""
    html = frame('</iframe><a title="x">', 'T"')
    assert html.startswith('<iframe sandbox title="T&quot;" srcdoc="</iframe><a title=&quot;x&quot;>" style=')


def test_a_deck_shows_itself_in_a_frame() -> None:
    """In a terminal by its name alone."""
    deck = Deck("a", "<script>1</script>", auto_add_to_deck=False)
    assert deck._repr_html_().startswith('<iframe sandbox title="Deck a" srcdoc="')
    assert repr(deck) == "Deck('a')"


def test_the_page_is_written_as_one_file(tmp_path: Path) -> None:
    """Into a folder that need not be there, even where a text is none."""
    path = write_page(FileAccessProvider(), deck_page([Deck("a", "\ud800", auto_add_to_deck=False)]), f"{tmp_path}/out")
    assert path == f"{tmp_path}/out/deck.html"
    assert "\\ud800" in Path(path).read_text(encoding="utf-8")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["deck.html"]
    (tmp_path / "file").touch()
    with pytest.raises(FileError):
        write_page(FileAccessProvider(), "", f"{tmp_path}/file")


def published(tmp_path: Path, mode: Any, *, enable_deck: bool = True, folder: str | None = None) -> None:
    """Publish within a run."""
    context = FlyteContextManager.current_context()
    params = current_context().with_task_sandbox().with_enable_deck(enable_deck)
    params.output_metadata_prefix = folder or str(tmp_path)
    state = ExecutionState(mode=mode, user_space_params=params)
    with FlyteContextManager.with_context(context.with_execution_state(state)):
        Deck("mine", "<b>1</b>").publish()


def test_publishing_on_a_cluster_writes_where_the_engine_looks(tmp_path: Path) -> None:
    """The decks so far, before the run ends."""
    published(tmp_path, ExecutionState.Mode.TASK_EXECUTION)
    assert "<b>1</b>" in (tmp_path / "deck.html").read_text(encoding="utf-8")


def test_publishing_on_this_machine_names_the_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is a file of the run's own."""
    caplog.set_level(logging.INFO, "shimnb")
    published(tmp_path, ExecutionState.Mode.LOCAL_TASK_EXECUTION)
    path = caplog.messages[0].removeprefix("the deck is in ")
    assert "<b>1</b>" in Path(path).read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_publishing_without_decks_writes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says why."""
    published(tmp_path, ExecutionState.Mode.TASK_EXECUTION, enable_deck=False)
    assert caplog.messages == ["Deck.publish() wrote nothing: decks are off. Turn them on with enable_deck=True."]
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_published_ends_no_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the error."""
    (tmp_path / "file").touch()
    published(tmp_path, ExecutionState.Mode.TASK_EXECUTION, folder=f"{tmp_path}/file")
    assert caplog.messages == ["the deck could not be written"]
