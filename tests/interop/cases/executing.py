"""Runs of a plugin's tasks by both entrypoints; the names are those of `process/plugin.py`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

__all__ = [
    "CONSOLE",
    "DIFFERENT",
    "ECHOED",
    "ERRORS",
    "FUNCTIONS",
    "LISTED",
    "NESTED",
    "RUNS",
    "SEEN",
    "SUCCESSES",
    "UNIONS",
    "Case",
    "everything",
]


@dataclass(frozen=True)
class Case:
    """A task, its inputs, and how the run is called.

    Parameters
    ----------
    executor : str
        A class of the plugin.
    inputs, outputs, values, custom, options : str
        The interface's types, the inputs' values, `custom` and the task's other arguments, as keywords.
    given : str
        The types that the inputs are written with, where they are not the interface's.
    environment : dict of str to str
        Variables; FOLDER stands for the run's folder, as it does in `arguments`.
    arguments : tuple of str
        More options of the command.
    inputs_file, template_file : str
        What happened to the file: "missing", "empty", "cut" or "random"; "offloaded" has each literal in a file.
    path : str
        The executor's path, where it is not the class's.
    """

    executor: str
    inputs: str = ""
    outputs: str = "o0=str"
    values: str = ""
    custom: str = ""
    options: str = ""
    given: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    inputs_file: str = ""
    template_file: str = ""
    path: str = ""


# A value of each type, that an executor shows, and that another gives back.
TYPES: dict[str, tuple[str, str]] = {
    "int": ("int", "3"),
    "a negative int": ("int", "-3"),
    "the largest int": ("int", "2 ** 63 - 1"),
    "float": ("float", "0.1"),
    "a whole float": ("float", "3.0"),
    "str": ("str", "'日本\\n'"),
    "an empty str": ("str", "''"),
    "bool": ("bool", "True"),
    "datetime": ("datetime.datetime", "WHEN"),
    "date": ("datetime.date", "WHEN.date()"),
    "timedelta": ("datetime.timedelta", "datetime.timedelta(days=-1, microseconds=3)"),
    "None": ("type(None)", "None"),
    "Enum": ("Color", "Color.GREEN"),
    "dataclass": ("Point", "Point(1)"),
    "untyped dict": ("dict", "{'a': [1, {'b': None}], 'c': b'bytes'}"),
    "Annotated": ("Annotated[int, 'unit']", "3"),
    "FlyteFile": ("FlyteFile['csv']", "FlyteFile['csv'](DATA + '/a.csv', remote_path=False)"),
    "FlyteDirectory": ("FlyteDirectory", "FlyteDirectory(DATA + '/d', remote_directory=False)"),
}
# What flytekit takes, and cannot give back: it converts an output by its class alone.
LISTED: dict[str, tuple[str, str]] = {
    "list": ("typing.List[int]", "[1, 2]"),
    "an empty list": ("typing.List[int]", "[]"),
    "nested list": ("typing.List[typing.List[str]]", "[['a'], []]"),
    "list of dataclasses": ("typing.List[Point]", "[Point(1), Point(2)]"),
    "list of enums": ("typing.List[Color]", "[Color.RED]"),
    "list of files": ("typing.List[FlyteFile]", "[FlyteFile(DATA + '/a.csv', remote_path=False)]"),
    "dict": ("Dict[str, int]", "{'a': 1}"),
    "dict of lists": ("Dict[str, typing.List[float]]", "{'a': [1.5], 'b': []}"),
    "Optional list": ("Optional[typing.List[int]]", "[1]"),
}
# What flytekit gives back as a literal of another type: without the union around it.
UNIONS: dict[str, tuple[str, str]] = {
    "Optional": ("Optional[int]", "4"),
    "Optional None": ("Optional[int]", "None"),
    "Union": ("Union[int, str]", "'a'"),
    "Optional dataclass": ("Optional[Point]", "Point(1)"),
}
# What flytekit shows with its items as dicts.
NESTED = {"nested dataclass": ("Track", "Track('x', Point(1), True, None, [Point(2)], {'k': 'v'}, [[1], []])")}
# What flytekit takes, and cannot read: the class that it guesses has no such field.
FILED = {"a dataclass of a file": ("Album", "Album(FlyteFile(DATA + '/a.csv', remote_path=False), 't')")}
DATASETS = {"StructuredDataset": ("StructuredDataset", "StructuredDataset(FRAME)")}


def _typed(executor: str, types: dict[str, tuple[str, str]], output: str = "") -> dict[str, Case]:
    return {
        name: Case(executor, f"a={python_type}", f"o0={output or python_type}", f"a={value}")
        for name, (python_type, value) in types.items()
    }


SEEN = _typed("Seen", {**TYPES, **LISTED, **UNIONS, **DATASETS}, "str")
ECHOED = _typed("Echo", {**TYPES, **NESTED})

# What else is equal in its outputs.
RUNS: dict[str, Case] = {
    "several inputs": Case("Seen", "a=int, b=str, c=typing.List[float]", values="a=1, b='x', c=[1.5]"),
    "no inputs": Case("Seen"),
    "no outputs": Case("Constant", "a=int", "", "a=1", "value='none'"),
    "a default of the signature": Case("Lenient", "a=int"),
    "custom": Case("Scale", "x=float", "o0=float", "x=1.5", "factor=3"),
    "template": Case(
        "Template",
        "b=int, a=str",
        values="b=1, a='x'",
        custom="n=3, t=(1, 2), nested={'k': True, 'none': None}, text='日本'",
        options="metadata=TaskMetadata(retries=2), secret_requests=[Secret(group='g', key='k')]",
    ),
    "several outputs": Case("Named", outputs="x=int, y=int"),
    "a file that is made": Case("Files", outputs="o0=FlyteFile"),
    "a folder that is made": Case("Folders", outputs="o0=FlyteDirectory"),
    "a dataset that is made": Case("Datasets", outputs="o0=StructuredDataset"),
    "context": Case(
        "Context",
        environment={
            "FLYTE_INTERNAL_EXECUTION_PROJECT": "ep",
            "FLYTE_INTERNAL_EXECUTION_DOMAIN": "ed",
            "FLYTE_INTERNAL_EXECUTION_ID": "en",
            "FLYTE_INTERNAL_TASK_PROJECT": "tp",
            "FLYTE_INTERNAL_TASK_DOMAIN": "td",
            "FLYTE_INTERNAL_TASK_NAME": "tn",
            "FLYTE_INTERNAL_TASK_VERSION": "tv",
        },
    ),
    "context by the short names": Case(
        "Context",
        environment={
            "_F_PRJ": "ep",
            "_F_DM": "ed",
            "_F_NM": "en",
            "_F_TK_PRJ": "tp",
            "_F_TK_DM": "td",
            "_F_TK_NM": "tn",
            "_F_TK_V": "tv",
            # The long name comes first.
            "FLYTE_INTERNAL_TASK_NAME": "long",
        },
    ),
    "context without its variables": Case("Context"),
    "secrets": Case(
        "Secrets",
        environment={
            "_FSEC_DB_PASSWORD": "sample",
            "_FSEC_LOWER_KEY": "of lower case",
            "FLYTE_SECRETS_DEFAULT_DIR": "FOLDER/secrets",
        },
    ),
    "first checkpoint": Case(
        "Checkpoint",
        arguments=("--checkpoint-path", "FOLDER/checkpoint", "--prev-checkpoint", "{{.prevCheckpointPrefix}}"),
    ),
    "first checkpoint, quoted": Case(
        "Checkpoint", arguments=("--checkpoint-path", "FOLDER/checkpoint", "--prev-checkpoint", '""')
    ),
    "next checkpoint": Case(
        "Checkpoint",
        arguments=("--checkpoint-path", "FOLDER/checkpoint", "--prev-checkpoint", "FOLDER/previous"),
    ),
    "fast registration's options": Case(
        "Seen", arguments=("--dynamic-addl-distro", "s3://b/x.tgz", "--dynamic-dest-dir", "/root")
    ),
    "--test": Case("Fails", arguments=("--test",)),
    "a limit that is not reached": Case("Seen", environment={"_F_L_MIN_SIZE_MB": "1"}),
    "success where an error would fail": Case("Seen", environment={"FLYTE_FAIL_ON_ERROR": "1"}),
    "a worker's success": Case("Seen", environment={"_F_DES": "x", "_F_WN": "worker-3"}),
    "offloaded inputs": Case(
        "Seen", "a=int, b=typing.List[Point]", values="a=3, b=[Point(1)]", inputs_file="offloaded"
    ),
    "places with a scheme": Case(
        "Seen",
        "a=int",
        values="a=3",
        arguments=("--inputs", "file://FOLDER/in/inputs.pb", "--output-prefix", "file://FOLDER/out"),
    ),
    "a place with a slash": Case(
        "Files",
        outputs="o0=FlyteFile",
        arguments=("--output-prefix", "FOLDER/out/", "--raw-output-data-prefix", "FOLDER/raw/"),
    ),
    "no bytes of inputs": Case("Lenient", "a=int", values="a=3", inputs_file="empty"),
}

# What both run to its end, the same outputs behind it.
SUCCESSES = [
    *(f"seen: {name}" for name in SEEN),
    *(f"echoed: {name}" for name in ECHOED),
    *(f"run: {name}" for name in RUNS if name != "--test"),
]


def _fails(how: str, **more: str) -> Case:
    return replace(Case("Fails", custom=f"how={how!r}"), environment=more)


# What ends in an error document: equal in exit code, file name, code, kind, origin and worker.
ERRORS: dict[str, Case] = {
    "ValueError": _fails("value"),
    "the plugin's own error": _fails("own"),
    "an error with a cause": _fails("cause"),
    "an error with a code": _fails("coded"),
    "an error of several lines": _fails("lines"),
    "an error without a message": _fails("empty"),
    "an error of other letters": _fails("unicode"),
    "MemoryError": _fails("memory"),
    "FlyteRecoverableException": _fails("again"),
    "an error with a time": _fails("then"),
    "an error of the user": _fails("wrapped"),
    "an error of the user with a code": _fails("wrapped code"),
    "an error of the user, for now": _fails("wrapped again"),
    "an error of the system, for good": _fails("for good"),
    "an error that is to fail": _fails("value", FLYTE_FAIL_ON_ERROR="1"),
    "an error that is truly to fail": _fails("value", FLYTE_FAIL_ON_ERROR="true"),
    "an error that is not to fail": _fails("value", FLYTE_FAIL_ON_ERROR="0"),
    "a worker's error": _fails("value", _F_DES="x", _F_WN="worker-3"),
    "a worker's error by the long names": _fails(
        "value", FLYTE_INTERNAL_DIST_ERROR_STRATEGY="x", FLYTE_INTERNAL_WORKER_NAME="long", _F_WN="short"
    ),
    "a worker of a run of one": _fails("value", _F_DES="", _F_WN="worker-3"),
    "a missing input": Case("Strict", "a=int"),
    "an input too many": Case("Seen", "a=int", given="a=int, b=int", values="a=1, b=2"),
    "a str for an int": Case("Seen", "a=int", given="a=str", values="a='x'"),
    "a list for an int": Case("Seen", "a=int", given="a=typing.List[int]", values="a=[1]"),
    "an int for a list": Case("Seen", "a=typing.List[int]", given="a=int", values="a=1"),
    "missing inputs.pb": Case("Seen", "a=int", values="a=1", inputs_file="missing"),
    "cut inputs.pb": Case("Seen", "a=int", values="a=1", inputs_file="cut"),
    "random inputs.pb": Case("Seen", "a=int", values="a=1", inputs_file="random"),
    "missing template": Case("Seen", template_file="missing"),
    "cut template": Case("Seen", template_file="cut"),
    "random template": Case("Seen", template_file="random"),
    "missing module": Case("Seen", path="nowhere.Executor"),
    "missing class": Case("Seen", path="acme.Nope"),
    "a path without a module": Case("Seen", path="Seen"),
    "a nested class": Case("Outer", path="acme.Outer.Inner"),
    "a constructor that fails": Case("NotMade"),
    "a constructor that fails with a code": Case("CodedNotMade"),
    "a constructor that fails this time": Case("AgainNotMade"),
    "a constructor with an argument": Case("Wanting"),
    "a tuple for one output": Case("Constant", custom="value='three'"),
    "a tuple of one for one output": Case("Constant", custom="value='one'"),
    "three values for two outputs": Case("Constant", outputs="o0=int, o1=int", custom="value='three'"),
    "None for two outputs": Case("Constant", outputs="o0=int, o1=int", custom="value='none'"),
    "a dict for two outputs": Case("Constant", outputs="o0=int, o1=int", custom="value='dict'"),
    "a limit that is no number": Case("Seen", environment={"_F_L_MIN_SIZE_MB": "x"}),
    "a literal past the limit": Case(
        "Constant", custom="value='large'", environment={"_F_L_MIN_SIZE_MB": "1", "_F_L_MAX_SIZE_MB": "1"}
    ),
}

# Where a run of flytekit's fails, succeeds with something else, or ends without a word.
DIFFERENT: dict[str, Case] = {
    **_typed("Echo", LISTED),
    **_typed("Echo", UNIONS),
    **_typed("Seen", {**NESTED, **FILED}, "str"),
    "a deck": Case("Decks", options="enable_deck=True"),
    "a str output for an int": Case("Constant", outputs="o0=int", custom="value='text'"),
    "None for an int": Case("Constant", outputs="o0=int", custom="value='none'"),
    "an int past 64 bits": Case("Constant", outputs="o0=int", custom="value='huge'"),
    "one value for two outputs": Case("Constant", outputs="o0=int, o1=int", custom="value='one'"),
    "two outputs by their places": Case("Constant", outputs="x=int, y=int", custom="value='two'"),
    "six outputs": Case("Constant", outputs=", ".join(f"o{n}=int" for n in range(6)), custom="value='six'"),
    "a value without an output": Case("Constant", outputs="", custom="value='text'"),
    "a missing input that nothing asks for": Case("Seen", "a=int"),
    "no bytes of a template": Case("Seen", "a=int", values="a=1", template_file="empty"),
    "an offloaded str": Case("Constant", custom="value='large'", environment={"_F_L_MIN_SIZE_MB": "1"}),
    "an offloaded list": Case(
        "Constant", outputs="o0=typing.List[int]", custom="value='list'", environment={"_F_L_MIN_SIZE_MB": "0"}
    ),
    "an offloaded dict": Case(
        "Constant", outputs="o0=Dict[str, int]", custom="value='dict'", environment={"_F_L_MIN_SIZE_MB": "0"}
    ),
    "no raw output prefix": Case(
        "Files", outputs="o0=FlyteFile", arguments=("--raw-output-data-prefix", "{{.rawOutputDataPrefix}}")
    ),
    "exit": _fails("exit"),
    "interrupt": _fails("interrupt"),
    "SIGTERM": _fails("terminated"),
    "no executor": Case("Stranger"),
    "no execute_from_model": Case("Unwritten"),
}

# flytekit's function tasks that do what its shim tasks cannot, and their variables.
FUNCTIONS: dict[str, dict[str, str]] = {
    "large": {"_F_L_MIN_SIZE_MB": "1"},
    "listed": {"_F_L_MIN_SIZE_MB": "0"},
    "mapped": {"_F_L_MIN_SIZE_MB": "0"},
    "deck": {},
}

# What runs through the console scripts too.
CONSOLE = ("run: several inputs", "error: ValueError", "error: a missing input", "different: an offloaded str")


def everything() -> dict[str, Case]:
    """Every run, by the name under which a test asks for it."""
    tables = {"seen": SEEN, "echoed": ECHOED, "run": RUNS, "error": ERRORS, "different": DIFFERENT}
    return {f"{table}: {name}": case for table, cases in tables.items() for name, case in cases.items()}
