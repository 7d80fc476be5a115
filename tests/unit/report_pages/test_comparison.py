"""A measure beside that of the days before: rows, bars and whether a change is good news."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.support.samples import document
from tests.unit.common.reports.test_metamorphic import REPORTS

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.metrics import Better
from common.reports.document.schema import BarChart, Document, LineChart, Series
from report_pages.comparison import Compared, bars_of, compared, tone, whole
from report_pages.formatting import NOTHING, DocumentFormatter

FIGURES = st.one_of(st.none(), st.integers(-(10**12), 10**12))


def measure(made: Document, key: str) -> Series:
    (chart,) = (each for each in made.sections if isinstance(each, LineChart))
    return next(each for each in chart.series if each.key == key)


def rows(key: str, *, weekly: bool = False) -> tuple[tuple[Compared, ...], Compared, Series]:
    made = document("revenue-overview")
    figures, series = DocumentFormatter(made, formatter_of(ENGLISH)), measure(made, key)
    return compared(figures, series, weekly=weekly), whole(figures, series), series


def number(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text.replace("\u2212", "-")))


def test_a_row_is_the_value_the_one_before_and_what_lies_between() -> None:
    days, sum_of_all, series = rows("net_sales")
    assert series.previous is not None
    for row, now, before in zip(days, series.values, series.previous, strict=True):
        assert number(row.now) == now
        assert number(row.before) == before
        assert number(row.difference) == (now or 0) - (before or 0)
        assert row.change.startswith(("+", "\u2212")) or number(row.change) == 0
    assert number(sum_of_all.difference) == sum(number(row.difference) for row in days)
    assert sum_of_all.bar is None


def test_a_row_has_one_difference() -> None:
    """Of figures that were rounded, what lies between is that of before they were."""
    made = document("revenue-overview")
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    told = (Change(ChangeKind.DIFFERENCE, 114_80), Change(ChangeKind.PERCENT, 10_00), None)
    series = structs.replace(
        measure(made, "average_order_value"),
        values=(214_79, 214_79, 214_79),
        previous=(100_00, 100_00, 100_00),
        changes=told,
    )
    row, percent, none = compared(figures, series)
    assert (row.difference, row.change) == ("+114.80", "+€114.80")
    assert (percent.difference, none.difference) == ("+114.79", "+114.79")
    rate = structs.replace(
        measure(made, "refund_rate_percent"),
        values=(5_00,),
        previous=(2_50,),
        changes=(Change(ChangeKind.POINTS, 2_51),),
    )
    (points,) = compared(figures, rate)
    assert (points.difference, points.change) == ("+2.51", "+2.51 points")


@pytest.mark.parametrize("slug", REPORTS)
@pytest.mark.parametrize("weekly", [False, True])
def test_a_difference_is_what_is_shown_less_what_is_shown_of_before(
    slug: str, weekly: bool
) -> None:
    """Of every measure of every chart that is not rounded, whatever its sign."""
    made = document(slug)
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    for section in made.sections:
        for series in section.series if isinstance(section, LineChart | BarChart) else ():
            if series.weekly_changes or series.changes:
                continue
            for row in (*compared(figures, series, weekly=weekly), whole(figures, series)):
                if NOTHING not in (row.now, row.before):
                    assert number(row.difference) == number(row.now) - number(row.before)


@given(now=st.integers(-1000, 1000), before=st.integers(-1000, 1000), reduction=st.booleans())
def test_a_change_that_is_a_difference_is_the_one_beside_it(
    now: int, before: int, reduction: bool
) -> None:
    made = document("revenue-overview")
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    series = structs.replace(
        measure(made, "net_sales"), values=(now,), previous=(before,), reduction=reduction
    )
    (row,) = compared(figures, series)
    assert number(row.difference) == now - before
    if "€" in row.change:
        assert row.change.replace("€", "") == row.difference


def test_a_thing_that_there_was_nothing_of_is_new() -> None:
    made = document("revenue-overview")
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    series = structs.replace(
        measure(made, "net_sales"), values=(500, 500, 0, -500, 500), previous=(0, None, 0, 0, -1)
    )
    rows = compared(figures, series, things=True)
    assert [row.change for row in rows] == ["new", NOTHING, "€0.00", "\u2212€5.00", "+€5.01"]
    assert compared(figures, series)[0].change == "+€5.00"


def test_a_week_is_compared_with_the_week_as_far_into_the_days_before() -> None:
    weeks, _, series = rows("orders", weekly=True)
    assert [number(row.now) for row in weeks] == list(series.weekly or ())
    assert [number(row.before) for row in weeks] == list(series.weekly_previous or ())


def test_more_reversals_are_bad_news_and_told_by_their_size() -> None:
    days, sum_of_all, _ = rows("returns")
    assert all(number(row.now) <= 0 for row in days)
    assert sum_of_all.difference.startswith("\u2212")
    assert sum_of_all.change.startswith("+")
    assert sum_of_all.tone == "bad"
    assert max(row.bar.length for row in days if row.bar) > 0


def test_a_multiple_has_grown_and_what_is_neither_has_no_tone() -> None:
    assert tone(Change(ChangeKind.MULTIPLE, 1500), Better.UP) == "good"
    assert tone(Change(ChangeKind.PERCENT, -5), Better.DOWN) == "good"
    assert tone(Change(ChangeKind.PERCENT, 5), Better.DOWN) == "bad"
    assert tone(Change(ChangeKind.PERCENT, 0), Better.UP) == ""
    assert tone(Change(ChangeKind.PERCENT, 5), None) == ""
    assert tone(None, Better.UP) == ""


@given(st.lists(st.tuples(FIGURES, FIGURES), max_size=20), st.booleans())
def test_bars_are_of_one_scale(pairs: list[tuple[int | None, int | None]], down: bool) -> None:
    """Nothing is longer than its room, the largest fills it, and a larger figure is no shorter."""
    now, before = [each for each, _ in pairs], [each for _, each in pairs]
    bars = bars_of(now, before, reduction=down)
    sizes = [(value, bar.length) for value, bar in zip(now, bars, strict=True)]
    sizes += [(value, bar.tick or 0) for value, bar in zip(before, bars, strict=True)]
    told = sorted(((-v if down else v), length) for v, length in sizes if v is not None)
    lengths = [length for _, length in told]
    assert lengths == sorted(lengths)
    assert all(0 <= length <= 1000 for length in lengths)
    assert all((bar.tick is None) == (was is None) for bar, was in zip(bars, before, strict=True))
    if told and told[-1][0] > 0:
        assert lengths[-1] == 1000
