"""Notes of a report: what it is about, what its data does not know, what its figures mean.

What its data does not know, and what of it changed, stands under headings.
"""

from collections.abc import Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from common.i18n.formatter import Formatter
from common.i18n.gap_sentences import beside_of, gap_sentence
from common.reports.document.gaps import rule_of
from common.reports.document.known_days import known_part
from common.reports.document.schema import Document
from common.reports.document.tables import is_before, is_change
from worker.forms.source import DataColumn, Source


def facts(source: Source) -> Iterator[tuple[str, str]]:
    """What the report is about, by name."""
    document, words = source.document, source.words
    zone = ZoneInfo(document.timezone)
    yield words.text("Report"), words.text(document.title)
    yield words.text("Shop"), document.tenant_name
    yield words.text("Period"), words.calendar.span(document.days)
    if known := known_part(document):
        yield words.text("Known days"), words.calendar.span(known)
    yield (
        words.text("Compared with"),
        f"{words.calendar.span(document.previous_days)} ({words.text('same weekdays')})",
    )
    if document.last_year_days is not None:
        yield words.text("Last year"), words.calendar.span(document.last_year_days)
    yield words.text("Time zone"), document.timezone
    if document.indexed:
        yield words.text("Amounts"), words.text("indexed: net sales of the period = 100")
    else:
        yield words.text("Currency"), document.currency
    yield words.text("Data as of"), words.instant(document.as_of, zone)


def gaps(document: Document, words: Formatter) -> Iterator[tuple[str, list[str]]]:
    """What the data does not know, and what of it changed: sentences by their heading.

    There is one a kind; kinds not known here are passed over. One about the days compared with, or
    those a year ago, alone says so.
    """
    told = [
        (rule.heading, sentence if gap.now else f"{words.text(beside_of(gap))}: {sentence}")
        for gap in document.gaps
        if (rule := rule_of(gap)) and (sentence := gap_sentence(gap, words))
    ]
    for heading, under in groupby(told, lambda each: each[0]):
        yield words.text(heading), [sentence for _, sentence in under]


def definitions(source: Source) -> Iterator[DataColumn]:
    """The columns that have a meaning of their own; those beside them only repeat it."""
    for column in source.columns:
        if column.definition and not (is_before(column.key) or is_change(column.key)):
            yield column
