"""Stock as the reference has it, of any counts and sales, from the events and from the rollups."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.support import hypothesis_profiles
from tests.support.reference import days_without_stock, pieces_left

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, snapshot
from common.reports.comparison import Comparison
from common.reports.model import COUNT_DAYS
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.sales.protocol import EmptyDays, Stock
from common.reports.window import Period, window_of
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow, RefundRow, StockRow
from worker.reports import rollup_refresh
from worker.reports.scope import read_scope

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 9, 9, tzinfo=UTC)
PRODUCT = "p"
_numbers = count(1)

instants = st.builds(
    lambda days, hours, year: NOW.replace(hour=0) - timedelta(days=days + year, hours=hours),
    st.integers(0, 75),
    st.sampled_from([0, 1, 2, 9, 14, 23]),
    st.sampled_from([0, 0, 364]),
)
pieces = st.integers(1, 9)


def sale(order: str, at: datetime, quantity: int) -> OrderLineRow:
    return OrderLineRow(
        *(next(_numbers), order, at, at, None, None, None, None, None, 0, 0, 0),
        *("1", PRODUCT, None, None, quantity, 1000, 0),
    )


@given(
    sold=st.lists(st.tuples(instants, pieces), min_size=1, max_size=6),
    counts=st.dictionaries(instants, st.sampled_from([-1, 0, 0, 0, 4, 30]), max_size=6),
    back=st.integers(0, 30),
    period=st.sampled_from([Period.WEEK, Period.MONTH]),
    comparison=st.sampled_from(Comparison),
)
@settings(
    max_examples=hypothesis_profiles.examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_stock_is_as_the_reference_has_it(
    service_engine: Engine,
    sold: list[tuple[datetime, int]],
    counts: dict[datetime, int],
    back: int,
    period: Period,
    comparison: Comparison,
) -> None:
    slug = f"shop-{uuid4().hex[:12]}"
    tenant_id = create_tenant(
        service_engine, slug=slug, name="A", currency="EUR", timezone=ZONE.key
    )
    returned = sold[0][0] + timedelta(days=back)
    load_sales(
        service_engine,
        tenant_id,
        order_lines=[
            *(sale(f"o{n}", at, quantity) for n, (at, quantity) in enumerate(sold)),
            sale("first", NOW - timedelta(days=900), 1),  # so that sales are known of all days
        ],
        refunds=[RefundRow(1, "r", "o0", "1", returned, "return", 1, 0, 0, 0)],
        stock=[StockRow(n, PRODUCT, at, on) for n, (at, on) in enumerate(counts.items(), 1)],
    )
    rollup_refresh.refresh(service_engine, tenant_id)
    window = window_of(period, ZONE, now=NOW)
    with snapshot(service_engine, Access(tenant_id=tenant_id)) as session:
        scope = read_scope(session, tenant_id, window, comparison=comparison)
        found = [
            (sales.on_hand(), sales.empty_days())
            for sales in (LedgerSales(session, scope), RolledUpSales(session, scope))
        ]
    assert found[0] == found[1]
    on_hand, empty_days = found[0]
    known = [at for at in counts if at < window.end]
    left = pieces_left(
        counts.items(), sold, [(returned, 1)], window.end, recent=timedelta(days=COUNT_DAYS)
    )
    assert on_hand == ({PRODUCT: Stock(left, max(known))} if known else {})
    # What it is compared with changes nothing of the window: sales are known from where the days
    # before begin, and of a year ago from there.
    since = {scope.window: window.previous(ZONE).start, scope.previous: scope.previous.start}
    empty = EmptyDays(
        *(
            days_without_stock(
                counts.items(),
                [at for at, _ in sold if at >= start],
                days.dates(ZONE),
                ZONE,
                window.end,
            )
            for days, start in since.items()
        )
    )
    assert empty_days.get(PRODUCT, EmptyDays()) == empty
