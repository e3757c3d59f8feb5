"""Every member that the reference lists is there, takes what flytekit's takes, and gives what it gives."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from .cases import members

if TYPE_CHECKING:
    from .peers import Peers

METHODS = [f"{cls}.{name}" for cls, (methods, _) in members.CLASSES.items() for name in methods]
PROPERTIES = [f"{cls}.{name}" for cls, (_, properties) in members.CLASSES.items() for name in properties]


def test_reference_is_counted() -> None:
    """The lists hold the reference's 22 methods and 22 properties of the task, 6 and 3 of the resolver."""
    counts = [(len(set(methods)), len(set(properties))) for methods, properties in members.CLASSES.values()]
    assert counts == [(22, 22), (6, 3)]


@pytest.mark.parametrize("member", METHODS)
def test_method_is_there(peers: Peers, member: str) -> None:
    """A method of the reference is a method here."""
    assert (peers.ours(f"kind: {member}").value, peers.theirs(f"kind: {member}").value) == ("'method'", "'method'")


@pytest.mark.parametrize("member", PROPERTIES)
def test_property_is_there(peers: Peers, member: str) -> None:
    """A property of the reference is a property here."""
    assert (peers.ours(f"kind: {member}").value, peers.theirs(f"kind: {member}").value) == ("'property'", "'property'")


@pytest.mark.parametrize("name", members.SIGNATURES)
def test_parameters_are_flytekits(peers: Peers, name: str) -> None:
    """The parameters have flytekit's names, order and kinds, and a default where flytekit's have one."""
    ours = ast.literal_eval(peers.ours(f"signature: {name}").value)
    theirs = ast.literal_eval(peers.theirs(f"signature: {name}").value)
    assert [parameter[:2] for parameter in ours] == [parameter[:2] for parameter in theirs]
    lacking = [our[0] for our, their in zip(ours, theirs, strict=True) if their[2] and not our[2]]
    assert not lacking, "flytekit has defaults for these"


@pytest.mark.parametrize("name", members.EQUAL)
def test_member_gives_what_flytekits_gives(peers: Peers, name: str) -> None:
    """A member's answer is flytekit's, value for value and message for message."""
    peers.same(f"member: {name}")


def test_command_has_flytekits_options(peers: Peers) -> None:
    """`get_command` is flytekit's but for the program and the resolver."""
    ours = ast.literal_eval(peers.ours("own: get_command").value)
    theirs = ast.literal_eval(peers.theirs("own: get_command").value)
    assert [len(ours), ours[1:8], ours[9:]] == [len(theirs), theirs[1:8], theirs[9:]]


def test_default_resolver_is_importable_by_its_location(peers: Peers) -> None:
    """The default resolver's location is where the default resolver is, so that a container finds it."""
    location = ast.literal_eval(peers.ours("own: default resolver's location").value)
    assert location.startswith("shimnb.")
    assert location.endswith(".default_task_template_resolver")


def test_peer_is_the_version_that_was_measured(peers: Peers) -> None:
    """The comparison is with flytekit 1.16.31, and with no other."""
    assert peers.theirs("own: version").value == "'1.16.31'"
