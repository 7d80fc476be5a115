"""Line chart: its view."""

from collections.abc import Sequence
from typing import Any, Final

from common.reports.document.schema import LineChart, Series
from report_viewer.i18n.formatting import DocumentFormatter
from report_viewer.pages.sections.protocol import SectionView, entries
from report_viewer.pages.sections.series_data import accompanied, series_data
from report_viewer.pages.sentences import extent

_WEEK: Final = 7


class LineView(SectionView[LineChart]):
    """Shows line charts."""

    section = LineChart

    def metrics(self, section: LineChart) -> Sequence[Series]:
        """The series."""
        return section.series

    def title(self, section: LineChart, figures: DocumentFormatter) -> str:
        """What is drawn at first: its first measure, by day."""
        return by_day(section.series[0], figures)

    def labels(self, section: LineChart, figures: DocumentFormatter) -> tuple[str, ...]:
        """The days."""
        return tuple(map(figures.wording.calendar.weekday, section.labels))

    def legend(self, section: LineChart) -> int:
        """The first series, what refines it, and the previous window of each."""
        first = section.series[0].key
        refining = [key for key, of in accompanied(section.series).items() if of == first]
        return entries([each for each in section.series if each.key in (first, *refining)])

    def summary(self, section: LineChart, figures: DocumentFormatter) -> str:
        """The highest and the lowest day of the first series."""
        return extent(figures, section.series[0], self.labels(section, figures))

    def chart_data(self, section: LineChart, figures: DocumentFormatter) -> dict[str, Any]:
        """The series by day, and by week where there are weeks."""
        calendar = figures.wording.calendar
        return {
            "ordered": True,
            "labels": self.labels(section, figures),
            "ticks": tuple(map(calendar.short_day, section.labels)),
            "previousLabels": tuple(map(calendar.weekday, section.previous_labels)),
            "series": series_data(section.series, figures),
            "weeks": _weeks(section, figures) if section.weeks else None,
        }


def by_day(series: Series, figures: DocumentFormatter) -> str:
    """The heading of a measure's days."""
    return figures.text("%(measure)s by day", measure=figures.text(series.label))


def _weeks(section: LineChart, figures: DocumentFormatter) -> dict[str, Any]:
    spans = figures.week_labels(section.weeks)
    return {
        "titles": [
            span if week.count == _WEEK else f"{span} ({_part(week.count, figures)})"
            for span, week in zip(spans, section.weeks, strict=True)
        ],
        "ticks": [figures.wording.calendar.short_day(week.first) for week in section.weeks],
        "parts": [week.count < _WEEK for week in section.weeks],
        "previousTitles": figures.week_labels(section.previous_weeks),
    }


def _part(count: int, figures: DocumentFormatter) -> str:
    return figures.wording.counted("%(count)s day", "%(count)s days", count)


VIEW: Final = LineView()
