"""Margins are those of the definition, worked out event by event in Python; unknown is not zero."""

from collections import defaultdict
from fractions import Fraction
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from tests.integration.reports.test_dimensions import events, told
from tests.support.ledgers import Ledger

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, snapshot
from common.jobs.payloads import ComputeReport
from common.reports import queries, registry
from common.reports.comparison import Comparison
from common.reports.document.gaps import GapKind
from common.reports.document.known_days import is_all_unknown
from common.reports.document.schema import Document
from common.reports.document.tables import Table
from common.reports.model import Scope
from common.reports.redaction import NOTHING, Redaction
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.totals.margins import Earned, Margins, ProductEarned, WindowEarned
from common.reports.window import Period, window_of
from ingest.ledger.load import load_sales
from ingest.rows import ProductRow
from worker.reports import rollup_refresh
from worker.reports.scope import read_scope
from worker.reports.snapshot import read

SLUG = "product-performance"
PRODUCTS = text("SELECT id, external_id, title, unit_cost FROM products")


def expected(session: Session, scope: Scope, front: int) -> Margins:
    """By the definition: net sales and units of each product, times what one costs, if known."""
    sums: dict[int, dict[bool, list[int]]] = defaultdict(lambda: {True: [0, 0], False: [0, 0]})
    moved: dict[bool, set[int]] = {True: set(), False: set()}
    for instant, event, totals in events(session):
        if instant is None or event.product_id is None:
            continue
        windows = {True: scope.window, False: scope.previous}
        for now, window in windows.items():
            if window.start <= instant < window.end:
                kept = sums[event.product_id][now]
                kept[0] += totals.gross - totals.discounts - totals.returns
                kept[1] += totals.units_sold - totals.units_returned
                if totals.units_sold or totals.units_returned:
                    moved[now].add(event.product_id)
    shop = {row.id: row for row in session.execute(PRODUCTS)}
    known = [
        ProductEarned(
            shop[key].external_id,
            shop[key].title,
            WindowEarned(
                *(Earned(of[now][0], of[now][1] * shop[key].unit_cost) for now in (True, False))
            ),
        )
        for key, of in sums.items()
        if shop[key].unit_cost is not None
    ]
    known.sort(key=lambda each: (-each.earned.now.profit, each.product_id))

    def positive(now: bool, *, costed: bool) -> int:
        return sum(
            max(of[now][0], 0)
            for key, of in sums.items()
            if not costed or shop[key].unit_cost is not None
        )

    def unknown(now: bool) -> int:
        return sum(key in moved[now] for key in sums if shop[key].unit_cost is None)

    def whole(place: int) -> Earned:
        parts = [each.earned[place] for each in known]
        return Earned(sum(each.net for each in parts), sum(each.cost for each in parts))

    return Margins(
        front=tuple(known[:front]),
        count=len(known),
        whole=WindowEarned(whole(0), whole(1)),
        covered=(positive(True, costed=True), positive(False, costed=True)),
        positive=(positive(True, costed=False), positive(False, costed=False)),
        unknown=(unknown(True), unknown(False)),
    )


def costs_of(ledger: Ledger, draw: st.DataObject) -> list[ProductRow]:
    ids = sorted({line.product_id for line in ledger.lines})
    costs = st.none() | st.integers(0, 10**6)
    return [
        ProductRow(place, each, None, None, None, draw.draw(costs))
        for place, each in enumerate(ids, start=1)
    ]


@given(ledger=told(), data=st.data(), comparison=st.sampled_from(Comparison))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_margins_are_those_of_the_events_whichever_sums_they_are_from(
    service_engine: Engine, ledger: Ledger, data: st.DataObject, comparison: Comparison
) -> None:
    tenant_id = create_tenant(
        service_engine,
        slug=f"shop-{uuid4().hex[:12]}",
        name="A",
        currency=ledger.currency,
        timezone=ledger.timezone,
    )
    load_sales(
        service_engine,
        tenant_id,
        products=costs_of(ledger, data),
        order_lines=ledger.lines,
        refunds=ledger.refunds,
    )
    rollup_refresh.refresh(service_engine, tenant_id)
    window = window_of(Period.MONTH, ZoneInfo(ledger.timezone), now=ledger.now)
    with snapshot(service_engine, Access(tenant_id=tenant_id)) as session:
        scope = read_scope(session, tenant_id, window, comparison=comparison)
        for front in (1, 25):
            right = expected(session, scope, front)
            assert LedgerSales(session, scope).margins(front) == right
            assert RolledUpSales(session, scope).margins(front) == right
    shown = document(service_engine, tenant_id, ledger, Redaction(margin=True), comparison)
    figures = {each.key: each.value for each in shown.kpis}
    assert ("gross_profit" in figures) == (right.count > 0)
    if right.count:
        now = right.whole.now
        unknown = is_all_unknown(shown.gaps, shown.days.count) and now.net == now.cost
        assert figures["gross_profit"] == (None if unknown else now.net - now.cost)
        margin = Fraction((now.net - now.cost) * 10_000, now.net) if now.net > 0 else None
        assert figures["gross_margin_percent"] == (None if margin is None else round(margin))
        table = next(each for each in shown.sections if each.key == "margins")
        assert isinstance(table, Table)
        assert table.footer[-1].cells[1] == figures["gross_profit"]
    gaps = [each for each in shown.gaps if each.kind == GapKind.COSTS_NOT_KNOWN]
    assert bool(gaps) == (right.count > 0 and any(right.unknown))
    for gap in gaps:
        counts = tuple(0 if each is None else each.count for each in (gap.now, gap.before))
        assert counts == right.unknown
        assert gap.touches == ("cost_of_units", "gross_margin_percent", "gross_profit")
    plain = document(service_engine, tenant_id, ledger, NOTHING, comparison)
    assert GapKind.COSTS_NOT_KNOWN not in {each.kind for each in plain.gaps}
    assert not {each.key for each in plain.kpis} & {"gross_profit", "gross_margin_percent"}
    assert "margins" not in {each.key for each in plain.sections}


def document(
    engine: Engine, tenant_id: int, ledger: Ledger, hidden: Redaction, comparison: Comparison
) -> Document:
    """The report of a link that hides, or shows, that."""
    window = window_of(Period.MONTH, ZoneInfo(ledger.timezone), now=ledger.now)
    job = ComputeReport(tenant_id, SLUG, window, comparison=comparison, hidden=hidden.name)
    with read(engine, job) as (scope, sales):
        assert scope.costs == hidden.margin
        return registry.find(SLUG).present(queries.run(SLUG, sales), scope).document
