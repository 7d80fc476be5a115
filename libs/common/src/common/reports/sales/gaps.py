"""Data gaps of a window and of the days that it is compared with, as a session sees them.

What imports said of orders is kept, and which orders of closed days changed; where the history
begins and up to when sales came in follows from the ledger, so that an import of earlier or later
days closes it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.comparison import Comparison
from common.reports.document.gaps import DataGap, Extent, GapKind
from common.reports.window import Window

_OF_ORDERS: Final = text(
    """
    WITH found AS (
        SELECT kind, order_id, amount, since, until, NULL::timestamptz AS changed_at,
               until >= :starts AS now,
               since < :previous_ends AS before
        FROM data_gaps
        WHERE tenant_id = :tenant_id AND amount IS DISTINCT FROM 0
          AND since < :ends AND until >= :previous_starts
        UNION ALL
        SELECT :changed, order_id, NULL, counted_at, counted_at, changed_at,
               counted_at >= :starts, counted_at < :previous_ends
        FROM closed_day_changes
        WHERE tenant_id = :tenant_id AND counted_at < :ends AND counted_at >= :previous_starts
          AND (counted_at >= :starts OR counted_at < :previous_ends)
    )
    SELECT kind, max(changed_at),
           count(DISTINCT order_id) FILTER (WHERE now), sum(amount) FILTER (WHERE now)::bigint,
           min(since) FILTER (WHERE now), max(until) FILTER (WHERE now),
           count(DISTINCT order_id) FILTER (WHERE before),
           sum(amount) FILTER (WHERE before)::bigint,
           min(since) FILTER (WHERE before), max(until) FILTER (WHERE before)
    FROM found GROUP BY kind
    """
)
_COVERED: Final = text(
    """
    SELECT (SELECT min(paid_at) FROM order_lines WHERE tenant_id = :tenant_id),
           (SELECT max(paid_at) FROM order_lines WHERE tenant_id = :tenant_id),
           (SELECT coalesce(sales_at, changed_at) FROM ledger_versions
            WHERE tenant_id = :tenant_id)
    """
)


def read_gaps(
    session: Session,
    tenant_id: int,
    window: Window,
    zone: ZoneInfo,
    comparison: Comparison = Comparison.PREVIOUS,
) -> tuple[DataGap, ...]:
    """The gaps that touch ``window`` or the days it is compared with, at most one a kind.

    They touch no figures yet and are in no order: see ``document.gaps.of_figures``.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    previous = comparison.of(window, zone)
    found = _of_orders(session, tenant_id, window, previous, zone)
    begins, last_sale, came_in = session.execute(_COVERED, {"tenant_id": tenant_id}).one()
    if begins is not None:
        found.append(_history(begins, window, previous, zone))
        found.append(_covered(max(last_sale, came_in or last_sale), window, previous, zone))
    return tuple(gap for gap in found if gap is not None and (gap.now or gap.before))


def _of_orders(
    session: Session, tenant_id: int, window: Window, previous: Window, zone: ZoneInfo
) -> list[DataGap | None]:
    given = {
        "tenant_id": tenant_id,
        "starts": window.start,
        "ends": window.end,
        "previous_starts": previous.start,
        "previous_ends": previous.end,
        "changed": GapKind.CLOSED_DAYS_CHANGED.value,
    }
    return [_gap(row, window, previous, zone) for row in session.execute(_OF_ORDERS, given)]


def _gap(row: Sequence[Any], window: Window, previous: Window, zone: ZoneInfo) -> DataGap:
    kind, changed_at, *values = row
    half = len(values) // 2
    return DataGap(
        kind=kind,
        touches=(),
        now=_extent(values[:half], window.dates(zone), zone),
        before=_extent(values[half:], previous.dates(zone), zone),
        day=changed_at.astimezone(zone).date() if changed_at else None,
    )


def _extent(found: Sequence[Any], days: Sequence[date], zone: ZoneInfo) -> Extent | None:
    """What the query found in the window of ``days``."""
    count, amount, since, until = found
    if not count:
        return None
    first = max(since.astimezone(zone).date(), days[0])
    last = min(until.astimezone(zone).date(), days[-1])
    return Extent(count=count, first=first, last=last, amount=amount)


def _history(begins: datetime, window: Window, previous: Window, zone: ZoneInfo) -> DataGap:
    """The days before the first that has a sale."""
    first = begins.astimezone(zone).date()

    def missing(days: Sequence[date]) -> Extent | None:
        return _whole([day for day in days if day < first])

    return DataGap(
        kind=GapKind.HISTORY_BEGINS,
        touches=(),
        now=missing(window.dates(zone)),
        before=missing(previous.dates(zone)),
        day=first,
    )


def _covered(until: datetime, window: Window, previous: Window, zone: ZoneInfo) -> DataGap:
    """The day on which sales last came in, unless it was over by then, and those after it."""
    last = until.astimezone(zone).date()

    def missing(days: Sequence[date], end: datetime) -> Extent | None:
        return None if until >= end else _whole([day for day in days if day >= last])

    return DataGap(
        kind=GapKind.DAYS_NOT_COVERED,
        touches=(),
        now=missing(window.dates(zone), window.end),
        before=missing(previous.dates(zone), previous.end),
        day=last,
    )


def _whole(days: Sequence[date]) -> Extent | None:
    return Extent(count=len(days), first=days[0], last=days[-1]) if days else None
