"""What a task's constructor takes beside its named parameters, and the checks of what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shimnb.core.deck import DeckField
from shimnb.core.metadata import TaskMetadata
from shimnb.core.security import Secret, SecurityContext
from shimnb.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shimnb.core.documentation import Documentation
    from shimnb.core.interface import Interface

__all__ = ["Options", "checked_environment", "checked_secrets"]

_DECKS = (DeckField.SOURCE_CODE, DeckField.DEPENDENCIES, DeckField.TIMELINE, DeckField.INPUT, DeckField.OUTPUT)


class Options:
    """The keyword arguments of a task, by flytekit's names and with its defaults.

    Parameters
    ----------
    kwargs : dict
        What was given.

    Raises
    ------
    SettingError
        If a name is none of them, or decks are turned on and off at once.
    """

    def __init__(self, kwargs: dict[str, Any]) -> None:
        given = dict(kwargs)
        self.interface: Interface | None = given.pop("interface", None)
        self.metadata: TaskMetadata = given.pop("metadata", None) or TaskMetadata()
        self.task_type_version: int = given.pop("task_type_version", 0)
        docs: Documentation | None = given.pop("docs", None)
        self.docs = _described(docs, self.interface.docstring if self.interface else None)
        enable, disable = given.pop("enable_deck", None), given.pop("disable_deck", None)
        if enable is not None and disable is not None:
            raise SettingError(
                "enable_deck", enable, "enable_deck and disable_deck are both given", "Give enable_deck alone."
            )
        self.enable_deck = bool(enable) if enable is not None else disable is False
        fields = given.pop("deck_fields", _DECKS)
        self.deck_fields = _checked_decks(fields or ()) if self.enable_deck else []
        for name, value in given.items():
            import difflib  # noqa: PLC0415  # only a mistake needs it

            known = ["interface", "metadata", "task_type_version", "docs", "enable_deck", "disable_deck", "deck_fields"]
            near = difflib.get_close_matches(name, known, 1) or known
            raise SettingError(name, value, "no parameter of a task", f"Did you mean {' or '.join(near)}?")


def _described(docs: Documentation | None, docstring: Any) -> Documentation | None:
    """Let an interface's docstring win over the documentation, as flytekit does."""
    if docstring is None:
        return docs
    from shimnb.core.documentation import Description, Documentation  # noqa: PLC0415  # few tasks are documented

    docs = docs or Documentation()
    short = docstring.short_description or docs.short_description
    long = Description(value=docstring.long_description) if docstring.long_description else docs.long_description
    return Documentation(short, long, docs.source_code)


def _checked_decks(fields: Sequence[DeckField]) -> list[DeckField]:
    for field in fields:
        if field not in _DECKS:
            names = ", ".join(f"DeckField.{known.name}" for known in DeckField)
            raise SettingError("deck_fields", field, "no deck field", f"Use {names}.")
    return list(fields)


def checked_environment(environment: Mapping[Any, Any] | None) -> dict[str, str]:
    """Return a copy of environment variables.

    Raises
    ------
    SettingError
        If a name or a value is no str.
    """
    for name, value in (environment or {}).items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise SettingError(
                f"environment {name}", type(value), "an environment variable is a str", "Write str(value)."
            )
    return dict(environment or {})


def checked_secrets(secrets: list[Secret] | None) -> SecurityContext | None:
    """Return the security context of secrets; None for none.

    Raises
    ------
    SettingError
        If one is no Secret. The message holds its type, and not its value:
        somebody may have put the secret itself here.
    """
    if not secrets:
        return None
    for secret in secrets:
        if not isinstance(secret, Secret):
            raise SettingError("secret_requests", type(secret), "no Secret", "Use Secret(group=..., key=...).")
    return SecurityContext(secrets=list(secrets))
