"""The measurements as Markdown tables, and the verdict on each budget."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.compute.refreshing import Cost
from benchmarks.compute.shops import LARGEST, MEDIAN
from benchmarks.compute.ways import DUCK, IN_SERVER, LEDGER, PRODUCT, Cell
from benchmarks.compute.writing import WriteCost

SHOP_NAMES = {LARGEST.id: "largest", MEDIAN.id: "median"}
Times = Mapping[Cell, float]


@dataclass(frozen=True, slots=True)
class Budget:
    """A ratio of the largest shop's 90 days that may not be above ``limit``."""

    slug: str
    limit: float
    against: str


BUDGETS = (
    Budget("revenue-overview", 1.2, PRODUCT),
    Budget("sales-velocity", 1.2, PRODUCT),
    Budget("product-performance", 1.5, PRODUCT),
    Budget("product-performance", 1.0, DUCK),
)


def times_table(times: Times) -> Iterator[str]:
    """Each report at each size, milliseconds in each way."""
    yield "| orders | shop | days | report | product | its SQL alone | straight SQL | DuckDB |"
    yield "|---:|---|---:|---|---:|---:|---:|---:|"
    for cell in times:
        if cell.way == PRODUCT:
            ways = (times[_with(cell, way=way)] for way in (PRODUCT, IN_SERVER, LEDGER, DUCK))
            shown = " | ".join(f"{each:,.1f}" for each in ways)
            shop = SHOP_NAMES[cell.shop]
            yield f"| {cell.orders:,} | {shop} | {cell.days} | {cell.slug} | {shown} |"


def growth_table(times: Times, smallest: int, largest: int) -> Iterator[str]:
    """How many times as long each way takes at the larger size."""
    yield "| shop | days | report | product | its SQL alone | straight SQL | DuckDB |"
    yield "|---|---:|---|---:|---:|---:|---:|"
    for cell in times:
        if cell.way == PRODUCT and cell.orders == smallest:
            factors = (
                times[_with(cell, way=way, orders=largest)] / times[_with(cell, way=way)]
                for way in (PRODUCT, IN_SERVER, LEDGER, DUCK)
            )
            shown = " | ".join(f"{each:.2f}×" for each in factors)
            yield f"| {SHOP_NAMES[cell.shop]} | {cell.days} | {cell.slug} | {shown} |"


def verdicts(times: Times, smallest: int, largest: int) -> Iterator[str]:
    """PASS or MISSED for each budget."""
    for budget in BUDGETS:
        cell = Cell(largest, LARGEST.id, 90, budget.slug, PRODUCT)
        grown = budget.against == PRODUCT
        reference = _with(cell, orders=smallest) if grown else _with(cell, way=budget.against)
        ratio = times[cell] / times[reference]
        word = "PASS" if ratio <= budget.limit else "MISSED"
        beside = f"itself at {smallest:,}" if grown else budget.against
        yield (
            f"{word:6} {budget.slug}, largest shop, 90 days, {largest:,} orders:"
            f" {ratio:.2f}× of {beside} (budget {budget.limit}×)"
        )


def cost_table(costs: Mapping[int, Sequence[Cost]]) -> Iterator[str]:
    """What keeping the sums costs at each size."""
    yield "| orders | shop | what | ms |"
    yield "|---:|---|---|---:|"
    for orders, each_size in costs.items():
        for cost in each_size:
            if cost.shop.id in SHOP_NAMES:
                name = SHOP_NAMES[cost.shop.id]
                yield f"| {orders:,} | {name} | {cost.what} | {cost.milliseconds:,.1f} |"


def write_table(costs: Iterable[WriteCost]) -> Iterator[str]:
    """What the triggers add to a write."""
    yield "| write | without marks, µs an order | with | the marks |"
    yield "|---|---:|---:|---:|"
    for cost in costs:
        added = cost.with_triggers - cost.without
        yield f"| {cost.what} | {cost.without:,.0f} | {cost.with_triggers:,.0f} | {added:+,.0f} |"


def _with(cell: Cell, *, way: str | None = None, orders: int | None = None) -> Cell:
    return Cell(orders or cell.orders, cell.shop, cell.days, cell.slug, way or cell.way)
