from __future__ import annotations

import linecache
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

from shimnb.notebook.cell import is_cell_file
from shimnb.notebook.magic import ShimMagics, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOUBLE = "%%shimtask double --no-panel\ndef execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"

# What an extension may leave behind, of the shell and of the process.
SNAPSHOT = """
def snapshot(shell):
    import linecache, sys, threading
    manager = shell.magics_manager
    return {
        "magics": {kind: sorted(manager.magics[kind]) for kind in manager.magics},
        "registry": sorted(manager.registry),
        "matchers": list(map(repr, shell.Completer.custom_matchers)),
        "completers": repr(shell.Completer.custom_completers),
        "hooks": {name: repr(hook) for name, hook in sorted(shell.hooks.items())},
        "cleanup": list(map(repr, shell.input_transformers_cleanup)),
        "post": list(map(repr, shell.input_transformers_post)),
        "ast": list(map(repr, shell.ast_transformers)),
        "events": {name: list(map(repr, found)) for name, found in shell.events.callbacks.items()},
        "configurables": list(map(repr, shell.configurables)),
        "printers": sorted(
            str(key) for each in shell.display_formatter.formatters.values()
            for key in [*each.type_printers, *each.deferred_printers]
        ),
        "exceptions": repr(shell.custom_exceptions),
        "modules": sorted(name for name in sys.modules if name.startswith("shimcells")),
        "finders": list(map(repr, sys.meta_path)),
        "lines": sorted(name for name in linecache.cache if name.startswith("cell ") or "/cell " in name),
        "threads": sorted(thread.name for thread in threading.enumerate() if "shimnb" in thread.name),
    }
"""
WORK = [
    DOUBLE,
    DOUBLE.replace("n * 2", "n + n").replace(" --no-panel", ""),
    "%shimtask list",
    "%shimtask run double n=4",
    "%shimtask show double",
    "%shimtask panel double",
    "%shimtask diff double",
    "%shimtask reload double",
    DOUBLE.replace("double", "triple"),
    "%shimtask delete triple",
]
MISTAKES = ["%%shimtask double\nx =", "%%shimtask broken\n1 / 0", "%shimtask show nobody"]


def test_unloading_takes_everything_back(shell):
    """After any work the shell's registries, the modules and the lines are what they were before loading."""
    shell.run("%unload_ext shimnb")
    scope: dict[str, Any] = {}
    exec(SNAPSHOT, scope)  # noqa: S102  # the same code as in the kernel
    before = scope["snapshot"](shell.ip)
    shell.run("%load_ext shimnb")
    for cell in WORK:
        shell.run(cell)
    for cell in MISTAKES:
        shell.fail(cell)
    assert shell.complete("%%shimtask double --im") == ["--image"]
    assert scope["snapshot"](shell.ip) != before
    shell.run("%unload_ext shimnb")
    assert scope["snapshot"](shell.ip) == before
    assert shell.names["double"](n=1) == 2


def test_a_kernel_is_left_as_it_was(kernel):
    """In a kernel too, where a thread loads the widgets; each comm that was opened is closed."""
    kernel.text("%unload_ext shimnb")
    kernel.text(SNAPSHOT + "\nbefore = snapshot(get_ipython())")
    messages: list[dict[str, Any]] = []
    for cell in ["%load_ext shimnb", *WORK, "%unload_ext shimnb"]:
        status, shown = kernel.run(cell)
        assert status == "ok", shown
        messages += shown
    assert kernel.text("snapshot(get_ipython()) == before") == "True\n"
    opened = [each["content"]["comm_id"] for each in messages if each["msg_type"] == "comm_open"]
    closed = [each["content"]["comm_id"] for each in messages if each["msg_type"] == "comm_close"]
    assert opened
    assert sorted(opened) == sorted(closed)
    assert kernel.text("double(n=5)") == "10\n"
    kernel.text("%load_ext shimnb")


@pytest.fixture
def other(kernel) -> Iterator[Any]:
    """One more kernel."""
    manager, client = start_new_kernel()
    try:
        yield type(kernel)(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_unloading_at_once_waits_for_the_widgets(other):
    """The thread that loads them is at its end when the extension is gone."""
    other.text("%load_ext shimnb\n%unload_ext shimnb\nimport threading")
    assert other.text("[each.name for each in threading.enumerate() if each.name == 'shimnb']") == "[]\n"


def test_reloading_forgets_the_cells_and_keeps_their_tasks(shell):
    """The tasks of before are plain variables: they run and are shown, but have no cell to reload."""
    shell.run(DOUBLE)
    shell.run("%reload_ext shimnb")
    assert shell.names["double"](n=3) == 6
    assert shell.run("%shimtask list").splitlines()[1].startswith("double  ")
    assert shell.fail("%shimtask reload double") == (
        "UsageError: no cell is named 'double'. `%shimtask list` names them."
    )
    shell.run(DOUBLE)
    shell.run("%shimtask reload double")


def test_loading_twice_registers_once(shell):
    """A second load takes the first one's place."""
    before = [list(shell.ip.input_transformers_cleanup), len(shell.ip.Completer.custom_matchers)]
    configurables = len(shell.ip.configurables)
    load(shell.ip)
    assert [list(shell.ip.input_transformers_cleanup), len(shell.ip.Completer.custom_matchers)] == before
    assert len(shell.ip.configurables) == configurables
    assert isinstance(shell.ip.magics_manager.registry["ShimMagics"], ShimMagics)


def test_two_kernels_do_not_disturb_each_other(kernel, other):
    """The same name in two kernels is two tasks; unloading in one leaves the other."""
    other.text("%load_ext shimnb")
    kernel.text(DOUBLE)
    other.text(DOUBLE.replace("n * 2", "n * 20"))
    assert (kernel.text("double(n=1)"), other.text("double(n=1)")) == ("2\n", "20\n")
    other.text("%unload_ext shimnb")
    assert kernel.text("%shimtask run double n=2") == "4\n"
    assert kernel.text("%shimtask list").count("double") == 1


@pytest.fixture
def configured(tmp_path: Path) -> dict[str, str]:
    """An environment with a profile that loads the extension."""
    profile = tmp_path / "profile_default"
    profile.mkdir()
    (profile / "ipython_config.py").write_text('c.InteractiveShellApp.extensions = ["shimnb"]\n')
    return {**os.environ, "IPYTHONDIR": str(tmp_path)}


def test_a_terminal_loads_the_extension_from_its_configuration(configured: dict[str, str]):
    """`c.InteractiveShellApp.extensions` is enough; the answer is a text, and help is there."""
    script = (
        f"ip = get_ipython()\nip.run_cell({DOUBLE.replace(' --no-panel', '')!r})\nip.run_cell('%shimtask run double')"
    )
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", script]
    done = subprocess.run(command, env=configured, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.startswith("double · python-task · "), done.stderr
    assert "4" in done.stdout.splitlines()[-1]


def test_a_kernel_loads_the_extension_from_its_configuration(kernel, configured: dict[str, str]):
    """A notebook's kernel reads the same configuration."""
    manager, client = start_new_kernel(env=configured)
    try:
        other = type(kernel)(client)
        assert "shimtask" in other.text("%lsmagic")
        assert other.complete("%%shimtask t --im") == ("--im", ["--image"])
        other.text(DOUBLE)
        assert other.text("%shimtask run double n=4") == "8\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_failed_cell_leaves_its_lines_until_the_next(shell):
    """For its traceback the text of the last failure stays, and that alone; unloading takes it too."""
    shell.fail("%%shimtask a\n1 / 0")
    shell.fail("%%shimtask b\n1 / 0")
    assert {value[-1][:6] for value in linecache.cache.values() if is_cell_file(value[-1])} == {"cell b"}
    shell.run("%unload_ext shimnb")
    assert not [key for key, value in linecache.cache.items() if is_cell_file(value[-1])]
