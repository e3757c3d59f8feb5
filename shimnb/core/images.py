"""Container images, and the names by which a registration chooses among them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shimnb.core.value import Value
from shimnb.errors import SettingError

__all__ = ["Image", "ImageConfig", "resolve_image"]

_PLACEHOLDER = r"(?i)(\{\{\s*\.images?\.([a-z0-9_-]+)(?:\.([a-z0-9_-]+))?\s*\}\})"


@dataclass(frozen=True, repr=False, eq=False)
class Image(Value):
    """A container image with a name of its own.

    Parameters
    ----------
    name : str
        The name that ``{{.image.NAME}}`` refers to.
    fqn : str
        The fully qualified name, without a tag: ``ghcr.io/me/sql``.
    tag, digest : str, optional
        The version, one way or the other.

    Raises
    ------
    SettingError
        If both a tag and a digest are given.

    Examples
    --------
    >>> Image("sql", "ghcr.io/me/sql", tag="1").full
    'ghcr.io/me/sql:1'
    """

    name: str
    fqn: str
    tag: str | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        if self.tag is not None and self.digest is not None:
            raise SettingError(
                f"image {self.name}", (self.tag, self.digest), "both a tag and a digest", "Give one of the two."
            )

    def __hash__(self) -> int:  # type: ignore[override]  # it is frozen, and so it has one
        return hash((self.name, self.fqn, self.tag, self.digest))

    @property
    def full(self) -> str:
        """The whole name: with ``@`` before a digest, ``:`` before a tag."""
        return f"{self.fqn}@{self.digest}" if self.digest else f"{self.fqn}:{self.tag}"

    @property
    def version(self) -> str | None:
        """The digest, or else the tag."""
        return self.digest or self.tag

    @staticmethod
    def look_up_image_info(name: str, image_identifier: str, allow_no_tag_or_digest: bool = False) -> Image:  # noqa: FBT001, FBT002  # flytekit's signature
        """Read an image's identifier, such as ``ghcr.io/me/sql:1``.

        Raises
        ------
        SettingError
            If it has neither tag nor digest, unless that is allowed.
        """
        fqn, at, digest = image_identifier.rpartition("@")
        if at:
            return Image(name, fqn, digest=digest)
        fqn, colon, tag = image_identifier.rpartition(":")
        if colon and "/" not in tag:
            return Image(name, fqn, tag=tag)
        if not allow_no_tag_or_digest:
            raise SettingError(
                f"image {name}", image_identifier, "neither a tag nor a digest", "Add one: ghcr.io/me/sql:1."
            )
        return Image(name, image_identifier)


@dataclass(frozen=True, repr=False, eq=False)
class ImageConfig(Value):
    """The images that a registration knows.

    Parameters
    ----------
    default_image : Image, optional
        The one for a task without an image.
    images : list of Image, optional
        The ones that ``{{.image.NAME...}}`` may refer to.

    Examples
    --------
    >>> config = ImageConfig.from_images("ghcr.io/me/base:1", {"sql": "ghcr.io/me/sql:2"})
    >>> config.find_image("sql").full
    'ghcr.io/me/sql:2'
    """

    default_image: Image | None = None
    images: list[Image] | None = None

    def find_image(self, name: str) -> Image | None:
        """Return the image of that name, the default one first."""
        known = ([self.default_image] if self.default_image else []) + (self.images or [])
        return next((image for image in known if image.name == name), None)

    @classmethod
    def create_from(cls, default_image: Image | None, other_images: list[Image] | None = None) -> ImageConfig:
        """Make a configuration of a default image and others.

        Raises
        ------
        SettingError
            If the default image is no Image.
        """
        if default_image is not None and not isinstance(default_image, Image):
            raise SettingError("default_image", default_image, "no Image", "Use Image.look_up_image_info(name, text).")
        return cls(default_image, ([default_image] if default_image else []) + (other_images or []))

    @classmethod
    def from_images(cls, default_image: str | None, m: dict[str, str] | None = None) -> ImageConfig:
        """Make a configuration of image identifiers, the default one named ``default``."""
        default = Image.look_up_image_info("default", default_image) if default_image else None
        others = [Image.look_up_image_info(k, v, allow_no_tag_or_digest=True) for k, v in (m or {}).items()]
        return cls.create_from(default, others)

    @classmethod
    def auto(cls, config_file: str | None = None, img_name: str | None = None) -> ImageConfig:
        """Make a configuration of one image's identifier.

        Raises
        ------
        SettingError
            If a configuration file is given: shimnb reads none.
        """
        if config_file is not None:
            raise SettingError("config_file", config_file, "shimnb reads no file", "Use ImageConfig.from_images.")
        return cls.create_from(Image.look_up_image_info("default", img_name) if img_name else None)


def resolve_image(image: str | None, config: ImageConfig) -> str:
    """Replace the ``{{.image.NAME}}`` placeholders of an image's name.

    Parameters
    ----------
    image : str or None
        A name, with ``{{.image.NAME}}``, ``{{.image.NAME.fqn}}`` or
        ``{{.image.NAME.version}}`` in it. Empty or None is the default image.
    config : ImageConfig
        The images that the names refer to.

    Raises
    ------
    SettingError
        If a name is not known, or there is no default image.

    Examples
    --------
    >>> config = ImageConfig.from_images("ghcr.io/me/base:1", {"sql": "ghcr.io/me/sql:2"})
    >>> resolve_image("{{.image.sql.fqn}}:{{.image.default.version}}", config)
    'ghcr.io/me/sql:1'
    """
    if not image:
        if config.default_image is None:
            raise SettingError(
                "container_image", image, "no image, and the settings have no default one", "Name an image."
            )
        return config.default_image.full
    if "{{" not in image:
        return image
    for placeholder, name, attribute in re.findall(_PLACEHOLDER, image):
        found = config.find_image(name)
        if found is None:
            raise SettingError(
                "container_image",
                placeholder,
                f"the settings have no image named {name!r}",
                "Add it to the ImageConfig, or write the image's own name.",
            )
        image = _replace(image, placeholder, attribute, found, config)
    return image


def _replace(image: str, placeholder: str, attribute: str, found: Image, config: ImageConfig) -> str:
    if not attribute:
        return image.replace(placeholder, found.full)
    if attribute == "fqn":
        return image.replace(placeholder, found.fqn)
    if attribute != "version":
        raise SettingError(
            "container_image", placeholder, f"an image has no {attribute!r}", "Use .fqn, .version or the name alone."
        )
    version = found.version or (config.default_image.version if config.default_image else None)
    if version is None:
        raise SettingError(
            "container_image", placeholder, f"the image {found.name!r} has no version", "Give it a tag or a digest."
        )
    # A digest is set off by "@", a tag by ":".
    if ":" in version and f":{placeholder}" in image:
        return image.replace(f":{placeholder}", f"@{version}")
    return image.replace(placeholder, version)
