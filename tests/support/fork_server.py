"""A fork server: it has imported the services once, and forks a process of one when asked.

A service imports a thousand modules before it does anything, which is most of what a start costs,
while a test that starts one is seldom about that. The forked process runs the same entry point
(``python -m``) with the environment, the arguments and the files it was given, as a child of who
asked. ``tests.support.forked`` asks.

Usage: python -m tests.support.fork_server SOCKET
"""

import ctypes
import gc
import importlib
import io
import json
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.cli import COMMANDS
from devstack.processes.child import end_with

NEEDED: Final[Mapping[str, Sequence[str]]] = {
    "share_api": ("share_api.main", "uvicorn.loops.uvloop", "uvicorn.lifespan.on"),
    "report_viewer": ("report_viewer.main", "uvicorn.loops.uvloop", "uvicorn.lifespan.on"),
    "worker": ("worker.main", "celery.apps.worker", "celery.apps.beat", "kombu.transport.redis"),
    "analytics": ("analytics.cli",),
    "tests.support.forked_up": ("tests.support.forked_up", "share_api.main", "worker.main"),
}
"""What a module's processes import, beside itself, when they start."""
_LENGTH_BYTES: Final = 8
_FILES: Final = 3
_OURS: Final = Path("/proc/self")
_PR_SET_CHILD_SUBREAPER: Final = 36


@dataclass(frozen=True)
class Request:
    """A process that is wanted: ``python -m`` with these arguments."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    directory: str
    own_session: bool
    parent: int
    end_with: int
    """The signal at the parent's end; 0 for none."""

    def run(self) -> None:
        """Be that process, from its entry point to its end."""
        module, *arguments = self.arguments
        sys.argv[:] = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def ask(server: socket.socket, request: Request, files: Sequence[int]) -> int:
    """Have a process forked with these as its standard input, output and error; its id.

    It was forked by a process that has ended, and so belongs to who asked, who adopts it.
    """
    text = json.dumps(vars(request)).encode()
    _adopt(orphans=True)
    try:
        socket.send_fds(server, [len(text).to_bytes(_LENGTH_BYTES)], files)
        server.sendall(text)
        told = _received(server, _LENGTH_BYTES)
    finally:
        _adopt(orphans=False)
    return int.from_bytes(told)


def served(asked: socket.socket) -> Request | None:
    """Serve until who asks has ended; the request is returned in the process it wants."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        length, files, _, _ = socket.recv_fds(asked, _LENGTH_BYTES, _FILES)
        if not length:
            return None
        request = Request(**json.loads(_received(asked, int.from_bytes(length))))
        _import(request)
        process = _forked(request, files)
        if process is None:
            return request
        for each in files:
            os.close(each)
        asked.sendall(process.to_bytes(_LENGTH_BYTES))


def _import(request: Request) -> None:
    """Load what the process would load first; whoever comes next finds it loaded.

    What cannot be loaded is the process's to tell.
    """
    module, *arguments = request.arguments
    wanted = [*NEEDED.get(module, ())]
    if module == "analytics" and arguments and arguments[0] in COMMANDS:
        wanted.append(f"analytics.commands.{COMMANDS[arguments[0]].module}")
    gc.disable()
    with suppress(Exception):
        for each in wanted:
            importlib.import_module(each)
    gc.freeze()
    gc.enable()
    if len(list(_OURS.joinpath("task").iterdir())) > 1:
        raise AssertionError("a process with threads cannot be forked")


def _forked(request: Request, files: Sequence[int]) -> int | None:
    """The new process; None in it. Its parent here ends at once, so that it gets the one it asks
    for.
    """
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        process = os.fork()
        if process:
            os.write(writing, process.to_bytes(_LENGTH_BYTES))
            os._exit(0)
        _prepare(request, files)
        return None
    os.close(writing)
    told = os.read(reading, _LENGTH_BYTES)
    os.close(reading)
    os.waitpid(between, 0)
    return int.from_bytes(told)


def _prepare(request: Request, files: Sequence[int]) -> None:
    """Make of a copy of the server what a new process would be."""
    for number, each in enumerate(files):
        os.dup2(each, number)
    os.closerange(_FILES, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    os.chdir(request.directory)
    if request.own_session:
        os.setsid()
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, io.TextIOWrapper)
        stream.reconfigure(write_through="PYTHONUNBUFFERED" in os.environ)
    _name(f"{sys.executable} -m {' '.join(request.arguments)}")
    while os.getppid() != request.parent:
        time.sleep(0.001)
    if request.end_with:
        end_with(request.parent, request.end_with)


def _name(command: str) -> None:
    """Be shown by a command line: whatever looks for a service among processes finds it."""
    numbers = _OURS.joinpath("stat").read_text().rpartition(")")[2].split()
    start, end = int(numbers[45]), int(numbers[46])
    text = command.encode()[: end - start - 2]
    # A last byte that is not zero tells the kernel that all up to the first zero is the name.
    ctypes.memmove(start, text.ljust(end - start - 1, b"\0") + b".", end - start)


def _received(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise EOFError("the fork server has ended")
        data += part
    return data


def _adopt(*, orphans: bool) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0)


def main() -> None:
    """Serve, or be what was asked for."""
    request = served(socket.socket(fileno=int(sys.argv[1])))
    if request is not None:
        request.run()


if __name__ == "__main__":
    main()
