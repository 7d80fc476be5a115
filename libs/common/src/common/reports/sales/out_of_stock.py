"""What the stock counts of 0 and the sales after them say: days without stock.

A day with a sale is a day in stock. A sale after a count of 0 shows that goods have arrived that
were not counted: from then on the count is stale.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.document.known_days import known_days
from common.reports.model import Scope
from common.reports.sales.protocol import EmptyDays
from common.reports.window import Window, start_of_day

# The counts of 0 have an index of their own. Each lasts until the next count, whatever that says,
# and those that follow one another are one time: looking for the end of each would read every later
# one again. Of what was counted before, the last count alone matters.
_EMPTY = text(
    """
    WITH empty AS (
        SELECT product_id, counted_at FROM stock_counts
        WHERE tenant_id = :tenant_id AND on_hand <= 0
          AND counted_at >= :since AND counted_at < :until
        UNION ALL
        SELECT p.id, last.counted_at
        FROM products p
        CROSS JOIN LATERAL (
            SELECT counted_at, on_hand FROM stock_counts c
            WHERE c.tenant_id = :tenant_id AND c.product_id = p.id AND c.counted_at < :since
            ORDER BY c.counted_at DESC LIMIT 1
        ) last
        WHERE p.tenant_id = :tenant_id AND last.on_hand <= 0
          AND EXISTS (SELECT FROM stock_counts WHERE tenant_id = :tenant_id)
    ), times AS (
        SELECT e.product_id, unnest(range_agg(tstzrange(e.counted_at, coalesce((
            SELECT c.counted_at FROM stock_counts c
            WHERE c.tenant_id = :tenant_id AND c.product_id = e.product_id
              AND c.counted_at > e.counted_at AND c.counted_at < :until
            ORDER BY c.counted_at LIMIT 1
        ), :until)))) AS time
        FROM empty e
        GROUP BY e.product_id
    )
    SELECT p.id, p.external_id, lower(t.time), upper(t.time)
    FROM times t
    JOIN products p ON p.tenant_id = :tenant_id AND p.id = t.product_id
    """
)


_SOLD_ON = text(
    """
    SELECT DISTINCT product_id, width_bucket(occurred_at, CAST(:starts AS timestamptz[])) - 1
    FROM ledger
    WHERE tenant_id = :tenant_id AND occurred_at >= :since AND occurred_at < :until
      AND product_id = ANY(:products) AND units_sold > 0
    """
)
_SOLD_ON_ROLLED_UP = text(
    """
    SELECT product_id, day - CAST(:first AS date) FROM product_sales
    WHERE tenant_id = :tenant_id AND span = 1 AND day = ANY(:days)
      AND product_id = ANY(:products) AND units_sold > 0
    """
)
_SOLD_BETWEEN = text(
    """
    SELECT t.place
    FROM unnest(CAST(:places AS integer[]), CAST(:products AS integer[]),
                CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
         AS t (place, product_id, since, until)
    WHERE EXISTS (
        SELECT FROM ledger l
        WHERE l.tenant_id = :tenant_id AND l.occurred_at >= t.since AND l.occurred_at < t.until
          AND l.product_id = t.product_id AND l.units_sold > 0
    )
    """
)


class _Time(NamedTuple):
    """A time without stock, by the counts alone."""

    product: int
    external_id: str
    since: datetime
    until: datetime


def empty_days(session: Session, scope: Scope, *, rolled_up: bool) -> Mapping[str, EmptyDays]:
    """For how many days known of the scope's windows a product was out of stock, by its id.

    Out of stock is a product from a count of 0 or less to the next count above it, or to the next
    sale that is read, or to the window's end; only days that lie whole in that count. Of the window
    sales are read from the start of ``scope.reach`` on, whatever it is compared with, of the days
    compared with from their own. Products without such days are left out. Sales are read by day
    from the rollups where those are right.
    """
    reach, previous = scope.reach, scope.previous
    now = before = _times_without(session, scope, reach, rolled_up=rolled_up)
    if previous.start != reach.start:
        before = _times_without(session, scope, previous, rolled_up=rolled_up)
    empty, empty_before = (
        _days_in(times, _known(scope, window))
        for times, window in ((now, scope.window), (before, previous))
    )
    return {
        product: EmptyDays(empty.get(product, 0), empty_before.get(product, 0))
        for product in empty | empty_before
    }


def _known(scope: Scope, window: Window) -> Sequence[datetime]:
    """Where the days of a window begin that are known, and where the last of them ends."""
    days = known_days(scope.gaps).of(window.dates(scope.zone))
    if not days:
        return ()
    ends = min(start_of_day(days[-1] + timedelta(days=1), scope.zone), window.end)
    return (*(start_of_day(day, scope.zone) for day in days), ends)


def _days_in(times: Sequence[_Time], days: Sequence[datetime]) -> dict[str, int]:
    """How many of the days between those instants lie whole in ``times``, by the shop's ids."""
    found: Counter[str] = Counter()
    for time in times:
        found[time.external_id] += _whole(days, time.since, time.until)
    return {product: count for product, count in found.items() if count}


def _times_without(
    session: Session, scope: Scope, reach: Window, *, rolled_up: bool
) -> list[_Time]:
    """The times without stock by the counts and the sales of ``reach``."""
    times = _times(session, scope, reach)
    return _believed(session, scope, reach, times, rolled_up=rolled_up)


def _times(session: Session, scope: Scope, reach: Window) -> list[_Time]:
    facts = {"tenant_id": scope.tenant_id, "since": reach.start, "until": reach.end}
    return [_Time(*row) for row in session.execute(_EMPTY, facts)]


def _believed(
    session: Session, scope: Scope, reach: Window, times: Sequence[_Time], *, rolled_up: bool
) -> list[_Time]:
    """``times``, each up to the first day with a sale; none where its count's own day had one."""
    if not times:
        return []
    starts = [*reach.boundaries(scope.zone), reach.end]
    sold = _sold_on(session, scope, reach, {time.product for time in times}, rolled_up=rolled_up)
    cut = []
    for time in times:
        first = bisect_left(starts, time.since)  # the first day that is whole
        later = (day for day in sold[time.product] if day >= first)
        stop = min((starts[day] for day in later), default=time.until)
        if _whole(starts, time.since, min(stop, time.until)):
            cut.append(time._replace(until=min(stop, time.until)))
    return _uncontradicted(session, scope, reach, cut)


def _sold_on(
    session: Session, scope: Scope, reach: Window, products: set[int], *, rolled_up: bool
) -> Mapping[int, Sequence[int]]:
    """The days on which each of ``products`` was sold, by their places in ``reach``."""
    dates = reach.dates(scope.zone)
    facts = {"tenant_id": scope.tenant_id, "products": list(products)}
    if rolled_up:
        rows = session.execute(
            _SOLD_ON_ROLLED_UP, {**facts, "days": list(dates), "first": dates[0]}
        )
    else:
        starts = [start_of_day(day, scope.zone) for day in dates]
        bounds = {"since": reach.start, "until": reach.end}
        rows = session.execute(_SOLD_ON, {**facts, **bounds, "starts": starts})
    sold: dict[int, list[int]] = defaultdict(list)
    for product, day in rows:
        sold[product].append(day)
    return sold


def _uncontradicted(
    session: Session, scope: Scope, reach: Window, times: Sequence[_Time]
) -> list[_Time]:
    """Those of ``times`` whose count is not followed by a sale on its own day."""
    began = []
    for place, time in enumerate(times):
        day = time.since.astimezone(scope.zone).date()
        rest = start_of_day(day + timedelta(days=1), scope.zone)
        if time.since >= reach.start and start_of_day(day, scope.zone) < time.since:
            began.append((place, time.product, time.since, rest))
    if not began:
        return list(times)
    places, products, sinces, untils = map(list, zip(*began, strict=True))
    facts = {"places": places, "products": products, "sinces": sinces, "untils": untils}
    found = set(session.scalars(_SOLD_BETWEEN, {"tenant_id": scope.tenant_id, **facts}))
    return [time for place, time in enumerate(times) if place not in found]


def _whole(bounds: Sequence[datetime], since: datetime, until: datetime) -> int:
    """How many of the days between ``bounds`` lie whole between the two instants."""
    return max(0, bisect_right(bounds, until) - 1 - bisect_left(bounds, since))
