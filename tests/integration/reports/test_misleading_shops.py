"""Shops whose figures once misled, from their files to the sentence and the cell: what is right."""

import pytest
from tests.support.dated_shops import (
    REFUNDS,
    STOCK,
    Shop,
    ago,
    daily,
    kpi,
    orders,
)

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.schema import Document, Waterfall
from common.reports.window import Period
from report_pages import sentences
from report_pages.formatting import DocumentFormatter


def sentence(document: Document) -> str:
    return sentences.headline(DocumentFormatter(document, formatter_of(ENGLISH)))


def test_one_old_count_of_0_makes_no_product_faster_than_its_shop(shop: Shop) -> None:
    counted = f"{STOCK}p1,{ago(20)}T00:00:00Z,0\n"
    document, rows = shop(orders=orders(*daily(10, range(1, 66))), stock=counted)("sales-velocity")
    row = rows["p1"]
    assert (row["units_per_day"], row["days_in_stock"]) == ("10.00", "30")
    assert row["units_per_day_change_percent"] == "0.00"
    assert row["days_of_cover"] == "", "200 were sold of none: the count is stale"
    assert kpi(document, "units_per_day").value == 10_00
    assert sentence(document).startswith(
        "10.00 units were sold a day, the same as on the same week"
    )


@pytest.mark.parametrize(("days", "left", "cover"), [(30, "0", "0.00"), (29, "10", "1.00")])
def test_an_old_count_is_not_todays(shop: Shop, days: int, left: str, cover: str) -> None:
    counted = f"{STOCK}p1,{ago(days)}T00:00:00Z,300\n"
    _, rows = shop(orders=orders(*daily(10, range(1, 66))), stock=counted)("sales-velocity")
    row = rows["p1"]
    assert (row["on_hand"], row["days_of_cover"]) == (left, cover)
    assert row["counted_at"] == str(ago(days))


@pytest.mark.parametrize("period", Period)
def test_a_shop_that_sells_on_fridays_alone_has_not_changed(shop: Shop, period: Period) -> None:
    fridays = [day for day in range(1, 190) if ago(day).weekday() == 4]
    read = shop(orders=orders(*daily(10, fridays)))
    document, rows = read("revenue-overview", period)
    assert kpi(document, "net_sales").change == Change(ChangeKind.PERCENT, 0)
    weeks = {Period.WEEK: "1 week", Period.MONTH: "5 weeks", Period.QUARTER: "13 weeks"}[period]
    assert f"the same as on the same weekdays {weeks} earlier" in sentence(document)
    assert {row["net_sales_change_percent"] for row in rows.values()} == {"", "0.00"}
    velocity, products = read("sales-velocity", period)
    assert products["p1"]["units_per_day_change_percent"] == "0.00"
    trend = kpi(velocity, "trend_units_per_week")
    assert trend.value is None if period is Period.WEEK else not trend.clear
    assert trend.change is None


def test_the_change_of_a_rate_is_in_points(shop: Shop) -> None:
    sold = orders(*daily(10, range(1, 11)), *daily(10, range(36, 46)))
    back = f"{REFUNDS}r1,o12,1,{ago(38)}T12:00:00Z,return,1,5.00\n"
    back += f"r2,o12,1,{ago(5)}T12:00:00Z,return,2,10.00\n"
    document, rows = shop(orders=sold, refunds=back)("product-performance")
    assert kpi(document, "refund_rate_percent").change == Change(ChangeKind.POINTS, 100)
    assert rows["p1"]["refund_rate_percent"] == "2.00"
    assert rows["p1"]["refund_rate_change_points"] == "1.00"


def test_no_percent_is_told_of_less_than_nothing(shop: Shop) -> None:
    sold = orders(
        (100, "p1", 1, "50.00"),
        (3, "p1", 1, "50.00"),
        (40, "p1", 1, "49.00"),
    )
    back = f"{REFUNDS}r1,o0,1,{ago(41)}T12:00:00Z,return,1,50.00\n"
    document, rows = shop(orders=sold, refunds=back)("product-performance")
    assert kpi(document, "net_sales").change == Change(ChangeKind.DIFFERENCE, 51_00)
    assert rows["p1"]["net_sales_change_percent"] == ""
    told = "Net sales were €50.00, up €51.00 on the same weekdays 5 weeks earlier; "
    assert sentence(document).startswith(told)


def test_what_came_back_of_one_is_no_share_of_the_others(shop: Shop) -> None:
    sold = orders(
        (100, "z", 10, "90.00"),
        (3, "p1", 1, "500.00"),
        (3, "p2", 1, "300.00"),
        (3, "p3", 1, "200.00"),
    )
    back = f"{REFUNDS}r1,o0,1,{ago(5)}T12:00:00Z,return,10,900.00\n"
    document, rows = shop(orders=sold, refunds=back)("product-performance")
    keys = ("share_of_net_sales_percent", "cumulative_share_percent", "abc_class")
    assert {name: tuple(row[key] for key in keys) for name, row in rows.items()} == {
        "p1": ("50.00", "50.00", "A"),
        "p2": ("30.00", "80.00", "A"),
        "p3": ("20.00", "100.00", "B"),
        "z": ("", "", ""),
    }
    assert "with €500.00, 50.0% of all positive net sales" in sentence(document)


def test_seven_days_have_no_trend(shop: Shop) -> None:
    sold = [(1, 3), (3, 9), (5, 2), (7, 6), (8, 5), (10, 6), (12, 5), (14, 6)]
    read = shop(orders=orders(*((day, "p1", pieces, "5.00") for day, pieces in sold)))
    trend = kpi(read("sales-velocity", Period.WEEK)[0], "trend_units_per_week")
    assert (trend.value, trend.uncertainty) == (None, None)


@pytest.mark.parametrize("period", [Period.MONTH, Period.QUARTER])
def test_a_weekend_shop_has_no_trend_for_that(shop: Shop, period: Period) -> None:
    week = {5: 20, 6: 15}
    sold = [(day, "p1", week.get(ago(day).weekday(), 1), "5.00") for day in range(1, 190)]
    document, _ = shop(orders=orders(*sold))("sales-velocity", period)
    trend = kpi(document, "trend_units_per_week")
    assert (trend.value, trend.uncertainty, trend.clear) == (0, 0, False)


def test_both_places_of_a_rank_change_are_of_one_population(shop: Shop) -> None:
    sold = orders((100, "x", 2, "5.00"), (3, "y", 1, "50.00"), (38, "y", 1, "50.00"))
    back = f"{REFUNDS}r1,o0,1,{ago(41)}T12:00:00Z,return,1,5.00\n"
    back += f"r2,o0,1,{ago(5)}T12:00:00Z,return,1,5.00\n"
    catalogue = "product_id,title\n" + "".join(f"n{n},Never {n}\n" for n in range(30))
    _, rows = shop(orders=sold, refunds=back, products=catalogue)("product-performance")
    assert (rows["x"]["rank_change"], rows["y"]["rank_change"]) == ("0", "0")
    assert rows["x"]["rank"] == "32"
    assert rows["n0"]["rank_change"] == ""


def test_a_cancellation_after_five_minutes_is_no_return(shop: Shop) -> None:
    sold = orders(*daily(10, range(1, 11)), (2, "p2", 1, "80.00"))
    back = f"{REFUNDS}c1,o10,1,{ago(2)}T12:05:00Z,cancel,1,80.00\n"
    back += f"e1,o0,1,{ago(1)}T13:00:00Z,edit,2,10.00\nr1,o1,1,{ago(1)}T14:00:00Z,return,1,5.00\n"
    document, rows = shop(orders=sold, refunds=back)("revenue-overview")
    (waterfall,) = (each for each in document.sections if isinstance(each, Waterfall))
    assert [(step.label, step.value) for step in waterfall.steps][1:6] == [
        ("Discounts", 0),
        ("Returns", 5_00),
        ("Cancellations", 80_00),
        ("Edits", 10_00),
        ("Net sales", 485_00),
    ]
    assert kpi(document, "returns").value == -95_00
    kinds = ("returns", "reversals_returned", "reversals_cancelled", "reversals_edited")
    assert [rows[str(ago(2))][key] for key in kinds] == ["-80.00", "0.00", "-80.00", "0.00"]
    assert [rows[str(ago(1))][key] for key in kinds] == ["-15.00", "-5.00", "0.00", "-10.00"]


def test_a_shop_without_reversals_is_told_of_one_kind_alone(shop: Shop) -> None:
    document, _ = shop(orders=orders(*daily(10, range(1, 11))))("revenue-overview")
    (waterfall,) = (each for each in document.sections if isinstance(each, Waterfall))
    assert [step.label for step in waterfall.steps][1:4] == ["Discounts", "Returns", "Net sales"]


def test_what_was_sold_before_is_nothing_that_has_come_back_of_these_days(shop: Shop) -> None:
    sold = orders((100, "p1", 8, "5.00"), (3, "p1", 4, "5.00"), (40, "p2", 4, "5.00"))
    back = f"{REFUNDS}r1,o0,1,{ago(5)}T12:00:00Z,return,6,30.00\n"
    back += f"r2,o1,1,{ago(0)}T07:00:00Z,return,1,5.00\n"  # after the window's end
    document, rows = shop(orders=sold, refunds=back)("product-performance")
    tile = kpi(document, "come_back_rate_percent")
    assert (tile.value, tile.previous, tile.change) == (25_00, None, None)
    assert kpi(document, "refund_rate_percent").value == 150_00
    assert (rows["p1"]["come_back_rate_percent"], rows["p1"]["refund_rate_percent"]) == (
        "25.00",
        "150.00",
    )
    assert rows["p2"]["come_back_rate_percent"] == ""
