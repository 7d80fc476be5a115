"""What is said to be compared is it: days so many weeks earlier, in every language."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from msgspec.structs import replace
from tests.support.samples import NOW, document

from common.i18n.locales import LOCALES
from common.i18n.report_words import formatter_of
from common.reports.comparison import Comparison
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.schema import Days
from common.reports.window import Dates, window_of
from report_pages.formatting import DocumentFormatter
from report_pages.sentences import headline
from report_viewer.pages.comparison_picker import comparison_picker

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 11, 2)
UP, DOWN, SAME = (Change(ChangeKind.PERCENT, value) for value in (10_00, -10_00, 0))
CHANGES = (UP, DOWN, SAME, Change(ChangeKind.MULTIPLE, 12_00))


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
@pytest.mark.parametrize(
    ("last", "before", "weeks"),
    [
        (date(2026, 11, 2), date(2026, 10, 26), 1),
        (date(2026, 11, 8), date(2026, 10, 26), 1),
        (date(2026, 11, 9), date(2026, 10, 19), 2),
        (date(2026, 12, 1), date(2026, 9, 28), 5),
        (date(2027, 1, 30), date(2026, 8, 3), 13),
    ],
)
def test_the_days_compared_with_are_named_by_their_weeks(
    last: date, before: date, weeks: int, locale: Locale
) -> None:
    made = document("revenue-overview", window_of(Dates(FIRST, last), BERLIN, now=NOW))
    assert made.previous_days.first == before
    figures = DocumentFormatter(made, formatter_of(locale))
    named = figures.compared_days
    assert str(weeks) in named
    for change in CHANGES:
        net = next(each for each in made.kpis if each.key == "net_sales")
        told = replace(made, kpis=(replace(net, change=change),))
        assert named in headline(DocumentFormatter(told, figures.wording))
    beside_last_year = replace(made, last_year_days=Days(FIRST, last, made.days.count))
    offered = comparison_picker(figures.wording, beside_last_year, own=Comparison.PREVIOUS)
    assert offered[0].words == named
