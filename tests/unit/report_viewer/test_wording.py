"""Figures are spelled from integers, exactly."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.report_viewer.samples import document

from common.reports.document import Days
from common.reports.figures import Unit
from report_viewer.wording import NOTHING, Figures, instant, number, span, weekday


@pytest.mark.parametrize(
    ("value", "exponent", "text"),
    [
        (0, 0, "0"),
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-5, 3, "−0.005"),
        (123456, 2, "1,234.56"),
        (-100000000, 0, "−100,000,000"),
        (2**63, 2, "92,233,720,368,547,758.08"),
    ],
)
def test_numbers(value: int, exponent: int, text: str) -> None:
    assert number(value, exponent) == text


@given(st.integers(-(2**70), 2**70), st.sampled_from([0, 2, 3]))
def test_a_number_reads_back_as_itself(value: int, exponent: int) -> None:
    read = Decimal(number(value, exponent).replace(",", "").replace("−", "-"))
    assert int(read.scaleb(exponent)) == value


def test_cells() -> None:
    figures = Figures(document("revenue-overview"))
    assert figures.cell(None, Unit.MONEY) == NOTHING
    assert figures.cell(1205, Unit.MONEY) == "12.05"
    assert figures.cell(-1205, Unit.PERCENT) == "−12.05%"
    assert figures.cell(1205, Unit.COUNT) == "1,205"
    assert figures.cell(1205, Unit.RATE) == "12.05"
    assert figures.cell("2026-04-01", Unit.DATE) == "Wed 1 Apr 2026"
    assert figures.cell("Total", Unit.DATE) == "Total"
    assert figures.currency_of(Unit.MONEY) == "EUR"
    assert figures.currency_of(Unit.COUNT) == ""


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 4, 1), date(2026, 4, 30), "1 – 30 Apr 2026"),
        (date(2026, 3, 25), date(2026, 4, 24), "25 Mar – 24 Apr 2026"),
        (date(2025, 12, 30), date(2026, 1, 5), "30 Dec 2025 – 5 Jan 2026"),
        (date(2026, 4, 1), date(2026, 4, 1), "1 Apr 2026"),
    ],
)
def test_spans(first: date, last: date, text: str) -> None:
    assert span(Days(first=first, last=last, count=(last - first).days + 1)) == text


def test_instants_stand_on_the_shops_clock() -> None:
    at = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    assert instant(at, ZoneInfo("Asia/Tokyo")) == "2 May 2026, 08:30 JST"
    assert weekday(date(2026, 5, 1)) == "Fri 1 May 2026"
