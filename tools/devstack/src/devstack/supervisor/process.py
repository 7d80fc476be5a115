"""Supervised child process: output by line, exit code, stop bounded in time."""

import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from devstack.processes.spawn import spawn
from devstack.processes.stopping import signal_group, stop_process
from devstack.supervisor.console import Console

REMEMBERED_LINES = 20
STOP_SECONDS = 15.0


@dataclass(frozen=True)
class ServiceSpec:
    """What to run: a name for people, a command, its whole environment, where it says it is ready.

    `readiness` is a URL that answers 200, a path that comes into being, or nothing at all.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    ready_url: str | None = None
    ready_file: str | None = None


class SupervisedProcess:
    """One service over its restarts."""

    def __init__(self, spec: ServiceSpec, console: Console) -> None:
        self.spec = spec
        self._console = console
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: threading.Thread | None = None
        self._last_lines: deque[str] = deque(maxlen=REMEMBERED_LINES)

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The child that runs or ran last."""
        return self._process

    @property
    def last_lines(self) -> list[str]:
        """The end of its output."""
        return list(self._last_lines)

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; from the main thread only."""
        process = spawn(
            self.spec.command,
            env=self.spec.environment,
            stdout=subprocess.PIPE,
        )
        if process.stdout is None:
            msg = "a pipe was asked for"
            raise RuntimeError(msg)
        self._process = process
        self._pump = threading.Thread(target=self._show, args=(process.stdout,), daemon=True)
        self._pump.start()
        return process

    def exit_code(self) -> int | None:
        """How it ended; None while it runs. What a dead leader left of its group is killed."""
        if self._process is None:
            return None
        code = self._process.poll()
        if code is not None:
            signal_group(self._process, signal.SIGKILL)
            self._finish_output()
        return code

    def stop(self, grace_seconds: float = STOP_SECONDS) -> bool:
        """Stop it and its children; True when it ended by itself in time."""
        if self._process is None:
            return True
        in_time = stop_process(
            self._process, stop_signal=signal.SIGTERM, grace_seconds=grace_seconds
        )
        self._finish_output()
        return in_time

    def _show(self, output: IO[bytes]) -> None:
        with output:
            for raw in output:
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                self._last_lines.append(line)
                self._console.log(self.spec.name, line)

    def _finish_output(self) -> None:
        if self._pump is not None:
            self._pump.join(timeout=2)
