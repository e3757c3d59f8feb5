"""A run to take away: a call that evaluates, a command that runs, a test that passes; and no secret in any."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import importlib
import math
import os
import subprocess
import sys
import zoneinfo
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import pandas as pd
import pydantic
import pytest
from flyteidl.core import literals_pb2

from shimnb import FlyteFile, StructuredDataset
from shimnb.errors import RunError
from shimnb.notebook.runs.comparing import Difference, compare
from shimnb.notebook.runs.copies import call_text, test_text
from shimnb.notebook.runs.debugging import prepare_debug
from shimnb.notebook.runs.export import export_text
from shimnb.notebook.runs.expressions import Expressions, NoExpressionError
from shimnb.notebook.runs.saving import command_text
from shimnb.notebook.runs.start import start

as_test = test_text
del test_text


class Color(enum.Enum):
    RED = "r"


class Level(enum.IntFlag):
    A = 1
    B = 2


@dataclasses.dataclass
class Point:
    x: float
    names: list[str] = dataclasses.field(default_factory=list)


class Pair(NamedTuple):
    first: int
    second: str


class Model(pydantic.BaseModel):
    when: dt.datetime
    more: dict[str, int] = {}


VALUES = [
    2**63 - 1,
    -0.0,
    float("inf"),
    1e-300,
    'it\'s "quoted"\n\x00 \N{SNOWMAN}',
    b"\x00\xff",
    None,
    True,
    [1, [2, {"a": (3,)}]],
    {"": (), 1: set(), 2: frozenset({3})},
    dt.datetime(2024, 2, 29, 12, 30, 0, 1, tzinfo=dt.timezone.utc),
    dt.datetime(2024, 2, 29),
    dt.datetime(2024, 2, 29, tzinfo=dt.timezone(dt.timedelta(hours=-3, minutes=-30))),
    dt.datetime(2024, 2, 29, tzinfo=zoneinfo.ZoneInfo("Europe/Vienna")),
    dt.date(2024, 2, 29),
    dt.timedelta(days=-1, microseconds=1),
    dt.timedelta(0),
    decimal.Decimal("1.10"),
    PurePosixPath("/a b/c"),
    Path("x"),
    Color.RED,
    Level.A | Level.B,
    Point(1.5, ["a"]),
    Pair(1, "b"),
    Model(when=dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), more={"a": 1}),
    literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=3))),
    np.int64(3),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_an_expression_gives_the_value_again(value):
    """With nothing but the imports that come with it."""
    writer = Expressions()
    written = writer.of(value)
    names = {}
    exec("\n".join(sorted(writer.imports)), names)  # noqa: S102  # that it runs is the point
    again = eval(written, names)  # noqa: S307  # likewise
    assert again == value
    assert math.copysign(1, again) == math.copysign(1, value) if isinstance(value, float) else True


def test_tables_and_arrays_are_written_out():
    """With their types; a large one is refused."""
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "t": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    array = np.array([[1, 2]], dtype="int8")
    writer = Expressions()
    names = {}
    written = [writer.of(frame), writer.of(array)]
    exec("\n".join(sorted(writer.imports)), names)  # noqa: S102  # that it runs is the point
    pd.testing.assert_frame_equal(eval(written[0], names), frame)  # noqa: S307  # likewise
    again = eval(written[1], names)  # noqa: S307  # likewise
    assert (again.tolist(), again.dtype, again.shape) == ([[1, 2]], array.dtype, (1, 2))
    with pytest.raises(NoExpressionError, match=r"^a table of 20,000 rows is not written out$"):
        writer.of(pd.DataFrame({"a": range(20_000)}))


def test_files_and_datasets_are_their_paths(tmp_path):
    """As they were given."""
    writer = Expressions()
    assert writer.of(FlyteFile(str(tmp_path / "a"))) == f"FlyteFile({str(tmp_path / 'a')!r})"
    assert writer.of(StructuredDataset(uri="s3://b/a", file_format="parquet")) == (
        "StructuredDataset(uri='s3://b/a', file_format='parquet')"
    )


class Strange:
    pass


@pytest.mark.parametrize("value", [Strange(), [Strange()], lambda: 1])
def test_a_value_without_an_expression_is_refused(value):
    """Better none than one that does not evaluate."""
    with pytest.raises(NoExpressionError):
        Expressions().of(value)


MODULE = '''"""A plugin's module."""
import dataclasses
import datetime
import enum
import os
import typing

from shimnb import Interface, PythonCustomizedContainerTask, ShimTaskExecutor, current_context, executor_interface


class Color(enum.Enum):
    RED = "r"


@dataclasses.dataclass
class Point:
    x: float


class Out(typing.NamedTuple):
    text: str
    points: list[Point]
    rate: float


class Executor(ShimTaskExecutor):
    def execute_from_model(
        self, tt, *, n: int = 1, color: Color = Color.RED, when: datetime.timedelta = datetime.timedelta(0),
        password: str = "",
    ) -> Out:
        if n < 0:
            raise ValueError(f"n is {n}, and (that) is [wrong]")
        print("password:", password)
        return Out(tt.custom["word"] * n, [Point(1.5)] * n, float("nan") if n == 3 else 0.5)


class Plugin(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {"word": "ho"}


plugin = Plugin(
    "my.plugin", None, "img:1", Executor, interface=executor_interface(Executor),
    environment={"PYTHONPATH": os.path.dirname(__file__)},
)
'''


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Import a task from a module in a file."""
    (tmp_path / "plugged.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("plugged")
    yield module
    del sys.modules["plugged"]


def finished(task, mode="kernel", **inputs):
    """Run a task to its end."""
    run = start(task, inputs, mode=mode, number=3)
    assert run.wait(60)
    return run


def test_a_call_evaluates_to_the_same(plugin):
    """With its imports, in the task's own words."""
    run = finished(plugin.plugin, n=2, color=plugin.Color.RED, when=dt.timedelta(minutes=1))
    copied = call_text(run)
    assert copied.text == (
        "from plugged import Color\nimport datetime\n\nplugin(n=2, color=Color.RED, when=datetime.timedelta(seconds=60))"
    )
    *imports, call = copied.text.split("\n\n")
    names = {"plugin": plugin.plugin}
    exec("\n".join(imports), names)  # noqa: S102  # likewise
    assert eval(call, names) == run.result()  # noqa: S307  # likewise


def test_a_long_call_takes_a_line_for_each_input(plugin):
    """As a formatter would write it."""
    text = call_text(
        finished(plugin.plugin, n=1, password="", when=dt.timedelta(days=-100, seconds=5, microseconds=7000))
    ).text
    assert text.endswith(
        "plugin(\n    n=1,\n    password='',\n    when=datetime.timedelta(days=-100, seconds=5, microseconds=7000),\n)"
    )
    compile(text, "copied", "exec")


@pytest.mark.parametrize("inputs", [{"n": 2}, {"n": 3}, {"n": -1}])
@pytest.mark.parametrize("mode", ["kernel", "isolated"])
def test_a_test_runs_as_it_is_and_can_fail(plugin, tmp_path, inputs, mode):
    """Against the module that it imports: it passes, and fails when the executor does otherwise."""
    copied = as_test(finished(plugin.plugin, mode, **inputs))
    assert copied.said == ""
    (tmp_path / "test_taken.py").write_text(copied.text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "test_taken.py"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 0, copied.text + ended.stdout
    broken = MODULE.replace("* n, float", "* (n + 1), float").replace("n is {n}", "N IS {n}")
    (tmp_path / "plugged.py").write_text(broken)
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 1, copied.text + ended.stdout


def test_the_test_of_a_cell_says_which_file_it_needs(cell):
    """The cell's module, beside it."""
    copied = as_test(finished(cell("return 2 * n"), n=4))
    assert copied.text == (
        '"""Run 3 of sample, as it was."""\n\nfrom sample import sample\n\n\n'
        "def test_sample_run_3():\n    result = sample(n=4)\n    assert result == 8\n"
    )
    assert copied.said == "Save the module as sample.py beside the test: `%shimtask source sample` shows it."


def test_no_test_is_made_of_a_run_that_was_cancelled(cell):
    """There is nothing to assert."""
    run = start(cell("while True: n += 1"), {}, number=3)
    run.cancel()
    assert run.wait(10)
    with pytest.raises(RunError) as caught:
        as_test(run)
    assert str(caught.value) == "task sample: run 3 was cancelled. Take a run that is done, or that failed."


@pytest.mark.parametrize("folder", ["plain", 'it\'s; $(touch harmed) `x` "y"\n'])
def test_the_command_runs_as_it_is(cell, tmp_path, folder):
    """From anywhere, whatever the folder's name is; the outputs are those of the run."""
    task = cell("print('ran', word)\nreturn 2 * n")
    run = finished(task, n=4, word="x y")
    template = task.task_template.to_flyte_idl().SerializeToString()
    copied = command_text(run, template, tmp_path / folder)
    place = tmp_path / folder / "sample-run-3"
    assert copied.said == f"Saved in {place}; the outputs go to out/ there."
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(
        ["/bin/sh", "-c", copied.text], capture_output=True, text=True, check=False, env=environment, cwd="/"
    )
    assert (ended.returncode, ended.stdout) == (0, "ran x y\n"), ended.stderr
    outputs = literals_pb2.LiteralMap.FromString((place / "out" / "outputs.pb").read_bytes())
    assert outputs == run.outputs
    assert not (place / "harmed").exists()
    # The same again is the same folder; another run of that number gets one of its own.
    assert command_text(run, template, tmp_path / folder).said == copied.said
    other = command_text(finished(task, n=5), template, tmp_path / folder)
    assert "sample-run-3-2" in other.text
    assert sorted(path.name for path in (tmp_path / folder).iterdir()) == ["sample-run-3", "sample-run-3-2"]


def test_a_folder_that_cannot_be_written_is_an_error(cell, tmp_path):
    """What, where, remedy."""
    (tmp_path / "file").write_text("")
    task = cell("return n")
    with pytest.raises(RunError) as caught:
        command_text(finished(task), b"", tmp_path / "file" / "below")
    assert str(caught.value) == (
        f"task sample: its files cannot be written to {tmp_path}/file/below (Not a directory). "
        "Change to a folder where you may write."
    )


SECRET = "hunter2-very-secret"
SPILLS = """
import logging, warnings
key = current_context().secrets.get("group", "key")
print("read", key, word)
logging.getLogger("x").warning("logged %s", key)
sys.stderr.write(key[:5]); sys.stderr.write(key[5:])
progress(0.5, f"using {key}")
if n < 0:
    raise ValueError(f"cannot log in with {key} and {word}")
return n
"""


@pytest.mark.parametrize("mode", ["kernel", "isolated"])
@pytest.mark.parametrize("n", [1, -1])
def test_a_secret_is_nowhere(cell, monkeypatch, tmp_path, n, mode):
    """One that was read, and one that was given: not in the output, the error, the copies, nor the export."""
    from shimnb.notebook.runs.report import html_form, plain_form, report  # noqa: PLC0415

    monkeypatch.setenv("_FSEC_GROUP_KEY", SECRET)
    given = "gave-this-password"
    body = SPILLS.replace("word", "db_password")
    source = (
        "import os, sys\nfrom shimnb import ShimTaskExecutor, current_context, progress\n\n\n"
        "class Executor(ShimTaskExecutor):\n"
        "    def execute_from_model(self, tt, *, n: int = 1, db_password: str = '', config: dict = {}) -> dict:\n"
        + "".join(f"        {line}\n" for line in body.strip().splitlines()).replace("return n", "return {'key': key}")
    )
    from shimnb import define  # noqa: PLC0415

    cell("return n")  # so that it is discarded
    task = define(source, "sample", secrets=["group/key"])
    run = finished(task, mode, n=n, db_password=given, config={"api_key": "nested-key-value"})
    assert run.state == ("done" if n > 0 else "failed")
    template = task.task_template.to_flyte_idl().SerializeToString()
    command = command_text(run, template, tmp_path)
    told = [
        run.output,
        repr(run),
        str(report(run)),
        html_form("t", [], run),
        plain_form("t", [], run),
        call_text(run).text,
        command.text,
        export_text("t", [run]),
        str(run.progress),
        *(path.read_text("latin-1") for path in tmp_path.rglob("*") if path.is_file()),
    ]
    if n < 0:
        told.append(as_test(run).text)
    for text in told:
        for secret in (SECRET, given, "nested-key-value"):
            assert secret not in text
    assert "read *** ***" in run.output
    assert "db_password='***'" in call_text(run).text
    assert call_text(run).said == "db_password, config are masked: put the secret in before you use it."
    assert command.said.endswith(
        "db_password, config are masked in inputs.pb. It reads the secrets _FSEC_GROUP_KEY from the environment."
    )
    # The run itself has it: it can be started again.
    assert run.inputs["db_password"] == given


def test_what_differs_is_listed_by_path(cell):
    """Inputs, outputs and templates."""
    task = cell("return n", image="a:1")
    first, second = finished(task, n=1), finished(task, n=2)
    other = cell("return n", image="a:2").task_template.to_flyte_idl().SerializeToString()
    templates = (task.task_template.to_flyte_idl().SerializeToString(), other)
    found = [each for each in compare(first, second, templates) if each.section != "run"]
    assert [each.section for each in found] == ["inputs", "outputs", "template"]
    assert [(each.before, each.after) for each in found] == [("1", "2"), ("1", "2"), ("a:1", "a:2")]
    assert compare(first, first, (other, other)) == [
        each for each in compare(first, first, (other, other)) if each.section == "run"
    ]


def test_masked_inputs_that_differ_are_said_to(cell):
    """And not shown."""
    source = "from shimnb import ShimTaskExecutor\n\n\nclass Executor(ShimTaskExecutor):\n"
    source += "    def execute_from_model(self, tt, *, password: str) -> int:\n        return 1\n"
    from shimnb import define  # noqa: PLC0415

    cell("return n")
    task = define(source, "sample")
    runs = [finished(task, password=value) for value in ("one-secret", "another-secret")]
    found = compare(*runs, (b"", b""))
    assert Difference("inputs", "password", "masked", "masked, and another value") in found


def test_debug_makes_the_last_exception_the_runs(cell, monkeypatch):
    """From the user's first line to the user's last one; the library's below is left out."""
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        monkeypatch.setattr(sys, name, None, raising=False)
    run = finished(cell("import json\nseen = n\nreturn json.loads('{')"), n=4)
    assert prepare_debug(run) == "line 15 of the cell"
    tb = sys.last_traceback
    while tb.tb_next is not None:
        tb = tb.tb_next
    assert (tb.tb_frame.f_code.co_name, tb.tb_frame.f_locals["seen"]) == ("execute_from_model", 4)
    assert (sys.last_value, sys.last_value.__traceback__) == (run.error, sys.last_traceback)


@pytest.mark.parametrize(
    ("body", "mode", "words"),
    [
        ("return n", "kernel", "task sample: run 3 did not fail. Debug one that did."),
        (
            "raise ValueError",
            "isolated",
            "task sample: the process of run 3 is gone, and its variables with it. Run it in the kernel, then debug.",
        ),
    ],
)
def test_where_there_is_nothing_to_debug_words_say_so(cell, body, mode, words):
    """What, where, remedy."""
    with pytest.raises(RunError) as caught:
        prepare_debug(finished(cell(body), mode))
    assert str(caught.value) == words
