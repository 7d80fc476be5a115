"""Sums by every dimension are those of the events, counted one by one in Python."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from tests.support import hypothesis_profiles
from tests.support.ledgers import Ledger, ledgers

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, snapshot
from common.reports.comparison import Comparison
from common.reports.model import Scope
from common.reports.sales import dimensions
from common.reports.sales.dimensions import Dimension
from common.reports.sales.from_ledger import LedgerSales, parameters, statement
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.totals.totals import Totals, WindowTotals
from common.reports.window import Period, window_of
from ingest.ledger.load import load_sales
from worker.reports import rollup_refresh
from worker.reports.scope import read_scope

KEYS: Mapping[str, Callable[[Any, datetime], object]] = {
    "day": lambda _, local: local.date(),
    "weekday": lambda _, local: local.weekday(),
    "hour": lambda _, local: local.hour,
    "product": lambda event, _: event.product_id,
    "category": lambda event, _: event.category,
    "channel": lambda event, _: event.channel,
    "country": lambda event, _: event.country,
    "region": lambda event, _: event.region,
    "coupon": lambda event, _: event.coupon_code,
    "customer": lambda event, _: event.customer_id,
}
LINES = text(
    "SELECT l.*, o.channel, o.country, o.region, o.coupon_code, o.customer_id, p.category"
    " FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id"
)
ORDERS = text("SELECT *, NULL AS product_id, NULL AS category FROM orders")
REFUNDS = text(
    "SELECT r.*, o.channel, o.country, o.region, o.coupon_code, o.customer_id, p.category"
    " FROM refunds r JOIN orders o ON o.id = r.order_id LEFT JOIN products p ON p.id = r.product_id"
)


@st.composite
def told(draw: st.DrawFn) -> Ledger:
    """A ledger whose orders say where they came from, and whose products have categories."""
    ledger = draw(ledgers())
    words = st.sampled_from([None, "web", "pos", ""])
    facts: dict[str, dict[str, Any]] = {
        line.order_id: {
            name: draw(words)
            for name in ("channel", "country", "region", "coupon_code", "customer_id")
        }
        for line in ledger.lines
    }
    categories = {line.product_id: draw(words) for line in ledger.lines}
    lines = tuple(
        line._replace(**facts[line.order_id], category=categories[line.product_id])
        for line in ledger.lines
    )
    return Ledger(ledger.timezone, ledger.currency, ledger.now, lines, ledger.refunds)


def events(session: Session) -> Iterator[tuple[datetime, Any, Totals]]:
    """The instant of each event, the row that says the rest, and what it adds."""
    for row in session.execute(LINES):
        gross = row.unit_price * row.quantity + row.remainder
        discounts = row.line_discount + row.order_discount
        yield (
            row.paid_at,
            row,
            Totals(units_sold=row.quantity, gross=gross, discounts=discounts),
        )
    for row in session.execute(ORDERS):
        yield row.paid_at, row, Totals(orders=1, shipping=row.shipping, tax=row.tax)
    for row in session.execute(REFUNDS):
        back = Totals(units_returned=row.quantity, returns=row.amount)
        yield row.processed_at, row, back + Totals(shipping=-row.shipping, tax=-row.tax)


def counted(session: Session, scope: Scope, by: Dimension[Any]) -> dict[object, WindowTotals]:
    """What ``totals`` should say."""
    found: dict[object, WindowTotals] = defaultdict(WindowTotals)
    for instant, event, totals in events(session):
        if instant is None or not any(
            window.start <= instant < window.end for window in (scope.previous, scope.window)
        ):
            continue
        if by.of_lines:
            if event.product_id is None:
                continue
            kept = totals.units_sold, totals.units_returned, totals.gross
            totals = Totals(0, *kept, totals.discounts, totals.returns)  # noqa: PLW2901
        key = KEYS[by.name](event, instant.astimezone(scope.zone))
        now, previous = found[key]
        if instant >= scope.window.start:
            found[key] = WindowTotals(now + totals, previous)
        else:
            found[key] = WindowTotals(now, previous + totals)
    return dict(found)


@given(
    ledger=told(),
    period=st.sampled_from([Period.WEEK, Period.MONTH]),
    comparison=st.sampled_from(Comparison),
)
@settings(
    max_examples=hypothesis_profiles.examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_sums_by_every_dimension_are_those_of_the_events(
    service_engine: Engine, ledger: Ledger, period: Period, comparison: Comparison
) -> None:
    slug = f"shop-{uuid4().hex[:12]}"
    tenant_id = create_tenant(
        service_engine, slug=slug, name="A", currency=ledger.currency, timezone=ledger.timezone
    )
    load_sales(service_engine, tenant_id, order_lines=ledger.lines, refunds=ledger.refunds)
    rollup_refresh.refresh(service_engine, tenant_id)
    window = window_of(period, ZoneInfo(ledger.timezone), now=ledger.now)
    with snapshot(service_engine, Access(tenant_id=tenant_id)) as session:
        scope = read_scope(session, tenant_id, window, comparison=comparison)
        assert LedgerSales(session, scope).lead(6) == RolledUpSales(session, scope).lead(6)
        for by in dimensions.ALL:
            expected = counted(session, scope, by)
            assert LedgerSales(session, scope).totals(by) == expected
            assert RolledUpSales(session, scope).totals(by) == expected
            assert all(key is None or isinstance(key, by.key) for key in expected)


def test_a_dimension_pays_only_for_the_joins_it_names(service_engine: Engine) -> None:
    """PostgreSQL drops an outer join that nothing reads; a day or a product needs none."""
    tenant_id = create_tenant(
        service_engine, slug="joins", name="A", currency="EUR", timezone="UTC"
    )
    window = window_of(Period.WEEK, ZoneInfo("UTC"), now=datetime.fromisoformat("2026-03-08T09Z"))
    plans = {}
    with snapshot(service_engine, Access(tenant_id=tenant_id)) as session:
        facts = parameters(read_scope(session, tenant_id, window))
        for by in dimensions.ALL:
            explained = session.execute(text(f"EXPLAIN {statement(by).text}"), facts).scalars()
            plans[by.name] = "\n".join(explained)
    joined = {name for name, plan in plans.items() if "Join" in plan or "Nested Loop" in plan}
    assert joined == {"category", "channel", "country", "region", "coupon", "customer"}
