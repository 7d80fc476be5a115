"""Pareto chart: its view."""

from collections.abc import Sequence
from typing import Any, Final

from common.reports.document.metrics import Unit
from common.reports.document.schema import Pareto, Series
from report_viewer.i18n.formatting import DocumentFormatter
from report_viewer.pages.sections.protocol import SectionView, entries
from report_viewer.pages.sections.series_data import series_data


class ParetoView(SectionView[Pareto]):
    """Shows Pareto charts."""

    section = Pareto

    def metrics(self, section: Pareto) -> Sequence[Series]:
        """The series."""
        return section.series

    def labels(self, section: Pareto, figures: DocumentFormatter) -> tuple[str, ...]:
        """What the tenant called its products."""
        del figures
        return section.labels

    def legend(self, section: Pareto) -> int:
        """The series that are drawn, and the previous window of each."""
        return entries([each for each in section.series if each.drawn])

    def summary(self, section: Pareto, figures: DocumentFormatter) -> str:
        """How many products are in the first class, and what they bring."""
        first = section.bands[0] if section.bands else None
        if first is None or first.share is None:
            return ""
        everything = sum(band.products for band in section.bands)
        return figures.wording.counted(
            "%(count)s of %(all)s products is in class A and brings %(share)s of net sales.",
            "%(count)s of %(all)s products are in class A and bring %(share)s of net sales.",
            first.products,
            all=figures.cell(everything, Unit.COUNT),
            share=figures.brief(first.share, Unit.PERCENT),
        )

    def chart_data(self, section: Pareto, figures: DocumentFormatter) -> dict[str, Any]:
        """The bars, the cumulative share, and the class of each bar."""
        class_of = figures.text("ABC class")
        return {
            "labels": section.labels,
            "series": series_data(section.series, figures),
            "classes": section.classes,
            "notes": [f"{class_of}: {each}" for each in section.classes],
        }


VIEW: Final = ParetoView()
