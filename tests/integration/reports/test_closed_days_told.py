"""Changes of closed days travel with the figures: every window that they touch says them."""

import html
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import Engine, text
from tests.integration.reports.test_data_gaps import page_of, read
from tests.support import hypothesis_profiles
from tests.support.gappy_shops import UTC_ZONE, bring, gaps, open_shop, window

from common.db.tenancy import TenantDb
from common.reports import registry
from common.reports.document.gaps import DataGap, Extent, GapKind
from common.reports.sales.gaps import read_gaps
from ingest.ledger.remove_orders import find_orders, forget_orders

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = st.integers(0, 40)
Orders = dict[str, tuple[int | None, int]]


def day(number: int) -> datetime:
    return NOON + timedelta(days=number)


def own(orders: Orders) -> str:
    """Orders of one mug each by name: the day each was paid, None for never, and how many."""
    rows = "".join(
        f"{name},{day(0 if at is None else at).isoformat()},"
        f"{'' if at is None else day(at).isoformat()},EUR,1,MUG,{count},20.00\n"
        for name, (at, count) in orders.items()
    )
    return "order_id,placed_at,paid_at,currency,line_id,product_id,quantity,unit_price\n" + rows


def changes(db: TenantDb, first: int, days: int) -> DataGap | None:
    return gaps(db, window(day(first), days)).get(GapKind.CLOSED_DAYS_CHANGED)


STATES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]),
    st.tuples(st.none() | DAYS, st.integers(1, 2)),
    min_size=1,
)


@settings(
    max_examples=hypothesis_profiles.examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    told=st.lists(STATES, min_size=2, max_size=4),
    looks=st.lists(st.tuples(st.integers(-10, 60), st.integers(1, 30)), min_size=1, max_size=6),
)
def test_every_window_of_a_day_whose_orders_changed_says_how_many(
    service_engine: Engine, told: list[Orders], looks: list[tuple[int, int]]
) -> None:
    """An order that moved changed the day it left and the one it came to."""
    db = open_shop(service_engine)
    known: Orders = {}
    touched: set[tuple[str, int]] = set()
    began = datetime.now(UTC)
    for state in told:
        bring(db, layout="own", orders=own(state))
        for name, (at, count) in state.items():
            before, _ = known.get(name, (None, 0))
            if before is not None and known[name] != (at, count):
                touched |= {(name, each) for each in (before, at) if each is not None}
        known |= state
    for first, days in looks:
        found, seen = changes(db, first, days), window(day(first), days)
        previous = seen.previous(UTC_ZONE)
        for extent, span in ((found and found.now, seen), (found and found.before, previous)):
            within = [each for each in touched if span.start <= day(each[1]) < span.end]
            names = {name for name, _ in within}
            assert (extent.count if extent else 0) == len(names)
            if extent:
                dates = sorted(day(number).date() for _, number in within)
                assert (extent.first, extent.last) == (dates[0], dates[-1])
        if found:
            assert began.date() <= found.day <= datetime.now(UTC).date()  # type: ignore[operator]


def test_what_was_taken_out_of_a_closed_day_is_told_too(service_engine: Engine) -> None:
    db = open_shop(service_engine)
    bring(db, layout="own", orders=own({"a": (3, 1), "b": (3, 1)}))
    with db.transaction() as session:
        (found,) = find_orders(session.connection(), db.tenant_id, ["a"], None)
        assert forget_orders(session.connection(), db.tenant_id, [found.key], day(5)) == 1
    told = changes(db, 3, 1)
    assert told == DataGap(
        GapKind.CLOSED_DAYS_CHANGED.value,
        (),
        now=Extent(1, day(3).date(), day(3).date()),
        day=day(5).date(),
    )
    with db.transaction() as session:
        (found,) = find_orders(session.connection(), db.tenant_id, ["b"], None)
        forget_orders(session.connection(), db.tenant_id, [found.key], day(3))
    assert changes(db, 3, 1) == told, "its day was not over"


def test_nobody_sees_the_changes_of_another_shop(service_engine: Engine) -> None:
    one, other = open_shop(service_engine), open_shop(service_engine)
    for count in (1, 2):
        bring(one, layout="own", orders=own({"a": (3, count)}))
        bring(other, layout="own", orders=own({"a": (3, 1)}))
    assert changes(one, 0, 7)
    assert changes(other, 0, 7) is None
    with other.snapshot() as session:
        found = read_gaps(session, one.tenant_id, window(day(0), 7), UTC_ZONE)
        assert {each.kind for each in found} == {GapKind.NO_SALES_YET}, "of a shop without sales"
        assert session.scalar(text("SELECT count(*) FROM closed_day_changes")) == 0


@pytest.mark.parametrize("report", [each.slug for each in registry.implemented()])
def test_a_change_is_said_and_takes_no_figure_away(
    service_engine: Engine, redis_client: Redis, report: str
) -> None:
    changed, same = open_shop(service_engine), open_shop(service_engine)
    sold: Orders = {f"o{n}": (n, 1) for n in range(-30, 40)}
    for db, counts in ((changed, (2, 1)), (same, (1,))):
        for count in counts:
            bring(db, layout="own", orders=own(sold | {"o15": (15, count), "o16": (16, count)}))
    document = read(changed, redis_client, report, window(day(14), 7))
    known = read(same, redis_client, report, window(day(14), 7))
    (gap,) = document.gaps
    assert (gap.kind, gap.now and gap.now.count) == (GapKind.CLOSED_DAYS_CHANGED, 2)
    assert document.kpis == known.kpis
    assert document.sections == known.sections
    page = page_of(document)
    assert "Changed afterwards" in page
    assert "2 orders of closed days changed, last on " in page
    assert "Incomplete" not in page
    assert "What is not known" not in page
    assert "2 Bestellungen abgeschlossener Tage wurden geändert, zuletzt am" in html.unescape(
        page_of(document, "de")
    )
    assert "Changed afterwards" not in page_of(known)
