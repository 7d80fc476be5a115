"""A deployment of several servers: databases of one server are enough to tell where rows are."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from tests.support import wait
from tests.support.databases import Databases

from common.db.engine import psycopg_url
from common.db.shards import (
    FENCE_CLASS,
    HOME,
    TenantAwayError,
    create_sharded_engine,
    directory_of,
)
from common.db.tenancy import Access, transaction

SHARDS = ("east", "west")
RESTORED = (
    "CREATE OR REPLACE FUNCTION database_origin() RETURNS text LANGUAGE sql IMMUTABLE"
    " RETURN 'elsewhere'::text"
)
"""Makes a server one that was restored from a dump of another and is not adopted."""


@dataclass(frozen=True)
class Sharded:
    """``engine`` is the home's; the URLs are by the servers' names, the home's among them."""

    engine: Engine
    owner_urls: Mapping[str, str]
    service_urls: Mapping[str, str]

    @property
    def shard_urls(self) -> dict[str, str]:
        """The services' URLs of the further servers."""
        return {name: url for name, url in self.service_urls.items() if name != HOME}

    def owner(self, name: str) -> psycopg.Connection:
        """A connection of the role that owns a server's tables, for which no policy holds."""
        url = psycopg_url(self.owner_urls[name]).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def run(self, name: str, statement: str, *values: object) -> None:
        """Execute a statement as the owner."""
        with self.owner(name) as connection:
            connection.execute(statement, values)

    def count(self, name: str, statement: str, *values: object) -> int:
        """The number that a query of the owner's answers."""
        with self.owner(name) as connection:
            found = connection.execute(statement, values).fetchone()
        assert found is not None
        return int(found[0])

    def add_tenant(self, name: str, tenant_id: int, *, arriving: bool = False) -> None:
        """A tenant's row, on a server."""
        self.run(
            name,
            "INSERT INTO tenants (id, slug, name, currency, timezone, arriving)"
            " VALUES (%s, %s, %s, 'EUR', 'Europe/Berlin', %s)",
            tenant_id,
            f"shop-{tenant_id}",
            f"Shop {tenant_id}",
            arriving,
        )

    def move(self, tenant_id: int, source: str, target: str) -> None:
        """Let a tenant without any other row be on another server from now on."""
        self.run(source, "DELETE FROM tenants WHERE id = %s", tenant_id)
        self.add_tenant(target, tenant_id)

    @contextmanager
    def moving(self, name: str, tenant_id: int) -> Iterator[None]:
        """A tenant whose fence is closed on its server, as by a move, while the block lasts."""
        with self.owner(name) as mover:
            mover.execute("SELECT pg_advisory_lock(%s, %s)", (FENCE_CLASS, tenant_id))
            yield
        wait.until(lambda: self._enters(tenant_id), "nobody is refused at the fence any more")

    def _enters(self, tenant_id: int) -> bool:
        try:
            with transaction(self.engine, Access(tenant_id=tenant_id)):
                return True
        except TenantAwayError:
            return False

    @contextmanager
    def away(self, name: str) -> Iterator[None]:
        """A server that takes no connection while the block lasts."""
        database = psycopg_url(self.owner_urls[name]).database
        with self.owner(next(each for each in self.owner_urls if each != name)) as other:
            other.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
            other.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = %s",
                (database,),
            )
            try:
                yield
            finally:
                other.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')


@contextmanager
def several_servers(databases: Databases) -> Iterator[Sharded]:
    """A home and two further servers, migrated and without rows."""
    with ExitStack() as stack:
        owners = {name: stack.enter_context(databases.fresh()) for name in (HOME, *SHARDS)}
        services = {name: databases.as_service(url) for name, url in owners.items()}
        yield stack.enter_context(deployment_of(owners, services))


@contextmanager
def deployment_of(
    owner_urls: Mapping[str, str], service_urls: Mapping[str, str]
) -> Iterator[Sharded]:
    """A deployment of the servers of these URLs, by their names."""
    shards = {name: url for name, url in service_urls.items() if name != HOME}
    engine = create_sharded_engine(
        service_urls[HOME], shards, application_name="tests", pool_size=3
    )
    directory = directory_of(engine)
    assert directory is not None
    try:
        yield Sharded(engine, owner_urls, service_urls)
    finally:
        directory.close()
        engine.dispose()


def database_of(session: Session) -> str:
    """The database that a session's transaction is in."""
    return str(session.scalar(text("SELECT current_database()")))
