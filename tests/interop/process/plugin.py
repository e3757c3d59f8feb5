# ruff: noqa: ICN001, UP006, UP035, UP045  # the cases use the old spellings, and the modules by their own names
"""A plugin as its author writes it for flytekit: types, a task, executors, and what they use of the context.

It runs under the name `acme`: as it is with flytekit, and with shimnb after its lines ``from flytekit... import``
became ``from shimnb import``; nothing else is changed.
"""
# No ``from __future__ import annotations``: both libraries read the annotations as they are.

import dataclasses
import datetime
import enum
import json
import os
import signal
import sys
import typing
from dataclasses import dataclass, field
from typing import Annotated, Any, Dict, List, Optional, Union

import pandas
from flytekit import HashMethod, Secret, StructuredDataset, TaskMetadata, current_context, kwtypes
from flytekit.core.interface import Interface
from flytekit.core.python_customized_container_task import PythonCustomizedContainerTask
from flytekit.core.shim_task import ShimTaskExecutor
from flytekit.deck import Deck
from flytekit.exceptions.system import FlyteNonRecoverableSystemException
from flytekit.exceptions.user import FlyteRecoverableException, FlyteUserRuntimeException
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile

__all__ = ["Annotated", "Dict", "HashMethod", "Optional", "Secret", "TaskMetadata", "Union", "kwtypes", "typing"]

WHEN = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=datetime.timezone.utc)
FRAME = pandas.DataFrame({"name": ["a", "b"], "n": [1, 2]})
LARGE = 2 * 1024 * 1024


# Types


class Color(enum.Enum):
    """An enum of strings."""

    RED = "red"
    GREEN = "green"


@dataclass
class Point:
    """A dataclass of plain fields."""

    x: int
    y: float = 0.5


@dataclass
class Track:
    """A dataclass with others in it."""

    name: str
    at: Point
    loud: bool = False
    rating: Optional[int] = None
    path: List[Point] = field(default_factory=list)
    tags: Dict[str, str] = field(default_factory=dict)
    rows: List[List[int]] = field(default_factory=list)


@dataclass
class Album:
    """A dataclass of a file."""

    cover: FlyteFile
    title: str


# The task


class AcmeTask(PythonCustomizedContainerTask[Any]):
    """A task of this plugin: `task_config` becomes `custom`."""

    def __init__(self, executor: type, interface: Interface, config: Any = None, **kwargs: Any) -> None:
        super().__init__(
            name="acme.run",
            task_config=config,
            container_image="acme/run:1",
            executor_type=executor,
            task_type="acme",
            interface=interface,
            **kwargs,
        )

    def get_custom(self, settings: Any) -> Any:
        """Give the config as it is."""
        return self.task_config


# Executors


def show(value: Any) -> str:  # noqa: PLR0911  # a kind of value, a line
    """Show a value without its class's name, which a guessed class has made up."""
    if isinstance(value, FlyteFile):
        with open(value) as file:  # noqa: PTH123
            return f"file {value.extension()} {file.read()}"
    if isinstance(value, FlyteDirectory):
        return f"folder {sorted(os.listdir(value))}"  # noqa: PTH208
    if isinstance(value, StructuredDataset):
        return f"dataset {show(value.open(pandas.DataFrame).all())}"
    if isinstance(value, pandas.DataFrame):
        return f"frame {value.to_csv(index=False)}"
    if isinstance(value, enum.Enum):
        return f"choice {value.name} {value.value}"
    if dataclasses.is_dataclass(value):
        return f"fields {show({f.name: getattr(value, f.name) for f in dataclasses.fields(value)})}"
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{key!r}: {show(item)}" for key, item in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(show, value)) + "]"
    return repr(value)


class Echo(ShimTaskExecutor):
    """Gives back what it gets."""

    def execute_from_model(self, tt, **kwargs):
        return kwargs["a"]


class Seen(ShimTaskExecutor):
    """Shows what it gets."""

    def execute_from_model(self, tt, **kwargs):
        return show(kwargs)


class Strict(ShimTaskExecutor):
    """Wants its input."""

    def execute_from_model(self, tt, *, a: int) -> str:
        return show(a)


class Lenient(ShimTaskExecutor):
    """Has a default."""

    def execute_from_model(self, tt, *, a: int = 5) -> str:
        return show(a)


class Scale(ShimTaskExecutor):
    """Computes with `custom`."""

    def execute_from_model(self, tt, *, x: float) -> float:
        return x * tt.custom["factor"]


class Template(ShimTaskExecutor):
    """Shows what the template says."""

    def execute_from_model(self, tt, **kwargs):
        names = [tt.id.project, tt.id.domain, tt.id.name, tt.id.version, tt.type, tt.container.image]
        retries = tt.metadata.retries.retries
        return json.dumps([names, retries, sorted(tt.interface.inputs), tt.custom, tt.config], sort_keys=True)


class Files(ShimTaskExecutor):
    """Makes a file in the working directory."""

    def execute_from_model(self, tt, **kwargs):
        path = os.path.join(current_context().working_directory, "made.txt")  # noqa: PTH118
        with open(path, "w") as file:  # noqa: PTH123
            file.write("made")
        return FlyteFile(path)


class Folders(ShimTaskExecutor):
    """Makes a folder in the working directory."""

    def execute_from_model(self, tt, **kwargs):
        path = os.path.join(current_context().working_directory, "made")  # noqa: PTH118
        os.makedirs(path)  # noqa: PTH103
        with open(os.path.join(path, "one.txt"), "w") as file:  # noqa: PTH118, PTH123
            file.write("one")
        return FlyteDirectory(path)


class Datasets(ShimTaskExecutor):
    """Makes a dataset."""

    def execute_from_model(self, tt, **kwargs):
        return StructuredDataset(FRAME)


class Same(typing.NamedTuple):
    """Two outputs by their names."""

    y: int
    x: int


class Named(ShimTaskExecutor):
    """Gives two outputs that are alike: flytekit takes no notice of the names."""

    def execute_from_model(self, tt, **kwargs):
        return Same(7, 7)


class Constant(ShimTaskExecutor):
    """Gives what `custom` says."""

    def execute_from_model(self, tt, **kwargs):
        return {
            "text": "x",
            "none": None,
            "three": (1, 2, 3),
            "one": (1,),
            "list": [1, 2],
            "dict": {"o0": 1, "o1": 2},
            "large": "x" * LARGE,
            "huge": 2**70,
            "six": tuple(range(6)),
            "two": (0, 1),
        }[tt.custom["value"]]


class Context(ShimTaskExecutor):
    """Shows its surroundings."""

    def execute_from_model(self, tt, **kwargs):
        context = current_context()
        execution, task = context.execution_id, context.task_id
        working = context.working_directory
        context.logging.info("an executor may log")
        found = {
            "execution": [execution.project, execution.domain, execution.name],
            "task": [task.project, task.domain, task.name, task.version],
            "working directory": [os.path.isdir(working), os.listdir(working)],  # noqa: PTH112, PTH208
            "raw output prefix": os.path.basename(context.raw_output_prefix.rstrip("/")),  # noqa: PTH119
            "output prefix": os.path.basename(context.output_metadata_prefix),  # noqa: PTH119
            "date": [
                context.execution_date.tzname(),
                abs((datetime.datetime.now(WHEN.tzinfo) - context.execution_date).days),
            ],
            "here": os.getcwd() in sys.path,  # noqa: PTH109
        }
        return json.dumps(found, sort_keys=True)


class Secrets(ShimTaskExecutor):
    """Shows the secrets, which are samples."""

    def execute_from_model(self, tt, **kwargs):
        secrets = current_context().secrets
        found = [secrets.get("db", "password"), secrets.get("lower", "key"), secrets.get("db", "of_file")]
        try:
            found.append(secrets.get("db", "none"))
        except ValueError:
            found.append("ValueError")
        return json.dumps(found)


class Checkpoint(ShimTaskExecutor):
    """Reads the checkpoint of the last attempt and writes another."""

    def execute_from_model(self, tt, **kwargs):
        checkpoint = current_context().checkpoint
        before = checkpoint.read()
        exists = [checkpoint.prev_exists(), checkpoint.restore() is not None]
        checkpoint.write(b"after " + (before or b"nothing"))
        return f"{before!r} {exists}"


class Decks(ShimTaskExecutor):
    """Makes a deck."""

    def execute_from_model(self, tt, **kwargs):
        Deck("mine", "<b>a deck</b>")
        return json.dumps([deck.name for deck in current_context().decks])


# Executors that fail


class AcmeError(Exception):
    """An error of this plugin."""


class CodedError(Exception):
    """An error with a code of its own."""

    error_code = "ACME"


class Fails(ShimTaskExecutor):
    """Fails as `custom` says."""

    def execute_from_model(self, tt, **kwargs):
        how = tt.custom["how"]
        if how == "cause":
            try:
                return {}["k"]
            except KeyError as error:
                raise AcmeError("with a cause") from error
        if how == "interrupt":
            raise KeyboardInterrupt
        if how == "exit":
            sys.exit(3)
        if how == "terminated":
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        if how == "wrapped":
            try:
                {}["k"]
            except KeyError as error:
                raise FlyteUserRuntimeException(error) from error
        raise {
            "value": ValueError("bad value"),
            "own": AcmeError("mine"),
            "coded": CodedError("coded"),
            "lines": ValueError("one\n\ntwo"),
            "empty": ValueError(),
            "unicode": ValueError("日本"),
            "memory": MemoryError("all of it"),
            "again": FlyteRecoverableException("again"),
            "then": FlyteRecoverableException("then", timestamp=1.5),
            "wrapped code": FlyteUserRuntimeException(CodedError("coded")),
            "wrapped again": FlyteUserRuntimeException(FlyteRecoverableException("again")),
            "for good": FlyteNonRecoverableSystemException(ValueError("for good")),
        }[how]


class NotMade(Echo):
    """Cannot be made."""

    def __init__(self):
        super().__init__()
        raise AcmeError("not made")


class CodedNotMade(Echo):
    """Cannot be made, with a code."""

    def __init__(self):
        super().__init__()
        raise CodedError("not made")


class AgainNotMade(Echo):
    """Cannot be made this time."""

    def __init__(self):
        super().__init__()
        raise FlyteRecoverableException("not made")


class Wanting(Echo):
    """Wants an argument."""

    def __init__(self, argument):
        super().__init__()


class Unwritten(ShimTaskExecutor):
    """Has no execute_from_model."""


class Stranger:
    """Is no executor."""


class Outer:
    """Holds an executor."""

    class Inner(ShimTaskExecutor):
        def execute_from_model(self, tt, **kwargs):
            return 1
