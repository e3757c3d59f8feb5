"""What a task's local run hands back: a literal under its output's name."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NoReturn

from shimnb.errors import OutputError, WorkflowError

if TYPE_CHECKING:
    from flyteidl.core import literals_pb2, types_pb2

__all__ = ["Promise", "VoidPromise"]


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
