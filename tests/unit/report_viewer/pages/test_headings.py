"""Cards have headings: that of a chart which is left out goes to its table."""

import re
from datetime import timedelta

import pytest
from tests.support.samples import document, window
from tests.unit.report_viewer.pages.test_renderer import REPORTS, page

from common.reports.window import Period, Window


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("days", [1, 2, 7, 30])
def test_days_have_their_heading_above_the_chart_or_where_there_is_none_the_table(
    report: str, days: int
) -> None:
    end = window(Period.MONTH).end
    html = page(document(report, Window(end - timedelta(days=days), end)))
    for key in re.findall(r'id="([a-z-]+)-tables"', html):
        chart = re.findall(rf'<h2 id="{key}-title">[^<]+</h2>', html)
        table = re.findall(rf'id="{key}-tables">\s*<h2>[^<]+</h2>', html)
        assert (len(chart), len(table)) == ((0, 1) if days == 1 else (1, 0))
