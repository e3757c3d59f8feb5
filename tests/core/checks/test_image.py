from __future__ import annotations

import pytest

from shimnb import Finding, ImageConfig, SerializationSettings, checks

DIGEST = "sha256:" + "0a" * 32
VERSION = "Name a version: a tag such as :1, or a digest."
PULLED = "Write it as ghcr.io/me/sql:1."


@pytest.mark.parametrize(
    "image",
    [
        "ghcr.io/me/sql:1",
        "sql:v1.2_3-rc",
        "localhost:5000/me/my-sql__2:1",
        "GHCR.io/me/sql:1",
        f"ghcr.io/me/sql@{DIGEST}",
        f"ghcr.io/me/sql:1@{DIGEST}",
    ],
)
def test_a_version_and_a_name_are_no_finding(make, image: str):
    """A tag or a digest is a version; a registry may have a port, and capitals."""
    assert checks(make(image=image)) == []


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("localhost:5000/sql", "The image 'localhost:5000/sql' has no tag, so it may change from one run to the next."),
        ("sql", "The image 'sql' has no tag, so it may change from one run to the next."),
        ("sql:latest", "The image 'sql:latest' may change from one run to the next."),
    ],
)
def test_an_image_needs_a_version(make, image: str, sentence: str):
    """None, or latest, is a warning."""
    assert checks(make(image=image)) == [Finding("warning", "container.image", sentence, VERSION)]


def test_a_missing_image_is_a_warning(make):
    """The registration's default one would run the task."""
    assert checks(make(image="")) == [
        Finding(
            "warning",
            "container.image",
            "The task names no image, so the registration's default one would run it.",
            "Name one with your executor in it: --image ghcr.io/me/sql:1.",
        )
    ]


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        ("ghcr.io/me/my sql:1", "there is a space in it"),
        ("sql:1 ", "there is a space in it"),
        ("ghcr.io/Me/sql:1", "'Me' has upper case, and a repository's name has none"),
        ("ghcr.io/me//sql:1", "a part of its name is empty"),
        ("ghcr.io/me/-sql:1", "'-sql' is no part of a repository's name"),
        ("ghcr.io/me/sql:", "'' is no tag"),
        ("ghcr.io/me/sql:a+b", "'a+b' is no tag"),
        ("ghcr.io/me/sql@sha256:0a", "'sha256:0a' is no digest"),
        ("https://ghcr.io/me/sql:1", "'https:' is no registry"),
    ],
)
def test_a_name_that_cannot_be_pulled_is_an_error(make, image: str, problem: str):
    """By the grammar of the registries; the sentence says what is wrong with it."""
    sentence = f"The image {image!r} cannot be pulled: {problem}."
    assert checks(make(image=image)) == [Finding("error", "container.image", sentence, PULLED)]


def test_a_placeholder_waits_for_a_registration(make):
    """Which settings resolve it is said."""
    image = "{{.image.sql.fqn}}:{{.image.default.version}}"
    assert checks(make(image=image)) == [
        Finding(
            "warning",
            "container.image",
            f"The image {image!r} is not resolved yet: only a registration whose ImageConfig has sql and default puts "
            "a name there.",
            "Pass such settings to serialize_to_model, or name the image itself.",
        )
    ]


def test_the_default_images_placeholder_is_a_note(make):
    """Each registration has a default image."""
    assert checks(make(image="{{.image.default}}")) == [
        Finding(
            "note",
            "container.image",
            "The image '{{.image.default}}' is not resolved yet: each registration puts its own default image there.",
            "Name the image itself, if it has to be a certain one.",
        )
    ]


def test_a_placeholder_that_nobody_knows_is_an_error(make):
    """It would stay in the name."""
    assert checks(make(image="{{.registry}}/sql:1")) == [
        Finding(
            "error",
            "container.image",
            "No registration resolves {{.registry}}: it stays in the image's name.",
            "Write {{.image.NAME}}, {{.image.NAME.fqn}} or {{.image.NAME.version}}.",
        )
    ]


def test_a_resolved_placeholder_is_looked_at_as_what_it_became(make):
    """Settings put a name there: a good one is no finding, one without a version is."""
    for image, found in (("ghcr.io/me/sql:2", []), ("ghcr.io/me/sql", ["ghcr.io/me/sql"])):
        task = make(image="{{.image.sql.fqn}}" if found else "{{.image.sql}}")
        config = ImageConfig.from_images("ghcr.io/me/base:1", {"sql": image})
        task.serialize_to_model(SerializationSettings(config, "p", "d", "v"))
        assert [each.sentence for each in checks(task)] == [
            f"The image {name!r} has no tag, so it may change from one run to the next." for name in found
        ]
