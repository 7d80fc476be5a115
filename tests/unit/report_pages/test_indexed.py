"""A page of amounts that are an index: no currency on it, and changes as the amounts have them."""

import re
from collections.abc import Iterator

import pytest
from babel import Locale
from tests.support.samples import finished, window

from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.report_words import formatter_of
from common.reports import registry
from common.reports.document.schema import Document, LineChart
from common.reports.document.tables import Table
from common.reports.redacting import redacted
from common.reports.redaction import Redaction
from report_pages.comparison import compared
from report_pages.formatting import DocumentFormatter
from report_pages.key_figures import key_figures
from report_pages.report import ReportTemplates
from report_pages.sections.table.view import VIEW

REPORTS = tuple(each.slug for each in registry.implemented())
AMOUNT = re.compile("EUR|€")


class File:
    """A file that pages link to."""

    url = integrity = ""


def indexed(slug: str) -> Document:
    made = finished(slug, window())
    return redacted(registry.find(slug), made, Redaction(money=True)).document


def changes(document: Document) -> Iterator[str]:
    """Every change that its charts and tables tell, as they are read."""
    figures = DocumentFormatter(document, formatter_of(ENGLISH))
    for section in document.sections:
        if isinstance(section, LineChart):
            for each in section.series:
                for weekly in (False, True):
                    if each.weekly is not None or not weekly:
                        yield from (row.change for row in compared(figures, each, weekly=weekly))
        elif isinstance(section, Table):
            measure = VIEW.measure(section, figures)
            assert measure is not None
            yield from (row.change for row in VIEW.compared(section, measure, figures))


@pytest.mark.parametrize("slug", REPORTS)
def test_changes_read_as_those_of_the_amounts(slug: str) -> None:
    plain, index = (
        tuple(changes(each)) for each in (finished(slug, window()).document, indexed(slug))
    )
    told = [pair for pair in zip(plain, index, strict=True) if not AMOUNT.search(pair[0])]
    assert len(told) > 20
    assert all(before == after for before, after in told)


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
def test_every_language_says_what_is_100_and_no_currency(locale: Locale) -> None:
    words = formatter_of(locale)
    said = words.text("Amounts are indexed: net sales of the period = 100.")
    assert locale.language == "en" or "indexed" not in said
    for slug in REPORTS:
        page = ReportTemplates(lambda _: File()).draw("report.html", indexed(slug), words)
        assert said in page
        assert not AMOUNT.search(page)


def test_no_line_is_drawn_of_an_index_of_few_steps() -> None:
    tiles = key_figures(indexed("revenue-overview")).tiles
    assert [each.kpi.key for each in tiles if each.days is None] == ["average_order_value"]
