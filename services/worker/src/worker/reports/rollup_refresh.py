"""Sum marked days again, so that a report that reads the rollups reads the truth.

One refresh of a tenant runs at a time. It takes the marks it sees, then sums what is committed by
then: a writer that commits later keeps its own mark, and the day is summed once more for it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session

from common.db.rollups import DirtyDay
from common.db.tenancy import Access, TenantSession, transaction
from common.reports.model import Scope
from common.reports.sales.blocks import SPANS, parents
from common.reports.window import start_of_day

DAYS_AT_ONCE: Final = 28

_LOCK_CLASS: Final = 0x0D1127
_LOCK = text("SELECT pg_advisory_xact_lock(:class, :tenant_id)")
# Shared with writers, who hold it too; a change of the zone waits until the refresh is done.
_ZONE = text("SELECT timezone FROM tenants WHERE id = :tenant_id FOR SHARE")

_FORGET_DAYS = text("DELETE FROM daily_sales WHERE tenant_id = :tenant_id AND day = ANY(:days)")
_SUM_DAYS = text(
    """
    INSERT INTO daily_sales (tenant_id, day, orders, units_sold, units_returned,
                             gross, discounts, returns, shipping, tax, cancelled, edited)
    SELECT :tenant_id, d.day, s.*, k.* FROM
        unnest(CAST(:days AS date[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
            AS d (day, starts, ends)
    CROSS JOIN LATERAL (
        SELECT bigint_sum(orders), bigint_sum(units_sold), bigint_sum(units_returned),
               bigint_sum(gross), bigint_sum(discounts), bigint_sum(returns),
               bigint_sum(shipping), bigint_sum(tax)
        FROM ledger
        WHERE tenant_id = :tenant_id AND occurred_at >= d.starts AND occurred_at < d.ends
        HAVING count(*) > 0
    ) s
    CROSS JOIN LATERAL (
        SELECT coalesce(bigint_sum(amount) FILTER (WHERE kind = 'cancel'), 0),
               coalesce(bigint_sum(amount) FILTER (WHERE kind = 'edit'), 0)
        FROM refunds
        WHERE tenant_id = :tenant_id AND processed_at >= d.starts AND processed_at < d.ends
    ) k
    """
)
_FORGET_PRODUCTS = text(
    "DELETE FROM product_sales WHERE tenant_id = :tenant_id AND span = :span AND day = ANY(:days)"
)
_SUM_PRODUCTS = text(
    """
    INSERT INTO product_sales (tenant_id, span, day, product_id, units_sold, units_returned,
                               gross, discounts, returns)
    SELECT :tenant_id, 1, d.day, s.* FROM
        unnest(CAST(:days AS date[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
            AS d (day, starts, ends)
    CROSS JOIN LATERAL (
        SELECT product_id, bigint_sum(units_sold), bigint_sum(units_returned), bigint_sum(gross),
               bigint_sum(discounts), bigint_sum(returns)
        FROM ledger
        WHERE tenant_id = :tenant_id AND occurred_at >= d.starts AND occurred_at < d.ends
          AND product_id IS NOT NULL
        GROUP BY product_id ORDER BY product_id
    ) s
    """
)
_SUM_BLOCKS = text(
    """
    INSERT INTO product_sales (tenant_id, span, day, product_id, units_sold, units_returned,
                               gross, discounts, returns)
    SELECT :tenant_id, :span, d.day, s.* FROM unnest(CAST(:days AS date[])) AS d (day)
    CROSS JOIN LATERAL (
        SELECT product_id, bigint_sum(units_sold), bigint_sum(units_returned), bigint_sum(gross),
               bigint_sum(discounts), bigint_sum(returns)
        FROM product_sales
        WHERE tenant_id = :tenant_id AND span = :part AND day >= d.day AND day < d.day + :span
        GROUP BY product_id ORDER BY product_id
    ) s
    """
)
_MARKED = text(
    """
    SELECT s.first, s.past FROM unnest(CAST(:firsts AS date[]), CAST(:pasts AS date[]))
        AS s (first, past)
    WHERE EXISTS (
        SELECT FROM dirty_days
        WHERE tenant_id = :tenant_id AND day >= s.first AND day < s.past
    )
    """
)
_AGREE = text(
    """
    SELECT coalesce(bool_and(
        (starts AT TIME ZONE :zone)::date = day
        AND ((starts - interval '1 microsecond') AT TIME ZONE :zone)::date < day), true)
    FROM unnest(CAST(:days AS date[]), CAST(:starts AS timestamptz[])) AS d (day, starts)
    """
)


def refresh(
    engine: Engine, tenant_id: int, *, first: date = date.min, past: date = date.max
) -> int:
    """Sum the days ``first`` ≤ day < ``past`` that are marked by now again; how many there were.

    A few at a time, each few in a transaction of its own: no statement grows with the history.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer; the marks of days not done stand.
    """
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        marked = select(DirtyDay.day).where(*_between(tenant_id, first, past)).distinct()
        days = sorted(session.scalars(marked))
    return sum(
        _refresh(engine, tenant_id, days[start : start + DAYS_AT_ONCE])
        for start in range(0, len(days), DAYS_AT_ONCE)
    )


def _refresh(engine: Engine, tenant_id: int, days: Sequence[date]) -> int:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        session.execute(_LOCK, {"class": _LOCK_CLASS, "tenant_id": tenant_id})
        zone = session.scalar(_ZONE, {"tenant_id": tenant_id})
        taken = _take_marks(session, tenant_id, days)
        if taken:
            _sum(session, tenant_id, taken, ZoneInfo(str(zone)))
        return len(taken)


def marked(
    session: Session, tenant_id: int, stretches: Sequence[tuple[date, date]]
) -> list[tuple[date, date]]:
    """Which of the ``stretches``, first ≤ day < past, have a marked day in what it sees."""
    firsts, pasts = zip(*stretches, strict=True)
    wanted = {"tenant_id": tenant_id, "firsts": list(firsts), "pasts": list(pasts)}
    return [(first, past) for first, past in session.execute(_MARKED, wanted)]


def fits(session: Session, scope: Scope) -> bool:
    """Whether the scope's windows are whole days by which writers mark, that of last year too.

    They are not for a link issued in another zone than the tenant's of today, nor where the
    server's time zone database cuts days elsewhere than Python's.
    """
    zone = scope.zone
    if not (scope.previous.is_whole_days(zone) and scope.window.is_whole_days(zone)):
        return False
    read = [window.dates(zone) for window in (*scope.stretches, scope.last_year)]
    days = [day for dates in read for day in (*dates, dates[-1] + timedelta(days=1))]
    starts = [start_of_day(day, zone) for day in days]
    return bool(session.scalar(_AGREE, {"zone": zone.key, "days": days, "starts": starts}))


def _take_marks(session: TenantSession, tenant_id: int, days: Sequence[date]) -> list[date]:
    marks = delete(DirtyDay).where(DirtyDay.tenant_id == tenant_id, DirtyDay.day.in_(days))
    return sorted(set(session.scalars(marks.returning(DirtyDay.day))))


def _between(tenant_id: int, first: date, past: date):  # type: ignore[no-untyped-def]
    return (DirtyDay.tenant_id == tenant_id, DirtyDay.day >= first, DirtyDay.day < past)


def _sum(session: Session, tenant_id: int, days: list[date], zone: ZoneInfo) -> None:
    bounds = {
        "tenant_id": tenant_id,
        "days": days,
        "starts": [start_of_day(day, zone) for day in days],
        "ends": [start_of_day(day + timedelta(days=1), zone) for day in days],
    }
    session.execute(_FORGET_DAYS, {"tenant_id": tenant_id, "days": days})
    session.execute(_SUM_DAYS, bounds)
    session.execute(_FORGET_PRODUCTS, {"tenant_id": tenant_id, "span": 1, "days": days})
    session.execute(_SUM_PRODUCTS, bounds)
    for part, span in pairwise(SPANS):
        blocks = {"tenant_id": tenant_id, "span": span, "days": list(parents(days, span))}
        session.execute(_FORGET_PRODUCTS, blocks)
        session.execute(_SUM_BLOCKS, {**blocks, "part": part})
