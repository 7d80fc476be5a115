"""The strip of days on which something was sold, and the holes in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from common.instants import now
from common.reports.document.schema import Days
from common.reports.window import start_of_day
from ingest.ledger.sales_days import sales_span, sold_on
from share_api.console.visit import Visit

SHOWN: Final = 182
"""Complete days of the strip: 26 weeks."""
OLD_AFTER: Final = timedelta(days=3)
"""A shop that has sold nothing for longer is told so: a weekend and a day are no reason."""
NAMED: Final = 6
"""How many holes are named, the latest first; all are counted."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row that are alike: ``sold``, ``hole``, or ``before`` the shop's first sale."""

    kind: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class DaysView:
    """The strip: ``count`` days, in runs. ``missing`` of them are holes, ``holes`` names some.

    ``begins`` is the day of the first sale there is; empty where it is in the strip.
    """

    count: int
    runs: Sequence[Run]
    span: str
    missing: int
    holes: Sequence[str]
    more: int
    begins: str


def days_view(visit: Visit) -> DaysView | None:
    """The last days of the shop; None for one that has sold nothing."""
    zone, words = visit.tenant.zone, visit.words
    span = sales_span(visit.db)
    if span is None:
        return None
    today, first = now().astimezone(zone).date(), span[0].astimezone(zone).date()
    days = [today - timedelta(days=SHOWN - place) for place in range(SHOWN)]
    sold = sold_on(visit.db, [start_of_day(day, zone) for day in (*days, today)])
    runs = tuple(_runs(days, sold, first))
    holes = [each for each in reversed(runs) if each.kind == "hole"]
    spans = [words.calendar.span(_days(days, each)) for each in holes[:NAMED]]
    return DaysView(
        count=SHOWN,
        runs=runs,
        span=words.calendar.span(Days(days[0], days[-1], SHOWN)),
        missing=sum(each.length for each in holes),
        holes=spans,
        more=len(holes) - len(spans),
        begins=words.calendar.day(first) if first < days[0] else "",
    )


def sold_until(visit: Visit) -> date | None:
    """The day of the last sale; None for a shop without any."""
    span = sales_span(visit.db)
    return None if span is None else span[1].astimezone(visit.tenant.zone).date()


def is_old(visit: Visit, last: date) -> bool:
    """Whether nothing was sold for some days after ``last``."""
    return last < now().astimezone(visit.tenant.zone).date() - OLD_AFTER


def _runs(days: Sequence[date], sold: Sequence[bool], first: date) -> Iterator[Run]:
    kinds = [
        "sold" if has else "before" if day < first else "hole"
        for day, has in zip(days, sold, strict=True)
    ]
    start = 0
    for kind, run in groupby(kinds):
        length = len(list(run))
        yield Run(kind, start, length)
        start += length


def _days(days: Sequence[date], run: Run) -> Days:
    return Days(days[run.start], days[run.start + run.length - 1], run.length)
