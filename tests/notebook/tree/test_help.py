"""The table of help: a line for every field that a template can have, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import tasks_pb2

from shimnb.notebook.tree.help import HELP
from shimnb.notebook.tree.nodes import template_node

if TYPE_CHECKING:
    from collections.abc import Iterator


def reachable(descriptor: Any, seen: set[str]) -> Iterator[Any]:
    """Give every field of a message and of those below it; an entry of a map is told by the map."""
    if descriptor.full_name in seen:
        return
    seen.add(descriptor.full_name)
    for field in descriptor.fields:
        if not descriptor.GetOptions().map_entry:
            yield field
        if field.message_type is not None:
            yield from reachable(field.message_type, seen)


FIELDS = {field.full_name: field for field in reachable(tasks_pb2.TaskTemplate.DESCRIPTOR, set())}


def test_every_field_of_a_template_has_a_line() -> None:
    """A field of a new flyteidl fails here until it has one."""
    assert sorted(FIELDS.keys() - HELP.keys()) == []


def test_no_line_is_for_a_field_that_is_not_there() -> None:
    """A name that flyteidl does not have helps nobody."""
    assert sorted(HELP.keys() - FIELDS.keys()) == []


@pytest.mark.parametrize("name", sorted(HELP))
def test_a_line_is_a_sentence_that_fits(name: str) -> None:
    """It begins with a capital, or a name, ends with a full stop, and fits into a line."""
    line = HELP[name]
    assert line.endswith(".")
    assert 3 < len(line) <= 110, line
    assert line[0].isupper()


def test_a_field_s_row_has_its_line() -> None:
    """What it is for, and where it stands, are said where it is read."""
    template = tasks_pb2.TaskTemplate(container=tasks_pb2.Container(image="img:1", command=["run"]))
    [container] = template_node(template).children()
    assert container.help == "The container that runs the task: image, command line, resources, environment."
    assert container.tip == (
        "field 6 of flyteidl.core.TaskTemplate: flyteidl.core.Container, one of container, k8s_pod, sql (oneof target)"
    )
    image, command = container.children()
    assert image.help == HELP["flyteidl.core.Container.image"]
    assert command.children()[0].help == HELP["flyteidl.core.Container.command"]
