"""The engine: maps of literals, a plugin's transformers, unsupported types, imports."""

from __future__ import annotations

import enum
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import pytest
from flyteidl.core import literals_pb2, types_pb2

from shimnb import errors
from shimnb.core.types import TypeEngine, TypeTransformer, engine


@dataclass
class Row:
    price: float


class Pair(NamedTuple):
    a: int


class Celsius(float):
    pass


class Unknown:
    pass


class Color(enum.Enum):
    RED = "red"


class Level(enum.Enum):
    LOW = 1


@dataclass
class Leveled:
    level: Level


def degrees(value):
    """Write a value as a plain number; without an annotation, of which mashumaro on Python 3.13 makes an endless loop."""
    return float(value)


@dataclass
class Weather:
    outside: Celsius = field(metadata={"serialize": degrees, "deserialize": Celsius})


class CelsiusTransformer(TypeTransformer[Celsius]):
    def __init__(self) -> None:
        super().__init__("celsius", Celsius)

    def get_literal_type(self, t: Any) -> types_pb2.LiteralType:
        return types_pb2.LiteralType(simple=types_pb2.FLOAT)

    def to_literal(self, ctx: Any, python_val: Any, python_type: Any, expected: Any) -> literals_pb2.Literal:
        if python_val < -273.15:
            raise ValueError("colder than cold")
        primitive = literals_pb2.Primitive(float_value=python_val)
        return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=primitive))

    def to_python_value(self, ctx: Any, lv: literals_pb2.Literal, expected_python_type: Any) -> Celsius:
        return Celsius(lv.scalar.primitive.float_value)


@pytest.fixture
def celsius(monkeypatch: pytest.MonkeyPatch) -> CelsiusTransformer:
    """Register a transformer, for one test."""
    monkeypatch.setattr(engine, "_registry", engine._Registry())
    transformer = CelsiusTransformer()
    TypeEngine.register(transformer)
    return transformer


def test_values_become_a_literal_map() -> None:
    """Values are converted by name, with the types given or their own."""
    lm = TypeEngine.dict_to_literal_map(None, {"a": [1], "b": "x"}, {"a": list[int]})
    assert TypeEngine.literal_map_to_kwargs(None, lm, {"a": list[int], "b": str}) == {"a": [1], "b": "x"}


def test_a_left_out_input_is_left_out() -> None:
    """Defaults are the interface's business."""
    assert TypeEngine.literal_map_to_kwargs(None, literals_pb2.LiteralMap(), {"a": int}) == {}


@pytest.mark.parametrize(
    ("values", "hints", "message"),
    [
        ({"limit": "x"}, {"limit": int}, "limit: expected int, got str 'x'"),
        ({"rows": [Row(1.0), Row("n/a")]}, {"rows": list[Row]}, "rows[1].price: expected float, got str 'n/a'"),
    ],
)
def test_an_inputs_path_starts_with_its_name(values: Any, hints: Any, message: str) -> None:
    """Where the input's name is known, the path starts with it."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.dict_to_literal_map(None, values, hints)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ({"a": str}, "a: expected str, got a literal with int 3"),
        ({"b": int, "c": int}, "a: no such input. The inputs are: b, c."),
        ({}, "a: no such input. The inputs are: none."),
    ],
)
def test_a_literal_maps_error_names_the_input(types: Any, message: str) -> None:
    """A literal that does not fit, or that nobody wants, is named."""
    lm = TypeEngine.dict_to_literal_map(None, {"a": 3})
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.literal_map_to_kwargs(None, lm, types)
    assert str(caught.value) == message


def test_an_error_has_its_parts_and_pickles() -> None:
    """The path, the problem and the remedy are attributes, in another process too."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, [1, True], list[int])
    error = pickle.loads(pickle.dumps(caught.value))  # our own
    assert (error.path, error.problem, error.remedy) == (
        "$[1]",
        "expected int, got bool True",
        "A bool is no int; pass 0 or 1.",
    )


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (Any, "the type Any has no Flyte literal type. Say which type it is; for any plain data, use dict."),
        (
            dict[str, Any],
            "the type Any has no Flyte literal type. Say which type it is; for any plain data, use dict.",
        ),
        (
            tuple[int, str],
            (
                "the type tuple[int, str] has no Flyte literal type. "
                "Use list[...]; for several outputs, return tuple[...] from execute_from_model itself."
            ),
        ),
        (set[int], "the type set[int] has no Flyte literal type. Use list[...]."),
        (
            bytes,
            "the type bytes has no Flyte literal type. Use a str (base64), or write a file and pass its path.",
        ),
        (
            Pair,
            (
                "the type Pair has no Flyte literal type. "
                "Use a dataclass; a NamedTuple may only be the result of execute_from_model itself."
            ),
        ),
        ("Row", "the type Row has no Flyte literal type. Define the name where the annotation can see it."),
        (
            pytest.MonkeyPatch,
            (
                "the type MonkeyPatch has no Flyte literal type. "
                "Use int, float, str, bool, datetime, date, timedelta, list, dict, an Enum or a dataclass."
            ),
        ),
    ],
)
def test_a_type_without_a_literal_type_is_refused(t: Any, message: str) -> None:
    """Nothing is ever pickled; the error says what to write instead."""
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(t)
    assert str(caught.value) == message


def test_annotated_is_its_type() -> None:
    """Notes that are no transformers do not matter, hashable or not."""
    assert TypeEngine.to_literal_type(list[Annotated[int, ["note"]]]) == TypeEngine.to_literal_type(list[int])


def test_a_literal_type_is_ones_own() -> None:
    """A caller may change the message; the next one is unchanged."""
    TypeEngine.to_literal_type(list[int]).collection_type.simple = types_pb2.STRING
    assert TypeEngine.to_literal_type(list[int]).collection_type.simple == types_pb2.INTEGER


def test_a_plugins_transformer_is_used(celsius: CelsiusTransformer) -> None:
    """A registered class converts alone, in a list, in a union, and so do its subclasses."""

    class Boiling(Celsius):
        pass

    assert TypeEngine.get_transformer(Boiling) is celsius
    t = list[Celsius | None]
    literal = TypeEngine.to_literal(None, [Celsius(3.5), None], t)
    back = TypeEngine.to_python_value(None, literal, t)
    assert (back, type(back[0])) == ([3.5, None], Celsius)


def test_a_transformer_beside_the_type_is_used() -> None:
    """`Annotated[T, transformer]` needs no registration."""
    t = Annotated[Celsius, CelsiusTransformer()]
    assert TypeEngine.to_literal(None, Celsius(1.5), t).scalar.primitive.float_value == 1.5


@pytest.mark.usefixtures("celsius")
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Celsius(-300), "$[0]: ValueError: colder than cold"),
        ("warm", "$[0]: expected Celsius, got str 'warm'"),
    ],
)
def test_a_plugins_error_gets_the_path(value: Any, message: str) -> None:
    """What a transformer raises becomes a ConversionError at the element's path."""
    with pytest.raises(errors.ConversionError) as caught:
        TypeEngine.to_literal(None, [value], list[Celsius])
    assert str(caught.value) == message


@pytest.mark.usefixtures("celsius")
def test_a_class_is_registered_once() -> None:
    """A second transformer for the same class is an error, not an override."""
    with pytest.raises(errors.TypeEngineError) as caught:
        TypeEngine.register(CelsiusTransformer())
    assert str(caught.value) == (
        "'celsius' already converts Celsius, so that 'celsius' cannot. Register a transformer for a class of your own."
    )


def test_an_additional_type_overrides_only_when_told(celsius: CelsiusTransformer) -> None:
    """A class that has a transformer keeps it, as in flytekit, unless `override` is given."""
    other = CelsiusTransformer()
    TypeEngine.register_additional_type(other, Celsius)
    assert TypeEngine.get_transformer(Celsius) is celsius
    TypeEngine.register_additional_type(other, Celsius, override=True)
    TypeEngine.register_additional_type(other, Row)
    assert TypeEngine.get_transformer(Celsius) is TypeEngine.get_transformer(Row) is other


@pytest.mark.usefixtures("celsius")
def test_a_transformer_of_a_base_leaves_what_has_its_own() -> None:
    """One for object converts what nothing else does; list, int and enumerations keep theirs."""
    anything: Any = TypeTransformer("anything", object)
    TypeEngine.register(anything)
    own = [TypeEngine.get_transformer(t).name for t in (int, list[int], Color, Celsius, Unknown)]
    assert own == ["int", "Typed List", "DefaultEnumTransformer", "celsius", "anything"]


@pytest.mark.usefixtures("celsius")
def test_an_enumeration_takes_no_transformer() -> None:
    """An enumeration never asks it in flytekit, so that a task would differ when it is exported."""
    transformer: Any = TypeTransformer("color", Color)
    with pytest.raises(errors.TypeEngineError) as caught:
        TypeEngine.register(transformer)
    assert str(caught.value) == (
        "'color' cannot convert Color: an Enum travels as its member's value. Register a transformer for another class."
    )


@pytest.mark.usefixtures("celsius")
@pytest.mark.filterwarnings("ignore:Type Any will be used")  # mashumaro knows no type of what the function returns
def test_a_plugins_class_stands_in_a_dataclass_that_says_how() -> None:
    """The field tells mashumaro what to write; the type structure has the plugin's literal type, as in flytekit."""
    t = Weather
    literal = TypeEngine.to_literal(None, Weather(Celsius(1.5)), t)
    literal_type = TypeEngine.to_literal_type(t)
    assert TypeEngine.to_python_value(None, literal, t) == Weather(Celsius(1.5))
    assert literal_type.structure.dataclass_type["outside"].simple == types_pb2.FLOAT
    assert TypeEngine.to_literal(None, Weather(Celsius(1.5)), TypeEngine.guess_python_type(literal_type)) == literal


@pytest.mark.usefixtures("celsius")
def test_a_plugins_class_in_a_dataclass_that_does_not_is_refused() -> None:
    """In flytekit it is refused when there is a value."""

    @dataclass
    class Bare:
        outside: Celsius

    Bare.__annotations__["outside"] = Celsius
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(Bare)
    assert str(caught.value) == (
        "Bare.outside: the type Celsius has no Flyte literal type. msgpack cannot carry it inside of a dataclass."
    )


@pytest.mark.usefixtures("celsius")
def test_a_list_of_a_plugins_class_is_no_plain_data() -> None:
    """A literal with msgpack, as the cluster takes one out of a dataclass, has a sentence too."""
    literal = TypeEngine.to_literal(None, {"a": 1}, dict)
    for t in (list[Celsius], dict[str, Celsius]):
        with pytest.raises(errors.ConversionError, match="got a literal with binary data"):
            TypeEngine.to_python_value(None, literal, t)


def test_a_transformer_reads_msgpack() -> None:
    """What flytekit's transformers inherit: a value taken out of a dataclass."""
    binary = TypeEngine.to_literal(None, {"a": 1}, dict).scalar.binary
    transformer = CelsiusTransformer()
    assert transformer.from_binary_idl(binary, dict[str, int]) == {"a": 1}
    binary.tag = "json"
    with pytest.raises(errors.ConversionError) as caught:
        transformer.from_binary_idl(binary, dict[str, int])
    assert str(caught.value) == "$: the binary has the tag 'json', not 'msgpack'"


def test_a_refusal_does_not_tell_where_it_was_first_met() -> None:
    """A type that is refused alone was perhaps compiled within a dataclass before."""
    TypeEngine.to_literal_type(Leveled)
    with pytest.raises(errors.UnsupportedTypeError) as caught:
        TypeEngine.to_literal_type(Level)
    assert str(caught.value).startswith("the type Level has no Flyte literal type. ")


def test_a_built_in_transformer_has_the_methods() -> None:
    """What `get_transformer` gives can be called as flytekit's can."""
    transformer = TypeEngine.get_transformer(list[int])
    literal_type = transformer.get_literal_type(list[int])
    literal = transformer.to_literal(None, [1], list[int], literal_type)
    assert transformer.name == "Typed List"
    assert transformer.to_python_value(None, literal, list[int]) == [1]


def test_the_import_is_light() -> None:
    """mashumaro, msgpack, json and the like wait for the values that need them."""
    heavy = ["typing_extensions", "mashumaro", "msgpack", "asyncio", "json", "google.protobuf.json_format"]
    code = f"import sys, shimnb.core.types; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
