"""Choices, models, messages, pickles and notes: types, values of them, and what only one library takes."""

from __future__ import annotations

from .types import case

# The type, as a case writes it, then values of it.
VALUES: dict[str, tuple[str, ...]] = {
    "Literal['x', 'y']": ("'x'", "'y'"),
    "Literal[1, 2]": ("1", "2"),
    "Literal[True]": ("True",),
    "Literal[Literal['x'], 'y']": ("'y'",),
    "list[Literal['x', 'y']]": ("[]", "['x', 'y']"),
    "dict[str, Literal[1, 2]]": ("{'a': 1}",),
    "dict[Literal['x', 'y'], int]": ("{'x': 1}",),
    "Optional[Literal['x', 'y']]": ("None", "'x'"),
    "Union[Literal['x'], str]": ("'y'",),
    "Union[Literal[1], str]": ("1", "'1'"),
    "Chosen": ("Chosen()", "Chosen('b', [1, 2], 'x', 1)", "Chosen(mixed=None)"),
    "Price": ("Price(price=1.5)", "Price(price=2)"),
    "Basket": (
        "Basket(name='a', rows=[])",
        (
            "Basket(name='ü', rows=[Price(price=1.5)], count=5, ok=False, hue=Tint.GREEN, note='n', "
            "best=Price(price=2), by={'k': Price(price=3)}, when=WHEN, day=date(1, 1, 1), "
            "length=timedelta(days=1, microseconds=5), kind='b', place=Place(1), either='x', grid=[[1], []], "
            "limit=0.5, table={'a': [1, {'b': None}]})"
        ),
        "Basket(name='', rows=[], when=datetime.datetime(2024, 1, 1, 1, tzinfo=HALF))",
        "Basket(name='', rows=[], when=datetime.datetime(2024, 1, 1, 1, microsecond=500_000))",
    ),
    "Bare": ("Bare()",),
    "Renamed": ("Renamed(Size=3)",),
    "list[Price]": ("[]", "[Price(price=1.5), Price(price=2.5)]"),
    "dict[str, Price]": ("{'a': Price(price=1.5)}",),
    "Optional[Price]": ("None", "Price(price=1.5)"),
    "Union[Price, int]": ("1", "Price(price=1.5)"),
    "struct_pb2.Struct": ("struct_of()", "struct_of(a=1, b=[None, True, 'x', {'c': 1.5}])"),
    "Container": ("Container()", "Container(image='a/b:c', args=['x', ''])"),
    "ResourceEntry": ("ResourceEntry(name=1, value='2')",),
    "tasks_pb2.Resources": ("tasks_pb2.Resources(requests=[ResourceEntry(name=1, value='2')])",),
    "tasks_pb2.TaskTemplate": ("tasks_pb2.TaskTemplate(type='t', custom=struct_of(a=[1, 'x']), task_type_version=2)",),
    "list[Container]": ("[Container(image='a')]",),
    "dict[str, Container]": ("{'a': Container(image='a')}",),
    "Optional[Container]": ("None", "Container(image='a')"),
    "hashed()": ("3",),
    "hashed(list[int])": ("[3]",),
    "list[hashed()]": ("[3, 4]",),
    "dict[str, hashed()]": ("{'a': 3}",),
    "Optional[hashed()]": ("3", "None"),
    "hashed(Optional[int])": ("3", "None"),
    "hashed(Price)": ("Price(price=1.5)",),
    "Annotated[int, HashMethod(str), HashMethod(hex)]": ("3",),
    "Annotated[int, HashMethod(lambda value: None)]": ("3",),
    "metres()": ("1.5",),
    "metres(list[float])": ("[1.5]",),
    "list[metres()]": ("[1.5]",),
    "dict[str, metres()]": ("{'a': 1.5}",),
    "Optional[metres()]": ("1.5", "None"),
    "metres(Optional[float])": ("1.5", "None"),
    "metres(Price)": ("Price(price=1.5)",),
    "Annotated[int, FlyteAnnotation({}), HashMethod(str)]": ("3",),
    "Noted": ("Noted()",),
    "Celsius": ("Celsius(1.5)",),
    "list[Celsius]": ("[Celsius(1.5)]",),
    "dict[str, Celsius]": ("{'a': Celsius(1.5)}",),
    "Optional[Celsius]": ("None", "Celsius(1.5)"),
    "Union[int, Celsius]": ("1", "Celsius(1.5)"),
    "hashed(Celsius)": ("Celsius(1.5)",),
    "metres(Celsius)": ("Celsius(1.5)",),
    "Weather": ("Weather(Celsius(1.5))",),
}

# The literal type alone is compared.
TYPES = ("struct_pb2.ListValue", "Freezing", "pickle_type(set)", "pickle_type(Any)", "list[pickle_type(bytes)]")

# Literals alone: nothing comes back in flytekit, or nothing that can be compared.
LITERALS: dict[str, str] = {
    "a list of protobuf's": "literal(list_of(1, 'a', True), struct_pb2.ListValue)",
    "a pickle": "without_uri(literal({1, 2}, pickle_type(set)))",
    "a pickle of bytes": "without_uri(literal(b'x', pickle_type(bytes)))",
}

GUESSED = ("struct_pb2.Struct", "Container", "list[Container]", "Optional[Container]", "metres()", "hashed()")
GUESSED_FIELDS = ("Price", "Renamed")

# What both refuse.
BOTH = {
    "a Literal of several kinds": "literal_type(Literal['a', 1])",
    "a Literal of None": "literal_type(Literal[None])",
    "a Literal of bytes": "literal_type(Literal[b'x'])",
    "a Literal of an Enum's members": "literal_type(Literal[Color.RED])",
    "a Literal's value of another kind": "literal(1, Literal['x'])",
    "a model in a dataclass": "literal(Held(Price(price=1)), Held)",
    "a model's value of another class": "literal(1, Price)",
    "a model with a message": "literal_type(Loaded)",
    "a message's value of another class": "literal(struct_of(), Container)",
    "a Timestamp": "literal(timestamp_pb2.Timestamp(), timestamp_pb2.Timestamp)",
    "two FlyteAnnotations": "literal_type(Annotated[int, FlyteAnnotation({}), FlyteAnnotation({})])",
    "a FlyteAnnotation's reserved key": "literal_type(Annotated[int, FlyteAnnotation({'cache-key-metadata': 1})])",
    "a FlyteAnnotation that is no JSON": "literal_type(Annotated[int, FlyteAnnotation({'a': {1}})])",
    "a FlyteAnnotation on an Enum": "literal_type(metres(Color))",
    "a FlyteAnnotation on a dataclass": "literal_type(metres(Point))",
    "a FlyteAnnotation on a dict": "literal_type(metres(dict))",
    "a FlyteAnnotation on a dict of a type": "literal_type(metres(dict[str, int]))",
    "a hash that is no str": "literal(3, Annotated[int, HashMethod(abs)])",
    "None for a pickle": "literal(None, pickle_type(set))",
    "a second transformer of a class": "TypeEngine.register(CelsiusTransformer())",
    "a plugin's value of another class": "literal('x', Celsius)",
}

# What flytekit lets through, to lose or to break it, and shimnb refuses.
ONLY_OURS = {
    "a Literal's value that is no choice": "literal('zzz', Literal['x', 'y'])",
    "a model that is written by another name than it is read by": "literal(Misnamed(Size=1), Misnamed)",
    "a model with a secret": "literal(Hidden(key='x'), Hidden)",
    "a model that wraps a list": "literal(Numbers([1]), Numbers)",
    "a model that contains itself": "literal(Looped(), Looped)",
    "an infinite float in a model": "literal(Price(price=float('inf')), Price)",
    "a model's field of another type": "literal(Price.model_construct(price='x'), Price)",
    "a Timestamp's literal type": "literal_type(timestamp_pb2.Timestamp)",
    "a pickle that nobody asked for": "literal({1}, set)",
    "a pickle that is read unasked": "restored({1}, pickle_type(set))",
}

# What flytekit refuses and shimnb takes, with what it makes of it.
ONLY_THEIRS: dict[str, tuple[str, str]] = {
    "a note on a Literal": ("restored('x', Annotated[Literal['x', 'y'], 'unit'])", "'x'"),
    "a note on an Enum": ("restored(Color.RED, Annotated[Color, 'unit'])", "<Color.RED: 'red'>"),
    "a choice that another Literal has not": ("restored('y', Union[Literal['x'], Literal['y']])", "'y'"),
    "a dict for a model": ("restored({'price': 1}, Price)", "Price(price=1.0)"),
    "a list of protobuf's, back": ("list(restored(list_of(1, 'a'), struct_pb2.ListValue))", "[1.0, 'a']"),
    "the guess of a model with an untyped dict": (
        "sorted(f.name for f in dataclasses.fields(guessed(Basket))) == sorted(Basket.model_fields)",
        "True",
    ),
    "the guess of a dataclass with choices": (
        "[f.type for f in dataclasses.fields(guessed(Chosen))][:2]",
        "[typing.Literal[True], list[typing.Literal[1, 2]]]",
    ),
    "the guess of a message within another": (
        "guessed(ResourceEntry)",
        "<class 'flyteidl.core.tasks_pb2.Resources.ResourceEntry'>",
    ),
}

# The guess is nearer to the type than flytekit's.
NEARER: dict[str, tuple[str, str, str]] = {
    "a Literal": ("guessed(Literal['x', 'y'])", "typing.Literal['x', 'y']", "<class 'str'>"),
    "a Literal of ints": ("guessed(Literal[1, 2])", "typing.Literal[1, 2]", "<class 'int'>"),
}


def cases() -> dict[str, str]:
    """Literal types, literals, values that went there and back, guesses, and refusals."""
    found = {case("literal type", python_type): f"literal_type({python_type})" for python_type in (*VALUES, *TYPES)}
    for python_type, values in VALUES.items():
        for index, value in enumerate(values):
            found[case("literal", python_type, index)] = f"literal({value}, {python_type})"
            found[case("back", python_type, index)] = f"back({value}, {python_type})"
    found.update({f"literal alone: {name}": source for name, source in LITERALS.items()})
    found.update({case("guessed", python_type): f"guessed({python_type})" for python_type in GUESSED})
    for python_type in GUESSED_FIELDS:
        found[case("guessed fields", python_type)] = (
            f"sorted(f.name for f in dataclasses.fields(guessed({python_type})))"
        )
    found.update({f"refused: {name}": source for name, source in (BOTH | ONLY_OURS).items()})
    found.update({f"taken: {name}": source for name, (source, _) in ONLY_THEIRS.items()})
    found.update({f"nearer: {name}": source for name, (source, _, _) in NEARER.items()})
    return found
