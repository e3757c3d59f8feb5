"""What a registration adds to a task: project, domain, version, images, environment."""

from __future__ import annotations

from dataclasses import dataclass

from shimnb.core.images import Image, ImageConfig
from shimnb.core.resources import ResourceSpec  # noqa: TC001  # a field's type is read at run time
from shimnb.core.value import Value

__all__ = ["FastSerializationSettings", "SerializationSettings"]


@dataclass(repr=False, eq=False)
class FastSerializationSettings(Value):
    """Whether, and from where, code is sent beside the image.

    Parameters
    ----------
    enabled : bool
        Whether it is; a shim task has no code beside its image, so this
        changes nothing in its template.
    destination_dir, distribution_location : str, optional
        Where to, and where from.
    """

    enabled: bool = False
    destination_dir: str | None = None
    distribution_location: str | None = None


@dataclass(repr=False, eq=False)
class SerializationSettings(Value):
    """What a registration adds to a task's template.

    Parameters
    ----------
    image_config : ImageConfig
        The images that placeholders refer to.
    project, domain, version : str, optional
        The rest of the task's identifier.
    env : dict of str, optional
        Environment variables of every container; a task's own win.
    default_resources : ResourceSpec, optional
        Kept, and not used by shim tasks.
    git_repo, python_interpreter, flytekit_virtualenv_root, source_root : str, optional
        Kept, and not used by shim tasks.
    fast_serialization_settings : FastSerializationSettings, optional
        Kept, and not used by shim tasks.

    Examples
    --------
    >>> settings = SerializationSettings.for_image("ghcr.io/me/sql:1", version="v1", project="music")
    >>> settings.image_config.default_image.full
    'ghcr.io/me/sql:1'
    """

    image_config: ImageConfig
    project: str | None = None
    domain: str | None = None
    version: str | None = None
    env: dict[str, str] | None = None
    default_resources: ResourceSpec | None = None
    git_repo: str | None = None
    python_interpreter: str = "/opt/venv/bin/python3"
    flytekit_virtualenv_root: str | None = None
    fast_serialization_settings: FastSerializationSettings | None = None
    source_root: str | None = None

    @classmethod
    def for_image(
        cls,
        image: str,
        version: str,
        project: str = "",
        domain: str = "",
        python_interpreter_path: str = "/opt/venv/bin/python3",
    ) -> SerializationSettings:
        """Make settings with one image, the default one."""
        return cls(
            image_config=ImageConfig(default_image=Image.look_up_image_info("default", image)),
            project=project,
            domain=domain,
            version=version,
            python_interpreter=python_interpreter_path,
        )

    def should_fast_serialize(self) -> bool:
        """Tell whether code is sent beside the image."""
        return self.fast_serialization_settings is not None and self.fast_serialization_settings.enabled
