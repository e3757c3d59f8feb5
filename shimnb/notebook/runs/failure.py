"""An exception in words: what it says, the user's own lines that it passed through, and its tracebacks."""

from __future__ import annotations

import re
import sys
import traceback
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shimnb.errors import CrashError, ExecutionCancelledError, ExecutionError

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.runs.masks import Masks

__all__ = ["Failure", "Place", "describe", "own_traceback"]

_PACKAGE = str(Path(__file__).resolve().parents[2])
_CELLS = "shimcells."
_MOST = 30
"""The places that are listed; of a deep recursion the first and the last ones."""
_FRAME = re.compile(
    r'^\s*File "(?P<file>[^"\n]+)", line (?P<line>\d+), in (?P<name>.+)\n(?P<source>(?!\s*File ).*)?', re.MULTILINE
)
_TEXTS = 100_000
"""The characters of a traceback that are kept."""
_SIGNALS = "signal only works in main thread"


@dataclass(frozen=True)
class Place:
    """A line of the user's own that an exception passed through.

    Parameters
    ----------
    text : str
        Where it is: ``line 12 of the cell``, or ``line 3 of tables.py``.
    source : str
        The line itself, without its indentation; empty when it is not known.
    cell : str
        The name of the ``%%shimtask`` cell that it is in; empty for a file.
    line : int
        Its number, from 1; a cell's first line is the magic's own.
    function : str
        The function.
    """

    text: str
    source: str
    cell: str = ""
    line: int = 0
    function: str = ""


@dataclass(frozen=True)
class Failure:
    """An exception, put into words while its source is still what ran.

    Parameters
    ----------
    type : str
        The exception's class, with its module unless that is ``builtins`` or
        a cell.
    message : str
        What it says.
    place : Place or None
        The last of its frames that is the user's.
    traceback : str
        From the user's first frame on.
    full_traceback : str
        All of it.
    places : tuple of Place
        The user's frames, the outermost first.
    hint : str
        What to do, where that is known.
    """

    type: str
    message: str
    place: Place | None
    traceback: str
    full_traceback: str
    places: tuple[Place, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class _Own:
    """What of a traceback is the task author's: a module, by its name."""

    module: str

    def has(self, frame: FrameType) -> bool:
        name = frame.f_globals.get("__name__", "")
        return isinstance(name, str) and (name in (self.module, "__main__") or name.startswith(_CELLS))


def describe(error: BaseException, task: PythonCustomizedContainerTask[Any], masks: Masks) -> Failure:
    """Put what a run raised into words, without the run's secrets.

    Parameters
    ----------
    error : BaseException
        What was raised; an `ExecutionError` of a run in a process of its own.
    task : PythonCustomizedContainerTask
        What ran.
    masks : Masks
        The secrets.
    """
    failure = _told(error, task) if isinstance(error, ExecutionError) else _raised(error, _Own(_module(task)))
    return Failure(
        type=masks.text(failure.type),
        message=masks.text(failure.message),
        place=_masked(failure.place, masks) if failure.place is not None else None,
        traceback=_bounded(masks.text(failure.traceback)),
        full_traceback=_bounded(masks.text(failure.full_traceback)),
        places=tuple(_masked(place, masks) for place in failure.places),
        hint=failure.hint,
    )


def _module(task: PythonCustomizedContainerTask[Any]) -> str:
    return task.executor_type.__module__


def _masked(place: Place, masks: Masks) -> Place:
    return Place(place.text, masks.text(place.source), place.cell, place.line, place.function)


def _bounded(text: str) -> str:
    if len(text) <= _TEXTS:
        return text
    half = _TEXTS // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half:,} characters cut ...]\n{text[-half:]}"


# An exception that was raised here


def _raised(error: BaseException, own: _Own) -> Failure:
    full = _format(error, error.__traceback__)
    first = _first_own(error.__traceback__, own)
    cut = _format(error, first) if first is not None else full
    places = _places(first, own)
    said = _said(error)
    return Failure(_class_name(type(error)), said, places[-1] if places else None, cut, full, places, _hint(said))


def _format(error: BaseException, tb: TracebackType | None) -> str:
    try:
        return "".join(traceback.format_exception(type(error), error, tb))
    except Exception:  # noqa: BLE001  # a stranger's exception may raise in any of its methods
        return "".join(traceback.format_tb(tb)) + f"{_class_name(type(error))}: {_said(error)}\n"


def _hint(said: str) -> str:
    if said.startswith(_SIGNALS):
        return (
            "A run in the kernel has a thread of its own, and Python sets signal handlers in the main thread alone. "
            "Run it isolated: there it is the main thread, as on a cluster."
        )
    return ""


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # a stranger's __str__ may raise, and the run has to end all the same
        return "(its message cannot be shown)"


def _class_name(cls: type[BaseException]) -> str:
    if cls.__module__ in ("builtins", "__main__") or cls.__module__.startswith(_CELLS):
        return cls.__qualname__
    return f"{cls.__module__}.{cls.__qualname__}"


def _first_own(tb: TracebackType | None, own: _Own) -> TracebackType | None:
    """Cut a traceback to where the user's code begins; None when it never does."""
    outside = None
    while tb is not None:
        if own.has(tb.tb_frame):
            return tb
        if outside is None and not tb.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            outside = tb
        tb = tb.tb_next
    return outside


def own_traceback(error: BaseException, task: PythonCustomizedContainerTask[Any]) -> TracebackType | None:
    """Return an exception's traceback from the user's first frame to the last one, for a debugger.

    A library's frames below the user's are left out, so that a debugger opens
    at the line that the user wrote.
    """
    own = _Own(_module(task))
    frames = []
    tb = _first_own(error.__traceback__, own)
    while tb is not None:
        frames.append(tb)
        tb = tb.tb_next
    while len(frames) > 1 and not own.has(frames[-1].tb_frame):
        frames.pop()
    made = None
    for each in reversed(frames):
        made = type(each)(made, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return made


def _places(tb: TracebackType | None, own: _Own) -> tuple[Place, ...]:
    """Name the lines that are the user's: a library's line below them says less."""
    found = []
    while tb is not None:
        if own.has(tb.tb_frame):
            found.append(tb)
        tb = tb.tb_next
    return tuple(_place(each, own) for each in _few(found))


def _few(found: list[Any]) -> list[Any]:
    return found if len(found) <= _MOST else [*found[: _MOST // 2], *found[-_MOST // 2 :]]


def _place(tb: TracebackType, own: _Own) -> Place:
    [summary] = traceback.StackSummary.extract([(tb.tb_frame, tb.tb_lineno)], lookup_lines=True)
    name = str(tb.tb_frame.f_globals.get("__name__", ""))
    cell = name.removeprefix(_CELLS) if name.startswith(_CELLS) else ""
    line = summary.lineno or 0
    text = f"line {line} of {_document(tb.tb_frame, own)}"
    return Place(text, (summary.line or "").strip(), cell, line, summary.name)


def _document(frame: FrameType, own: _Own) -> str:
    name = frame.f_globals.get("__name__", "")
    if name.startswith(_CELLS):
        return _cell_words(name, own.module)
    # A script is `__main__` too; a notebook's kernel has no file for it.
    if name == "__main__" and not hasattr(sys.modules["__main__"], "__file__"):
        return "a notebook cell"
    return Path(frame.f_code.co_filename).name


def _cell_words(name: str, module: str) -> str:
    return "the cell" if name == module else f"the cell {name.removeprefix(_CELLS)}"


# An exception that another process told of


def _told(error: ExecutionError, task: PythonCustomizedContainerTask[Any]) -> Failure:
    module = _module(task)
    text = getattr(error, "excerpt", "") or error.message
    places = _few(_told_places(error.message, module))
    if isinstance(error, (CrashError, ExecutionCancelledError)) or not error.message:
        kind, said = type(error).__name__, error.problem
    else:
        kind, _, said = error.problem.partition(": ")
        if not kind.replace(".", "").isidentifier():
            kind, said = type(error).__name__, error.problem
    return Failure(
        type=kind,
        message=said,
        place=places[-1] if places else None,
        traceback=text or str(error),
        full_traceback=error.message or text or str(error),
        places=tuple(places),
        hint=error.remedy or _absent(error.problem),
    )


def _absent(problem: str) -> str:
    """Say why a module that this process has is not there in another one."""
    found = re.search(r"No module named '(\w+)", problem)
    if found is None or found[1] not in sys.modules:
        return ""
    return (
        f"The notebook finds {found[1]} in its own folder, or on its own path. A process of its own has what is "
        "installed, as a container has: install it (pip install -e), or put it on PYTHONPATH in the task's environment."
    )


def _told_places(message: str, module: str) -> list[Place]:
    """Find the user's frames in a container's traceback; of its causes, which come first, none."""
    trace = message.rpartition("\nMessage:\n")[0]
    trace = trace.rpartition("Traceback (most recent call last):")[2]
    file = getattr(sys.modules.get(module), "__file__", None)
    places = []
    for found in _FRAME.finditer(trace):
        path, line = found["file"], int(found["line"])
        source = (found["source"] or "").strip()
        cell = path.removeprefix("shimcells/").removesuffix(".py") if path.startswith("shimcells/") else ""
        if cell:
            name = f"{_CELLS}{cell.replace('/', '.')}"
            line = _line_here(name, line)
            places.append(Place(f"line {line} of {_cell_words(name, module)}", source, cell, line, found["name"]))
        elif path == file:
            places.append(Place(f"line {line} of {Path(path).name}", source, "", line, found["name"]))
    return places


def _line_here(module: str, line: int) -> int:
    """Give the line of a cell's text for one of the file that ran: what was included stands elsewhere there."""
    loader = getattr(getattr(sys.modules.get(module), "__spec__", None), "loader", None)
    here, there = getattr(loader, "cell_source", None), getattr(loader, "module_source", None)
    if here is None or there is None or there.startswith(here):
        return line
    matcher = SequenceMatcher(None, there.splitlines(), here.splitlines(), autojunk=False)
    for start, own, size in matcher.get_matching_blocks():
        if start < line <= start + size:
            return own + line - start
    return line
