"""A task's interface in Python types: names, types, defaults; and its message."""

from __future__ import annotations

import inspect
import types
import typing
from collections import namedtuple
from functools import cached_property
from typing import Any

from flyteidl.core import interface_pb2

from shimnb.core.context import FlyteContextManager
from shimnb.core.shim import ShimTaskExecutor, import_path
from shimnb.core.types import TypeEngine, type_name
from shimnb.errors import AnnotationError, ConversionError, ExecutorError, SettingError, UnsupportedTypeError

__all__ = ["Interface", "executor_interface", "is_optional", "kwtypes"]


def kwtypes(**kwargs: Any) -> dict[str, Any]:
    """Return the keyword arguments, in order: names and their types.

    Examples
    --------
    >>> kwtypes(a=int, b=str)
    {'a': <class 'int'>, 'b': <class 'str'>}
    """
    return kwargs


def is_optional(python_type: Any) -> bool:
    """Tell whether a type admits None.

    Examples
    --------
    >>> is_optional(int | None), is_optional(int)
    (True, False)
    """
    if python_type is None or python_type is type(None):
        return True
    if typing.get_origin(python_type) is typing.Annotated:
        return is_optional(typing.get_args(python_type)[0])
    return typing.get_origin(python_type) in (typing.Union, types.UnionType) and type(None) in typing.get_args(
        python_type
    )


class Interface:
    """Inputs and outputs of a task, by name.

    Parameters
    ----------
    inputs : dict, optional
        A type by name, or a pair of a type and a default. A default of None
        is no default, as in flytekit; an input that admits None has it anyway.
    outputs : dict, optional
        A type by name.
    output_tuple_name : str, optional
        The name of the NamedTuple that the outputs come in.
    docstring : object, optional
        Descriptions: ``input_descriptions``, ``output_descriptions``,
        ``short_description`` and ``long_description``.

    Raises
    ------
    SettingError
        If a name is no identifier.

    Examples
    --------
    >>> Interface(inputs={"limit": (int, 5)}, outputs={"o0": list[str]})
    (limit: int = 5) -> list[str]
    """

    def __init__(
        self,
        inputs: dict[str, Any] | None = None,
        outputs: dict[str, Any] | None = None,
        output_tuple_name: str | None = None,
        docstring: Any = None,
    ) -> None:
        for kind, names in (("input", inputs or ()), ("output", outputs or ())):
            for name in names:
                if not str.isidentifier(name):
                    raise SettingError(f"{kind} name", name, "no identifier", "Use letters, digits and underscores.")
        self._inputs: dict[str, tuple[Any, Any]] = {
            name: given if type(given) is tuple and len(given) > 1 else (given, None)
            for name, given in (inputs or {}).items()
        }
        self._outputs = dict(outputs or {})
        self._output_tuple_name = output_tuple_name
        self._docstring = docstring

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """The inputs' types."""
        return {name: given[0] for name, given in self._inputs.items()}

    @property
    def inputs_with_defaults(self) -> dict[str, tuple[Any, Any]]:
        """The inputs' types and defaults, None where there is no default."""
        return dict(self._inputs)

    @property
    def default_inputs_as_kwargs(self) -> dict[str, Any]:
        """The defaults that are not None."""
        return {name: default for name, (_, default) in self._inputs.items() if default is not None}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values of inputs that a call may leave out, None for one that admits it."""
        return {
            name: default
            for name, (python_type, default) in self._inputs.items()
            if default is not None or is_optional(python_type)
        }

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs' types."""
        return self._outputs

    @property
    def output_names(self) -> list[str] | None:
        """The outputs' names; None when there are none."""
        return list(self._outputs) or None

    @property
    def output_tuple_name(self) -> str | None:
        """The name of the NamedTuple that the outputs come in."""
        return self._output_tuple_name

    @cached_property
    def output_tuple(self) -> Any:
        """The tuple class that a call returns for several outputs."""
        return namedtuple(self._output_tuple_name or "DefaultNamedTupleOutput", list(self._outputs))  # noqa: PYI024  # the names are data

    @property
    def docstring(self) -> Any:
        """The descriptions."""
        return self._docstring

    def remove_inputs(self, vars: list[str] | None) -> Interface:  # noqa: A002  # flytekit's name
        """Return an interface without some inputs."""
        left_out = set(vars or ())
        kept = {name: given for name, given in self._inputs.items() if name not in left_out}
        return Interface(kept, self._outputs, self._output_tuple_name, self._docstring)

    def with_inputs(self, extra_inputs: dict[str, Any]) -> Interface:
        """Return an interface with more inputs.

        Raises
        ------
        SettingError
            If one is there already.
        """
        _refuse_twice("input", self._inputs, extra_inputs)
        return Interface({**self._inputs, **extra_inputs}, self._outputs, self._output_tuple_name, self._docstring)

    def with_outputs(self, extra_outputs: dict[str, Any]) -> Interface:
        """Return an interface with more outputs.

        Raises
        ------
        SettingError
            If one is there already.
        """
        _refuse_twice("output", self._outputs, extra_outputs)
        return Interface(dict(self._inputs), {**self._outputs, **extra_outputs})

    def to_flyte_idl(self) -> interface_pb2.TypedInterface:
        """Return the message; a variable without a description has its name for one.

        Raises
        ------
        UnsupportedTypeError
            If a type has no literal type; it names the variable.
        """
        described = self._docstring.input_descriptions if self._docstring else {}
        returned = self._docstring.output_descriptions if self._docstring else {}
        if len(returned) == 1:
            returned = dict.fromkeys(self._outputs, next(iter(returned.values())))
        message = interface_pb2.TypedInterface()
        _write(message.inputs, self.inputs, described, "input")
        _write(message.outputs, self._outputs, returned, "output")
        return message

    def __repr__(self) -> str:
        inputs = ", ".join(
            f"{name}: {type_name(kind)}" + (f" = {default!r}" if default is not None else "")
            for name, (kind, default) in self._inputs.items()
        )
        if list(self._outputs) == ["o0"]:
            outputs = type_name(self._outputs["o0"])
        else:
            outputs = ", ".join(f"{name}: {type_name(kind)}" for name, kind in self._outputs.items())
            outputs = f"({outputs})" if outputs else "None"
        return f"({inputs}) -> {outputs}"


def _refuse_twice(kind: str, present: dict[str, Any], extra: dict[str, Any]) -> None:
    for name in extra:
        if name in present:
            raise SettingError(f"{kind} name", name, f"an {kind} of this name is there already", "Choose another name.")


def _write(
    variables: interface_pb2.VariableMap, python_types: dict[str, Any], described: dict[str, str], kind: str
) -> None:
    # An interface without variables has the two maps all the same, as the engine expects.
    variables.SetInParent()
    for name, python_type in python_types.items():
        try:
            literal_type = TypeEngine.to_literal_type(python_type)
        except UnsupportedTypeError as error:
            error.where = f"{kind} {name}, {error.where}" if error.where and error.where != "$" else f"{kind} {name}"
            raise
        variable = variables.variables[name]
        variable.type.CopyFrom(literal_type)
        variable.description = described.get(name) or name


def executor_interface(executor_type: type[ShimTaskExecutor[Any]]) -> Interface:
    """Read the interface off an executor: the annotated parameters after ``self, tt``.

    Parameters
    ----------
    executor_type : type of ShimTaskExecutor
        Its `execute_from_model` declares the inputs, with their defaults, and
        by its return type the outputs: ``o0``; ``o0``, ``o1``... for a tuple;
        the fields' names for a NamedTuple; none for None.

    Returns
    -------
    Interface
        The interface.

    Raises
    ------
    AnnotationError
        If a parameter or the result has no annotation, or a default does not
        fit its type.
    ExecutorError
        If there is no `execute_from_model` to read.

    Examples
    --------
    >>> class Executor(ShimTaskExecutor):
    ...     def execute_from_model(self, tt, *, limit: int = 5) -> list[str]: ...
    >>> executor_interface(Executor)
    (limit: int = 5) -> list[str]
    """
    path = import_path(executor_type)
    method = getattr(executor_type, "execute_from_model", None)
    if method is None or method is ShimTaskExecutor.execute_from_model:
        raise ExecutorError(
            path, "it has no execute_from_model", "Write: def execute_from_model(self, tt, *, ...) -> ...:"
        )
    function = f"{executor_type.__name__}.execute_from_model"
    parameters = list(inspect.signature(method).parameters.values())
    if len(parameters) < 2:  # noqa: PLR2004  # self and tt
        raise ExecutorError(path, "execute_from_model does not take the template", "Begin it with (self, tt, *, ...).")
    try:
        hints = typing.get_type_hints(method, include_extras=True)
        written = inspect.get_annotations(method, eval_str=True)
    except NameError as error:
        raise AnnotationError(
            function, "annotations", f"an annotation names what is not there ({error})", "Import it, or define it."
        ) from error
    inputs = {p.name: _input(function, p, hints, written) for p in parameters[2:] if p.kind is not p.VAR_KEYWORD}
    if "return" not in hints:
        raise AnnotationError(
            function, "return", "the result has no annotation", 'Write "-> TYPE", or "-> None" if it returns nothing.'
        )
    result = hints["return"]
    # A NamedTuple's name is kept: a call gives its outputs back in a tuple of that name.
    name = result.__name__ if isinstance(result, type) and issubclass(result, tuple) and result is not tuple else None
    return Interface(inputs, _outputs(function, result), output_tuple_name=name)


def _input(
    function: str, parameter: inspect.Parameter, hints: dict[str, Any], written: dict[str, Any]
) -> tuple[Any, Any]:
    name = parameter.name
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
        raise AnnotationError(
            function, name, "an input is passed by its name", f"Write it after a star: *, {name}: TYPE."
        )
    if name not in hints:
        raise AnnotationError(function, name, "the parameter has no annotation", f"Write its type: {name}: int.")
    python_type = hints[name]
    if parameter.default is parameter.empty or parameter.default is None:
        # By what is written: Python 3.10 makes an Optional of every type whose default is None.
        if parameter.default is None and not is_optional(written[name]):
            python_type = written[name]
            raise AnnotationError(
                function,
                name,
                f"the default None is no {type_name(python_type)}",
                f"Write {name}: {type_name(python_type)} | None = None.",
            )
        return python_type, None
    try:
        literal_type = TypeEngine.to_literal_type(python_type)
        TypeEngine.to_literal(FlyteContextManager.current_context(), parameter.default, python_type, literal_type)
    except UnsupportedTypeError as error:
        error.where = f"{function}, {name!r}"
        raise
    except ConversionError as error:
        raise AnnotationError(
            function, name, f"the default does not fit its type: {error.problem}", "Change the one or the other."
        ) from error
    return python_type, parameter.default


def _outputs(function: str, result: Any) -> dict[str, Any]:
    if result is None or result is type(None):
        return {}
    if isinstance(result, type) and issubclass(result, tuple) and hasattr(result, "_fields"):
        hints = typing.get_type_hints(result, include_extras=True)
        missing = [field for field in result._fields if field not in hints]
        if missing:
            raise AnnotationError(
                function,
                "return",
                f"the fields of {result.__name__} have no types: {', '.join(missing)}",
                "Derive it from typing.NamedTuple.",
            )
        return hints
    if typing.get_origin(result) is tuple:
        parts = typing.get_args(result)
        if len(parts) == 1 or Ellipsis in parts:
            raise AnnotationError(
                function,
                "return",
                f"{type_name(result)} says no number of outputs, or one",
                "Write list[TYPE] for one output of many values, tuple[A, B] for two outputs.",
            )
        return {f"o{index}": python_type for index, python_type in enumerate(parts)}
    return {"o0": result}
