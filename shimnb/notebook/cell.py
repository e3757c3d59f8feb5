"""Cell text -> module -> task.

A cell becomes the module ``shimcells.NAME``: importable, with a loader that
has its source, so that tracebacks, ``inspect`` and ``pickle`` work as they do
for a file. Each version of a cell has a file name of its own, so that an old
traceback goes on showing the old text.

Nothing is kept of a cell that fails: the module, the task and the names of the
version before stay.
"""

from __future__ import annotations
import __future__

import ast
import importlib.abc
import importlib.machinery
import itertools
import keyword
import linecache
import sys
import types
import weakref
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shimnb.errors import (
    AnnotationError,
    CellError,
    CustomError,
    ExecutorError,
    OverrideError,
    ShimError,
    TaskNameError,
    UnsupportedTypeError,
)
from shimnb.notebook.closed_world import MissingName, imported_names, missing_names
from shimnb.notebook.generate import generate
from shimnb.notebook.options import TaskOptions
from shimnb.notebook.places import Places, excerpt
from shimnb.notebook.shape import find_task, has_task, listed, read_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shimnb.core.task import PythonCustomizedContainerTask

__all__ = ["PACKAGE", "Cell", "CellLoader", "CellText", "build", "define", "discard", "is_cell_file", "text_of"]

PACKAGE = "shimcells"
"""The package whose modules are cells."""

_FUTURES = sum({getattr(__future__, each).compiler_flag for each in __future__.all_feature_names})

_versions = itertools.count(1)


@dataclass(frozen=True)
class CellText:
    """The texts of a cell.

    Parameters
    ----------
    name : str
        The cell's name, which is its task's.
    filename : str
        What its code objects and tracebacks call it.
    source : str
        The whole module: an empty line for the magic's own, the cell's text,
        and what was generated.
    generated : str
        What was generated; empty for a task made by hand.
    """

    name: str
    filename: str
    source: str
    generated: str


@dataclass(frozen=True)
class Cell:
    """A cell that ran.

    Parameters
    ----------
    text : CellText
        Its texts.
    module : module
        ``shimcells.NAME``.
    task : PythonCustomizedContainerTask
        Its task.
    public : dict
        What the notebook gets: the module's own public names, and the task.
    """

    text: CellText
    module: types.ModuleType
    task: PythonCustomizedContainerTask[Any]
    public: dict[str, Any] = field(repr=False)


class CellLoader(importlib.abc.InspectLoader):
    """Knows a cell's source, as a file's loader knows the file's.

    Parameters
    ----------
    filename, source : str
        What the code is called, and its text.
    """

    def __init__(self, filename: str, source: str) -> None:
        self.filename = filename
        self.source = source

    def get_source(self, fullname: str) -> str:  # noqa: ARG002  # a loader is of one module
        """Return the text; `linecache` and `inspect` ask for it."""
        return self.source

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002  # as above
        """Return the whole module's code."""
        return compile(self.source, self.filename, "exec", dont_inherit=True)


_texts: weakref.WeakKeyDictionary[PythonCustomizedContainerTask[Any], CellText] = weakref.WeakKeyDictionary()


def text_of(task: PythonCustomizedContainerTask[Any]) -> CellText | None:
    """Return the texts of the cell that a task was made by, or None."""
    return _texts.get(task)


def is_cell_file(filename: str) -> bool:
    """Tell whether a code object's file name is a cell's.

    Examples
    --------
    >>> is_cell_file("cell top_tracks #2"), is_cell_file("/usr/lib/python3/json.py")
    (True, False)
    """
    start, _, version = filename.rpartition(" #")
    return start.startswith("cell ") and version.isdecimal()


def define(
    source: str, name: str, *, options: TaskOptions | None = None, notebook: Mapping[str, Any] | None = None
) -> PythonCustomizedContainerTask[Any]:
    r"""Make a task of a cell's text.

    Parameters
    ----------
    source : str
        The cell's text, without the magic's line.
    name : str
        The task's name.
    options : TaskOptions, optional
        What would stand on the magic's line.
    notebook : Mapping, optional
        The notebook's namespace; only read, and only to word the error about
        a name that the cell takes from it.

    Returns
    -------
    PythonCustomizedContainerTask
        The task; its module is ``shimcells.NAME``.

    Raises
    ------
    ShimError
        If the text defines no task. The version before, if any, stays.

    Examples
    --------
    >>> twice = define("def execute(tt, *, n: int) -> int:\n    return 2 * n\n", "twice")
    >>> twice(n=4)
    8
    """
    return build(source, name, options or TaskOptions(), notebook or {}).task


def build(source: str, name: str, options: TaskOptions, notebook: Mapping[str, Any]) -> Cell:
    """Do what `define` does, and return everything that came of it.

    Raises
    ------
    ShimError
        If the text defines no task.
    """
    _check_name(name)
    # The magic's line is line 1 of the cell that a person sees.
    source = "\n" + source.rstrip() + "\n"
    filename = f"cell {name} #{next(_versions)}"
    tree, code = _compile(name, source, filename)
    if not tree.body:
        raise CellError(name, None, "the cell is empty", "Write the task below the magic's line.")
    places = Places(tree)
    loader = CellLoader(filename, source)
    module = _module(name, loader)
    imported = imported_names(tree)
    with _located(name, filename, source, places), _installed(module):
        missing = missing_names(tree, code, notebook)
        if missing:
            raise _missing(name, missing)
        exec(code, vars(module))  # noqa: S102  # the cell is the user's own program
        own = frozenset(vars(module))
        generated = ""
        if has_task(name, module, imported):
            task = find_task(name, module, imported, options, places)
        else:
            generated = generate(name, read_shape(name, module, imported, options, places), options)
            loader.source = f"{source}\n\n{generated}"
            exec(_compile_generated(generated, loader, code), vars(module))  # noqa: S102  # the text that is shown
            task = vars(module)[name]
        task.task_template  # noqa: B018  # encoded and decoded once, so that what cannot be is known now
        public = _public(module, imported, own, task, name)
    text = CellText(name, filename, loader.source, generated)
    _remember(text, task)
    return Cell(text, module, task, public)


def _check_name(name: str) -> None:
    if not name.isidentifier():
        raise TaskNameError(
            name, "the task's name is no identifier", "Use letters, digits and underscores, such as top_tracks."
        )
    if keyword.iskeyword(name):
        raise TaskNameError(name, "the task's name is a keyword of Python", f"Write {name}_task, or another name.")
    if name.startswith("_"):
        raise TaskNameError(
            name, "the task's name is private", f"Write {name.strip('_') or 'task'}: a task is there to be used."
        )


def _compile(name: str, source: str, filename: str) -> tuple[ast.Module, types.CodeType]:
    try:
        tree = ast.parse(source, filename)
        # From the tree and not from the text again, so that each of the compiler's warnings comes once.
        return tree, compile(tree, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        line = error.lineno or 1
        lines = source.splitlines()
        text = lines[line - 1].lstrip() if line <= len(lines) else ""
        remedy = "Mend the line, and run the cell again."
        if text.startswith(("%", "!", "?")):
            remedy = "Leave it out: the cell is a Python module, without IPython's % and ! lines."
        problem = CellError(name, line, error.msg, remedy)
        problem.excerpt = excerpt(source, line, error.offset)
        raise problem from None
    except ValueError as error:  # a null character
        raise CellError(name, None, str(error), "Type the cell's text anew.") from None


def _missing(name: str, missing: tuple[MissingName, ...]) -> CellError:
    first = missing[0]
    known = [repr(each.name) for each in missing if each.in_notebook]
    if len(missing) == 1:
        what = f"{first.name!r} is neither defined nor imported in the cell"
        remedy = first.remedy
    else:
        what = f"{listed([repr(each.name) for each in missing])} are neither defined nor imported in the cell"
        remedy = " ".join(f"For {each.name!r}, line {each.line}: {each.remedy}" for each in missing)
    if known:
        subject = listed(known) if len(known) < len(missing) else "it" if len(missing) == 1 else "them"
        what += f"; the notebook has {subject}, but a cluster runs the cell without the notebook"
    return CellError(name, first.line, what, remedy)


def _module(name: str, loader: CellLoader) -> types.ModuleType:
    full = f"{PACKAGE}.{name}"
    module = types.ModuleType(full)
    spec = importlib.machinery.ModuleSpec(full, loader, origin=loader.filename)
    module.__spec__ = spec
    module.__loader__ = loader
    module.__package__ = PACKAGE
    # `inspect` finds the source of a class by its module's file.
    module.__file__ = loader.filename
    return module


@contextmanager
def _installed(module: types.ModuleType) -> Iterator[None]:
    """Put a module in place while its code runs, and for good when it succeeds."""
    # During the run too: dataclasses look their own module up by its name.
    package = sys.modules.get(PACKAGE)
    if package is None:
        package = types.ModuleType(PACKAGE, "The modules that notebook cells became.")
        package.__path__ = []
        package.__spec__ = importlib.machinery.ModuleSpec(PACKAGE, None, is_package=True)
    full = module.__name__
    own = full.rpartition(".")[2]
    before = {key: sys.modules.get(key) for key in (PACKAGE, full)}
    attribute = vars(package).get(own)
    sys.modules[PACKAGE], sys.modules[full] = package, module
    try:
        setattr(package, own, module)
        yield
    except BaseException:
        for key, value in before.items():
            if value is None:
                sys.modules.pop(key, None)
            else:
                sys.modules[key] = value
        if attribute is None:
            vars(package).pop(own, None)
        else:
            setattr(package, own, attribute)
        raise


@contextmanager
def _located(name: str, filename: str, source: str, places: Places) -> Iterator[None]:
    """Add the cell's line to an error of the core, which knows no cells."""
    try:
        yield
    except ShimError as error:
        if isinstance(error, CellError):
            line = error.line
        else:
            line = _line_in(error.__traceback__, filename, source.count("\n")) or _line_of(error, places)
            place = f"cell {name}" if line is None else f"cell {name}, line {line}"
            error.where = f"{place}, {error.where}" if error.where else place
        if line is not None:
            error.excerpt = excerpt(source, line)
        raise


def _line_in(tb: types.TracebackType | None, filename: str, length: int) -> int | None:
    """Find the cell's own line that an error passed last; the generated lines, past `length`, are not the person's."""
    line = None
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == filename and tb.tb_lineno <= length:
            line = tb.tb_lineno
        tb = tb.tb_next
    return line


def _line_of(error: ShimError, places: Places) -> int | None:
    if isinstance(error, AnnotationError):
        if places.function(error.function) is None and error.function == "Executor.execute_from_model":
            # The person wrote `execute`; the method was generated of it.
            error.function = "execute"
            error.where = f"execute, {error.parameter!r}"
        return places.parameter(error.function, error.parameter)
    if isinstance(error, ExecutorError | OverrideError):
        owner = error.executor if isinstance(error, ExecutorError) else error.owner
        return places.of_class(owner.rpartition(".")[2])
    if isinstance(error, CustomError):
        return places.field("Config", error.path.removeprefix("$.").partition(".")[0].partition("[")[0])
    if isinstance(error, UnsupportedTypeError):
        return places.executor_parameter(error.where.removeprefix("input ").partition(",")[0])
    return None


def _compile_generated(generated: str, loader: CellLoader, code: types.CodeType) -> types.CodeType:
    """Compile what was generated, on the lines that it has in the whole module's text."""
    offset = loader.source.count("\n") - generated.count("\n")
    flags = code.co_flags & _FUTURES  # the cell's own `from __future__` lines hold for the whole module
    made: types.CodeType = compile("\n" * offset + generated, loader.filename, "exec", flags=flags, dont_inherit=True)
    return made


def _public(
    module: types.ModuleType,
    imported: frozenset[str],
    own: frozenset[str],
    task: PythonCustomizedContainerTask[Any],
    name: str,
) -> dict[str, Any]:
    """Collect what the notebook gets: what the module defines, not what it imports."""
    names = vars(module)
    if "__all__" in names:
        public = {key: names[key] for key in names["__all__"]}
    else:
        generated = {key for key in names if key not in own and isinstance(names[key], type)}
        public = {
            key: value
            for key, value in names.items()
            if not key.startswith("_") and (key in generated or (key in own and key not in imported))
        }
    return {**public, name: task}


_current: dict[str, CellText] = {}


def _remember(text: CellText, task: PythonCustomizedContainerTask[Any]) -> None:
    # An older version's text is still found through the loader in its own globals, as long as something runs it.
    _forget_lines(text.name)
    _current[text.name] = text
    linecache.cache[text.filename] = (
        len(text.source),
        None,  # no time of change: `linecache.checkcache` keeps such an entry
        text.source.splitlines(keepends=True),
        text.filename,
    )
    _texts[task] = text


def _forget_lines(name: str) -> None:
    for filename in [each for each in linecache.cache if is_cell_file(each)]:
        if filename.startswith(f"cell {name} #"):
            del linecache.cache[filename]


def discard(name: str | None = None) -> None:
    """Forget a cell, or all of them: its module and its text.

    Parameters
    ----------
    name : str, optional
        The cell's name; all of them when left out.
    """
    for each in [name] if name is not None else list(_current):
        _current.pop(each, None)
        _forget_lines(each)
        sys.modules.pop(f"{PACKAGE}.{each}", None)
        package = sys.modules.get(PACKAGE)
        if package is not None:
            vars(package).pop(each, None)
    if not _current:
        sys.modules.pop(PACKAGE, None)
