"""What an isolated run writes: line by line, in order, within a bound."""

from __future__ import annotations

import itertools
import threading
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimnb.runtime.isolated import handle
from shimnb.runtime.isolated.output import LIMIT, Lines, Output

LONG = 60


def lines_of(*data: bytes, limit: int = 8192) -> list[str]:
    """Cut data that comes in pieces into lines."""
    lines = Lines(limit)
    return [line for each in data for line in lines.feed(each)] + list(lines.finish())


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ([b"a\nb\n"], ["a\n", "b\n"]),
        ([b"a", b"b\n", b"c"], ["ab\n", "c"]),
        ([b"a\r", b"\nb"], ["a\r\n", "b"]),
        ([b"10%\r", b"20%\r", b"30%\n"], ["10%\r", "20%\r", "30%\n"]),
        ([b"a\x0bb\x85c\xe2\x80\xa8d\n"], ["a\x0bb\ufffdc\u2028d\n"]),
        ([b"caf\xc3", b"\xa9\n"], ["caf\xe9\n"]),
        ([b"\xff\xfe\x00\n", b"\xc3"], ["\ufffd\ufffd\x00\n", "\ufffd"]),
        ([], []),
    ],
)
def test_a_line_ends_as_a_terminal_shows_it(data, lines) -> None:
    """At a line feed, with a carriage return or without, or at a carriage return alone; bytes come in any pieces."""
    assert lines_of(*data) == lines


def test_a_line_without_an_end_does_not_wait_for_it() -> None:
    """What is past the limit comes at once."""
    assert list(Lines(4).feed(b"abcdefghij")) == ["abcd", "efgh"]


@given(st.text(), st.integers(4, 20), st.lists(st.integers(1, 9)))
def test_no_text_is_lost_and_no_character_torn(text, limit, sizes) -> None:
    """Whatever the pieces that the pipe gives, the lines are the text, and none is longer than the limit."""
    data, chunks = text.encode(errors="replace"), []
    for size in itertools.chain(sizes, itertools.repeat(7)):
        chunks.append(data[:size])
        data = data[size:]
        if not data:
            break
    lines = lines_of(*chunks, limit=limit)
    assert "".join(lines) == text.encode(errors="replace").decode()
    assert all(len(line.encode()) <= limit for line in lines)


@given(st.binary(), st.integers(4, 20))
def test_any_bytes_become_text(data, limit) -> None:
    """What is no UTF-8 is replaced, and what is stays."""
    assert "".join(lines_of(data, limit=limit)).isascii() == data.isascii()


def test_the_beginning_and_the_end_of_a_long_text_are_kept() -> None:
    """What is cut between them is counted in bytes."""
    output = Output(limit=12)
    for line in ("one\n", "\xe9\n", "gone\n", "gone\n", "last\n"):
        output._take("stdout", line, lambda: None)
    assert output.text() == "one\n[... 13 bytes cut ...]\nlast\n"
    assert Output().text() == ""


def test_a_line_comes_while_the_run_goes_on(begin, marks) -> None:
    """The run waits for what the first line makes happen."""
    go = marks("go")
    seen = []

    def tell(stream: str, line: str) -> None:
        seen.append((stream, line))
        if line == "ready\n":
            go.touch()

    run = begin(f"print('ready')\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\nreturn ''", on_output=tell)
    run.result(LONG)
    assert ("stdout", "ready\n") in seen


def test_each_stream_is_in_order(begin) -> None:
    """Thousand lines on each, one call after the other; the text that is kept has both."""
    seen = []
    body = "for n in range(1000):\n    print('out', n)\n    print('err', n, file=sys.stderr)"
    run = begin(body, on_output=lambda *line: seen.append(line))
    run.result(LONG)
    for stream in ("out", "err"):
        expected = [f"{stream} {n}\n" for n in range(1000)]
        assert [line for name, line in seen if name == f"std{stream}" and line.startswith(stream)] == expected
    assert run.output.count("out ") == run.output.count("err ") == 1000


def test_what_is_no_text_and_what_has_no_end_arrives(begin) -> None:
    """Bytes that are no UTF-8 are replaced; a line without an end comes in pieces."""
    seen = []
    body = "sys.stdout.buffer.write(b'\\xff\\n' + b'x' * 100_000)"
    begin(body, on_output=lambda stream, line: seen.append(line)).result(LONG)
    assert "\ufffd\n" in seen
    pieces = [line for line in seen if line.startswith("x")]
    assert "".join(pieces).rstrip("\n") == "x" * 100_000
    assert max(map(len, pieces)) == 8192


def test_much_output_does_not_grow_this_process(begin) -> None:
    """Of 20 MB the bound is kept, with both ends and a line that says what was cut."""
    tracemalloc.start()
    try:
        run = begin("print('first')\nfor n in range(20): print(('y' * 99 + '\\n') * 10_000, end='')\nprint('last')")
        run.result(LONG)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * LIMIT
    assert len(run.output) < LIMIT + 100
    assert "first\ny" in run.output
    assert run.output.rstrip().endswith("y\nlast")
    assert " bytes cut ...]\n" in run.output


def test_a_callback_that_raises_ends_the_run(begin) -> None:
    """The caller gets what it raised, and it is not called again."""
    calls = []

    def tell(stream: str, line: str) -> None:
        calls.append(line)
        raise LookupError("the page is closed")

    run = begin("while True: print('more')", on_output=tell)
    with pytest.raises(LookupError, match="the page is closed"):
        run.result(LONG)
    assert (run.state, len(calls)) == ("failed", 1)


def test_a_callback_that_does_not_return_holds_no_run_up(begin, monkeypatch) -> None:
    """The run has ended when its processes have; the thread of the callback is left to itself."""
    monkeypatch.setattr(handle, "_LAST", 0.2)
    go = threading.Event()
    run = begin("print('one')\nreturn 'x'", on_output=lambda *_: go.wait())
    try:
        assert run.wait(LONG)
        assert run.state == "done"
    finally:
        go.set()
    for thread in threading.enumerate():
        if thread.name == "shimnb-isolated-sample":
            thread.join(LONG)


def test_a_callback_may_ask_the_handle_and_cancel(begin) -> None:
    """It sees the text with its own line, and the run ends."""
    handle = []
    seen = []

    def tell(stream: str, line: str) -> None:
        while not handle:
            pass
        if line == "one\n":
            seen.append((handle[0].output.endswith("one\n"), handle[0].state))
            handle[0].cancel(grace=0)

    handle.append(begin("print('one')\ntime.sleep(1000)", on_output=tell))
    assert handle[0].wait(LONG)
    assert (seen, handle[0].state) == ([(True, "running")], "cancelled")
