"""What the settings' dataclasses have in common, written once instead of compiled for each."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from dataclasses import Field

__all__ = ["Value"]


class Value:
    """A base for ``@dataclass(repr=False, eq=False)``: a repr and an equality over the fields.

    A dataclass compiles these for every class while it is imported; ten
    classes of them were a tenth of what importing shimnb costs.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(repr=False, eq=False)
    ... class Point(Value):
    ...     x: int = 1
    >>> Point(), Point() == Point(1)
    (Point(x=1), True)
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __repr__(self) -> str:
        values = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))
        return f"{type(self).__qualname__}({values})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, field.name) == getattr(other, field.name) for field in fields(self))

    __hash__ = None  # type: ignore[assignment]  # as a dataclass that can be changed
