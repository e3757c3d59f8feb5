"""The process between a notebook and an isolated run: it starts the run, waits for it, and leaves nothing of it.

It is a script that `start.py` starts by its path, in a Python without
site-packages, so that it costs a few milliseconds. The run's process is its
child, and on Linux whatever that one leaves behind is handed to it too, with
a session of its own or without. Its standard input is a pipe from the
notebook's process: a line is a request to end the run, with the seconds of
grace; the pipe's end is the end of the notebook's process, in whatever way.
"""

from __future__ import annotations

import os
import sys

# Not from typing: importing that takes as long as starting Python does.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    import psutil

__all__ = ["MARK", "STATUS", "end_marked", "main", "remove_folder"]

MARK = "SHIMNB_RUN"
"""The environment variable that every process of a run carries."""

STATUS = "status"
"""The file that says how the run's process ended: its exit code, or a signal's number below zero."""

_LINGER = 0.25
"""Seconds that what the run's process left behind has to end by itself, as multiprocessing's helpers do."""
_LAST = 10.0
"""Seconds after which a process that cannot be killed is given up: it waits for a device."""
_PULSE = 1.0
"""Seconds between two looks at whether the notebook's process is there: a fork of it may hold the pipe open."""
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h


def main(arguments: Sequence[str]) -> None:
    """Run a command, and leave nothing of it.

    Parameters
    ----------
    arguments : sequence of str
        The number of the notebook's process; the folder with psutil; the
        run's folder; when the notebook's process has died, another folder
        that goes, and one that goes if it is empty then, each of them ``""``
        for none; and the command.
    """
    parent, site, folder, raw, sandbox, *command = arguments
    # First of all: the run starts while this process imports what it needs for the rest of its life.
    pid = os.fork()
    if pid == 0:
        _become(command)
    sys.path.append(site)
    guard = _Guard(pid, int(parent))
    alone = guard.watch()
    guard.end()
    if alone:
        remove_folder(folder)
        if raw:
            remove_folder(raw)
        if sandbox:
            _remove_empty(sandbox)
    elif guard.status is not None:
        # The run may have removed even that.
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, STATUS), "w", encoding="ascii") as file:
            file.write(str(os.waitstatus_to_exitcode(guard.status)))


def _become(command: list[str]) -> None:
    try:
        # A session of its own: what the run does to its process group does not reach this process.
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execv(command[0], command)  # noqa: S606  # the command is isolated.py's
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


class _Guard:
    """What is left of a run, and how its process ended."""

    def __init__(self, pid: int, parent: int) -> None:
        import signal

        self._pid = pid
        self._parent = parent
        self._adopts = _adopt()
        self.status: int | None = None
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def watch(self) -> bool:
        """Wait until nothing is left, or time is up; tell whether the notebook's process has died."""
        import time

        end = ended = None
        while self._reap():
            now = time.monotonic()
            if self.status is not None and ended is None:
                ended = now
                end = end or now + _LINGER
            if end is not None and now >= end:
                break
            request = self._wait(_PULSE if end is None else min(_PULSE, end - now))
            if request is None:
                return True
            if request:
                end = now + float(request)
                self._each("terminate")
        return False

    def end(self) -> None:
        """Kill what is left."""
        import time

        last = time.monotonic() + _LAST
        while time.monotonic() < last:
            if not self._reap() and (self._adopts or not _marked(os.environ.get(MARK, ""))):
                return
            self._each("kill")
            time.sleep(0.005)

    def _reap(self) -> bool:
        """Take note of what has ended; tell whether anything is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self._pid:
                self.status = status

    def _wait(self, seconds: float) -> str | None:
        """Wait for an end or a request; give the request, or None when there is nobody left who could make one."""
        import select

        ready, _, _ = select.select([0, self._wake], [], [], seconds)
        if self._wake in ready:
            os.read(self._wake, 4096)
        if os.getppid() != self._parent:
            return None
        if 0 not in ready:
            return ""
        requests = os.read(0, 4096).decode("ascii").split()
        return requests[-1] if requests else None

    def _each(self, method: str) -> None:
        import psutil

        found = psutil.Process().children(recursive=True)
        if not self._adopts:
            found += _marked(os.environ.get(MARK, ""))
        _call(found, method)


def _adopt() -> bool:
    """Have the orphans below this process handed to it; tell whether that is so."""
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        one = ctypes.c_ulong(1)
        return bool(ctypes.CDLL(None).prctl(_SUBREAPER, one, one, one, one) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def _marked(mark: str) -> list[psutil.Process]:
    """Find the processes of a run by what stands in their environment, this one excepted."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                found.append(process)
        except (psutil.Error, OSError):  # noqa: PERF203  # it has ended, or is another person's
            continue
    return found


def _call(processes: Sequence[psutil.Process], method: str) -> None:
    import psutil

    for process in processes:
        try:
            getattr(process, method)()
        except psutil.Error:  # noqa: PERF203  # as above
            continue


def end_marked(mark: str) -> None:
    """Kill every process of a run whose guard is gone.

    Parameters
    ----------
    mark : str
        What stands in their environment.
    """
    import time

    last = time.monotonic() + _LAST
    while time.monotonic() < last:
        found = _marked(mark)
        if not found:
            return
        _call(found, "kill")
        time.sleep(0.01)


def remove_folder(path: str) -> None:
    """Remove a folder, also where the run took its own rights away from it; one that is not there is no error.

    Parameters
    ----------
    path : str
        The folder.
    """
    import contextlib
    import shutil

    # It goes down by recursion, and no deeper than that.
    with contextlib.suppress(RecursionError):
        shutil.rmtree(path, ignore_errors=True)
    if os.path.isdir(path) and not os.path.islink(path):
        with contextlib.suppress(OSError):
            _take_apart(path)
        shutil.rmtree(path, ignore_errors=True)


def _take_apart(path: str) -> None:
    """Bring each folder below another one up to the first level, and empty it there: no path gets too long."""
    os.chmod(path, 0o700)
    while inner := [entry.path for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False)]:
        for folder in inner:
            os.chmod(folder, 0o700)
            for entry in list(os.scandir(folder)):
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.path, 0o700)
                    os.rename(entry.path, os.path.join(path, os.urandom(16).hex()))
                else:
                    os.remove(entry.path)
            os.rmdir(folder)


def _remove_empty(path: str) -> None:
    for root, _, _ in os.walk(path, topdown=False):
        try:
            os.rmdir(root)
        except OSError:  # noqa: PERF203  # it holds what other runs left
            continue


if __name__ == "__main__":
    main(sys.argv[1:])
