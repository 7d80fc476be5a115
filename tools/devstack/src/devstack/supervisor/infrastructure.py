"""The two databases: those the environment names, else embedded ones that we start and watch."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devstack.embedded.logfile import last_lines
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.server import EmbeddedServer
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.reaper_client import ReaperClient
from devstack.supervisor.console import Console
from devstack.supervisor.errors import ProcessFailedError
from devstack.supervisor.external_servers import DatabaseUrls, external_database, service_url
from devstack.supervisor.log_tail import LogFollower
from devstack.supervisor.ports import POSTGRES, VALKEY, Ports
from devstack.supervisor.secrets import StateSecrets
from devstack.supervisor.state import StateDirectory


@dataclass(frozen=True)
class _Embedded:
    name: str
    server: EmbeddedServer
    process: subprocess.Popen[bytes]
    log: Path
    follower: LogFollower


@dataclass
class Infrastructure:
    """PostgreSQL and a Redis-compatible server, wherever they are."""

    state: StateDirectory
    secrets: StateSecrets
    ports: Ports
    console: Console
    reaper: ReaperClient
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    _running: list[_Embedded] = field(default_factory=list, init=False)

    def start_database(self) -> DatabaseUrls:
        """Reach the given database or start ours."""
        given = external_database(self.environment, self.secrets.service_password)
        if given is not None:
            self.console.log(POSTGRES, "using the database that the environment names")
            return given
        server = EmbeddedPostgres(
            self.state.postgres, port=self.ports.postgres, password=self.secrets.postgres_password
        ).start()
        self._watch(POSTGRES, server)
        where = f"127.0.0.1:{server.port}, data in {server.data}"
        self.console.log(POSTGRES, f"ready on {where}")
        return DatabaseUrls(server.url, service_url(server.url, self.secrets.service_password))

    def start_redis(self) -> str:
        """The URL of the given Redis server, or of ours, started."""
        given = self.environment.get("REDIS_URL", "").strip()
        if given:
            self.console.log(VALKEY, "using the server that the environment names")
            return given
        server = EmbeddedValkey(
            self.state.valkey, port=self.ports.valkey, password=self.secrets.valkey_password
        ).start()
        self._watch(VALKEY, server)
        self.console.log(VALKEY, f"ready on 127.0.0.1:{server.port}")
        return server.url

    def check(self) -> None:
        """Raise when a database of ours has ended: nothing works without it.

        Raises:
            ProcessFailedError: with the last lines of its log.
        """
        for one in self._running:
            code = one.process.poll()
            if code is not None:
                reason = f"ended unexpectedly (exit code {code}); log: {one.log}"
                raise ProcessFailedError(one.name, reason, last_lines(one.log))

    def stop(self) -> None:
        """Stop what we started, last first."""
        while self._running:
            one = self._running.pop()
            one.follower.stop()
            one.server.stop()
            self.reaper.unregister(one.process)

    def kill(self) -> None:
        """Have ours end at once; what was committed is kept."""
        for one in self._running:
            if one.process.poll() is None:
                one.process.send_signal(one.server.kill_signal)

    def _watch(self, name: str, server: EmbeddedServer) -> None:
        if server.process is None:
            msg = "a started server has a process"
            raise RuntimeError(msg)
        self.reaper.register(server.process, server.stop_signal)
        follower = LogFollower(server.log, lambda line: self.console.log(name, line)).start()
        self._running.append(_Embedded(name, server, server.process, server.log, follower))
