from __future__ import annotations

import sys
from types import ModuleType

import pytest

from shimnb import ExecutableTemplateShimTask, Finding, ShimTaskExecutor, checks
from shimnb.core.checks.names import Reach

HEAD = "from shimnb import ShimTaskExecutor\n"
BODY = "class Executor(ShimTaskExecutor):\n    def execute_from_model(self, tt):\n        "
OUT = "Write it in a %%shimtask cell, or in a module that the image has."


def of_executor(task) -> list[Finding]:
    """List what is found about the executor."""
    return [each for each in checks(task) if each.path == "executor"]


def test_a_modules_executor_is_no_finding(make):
    """Its path leads to it."""
    assert of_executor(make()) == []


def test_an_executor_of_the_notebook_is_an_error(make, plugin):
    """Its module has no name by which a container could import it."""
    executor = plugin(HEAD + BODY + "return None", "__main__").Executor
    assert of_executor(make(executor=executor)) == [
        Finding(
            "error",
            "executor",
            "The container cannot import __main__.Executor: the notebook itself is no module there.",
            OUT,
        )
    ]


def test_a_template_tells_its_executors_module(make, plugin):
    """Of a template alone the command's last word is looked at."""
    executor = plugin(HEAD + BODY + "return None", "__main__").Executor
    [found] = of_executor(make(executor=executor).task_template)
    assert found.sentence == "The container cannot import __main__.Executor: the notebook itself is no module there."


def test_a_cells_executor_is_a_note(make, plugin):
    """It is so until the cell is put into a package, and so no warning."""
    executor = plugin(HEAD + BODY + "return None", "shimcells.top_tracks").Executor
    assert of_executor(make(executor=executor)) == [
        Finding(
            "note",
            "executor",
            "The container imports shimcells.top_tracks.Executor, and a cell's module is in no image.",
            "Before you register the task, put the executor in a package that the image has.",
        )
    ]


def test_a_nested_class_is_an_error(make, plugin):
    """A container looks a class up in its module."""
    source = f"{HEAD}class Outer:\n    class Inner(ShimTaskExecutor):\n        def execute_from_model(self, tt): ...\n"
    assert of_executor(make(executor=plugin(source).Outer.Inner)) == [
        Finding(
            "error",
            "executor",
            "The container imports music_plugin.Inner, and the class is made within Outer: it is not found by that "
            "path.",
            "Define it at the top level of its module.",
        )
    ]


def test_a_class_of_a_function_is_an_error(make, plugin):
    """It is nowhere to be imported from."""
    source = f"{HEAD}def make():\n    class Own(ShimTaskExecutor):\n        def execute_from_model(self, tt): ...\n    return Own"
    [found] = of_executor(make(executor=plugin(source).make()))
    assert found.sentence == (
        "The container imports music_plugin.Own, and the class is made within make: it is not found by that path."
    )


def test_another_class_of_that_name_is_an_error(make, plugin):
    """A cell that ran again, a module that was loaded again: the container would run the new one."""
    task = make(executor=plugin().Executor)
    plugin()
    assert of_executor(task) == [
        Finding(
            "error",
            "executor",
            "The container imports music_plugin.Executor, and this is another class than the task's by now.",
            "Make the task anew, with the class that its module has.",
        )
    ]


def test_a_constructor_with_arguments_is_an_error(make, plugin):
    """A class that changed after its task was made."""
    task = make(executor=plugin().Executor)
    task.executor_type.__init__ = lambda self, uri, limit=3: None
    assert of_executor(task) == [
        Finding(
            "error",
            "executor",
            "The container makes Executor without arguments, and it needs uri.",
            "Take what it needs from the template.",
        )
    ]


def test_a_name_that_the_module_lacks_is_an_error(make, plugin):
    """With the line, and the module that it has to be brought into."""
    executor = plugin(HEAD + BODY + "return pd.DataFrame()").Executor
    assert of_executor(make(executor=executor)) == [
        Finding(
            "error",
            "executor",
            "The module music_plugin does not have pd (line 4), which the executor uses.",
            "Define or import it there.",
        )
    ]


def test_names_that_the_module_lacks_are_one_finding(make, plugin):
    """In the order of their lines."""
    executor = plugin(HEAD + BODY + "a = np.ones(3)\n        return pd.DataFrame(a)").Executor
    [found] = of_executor(make(executor=executor))
    assert found.sentence == (
        "The module music_plugin does not have np (line 4) and pd (line 5), which the executor uses."
    )
    assert found.remedy == "Define or import them there."


def test_what_ipython_adds_is_an_error(make, plugin):
    """It works in the notebook, and nowhere else."""
    executor = plugin(HEAD + BODY + "display(tt)").Executor
    assert of_executor(make(executor=executor)) == [
        Finding(
            "error",
            "executor",
            "IPython alone has display (line 4), which the executor uses.",
            "Leave it out: where the task runs there is no IPython.",
        )
    ]


def test_the_notebooks_own_names_are_a_warning(make, plugin):
    """An executor of the notebook needs what it uses of the notebook."""
    source = HEAD + "import json\nlimit = 3\nunused = 4\n" + BODY + "return json.dumps(limit), __name__, super()"
    _, found = of_executor(make(executor=plugin(source, "__main__").Executor))
    assert found == Finding(
        "warning",
        "executor",
        "The executor uses json and limit, of the notebook alone.",
        "Bring along what it uses: a %%shimtask cell says how, name by name.",
    )


@pytest.mark.parametrize(
    "source",
    [
        f"{HEAD}def helper():\n    return gone\n{BODY}return helper()",
        f"{HEAD}def helper():\n    return gone\ndef other():\n    return helper()\n{BODY}return other()",
        f"{HEAD}class Helper:\n    def run(self):\n        return gone\n{BODY}return Helper().run()",
        f"{HEAD}class Helper:\n    @property\n    def run(self):\n        return gone\nhelper = Helper()\n{BODY}return helper.run",
        f"{HEAD}class Base(ShimTaskExecutor):\n    @staticmethod\n    def run():\n        return gone\n{BODY.replace('ShimTaskExecutor', 'Base')}return self.run()",
        f"{HEAD}from functools import lru_cache\n@lru_cache\ndef helper():\n    return gone\n{BODY}return helper()",
        f"{HEAD}from functools import partial\ndef helper(a):\n    return gone\nhalf = partial(helper, 1)\n{BODY}return half()",
        f"{HEAD}from functools import cached_property\nclass Base(ShimTaskExecutor):\n    @cached_property\n    def run(self):\n        return gone\n{BODY.replace('ShimTaskExecutor', 'Base')}return self.run",
        f"{HEAD}def twice(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n@twice\ndef helper():\n    return gone\n{BODY}return helper()",
        f"{HEAD}{BODY}return [gone for _ in range(3)]",
        f"{HEAD}{BODY}return (lambda: gone)()",
    ],
    ids=[
        "function",
        "two deep",
        "class",
        "property",
        "base",
        "lru_cache",
        "partial",
        "cached",
        "closure",
        "comprehension",
        "lambda",
    ],
)
def test_names_are_followed_through_the_module(plugin, source: str):
    """Functions, classes, bases, properties and decorated functions that the executor reaches are read too."""
    assert list(Reach(plugin(source).Executor).missing) == ["gone"]


@pytest.mark.parametrize(
    "source",
    [
        f"{HEAD}def unused():\n    return gone\n{BODY}return None",
        f"{HEAD}{BODY}x: gone = 1\n        return x",
        f"{HEAD}{BODY}global made\n        made = 1\n        return made",
        f"{HEAD}def connect():\n    global db\n    db = 1\n{BODY}connect()\n        return db",
        f"{HEAD}{BODY}class A:\n            n = 1\n            m = n\n        return A",
        f"{HEAD}{BODY}try:\n            return get_ipython()\n        except NameError:\n            return None",
        f"{HEAD}{BODY}return print(__name__, __file__, len(tt.gone))",
        f"{HEAD}from collections import namedtuple\nRow = namedtuple('Row', 'a b')\n{BODY}return Row(1, 2)",
        f"{HEAD}from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n    a: int = 1\n    b: list = field(default_factory=list)\n{BODY}return P() < P()",
        f"{HEAD}import enum\nclass E(enum.Enum):\n    A = 1\n{BODY}return E.A",
        f"{HEAD}import json\n{BODY}return json.decoder.JSONDecoder()",
    ],
    ids=[
        "unused",
        "annotation",
        "global",
        "global elsewhere",
        "class body",
        "asked for",
        "module's",
        "namedtuple",
        "dataclass",
        "enum",
        "attributes",
    ],
)
def test_what_is_provided_raises_no_alarm(plugin, monkeypatch, source: str):
    """Names of the module, of Python, and of the code itself are there; so is one that the code asks for."""
    module = plugin(source)
    module.__file__ = "music_plugin.py"
    assert Reach(module.Executor).missing == {}


def test_a_proxy_is_not_asked_for_what_it_stands_for(plugin):
    """An object that loads another one when it is touched stays as it is."""
    module = plugin(f"{HEAD}{BODY}return proxy")

    class Proxy:
        def __getattribute__(self, name):
            raise RuntimeError(f"asked for {name}")

    module.proxy = Proxy()
    assert Reach(module.Executor).found == {"proxy"}


def test_a_module_that_refers_to_itself_comes_to_an_end(plugin):
    """Each object is read once."""
    source = f"{HEAD}def one():\n    return two()\ndef two():\n    return one(), gone\n{BODY}return one()"
    assert Reach(plugin(source).Executor).missing == {"gone": 5}


def test_a_loaded_tasks_executor_is_read_too(make, plugin):
    """A container's task has a template and its executor."""
    template = make().task_template
    [found] = of_executor(ExecutableTemplateShimTask(template, plugin(HEAD + BODY + "return gone").Executor))
    assert found.sentence == "The module music_plugin does not have gone (line 4), which the executor uses."


def test_a_module_that_was_never_loaded_is_left_alone(make, monkeypatch):
    """Nothing is imported to look at a task."""
    executor = type("Executor", (ShimTaskExecutor,), {"execute_from_model": lambda self, tt: None})
    executor.__module__ = "not_loaded"
    task = make(executor=executor)
    assert of_executor(task) == []
    assert "not_loaded" not in sys.modules
    monkeypatch.setitem(sys.modules, "not_loaded", ModuleType("not_loaded"))
    assert len(of_executor(task)) == 1
