"""``python -m benchmarks.compute``: make the data unless it is there, measure, print tables."""

import argparse
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.compute import tables
from benchmarks.compute.databases import Database, database, drop, server
from benchmarks.compute.duck import Duck, export
from benchmarks.compute.generate import counts
from benchmarks.compute.refreshing import Cost, dirty_costs, refresh_all
from benchmarks.compute.shops import LARGEST, MEDIAN
from benchmarks.compute.ways import Cell, Size, measure
from benchmarks.compute.writing import write_costs

from common.reports.window import Period

SMALL = 50_000


def main() -> None:
    """Print the tables of the report's cost."""
    options = _options()
    sizes = sorted(int(each) for each in options.orders.split(","))
    with server(options.state, fresh=options.fresh) as url, ExitStack() as stack:
        prepared, costs = [], {}
        for orders in sizes:
            each = stack.enter_context(database(url, orders))
            costs[orders] = _prepare(each)
            export(each.owner, directory := options.state / "parquet" / str(orders))
            prepared.append(Size(each, Duck(directory)))
        times: dict[Cell, float] = {}
        for shop in (LARGEST, MEDIAN):
            for period in (Period.MONTH, Period.QUARTER):
                times |= measure(prepared, shop, period, options.rounds)
        times = dict(sorted(times.items()))
        _show("Computing a report, ms", tables.times_table(times))
        if len(sizes) > 1:
            ends = sizes[0], sizes[-1]
            _show(f"Growth, {ends[0]:,} to {ends[1]:,} orders", tables.growth_table(times, *ends))
            _show("Budgets", tables.verdicts(times, *ends))
        for size in prepared:
            costs[size.database.orders] += dirty_costs(size.database, options.rounds)
        _show("Keeping the sums", tables.cost_table(costs))
        drop(url, "writes")
        small = stack.enter_context(database(url, SMALL, name="writes"))
        refresh_all(small)
        _show("Writing", tables.write_table(write_costs(small)))


def _prepare(each: Database) -> list[Cost]:
    with each.owner.connect() as connection:
        made = "kept" if each.seconds is None else f"made in {each.seconds:,.0f} s"
        rows = ", ".join(f"{n:,} {table}" for table, n in counts(connection).items())
        print(f"database of {each.orders:,} orders, {made}: {rows}", flush=True)
    costs = refresh_all(each)
    if costs:
        seconds = sum(cost.milliseconds for cost in costs) / 1000
        print(f"all days of all shops summed in {seconds:,.1f} s", flush=True)
    return costs


def _show(title: str, lines: Iterable[str]) -> None:
    print(f"\n### {title}\n", *lines, sep="\n", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.compute", description=__doc__)
    parser.add_argument("--orders", default="1000000,10000000", help="sizes, comma separated")
    parser.add_argument("--state", type=Path, default=Path(".state/benchmarks/compute"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fresh", action="store_true", help="make the data again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
