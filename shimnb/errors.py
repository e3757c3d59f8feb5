"""Every exception of shimnb, in one tree.

```
ShimError
├── DefinitionError          a task that cannot be defined
│   ├── CustomError          `custom` holds what is no JSON value
│   ├── ExecutorError        an executor class that cannot execute
│   ├── AnnotationError      a parameter or result without a type
│   ├── SettingError         a setting with a value it cannot take
│   ├── OverrideError        a method that the author has to write, and did not
│   └── TaskNameError        a task name that is no identifier
├── TypeEngineError
│   ├── UnsupportedTypeError a Python type without a literal type
│   ├── GuessError           a literal type without a Python type
│   └── ConversionError      a value that does not fit its type
├── CallError
│   ├── InputError           inputs that the interface does not have, or lacks
│   ├── RunError             a run of a form that cannot be had, or made again
│   └── OutputError          a result that does not fit the interface
├── TemplateError            a template or an executor that cannot be loaded
├── FileError                a file that cannot be read or written
│   ├── MissingFileError     a file that is not there
│   └── CacheError           the local cache's file, damaged or out of reach
├── SecretError              a secret that is not there, or cannot be read
├── CheckpointError          a run that has no place for checkpoints
├── WorkflowError            what only a workflow could do
├── FlyteRecoverableException           an executor failed, and may be tried again
├── FlyteUserRuntimeException           an executor's error that a person has to mend
├── FlyteNonRecoverableSystemException  an executor's error that trying again does not mend
├── ExecutionError           a run in a process of its own that failed
│   ├── CrashError           its process ended without outputs and without an error
│   ├── ExecutionTimeoutError its time was up
│   └── ExecutionCancelledError it was cancelled
└── CellError                a cell that is no task, with its line
```

Every error says what is wrong, where, and what to do about it, in one
sentence each; the parts are attributes. Errors pickle, so that one raised in
another process arrives whole.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "AnnotationError",
    "CacheError",
    "CallError",
    "CellError",
    "CheckpointError",
    "ConversionError",
    "CrashError",
    "CustomError",
    "DefinitionError",
    "ExecutionCancelledError",
    "ExecutionError",
    "ExecutionTimeoutError",
    "ExecutorError",
    "FileError",
    "FlyteNonRecoverableSystemException",
    "FlyteRecoverableException",
    "FlyteUserRuntimeException",
    "GuessError",
    "InputError",
    "MissingFileError",
    "OutputError",
    "OverrideError",
    "RunError",
    "SecretError",
    "SettingError",
    "ShimError",
    "TaskNameError",
    "TemplateError",
    "TypeEngineError",
    "UnsupportedTypeError",
    "WorkflowError",
    "shorten",
]

_SHOWN = 60


def shorten(value: object, limit: int = _SHOWN) -> str:
    """Show a value in a message: its repr, cut to `limit` characters.

    Parameters
    ----------
    value : object
        Anything; a repr that raises is replaced by the type's name.
    limit : int
        The longest text returned, in characters.

    Returns
    -------
    str
        The repr, with its middle cut out when it is longer than `limit`.

    Examples
    --------
    >>> shorten("x" * 100, 12)
    "'xxxx...xxx'"
    """
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  # the value is a stranger's: its repr may raise anything
        text = f"<{type(value).__name__}>"
    if len(text) <= limit:
        return text
    keep = limit - 3
    return f"{text[: keep - keep // 2]}...{text[len(text) - keep // 2 :]}"


def _restore(cls: type[ShimError], args: tuple[Any, ...], fields: dict[str, Any]) -> ShimError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(fields)
    return error


class ShimError(Exception):
    """The root of the tree: what is wrong, where, and the remedy.

    Parameters
    ----------
    what : str
        What is wrong, as a clause without a full stop.
    where : str
        The place: a path such as ``$.window.start``, a field's name, a line.
    remedy : str
        What to do about it, as a sentence.

    Examples
    --------
    >>> print(ShimError("no image", where="task t", remedy="Pass container_image."))
    task t: no image. Pass container_image.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        # The line of a cell that the error is about, to be shown below the message; a cell puts it there.
        self.excerpt = ""
        super().__init__(f"{where}: {what}" if where else what)

    def __str__(self) -> str:
        # Built when read, so that a caller who learns more of the place may still add it to `where`.
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.remedy:
            text = f"{text}. {self.remedy}"
        return f"{text}\n{self.excerpt}" if self.excerpt else text

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)

    def _render_traceback_(self) -> list[str]:
        """Show the person's own lines and the message, not our frames: IPython asks for this."""
        import linecache  # noqa: PLC0415  # only where an error is shown; importing shimnb stays cheap

        shown = []
        tb = self.__traceback__
        while tb is not None:
            module = tb.tb_frame.f_globals.get("__name__", "")
            if module == "__main__" or module.startswith("shimcells."):
                text = linecache.getline(tb.tb_frame.f_code.co_filename, tb.tb_lineno, tb.tb_frame.f_globals).strip()
                # The line that calls a magic is IPython's, not the person's.
                if not text.startswith("get_ipython().run_cell_magic("):
                    place = "" if module == "__main__" else f" of cell {module.partition('.')[2]}"
                    shown.append(f"line {tb.tb_lineno}{place}: {text}")
            tb = tb.tb_next
        return [*shown, f"{type(self).__name__}: {self}"]


class DefinitionError(ShimError, ValueError):
    """A task that cannot be defined."""


class CustomError(DefinitionError, TypeError):
    """`custom` holds a value that JSON does not have.

    Parameters
    ----------
    path : str
        Where the value stands, ``$`` being `custom` itself.
    value : object
        The value.
    problem : str
        Why it cannot be JSON, as a clause.
    remedy : str
        What to write in its place.
    """

    def __init__(self, path: str, value: object, problem: str, remedy: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{problem}: {shorten(value)}", where=f"custom at {path}", remedy=remedy)


class ExecutorError(DefinitionError):
    """An executor class that cannot execute a task.

    Parameters
    ----------
    executor : str
        The class, as ``module.Name``.
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, executor: str, problem: str, remedy: str) -> None:
        self.executor = executor
        self.problem = problem
        super().__init__(problem, where=f"executor {executor}", remedy=remedy)


class AnnotationError(DefinitionError):
    """A parameter, or a result, whose type is not written down.

    Parameters
    ----------
    function : str
        The function that declares the interface.
    parameter : str
        The parameter's name; ``"return"`` for the result.
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, function: str, parameter: str, problem: str, remedy: str) -> None:
        self.function = function
        self.parameter = parameter
        self.problem = problem
        super().__init__(problem, where=f"{function}, {parameter!r}", remedy=remedy)


class SettingError(DefinitionError, AssertionError):
    """A setting of a task that has a value it cannot take.

    Parameters
    ----------
    setting : str
        The setting's name, as its parameter or option is called.
    value : object
        What was given. Never put a secret's value here.
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, setting: str, value: object, problem: str, remedy: str) -> None:
        self.setting = setting
        self.problem = problem
        super().__init__(f"{problem}, got {shorten(value)}", where=setting, remedy=remedy)


class OverrideError(DefinitionError, NotImplementedError):
    """A method that the author of a class has to write, and did not.

    Parameters
    ----------
    owner, method : str
        The class, as ``module.Name``, and the method.
    remedy : str
        What to write.
    """

    def __init__(self, owner: str, method: str, remedy: str) -> None:
        self.owner = owner
        self.method = method
        super().__init__(f"{method} is not written", where=f"class {owner}", remedy=remedy)


class TaskNameError(DefinitionError):
    """A task name that cannot name a Python variable.

    Parameters
    ----------
    name : str
        The name that was given.
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(f"{problem}: {shorten(name)}", where="task name", remedy=remedy)


class TypeEngineError(ShimError):
    """A type, or a value of one, that cannot cross over to Flyte or back."""


class UnsupportedTypeError(TypeEngineError, TypeError):
    """A Python type that has no literal type.

    Parameters
    ----------
    python_type : str
        The type, as it is written in Python.
    path : str
        Where it was met: an input's name, a field's path. May be empty.
    remedy : str
        What to write in its place.
    """

    def __init__(self, python_type: str, path: str, remedy: str) -> None:
        self.python_type = python_type
        self.path = path
        super().__init__(f"the type {python_type} has no Flyte literal type", where=path, remedy=remedy)


class GuessError(TypeEngineError, ValueError):
    """A literal type for which no Python type is known.

    Parameters
    ----------
    literal_type : str
        What it is, in a few words: ``the literal type blob``.
    path : str
        Where it was met: a field's path. May be empty.
    """

    def __init__(self, literal_type: str, path: str = "") -> None:
        self.literal_type = literal_type
        self.path = path
        remedy = "Register a TypeTransformer whose guess_python_type knows it."
        super().__init__(f"no Python type is known for {literal_type}", where=path, remedy=remedy)


class ConversionError(TypeEngineError, TypeError, AssertionError, ValueError):
    """A value that does not fit its type; flytekit's TypeTransformerFailedError.

    Parameters
    ----------
    path : str
        Where the value stands, ``$`` being the whole value.
    problem : str
        What is wrong, such as ``expected float, got str 'n/a'``.
    remedy : str
        What to give instead.
    """

    def __init__(self, path: str, problem: str, remedy: str = "") -> None:
        self.path = path
        self.problem = problem
        super().__init__(problem, where=path, remedy=remedy)


class CallError(ShimError):
    """A call of a task that cannot be made, or whose result cannot be taken."""


class InputError(CallError, AssertionError, TypeError):
    """Inputs that the interface does not have, or lacks.

    Parameters
    ----------
    task : str
        The task's name.
    names : tuple of str
        The inputs in question.
    problem, remedy : str
        What is wrong with them, and what to do.
    """

    def __init__(self, task: str, names: tuple[str, ...], problem: str, remedy: str) -> None:
        self.task = task
        self.names = names
        self.problem = problem
        super().__init__(problem, where=f"task {task}", remedy=remedy)


class RunError(CallError):
    """A run of a form that cannot be had, made again, or shown.

    Parameters
    ----------
    task : str
        The task's name.
    problem, remedy : str
        What is wrong, and what to do.
    """

    def __init__(self, task: str, problem: str, remedy: str) -> None:
        self.task = task
        self.problem = problem
        super().__init__(problem, where=f"task {task}", remedy=remedy)


class OutputError(CallError, AssertionError, TypeError):
    """A result of an executor that does not fit the task's outputs.

    Parameters
    ----------
    task : str
        The task's name.
    problem, remedy : str
        What is wrong with the result, and what to do.
    """

    def __init__(self, task: str, problem: str, remedy: str) -> None:
        self.task = task
        self.problem = problem
        super().__init__(problem, where=f"task {task}", remedy=remedy)


class TemplateError(ShimError):
    """A template, or the executor named beside it, that cannot be loaded.

    Parameters
    ----------
    source : str
        The file, the bytes or the import path in question.
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, source: str, problem: str, remedy: str) -> None:
        self.source = source
        self.problem = problem
        super().__init__(problem, where=source, remedy=remedy)


class FileError(ShimError, OSError, ValueError):
    """A file, or a folder, that cannot be read or written.

    Parameters
    ----------
    path : str
        The path, without a password or a token in it.
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, path: str, problem: str, remedy: str = "") -> None:
        self.path = path
        self.problem = problem
        super().__init__(problem, where=path, remedy=remedy)


class MissingFileError(FileError, FileNotFoundError):
    """A file, or a folder, that is not there; flytekit's FlyteDataNotFoundException."""


class SecretError(ShimError, ValueError):
    """A secret that is not there, or cannot be read. Nothing of its value is ever in the message.

    Parameters
    ----------
    secret : str
        Its name: group, version and key, with slashes between them.
    problem, remedy : str
        What is wrong, and what to do.
    """

    def __init__(self, secret: str, problem: str, remedy: str) -> None:
        self.secret = secret
        self.problem = problem
        super().__init__(problem, where=f"secret {secret}", remedy=remedy)


class CheckpointError(ShimError, NotImplementedError):
    """A run on a cluster that was given no place for checkpoints."""


class CacheError(FileError):
    """The file of the local cache, when it cannot be used.

    Parameters
    ----------
    path : str
        The file.
    problem, remedy : str
        What is wrong with it, and what to do.
    damaged : bool
        Whether it is no sound database, rather than out of reach.
    """

    def __init__(self, path: str, problem: str, remedy: str = "", *, damaged: bool = False) -> None:
        self.damaged = damaged
        super().__init__(path, problem, remedy)


class WorkflowError(ShimError, NotImplementedError):
    """What only a workflow could do, asked for outside of one."""


class ExecutionError(ShimError):
    """A run in a process of its own that failed, as its error document has it.

    Parameters
    ----------
    task : str
        The task's name.
    problem : str
        What went wrong, such as ``ValueError: no such table``.
    message : str
        The document's message, traceback included; empty without a document.
    code : str
        The error's code, such as ``USER:RuntimeError``; empty without a
        document.
    kind : str
        ``NON_RECOVERABLE`` or ``RECOVERABLE``; empty without a document.
    origin : str
        ``USER`` or ``SYSTEM``; empty without a document.
    remedy : str
        What to do.
    """

    def __init__(  # noqa: PLR0913  # the document's fields
        self,
        task: str,
        problem: str,
        *,
        message: str = "",
        code: str = "",
        kind: str = "",
        origin: str = "",
        remedy: str = "",
    ) -> None:
        self.task = task
        self.problem = problem
        self.message = message
        self.code = code
        self.kind = kind
        self.origin = origin
        super().__init__(problem, where=f"task {task}", remedy=remedy)


class CrashError(ExecutionError):
    """A run whose process ended with neither outputs nor an error document.

    Parameters
    ----------
    task : str
        The task's name.
    problem, remedy : str
        What happened to the process, and what to do.
    returncode : int or None
        Its exit code; below zero the number of the signal that ended it; None
        when it is not known.
    stderr : str
        The last lines that it wrote there.
    """

    def __init__(self, task: str, problem: str, remedy: str, *, returncode: int | None, stderr: str = "") -> None:
        super().__init__(task, problem, remedy=remedy)
        self.returncode = returncode
        self.stderr = stderr
        self.excerpt = stderr


class ExecutionTimeoutError(ExecutionError, TimeoutError):
    """A run that was ended because its time was up.

    Parameters
    ----------
    task : str
        The task's name.
    seconds : float
        The time that it had.
    """

    def __init__(self, task: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            task, f"it was ended after its {seconds:g} s were up", remedy="Give it more time, or less to do."
        )


class ExecutionCancelledError(ExecutionError):
    """A run that was cancelled.

    Parameters
    ----------
    task : str
        The task's name.
    seconds : float
        How long it had run.
    """

    def __init__(self, task: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(task, f"it was cancelled after {seconds:.3g} s")


class FlyteRecoverableException(ShimError):  # noqa: N818  # flytekit's name
    """Raised by an executor: it failed, and the engine may try the task again.

    Parameters
    ----------
    *args : object
        What is wrong.
    timestamp : float, optional
        When it happened, in seconds since 1970; when the run ended if left
        out.
    """

    error_code = "USER:Recoverable"

    def __init__(self, *args: object, timestamp: float | None = None) -> None:
        self.timestamp = timestamp
        super().__init__(", ".join(map(str, args)))


class FlyteUserRuntimeException(ShimError):  # noqa: N818  # flytekit's name
    """Raised by an executor around an error that its author, or its user, has to mend.

    The engine does not try the task again, unless the error is a
    `FlyteRecoverableException`.

    Parameters
    ----------
    exc_value : Exception
        The error. Its ``error_code``, if it has one, is the code that the
        engine shows.
    timestamp : float, optional
        When it happened, in seconds since 1970; when the run ended if left
        out.
    """

    def __init__(self, exc_value: BaseException, timestamp: float | None = None) -> None:
        self.value = exc_value
        self.timestamp = timestamp
        super().__init__(_text(exc_value))

    @property
    def error_code(self) -> str:
        """The code that the engine shows."""
        code = getattr(self.value, "error_code", None)
        return str(code) if isinstance(code, (str, int)) else "USER:RuntimeError"


class FlyteNonRecoverableSystemException(ShimError):  # noqa: N818  # flytekit's name
    """Raised by an executor around an error that trying the task again would not help.

    Parameters
    ----------
    exc_value : Exception
        The error.
    """

    def __init__(self, exc_value: BaseException) -> None:
        self.value = exc_value
        super().__init__(_text(exc_value))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # the error is a stranger's: its text may raise anything
        return f"<the text of a {type(error).__name__} that cannot be made>"


class CellError(ShimError):
    """A cell that does not define a task.

    Parameters
    ----------
    cell : str
        The name given to the cell on the magic's line.
    line : int or None
        The line of the cell, the magic's own line being 1; None for the cell
        as a whole.
    problem, remedy : str
        What is wrong with it, and what to do.
    """

    def __init__(self, cell: str, line: int | None, problem: str, remedy: str) -> None:
        self.cell = cell
        self.line = line
        self.problem = problem
        place = f"cell {cell}" if line is None else f"cell {cell}, line {line}"
        super().__init__(problem, where=place, remedy=remedy)
