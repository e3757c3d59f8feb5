"""Images, resources, secrets, metadata: taken, or refused with the setting's name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flyteidl.core import security_pb2, tasks_pb2

from shimnb import Image, ImageConfig, Resources, ResourceSpec, Secret, SerializationSettings, TaskMetadata
from shimnb.core.images import resolve_image
from shimnb.errors import SettingError

CONFIG = ImageConfig.from_images(
    "ghcr.io/me/base:1", {"sql": "ghcr.io/me/sql@sha256:ab", "bare": "ghcr.io:5000/me/bare"}
)


@pytest.mark.parametrize(
    ("image", "resolved"),
    [
        ("ghcr.io/me/x:2", "ghcr.io/me/x:2"),
        ("", "ghcr.io/me/base:1"),
        (None, "ghcr.io/me/base:1"),
        ("{{.image.default}}", "ghcr.io/me/base:1"),
        ("{{ .images.default.fqn }}:v2", "ghcr.io/me/base:v2"),
        ("{{.image.sql}}", "ghcr.io/me/sql@sha256:ab"),
        ("{{.image.default.fqn}}:{{.image.sql.version}}", "ghcr.io/me/base@sha256:ab"),
        ("{{.image.default.fqn}}-{{.image.sql.version}}", "ghcr.io/me/base-sha256:ab"),
        ("{{.image.bare.fqn}}:{{.image.bare.version}}", "ghcr.io:5000/me/bare:1"),
    ],
)
def test_an_image_reference_is_resolved(image: str | None, resolved: str) -> None:
    """Placeholders by name, fqn and version; a digest is set off by an at sign."""
    assert resolve_image(image, CONFIG) == resolved


@pytest.mark.parametrize(
    ("image", "config", "message"),
    [
        ("{{.image.nope.fqn}}:1", CONFIG, "container_image: the settings have no image named 'nope', got '{{.image.nope.fqn}}'. Add it to the ImageConfig, or write the image's own name."),
        ("{{.image.sql.tag}}", CONFIG, "container_image: an image has no 'tag', got '{{.image.sql.tag}}'. Use .fqn, .version or the name alone."),
        ("", ImageConfig(), "container_image: no image, and the settings have no default one, got ''. Name an image."),
    ],
)  # fmt: skip
def test_an_image_that_is_not_there_is_refused(image: str, config: ImageConfig, message: str) -> None:
    """The error names the placeholder."""
    with pytest.raises(SettingError) as caught:
        resolve_image(image, config)
    assert str(caught.value) == message


def test_an_image_has_one_version() -> None:
    """A tag or a digest, and one of them at least."""
    with pytest.raises(SettingError) as caught:
        Image("x", "ghcr.io/a", tag="1", digest="sha256:ab")
    assert str(caught.value) == "image x: both a tag and a digest, got ('1', 'sha256:ab'). Give one of the two."
    with pytest.raises(SettingError) as caught:
        Image.look_up_image_info("x", "localhost:30000/a")
    assert str(caught.value) == (
        "image x: neither a tag nor a digest, got 'localhost:30000/a'. Add one: ghcr.io/me/sql:1."
    )


def test_settings_for_one_image() -> None:
    """The image is the default one."""
    settings = SerializationSettings.for_image("ghcr.io/me/sql:1", "v1", project="p", domain="d")
    assert settings.image_config.default_image == Image("default", "ghcr.io/me/sql", "1")
    assert (settings.project, settings.domain, settings.version) == ("p", "d", "v1")
    assert not settings.should_fast_serialize()


@pytest.mark.parametrize(
    ("amounts", "message"),
    [
        ({"cpu": True}, "cpu: not an amount, got True"),
        ({"mem": 1.5}, "mem: not an amount, got 1.5"),
        ({"gpu": ["1", None]}, "gpu: not an amount, got ['1', None]"),
        ({"cpu": ("1", "2", "3")}, "cpu: not a (request, limit) pair, got ('1', '2', '3')"),
    ],
)
def test_an_amount_is_a_quantity(amounts: dict[str, Any], message: str) -> None:
    """Anything else names the resource and the value."""
    with pytest.raises(SettingError) as caught:
        Resources(**amounts)
    assert str(caught.value) == (
        f"{message}. Use a Kubernetes quantity, such as '500m', '2' or '4Gi', or a (request, limit) pair of them."
    )


def test_resources_are_written_in_the_engines_order() -> None:
    """Storage, cpu, gpu, memory; a zero is as good as nothing."""
    message = ResourceSpec(Resources(mem="1Gi", cpu=2, ephemeral_storage="5Gi"), Resources(gpu=0)).to_flyte_idl()
    assert [(entry.name, entry.value) for entry in message.requests] == [
        (tasks_pb2.Resources.EPHEMERAL_STORAGE, "5Gi"),
        (tasks_pb2.Resources.CPU, "2"),
        (tasks_pb2.Resources.MEMORY, "1Gi"),
    ]
    assert not message.limits


def test_a_pair_is_no_single_amount() -> None:
    """Pairs are split before they are written."""
    with pytest.raises(SettingError) as caught:
        ResourceSpec(Resources(cpu=("1", "2"))).to_flyte_idl()
    assert str(caught.value) == (
        "cpu: a pair stands where one amount belongs, got ('1', '2'). Give requests and limits one amount each."
    )


def test_a_secret_is_its_names() -> None:
    """Group, key and the way it is mounted, there and back."""
    secret = Secret("warehouse", "password", mount_requirement=Secret.MountType.FILE, env_var="PW")
    message = secret.to_flyte_idl()
    assert message == security_pb2.Secret(group="warehouse", key="password", mount_requirement=2, env_var="PW")
    assert Secret.from_flyte_idl(message) == secret


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"key": "a"}, "secret group: missing, got None. Name the group: Secret(group=..., key=...)."),
        ({"group": "a", "env_var": "a-b"}, "secret env_var: no name of an environment variable, got 'a-b'. Use capital letters, digits and underscores, a letter first."),
    ],
)  # fmt: skip
def test_a_secret_without_its_names_is_refused(fields: dict[str, Any], message: str) -> None:
    """The error names the field."""
    with pytest.raises(SettingError) as caught:
        Secret(**fields)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cache": True}, "cache_version: the cache has no version, got ''. Give cache_version with cache=True."),
        ({"cache_serialize": True}, "cache_serialize: needs the cache, got True. Give cache=True and a cache_version."),
        ({"cache_ignore_input_vars": ("a",)}, "cache_ignore_input_vars: needs the cache, got ('a',). Give cache=True and a cache_version."),
        ({"retries": -1}, "retries: no count of attempts, got -1. Use an int, 0 or more."),
        ({"retries": True}, "retries: no count of attempts, got True. Use an int, 0 or more."),
        ({"timeout": "1h"}, "timeout: no duration, got '1h'. Use a timedelta, or an int in seconds."),
        ({"timeout": -5}, "timeout: a negative duration, got datetime.timedelta(days=-1, seconds=86395). Use zero or more."),
    ],
)  # fmt: skip
def test_metadata_that_makes_no_sense_is_refused(fields: dict[str, Any], message: str) -> None:
    """The error names the field."""
    with pytest.raises(SettingError) as caught:
        TaskMetadata(**fields)
    assert str(caught.value) == message


def test_metadata_tells_unset_from_false() -> None:
    """An interruptible of False is said, None is not."""
    assert not TaskMetadata().to_flyte_idl().HasField("interruptible")
    assert TaskMetadata(interruptible=False).to_flyte_idl().HasField("interruptible")
    assert TaskMetadata(timeout=90).timeout == dt.timedelta(seconds=90)
