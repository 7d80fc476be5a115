"""Every report tells the same net sales, to the minor unit, and the truth."""

import csv
import gzip
import io
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import Engine
from tests.support import hypothesis_profiles
from tests.support.ledgers import Ledger, ledgers
from tests.support.reference import Book, days_compared, keep_books

from accounts.provisioning import create_tenant
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.document.gaps import GapKind
from common.reports.document.known_days import is_all_unknown, known_days
from common.reports.document.schema import Document, LineChart
from common.reports.money import currency_exponent
from common.reports.window import Period, Window, window_of
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from common.reports_cache.report_fields import unpack_document
from ingest.ledger.load import load_sales
from worker.reports.compute import compute

Report = tuple[Document, list[dict[str, str]]]


@pytest.fixture
def shop(service_engine: Engine, redis_client: Redis) -> "Shop":
    return Shop(service_engine, redis_client)


class Shop:
    """Loads a ledger for a new tenant and computes its reports through Redis."""

    def __init__(self, engine: Engine, redis: Redis) -> None:
        self._engine = engine
        self._redis = redis
        self._cache = ReportCache(redis, keep_seconds=60)

    def reports(self, ledger: Ledger, window: Window, comparison: Comparison) -> dict[str, Report]:
        tenant_id = create_tenant(
            self._engine,
            slug=f"shop-{uuid4().hex[:12]}",
            name="A shop",
            currency=ledger.currency,
            timezone=ledger.timezone,
        )
        load_sales(self._engine, tenant_id, order_lines=ledger.lines, refunds=ledger.refunds)
        return {
            each.slug: self._report(
                ComputeReport(tenant_id, each.slug, window, comparison=comparison)
            )
            for each in registry.implemented()
        }

    def _report(self, job: ComputeReport) -> Report:
        compute(self._engine, self._cache, job)
        key: ReportKey = job.key
        document, packed = self._redis.hmget(key.cached, ["document", "csv"])
        assert isinstance(document, bytes)
        assert isinstance(packed, bytes)
        text = gzip.decompress(packed).decode("utf-8-sig")
        return unpack_document(document), list(csv.DictReader(io.StringIO(text, newline="")))


def minor(text: str, currency: str) -> int:
    scaled = Decimal(text).scaleb(currency_exponent(currency))
    assert scaled == int(scaled)
    return int(scaled)


@given(
    ledger=ledgers(),
    period=st.sampled_from([Period.WEEK, Period.MONTH]),
    comparison=st.sampled_from(Comparison),
)
@settings(
    max_examples=hypothesis_profiles.examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_all_reports_agree_with_the_books(
    shop: Shop, ledger: Ledger, period: Period, comparison: Comparison
) -> None:
    zone = ZoneInfo(ledger.timezone)
    window = window_of(period, zone, now=ledger.now)
    days = set(window.dates(zone))
    now = keep_books(ledger.lines, ledger.refunds, zone, days)
    compared = days_compared(days, last_year=comparison is Comparison.LAST_YEAR)
    before = keep_books(ledger.lines, ledger.refunds, zone, compared)
    reports = shop.reports(ledger, window, comparison)
    for document, _ in reports.values():
        net = next(kpi for kpi in document.kpis if kpi.key == "net_sales")
        begins = [gap for gap in document.gaps if gap.kind == GapKind.HISTORY_BEGINS and gap.before]
        if is_all_unknown(document.gaps, document.days.count) and not now.net():
            assert (net.value, net.previous) == (None, None)
            continue
        assert (net.value, net.previous) == (now.net(), None if begins else before.net())
    check_days(reports["revenue-overview"][1], now, before, ledger.currency)
    check_come_back(reports["product-performance"][1], ledger, days)
    check_kinds(reports["revenue-overview"][1], ledger, days)
    check_products(reports["product-performance"][1], now, before, ledger.currency)
    velocity = reports["sales-velocity"][1]
    assert sum(minor(row["net_sales"], ledger.currency) for row in velocity) == now.net()
    check_charts(reports, now, window, zone)


def check_come_back(rows: list[dict[str, str]], ledger: Ledger, days: set[date]) -> None:
    """What was sold in the window and has come back until now, event by event."""
    zone = ZoneInfo(ledger.timezone)
    sold = {
        (line.order_id, line.line_id): line.product_id
        for line in ledger.lines
        if line.paid_at is not None and line.paid_at.astimezone(zone).date() in days
    }
    for row in rows:
        back = sum(
            refund.quantity
            for refund in ledger.refunds
            if sold.get((refund.order_id, refund.line_id or "")) == row["product_id"]
        )
        told, pieces = row["come_back_rate_percent"], int(row["units_sold"])
        assert (told == "") == (pieces == 0)
        assert not told or Decimal(told) == round(Decimal(100 * back) / pieces, 2) <= 100


KINDS = {"returned": "return", "cancelled": "cancel", "edited": "edit"}


def check_kinds(rows: list[dict[str, str]], ledger: Ledger, days: set[date]) -> None:
    """What came back by kind, event by event."""
    zone = ZoneInfo(ledger.timezone)
    paid = {line.order_id for line in ledger.lines if line.paid_at is not None}
    for key, kind in KINDS.items():
        back = sum(
            refund.amount
            for refund in ledger.refunds
            if refund.kind == kind
            and refund.order_id in paid
            and refund.processed_at.astimezone(zone).date() in days
        )
        assert sum(minor(row[f"reversals_{key}"], ledger.currency) for row in rows) == -back


def check_days(rows: list[dict[str, str]], now: Book, before: Book, currency: str) -> None:
    assert sum(minor(row["net_sales"], currency) for row in rows) == now.net()
    for row in rows:
        kinds = (minor(row[f"reversals_{kind}"], currency) for kind in KINDS)
        assert sum(kinds) == minor(row["returns"], currency)
        for prefix, book in (("", now), ("previous_", before)):
            day = {str(day): sums for day, sums in book.days.items()}.get(row[f"{prefix}date"])
            expected = day or dict.fromkeys(next(iter(now.days.values()), {}), 0)
            assert_row(row, prefix, expected, currency)


def assert_row(row: dict[str, str], prefix: str, sums: dict[str, int], currency: str) -> None:
    facts: dict[str, Any] = {"orders": 0, "units_sold": 0, "units_returned": 0, **sums}
    for key in ("orders", "units_sold", "units_returned"):
        assert int(row[prefix + key]) == facts[key]
    gross, discounts, returns = (facts.get(key, 0) for key in ("gross", "discounts", "returns"))
    shipping, tax = facts.get("shipping", 0), facts.get("tax", 0)
    money = {
        "gross_sales": gross,
        "discounts": discounts,
        "returns": -returns,
        "net_sales": gross - discounts - returns,
        "shipping": shipping,
        "tax": tax,
        "total_sales": gross - discounts - returns + shipping + tax,
    }
    for key, value in money.items():
        assert minor(row[prefix + key], currency) == value
    assert (row[f"{prefix}average_order_value"] == "") == (facts["orders"] == 0)


def check_products(rows: list[dict[str, str]], now: Book, before: Book, currency: str) -> None:
    assert sum(minor(row["net_sales"], currency) for row in rows) == now.net()
    assert set(now.products) <= {row["product_id"] for row in rows}
    for row in rows:
        sums = now.products[row["product_id"]]
        assert int(row["units_sold"]) == sums["units_sold"]
        assert int(row["units_returned"]) == sums["units_returned"]
        assert minor(row["gross_sales"], currency) == sums["gross"]
        assert minor(row["discounts"], currency) == sums["discounts"]
        assert minor(row["returns"], currency) == -sums["returns"]
        earlier = before.products[row["product_id"]]
        net = earlier["gross"] - earlier["discounts"] - earlier["returns"]
        assert minor(row["previous_net_sales"], currency) == net


def check_charts(reports: dict[str, Report], now: Book, window: Window, zone: ZoneInfo) -> None:
    dates = window.dates(zone)
    for slug in ("revenue-overview", "sales-velocity"):
        chart = reports[slug][0].sections[0]
        assert isinstance(chart, LineChart)
        net = next(each for each in chart.series if each.key == "net_sales")
        known = known_days(reports[slug][0].gaps)
        sums = [now.days[day] for day in dates]
        told = [each["gross"] - each["discounts"] - each["returns"] for each in sums]
        assert list(net.values) == [
            value or (0 if day in known else None) for value, day in zip(told, dates, strict=True)
        ]
