# ruff: noqa: ICN001, UP006, UP045  # the cases use the old spellings, and the modules by their own names
"""What the cases are about: types, executors, tasks and the words in which both libraries are asked.

Every public name of this module, and of what it imports, can be used by a case.
"""
# No ``from __future__ import annotations``: both libraries read the annotations as they are.

import dataclasses
import datetime
import enum
import inspect
import os
import pprint
import tempfile
import typing
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
from types import SimpleNamespace
from typing import Any, Dict, List, NamedTuple, Optional  # noqa: UP035  # the old spellings are cases

import sdk
from differing import *  # noqa: F403  # the names are the module's
from filing import *  # noqa: F403  # the names are the module's
from flyteidl.core import literals_pb2, tasks_pb2, types_pb2
from google.protobuf import struct_pb2
from notes import *  # noqa: F403  # the names are the module's
from sdk import *  # noqa: F403  # the names are sdk.PUBLIC
from sdk import (
    FlyteContextManager,
    Image,
    ImageConfig,
    Interface,
    PythonCustomizedContainerTask,
    SerializationSettings,
    ShimTaskExecutor,
    TaskTemplate,
    TaskTemplateResolver,
    TypeEngine,
    kwtypes,
)
from tabular import *  # noqa: F403  # the names are the module's

UTC = timezone.utc
Union = typing.Union  # a spelling that only the cases use
WHEN = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)


# Types


class Color(enum.Enum):
    """An enum of strings, which is the one kind that Flyte knows."""

    RED = "red"
    GREEN = "green"


class Level(enum.Enum):
    """An enum of integers."""

    LOW = 1
    HIGH = 2


class Genre(str, enum.Enum):
    """An enum that is a string too."""

    ROCK = "rock"


class Rank(enum.IntEnum):
    """An enum that is an integer too."""

    FIRST = 1


@dataclass
class Point:
    """A dataclass of plain fields."""

    x: int
    y: float = 0.5


@dataclass
class Track:
    """A dataclass with one field of each kind."""

    name: str
    at: Point
    seconds: float = 1.0
    loud: bool = False
    color: Color = Color.RED
    rating: Optional[int] = None
    path: List[Point] = field(default_factory=list)
    tags: Dict[str, str] = field(default_factory=dict)
    rows: List[List[int]] = field(default_factory=list)
    extra: Optional[Point] = None


@dataclass
class Span:
    """A dataclass with times in it."""

    start: datetime.datetime
    length: timedelta = timedelta(seconds=90)
    day: date = date(2024, 2, 29)


@dataclass
class Empty:
    """A dataclass without fields."""


@dataclass
class Loose:
    """A dataclass with untyped containers."""

    items: list = field(default_factory=list)
    table: dict = field(default_factory=dict)


class Split(NamedTuple):
    """Two named outputs."""

    head: int
    tail: str


# Executors


class Echo(ShimTaskExecutor):
    """Takes anything, gives nothing."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Do nothing."""


class First(ShimTaskExecutor):
    """Gives its first input back."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Give the first input back."""
        return next(iter(kwargs.values()))


class Every(ShimTaskExecutor):
    """Gives its inputs back, each as an output."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Give the inputs back, in their order by name."""
        return tuple(kwargs[name] for name in sorted(kwargs))


class Seen(ShimTaskExecutor):
    """Tells what it was given, as text."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Show the inputs by name, as Python would write them."""
        return repr({name: kwargs[name] for name in sorted(kwargs)})


class SeenCustom(ShimTaskExecutor):
    """Tells what `custom` it was given, as text."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Show `custom`, by key in order."""
        custom = dict(tt.custom)
        return repr({key: custom[key] for key in sorted(custom, key=str)})


class Keys(ShimTaskExecutor):
    """Tells the keys of `custom` in the order that it sees, as text."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """List the keys."""
        return ", ".join(tt.custom)


class Reader(ShimTaskExecutor):
    """Tells one piece of the template that it was given, as text; `custom` has the path to it."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Follow the attributes named in `custom`."""
        value = tt
        for name in tt.custom["path"].split("."):
            value = getattr(value, name)
        return repr(value)


class Scale(ShimTaskExecutor):
    """Computes with `custom` and its inputs."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Multiply."""
        return kwargs["x"] * tt.custom["factor"]


class Fails(ShimTaskExecutor):
    """Raises."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Raise what a user's mistake would."""
        raise LookupError("no such table")


class Environ(ShimTaskExecutor):
    """Tells an environment variable."""

    def execute_from_model(self, tt: TaskTemplate, **kwargs: Any) -> Any:
        """Read the variable that `custom` names."""
        return str(os.environ.get(tt.custom["name"]))


# Tasks


class Shim(PythonCustomizedContainerTask):
    """A task as a plugin's author writes it: `custom` is the task's config."""

    def __init__(
        self,
        custom: Any = None,
        *,
        name: str = "acme.sql.tracks",
        container_image: Any = "ghcr.io/acme/sql:1",
        executor_type: Any = Echo,
        interface: Any = Interface(),  # noqa: B008  # read only, and flytekit registers no task without one
        **kwargs: Any,
    ) -> None:
        super().__init__(
            name=name,
            task_config=custom,
            container_image=container_image,
            executor_type=executor_type,
            interface=interface,
            **kwargs,
        )

    def get_custom(self, settings: SerializationSettings) -> dict:
        """`custom` is what was given."""
        return {} if self.task_config is None else self.task_config


class Overridden(Shim):
    """A task whose other hooks are overridden too."""

    def __init__(self, hooks: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hooks = hooks

    def get_config(self, settings: SerializationSettings) -> dict:
        """Give the config under test."""
        return self.hooks.get("config", {})

    def get_extended_resources(self, settings: SerializationSettings) -> Any:
        """Give the extended resources under test."""
        return self.hooks.get("extended")

    def get_k8s_pod(self, settings: SerializationSettings) -> Any:
        """Give the pod under test."""
        return self.hooks.get("pod")

    def get_sql(self, settings: SerializationSettings) -> Any:
        """Give the statement under test."""
        return self.hooks.get("sql")


class Copied(Shim):
    """A task whose `custom` is made anew each time, as most are."""

    def get_custom(self, settings: SerializationSettings) -> dict:
        """Copy what was given."""
        return dict(self.task_config)


class SettingsInCustom(Shim):
    """A task whose `custom` comes from the settings."""

    def get_custom(self, settings: SerializationSettings) -> dict:
        """Copy the settings."""
        return {"project": settings.project, "domain": settings.domain, "version": settings.version}


def settings(**changed: Any) -> SerializationSettings:
    """Give the settings of a registration."""
    images = ImageConfig(
        default_image=Image("default", "ghcr.io/acme/default", "d1"),
        images=[Image("sql", "ghcr.io/acme/sql", "s7"), Image("odd", "localhost:5000/odd", "latest")],
    )
    given = {
        "project": "music",
        "domain": "development",
        "version": "v3",
        "env": {"REGION": "eu"},
        "image_config": images,
    }
    return SerializationSettings(**{**given, **changed})


def template(task: Any, given: Any = None) -> tasks_pb2.TaskTemplate:
    """Give the template that registration sends."""
    return sdk.registered(task, given or settings())


def inputs(**types: Any) -> Interface:
    """Declare an interface of inputs alone."""
    return Interface(inputs=types)


def outputs(**types: Any) -> Interface:
    """Declare an interface of outputs alone."""
    return Interface(outputs=types)


MODULE_TASK = Shim(name="module_task", interface=Interface(inputs=kwtypes(a=int), outputs=kwtypes(o0=int)))
MODULE_RESOLVER = TaskTemplateResolver()


def docstring(short: Any, long: Any, described: Any = None, returned: Any = None) -> Any:
    """Make what both libraries read of a docstring; how one is parsed is no part of the comparison."""
    return SimpleNamespace(
        short_description=short,
        long_description=long,
        input_descriptions=described or {},
        output_descriptions=returned or {},
    )


# Words for questions


def words(docs: Any) -> list:
    """Give a documentation's two texts."""
    return [docs.short_description, docs.long_description and docs.long_description.value]


def idl(thing: Any) -> Any:
    """Give the message of a model or of a message."""
    return thing.to_flyte_idl() if hasattr(thing, "to_flyte_idl") else thing


def context() -> Any:
    """Give the context of a local run."""
    return FlyteContextManager.current_context()


def literal_type(python_type: Any) -> types_pb2.LiteralType:
    """Give the literal type of a Python type."""
    return idl(TypeEngine.to_literal_type(python_type))


def made(value: Any, python_type: Any) -> Any:
    """Give the literal of a value, as the library has it."""
    return TypeEngine.to_literal(context(), value, python_type, TypeEngine.to_literal_type(python_type))


def literal(value: Any, python_type: Any) -> literals_pb2.Literal:
    """Give the literal of a value, as a message."""
    return idl(made(value, python_type))


def back(value: Any, python_type: Any) -> str:
    """Show a value that went to a literal and back; a protobuf map keeps no order, so a dict is shown by its keys'."""
    return pprint.pformat(restored(value, python_type), width=1_000_000, sort_dicts=True)


def restored(value: Any, python_type: Any) -> Any:
    """Decode the literal of a value, as a cluster would, and read it."""
    return TypeEngine.to_python_value(context(), sdk.decoded(made(value, python_type)), python_type)


def returns(value: Any, python_type: Any) -> bool:
    """Tell whether a value comes back as it was, its class included."""
    result = restored(value, python_type)
    return type(result) is type(value) and result == value


def guessed(python_type: Any) -> Any:
    """Give the Python type that an interface alone tells."""
    return TypeEngine.guess_python_type(TypeEngine.to_literal_type(python_type))


def through(value: Any, python_type: Any, guess: Any) -> Any:
    """Read the literal of a value as another type, the one that an interface alone tells."""
    return TypeEngine.to_python_value(context(), sdk.decoded(made(value, python_type)), guess)


def literal_map(**pairs: Any) -> Any:
    """Make a literal map of (value, type) pairs, as the library has it."""
    return sdk.literal_map({name: made(*pair) for name, pair in pairs.items()})


def signature(function: Any) -> list:
    """Give the parameters of a function, or of a class's constructor: name, kind, and whether there is a default."""
    # Not the class itself: flytekit's metaclass has a signature of its own.
    found = function.__init__ if isinstance(function, type) else function
    parameters = inspect.signature(found).parameters.values()
    return [(p.name, p.kind.name, p.default is not p.empty) for p in parameters]


def kind(cls: type, member: str) -> str:
    """Tell whether a member is a property or a method."""
    found = inspect.getattr_static(cls, member)
    return "property" if isinstance(found, property) else "method" if callable(getattr(cls, member)) else "attribute"


def plain_call(task: Any, **kwargs: Any) -> str:
    """Call a task; give the result and its type, as text that does not tell a class's private name."""
    result = task(**kwargs)
    if isinstance(result, tuple):
        return repr(tuple(result))
    return repr(result)


def loaded(task: Any, executor: str) -> Any:
    """Give the task that a resolver loads from a template file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "template.pb")  # noqa: PTH118  # flytekit takes text
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(template(task).SerializeToString(deterministic=True))
        ctx = FlyteContextManager.current_context()
        state = ctx.new_execution_state().with_params(working_dir=folder)
        with FlyteContextManager.with_context(ctx.with_execution_state(state)):
            return sdk.default_task_template_resolver.load_task([path, executor])


def struct(value: dict) -> struct_pb2.Struct:
    """Make a Struct of JSON."""
    message = struct_pb2.Struct()
    message.update(value)
    return message


def fields_of(value: Any) -> list:
    """Give the names and values of a dataclass's fields, whatever its class."""
    return [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
