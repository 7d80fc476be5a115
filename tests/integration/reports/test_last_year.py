"""Last year stands beside the headline figures where sales reach back so far, and nowhere else."""

import pytest
from sqlalchemy import Engine, text
from tests.support.dated_shops import SEEN, Shop, daily, kpi, orders

from common.db.tenancy import Access, snapshot
from common.reports.window import Period

YEAR = 364
WEEK = range(1, 8)


def sold(pieces_now: int, pieces_then: int, first: int) -> str:
    """Sales of the last week, of the same week a year ago, and one ``first`` days ago."""
    then = daily(pieces_then, (day + YEAR for day in WEEK))
    return orders(*daily(pieces_now, WEEK), *then, (first, "p1", 1, "5.00"))


@pytest.mark.parametrize("report", ["revenue-overview", "sales-velocity", "product-performance"])
def test_figures_of_then_are_those_that_the_report_of_then_has(shop: Shop, report: str) -> None:
    read = shop(orders=sold(3, 2, YEAR + 9))
    document, rows = read(report, Period.WEEK)
    days = document.last_year_days
    assert days is not None
    assert (document.days.first - days.first).days == YEAR
    assert (days.count, days.first.weekday()) == (7, document.days.first.weekday())
    then = shop(orders=orders(*daily(2, WEEK)))(report, Period.WEEK)[0]
    of_totals = [each for each in document.kpis if each.last_year is not None]
    assert {each.key: each.last_year for each in of_totals} == {
        each.key: each.value for each in then.kpis if each.key in {of.key for of in of_totals}
    }
    assert kpi(document, document.headline.kpi).last_year is not None
    assert not any("last_year" in column for row in rows.values() for column in row)


@pytest.mark.parametrize(("first", "known"), [(YEAR + 7, True), (YEAR + 6, False), (40, False)])
def test_a_history_that_begins_in_its_midst_is_compared_with_nothing(
    shop: Shop, first: int, known: bool
) -> None:
    """The window of then has the days 371 to 365 ago."""
    document, _ = shop(orders=orders(*daily(3, WEEK), (first, "p1", 2, "5.00")))(
        "revenue-overview", Period.WEEK
    )
    assert (document.last_year_days is not None) is known
    assert kpi(document, "net_sales").last_year == (1000 if known else None)


def test_kept_sums_and_events_say_the_same_of_last_year(
    shop: Shop, service_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its days are summed no mark of them is left, and without kept sums it is the same."""
    read = shop(orders=sold(3, 2, YEAR + 9))
    kept = read("revenue-overview", Period.WEEK)[0].kpis
    with snapshot(service_engine, Access(tenant_id=1)) as session:
        left = session.scalars(text("SELECT day FROM dirty_days")).all()
    window = {(SEEN.date().toordinal() - day.toordinal()) for day in left}
    assert not window & {day + YEAR for day in WEEK}
    monkeypatch.setattr("worker.reports.rollup_refresh.fits", lambda *_: False)
    assert read("revenue-overview", Period.WEEK)[0].kpis == kept
