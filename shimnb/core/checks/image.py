"""The image: that it is named, that its name is one, and that it does not change by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shimnb.core.checks.finding import Finding, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.core.checks.subject import Subject

__all__ = ["check_image"]

_PATH = "container.image"
_VERSION = "Name a version: a tag such as :1, or a digest."
# Texts, and compiled when one is used: a panel waits for the checks, and most names need few of them.
_PLACEHOLDER = r"\{\{.*?\}\}"
_KNOWN = r"(?i)\{\{\s*\.images?\.([a-z0-9_-]+)(?:\.[a-z0-9_-]+)?\s*\}\}"
# The grammar of the registries' reference implementation, distribution/reference.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG = r"(?a)\w[\w.-]{0,127}"
_DIGEST = r"(?a)sha256:[0-9a-f]{64}|(?!sha256:)[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,}"
_DOMAIN = r"[A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?"


def check_image(subject: Subject) -> Iterator[Finding]:
    """Look at the image, as the task names it or as the last registration's settings resolved it."""
    template, task = subject.template, subject.task
    container = template.container if template else None
    if container is None:
        return
    image = container.image
    if task is not None and task.settings is task.SERIALIZE_SETTINGS:
        # Placeholder settings resolve nothing; their own image is no image.
        image = task.container_image or ""
    if not image:
        yield Finding(
            "warning",
            _PATH,
            "The task names no image, so the registration's default one would run it.",
            "Name one with your executor in it: --image ghcr.io/me/sql:1.",
        )
    elif re.search(_PLACEHOLDER, image):
        yield _placeholder(image)
    else:
        yield from _name(image)


def _placeholder(image: str) -> Finding:
    unknown = [each for each in re.findall(_PLACEHOLDER, image) if not re.fullmatch(_KNOWN, each)]
    if unknown:
        return Finding(
            "error",
            _PATH,
            f"No registration resolves {listed(unknown)}: it stays in the image's name.",
            "Write {{.image.NAME}}, {{.image.NAME.fqn}} or {{.image.NAME.version}}.",
        )
    names = list(dict.fromkeys(re.findall(_KNOWN, image)))
    subject = f"The image {image!r} is not resolved yet"
    if names == ["default"]:
        sentence = f"{subject}: each registration puts its own default image there."
        return Finding("note", _PATH, sentence, "Name the image itself, if it has to be a certain one.")
    return Finding(
        "warning",
        _PATH,
        f"{subject}: only a registration whose ImageConfig has {listed(names)} puts a name there.",
        "Pass such settings to serialize_to_model, or name the image itself.",
    )


def _name(image: str) -> Iterator[Finding]:
    problem = _malformed(image)
    name, _, digest = image.partition("@")
    _, colon, tag = name.rpartition(":")
    if problem:
        yield Finding(
            "error", _PATH, f"The image {image!r} cannot be pulled: {problem}.", "Write it as ghcr.io/me/sql:1."
        )
    elif digest:
        return
    elif not colon or "/" in tag:
        sentence = f"The image {image!r} has no tag, so it may change from one run to the next."
        yield Finding("warning", _PATH, sentence, _VERSION)
    elif tag == "latest":
        yield Finding("warning", _PATH, f"The image {image!r} may change from one run to the next.", _VERSION)


def _malformed(image: str) -> str:
    """Word what keeps a text from being an image's name; empty when nothing does."""
    if any(character.isspace() for character in image):
        return "there is a space in it"
    name, at, digest = image.partition("@")
    if at and not re.fullmatch(_DIGEST, digest):
        return f"{digest!r} is no digest"
    parts = name.split("/")
    parts[-1], colon, tag = parts[-1].partition(":")
    if colon and not re.fullmatch(_TAG, tag):
        return f"{tag!r} is no tag"
    first = parts[0]
    # The first part is a registry if it looks like one.
    if len(parts) > 1 and (set(first) & set(".:") or first == "localhost" or first != first.lower()):
        parts = parts[1:]
        if not re.fullmatch(_DOMAIN, first):
            return f"{first!r} is no registry"
    return next((problem for problem in map(_odd, parts) if problem), "")


def _odd(part: str) -> str:
    if part != part.lower():
        return f"{part!r} has upper case, and a repository's name has none"
    if not part:
        return "a part of its name is empty"
    return "" if re.fullmatch(_COMPONENT, part) else f"{part!r} is no part of a repository's name"
