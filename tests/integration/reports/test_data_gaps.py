"""Known gaps travel with the number: every window that they touch says them, and no other one."""

import html
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import Engine
from tests.support import hypothesis_profiles
from tests.support.gappy_shops import UTC_ZONE, bring, gaps, open_shop, shopify, window

from common.db.tenancy import TenantDb
from common.i18n.locales import LOCALES
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.document.gaps import KINDS, GapKind
from common.reports.document.schema import Document
from common.reports.sales.gaps import read_gaps
from common.reports.window import Window
from common.reports_cache import copies
from common.reports_cache.cache import ReportCache
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.assets import Assets
from report_viewer.pages.renderer import PageRenderer
from worker.reports.compute import compute

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
REFUNDS = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
DAYS = st.integers(0, 60)


def day(number: int) -> datetime:
    return NOON + timedelta(days=number)


@settings(
    max_examples=hypothesis_profiles.examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    paid=st.lists(st.tuples(DAYS, st.booleans()), min_size=1, max_size=8),
    looks=st.lists(st.tuples(st.integers(-50, 400), st.integers(1, 40)), min_size=1, max_size=8),
    dated=st.data(),
)
def test_every_window_that_refunds_without_a_date_touch_says_how_many(
    service_engine: Engine,
    paid: list[tuple[int, bool]],
    looks: list[tuple[int, int]],
    dated: st.DataObject,
) -> None:
    """A refund was on any day from that of its order to that of the import that told it."""
    db = open_shop(service_engine)
    sold = {f"#{n}": (day(number), 20_00 if back else 0) for n, (number, back) in enumerate(paid)}
    began = datetime.now(UTC)
    bring(db, orders=shopify(sold))
    ended = datetime.now(UTC)
    back = {name: at for name, (at, refunded) in sold.items() if refunded}

    def check(open_ones: dict[str, datetime]) -> None:
        for first, days in looks:
            seen = window(day(first), days)
            if began < seen.start <= ended:
                continue
            touching = [at for at in open_ones.values() if at < seen.end and ended >= seen.start]
            found = gaps(db, seen).get(GapKind.UNDATED_REFUNDS)
            now = found.now if found else None
            assert (now.count if now else 0) == len(touching)
            if now:
                assert now.amount == 20_00 * len(touching)
                assert seen.start.date() <= now.first <= now.last < seen.end.date()

    check(back)
    healed = dated.draw(st.sets(st.sampled_from(sorted(back)))) if back else set()
    rows = "".join(f"r{n},{n},1,{back[n].isoformat()},1,20.00\n" for n in sorted(healed))
    if healed:
        bring(db, refunds=REFUNDS + rows)
    check({name: at for name, at in back.items() if name not in healed})
    bring(db, orders=shopify({name: (at, 0) for name, (at, _) in sold.items()}))
    check({})


def test_the_same_export_again_changes_no_gap(service_engine: Engine) -> None:
    db = open_shop(service_engine)
    export = shopify({"#1": (day(0), 5_00), "#2": (day(1), 0)})
    bring(db, orders=export)
    before = gaps(db, window(day(0), 7))
    bring(db, orders=export)
    assert gaps(db, window(day(0), 7)) == before


def test_a_part_that_came_with_its_date_leaves_the_rest(service_engine: Engine) -> None:
    db = open_shop(service_engine)
    bring(db, orders=shopify({"#1": (day(0), 15_00)}))
    bring(db, refunds=f"{REFUNDS}r1,#1,1,{day(2).isoformat()},0,10.00\n")
    found = gaps(db, window(day(0), 7))[GapKind.UNDATED_REFUNDS].now
    assert found is not None
    assert (found.count, found.amount) == (1, 5_00)
    bring(db, refunds=f"{REFUNDS}r2,#1,1,{day(3).isoformat()},0,5.00\n")
    assert GapKind.UNDATED_REFUNDS not in gaps(db, window(day(0), 7))
    bring(db, refunds=f"{REFUNDS}r2,#1,1,{day(3).isoformat()},0,1.00\n")
    again = gaps(db, window(day(0), 7))[GapKind.UNDATED_REFUNDS].now
    assert again is not None
    assert again.amount == 4_00, "the refund was corrected: the rest is open again"


def test_nobody_sees_the_gaps_of_another_shop(service_engine: Engine) -> None:
    one, other = open_shop(service_engine), open_shop(service_engine)
    bring(one, orders=shopify({"#1": (day(0), 5_00)}))
    bring(other, orders=shopify({"#1": (day(0), 0)}))
    assert GapKind.UNDATED_REFUNDS in gaps(one, window(day(0), 7))
    assert GapKind.UNDATED_REFUNDS not in gaps(other, window(day(0), 7))
    with other.snapshot() as session:
        found = read_gaps(session, one.tenant_id, window(day(0), 7), UTC_ZONE)
    assert [gap.kind for gap in found] == [GapKind.NO_SALES_YET], "as of a shop without any"


def read(db: TenantDb, redis: Redis, report: str, seen: Window) -> Document:
    """The report's document, as it is in the cache."""
    cache = ReportCache(redis, keep_seconds=60)
    job = ComputeReport(db.tenant_id, report, seen)
    compute(db.engine, cache, job)
    document = copies.read_document(cache.redis, job.key)
    assert document is not None
    return document


def page_of(document: Document, language: str = "en") -> str:
    made = PageRenderer(Assets(SecurityHeaders(https=False))).report(
        document, token="t", expires_at=NOON, locale=LOCALES[language]
    )
    return html.unescape(made.decode())


@pytest.mark.parametrize("report", [each.slug for each in registry.implemented()])
def test_returns_that_are_not_known_are_no_0_and_not_unchanged(
    service_engine: Engine, redis_client: Redis, report: str
) -> None:
    db = open_shop(service_engine)
    bring(db, orders=shopify({f"#{n}": (day(n), 20_00 * (0 <= n < 17)) for n in range(-30, 30)}))
    document = read(db, redis_client, report, window(day(14), 7))
    (gap,) = document.gaps
    assert (gap.kind, gap.now and gap.now.count) == (GapKind.UNDATED_REFUNDS, 17)
    returned = {each.key: each for each in document.kpis}["units_returned"]
    assert (returned.value, returned.change, returned.note) == (None, None, "Not known")
    assert "Returns are incomplete: 17 refunds have no date." in page_of(document)
    assert "Retouren sind unvollständig: 17 Erstattungen ohne Datum." in page_of(document, "de")
    early = read(db, redis_client, report, window(day(-8), 7))
    assert early.gaps == ()
    assert "incomplete" not in page_of(early).casefold()


@pytest.mark.parametrize("report", [each.slug for each in registry.implemented()])
@pytest.mark.parametrize(
    "first",
    [day(-40), datetime.now(UTC) + timedelta(days=2)],
    ids=["before the history", "after the last sales"],
)
def test_days_of_which_nothing_is_known_are_no_days_without_sales(
    service_engine: Engine, redis_client: Redis, report: str, first: datetime
) -> None:
    db = open_shop(service_engine)
    bring(db, orders=shopify({f"#{n}": (day(n), 0) for n in range(20)}))
    document = read(db, redis_client, report, window(first, 7))
    assert document.empty
    assert {each.value for each in document.kpis} == {None}
    page = page_of(document)
    assert "Nothing is known of these days." in page
    assert "Nothing was sold" not in page


def test_days_between_others_may_be_without_sales(
    service_engine: Engine, redis_client: Redis
) -> None:
    db = open_shop(service_engine)
    bring(db, orders=shopify({f"#{n}": (day(n), 0) for n in (0, 30)}))
    document = read(db, redis_client, "revenue-overview", window(day(10), 7))
    assert {each.key: each.value for each in document.kpis}["orders"] == 0
    assert "Nothing was sold or returned from" in page_of(document)


def test_days_that_are_known_in_part_are_without_sales(
    service_engine: Engine, redis_client: Redis
) -> None:
    """Up to today nothing was sold; what comes is not covered."""
    db = open_shop(service_engine)
    bring(db, orders=shopify({"#1": (day(0), 0)}))
    seen = window(datetime.now(UTC) - timedelta(days=3), 7)
    document = read(db, redis_client, "revenue-overview", seen)
    assert [gap.kind for gap in document.gaps if gap.now] == [GapKind.DAYS_NOT_COVERED]
    assert {each.key: each.value for each in document.kpis}["orders"] == 0


def test_nothing_is_compared_with_days_before_the_history(
    service_engine: Engine, redis_client: Redis
) -> None:
    db = open_shop(service_engine)
    bring(db, orders=shopify({f"#{n}": (day(n), 0) for n in range(20)}))
    document = read(db, redis_client, "revenue-overview", window(day(4), 7))
    (gap,) = document.gaps
    assert gap.before is not None
    assert (gap.kind, gap.now, gap.before.count) == (GapKind.HISTORY_BEGINS, None, 3)
    changes = {each.key: each.change for each in document.kpis}
    assert {key for key, change in changes.items() if change} == {
        "average_order_value",
        "refund_rate_percent",
    }
    page = page_of(document)
    assert "history begins on Tuesday, 1 September 2026: nothing is known of 3 earlier days" in page
    compared = [each for each in document.kpis if each.previous is not None]
    assert page.count("Not compared: earlier sales are not known") >= len(compared) - 2
    bring(db, orders=shopify({f"#{n}": (day(n), 0) for n in range(-3, 0)}))
    assert read(db, redis_client, "revenue-overview", window(day(4), 7)).gaps == ()


WOO = "Order Number,Order Status,Order Date,Currency,Item Name,Quantity,Order Line Total"
WOO_MONEY = "Order Shipping Amount,Order Total Tax Amount,Cart Discount Amount,Order Total Amount"
WOO_LINE = f"{WOO},{WOO_MONEY},Order Refund Amount\n"
STRIPE = "balance_transaction_id,created_utc,currency,gross,reporting_category,charge_id\n"
PAYMENTS = "id,Created (UTC),Amount,Amount Refunded,Currency,Refunded date (UTC)\n"
AT = "2026-09-01 12:00:00"
NONE_KNOWN = {
    GapKind.REFUNDS_NOT_KNOWN,
    GapKind.SHIPPING_NOT_KNOWN,
    GapKind.TAX_NOT_KNOWN,
    GapKind.DISCOUNTS_NOT_KNOWN,
}


@pytest.mark.parametrize(
    ("layout", "orders", "kinds"),
    [
        ("woocommerce", f"{WOO}\n1,completed,{AT},EUR,Mug,1,20.00\n", NONE_KNOWN),
        (
            "woocommerce",
            f"{WOO_LINE}1,completed,{AT},EUR,Mug,1,20.00,0,0,0,20.00,5.00\n",
            {GapKind.ASSUMED_REFUND_DATES},
        ),
        (
            "woocommerce",
            f"{WOO_LINE}1,completed,{AT},EUR,Mug,1,20.00,0,0,0,23.00,0\n",
            {GapKind.UNRECONCILED_ORDERS},
        ),
        (
            "stripe",
            f"{STRIPE}t1,{AT},eur,20.00,charge,c1\nt2,{AT},eur,-5.00,refund,c2\n",
            {GapKind.REFUNDS_LEFT_OUT, GapKind.PAYMENTS_ONLY},
        ),
        (
            "stripe",
            f"{PAYMENTS}p1,{AT},20.00,5.00,eur,\n",
            {GapKind.ASSUMED_REFUND_DATES, GapKind.PAYMENTS_ONLY},
        ),
        ("shopify", shopify({"#1": (day(0), 0)}, Total="25.00"), {GapKind.UNRECONCILED_ORDERS}),
    ],
)
def test_every_format_keeps_what_it_cannot_know(
    service_engine: Engine, layout: str, orders: str, kinds: set[GapKind]
) -> None:
    db = open_shop(service_engine)
    bring(db, layout=layout, orders=orders)
    found = gaps(db, window(day(0), 1))
    assert {*found} - {GapKind.HISTORY_BEGINS} == kinds
    assert all(found[kind].now and found[kind].now.count == 1 for kind in kinds)  # type: ignore[union-attr]
    later = gaps(db, window(day(1), 1))
    spreading = {kind for kind in kinds if KINDS[kind].spreads}
    now = {kind for kind, gap in later.items() if gap.now}
    assert now - {GapKind.HISTORY_BEGINS} == spreading


def test_what_is_not_known_of_a_year_ago_is_no_0_beside_it(
    service_engine: Engine, redis_client: Redis
) -> None:
    """Payments of then have no tax: beside the days before it is said as in their place."""
    db = open_shop(service_engine)
    payments = "p1,2025-08-20 12:00:00,20.00,0.00,eur,\np2,2025-09-03 12:00:00,20.00,0.00,eur,\n"
    bring(db, layout="stripe", orders=PAYMENTS + payments)
    bring(db, orders=shopify({f"#{n}": (day(n), 0) for n in range(-7, 20)}))
    document = read(db, redis_client, "revenue-overview", window(day(0), 7))
    (gap,) = document.gaps
    assert (gap.kind, gap.now, gap.before) == (GapKind.PAYMENTS_ONLY, None, None)
    assert gap.last_year is not None
    assert (gap.last_year.count, gap.last_year.first) == (1, date(2025, 9, 3))
    beside = {each.key: each.last_year for each in document.kpis}
    assert (beside["tax"], beside["net_sales"], beside["returns"]) == (None, 20_00, 0)
    assert {each.note for each in document.kpis} == {""}, "the days before are compared"
    page = page_of(document)
    assert "Last year: Not known" in page
    assert "1 payment came without tax, shipping or discounts: it counts in full." in page
    with db.snapshot() as session:
        in_place = read_gaps(
            session, db.tenant_id, window(day(0), 7), UTC_ZONE, Comparison.LAST_YEAR
        )
    assert [(each.kind, each.before, each.last_year) for each in in_place] == [
        (gap.kind, gap.last_year, None)
    ]
