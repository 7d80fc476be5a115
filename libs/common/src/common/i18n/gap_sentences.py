"""Sentences of data gaps: what a report's data does not know, in a reader's language."""

from common.i18n.formatter import Formatter
from common.reports.document.gaps import DataGap, rule_of


def gap_sentence(gap: DataGap, words: Formatter) -> str | None:
    """A gap in a sentence; None for a kind of another version."""
    rule, extent = rule_of(gap), gap.extent
    if rule is None or extent is None:
        return None
    day = {} if gap.day is None else {"day": words.calendar.full_day(gap.day)}
    return words.counted(rule.one, rule.many, extent.count, **day)


def beside_of(gap: DataGap) -> str:
    """Which days a gap is about that touches none of the report's own, in English."""
    return "Compared with" if gap.before else "Last year"
