"""Rates are of the days of which sales are known, from the events as from the kept sums."""

from datetime import UTC, datetime, time

import pytest
from sqlalchemy import Engine, text
from tests.support.dated_shops import STOCK, Shop, ago, daily, kpi, orders
from tests.unit.common.reports.test_metamorphic import REPORTS

from common.db.tenancy import Access, transaction
from common.reports.document.known_days import is_all_unknown, known_days
from common.reports.document.schema import LineChart
from common.reports.window import Period

CAME_IN = datetime.combine(ago(4), time(18), UTC)
"""In the evening of the fourth day ago: three of 30 days are not known, and half of one more."""


@pytest.mark.parametrize("kept", [True, False], ids=["kept sums", "events"])
def test_days_that_did_not_come_in_are_no_days_without_sales(
    shop: Shop, service_engine: Engine, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """Five pieces a day of one product until then; the other was counted as gone three days before.

    The window is of the days from 30 to 1 ago; whole are those up to the fifth: 26.
    """
    sold = orders(*daily(5, range(4, 90)), (60, "p2", 1, "5.00"))
    stock = f"{STOCK}p1,{ago(8)}T08:00:00Z,900\np2,{ago(6)}T08:00:00Z,0\n"
    read = shop(orders=sold, stock=stock)
    with transaction(service_engine, Access(tenant_id=1)) as session:
        session.execute(text("UPDATE ledger_versions SET sales_at = :at"), {"at": CAME_IN})
    if not kept:
        monkeypatch.setattr("worker.reports.rollup_refresh.fits", lambda *_: False)
    document, rows = read("sales-velocity", Period.MONTH)
    assert kpi(document, "units_sold").value == 135
    assert kpi(document, "units_per_day").value == 5_00
    assert kpi(document, "trend_units_per_week").value == 0
    assert rows["p1"]["units_per_day"] == "5.00"
    assert (rows["p1"]["on_hand"], rows["p1"]["days_of_cover"]) == ("", "")
    assert rows["p1"]["days_in_stock"] == "26"
    assert rows["p2"]["days_in_stock"] == "25", "of its days without stock one is known"
    (daily_chart,) = (each for each in document.sections if isinstance(each, LineChart))
    units, average = daily_chart.series[:2]
    assert units.values == (*[5] * 27, None, None, None), "the half day has what came in of it"
    assert average.values == (*[5_00] * 26, None, None, None, None)
    assert units.weekly is not None
    assert units.weekly[-1] == 10
    assert units.weekly_previous is not None
    assert units.weekly_previous[-1] is None


@pytest.mark.parametrize("slug", REPORTS)
def test_of_a_shop_into_which_nothing_came_nothing_is_known(shop: Shop, slug: str) -> None:
    """No figure is 0 or unchanged, and no day complete; products alone are no sales."""
    for files in ({}, {"products": "product_id,title\np1,One\n"}):
        document, rows = shop(**files)(slug, Period.WEEK)
        assert document.empty
        assert is_all_unknown(document.gaps, document.days.count)
        assert known_days(document.gaps).within(document.days) is None
        told = [(each.value, each.previous, each.change) for each in document.kpis]
        assert told == [(None, None, None)] * len(told)
        assert all(row.get("on_hand", "") == "" for row in rows.values())


def test_what_is_on_hand_is_known_where_all_came_in(shop: Shop) -> None:
    """Of 900 counted eight days ago, five a day were sold since, on that day too."""
    stock = f"{STOCK}p1,{ago(8)}T08:00:00Z,900\n"
    _, rows = shop(orders=orders(*daily(5, range(1, 90))), stock=stock)(
        "sales-velocity", Period.MONTH
    )
    assert (rows["p1"]["on_hand"], rows["p1"]["days_of_cover"]) == ("860", "172.00")
