"""What a page offers to be compared with."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from tests.support.samples import document, with_last_year

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports.comparison import Comparison
from common.reports.document.schema import Days
from report_viewer.pages.comparison_picker import comparison_picker


@pytest.mark.parametrize(("count", "offered"), [(1, 2), (30, 2), (357, 2), (358, 0), (366, 0)])
@pytest.mark.parametrize("own", Comparison)
def test_two_are_offered_where_they_are_two(count: int, offered: int, own: Comparison) -> None:
    """The days before those of a year are last year's."""
    first = date(2026, 1, 1)
    days = Days(first, first + timedelta(days=count - 1), count)
    shown = replace(with_last_year(document("revenue-overview")), days=days)
    assert len(comparison_picker(formatter_of(ENGLISH), shown, own=own)) == offered
