"""A run as files and a command: template, inputs and the cell's module in a folder, run by ``shimnb-execute``."""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from flyteidl.core import literals_pb2

from shimnb.core.context import FlyteContextManager
from shimnb.core.promise import input_literals
from shimnb.core.resolver import default_task_template_resolver
from shimnb.core.secrets import SecretsManager
from shimnb.core.shim import import_path
from shimnb.core.template import TaskTemplate
from shimnb.errors import RunError
from shimnb.notebook.runs.copies import Copied
from shimnb.notebook.runs.masks import MASK, secret_values
from shimnb.runtime.isolated.sources import executor_sources, write_sources

if TYPE_CHECKING:
    from shimnb.notebook.runs.run import Run

__all__ = ["command_text", "save_run"]

_FOLDER = "shimnb-runs"


def save_run(run: Run, template: bytes, root: Path | None = None) -> tuple[Path, list[str]]:
    """Write what a run needs into a folder of its own, all of it or nothing.

    Parameters
    ----------
    run : Run
        The run.
    template : bytes
        The template that it had.
    root : pathlib.Path, optional
        Where the folder is made; ``shimnb-runs`` in the working directory when
        left out.

    Returns
    -------
    pathlib.Path
        The folder: ``template.pb``, ``inputs.pb`` and, for a task of a cell,
        its module below ``code``.
    list of str
        The inputs that are secrets, and ``***`` in the file.

    Raises
    ------
    RunError
        If the inputs are not there any more, or the folder cannot be written.
    ExecutorError
        If no other process can import the executor.
    """
    sources = executor_sources(run.task.executor_type)
    inputs, masked = _inputs(run)
    root = Path.cwd() / _FOLDER if root is None else root
    try:
        root.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".saving-", dir=root))
        try:
            made.chmod(0o755)
            (made / "template.pb").write_bytes(template)
            (made / "inputs.pb").write_bytes(inputs.SerializeToString(deterministic=True))
            if sources:
                write_sources(sources, made / "code")
            return _placed(made, root / f"{_name(run.task.name)}-run-{run.number}"), masked
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise RunError(
            run.task.name,
            f"its files cannot be written to {root} ({error.strerror or error})",
            "Change to a folder where you may write.",
        ) from error


def _name(task: str) -> str:
    return re.sub(r"[^\w.-]", "_", task).strip(".") or "task"


def _placed(made: Path, wanted: Path) -> Path:
    """Give the folder its name; another run's of that name stays."""
    for number in range(1, 10_000):
        place = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        try:
            # It takes the place of nothing but an empty folder.
            made.rename(place)
        except OSError:
            if place.exists():
                if _same(made, place):
                    shutil.rmtree(made)
                    return place
                continue
            raise
        return place
    raise OSError(f"there are too many folders named {wanted.name}")


def _same(one: Path, other: Path) -> bool:
    names = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    try:
        return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)
    except OSError:
        return False


def _inputs(run: Run) -> tuple[literals_pb2.LiteralMap, list[str]]:
    literals = run.literals
    if literals is None:
        if not run.inputs and run.task.python_interface.inputs:
            raise RunError(run.task.name, f"the inputs of run {run.number} were dropped, to make room", "Run it again.")
        literals = input_literals(run.task, FlyteContextManager.current_context(), dict(run.inputs))
    copy = literals_pb2.LiteralMap()
    copy.CopyFrom(literals)
    masked = []
    for name, value in run.inputs.items():
        if any(secret_values(name, value)):
            masked.append(name)
            _mask(run, copy.literals[name])
    return copy, masked


def _mask(run: Run, literal: literals_pb2.Literal) -> None:
    """Take the secrets out of a literal: of one that is a text the text, of any other the whole."""
    primitive = literal.scalar.primitive
    if primitive.WhichOneof("value") == "string_value":
        primitive.string_value = run.masks.text(primitive.string_value)
    else:
        literal.Clear()
        literal.scalar.primitive.string_value = MASK


def command_text(run: Run, template: bytes, root: Path | None = None) -> Copied:
    """Write a run's files, and the command that runs them as a container does.

    Parameters
    ----------
    run, template, root
        As for `save_run`.

    Returns
    -------
    Copied
        A line for a POSIX shell; it reads no variable and no other file. The
        outputs go to ``out`` in the folder.
    """
    folder, masked = save_run(run, template, root)
    command = [
        "shimnb-execute",
        "--inputs",
        "inputs.pb",
        "--output-prefix",
        "out",
        "--raw-output-data-prefix",
        "raw",
        "--resolver",
        default_task_template_resolver.location,
        "--",
        "template.pb",
        import_path(run.task.executor_type),
    ]
    line = f"cd {shlex.quote(str(folder))} && "
    if (folder / "code").is_dir():
        line += "PYTHONPATH=code "
    said = [f"Saved in {folder}; the outputs go to out/ there."]
    if masked:
        said.append(f"{', '.join(masked)} {'is' if len(masked) == 1 else 'are'} masked in inputs.pb.")
    if wanted := _secrets(template):
        said.append(f"It reads the secrets {', '.join(wanted)} from the environment.")
    return Copied(line + shlex.join(command), " ".join(said))


def _secrets(template: bytes) -> list[str]:
    context = TaskTemplate.from_bytes(template).security_context
    if context is None:
        return []
    manager = SecretsManager(local=False)
    return [manager.get_secrets_env_var(each.group, each.key, each.group_version) for each in context.secrets]
