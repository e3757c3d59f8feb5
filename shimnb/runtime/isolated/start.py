"""A run in a fresh process, which gets what a container would get, and nothing else.

The process starts as a container's does, by ``python -m shimnb.runtime`` with
the arguments of the task's own command. It finds three things in a temporary
folder: the template, the inputs, and the modules that are nowhere in a file,
which is the cell. What is installed for this Python is there too, as in an
image; the notebook's folder, its variables and its ``sys.path`` are not.

Between this process and the run's stands another one, `guard.py`.
However a run ends, it leaves no process and no folder; and if this process is
killed, the run goes with it.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shimnb.core.context import FlyteContextManager
from shimnb.core.promise import input_literals
from shimnb.core.resolver import default_task_template_resolver
from shimnb.core.shim import import_path
from shimnb.core.template import TaskTemplate
from shimnb.core.types import TypeEngine
from shimnb.errors import OutputError, SettingError, ShimError
from shimnb.runtime.isolated import guard
from shimnb.runtime.isolated.environment import run_environment
from shimnb.runtime.isolated.handle import IsolatedRun
from shimnb.runtime.isolated.sources import executor_sources, write_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flyteidl.core import literals_pb2

    from shimnb.core.files import FileAccessProvider
    from shimnb.core.task import PythonCustomizedContainerTask

__all__ = ["start", "start_task"]

_PREFIX = "shimnb-run-"


def start(  # noqa: PLR0913  # what a run has
    template: bytes,
    executor: str,
    inputs: bytes,
    *,
    sources: Mapping[str, str] | None = None,
    timeout: float | None = None,
    on_output: Callable[[str, str], object] | None = None,
) -> IsolatedRun:
    """Run an executor on a template and inputs, in a process of its own.

    Parameters
    ----------
    template : bytes
        A ``flyteidl.core.tasks_pb2.TaskTemplate``, encoded.
    executor : str
        The path by which the process imports the executor's class.
    inputs : bytes
        A ``flyteidl.core.literals_pb2.LiteralMap``, encoded.
    sources : mapping of str to str, optional
        Modules that are in no file: their texts by their full names.
    timeout : float, optional
        Seconds after which the run is ended; the template's own timeout when
        left out, and none when it has none.
    on_output : callable, optional
        Called with ``"stdout"`` or ``"stderr"`` and a line, its end included,
        as soon as the run has written it, in a thread of the run; a line past
        8 KiB comes in pieces. One call comes after the other, and each stream
        is in order. A slow one slows the run down, and no line is lost. If it
        raises, the run is ended, and `result` raises the same.

    Returns
    -------
    IsolatedRun
        The run, going on. Its ``result()`` is the LiteralMap of outputs.

    Raises
    ------
    TemplateError
        If the bytes are no template.
    SettingError
        If a name in `sources` is no module's, or `timeout` is no time.

    Examples
    --------
    >>> from flyteidl.core import identifier_pb2, tasks_pb2
    >>> template = tasks_pb2.TaskTemplate(id=identifier_pb2.Identifier(name="hello"))
    >>> source = '''
    ... from shimnb import ShimTaskExecutor
    ... class Executor(ShimTaskExecutor):
    ...     def execute_from_model(self, tt):
    ...         print("hello from", tt.id.name)
    ... '''
    >>> said = []
    >>> run = start(
    ...     template.SerializeToString(),
    ...     "shimcells.hello.Executor",
    ...     b"",
    ...     sources={"shimcells.hello": source},
    ...     on_output=lambda stream, line: said.append(line.rstrip()),
    ... )
    >>> outputs = run.result()
    >>> said, run.state
    (['hello from hello'], 'done')

    Notes
    -----
    Files that the outputs refer to are below the raw output prefix of the
    current context, and stay as long as that does. The environment is the one
    that `shimnb.runtime.isolated.environment` describes; the working directory
    is empty, standard input too. Needs Linux or macOS.
    """
    return _start(template, executor, inputs, sources or {}, timeout, on_output, lambda outputs: outputs)


def start_task(
    task: PythonCustomizedContainerTask[Any],
    inputs: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    on_output: Callable[[str, str], object] | None = None,
) -> IsolatedRun:
    """Run a task in a process of its own, as the cluster would.

    Parameters
    ----------
    task : PythonCustomizedContainerTask
        The task; its template, and the text of its cell, are those of now.
    inputs : mapping of str to Any, optional
        The inputs as Python values; one that has a default may be left out.
    timeout, on_output
        As for `start`.

    Returns
    -------
    IsolatedRun
        The run, going on. Its ``result()`` is what a call of the task would
        return.

    Raises
    ------
    InputError
        If an input is missing, or not in the interface.
    ConversionError
        If a value does not fit its type; it names the path.
    ExecutorError
        If another process cannot import the executor: it is defined in the
        notebook itself, or within another object.
    """
    # First of all: where nobody can import it, nothing else counts.
    sources = executor_sources(task.executor_type)
    literals = input_literals(task, FlyteContextManager.current_context(), dict(inputs or {}))
    types, interface = dict(task.python_interface.outputs), task.python_interface

    def read(outputs: literals_pb2.LiteralMap) -> Any:
        missing = [name for name in types if name not in outputs.literals]
        if missing:
            raise OutputError(task.name, f"the run gave no {', '.join(missing)}", "Return a value for each output.")
        context = FlyteContextManager.current_context()
        values = [TypeEngine.to_python_value(context, outputs.literals[name], types[name]) for name in types]
        if not values:
            return None
        single = len(values) == 1 and not interface.output_tuple_name
        return values[0] if single else interface.output_tuple(*values)

    return _start(
        task.task_template.to_flyte_idl().SerializeToString(),
        import_path(task.executor_type),
        literals.SerializeToString(),
        sources,
        timeout,
        on_output,
        read,
    )


def _start(  # noqa: PLR0913, PLR0917  # as above
    template: bytes,
    executor: str,
    inputs: bytes,
    sources: Mapping[str, str],
    timeout: float | None,
    on_output: Callable[[str, str], object] | None,
    read: Callable[[literals_pb2.LiteralMap], Any],
) -> IsolatedRun:
    if os.name != "posix":
        raise ShimError(
            "a run in a process of its own needs Linux or macOS",
            where="shimnb.runtime",
            remedy="Run it in the kernel: call the task.",
        )
    tt = TaskTemplate.from_bytes(template)
    limit = _seconds(timeout, tt)
    import tempfile  # noqa: PLC0415  # these two are slow to import, and only a run needs them

    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    try:
        (folder / "template.pb").write_bytes(template)
        (folder / "inputs.pb").write_bytes(inputs)
        for name in ("code", "out", "tmp", "work"):
            (folder / name).mkdir()
        write_sources(sources, folder / "code")
        environment, secrets = run_environment(tt, folder)
        mark = os.urandom(16).hex()
        environment[guard.MARK] = mark
        raw, local, sandbox = _raw_output(FlyteContextManager.current_context().file_access)
        process = _popen(folder, environment, [local, sandbox], _command(folder, raw, executor))
    except BaseException:
        guard.remove_folder(str(folder))
        raise
    run = IsolatedRun(
        task=tt.id.name or executor,
        mark=mark,
        folder=folder,
        raw=local or None,
        secrets=secrets,
        process=process,
        timeout=limit,
        on_output=on_output,
        read=read,
    )
    run.watch()
    return run


def _seconds(timeout: float | None, template: TaskTemplate) -> float | None:
    if timeout is None:
        own = template.metadata.timeout.total_seconds()
        return own if 0 < own <= threading.TIMEOUT_MAX else None
    known: object = timeout  # whatever the annotation says
    is_number = isinstance(known, (int, float)) and not isinstance(known, bool)
    if not is_number or not 0 < timeout <= threading.TIMEOUT_MAX:
        raise SettingError("timeout", timeout, "no time", "Give seconds above zero, or nothing at all.")
    return timeout


def _raw_output(access: FileAccessProvider) -> tuple[str, str, str]:
    """Name the run's prefix of offloaded data; its local folder, and the temporary folder that is in, or ""."""
    import tempfile  # noqa: PLC0415  # as above

    raw = access.get_random_remote_directory()
    if access.is_remote(raw):
        return raw, "", ""
    local = access.strip_file_header(raw)
    sandbox = access.local_sandbox_dir
    own = Path(sandbox).parent == Path(tempfile.gettempdir()) and Path(local).is_relative_to(sandbox)
    return raw, local, sandbox if own else ""


def _command(folder: Path, raw: str, executor: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "shimnb.runtime",
        "--inputs",
        str(folder / "inputs.pb"),
        "--output-prefix",
        str(folder / "out"),
        "--raw-output-data-prefix",
        raw,
        "--resolver",
        default_task_template_resolver.location,
        "--",
        str(folder / "template.pb"),
        executor,
    ]


def _popen(folder: Path, environment: dict[str, str], folders: list[str], command: list[str]) -> Any:
    import subprocess  # noqa: PLC0415  # as above

    # The guard has no site-packages, which would take it as long again to start, so it is told where this one is.
    psutil = find_spec("psutil")
    site = str(Path(psutil.origin).parent.parent) if psutil is not None and psutil.origin else ""
    guarded = [sys.executable, "-I", "-S", guard.__file__, str(os.getpid()), site, str(folder), *folders]
    return subprocess.Popen(  # noqa: S603  # a list: no shell reads it
        [*guarded, *command],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder / "work",
        env=environment,
        # An interrupt of the kernel is none of the run: cancel() is.
        start_new_session=True,
    )
