"""Mistakes that both libraries refuse, and those that only shimnb does."""

from __future__ import annotations

# What both refuse, and the class that a plugin's author may have been catching: shimnb's error is one too.
BOTH: dict[str, tuple[str, str]] = {
    "an unknown input": ("Shim(interface=inputs(a=int))(b=1)", "AssertionError"),
    "too many positional inputs": ("Shim(interface=inputs(a=int))(1, 2)", "AssertionError"),
    "an input of the wrong type": ("Shim(interface=inputs(a=int))(a='x')", "TypeError"),
    "a float for an int": ("Shim(interface=inputs(a=int))(a=1.5)", "TypeError"),
    "a str for a list": ("Shim(interface=inputs(a=list[int]))(a='x')", "TypeError"),
    "None for an int": ("Shim(interface=inputs(a=int))(a=None)", "Exception"),
    "an executor's exception": ("Shim(executor_type=Fails)()", "LookupError"),
    "an executor without execute_from_model": ("Shim(executor_type=type('X', (ShimTaskExecutor,), {}))()", "Exception"),
    "an input that is no identifier": ("Interface(inputs={'a b': int})", "ValueError"),
    "a secret that is none": ("Shim(secret_requests=['db'])", "AssertionError"),
    "a secret's variable that is no name": ("Secret(group='g', env_var='a-b')", "ValueError"),
    "a cache without a version": ("TaskMetadata(cache=True)", "ValueError"),
    "a serialized cache without a cache": ("TaskMetadata(cache_serialize=True)", "ValueError"),
    "ignored inputs without a cache": ("TaskMetadata(cache_ignore_input_vars=('a',))", "ValueError"),
    "a timeout that is text": ("TaskMetadata(timeout='1h')", "ValueError"),
    "both deck settings": ("Shim(enable_deck=True, disable_deck=True)", "ValueError"),
    "a deck field that is none": ("Shim(enable_deck=True, deck_fields=('x',))", "ValueError"),
    "an unknown image": ("template(Shim(container_image='{{.image.nope}}'))", "AssertionError"),
    "an unknown image attribute": ("template(Shim(container_image='{{.image.sql.tag}}'))", "AssertionError"),
    "a datetime in custom": ("template(Shim({'a': WHEN}))", "TypeError"),
    "a set in custom": ("template(Shim({'a': {1}}))", "TypeError"),
    "bytes in custom": ("template(Shim({'a': b'x'}))", "TypeError"),
    "a cycle in custom": ("(lambda d: (d.update(d=d), template(Shim(d))))({})", "ValueError"),
    "resources with a range": ("template(Shim(requests=Resources(cpu=('1', '2'))))", "ValueError"),
    "resources of three": ("Resources(cpu=('1', '2', '3'))", "ValueError"),
    "resources of the wrong type": ("Resources(mem=1.5)", "AssertionError"),
    "a template that is not there": (
        "default_task_template_resolver.load_task(['/nowhere/t.pb', 'subjects.Echo'])",
        "Exception",
    ),
    "an executor that is not there": ("loaded(Shim(), 'subjects.Nope')", "Exception"),
    "an executor's module that is not there": ("loaded(Shim(), 'nowhere.Nope')", "Exception"),
    "an enum value that is none": ("literal('blue', Color)", "Exception"),
    "a dict for a dataclass of other fields": ("literal({'z': 1}, Point)", "Exception"),
    "a list of mixed values": ("literal([1, 'x'], list[int])", "TypeError"),
    "a literal read as another type": ("TypeEngine.to_python_value(context(), made('x', str), int)", "TypeError"),
    "an enum of integers": ("literal_type(Level)", "Exception"),
    "an int past 64 bits": ("literal(2 ** 63, int)", "Exception"),
}

# What flytekit lets through, to lose it or to pickle it, and shimnb refuses.
ONLY_OURS: dict[str, str] = {
    "an input left out": "Shim(interface=inputs(a=int))()",
    "NaN in custom": "template(Shim({'a': float('nan')}))",
    "infinity in custom": "template(Shim({'a': float('inf')}))",
    "an unknown type": "literal_type(type('Unknown', (), {}))",
    "complex numbers": "literal_type(complex)",
}

# What flytekit refuses and shimnb takes, with what it makes of it.
ONLY_THEIRS: dict[str, tuple[str, str]] = {
    "an int for a float": ("literal(1, float) == literal(1.0, float)", "True"),
    "an untyped list": ("restored([1, 'a', None], list)", "[1, 'a', None]"),
}


def cases() -> dict[str, str]:
    """What is refused under ``refused: NAME``, what is taken under ``taken: NAME``."""
    found = {f"refused: {name}": source for name, (source, _) in BOTH.items()}
    found.update({f"refused: {name}": source for name, source in ONLY_OURS.items()})
    found.update({f"taken: {name}": source for name, (source, _) in ONLY_THEIRS.items()})
    return found
