"""One input of a form as an object with traits, to be linked with other widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FieldTraits", "Live"]


class Live(traitlets.Dict):
    """A dict that is made anew whenever it is read, and told when a form changes.

    A variable of the notebook, or a file, may change without the form.
    """

    def get(self, obj: Any, cls: Any = None) -> Any:
        """Return the dict as it is now."""
        fresh: Callable[[str], dict[str, Any]] | None = getattr(obj, "_live", None)
        return fresh(str(self.name)) if fresh is not None else super().get(obj, cls)


class FieldTraits(traitlets.HasTraits):
    r"""What one input, or a part of one, holds; made by `FormWidget.field`.

    Parameters
    ----------
    path : str
        The input's name, or a path such as ``rows[2].price``.
    put : callable
        ``put(path, value)`` changes the form.

    Attributes
    ----------
    value : Any
        The Python value. While what the form holds is wrong, it is the last
        one that was right. Setting it changes the form.
    error : str
        What is wrong; empty when nothing is.

    Examples
    --------
    >>> from shimnb import define, form
    >>> made = form(define("def execute(tt, *, n: int = 1) -> int:\n    return n\n", "one"))
    >>> n = made.field("n")
    >>> n.value = 5
    >>> made.value
    {'n': 5}
    """

    value = traitlets.Any()
    error = traitlets.Unicode(read_only=True)

    def __init__(self, path: str, put: Callable[[str, Any], None]) -> None:
        super().__init__()
        self.path = path
        self._put = put
        self._told = False

    def tell(self, value: Any, error: str, *, right: bool) -> None:
        """Take what the form holds now."""
        self._told = True
        try:
            if right:
                self.value = value
            self.set_trait("error", error)
        finally:
            self._told = False

    @traitlets.observe("value")
    def _changed(self, change: Any) -> None:
        if not self._told:
            self._put(self.path, change["new"])
