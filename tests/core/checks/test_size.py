from __future__ import annotations

import pytest
from flyteidl.core import tasks_pb2

from shimnb import Finding, TaskTemplate, checks
from shimnb.core.checks.size import largest

REMEDY = "Put the large part in a file or an input, and its address in custom."


def template(size: int) -> TaskTemplate:
    """Make a template of `size` bytes, nearly all of them in one entry of its config."""
    message = tasks_pb2.TaskTemplate(config={"text": ""})
    message.config["text"] = "x" * (size - message.ByteSize())
    while message.ByteSize() > size:
        message.config["text"] = message.config["text"][: size - message.ByteSize()]
    assert message.ByteSize() == size
    return TaskTemplate(message)


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (64 * 1024 - 1, []),
        (
            64 * 1024,
            [
                Finding(
                    "warning", "size", "The template has 64.0 KB: over 64 KiB. Of it config.text has 64.0 KB.", REMEDY
                )
            ],
        ),
        (
            1536 * 1024,
            [
                Finding(
                    "error",
                    "size",
                    "The template has 1.5 MB: over 1.5 MiB, etcd's default limit of a request. "
                    "Of it config.text has 1.5 MB.",
                    REMEDY,
                )
            ],
        ),
        (
            4096 * 1024,
            [
                Finding(
                    "error",
                    "size",
                    "The template has 4.0 MB: over 4 MiB, gRPC's default limit of a message. "
                    "Of it config.text has 4.0 MB.",
                    REMEDY,
                )
            ],
        ),
    ],
    ids=["below", "64 KiB", "1.5 MiB", "4 MiB"],
)
def test_a_template_has_to_stay_small(size: int, found: list[Finding]):
    """A warning from 64 KiB on, an error from etcd's and gRPC's limits on."""
    assert checks(template(size)) == found


def test_the_largest_parts_are_named(make):
    """The parts of custom that make most of it, with their sizes, and no others."""
    custom = {"a": "x" * 50_000, "b": {"c": "x" * 40_000}, "d": "x" * 900}
    [found] = checks(make(custom))
    assert found.sentence.endswith(": over 64 KiB. Of it custom.a has 48.8 KB and custom.b has 39.1 KB.")


def test_many_small_items_are_named_together():
    """A list of a thousand rows is one part."""
    message = tasks_pb2.TaskTemplate()
    message.custom.update({"rows": [{"name": "x" * 100} for _ in range(1000)]})
    [(path, size)] = largest(message)
    assert path == "custom.rows"
    assert size > 100_000
