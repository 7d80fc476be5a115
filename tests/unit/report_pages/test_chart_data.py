"""The data island cannot end its element, and carries the document's own integers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from tests.support.samples import HOSTILE, document, window

from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.report_words import formatter_of
from common.reports.document.schema import BarChart, Document, LineChart
from common.reports.registry import implemented
from common.reports.window import Period, Window
from report_pages.chart_data import embeddable, island
from report_pages.formatting import DocumentFormatter
from report_pages.sections.series_data import accompanied

REPORTS = [each.slug for each in implemented()]


def told(made: Document, locale: Locale = ENGLISH) -> dict[str, Any]:
    """What the script is told of ``made``."""
    data: dict[str, Any] = json.loads(str(island(DocumentFormatter(made, formatter_of(locale)))))
    return data


def charts_of(made: Document) -> list[LineChart | BarChart]:
    return [each for each in made.sections if isinstance(each, LineChart | BarChart)]


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_is_embedded_reads_back_and_ends_nothing(value: object) -> None:
    text = str(embeddable(value))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_a_hostile_title_stays_text() -> None:
    made = document("product-performance", title=HOSTILE)
    text = str(island(DocumentFormatter(made, formatter_of(ENGLISH))))
    assert "<" not in text
    assert json.loads(text)["charts"][0]["labels"][0] == HOSTILE


@pytest.mark.parametrize("report", REPORTS)
def test_every_chart_is_there_with_its_integers(report: str) -> None:
    made = document(report)
    island = told(made)
    assert [each["key"] for each in island["charts"]] == [each.key for each in charts_of(made)]
    for chart, each in zip(charts_of(made), island["charts"], strict=True):
        known = {series.key: series for series in chart.series}
        changes = {f"{key}_change_percent" for key in known}
        assert [drawn["key"] for drawn in each["series"]] == [k for k in known if k not in changes]
        for drawn in each["series"]:
            series = known[drawn["key"]]
            assert tuple(drawn["values"]) == series.values
            assert drawn["previous"] is None or tuple(drawn["previous"]) == series.previous
            assert island["figures"]["exponents"][drawn["unit"]] == made.exponent(series.unit)


def test_an_integer_that_a_script_would_round_is_told_as_text() -> None:
    made = document("revenue-overview")
    line = made.sections[0]
    assert isinstance(line, LineChart)
    huge = (2**53 + 1, -(2**60), None, *line.series[0].values[3:])
    series = (msgspec.structs.replace(line.series[0], values=huge), *line.series[1:])
    sections = (msgspec.structs.replace(line, series=series),)
    values = told(msgspec.structs.replace(made, sections=sections))["charts"][0]["series"][0]
    assert values["values"][:3] == ["9007199254740993", "-1152921504606846976", None]
    assert values["values"][3:] == list(line.series[0].values[3:])


def test_weeks_start_on_monday_and_say_when_they_are_not_whole() -> None:
    made = document("revenue-overview", window(Period.MONTH))
    line = made.sections[0]
    assert isinstance(line, LineChart)
    weeks = told(made)["charts"][0]["weeks"]
    assert len(weeks["titles"]) == len(weeks["ticks"]) == len(weeks["previousTitles"])
    assert all(each.first.weekday() == 0 for each in line.weeks[1:])
    assert sum(each.count for each in line.weeks) == made.days.count
    assert weeks["parts"] == [each.count < 7 for each in line.weeks]
    for title, week in zip(weeks["titles"], line.weeks, strict=True):
        assert title.endswith(f"({week.count} days)") == (week.count < 7)
        assert week.first + timedelta(days=week.count - 1) == week.last


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
def test_no_two_points_of_a_window_have_one_name(locale: Locale) -> None:
    zone = ZoneInfo("Europe/Berlin")
    year = Window(datetime(2025, 11, 30, tzinfo=zone), datetime(2026, 12, 1, tzinfo=zone))
    (chart,) = (each for each in told(document("revenue-overview", year), locale)["charts"][:1])
    for names in (chart["labels"], chart["marks"], chart["ticks"]):
        assert len(set(names)) == len(names) == 366
    weeks = chart["weeks"]
    for names in (weeks["titles"], weeks["ticks"]):
        assert len(set(names)) == len(names)


def test_weeks_of_two_years_say_which() -> None:
    turn = Window(datetime(2025, 12, 15, tzinfo=UTC), datetime(2026, 1, 14, tzinfo=UTC))
    weeks = told(document("revenue-overview", turn))["charts"][0]["weeks"]
    titles = [each.replace("\u2009", " ") for each in weeks["titles"]]
    assert titles[:3] == ["15–21 Dec 2025", "22–28 Dec 2025", "29 Dec 2025 – 4 Jan 2026"]
    assert all(each.endswith(" 2025") for each in weeks["previousTitles"])


def test_a_window_of_a_week_has_no_weeks() -> None:
    assert told(document("revenue-overview", window(Period.WEEK)))["charts"][0]["weeks"] is None


@pytest.mark.parametrize("locale", LOCALES.values(), ids=str)
@pytest.mark.parametrize("report", REPORTS)
def test_the_words_and_symbols_are_there_in_every_language(report: str, locale: Locale) -> None:
    data = told(document(report), locale)
    assert data["words"].keys() == told(document(report))["words"].keys()
    for template in ("ascending", "descending"):
        assert "{column}" in data["words"][template]
    for template in ("find", "findAll", "more", "found"):
        forms = data["words"][template]
        assert forms.keys() == {locale.plural_form(number) for number in range(1000)}
        assert all("{count}" in each for each in forms.values())
        assert all(("{shown}" in each) is (template == "found") for each in forms.values())
    for kind in ("money", "moneyNegative", "percent", "percentNegative"):
        assert len(data["figures"]["symbols"][kind]) == 2


def test_the_average_goes_with_the_units() -> None:
    chart = document("sales-velocity").sections[0]
    assert isinstance(chart, LineChart)
    assert accompanied(chart.series) == {"units_sold_7_day_average": "units_sold"}


def test_the_revenue_measures_stand_alone() -> None:
    chart = document("revenue-overview").sections[0]
    assert isinstance(chart, LineChart)
    assert accompanied(chart.series) == {}
