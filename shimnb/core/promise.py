"""What a call of a task takes, and what its run on this machine hands back: literals under names."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from shimnb.core.types import TypeEngine
from shimnb.errors import InputError, OutputError, WorkflowError

if TYPE_CHECKING:
    from flyteidl.core import literals_pb2, types_pb2

    from shimnb.core.context import FlyteContext
    from shimnb.core.deck import Deck

__all__ = ["LocalOutputs", "Promise", "VoidPromise", "input_literals", "inputs_by_name"]


class Promise:
    """An output of a task that has run.

    Parameters
    ----------
    var : str
        The output's name.
    val : flyteidl.core.literals_pb2.Literal
        Its value.
    type : flyteidl.core.types_pb2.LiteralType, optional
        Its type.
    """

    def __init__(self, var: str, val: literals_pb2.Literal, type: types_pb2.LiteralType | None = None) -> None:  # noqa: A002  # flytekit's name
        self._var = var
        self._val = val
        self._type = type

    @property
    def var(self) -> str:
        """The output's name."""
        return self._var

    @property
    def val(self) -> literals_pb2.Literal:
        """The output's value."""
        return self._val

    @property
    def ref(self) -> None:
        """No node: the value is there."""
        return

    @property
    def is_ready(self) -> bool:
        """Whether the value is there; outside of workflows it always is."""
        return True

    def with_var(self, new_var: str) -> Promise:
        """Return the same value under another name."""
        return Promise(new_var, self._val, self._type)

    def eval(self) -> Any:
        """Return the Python value of a primitive.

        Raises
        ------
        WorkflowError
            If the value is not a primitive: an int, a float, a str, a bool, a
            datetime or a duration.
        """
        if self._val.WhichOneof("value") != "scalar" or self._val.scalar.WhichOneof("value") != "primitive":
            raise WorkflowError("only a primitive has a value of its own", where=f"output {self._var}")
        primitive = self._val.scalar.primitive
        kind = primitive.WhichOneof("value")
        if kind == "datetime":
            return primitive.datetime.ToDatetime(tzinfo=dt.timezone.utc)
        if kind == "duration":
            return primitive.duration.ToTimedelta()
        return getattr(primitive, kind) if kind else None

    def with_overrides(self, *_args: Any, **_kwargs: Any) -> Promise:
        """Return the promise: a run that is over has nothing to override."""
        return self

    def runs_before(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing: the order of runs is the order of the calls."""

    def __rshift__(self, other: Any) -> Any:
        return other

    def __repr__(self) -> str:
        return f"Promise({self._var}: {str(self._val).strip()})"


class VoidPromise:
    """The result of a task without outputs; it cannot be used as a value.

    Parameters
    ----------
    task_name : str
        The task.
    ref : object, optional
        The node that the promise is of; None for a run.
    """

    def __init__(self, task_name: str, ref: Any = None) -> None:
        self._task_name = task_name
        self._ref = ref

    @property
    def task_name(self) -> str:
        """The task."""
        return self._task_name

    @property
    def ref(self) -> Any:
        """The node that the promise is of; None for a run, which is over."""
        return self._ref

    def with_overrides(self, *_args: Any, **_kwargs: Any) -> VoidPromise:
        """Return the promise: a run that is over has nothing to override."""
        return self

    def runs_before(self, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing: the order of runs is the order of the calls."""

    def __rshift__(self, other: Any) -> Any:
        return other

    def _refuse(self, *_args: object) -> NoReturn:
        raise OutputError(self._task_name, "it returns nothing, so its result is no value", "Declare an output.")

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __and__ = __or__ = __xor__ = __add__ = __mod__ = __bool__ = _refuse
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"VoidPromise({self._task_name})"


class LocalOutputs(NamedTuple):
    """What a run on this machine left.

    Attributes
    ----------
    literals : flyteidl.core.literals_pb2.LiteralMap
        The outputs by name.
    cached : bool
        Whether they are an earlier run's, from the local cache.
    decks : list of Deck
        The decks of the run; empty for cached outputs.
    """

    literals: literals_pb2.LiteralMap
    cached: bool
    decks: list[Deck]


def inputs_by_name(task: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Give each input of a call its name.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        What is called.
    args, kwargs : tuple and dict
        The inputs, by position and by name.

    Raises
    ------
    InputError
        If there are too many, or one is given twice.
    """
    names = list(task.python_interface.inputs)
    if len(args) > len(names):
        raise InputError(
            task.name,
            (),
            f"{len(args)} inputs were given by position, and it has {len(names)}",
            f"Its inputs are {task.python_interface!r}.",
        )
    given = dict(zip(names, args, strict=False))
    twice = tuple(name for name in given if name in kwargs)
    if twice:
        raise InputError(task.name, twice, f"{', '.join(twice)} is given twice", "Give it once.")
    return {**given, **kwargs}


def input_literals(task: Any, ctx: FlyteContext, given: dict[str, Any]) -> literals_pb2.LiteralMap:
    """Give the literals of a call's inputs, and of the interface's defaults.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        What is called.
    ctx : FlyteContext
        The surroundings of the run.
    given : dict of str to Any
        Python values, or promises of earlier runs.

    Raises
    ------
    InputError
        If an input is missing, or not in the interface.
    ConversionError
        If a value does not fit its type; it names the path.
    """
    interface = task.python_interface
    types = interface.inputs
    values = {**interface.defaults, **given}
    if values.keys() != types.keys():
        _refuse(task, values)
    plain = {name: value for name, value in values.items() if not isinstance(value, Promise)}
    literals = TypeEngine.dict_to_literal_map(ctx, plain, types)
    if len(plain) != len(values):
        for name in values.keys() - plain.keys():
            literals.literals[name].CopyFrom(values[name].val)
    return literals


def _refuse(task: Any, values: dict[str, Any]) -> None:
    """Raise for inputs that the interface does not have, or that nothing gives a value for."""
    types = task.python_interface.inputs
    remedy = f"Its inputs are {task.python_interface!r}."
    unknown = tuple(name for name in values if name not in types)
    if unknown:
        raise InputError(task.name, unknown, f"no input is named {', '.join(map(repr, unknown))}", remedy)
    # A default of the executor's own applies where it runs, here as on a cluster.
    missing = tuple(name for name in types if name not in values and name not in task.executor_defaults)
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise InputError(task.name, missing, f"{', '.join(missing)} {verb} missing", remedy)
