"""The container's command line."""

from __future__ import annotations

import pytest

from shimnb.runtime.arguments import UsageError, parse

LINE = ["--inputs", "in.pb", "--output-prefix", "out", "--resolver", "m.r"]


def test_every_option_is_understood() -> None:
    """Those of the peer's command, with a value after a space or an equals sign, in any order."""
    found = parse(
        [
            *LINE[:4],
            "--resolver=m.r",
            "--raw-output-data-prefix",
            "raw=1",
            "--checkpoint-path=cp",
            "--prev-checkpoint",
            "before",
            "--dynamic-addl-distro",
            "d.tar.gz",
            "--dynamic-dest-dir=.",
            "--test",
            "--",
            "t.pb",
            "--m.E",
        ]
    )
    assert vars(found) == {
        "inputs": "in.pb",
        "output_prefix": "out",
        "resolver": "m.r",
        "resolver_args": ["t.pb", "--m.E"],
        "raw_output_data_prefix": "raw=1",
        "checkpoint_path": "cp",
        "prev_checkpoint": "before",
        "test": True,
        "help": False,
    }


def test_the_resolvers_arguments_need_no_dashes_before_them() -> None:
    """As for the peer's command."""
    assert parse(["t.pb", *LINE, "m.E"]).resolver_args == ["t.pb", "m.E"]


@pytest.mark.parametrize("value", ["", '""', "{{.prevCheckpointPrefix}}"])
def test_what_the_engine_did_not_fill_in_is_not_given(value: str) -> None:
    """A placeholder, or nothing at all."""
    assert parse([*LINE, "--prev-checkpoint", value, "t.pb"]).prev_checkpoint is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "shimnb-execute: --inputs is missing. Give --inputs FILE."),
        (["--inputs", "{{.input}}", *LINE[2:], "a"], "shimnb-execute: --inputs is missing. Give --inputs FILE."),
        (LINE[:2], "shimnb-execute: --output-prefix is missing. Give --output-prefix FOLDER."),
        (LINE[:4], "shimnb-execute: --resolver is missing. Give --resolver LOCATION."),
        (
            LINE,
            "shimnb-execute: the resolver's arguments are missing. Give the template's file and the executor's path after --.",
        ),
        (["--inputs"], "shimnb-execute: --inputs has no value. Give --inputs FILE."),
        (["--inputs", "--resolver", "m.r"], "shimnb-execute: --inputs has no value. Give --inputs FILE."),
        (["--inputs", "--", "a"], "shimnb-execute: --inputs has no value. Give --inputs FILE."),
        (["--resolvr=m.r"], "shimnb-execute: no option --resolvr. Did you mean --resolver?"),
        (["--xyz"], "shimnb-execute: no option --xyz. shimnb-execute --help lists the options."),
        (["--test=1"], "shimnb-execute: --test takes no value. shimnb-execute --help lists the options."),
    ],
)
def test_a_mistake_is_said_with_its_remedy(arguments: list[str], message: str) -> None:
    """The nearest option, or what is missing."""
    with pytest.raises(UsageError) as caught:
        parse(arguments)
    assert str(caught.value) == message
