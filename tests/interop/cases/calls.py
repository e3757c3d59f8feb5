"""Calls in the kernel: those that both make alike, and those where flytekit's local run is not what a cluster does."""

from __future__ import annotations


def _first(python_type: str, value: str) -> str:
    """A task that gives its input back."""
    interface = f"Interface(inputs=kwtypes(a={python_type}), outputs=kwtypes(o0={python_type}))"
    return f"plain_call(Shim(executor_type=First, interface={interface}), a={value})"


def _seen(python_type: str, value: str) -> str:
    """A task that shows the input as its executor sees it."""
    interface = f"Interface(inputs=kwtypes(a={python_type}), outputs=kwtypes(o0=str))"
    return f"plain_call(Shim(executor_type=Seen, interface={interface}), a={value})"


def _custom(value: str) -> str:
    """A task that shows `custom` as its executor sees it."""
    return f"plain_call(Shim({value}, executor_type=SeenCustom, interface=outputs(o0=str)))"


EQUAL = {
    "int": _first("int", "3"),
    "float": _first("float", "1.5"),
    "str": _first("str", "'日本'"),
    "bool": _first("bool", "True"),
    "dataclass": _first("Point", "Point(1, 2.5)"),
    "nested dataclass": _first("Track", "Track('x', Point(1), extra=Point(2))"),
    "datetime": _first("datetime.datetime", "WHEN"),
    "timedelta": _first("timedelta", "timedelta(hours=1)"),
    "executor sees an int": _seen("int", "3"),
    "executor sees a float": _seen("float", "2.0"),
    "executor sees a str": _seen("str", "'x'"),
    "executor sees a bool": _seen("bool", "False"),
    "executor sees a datetime": _seen("datetime.datetime", "WHEN"),
    "executor sees a timedelta": _seen("timedelta", "timedelta(hours=1)"),
    "executor sees a list": _seen("list[int]", "[1, 2]"),
    "executor sees a nested list": _seen("list[list[str]]", "[['a'], []]"),
    "executor sees a dict": _seen("dict[str, int]", "{'a': 1}"),
    "executor sees an untyped dict": _seen("dict", "{'a': [1, {'b': None}]}"),
    "executor sees an optional": _seen("Optional[int]", "None"),
    "executor sees an optional's value": _seen("Optional[int]", "4"),
    "executor sees a union": _seen("Union[int, str]", "'a'"),
    "no inputs, no outputs": "plain_call(Shim())",
    "an input without an output": "plain_call(Shim(interface=inputs(a=int)), a=1)",
    "several outputs": (
        "plain_call(Shim(executor_type=Every, interface=Interface(inputs=kwtypes(a=int, b=str), "
        "outputs=kwtypes(x=int, y=str))), a=1, b='c')"
    ),
    "named outputs": (
        "(lambda r: [r.x, r.y])(Shim(executor_type=Every, interface=Interface(inputs=kwtypes(a=int, b=str), "
        "outputs=kwtypes(x=int, y=str)))(a=1, b='c'))"
    ),
    "custom of strings": _custom("{'a': 'x', 'b': {'c': ['d', None, True]}}"),
    "custom of floats": _custom("{'a': 1.5}"),
    "computes": (
        "plain_call(Shim({'factor': 2.0}, executor_type=Scale, interface=Interface(inputs=kwtypes(x=float), "
        "outputs=kwtypes(o0=float))), x=1.5)"
    ),
    "template's name": ("plain_call(Shim({'path': 'id.name'}, executor_type=Reader, interface=outputs(o0=str)))"),
    "template's image": (
        "plain_call(Shim({'path': 'container.image'}, executor_type=Reader, interface=outputs(o0=str)))"
    ),
    "template's type": "plain_call(Shim({'path': 'type'}, executor_type=Reader, interface=outputs(o0=str)))",
    "a positional input": (
        "repr(Shim(executor_type=Seen, interface=Interface(inputs=kwtypes(a=int, b=str), outputs=kwtypes(o0=str)))(1, b='c'))"
    ),
}

# Where a local flytekit run is not what a cluster does. Each: the source, our answer, flytekit's answer; a text
# that begins with "!" is an error's beginning, one with "!~" a piece of its message, one with "~" a piece of the value.
CLUSTER_VIEW: dict[str, tuple[str, str, str]] = {
    "an int becomes a float": (_custom("{'n': 3}"), "\"{'n': 3.0}\"", "\"{'n': 3}\""),
    "an int past 2**53 loses digits": (
        _custom("{'big': 2 ** 60 + 1}"),
        "\"{'big': 1.152921504606847e+18}\"",
        "\"{'big': 1152921504606846977}\"",
    ),
    "a tuple becomes a list": (_custom("{'t': (1, 2)}"), "\"{'t': [1.0, 2.0]}\"", "\"{'t': (1, 2)}\""),
    "a nested value is decoded too": (
        _custom("{'nested': {'k': True, 'n': [1]}}"),
        "\"{'nested': {'k': True, 'n': [1.0]}}\"",
        "\"{'nested': {'k': True, 'n': [1]}}\"",
    ),
    "the order of the keys is not kept": (
        "len({plain_call(Shim({k: 'x' for k in keys}, executor_type=Keys, interface=outputs(o0=str))) for keys in ('ab', 'ba')})",
        "1",
        "2",
    ),
    "an executor of a notebook can be imported": (
        "sdk.notebook_executor(settings())",
        "shimcells.numbers.Executor",
        "__main__.Executor",
    ),
    "a key becomes a string": (_custom("{1: 2}"), "\"{'1': 2.0}\"", "'{1: 2}'"),
    "a datetime is refused with its path": (_custom("{'a': {'w': WHEN}}"), "!~$.a.w", "~datetime.datetime(2024"),
    "a set is refused with its path": (_custom("{'s': {1}}"), "!~$.s", "\"{'s': {1}}\""),
    "the secrets are in the template": (
        "len(idl(Shim(secret_requests=[Secret(group='g', key='k')]).serialize_to_model(settings())).security_context.secrets)",
        "1",
        "0",
    ),
    "a default is used": (
        "plain_call(Shim(executor_type=First, interface=Interface(inputs={'a': (int, 3)}, outputs=kwtypes(o0=int))))",
        "3",
        "!StopIteration",
    ),
    "the template follows the config": (
        (
            "(lambda t: (t.serialize_to_model(settings()), t.task_config.update(a=2.0), t.task_template.custom)[2])"
            "(Copied({'a': 1.0}))"
        ),
        "{'a': 2.0}",
        "{'a': 1.0}",
    ),
    "a task with an environment runs": (
        (
            "plain_call(Shim(executor_type=First, environment={'A': '1'}, "
            "interface=Interface(inputs=kwtypes(a=int), outputs=kwtypes(o0=int))), a=3)"
        ),
        "3",
        "!TypeError",
    ),
}

# What a local flytekit run cannot give back, for it guesses the types from the values.
TYPES_VIEW: dict[str, tuple[str, str, str]] = {
    "a list output": (_first("list[int]", "[1, 2]"), "[1, 2]", "!~failed to convert return value"),
    "a dict output": (_first("dict[str, int]", "{'a': 1}"), "{'a': 1}", "!~failed to convert return value"),
    "an optional input left out": (
        (
            "plain_call(Shim(executor_type=Seen, interface=Interface(inputs={'p': (Optional[int], None)}, "
            "outputs=kwtypes(o0=str))))"
        ),
        "\"{'p': None}\"",
        "'{}'",
    ),
    "a nested list output": (
        _first("list[list[str]]", "[['a'], []]"),
        "[['a'], []]",
        "!~failed to convert return value",
    ),
    "an optional output": (_first("Optional[list[int]]", "[1]"), "[1]", "!~failed to convert return value"),
    "a list's bad item is named": ("literal([1, 2, 'x'], list[int])", "!~[2]", "!~x"),
}


def cases() -> dict[str, str]:
    """The calls that agree under ``call: NAME``, those that do not under ``view: NAME``."""
    found = {f"call: {name}": source for name, source in EQUAL.items()}
    views = {**CLUSTER_VIEW, **TYPES_VIEW}
    found.update({f"view: {name}": source for name, (source, _, _) in views.items()})
    return found
