"""What a run knows of its surroundings, held in a context variable: a thread begins afresh."""

from __future__ import annotations

import datetime as dt
from contextvars import ContextVar, Token
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from flyteidl.core import identifier_pb2

from shimnb.core.files import FileAccessProvider
from shimnb.core.secrets import SecretsManager
from shimnb.core.watch import watcher
from shimnb.errors import ShimError

if TYPE_CHECKING:
    import logging
    import os

    from shimnb.core.checkpoint import Checkpoint
    from shimnb.core.deck import Deck
    from shimnb.core.settings import SerializationSettings

__all__ = [
    "CompilationState",
    "ExecutionParameters",
    "ExecutionState",
    "FlyteContext",
    "FlyteContextManager",
    "current_context",
    "standing",
]


class _Copied:
    """A value that is never changed: a copy with other fields takes its place."""

    # Plain classes: a dataclass compiles its methods when it is imported, and a copy by dataclasses.replace is slow.
    def _with(self, **changes: Any) -> Any:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        if changes:
            copy.__dict__.update(changes)
        return copy

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"{type(self).__name__}({', '.join(shown)})"


class ExecutionParameters(_Copied):
    """What an executor may ask of its run: ``current_context()``.

    Parameters
    ----------
    execution_date : datetime.datetime
        When the context was made, in UTC.
    execution_id : flyteidl.core.identifier_pb2.WorkflowExecutionIdentifier
        The execution; ``local/local/local`` here.
    task_id : flyteidl.core.identifier_pb2.Identifier, optional
        The task; ``local/local/local/local`` here.
    raw_output_prefix, output_metadata_prefix : str, optional
        Where offloaded data and outputs go.
    enable_deck : bool
        Whether the run leaves a deck.
    decks : list, optional
        The decks of the run.
    attrs : dict, optional
        What a plugin's `pre_execute` has added, read as attributes in lower case.
    checkpoint : Checkpoint, optional
        What an earlier attempt left, and where this one may leave something;
        a folder of the run's own when left out.
    """

    def __init__(  # noqa: PLR0913  # a run has these
        self,
        execution_date: dt.datetime,
        execution_id: identifier_pb2.WorkflowExecutionIdentifier,
        *,
        task_id: identifier_pb2.Identifier | None = None,
        raw_output_prefix: str | None = None,
        output_metadata_prefix: str | None = None,
        enable_deck: bool = False,
        decks: list[Any] | None = None,
        attrs: dict[str, Any] | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.execution_date = execution_date
        self.execution_id = execution_id
        self.task_id = task_id
        self.raw_output_prefix = raw_output_prefix
        self.output_metadata_prefix = output_metadata_prefix
        self.enable_deck = enable_deck
        self.decks = decks if decks is not None else []
        self.attrs = attrs or {}
        self._folder: str | None = None
        self._checkpoint = checkpoint
        self._unused = False

    @property
    def logging(self) -> logging.Logger:
        """A logger of the run."""
        from shimnb.core.logs import user_logger  # noqa: PLC0415  # a tenth of the import's time, for those who log

        return user_logger()

    @property
    def checkpoint(self) -> Checkpoint:
        """What an earlier attempt left, and where this one may leave something."""
        who = watcher()
        if who is not None:
            who.check()
        if self._checkpoint is None:
            from shimnb.core.checkpoint import local_checkpoint  # noqa: PLC0415  # for those who ask

            self._checkpoint = local_checkpoint(self)
        return self._checkpoint

    @property
    def default_deck(self) -> Deck:
        """The run's deck ``default``, among its decks from the first time it is asked for."""
        from shimnb.core.deck import default_deck  # noqa: PLC0415  # for those who ask

        return default_deck(self)

    @property
    def secrets(self) -> SecretsManager:
        """The secrets."""
        state = FlyteContextManager.current_context().execution_state
        return SecretsManager(local=state is None or state.mode not in _ON_A_CLUSTER)

    @property
    def working_directory(self) -> str:
        """A folder of the run's own, made when it is first asked for."""
        if self._folder is None:
            self._folder = FlyteContextManager.current_context().file_access.get_random_local_directory()
        return self._folder

    @property
    def stats(self) -> None:
        """No statistics are gathered here."""
        return

    def with_task_sandbox(self) -> ExecutionParameters:
        """Return a copy for one run: with a working directory, a checkpoint and decks of its own."""
        copy: ExecutionParameters = self._with()
        # Set one by one, for every call of a task makes such a copy: keywords take twice as long.
        copy._folder = None
        copy._checkpoint = None
        copy.decks = []
        copy._unused = True
        return copy

    def begun(self) -> ExecutionParameters:
        """Return the parameters themselves, now taken by a run: the next one gets others."""
        self._unused = False
        return self

    def with_enable_deck(self, enable_deck: bool) -> ExecutionParameters:  # noqa: FBT001  # flytekit's signature
        """Return a copy with decks on or off."""
        return self._with(enable_deck=enable_deck)  # type: ignore[no-any-return]

    def with_attr(self, key: str, value: Any) -> ExecutionParameters:
        """Return a copy with one more attribute, such as a session of a plugin."""
        return self._with(attrs={**self.attrs, key.upper(): value})  # type: ignore[no-any-return]

    def has_attr(self, attr_name: str) -> bool:
        """Tell whether a plugin added an attribute."""
        return attr_name.upper() in self.attrs

    def get(self, key: str) -> Any:
        """Return an attribute that a plugin added.

        Raises
        ------
        AttributeError
            If none did.
        """
        try:
            return self.attrs[key.upper()]
        except KeyError:
            raise AttributeError(
                f"the context has no {key!r}. A plugin adds it in pre_execute; is this the right task type?"
            ) from None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "attrs":
            raise AttributeError(name)
        return self.get(name)


class ExecutionMode(Enum):
    """Where a run takes place."""

    TASK_EXECUTION = 1
    LOCAL_WORKFLOW_EXECUTION = 2
    LOCAL_TASK_EXECUTION = 3
    DYNAMIC_TASK_EXECUTION = 4
    EAGER_EXECUTION = 5
    EAGER_LOCAL_EXECUTION = 6
    LOCAL_DYNAMIC_TASK_EXECUTION = 7


# Tuples: an Enum's members hash in Python, and a run asks several times.
_ON_A_CLUSTER = (ExecutionMode.TASK_EXECUTION, ExecutionMode.DYNAMIC_TASK_EXECUTION, ExecutionMode.EAGER_EXECUTION)
_LOCAL = (
    ExecutionMode.LOCAL_TASK_EXECUTION,
    ExecutionMode.LOCAL_WORKFLOW_EXECUTION,
    ExecutionMode.EAGER_LOCAL_EXECUTION,
    ExecutionMode.LOCAL_DYNAMIC_TASK_EXECUTION,
)


class ExecutionState(_Copied):
    """Where a run takes place, and its parameters.

    Parameters
    ----------
    working_dir : str or os.PathLike, optional
        The folder of inputs and outputs.
    mode : ExecutionState.Mode, optional
        Local, or on a cluster; None outside of a run.
    engine_dir : str or os.PathLike, optional
        The engine's folder.
    branch_eval_mode : Any, optional
        Kept for workflows.
    user_space_params : ExecutionParameters, optional
        What the executor may ask for.
    """

    Mode: ClassVar[type[ExecutionMode]] = ExecutionMode

    def __init__(
        self,
        working_dir: str | os.PathLike[str] | None = None,
        mode: ExecutionMode | None = None,
        engine_dir: str | os.PathLike[str] | None = None,
        branch_eval_mode: Any = None,
        user_space_params: ExecutionParameters | None = None,
    ) -> None:
        self.working_dir = working_dir
        self.mode = mode
        self.engine_dir = engine_dir
        self.branch_eval_mode = branch_eval_mode
        self.user_space_params = user_space_params

    def with_params(
        self,
        working_dir: str | os.PathLike[str] | None = None,
        mode: ExecutionMode | None = None,
        engine_dir: str | os.PathLike[str] | None = None,
        branch_eval_mode: Any = None,
        user_space_params: ExecutionParameters | None = None,
    ) -> ExecutionState:
        """Return a copy in which what was given takes the place of what was there."""
        return ExecutionState(
            working_dir or self.working_dir,
            mode or self.mode,
            engine_dir or self.engine_dir,
            branch_eval_mode or self.branch_eval_mode,
            user_space_params or self.user_space_params,
        )

    def is_local_execution(self) -> bool:
        """Tell whether the run is on this machine."""
        return self.mode in _LOCAL


_NOWHERE = ExecutionState()


class CompilationState:
    """The workflow that is being built, if one is.

    Parameters
    ----------
    prefix : str
        What its nodes' names begin with.
    mode : int
        1 while it is being built.
    nodes : list, optional
        Its nodes so far.
    """

    def __init__(self, prefix: str = "", mode: int = 1, nodes: list[Any] | None = None) -> None:
        self.prefix = prefix
        self.mode = mode
        self.nodes = nodes if nodes is not None else []


class FlyteContext(_Copied):
    """The surroundings of a run, or of a registration.

    Parameters
    ----------
    file_access : FileAccessProvider
        Its files.
    execution_state : ExecutionState, optional
        The run.
    compilation_state : CompilationState, optional
        The workflow that is being built.
    serialization_settings : SerializationSettings, optional
        The registration.

    Examples
    --------
    >>> FlyteContext.current_context().execution_state.mode is None
    True
    """

    def __init__(
        self,
        file_access: FileAccessProvider,
        execution_state: ExecutionState | None = None,
        compilation_state: CompilationState | None = None,
        serialization_settings: SerializationSettings | None = None,
    ) -> None:
        self.file_access = file_access
        self.execution_state = execution_state
        self.compilation_state = compilation_state
        self.serialization_settings = serialization_settings

    @property
    def user_space_params(self) -> ExecutionParameters | None:
        """What the executor may ask for."""
        return self.execution_state.user_space_params if self.execution_state else None

    @staticmethod
    def current_context() -> FlyteContext:
        """Return the context of this thread."""
        return FlyteContextManager.current_context()

    def new_execution_state(self, working_dir: str | os.PathLike[str] | None = None) -> ExecutionState:
        """Return a state outside of any run, with this context's parameters."""
        return ExecutionState(working_dir=working_dir, user_space_params=self.user_space_params)

    def for_run(self, mode: ExecutionMode | None = None) -> FlyteContext:
        """Return the context of a run that is about to begin.

        On this machine it has parameters that no other run has or had: fresh
        decks, a working directory of its own. On a cluster the process is the
        run, and its parameters stay.

        Parameters
        ----------
        mode : ExecutionMode, optional
            Where the run takes place; where the context is when left out.
        """
        state = self.execution_state or _NOWHERE
        params = state.user_space_params
        mode = mode or state.mode
        if params is not None and not params._unused and mode not in _ON_A_CLUSTER:  # noqa: SLF001  # of this module
            params = params.with_task_sandbox()
        elif mode is state.mode:
            return self
        return self.with_execution_state(
            ExecutionState(state.working_dir, mode, state.engine_dir, state.branch_eval_mode, params)
        )

    def with_execution_state(self, es: ExecutionState) -> FlyteContext:
        """Return a copy with another run."""
        return FlyteContext(self.file_access, es, self.compilation_state, self.serialization_settings)

    def with_compilation_state(self, c: CompilationState) -> FlyteContext:
        """Return a copy with another workflow."""
        return self._with(compilation_state=c)  # type: ignore[no-any-return]

    def with_file_access(self, fa: FileAccessProvider) -> FlyteContext:
        """Return a copy with other files."""
        return self._with(file_access=fa)  # type: ignore[no-any-return]

    def with_serialization_settings(self, ss: SerializationSettings) -> FlyteContext:
        """Return a copy with another registration."""
        return self._with(serialization_settings=ss)  # type: ignore[no-any-return]

    def new_builder(self) -> FlyteContext:
        """Return the context itself: it is frozen, and every ``with_`` makes a copy."""
        return self

    def build(self) -> FlyteContext:
        """Return the context itself; see `new_builder`."""
        return self


# Of this package: a run sets it itself, for a block of `with_context` takes three times as long, twice in every run.
standing: ContextVar[FlyteContext | None] = ContextVar("shimnb_context", default=None)
# One for all threads: what a run wrote is still there when its thread is gone. Its folder is made when it is used.
_files = FileAccessProvider()


def _default_context() -> FlyteContext:
    params = ExecutionParameters(
        execution_date=dt.datetime.now(dt.timezone.utc),
        execution_id=identifier_pb2.WorkflowExecutionIdentifier(project="local", domain="local", name="local"),
        task_id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK, project="local", domain="local", name="local", version="local"
        ),
    )
    return FlyteContext(_files, ExecutionState(user_space_params=params))


class _Standing:
    """A block that stands in a context."""

    # A class: a generator's context manager takes three times as long, twice in every run.
    __slots__ = ("_context", "_token")

    def __init__(self, context: FlyteContext) -> None:
        self._context = context
        self._token: Token[FlyteContext | None] | None = None

    def __enter__(self) -> FlyteContext:
        self._token = standing.set(self._context)
        return self._context

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            standing.reset(self._token)


class FlyteContextManager:
    """The context of this thread, and a way to stand in another one for a while."""

    @staticmethod
    def current_context() -> FlyteContext:
        """Return the context of this thread, a fresh one at first.

        Examples
        --------
        >>> FlyteContextManager.current_context() is FlyteContextManager.current_context()
        True
        """
        context = standing.get()
        if context is None:
            context = _default_context()
            standing.set(context)
        return context

    @staticmethod
    def with_context(b: FlyteContext) -> _Standing:
        """Stand in a context until the block ends.

        Parameters
        ----------
        b : FlyteContext
            The context; flytekit's builders are contexts here.
        """
        return _Standing(b)

    @staticmethod
    def initialize() -> None:
        """Begin afresh in this thread."""
        standing.set(_default_context())


def current_context() -> ExecutionParameters:
    """Return what an executor may ask of its run: secrets, a folder, a logger.

    Examples
    --------
    >>> current_context().execution_id.name
    'local'
    """
    params = FlyteContextManager.current_context().user_space_params
    if params is None:
        raise ShimError("no run is going on here", remedy="Call current_context() within an executor.")
    return params
