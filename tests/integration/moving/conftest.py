"""A home and a further server, and three servers that are real ones."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import anyio_backend, patient, run
from tests.support.databases import Databases
from tests.support.moved_tenants import Fleet, fleet_of
from tests.support.postgres_servers import create_template, running_servers
from tests.support.sharded import SHARDS, Sharded, deployment_of

from common.db.shards import HOME

__all__ = ["anyio_backend", "patient", "run"]

SERVERS = ("home", "east")


@pytest.fixture
def fleet(databases: Databases, redis_client: Redis) -> Iterator[Fleet]:
    """Databases of one server are enough to tell what is where."""
    with ExitStack() as stack:
        urls = {name: stack.enter_context(databases.fresh()) for name in SERVERS}
        yield stack.enter_context(fleet_of(urls, redis_client))


@pytest.fixture
def three_servers() -> Iterator[Sharded]:
    """A deployment of three PostgreSQL servers."""
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="analytics-", ignore_cleanup_errors=True)
        place = Path(stack.enter_context(made))
        place.chmod(0o755)  # PostgreSQL's unprivileged user has to enter it
        names = (HOME, *SHARDS)
        template = create_template(place / "template")
        servers = stack.enter_context(running_servers(template, place, names))
        owners = {name: each.url for name, each in servers.items()}
        services = {name: each.service_url for name, each in servers.items()}
        yield stack.enter_context(deployment_of(owners, services))
