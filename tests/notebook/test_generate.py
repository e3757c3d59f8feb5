from __future__ import annotations

import ast

import pytest

from shimnb.notebook.generate import Parameter, Shape, class_name, generate
from shimnb.notebook.options import SecretOption, TaskOptions

LEVEL_1 = '''\
# What `%%shimtask greet` is short for.
import typing

import shimnb


class Executor(shimnb.ShimTaskExecutor):
    """Calls `execute`."""

    def execute_from_model(self, tt: shimnb.TaskTemplate, *, name: str, times: int = 2) -> str:
        return execute(tt, name=name, times=times)


class GreetTask(shimnb.PythonCustomizedContainerTask[dict[str, typing.Any]]):
    """A task that Executor executes."""

    def __init__(self, name: str, task_config: dict[str, typing.Any], **kwargs: typing.Any) -> None:
        super().__init__(
            name=name,
            task_config=task_config,
            container_image="",
            executor_type=Executor,
            interface=shimnb.executor_interface(Executor),
            **kwargs,
        )

    def get_custom(self, settings: shimnb.SerializationSettings) -> dict[str, typing.Any]:
        return dict(self.task_config)


greet = GreetTask(name="greet", task_config={"greeting": "salut"})
'''

LEVEL_2 = '''\
# What `%%shimtask top_tracks` is short for.
import dataclasses
import typing

import shimnb


class TopTracksTask(shimnb.PythonCustomizedContainerTask[Config]):
    """A task that Executor executes."""

    def __init__(self, name: str, task_config: Config, **kwargs: typing.Any) -> None:
        super().__init__(
            name=name,
            task_config=task_config,
            container_image="ghcr.io/me/sql:1",
            executor_type=Executor,
            task_type="sql",
            interface=shimnb.executor_interface(Executor),
            **kwargs,
        )

    def get_custom(self, settings: shimnb.SerializationSettings) -> dict[str, typing.Any]:
        return dataclasses.asdict(self.task_config)


top_tracks = TopTracksTask(
    name="top_tracks",
    task_config=Config(query="select 'a'"),
    requests=shimnb.Resources(mem="512Mi"),
    limits=shimnb.Resources(cpu="2"),
    environment={"LANG": "C"},
    secret_requests=[
        shimnb.Secret(group="db", key="user"),
        shimnb.Secret(group="db", key="password", mount_requirement=shimnb.Secret.MountType.ENV_VAR),
    ],
    metadata=shimnb.TaskMetadata(retries=2, timeout=90, cache=True, cache_version="1", interruptible=True),
    enable_deck=True,
)
'''


def test_the_text_of_level_1():
    """A function becomes an executor that calls it, and a task."""
    shape = Shape(
        executor=None,
        parameters=(Parameter("name", "str"), Parameter("times", "int", "2")),
        returns="str",
        values={"greeting": "salut"},
        taken=frozenset({"execute"}),
    )
    assert generate("greet", shape, TaskOptions()) == LEVEL_1


def test_the_text_of_level_2():
    """An executor and its Config become a task, with every option in its place."""
    options = TaskOptions(
        image="ghcr.io/me/sql:1",
        task_type="sql",
        requests=(("mem", "512Mi"),),
        limits=(("cpu", "2"),),
        environment=(("LANG", "C"),),
        secrets=(SecretOption("db", "user"), SecretOption("db", "password", "env")),
        retries=2,
        timeout=90,
        cache_version="1",
        interruptible=True,
        deck=True,
    )
    shape = Shape(
        executor="Executor",
        config="Config",
        values={"query": "select 'a'"},
        taken=frozenset({"Config", "Executor", "dataclass", "sqlite3"}),
    )
    assert generate("top_tracks", shape, options) == LEVEL_2


def test_no_name_of_the_cell_is_taken():
    """A name that the cell has bound gets an underscore in the generated text."""
    taken = frozenset({"shimnb", "typing", "dataclasses", "TTask", "Executor"})
    shape = Shape(executor=None, config="Config", taken=taken)
    tree = ast.parse(generate("t", shape, TaskOptions()))
    bound = [node.asname or node.name for each in tree.body if isinstance(each, ast.Import) for node in each.names]
    bound += [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert bound == ["dataclasses_", "typing_", "shimnb_", "Executor_", "TTask_"]


@pytest.mark.parametrize("value", ["a'b", 'a"b', "a'\"b", "a\nb", "\\", "", {"a": [1, None, True, 1.5, {"b": "c"}]}])
def test_values_are_written_as_they_are(value: object):
    """A JSON value is the same when its text is read back."""
    shape = Shape(executor="E", values={"key": value})
    [call] = [
        node.value for node in ast.parse(generate("t", shape, TaskOptions())).body if isinstance(node, ast.Assign)
    ]
    assert isinstance(call, ast.Call)
    [config] = [keyword.value for keyword in call.keywords if keyword.arg == "task_config"]
    assert ast.literal_eval(config) == {"key": value}


@pytest.mark.parametrize(("name", "expected"), [("t", "TTask"), ("sql_task", "SqlTask"), ("readCSV", "ReadCSVTask")])
def test_the_class_is_named_after_the_task(name: str, expected: str):
    """Words start with a capital, and one Task is enough."""
    assert class_name(name) == expected
