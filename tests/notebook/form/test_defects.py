"""What flyteconsole's launch form is known to get wrong, one test each."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Any

import pytest

from shimnb import FlytePickle, Interface, PythonCustomizedContainerTask, ShimTaskExecutor
from shimnb.errors import InputError
from shimnb.notebook.form.widget import FormWidget


class Color(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int


@dataclasses.dataclass
class Circle:
    x: int


class Executor(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, **inputs: Any) -> None:
        pass


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {}


def form_of(**inputs: Any) -> FormWidget:
    """Make the form of a task with these inputs."""
    return FormWidget(Task("t", None, "img:1", Executor, interface=Interface(inputs=inputs)))


def typed(form: FormWidget, name: str, text: str) -> None:
    """Type into a field."""
    form._handle_custom_msg({"kind": "edit", "at": [name], "node": {"mode": "value", "text": text}}, [])


def test_1_2_3_is_no_float() -> None:
    """flyteconsole: it passes."""
    form = form_of(x=float)
    typed(form, "x", "1.2.3")
    assert form.errors == {"x": "expected float, got '1.2.3'. Write a number such as 0.5 or 1e-3, or inf, -inf or nan."}


def test_leading_spaces_are_kept() -> None:
    """flyteconsole: they are refused."""
    form = form_of(x=str)
    typed(form, "x", "  a ")
    assert form.inputs.literals["x"].scalar.primitive.string_value == "  a "


def test_a_duration_is_exact_to_the_microsecond() -> None:
    """flyteconsole: whole milliseconds, and nothing else."""
    form = form_of(x=dt.timedelta)
    typed(form, "x", "1h 30m 0.000001s")
    duration = form.inputs.literals["x"].scalar.primitive.duration
    assert (duration.seconds, duration.nanos) == (5400, 1000)


def test_a_boolean_can_be_unset() -> None:
    """flyteconsole: it is False until somebody looks."""
    form = form_of(x=bool)
    assert form.errors == {"x": "a value is needed. Choose one."}
    typed(form, "x", "False")
    assert form.value == {"x": False}
    form.reset("x")
    assert form.value == {}


def test_an_enumerations_members_are_checked() -> None:
    """flyteconsole: anything passes."""
    form = form_of(x=Color)
    typed(form, "x", "green")
    assert form.errors == {"x": "expected one of red, got 'green'"}


def test_a_comma_in_an_item_does_not_split_it() -> None:
    """flyteconsole: a list is a text that is split on commas, those within strings too."""
    form = form_of(x=list[str])
    form.set(x=["a, b", '"c, d"'])
    literals = form.inputs.literals["x"].collection.literals
    assert [each.scalar.primitive.string_value for each in literals] == ["a, b", '"c, d"']


def test_an_empty_map_is_a_value() -> None:
    """flyteconsole: it is refused."""
    form = form_of(x=dict[str, int])
    assert form.errors == {"x": "a value is needed. Add an item, or leave it empty on purpose."}
    form._handle_custom_msg({"kind": "edit", "at": ["x"], "node": {"mode": "value", "entries": []}}, [])
    assert form.inputs.literals["x"].WhichOneof("value") == "map"


def test_two_variants_of_a_union_have_states_of_their_own() -> None:
    """flyteconsole: two classes share one."""
    form = form_of(x=Point | Circle)
    for variant, text in (("0", "1"), ("1", "2")):
        form._handle_custom_msg(
            {"kind": "edit", "at": ["x", variant, "x"], "node": {"mode": "value", "text": text}}, []
        )
    assert form.value == {"x": Circle(2)}
    form._handle_custom_msg({"kind": "edit", "at": ["x"], "node": {**form.states["x"], "variant": 0}}, [])
    assert form.value == {"x": Point(1)}


def test_an_unknown_type_does_not_block_the_form() -> None:
    """flyteconsole: no run at all."""
    form = form_of(n=int, odd=FlytePickle[set])
    typed(form, "n", "1")
    typed(form, "odd", "{")
    with pytest.raises(InputError) as caught:
        form.run()
    assert caught.value.names == ("odd",)
    form.set(odd={1})
    assert form.errors == {}
    assert form.value == {"n": 1, "odd": {1}}
