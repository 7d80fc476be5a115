"""Reports from a standby: where it has what is wanted, and to the byte as from the primary."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine, text
from tests.integration.worker.conftest import Shop
from tests.support import postgres_tools, wait
from tests.support.databases import create_template, service_url
from tests.support.servers import Servers

from accounts.provisioning import create_tenant
from common.db.engine import create_service_engine, psycopg_url
from common.reports import queries
from common.reports_cache.cache import ReportCache
from devstack.embedded.postgres import EmbeddedPostgres
from worker.reports import replica, rollup_refresh
from worker.reports.compute import compute
from worker.reports.replica import Standby

PASSWORD = "of-the-test"
FALLBACK = "read from the primary"


@dataclass(frozen=True)
class Pair:
    """A primary and its standby, as the services' role and as the owner of the standby."""

    primary: Engine
    standby: Engine
    owner: str

    @property
    def replica(self) -> Standby:
        """The standby, as who has not seen it fail."""
        return Standby(self.standby)

    def tell(self, statement: str) -> Any:
        """What the standby's owner is answered."""
        with psycopg.connect(self.owner, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchone()

    def catch_up(self) -> None:
        """Wait until the standby has replayed what the primary has written.

        A commit that is waited for sends it all; else the last of it stays until the next is due.
        """
        with self.primary.connect() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = on"))
            connection.execute(text("SELECT pg_logical_emit_message(true, 'tests', '')"))
            connection.commit()
            written = connection.scalar(text("SELECT pg_current_wal_flush_lsn()"))
        replayed = f"SELECT pg_last_wal_replay_lsn() >= '{written}'".encode()
        with psycopg.connect(self.owner, autocommit=True) as standby:
            wait.until(lambda: standby.execute(replayed).fetchone() == (True,), "the standby")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with (
        tempfile.TemporaryDirectory(prefix="analytics-", ignore_cleanup_errors=True) as name,
        servers_of(Path(name)) as pair,
    ):
        yield pair


@contextmanager
def servers_of(place: Path) -> Iterator[Pair]:
    place.chmod(0o755)  # PostgreSQL's unprivileged user has to enter it
    with EmbeddedPostgres(place / "primary", password=PASSWORD, fast=True) as first:
        servers = Servers(first.url, "", "")
        name = create_template(servers)
        (place / "standby").mkdir()
        postgres_tools.tool(
            "pg_basebackup",
            f"--dbname={postgres_tools.plain(first.url)}",
            f"--pgdata={place / 'standby' / 'data'}",
            "--checkpoint=fast",
            "--write-recovery-conf",
        )
        with EmbeddedPostgres(place / "standby", password=PASSWORD, fast=True) as second:
            primary, standby = (
                create_service_engine(
                    service_url(Servers(each.url, "", ""), name), application_name="tests"
                )
                for each in (first, second)
            )
            owner = psycopg_url(second.url).set(database=name, drivername="postgresql")
            yield Pair(primary, standby, owner.render_as_string(hide_password=False))
            for each in (primary, standby):
                each.dispose()


def made_shop(pair: Pair, cache: ReportCache) -> Shop:
    slug = f"shop-{uuid4().hex[:12]}"
    made = create_tenant(
        pair.primary, slug=slug, name="A shop", currency="EUR", timezone="Europe/Berlin"
    )
    return Shop(made, pair.primary, cache)


@pytest.fixture
def shop(pair: Pair, cache: ReportCache) -> Shop:
    shop = made_shop(pair, cache)
    shop.load()
    rollup_refresh.refresh(pair.primary, shop.tenant_id)
    pair.catch_up()
    return shop


def fell_back(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Why the primary was read instead."""
    found = [getattr(each, "because", "") for each in caplog.records if each.message == FALLBACK]
    caplog.clear()
    return found


def test_a_standby_that_is_up_to_date_is_read(
    shop: Shop, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    meta = compute(pair.primary, shop.cache, shop.job(), standby=pair.replica)
    assert fell_back(caplog) == []
    assert meta == shop.meta()


def test_one_that_is_behind_is_not(
    shop: Shop, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pair.tell("SELECT pg_wal_replay_pause()")
    try:
        version = shop.load("o2")
        meta = compute(pair.primary, shop.cache, shop.job(), standby=pair.replica)
        assert meta.data_version == version
        assert fell_back(caplog) == ["ReplicaBehindError"]
        other = made_shop(pair, shop.cache)
        compute(pair.primary, shop.cache, other.job(), standby=pair.replica)
        assert fell_back(caplog) == ["ReplicaBehindError"]
    finally:
        pair.tell("SELECT pg_wal_replay_resume()")
    pair.catch_up()
    again = compute(pair.primary, shop.cache, shop.job(), standby=pair.replica)
    assert again.data_version == version
    assert fell_back(caplog) == []


def test_days_that_are_marked_there_are_summed_by_the_primary(
    shop: Shop, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shop.load("o2")
    pair.catch_up()
    for expected in (["ReplicaBehindError"], []):
        compute(pair.primary, shop.cache, shop.job(), standby=pair.replica)
        assert fell_back(caplog) == expected
        pair.catch_up()


def test_a_connection_that_ends_half_way_costs_nothing(
    shop: Shop, pair: Pair, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    run, ended = queries.run, list[bool]()

    def end_first(*given: Any) -> Any:
        if not ended:
            ended.append(True)
            pair.tell(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                " WHERE usename = 'analytics_service'"
            )
        return run(*given)

    monkeypatch.setattr(queries, "run", end_first)
    standby = pair.replica
    for because in ("OperationalError", "ReplicaBehindError"):  # it is left alone for a while
        meta = compute(pair.primary, shop.cache, shop.job(), standby=standby)
        assert meta == shop.meta()
        assert fell_back(caplog) == [because]
    monkeypatch.setattr(replica, "REST_SECONDS", 0)
    compute(pair.primary, shop.cache, shop.job(), standby=standby)
    assert fell_back(caplog) == []


@pytest.mark.parametrize("report", ["revenue-overview", "sales-velocity", "product-performance"])
def test_both_give_the_same_report(shop: Shop, pair: Pair, report: str) -> None:
    job, found = shop.job(report), []
    for standby in (None, pair.replica):
        compute(pair.primary, shop.cache, job, standby=standby)
        found.append(shop.cache.redis.hgetall(job.key.cached))
    here, there = found
    same = here.keys() - {b"meta", b"document"}
    assert b"csv" in same
    assert {each: here[each] for each in same} == {each: there[each] for each in same}
