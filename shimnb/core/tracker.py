"""Where an object can be imported from: found by looking, when somebody asks."""

from __future__ import annotations

import sys

from shimnb.errors import DefinitionError

__all__ = ["TrackedInstance"]


class TrackedInstance:
    """An object that knows the module and the variable that hold it.

    The modules are searched when they are asked for, so an object may be put
    into its variable at any time after it was made. A notebook's own namespace
    counts last: nothing can be imported from it.
    """

    _found: tuple[str, str] | None = None

    def _find(self) -> tuple[str, str] | None:
        first = [type(self).__module__]
        last = ["__main__"]
        between = [name for name in list(sys.modules) if name not in {*first, *last}]
        for module_name in first + between + last:
            variables: dict[str, object] = getattr(sys.modules.get(module_name), "__dict__", None) or {}
            for name, value in list(variables.items()):
                if value is self and not name.startswith("_"):
                    self._found = (module_name, name)
                    return self._found
        return None

    @property
    def instantiated_in(self) -> str | None:
        """The module whose variable holds the object; None when none does."""
        found = self._found or self._find()
        return found[0] if found else None

    @property
    def lhs(self) -> str:
        """The variable that holds the object; see `find_lhs`."""
        return self.find_lhs()

    def find_lhs(self) -> str:
        """Return the variable that holds the object.

        Raises
        ------
        DefinitionError
            If no module has such a variable.

        Examples
        --------
        >>> from shimnb.core.resolver import default_task_template_resolver
        >>> default_task_template_resolver.find_lhs()
        'default_task_template_resolver'
        """
        found = self._found or self._find()
        if found is None:
            raise DefinitionError(
                "no module holds this object in a variable",
                where=type(self).__name__,
                remedy="Assign it to a variable at the top level of a module.",
            )
        return found[1]

    @property
    def location(self) -> str:
        """The path by which the object is imported, ``module.variable``."""
        variable = self.find_lhs()
        return f"{self.instantiated_in}.{variable}"
