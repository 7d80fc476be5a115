"""Shops of which not everything is known: since when, up to when, and what of which days."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from common.reports import registry
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.comparison import Comparison
from common.reports.document.gaps import KINDS, DataGap, Extent, GapKind, Side
from common.reports.document.schema import Document
from common.reports.model import Report, Scope
from common.reports.sales.protocol import Stock, Uncovered
from common.reports.totals.products import ProductTotals
from common.reports.totals.reversals import Reversals
from common.reports.totals.totals import Totals, total
from common.reports.window import Period, Window, window_of

DAY = timedelta(days=1)
OF_FIGURES = tuple(kind for kind, rule in KINDS.items() if rule.unknown)
"""The kinds of gaps by which a 0 of some figures says nothing."""
NOTHING = Totals()


@dataclass(frozen=True)
class Known:
    """Sales are known whole from ``first`` on and before ``past``; of the rest nothing is, but for
    what came in of ``past`` itself. ``figures`` are gaps of figures by the days that they touch."""

    first: date | None = None
    past: date | None = None
    figures: tuple[tuple[GapKind, date, date], ...] = ()

    def whole(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.past is None or day < self.past)

    def some(self, day: date) -> bool:
        """Whether anything that is sold on a day is known of."""
        return self.whole(day) or (day == self.past and (self.first is None or day >= self.first))

    def lacks(self, key: str, days: Sequence[date]) -> bool:
        """Whether a figure is one that some day's gap leaves out."""
        return any(
            key in KINDS[kind].unknown and any(first <= day <= last for day in days)
            for kind, first, last in self.figures
        )

    def gaps(self, sides: Mapping[Side, Sequence[date]]) -> Iterator[DataGap]:
        """What a report of those days is told."""
        first, past = self.first, self.past
        if first is not None:
            yield _gap(GapKind.HISTORY_BEGINS, sides, lambda day: day < first, first)
        if past is not None:
            yield _gap(GapKind.DAYS_NOT_COVERED, sides, lambda day: day >= past, past)
        for kind, since, until in self.figures:
            yield _gap(kind, sides, lambda day, a=since, b=until: a <= day <= b, None)  # type: ignore[misc]


def _gap(
    kind: GapKind,
    sides: Mapping[Side, Sequence[date]],
    touches: Callable[[date], bool],
    day: date | None,
) -> DataGap:
    touched = {side.value: [each for each in days if touches(each)] for side, days in sides.items()}
    reach = {
        side: Extent(len(days), days[0], days[-1]) if days else None
        for side, days in touched.items()
    }
    return DataGap(kind, (), day=day, **reach)


@dataclass(frozen=True)
class Shop:
    """What a shop's products sell by weekday, what of it is known, and the pieces on hand."""

    window: Window
    comparison: Comparison
    products: tuple[tuple[Totals, ...], ...]
    known: Known
    pieces: int = 100

    zone = ZoneInfo("UTC")

    @property
    def days(self) -> tuple[date, ...]:
        return self.window.dates(self.zone)

    @property
    def before(self) -> tuple[date, ...]:
        return self.comparison.of(self.window, self.zone).dates(self.zone)

    @property
    def last_year(self) -> tuple[date, ...]:
        return self.window.last_year(self.zone).dates(self.zone)

    @property
    def scope(self) -> Scope:
        sides = {Side.NOW: self.days, Side.BEFORE: self.before}
        if self.last_year != self.before:
            sides[Side.LAST_YEAR] = self.last_year
        gaps = tuple(gap for gap in self.known.gaps(sides) if gap.extent)
        at = self.window.end
        return Scope(
            *(1, "Shop", "EUR", self.zone, self.window, at, 1),
            gaps=gaps,
            comparison=self.comparison,
        )

    def on(self, product: int, day: date) -> Totals:
        """What is known to be sold of a product on a day."""
        return self.products[product][day.weekday()] if self.known.some(day) else NOTHING

    def sold(self, day: date) -> Totals:
        return total(self.on(place, day) for place in range(len(self.products)))

    def report(self, slug: str) -> Report:
        """A report, as the worker makes it of what is known."""
        now, before = (tuple(map(self.sold, days)) for days in (self.days, self.before))
        results = {
            "revenue-overview": RevenueOverview(now, before, _kinds(now), _kinds(before)),
            "sales-velocity": SalesVelocity(
                now,
                before,
                self._products(),
                on_hand=self._on_hand(),
                uncovered=self._uncovered(),
                lead=tuple(self.sold(self.days[0] - n * DAY) for n in range(6, 0, -1)),
            ),
            "product-performance": ProductPerformance(self._products(), come_back={"p0": 1}),
        }
        year = None
        if self.last_year != self.before and self.known.some(self.last_year[0]):
            year = total(map(self.sold, self.last_year))
        return registry.find(slug).present(results[slug], self.scope, year)

    def document(self, slug: str) -> Document:
        return self.report(slug).document

    def _products(self) -> tuple[ProductTotals, ...]:
        def of(place: int, days: Sequence[date]) -> Totals:
            totals = total(self.on(place, day) for day in days)
            return Totals(
                units_sold=totals.units_sold,
                units_returned=totals.units_returned,
                gross=totals.gross,
                discounts=totals.discounts,
                returns=totals.returns,
            )

        return tuple(
            ProductTotals(
                f"p{n}", f"P {n}", None, f"C {n % 2}", of(n, self.days), of(n, self.before)
            )
            for n in range(len(self.products))
        )

    def _on_hand(self) -> Mapping[str, Stock]:
        pieces = self.pieces if self.known.whole(self.days[-1]) else None
        at = self.window.end - timedelta(hours=1)
        return {f"p{n}": Stock(pieces, at) for n in range(len(self.products))}

    def _uncovered(self) -> Mapping[str, Uncovered]:
        def units(place: int, days: Sequence[date]) -> int:
            partly = (day for day in days if self.known.some(day) and not self.known.whole(day))
            return sum(self.on(place, day).units_sold for day in partly)

        return {
            f"p{n}": Uncovered(units(n, self.days), units(n, self.before))
            for n in range(len(self.products))
        }


def _kinds(days: Sequence[Totals]) -> tuple[Reversals, ...]:
    return tuple(Reversals(returned=day.returns) for day in days)


def _totals(units: int, price: int, back: int, given: int) -> Totals:
    gross = units * price
    return Totals(
        orders=units,
        units_sold=units,
        units_returned=back,
        gross=gross,
        discounts=gross // 7 * given,
        returns=back * price,
        shipping=units * 490 * given,
        tax=gross // 5 * given,
    )


@st.composite
def shops(draw: st.DrawFn, *, steady: int | None = None) -> Shop:
    """Shops of any weeks; ``steady`` ones sell so many pieces of one product a day."""
    now = draw(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001
    window = window_of(draw(st.sampled_from(Period)), Shop.zone, now=now.replace(tzinfo=UTC))
    comparison = draw(st.sampled_from(Comparison))
    shop = Shop(window, comparison, (), Known())
    days = st.sampled_from((*shop.last_year, *shop.before, *shop.days))
    near = st.sampled_from(shop.days) | days
    first = draw(st.none() | near)
    past = draw(st.none() | near.filter(lambda day: first is None or day >= first))
    spans = st.tuples(st.sampled_from(OF_FIGURES), days, days)
    figures = draw(st.lists(spans, max_size=3, unique_by=lambda each: each[0]))
    spread = tuple((kind, min(a, b), max(a, b)) for kind, a, b in figures)
    # Nothing but 0 of a figure is what misleads, and rare among any days.
    back, given = draw(st.integers(0, 1)), draw(st.integers(0, 1))
    a_day = st.builds(
        _totals, st.integers(0, 3), st.integers(1, 999), st.integers(0, back), st.just(given)
    )
    if steady is not None:
        a_day = st.just(_totals(steady, 500, 0, 0))
    weeks = st.lists(a_day, min_size=7, max_size=7).map(tuple)
    products = draw(st.lists(weeks, min_size=1, max_size=1 if steady else 3))
    return Shop(window, comparison, tuple(products), Known(first, past, spread))
