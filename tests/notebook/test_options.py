from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from shimnb.notebook.line import split_line
from shimnb.notebook.options import SecretOption, TaskOptions, option_parser, task_options

HELP = "`%%shimtask --help` lists the options."


def options(line: str) -> TaskOptions:
    """Read a line as the magic does."""
    return task_options(option_parser().parse_tokens(split_line(line)))


def test_every_option_is_read():
    """Each option ends in its field, in any order around the name."""
    line = (
        "--image {{.image.default.fqn}}:1 t --task-type sql --cpu 500m --mem 512Mi --gpu 1 --ephemeral-storage 1Gi "
        "--limit-cpu 2 --limit-mem 1Gi --limit-gpu 2 --limit-ephemeral-storage 2Gi --env A=b --env C= --secret g/k "
        "--secret g/l:env --secret g/m:file --retries 2 --timeout 1h30m --cache-version v1 --interruptible --deck --set n=3 --include helper --include np"
    )
    assert options(line) == TaskOptions(
        image="{{.image.default.fqn}}:1",
        task_type="sql",
        requests=(("cpu", "500m"), ("mem", "512Mi"), ("gpu", "1"), ("ephemeral_storage", "1Gi")),
        limits=(("cpu", "2"), ("mem", "1Gi"), ("gpu", "2"), ("ephemeral_storage", "2Gi")),
        environment=(("A", "b"), ("C", "")),
        secrets=(SecretOption("g", "k"), SecretOption("g", "l", "env"), SecretOption("g", "m", "file")),
        retries=2,
        timeout=5400,
        cache_version="v1",
        interruptible=True,
        deck=True,
        set=(("n", "3"),),
        include=("helper", "np"),
    )


def test_a_line_without_options_leaves_everything_open():
    """A name alone sets nothing."""
    assert options("t") == TaskOptions()


@pytest.mark.parametrize(
    ("written", "seconds"), [("90", 90), ("90s", 90), ("2m", 120), ("1h30m", 5400), ("1d", 86400), ("1h1s", 3601)]
)
def test_durations(written: str, seconds: int):
    """A timeout is seconds, or days, hours, minutes and seconds."""
    assert options(f"t --timeout {written}").timeout == seconds


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("t --imag x", f"unknown option --imag. Did you mean '--image'? {HELP}"),
        ("t --zzz=1", f"unknown option --zzz. {HELP}"),
        ("t --retries", f"--retries: expected one argument. {HELP}"),
        ("t --retries two", f"--retries: 'two' is no count of attempts. Write a whole number, 0 or more. {HELP}"),
        ("t --retries -1", f"--retries: '-1' is no count of attempts. Write a whole number, 0 or more. {HELP}"),
        ("t --timeout soon", f"--timeout: 'soon' is no duration. Write seconds, or a form such as 1h30m. {HELP}"),
        ("t --mem 512MB", f"--mem: '512MB' is no Kubernetes quantity. Write one such as 500m, 2 or 512Mi. {HELP}"),
        ("t --env A", f"--env: 'A' is no KEY=VALUE. Write --env LANG=C. {HELP}"),
        ("t --set query", f"--set: 'query' is no KEY=VALUE. Write --set query=\"select 1\". {HELP}"),
        (
            "t --secret token",
            f"--secret: 'token' is no secret's name. Write GROUP/KEY, GROUP/KEY:env or GROUP/KEY:file. {HELP}",
        ),
        (
            "t --secret g/k:disk",
            f"--secret: 'g/k:disk' is no secret's name. Write GROUP/KEY, GROUP/KEY:env or GROUP/KEY:file. {HELP}",
        ),
        (
            "t --set tags=[1,",
            (
                "--set: the value of 'tags' looks like JSON and is none: Expecting value: line 1 column 4 (char 3). "
                f"Write --set tags='[1, 2]'. {HELP}"
            ),
        ),
        ("t --include a.b", f"--include: 'a.b' is no name. Write one that the notebook defines. {HELP}"),
        ("top tracks", f"one name is expected, got 2: top, tracks. {HELP}"),
    ],
)
def test_wrong_usage_names_the_option_and_the_remedy(line: str, message: str):
    """Every mistake on the line is a UsageError in one sentence."""
    with pytest.raises(UsageError) as caught:
        options(line)
    assert str(caught.value) == message


def test_the_help_names_every_option():
    """The help is made from the parser, with an example for each level."""
    parser = option_parser()
    text = parser.format_help()
    assert text.startswith("usage: %%shimtask NAME [options]\n")
    assert all(flag in text for flag in parser.options())
    assert "def execute(tt" in text
    assert "class Executor(ShimTaskExecutor):" in text
    assert "a subclass of PythonCustomizedContainerTask" in text


def test_written_names_what_was_given():
    """The options of the task are named as they are written on the line; what is included is no part of it."""
    given = options(
        "t --include f --cpu 1 --limit-mem 1Gi --env A=b --secret g/k --cache-version 1 --no-interruptible --set a=1"
    )
    assert given.written() == [
        "--cpu",
        "--limit-mem",
        "--env",
        "--secret",
        "--cache-version",
        "--interruptible",
        "--set",
    ]
