"""Shops that differ in nothing that is told: by less than a digit, or by how orders are cut."""

import pytest
from tests.support.dated_shops import (
    ORDERS,
    Shop,
    ago,
    daily,
    kpi,
    orders,
)

from common.reports.document.changes import Change, ChangeKind
from common.reports.window import Period


def test_what_is_rounded_to_one_and_to_two_has_not_doubled(shop: Shop) -> None:
    # The slopes of both windows are near 0.015 units a day each week: 0.01 and 0.02 when rounded.
    days = "1 4 5 6 20 24 25 34 43 44 68 70 77 79 "
    days += "91 97 99 100 101 106 117 128 130 143 149 161 172 178"
    document, _ = shop(orders=orders(*daily(1, map(int, days.split()))))(
        "sales-velocity", Period.QUARTER
    )
    trend = kpi(document, "trend_units_per_week")
    assert (trend.change, trend.clear) == (None, False)
    # 10.00 over three orders, and 10.01: an average of 3.33 and of 3.34, which is no 0.30 %.
    sold = [(n, "p1", 1, price) for n, price in ((40, "3.33"), (41, "3.33"), (42, "3.34"))]
    sold += [(n, "p1", 1, price) for n, price in ((1, "3.33"), (2, "3.34"), (3, "3.34"))]
    document, _ = shop(orders=orders(*sold))("revenue-overview")
    average = kpi(document, "average_order_value")
    assert (average.value, average.previous) == (3_34, 3_33)
    assert average.change == Change(ChangeKind.PERCENT, 10)


@pytest.mark.parametrize("pieces", [(1, 1), (3, 1), (2, 5)])
def test_an_order_split_in_two_brings_the_same_money(shop: Shop, pieces: tuple[int, int]) -> None:
    """Nothing tells the shops apart but how many orders there are, and what one is worth."""
    line = "{},{}T12:00:00Z,EUR,{},p{},{},7.77\n"
    lines = [(day, n, count) for day in (2, 9, 40) for n, count in enumerate(pieces)]
    one = ORDERS + "".join(line.format(f"o{d}", ago(d), n, n, c) for d, n, c in lines)
    two = ORDERS + "".join(line.format(f"o{d}-{n}", ago(d), n, n, c) for d, n, c in lines)
    by_order = ("orders", "average_order_value")
    for report in ("revenue-overview", "product-performance", "sales-velocity"):
        (document, rows), (split, split_rows) = (shop(orders=each)(report) for each in (one, two))
        for figure in document.kpis:
            if not figure.key.startswith(by_order):
                assert figure == kpi(split, figure.key)
        for name, row in rows.items():
            told = {key for key, cell in row.items() if cell != split_rows[name][key]}
            assert {c for c in told if not any(key in c for key in by_order)} == set()
