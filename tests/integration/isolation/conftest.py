"""Two shops, one after the other, and a database that the tests of a module share."""

from collections.abc import Iterator

import pytest
from redis import Redis
from sqlalchemy import Engine, create_engine
from tests.integration.report_viewer.conftest import anyio_backend, patient, run
from tests.integration.share_api.conftest import secret, serve
from tests.support.databases import Databases
from tests.support.shops import Shops, open_shops

__all__ = ["anyio_backend", "patient", "run", "secret", "serve"]

from common.db.engine import create_service_engine, psycopg_url


@pytest.fixture(scope="module")
def shared_url(databases: Databases) -> Iterator[str]:
    """A migrated database, as the role that owns it."""
    with databases.fresh() as url:
        yield url


@pytest.fixture(scope="module")
def owner_of_shared(shared_url: str) -> Iterator[Engine]:
    """An engine of the role that owns that database."""
    engine = create_engine(psycopg_url(shared_url))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def service_of_shared(databases: Databases, shared_url: str) -> Iterator[Engine]:
    """An engine of the services' restricted role."""
    engine = create_service_engine(databases.as_service(shared_url), application_name="tests")
    yield engine
    engine.dispose()


@pytest.fixture
def shops(owner_engine: Engine, service_engine: Engine, redis_client: Redis) -> Shops:
    """Two shops that sell the same products at other prices."""
    return open_shops(owner_engine, service_engine, redis_client)
