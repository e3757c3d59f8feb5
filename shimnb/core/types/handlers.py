"""Who writes and who reads a dataframe: a table by class, storage and format."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from shimnb.core.types.columns import titled
from shimnb.core.types.transformer import Misfit
from shimnb.errors import TypeEngineError

__all__ = ["ANY_STORAGE", "DECODERS", "DEFAULT_FORMATS", "DEFAULT_STORAGES", "ENCODERS", "HandlerTable", "load_for"]

ANY_STORAGE = "fsspec"  # flytekit's name for handlers of every protocol

# The library of a dataframe -> the module with its handlers, imported when a dataframe of it is first met.
_HOMES = dict.fromkeys(("pandas", "polars", "pyarrow"), "shimnb.core.types.frames")
_loaded: set[str] = set()
_lock = threading.RLock()
DEFAULT_FORMATS: dict[Any, str] = {}
DEFAULT_STORAGES: dict[Any, str] = {}


def load_for(cls: type) -> None:
    """Register shimnb's own handlers of a class's library, once."""
    for base in cls.__mro__:
        library = base.__module__.partition(".")[0]
        if library not in _HOMES:
            continue
        with _lock:
            if library not in _loaded:
                # First, since registering comes back here.
                _loaded.add(library)
                getattr(import_module(_HOMES[library]), f"register_{library}")()


class HandlerTable:
    """Handlers of one kind: by class, then storage, then format.

    Parameters
    ----------
    kind : str
        ``"encoder"`` or ``"decoder"``, for messages.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.by_class: dict[Any, dict[str, dict[str, Any]]] = {}

    def add(self, handler: Any, *, override: bool) -> str:
        """Put a handler into the table, and give its storage.

        Raises
        ------
        TypeEngineError
            If there is one for the same class, storage and format.
        """
        load_for(handler.python_type)
        storage = handler.protocol or ANY_STORAGE
        storage = "file" if storage == "/" else storage
        formats = self.by_class.setdefault(handler.python_type, {}).setdefault(storage, {})
        if handler.supported_format in formats and not override:
            where = f"{titled(handler.python_type)}, {storage}, {handler.supported_format or 'any format'}"
            what = f"this {self.kind} was registered before"
            raise TypeEngineError(what, where=where, remedy="Pass override=True to take its place.")
        formats[handler.supported_format] = handler
        return storage

    def knows(self, cls: type) -> bool:
        """Tell whether there are handlers for a class, or for one that it derives from."""
        return self._base(cls) is not None

    def _base(self, cls: type) -> Any:
        load_for(cls)
        return next((base for base in cls.__mro__ if base in self.by_class), None)

    def find(self, cls: type, protocol: str, wanted: str) -> Any:
        """Give the handler of a class, storage and format, the most special one.

        Parameters
        ----------
        cls : type
            The dataframe's class, or a subclass of it.
        protocol : str
            The storage; ``"file"`` for local paths.
        wanted : str
            The format; empty for the class's own.

        Raises
        ------
        Misfit
            If there is none; it lists the formats that there are.
        """
        base = self._base(cls)
        if base is None:
            known = ", ".join(sorted({titled(known) for known in self.by_class})) or "none yet"
            remedy = f"Register one with StructuredDatasetTransformerEngine.register; there are some for: {known}."
            raise Misfit(f"no {self.kind} for {titled(cls)}", remedy)
        default = DEFAULT_FORMATS.get(base, "")
        own, general = (self.by_class[base].get(storage, {}) for storage in (protocol, ANY_STORAGE))
        # What is written for this storage alone knows it better than what is written for all.
        found = own.get(wanted) or own.get("") or own.get(default) or general.get(wanted) or general.get("")
        if found is None:
            found = (not wanted and general.get(default)) or _only(own) or (not wanted and _only(general))
        if not found:
            what = f"no {self.kind} of {titled(cls)} for {protocol}, format {wanted!r}"
            raise Misfit(what, f"The formats are: {', '.join(sorted(own.keys() | general.keys())) or 'none'}.")
        return found


def _only(formats: dict[str, Any]) -> Any:
    return next(iter(formats.values())) if len(formats) == 1 else None


ENCODERS = HandlerTable("encoder")
DECODERS = HandlerTable("decoder")
