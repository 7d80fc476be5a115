"""Base class of the embedded servers: a directory, a port, one process, start and stop."""

import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from devstack.processes.stopping import stop_process


class EmbeddedServer(ABC):
    """A server in a directory, started and stopped by this process; a context manager.

    It must be started from the main thread (see `spawn`), and it is gone when this process is.
    """

    stop_signal: ClassVar[signal.Signals]
    """The signal for an orderly end."""
    kill_signal: ClassVar[signal.Signals]
    """The signal for an immediate end that loses nothing acknowledged."""
    stop_seconds: ClassVar[float]

    def __init__(self, directory: Path, *, port: int | None, password: str) -> None:
        # A server starts in its own directory, where a relative path names another.
        self._directory = directory.resolve()
        self._wanted_port = port
        self._port = port or 0
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the first start when none was asked for."""
        return self._port

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server; None when it was not started or was stopped."""
        return self._process

    @property
    @abstractmethod
    def url(self) -> str:
        """Where a client connects, password included."""

    @property
    @abstractmethod
    def log(self) -> Path:
        """The server's log file."""

    @abstractmethod
    def start(self) -> Self:
        """Start the server, return when it answers.

        Raises:
            EmbeddedServerError: it cannot; nothing is left running.
        """

    def stop(self) -> None:
        """End the server; everything it acknowledged is kept. Does nothing when it is not up."""
        if self._process is None:
            return
        stop_process(
            self._process,
            stop_signal=self.stop_signal,
            kill_signal=self.kill_signal,
            grace_seconds=self.stop_seconds,
        )
        self._process = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()
