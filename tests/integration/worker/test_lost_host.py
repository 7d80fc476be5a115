"""A host is lost in the middle of a computation: no other waits for what it had locked."""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import Engine, create_engine, make_url
from tests.integration.worker.conftest import KEEP_SECONDS, Shop
from tests.support import wait
from tests.support.databases import create_template, service_url
from tests.support.hosts import Host, host
from tests.support.servers import Servers
from tests.support.service_process import service_process

from accounts.provisioning import create_tenant
from common.db.engine import create_service_engine, psycopg_url
from common.jobs.celery_config import create_celery
from common.jobs.publisher import JobPublisher
from common.reports_cache.cache import ReportCache
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import LOOPBACK

PASSWORD = "of-this-test"
DAYS_SUMMED = "LOCK TABLE daily_sales IN ACCESS EXCLUSIVE MODE"
"""It holds a worker that has the shop's lock already."""


@dataclass(frozen=True)
class Deployment:
    """Servers on this host that another one reaches as well."""

    other: Host
    owner: str
    service: str
    redis: str

    @contextmanager
    def worker(self, *, there: bool = False) -> Iterator[None]:
        """A worker of one process, here or on the other host."""
        places = [self.service, self.redis]
        if there:
            places = [each.replace(f"@{LOOPBACK}:", f"@{self.other.here}:") for each in places]
        environment = os.environ | {
            "DATABASE_URL": places[0],
            "REDIS_URL": places[1],
            "WORKER_CONCURRENCY": "1",
        }
        command = self.other.command() if there else ()
        with service_process("worker", environment, command=command, killed=there):
            yield


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with host() as other, tempfile.TemporaryDirectory(prefix="analytics-hosts-") as name:
        place = Path(name)
        place.chmod(0o755)
        with (
            EmbeddedPostgres(
                place / "postgres", password=PASSWORD, fast=True, address=other.here
            ) as postgres,
            EmbeddedValkey(place / "valkey", password=PASSWORD) as valkey,
        ):
            owner = psycopg_url(postgres.url).set(drivername="postgresql")
            text = owner.render_as_string(hide_password=False)
            with (postgres.data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet scram-sha-256\n")
            with psycopg.connect(text, autocommit=True) as connection:
                connection.execute("SELECT pg_reload_conf()")
            with Redis.from_url(valkey.url) as redis:
                redis.config_set("bind", f"{LOOPBACK} {other.here}")
            servers = Servers(text, valkey.url, "of this test")
            database = create_template(servers)
            yield Deployment(
                other,
                str(make_url(text).set(database=database).render_as_string(hide_password=False)),
                service_url(servers, database),
                valkey.url,
            )


@pytest.fixture
def engines(deployment: Deployment) -> Iterator[tuple[Engine, Engine]]:
    owner = create_engine(psycopg_url(deployment.owner))
    service = create_service_engine(deployment.service, application_name="tests")
    yield owner, service
    owner.dispose()
    service.dispose()


def test_a_host_lost_in_a_herd(deployment: Deployment, engines: tuple[Engine, Engine]) -> None:
    """It had taken the shop's lock and the lease; nobody tells either server that it is gone."""
    owner, service = engines
    with Redis.from_url(deployment.redis) as redis:
        cache = ReportCache(redis, keep_seconds=KEEP_SECONDS)
        shop = Shop(
            create_tenant(
                service, slug="one", name="One", currency="EUR", timezone="Europe/Berlin"
            ),
            service,
            cache,
        )
        shop.load()
        jobs = JobPublisher(create_celery(deployment.redis), cache)
        wanted = shop.job()

        def is_there() -> bool:
            """As a viewer looks, and asks."""
            return bool(redis.exists(wanted.key.cached)) or (jobs.request_missing(wanted) and False)

        with deployment.worker(there=True):
            with owner.begin() as holding:
                holding.exec_driver_sql(DAYS_SUMMED)
                assert jobs.request_missing(wanted)
                wait.until(lambda: _waits_for_the_table(owner), "the worker there")
                lost = redis.get(wanted.key.computing)
                assert lost
                deployment.other.cut()
            # What it had asked for is done now, and cannot be told to it.
            with deployment.worker(), ThreadPoolExecutor(20) as herd:
                assert all(herd.map(lambda _: wait.until(is_there, "a report"), range(20)))
        meta = shop.meta()
        assert meta is not None
        assert not redis.exists(wanted.key.failed, wanted.key.failures), "nobody met its locks"


def _waits_for_the_table(owner: Engine) -> bool:
    with owner.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND usename <> current_user"
        )
        return bool(found.scalar())
