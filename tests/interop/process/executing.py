"""Run a plugin's tasks with one library's entrypoint: ``python executing.py shimnb``, orders by the line.

The entrypoint is imported once. Each run has a process of its own, which is forked before the library has done
anything, so that it leaves nothing behind for the next one and may end as it likes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 60


def _entrypoint(library: str) -> Callable[[list[str]], Any]:
    if library == "flytekit":
        command = importlib.import_module("flytekit.bin.entrypoint").execute_task_cmd
        random = importlib.import_module("flytekit.interfaces.random").random

        def execute(arguments: list[str]) -> Any:
            random.seed()  # its names were the same in every fork
            return command.main(args=arguments, prog_name="pyflyte-execute")

        return execute
    return importlib.import_module("shimnb.runtime.entrypoint").main


def _in_a_process(work: Callable[[], Any], out: Path, environment: dict[str, str]) -> int:
    """Do `work` in a forked process; give its exit code, as `subprocess` would."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.alarm(_LONGEST)
            out.mkdir(parents=True, exist_ok=True)
            os.chdir(out)
            for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
                os.dup2(os.open(os.devnull if number == 0 else name, os.O_RDWR | os.O_CREAT), number)
            os.environ.update(environment)
            code = work() or 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException:  # noqa: BLE001  # as Python does at the end of a program
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def make(tasks: dict[str, dict[str, str]], into: Path, data: str) -> None:
    """Write the template and the inputs of each task, as this library makes them."""
    acme, sdk = sys.modules["acme"], sys.modules["sdk"]
    names = {**vars(acme), "DATA": data}
    settings = sdk.SerializationSettings(sdk.ImageConfig(), project="p", domain="d", version="v")
    ctx = sdk.FlyteContextManager.current_context()
    for name, case in tasks.items():
        inputs, outputs, given, values, custom, options = (
            eval(f"dict({case[key]})", names)  # noqa: S307  # the cases are this repository's own
            for key in ("inputs", "outputs", "given", "values", "custom", "options")
        )
        task = acme.AcmeTask(acme.Echo, sdk.Interface(inputs=inputs, outputs=outputs), custom or None, **options)
        literals = sdk.TypeEngine.dict_to_literal_map(ctx, values, given or inputs)
        folder = into / name
        folder.mkdir(parents=True)
        template = sdk.registered(task, settings)
        (folder / "template.pb").write_bytes(template.SerializeToString(deterministic=True))
        literals = literals.to_flyte_idl() if hasattr(literals, "to_flyte_idl") else literals
        (folder / "inputs.pb").write_bytes(literals.SerializeToString(deterministic=True))


def main(library: str) -> None:
    """Follow orders, until the pipe is closed."""
    importlib.import_module("sdk").install(library)
    entrypoint = _entrypoint(library)
    importlib.import_module("acme")
    gc.freeze()  # a fork would copy what its collector looks at
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "make":
            into = Path(order["into"])
            code = _in_a_process(lambda: make(order["tasks"], into, order["data"]), into, {})  # noqa: B023  # done at once
            answer: Any = code
        else:
            answer = {}
            for name, run in order["runs"].items():
                answer[name] = _in_a_process(
                    lambda: entrypoint(run["arguments"]),  # noqa: B023  # done at once
                    Path(run["folder"]),
                    run["environment"],
                )
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
