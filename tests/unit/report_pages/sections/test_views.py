"""What each kind of section says of itself: names along it, as a reader sees them."""

from babel import Locale
from tests.support.samples import document

from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.report_words import formatter_of
from common.reports.document.schema import BarChart, Document, LineChart
from report_pages.formatting import DocumentFormatter
from report_pages.sections.registry import KINDS


def labels(made: Document, kind: type, locale: Locale = ENGLISH) -> tuple[str, ...]:
    (section,) = (each for each in made.sections if isinstance(each, kind))
    return KINDS.of(section).view.labels(section, DocumentFormatter(made, formatter_of(locale)))


def test_weekdays_are_those_of_the_language_and_products_stay_what_they_are() -> None:
    assert labels(document("sales-velocity"), BarChart, LOCALES["ja"])[0] == "月曜日"
    made = document("product-performance")
    (movers,) = (each for each in made.sections if isinstance(each, BarChart))
    assert labels(made, BarChart, LOCALES["ja"]) == movers.labels


def test_days_along_a_chart() -> None:
    made = document("revenue-overview")
    assert labels(made, LineChart)[0] == "Wed, 1 Apr 2026"
    (chart,) = (each for each in made.sections if isinstance(each, LineChart))
    data = KINDS.of(chart).view.chart_data(chart, DocumentFormatter(made, formatter_of(ENGLISH)))
    assert data is not None
    assert data["ticks"][:2] == ("1 Apr", "2 Apr")
