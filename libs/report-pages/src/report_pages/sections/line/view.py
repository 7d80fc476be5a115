"""Line chart: its view."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from common.i18n.dates import weekend
from common.reports import registry
from common.reports.document.changes import ChangeKind
from common.reports.document.known_days import known_days
from common.reports.document.metrics import DAY, Better
from common.reports.document.schema import LineChart, Series
from common.reports.document.series_changes import changes_of
from report_pages.formatting import DocumentFormatter
from report_pages.sections.protocol import SectionView, entries
from report_pages.sections.series_data import accompanied, change_data, series_data
from report_pages.sentences import extent

LONG: Final = 120
"""A window of more days is drawn by weeks at first, and its page leaves out what is many."""
_IN_COLUMNS: Final = frozenset({ChangeKind.PERCENT, ChangeKind.POINTS})
"""What the CSV tells changes in."""
_WEEK: Final = 7
_SEVERAL: Final = 2
_YEAR: Final = 365
_FEW: Final = 8
"""So many days have room for their weekdays."""


class LineView(SectionView[LineChart]):
    """Shows line charts."""

    section = LineChart

    def metrics(self, section: LineChart) -> Sequence[Series]:
        """The series."""
        return section.series

    def title(self, section: LineChart, figures: DocumentFormatter) -> str:
        """What is drawn at first: its first measure, by day; of a long window by week."""
        if is_long(section):
            return by_week(section.series[0], figures)
        return by_day(section.series[0], figures)

    def is_abridged(self, section: LineChart, figures: DocumentFormatter) -> bool:
        """Whether the page leaves the days to the CSV, for they are many and its rows are they."""
        return is_long(section) and DAY.key in _csv_columns(figures)

    def is_worth_a_chart(self, section: LineChart) -> bool:
        """Not a single day, which is a point: its table has all measures."""
        return len(section.labels) > 1

    def is_short(self, section: LineChart) -> bool:
        """Whether there is room for all measures of every day."""
        return not is_long(section)

    def labels(self, section: LineChart, figures: DocumentFormatter) -> tuple[str, ...]:
        """The days."""
        return tuple(map(figures.wording.calendar.weekday, section.labels))

    def week_days(self, section: LineChart, figures: DocumentFormatter) -> tuple[int, ...]:
        """How many days each week has that are known."""
        known = known_days(figures.document.gaps)
        within = map(known.within, section.weeks)
        return tuple(0 if found is None else found.count for found in within)

    def legend(self, section: LineChart) -> int:
        """The first series, what refines it, and the previous window of each."""
        first = section.series[0].key
        refining = [key for key, of in accompanied(section.series).items() if of == first]
        return entries([each for each in section.series if each.key in (first, *refining)])

    def summary(self, section: LineChart, figures: DocumentFormatter) -> str:
        """The highest and the lowest day of the first series; of a long window the weeks."""
        first = section.series[0]
        if is_long(section):
            return _weekly_extent(section, first, figures)
        return extent(figures, first, self.labels(section, figures))

    def chart_data(self, section: LineChart, figures: DocumentFormatter) -> dict[str, Any]:
        """The series by day, and by week where there are weeks."""
        calendar = figures.wording.calendar
        days = self.labels(section, figures)
        return {
            "ordered": True,
            "labels": days,
            "ticks": _ticks(section, figures),
            "marks": tuple(
                map(
                    calendar.weekday if _is_beyond_a_year(section) else calendar.short_weekday,
                    section.labels,
                )
            ),
            "weekends": _weekends(section, figures),
            "texts": {each.key: _texts(section, each, figures, days) for each in section.series},
            "previousLabels": tuple(map(calendar.weekday, section.previous_labels)),
            "long": is_long(section),
            "abridged": self.is_abridged(section, figures),
            "series": self._series(section, figures),
            "weeks": _weeks(section, figures) if section.weeks else None,
        }

    def _series(self, section: LineChart, figures: DocumentFormatter) -> list[dict[str, Any]]:
        told, columns = series_data(section.series, figures), _csv_columns(figures)
        if not self.is_abridged(section, figures):
            return told
        for each, series in zip(told, section.series, strict=True):
            if series.key in columns:
                each["absent"] = [_absent(series.values), _absent(series.previous or ())]
                each["told"] = series.changes and _told(series)
                each["values"] = each["previous"] = each["changes"] = None
        return told


def _texts(
    section: LineChart, series: Series, figures: DocumentFormatter, days: Sequence[str]
) -> dict[str, str]:
    """What goes with a measure: headings, sentences, and the name of its highest point."""
    best = series.key in _rising(figures)
    texts = {
        "day": by_day(series, figures),
        "dayGist": extent(figures, series, days),
        "dayPeak": figures.text("Best day") if best else figures.text("Highest day"),
    }
    if section.weeks and series.weekly is not None:
        texts |= {
            "week": by_week(series, figures),
            "weekGist": _weekly_extent(section, series, figures),
            "weekPeak": figures.text("Best week") if best else figures.text("Highest week"),
        }
    return texts


def _weekly_extent(section: LineChart, series: Series, figures: DocumentFormatter) -> str:
    """The highest and the lowest of the whole weeks; empty where these are not several.

    A part of a week is low for being short.
    """
    whole = tuple(n for n, week in enumerate(section.weeks) if week.count == _WEEK)
    if len(whole) < _SEVERAL:
        return ""
    values = tuple((series.weekly or ())[n] for n in whole)
    named = figures.week_labels(section.weeks)
    spans = tuple(named[n] for n in whole)
    return extent(figures, msgspec.structs.replace(series, values=values), spans)


def _rising(figures: DocumentFormatter) -> set[str]:
    """The measures of which more is better."""
    kpis = figures.document.kpis
    return {each.measure or each.key for each in kpis if each.better is Better.UP}


def _ticks(section: LineChart, figures: DocumentFormatter) -> tuple[str, ...]:
    """The days along the axis; the few of a week with their weekdays."""
    few = len(section.labels) <= _FEW
    spelled = figures.wording.calendar.short_weekday if few else _tick(section, figures)
    return tuple(map(spelled, section.labels))


def _tick(section: LineChart, figures: DocumentFormatter) -> Callable[[date], str]:
    calendar = figures.wording.calendar
    return calendar.day if _is_beyond_a_year(section) else calendar.short_day


def _is_beyond_a_year(section: LineChart) -> bool:
    """Whether a day and a month may be those of two days, which their years then tell apart."""
    return len(section.labels) > _YEAR


def _weekends(section: LineChart, figures: DocumentFormatter) -> tuple[int, ...]:
    """Which of the days are days off where the shop is."""
    off = weekend(figures.document.timezone)
    return tuple(place for place, day in enumerate(section.labels) if day.weekday() in off)


def _csv_columns(figures: DocumentFormatter) -> frozenset[str]:
    """What the page may leave to the CSV."""
    if not figures.document.csv:
        return frozenset()
    return frozenset(each.key for each in registry.find(figures.document.report).columns)


def is_long(section: LineChart) -> bool:
    """Whether a chart has more days than can be told apart."""
    return len(section.labels) > LONG and bool(section.weeks)


def _absent(values: Sequence[int | None]) -> list[int]:
    """The places without a value: what is not known is no 0, though the CSV has one."""
    return [place for place, value in enumerate(values) if value is None]


def _told(series: Series) -> list[tuple[int, dict[str, Any] | None]]:
    """The changes of known days that a column of percents does not say, with their places."""
    days = zip(series.values, series.previous or (), changes_of(series), strict=True)
    return [
        (place, change_data(change))
        for place, (now, before, change) in enumerate(days)
        if not (now is None or before is None or (change and change.kind in _IN_COLUMNS))
    ]


def by_week(series: Series, figures: DocumentFormatter) -> str:
    """The heading of a measure's weeks."""
    return figures.text("%(measure)s by week", measure=figures.text(series.label))


def by_day(series: Series, figures: DocumentFormatter) -> str:
    """The heading of a measure's days."""
    return figures.text("%(measure)s by day", measure=figures.text(series.label))


def _weeks(section: LineChart, figures: DocumentFormatter) -> dict[str, Any]:
    spans = figures.week_labels(section.weeks)
    counts = VIEW.week_days(section, figures)
    return {
        "titles": [
            span if days == _WEEK else f"{span} ({_part(days, figures)})"
            for span, days in zip(spans, counts, strict=True)
        ],
        "ticks": list(map(_tick(section, figures), (week.first for week in section.weeks))),
        "parts": [days < _WEEK for days in counts],
        "previousTitles": figures.week_labels(section.previous_weeks, section.weeks),
    }


def _part(count: int, figures: DocumentFormatter) -> str:
    return figures.wording.counted("%(count)s day", "%(count)s days", count)


VIEW: Final = LineView()
