"""Views of a link by day: a small line for the eye, and the same in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from common.instants import now
from report_pages.sparkline import Sparkline, sparkline
from share_api.console.visit import Visit
from sharing.daily_views import daily_views


@dataclass(frozen=True, slots=True)
class DrawnViews:
    """The last 30 days of a link; ``text`` says how many views, and when there were most."""

    line: Sparkline
    text: str


def drawn_views(visit: Visit, link_ids: Collection[UUID]) -> Mapping[UUID, DrawnViews]:
    """The views of links, by link; of those that somebody looked at in these days."""
    today = today_of(visit)
    found = daily_views(visit.db, link_ids, today)
    return {link_id: _drawn(visit, days, today) for link_id, days in found.items()}


def today_of(visit: Visit) -> date:
    """The day that it is for the shop."""
    return now().astimezone(visit.tenant.zone).date()


def _drawn(visit: Visit, days: Sequence[int], today: date) -> DrawnViews:
    line = sparkline(days)
    assert line is not None  # noqa: S101 - 30 days
    ago = days[::-1].index(max(days))
    text = visit.words.counted(
        "%(count)s view in 30 days, on %(day)s",
        "%(count)s views in 30 days, most on %(day)s",
        sum(days),
        day=visit.words.calendar.short_day(today - timedelta(days=ago)),
    )
    return DrawnViews(line, text)
