# ruff: noqa: ICN001, UP007  # the cases use the modules by their own names, and the old spelling of a union
"""What only the cases of the differences are about."""
# No ``from __future__ import annotations``: both libraries read the annotations as they are.

import dataclasses
import datetime
import enum
import typing
from dataclasses import dataclass
from typing import Optional, Union

import pydantic


class Unknown:
    """A class that no library knows."""


class Hue(enum.Enum):
    """An enum whose values are those of no other."""

    WARM = "warm"


@dataclass
class Tree:
    """A dataclass that contains itself."""

    left: Optional["Tree"] = None


@dataclass
class Seeded:
    """A dataclass with a parameter that is no field."""

    x: int = 0
    seed: dataclasses.InitVar[int] = 0


@dataclass
class Shared:
    """A dataclass with a variable of the class's own."""

    x: int = 0
    unit: typing.ClassVar[str] = "m"


@dataclass
class Typed:
    """A dataclass whose fields are checked, or are not."""

    n: int = 0


@dataclass
class Left:
    """One of two dataclasses of equal fields."""

    x: int = 0


@dataclass
class Right:
    """The other one."""

    x: int = 0


@dataclass
class Waits:
    """A dataclass with a union that msgpack does not tell apart."""

    wait: Union[datetime.timedelta, int] = 0


@dataclass
class Opens:
    """A dataclass with a union of a date and a number."""

    at: Union[int, datetime.date] = 0


@dataclass
class Since:
    """A dataclass whose default mashumaro leaves as it is."""

    at: Union[str, datetime.datetime] = datetime.datetime(2024, 1, 1)


@dataclass
class Marked:
    """A dataclass with a union of an annotated type."""

    n: Union[typing.Annotated[int, "a note"], str] = 0


@dataclass
class Keyed:
    """A dataclass of which a guess shows how much an interface tells."""

    hue: Hue = Hue.WARM
    days: dict[int, datetime.date] = dataclasses.field(default_factory=dict)


class Reading(pydantic.BaseModel):
    """A pydantic model of one number."""

    value: float = 0.0


@dataclass
class Series:
    """A dataclass with a model in it."""

    first: Reading = dataclasses.field(default_factory=Reading)


ABROAD = datetime.datetime(2024, 1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5)))
