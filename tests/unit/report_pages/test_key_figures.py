"""The figure in front, those beside it, and the small lines of their days."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.samples import document

from common.reports.document.headlines import Headline
from common.reports.registry import implemented
from report_pages.key_figures import key_figures
from report_pages.layout import initial, room_of
from report_pages.sparkline import HEIGHT, sparkline

NUMBERS = st.lists(st.none() | st.integers(-(10**18), 10**18), max_size=400)
PATH = re.compile(r"([ML])(\d+) (\d+)")


@pytest.mark.parametrize("report", [each.slug for each in implemented()])
def test_four_tiles_stand_beside_the_figure_in_front(report: str) -> None:
    made = document(report)
    key = key_figures(made)
    assert key.hero
    assert key.hero.kpi.key == made.headline.kpi
    assert [each.kpi.key for each in key.tiles] == list(made.headline.tiles)
    assert len(key.tiles) == 4


def test_a_document_that_names_no_tiles_has_those_that_are_no_part_of_a_sum() -> None:
    made = document("revenue-overview")
    older = msgspec.structs.replace(made, headline=Headline(kpi="net_sales"))
    assert [each.kpi.key for each in key_figures(older).tiles] == [
        "orders",
        "average_order_value",
        "units_sold",
        "units_returned",
    ]


def test_a_figure_without_days_is_no_choice_of_the_chart() -> None:
    made = document("sales-velocity")
    key = key_figures(made)
    assert key.hero
    assert key.hero.measure == "units_sold"
    by_key = {each.kpi.key: each for each in key.tiles}
    assert by_key["orders_per_day"].measure == "orders"
    assert by_key["trend_units_per_week"].measure == ""
    assert by_key["trend_units_per_week"].days is None
    assert {each.measure for each in key_figures(document("product-performance")).tiles} == {""}


@given(NUMBERS)
def test_a_line_goes_through_every_known_day_at_its_height(values: list[int | None]) -> None:
    known = {place: value for place, value in enumerate(values) if value is not None}
    drawn = sparkline(values)
    if len(known) < 2:
        assert drawn is None
        return
    assert drawn
    assert drawn.width == len(values) - 1
    points = PATH.findall(drawn.path)
    assert "".join(f"{pen}{x} {y}" for pen, x, y in points) == drawn.path
    assert [int(x) for _, x, _ in points] == list(known)
    heights = {int(x): int(y) for _, x, y in points}
    assert all(0 <= y <= HEIGHT for y in heights.values())
    ordered = sorted(known, key=lambda place: known[place])
    assert [heights[place] for place in ordered] == sorted(heights.values(), reverse=True)
    for pen, x, _ in points:
        assert (pen == "M") == (int(x) - 1 not in known)


@given(st.text())
def test_a_shop_has_a_mark_of_one_character_at_most(name: str) -> None:
    assert len(initial(name)) <= 1


@given(st.text(max_size=40))
def test_a_longer_figure_never_gets_larger_type(text: str) -> None:
    rooms = ["s", "m", "l", "xl", "xxl"]
    assert rooms.index(room_of(text)) <= rooms.index(room_of(text + "0"))
