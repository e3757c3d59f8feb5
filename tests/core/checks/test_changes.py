from __future__ import annotations

import pytest

from shimnb import DeckField, Finding, SerializationSettings, checks

SETTINGS = SerializationSettings.for_image("ghcr.io/me/base:1", "v1")


def test_a_template_that_changed_since_is_a_warning(make):
    """Its top-level fields are named."""
    task = make({"uri": "a"})
    task.serialize_to_model(SETTINGS)
    task.task_config["uri"] = "b"
    task.environment["MUSIC"] = "1"
    assert checks(task)[0] == Finding(
        "warning",
        "custom, container",
        "The template has changed since it was serialized, in custom and container: a registration has the old one.",
        "Call serialize_to_model again, and register what it returns.",
    )


def test_a_template_that_is_the_same_is_no_finding(make):
    """Neither before it is serialized, nor after, nor after it was serialized again."""
    task = make({"uri": "a"})
    assert checks(task) == []
    task.serialize_to_model(SETTINGS)
    assert checks(task) == []
    task.task_config["uri"] = "b"
    task.serialize_to_model(SETTINGS)
    assert checks(task) == []


def test_chosen_decks_are_a_note(make):
    """The template does not tell them."""
    found = checks(make(enable_deck=True, deck_fields=[DeckField.INPUT, DeckField.SOURCE_CODE]))
    assert found[0] == Finding(
        "note",
        "metadata.generates_deck",
        "The template says that a run leaves decks, and not which ones: the container makes them all.",
        "Rely on no deck being left out on a cluster.",
        "Input and Source Code",
        "Input, Output, Source Code, Timeline and Dependencies",
    )


@pytest.mark.parametrize("given", [{}, {"enable_deck": True}, {"enable_deck": False, "deck_fields": [DeckField.INPUT]}])
def test_the_usual_decks_are_no_finding(make, given):
    """All of them, or none, is what the template tells."""
    assert [each for each in checks(make(**given)) if "which ones" in each.sentence] == []
