"""Waterfall: how one sum becomes another, as a line of figures and signs."""

from collections.abc import Sequence
from typing import Final

from common.reports.document.schema import Step, Waterfall
from report_pages.formatting import DocumentFormatter
from report_pages.sections.protocol import SectionView

ON_A_LINE: Final = 105
"""So many characters of figures and signs stand beside each other on a desk's line."""
_SIGN: Final = 3
"""A sign takes the room of so many characters, with what is around it."""


class WaterfallView(SectionView[Waterfall]):
    """Shows waterfalls. Their figures are exact: those of a rounded sum would not add up."""

    section = Waterfall
    sums_up = True

    def metrics(self, section: Waterfall) -> Sequence[Step]:
        """The steps."""
        return section.steps

    def labels(self, section: Waterfall, figures: DocumentFormatter) -> tuple[str, ...]:
        """The steps' names."""
        return tuple(figures.text(step.label) for step in section.steps)

    def room(self, section: Waterfall, figures: DocumentFormatter) -> str:
        """``line`` where the steps stand on one line of a desk, else ``list``."""
        texts = [
            max(len(figures.cell(step.value, step.unit)), len(name) * 2 // 3 + 2)
            for step, name in zip(section.steps, self.labels(section, figures), strict=True)
        ]
        room = sum(texts) + _SIGN * (len(texts) - 1)
        return "line" if room <= ON_A_LINE else "list"


VIEW: Final = WaterfallView()
