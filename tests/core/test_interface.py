"""Interfaces: read off an executor, refused with the parameter's name, written as a message."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # an annotation that is read at run time
from typing import Annotated, Any, ClassVar, NamedTuple, Optional, Union

import pytest

from shimnb import Interface, ShimTaskExecutor, executor_interface, kwtypes
from shimnb.core.interface import is_optional
from shimnb.errors import AnnotationError, ExecutorError, SettingError, UnsupportedTypeError


class Stats(NamedTuple):
    """Two named outputs."""

    mean: float
    count: int


def test_an_executor_declares_the_interface() -> None:
    """Names, types and defaults of the parameters after the template, and the result."""

    class Executor(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any, *, limit: int = 5, name: Optional[str] = None, **_: Any) -> list[str]:  # noqa: UP045
            raise NotImplementedError

    interface = executor_interface(Executor)
    assert interface.inputs == {"limit": int, "name": Optional[str]}  # noqa: UP045
    assert interface.defaults == {"limit": 5, "name": None}
    assert interface.outputs == {"o0": list[str]}
    assert repr(interface) == "(limit: int = 5, name: str | None) -> list[str]"


@pytest.mark.parametrize(
    ("result", "outputs", "name"),
    [
        (None, {}, None),
        (int, {"o0": int}, None),
        (tuple[int, str], {"o0": int, "o1": str}, None),
        (Stats, {"mean": float, "count": int}, "Stats"),
    ],
    ids=str,
)
def test_the_result_names_the_outputs(result: Any, outputs: dict[str, Any], name: str | None) -> None:
    """One is o0, a tuple o0 and o1, a NamedTuple its fields, None nothing."""

    class Executor(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any) -> Any:
            raise NotImplementedError

    Executor.execute_from_model.__annotations__["return"] = result
    interface = executor_interface(Executor)
    assert interface.outputs == outputs
    assert interface.output_tuple_name == name


class Unannotated(ShimTaskExecutor[Any]):
    """Lacks a type."""

    def execute_from_model(self, tt, *, limit) -> int:  # type: ignore[no-untyped-def]
        raise NotImplementedError


class NoResult(ShimTaskExecutor[Any]):
    """Lacks the result's type."""

    def execute_from_model(self, tt, *, limit: int):  # type: ignore[no-untyped-def]
        raise NotImplementedError


class BadDefault(ShimTaskExecutor[Any]):
    """Has a default of another type."""

    def execute_from_model(self, tt: Any, *, limit: int = "x") -> int:  # type: ignore[assignment]
        raise NotImplementedError


class NoneDefault(ShimTaskExecutor[Any]):
    """Has None where it is not admitted."""

    def execute_from_model(self, tt: Any, *, when: dt.date = None) -> int:  # type: ignore[assignment]  # noqa: RUF013
        raise NotImplementedError


class Stars(ShimTaskExecutor[Any]):
    """Has parameters without names."""

    def execute_from_model(self, tt: Any, *limits: int) -> int:
        raise NotImplementedError


class OneTuple(ShimTaskExecutor[Any]):
    """Has a tuple of unknown length."""

    def execute_from_model(self, tt: Any) -> tuple[int, ...]:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("executor", "message"),
    [
        (Unannotated, "Unannotated.execute_from_model, 'limit': the parameter has no annotation. Write its type: limit: int."),
        (NoResult, "NoResult.execute_from_model, 'return': the result has no annotation. Write \"-> TYPE\", or \"-> None\" if it returns nothing."),
        (BadDefault, "BadDefault.execute_from_model, 'limit': the default does not fit its type: expected int, got str 'x'. Change the one or the other."),
        (NoneDefault, "NoneDefault.execute_from_model, 'when': the default None is no date. Write when: date | None = None."),
        (Stars, "Stars.execute_from_model, 'limits': an input is passed by its name. Write it after a star: *, limits: TYPE."),
        (OneTuple, "OneTuple.execute_from_model, 'return': tuple[int, ...] says no number of outputs, or one. Write list[TYPE] for one output of many values, tuple[A, B] for two outputs."),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_what_is_not_declared_is_refused(executor: type[ShimTaskExecutor[Any]], message: str) -> None:
    """The error names the parameter and what to write."""
    with pytest.raises(AnnotationError) as caught:
        executor_interface(executor)
    assert str(caught.value) == message


def test_an_executor_without_its_method_is_refused() -> None:
    """The base class's own method is none."""

    class Empty(ShimTaskExecutor[Any]):
        pass

    with pytest.raises(ExecutorError) as caught:
        executor_interface(Empty)
    assert str(caught.value) == (
        f"executor {__name__}.Empty: it has no execute_from_model. "
        "Write: def execute_from_model(self, tt, *, ...) -> ...:"
    )


def test_an_unsupported_default_type_names_the_parameter() -> None:
    """A type without a literal type is refused where it is declared."""

    class Executor(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any, *, z: complex = 1j) -> int:
            raise NotImplementedError

    with pytest.raises(UnsupportedTypeError, match=r"^Executor\.execute_from_model, 'z': the type complex has no"):
        executor_interface(Executor)


@pytest.mark.parametrize("kind", ["input", "output"])
def test_a_variable_of_an_unsupported_type_is_named(kind: str) -> None:
    """The message of the interface is where types are turned into literal types."""
    interface = Interface(inputs={"z": complex}) if kind == "input" else Interface(outputs={"z": complex})
    with pytest.raises(UnsupportedTypeError) as caught:
        interface.to_flyte_idl()
    assert str(caught.value).startswith(f"{kind} z: the type complex has no Flyte literal type. ")


def test_an_input_that_admits_none_may_be_left_out() -> None:
    """As when an execution is launched: null is its default."""
    interface = Interface(inputs={"a": (int, 3), "b": Optional[int], "c": int, "d": None | int})  # noqa: UP045
    assert interface.defaults == {"a": 3, "b": None, "d": None}
    assert interface.default_inputs_as_kwargs == {"a": 3}
    assert interface.inputs_with_defaults["a"] == (int, 3)


@pytest.mark.parametrize(
    ("python_type", "optional"),
    [
        (int, False),
        (Optional[int], True),  # noqa: UP045
        (Union[int, str], False),  # noqa: UP007
        (int | None, True),
        (Annotated[int | None, "x"], True),
        (list[None], False),
        (None, True),
        (type(None), True),
    ],
    ids=str,
)
def test_what_admits_none(python_type: Any, optional: bool) -> None:
    """Only None itself and unions with it."""
    assert is_optional(python_type) is optional


def test_names_are_identifiers() -> None:
    """A name that an executor could not take is refused."""
    with pytest.raises(SettingError) as caught:
        Interface(inputs={"a b": int})
    assert str(caught.value) == "input name: no identifier, got 'a b'. Use letters, digits and underscores."


def test_the_message_has_a_variable_for_each_name() -> None:
    """Types and descriptions; a name stands in for a missing description."""

    class Docs:
        input_descriptions: ClassVar[dict[str, str]] = {"a": "how many"}
        output_descriptions: ClassVar[dict[str, str]] = {"returns": "the names"}
        short_description = long_description = None

    message = Interface(kwtypes(a=int, b=str), kwtypes(o0=str), docstring=Docs()).to_flyte_idl()
    assert message.inputs.variables["a"].description == "how many"
    assert message.inputs.variables["b"].description == "b"
    assert message.outputs.variables["o0"].description == "the names"
    assert message.inputs.variables["a"].type.simple == 1


def test_interfaces_grow_and_shrink_as_copies() -> None:
    """The original stays, and a name is never taken twice."""
    interface = Interface(kwtypes(a=int, b=str), kwtypes(o0=int))
    assert list(interface.remove_inputs(["a"]).inputs) == ["b"]
    assert list(interface.with_inputs({"c": float}).inputs) == ["a", "b", "c"]
    assert interface.with_outputs({"o1": str}).output_names == ["o0", "o1"]
    assert interface.output_names == ["o0"]
    with pytest.raises(SettingError) as caught:
        interface.with_inputs({"a": int})
    assert str(caught.value) == ("input name: an input of this name is there already, got 'a'. Choose another name.")
