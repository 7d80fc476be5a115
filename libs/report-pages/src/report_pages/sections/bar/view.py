"""Bar chart: its view."""

from collections.abc import Sequence
from typing import Any, Final

from common.reports.document.schema import BarChart, Naming, Series
from report_pages.formatting import DocumentFormatter, isolated
from report_pages.sections.protocol import SectionView, entries
from report_pages.sections.series_data import series_data
from report_pages.sentences import extent

FEW_BARS: Final = 4
SOME_BARS: Final = 8


class BarView(SectionView[BarChart]):
    """Shows bar charts."""

    section = BarChart

    def metrics(self, section: BarChart) -> Sequence[Series]:
        """The series."""
        return section.series

    def labels(self, section: BarChart, figures: DocumentFormatter) -> tuple[str, ...]:
        """Weekdays, or what the tenant called its products."""
        if section.naming is Naming.WEEKDAYS:
            return figures.wording.calendar.weekdays()
        return section.labels

    def legend(self, section: BarChart) -> int:
        """The series that are drawn, and the previous window of each."""
        return entries([each for each in section.series if each.drawn])

    def is_worth_a_chart(self, section: BarChart) -> bool:
        """Not the one weekday of a single day."""
        if section.naming is not Naming.WEEKDAYS:
            return True
        return sum(value is not None for value in section.series[0].values) > 1

    def rows(self, section: BarChart) -> str:
        """By the number of horizontal bars."""
        if not section.horizontal:
            return ""
        bars = len(section.labels)
        return "few" if bars <= FEW_BARS else "some" if bars <= SOME_BARS else "many"

    def summary(self, section: BarChart, figures: DocumentFormatter) -> str:
        """The highest and the lowest bar; of diverging ones what gained and what lost most."""
        if section.diverging:
            return _movers(section, figures)
        names = self.labels(section, figures)
        given = section.naming is Naming.NAMES
        return extent(figures, section.series[0], tuple(map(isolated, names)) if given else names)

    def chart_data(self, section: BarChart, figures: DocumentFormatter) -> dict[str, Any]:
        """The series, and how the bars lie."""
        return {
            "labels": self.labels(section, figures),
            "ticks": figures.wording.calendar.short_weekdays()
            if section.naming is Naming.WEEKDAYS
            else None,
            "ordered": section.naming is Naming.WEEKDAYS,
            "series": series_data(_without_changes(section.series), figures),
            "horizontal": section.horizontal,
            "diverging": section.diverging,
        }


def _without_changes(series: Sequence[Series]) -> list[Series]:
    """Without the changes of a series, which the page's script tells of it as its table does."""
    changes = {f"{each.key}_change_percent" for each in series if each.previous is not None}
    return [each for each in series if each.key not in changes]


def _movers(section: BarChart, figures: DocumentFormatter) -> str:
    series = section.series[0]
    if not section.labels:
        return figures.text("No product's net sales changed.")
    told = []
    first, last = series.values[0] or 0, series.values[-1] or 0
    if first > 0 and first not in series.values[1:]:
        told.append(
            figures.text(
                "%(product)s gained most: %(value)s.",
                product=isolated(section.labels[0]),
                value=figures.brief(first, series.unit),
            )
        )
    if last < 0 and last not in series.values[:-1]:
        told.append(
            figures.text(
                "%(product)s lost most: %(value)s.",
                product=isolated(section.labels[-1]),
                value=figures.brief(last, series.unit),
            )
        )
    return " ".join(told)


VIEW: Final = BarView()
