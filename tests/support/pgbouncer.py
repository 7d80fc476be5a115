"""PgBouncer in transaction mode before the tests' PostgreSQL, where Debian's program is there."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest
from tests.support import wait
from tests.support.databases import SERVICE_ROLE
from tests.support.servers import Servers

from common.db.engine import psycopg_url
from devstack.processes.account import server_account
from devstack.processes.sockets import reserved_port
from devstack.processes.spawn import server_environment, spawn

PROGRAM: Final = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
_SETTINGS: Final = """
[databases]
* = host={server.host} port={server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listening}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {place}/users.txt
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
"""
needed = pytest.mark.skipif(
    PROGRAM is None and os.environ.get("ANALYTICS_REQUIRE_PGBOUNCER") != "1",
    reason="PgBouncer is not installed",
)


@contextmanager
def pooler(servers: Servers, password: str, *, size: int) -> Iterator[int]:
    """A PgBouncer that gives a database's clients ``size`` sessions together; its port.

    It takes no start-up parameter that it does not know, as ``options``.
    """
    assert PROGRAM is not None, "PgBouncer is demanded and not installed"
    server, port = psycopg_url(servers.owner_url), reserved_port()
    with tempfile.TemporaryDirectory(prefix="analytics-pgbouncer-") as name:
        place = Path(name)
        (place / "users.txt").write_text(f'"{SERVICE_ROLE}" "{password}"\n')
        settings = _SETTINGS.format(server=server, listening=port, place=place, size=size)
        (place / "pgbouncer.ini").write_text(settings)
        for path in (place, *place.iterdir()):
            path.chmod(0o755)
        with _running([PROGRAM, str(place / "pgbouncer.ini")], place / "pgbouncer.log", port):
            yield port


@contextmanager
def _running(command: list[str], log: Path, port: int) -> Iterator[None]:
    with log.open("wb") as stream:
        process = spawn(command, env=server_environment(), stdout=stream, account=server_account())
    try:

        def ready() -> bool:
            assert process.poll() is None, log.read_text()
            return _answers(port)

        wait.until(ready, "PgBouncer")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(wait.PATIENCE_SECONDS)


def _answers(port: int) -> bool:
    """Whether somebody listens: nobody of that name is let in."""
    try:
        psycopg.connect(host="127.0.0.1", port=port, user="nobody", dbname="none")
    except psycopg.OperationalError as error:
        return "refused" not in str(error)
    return True


def through(port: int, url: str) -> str:
    """A database's URL by way of the pooler, as docs/operations.md has it."""
    pooled = psycopg_url(url).set(host="127.0.0.1", port=port)
    return pooled.update_query_dict({"prepare_threshold": "0"}).render_as_string(
        hide_password=False
    )
