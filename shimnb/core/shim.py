"""The two halves of a shim task, and how they run: a template, and an executor that gets nothing else."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cached_property
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from flyteidl.core import literals_pb2

from shimnb.core.context import ExecutionState, standing
from shimnb.core.template import TaskTemplate  # noqa: TC001  # a context variable's type names it at run time
from shimnb.core.tracker import TrackedInstance
from shimnb.core.types import TypeEngine
from shimnb.errors import ExecutorError, InputError, OutputError, OverrideError

if TYPE_CHECKING:
    from shimnb.core.context import ExecutionParameters, FlyteContext
    from shimnb.core.deck import DeckField
    from shimnb.core.recorder import Recorder

__all__ = ["ExecutableTemplateShimTask", "ShimTaskExecutor", "import_path"]

T = TypeVar("T")

# A run has one template. `execute` is public, and takes no template, so the run that calls it leaves it here.
_running: ContextVar[tuple[object, TaskTemplate] | None] = ContextVar("shimnb_running", default=None)


def import_path(kind: type) -> str:
    """Return the path by which the container imports a class.

    Examples
    --------
    >>> import_path(ShimTaskExecutor)
    'shimnb.core.shim.ShimTaskExecutor'
    """
    return f"{kind.__module__}.{kind.__name__}"


class ShimTaskExecutor(TrackedInstance, Generic[T]):
    """The code of a shim task. Subclass it and write `execute_from_model`."""

    # Generic's own keeps the last classes that it was given, and with each the whole module of a cell's old version.
    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:  # noqa: ARG002  # for subclasses
        """Run the task.

        Parameters
        ----------
        tt : TaskTemplate
            The template, as the cluster keeps it. Nothing else of the task is
            known here.
        **kwargs : Any
            The inputs, as Python values.

        Returns
        -------
        Any
            The output; a tuple, or better a NamedTuple, of several; None.

        Raises
        ------
        OverrideError
            If the subclass did not write it.
        """
        raise OverrideError(
            import_path(type(self)), "execute_from_model", "Write: def execute_from_model(self, tt, *, ...) -> ...:"
        )


def make_executor(executor_type: type[ShimTaskExecutor[Any]]) -> ShimTaskExecutor[Any]:
    """Make an executor as the container does: without arguments.

    Raises
    ------
    ExecutorError
        If the class is none, has no `execute_from_model`, or needs arguments.
    """
    if not isinstance(executor_type, type):
        raise ExecutorError(
            repr(executor_type), "an executor is given as a class", "Pass the class itself: executor_type=Executor."
        )
    path = import_path(executor_type)
    method = getattr(executor_type, "execute_from_model", None)
    if method is None or method is ShimTaskExecutor.execute_from_model:
        raise ExecutorError(
            path, "it has no execute_from_model", "Write: def execute_from_model(self, tt, *, ...) -> ...:"
        )
    try:
        return executor_type()
    except TypeError as error:
        raise ExecutorError(
            path,
            f"it cannot be made without arguments ({error})",
            "Take what it needs from the template: the container makes it with no arguments.",
        ) from error


class ExecutableTemplateShimTask:
    """A template and its executor, ready to run: all that a container has of a shim task.

    Parameters
    ----------
    tt : TaskTemplate
        The template.
    executor_type : type of ShimTaskExecutor
        The class of the executor; an instance is made without arguments.

    Raises
    ------
    ExecutorError
        If the class has no `execute_from_model`, or needs arguments.
    """

    def __init__(self, tt: TaskTemplate, executor_type: type[ShimTaskExecutor[Any]]) -> None:
        self._executor_type = executor_type
        self._executor = make_executor(executor_type)
        self._template = tt
        self._guessed: tuple[dict[str, Any], dict[str, Any]] | None = None

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.task_template.id.name)

    @property
    def task_template(self) -> TaskTemplate:
        """The template."""
        return self._template

    @property
    def executor(self) -> ShimTaskExecutor[Any]:
        """The executor."""
        return self._executor

    @property
    def executor_type(self) -> type[ShimTaskExecutor[Any]]:
        """The class of the executor."""
        return self._executor_type

    @property
    def enable_deck(self) -> bool:
        """Whether a run leaves a deck."""
        return self.task_template.metadata.generates_deck

    @property
    def deck_fields(self) -> list[DeckField]:
        """The decks that a run leaves; a template does not tell which, so that they are the default ones."""
        if not self.enable_deck:
            return []
        from shimnb.core.deck import DEFAULT_FIELDS  # noqa: PLC0415  # for tasks with decks only

        return list(DEFAULT_FIELDS)

    def execute(self, **kwargs: Any) -> Any:
        """Hand the template and the inputs to the executor, and return its result."""
        __tracebackhide__ = True
        running = _running.get()
        template = running[1] if running and running[0] is self else self.task_template
        return self.executor.execute_from_model(template, **kwargs)

    def pre_execute(self, user_params: ExecutionParameters | None) -> ExecutionParameters | None:
        """Return the parameters of the run; a plugin may add to them."""
        return user_params

    def post_execute(self, _: ExecutionParameters | None, rval: Any) -> Any:
        """Return the executor's result; a plugin may change it."""
        return rval

    def dispatch_execute(
        self, ctx: FlyteContext, input_literal_map: literals_pb2.LiteralMap
    ) -> literals_pb2.LiteralMap:
        """Run the executor as the cluster does: on the template, and on literals.

        Parameters
        ----------
        ctx : FlyteContext
            The surroundings of the run.
        input_literal_map : flyteidl.core.literals_pb2.LiteralMap
            The inputs.

        Returns
        -------
        flyteidl.core.literals_pb2.LiteralMap
            The outputs.

        Raises
        ------
        InputError
            If an input is missing, and the executor has no default for it.
        ConversionError
            If an input or an output does not fit its type; it names the path.
        OutputError
            If the result does not fit the outputs.
        """
        # IPython leaves frames with this name out of a traceback: an author looks for the executor's line.
        __tracebackhide__ = True
        ctx = ctx.for_run()
        given = ctx.user_space_params
        params = self.pre_execute(given.begun() if given is not None else None) or given
        template = self.task_template
        recorder = None
        if template.leaves_deck:
            params, recorder = self._recorded(params)
        if params is not given:
            state = ctx.execution_state or ExecutionState()
            ctx = ctx.with_execution_state(state.with_params(user_space_params=params))
        token = standing.set(ctx)
        try:
            if recorder is None:
                return self._run(ctx, template, input_literal_map)
            try:
                return self._run(ctx, template, input_literal_map, recorder)
            finally:
                # Also of a run that failed: what it did until then is what its author wants to see.
                if params is not None:
                    params.decks.extend(recorder.decks())
        finally:
            standing.reset(token)

    def _recorded(self, params: ExecutionParameters | None) -> tuple[ExecutionParameters | None, Recorder]:
        from shimnb.core.recorder import Recorder  # noqa: PLC0415  # for tasks with decks only

        return params and params.with_enable_deck(enable_deck=True), Recorder(self.deck_fields, self.executor_type)

    def _run(
        self,
        run: FlyteContext,
        template: TaskTemplate,
        input_literal_map: literals_pb2.LiteralMap,
        recorder: Recorder | None = None,
    ) -> literals_pb2.LiteralMap:
        __tracebackhide__ = True
        # An interface never changes, and guessing it takes longer than a small run.
        inputs_as, outputs_as = self._guessed or self._guess(template)
        if recorder:
            recorder.phase("Reading inputs")
        inputs = TypeEngine.literal_map_to_kwargs(run, input_literal_map, inputs_as)
        if len(inputs) != len(inputs_as):
            self._refuse_missing(self.name, [name for name in inputs_as if name not in inputs])
        if recorder:
            recorder.inputs(inputs)
            recorder.phase("Executing")
        token = _running.set((self, template))
        try:
            result = self.post_execute(run.user_space_params, self.execute(**inputs))
        finally:
            _running.reset(token)
        if isinstance(result, literals_pb2.LiteralMap):
            return result
        names = self.output_names(template)
        if names is None:
            names = unordered_names(template, result)
        values = name_outputs(self.name, names, result)
        if recorder:
            recorder.phase("Writing outputs")
            recorder.outputs(values)
        return TypeEngine.dict_to_literal_map(run, values, outputs_as)

    def _refuse_missing(self, task: str, names: list[str]) -> None:
        """Raise for inputs that are not there, unless the executor has a default for each."""
        missing = tuple(name for name in names if name not in self.executor_defaults)
        if missing:
            raise InputError(
                task,
                missing,
                f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing, "
                f"and {import_path(self.executor_type)} has no default for {'it' if len(missing) == 1 else 'them'}",
                "Give a literal for each input of the template.",
            )

    @cached_property
    def executor_defaults(self) -> frozenset[str]:
        """The inputs that the executor's own signature has a default for."""
        import inspect  # noqa: PLC0415  # a container that has all inputs does without

        parameters = inspect.signature(self.executor.execute_from_model).parameters.values()
        return frozenset(p.name for p in parameters if p.default is not p.empty)

    def _guess(self, template: TaskTemplate) -> tuple[dict[str, Any], dict[str, Any]]:
        """Keep the Python types of inputs and outputs, as they are guessed back from the template."""
        interface = template.interface
        self._guessed = (
            TypeEngine.guess_python_types(interface.inputs),
            TypeEngine.guess_python_types(interface.outputs),
        )
        return self._guessed

    def output_names(self, template: TaskTemplate) -> tuple[str, ...] | None:
        """Return the outputs' names, in the order in which a tuple holds them; None when nobody knows it.

        A template keeps no order; the names ``o0``, ``o1``... carry their own.
        """
        names = tuple(template.interface.outputs)
        numbered = names == tuple(f"o{index}" for index in range(len(names)))
        return names if numbered or len(names) == 1 else None


def unordered_names(template: TaskTemplate, result: Any) -> tuple[str, ...]:
    """Return the names of outputs whose order is not known, for a result that brings its own names.

    Raises
    ------
    OutputError
        If the result is a plain tuple or list: any order would be a guess.
    """
    names = tuple(template.interface.outputs)
    if isinstance(result, (tuple, list)) and set(getattr(result, "_fields", ())) != set(names):
        raise OutputError(
            template.id.name,
            f"the executor returned a plain {type(result).__name__}, "
            f"and the template keeps no order of the outputs {', '.join(names)}",
            "Return a NamedTuple with these names.",
        )
    return names


def name_outputs(task: str, names: tuple[str, ...], result: Any) -> dict[str, Any]:
    """Give each value of an executor's result the name of its output.

    Parameters
    ----------
    task : str
        The task, for messages.
    names : tuple of str
        The outputs, in order.
    result : Any
        What the executor returned.

    Raises
    ------
    OutputError
        If there are more or fewer values than outputs, or the result is a
        dict or another value where a tuple belongs.

    Examples
    --------
    >>> name_outputs("t", ("o0", "o1"), (1, "a"))
    {'o0': 1, 'o1': 'a'}
    """
    if isinstance(result, tuple):
        fields = getattr(result, "_fields", None)
        if fields and set(fields) == set(names):
            return dict(zip(fields, result, strict=True))
    if not names:
        if result is None:
            return {}
        raise OutputError(
            task,
            f"the executor returned a {type(result).__name__}, and the task has no outputs",
            "Declare the output, or return None.",
        )
    if len(names) == 1:
        if isinstance(result, tuple):
            raise OutputError(
                task,
                f"the executor returned a tuple of {len(result)}, and the task has one output, {names[0]}",
                "Return the value itself; a sequence of values is a list.",
            )
        return {names[0]: result}
    if not isinstance(result, (tuple, list)):
        raise OutputError(
            task,
            f"the executor returned a {type(result).__name__}, "
            f"and the task has {len(names)} outputs: {', '.join(names)}",
            "Return a tuple with a value for each, in this order, or a NamedTuple with these names.",
        )
    if len(result) != len(names):
        raise OutputError(
            task,
            f"the executor returned {len(result)} values, and the task has {len(names)} outputs: {', '.join(names)}",
            "Return a value for each.",
        )
    return dict(zip(names, result, strict=True))
