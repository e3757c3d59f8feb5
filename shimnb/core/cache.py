"""The cache of runs on this machine: outputs by task, version, interface and inputs, in one SQLite file.

The file is opened for each look-up and each entry, so that threads, forks and
other kernels share it, and SQLite's own locks keep them apart. It has no
write-ahead log: a user's cache folder may lie on a network's file system.
"""

from __future__ import annotations

import os
import sqlite3
import warnings
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2
from google.protobuf.message import DecodeError

from shimnb.core.types.binary import loads
from shimnb.core.types.transformer import Misfit
from shimnb.errors import CacheError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flyteidl.core import interface_pb2

    from shimnb.core.metadata import TaskMetadata

__all__ = ["CachedRun", "LocalTaskCache"]

_FILE = "local-cache.sqlite3"
_MOST_FILES = 10_000
_WAIT = 30.0  # seconds, for another kernel's entry to be written; that takes milliseconds
_OFF = frozenset({"", "0", "false", "no", "off"})
_TABLE = "CREATE TABLE IF NOT EXISTS outputs (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
_CLEAR = "Mend it with LocalTaskCache.clear()."
_WRITABLE = "Make it writable, or turn the cache off with FLYTE_LOCAL_CACHE_ENABLED=false."


class LocalTaskCache:
    """Outputs of runs on this machine, for tasks with ``TaskMetadata(cache=True, cache_version=...)``.

    Notes
    -----
    An entry is found again by the task's name, its cache version, its
    interface and its inputs. An input with a hash counts by its hash, and one
    of ``cache_ignore_input_vars`` not at all; a file of this machine counts
    by its path, its size and the time of its last change. The key is a
    digest: no input stands in it in clear. The outputs do stand in the file,
    which only its user may read.

    ``FLYTE_LOCAL_CACHE_ENABLED=false`` turns the cache off, and
    ``FLYTE_LOCAL_CACHE_OVERWRITE=true`` runs each task anew and keeps the new
    outputs; both are flytekit's.

    Examples
    --------
    >>> LocalTaskCache.enabled()
    True
    """

    @staticmethod
    def path() -> str:
        """Return the file: in the user's cache folder, such as ``~/.cache/shimnb``."""
        import platformdirs  # noqa: PLC0415  # for tasks with a cache only

        return os.path.join(platformdirs.user_cache_dir("shimnb", appauthor=False), _FILE)

    @staticmethod
    def enabled() -> bool:
        """Tell whether the cache is used: ``FLYTE_LOCAL_CACHE_ENABLED``, true when it is not set."""
        return os.environ.get("FLYTE_LOCAL_CACHE_ENABLED", "true").lower() not in _OFF

    @staticmethod
    def overwrite() -> bool:
        """Tell whether outputs are made anew: ``FLYTE_LOCAL_CACHE_OVERWRITE``, false when it is not set."""
        return os.environ.get("FLYTE_LOCAL_CACHE_OVERWRITE", "").lower() not in _OFF

    @staticmethod
    def get(
        task_name: str,
        cache_version: str,
        input_literal_map: literals_pb2.LiteralMap,
        cache_ignore_input_vars: Sequence[str] = (),
        interface: interface_pb2.TypedInterface | None = None,
    ) -> literals_pb2.LiteralMap | None:
        """Return the outputs of an earlier run, as a message of one's own.

        Parameters
        ----------
        task_name, cache_version : str
            The task, and the version of its results.
        input_literal_map : flyteidl.core.literals_pb2.LiteralMap
            The inputs.
        cache_ignore_input_vars : sequence of str
            Inputs that do not count.
        interface : flyteidl.core.interface_pb2.TypedInterface, optional
            The task's interface: one of another type has results of its own.

        Returns
        -------
        flyteidl.core.literals_pb2.LiteralMap or None
            None if there was no such run, or a local file that it left is
            gone.

        Raises
        ------
        CacheError
            If the file is damaged or cannot be read.
        """
        key = _key(task_name, cache_version, input_literal_map, cache_ignore_input_vars, interface)

        def look_up(db: sqlite3.Connection) -> Any:
            return db.execute("SELECT value FROM outputs WHERE key = ?", (key,)).fetchone()

        found = _in_file(LocalTaskCache.path(), look_up)
        if found is None:
            return None
        try:
            outputs = literals_pb2.LiteralMap.FromString(found[0])
            gone = any(_is_gone(uri) for uri in _uris(outputs.literals.values()))
        except (DecodeError, TypeError, Misfit):
            # An entry that cannot be read is none; the run writes it anew.
            return None
        return None if gone else outputs

    @staticmethod
    def set(  # noqa: PLR0913, PLR0917  # flytekit's signature, and the interface
        task_name: str,
        cache_version: str,
        input_literal_map: literals_pb2.LiteralMap,
        cache_ignore_input_vars: Sequence[str],
        value: literals_pb2.LiteralMap,
        interface: interface_pb2.TypedInterface | None = None,
    ) -> None:
        """Keep the outputs of a run; the parameters are those of `get`, and the outputs.

        Raises
        ------
        CacheError
            If the file is damaged or cannot be written.
        """
        key = _key(task_name, cache_version, input_literal_map, cache_ignore_input_vars, interface)
        entry = (key, value.SerializeToString())
        _in_file(LocalTaskCache.path(), lambda db: db.execute("INSERT OR REPLACE INTO outputs VALUES (?, ?)", entry))

    @staticmethod
    def clear() -> None:
        """Forget all outputs; a damaged file is removed.

        Raises
        ------
        CacheError
            If the file cannot be written or removed.
        """
        path = LocalTaskCache.path()
        if not os.path.lexists(path):
            return
        try:
            _in_file(path, lambda db: db.execute("DELETE FROM outputs"))
        except CacheError as error:
            if not error.damaged:
                raise
            # Only a file that nobody can use is removed: another kernel may be writing to a sound one.
            try:
                for name in (path, f"{path}-journal"):
                    if os.path.lexists(name):
                        os.remove(name)
            except OSError as denied:
                raise CacheError(path, f"the damaged file cannot be removed ({denied})", "Remove it.") from denied


class CachedRun:
    """One run's place in the cache. A cache that cannot be used is told once, in a warning, and left alone.

    Parameters
    ----------
    name : str
        The task.
    metadata : TaskMetadata
        Its cache version, and the inputs that do not count.
    interface : flyteidl.core.interface_pb2.TypedInterface
        Its interface.
    inputs : flyteidl.core.literals_pb2.LiteralMap
        The inputs of the run.
    """

    def __init__(
        self,
        name: str,
        metadata: TaskMetadata,
        interface: interface_pb2.TypedInterface,
        inputs: literals_pb2.LiteralMap,
    ) -> None:
        self._place = (name, metadata.cache_version, inputs, metadata.cache_ignore_input_vars)
        self._interface = interface
        self._usable = LocalTaskCache.enabled()

    def get(self) -> literals_pb2.LiteralMap | None:
        """Return the outputs of an equal run; None without one."""
        if LocalTaskCache.overwrite():
            return None
        return self._tried(lambda: LocalTaskCache.get(*self._place, self._interface))

    def set(self, outputs: literals_pb2.LiteralMap) -> None:
        """Keep the outputs of the run."""
        self._tried(lambda: LocalTaskCache.set(*self._place, outputs, self._interface))

    def _tried(self, work: Callable[[], literals_pb2.LiteralMap | None]) -> literals_pb2.LiteralMap | None:
        if not self._usable:
            return None
        try:
            return work()
        except CacheError as error:
            self._usable = False
            # The level is that of who called the task: _tried, get or set, local_outputs, __call__ or local_execute.
            warnings.warn(f"The task runs without the local cache: {error}", RuntimeWarning, stacklevel=5)
            return None


def _in_file(path: str, work: Callable[[sqlite3.Connection], Any]) -> Any:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if not os.path.exists(path):
            # Before SQLite makes it: in a folder that was there, others may read what it makes.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        # Each statement commits by itself: a run is interrupted before an entry or after it.
        with closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as db:
            db.execute(_TABLE)
            return work(db)
    except (sqlite3.OperationalError, OSError) as error:
        raise CacheError(path, f"the file cannot be used ({error})", _WRITABLE) from error
    except sqlite3.DatabaseError as error:
        raise CacheError(path, f"the file is damaged ({error})", _CLEAR, damaged=True) from error


def _key(
    task_name: str,
    cache_version: str,
    inputs: literals_pb2.LiteralMap,
    ignored: Sequence[str],
    interface: interface_pb2.TypedInterface | None,
) -> bytes:
    import hashlib  # noqa: PLC0415  # for tasks with a cache only

    counted = literals_pb2.LiteralMap()
    for name, literal in inputs.literals.items():
        if name not in ignored:
            _hashed(literal, counted.literals[name])
    digest = hashlib.sha256()
    for part in (
        task_name.encode(),
        cache_version.encode(),
        interface.SerializeToString(deterministic=True) if interface else b"",
        counted.SerializeToString(deterministic=True),
        _states(counted),
    ):
        # With its length, for no two lists of parts may give the same text.
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _hashed(literal: literals_pb2.Literal, into: literals_pb2.Literal) -> None:
    """Copy a literal, with its hash in its value's place where it has one."""
    kind = literal.WhichOneof("value")
    if literal.hash:
        into.hash = literal.hash
    elif kind == "collection":
        into.collection.SetInParent()
        for item in literal.collection.literals:
            _hashed(item, into.collection.literals.add())
    elif kind == "map":
        into.map.SetInParent()
        for name, item in literal.map.literals.items():
            _hashed(item, into.map.literals[name])
    else:
        into.CopyFrom(literal)


def _uris(literals: Any) -> Iterator[str]:
    """Give what literals point to; within a dataclass's msgpack too, as a file's ``path`` is written there."""
    for literal in literals:
        kind = literal.WhichOneof("value")
        if kind == "collection":
            yield from _uris(literal.collection.literals)
        elif kind == "map":
            yield from _uris(literal.map.literals.values())
        elif kind == "offloaded_metadata":
            yield literal.offloaded_metadata.uri
        elif kind == "scalar":
            scalar = literal.scalar
            of = scalar.WhichOneof("value")
            if of in ("blob", "schema", "structured_dataset"):
                yield getattr(scalar, of).uri
            elif of == "union":
                yield from _uris([scalar.union.value])
            elif of == "binary" and scalar.binary.tag == "msgpack":
                yield from _paths(loads(scalar.binary.value))


def _paths(plain: Any) -> Iterator[str]:
    if isinstance(plain, dict):
        if isinstance(plain.get("path"), str):
            yield plain["path"]
        plain = list(plain.values())
    if isinstance(plain, list):
        for item in plain:
            yield from _paths(item)


def _local(uri: str) -> str | None:
    path = uri.removeprefix("file://")
    # A relative path is anything at all, such as a field of a user's own that is named path.
    return path if os.path.isabs(path) else None


def _is_gone(uri: str) -> bool:
    path = _local(uri)
    return path is not None and not os.path.exists(path)


def _states(inputs: literals_pb2.LiteralMap) -> bytes:
    try:
        uris = sorted(set(_uris(inputs.literals.values())))
    except Misfit:  # msgpack that is none points to nothing
        uris = []
    return repr([_state(uri) for uri in uris]).encode("utf-8", "surrogatepass")


def _state(uri: str) -> list[tuple[str, int, int]]:
    """Tell one state of a local file, or of a folder's files, from another: the path is the same."""
    path = _local(uri)
    if path is None:
        return []
    inside = (os.path.join(root, name) for root, _, names in os.walk(path) for name in names)
    found = []
    # A dataclass's field may name any folder, the whole disk's too.
    for each in [path, *sorted(islice(inside, _MOST_FILES))]:
        try:
            about = os.stat(each)
        except (OSError, ValueError):  # it is not there, or was taken away meanwhile
            continue
        found.append((each, about.st_size, about.st_mtime_ns))
    return found
