"""Telling of what has changed: in sentences, and as cells of tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from common.i18n.formatter import Formatter
from common.i18n.gap_sentences import gap_sentence
from common.reports.document.metrics import Unit
from report_pages.formatting import DocumentFormatter
from report_pages.since.comparing import FigureRows, Since
from report_pages.since.rows import Compared

SHOWN: Final = 40
"""How many rows of a figure a page shows."""
WHY_NOT: Final = {
    Compared.HIDDEN: "This link hides its rows: they are not compared.",
    Compared.TOO_MANY: "There are too many rows to compare on a page.",
    Compared.UNNAMED: "The rows of this report have no names to compare them by.",
    Compared.OTHER_DAYS: "Days are not compared: the shop now has a different time zone.",
}
INDEXED: Final = (
    "Amounts are not compared: they are indexed, each report by its own net sales of the period."
)
OTHER_CURRENCY: Final = "Amounts are not compared: the shop now has a different currency."


@dataclass(frozen=True, slots=True)
class Told:
    """What has changed, in the words of a reader; ``frozen_at`` is since when."""

    since: Since
    figures: DocumentFormatter
    frozen_at: datetime

    @classmethod
    def of(cls, since: Since, words: Formatter, frozen_at: datetime) -> "Told":
        """In the language of ``words``."""
        return cls(since, DocumentFormatter(since.now, words), frozen_at)

    @property
    def gist(self) -> str:
        """Whether anything has changed, in a sentence."""
        text, counted = self.figures.text, self.figures.wording.counted
        if not self.since.changed:
            if not self.since.whole:
                return text("Nothing that is compared has changed.")
            return text("Nothing has changed since.")
        count = sum(each.changed for each in self.since.figures)
        if not count:
            return text("The totals are as they were; some of their rows are not.")
        return counted(
            "%(count)s of the totals has changed.", "%(count)s of the totals have changed.", count
        )

    @property
    def moments(self) -> str:
        """Which two states of the data are compared."""
        return self.figures.text(
            "Frozen on %(then)s, next to the data as of %(now)s.",
            then=self._instant(self.frozen_at),
            now=self._instant(self.since.now.as_of),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not compared, and what may be no change of the data."""
        text, since = self.figures.text, self.since
        found = []
        if not since.amounts:
            found.append(text(INDEXED if since.now.indexed else OTHER_CURRENCY))
        if since.compared in WHY_NOT:
            found.append(text(WHY_NOT[since.compared]))
        if since.redefined:
            labels = ", ".join(map(text, since.redefined))
            found.append(
                text(
                    "Defined differently since: %(figures)s. They may differ because of that.",
                    figures=labels,
                )
            )
        # Of one kind the newer is told: two counts beside each other would be no one's.
        gaps = {each.kind: each for each in (*since.then.gaps, *since.now.gaps)}
        told = (gap_sentence(each, self.figures.wording) for each in gaps.values())
        return (*found, *filter(None, told))

    def difference(self, value: int | None, unit: Unit) -> str:
        """A difference with its sign; of percentages in points."""
        told = self.figures.signed(value, unit)
        if value and unit is Unit.PERCENT:
            return self.figures.text("%(number)s points", number=told)
        return told

    def name(self, name: str) -> str:
        """What a row is called: a day by its weekday, all else as the shop calls it."""
        return self.figures.cell(name, Unit.DATE if self.since.days else Unit.TEXT)

    def rest(self, rows: FigureRows) -> str:
        """How many rows changed, where a page does not show all of them."""
        if rows.count <= SHOWN:
            return ""
        count = self.figures.cell
        return self.figures.text(
            "%(shown)s of %(all)s rows that changed: those with the greatest differences.",
            shown=count(SHOWN, Unit.COUNT),
            all=count(rows.count, Unit.COUNT),
        )

    def _instant(self, moment: datetime) -> str:
        return self.figures.wording.instant(moment, ZoneInfo(self.since.now.timezone))
