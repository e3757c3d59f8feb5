"""The isolated run: what goes in, what comes out, and nothing else."""

from __future__ import annotations

import contextvars
import json
import os
import re
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2

from shimnb import (
    ExecutionState,
    FlyteContextManager,
    FlyteFile,
    Interface,
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
)
from shimnb.errors import (
    ExecutionError,
    ExecutorError,
    InputError,
    OutputError,
    SettingError,
    ShimError,
    TemplateError,
)
from shimnb.notebook.cell import build
from shimnb.notebook.define import define
from shimnb.notebook.options import TaskOptions
from shimnb.runtime import start, start_task
from shimnb.runtime.isolated import start as starting
from shimnb.runtime.isolated.sources import executor_sources

LONG = 60


def returned(run) -> str:
    """Give the text that a run's executor returned."""
    return run.result(LONG).literals["o0"].scalar.primitive.string_value


def test_a_run_gives_the_literals_that_the_executor_left(begin) -> None:
    """The result is the LiteralMap of outputs, and the handle says that the run is done."""
    run = begin("return f'{tt.id.name} {inputs}'", inputs={"n": 3})
    outputs = run.result(LONG)
    primitive = literals_pb2.Primitive(string_value="sample {'n': 3}")
    literal = literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=primitive))
    assert outputs == literals_pb2.LiteralMap(literals={"o0": literal})
    assert (run.state, run.done, run.returncode, run.error) == ("done", True, 0, None)
    assert run.outputs == outputs


def test_the_elapsed_time_stands_still_after_the_end(begin) -> None:
    """It is the time of the run, and not of the handle."""
    run = begin("return 'x'")
    assert run.wait(LONG)
    first = run.elapsed
    assert first > 0
    assert run.elapsed == first


def test_a_start_does_not_wait_for_the_run(begin, marks) -> None:
    """The run goes on while the caller has its handle, until the caller lets it end."""
    go = marks("go")
    run = begin(f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\nreturn 'went'")
    assert (run.state, run.done, run.returncode, run.outputs) == ("running", False, None, None)
    assert not run.wait(0)
    with pytest.raises(TimeoutError, match=re.escape("the run of sample is still going on after 0.01 s")):
        run.result(0.01)
    go.touch()
    assert returned(run) == "went"


def test_several_runs_go_on_at_once_and_from_threads(begin, marks) -> None:
    """Each has its own folder and result: all of them have begun before the first may end."""
    runs = {}
    body = "open({0!r}, 'w').close()\nwhile not os.path.exists({1!r}): time.sleep(0.01)\nreturn {2!r}"

    def work(name: str) -> None:
        runs[name] = begin(body.format(str(marks(name)), str(marks("go")), name))

    names = ["a", "b", "c"]
    # The context goes along, as to a run of the notebook: a thread's own has other files.
    threads = [threading.Thread(target=contextvars.copy_context().run, args=(work, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    while not all(marks(name).exists() for name in names):
        assert not any(run.wait(0.01) for run in runs.values())
    marks("go").touch()
    assert {name: returned(run) for name, run in runs.items()} == {name: name for name in names}


def test_the_process_gets_three_things_and_nothing_else(begin) -> None:
    """The folder holds the template, the inputs and the cell's module, and empty folders to work in."""
    body = """
    import json
    found = []
    for root, folders, files in os.walk(".."):
        folders[:] = [each for each in folders if each != "__pycache__"]
        found += [os.path.relpath(os.path.join(root, each), "..") for each in files]
    return json.dumps(sorted(found))
    """
    assert json.loads(returned(begin(body))) == [
        "code/shimcells/__init__.py",
        "code/shimcells/sample.py",
        "inputs.pb",
        "template.pb",
    ]


def test_the_working_directory_is_empty_and_standard_input_too(begin) -> None:
    """Nothing of the notebook's folder, and nobody who would type."""
    folder = Path.cwd()
    assert returned(begin("return repr((os.listdir(), sys.stdin.read()))")) == "([], '')"
    assert Path.cwd() == folder


def test_a_module_beside_the_notebook_is_not_there(begin, tmp_path, monkeypatch) -> None:
    """What only this process's path has, no image has."""
    (tmp_path / "beside_the_notebook.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ExecutionError) as caught:
        begin("import beside_the_notebook").result(LONG)
    assert caught.value.what == "ModuleNotFoundError: No module named 'beside_the_notebook'"


def test_the_run_has_the_same_python_and_what_is_installed_for_it(begin) -> None:
    """The image of a run is this environment."""
    assert returned(begin("import psutil\nreturn f'{sys.executable} {psutil.__file__}'")) == (
        f"{sys.executable} {sys.modules['psutil'].__file__}"
    )


def test_the_process_is_the_containers_command(begin) -> None:
    """The arguments are those of the task's own command line, with the placeholders filled."""
    body = "folder = os.environ['TMPDIR'][:-4]\nreturn '|'.join([folder, ' '.join(sys.orig_argv[1:])])"
    folder, rest = returned(begin(body)).split("|")
    raw = rest.split()[7]
    assert rest == (
        f"-m shimnb.runtime --inputs {folder}/inputs.pb --output-prefix {folder}/out --raw-output-data-prefix {raw}"
        f" --resolver shimnb.core.resolver.default_task_template_resolver -- {folder}/template.pb"
        " shimcells.sample.Executor"
    )


def test_files_of_the_outputs_outlive_the_run(begin, tmp_path) -> None:
    """What the executor offloads is below the caller's raw output prefix, and everything else is gone."""
    run = begin(
        "from shimnb import FlyteContextManager\n"
        "return FlyteContextManager.current_context().file_access.put_raw_data(b'kept', file_name='a.bin')"
    )
    path = returned(run)
    assert path.startswith(f"{tmp_path}/raw/")
    assert Path(path).read_bytes() == b"kept"


def test_files_of_a_run_that_failed_are_gone(begin, tmp_path) -> None:
    """Nothing refers to them."""
    run = begin(
        "from shimnb import FlyteContextManager\n"
        "FlyteContextManager.current_context().file_access.put_raw_data(b'lost', file_name='a.bin')\n"
        "raise ValueError('bad')"
    )
    with pytest.raises(ExecutionError):
        run.result(LONG)
    assert [path for path in (tmp_path / "raw").rglob("*") if path.is_file()] == []


def test_outputs_that_were_offloaded_come_along(begin) -> None:
    """The engine's variable puts a literal into a file of its own, which is read before it goes."""
    template = tasks_pb2.TaskTemplate()
    template.container.env.add(key="_F_L_MIN_SIZE_MB", value="1")
    assert returned(begin("return 'x' * 2**21", template)) == "x" * 2**21


def test_a_run_may_take_the_rights_away_from_its_folders(begin, temporary) -> None:
    """The folder goes all the same."""
    run = begin("os.makedirs('a/b')\nos.chmod('a/b', 0)\nos.chmod('a', 0)\nos.chmod('.', 0)\nreturn 'x'")
    assert returned(run) == "x"
    assert list(temporary.iterdir()) == []


def test_a_run_may_nest_its_folders_deeper_than_any_path(begin, temporary) -> None:
    """The folder goes all the same, and what its links lead to stays."""
    (temporary.parent / "kept").mkdir()
    (temporary.parent / "kept/file").touch()
    body = f"""
    os.symlink({str(temporary.parent / "kept")!r}, "link")
    for n in range(1500):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
        open("file", "w").close()
    return "x"
    """
    assert returned(begin(body)) == "x"
    assert list(temporary.iterdir()) == []
    assert (temporary.parent / "kept/file").exists()


@pytest.mark.parametrize(
    "name", ["../outside", "a/b", "", "a..b", "/a", "shimcells.class", "a b", "shimcells.x\0", ".a", "C:\\a"]
)
def test_no_name_leads_out_of_the_folder(begin, temporary, name) -> None:
    """A name that Python could not import is an error, and nothing has begun."""
    with pytest.raises(SettingError) as caught:
        start(b"", "a.Executor", b"", sources={name: ""})
    assert str(caught.value) == f"sources: no name of a module, got {name!r}. Use identifiers, with dots between them."
    assert list(temporary.iterdir()) == []


def test_bytes_that_are_no_template_are_an_error_at_once(begin) -> None:
    """There is no process that could say so later."""
    with pytest.raises(TemplateError, match=r"^template: 6 bytes that are no TaskTemplate"):
        start(b"random", "a.Executor", b"")


def test_bytes_that_are_no_inputs_are_the_runs_error(begin) -> None:
    """The process reads them, as a container does."""
    source = (
        "from shimnb import ShimTaskExecutor\nclass Executor(ShimTaskExecutor):\n def execute_from_model(self, tt): 0"
    )
    run = start(b"", "shimcells.a.Executor", b"random", sources={"shimcells.a": source})
    with pytest.raises(ExecutionError, match="inputs"):
        run.result(LONG)


# Tasks


def make(body: str, name: str = "made"):
    """Make a task of a cell."""
    return define(body, name)


def test_a_task_gives_what_a_call_gives(begin) -> None:
    """Values by the declared types, a default for what is left out, and the template of the task."""
    task = make("def execute(tt, *, n: int, word: str = 'ho') -> list[str]:\n    return [word] * n\n")
    run = start_task(task, {"n": 2})
    assert run.result(LONG) == ["ho", "ho"] == task(n=2)


def test_a_task_with_several_outputs_gives_a_named_tuple(begin) -> None:
    """As a call does, in the declared order."""
    source = (
        "from typing import NamedTuple\n"
        "class Both(NamedTuple):\n    word: str\n    count: int\n"
        "def execute(tt) -> Both:\n    return Both('a', 2)\n"
    )
    result = start_task(make(source)).result(LONG)
    assert (result.word, result.count) == ("a", 2)
    assert result == ("a", 2)


def test_a_task_without_outputs_gives_none(begin) -> None:
    """As a call does."""
    run = start_task(make("def execute(tt) -> None:\n    print('ran')\n"))
    assert run.result(LONG) is None
    assert "ran" in run.output


def test_a_file_that_a_task_made_can_be_read(begin) -> None:
    """The result refers to a file that is there."""
    task = make(
        "from shimnb import FlyteFile\n"
        "def execute(tt) -> FlyteFile:\n"
        "    with open('made.txt', 'w') as file:\n        file.write('made')\n"
        "    return FlyteFile('made.txt')\n"
    )
    result = start_task(task).result(LONG)
    assert isinstance(result, FlyteFile)
    assert Path(result).read_text() == "made"


def test_a_missing_input_is_an_error_before_anything_runs(begin, temporary) -> None:
    """It names the input."""
    with pytest.raises(InputError) as caught:
        start_task(make("def execute(tt, *, n: int) -> int:\n    return n\n"))
    assert caught.value.what == "n is missing"
    assert list(temporary.iterdir()) == []


def test_a_traceback_shows_the_cells_lines(begin) -> None:
    """Its file is named as it is imported, and the lines count from the magic's."""
    task = make("def execute(tt, *, n: int) -> float:\n    half = n / 2\n    return half / 0\n", "halves")
    with pytest.raises(ExecutionError) as caught:
        start_task(task, {"n": 2}).result(LONG)
    error = caught.value
    assert (error.task, error.what) == ("halves", "ZeroDivisionError: float division by zero")
    assert 'File "shimcells/halves.py", line 4, in execute' in error.message
    assert "    return half / 0" in error.message
    assert error.excerpt.splitlines()[0].lstrip().startswith('File "shimcells/halves.py"')
    assert 'File "shimcells/halves.py", line 4, in execute' in str(error)


def test_a_task_of_a_cell_that_ran_again_runs_its_own_text(begin) -> None:
    """As a call of the old task does."""
    old = make("def execute(tt) -> str:\n    return 'old'\n", "again")
    new = make("def execute(tt) -> str:\n    return 'new'\n", "again")
    assert start_task(old).result(LONG) == old() == "old"
    assert start_task(new).result(LONG) == new() == "new"


def test_a_cell_brings_what_it_includes_and_no_other_cell(begin) -> None:
    """What comes from the notebook stands before the cell's own statements, which may need it at once."""
    make("def execute(tt) -> int:\n    return 0\n", "unused")
    history = [(1, "def twice(n):\n    return 2 * n\n")]
    names: dict[str, object] = {}
    exec(history[0][1], names)  # noqa: S102  # as the notebook did
    body = (
        "import os\nbase = twice(2)\n"
        "def execute(tt) -> str:\n    return f'{base} {sorted(os.listdir(os.path.dirname(__file__)))}'\n"
    )
    task = build(body, "user", TaskOptions(include=("twice",)), names, history=history).task
    assert start_task(task).result(LONG).replace("'__pycache__', ", "") == "4 ['__init__.py', 'user.py']"


def test_a_cells_text_is_text_whatever_it_says_of_its_coding(begin) -> None:
    """A line that names a coding holds for the file too."""
    task = make("# -*- coding: latin-1 -*-\ndef execute(tt) -> str:\n    return 'caf\xe9'\n", "coded")
    assert start_task(task).result(LONG) == task() == "caf\xe9"


def test_an_output_that_the_run_did_not_give_is_an_error(begin) -> None:
    """An executor that leaves literals of its own may have named them otherwise."""
    task = make(
        "from flyteidl.core import literals_pb2\n"
        "from shimnb import ShimTaskExecutor, TypeEngine, FlyteContext\n"
        "class Executor(ShimTaskExecutor):\n"
        "    def execute_from_model(self, tt) -> int:\n"
        "        literal = TypeEngine.to_literal(FlyteContext.current_context(), 1, int, TypeEngine.to_literal_type(int))\n"
        "        return literals_pb2.LiteralMap(literals={'other': literal})\n"
    )
    with pytest.raises((OutputError, ExecutionError), match="o0"):
        start_task(task).result(LONG)


class Nested:
    class Executor(ShimTaskExecutor):
        def execute_from_model(self, tt):
            """Do nothing."""


class InAFile(Nested.Executor):
    pass


class Sample(PythonCustomizedContainerTask):
    def get_custom(self, settings):
        return {}


def test_an_executor_of_the_notebook_itself_is_an_error(begin) -> None:
    """No other process can import __main__."""

    class Executor(Nested.Executor):
        pass

    Executor.__module__ = "__main__"
    with pytest.raises(ExecutorError) as caught:
        start_task(Sample("t", None, "image:1", Executor, interface=Interface()))
    assert str(caught.value) == (
        "executor __main__.Executor: a fresh process cannot import it: __main__ is the notebook itself, or the script."
        " Write the class in a %%shimtask cell, or import it from a module."
    )


def test_an_executor_within_another_object_is_an_error(begin) -> None:
    """The path has a module and a name, and nothing between them."""
    with pytest.raises(ExecutorError, match=r"it is Nested\.Executor, within another object"):
        start_task(Sample("t", None, "image:1", Nested.Executor, interface=Interface()))


def test_an_executor_in_a_file_is_not_copied() -> None:
    """In an image too a module is there when it is installed, and else it is not."""
    assert executor_sources(InAFile) == {}


def test_the_mode_is_that_of_a_cluster(begin) -> None:
    """What asks for it, such as the look-up of a secret, gets the cluster's answer."""
    mode = returned(
        begin(
            "from shimnb import FlyteContextManager\nreturn FlyteContextManager.current_context().execution_state.mode.name"
        )
    )
    assert mode == ExecutionState.Mode.TASK_EXECUTION.name


def test_the_task_and_the_execution_have_their_names(begin) -> None:
    """As the engine gives them: the task's from the template, the execution's as in a call."""
    template = tasks_pb2.TaskTemplate(id=identifier_pb2.Identifier(project="p", domain="d", version="v"))
    body = (
        "from shimnb import current_context\n"
        "task, run = current_context().task_id, current_context().execution_id\n"
        "return f'{task.project} {task.domain} {task.name} {task.version} {run.project} {run.domain} {run.name}'"
    )
    assert returned(begin(body, template)) == "p d sample v local local local"


def test_another_system_is_an_error_at_once(begin, monkeypatch) -> None:
    """Sessions and signals are needed."""
    monkeypatch.setattr(starting, "os", SimpleNamespace(name="nt"))
    with pytest.raises(ShimError) as caught:
        begin("return 'x'")
    assert str(caught.value) == (
        "shimnb.runtime: a run in a process of its own needs Linux or macOS. Run it in the kernel: call the task."
    )


def test_the_environment_of_this_process_stays_as_it_is(begin) -> None:
    """A run reads it, and writes nothing there."""
    before = dict(os.environ)
    context = FlyteContextManager.current_context()
    begin("return 'x'").result(LONG)
    assert dict(os.environ) == before
    assert FlyteContextManager.current_context() is context
