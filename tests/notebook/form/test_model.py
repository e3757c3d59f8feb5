"""The form without a widget: every editor, its values, its errors, and switching between the ways of giving a value."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import math
from typing import Annotated, Any, Literal

import pydantic
import pytest
from flyteidl.core import tasks_pb2
from hypothesis import given
from hypothesis import strategies as st

from shimnb import FlytePickle, Interface, PythonCustomizedContainerTask, ShimTaskExecutor
from shimnb.errors import InputError
from shimnb.notebook.form import variables
from shimnb.notebook.form.model import FormModel
from shimnb.notebook.form.reading import WRONG
from shimnb.notebook.form.states import clean
from shimnb.notebook.form.switch import convert, paste


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.5
    tags: list[str] = dataclasses.field(default_factory=lambda: ["a"])


@dataclasses.dataclass
class Circle:
    x: int
    radius: float = 1.0

    def __post_init__(self) -> None:
        if self.radius < 0:
            raise ValueError("radius is negative")


@dataclasses.dataclass
class Drawing:
    shape: Point | Circle
    colors: dict[str, Color] = dataclasses.field(default_factory=dict)
    note: str | None = None


class Price(pydantic.BaseModel):
    amount: float = pydantic.Field(gt=0)
    currency: str = "EUR"
    password: str = ""


class Executor(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any, **inputs: Any) -> None:
        pass


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {}


def model_of(after: FormModel | None = None, **inputs: Any) -> FormModel:
    """Make the form of a task with these inputs: a type, or a pair of a type and a default."""
    return FormModel(Task("t", None, "img:1", Executor, interface=Interface(inputs=inputs)), after)


def value(text: str) -> dict[str, Any]:
    """Make the node of a text."""
    return {"mode": "value", "text": text}


def items(*nodes: Any) -> dict[str, Any]:
    """Make the node of a list."""
    return {"mode": "value", "items": [{"id": f"n{i}", "node": node} for i, node in enumerate(nodes)]}


def entries(*pairs: tuple[str, Any]) -> dict[str, Any]:
    """Make the node of a map."""
    return {
        "mode": "value",
        "entries": [{"id": f"n{i}", "key": key, "node": node} for i, (key, node) in enumerate(pairs)],
    }


def fields(**nodes: Any) -> dict[str, Any]:
    """Make the node of a group."""
    return {"mode": "value", "fields": nodes}


def variant(number: int, **nodes: Any) -> dict[str, Any]:
    """Make the node of a union."""
    return {
        "mode": "value",
        "variant": number,
        "variants": {name.removeprefix("v"): node for name, node in nodes.items()},
    }


Container, Resources = tasks_pb2.Container, tasks_pb2.Resources
MEM = Resources(requests=[Resources.ResourceEntry(name=Resources.MEMORY, value="1Gi")])
POINT = fields(x=value("1"))
UTC = dt.timezone.utc


@pytest.mark.parametrize(
    ("python_type", "node", "expected"),
    [
        (int, value("9223372036854775807"), 2**63 - 1),
        (int, value("-9223372036854775808"), -(2**63)),
        (float, value("-inf"), -math.inf),
        (float, value("1e-3"), 0.001),
        (str, value("  two\nlines \n"), "  two\nlines \n"),
        (str, value(""), ""),
        (bool, value("False"), False),
        (bool | None, {"mode": "null"}, None),
        (dt.datetime, value("2026-11-22T14:17:01.000001+01:00"), dt.datetime(2026, 11, 22, 13, 17, 1, 1, UTC)),
        (dt.date, value("2026-11-22"), dt.date(2026, 11, 22)),
        (dt.timedelta, value("1h 30m 0.000001s"), dt.timedelta(minutes=90, microseconds=1)),
        (dt.timedelta, value("PT1H30M"), dt.timedelta(minutes=90)),
        (dt.timedelta, value("5400"), dt.timedelta(minutes=90)),
        (Color, value("blue"), Color.BLUE),
        (Literal[1, 2], value("2"), 2),
        (list[str], items(value("a, b"), value(""), value(" c")), ["a, b", "", " c"]),
        (list[int], items(), []),
        (dict[str, int], entries(), {}),
        (dict[str, int], entries(("a", value("1")), ("", value("2"))), {"a": 1, "": 2}),
        (dict[int, Color], entries(("7", value("red"))), {7: Color.RED}),
        (list[list[int]], items(items(value("1")), items()), [[1], []]),
        (Point, fields(x=value("1")), Point(1)),
        (Point, fields(x=value("1"), tags=items()), Point(1, 0.5, [])),
        (list[Point], items(POINT, fields(x=value("2"), y=value("3"))), [Point(1), Point(2, 3.0)]),
        (Point | None, {"mode": "null"}, None),
        (Point | Circle, variant(1, v0=POINT, v1=fields(x=value("2"))), Circle(2)),
        (int | str, variant(1, v0=value("5"), v1=value("5")), "5"),
        (int | str, variant(0, v0=value("5"), v1=value("x")), 5),
        (
            Drawing,
            fields(shape=variant(0, v0=POINT), colors=entries(("k", value("red")))),
            Drawing(Point(1), {"k": Color.RED}),
        ),
        (Price, fields(amount=value("2")), Price(amount=2)),
        (Resources, fields(requests=items(fields(name=value("MEMORY"), value=value("1Gi")))), MEM),
        (Container, fields(image=value("a/b:c"), env=items()), Container(image="a/b:c")),
        (dict, value('{"a": [1, null]}'), {"a": [1, None]}),
        (list, value("[1]"), [1]),
        (type(None), {"mode": "null"}, None),
        (Annotated[list[int], "note"], items(value("1")), [1]),
        (list[Point], {"mode": "json", "json": '[{"x": 1, "tags": []}]'}, [Point(1, 0.5, [])]),
    ],
    ids=str,
)
def test_every_editor_gives_its_value(python_type: Any, node: dict[str, Any], expected: Any) -> None:
    """Exactly what was written, of exactly the type, however deep."""
    model = model_of(x=python_type)
    model.put("x", node)
    assert model.errors() == {}
    got = model.values()["x"]
    assert (got, type(got)) == (expected, type(expected))
    assert set(model.literals().literals) == {"x"}


@pytest.mark.parametrize(
    ("python_type", "node", "errors"),
    [
        (
            int,
            value("9223372036854775808"),
            {
                "x": "int 9223372036854775808 does not fit in 64 bits. Pass it as a str or a float; Flyte's integers have 64 bits."
            },
        ),
        (int, value("5.0"), {"x": "expected int, got '5.0'. Write a whole number, such as 5."}),
        (
            float,
            value("1.2.3"),
            {"x": "expected float, got '1.2.3'. Write a number such as 0.5 or 1e-3, or inf, -inf or nan."},
        ),
        (int, {"mode": "value", "text": ""}, {"x": "expected int, got an empty text. Give an int."}),
        (Color, value("green"), {"x": "expected one of red, blue, got 'green'"}),
        (
            list[int],
            items(value("1"), value("a"), None),
            {
                "x[1]": "expected int, got 'a'. Write a whole number, such as 5.",
                "x[2]": "a value is needed. Give an int.",
            },
        ),
        (
            list[int],
            items(value("1"), value(str(2**63))),
            {
                "x[1]": "int 9223372036854775808 does not fit in 64 bits. Pass it as a str or a float; Flyte's integers have 64 bits."
            },
        ),
        (
            dict[str, int],
            entries(("a", value("1")), ("a", value("2"))),
            {"x.a": "the key 'a' is there twice. Keep one of them."},
        ),
        (
            dict[int, int],
            entries(("a", value("1"))),
            {"x.a": "the key: expected int, got 'a'. Write a whole number, such as 5."},
        ),
        (
            Point,
            fields(y=value("b")),
            {
                "x.x": "a value is needed. Give an int.",
                "x.y": "expected float, got 'b'. Write a number such as 0.5 or 1e-3, or inf, -inf or nan.",
            },
        ),
        (Circle, fields(x=value("1"), radius=value("-1")), {"x": "Circle refuses it: ValueError: radius is negative"}),
        (Price, fields(amount=value("-1")), {"x.amount": "input should be greater than 0"}),
        (Point | Circle, None, {"x": "a value is needed. Choose what it is."}),
        (Point | Circle, variant(1, v1=fields(radius=value("1"))), {"x.x": "a value is needed. Give an int."}),
        (list[Point], {"mode": "json", "json": '[{"x": 1}, {"x": "b"}]'}, {"x": "x[1].x: expected int, got str 'b'"}),
        (
            list[Point],
            {"mode": "json", "json": "[1,"},
            {"x": "no JSON at line 1, column 4: expecting value. Write strings and keys in double quotes."},
        ),
        (
            int,
            {"mode": "var", "var": "nowhere"},
            {"x": "the notebook has no variable 'nowhere'. Run the cell that makes it, or write another name."},
        ),
        (int, {"mode": "var", "var": ""}, {"x": "no variable is named. Write the name of one."}),
        (list[int], None, {"x": "a value is needed. Add an item, or leave it empty on purpose."}),
        (
            dict,
            value("{"),
            {
                "x": "no JSON at line 1, column 2: expecting property name enclosed in double quotes. Write strings and keys in double quotes."
            },
        ),
    ],
    ids=str,
)
def test_each_mistake_is_said_at_its_place(python_type: Any, node: Any, errors: dict[str, str]) -> None:
    """All of them at once, by path."""
    model = model_of(x=python_type)
    model.put("x", node)
    assert model.errors() == errors
    with pytest.raises(InputError):
        model.validated()


def test_unset_null_empty_and_default_are_four_things() -> None:
    """At the top, and in a field of a class."""
    model = model_of(note=(str | None, "there"), drawing=Drawing)
    assert model.values()["note"] == "there"
    for node, expected in ((value(""), ""), ({"mode": "null"}, None), (value("x"), "x"), (None, "there")):
        model.put("note", node)
        assert model.values()["note"] == expected
    shape = variant(0, v0=POINT)
    for node, expected in ((value(""), ""), ({"mode": "null"}, None), (value("x"), "x")):
        model.put("drawing", fields(shape=shape, note=node))
        assert model.values()["drawing"].note == expected
    model.put("drawing", fields(shape=shape))
    assert model.values()["drawing"].note is None


def test_a_field_that_is_unset_has_the_classs_own_default() -> None:
    """A default that is made anew is made for each value."""
    model = model_of(p=Point)
    model.put("p", POINT)
    first = model.values()["p"].tags
    model.forget_checks()
    assert first == ["a"]
    assert model.values()["p"].tags is not first


def test_a_default_is_shown_in_its_fields() -> None:
    """Down to the items of a list in a dataclass in a union."""
    model = model_of(d=(Drawing, Drawing(Circle(3), {"k": Color.RED})))
    node = model.default(model.places["d"])
    assert node is not None
    assert node["fields"]["shape"]["variants"]["1"]["fields"]["x"] == value("3")
    assert node["fields"]["colors"]["entries"][0]["node"] == value("red")
    assert model.errors() == {}
    assert model.values()["d"] == Drawing(Circle(3), {"k": Color.RED})


def test_the_variants_of_a_union_keep_their_own_values() -> None:
    """Choosing another one and coming back loses nothing."""
    model = model_of(s=Point | Circle)
    model.put("s", variant(0, v0=fields(x=value("1"), y=value("7"))))
    node = dict(model.states["s"])
    model.put("s", {**node, "variant": 1, "variants": {**node["variants"], "1": fields(x=value("2"))}})
    assert model.values()["s"] == Circle(2)
    model.put("s", {**model.states["s"], "variant": 0})
    assert model.values()["s"] == Point(1, 7.0)


def test_a_type_without_an_editor_takes_json_or_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not keep the other fields from being filled in."""
    pickled = FlytePickle[set]
    model = model_of(n=int, odd=pickled)
    assert model.shape("odd").kind == "json"
    model.put("n", value("1"))
    assert list(model.errors()) == ["odd"]
    monkeypatch.setattr(variables, "namespace", lambda: {"those": {1, 2}})
    monkeypatch.setattr("shimnb.notebook.form.model.namespace", lambda: {"those": {1, 2}})
    model.put("odd", {"mode": "var", "var": "those"})
    assert model.values() == {"n": 1, "odd": {1, 2}}


def test_a_variable_is_read_when_the_run_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when its name was written; and one that does not fit is refused in words."""
    names: dict[str, Any] = {"limit": 1}
    monkeypatch.setattr("shimnb.notebook.form.model.namespace", lambda: names)
    model = model_of(ns=list[int])
    model.put("ns", items(value("5"), {"mode": "var", "var": "limit"}))
    assert model.validated() == {"ns": [5, 1]}
    names["limit"] = 2
    assert model.validated() == {"ns": [5, 2]}
    names["limit"] = "two"
    with pytest.raises(InputError, match=r"ns\[1\]: expected int, got str 'two'"):
        model.validated()
    del names["limit"]
    assert model.errors() == {
        "ns[1]": "the notebook has no variable 'limit'. Run the cell that makes it, or write another name."
    }


@pytest.mark.parametrize(
    ("python_type", "names"),
    [
        (int, ["one"]),
        (float, ["half", "one"]),
        (str, ["word"]),
        (bool, ["yes"]),
        (list[int], ["ones"]),
        (dict[str, int], ["ages"]),
        (Point, ["point"]),
        (Point | int, ["point", "one"]),
    ],
)
def test_variables_that_fit_are_offered(monkeypatch: pytest.MonkeyPatch, python_type: Any, names: list[str]) -> None:
    """The newest first; modules, functions and the shell's own names are left out."""
    there = {
        "In": ["x"],
        "_": 1,
        "math": math,
        "one": 1,
        "half": 0.5,
        "word": "w",
        "yes": True,
        "ones": [1],
        "ages": {"a": 1},
        "point": Point(1),
    }
    monkeypatch.setattr(variables, "namespace", lambda: there)
    found = variables.offered(model_of(x=python_type).shape("x"))
    assert [each["name"] for each in found] == names


def test_json_shows_the_value_and_is_read_back() -> None:
    """Of a default too; and the fields have what was written in it."""
    model = model_of(p=(Point, Point(1, 2.5)))
    convert(model, ("p",), "json")
    assert model.states["p"]["json"] == '{"x": 1, "y": 2.5, "tags": ["a"]}'
    model.put("p", {**model.states["p"], "json": '{"x": 7}'})
    assert convert(model, ("p",), "value") == ""
    assert model.values()["p"] == Point(7)
    assert model.states["p"]["fields"] == {"x": value("7")}


def test_json_of_what_is_wrong_is_as_near_as_it_can_be() -> None:
    """Nothing that was typed is lost by a look at it as JSON."""
    model = model_of(p=Point)
    model.put("p", fields(x=value("one"), tags=items(value("a"))))
    convert(model, ("p",), "json")
    assert model.states["p"]["json"] == '{"x": "one", "tags": ["a"]}'
    convert(model, ("p",), "value")
    assert model.states["p"]["fields"]["x"] == value('"one"')
    assert model.errors() == {"p.x": "expected int, got '\"one\"'. Write a whole number, such as 5."}


def test_json_that_no_field_can_hold_is_kept() -> None:
    """Going back shows the fields as they were, and says why; the JSON is there when one comes again."""
    model = model_of(p=Point)
    model.put("p", POINT)
    convert(model, ("p",), "json")
    model.put("p", {**model.states["p"], "json": '{"z": 1}'})
    words = "The JSON is kept, and not taken over: Point has no field 'z'."
    assert convert(model, ("p",), "value") == words
    assert model.values()["p"] == Point(1)
    convert(model, ("p",), "json")
    assert model.states["p"]["json"] == '{"z": 1}'


def test_a_message_goes_through_json_and_back() -> None:
    """Its int64 is a text there, and its fields are what they were."""
    model = model_of(m=Container)
    message = Container(image="a", resources=MEM, ports=[tasks_pb2.ContainerPort(container_port=5)])
    model.set({"m": message})
    convert(model, ("m",), "json")
    assert model.values()["m"] == message
    convert(model, ("m",), "value")
    assert model.values()["m"] == message
    assert model.states["m"]["fields"]["ports"]["items"][0]["node"]["fields"]["container_port"] == value("5")


def test_what_was_given_in_each_way_is_kept() -> None:
    """A variable's name, JSON and the fields do not know of each other."""
    model = model_of(p=Point)
    model.put("p", POINT)
    convert(model, ("p",), "var")
    model.put("p", {**model.states["p"], "var": "mine"})
    convert(model, ("p",), "value")
    assert model.values()["p"] == Point(1)
    assert model.states["p"]["var"] == "mine"


def test_json_is_pasted_into_a_list_or_a_map() -> None:
    """Behind what is there, or in its place; what is wrong with it is said, and changes nothing."""
    model = model_of(ns=list[int], ages=(dict[str, int], {"z": 0}))
    model.put("ns", items(value("1")))
    assert paste(model, ("ns",), "[2, 3]", replace=False) == ""
    assert model.values()["ns"] == [1, 2, 3]
    assert paste(model, ("ns",), '["x"]', replace=True) == ""
    assert model.errors() == {"ns[0]": "expected int, got '\"x\"'. Write a whole number, such as 5."}
    before = dict(model.states)
    assert paste(model, ("ns",), '{"a": 1}', replace=True) == "dict {'a': 1} is no list[int]"
    assert paste(model, ("ns",), "[1,", replace=True).startswith("JSON: no JSON at line 1, column 4")
    assert model.states == before
    assert paste(model, ("ages",), '{"a": 1}', replace=False) == ""
    assert model.values()["ages"] == {"z": 0, "a": 1}


@pytest.mark.parametrize(
    ("python_type", "python_value"),
    [
        (list[Point], [Point(1), Point(2, 0.0, [])]),
        (Drawing, Drawing(Circle(1, 2.0), {"a b": Color.BLUE}, "")),
        (Price, Price(amount=1, currency="")),
        (Container, Container(image="a", resources=MEM, args=["--x"])),
        (dict[int, list[str]], {1: ["a,b", ""]}),
        (Point | Circle | None, Circle(1)),
        (int | str, "5"),
        (dict, {"a": {"b": [None]}}),
        (float, math.inf),
        (dt.timedelta | None, dt.timedelta(days=-1, microseconds=1)),
    ],
    ids=str,
)
def test_a_python_value_comes_back(python_type: Any, python_value: Any) -> None:
    """Whatever `set` is given, the fields hold."""
    model = model_of(x=python_type)
    model.set({"x": python_value})
    assert model.values() == {"x": python_value}
    assert "given" not in str(model.states)


def test_a_value_without_a_text_is_held() -> None:
    """Such as a table in memory: it is named, and the run gets the very object."""
    import pandas as pd  # noqa: PLC0415  # slow to import

    frame = pd.DataFrame({"a": [1]})
    model = model_of(table=pd.DataFrame)
    model.set({"table": frame})
    assert model.states["table"]["mode"] == "given"
    assert model.validated()["table"] is frame


def test_a_path_reaches_a_part() -> None:
    """A default on the way becomes the input's own state."""
    model = model_of(d=(Drawing, Drawing(Circle(3))), ns=list[list[int]])
    model.set({"d.shape.radius": 2, "ns": [[1], [2, 3]], "ns[1][0]": 9})
    assert model.values() == {"d": Drawing(Circle(3, 2.0)), "ns": [[1], [9, 3]]}


@pytest.mark.parametrize("path", ["nowhere", "d.z", "ns[5]", "ns.a", "d..x", "d.shape.y", ""])
def test_a_path_that_leads_nowhere_sets_nothing(path: str) -> None:
    """It names the inputs that there are."""
    model = model_of(d=(Drawing, Drawing(Circle(3))), ns=list[int])
    with pytest.raises(InputError, match="no such input"):
        model.set({"ns": [1], path: 1})
    assert model.states == {}


def test_what_is_missing_is_told_when_a_run_was_asked_for() -> None:
    """Python knows at once; nobody is told off for what they did not reach yet."""
    model = model_of(p=Point, n=int)
    model.put("p", fields(y=value("b")))
    assert [each.path for each in model.shown_problems("p").values()] == ["p.y"]
    assert not model.shown_problems("n")
    with pytest.raises(InputError):
        model.validated()
    assert [each.path for each in model.shown_problems("p").values()] == ["p.x", "p.y"]
    assert model.shown_problems("n")


def test_a_secret_is_in_no_error() -> None:
    """Neither under an input's name that says so, nor under a field's."""

    @dataclasses.dataclass
    class Login:
        password: int

    model = model_of(token=int, login=Login)
    model.put("token", value("hunter2"))
    model.put("login", fields(password=value("hunter3")))
    assert model.errors() == {
        "token": "expected int, got (hidden). Write a whole number, such as 5.",
        "login.password": "expected int, got (hidden). Write a whole number, such as 5.",
    }
    assert model.secrets == {"token", "login"}
    model.put("login", {"mode": "json", "json": '{"password": "hunter4"}'})
    assert model.errors()["login"] == "login.password: expected int, got (hidden)"


def test_what_was_typed_stays_where_it_still_fits() -> None:
    """In another version of the task: by name, down to the fields of a class."""
    before = model_of(p=Point, n=int, gone=str, u=int | str)
    before.put("p", fields(x=value("1"), y=value("2")))
    before.put("n", value("5"))
    before.put("u", variant(1, v0=value("3"), v1=value("b")))

    @dataclasses.dataclass
    class Point2:
        x: str
        z: int = 0

    after = model_of(before, p=Point2, n=list[int], u=int | str)
    assert after.states == {
        "p": fields(x=value("1")),
        "u": variant(1, v0=value("3"), v1=value("b")),
    }
    assert after.values()["p"] == Point2("1")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "mode",
                        "text",
                        "items",
                        "entries",
                        "id",
                        "key",
                        "node",
                        "fields",
                        "x",
                        "variant",
                        "variants",
                        "0",
                        "json",
                        "var",
                        "given",
                        "token",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=20,
    )
)
def test_anything_at_all_may_be_sent(raw: Any) -> None:
    """A node that is none leaves a form that can still be read."""
    for python_type in (int, list[Point], dict[str, int], Point | Circle, Drawing):
        model = model_of(x=python_type)
        shape = model.shape("x")
        kept = clean(shape, raw)
        assert clean(shape, kept) == kept
        model.put("x", raw)
        model.errors()
        convert(model, ("x",), "json")
        convert(model, ("x",), "value")
        model.errors()


@given(
    st.lists(
        st.builds(
            Point,
            st.integers(-(2**63), 2**63 - 1),
            st.floats(allow_nan=False),
            st.lists(st.text(st.characters(codec="utf-8"))),
        )
    )
)
def test_any_list_of_points_comes_back_through_fields_and_json(points: list[Point]) -> None:
    """In fields, as JSON, and in fields again."""
    model = model_of(x=list[Point])
    model.set({"x": points})
    assert model.values()["x"] == points
    convert(model, ("x",), "json")
    assert model.values()["x"] == points
    convert(model, ("x",), "value")
    assert model.values()["x"] == points


def test_a_secret_is_hidden_in_the_literals_that_are_shown() -> None:
    """A login's own fields stay to be seen, where its secrets can be told from them."""

    @dataclasses.dataclass
    class Login:
        user: str
        password: str = ""

    model = model_of(token=(str, "hunter2"), pin_secret=int, logins=list[Login])
    model.set({"pin_secret": 1234, "logins": [Login("me", "hunter3")]})
    assert model.without_secrets("token") == "(hidden)"
    assert model.without_secrets("pin_secret") is WRONG
    assert model.without_secrets("logins") == [Login("me", "(hidden)")]
    convert(model, ("logins",), "json")
    assert model.without_secrets("logins") is WRONG
    assert model.values()["logins"] == [Login("me", "hunter3")]


def test_a_list_past_what_fields_can_show_is_held() -> None:
    """Its fields would be a message that ends the connection; as JSON, as a variable and from Python it is a value."""
    model = model_of(ns=list[int])
    many = list(range(100_000))
    model.set({"ns": many})
    assert model.states["ns"]["given"]["words"] == "list of 100,000"
    assert model.values()["ns"] == many
    words = "100,000 items are more than the 5,000 that have fields; give them as JSON, or as a variable"
    assert paste(model, ("ns",), str(many), replace=True) == words
    model.put("ns", {"mode": "json", "json": str(many)})
    assert model.values()["ns"] == many


def test_json_of_a_group_that_is_empty_has_its_fields() -> None:
    """With their defaults, to be filled in; a secret's is not among them."""
    model = model_of(price=Price)
    convert(model, ("price",), "json")
    assert model.states["price"]["json"] == '{"amount": null, "currency": "EUR", "password": null}'
