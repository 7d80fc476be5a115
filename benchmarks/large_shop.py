"""``python -m benchmarks.large_shop``: product-performance of a shop that is too large to hold.

Four of five products sold in the window and three of five before it, from the kept sums to the
fields that go into Redis, each way in a process of its own: all products held, and in pieces. The
processor's time is the worker's own, whatever else runs; the last column is the CSV of a page that
is there: what a computation goes on with after one that ended by its time.
"""

import argparse
import multiprocessing
import resource
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from benchmarks.compute.generate import vacuum
from sqlalchemy import Engine, create_engine, make_url, text

from common.db import migrate, roles
from common.db.engine import create_service_engine
from common.jobs.payloads import ComputeReport
from common.reports import queries, registry
from common.reports.catalog.product_performance.in_pieces import standing
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.sales.blocks import cover
from common.reports.sales.dimensions import CATEGORY
from common.reports.window import Period, Window, window_of
from common.reports_cache.report_fields import (
    Meta,
    pack,
)
from devstack.embedded.postgres import EmbeddedPostgres
from worker.reports import csv_export
from worker.reports.snapshot import read

REPORT: Final = "product-performance"
ZONE: Final = ZoneInfo("Europe/Berlin")
NOW: Final = datetime(2026, 5, 2, tzinfo=UTC)
WINDOW: Final = window_of(Period.MONTH, ZONE, now=NOW)
_MEGABYTE: Final = 1_000_000
_TENANT: Final = text(
    "INSERT INTO tenants (id, slug, name, currency, timezone)"
    " VALUES (1, 'shop', 'Shop', 'EUR', 'Europe/Berlin')"
)
_PRODUCTS: Final = text(
    """
    INSERT INTO products (tenant_id, id, external_id, title, sku, category)
    SELECT 1, n, 'P' || n, 'Product ' || n, 'SKU' || n, 'Ware' FROM generate_series(1, :count) n
    """
)
_SOLD: Final = text(
    """
    INSERT INTO product_sales (tenant_id, span, day, product_id, units_sold, units_returned,
                               gross, discounts, returns)
    SELECT 1, :span, :day, n, 1 + n % 7, n % 3 / 2, 100 + 1000000 / n + n % 997,
           n % 5, n % 3 / 2 * 50
    FROM generate_series(1, :count) n WHERE n % 5 < :sold ORDER BY n
    """
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.large_shop", description=__doc__)
    parser.add_argument("--products", type=int, nargs="+", default=[50_000, 200_000])
    parser.add_argument("--in-pieces", action="store_true", help="this way alone")
    parser.add_argument("--busy", type=int, default=0, help="processes that only keep busy")
    options = parser.parse_args()
    print(
        "| products | way | until the page is known | in all | processor | at most | CSV"
        " | the CSV alone |"
    )
    print("|---:|:---|---:|---:|---:|---:|---:|---:|")
    context = multiprocessing.get_context("spawn")
    for count in options.products:
        secret, service = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        with (
            tempfile.TemporaryDirectory() as state,
            EmbeddedPostgres(Path(state) / "postgres", password=secret, fast=True) as postgres,
        ):
            url = make_url(postgres.url).set(username="benchmark_service", password=service)
            worker = url.render_as_string(hide_password=False)
            migrate.upgrade(postgres.url)
            roles.ensure_service_role(postgres.url, worker)
            _fill(create_engine(postgres.url), count)
            for way, held in (("held", count), ("in pieces", count - 1))[options.in_pieces :]:
                mine, theirs = context.Pipe()
                process = context.Process(target=_measure, args=(worker, held, theirs))
                with _busy(context, options.busy):
                    process.start()
                    page, whole, processor, most, csv, alone = mine.recv()
                    process.join()
                after = "–" if alone is None else f"{alone:.1f} s"
                print(
                    f"| {count:,} | {way} | {page:.1f} s | {whole:.1f} s | {processor:.1f} s"
                    f" | {most:.0f} MB | {csv:.1f} MB | {after} |"
                )


@contextmanager
def _busy(context: SpawnContext, count: int) -> Iterator[None]:
    """So many processes that take all of the processor they are given."""
    others = [context.Process(target=_spin, daemon=True) for _ in range(count)]
    for each in others:
        each.start()
    try:
        yield
    finally:
        for each in others:
            each.kill()
            each.join()


def _spin() -> None:
    while True:
        pass


def _fill(owner: Engine, count: int) -> None:
    with owner.begin() as connection:
        connection.execute(_TENANT)
        connection.execute(_PRODUCTS, {"count": count})
        for window, sold in ((WINDOW, 4), (WINDOW.previous(ZONE), 3)):
            block = _block(window)
            connection.execute(_SOLD, {**block, "count": count, "sold": sold})
        connection.execute(text("DELETE FROM dirty_days"))
    vacuum(owner, "products", "product_sales")
    owner.dispose()


def _block(window: Window) -> dict[str, object]:
    """The longest of the blocks that the window's sums are read from."""
    days = window.dates(ZONE)
    return max(cover(days[0], days[-1]), key=lambda block: block.span)._asdict()


def _measure(url: str, held: int, answer: Connection) -> None:
    engine = create_service_engine(url, application_name="benchmark")
    definition = registry.find(REPORT)
    before, started, used = _most(), time.perf_counter(), time.process_time()
    with read(engine, ComputeReport(1, REPORT, WINDOW)) as (scope, sales):
        large = sales.catalogue(larger_than=held)
        report = definition.present(
            standing(large, sales.totals(CATEGORY))
            if large
            else ProductPerformance(sales.products(), sales.come_back()),
            scope,
        )
        page = time.perf_counter() - started
        csv = csv_export.write(definition.columns, report.rows, scope.money_exponent)
    meta = Meta(as_of=NOW, data_version=1, computed_at=NOW, csv_name="report.csv")
    fields = pack(meta, report.document, csv)
    whole, used = time.perf_counter() - started, time.process_time() - used
    most = _most() - before
    alone = _alone(engine, fields["csv"]) if large else None
    answer.send((page, whole, used, most, len(fields["csv"]) / _MEGABYTE, alone))


def _alone(engine: Engine, csv: bytes) -> float:
    """The seconds that the CSV takes where its page is there."""
    definition, started = registry.find(REPORT), time.perf_counter()
    with read(engine, ComputeReport(1, REPORT, WINDOW)) as (scope, sales):
        rows = queries.rows(REPORT, sales)
        if rows is None or csv != csv_export.write(definition.columns, rows, scope.money_exponent):
            raise AssertionError("the CSV alone is another one")
    return time.perf_counter() - started


def _most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MEGABYTE


if __name__ == "__main__":
    main()
