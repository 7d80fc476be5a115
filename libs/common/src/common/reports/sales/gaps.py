"""Data gaps of a window, of the days compared with and of those a year ago, as a session sees them.

What imports said of orders is kept, and which orders of closed days changed; where the history
begins and up to when sales came in follows from the ledger, so that an import of earlier or later
days closes it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.comparison import Comparison
from common.reports.document.gaps import DataGap, Extent, GapKind, Side
from common.reports.window import Window

Sides = Mapping[Side, Window]

_OF_ORDERS: Final = text(
    """
    WITH asked AS (
        SELECT * FROM unnest(
            CAST(:sides AS integer[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])
        ) AS w (side, starts, ends)
    ), found AS (
        SELECT side, kind, order_id, amount, since, until, NULL::timestamptz AS changed_at
        FROM data_gaps JOIN asked ON since < ends AND until >= starts
        WHERE tenant_id = :tenant_id AND amount IS DISTINCT FROM 0
        UNION ALL
        SELECT side, :changed, order_id, NULL, counted_at, counted_at, changed_at
        FROM closed_day_changes JOIN asked ON counted_at < ends AND counted_at >= starts
        WHERE tenant_id = :tenant_id
    )
    SELECT kind, side, max(changed_at),
           count(DISTINCT order_id), sum(amount)::bigint, min(since), max(until)
    FROM found GROUP BY kind, side
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
    """The gaps that touch ``window``, the days it is compared with or those a year ago.

    There is at most one a kind. They touch no figures yet and are in no order: see
    ``document.report_gaps.of_figures``.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    previous, last_year = comparison.of(window, zone), window.last_year(zone)
    sides = {Side.NOW: window, Side.BEFORE: previous}
    if last_year != previous:
        sides[Side.LAST_YEAR] = last_year
    found = _of_orders(session, tenant_id, sides, zone)
    begins, last_sale, came_in = session.execute(_COVERED, {"tenant_id": tenant_id}).one()
    if begins is None:
        found.append(_no_sales(sides, zone))
    else:
        found.append(_history(begins, sides, zone))
        found.append(_covered(max(last_sale, came_in or last_sale), sides, zone))
    return tuple(gap for gap in found if gap.extent)


def _of_orders(session: Session, tenant_id: int, sides: Sides, zone: ZoneInfo) -> list[DataGap]:
    asked = tuple(sides)
    given = {
        "tenant_id": tenant_id,
        "sides": list(range(len(asked))),
        "starts": [window.start for window in sides.values()],
        "ends": [window.end for window in sides.values()],
        "changed": GapKind.CLOSED_DAYS_CHANGED.value,
    }
    extents: dict[str, dict[str, Extent]] = defaultdict(dict)
    changed: dict[str, date] = {}
    for kind, place, changed_at, *found in session.execute(_OF_ORDERS, given):
        side = asked[place]
        extents[kind][side.value] = _extent(found, sides[side].dates(zone), zone)
        if changed_at:
            day = changed_at.astimezone(zone).date()
            changed[kind] = max(day, changed.get(kind, day))
    return [
        DataGap(kind=kind, touches=(), day=changed.get(kind), **reach)
        for kind, reach in extents.items()
    ]


def _extent(found: Sequence[Any], days: Sequence[date], zone: ZoneInfo) -> Extent:
    """What the query found in the window of ``days``."""
    count, amount, since, until = found
    first = max(since.astimezone(zone).date(), days[0])
    last = min(until.astimezone(zone).date(), days[-1])
    return Extent(count=count, first=first, last=last, amount=amount)


def _no_sales(sides: Sides, zone: ZoneInfo) -> DataGap:
    """All days, of a shop without a sale."""
    missing = {side.value: _whole(window.dates(zone)) for side, window in sides.items()}
    return DataGap(kind=GapKind.NO_SALES_YET, touches=(), day=None, **missing)


def _history(begins: datetime, sides: Sides, zone: ZoneInfo) -> DataGap:
    """The days before the first that has a sale."""
    first = begins.astimezone(zone).date()
    missing = {
        side.value: _whole([day for day in window.dates(zone) if day < first])
        for side, window in sides.items()
    }
    return DataGap(kind=GapKind.HISTORY_BEGINS, touches=(), day=first, **missing)


def _covered(until: datetime, sides: Sides, zone: ZoneInfo) -> DataGap:
    """The day on which sales last came in, unless it was over by then, and those after it."""
    last = until.astimezone(zone).date()
    missing = {
        side.value: None
        if until >= window.end
        else _whole([day for day in window.dates(zone) if day >= last])
        for side, window in sides.items()
    }
    return DataGap(kind=GapKind.DAYS_NOT_COVERED, touches=(), day=last, **missing)


def _whole(days: Sequence[date]) -> Extent | None:
    return Extent(count=len(days), first=days[0], last=days[-1]) if days else None
