"""Cell text -> module -> task.

A cell becomes the module ``shimcells.NAME``: importable, with a loader that
has its source, so that tracebacks, ``inspect`` and ``pickle`` work as they do
for a file.

Nothing is kept of a cell that fails: the module, the task and the names of the
version before stay.
"""

from __future__ import annotations
import __future__

import ast
import keyword
import re
import weakref
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shimnb.core.checks.names import NOTEBOOK_ONLY
from shimnb.core.types.engine import forget_types
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
from shimnb.notebook.cell_module import (
    PACKAGE,
    CellLoader,
    CellText,
    arranged,
    discard,
    filename_of,
    installed,
    is_cell_file,
    known_lines,
    make_module,
    reinstated,
    remember,
)
from shimnb.notebook.closed_world import (
    bound_names,
    imported_names,
    missing_names,
    notebook_imports,
    sets_by_name,
    star_names,
)
from shimnb.notebook.generate import generate
from shimnb.notebook.include import Included, include
from shimnb.notebook.inputs import Input, Inputs, bindings, bound_by
from shimnb.notebook.places import Places, excerpt
from shimnb.notebook.remedies import import_error, missing_error
from shimnb.notebook.sameness import FUTURES
from shimnb.notebook.shape import find_task, has_task, read_shape

if TYPE_CHECKING:
    import types
    from collections.abc import Iterator, Mapping, Sequence

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.options import TaskOptions

__all__ = ["PACKAGE", "Cell", "CellLoader", "CellText", "build", "discard", "is_cell_file", "reinstate", "text_of"]


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


_IPYTHON = re.compile(r"\s*(?:[\w., ]+=\s*)?[%!]|\s*\?|\s*[\w.]+\?{1,2}\s*$")

_IPYTHONS_NAMES = {*NOTEBOOK_ONLY, "In", "Out"}

_texts: weakref.WeakKeyDictionary[PythonCustomizedContainerTask[Any], CellText] = weakref.WeakKeyDictionary()


def text_of(task: PythonCustomizedContainerTask[Any]) -> CellText | None:
    """Return the texts of the cell that a task was made by, or None."""
    return _texts.get(task)


def reinstate(cell: Cell) -> None:
    """Put an older version's module back, in the place of one that was built and is not to be kept."""
    reinstated(cell.text, cell.module)


def build(
    source: str,
    name: str,
    options: TaskOptions,
    notebook: Mapping[str, Any],
    history: Sequence[tuple[int | str, str]] = (),
) -> Cell:
    """Make a cell's module and its task.

    Parameters
    ----------
    source : str
        The cell's text, without the magic's line.
    name : str
        The task's name.
    options : TaskOptions
        What stands on the magic's line.
    notebook : Mapping
        The notebook's namespace; only read.
    history : sequence of (int or str, str)
        The notebook's inputs with their execution counts, the oldest first:
        where the errors look for a name's cell, and ``--include`` for its source.

    Returns
    -------
    Cell
        Everything that came of it; its module is in place.

    Raises
    ------
    ShimError
        If the text defines no task. The version before, if any, stays.
    """
    _check_name(name)
    inputs = Inputs(notebook, history, source)
    # The magic's line is line 1 of the cell that a person sees.
    source = "\n" + source.rstrip() + "\n"
    filename = filename_of(name)
    # During the run too, and before: the compiler's warnings show the line.
    with known_lines(CellLoader(filename, source)):
        tree = _parse(name, source, filename)
        places = Places(tree)
        included = Included()
        if options.include:
            included = include(options.include, inputs, name, _own_names(tree, name), _flags(tree))
        loader = CellLoader(filename, source, included.text)
        code = _compile(name, tree, loader)
        stars = star_names(tree)
        # What the cell defines is its own, even where a star brings in the same name.
        imported = (imported_names(tree) | (stars and stars - bound_names(code)) | included.names) - {"*"}
        module = make_module(name, loader)
        with _located(name, filename, source, places), installed(module), known_lines(loader):
            for line, module_name, taken in notebook_imports(tree, module.__name__):
                raise import_error(name, line, module_name, taken)
            missing = missing_names(tree, code, stars | included.names)
            if missing and not sets_by_name(code):
                raise missing_error(name, missing, inputs, bound_names(code))
            exec(code, vars(module))  # noqa: S102  # the cell is the user's own program
            missing = tuple(each for each in missing if each.name not in vars(module))
            if missing:
                raise missing_error(name, missing, inputs, bound_names(code))
            own = frozenset(vars(module))
            generated, task = _task(module, code.co_flags & FUTURES, imported, options, places)
            task.task_template  # noqa: B018  # encoded and decoded once, so that what cannot be is known now
            public = _public(module, imported, own, task, places)
    text = CellText(name, filename, loader.source, generated, included.text, loader.module_source)
    # The engine keeps the types that it met, and with them all of an older version.
    forget_types()
    remember(text)
    _texts[task] = text
    return Cell(text, module, task, public)


def _task(
    module: types.ModuleType, flags: int, imported: frozenset[str], options: TaskOptions, places: Places
) -> tuple[str, PythonCustomizedContainerTask[Any]]:
    """Find the task that the cell made, or generate one of what it defines; with the text that was generated."""
    name = module.__name__.rpartition(".")[2]
    if has_task(name, module, imported):
        return "", find_task(name, module, imported, options, places)
    loader: CellLoader = module.__loader__  # type: ignore[assignment]  # its own
    generated = generate(name, read_shape(name, module, imported, options, places), options)
    loader.add(generated)
    offset = loader.source.count("\n") - generated.count("\n")
    # The cell's own `from __future__` lines hold for the whole module.
    code = compile("\n" * offset + generated, loader.filename, "exec", flags=flags, dont_inherit=True)
    exec(code, vars(module))  # noqa: S102  # the text that is shown
    return generated, vars(module)[name]


def _flags(tree: ast.Module) -> int:
    """Give the compiler's flags of a module's ``from __future__`` lines."""
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    flags = [getattr(__future__, alias.name, None) for node in futures for alias in node.names]
    return sum({each.compiler_flag for each in flags if each is not None})


def _own_names(tree: ast.Module, name: str) -> dict[str, tuple[str, str | None] | None]:
    """Collect the names that the cell binds, with what it imports under them; the task's name is one of them."""
    cell = Input("", 0, [], tree, {})
    names = {each for node in tree.body for each in bound_by(node)}
    found: dict[str, tuple[str, str | None] | None] = {name: None}
    for each in names:
        [*_, first] = bindings(each, cell)
        found[each] = first.imported
    return found


def _check_name(name: str) -> None:
    if not name.isidentifier():
        plain = re.sub(r"\W+", "_", name).strip("_")
        better = plain if plain.isidentifier() else f"task_{plain}" if plain else "top_tracks"
        raise TaskNameError(name, "no identifier", f"Use letters, digits and underscores, such as {better}.")
    if keyword.iskeyword(name):
        raise TaskNameError(name, "a keyword of Python", f"Write {name}_task, or another name.")
    if name in _IPYTHONS_NAMES:
        raise TaskNameError(name, "a name of IPython's own", f"Write {name}_task, or another name.")
    if name.startswith("_"):
        raise TaskNameError(name, "private", f"Write {name.strip('_') or 'task'}: a task is there to be used.")


def _parse(name: str, source: str, filename: str) -> ast.Module:
    try:
        tree = ast.parse(source, filename)
    except SyntaxError as error:
        raise _syntax_error(name, source, error) from None
    except ValueError as error:  # a null character
        raise CellError(name, None, str(error), "Type the cell's text anew.") from None
    if not tree.body:
        raise CellError(name, None, "the cell is empty", "Write the task below the magic's line.")
    return tree


def _compile(name: str, tree: ast.Module, loader: CellLoader) -> types.CodeType:
    """Compile the cell and what was included, in the order in which they run."""
    # The cell from its tree and not from the text again, so that each of the compiler's warnings comes once.
    if loader.included:
        brought = ast.parse(loader.included, loader.filename)
        ast.increment_lineno(brought, loader.cell_source.count("\n") + 2)
        whole = ast.Module([*tree.body, *brought.body], tree.type_ignores)
        tree = arranged(whole, loader.cell_source, loader.included)
    try:
        code: types.CodeType = compile(tree, loader.filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise _syntax_error(name, loader.cell_source, error) from None
    return code


def _syntax_error(name: str, source: str, error: SyntaxError) -> CellError:
    line = error.lineno or 1
    lines = source.splitlines()
    text = lines[line - 1] if line <= len(lines) else ""
    remedy = "Mend the line, and run the cell again."
    if _IPYTHON.match(text):
        remedy = "Write it in a cell of its own: this one is a Python module, without IPython's %, ! and ? lines."
    problem = CellError(name, line, error.msg, remedy)
    problem.excerpt = excerpt(source, line, error.offset)
    return problem


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


def _public(
    module: types.ModuleType,
    imported: frozenset[str],
    own: frozenset[str],
    task: PythonCustomizedContainerTask[Any],
    places: Places,
) -> dict[str, Any]:
    """Collect what the notebook gets: what the module defines, not what it imports."""
    name = module.__name__.rpartition(".")[2]
    names = vars(module)
    if "__all__" in names:
        public = {key: names[key] for key in _listed_names(names, name, places)}
    else:
        generated = {key for key in names if key not in own and isinstance(names[key], type)}
        public = {
            key: value
            for key, value in names.items()
            if not key.startswith("_") and (key in generated or (key in own and key not in imported))
        }
    return {**public, name: task}


def _listed_names(names: Mapping[str, Any], cell: str, places: Places) -> Sequence[str]:
    """Read a module's ``__all__``."""
    listed = names["__all__"]
    if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
        raise CellError(cell, places.name("__all__"), "`__all__` is no list of names", "Write strings in brackets.")
    for each in listed:
        if each not in names:
            raise CellError(
                cell,
                places.name("__all__"),
                f"`__all__` names {each!r}, and the cell does not define it",
                "Leave it out, or define it.",
            )
    return listed
