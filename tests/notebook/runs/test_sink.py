"""The sink: bounded, followed while it fills, lines that are written over, and no secret in it."""

from __future__ import annotations

import time

import pytest

from shimnb.notebook.runs.run import bar_progress
from shimnb.notebook.runs.sink import Sink


def written(*texts: str, hidden: str = "") -> Sink:
    """Write texts to a sink."""
    sink = Sink()
    if hidden:
        sink.masks.add(hidden)
    for text in texts:
        sink.write("stdout", text)
    return sink


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["\r 0%|  |", "\r50%|# |", "\r100%|##|", "\n", "done\n"], "100%|##|\ndone\n"),
        (["a\r\nb\r", "\nc"], "a\nb\nc"),
        (["10%\r", "20%\r", "30%"], "30%"),
        (["one\rtwo\nthree\rfour\n"], "two\nfour\n"),
    ],
)
def test_a_line_that_is_written_over_is_its_last_state(texts, shown):
    """A bar that moves a million times is one line."""
    assert written(*texts).text() == shown


def test_a_bar_that_moves_fills_no_memory():
    """Only its last state is kept, and told."""
    sink = Sink()
    for i in range(100_000):
        sink.write("stderr", f"\r{i}")
    assert (sink.size, sink.fresh()) == (0, (0, [], "99999"))
    sink.close()
    assert sink.text() == "99999"


def test_what_is_fresh_is_told_once_and_of_much_the_end():
    """What came too quickly is counted."""
    sink = written("a", "b")
    sink.write("stderr", "c")
    assert sink.fresh() == (0, [("stdout", "ab"), ("stderr", "c")], "")
    assert sink.fresh() == (0, [], "")
    sink.write("stdout", "x" * 20_000)
    skipped, [(stream, text)], _ = sink.fresh()
    assert (skipped, stream, len(text)) == (20_000 - 16 * 1024, "stdout", 16 * 1024)


def test_a_secret_is_in_nothing_that_is_told():
    """Not where it was cut into two texts, nor where half of it is all there is so far."""
    sink = written("key=hun", hidden="hunter2")
    assert sink.fresh().parts == [("stdout", "key=")]
    sink.write("stdout", "ter2 ok")
    assert sink.fresh().parts == [("stdout", "*** ok")]
    sink.write("stdout", " hunt")
    sink.close()
    assert sink.fresh().parts == [("stdout", " hunt")]
    assert sink.text() == "key=*** ok hunt"


def test_a_secret_on_a_line_that_is_written_over_is_masked():
    """The bar's text too."""
    sink = written("\rhunter2 10%", hidden="hunter2")
    assert sink.fresh().line == "*** 10%"


def test_a_sink_that_was_left_takes_nothing():
    """A run that was given up goes on behind our back."""
    sink = written("kept")
    sink.leave()
    sink.write("stdout", "lost")
    assert (sink.text(), sink.closed) == ("kept", False)


@pytest.mark.parametrize(
    ("line", "progress"),
    [
        (" 40%|####      | 12/30 [00:01<00:02, 11.2it/s]", (0.4, "12/30 [00:01<00:02, 11.2it/s]")),
        ("rows: 100%|##########| 3/3", (1.0, "rows: 3/3")),
        ("disk 40% full", None),
        ("x" * 5000 + "|", None),
    ],
)
def test_the_bar_of_tqdm_is_read(line, progress):
    """Its share, and its words."""
    assert bar_progress(line) == progress


def test_writing_is_quick():
    """A write costs no more than a few times what an unbounded list costs, however much is there."""

    def best(work):
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            for _ in range(20_000):
                work()
            times.append(time.perf_counter() - begin)
        return min(times)

    sink, parts = Sink(), []
    for _ in range(20_000):
        sink.write("stdout", "x" * 100)
    assert best(lambda: sink.write("stdout", "x" * 100)) < 80 * best(lambda: parts.append(("stdout", "x" * 100)))
