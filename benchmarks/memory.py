"""``python -m benchmarks.memory``: what a report of 100,000 products takes in a worker's memory.

From the query's result to the fields that go into Redis, each step in the order of the worker, in a
process of its own. The reference is the plain CSV, which is never whole in memory.
"""

import argparse
import gzip
import multiprocessing
import random
import resource
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

from common.reports import registry
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.model import Scope
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals
from common.reports.window import Period, window_of
from common.reports_cache.report_fields import (
    Meta,
    pack,
)
from worker.reports import csv_export

REPORT = "product-performance"
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 5, 2, tzinfo=UTC)
_PAGE_BYTES = resource.getpagesize()
_MEGABYTE = 1_000_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description=__doc__)
    parser.add_argument("--products", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    print("| products | plain CSV | result | at most | at most by the plain CSV | into Redis |")
    print("|---:|---:|---:|---:|---:|---:|")
    context = multiprocessing.get_context("spawn")
    for count in parser.parse_args().products:
        mine, theirs = context.Pipe()
        process = context.Process(target=_measure, args=(count, theirs))
        process.start()
        plain, result, most, stored = mine.recv()
        process.join()
        print(
            f"| {count:,} | {plain:.1f} MB | {result:.1f} MB | {most:.1f} MB"
            f" | {most / plain:.1f}× | {stored:.1f} MB |"
        )


def _measure(count: int, answer: Connection) -> None:
    _present(_result(2))  # what is imported and compiled on first use is no report's
    start = _now()
    before = _most()
    result = _result(count)
    held = _now() - start
    fields = _present(result)
    most = max(held, _most() - before + max(0.0, before - start))
    plain = len(gzip.decompress(fields["csv"])) / _MEGABYTE
    answer.send((plain, held, most, sum(map(len, fields.values())) / _MEGABYTE))


def _present(result: ProductPerformance) -> dict[str, bytes]:
    definition = registry.find(REPORT)
    scope = Scope(1, "Shop", "EUR", ZONE, window_of(Period.MONTH, ZONE, now=NOW), NOW, 1)
    presented = definition.present(result, scope)
    csv = csv_export.write(definition.columns, presented.rows, scope.money_exponent)
    meta = Meta(as_of=NOW, data_version=1, computed_at=NOW, csv_name="report.csv")
    return pack(meta, presented.document, csv)


def _result(count: int) -> ProductPerformance:
    chance = random.Random(1)

    def sums(place: int) -> Totals:
        gross = chance.randrange(1, 200_000_000) // place
        units = gross // 2_500 + 1
        return Totals(0, units, units // 20, gross, gross // 20, gross // 25, 0, 0)

    return ProductPerformance(
        tuple(
            ProductTotals(f"P{n:06}", f"Product {n}", f"SKU{n}", "Ware", sums(n), sums(n))
            for n in range(1, count + 1)
        )
    )


def _now() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / _MEGABYTE


def _most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MEGABYTE


if __name__ == "__main__":
    main()
