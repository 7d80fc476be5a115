"""The data island cannot end its element, and carries the document's own integers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.report_viewer.samples import HOSTILE, document

from common.reports.document import BarChart, LineChart
from common.reports.registry import implemented
from report_viewer.charts import accompanied, embeddable, island


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_is_embedded_reads_back_and_ends_nothing(value: object) -> None:
    text = str(embeddable(value))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_a_hostile_title_stays_text() -> None:
    text = str(island(document("product-performance", title=HOSTILE)))
    assert "<" not in text
    assert json.loads(text)["charts"][0]["labels"][0] == HOSTILE


@pytest.mark.parametrize("report", [each.slug for each in implemented()])
def test_every_chart_is_there_with_its_integers(report: str) -> None:
    made = document(report)
    charts = [each for each in made.sections if isinstance(each, LineChart | BarChart)]
    told = json.loads(str(island(made)))["charts"]
    assert [each["key"] for each in told] == [each.key for each in charts]
    for chart, each in zip(charts, told, strict=True):
        for series, drawn in zip(chart.series, each["series"], strict=True):
            assert tuple(drawn["values"]) == series.values
            assert drawn["exponent"] == made.exponent(series.unit)


def test_the_average_goes_with_the_units() -> None:
    chart = document("sales-velocity").sections[0]
    assert isinstance(chart, LineChart)
    assert accompanied(chart.series) == {"units_sold_7_day_average": "units_sold"}


def test_the_revenue_measures_stand_alone() -> None:
    chart = document("revenue-overview").sections[0]
    assert isinstance(chart, LineChart)
    assert accompanied(chart.series) == {}
