"""What a page offers to be shown and to be compared with."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from msgspec.structs import replace
from tests.support.samples import document, with_last_year

from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.report_words import formatter_of
from common.links.ranges import ChosenRange, Range
from common.links.reader_choice import AS_SHARED
from common.reports.comparison import Comparison
from common.reports.document.schema import Days
from report_viewer.pages.comparison_picker import comparison_picker
from report_viewer.pages.range_picker import range_picker


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
@pytest.mark.parametrize(("today", "first"), [((2026, 12, 1), 11), ((2026, 12, 2), 12)])
def test_the_month_to_yesterday_is_that_of_yesterday(
    locale: Locale, today: tuple[int, int, int], first: int
) -> None:
    """On the first of a month it is the one before, which is not called this month."""
    now = datetime(*today, 12, tzinfo=UTC)
    month = ChosenRange(Range.THIS_MONTH)
    window = month.window((Range.THIS_MONTH,), ZoneInfo("UTC"), now=now)
    assert window is not None
    assert (window.start.month, window.end) == (first, datetime(*today, tzinfo=UTC))
    words = formatter_of(locale)
    picker = range_picker(words, (Range.THIS_MONTH,), AS_SHARED)
    assert picker is not None
    assert [each.words for each in picker.choices][1:] == [words.text("Month to yesterday")]
    assert words.text("Month to yesterday") != "Month to yesterday" or locale.language == "en"


@pytest.mark.parametrize(("count", "offered"), [(1, 2), (30, 2), (357, 2), (358, 0), (366, 0)])
@pytest.mark.parametrize("own", Comparison)
def test_two_are_offered_where_they_are_two(count: int, offered: int, own: Comparison) -> None:
    """The days before those of a year are last year's."""
    first = date(2026, 1, 1)
    days = Days(first, first + timedelta(days=count - 1), count)
    shown = replace(with_last_year(document("revenue-overview")), days=days)
    assert len(comparison_picker(formatter_of(ENGLISH), shown, own=own)) == offered
