"""PostgreSQL's own programs, from the wheel: dumps and copies as an operator makes them."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from tests.support.servers import Servers

from common.db.engine import psycopg_url
from devstack.embedded.binaries import postgres_installation


def plain(url: str) -> str:
    """A URL as libpq takes it."""
    return psycopg_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def tool(name: str, *arguments: str) -> str:
    """Run a program of PostgreSQL's; what it printed."""
    program = postgres_installation() / "bin" / name
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def dump(url: str, into: Path) -> Path:
    """Dump a database as docs/operations.md says."""
    tool("pg_dump", "--format=custom", f"--file={into}", f"--dbname={plain(url)}")
    return into


def restore(url: str, dumped: Path, *options: str) -> None:
    """Restore a dump, by the command of docs/operations.md."""
    tool("pg_restore", f"--dbname={plain(url)}", "--exit-on-error", *options, str(dumped))


@contextmanager
def empty_database(servers: Servers) -> Iterator[str]:
    """A database without any table, as the role that owns it."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(plain(servers.owner_url), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        url = psycopg_url(servers.owner_url).set(database=name)
        try:
            yield url.render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
