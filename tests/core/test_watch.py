"""Progress: told to who watches, or to the log; never too often, and with no surprise."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from shimnb import current_context, progress
from shimnb.core import watch as module
from shimnb.core.watch import unwatch, watch
from shimnb.errors import SettingError


class Watcher:
    def __init__(self) -> None:
        self.told: list[object] = []
        self.ends = False

    def check(self) -> None:
        if self.ends:
            raise KeyboardInterrupt

    def progress(self, fraction: float | None, text: str) -> None:
        self.told.append((fraction, text))

    def secret(self, value: str) -> None:
        self.told.append(value)


@pytest.fixture
def watcher():
    """Someone who watches this thread."""
    made = Watcher()
    token = watch(made)
    yield made
    unwatch(token)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (0.5, 0.5),
        (1, 1.0),
        (-1, 0.0),
        (40, 1.0),
        (None, None),
        (math.nan, None),
        (np.float32(0.25), 0.25),
        (math.inf, 1.0),
    ],
)
def test_a_fraction_is_between_0_and_1(watcher, given, told):
    """What is outside counts as the end that it is nearer to."""
    progress(given, "  two\nlines ")
    assert watcher.told == [(told, "two lines")]


def test_what_is_no_number_is_an_error():
    """What, where, remedy."""
    with pytest.raises(SettingError) as caught:
        progress("half")
    assert str(caught.value) == "progress: no number from 0 to 1, got 'half'. Give what is done: done / total."


def test_a_text_is_bounded(watcher):
    """It is a few words."""
    progress(0.1, "x" * 10_000)
    assert len(watcher.told[0][1]) == 200


def test_whoever_watches_may_end_the_run(watcher):
    """A run that was cancelled goes no further; a checkpoint is such a place too."""
    watcher.ends = True
    with pytest.raises(KeyboardInterrupt):
        progress(0.5)
    with pytest.raises(KeyboardInterrupt):
        _ = current_context().checkpoint


def test_a_secret_that_is_read_is_told(watcher, monkeypatch):
    """So that nothing shows it."""
    monkeypatch.setenv("_FSEC_GROUP_KEY", " hunter2 ")
    assert current_context().secrets.get("group", "key") == "hunter2"
    assert watcher.told == ["hunter2"]


def test_nobody_watches_another_thread(watcher):
    """Unless it is told to: a run's own threads are."""
    thread = threading.Thread(target=progress, args=(1.0,))
    thread.start()
    thread.join()
    assert watcher.told == []


def test_without_a_watcher_it_is_a_line_of_the_log_at_most_one_a_second(monkeypatch, caplog):
    """The last one always: a container's log says that it was done."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "_log", module._Log())
    with caplog.at_level("INFO", "user_space"):
        for number in range(1, 101):
            progress(number / 100, f"{number} of 100")
            now[0] += 0.03
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "progress 1 %: 1 of 100",
        "progress 35 %: 35 of 100",
        "progress 69 %: 69 of 100",
        "progress 100 %: 100 of 100",
    ]
