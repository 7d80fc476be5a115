"""Waterfall chart: its view."""

from collections.abc import Sequence
from typing import Any, Final

from common.reports.document.schema import Movement, Step, Waterfall
from report_viewer.i18n.formatting import DocumentFormatter
from report_viewer.pages.sections.protocol import SectionView
from report_viewer.pages.sections.series_data import change_data, exact


class WaterfallView(SectionView[Waterfall]):
    """Shows waterfall charts."""

    section = Waterfall

    def metrics(self, section: Waterfall) -> Sequence[Step]:
        """The steps."""
        return section.steps

    def labels(self, section: Waterfall, figures: DocumentFormatter) -> tuple[str, ...]:
        """The steps' names."""
        return tuple(figures.text(step.label) for step in section.steps)

    def summary(self, section: Waterfall, figures: DocumentFormatter) -> str:
        """The levels."""
        levels = (step for step in section.steps if step.movement is Movement.LEVEL)
        return " · ".join(
            figures.text(
                "%(label)s: %(value)s",
                label=figures.text(step.label),
                value=figures.brief(step.value, step.unit),
            )
            for step in levels
        )

    def chart_data(self, section: Waterfall, figures: DocumentFormatter) -> dict[str, Any]:
        """The steps."""
        return {"steps": [_step(each, figures) for each in section.steps]}


def _step(step: Step, figures: DocumentFormatter) -> dict[str, Any]:
    value, previous = exact((step.value, step.previous)) or (None, None)
    return {
        "key": step.key,
        "label": figures.text(step.label),
        "unit": step.unit,
        "movement": step.movement,
        "value": value,
        "previous": previous,
        "change": change_data(step.change),
    }


VIEW: Final = WaterfallView()
