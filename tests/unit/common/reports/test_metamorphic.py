"""What must not change what is said: laws that hold of every shop, whatever it sells.

A shop is a pattern of weekdays for each of its products. Where it is the same every week, every
report says that nothing changed, over any window, in any zone and currency.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.support import hypothesis_profiles

from common.reports import registry
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.comparison import Comparison
from common.reports.document.changes import ChangeKind
from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, Document, LineChart, Pareto, Waterfall
from common.reports.model import Report, Scope
from common.reports.sales.protocol import EmptyDays
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals, total
from common.reports.window import Period, window_of

FEW = settings(max_examples=hypothesis_profiles.examples(25), deadline=None)
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata")
REPORTS = tuple(each.slug for each in registry.implemented())
Sold = Callable[[date], Totals]
"""What is sold of a product on a day."""


def _day_of_sales() -> st.SearchStrategy[Totals]:
    return st.builds(
        _totals, st.integers(0, 40), st.integers(0, 9_999), st.integers(0, 5), st.integers(0, 9)
    )


def _weeks() -> st.SearchStrategy[tuple[Totals, ...]]:
    """A product's week: of any days, of one on which it sells, or of nothing but what came back.

    The last two are rare among the first, and are what misleads.
    """
    nothing = Totals()
    some = _day_of_sales()
    back = st.builds(_totals, st.just(0), st.integers(1, 9_999), st.integers(1, 5), st.just(0))
    any_days = st.lists(some, min_size=7, max_size=7).map(tuple)
    one_day = st.builds(
        lambda place, day: tuple(day if n == place else nothing for n in range(7)),
        st.integers(0, 6),
        some,
    )
    only_back = st.lists(st.sampled_from([nothing]) | back, min_size=7, max_size=7).map(tuple)
    return st.one_of(any_days, one_day, only_back)


def _totals(units: int, price: int, back: int, orders: int) -> Totals:
    gross = units * price
    return Totals(
        orders=orders,
        units_sold=units,
        units_returned=back,
        gross=gross,
        discounts=gross // 7,
        returns=back * price,
        shipping=orders * 490,
        tax=gross // 5,
    )


@dataclass(frozen=True)
class Shop:
    """Days of sales by weekday for each product, seen over a window."""

    scope: Scope
    products: tuple[tuple[Totals, ...], ...]

    def on(self, product: int, day: date) -> Totals:
        """What the product sells on a day: the same every week."""
        return self.products[product][day.weekday()]


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    now = draw(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001
    window = window_of(draw(st.sampled_from(Period)), zone, now=now.replace(tzinfo=UTC))
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    comparison = draw(st.sampled_from(Comparison))
    scope = Scope(1, "Shop", currency, zone, window, window.end, 1, comparison=comparison)
    return Shop(scope, tuple(draw(st.lists(_weeks(), min_size=1, max_size=5))))


def report(
    slug: str,
    scope: Scope,
    sold: Sequence[Sold],
    *,
    empty: Sequence[EmptyDays] | None = None,
    beside_last_year: bool = False,
) -> Report:
    """A report of products that sell so much a day."""
    days, before = (window.dates(scope.zone) for window in (scope.window, scope.previous))
    lead = [days[0] - timedelta(days=n) for n in range(6, 0, -1)]

    def of_days(dates: Sequence[date]) -> tuple[Totals, ...]:
        return tuple(total(each(day) for each in sold) for day in dates)

    def of_product(each: Sold, dates: Sequence[date]) -> Totals:
        return structs.replace(total(map(each, dates)), orders=0, shipping=0, tax=0)

    products = tuple(
        ProductTotals(
            f"p{n}", f"P {n}", None, None, of_product(each, days), of_product(each, before)
        )
        for n, each in enumerate(sold)
    )
    emptied = {f"p{n}": each for n, each in enumerate(empty or ())}
    results: dict[str, Any] = {
        "revenue-overview": RevenueOverview(of_days(days), of_days(before)),
        "sales-velocity": SalesVelocity(
            of_days(days),
            of_days(before),
            products,
            empty_days=emptied,
            lead=of_days(lead),
        ),
        "product-performance": ProductPerformance(products),
    }
    year = total(of_days(scope.last_year.dates(scope.zone))) if beside_last_year else None
    return registry.find(slug).present(results[slug], scope, year)


def steady(shop: Shop) -> list[Sold]:
    """The shop as it is."""
    return [lambda day, n=n: shop.on(n, day) for n in range(len(shop.products))]  # type: ignore[misc]


def rows_of(slug: str, made: Report) -> list[dict[str, Any]]:
    keys = [column.key for column in registry.find(slug).columns]
    return [dict(zip(keys, row, strict=True)) for row in made.rows]


@pytest.mark.parametrize("slug", REPORTS)
@FEW
@given(shop=shops())
def test_an_unchanging_shop_has_not_changed(slug: str, shop: Shop) -> None:
    made = report(slug, shop.scope, steady(shop))
    for kpi in made.document.kpis:
        if kpi.key == "trend_units_per_week":
            assert (kpi.value, kpi.uncertainty, kpi.clear) in {(0, 0, False), (None, None, True)}
        else:
            assert kpi.value == kpi.previous
            assert kpi.change is None or kpi.change.value == 0
            assert (kpi.change is None) == (kpi.value is None)
    for row in rows_of(slug, made):
        for key, cell in row.items():
            if "change" in key:
                assert cell in {0, None}, key
            elif key.startswith("previous_") and key != "previous_date":
                assert cell == row[key.removeprefix("previous_")], key
    assert_charts_stand_still(made.document)


def assert_charts_stand_still(document: Document) -> None:
    for section in document.sections:
        match section:
            case LineChart() | BarChart() | Pareto():
                for each in section.series:
                    assert each.previous in (None, each.values)
                    assert each.weekly_previous in (None, each.weekly)
                    changes = (*(each.changes or ()), *(each.weekly_changes or ()))
                    assert all(change is None or change.value == 0 for change in changes)
            case Waterfall():
                assert all(step.change and step.change.value == 0 for step in section.steps)
    movers = [each for each in document.sections if each.key == "movers"]
    assert all(isinstance(each, BarChart) and not each.labels for each in movers)


@pytest.mark.parametrize("slug", REPORTS)
@FEW
@given(shop=shops())
def test_a_week_later_an_unchanging_shop_has_the_same_figures(slug: str, shop: Shop) -> None:
    days = len(shop.scope.window.dates(shop.scope.zone))
    later = window_of(
        Period(f"{days}d"), shop.scope.zone, now=shop.scope.window.end + timedelta(days=7, hours=1)
    )
    one = report(slug, shop.scope, steady(shop))
    other = report(slug, replace(shop.scope, window=later), steady(shop))
    assert one.document.kpis == other.document.kpis
    dates = {"date", "previous_date"}
    for mine, theirs in zip(rows_of(slug, one), rows_of(slug, other), strict=True):
        assert {k: v for k, v in mine.items() if k not in dates} == {
            k: v for k, v in theirs.items() if k not in dates
        }


def growing(shop: Shop) -> list[Sold]:
    """The shop with each day's sales once more for each fortnight since the previous window."""
    first = shop.scope.previous.dates(shop.scope.zone)[0]

    def of(n: int) -> Sold:
        return lambda day: total([shop.on(n, day)] * (1 + (day - first).days // 14 * (n % 3)))

    return [of(n) for n in range(len(shop.products))]


def scaled(sold: Sold, k: int) -> Sold:
    def of(day: date) -> Totals:
        t = sold(day)
        money = {name: k * getattr(t, name) for name in MONEY}
        return structs.replace(t, **money)

    return of


MONEY = ("gross", "discounts", "returns", "shipping", "tax")


@pytest.mark.parametrize("slug", REPORTS)
@FEW
@given(shop=shops(), k=st.sampled_from([10, 100, 1000]))
def test_prices_times_k_are_money_times_k_and_nothing_else(slug: str, shop: Shop, k: int) -> None:
    """What is rounded to the minor unit aside: averages of money are k times, to k."""
    sold = growing(shop)
    one = report(slug, shop.scope, sold)
    other = report(slug, shop.scope, [scaled(each, k) for each in sold])
    units = {column.key: column.unit for column in registry.find(slug).columns}
    for mine, theirs in zip(rows_of(slug, one), rows_of(slug, other), strict=True):
        for key, cell in mine.items():
            if units[key] is Unit.MONEY and "average" in key and cell is not None:
                assert abs(theirs[key] - k * cell) <= k
            elif units[key] is Unit.MONEY and cell is not None:
                assert theirs[key] == k * cell, key
            else:
                assert theirs[key] == cell, key


@pytest.mark.parametrize("slug", REPORTS)
@FEW
@given(shop=shops())
def test_a_product_that_is_not_sold_changes_nothing_of_the_others(slug: str, shop: Shop) -> None:
    sold = growing(shop)
    one = report(slug, shop.scope, sold)
    other = report(slug, shop.scope, [*sold, lambda _: Totals()])
    assert one.document.kpis == other.document.kpis
    theirs = {row.get("product_id", row.get("date")): row for row in rows_of(slug, other)}
    for row in rows_of(slug, one):
        same = theirs[row.get("product_id", row.get("date"))]
        assert {k: v for k, v in row.items() if k != "rank"} == {
            k: v for k, v in same.items() if k != "rank"
        }


@FEW
@given(shop=shops())
def test_shares_are_of_a_whole(shop: Shop) -> None:
    rows = rows_of("product-performance", report("product-performance", shop.scope, growing(shop)))
    shares = [row["share_of_net_sales_percent"] for row in rows]
    for row, share in zip(rows, shares, strict=True):
        assert (share is None) == (row["net_sales"] <= 0) == (row["abc_class"] is None)
        assert share is None or 0 <= share <= 100_00
        assert share is None or share <= row["cumulative_share_percent"] <= 100_00
    known = [share for share in shares if share is not None]
    assert not known or abs(sum(known) - 100_00) <= len(known)
    assert not known or rows[0]["abc_class"] == "A"


@FEW
@given(shop=shops(), data=st.data())
def test_no_product_is_faster_than_its_shop(shop: Shop, data: st.DataObject) -> None:
    days = len(shop.scope.window.dates(shop.scope.zone))
    sold = steady(shop)
    empty = []
    for each in sold:
        without = sum(not each(day).units_sold for day in shop.scope.window.dates(shop.scope.zone))
        empty.append(EmptyDays(data.draw(st.integers(0, without)), 0))
    made = report("sales-velocity", shop.scope, sold, empty=empty)
    (pace,) = (kpi.value for kpi in made.document.kpis if kpi.key == "units_per_day")
    for row in rows_of("sales-velocity", made):
        assert row["units_per_day"] is None or row["units_per_day"] <= (pace or 0)
        assert row["units_per_day"] is not None or row["days_in_stock"] == 0
        slowest = row["units_sold"] * 100 / days
        assert row["units_per_day"] is None or row["units_per_day"] >= int(slowest)


@pytest.mark.parametrize("slug", REPORTS)
@FEW
@given(shop=shops())
def test_no_percent_is_told_of_a_base_that_is_not_positive(slug: str, shop: Shop) -> None:
    made = report(slug, shop.scope, growing(shop))
    for kpi in made.document.kpis:
        if kpi.change is not None and kpi.change.kind is ChangeKind.PERCENT:
            assert kpi.previous is not None
            assert (-kpi.previous if kpi.reduction else kpi.previous) > 0
            assert abs(kpi.change.value) <= 1000_00
    for row in rows_of(slug, made):
        for key in row:
            figure = key.removesuffix("_change_percent")
            if figure != key and row[key] is not None:
                base = row[f"previous_{figure}"]
                assert (-base if figure == "returns" else base) >= 0
