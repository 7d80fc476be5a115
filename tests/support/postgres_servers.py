"""Several real PostgreSQL servers that a test may kill and stop: each a copy of one that is made
once a process, migrated and without rows.
"""

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psutil
from tests.support.databases import SERVICE_ROLE

from common.db import migrate, roles
from common.db.engine import psycopg_url
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.processes.sockets import reserved_port

OWNER_PASSWORD: Final = "of-the-owner"
SERVICE_PASSWORD: Final = "of-the-service"


class PostgresServer(EmbeddedPostgres):
    """A server with the service's role, at a port that it keeps when it is started again."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, port=reserved_port(), password=OWNER_PASSWORD, fast=True)

    @property
    def service_url(self) -> str:
        """Its database as the services' restricted role."""
        url = psycopg_url(self.url).set(username=SERVICE_ROLE, password=SERVICE_PASSWORD)
        return url.render_as_string(hide_password=False)

    def kill(self) -> None:
        """End it at once with all its sessions, as its host's end would."""
        self._signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()
        self._process = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It keeps its connections and takes new ones, and answers nothing."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        server = psutil.Process(self.process.pid)
        for each in (server, *server.children(recursive=True)):
            try:
                os.kill(each.pid, number)
            except ProcessLookupError:  # a session that has just ended
                continue


def create_template(directory: Path) -> Path:
    """Make the data directory that servers are copied from."""
    with PostgresServer(directory) as server:
        migrate.upgrade(server.url)
        roles.ensure_service_role(server.url, server.service_url)
    return server.data


@contextmanager
def running_servers(
    template: Path, place: Path, names: Sequence[str]
) -> Iterator[dict[str, PostgresServer]]:
    """Run a server of each name in a directory; all are gone in the end."""
    with ExitStack() as stack:
        servers = {}
        for name in names:
            (place / name).mkdir()
            (place / name).chmod(0o755)
            shutil.copytree(template, place / name / "data")
            (place / name / "data").chmod(0o700)
            servers[name] = stack.enter_context(PostgresServer(place / name))
        yield servers
