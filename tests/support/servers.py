"""Which PostgreSQL and Redis the tests talk to: given, in containers, or embedded. Never a mock.

``DATABASE_URL`` (a role that may create databases and roles) and ``REDIS_URL`` win. Else
``TEST_SERVERS`` says which: ``embedded``, the default, takes those from wheels; ``docker`` takes
containers, and a run without a Docker that has the images fails. Nothing is chosen by what a
machine happens to have, so that the same command runs on the same servers everywhere.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey

POSTGRES_IMAGE = "postgres:18"
VALKEY_IMAGE = "valkey/valkey:9"
EMBEDDED = "embedded (PostgreSQL and Valkey from wheels)"
_DOCKER_API = "1.41"
_DOCKER_SOCKET = Path("/var/run/docker.sock")
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where it is; what is made in it has a name of its own
_ROOM = 8 * 1024**3
"""Bytes: the servers' files came to 0.9 GiB in a whole run, and its processes need memory, too."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers of a test run are, and how they came to be."""

    owner_url: str
    redis_url: str
    kind: str


class NoServersError(Exception):
    """The servers that were asked for are not to be had."""


@contextmanager
def running_servers(environment: Mapping[str, str] = os.environ) -> Iterator[Servers]:
    """The servers of one test run, stopped at its end when the run started them.

    Raises:
        NoServersError: TEST_SERVERS names none, or Docker does not have them.
    """
    database, redis = environment.get("DATABASE_URL"), environment.get("REDIS_URL")
    chosen = environment.get("TEST_SERVERS") or "embedded"
    if database and redis:
        yield Servers(database, redis, "given by DATABASE_URL and REDIS_URL")
    elif chosen == "embedded":
        with _embedded() as servers:
            yield servers
    elif chosen != "docker":
        raise NoServersError(f"TEST_SERVERS is embedded or docker, not {chosen!r}")
    elif not docker_has_images(POSTGRES_IMAGE, VALKEY_IMAGE):
        raise NoServersError(
            f"TEST_SERVERS=docker takes a Docker that has {POSTGRES_IMAGE} and {VALKEY_IMAGE}"
        )
    else:
        with _containers() as servers:
            yield servers


@contextmanager
def redis_of_process(servers: Servers, number: int) -> Iterator[str]:
    """The Redis of one of the processes that run tests, by its number.

    An embedded one is a server to itself: a channel is heard in all logical databases of a server.
    Else it is a logical database.
    """
    if servers.kind != EMBEDDED:
        yield f"{servers.redis_url.rsplit('/', 1)[0]}/{number}"
        return
    password = secrets.token_urlsafe(16)
    with (
        _open_directory() as name,
        EmbeddedValkey(Path(name) / "valkey", password=password) as valkey,
    ):
        yield valkey.url


def docker_has_images(*names: str) -> bool:
    """Whether Docker answers and has these images: a ping alone says nothing of them."""
    import docker  # noqa: PLC0415 - slow, and of no use without a daemon
    from docker.errors import DockerException  # noqa: PLC0415

    if not _DOCKER_SOCKET.is_socket() and "DOCKER_HOST" not in os.environ:
        return False
    # A given API version asks the daemon nothing yet.
    client = docker.client.DockerClient.from_env(version=_DOCKER_API, timeout=5)
    try:
        for image in names:
            client.images.get(image)
    except (DockerException, OSError):
        return False
    finally:
        client.close()
    return True


@contextmanager
def _containers() -> Iterator[Servers]:
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415
    from testcontainers.community.redis import RedisContainer  # noqa: PLC0415
    from testcontainers.core.config import testcontainers_config  # noqa: PLC0415

    # It takes away what a killed run left. Without its image it would be pulled, which may fail.
    if not docker_has_images(testcontainers_config.ryuk_image):
        testcontainers_config.ryuk_disabled = True
    password = secrets.token_urlsafe(16)
    with (
        PostgresContainer(POSTGRES_IMAGE, driver="psycopg", password=password).with_command(
            "postgres -c max_connections=300 -c fsync=off"
        ) as postgres,
        RedisContainer(VALKEY_IMAGE, password=password) as valkey,
    ):
        port = valkey.get_exposed_port(6379)
        yield Servers(
            postgres.get_connection_url(),
            f"redis://:{password}@{valkey.get_container_host_ip()}:{port}/0",
            f"testcontainers ({POSTGRES_IMAGE}, {VALKEY_IMAGE})",
        )


@contextmanager
def _embedded() -> Iterator[Servers]:
    password = secrets.token_urlsafe(16)
    with (
        _open_directory() as name,
        EmbeddedPostgres(Path(name) / "postgres", password=password, fast=True) as postgres,
        EmbeddedValkey(Path(name) / "valkey", password=password) as valkey,
    ):
        _save_effort(postgres.url)
        yield Servers(postgres.url, valkey.url, EMBEDDED)


def _save_effort(url: str) -> None:
    """No autovacuum, which looks at every database, and cheap hashes of the passwords yet to come.

    No test lasts so long that it would be vacuumed, and each begins with some connections.
    """
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("ALTER SYSTEM SET scram_iterations = 1")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def _open_directory() -> Iterator[str]:
    """A directory that PostgreSQL's unprivileged user can enter, in memory where that has room.

    A database of a test's own is 600 files, which a disk's file system takes four times as long to
    make and to delete.
    """
    with tempfile.TemporaryDirectory(
        prefix="analytics-tests-", dir=_in_memory(), ignore_cleanup_errors=True
    ) as name:
        Path(name).chmod(0o755)
        yield name


def _in_memory() -> Path | None:
    """Where files are kept in memory, if a run and its servers fit; else None."""
    if not os.access(_SHARED_MEMORY, os.W_OK):
        return None
    room = min(psutil.disk_usage(str(_SHARED_MEMORY)).free, psutil.virtual_memory().available)
    return _SHARED_MEMORY if room >= _ROOM else None
