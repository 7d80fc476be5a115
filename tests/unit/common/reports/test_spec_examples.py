"""The worked examples of the specification, run against the code that makes the numbers.

An example is a line of a block marked ``example``: ``name [CUR]: what is given -> what comes out``.
Given are names, each with values, separated by commas. A figure is worked out the way a report does
it: as a headline of the document, a value of a chart, or a cell of the CSV.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from scripts.spec_tables import DOCUMENTS, own_figures, shared_figures

from common.instants import iso
from common.links.link_claims import LinkClaims
from common.links.token import KeyRing
from common.reports import registry
from common.reports.catalog.product_performance.categories import by_category
from common.reports.catalog.product_performance.margins import (
    COST,
    COST_KNOWN,
    MARGIN,
    PROFIT,
    margin_kpis,
    margin_table,
)
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.catalog.revenue_overview.definition import MEASURES, RevenueOverview
from common.reports.catalog.sales_velocity.definition import WEEKDAYS
from common.reports.catalog.sales_velocity.trend import trend
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.document.changes import ChangeKind, change_of
from common.reports.document.metrics import (
    CANCELLED,
    DAY,
    EDITED,
    RETURNED,
    UNITS_SOLD,
    Figure,
    Unit,
)
from common.reports.document.schema import BarChart, Document, LineChart, exponent
from common.reports.model import Scope
from common.reports.money import change, currency_exponent, decimal_text
from common.reports.presenting.measures import REFUND_RATE
from common.reports.sales.protocol import EmptyDays, Stock
from common.reports.totals.margins import Earned, Margins, ProductEarned, WindowEarned
from common.reports.totals.products import IDENTITY, ProductTotals
from common.reports.totals.reversals import Reversals
from common.reports.totals.totals import Totals, WindowTotals
from common.reports.window import Period, Window, start_of_day, window_of
from worker.reports.csv_export import file_name, write

BLOCK: Final = re.compile(r"^```example\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINE: Final = re.compile(
    r"(?P<name>[a-z0-9_]+)(?: \[(?P<currency>[A-Z]{3})\])?:(?P<given>.*) -> (?P<result>.+)"
)
DAYS: Final = 7
MONEY: Final = frozenset({"gross", "discounts", "returns", "shipping", "tax"})
COUNTS: Final = frozenset({"orders", "units_sold", "units_returned"})
NOW: Final = datetime(2026, 5, 2, 8, tzinfo=UTC)
FIGURES: Final = {
    figure.key: figure
    for figure in (
        *shared_figures(),
        *(own for each in registry.implemented() for own in own_figures(each)),
    )
}


@dataclass(frozen=True, slots=True)
class Example:
    """One line: what is given by name, and what is to come out."""

    name: str
    currency: str
    text: str
    given: dict[str, tuple[str, ...]]
    result: str

    def one(self, name: str) -> str:
        """The only value given for ``name``."""
        (value,) = self.given[name]
        return value

    def instant(self, name: str) -> datetime:
        """The value of ``name`` as an instant."""
        return datetime.fromisoformat(self.one(name))

    @property
    def zone(self) -> ZoneInfo:
        """The zone given."""
        return ZoneInfo(self.one("zone"))

    def minor(self, amount: str) -> int:
        """An amount of the example's currency in minor units."""
        scaled = Decimal(amount).scaleb(currency_exponent(self.currency))
        assert scaled == int(scaled), f"{amount} is no amount of {self.currency}"
        return int(scaled)

    def spell(self, value: int | str | None, unit: Unit) -> str:
        """A cell as the specification writes it."""
        if value is None:
            return "empty"
        if isinstance(value, str):
            return value
        return decimal_text(value, exponent(unit, currency_exponent(self.currency)))

    @property
    def scope(self) -> Scope:
        """A shop over the seven days up to 1 May 2026, UTC."""
        zone = ZoneInfo("UTC")
        window = window_of(Period.WEEK, zone, now=NOW)
        return Scope(1, "Shop", self.currency, zone, window, NOW, 1)


def parse(line: str) -> Example:
    """An example from its line.

    Raises:
        ValueError: the line is no example, or names something twice.
    """
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not an example: {line!r}")
    text = found["given"].strip()
    parts = [part.split() for part in text.split(", ")] if text else []
    given = {name: tuple(values) for name, *values in parts}
    if len(given) < len(parts):
        raise ValueError(f"something is given twice: {line!r}")
    return Example(found["name"], found["currency"] or "EUR", text, given, found["result"])


def examples() -> list[Example]:
    """Every example of the specification."""
    blocks = [
        block
        for document in DOCUMENTS
        for block in BLOCK.findall(document.read_text(encoding="utf-8"))
    ]
    return [parse(line) for block in blocks for line in block.splitlines()]


def totals(example: Example, given: dict[str, tuple[str, ...]]) -> list[Totals]:
    """One total for each place in the lists given; a list that is shorter goes on with zeros."""
    unknown = set(given) - MONEY - COUNTS
    assert not unknown, f"the totals know no {unknown}"
    return [
        Totals(
            **{
                name: example.minor(value) if name in MONEY else int(value)
                for name, value in zip(given, values, strict=True)
            }
        )
        for values in zip_longest(*given.values(), fillvalue="0")
    ]


def week(example: Example, given: dict[str, tuple[str, ...]]) -> tuple[Totals, ...]:
    """Seven days, those not given without any event."""
    days = totals(example, given)
    assert len(days) <= DAYS
    return (*days, *([Totals()] * (DAYS - len(days))))


def headline(document: Document, key: str, example: Example) -> str:
    """A headline figure of a document."""
    (found,) = (each for each in document.kpis if each.key == key)
    return example.spell(found.value, found.unit)


def overview(example: Example) -> str:
    """A headline of the revenue overview, from daily sums."""
    result = RevenueOverview(week(example, example.given), (Totals(),) * DAYS)
    document = registry.find("revenue-overview").present(result, example.scope).document
    return headline(document, example.name, example)


def kinds(example: Example) -> str:
    """A column of the revenue overview by the kind of what came back, summed over the days."""
    days = [
        Reversals(**dict(zip(example.given, map(example.minor, values), strict=True)))
        for values in zip_longest(*example.given.values(), fillvalue="0")
    ]
    days += [Reversals()] * (DAYS - len(days))
    nothing = (Totals(),) * DAYS
    result = RevenueOverview(nothing, nothing, tuple(days), (Reversals(),) * DAYS)
    definition = registry.find("revenue-overview")
    place = [column.key for column in definition.columns].index(example.name)
    rows = definition.present(result, example.scope).rows
    return example.spell(sum(int(row[place] or 0) for row in rows), RETURNED.unit)


def velocity(example: Example) -> Document:
    """The sales velocity document of daily sums; ``before`` are the units of the days before."""
    given = {name: v for name, v in example.given.items() if name in MONEY | COUNTS}
    before = {"units_sold": example.given.get("before", ())}
    days_before = week(example, before)
    result = SalesVelocity(week(example, given), days_before, (), lead=days_before)
    return registry.find("sales-velocity").present(result, example.scope).document


def pace(example: Example) -> str:
    """A headline of sales velocity, from daily sums."""
    return headline(velocity(example), example.name, example)


def average(example: Example) -> str:
    """The moving average of one day, as the daily chart has it."""
    (chart,) = (each for each in velocity(example).sections if isinstance(each, LineChart))
    (found,) = (each for each in chart.series if each.key == example.name)
    return example.spell(found.values[int(example.one("day")) - 1], found.unit)


def stocked(example: Example) -> str:
    """A cell of sales velocity, for a product of which so much was sold and is on hand."""
    of_stock = {"on_hand", "empty_days", "counted", "shop"}
    counted = {name: values for name, values in example.given.items() if name not in of_stock}
    (sold,) = totals(example, counted)
    counted_at = (
        datetime.fromisoformat(example.one("counted")) if "counted" in example.given else NOW
    )
    known = "on_hand" in example.given
    pieces = {"a": Stock(int(example.one("on_hand")), counted_at)} if known else {}
    product = ProductTotals("a", "a", None, None, sold, Totals())
    shop = {"units_sold": example.given.get("shop", ("1000",))}
    empty = EmptyDays(int(example.one("empty_days"))) if "empty_days" in example.given else None
    result = SalesVelocity(
        *(week(example, shop), (Totals(),) * DAYS, (product,), pieces),
        empty_days={"a": empty} if empty else {},
    )
    definition = registry.find("sales-velocity")
    (row,) = definition.present(result, example.scope).rows
    key = example.name.removesuffix("_of_a_product")
    at = [column.key for column in definition.columns].index(key)
    return example.spell(row[at], definition.columns[at].unit)


def weekday(example: Example) -> str:
    """An average weekday, as the chart of the week has it."""
    (chart,) = (each for each in velocity(example).sections if isinstance(each, BarChart))
    (found,) = (each for each in chart.series if each.key == example.name)
    return example.spell(found.values[WEEKDAYS.index(example.one("weekday"))], found.unit)


def ranked(example: Example) -> str:
    """A cell of product performance, for products given as ``id net/previous``."""
    shop = {name: values for name, values in example.given.items() if name != "of"}
    products = []
    for name, (value,) in shop.items():
        now, _, before = value.partition("/")
        gross = example.minor(before) if before else 0
        products.append(
            ProductTotals(
                name, name, None, None, Totals(gross=example.minor(now)), Totals(gross=gross)
            )
        )
    definition = registry.find("product-performance")
    header = [column.key for column in definition.columns]
    rows = definition.present(ProductPerformance(tuple(products)), example.scope).rows
    (row,) = (r for r in rows if r[header.index("product_id")] == example.one("of"))
    at = header.index(example.name)
    return example.spell(row[at], definition.columns[at].unit)


def of_category(example: Example) -> str:
    """A cell of the sums by category, for categories given as ``name net``; ``none`` is without."""
    sums = {
        None if name == "none" else name: WindowTotals(Totals(gross=example.minor(values[0])))
        for name, values in example.given.items()
        if name != "of"
    }
    (table,) = by_category(sums)
    (row,) = (each for each in table.rows if each[0] == example.one("of"))
    keys = [each.key for each in table.columns]
    return example.spell(row[keys.index(example.name)], Unit.PERCENT)


def earned(example: Example) -> str:
    """A headline figure of what products earn, each given as ``id net units cost``."""
    costs = example.given
    known = {
        name: Earned(example.minor(net), int(units) * example.minor(cost[0]))
        for name, (net, units, *cost) in costs.items()
        if cost
    }
    whole = Earned(
        sum(each.net for each in known.values()), sum(each.cost for each in known.values())
    )
    nets = {name: example.minor(net) for name, (net, *_) in costs.items()}
    margins = Margins(
        tuple(ProductEarned(name, name, WindowEarned(each)) for name, each in known.items()),
        len(known),
        WindowEarned(whole),
        (sum(max(each.net, 0) for each in known.values()), 0),
        (sum(max(net, 0) for net in nets.values()), 0),
    )
    if example.name == COST.key:
        (table,) = margin_table(margins)
        place = [each.key for each in table.columns].index(COST.key)
        return example.spell(table.footer[-1].cells[place], COST.unit)
    found = {each.key: each for each in margin_kpis(margins)}[example.name]
    return example.spell(found.value, found.unit)


def difference(example: Example) -> str:
    """A bar of the movers, for a product given as ``id net/previous``."""
    now, _, before = example.one("a").partition("/")
    product = ProductTotals(
        "a",
        "a",
        None,
        None,
        Totals(gross=example.minor(now)),
        Totals(gross=example.minor(before)),
    )
    result = ProductPerformance((product,))
    document = registry.find("product-performance").present(result, example.scope).document
    (chart,) = (each for each in document.sections if isinstance(each, BarChart))
    (found,) = (each for each in chart.series if each.key == example.name)
    return example.spell(found.values[0], found.unit)


def refunds(example: Example) -> str:
    """The refund rate of a product."""
    (product,) = totals(example, example.given)
    return example.spell(REFUND_RATE.of(product), Unit.PERCENT)


def come_back(example: Example) -> str:
    """What has come back of the sales of a product."""
    facts = {name: given for name, given in example.given.items() if name != "come_back"}
    (sums,) = totals(example, facts)
    product = ProductTotals("a", "A", None, None, sums, Totals())
    (units,) = example.given.get("come_back", ("0",))
    result = ProductPerformance((product,), come_back={"a": int(units)})
    document = registry.find("product-performance").present(result, example.scope).document
    return headline(document, example.name, example)


def products_sold(example: Example) -> str:
    """How many of the products given were sold."""
    products = tuple(
        ProductTotals(f"{number}", "", None, None, each, Totals())
        for number, each in enumerate(totals(example, example.given))
    )
    result = ProductPerformance(products)
    document = registry.find("product-performance").present(result, example.scope).document
    return headline(document, example.name, example)


def changed(example: Example) -> str:
    """A change in percent."""
    now, before = (example.minor(example.one(name)) for name in ("now", "before"))
    return example.spell(change(now, before), Unit.PERCENT)


def told_change(example: Example) -> str:
    """A change as it is told: its kind and its number."""
    now, before = (example.minor(example.one(name)) for name in ("now", "before"))
    found = change_of(now, before)
    hundredths = Unit.MONEY if found.kind is ChangeKind.DIFFERENCE else Unit.PERCENT
    return f"{found.kind.value} {example.spell(found.value, hundredths)}"


def points(example: Example) -> str:
    """The change of a rate in points, from units now and before."""
    now, before = totals(example, example.given)
    rate = REFUND_RATE
    return example.spell(rate.figure.compare(rate.exact(now), rate.exact(before)), Unit.POINTS)


def slope(example: Example) -> str:
    """The trend of weeks of so many units each, with its uncertainty."""
    weeks = [int(units) for units in example.given.get("weeks", ())]
    daily = [units if day == 0 else 0 for units in weeks for day in range(7)]
    found = trend(daily or [int(units) for units in example.given["units_sold"]])
    if found is None:
        return "empty"
    spelled = (decimal_text(each, 2) for each in (found.slope, found.uncertainty))
    return " ± ".join(spelled) + (" clear" if found.clear else " not clear")


def window(example: Example) -> Window:
    """The window given by a period, a zone and the present."""
    return window_of(Period(example.one("period")), example.zone, now=example.instant("now"))


def bounds(found: Window) -> str:
    """A window as the API writes it."""
    return f"{iso(found.start)} {iso(found.end)}"


def days_of(example: Example) -> str:
    """The first and the last day of a window."""
    days = window(example).dates(example.zone)
    return f"{days[0]} {days[-1]}"


def day_hours(example: Example) -> str:
    """How many hours a day has."""
    day = date.fromisoformat(example.one("date"))
    ends = start_of_day(day + timedelta(days=1), example.zone)
    hours, rest = divmod(ends - start_of_day(day, example.zone), timedelta(hours=1))
    assert not rest
    return str(hours)


def token(example: Example) -> str:
    """A token, which must also be read back as what it was made of."""
    claims = LinkClaims(
        link_id=UUID(example.one("link")),
        tenant_id=int(example.one("tenant")),
        report=example.one("report"),
        window=Window(example.instant("from"), example.instant("to")),
        issued_at=example.instant("issued"),
        expires_at=example.instant("expires"),
    )
    ring = KeyRing(example.one("secret"))
    assert ring.verify(example.result, now=claims.issued_at) == claims
    return ring.issue(claims)


def csv_cell(value: str | int, column: Figure, money_exponent: int) -> str:
    """A cell as the CSV spells it, quotes of the format undone."""
    text = gzip.decompress(write((column,), [(value,)], money_exponent)).decode("utf-8-sig")
    cell = text.split("\r\n")[1]
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def csv_number(example: Example) -> str:
    """An amount as the CSV spells it."""
    (amount,) = example.text.split()
    money = FIGURES["net_sales"]
    return csv_cell(example.minor(amount), money, currency_exponent(example.currency))


def csv_name(example: Example) -> str:
    """The name of a CSV."""
    at = window(example)
    scope = Scope(1, "Shop", "EUR", example.zone, at, NOW, 1)
    return file_name(example.one("report"), scope)


HANDLERS: Final[dict[str, Callable[[Example], str]]] = {
    **{measure.figure.key: overview for measure in MEASURES},
    **dict.fromkeys(("units_per_day", "orders_per_day", "net_sales_per_day"), pace),
    **dict.fromkeys((RETURNED.key, CANCELLED.key, EDITED.key), kinds),
    "trend_units_per_week": slope,
    "units_per_day_of_a_product": stocked,
    "units_sold_7_day_average": average,
    "units_sold_by_weekday": weekday,
    **dict.fromkeys(("days_in_stock", "on_hand", "counted_at", "days_of_cover"), stocked),
    **dict.fromkeys(
        (
            "rank",
            "rank_change",
            "share_of_net_sales_percent",
            "cumulative_share_percent",
            "abc_class",
            "net_sales_change_percent",
        ),
        ranked,
    ),
    "net_sales_difference": difference,
    "category_share_percent": of_category,
    **dict.fromkeys((each.key for each in (PROFIT, MARGIN, COST, COST_KNOWN)), earned),
    "refund_rate_percent": refunds,
    "come_back_rate_percent": come_back,
    "products_sold": products_sold,
    "change": changed,
    "told_change": told_change,
    "refund_rate_change_points": points,
    DAY.key: days_of,
    "window": lambda e: bounds(window(e)),
    "previous_window": lambda e: bounds(window(e).previous(e.zone)),
    "last_year_window": lambda e: bounds(window(e).last_year(e.zone)),
    "day_hours": day_hours,
    "token": token,
    "amount": lambda e: decimal_text(int(e.one("minor")), currency_exponent(e.currency)),
    "exponent": lambda e: str(currency_exponent(e.currency)),
    "csv_text": lambda e: csv_cell(e.text, IDENTITY[1], 2),
    "csv_number": csv_number,
    "csv_name": csv_name,
}


@pytest.mark.parametrize("example", examples(), ids=lambda e: f"{e.name}: {e.text}")
def test_the_example_is_right(example: Example) -> None:
    assert HANDLERS[example.name](example) == example.result


def test_every_figure_has_an_example() -> None:
    """But the four that only identify a product."""
    worked = {example.name for example in examples()}
    assert set(FIGURES) - {each.key for each in IDENTITY} <= worked
    assert UNITS_SOLD.key in worked


@pytest.mark.parametrize(
    "line", ["net_sales: gross 1.00", "Net: gross 1.00 -> 1.00", "x: a 1, a 2 -> 3", ""]
)
def test_what_is_no_example_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        parse(line)
