"""A real kernel in a process of its own, spoken to as a front end does: cells, comms, interrupts, and a debugger's questions."""

from __future__ import annotations

import queue
import time
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 60


class Kernel:
    """A kernel, and all that it has published."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager = manager
        self.client = client
        self.published: list[dict[str, Any]] = []

    def listen(self, until: Callable[[], Any]) -> Any:
        """Take what is published until something holds; return what that is."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := until():
                return found
            try:
                self.published.append(self.client.get_iopub_msg(timeout=0.1))
            except queue.Empty:
                continue  # there is nothing just now
        pytest.fail(f"it did not come: {[message['content'] for message in self.published[-10:]]}")

    def start(self, code: str, **options: Any) -> str:
        """Run a cell, and do not wait for it; return its message's id."""
        return self.client.execute(code, **options)

    def reply(self, ident: str) -> dict[str, Any]:
        """Wait for a cell's reply."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == ident:
                return message["content"]
        pytest.fail("there was no reply")

    def run(self, code: str) -> str:
        """Run a cell that succeeds; return what it printed and answered."""
        ident = self.start(code)
        content = self.reply(ident)
        assert content["status"] == "ok", content
        self.listen(lambda: self._idle(ident))
        return "".join(
            message["content"].get("text") or message["content"].get("data", {}).get("text/plain", "")
            for message in self.published
            if message["parent_header"].get("msg_id") == ident and message["msg_type"] in ("stream", "execute_result")
        )

    def _idle(self, ident: str) -> bool:
        return any(
            message["parent_header"].get("msg_id") == ident
            and message["msg_type"] == "status"
            and message["content"]["execution_state"] == "idle"
            for message in self.published
        )

    def outputs(self) -> list[dict[str, Any]]:
        """Give what reached cells' outputs so far: streams and displays, but widgets."""
        return [
            message["content"]
            for message in self.published
            if message["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data")
        ]


class Form:
    """A form in a kernel, as its front end sees it."""

    def __init__(self, kernel: Kernel, comm: str) -> None:
        self.kernel = kernel
        self.comm = comm
        self.seen = 0

    def say(self, **content: Any) -> None:
        """Send a message, as a view does."""
        data = {"method": "custom", "content": {"view": "v", **content}}
        session = self.kernel.client.session
        message = session.msg("comm_msg", {"comm_id": self.comm, "data": data})
        self.kernel.client.shell_channel.send(message)

    def told(self) -> list[dict[str, Any]]:
        """Give what the form has told its views since the last `forget`."""
        return [
            message["content"]["data"]["content"]
            for message in self.kernel.published[self.seen :]
            if message["msg_type"] == "comm_msg"
            and message["content"]["comm_id"] == self.comm
            and message["content"]["data"].get("method") == "custom"
        ]

    def forget(self) -> None:
        """Look at what comes from now on."""
        self.seen = len(self.kernel.published)

    def wait(self, kind: str, holds: Callable[[dict[str, Any]], Any] = lambda _: True) -> dict[str, Any]:
        """Wait for a message of a kind."""
        return self.kernel.listen(lambda: next((m for m in self.told() if m["kind"] == kind and holds(m)), None))

    def set(self, **values: Any) -> None:
        """Fill in the form."""
        self.kernel.run(f"made.set(**{values!r})")

    def live(self) -> str:
        """Give what was printed while runs were going on."""
        return "".join(
            text for m in self.told() if m["kind"] == "run:live" for run in m["runs"] for _, text in run["parts"]
        )


CELL = r"""
%%shimtask task --no-panel
import os
import time

from shimnb import ShimTaskExecutor, progress


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, what: str = "", n: int = 1) -> int:
        seen = n * 2
        print("begin", what)
        if what == "display":
            from IPython.display import HTML, display

            display(HTML("<b>shown</b>"))
        for i in range(n):
            print("line", i)
            progress(i / n, f"{i} of {n}")
            time.sleep(0.05)
        if what == "loop":
            while True:
                n += 1
        if what == "fork":
            pid = os.fork()
            if pid == 0:
                print("child")
                return -1
            os.waitpid(pid, 0)
        if what == "group":
            os.killpg(0, 9)
        if what == "fail":
            raise ValueError("broken")
        return seen
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A kernel with the extension and a task."""
    manager, client = start_new_kernel()
    try:
        made = Kernel(manager, client)
        made.run("%load_ext shimnb\nimport shimnb")
        made.run(CELL.lstrip("\n"))
        yield made
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def form(kernel: Kernel) -> Iterator[Form]:
    """A form of it, with a view."""
    comm = kernel.run("made = shimnb.form(task)\nprint(made.comm.comm_id)").strip()
    opened = Form(kernel, comm)
    opened.forget()
    opened.say(kind="hello")
    opened.wait("run:status")
    yield opened
    kernel.run("for _ in range(2):\n    for run in made.runs:\n        run.cancel()\nmade.layout.close(); made.close()")
