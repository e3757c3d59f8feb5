"""The template of a task is the one that flytekit's registration sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from flyteidl.core import tasks_pb2

from .cases import templates
from .difference import difference

if TYPE_CHECKING:
    from .peers import Peers

ARGS = [
    "--inputs",
    "{{.input}}",
    "--output-prefix",
    "{{.outputPrefix}}",
    "--raw-output-data-prefix",
    "{{.rawOutputDataPrefix}}",
    "--resolver",
]
# The command, and the resolver after "--resolver": the two places where a library's own name stands.
OWN_ARGS = (0, 1 + len(ARGS))


def shared(template: tasks_pb2.TaskTemplate) -> tasks_pb2.TaskTemplate:
    """Copy a template without the library's own names: its command, its resolver, its version."""
    copy = tasks_pb2.TaskTemplate()
    copy.CopyFrom(template)
    copy.metadata.runtime.version = ""
    if copy.HasField("container"):
        for index in OWN_ARGS:
            copy.container.args[index] = ""
    return copy


def assert_same_template(peers: Peers, case: str) -> None:
    """Fail with the fields that differ, unless the templates agree in all but the library's own names."""
    ours = cast("tasks_pb2.TaskTemplate", peers.ours(case).message)
    theirs = cast("tasks_pb2.TaskTemplate", peers.theirs(case).message)
    lines = difference(shared(ours), shared(theirs))
    assert not lines, "\n".join([case, *lines])


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_template_is_flytekits(peers: Peers, name: str) -> None:
    """Every field but the library's own names is equal, whatever the task sets."""
    assert_same_template(peers, f"template: {name}")


@pytest.mark.parametrize("name", templates.TARGETS)
def test_template_without_container_is_flytekits(peers: Peers, name: str) -> None:
    """A pod and a statement take the container's place as they do in flytekit."""
    assert_same_template(peers, f"template: {name}")


def test_command_is_this_librarys_own(peers: Peers) -> None:
    """The command differs in its program and its resolver, and in nothing else."""
    ours = cast("tasks_pb2.TaskTemplate", peers.ours("template: plain").message)
    theirs = cast("tasks_pb2.TaskTemplate", peers.theirs("template: plain").message)
    loader = ["--", "{{.taskTemplatePath}}", "subjects.Echo"]
    resolver = peers.ours("own: default resolver's location").value.strip("'")
    assert list(ours.container.args) == ["shimnb-execute", *ARGS, resolver, *loader]
    assert list(theirs.container.args) == [
        "pyflyte-execute",
        *ARGS,
        "flytekit.core.python_customized_container_task.default_task_template_resolver",
        *loader,
    ]


def test_runtime_is_this_librarys_own(peers: Peers) -> None:
    """The runtime's version is the library's; its type and flavour are flytekit's."""
    ours = cast("tasks_pb2.TaskTemplate", peers.ours("template: plain").message)
    theirs = cast("tasks_pb2.TaskTemplate", peers.theirs("template: plain").message)
    version = peers.ours("own: version").value.strip("'")
    runtime = tasks_pb2.RuntimeMetadata
    assert ours.metadata.runtime == runtime(type=runtime.FLYTE_SDK, version=version, flavor="python")
    assert theirs.metadata.runtime == runtime(type=runtime.FLYTE_SDK, version="1.16.31", flavor="python")


@pytest.mark.parametrize("name", templates.NUMBERS)
def test_number_is_an_amount(peers: Peers, name: str) -> None:
    """A number is the amount that its text is, where flytekit's container takes no number."""
    assert_same_template_as_text(peers, name)
    assert peers.theirs(f"number: {name}").error.startswith("TypeError")


def assert_same_template_as_text(peers: Peers, name: str) -> None:
    """Fail unless our template of the number is flytekit's template of the text."""
    ours = cast("tasks_pb2.TaskTemplate", peers.ours(f"number: {name}").message)
    theirs = cast("tasks_pb2.TaskTemplate", peers.theirs(f"text: {name}").message)
    assert difference(shared(ours), shared(theirs)) == []


@pytest.mark.parametrize("name", templates.DOCUMENTATION)
def test_documentation_is_flytekits(peers: Peers, name: str) -> None:
    """What registration sends beside the template: the documentation, given or read from a docstring."""
    if name == "template with docs":
        assert_same_template(peers, f"docs: {name}")
    else:
        peers.same(f"docs: {name}")
