"""What the notebook's tests stand on: a real IPython in this process, and kernels of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from jupyter_client.manager import start_new_kernel
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shell:
    """A real IPython in this process, and what it shows."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        self.ip = InteractiveShell.instance(config=config, colors="nocolor")
        self.names = self.ip.user_ns

    def run(self, text: str) -> str:
        """Run a cell that succeeds, and return what it printed."""
        ok, out = self.try_run(text)
        assert ok, out
        return out

    def fail(self, text: str) -> str:
        """Run a cell that fails, and return what it showed."""
        ok, out = self.try_run(text)
        assert not ok, out
        return out.strip()

    def try_run(self, text: str) -> tuple[bool, str]:
        with capture_output() as captured:
            result = self.ip.run_cell(text, silent=False)
        shown = "".join(f"{each.data['text/plain']}\n" for each in captured.outputs)
        return result.success, captured.stdout + captured.stderr + shown

    def complete(self, text: str, cursor: int | None = None) -> list[str]:
        """Return what may be written at the cursor, each as it would replace what is there."""
        from IPython.core.completer import provisionalcompleter  # noqa: PLC0415  # experimental, it says

        with provisionalcompleter():
            found = list(self.ip.Completer.completions(text, len(text) if cursor is None else cursor))
        return [each.text for each in found]


class Kernel:
    """A kernel in a process of its own."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, code: str) -> tuple[str, list[dict[str, Any]]]:
        """Run a cell; return its status and its messages."""
        messages: list[dict[str, Any]] = []
        reply = self.client.execute_interactive(code, timeout=60, output_hook=messages.append)
        return reply["content"]["status"], messages

    def text(self, code: str) -> str:
        """Run a cell that succeeds; return what it printed, displayed and answered, as text."""
        status, messages = self.run(code)
        parts = []
        for message in messages:
            content = message["content"]
            if message["msg_type"] == "stream":
                parts.append(content["text"])
            elif message["msg_type"] in ("display_data", "execute_result"):
                parts.append(content["data"]["text/plain"] + "\n")
        assert status == "ok", messages
        return "".join(parts)

    def complete(self, code: str, cursor: int | None = None) -> tuple[str, list[str]]:
        """Ask for completions; return the text that they replace, and them."""
        at = len(code) if cursor is None else cursor
        content = self.client.complete(code, at, reply=True, timeout=60)["content"]
        assert content["status"] == "ok"
        return code[content["cursor_start"] : content["cursor_end"]], content["matches"]


@pytest.fixture
def shell() -> Iterator[Shell]:
    """IPython with the extension loaded."""
    InteractiveShell.clear_instance()
    made = Shell()
    made.run("%load_ext shimnb")
    yield made
    made.run("%unload_ext shimnb")
    made.ip.restore_sys_module_state()
    InteractiveShell.clear_instance()


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A kernel with the extension loaded, the same for a module's tests."""
    manager, client = start_new_kernel()
    try:
        made = Kernel(client)
        made.text("%load_ext shimnb")
        yield made
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
