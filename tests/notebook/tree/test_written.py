"""What was written beside what arrives: `custom` and the interface, row by row."""

from __future__ import annotations

import dataclasses
import datetime as dt  # noqa: TC003  # the annotations are read
import enum
from typing import TYPE_CHECKING, Any

from shimnb import PythonCustomizedContainerTask, ShimTaskExecutor
from shimnb.core.interface import executor_interface
from shimnb.notebook.tree.nodes import Was, Written, task_node
from shimnb.notebook.tree.widget import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.notebook.tree.nodes import Node


class Color(enum.Enum):
    """An enum, which a template does not name."""

    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    """A class, which a template does not name."""

    x: float
    color: Color = Color.RED


SECRET = "hunter2"


class Executor(ShimTaskExecutor[Any]):
    """An executor with an interface that a template does not give back."""

    def execute_from_model(
        self, tt: Any, *, limit: int = 5, token: str = SECRET, color: Color, point: Point, day: dt.date, plain: str
    ) -> tuple[int, str]:
        """Return nothing of interest."""
        raise NotImplementedError


class Task(PythonCustomizedContainerTask[Any]):
    """A task whose `custom` is its config."""

    def get_custom(self, settings: Any) -> dict[str, Any]:  # flytekit's signature
        """Return the config."""
        return self.task_config


CUSTOM: dict[Any, Any] = {
    "n": 3,
    "big": 2**60 + 1,
    "x": 2.5,
    "same": "text",
    "flag": True,
    "tags": ("a", 1),
    "rows": [{"price": 1}],
    "deep": {"unchanged": ["a"]},
    7: {1.5: 2},
    None: "none",
    "password": 1234,
}


def node(custom: Any = None, executor: type = Executor) -> Node:
    """Make the tree of a task."""
    task = Task("t", CUSTOM if custom is None else custom, "img:1", executor, interface=executor_interface(executor))
    return task_node(task)


def at(root: Node, node_id: str) -> Node:
    """Find a node that has to be there."""
    found = root.find(node_id)
    assert found is not None, f"no {node_id} in {[child.id for child in root.children()]}"
    return found


def walk(root: Node) -> Iterator[Node]:
    """Give all below a node."""
    for child in root.children():
        yield child
        yield from walk(child)


def test_an_int_was_no_double() -> None:
    """The badge has both values; the written view has the int."""
    made = at(node(), "/custom/n")
    assert made.was == Was("3", "3.0", "an int becomes a float")
    assert made.badge == "was 3: an int becomes a float"
    assert made.written == Written("3", type="int")


def test_a_large_int_is_written_with_all_its_digits() -> None:
    """A double holds fewer."""
    made = at(node(), "/custom/big")
    assert made.was == Was(
        "1152921504606846977", "1.152921504606847e+18", "an int past 2**53 becomes the nearest float"
    )


def test_a_tuple_was_no_list() -> None:
    """With its contents as they were."""
    made = at(node(), "/custom/tags")
    assert made.was == Was('("a", 1)', '["a", 1.0]', "a tuple becomes a list")
    assert made.written == Written('("a", 1)', type="tuple")


def test_a_key_was_no_string() -> None:
    """The row is named as it was written, and below it the two go on side by side."""
    made = at(node(), "/custom/7")
    assert made.was == Was("7", '"7"', "the key 7 becomes the string '7'")
    assert made.written == Written("{1.5: 2}", key="7")
    inner = at(node(), "/custom/7/1.5")
    assert inner.written == Written("2", key="1.5", type="int")
    assert inner.was == Was("2", "2.0", "the key 1.5 becomes the string '1.5'; an int becomes a float")
    assert at(node(), "/custom/null").written == Written(key="None")


def test_what_is_the_same_is_not_marked() -> None:
    """Neither by a badge nor in the written view."""
    for node_id in ("/custom/x", "/custom/same", "/custom/flag", "/custom/deep", "/custom/deep/unchanged"):
        made = at(node(), node_id)
        assert (made.was, made.badge, made.written) == (None, "", None), node_id


def test_a_preview_is_written_as_its_parts_are() -> None:
    """A closed row reads as it did in Python."""
    assert at(node(), "/custom/rows/0").written == Written("{price: 1}")


def test_each_loss_of_the_task_has_a_row() -> None:
    """Those that `task.losses()` lists, and no other."""
    task = Task("t", CUSTOM, "img:1", Executor, interface=executor_interface(Executor))
    told = [made.spot.json for made in walk(at(task_node(task), "/custom")) if made.was]
    assert sorted(told) == sorted({loss.path for loss in task.losses()})


def test_a_secret_is_hidden_in_the_written_view() -> None:
    """A number too, under a name that says so; that it is another kind of number now may be said."""
    made = at(node(), "/custom/password")
    assert made.value == "hidden"
    assert made.was == Was("hidden", "hidden", "an int becomes a float")
    assert made.badge == "was hidden: an int becomes a float"
    assert made.written == Written(type="int")


def test_a_type_s_loss_is_on_its_variable() -> None:
    """As the checks word it: what was written, what the executor gets, why."""
    inputs = at(node(), "/interface/inputs")
    found = {child.key: child.was for child in inputs.children()}
    assert found == {
        "limit": Was("the default 5", "no default", "a template holds no defaults"),
        "token": Was("the default hidden", "no default", "a template holds no defaults"),
        "color": Was("Color", "an Enum of 'red', 'blue'", "an Enum is made anew from the values"),
        "point": Was(
            "Point",
            "a class Point of the same fields",
            "a class is made anew from the schema; an Enum is made anew from the values",
        ),
        "day": Was("date", "datetime", "a date's literal type is a datetime's"),
        "plain": None,
    }
    assert at(inputs, "/interface/inputs/color").written == Written("Color")


def test_a_task_without_losses_has_no_marks() -> None:
    """Quiet where there is nothing to say."""

    class Plain(ShimTaskExecutor[Any]):
        def execute_from_model(self, tt: Any, *, a: int) -> str:
            raise NotImplementedError

    assert not [made for made in walk(node({"a": "b", "c": [1.5]}, Plain)) if made.was or made.written]


def test_the_toggle_is_there_where_something_is_known() -> None:
    """A task knows how its values were written; a template that came from elsewhere does not."""
    task = Task("t", CUSTOM, "img:1", Executor, interface=executor_interface(Executor))
    assert tree(task).title["written"] is True
    assert "written" not in tree(task.task_template).title
    assert "written" not in tree({"a": 1}).title


def test_a_large_custom_costs_what_is_looked_at() -> None:
    """Losses are found where a row is made, not all at once."""

    class Counted(dict[Any, Any]):
        asked = 0

        def __getitem__(self, key: Any) -> Any:
            type(self).asked += 1
            return super().__getitem__(key)

    made = node({"many": Counted((f"k{index}", index) for index in range(5_000))})
    Counted.asked = 0
    assert at(made, "/custom/many").children(0, 3)[2].written == Written("10", type="int")
    assert Counted.asked < 50
