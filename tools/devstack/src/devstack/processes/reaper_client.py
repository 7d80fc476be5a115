"""Client of the reaper: registers the processes that must not outlive this one."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Self

from devstack.processes import reaper

REAPER_PROGRAM = Path(reaper.__file__).resolve()
EARLIER_RUN_SECONDS = 30.0


class EarlierRunError(Exception):
    """Processes of an earlier, killed run do not end."""

    def __init__(self, lock: Path) -> None:
        super().__init__(f"processes of an earlier run are still ending (lock: {lock}): try again")
        self.lock = lock


class ReaperClient:
    """A running reaper, for as long as the context lasts.

    It holds a lock file until everything registered is gone, so that the next run on the same
    directory can wait for what a killed one left.
    """

    def __init__(self, lock: Path) -> None:
        self._lock = lock
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Wait for the reaper of an earlier run to finish, then start ours."""
        with self._lock.open("a") as stream:
            _take(stream, self._lock)
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-S", str(REAPER_PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(stream.fileno(),),
                start_new_session=True,
                cwd="/",
                text=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Let the reaper finish: it ends by force whatever is still registered."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()
        self._process = None

    def register(self, process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
        """End this process, by `stop_signal` at first, should we be killed."""
        self._send(f"+{process.pid} {int(stop_signal)}")

    def unregister(self, process: subprocess.Popen[bytes]) -> None:
        """Forget a process that ended."""
        self._send(f"-{process.pid}")

    def _send(self, line: str) -> None:
        if self._process is None or self._process.stdin is None:
            return
        with contextlib.suppress(OSError):  # a reaper that was killed: the kernel's signal remains
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()


def _take(stream: IO[str], path: Path) -> None:
    deadline = time.monotonic() + EARLIER_RUN_SECONDS
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                raise EarlierRunError(path) from None
            time.sleep(0.1)
        else:
            os.set_inheritable(stream.fileno(), False)
            return
