"""PostgreSQL behind PgBouncer in transaction mode: no row is another tenant's, and all goes on."""

import threading
from collections.abc import Iterator
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from tests.integration.share_api.conftest import (
    Serve,
    World,
    as_served,
    patient,
    ring,
    secret,
    serve,
    share_id,
    world,
)
from tests.integration.share_api.test_frozen_links import path_of, sell
from tests.support import pgbouncer, wait
from tests.support.databases import Databases
from tests.support.jobs_worker import working
from tests.support.servers import Servers

from common import instants
from common.db.engine import create_database_engine, create_service_engine, psycopg_url
from common.db.tenancy import Access, snapshot, transaction
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import unpack_csv
from worker.imports import slots
from worker.imports.slots import is_free, slot
from worker.links.revocation_sweep import sweep_revocations
from worker.reports.compute import compute

__all__ = ["as_served", "patient", "ring", "secret", "serve", "world"]

pytestmark = pgbouncer.needed
SESSIONS = 3
CLIENTS, ROUNDS = 8, 40


@pytest.fixture(scope="module")
def port(servers: Servers, databases: Databases) -> Iterator[int]:
    password = psycopg_url(databases.as_service(servers.owner_url)).password or ""
    with pgbouncer.pooler(servers, password, size=SESSIONS) as listening:
        yield listening


@pytest.fixture
def service_url(databases: Databases, owner_url: str, port: int) -> str:
    """A database of the test's own, by way of the pooler."""
    return pgbouncer.through(port, databases.as_service(owner_url))


@pytest.fixture
def direct(databases: Databases, owner_url: str) -> Iterator[Engine]:
    """The same database, past the pooler."""
    engine = create_service_engine(databases.as_service(owner_url), application_name="tests")
    yield engine
    engine.dispose()


class Client(threading.Thread):
    """Reads and writes for one tenant after the other, as services do; notes what is foreign."""

    def __init__(self, url: str, world: World, seed: int) -> None:
        super().__init__()
        self._url, self._world, self._random = url, world, Random(seed)  # noqa: S311 - no secret
        self.foreign: list[object] = []
        self.seen = 0
        self.failed: list[BaseException] = []

    def run(self) -> None:
        engine = create_service_engine(self._url, application_name="client", pool_size=2)
        try:
            for _ in range(ROUNDS):
                self._round(engine)
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.failed.append(error)
        finally:
            engine.dispose()

    def _round(self, engine: Engine) -> None:
        tenant_id = self._random.choice([self._world.berlin, self._world.tokyo])
        how = self._random.choice(["write", "read", "fail", "nobody", "admin"])
        everyone = text("SELECT tenant_id FROM products")
        if how == "nobody":
            with engine.connect() as connection:
                self.foreign += connection.scalars(everyone).all()
            return
        if how == "admin":
            with transaction(engine, Access(admin_id=self._world.admins["ben"])) as session:
                self.foreign += session.scalars(everyone).all()
            return
        try:
            opened = snapshot if how == "read" else transaction
            with opened(engine, Access(tenant_id=tenant_id)) as session:
                if how == "write":
                    session.execute(
                        text(
                            "INSERT INTO products (tenant_id, external_id, title)"
                            " VALUES (:tenant_id, gen_random_uuid()::text, 'x')"
                        ),
                        {"tenant_id": tenant_id},
                    )
                found = session.scalars(everyone).all()
                self.foreign += [each for each in found if each != tenant_id]
                self.seen += len(found)
                zone = session.scalar(text("SELECT current_setting('timezone')"))
                assert zone == "UTC"
                if how == "fail":
                    session.execute(text("SELECT 1 / 0"))
        except Exception:
            if how != "fail":
                raise


def test_no_client_sees_a_row_of_another_tenant(
    world: World, service_url: str, direct: Engine
) -> None:
    clients = [Client(service_url, world, seed) for seed in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(wait.PATIENCE_SECONDS)
    assert [client.failed for client in clients] == [[]] * CLIENTS
    assert sum(client.seen for client in clients) > CLIENTS * ROUNDS, "else nothing was there"
    assert [each for client in clients for each in client.foreign] == []
    used = text(
        "SELECT count(DISTINCT pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name <> 'tests'"
    )
    with direct.connect() as connection:
        assert 1 <= (connection.scalar(used) or 0) <= SESSIONS, "they did share sessions"


def test_a_session_keeps_nothing_for_its_next_client(service_url: str) -> None:
    engine = create_service_engine(service_url, application_name="tests", pool_size=1)
    told = text("SELECT current_setting('app.tenant_id', true), current_setting('lock_timeout')")
    with transaction(engine, Access(tenant_id=7)) as session:
        session.execute(text("SET LOCAL lock_timeout = '123ms'"))
    for _ in range(SESSIONS * 2):
        with engine.connect() as connection:
            assert [*connection.execute(told)] in ([("", "0")], [(None, "0")])
    engine.dispose()


def test_a_statement_has_its_time_limit(service_url: str) -> None:
    engine = create_database_engine(
        service_url, application_name="tests", pool_size=1, statement_timeout_seconds=1
    )
    with pytest.raises(OperationalError, match="statement timeout"), engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    engine.dispose()


def csvs(engine: Engine, redis: Redis, tenant_id: int) -> dict[str, bytes]:
    cache = ReportCache(redis, keep_seconds=600)
    found: dict[str, bytes] = {}
    for definition in registry.implemented():
        window = window_of(Period.MONTH, ZoneInfo("Europe/Berlin"), now=instants.now())
        job = ComputeReport(tenant_id, definition.slug, window)
        compute(engine, cache, job)
        packed: Any = redis.hget(job.key.cached, "csv")
        found[definition.slug] = unpack_csv(packed)
    return found


def test_sales_come_in_and_reports_are_those_of_a_direct_connection(
    world: World, serve: Serve, redis_client: Redis, direct: Engine
) -> None:
    jobs = serve().container.issuing.jobs
    for number in range(8):  # a statement more often than the driver would prepare it
        sell(world, world.berlin, f"order-{number}", jobs)
    pooled = csvs(world.engine, redis_client, world.berlin)
    assert b"Of order-7" in pooled["product-performance"]
    redis_client.flushdb()
    assert csvs(direct, redis_client, world.berlin) == pooled


def test_links_are_issued_frozen_and_revoked(
    world: World, serve: Serve, redis_client: Redis
) -> None:
    service = serve()
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    with working(world.engine, redis_client), service.admin() as anna:
        for number in range(8):
            address = "/api/admin/analytics/revenue-overview/share"
            issued = anna.post(address, json={"frozen": number == 0})
            assert path_of(issued).startswith("/api/reports/")
            entry = f"/api/admin/analytics/shares/{share_id(issued)}"
            assert anna.delete(entry).status_code == 204
        listed = anna.get("/api/admin/analytics/shares").json()["items"]
        assert {each["state"] for each in listed} == {"revoked"}
        assert anna.get("/readyz").status_code == 200
    redis_client.flushdb()
    assert sweep_revocations(world.engine, redis_client, now=instants.now()) == 8


def test_a_slot_is_one_import_s_until_it_ends_or_is_killed(
    world: World, service_url: str, direct: Engine
) -> None:
    other = create_service_engine(service_url, application_name="other", pool_size=1)
    with slot(world.engine, world.berlin, 1) as taken:
        assert taken
        assert not is_free(other, world.berlin, 1), "the shop's"
        assert not is_free(other, world.tokyo, 1), "the deployment's only one"
        assert is_free(other, world.tokyo, 2)
    assert is_free(other, world.berlin, 1)
    killed = create_service_engine(service_url, application_name="killed").connect()
    killed.execute(slots._TRY, {"kind": slots._OF_SHOP, "number": world.berlin})
    assert not is_free(other, world.berlin, 1)
    driver: Any = killed.connection.driver_connection
    driver.pgconn.finish()
    wait.until(lambda: is_free(other, world.berlin, 1), "given back")
    killed.invalidate()
    killed.close()
    other.dispose()
