"""Last year stands beside the headline figures, or in place of the days before."""

import pytest
from sqlalchemy import Engine, text
from tests.support.dated_shops import SEEN, Shop, daily, kpi, orders

from common.db.tenancy import Access, snapshot
from common.reports.comparison import Comparison
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.gaps import NO_HISTORY, GapKind
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


REPORTS = ["revenue-overview", "sales-velocity", "product-performance"]


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_that_is_compared_with_it_has_it_in_place_of_the_days_before(
    shop: Shop, report: str
) -> None:
    read = shop(orders=sold(3, 2, YEAR + 9))
    beside, rows_beside = read(report, Period.WEEK)
    document, rows = read(report, Period.WEEK, Comparison.LAST_YEAR)
    assert (beside.comparison, document.comparison) == tuple(Comparison)
    assert document.previous_days == beside.last_year_days
    assert document.last_year_days is None
    assert all(each.last_year is None for each in document.kpis), "it would be said twice"
    for each, other in zip(document.kpis, beside.kpis, strict=True):
        assert (each.key, each.value) == (other.key, other.value)
        if other.last_year is not None:
            assert each.previous == other.last_year
    assert kpi(document, document.headline.kpi).change == Change(ChangeKind.PERCENT, 50_00)
    assert list(rows) == list(rows_beside)
    for row, other_row in zip(rows.values(), rows_beside.values(), strict=True):
        assert list(row) == list(other_row), "the columns are the same"
        now = [name for name in row if not name.startswith("previous_") and "_change" not in name]
        assert {name: row[name] for name in now} == {name: other_row[name] for name in now}


@pytest.mark.parametrize("report", REPORTS)
def test_a_shop_that_sold_the_same_a_year_ago_has_not_changed(shop: Shop, report: str) -> None:
    document, rows = shop(orders=sold(3, 3, YEAR + 9))(report, Period.WEEK, Comparison.LAST_YEAR)
    assert all(each.change is None or each.change.value == 0 for each in document.kpis)
    changes = [row[name] for row in rows.values() for name in row if "_change" in name]
    assert set(changes) <= {"", "0", "0.00"}


@pytest.mark.parametrize("report", REPORTS)
def test_where_the_history_begins_inside_it_nothing_is_compared(shop: Shop, report: str) -> None:
    read = shop(orders=orders(*daily(3, WEEK), (YEAR + 3, "p1", 2, "5.00")))
    document, _ = read(report, Period.WEEK, Comparison.LAST_YEAR)
    (gap,) = (each for each in document.gaps if each.kind == GapKind.HISTORY_BEGINS)
    assert gap.now is None
    assert gap.before is not None
    assert (gap.before.count, gap.before.first) == (4, document.previous_days.first)
    headline = kpi(document, document.headline.kpi)
    assert (headline.change, headline.note) == (None, NO_HISTORY)
    assert {each.previous for each in document.kpis if each.note == NO_HISTORY} == {None}


@pytest.mark.parametrize("report", REPORTS)
def test_kept_sums_and_events_say_the_same_beside_last_year(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, report: str
) -> None:
    read = shop(orders=sold(3, 2, YEAR + 9))
    kept = read(report, Period.WEEK, Comparison.LAST_YEAR)
    monkeypatch.setattr("worker.reports.rollup_refresh.fits", lambda *_: False)
    straight = read(report, Period.WEEK, Comparison.LAST_YEAR)
    assert straight[1] == kept[1]
    assert (straight[0].kpis, straight[0].sections) == (kept[0].kpis, kept[0].sections)
