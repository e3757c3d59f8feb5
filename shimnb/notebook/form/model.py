"""A form without a widget: the inputs of a task, what was put into them, their values and errors.

Every change goes through here, whether a person typed or Python code set a
value; nothing in it knows a front end.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flyteidl.core import literals_pb2

from shimnb.errors import InputError, ShimError, shorten
from shimnb.notebook.form import reading
from shimnb.notebook.form.fields import fields_of, literal
from shimnb.notebook.form.reading import WRONG, Problem, Reading, Spot
from shimnb.notebook.form.shape import UNSET, Place, Shape, Shapes
from shimnb.notebook.form.showing import shown
from shimnb.notebook.form.states import (
    HIDDEN,
    Address,
    Node,
    clean,
    mode_of,
    node_at,
    part_shape,
    with_node,
    without_secrets,
)
from shimnb.notebook.form.uploads import Uploads
from shimnb.notebook.form.variables import namespace, suits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.notebook.form.fields import Field

__all__ = ["Checked", "FormModel"]

_STEP = re.compile(r"""\.?([^\W\d]\w*)|\[(\d+)\]|\[(["'])(.*?)\3\]""", re.DOTALL)


@dataclass(frozen=True)
class Checked:
    """What became of an input's node: its value or `WRONG`, and its problems."""

    value: Any
    problems: Mapping[Address, Problem]


class FormModel:
    """The inputs of a task and their states.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task.
    after : FormModel, optional
        A form whose place this one takes: what was put into its inputs is in
        these ones, where they still are and can hold it.

    Examples
    --------
    >>> from shimnb import define
    >>> model = FormModel(define("def execute(tt, *, ns: list[int]) -> None: ...", "sums"))
    >>> model.set({"ns": [1, 2]})
    >>> model.set({"ns[1]": "x"})
    >>> model.errors()
    {'ns[1]': "expected int, got 'x'. Write a whole number, such as 5."}
    """

    def __init__(self, task: PythonCustomizedContainerTask[Any], after: FormModel | None = None) -> None:
        self.task = task
        self.shapes = Shapes()
        self.fields: dict[str, Field] = {field.name: field for field in fields_of(task.python_interface)}
        self.places = {
            name: Place(name, field.python_type, UNSET if field.required else field.default, help=field.help)
            for name, field in self.fields.items()
        }
        self.states: dict[str, Node] = {}
        self.asked: set[str] = set()
        """The inputs whose missing values are told, for a run was asked for."""
        self.uploads: Uploads = after.uploads if after is not None else Uploads()
        self.given: dict[str, Any] = after.given if after is not None else {}
        """The values that Python code gave, and that have no text, by token."""
        self._checked: dict[str, Checked] = {}
        self._defaults: dict[tuple[str, str], Node | None] = {}
        if after is not None:
            self.uploads.owners += 1
            self.asked = after.asked & set(self.places)
            for name, node in self._carried(after):
                self.put(name, node)

    def _carried(self, after: FormModel) -> Iterator[tuple[str, Node]]:
        for name, node in after.states.items():
            if name in self.places:
                shape = self.shape(name)
                kept = clean(shape, node)
                strange = (
                    shape.kind == "choice" and mode_of(kept) == "value" and (kept or {})["text"] not in shape.choices
                )
                if kept is not None and not strange and (mode_of(kept) != "unset" or mode_of(node) == "unset"):
                    yield name, kept

    # What a form can take values from; see `reading.World`.

    def variable(self, name: str) -> Any:
        """Return the value of a notebook's variable; raises `KeyError`."""
        return namespace()[name]

    def uploaded(self, token: str) -> str:
        """Return the path of what was uploaded; raises `KeyError`."""
        return self.uploads.path(token)

    def held(self, token: str) -> Any:
        """Return a value that Python code gave; raises `KeyError`."""
        return self.given[token]

    def hold(self, value: Any) -> str:
        """Keep a value that has no text; return its token."""
        token = f"g{len(self.given)}"
        self.given[token] = value
        return token

    # Reading.

    def shape(self, name: str) -> Shape:
        """Return the shape of an input."""
        return self.shapes.of(self.places[name].python_type)

    @property
    def secrets(self) -> frozenset[str]:
        """The inputs whose values are secrets by their names, and those with such a field in them."""
        return frozenset(name for name, place in self.places.items() if place.secret or self.shape(name).holds_secret)

    def check(self, name: str) -> Checked:
        """Return an input's value and problems; the literal is built too, unless it is a file."""
        if name not in self._checked or _has_variable(self.states.get(name)):
            self._checked[name] = self._check(name)
        return self._checked[name]

    def _check(self, name: str) -> Checked:
        place, shape, node = self.places[name], self.shape(name), self.states.get(name)
        try:
            value, found = reading.read(place, shape, node, self)
        except Exception as error:  # noqa: BLE001  # a class of a stranger's may raise anything, and the form has to stay usable
            value, found = WRONG, Reading()
            found.refuse(Spot((name,), name, (), place.secret), f"it cannot be read: {type(error).__name__}: {error}")
        if not found.problems and not (mode_of(node) == "unset" and not place.required):
            self._build(name, value, found, node)
        return Checked(WRONG if found.problems else value, found.problems)

    def _build(self, name: str, value: Any, found: Reading, node: Node | None) -> None:
        shape, spot = self.shape(name), Spot((name,), name, (), self.places[name].secret)
        if shape.costly:
            if mode_of(node) == "var" and not suits(shape, value):
                found.refuse(spot, f"expected {shape.words}, got {type(value).__name__}. Name another variable.")
            return
        try:
            literal(self.fields[name], value)
        except ShimError as error:
            found.refuse_error(error, spot, str(value) if isinstance(value, str) else "")

    def forget_checks(self) -> None:
        """Read everything anew: a variable, or a file, may have changed."""
        self._checked.clear()

    def problems(self, name: str) -> Mapping[Address, Problem]:
        """Return an input's problems by address."""
        return self.check(name).problems

    def shown_problems(self, name: str) -> dict[Address, Problem]:
        """Return the problems that are told: nobody is told off for what they did not reach yet."""
        asked = name in self.asked
        return {at: each for at, each in self.problems(name).items() if asked or not each.missing}

    def errors(self) -> dict[str, str]:
        """Return what is wrong, in words, by path; empty when the form can run."""
        return {each.path: each.words for name in self.places for each in self.problems(name).values()}

    def values(self) -> dict[str, Any]:
        """Return the Python values, defaults included; an input that is wrong is left out."""
        checked = {name: self.check(name).value for name in self.places}
        return {name: value for name, value in checked.items() if value is not WRONG}

    def validated(self) -> dict[str, Any]:
        """Return the values of every input.

        Raises
        ------
        InputError
            If one is wrong; from then on, what is missing is told too.
        """
        self.forget_checks()
        wrong = [name for name in self.places if self.problems(name)]
        self.asked = set(wrong)
        if wrong:
            told = "; ".join(str(each) for name in wrong for each in itertools.islice(self.problems(name).values(), 5))
            raise InputError(self.task.name, tuple(wrong), f"no run with these inputs: {told}", "")
        return self.values()

    def literals(self) -> literals_pb2.LiteralMap:
        """Return what the executor would get; raises `InputError` with all that is wrong."""
        values = self.validated()
        made = literals_pb2.LiteralMap()
        for name, value in values.items():
            try:
                made.literals[name].CopyFrom(literal(self.fields[name], value))
            except ShimError as error:  # noqa: PERF203  # the error names the input
                raise InputError(self.task.name, (name,), f"no literal of {name}: {error}", "") from error
        return made

    def without_secrets(self, name: str) -> Any:
        """Return an input's value with its secrets put out of sight; `WRONG` where that cannot be done."""
        place, shape, node = self.places[name], self.shape(name), self.states.get(name)
        if name not in self.secrets:
            return self.check(name).value
        if place.secret:
            return HIDDEN if shape.python_type is str else WRONG
        if not (mode_of(node) == "value" and node is not None and without_secrets(shape, node)):
            return WRONG
        return reading.read(place, shape, without_secrets(shape, node), self)[0]

    # Changing.

    def put(self, name: str, node: Node | None) -> None:
        """Put a node in the place of an input's."""
        kept = clean(self.shape(name), node)
        self._checked.pop(name, None)
        if kept is None or self._is_default(name, kept):
            self.states.pop(name, None)
        else:
            self.states[name] = kept
        # Once a missing value is there, it is missing anew only when a run is asked for again.
        if name in self.asked and not self.problems(name):
            self.asked.discard(name)

    def _is_default(self, name: str, node: Node) -> bool:
        """Tell whether what was typed is the default's own text, and nothing else was."""
        default = self.default(self.places[name])
        return default is not None and default == node and self.shape(name).kind in ("text", "choice", "none")

    def put_at(self, address: Address, node: Node | None) -> None:
        """Put a node in at an address; raises `KeyError` when there is no such place."""
        name, *rest = address
        if name not in self.places:
            raise KeyError(name)
        made = with_node(self.shape(name), self.states.get(name), tuple(rest), node)
        self.put(name, made)

    def at(self, address: Address) -> tuple[Place | None, Shape, Node | None]:
        """Return the place, the shape and the node at an address; raises `KeyError`."""
        name, *rest = address
        place: Place | None = self.places[name]
        shape = self.shape(name)
        for part in rest:
            place = next((each for each in shape.fields if each.name == part), None) if shape.kind == "group" else None
            inner = part_shape(shape, part)
            if inner is None:
                raise KeyError(part)
            shape = inner
        return place, shape, node_at(self.states.get(name), tuple(rest))

    def default(self, place: Place) -> Node | None:
        """Return the node that shows a place's default; None when it has none that can be shown."""
        shape = self.shapes.of(place.python_type)
        key = (place.name, f"{shape.id} {id(place.default)} {id(place.factory)}")
        if key not in self._defaults:
            value = place.made_default()
            self._defaults[key] = None if value is UNSET else clean(shape, shown(shape, value, self.hold))
        return self._defaults[key]

    def effective(self, address: Address) -> Node | None:
        """Return what a node stands for: itself, or its place's default."""
        place, _, node = self.at(address)
        if mode_of(node) != "unset" or place is None:
            return node
        default = self.default(place)
        return default if default is not None else node

    def set(self, given: Mapping[str, Any]) -> None:
        """Put Python values in, by input's name or by path.

        Raises
        ------
        InputError
            If there is no such input or path; then nothing is set.
        """
        before, unknown = dict(self.states), []
        for path, value in given.items():
            try:
                address = self._walk(path)[0]
            except KeyError:
                unknown.append(path)
                continue
            for depth in range(1, len(address)):
                self._materialize(address[:depth])
            _, shape, _ = self.at(address)
            self.put_at(address, None if value is UNSET else shown(shape, value, self.hold))
        if unknown:
            for name in {*before, *self.states}:
                self.put(name, before.get(name))
            raise self._unknown(tuple(unknown))

    def require(self, path: str) -> None:
        """Raise `InputError` when there is no such input or path."""
        try:
            self._walk(path)
        except KeyError:
            raise self._unknown((path,)) from None

    def part(self, path: str) -> tuple[Any, str, bool]:
        """Return the value at a path, what is wrong with it, and whether nothing is."""
        try:
            address, place, shape, node = self._walk(path)
        except KeyError:
            return None, "it is not there any more", False
        problems = self.problems(address[0])
        error = next((each.words for at, each in problems.items() if at[: len(address)] == address), "")
        if error:
            return None, error, False
        found = Place(address[-1], shape.whole, UNSET if place is None else place.default)
        value, told = reading.read(found, shape, node, self)
        if value is UNSET and place is not None:
            value = place.made_default()
        return (None, "", False) if told.problems else (value, "", True)

    def _unknown(self, paths: tuple[str, ...]) -> InputError:
        known = ", ".join(self.places) or "none"
        problem = f"no such input: {', '.join(path if path.isidentifier() else shorten(path) for path in paths)}"
        return InputError(self.task.name, paths, problem, f"Its inputs: {known}.")

    def _walk(self, path: str) -> tuple[Address, Place | None, Shape, Node | None]:
        """Return where a path such as ``rows[2].price`` leads, and what stands there; raises `KeyError`."""
        steps = [a or b or c for a, b, _, c in _STEP.findall(path)]
        if not steps or "".join(each.group(0) for each in _STEP.finditer(path)) != path or steps[0] not in self.places:
            raise KeyError(path)
        address: Address = (steps[0],)
        place: Place | None = self.places[steps[0]]
        shape, node = self.shape(steps[0]), self.effective(address)
        for step in steps[1:]:
            while shape.kind == "union" and mode_of(node) == "value" and node is not None:
                number = str(node["variant"])
                address, shape, node = (*address, number), shape.variants[int(number)], node["variants"].get(number)
            part = _part(shape, node, step)
            if part is None:
                raise KeyError(path)
            place = next((each for each in shape.fields if each.name == part), None) if shape.kind == "group" else None
            inner = part_shape(shape, part)
            address, shape, node = (*address, part), inner or shape, node_at(node, (part,))
            if mode_of(node) == "unset" and place is not None:
                node = self.default(place) or node
        return address, place, shape, node

    def _materialize(self, address: Address) -> None:
        _, shape, node = self.at(address)
        if (
            mode_of(node) == "unset"
            and (default := self.effective(address)) is not None
            and mode_of(default) == "value"
        ):
            self.put_at(address, default)
        elif mode_of(node) == "unset" and shape.kind == "group":
            self.put_at(address, {"mode": "value", "fields": {}})


def _part(shape: Shape, node: Node | None, step: str) -> str | None:
    """Name the part that a step of a path means, as addresses do; None when there is none."""
    if shape.kind == "group":
        return next((place.name for place in shape.fields if place.name == step), None)
    if shape.kind == "list" and step.isdecimal() and int(step) < len((node or {}).get("items", [])):
        return str((node or {})["items"][int(step)]["id"])
    if shape.kind == "map":
        return next((part["id"] for part in (node or {}).get("entries", []) if part["key"] == step), None)
    return None


def _has_variable(node: Any) -> bool:
    """Tell whether a node's value may change without a change of the form."""
    if isinstance(node, dict):
        return node.get("mode") in ("var", "upload") or any(map(_has_variable, node.values()))
    return isinstance(node, list) and any(map(_has_variable, node))
