"""A home and a further server."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import anyio_backend, run
from tests.support.databases import Databases
from tests.support.moved_tenants import Fleet, fleet_of

__all__ = ["anyio_backend", "run"]

SERVERS = ("home", "east")


@pytest.fixture
def fleet(databases: Databases, redis_client: Redis) -> Iterator[Fleet]:
    """Databases of one server are enough to tell what is where."""
    with ExitStack() as stack:
        urls = {name: stack.enter_context(databases.fresh()) for name in SERVERS}
        yield stack.enter_context(fleet_of(urls, redis_client))
