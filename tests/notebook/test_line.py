from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from shimnb.notebook.line import Word, expanded, split_line, words_of


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('t --set tags=["a", "b"]', ["t", "--set", 'tags=["a", "b"]']),
        ('t --set=tags=["a", "b"]', ["t", '--set=tags=["a", "b"]']),
        ('t --set q="select 1" --retries 2', ["t", "--set", 'q="select 1"', "--retries", "2"]),
        ("t --set q='select 1'", ["t", "--set", "q=select 1"]),
        ("t --set 'tags=[\"a\"]'", ["t", "--set", 'tags=["a"]']),
        ('t --set w={"a": {"b": [1, 2]}} --no-panel', ["t", "--set", 'w={"a": {"b": [1, 2]}}', "--no-panel"]),
        ('t --env A="b c"', ["t", "--env", "A=b c"]),
        ("t --env A=b\\ c", ["t", "--env", "A=b c"]),
        ('t --env A="say \\"hi\\""', ["t", "--env", 'A=say "hi"']),
        ("t --env 'A=\\n'", ["t", "--env", "A=\\n"]),
        ("t --env A=''", ["t", "--env", "A="]),
        ('t --image a:{tags["new one"]}', ["t", "--image", 'a:{tags["new one"]}']),
        ("t --env A={", ["t", "--env", "A={"]),
        ('t --env tags=["a", "b"]', ["t", "--env", "tags=[a,", "b]"]),
        ("  t   --gpu 1  ", ["t", "--gpu", "1"]),
        ("", []),
    ],
)
def test_the_line_is_split_as_a_shell_does_it(line: str, words: list[str]):
    """But a JSON value of --set stays whole, and what stands in braces is taken as it is."""
    assert split_line(line) == words


def test_a_commands_lists_and_objects_stay_whole():
    """`run` gets JSON for a list or an object; a text loses its quotes, for a field has none."""
    words = split_line('run t tags=["a", "b"] at={"k": "v"} name="you two"', command=True)
    assert words == ["run", "t", 'tags=["a", "b"]', 'at={"k": "v"}', "name=you two"]


def test_an_open_quotation_is_shown():
    """What is not closed is named."""
    with pytest.raises(UsageError) as caught:
        split_line("t --env 'A=b")
    assert str(caught.value) == "a quotation is not closed: 'A=b"


def test_words_of_a_line_that_is_being_written():
    """Each word has its place, and the last one the quotation that is open."""
    assert words_of('t --env "A=b c') == [Word("t", 0, 1), Word("--env", 2, 7), Word("A=b c", 8, 14, '"')]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("a:{tag + 1}", "a:8"),
        ("a:$tag", "a:7"),
        ("{{.image.default.fqn}}:{{.image.default.version}}", "{{.image.default.fqn}}:{{.image.default.version}}"),
        ('w={"tag": 1}', 'w={"tag": 1}'),
        ("w=[{tag}]", "w=[{tag}]"),
        ("plain", "plain"),
    ],
)
def test_expansion(word: str, text: str):
    """The notebook's values go in, and Flyte's braces and JSON stay."""
    assert expanded(word, {"tag": 7}) == text


@pytest.mark.parametrize("word", ["row={a:", "n={n"])
def test_a_brace_that_is_not_closed(word: str):
    """It is said in the person's words, not in those of a format."""
    with pytest.raises(UsageError) as caught:
        expanded(word, {"n": 1})
    assert str(caught.value) == f"a brace is not closed: {word}"


def test_an_expression_that_raises():
    """Any exception of it is a UsageError that names the word."""
    with pytest.raises(UsageError) as caught:
        expanded("a:{1 / 0}", {})
    assert str(caught.value) == "'a:{1 / 0}' cannot be expanded: ZeroDivisionError: division by zero"
