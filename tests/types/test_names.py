"""How types are shown and told apart."""

from __future__ import annotations

import datetime as dt
import enum
import typing
from typing import Annotated, Any, Dict, List, Optional, Union  # noqa: UP035  # the old names are tested too

import pytest

from shimnb.core.types import type_name
from shimnb.core.types.names import type_key


class Color(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("t", "name"),
    [
        (int, "int"),
        (None, "None"),
        (type(None), "None"),
        (Color, "Color"),
        (dt.datetime, "datetime"),
        (list[int], "list[int]"),
        (List[int], "list[int]"),  # noqa: UP006
        (List, "list"),  # noqa: UP006
        (Dict[str, Optional[int]], "dict[str, int | None]"),  # noqa: UP006, UP045
        (int | None, "int | None"),
        (Union[int, str], "int | str"),  # noqa: UP007
        (Annotated[int, "note"], "int"),
        (typing.Literal["a", 1], "Literal['a', 1]"),
        (Any, "Any"),
        (tuple[int, ...], "tuple[int, ...]"),
        ("Color", "Color"),
    ],
)
def test_a_type_is_shown_as_it_is_written(t: Any, name: str) -> None:
    """The name is Python's own spelling, without modules."""
    assert type_name(t) == name


def test_the_order_of_variants_tells_types_apart() -> None:
    """`int | str == str | int` in Python, but not in a table of converters."""
    assert type_key(list[int | str]) != type_key(list[str | int])


def test_old_and_new_spellings_are_one_type() -> None:
    """`List[int]` and `list[int]` convert alike."""
    assert type_key(List[Optional[int]]) == type_key(list[int | None])  # noqa: UP006, UP045
