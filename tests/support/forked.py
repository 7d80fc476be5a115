"""Processes of a fork server (``tests.support.fork_server``) that has their imports: in all else
they are as ``python -m`` starts them.
"""

import atexit
import inspect
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.support import fork_server

_ROOM_FOR_A_NAME: Final = "." * 200
"""The command line that a forked process is shown by is written over this one."""
_GIVEN: Final = inspect.signature(
    subprocess.Popen._execute_child  # type: ignore[attr-defined]
)
_PIPES: Final = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
_servers: Final = list[socket.socket]()
_asking: Final = threading.Lock()


class Forked(subprocess.Popen[Any]):
    """``python -m`` with these arguments; pipes, signals and its end as of any other process.

    Only the step of ``subprocess`` is replaced that makes the process, which has no other handle.
    """

    def __init__(
        self,
        arguments: Sequence[str | os.PathLike[str]],
        *,
        end_with: signal.Signals | None = None,
        **given: Any,
    ) -> None:
        self._end_with = end_with
        super().__init__([sys.executable, "-m", *arguments], **given)

    def _execute_child(self, *given: Any) -> None:
        if sys.platform != "linux":
            super()._execute_child(*given)  # type: ignore[misc]
            return
        told = _GIVEN.bind(self, *given).arguments
        request = fork_server.Request(
            arguments=[os.fspath(each) for each in told["args"][2:]],
            environment=dict(os.environ if told["env"] is None else told["env"]),
            directory=os.fspath(told["cwd"] or Path.cwd()),
            own_session=told["start_new_session"],
            parent=os.getpid(),
            end_with=int(self._end_with or 0),
        )
        files = [
            standard if told[ours] == -1 else told[ours]
            for standard, ours in enumerate(("p2cread", "c2pwrite", "errwrite"))
        ]
        try:
            with _asking:
                self.pid = fork_server.ask(_server(), request, files)
            self._child_created = True
        finally:
            self._close_pipe_fds(*(told[each] for each in _PIPES))  # type: ignore[attr-defined]


def run(
    arguments: Sequence[str | os.PathLike[str]], **given: Any
) -> "subprocess.CompletedProcess[str]":
    """A process from its start to its end, with what it said."""
    pipe = subprocess.PIPE
    with Forked(arguments, stdout=pipe, stderr=pipe, text=True, **given) as process:
        told, complained = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, told, complained)


def served_by(server: socket.socket) -> None:
    """Have the processes of this process forked by another server than one of its own."""
    _servers[:] = [server]


def _server() -> socket.socket:
    """Where this process asks."""
    if not _servers:
        _servers.append(_started())
    return _servers[0]


def _started() -> socket.socket:
    """A server that ends with us."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", fork_server.__name__, str(theirs.fileno()), _ROOM_FOR_A_NAME],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
