"""What a registration has, or keeps, other than the task here: an older template, decks that it does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shimnb.core.checks.finding import Finding, listed
from shimnb.core.deck import DeckField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.core.checks.subject import Subject

__all__ = ["check_decks", "check_serialized"]


def check_serialized(subject: Subject) -> Iterator[Finding]:
    """Look whether the template has changed since it was last serialized."""
    serialized = subject.task.serialized if subject.task else None
    if serialized is None or subject.template is None:
        return
    before, after = serialized.to_flyte_idl(), subject.template.to_flyte_idl()
    changed = [
        field.name for field in after.DESCRIPTOR.fields if getattr(before, field.name) != getattr(after, field.name)
    ]
    if changed:
        yield Finding(
            "warning",
            ", ".join(changed),
            f"The template has changed since it was serialized, in {listed(changed)}: a registration has the old one.",
            "Call serialize_to_model again, and register what it returns.",
        )


def check_decks(subject: Subject) -> Iterator[Finding]:
    """Note a choice of decks: the template tells only that there are some."""
    if subject.task is None or not subject.task.enable_deck or not subject.task.deck_fields:
        return
    chosen = [field for field in DeckField if field in subject.task.deck_fields]
    if len(chosen) < len(DeckField):
        yield Finding(
            "note",
            "metadata.generates_deck",
            "The template says that a run leaves decks, and not which ones: the container makes them all.",
            "Rely on no deck being left out on a cluster.",
            listed(field.value for field in chosen),
            listed(field.value for field in DeckField),
        )
