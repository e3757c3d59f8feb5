"""The fields of a form, one for each input of an interface, and no widget.

A field's *state* is what a person has put into it: a text, None for the value
None, or `UNSET` when nothing was. So an empty text, None, a default and
nothing at all are four different things.
"""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from shimnb.core.context import ExecutionMode, ExecutionState, FlyteContextManager
from shimnb.core.types import TypeEngine, type_name
from shimnb.errors import ConversionError, ShimError, shorten
from shimnb.notebook.form.others import Other, other_of
from shimnb.notebook.form.shape import UNSET, Unset
from shimnb.notebook.form.texts import SCALARS
from shimnb.notebook.form.values import bare, from_json, members, read_json, show_json, variants

if TYPE_CHECKING:
    from flyteidl.core import literals_pb2, types_pb2

    from shimnb.core.interface import Interface

__all__ = ["UNSET", "Field", "State", "Unset", "fields_of", "literal", "message", "parse", "show"]


State = str | None | Unset
Control = Literal["line", "text", "choice"]


@dataclass(frozen=True)
class Field:
    """One input of a task, as a form shows it.

    Parameters
    ----------
    name : str
        The input's name, which is its label too.
    python_type : Any
        Its type, as the task's Python interface has it.
    type_text : str
        The type, in words.
    control : {"line", "text", "choice"}
        A text of one line, of several lines, or one of `choices`.
    choices : tuple of str
        The texts of a choice.
    nullable : bool
        Whether None is a value of it.
    default : Any
        The default, or `UNSET`.
    default_state : str, None or Unset
        The default as the field shows it.
    help : str
        What the interface's docstring says of it.
    hint : str
        What may be written, in a few words.
    expected : flyteidl.core.types_pb2.LiteralType or None
        The literal type that the task's interface has.

    Notes
    -----
    The literal type is flyteidl 1.16.8, ``core/types.proto``.
    """

    name: str
    python_type: Any
    type_text: str
    control: Control
    choices: tuple[str, ...] = ()
    nullable: bool = False
    default: Any = UNSET
    default_state: State = UNSET
    help: str = ""
    hint: str = ""
    expected: types_pb2.LiteralType | None = None

    @property
    def required(self) -> bool:
        """Whether a run needs a state that is not `UNSET`."""
        return self.default is UNSET

    @property
    def value_type(self) -> Any:
        """The type without ``None``, where that leaves a single one."""
        rest = [variant for variant in variants(self.python_type) if variant is not type(None)]
        return rest[0] if len(rest) == 1 else self.python_type

    @property
    def costly(self) -> bool:
        """Whether its literal is a file, so that it is made for a run only; `parse` has checked the value."""
        other = other_of(self.value_type)
        return other is not None and other.costly

    @property
    def keeps_empty(self) -> bool:
        """Whether an empty text is a value."""
        return self.value_type is str

    def to_message(self) -> dict[str, Any]:
        """Return the field as the front end gets it."""
        told = {
            "name": self.name,
            "type": self.type_text,
            "control": self.control,
            "choices": list(self.choices),
            "nullable": self.nullable,
            "required": self.required,
            "keepsEmpty": self.keeps_empty,
            "help": self.help,
            "hint": self.hint,
        }
        return told if self.default_state is UNSET else {**told, "default": self.default_state}


def fields_of(interface: Interface) -> tuple[Field, ...]:
    """Return the fields of an interface's inputs, in its order.

    Parameters
    ----------
    interface : Interface
        A task's Python interface.

    Returns
    -------
    tuple of Field
        One for each input; a type without a control of its own is a JSON
        text.

    Examples
    --------
    >>> from shimnb import Interface
    >>> [field] = fields_of(Interface(inputs={"limit": (int, 5)}))
    >>> field.name, field.type_text, field.default_state
    ('limit', 'int', '5')
    """
    expected = interface.to_flyte_idl().inputs.variables
    defaults = interface.defaults
    told = _descriptions(interface)
    return tuple(
        _field(name, python_type, defaults.get(name, UNSET), told.get(name, ""), expected[name].type)
        for name, python_type in interface.inputs.items()
    )


def _descriptions(interface: Interface) -> dict[str, str]:
    # A docstring in flytekit's shape has `input_descriptions`; it has None for what it says nothing of.
    told = getattr(interface.docstring, "input_descriptions", None) or {}
    return {name: text for name, text in told.items() if text}


def _field(name: str, python_type: Any, default: Any, told: str, expected: types_pb2.LiteralType) -> Field:
    options = variants(python_type)
    nullable = type(None) in options
    rest = tuple(option for option in options if option is not type(None))
    value_type = rest[0] if len(rest) == 1 else bare(python_type)
    control, choices = _control(value_type)
    if value_type is type(None) and default is UNSET:
        default = None
    field = Field(
        name=name,
        python_type=python_type,
        type_text=type_name(python_type),
        control=control,
        choices=choices,
        nullable=nullable,
        default=default,
        help=told,
        hint=_hint(value_type, control),
        expected=expected,
    )
    return field if default is UNSET else dataclasses.replace(field, default_state=show(field, default))


def _control(value_type: Any) -> tuple[Control, tuple[str, ...]]:
    if value_type is bool:
        return "choice", ("True", "False")
    if value_type is type(None):
        return "choice", ()
    if choices := members(value_type):
        return "choice", tuple(choices)
    if value_type in SCALARS and value_type is not str:
        return "line", ()
    other = other_of(value_type)
    return "line" if other is not None and other.plain else "text", ()


def _hint(value_type: Any, control: Control) -> str:
    if value_type in SCALARS:
        return SCALARS[value_type].hint
    other = other_of(value_type)
    if other is not None:
        return other.hint(value_type)
    if control != "text":
        return ""
    if dataclasses.is_dataclass(value_type):
        names = [field.name for field in dataclasses.fields(value_type) if field.init]
        return f"JSON of {', '.join(names)}"
    return "JSON"


def parse(field: Field, state: State) -> Any:
    """Return the Python value of a field's state.

    Parameters
    ----------
    field : Field
        The field.
    state : str, None or Unset
        What was put into it.

    Returns
    -------
    Any
        A value of the field's type; the default itself for `UNSET`.

    Raises
    ------
    ConversionError
        If there is no such value; its path begins with the field's name.

    Examples
    --------
    >>> from shimnb import Interface
    >>> [field] = fields_of(Interface(inputs={"limit": int}))
    >>> parse(field, "1_000")
    1000
    """
    if isinstance(state, Unset):
        if field.default is UNSET:
            raise ConversionError(field.name, "a value is needed", _ways(field))
        return field.default
    if state is None:
        if not field.nullable:
            raise ConversionError(field.name, f"expected {field.type_text}, got None")
        return None
    value_type = field.value_type
    try:
        return _parse_text(field, value_type, state)
    except ConversionError as error:
        # An emptied field is not the default, nor None: what it could be is worth a word.
        if not state.strip():
            raise ConversionError(field.name, error.problem, _ways(field)) from None
        raise


def _parse_text(field: Field, value_type: Any, text: str) -> Any:
    if value_type in SCALARS:
        return SCALARS[value_type].parse(text, field.name)
    if choices := members(value_type):
        if text not in choices:
            shown = ", ".join(choices)
            raise ConversionError(field.name, f"expected one of {shown}, got {shorten(text)}")
        return choices[text]
    other = other_of(value_type)
    if other is not None and other.plain:
        # A path needs no quotes, as a str does not.
        is_json = other.listed and text.lstrip().startswith("[")
        return other.parse(read_json(text, field.name) if is_json else text, value_type, field.name)
    return from_json(read_json(text, field.name), field.python_type, field.name)


def _ways(field: Field) -> str:
    """Say in what ways the field could get a value."""
    ways = [f"Give {_article(type_name(field.value_type))}" if field.control != "choice" else "Choose one"]
    if field.nullable and field.control != "choice":
        ways.append("tick None")
    if field.default is not UNSET:
        ways.append("go back to the default")
    return f"{ways[0]}." if len(ways) == 1 else f"{', '.join(ways[:-1])}, or {ways[-1]}."


def _article(text: str) -> str:
    return f"an {text}" if text[:1].lower() in "aeiou" else f"a {text}"


def show(field: Field, value: Any) -> State:  # noqa: PLR0911  # one return a kind of value
    """Return the state that stands for a Python value in a field.

    Parameters
    ----------
    field : Field
        The field.
    value : Any
        A value of its type. Of a wrong one, the text is what `parse` refuses
        in words; a str given to a field that is no string is its text.

    Returns
    -------
    str or None
        What `parse` takes for the value.

    Examples
    --------
    >>> from shimnb import Interface
    >>> [field] = fields_of(Interface(inputs={"tags": list[str]}))
    >>> show(field, ["a", "b"])
    '["a", "b"]'
    """
    if value is None:
        return None
    value_type, other = field.value_type, other_of(field.value_type)
    if isinstance(value, enum.Enum) and members(value_type):
        return str(value.value)
    if isinstance(value, str):
        return value
    if value_type in SCALARS and isinstance(value, value_type):
        return SCALARS[value_type].show(value)
    if value_type is float and type(value) is int:
        return str(value)
    if value_type in SCALARS or members(value_type):
        return str(value)
    return show_json(value) if other is None or not other.plain else _shown(other, value)


def _shown(other: Other, value: Any) -> str:
    try:
        plain = other.show(value)
    except Exception:  # noqa: BLE001  # of a wrong class: the text is what `parse` refuses
        plain = shorten(value)
    return plain if isinstance(plain, str) else show_json(plain)


def literal(field: Field, value: Any) -> literals_pb2.Literal:
    """Build the literal of a field's value, through the type engine.

    Parameters
    ----------
    field : Field
        The field.
    value : Any
        What `parse` returned.

    Returns
    -------
    flyteidl.core.literals_pb2.Literal
        What the task's executor would get.

    Raises
    ------
    ConversionError
        If the value does not fit; its path begins with the field's name.
    """
    try:
        expected = field.expected or TypeEngine.to_literal_type(field.python_type)
        # As in a local run, which leaves a file where it is.
        context = FlyteContextManager.current_context()
        state = (context.execution_state or ExecutionState()).with_params(mode=ExecutionMode.LOCAL_TASK_EXECUTION)
        return TypeEngine.to_literal(context.with_execution_state(state), value, field.python_type, expected)
    except ConversionError as error:
        raise ConversionError(_from_root(error.path, field.name), error.problem, error.remedy) from error
    except ShimError:
        raise
    except Exception as error:  # a transformer may be a stranger's: the form has to stay usable
        raise ConversionError(field.name, f"no literal of {field.type_text}: {error}") from error


def _from_root(path: str, name: str) -> str:
    # The engine calls the whole value `$`; in a form it has the field's name.
    return name + path[1:] if path.startswith("$") else path or name


def message(field: Field, error: ShimError) -> str:
    """Word an error for its place beside the field, whose name need not be said again.

    Examples
    --------
    >>> from shimnb import Interface
    >>> [field] = fields_of(Interface(inputs={"limit": int}))
    >>> message(field, ConversionError("limit", "expected int, got 'x'"))
    "expected int, got 'x'"
    """
    text = str(error)
    return text[len(field.name) + 2 :] if error.where == field.name else text
