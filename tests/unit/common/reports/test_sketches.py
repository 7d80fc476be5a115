"""What the charts are drawn from: weeks, steps, classes and movers, whose sums must agree."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.reports import registry
from common.reports.catalog.product_performance import standing
from common.reports.catalog.product_performance.movers import EACH_WAY, movers
from common.reports.catalog.product_performance.ranking import Ranking, positive_net
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.document.headlines import BestDay, BestProduct
from common.reports.document.metrics import Unit
from common.reports.document.schema import LineChart, Movement, Series, Waterfall
from common.reports.model import Scope
from common.reports.presenting.weeks import days_of, weeks
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals, total, window_total
from common.reports.window import Dates, Period, window_of

NOW = datetime(2026, 5, 2, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
MONTH = Scope(1, "Shop", "EUR", ZONE, window_of(Period.MONTH, ZONE, now=NOW), NOW, 3)
ONE_DAY = Scope(
    1, "Shop", "EUR", ZONE, window_of(Dates(NOW.date(), NOW.date()), ZONE, now=NOW), NOW, 3
)
NONE = Totals()
AMOUNTS = st.integers(-(10**12), 10**12)


def sold(name: str, net: int, previous: int = 0) -> ProductTotals:
    return ProductTotals(name, name, None, None, Totals(gross=net), Totals(gross=previous))


def revenue(days: list[Totals], before: list[Totals]) -> tuple[LineChart, Waterfall]:
    result = RevenueOverview(tuple(days), tuple(before))
    line, waterfall = registry.find("revenue-overview").present(result, MONTH).document.sections
    assert isinstance(line, LineChart)
    assert isinstance(waterfall, Waterfall)
    return line, waterfall


def series_of(chart: LineChart, key: str) -> Series:
    (found,) = (each for each in chart.series if each.key == key)
    return found


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(15, 92))
def test_weeks_cover_the_days_once_and_begin_on_mondays(first: date, count: int) -> None:
    dates = [first + timedelta(days=n) for n in range(count)]
    spans = days_of(dates, weeks(dates))
    assert sum(span.count for span in spans) == count
    assert (spans[0].first, spans[-1].last) == (dates[0], dates[-1])
    assert all(span.first.weekday() == 0 for span in spans[1:])
    assert all(span.last.weekday() == 6 for span in spans[:-1])
    assert all(1 <= span.count <= 7 for span in spans)


@pytest.mark.parametrize("count", [1, 7, 14])
def test_a_short_window_has_no_weeks(count: int) -> None:
    assert weeks([date(2026, 4, 1) + timedelta(days=n) for n in range(count)]) == ()


def test_a_weeks_ratio_is_taken_from_its_sums() -> None:
    days = [NONE] * 30
    # 2 April 2026 is a Thursday: 5 days, then whole weeks.
    days[0], days[1] = Totals(orders=1, gross=100), Totals(orders=3, gross=1300)
    line, _ = revenue(days, [NONE] * 30)
    aov = series_of(line, "average_order_value")
    assert [span.count for span in line.weeks] == [4, 7, 7, 7, 5]
    assert aov.values[:2] == (100, 433)
    assert aov.weekly == (350, None, None, None, None), "neither 533 nor 266"
    assert (aov.total, aov.total_previous) == (350, None)


@given(st.lists(st.tuples(*[AMOUNTS] * 5), min_size=1, max_size=6))
def test_the_sums_of_days_weeks_and_steps_agree(sums: list[tuple[int, ...]]) -> None:
    few = [
        Totals(gross=gross, discounts=discounts, returns=returns, shipping=shipping, tax=tax)
        for gross, discounts, returns, shipping, tax in sums
    ]
    days = (few * 30)[:30]
    line, waterfall = revenue(days, days[::-1])
    for key in ("gross_sales", "net_sales", "total_sales", "returns"):
        each = series_of(line, key)
        assert each.weekly is not None
        assert sum(map(int, each.weekly)) == each.total == each.total_previous  # type: ignore[arg-type]
    running = 0
    for step in waterfall.steps:
        assert step.value is not None
        match step.movement:
            case Movement.ADD:
                running += step.value
            case Movement.SUBTRACT:
                running -= step.value
            case Movement.LEVEL if step.key == "gross_sales":
                running = step.value
            case Movement.LEVEL:
                assert running == step.value, step.key
    assert running == total(days).total


def test_an_average_has_no_weeks() -> None:
    result = SalesVelocity((Totals(units_sold=2),) * 30, (NONE,) * 30, ())
    line = registry.find("sales-velocity").present(result, MONTH).document.sections[0]
    assert isinstance(line, LineChart)
    average = series_of(line, "units_sold_7_day_average")
    assert (average.weekly, average.total) == (None, None)
    assert average.values[-1] == 200
    assert series_of(line, "units_sold").weekly == (8, 14, 14, 14, 10)


def test_the_best_day_is_the_one_with_the_highest_value() -> None:
    days = [NONE, Totals(gross=499), Totals(gross=500), *[NONE] * 27]
    assert best_day_of(days) == BestDay("net_sales", Unit.MONEY, date(2026, 4, 4), 500)


@pytest.mark.parametrize(
    "days",
    [
        [Totals(gross=50_00)] * 30,
        [NONE, Totals(gross=500), Totals(gross=500), *[NONE] * 27],
        [Totals(gross=50_00)],
    ],
)
def test_no_day_is_the_best_where_others_are_as_good_or_there_are_none(days: list[Totals]) -> None:
    assert best_day_of(days) is None


def best_day_of(days: list[Totals]) -> BestDay | BestProduct | None:
    scope = MONTH if len(days) == 30 else ONE_DAY
    result = RevenueOverview(tuple(days), (NONE,) * len(days))
    return registry.find("revenue-overview").present(result, scope).document.headline.best


def test_no_product_is_in_front_where_another_is_as_good() -> None:
    alike = tuple(
        ProductTotals(each, each, None, None, Totals(units_sold=60, gross=5), NONE)
        for each in ("a", "b")
    )
    velocity = SalesVelocity((NONE,) * 30, (NONE,) * 30, alike)
    for slug, result in (
        ("sales-velocity", velocity),
        ("product-performance", ProductPerformance(alike)),
    ):
        assert registry.find(slug).present(result, MONTH).document.headline.best is None


def test_nothing_stands_out_where_nothing_was_sold() -> None:
    returned = (Totals(returns=10),) * 30
    overview = RevenueOverview(returned, (NONE,) * 30)
    velocity = SalesVelocity(returned, (NONE,) * 30, (sold("a", -10),))
    performance = ProductPerformance((sold("a", -10),))
    for slug, result in (
        ("revenue-overview", overview),
        ("sales-velocity", velocity),
        ("product-performance", performance),
    ):
        assert registry.find(slug).present(result, MONTH).document.headline.best is None


def test_the_fastest_and_the_first_product_stand_out() -> None:
    fast = ProductTotals("f", "Fast", None, None, Totals(units_sold=60, gross=5), NONE)
    velocity = SalesVelocity((NONE,) * 30, (NONE,) * 30, (fast,))
    best = registry.find("sales-velocity").present(velocity, MONTH).document.headline.best
    assert isinstance(best, BestProduct)
    assert (best.name, best.value, best.share) == ("Fast", 200, None)
    performance = ProductPerformance((sold("b", 25), sold("a", 75)))
    best = registry.find("product-performance").present(performance, MONTH).document.headline.best
    assert isinstance(best, BestProduct)
    assert (best.name, best.value, best.share) == ("a", 75, 75_00)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=40))
@example([(80, 0), (11, 0), (10, 0)])  # above the second are less than 80 %, by less than a unit
def test_the_classes_together_are_everything(nets: list[tuple[int, int]]) -> None:
    products = [sold(f"{n:02}", *net) for n, net in enumerate(nets)]
    ranked = Ranking(products)
    made = ranked.bands()
    below = sum(net <= 0 for net, _ in nets)
    assert [band.name for band in made] == ["A", "B", "C", *([""] if below else [])]
    assert sum(band.products for band in made) == len(products)
    assert sum(band.net_sales for band in made) == sum(net for net, _ in nets)
    for band in made:
        of = [each for each in ranked if (each.abc_class or "") == band.name]
        assert band.products == len(of)
        assert (band.share is None) == (not band.name or below == len(nets))


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=60))
def test_what_a_page_says_without_placing_each_is_what_placing_each_says(
    nets: list[tuple[int, int]],
) -> None:
    products = tuple(sold(f"{n:02}", *net) for n, net in enumerate(nets))
    made, placed = standing.of_held(ProductPerformance(products)), tuple(Ranking(products))
    behind = placed[standing.FRONT :]
    assert made.front == placed[: standing.FRONT]
    assert made.others == window_total(each.product for each in behind)
    assert made.others_positive == positive_net(each.product.totals for each in behind)
    assert made.whole == window_total(products)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=40))
def test_movers_are_the_greatest_gains_and_losses(nets: list[tuple[int, int]]) -> None:
    chart = movers(Ranking([sold(f"{n:02}", *net) for n, net in enumerate(nets)]).products)
    difference, net, change = chart.series
    gained = sorted((now - before for now, before in nets), reverse=True)
    expected = [g for g in gained[:EACH_WAY] if g > 0] + [g for g in gained[-EACH_WAY:] if g < 0]
    assert list(difference.values) == expected
    assert net.previous is not None
    for value, now, before in zip(difference.values, net.values, net.previous, strict=True):
        assert value == int(now or 0) - int(before or 0)
    assert [each.drawn for each in (difference, net, change)] == [True, False, False]


def test_both_ends_come_from_one_ranking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of a large shop is worked out once for the page and the CSV."""
    calls: list[int] = []

    def counted(products: Iterable[ProductTotals]) -> Ranking:
        calls.append(1)
        return Ranking(products)

    monkeypatch.setattr(standing, "Ranking", counted)
    result = ProductPerformance((sold("a", 1), sold("b", 2)))
    report = registry.find("product-performance").present(result, MONTH)
    assert [row[0] for row in report.rows] == [1, 2]
    assert len(calls) == 1
