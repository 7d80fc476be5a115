"""Redacting: a finished report without what a redaction hides, before anything of it is kept."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from common.reports.document.gaps import DataGap
from common.reports.document.metrics import Figure
from common.reports.document.schema import Document
from common.reports.indexing import Index
from common.reports.model import Definition, Report, Row
from common.reports.redaction import Redaction


@dataclass(frozen=True, slots=True)
class Redacted:
    """A report as it may be kept: its document, and its CSV's columns and rows, made once."""

    document: Document
    columns: tuple[Figure, ...]
    rows: Iterator[Row]


def redacted(definition: Definition[object], report: Report, redaction: Redaction) -> Redacted:
    """``report`` without what ``redaction`` hides.

    A hidden CSV is a header without rows. Amounts are indexed by what is exact: those of ``report``
    are in units as fine as ``common.reports.sales.finer`` makes them.

    Raises:
        AnalyticsNotYetImplementedError: the report is a stub.
    """
    columns, rows = definition.columns, report.rows
    if not redaction:
        return Redacted(report.document, columns, rows)
    document = _without_sections(definition, report.document, redaction)
    if redaction.money:
        index = Index.of(report.document)
        document, rows = index.document(document), index.rows(columns, rows)
    if redaction.csv:
        document, rows = replace(document, csv=False), iter(())
    kept = definition.columns_without(redaction.sections)
    places = tuple(columns.index(each) for each in kept)
    return Redacted(document, kept, (tuple(row[place] for place in places) for row in rows))


def _without_sections(
    definition: Definition[object], document: Document, redaction: Redaction
) -> Document:
    named = frozenset(redaction.sections)
    hidden = named | {each.key for each in definition.sections if each.part_of in named}
    headline = document.headline
    if any(each.best and each.key in hidden for each in definition.sections):
        headline = replace(headline, best=None)
    sections = tuple(each for each in document.sections if each.key not in hidden)
    gaps = tuple(_of_shown(definition, document, redaction))
    return replace(document, sections=sections, headline=headline, gaps=gaps)


def _of_shown(
    definition: Definition[object], document: Document, redaction: Redaction
) -> Iterator[DataGap]:
    """The gaps of figures that are shown: of a hidden section's own there is nothing to tell."""
    shown = {each.key for each in definition.columns_without(redaction.sections)}
    shown |= {each.key for each in document.kpis}
    hidden = {each.key for each in definition.columns} - shown
    for gap in document.gaps:
        touches = tuple(each for each in gap.touches if each not in hidden)
        if touches or not gap.touches:
            yield replace(gap, touches=touches)
