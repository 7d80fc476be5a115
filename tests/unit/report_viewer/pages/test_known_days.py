"""A page says of which days its figures are, and nothing of all days where some are not known."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.support.partly_known_shops import DAY, Known, Shop

from common.i18n.locales import LOCALES
from common.reports.comparison import Comparison
from common.reports.document.gaps import GapKind
from common.reports.document.schema import Document
from common.reports.indexing import NO_INDEX, Index
from common.reports.totals.totals import Totals
from common.reports.window import Window
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.assets import Assets
from report_viewer.pages.renderer import PageRenderer

START = datetime(2026, 11, 1, tzinfo=UTC)
WEEK = (Totals(orders=1, units_sold=5, gross=50_00),) * 7
MONTH = Shop(Window(START, START + timedelta(days=30)), Comparison.PREVIOUS, (WEEK,), Known())


def text_of(document: Document) -> str:
    page = PageRenderer(Assets(SecurityHeaders(https=False))).report(
        document, token="t", expires_at=START, locale=LOCALES["en"]
    )
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.decode())))


def test_days_that_have_not_come_in() -> None:
    """Sales came in until the 24th of 30 days."""
    shop = replace(MONTH, known=Known(past=MONTH.days[23]))
    said = text_of(shop.document("sales-velocity"))
    assert "Known days : 1–23 Nov 2026" in said or "Known days: 1–23 Nov 2026" in said
    assert "Complete up to 23 Nov 2026" in said
    assert "23–29 Nov 1 day" in said
    assert "−100.00%" not in said
    whole = text_of(MONTH.document("sales-velocity"))
    assert "Known days" not in whole
    assert "Complete up to 30 Nov 2026" in whole


def test_nothing_is_so_throughout_where_days_are_not_known() -> None:
    """Tax of 29 days is not known, and of the first is 0."""
    gap = (GapKind.TAX_NOT_KNOWN, MONTH.days[1], MONTH.days[-1])
    shop = replace(MONTH, known=Known(figures=(gap,)))
    assert "Tax: €0.00 throughout." in text_of(MONTH.document("revenue-overview"))
    assert "Tax: €0.00 throughout." not in text_of(shop.document("revenue-overview"))


def test_what_is_not_known_of_a_year_ago_is_said_and_marked_there() -> None:
    days = MONTH.last_year
    shop = replace(MONTH, known=Known(figures=((GapKind.TAX_NOT_KNOWN, days[0], days[0] + DAY),)))
    said = text_of(shop.document("revenue-overview"))
    assert "Last year: Not known" in said
    assert "Tax is not known: 2 orders came without it. Last year · 2–3 Nov 2025" in said
    assert "△ Incomplete 1 Last year" not in said, "the figure of these days is complete"


def test_amounts_without_an_index_are_not_days_without_a_figure() -> None:
    """More came back than was sold: both sides are known, and there is no base."""
    back = (Totals(orders=1, units_sold=1, units_returned=2, gross=10_00, returns=20_00),) * 7
    document = replace(MONTH, products=(back,)).document("revenue-overview")
    indexed = Index.of(document).document(document)
    net = next(each for each in indexed.kpis if each.key == "net_sales")
    assert (net.value, net.previous, net.note) == (None, None, NO_INDEX)
    said = text_of(indexed)
    assert NO_INDEX in said
    assert "No figure for" not in said
