"""What a registration says of a task in words; no part of its template."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

__all__ = ["Description", "Documentation", "SourceCode"]


class Markup(Enum):
    """The markup of a description."""

    UNKNOWN = 0
    MARKDOWN = 1
    HTML = 2
    RST = 3


@dataclass
class Description:
    """A long description.

    Parameters
    ----------
    value, uri : str, optional
        The text, or where it stands.
    icon_link : str, optional
        The address of a picture.
    format : Description.DescriptionFormat
        The markup of the text.
    """

    DescriptionFormat: ClassVar[type[Markup]] = Markup

    value: str | None = None
    uri: str | None = None
    icon_link: str | None = None
    format: Markup = Markup.RST


@dataclass
class SourceCode:
    """Where a task's source stands.

    Parameters
    ----------
    link : str, optional
        Its address.
    """

    link: str | None = None


@dataclass
class Documentation:
    """What a registration says of a task in words; no part of the template.

    Parameters
    ----------
    short_description : str, optional
        One line.
    long_description : Description, optional
        The rest.
    source_code : SourceCode, optional
        Where it stands.

    Examples
    --------
    >>> Documentation(short_description="Tracks by name.").short_description
    'Tracks by name.'
    """

    short_description: str | None = None
    long_description: Description | None = None
    source_code: SourceCode | None = None
