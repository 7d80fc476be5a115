"""A shop whose zone was set later has the reports of one that was made in that zone."""

import csv
import io
from collections import Counter
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import Engine, text
from tests.support import hypothesis_profiles
from tests.support.ledgers import ZONES, Ledger, ledgers

from accounts.provisioning import create_tenant
from accounts.tenant_settings import set_timezone
from common.db.audit import COMMAND_LINE
from common.db.tenancy import Access, snapshot
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.document.schema import Document
from common.reports.window import Period, Window, window_of
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import (
    unpack_csv,
    unpack_document,
)
from ingest.ledger.load import load_sales
from worker.reports import rollup_refresh
from worker.reports.compute import compute

Reports = dict[str, tuple[Document, bytes]]
KEPT = text("SELECT * FROM daily_sales ORDER BY day")


@pytest.fixture
def shops(service_engine: Engine, redis_client: Redis) -> "Shops":
    return Shops(service_engine, redis_client)


class Shops:
    """Makes shops, loads them and computes their reports through Redis."""

    def __init__(self, engine: Engine, redis: Redis) -> None:
        self.engine = engine
        self._redis = redis
        self._cache = ReportCache(redis, keep_seconds=60)

    def make(self, currency: str, zone: str) -> tuple[str, int]:
        slug = f"shop-{uuid4().hex[:12]}"
        made = create_tenant(
            self.engine, slug=slug, name="A shop", currency=currency, timezone=zone
        )
        return slug, made

    def reports(self, tenant_id: int, window: Window) -> Reports:
        """Every report, without what tells when and from which load it was computed."""
        found = {}
        for each in registry.implemented():
            job = ComputeReport(tenant_id, each.slug, window)
            compute(self.engine, self._cache, job)
            document, packed = self._redis.hmget(job.key.cached, ["document", "csv"])
            assert isinstance(document, bytes)
            assert isinstance(packed, bytes)
            told = msgspec.structs.replace(
                unpack_document(document), as_of=window.end, data_version=0
            )
            found[each.slug] = (told, unpack_csv(packed))

        return found

    def kept(self, tenant_id: int) -> list[tuple[object, ...]]:
        """The sums that are kept by day, once every mark is taken."""
        rollup_refresh.refresh(self.engine, tenant_id)
        with snapshot(self.engine, Access(tenant_id=tenant_id)) as session:
            return [tuple(row)[1:] for row in session.execute(KEPT)]


@given(
    ledger=ledgers(),
    zone=st.sampled_from(ZONES),
    period=st.sampled_from([Period.WEEK, Period.MONTH]),
)
@settings(
    max_examples=hypothesis_profiles.examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_report_is_that_of_a_shop_made_in_the_zone(
    shops: Shops, ledger: Ledger, zone: str, period: Period
) -> None:
    window = window_of(period, ZoneInfo(zone), now=ledger.now)
    slug, moved = shops.make(ledger.currency, ledger.timezone)
    load_sales(shops.engine, moved, order_lines=ledger.lines, refunds=ledger.refunds)
    old_window = window_of(period, ZoneInfo(ledger.timezone), now=ledger.now)
    before = shops.reports(moved, old_window)  # sums are kept by the days of the old zone
    done, _ = set_timezone(shops.engine, tenant=slug, timezone=zone, author=COMMAND_LINE)
    assert (done.before, done.after) == (ledger.timezone, zone)
    assert done.has_sales == bool(ledger.lines)

    linked = shops.reports(moved, old_window)
    assert net_sales(linked) == net_sales(before), "a live link's window is the same instants"
    check_days(linked, ledger, old_window, ZoneInfo(zone))

    _, born = shops.make(ledger.currency, zone)
    load_sales(shops.engine, born, order_lines=ledger.lines, refunds=ledger.refunds)
    assert shops.reports(moved, window) == shops.reports(born, window)
    assert shops.kept(moved) == shops.kept(born)

    # Back again, and all is as it was.
    set_timezone(shops.engine, tenant=slug, timezone=ledger.timezone, author=COMMAND_LINE)
    assert shops.reports(moved, old_window) == before


def net_sales(reports: Reports) -> set[int | float | None]:
    """What each report says the window's net sales are."""
    return {
        kpi.value
        for document, _ in reports.values()
        for kpi in document.kpis
        if kpi.key == "net_sales"
    }


def check_days(reports: Reports, ledger: Ledger, window: Window, zone: ZoneInfo) -> None:
    """Each piece counts on the zone's day on which it was paid, in the days compared with too."""
    rows = list(csv.DictReader(io.StringIO(reports["revenue-overview"][1].decode("utf-8-sig"))))
    for prefix, instants in (("", window), ("previous_", window.previous(zone))):
        sold = Counter[str]()
        for line in ledger.lines:
            if line.paid_at is not None and instants.start <= line.paid_at < instants.end:
                sold[str(line.paid_at.astimezone(zone).date())] += line.quantity
        told = {row[f"{prefix}date"]: int(row[f"{prefix}units_sold"]) for row in rows}
        assert {day: units for day, units in told.items() if units} == +sold
