"""A task: its template is fresh and decoded, its run is the cluster's, its mistakes are told early."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import pytest
from flyteidl.core import literals_pb2, tasks_pb2

from shimnb import (
    Deck,
    DeckField,
    Documentation,
    ExecutableTemplateShimTask,
    ExecutionState,
    FlyteContextManager,
    Interface,
    Promise,
    PythonCustomizedContainerTask,
    Resources,
    Secret,
    SerializationSettings,
    ShimTaskExecutor,
    TaskMetadata,
    TaskTemplate,
    TaskTemplateResolver,
    TypeEngine,
    VoidPromise,
    current_context,
    default_task_template_resolver,
    kwtypes,
)
from shimnb.core.template import Container
from shimnb.errors import (
    ConversionError,
    CustomError,
    ExecutorError,
    InputError,
    OutputError,
    OverrideError,
    SettingError,
    TemplateError,
    WorkflowError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from shimnb import FlyteContext

SETTINGS = SerializationSettings.for_image("ghcr.io/me/base:1", "v1", project="p", domain="d")


class Echo(ShimTaskExecutor[Any]):
    """Returns what it was told to, and keeps what it saw."""

    seen: list[Any] = []  # noqa: RUF012  # shared on purpose: the task makes the instance

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Keep the template and the inputs."""
        type(self).seen.append((tt, kwargs))
        answer = tt.custom.get("answer")
        return kwargs if answer is None else answer


class Task(PythonCustomizedContainerTask[Any]):
    """Its config is its custom."""

    def get_custom(self, settings: SerializationSettings) -> dict[str, Any]:
        """Return the config."""
        return self.task_config  # type: ignore[no-any-return]


def make(config: Any = None, executor: Any = Echo, **kwargs: Any) -> Task:
    """Make a task with the least that it needs."""
    return Task("music.t", config if config is not None else {}, "ghcr.io/me/t:1", executor, **kwargs)


def answering(answer: Any, outputs: dict[str, Any], **interface: Any) -> Task:
    """Make a task whose executor returns a Python value of any kind."""

    class Answer(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any, **_: Any) -> Any:
            return answer

    return make(executor=Answer, interface=Interface(outputs=outputs, **interface))


def test_the_executor_gets_the_decoded_template() -> None:
    """An int is a float, a tuple a list, and the template is not the task's own object."""
    task = make({"n": 3, "t": (1, 2), "answer": 1.5}, interface=Interface(outputs={"o0": float}))
    assert task() == 1.5
    template, _ = Echo.seen[-1]
    assert template.custom == {"answer": 1.5, "n": 3.0, "t": [1.0, 2.0]}
    assert template.to_flyte_idl() == task.task_template.to_flyte_idl()


def test_the_template_is_never_stale() -> None:
    """What changes in the config is there at the next read, and in the next run."""
    config = {"n": 1}
    task = make(config)
    task.serialize_to_model(SETTINGS)
    config["n"] = 2
    assert task.task_template.custom == {"n": 2.0}


class Told(PythonCustomizedContainerTask[Any]):
    """Gives what its config says, by the name of the method that is asked."""

    def get_custom(self, settings: SerializationSettings) -> dict[str, Any]:
        return self.task_config.get("custom", {})  # type: ignore[no-any-return]

    def get_config(self, settings: SerializationSettings) -> dict[str, str]:
        return self.task_config.get("config", {})  # type: ignore[no-any-return]

    def get_image(self, settings: SerializationSettings) -> str:
        return self.task_config.get("image", "i:1")  # type: ignore[no-any-return]

    def get_command(self, settings: SerializationSettings) -> list[str]:
        return self.task_config.get("command", self.task_config["commands"])  # type: ignore[no-any-return]

    def get_extended_resources(self, settings: SerializationSettings) -> Any:
        return self.task_config.get("extended")

    def get_k8s_pod(self, settings: SerializationSettings) -> Any:
        return self.task_config.get("pod")

    def get_sql(self, settings: SerializationSettings) -> Any:
        return self.task_config.get("sql")


def _accelerated() -> tasks_pb2.ExtendedResources:
    return tasks_pb2.ExtendedResources(gpu_accelerator=tasks_pb2.GPUAccelerator(device="a100"))


CHANGES: dict[str, tuple[Callable[[Any], Any], Callable[[TaskTemplate], Any], Any]] = {
    "custom, within": (lambda t: t.task_config["custom"]["deep"].append(2), lambda tt: tt.custom, {"deep": [1.5, 2.0]}),
    "custom, its class alone": (
        lambda t: t.task_config["custom"].update(deep=(True,)),
        lambda tt: tt.custom,
        {"deep": [True]},
    ),
    "custom, to nothing": (lambda t: t.task_config.update(custom={}), lambda tt: tt.custom, {}),
    "config": (lambda t: t.task_config.update(config={"a": "b"}), lambda tt: tt.config, {"a": "b"}),
    "image": (lambda t: t.task_config.update(image="j:2"), lambda tt: tt.container.image, "j:2"),
    "command": (lambda t: t.task_config.update(command=["go"]), lambda tt: tt.container.args, ["go"]),
    "environment": (lambda t: t.environment.update(A="2"), lambda tt: tt.container.env["A"], "2"),
    "command, within": (
        lambda t: t.task_config["commands"].append("more"),
        lambda tt: tt.container.args,
        ["run", "more"],
    ),
    "environment, its order": (
        lambda t: t.environment.update(A=t.environment.pop("A")),
        lambda tt: list(tt.container.env.items()),
        [("B", "2"), ("A", "1")],
    ),
    "the settings' environment": (
        lambda t: t.serialize_to_model(dataclasses.replace(SETTINGS, env={"C": "3"})),
        lambda tt: tt.container.env,
        {"A": "1", "B": "2", "C": "3"},
    ),
    "timeout": (
        lambda t: setattr(t.metadata, "timeout", dt.timedelta(seconds=9)),
        lambda tt: tt.metadata.timeout.total_seconds(),
        9.0,
    ),
    "limits": (
        lambda t: setattr(t.resources, "limits", Resources(mem="1Gi")),
        lambda tt: [limit.value for limit in tt.container.resources.limits],
        ["1Gi"],
    ),
    "requests": (
        lambda t: setattr(t.resources.requests, "cpu", 1.0),
        lambda tt: tt.container.resources.requests[0].value,
        "1.0",
    ),
    "retries": (lambda t: setattr(t.metadata, "retries", 3), lambda tt: tt.metadata.retries.retries, 3),
    "labels": (
        lambda t: t.metadata.labels.update(a="c"),
        lambda tt: dict(tt.metadata.k8s_object_metadata.labels),
        {"a": "c"},
    ),
    "secrets": (
        lambda t: t.security_context.secrets.append(Secret("h")),
        lambda tt: [secret.group for secret in tt.security_context.secrets],
        ["g", "h"],
    ),
    "extended resources": (
        lambda t: t.task_config.update(extended=_accelerated()),
        lambda tt: tt.extended_resources.gpu_accelerator.device,
        "a100",
    ),
    "pod": (
        lambda t: t.task_config.update(pod=tasks_pb2.K8sPod(data_config={"enabled": True})),
        lambda tt: tt.k8s_pod.data_config.enabled,
        True,
    ),
    "sql": (
        lambda t: t.task_config.update(sql=tasks_pb2.Sql(statement="select 1")),
        lambda tt: tt.sql.statement,
        "select 1",
    ),
    "settings": (
        lambda t: t.serialize_to_model(SETTINGS),
        lambda tt: (tt.id.project, tt.id.domain, tt.id.version),
        ("p", "d", "v1"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_has_the_template_of_the_moment(change: str) -> None:
    """Whatever changes in place, or in what a subclass's method returns, is in the next run's template."""
    mutate, look, after = CHANGES[change]
    task = Told(
        "t",
        {"custom": {"deep": [1.5]}, "commands": ["run"]},
        "i:1",
        Echo,
        requests=Resources(cpu=1),
        environment={"A": "1", "B": "2"},
        secret_requests=[Secret("g")],
        metadata=TaskMetadata(labels={"a": "b"}),
        interface=Interface(outputs={"o0": dict}),
    )
    for _ in range(2):
        task()
    assert change in ("pod", "sql", "extended resources") or look(Echo.seen[-1][0]) != after
    mutate(task)
    task()
    assert look(Echo.seen[-1][0]) == after


def test_the_settings_environment_is_read_each_time() -> None:
    """Also when it changes in place."""
    settings = SerializationSettings.for_image("ghcr.io/me/base:1", "v1")
    settings.env = {"A": "1"}
    task = make()
    for value in ("1", "2"):
        settings.env["A"] = value
        container = task.serialize_to_model(settings).container
        assert container is not None
        assert container.env == {"A": value}


class Resolver(TaskTemplateResolver):
    """Loads by arguments that may change."""

    wanted: ClassVar[list[str]] = ["first"]

    def loader_args(self, settings: SerializationSettings, t: Any) -> list[str]:
        """Return them."""
        return list(self.wanted)


resolver = Resolver()


def test_the_resolver_is_asked_each_time() -> None:
    """Its arguments are the command's last ones."""
    task = make(task_resolver=resolver)
    for wanted in (["first"], ["second", "third"]):
        Resolver.wanted[:] = wanted
        container = task.task_template.container
        assert container is not None
        assert container.args[-len(wanted) - 3 :] == ["--resolver", f"{__name__}.resolver", "--", *wanted]


def _image_of(task: Task) -> str:
    container = task.task_template.container
    assert container is not None
    return str(container.image)


def test_a_container_of_ones_own_is_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may depend on anything: a subclass's, an object's, and one that takes the class's place."""
    image = ["a:1"]

    def of_the_moment(*_: Any) -> Container:
        return Container(tasks_pb2.Container(image=image[0]))

    class Own(Task):
        get_container = of_the_moment

    own = Own("t", {}, "i:1", Echo)
    patched, plain = make(), make()
    assert (_image_of(own), _image_of(patched), _image_of(plain)) == ("a:1", "ghcr.io/me/t:1", "ghcr.io/me/t:1")
    image[0] = "b:2"
    monkeypatch.setattr(patched, "get_container", of_the_moment)
    assert (_image_of(own), _image_of(patched), _image_of(plain)) == ("b:2", "b:2", "ghcr.io/me/t:1")
    monkeypatch.setattr(PythonCustomizedContainerTask, "get_container", of_the_moment)
    assert _image_of(plain) == "b:2"


def test_metadata_of_a_class_of_ones_own_is_asked_each_time() -> None:
    """Its message may depend on anything."""
    retries = [1]

    class Own(TaskMetadata):
        def to_flyte_idl(self) -> tasks_pb2.TaskMetadata:
            message = super().to_flyte_idl()
            message.retries.retries = retries[0]
            return message

    task = make(metadata=Own())
    assert task.task_template.metadata.retries.retries == 1
    retries[0] = 2
    assert task.task_template.metadata.retries.retries == 2


def test_parts_that_cannot_be_copied_are_encoded_each_time() -> None:
    """Such as labels that nobody changes through the mapping that the metadata has."""
    labels = {"a": "b"}
    task = make(metadata=TaskMetadata(labels=MappingProxyType(labels)))  # type: ignore[arg-type]  # that is the point
    for value in ("b", "c"):
        labels["a"] = value
        assert dict(task.task_template.to_flyte_idl().metadata.metadata.labels) == {"a": value}


def test_a_local_execute_of_ones_own_is_called() -> None:
    """And its promises are read; it has the context of the run."""
    seen: list[Any] = []

    class Own(Task):
        def local_execute(self, ctx: FlyteContext, **kwargs: Any) -> Any:
            seen.append(ctx is FlyteContextManager.current_context())
            return super().local_execute(ctx, **kwargs)

    interface = Interface({"a": int}, {"o0": dict})
    task = Own("t", {}, "i:1", Echo, interface=interface)
    assert task(a=3) == {"a": 3}
    assert seen == [True]


def test_each_run_has_a_template_of_its_own() -> None:
    """What an executor does to the one it got is not in the next one."""

    class Spoils(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: TaskTemplate) -> str:
            before = f"{tt.custom} {tt.container.image if tt.container else ''}"
            tt.custom["n"] = 99
            tt.to_flyte_idl().container.image = "other"
            tt.metadata.retries.retries = 9
            return f"{before} {tt.metadata.retries.retries}"

    task = make({"n": 1.5}, Spoils, interface=Interface(outputs={"o0": str}))
    assert task() == task() == "{'n': 1.5} ghcr.io/me/t:1 9"
    assert task.task_template.metadata.retries.retries == 0


def test_a_custom_of_classes_of_ones_own_is_encoded_each_time() -> None:
    """A str's subclass is a str to JSON, and its change is seen all the same."""

    class Name(str):
        __slots__ = ()

    task = make({"name": Name("a")})
    assert task.task_template.custom == {"name": "a"}
    task.task_config["name"] = Name("b")
    assert task.task_template.custom == {"name": "b"}


def test_a_custom_that_holds_itself_many_times_is_refused_at_once() -> None:
    """Looking whether it is the last one follows no cycle."""
    loop: dict[str, Any] = {}
    loop.update(a=loop, b=loop, c=[loop, loop])
    with pytest.raises(CustomError, match="a container that holds itself is no JSON value"):
        make({"loop": loop}).task_template  # noqa: B018


def test_the_last_serialization_is_kept() -> None:
    """With its settings; None and placeholders before the first."""
    task = make({"n": 1})
    assert (task.serialized, task.settings) == (None, task.SERIALIZE_SETTINGS)
    template = task.serialize_to_model(SETTINGS)
    assert task.serialized is template
    assert task.settings is SETTINGS


def test_the_template_keeps_the_last_settings() -> None:
    """Placeholders at first; then the project of the last serialization."""
    task = make()
    assert task.task_template.id.project == "PLACEHOLDER_PROJECT"
    assert task.serialize_to_model(SETTINGS).id.project == "p"
    assert task.task_template.id.project == "p"


def test_one_run_has_one_template() -> None:
    """The template is made once for a run, and handed to the executor."""

    class Counting(Task):
        made = 0

        def get_custom(self, settings: SerializationSettings) -> dict[str, Any]:
            type(self).made += 1
            return super().get_custom(settings)

    task = Counting("t", {"a": 1.5}, "i:1", Echo)
    Counting.made = 0
    with pytest.raises(OutputError):
        task()
    assert Counting.made == 1


class Defaults(ShimTaskExecutor[Any]):
    """Has a default of its own."""

    def execute_from_model(self, tt: Any, *, a: int, b: int = 7) -> str:
        """Show the inputs."""
        return f"{a} {b}"


def test_a_default_of_the_signature_applies() -> None:
    """Where the interface has none, the executor's own is used, in every way to run the task."""
    task = make(executor=Defaults, interface=Interface({"a": int, "b": int}, {"o0": str}))
    assert (task(a=1), task(1, 2)) == ("1 7", "1 2")
    loaded = ExecutableTemplateShimTask(task.task_template, Defaults)
    ctx = FlyteContextManager.current_context()
    inputs = literals_pb2.LiteralMap()
    inputs.literals["a"].scalar.primitive.integer = 1
    for run in (loaded.dispatch_execute, task.dispatch_execute, task.sandbox_execute):
        assert run(ctx, inputs).literals["o0"].scalar.primitive.string_value == "1 7"


def test_the_interfaces_default_wins_over_the_signatures() -> None:
    """It is what a registration declares."""
    task = make(executor=Defaults, interface=Interface({"a": int, "b": (int, 3)}, {"o0": str}))
    assert task(a=1) == "1 3"


@pytest.mark.parametrize("named", [True, False], ids=["named", "**kwargs"])
def test_a_missing_input_of_a_template_is_refused(named: bool) -> None:
    """The error names it, whether or not the executor's signature does."""
    executor = Defaults if named else Echo
    task = make(executor=executor, interface=Interface({"a": int, "b": int}, {"o0": str}))
    loaded = ExecutableTemplateShimTask(task.task_template, executor)
    path = f"{__name__}.{executor.__name__}"
    missing, names, them = ("a is", ("a",), "it") if named else ("a, b are", ("a", "b"), "them")
    for run in (loaded.dispatch_execute, task.dispatch_execute):
        with pytest.raises(InputError) as caught:
            run(FlyteContextManager.current_context(), literals_pb2.LiteralMap())
        assert caught.value.names == names
        assert str(caught.value) == (
            f"task music.t: {missing} missing, and {path} has no default for {them}. "
            "Give a literal for each input of the template."
        )


def test_an_input_that_the_template_does_not_have_is_refused() -> None:
    """The path is its name."""
    inputs = literals_pb2.LiteralMap()
    inputs.literals["z"].scalar.primitive.integer = 1
    loaded = ExecutableTemplateShimTask(make(interface=Interface({"a": int})).task_template, Echo)
    with pytest.raises(ConversionError) as caught:
        loaded.dispatch_execute(FlyteContextManager.current_context(), inputs)
    assert str(caught.value) == "z: no such input. The inputs are: a."


def test_defaults_apply() -> None:
    """Of the interface, and None for an input that admits it."""

    class Add(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any, *, a: int, b: int | None) -> str:
            return f"{a} {b}"

    task = make(executor=Add, interface=Interface({"a": (int, 3), "b": int | None}, {"o0": str}))
    assert task() == "3 None"
    assert task(a=1) == "1 None"
    assert task(1, 2) == "1 2"


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "task music.t: a, b are missing. Its inputs are (a: int, b: str) -> str."),
        ((1,), {}, "task music.t: b is missing. Its inputs are (a: int, b: str) -> str."),
        ((), {"a": 1, "b": "x", "c": 1}, "task music.t: no input is named 'c'. Its inputs are (a: int, b: str) -> str."),
        ((1,), {"a": 1}, "task music.t: a is given twice. Give it once."),
        ((1, "x", 2), {}, "task music.t: 3 inputs were given by position, and it has 2. Its inputs are (a: int, b: str) -> str."),
    ],
)  # fmt: skip
def test_a_call_that_does_not_fit_is_refused(args: tuple[Any, ...], kwargs: dict[str, Any], message: str) -> None:
    """The error names the inputs."""
    task = make(interface=Interface(kwtypes(a=int, b=str), {"o0": str}))
    with pytest.raises(InputError) as caught:
        task(*args, **kwargs)
    assert str(caught.value) == message


def test_a_value_that_does_not_fit_names_its_path() -> None:
    """The path begins with the input's name."""
    task = make(interface=Interface({"rows": list[dict[str, float]]}, {"o0": str}))
    with pytest.raises(ConversionError) as caught:
        task(rows=[{"a": 1.5}, {"price": "n/a"}])
    assert str(caught.value).startswith("rows[1].price: expected float, got str 'n/a'")


class Pair(NamedTuple):
    """Outputs by name, in another order than the interface's."""

    name: str
    count: int


@pytest.mark.parametrize(
    "answer",
    [(3, "x"), [3, "x"], Pair(count=3, name="x")],
    ids=["tuple", "list", "NamedTuple"],
)
def test_several_outputs_come_back_by_name(answer: Any) -> None:
    """A tuple by position, a NamedTuple by its names."""
    result = answering(answer, {"count": int, "name": str})()
    assert (result.count, result.name) == (3, "x")
    assert type(result).__name__ == "DefaultNamedTupleOutput"


def test_a_named_tuple_of_one_stays_one() -> None:
    """The interface's name is kept for a single output too."""
    result = answering(1.5, {"mean": float}, output_tuple_name="Stats")()
    assert type(result).__name__ == "Stats"
    assert result.mean == 1.5


@pytest.mark.parametrize(
    ("answer", "outputs", "message"),
    [
        ((1,), {"a": int, "b": int}, "the executor returned 1 values, and the task has 2 outputs: a, b. Return a value for each."),
        ({"a": 1, "b": 2}, {"a": int, "b": int}, "the executor returned a dict, and the task has 2 outputs: a, b. Return a tuple with a value for each, in this order, or a NamedTuple with these names."),
        ((1, 2), {"a": int}, "the executor returned a tuple of 2, and the task has one output, a. Return the value itself; a sequence of values is a list."),
        (1, {}, "the executor returned a int, and the task has no outputs. Declare the output, or return None."),
    ],
)  # fmt: skip
def test_a_result_that_does_not_fit_is_refused(answer: Any, outputs: dict[str, Any], message: str) -> None:
    """The error counts and names the outputs."""
    with pytest.raises(OutputError) as caught:
        answering(answer, outputs)()
    assert str(caught.value) == f"task music.t: {message}"


def test_an_output_of_another_type_names_its_path() -> None:
    """An output is converted by its declared type."""
    with pytest.raises(ConversionError) as caught:
        answering([1, "x"], {"o0": list[int]})()
    assert str(caught.value).startswith("o0[1]: expected int, got str 'x'")


@pytest.mark.parametrize(
    ("outputs", "answer", "expected"),
    [
        ({"o0": list[int]}, [1, 2], [1, 2]),
        ({"o0": dict[str, int]}, {"a": 1}, {"a": 1}),
        ({"o0": list[dict[str, float]]}, [{"a": 1}], [{"a": 1.0}]),
        ({"o0": float}, 1, 1.0),
        ({"o0": int | None}, None, None),
        ({"a": list[int], "b": dict[str, str]}, ([], {"x": "y"}), ([], {"x": "y"})),
    ],
    ids=repr,
)
def test_outputs_are_converted_by_their_declared_types(outputs: Any, answer: Any, expected: Any) -> None:
    """In a call, and from the template alone when a NamedTuple says which is which."""
    assert answering(answer, outputs)() == expected
    single = answering(answer, outputs)
    if len(outputs) == 1:
        loaded = ExecutableTemplateShimTask(single.task_template, single.executor_type)
        literals = loaded.dispatch_execute(FlyteContextManager.current_context(), literals_pb2.LiteralMap())
        ctx = FlyteContextManager.current_context()
        assert literals == single.dispatch_execute(ctx, literals_pb2.LiteralMap())


def test_a_dict_of_outputs_of_a_template_is_refused() -> None:
    """A cluster would not know whether it is one output or several."""
    task = answering({"a": 1, "b": 2}, {"a": int, "b": int})
    loaded = ExecutableTemplateShimTask(task.task_template, task.executor_type)
    with pytest.raises(OutputError) as caught:
        loaded.dispatch_execute(FlyteContextManager.current_context(), literals_pb2.LiteralMap())
    assert str(caught.value) == (
        "task music.t: the executor returned a dict, and the task has 2 outputs: a, b. "
        "Return a tuple with a value for each, in this order, or a NamedTuple with these names."
    )


def test_a_task_without_outputs_returns_none() -> None:
    """Its local run gives a promise that is no value."""
    task = answering(None, {})
    assert task() is None
    promise = task.local_execute(FlyteContextManager.current_context())
    assert isinstance(promise, VoidPromise)
    with pytest.raises(OutputError, match="it returns nothing"):
        bool(promise)


class AnyName(ShimTaskExecutor[Any]):
    """Gives back its inputs, whatever their names are."""

    def execute_from_model(self, tt: Any, /, **kwargs: Any) -> Any:
        """Give them back."""
        return dict(sorted(kwargs.items()))


def test_an_input_may_have_any_name() -> None:
    """Also that of a parameter of ours; by name and by position, and from literals."""
    names = ("args", "ctx", "inputs", "kwargs", "k", "name", "task", "tt", "values")
    task = Task("t", {}, "i:1", AnyName, interface=Interface(dict.fromkeys(names, int), {"o0": dict[str, int]}))
    given = {name: index for index, name in enumerate(names)}
    assert task(**given) == task(*given.values()) == given
    ctx = FlyteContextManager.current_context()
    literals = TypeEngine.dict_to_literal_map(ctx, given, dict.fromkeys(names, int))
    loaded = ExecutableTemplateShimTask(task.task_template, task.executor_type)
    found = loaded.dispatch_execute(ctx, literals).literals["o0"]
    assert TypeEngine.to_python_value(ctx, found, dict[str, int]) == given


def test_a_promise_is_an_input() -> None:
    """The literal of one run goes into the next."""
    ctx = FlyteContextManager.current_context()
    promise = answering(7, {"o0": int}).local_execute(ctx)
    assert isinstance(promise, Promise)
    assert promise.eval() == 7
    task = make({"answer": "ok"}, interface=Interface({"a": int}, {"o0": str}))
    assert task(a=promise) == "ok"
    assert Echo.seen[-1][1] == {"a": 7}


def test_what_an_executor_raises_comes_out_as_it_is() -> None:
    """Neither wrapped nor reworded."""
    boom = RuntimeError("boom")

    class Raises(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any) -> Any:
            raise boom

    with pytest.raises(RuntimeError) as caught:
        make(executor=Raises)()
    assert caught.value is boom


class Leaves(ShimTaskExecutor[Any]):
    """Makes a deck, and notes what its run has."""

    seen: list[Any] = []  # noqa: RUF012  # shared on purpose

    def execute_from_model(self, tt: Any) -> None:
        """Note the parameters."""
        Deck("mine", "x")
        params = current_context()
        self.seen.append((params, params.working_directory, [deck.name for deck in params.decks]))


RUNS: dict[str, Callable[[Task, Any], Any]] = {
    "call": lambda task, ctx: task(),
    "local_execute": lambda task, ctx: task.local_execute(ctx),
    "local_outputs": lambda task, ctx: task.local_outputs(ctx),
    "sandbox_execute": lambda task, ctx: task.sandbox_execute(ctx, literals_pb2.LiteralMap()),
    "dispatch_execute": lambda task, ctx: task.dispatch_execute(ctx, literals_pb2.LiteralMap()),
    "of a template": lambda task, ctx: ExecutableTemplateShimTask(task.task_template, Leaves).dispatch_execute(
        ctx, literals_pb2.LiteralMap()
    ),
}


@pytest.mark.parametrize("way", RUNS)
def test_each_run_has_its_own_parameters(way: str) -> None:
    """Fresh decks and a folder of its own, however it is started, also twice in one context that nobody stands in."""
    ctx = FlyteContextManager.current_context()
    other = ctx.with_execution_state(ExecutionState(user_space_params=current_context().with_attr("x", 1)))
    Leaves.seen.clear()
    for given in (ctx, ctx, other, other):
        RUNS[way](make(executor=Leaves), given)
    assert len({id(params) for params, *_ in Leaves.seen}) == 4
    assert len({folder for _, folder, _ in Leaves.seen}) == 4
    assert [decks for *_, decks in Leaves.seen] == [["mine"]] * 4
    assert ctx.user_space_params is not None
    assert ctx.user_space_params.decks == []


def test_a_run_within_a_run_has_its_own_parameters() -> None:
    """And the outer one's are there again when it is over."""
    inner = make(executor=Leaves)
    seen: list[Any] = []

    class Outer(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any) -> None:
            before = current_context()
            folder = before.working_directory
            inner()
            inner.dispatch_execute(FlyteContextManager.current_context(), literals_pb2.LiteralMap())
            seen.append((current_context() is before, folder, before.decks))

    Leaves.seen.clear()
    make(executor=Outer)()
    ((same, folder, decks),) = seen
    assert (same, decks) == (True, [])
    assert folder not in {inner_folder for _, inner_folder, _ in Leaves.seen}
    assert len({inner_folder for _, inner_folder, _ in Leaves.seen}) == 2


def test_a_container_keeps_the_parameters_that_it_gave() -> None:
    """On a cluster the process is the run."""
    ctx = FlyteContextManager.current_context()
    given = current_context().with_task_sandbox()
    state = ExecutionState(mode=ExecutionState.Mode.TASK_EXECUTION, user_space_params=given)
    Leaves.seen.clear()
    loaded = ExecutableTemplateShimTask(make(executor=Leaves).task_template, Leaves)
    with FlyteContextManager.with_context(ctx.with_execution_state(state)) as run:
        loaded.dispatch_execute(run, literals_pb2.LiteralMap())
        loaded.dispatch_execute(run, literals_pb2.LiteralMap())
    assert [params is given for params, *_ in Leaves.seen] == [True, True]
    assert [deck.name for deck in given.decks] == ["mine", "mine"]


def test_local_outputs_have_the_decks_of_the_run() -> None:
    """The executor's own, and behind them the task's, when decks are on."""
    ctx = FlyteContextManager.current_context()
    outputs = make(executor=Leaves).local_outputs(ctx)
    assert (outputs.literals, outputs.cached) == (literals_pb2.LiteralMap(), False)
    assert [deck.name for deck in outputs.decks] == ["mine"]
    fields = [DeckField.INPUT, DeckField.OUTPUT]
    outputs = make(executor=Leaves, enable_deck=True, deck_fields=fields).local_outputs(ctx)
    assert [deck.name for deck in outputs.decks] == ["mine", "Input", "Output"]


def test_a_template_that_wants_decks_gets_the_default_ones() -> None:
    """It does not say which."""
    loaded = ExecutableTemplateShimTask(make(executor=Leaves, enable_deck=True).task_template, Leaves)
    plain = ExecutableTemplateShimTask(make(executor=Leaves).task_template, Leaves)
    assert (plain.enable_deck, plain.deck_fields) == (False, [])
    assert loaded.enable_deck is True
    assert loaded.deck_fields == [
        DeckField.SOURCE_CODE,
        DeckField.DEPENDENCIES,
        DeckField.TIMELINE,
        DeckField.INPUT,
        DeckField.OUTPUT,
    ]


def test_a_failed_run_leaves_its_decks() -> None:
    """What it did until then is what its author wants to see."""

    class Fails(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any, *, a: int) -> None:
            decks.append(current_context().decks)
            raise RuntimeError

    decks: list[Any] = []
    task = make(executor=Fails, enable_deck=True, deck_fields=[DeckField.INPUT], interface=Interface({"a": int}))
    with pytest.raises(RuntimeError):
        task(a=1)
    assert [deck.name for deck in decks[0]] == ["Input"]


SCRIPT = """
from shimnb import Interface, PythonCustomizedContainerTask, ShimTaskExecutor, current_context
class Folder(ShimTaskExecutor):
    def execute_from_model(self, tt) -> str:
        return current_context().working_directory
class Task(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {}
task = Task("t", None, "i:1", Folder, interface=Interface(outputs={"o0": str}))
print(task(), task(), sep="\\n")
"""


def test_the_folders_of_runs_go_with_the_process() -> None:
    """They lie in one temporary folder, which is removed at the end."""
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=120)
    first, second = (Path(line) for line in ended.stdout.splitlines())
    assert first.parent == second.parent
    assert not first.parent.exists()


def test_a_run_has_a_folder_and_a_context() -> None:
    """Each run its own folder, within the process's temporary one."""
    folders = []

    class Looks(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any) -> None:
            state = FlyteContextManager.current_context().execution_state
            assert state is not None
            assert state.is_local_execution()
            folders.append(current_context().working_directory)

    task = make(executor=Looks)
    task()
    task()
    assert len(set(folders)) == 2


def test_two_threads_run_apart() -> None:
    """The context of one is not that of the other."""
    contexts = []

    class Looks(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any) -> None:
            contexts.append(FlyteContextManager.current_context())

    task = make(executor=Looks)
    threads = [threading.Thread(target=task) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, contexts))) == 4


@dataclasses.dataclass
class NeedsArgument(ShimTaskExecutor[Any]):
    """Cannot be made by the container."""

    uri: str

    def execute_from_model(self, tt: Any) -> None:
        """Do nothing."""


class Empty(ShimTaskExecutor[Any]):
    """Has no method of its own."""


@pytest.mark.parametrize(
    ("executor", "message"),
    [
        (Empty, f"executor {__name__}.Empty: it has no execute_from_model. Write: def execute_from_model(self, tt, *, ...) -> ...:"),
        (NeedsArgument, f"executor {__name__}.NeedsArgument: it cannot be made without arguments (NeedsArgument.__init__() missing 1 required positional argument: 'uri'). Take what it needs from the template: the container makes it with no arguments."),
        ("Echo", "executor 'Echo': an executor is given as a class. Pass the class itself: executor_type=Executor."),
    ],
)  # fmt: skip
def test_an_executor_that_cannot_execute_is_refused(executor: Any, message: str) -> None:
    """When the task is made, not when it runs."""
    with pytest.raises(ExecutorError) as caught:
        make(executor=executor)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"environment": {"A": 1}}, "environment A: an environment variable is a str, got <class 'int'>. Write str(value)."),
        ({"secret_requests": ["hunter2"]}, "secret_requests: no Secret, got <class 'str'>. Use Secret(group=..., key=...)."),
        ({"enable_deck": True, "disable_deck": True}, "enable_deck: enable_deck and disable_deck are both given, got True. Give enable_deck alone."),
        ({"enable_deck": True, "deck_fields": ["x"]}, "deck_fields: no deck field, got 'x'. Use DeckField.INPUT, DeckField.OUTPUT, DeckField.SOURCE_CODE, DeckField.TIMELINE, DeckField.DEPENDENCIES."),
        ({"metdata": TaskMetadata()}, None),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused(kwargs: dict[str, Any], message: str | None) -> None:
    """The error names the parameter, and never a secret."""
    with pytest.raises(SettingError) as caught:
        make(**kwargs)
    if message is None:
        assert str(caught.value).startswith("metdata: no parameter of a task, got TaskMetadata(")
        assert str(caught.value).endswith("Did you mean metadata?")
    else:
        assert str(caught.value) == message


def test_get_custom_is_written_by_the_author() -> None:
    """As in flytekit; the error says how."""
    task = PythonCustomizedContainerTask("t", None, "i:1", Echo)
    with pytest.raises(OverrideError) as caught:
        task.task_template  # noqa: B018
    assert isinstance(caught.value, NotImplementedError)
    assert str(caught.value) == (
        "class shimnb.core.task.PythonCustomizedContainerTask: get_custom is not written. "
        'Write: def get_custom(self, settings): return {"key": value}'
    )


def test_a_custom_that_is_no_json_names_its_path() -> None:
    """The template is not made of half of it."""
    with pytest.raises(CustomError) as caught:
        make({"window": {"start": {1}}}).serialize_to_model(SETTINGS)
    assert str(caught.value) == "custom at $.window.start: a set is no JSON value: {1}. Use sorted(value)."


def test_the_losses_of_custom_are_listed() -> None:
    """With the path, before and after."""
    assert [(loss.path, loss.before, loss.after) for loss in make({"n": 3}).losses()] == [("$.n", 3, 3.0)]


def test_an_image_reference_is_shown_until_a_registration_resolves_it() -> None:
    """A local run needs no image."""
    task = Task("t", {}, "{{.image.default.fqn}}:2", Echo)
    assert task.task_template.container is not None
    assert task.task_template.container.image == "{{.image.default.fqn}}:2"
    assert task.get_image(SETTINGS) == "ghcr.io/me/base:2"
    with pytest.raises(SettingError):
        Task("t", {}, "{{.image.nope}}", Echo).serialize_to_model(SETTINGS)


def test_the_environments_are_merged() -> None:
    """The task's own variables win over the settings'."""
    settings = SerializationSettings.for_image("i:1", "v")
    settings.env = {"A": "settings", "B": "settings"}
    container = make(environment={"A": "task"}).get_container(settings)
    assert container.env == {"A": "task", "B": "settings"}


def test_the_command_is_pyflyte_executes_with_another_name() -> None:
    """Its options and placeholders, the resolver and the executor."""
    assert make().get_command(SETTINGS) == [
        "shimnb-execute",
        "--inputs",
        "{{.input}}",
        "--output-prefix",
        "{{.outputPrefix}}",
        "--raw-output-data-prefix",
        "{{.rawOutputDataPrefix}}",
        "--resolver",
        "shimnb.core.resolver.default_task_template_resolver",
        "--",
        "{{.taskTemplatePath}}",
        f"{__name__}.Echo",
    ]


def test_decks_are_off_until_they_are_asked_for() -> None:
    """And then they are in the template."""
    off, on = make(), make(enable_deck=True, deck_fields=[DeckField.INPUT])
    assert (off.enable_deck, off.disable_deck, off.deck_fields) == (False, True, [])
    assert (on.enable_deck, on.disable_deck, on.deck_fields) == (True, False, [DeckField.INPUT])
    assert off.task_template.metadata.generates_deck is False
    assert on.task_template.metadata.generates_deck is True
    assert make(disable_deck=False).enable_deck is True


def test_the_other_members_give_back_what_was_given() -> None:
    """Names, types, resources, secrets, docs."""
    task = make(
        {"a": "b"},
        task_type="sql",
        task_type_version=2,
        requests=Resources(cpu="1"),
        limits=Resources(cpu="2"),
        secret_requests=[Secret("g", "k")],
        metadata=TaskMetadata(retries=2, interruptible=True, timeout=5),
        docs=Documentation(short_description="x"),
        interface=Interface({"a": int}, {"o0": str}),
    )
    assert (task.name, task.task_type, task.task_type_version) == ("music.t", "sql", 2)
    assert (task.task_config, task.container_image) == ({"a": "b"}, "ghcr.io/me/t:1")
    assert (task.resources.requests.cpu, task.resources.limits.cpu) == ("1", "2")
    assert task.security_context is not None
    assert task.security_context.secrets == [Secret("g", "k")]
    assert task.docs == Documentation(short_description="x")
    assert task.get_input_types() == {"a": int}
    assert (task.get_type_for_input_var("a", 1), task.get_type_for_output_var("o0", "")) == (int, str)
    assert list(task.interface.inputs) == ["a"]
    assert task.task_resolver is default_task_template_resolver
    assert task.executor_type is Echo
    assert isinstance(task.executor, Echo)
    node = task.construct_node_metadata()
    assert (node.name, node.retries.retries, node.interruptible, node.timeout.seconds) == ("t", 2, True, 5)
    assert task.task_template.security_context.secrets[0].group == "g"


def test_a_task_within_a_workflow_says_that_there_are_none() -> None:
    """Not yet."""
    with pytest.raises(WorkflowError) as caught:
        make().compile(FlyteContextManager.current_context())
    assert str(caught.value) == ("task music.t: shimnb builds no workflows yet. Call the task, or local_execute it.")


def test_a_task_is_loaded_from_its_template_alone(tmp_path: Any) -> None:
    """The resolver's arguments, filled in, give a task that runs the same."""
    task = make({"answer": 1.5}, interface=Interface({"a": int}, {"o0": float}))
    path = tmp_path / "task_template.pb"
    path.write_bytes(task.serialize_to_model(SETTINGS).to_flyte_idl().SerializeToString())
    arguments = default_task_template_resolver.loader_args(SETTINGS, task)
    loaded = default_task_template_resolver.load_task([str(path), arguments[1]])
    assert type(loaded) is ExecutableTemplateShimTask
    assert loaded.name == "music.t"
    inputs = literals_pb2.LiteralMap()
    inputs.literals["a"].scalar.primitive.integer = 3
    outputs = loaded.dispatch_execute(FlyteContextManager.current_context(), inputs)
    assert outputs.literals["o0"].scalar.primitive.float_value == 1.5
    assert task.sandbox_execute(FlyteContextManager.current_context(), inputs) == outputs


class Named(ShimTaskExecutor[Any]):
    """Returns a NamedTuple, or with ``plain`` a tuple."""

    def execute_from_model(self, tt: TaskTemplate) -> Any:
        """Return two values."""
        return (3, "x") if tt.custom["plain"] else Pair(count=3, name="x")


@pytest.mark.parametrize("plain", [False, True])
def test_outputs_of_a_template_alone_are_known_by_name_only(plain: bool) -> None:
    """The template keeps no order: a NamedTuple fits, and a plain tuple would be a guess."""
    task = make({"plain": plain}, Named, interface=Interface(outputs={"count": int, "name": str}))
    assert task() == (3, "x")
    loaded = ExecutableTemplateShimTask(task.task_template, Named)
    ctx = FlyteContextManager.current_context()
    if not plain:
        outputs = loaded.dispatch_execute(ctx, literals_pb2.LiteralMap()).literals
        assert (outputs["count"].scalar.primitive.integer, outputs["name"].scalar.primitive.string_value) == (3, "x")
        return
    with pytest.raises(OutputError) as caught:
        loaded.dispatch_execute(ctx, literals_pb2.LiteralMap())
    assert str(caught.value) == (
        "task music.t: the executor returned a plain tuple, and the template keeps no order of the outputs "
        "count, name. Return a NamedTuple with these names."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.pb", "a.B"], "nope.pb: the template cannot be read (No such file or directory). Give the file that holds the template."),
        (["a"], "loader arguments: 1 arguments. Give two: the template's file, and the executor's path."),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_loaded_is_refused(arguments: list[str], message: str) -> None:
    """The error names the file."""
    with pytest.raises(TemplateError) as caught:
        default_task_template_resolver.load_task(arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("Executor", "no path of a module and a class"),
        ("no_such_module.Executor", "its module cannot be imported (No module named 'no_such_module')"),
        ("json.Executor", "the module json has no Executor"),
    ],
)
def test_an_executor_that_cannot_be_imported_is_refused(tmp_path: Any, path: str, problem: str) -> None:
    """The error names the path and what Python said."""
    file = tmp_path / "t.pb"
    file.write_bytes(make().serialize_to_model(SETTINGS).to_flyte_idl().SerializeToString())
    with pytest.raises(TemplateError) as caught:
        default_task_template_resolver.load_task([str(file), path])
    assert str(caught.value) == (
        f"{path}: {problem}. Give the path by which Python imports the class: package.module.Executor."
    )


def test_the_resolver_has_its_three_other_answers() -> None:
    """A name, no tasks, no name for a task."""
    resolver = default_task_template_resolver
    assert (resolver.name(), resolver.get_all_tasks(), resolver.task_name(make())) == (
        "task template resolver",
        [],
        None,
    )
    assert resolver.lhs == resolver.find_lhs() == "default_task_template_resolver"
    assert resolver.instantiated_in == "shimnb.core.resolver"
