"""What there is nothing to compare in is not drawn, and what is not known has no legend."""

import pytest
from msgspec import structs
from tests.support.samples import document
from tests.unit.common.reports.test_metamorphic import REPORTS

from common.reports.document.schema import BarChart, LineChart, Naming
from report_pages.comparison import any_before
from report_pages.sections.bar.view import BarView
from report_pages.sections.line.view import LineView
from report_pages.sections.protocol import entries, is_compared


@pytest.mark.parametrize("slug", REPORTS)
def test_days_and_weekdays_are_drawn_where_there_are_several(slug: str) -> None:
    for section in document(slug).sections:
        if isinstance(section, LineChart):
            assert LineView().is_worth_a_chart(section)
            assert not LineView().is_worth_a_chart(
                structs.replace(section, labels=section.labels[:1])
            )
        elif isinstance(section, BarChart):
            (first, *others) = section.series
            lone = (*first.values[:1], *(None for _ in first.values[1:]))
            alone = structs.replace(section, series=(structs.replace(first, values=lone), *others))
            assert BarView().is_worth_a_chart(section)
            weekdays = section.naming is Naming.WEEKDAYS
            assert BarView().is_worth_a_chart(alone) is not weekdays


def test_days_compared_with_of_which_nothing_is_known_are_in_no_legend() -> None:
    chart = next(
        each for each in document("revenue-overview").sections if isinstance(each, LineChart)
    )
    series = chart.series[0]
    assert series.previous is not None
    none = structs.replace(series, previous=(None,) * len(series.values))
    assert (entries([series]), entries([none])) == (2, 0)
    assert (is_compared(series.previous), is_compared(none.previous)) == (True, False)
    assert any_before([none, series])
    assert not any_before([none])
