"""``--include``: the source of what the notebook defines, copied into a cell's module with all that it needs.

What is copied is text of the notebook's inputs, and only where that text is
still what the notebook has: a function or a class by its code, a constant by
its value, an import by what it imports. Anything else is an error.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shimnb.core.checks.names import BUILTINS, NOTEBOOK_ONLY
from shimnb.core.sensitive import is_secret
from shimnb.errors import CellError
from shimnb.notebook.closed_world import early_names, missing_names
from shimnb.notebook.inputs import import_line
from shimnb.notebook.options import nearest
from shimnb.notebook.places import FUNCTIONS
from shimnb.notebook.sameness import hides, same_class, same_function, same_import, same_lambda, same_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shimnb.notebook.inputs import Definition, Input, Inputs

__all__ = ["Included", "find", "include"]

_HEADER = "# What --include brought in from the notebook."
_PASTE = "Paste it into the cell."
_NOT_THEIRS = {*BUILTINS, *NOTEBOOK_ONLY, "In", "Out"}


@dataclass(frozen=True)
class Included:
    """What was brought in.

    Parameters
    ----------
    text : str
        Python source.
    names : frozenset of str
        The names that it binds.
    """

    text: str = ""
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Piece:
    definition: Definition
    text: str
    needs: frozenset[str] = frozenset()
    early: frozenset[str] = field(default=frozenset())


def include(
    wanted: Sequence[str],
    notebook: Inputs,
    cell: str,
    own: Mapping[str, tuple[str, str | None] | None],
    flags: int = 0,
) -> Included:
    """Copy definitions out of the notebook.

    Parameters
    ----------
    wanted : sequence of str
        The names that were asked for.
    notebook : Inputs
        Where they are.
    cell : str
        The name of the cell that gets them, for errors.
    own : Mapping
        The names that the cell binds itself, each with what it imports: the
        module, and the name in it.
    flags : int
        The compiler's flags of the cell's ``from __future__`` lines.

    Raises
    ------
    CellError
        If a name, or one that it needs, is not to be found, is not what the
        notebook has by now, is neither a function, class, import nor
        literal constant, or is the cell's own too.
    """
    gathering = _Gathering(notebook, cell, own, flags)
    for name in wanted:
        gathering.add(name, None, ())
    return Included(gathering.text(), frozenset(gathering.pieces))


def find(name: str, notebook: Inputs, within: Input | None = None) -> tuple[Definition | None, str, str]:
    """Find the statement whose text is what the notebook has under a name.

    Returns
    -------
    definition : Definition or None
        The newest such statement.
    problem, remedy : str
        Why there is none, in words.
    """
    newest: Definition | None = None
    problem = remedy = ""
    for each in notebook.definitions(name, within):
        names = each.input.names
        if name not in names or (each.input.of_task and within is not each.input and not _published(each, notebook)):
            problem_here = (f"{each.place} defines it, and the notebook has it no more", f"Run {each.place} again.")
        else:
            problem_here = _problem(each, names[name])
        if not problem_here[0]:
            return each, "", ""
        if newest is None:
            newest = each
            problem, remedy = problem_here
    if newest is not None:
        return None, problem, remedy
    if name in NOTEBOOK_ONLY:
        return None, "IPython provides it, and where the task runs there is no IPython", "Leave it out."
    if name not in notebook.names:
        known = [each for each in notebook.names if not each.startswith("_") and each not in _NOT_THEIRS]
        return None, "the notebook does not define it", nearest(name, known) or "Define it in the cell."
    line = import_line(name, notebook.names[name])
    return (
        None,
        "no input of this session defines it, though the notebook has it",
        f"Write `{line}` in the cell." if line else "Define it in the cell.",
    )


def _published(definition: Definition, notebook: Inputs) -> bool:
    name = definition.name
    return name in notebook.names and notebook.names[name] is definition.input.names[name]


def _problem(definition: Definition, live: object) -> tuple[str, str]:
    """Say why a statement cannot be copied for what the notebook has; two empty strings where it can."""
    node, place = definition.node, definition.place
    if definition.imported is not None:
        same = same_import(definition.imported, live)
        problem = "" if same else f"the notebook has another one by now than {place} imports"
        return problem, f"Run {place} again."
    if isinstance(node, FUNCTIONS) and hides(node, live):
        return f"its decorator in {place} made something else of the function", _PASTE
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        cell = definition.input.tree
        same = same_class(node, live, cell) if isinstance(node, ast.ClassDef) else same_function(node, live, cell)
        problem = "" if same else f"what the notebook has is not what {place} defines"
        return problem, f"Run {place} again, or paste it into the cell."
    return _value_problem(definition, live)


def _value_problem(definition: Definition, live: object) -> tuple[str, str]:
    place = definition.place
    if definition.value is None:
        head = ast.unparse(definition.node).splitlines()[0]
        return f"{place} binds it in a statement that cannot be copied alone, `{head}`", "Define it in the cell."
    if isinstance(definition.value, ast.Lambda):
        same = same_lambda(definition.value, definition.node, live, definition.input.tree)
        problem = "" if same else f"what the notebook has is not what {place} defines"
        return problem, f"Run {place} again, or paste it into the cell."
    try:
        value = ast.literal_eval(definition.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return (
            f"{place} makes it by an expression, and only functions, classes, imports and literal constants are copied",
            "Make it in the cell, or pass what it is made of as an input.",
        )
    if is_secret(definition.name, value):
        return "it looks like a secret, and would stand in the module's text", "Request it: --secret GROUP/KEY."
    problem = "" if same_value(value, live) else f"the notebook has another value by now than {place} gives it"
    return problem, f"Run {place} again, or set it in the cell."


class _Gathering:
    """The pieces that were asked for, and those that they need."""

    def __init__(
        self, notebook: Inputs, cell: str, own: Mapping[str, tuple[str, str | None] | None], flags: int
    ) -> None:
        self.pieces: dict[str, _Piece] = {}
        self._notebook = notebook
        self._cell = cell
        self._own = own
        self._flags = flags

    def add(self, name: str, within: Input | None, path: tuple[str, ...]) -> None:
        definition, problem, remedy = find(name, self._notebook, within)
        if definition is None:
            raise self._error(name, path, problem, remedy)
        if name in self.pieces:
            if self.pieces[name].text != definition.text:
                places = f"{self.pieces[name].definition.place} and {definition.place}"
                raise self._error(name, path, f"{places} define it differently", "Rename one of them.")
            return
        if name in self._own and (self._own[name] is None or self._own[name] != definition.imported):
            remedy = "Rename one of them." if path else f"Rename one of them, or leave out --include {name}."
            raise self._error(name, path, "the cell defines that name itself", remedy)
        self.pieces[name] = piece = self._piece(definition)
        for need in sorted(piece.needs):
            self.add(need, definition.input, (*path, name))

    def _error(self, name: str, path: tuple[str, ...], problem: str, remedy: str) -> CellError:
        what = f"--include {name}: {problem}"
        if path:
            what = f"--include {path[0]}: it uses {', which uses '.join(map(repr, (*path[1:], name)))}: {problem}"
        return CellError(self._cell, 1, what, remedy)

    def _piece(self, definition: Definition) -> _Piece:
        text = definition.text
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they were shown when the notebook's cell ran
            tree = ast.parse(text)
            code = compile(tree, definition.place, "exec", flags=self._flags, dont_inherit=True)
        needs = frozenset(each.name for each in missing_names(tree, code))
        return _Piece(definition, text, needs, needs & early_names(code))

    def text(self) -> str:
        """Lay the pieces out: imports, then constants, then the rest, each after what it needs at once."""
        ordered: dict[str, _Piece] = {}
        for name in sorted(self.pieces, key=self._order):
            self._emit(name, ordered)
        groups: tuple[list[str], list[str], list[str]] = [], [], []
        for piece in ordered.values():
            plain = isinstance(piece.definition.node, ast.Assign | ast.AnnAssign) and not piece.needs
            groups[0 if piece.definition.imported else 1 if plain else 2].append(piece.text)
        imports, constants, rest = groups
        parts = ["\n".join(each) for each in (imports, constants) if each] + rest
        return f"{_HEADER}\n" + "\n\n\n".join(parts) + "\n"

    def _order(self, name: str) -> tuple[int, int]:
        definition = self.pieces[name].definition
        return definition.input.order, definition.node.lineno

    def _emit(
        self, name: str, done: dict[str, _Piece], *, whole: bool = False, busy: frozenset[str] = frozenset()
    ) -> None:
        """Put a piece after those that its statement runs; `whole` after all that these use when they run."""
        if name in done or name in busy:
            return
        piece = self.pieces[name]
        for need in sorted(piece.needs if whole else piece.early, key=self._order):
            self._emit(need, done, whole=True, busy=busy | {name})
        done[name] = piece
