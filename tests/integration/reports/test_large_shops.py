"""A shop too large to hold is read in pieces, and its report is the same to the byte."""

import gzip
import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from redis import Redis
from sqlalchemy import Engine, text
from tests.support import hypothesis_profiles
from tests.support.ledgers import Ledger, ledgers

from accounts.provisioning import create_tenant
from common.db.engine import STATEMENT_TIMEOUT_SECONDS
from common.db.read_timeout import TimeoutConnection
from common.db.tenancy import Access, snapshot
from common.jobs.celery_config import SOFT_LIMIT_SECONDS
from common.jobs.payloads import ComputeReport
from common.reports import queries, registry
from common.reports.catalog.product_performance import query as product_performance
from common.reports.catalog.product_performance.standing import ProductPerformance, Standing
from common.reports.catalog.sales_velocity import query as sales_velocity
from common.reports.model import Scope
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.protocol import Sales
from common.reports.sales.sorted_catalogue import STATEMENT_SECONDS
from common.reports.window import Period, Window, window_of
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import (
    Meta,
    pack,
    unpack_document,
)
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow
from worker.reports import csv_export
from worker.reports.compute import compute
from worker.reports.scope import read_scope
from worker.reports.snapshot import read

REPORT = "product-performance"
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
KINDS: tuple[Literal["return", "cancel", "edit"], ...] = ("return", "cancel", "edit")
NONE = -1
"""A shop without products has more than that."""
MONTH = window_of(Period.MONTH, ZONE, now=NOW)


def written(sales: Sales, scope: Scope, monkeypatch: pytest.MonkeyPatch, held: int) -> list[bytes]:
    """The pages and CSVs as they go into Redis, by a worker that holds so many products."""
    for each in (product_performance, sales_velocity):
        monkeypatch.setattr(each, "HELD", held)
    fields: list[bytes] = []
    for definition in registry.implemented():
        result = queries.run(definition.slug, sales)
        if isinstance(result, ProductPerformance | Standing):
            assert isinstance(result, Standing) == (held == NONE)
        report = definition.present(result, scope)
        csv = csv_export.write(definition.columns, report.rows, scope.money_exponent)
        meta = Meta(
            as_of=scope.as_of, data_version=1, computed_at=scope.as_of, csv_name="report.csv"
        )
        alone = queries.rows(definition.slug, sales)
        assert (alone is not None) == isinstance(result, Standing)
        if alone is not None:
            assert csv_export.write(definition.columns, alone, scope.money_exponent) == csv
        fields += pack(meta, report.document, csv).values()
    return fields


def check(engine: Engine, tenant: int, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    with read(engine, ComputeReport(tenant, REPORT, window)) as (scope, sales):
        held = written(sales, scope, monkeypatch, held=10**6)
        assert written(sales, scope, monkeypatch, held=NONE) == held
    with snapshot(engine, Access(tenant_id=tenant)) as session:
        straight = LedgerSales(session, read_scope(session, tenant, window))
        assert written(straight, scope, monkeypatch, held=NONE) == held


def opened(engine: Engine, currency: str = "EUR", zone: str = ZONE.key) -> int:
    slug = f"shop-{uuid4().hex[:12]}"
    return create_tenant(engine, slug=slug, name="Shop", currency=currency, timezone=zone)


@given(ledger=ledgers())
@settings(
    max_examples=hypothesis_profiles.examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_shop_in_pieces_is_the_same(
    service_engine: Engine, monkeypatch: pytest.MonkeyPatch, ledger: Ledger
) -> None:
    tenant = opened(service_engine, ledger.currency, ledger.timezone)
    load_sales(service_engine, tenant, order_lines=ledger.lines, refunds=ledger.refunds)
    window = window_of(Period.WEEK, ZoneInfo(ledger.timezone), now=ledger.now)
    check(service_engine, tenant, window, monkeypatch)


@pytest.mark.parametrize("seed", range(3))
def test_hundreds_of_products_in_pieces_are_the_same(
    service_engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Many of the same net sales, some idle, some below 0, ids that locales sort otherwise."""
    chance = random.Random(seed)  # noqa: S311 - goods, not secrets
    tenant = opened(service_engine)
    products = [
        ProductRow(n, f"{chance.choice('aBé_Ä-z')}{n}", f"=Product {n}", None, None, None)
        for n in range(1, 401)
    ]
    lines, refunds = sold(chance, [each.product_id for each in products])
    position = count(1)
    counted = [
        StockRow(next(position), each.product_id, NOW - timedelta(days=days), chance.choice((0, 5)))
        for each in chance.sample(products, 200)
        for days in chance.sample((80, 40, 20, 5), 2)
    ]
    load_sales(
        service_engine,
        tenant,
        order_lines=lines,
        refunds=refunds,
        products=products,
        stock=counted,
    )
    check(service_engine, tenant, MONTH, monkeypatch)


def test_a_worker_reads_in_pieces_while_it_writes(
    service_engine: Engine, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the cache holds is whole, and is what a worker makes that holds all products."""
    chance = random.Random(7)  # noqa: S311 - goods, not secrets
    tenant = opened(service_engine)
    lines, refunds = sold(chance, [f"p{n}" for n in range(400)])
    load_sales(service_engine, tenant, order_lines=lines, refunds=refunds)
    cache, job = ReportCache(redis_client, keep_seconds=60), ComputeReport(tenant, REPORT, MONTH)
    made = []
    for held in (300, 299):
        monkeypatch.setattr(product_performance, "HELD", held)
        compute(service_engine, cache, job)
        document, packed = redis_client.hmget(job.key.cached, ["document", "csv"])
        assert isinstance(document, bytes)
        assert isinstance(packed, bytes)
        made.append((replace(unpack_document(document), as_of=NOW), packed))
        redis_client.delete(job.key.cached)
    assert made[0] == made[1]
    assert gzip.decompress(made[0][1]).count(b"\r\n") == 301


def test_statements_of_a_large_shop_alone_may_take_longer_and_less_than_their_job(
    service_engine: Engine,
) -> None:
    tenant = opened(service_engine)
    limits = []
    load_sales(service_engine, tenant, products=[ProductRow(1, "p1", "P", None, None, None)])
    for larger_than in (1, NONE, 1):
        with snapshot(service_engine, Access(tenant_id=tenant)) as session:
            sales = LedgerSales(session, read_scope(session, tenant, MONTH))
            sales.catalogue(larger_than=larger_than)
            driver = session.connection().connection.driver_connection
            assert isinstance(driver, TimeoutConnection)
            at_the_server = session.scalar(text("SHOW statement_timeout"))
            limits.append((at_the_server, driver.statement_timeout_seconds))
    usual = (f"{STATEMENT_TIMEOUT_SECONDS}s", STATEMENT_TIMEOUT_SECONDS)
    assert limits == [usual, ("100s", 100), usual]
    assert STATEMENT_TIMEOUT_SECONDS < STATEMENT_SECONDS < SOFT_LIMIT_SECONDS


def sold(chance: random.Random, products: list[str]) -> tuple[list[OrderLineRow], list[RefundRow]]:
    lines: list[OrderLineRow] = []
    refunds: list[RefundRow] = []
    number = count(1)
    for product in chance.sample(products, 300):
        for _ in range(chance.randrange(1, 4)):
            n = next(number)
            at = NOW - timedelta(days=chance.randrange(1, 70))
            price = chance.choice((0, 1, 100, 100, 2500, 10 ** chance.randrange(2, 7)))
            lines.append(line(n, at, product, price))
            if chance.random() < 0.3:
                kind = chance.choice(KINDS)
                back = at + timedelta(days=chance.randrange(1, 40))
                refunds.append(RefundRow(n, f"r{n}", f"o{n}", "1", back, kind, 1, price, 0, 0))
    return lines, refunds


def line(n: int, at: datetime, product: str, price: int) -> OrderLineRow:
    facts: dict[str, object] = dict.fromkeys(OrderLineRow._fields)
    facts |= {"position": n, "order_id": f"o{n}", "placed_at": at, "paid_at": at, "line_id": "1"}
    facts |= dict.fromkeys(("order_discount", "shipping", "tax", "remainder", "line_discount"), 0)
    facts |= {"product_id": product, "quantity": 1, "unit_price": price}
    return OrderLineRow(**facts)  # type: ignore[arg-type]
