"""Orders that a load changes after their day are listed by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingest.ledger.closed_days import MOST_DAYS, ClosedDays

LATE = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # 00:30 of the 10th in Berlin, the shop's zone


def test_what_is_changed_after_its_day_is_listed_by_the_day_it_counted_at(
    load: Any, line: Any
) -> None:
    def sold(order: str, at: datetime, **given: Any) -> Any:
        return line(order, "1", placed_at=at, paid_at=at, **given)

    day = timedelta(days=1)
    first = [sold("o1", LATE), sold("o2", LATE), sold("o3", LATE - day), sold("o4", LATE - 2 * day)]
    assert load(order_lines=first).closed_days == ClosedDays(), "nothing is changed that is new"
    assert load(order_lines=first).closed_days == ClosedDays(), "nor what is seen again"
    changed = [
        sold("o1", LATE, unit_price=900),
        sold("o2", LATE + day),
        sold("o3", LATE - day, quantity=2),
        sold("o4", LATE - 2 * day),
    ]
    closed = load(order_lines=changed).closed_days
    assert closed == ClosedDays(3, 2, ((date(2026, 3, 9), 1), (date(2026, 3, 10), 2)))
    assert closed.sentence() == "3 orders of 2 closed days changed: 2026-03-09, 2026-03-10"


def test_what_is_changed_on_its_day_or_before_it_was_paid_is_none(load: Any, line: Any) -> None:
    today = datetime.now(UTC) + timedelta(hours=30)  # a day that is not over in any zone
    rows = [line("o1", "1", placed_at=today, paid_at=today), line("o2", "1", paid_at=None)]
    load(order_lines=rows)
    again = [
        line("o1", "1", placed_at=today, paid_at=today, quantity=3),
        line("o2", "1", paid_at=LATE),
    ]
    summary = load(order_lines=again)
    assert (summary.orders_replaced, summary.closed_days) == (2, ClosedDays())


def test_no_more_days_are_named_than_are_read(load: Any, line: Any) -> None:
    many = MOST_DAYS + 20
    days = [LATE - timedelta(days=n) for n in range(many)]
    for price in (1000, 1100):
        closed = load(
            order_lines=[
                line(f"o{n}", "1", placed_at=at, paid_at=at, unit_price=price)
                for n, at in enumerate(days)
            ]
        ).closed_days
    assert (closed.orders, closed.days, len(closed.by_day)) == (many, many, MOST_DAYS)
    assert closed.by_day[-1] == (date(2026, 3, 10), 1)
    assert closed.sentence() == (
        f"{many} orders of {many} closed days changed:"
        " 2026-03-08, 2026-03-09, 2026-03-10 and earlier"
    )
