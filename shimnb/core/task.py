"""A shim task: its parameters, its template, and its run on this machine."""

from __future__ import annotations

from functools import cached_property
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from shimnb.core.context import ExecutionMode, FlyteContext, FlyteContextManager, standing
from shimnb.core.custom import Loss, custom_losses
from shimnb.core.images import Image, ImageConfig, resolve_image
from shimnb.core.interface import Interface
from shimnb.core.parameters import Options, checked_environment, checked_secrets
from shimnb.core.promise import LocalOutputs, Promise, VoidPromise, input_literals, inputs_by_name
from shimnb.core.resolver import TaskTemplateResolver, default_task_template_resolver
from shimnb.core.resources import Resources, ResourceSpec
from shimnb.core.serialize import Kept, container_message, container_parts, task_template
from shimnb.core.settings import SerializationSettings
from shimnb.core.shim import ExecutableTemplateShimTask, ShimTaskExecutor, import_path
from shimnb.core.template import Container, TaskTemplate, TypedInterface
from shimnb.core.tracker import TrackedInstance
from shimnb.core.types import TypeEngine
from shimnb.errors import OutputError, OverrideError, WorkflowError

if TYPE_CHECKING:
    from flyteidl.core import literals_pb2, tasks_pb2, types_pb2, workflow_pb2

    from shimnb.core.deck import DeckField
    from shimnb.core.documentation import Documentation
    from shimnb.core.metadata import TaskMetadata
    from shimnb.core.security import Secret, SecurityContext

__all__ = ["LocalOutputs", "PythonCustomizedContainerTask"]

TC = TypeVar("TC")


class PythonCustomizedContainerTask(ExecutableTemplateShimTask, TrackedInstance, Generic[TC]):
    """A task that is all in its template, run by an executor in a container of its own.

    Subclass it, write `get_custom`, and pass the executor's class to this
    constructor.

    Parameters
    ----------
    name : str
        The task's name.
    task_config : TC
        What `get_custom` makes `custom` of.
    container_image : str
        The image of the container; ``{{.image.NAME}}`` refers to the settings'.
    executor_type : type of ShimTaskExecutor
        The class of the executor.
    task_resolver : TaskTemplateResolver, optional
        The default one when left out.
    task_type : str
        The type by which the cluster chooses a plugin.
    requests, limits : Resources, optional
        What the container asks for, and the most it may take.
    environment : dict of str, optional
        Environment variables of the container.
    secret_requests : list of Secret, optional
        Secrets that the executor reads.
    **kwargs
        `interface`, `metadata`, `task_type_version`, `docs`, `enable_deck`,
        `disable_deck` and `deck_fields`.

    Raises
    ------
    ExecutorError
        If the executor has no `execute_from_model`, or needs arguments.
    SettingError
        If a parameter has a value it cannot take.
    UnsupportedTypeError
        If a type of the interface has no literal type.

    Examples
    --------
    >>> class Executor(ShimTaskExecutor):
    ...     def execute_from_model(self, tt, *, times: int) -> str:
    ...         return tt.custom["word"] * times
    >>> class Repeat(PythonCustomizedContainerTask):
    ...     def get_custom(self, settings):
    ...         return {"word": self.task_config}
    >>> repeat = Repeat(
    ...     "repeat", "ho", "ghcr.io/me/repeat:1", Executor, interface=Interface({"times": int}, {"o0": str})
    ... )
    >>> repeat(times=3)
    'hohoho'

    Notes
    -----
    The executor gets the template decoded from its bytes, here as on a cluster.
    """

    # As the executor's: no cell's old version is kept.
    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)

    SERIALIZE_SETTINGS = SerializationSettings(
        project="PLACEHOLDER_PROJECT",
        domain="LOCAL",
        version="PLACEHOLDER_VERSION",
        image_config=ImageConfig(Image("custom_container_task", "flyteorg.io/placeholder", "image")),
    )

    def __init__(  # noqa: PLR0913, PLR0917  # flytekit's signature
        self,
        name: str,
        task_config: TC,
        container_image: str,
        executor_type: type[ShimTaskExecutor[Any]],
        task_resolver: TaskTemplateResolver | None = None,
        task_type: str = "python-task",
        requests: Resources | None = None,
        limits: Resources | None = None,
        environment: dict[str, str] | None = None,
        secret_requests: list[Secret] | None = None,
        **kwargs: Any,
    ) -> None:
        # The template of such a task is made when it is read, so that it is never stale.
        super().__init__(None, executor_type)  # type: ignore[arg-type]
        options = Options(kwargs)
        self._name = name
        self._task_config = task_config
        self._container_image = container_image
        self._task_resolver = task_resolver or default_task_template_resolver
        self._task_type = task_type
        self._resources = ResourceSpec(requests or Resources(), limits or Resources())
        self._environment = checked_environment(environment)
        self._security_context = checked_secrets(secret_requests)
        self._python_interface = options.interface or Interface()
        self._interface = self._python_interface.to_flyte_idl()
        self._typed_interface = TypedInterface(self._interface)
        self._metadata = options.metadata
        self._task_type_version = options.task_type_version
        self._docs = options.docs
        self._enable_deck = options.enable_deck
        self._deck_fields = options.deck_fields
        self._settings = self.SERIALIZE_SETTINGS
        self._serialized: TaskTemplate | None = None
        self._kept = Kept()

    @property
    def name(self) -> str:
        """The task's name."""
        return self._name

    @property
    def task_config(self) -> TC:
        """What `get_custom` makes `custom` of."""
        return self._task_config

    @property
    def task_type(self) -> str:
        """The type by which the cluster chooses a plugin."""
        return self._task_type

    @property
    def task_type_version(self) -> int:
        """The version of the plugin's contract."""
        return self._task_type_version

    @property
    def task_resolver(self) -> TaskTemplateResolver:
        """What loads the task in the container."""
        return self._task_resolver

    @property
    def container_image(self) -> str:
        """The image as it was given."""
        return self._container_image

    @property
    def resources(self) -> ResourceSpec:
        """Requests and limits."""
        return self._resources

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables of the container."""
        return self._environment

    @property
    def security_context(self) -> SecurityContext | None:
        """The secrets; None when there are none."""
        return self._security_context

    @property
    def metadata(self) -> TaskMetadata:
        """Retries, timeout, caching and the like."""
        return self._metadata

    @property
    def docs(self) -> Documentation | None:
        """Words about the task; no part of the template."""
        return self._docs

    @property
    def python_interface(self) -> Interface:
        """The interface in Python types."""
        return self._python_interface

    @property
    def interface(self) -> TypedInterface:
        """The interface in literal types."""
        return self._typed_interface

    @property
    def enable_deck(self) -> bool:
        """Whether a run leaves a deck."""
        return self._enable_deck

    @property
    def disable_deck(self) -> bool:
        """Whether a run leaves no deck."""
        return not self._enable_deck

    @property
    def deck_fields(self) -> list[DeckField]:
        """The decks that a run leaves; empty when decks are off."""
        return self._deck_fields

    @property
    def settings(self) -> SerializationSettings:
        """The settings of the last `serialize_to_model`, at first placeholders: `SERIALIZE_SETTINGS`."""
        return self._settings

    @property
    def serialized(self) -> TaskTemplate | None:
        """What the last `serialize_to_model` gave, and a registration has; None before the first."""
        return self._serialized

    @property
    def task_template(self) -> TaskTemplate:
        """The template as the cluster has it, made anew at every read.

        It is made with the settings of the last `serialize_to_model`, at first
        with placeholders.
        """
        return self._made_template(self._settings)

    def _made_template(self, settings: SerializationSettings) -> TaskTemplate:
        own_container = getattr(self.get_container, "__func__", None) is not _GET_CONTAINER
        return task_template(self, settings, self._kept, own_container=own_container)

    def get_custom(self, settings: SerializationSettings) -> dict[str, Any]:  # noqa: ARG002  # for subclasses
        """Return the plugin's own data; a subclass writes it.

        Raises
        ------
        OverrideError
            If the subclass did not.
        """
        raise OverrideError(
            import_path(type(self)), "get_custom", 'Write: def get_custom(self, settings): return {"key": value}'
        )

    def get_config(self, settings: SerializationSettings) -> dict[str, str]:  # noqa: ARG002  # for subclasses
        """Return the template's `config`; `custom` is the better place."""
        return {}

    def get_extended_resources(self, settings: SerializationSettings) -> tasks_pb2.ExtendedResources | None:  # noqa: ARG002  # for subclasses
        """Return accelerators and shared memory; None for none."""
        return None

    def get_k8s_pod(self, settings: SerializationSettings) -> tasks_pb2.K8sPod | None:  # noqa: ARG002  # for subclasses
        """Return a pod in the container's place; None for none."""
        return None

    def get_sql(self, settings: SerializationSettings) -> tasks_pb2.Sql | None:  # noqa: ARG002  # for subclasses
        """Return a statement in the container's place; None for none."""
        return None

    def get_image(self, settings: SerializationSettings) -> str:
        """Return the image's name.

        Raises
        ------
        SettingError
            If it refers to an image that the settings do not have.
        """
        # Nothing is known yet of a registration's images, so the reference itself is what there is to see.
        if settings is PythonCustomizedContainerTask.SERIALIZE_SETTINGS and self._container_image:
            return self._container_image
        return resolve_image(self._container_image, settings.image_config)

    def get_command(self, settings: SerializationSettings) -> list[str]:
        """Return the container's command line."""
        resolver = self.task_resolver
        return [
            "shimnb-execute",
            "--inputs",
            "{{.input}}",
            "--output-prefix",
            "{{.outputPrefix}}",
            "--raw-output-data-prefix",
            "{{.rawOutputDataPrefix}}",
            "--resolver",
            resolver.location,
            "--",
            *resolver.loader_args(settings, self),
        ]

    def get_container(self, settings: SerializationSettings) -> Container:
        """Return the container: image, command line, resources, environment."""
        return Container(container_message(container_parts(self, settings)))

    def serialize_to_model(self, settings: SerializationSettings) -> TaskTemplate:
        """Return the template that a registration with these settings sends.

        Parameters
        ----------
        settings : SerializationSettings
            Project, domain, version, images, environment. `task_template` uses
            them from here on.

        Returns
        -------
        TaskTemplate
            Decoded from its bytes.

        Raises
        ------
        CustomError
            If `custom` is no JSON; it names the path.
        SettingError
            If the image cannot be resolved.
        """
        template = self._made_template(settings)
        self._settings, self._serialized = settings, template
        return template

    def losses(self) -> list[Loss]:
        """List what changes in `custom` between `get_custom` and the executor."""
        return custom_losses(self.get_custom(self._settings))

    def get_input_types(self) -> dict[str, Any]:
        """Return the inputs' Python types."""
        return self.python_interface.inputs

    def get_type_for_input_var(self, k: str, v: Any) -> Any:  # noqa: ARG002  # flytekit's signature
        """Return an input's Python type."""
        return self.python_interface.inputs[k]

    def get_type_for_output_var(self, k: str, v: Any) -> Any:  # noqa: ARG002  # flytekit's signature
        """Return an output's Python type."""
        return self.python_interface.outputs[k]

    def construct_node_metadata(self) -> workflow_pb2.NodeMetadata:
        """Return the metadata of a workflow's node that runs the task."""
        return self.metadata.to_node_metadata(self.name.split(".")[-1])

    def compile(self, ctx: FlyteContext, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002  # flytekit's signature
        """Make a node of a workflow.

        Raises
        ------
        WorkflowError
            Always: shimnb builds no workflows yet.
        """
        raise WorkflowError(
            "shimnb builds no workflows yet", where=f"task {self.name}", remedy="Call the task, or local_execute it."
        )

    def local_execution_mode(self) -> ExecutionMode:
        """Return the mode of a run on this machine."""
        return ExecutionMode.LOCAL_TASK_EXECUTION

    def sandbox_execute(self, ctx: FlyteContext, input_literal_map: literals_pb2.LiteralMap) -> literals_pb2.LiteralMap:
        """Run the task with a working directory of its own; see `dispatch_execute`."""
        __tracebackhide__ = True
        return self.dispatch_execute(ctx.for_run(), input_literal_map)

    def output_names(self, template: TaskTemplate) -> tuple[str, ...]:  # noqa: ARG002  # the order is not in it
        """Return the outputs' names in the order that the interface declares."""
        return tuple(self._output_types)

    def local_execute(self, ctx: FlyteContext, **kwargs: Any) -> Any:
        """Run the task on this machine.

        Parameters
        ----------
        ctx : FlyteContext
            The surroundings of the run.
        **kwargs
            The inputs: Python values, or promises of earlier runs.

        Returns
        -------
        Promise, tuple of Promise, or VoidPromise
            The outputs, as literals.

        Raises
        ------
        InputError
            If an input is missing, or not in the interface.
        ConversionError
            If a value does not fit its type; it names the path.
        """
        __tracebackhide__ = True
        return self._promises(self.local_outputs(ctx, **kwargs))

    def _promises(self, outputs: LocalOutputs) -> Any:
        literals = outputs.literals.literals
        interface = self.python_interface
        promises = [Promise(name, literals[name], literal_type) for name, literal_type in self._output_types.items()]
        if not promises:
            return VoidPromise(self.name)
        if len(promises) == 1 and not interface.output_tuple_name:
            return promises[0]
        return interface.output_tuple(*promises)

    def local_outputs(self, ctx: FlyteContext, /, **inputs: Any) -> LocalOutputs:
        """Run the task on this machine, or take its outputs from the local cache.

        Parameters
        ----------
        ctx : FlyteContext
            The surroundings of the run.
        **inputs
            The inputs: Python values, or promises of earlier runs.

        Returns
        -------
        LocalOutputs
            The outputs as literals, whether they were cached, and the decks.

        Raises
        ------
        InputError
            If an input is missing, or not in the interface.
        ConversionError
            If a value does not fit its type; it names the path.
        OutputError
            If the outputs are not those of the interface.

        Notes
        -----
        A task with ``TaskMetadata(cache=True)`` uses `LocalTaskCache`. A cache
        that cannot be used is a warning, and the task runs.
        """
        __tracebackhide__ = True
        run = ctx.for_run()
        literals = input_literals(self, run, inputs)
        if not self.metadata.cache:
            return self._ran(run, literals)
        from shimnb.core.cache import CachedRun  # noqa: PLC0415  # for tasks with a cache only

        cached = CachedRun(self.name, self.metadata, self._interface, literals)
        found = cached.get()
        if found is not None:
            return LocalOutputs(found, cached=True, decks=[])
        outputs = self._ran(run, literals)
        cached.set(outputs.literals)
        return outputs

    def _ran(self, run: FlyteContext, inputs: literals_pb2.LiteralMap) -> LocalOutputs:
        __tracebackhide__ = True
        outputs = self.sandbox_execute(run, inputs)
        names = self._output_types
        literals = outputs.literals
        if len(literals) != len(names) or not all(map(literals.__contains__, names)):
            raise OutputError(
                self.name,
                f"the run gave the outputs {', '.join(sorted(literals)) or 'none'}, "
                f"and the task has {', '.join(names) or 'none'}",
                "Return a value for each output.",
            )
        params = run.user_space_params
        return LocalOutputs(outputs, cached=False, decks=params.decks if params else [])

    @cached_property
    def _output_types(self) -> dict[str, types_pb2.LiteralType]:
        variables = self._interface.outputs.variables
        return {name: variables[name].type for name in self.python_interface.outputs}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task on this machine, with and to Python values.

        Raises
        ------
        InputError
            If an input is missing, given twice, or not in the interface.
        ConversionError
            If a value does not fit its type; it names the path.
        """
        __tracebackhide__ = True
        given = inputs_by_name(self, args, kwargs) if args else kwargs
        ctx = FlyteContextManager.current_context()
        if ctx.compilation_state is not None:
            return self.compile(ctx, **given)
        run = ctx.for_run(self.local_execution_mode())
        token = standing.set(run)
        try:
            # Its own promises are read as soon as they are made. An input may be named as the parameter ctx is.
            if getattr(self.local_execute, "__func__", None) is _LOCAL_EXECUTE or "ctx" in given:
                return self._values(run, self.local_outputs(run, **given))
            return self._native(run, self.local_execute(run, **given))
        finally:
            standing.reset(token)

    def _values(self, ctx: FlyteContext, outputs: LocalOutputs) -> Any:
        literals = outputs.literals.literals
        interface = self.python_interface
        types = interface.outputs
        values = [TypeEngine.to_python_value(ctx, literals[name], types[name]) for name in types]
        if not values:
            return None
        return values[0] if len(values) == 1 and not interface.output_tuple_name else interface.output_tuple(*values)

    def _native(self, ctx: FlyteContext, result: Any) -> Any:
        outputs = self.python_interface.outputs
        if isinstance(result, Promise):
            return TypeEngine.to_python_value(ctx, result.val, outputs[result.var])
        if isinstance(result, VoidPromise):
            return None
        values = [TypeEngine.to_python_value(ctx, promise.val, outputs[promise.var]) for promise in result]
        return self.python_interface.output_tuple(*values)


# As they were defined: a task's own is told from them, even one that was put into the class later.
_GET_CONTAINER = PythonCustomizedContainerTask.get_container
_LOCAL_EXECUTE = PythonCustomizedContainerTask.local_execute
