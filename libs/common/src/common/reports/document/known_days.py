"""Known days: of which days a shop's sales are known, and of which nothing is.

Of what lies before its history, and from the day on which sales last came in, a sum of 0 says
nothing: rates are taken over the days between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common.reports.document.gaps import DataGap, Extent, GapKind, rule_of
from common.reports.document.schema import Days, Document

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownDays:
    """The days from ``first`` on and before ``past``; None where there is no such bound.

    ``any`` is False where no day is known.
    """

    first: date | None = None
    past: date | None = None
    any: bool = True

    def __contains__(self, day: date) -> bool:
        return (
            self.any
            and (self.first is None or day >= self.first)
            and (self.past is None or day < self.past)
        )

    def of(self, days: Sequence[date]) -> tuple[date, ...]:
        """Those of ``days`` that are known; of days in a row they are in a row."""
        return tuple(day for day in days if day in self)

    def within(self, days: Days) -> Days | None:
        """What is known of ``days``; None for nothing."""
        first = days.first if self.first is None else max(days.first, self.first)
        last = days.last if self.past is None else min(days.last, self.past - _DAY)
        known = self.any and first <= last
        return Days(first, last, (last - first).days + 1) if known else None


def known_days(gaps: Iterable[DataGap]) -> KnownDays:
    """The days that the gaps of a report leave."""
    named = {gap.kind: gap.day for gap in gaps}
    return KnownDays(
        named.get(GapKind.HISTORY_BEGINS),
        named.get(GapKind.DAYS_NOT_COVERED),
        any=GapKind.NO_SALES_YET not in named,
    )


def known_part(document: Document) -> Days | None:
    """The days that a report's sums are of, where those are some and not all; else None."""
    found = known_days(document.gaps).within(document.days)
    return None if found == document.days else found


def is_all_unknown(gaps: Iterable[DataGap], days: int) -> bool:
    """Whether nothing is known of any of a window's ``days``: all lie before the shop's history,
    or after the last day of which sales came in.
    """
    return unknown_of(gap.now for gap in gaps if is_of_days(gap)) >= days


def is_of_days(gap: DataGap) -> bool:
    """Whether nothing is known of the days of a gap."""
    rule = rule_of(gap)
    return rule is not None and rule.everything and not rule.known


def unknown_of(extents: Iterable[Extent | None], days: Days | None = None) -> int:
    """How many of ``days`` the gaps touch of which nothing is known; of all, without ``days``.

    The history begins before sales last came in, so no day is in two of them.
    """
    return sum(overlap(extent, days) for extent in extents if extent is not None)


def overlap(extent: Extent, days: Days | None) -> int:
    """How many of ``days`` a gap touches; how many in all without ``days``."""
    first, last = extent.first, extent.last
    if days is not None:
        first, last = max(first, days.first), min(last, days.last)
    return max(0, (last - first).days + 1)
