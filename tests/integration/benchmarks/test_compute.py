"""What the benchmark measures is worth measuring: all its ways lead to the same numbers."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from common.db.tenancy import Access, snapshot
from common.reports.sales.days import by_day
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.window import Period, window_of
from worker.reports import rollup_refresh
from worker.reports.scope import read_scope

pytest.importorskip("duckdb", reason="duckdb is not installed (uv sync --group benchmarks)")

from benchmarks.compute.duck import Duck, DuckSales, export
from benchmarks.compute.generate import generate
from benchmarks.compute.shops import END, LARGEST, MEDIAN
from benchmarks.compute.ways import agree

ORDERS = 2_000


def test_all_ways_agree(owner_engine: Engine, service_engine: Engine, tmp_path: Path) -> None:
    generate(owner_engine, ORDERS)
    export(owner_engine, tmp_path)
    duck = Duck(tmp_path)
    for shop in (LARGEST, MEDIAN):
        assert rollup_refresh.refresh(service_engine, shop.id) > 0
        window = window_of(Period.QUARTER, shop.zone, now=END)
        with snapshot(service_engine, Access(tenant_id=shop.id)) as session:
            scope = read_scope(session, shop.id, window)
            straight = LedgerSales(session, scope)
            assert sum(day.orders for day in by_day(straight)[0]) > 0
            agree(straight, RolledUpSales(session, scope), DuckSales(duck, scope))


def test_the_generator_makes_what_it_says(owner_engine: Engine) -> None:
    generate(owner_engine, ORDERS)
    with owner_engine.connect() as connection:
        orders, lines, refunds = connection.execute(
            text(
                "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines),"
                " (SELECT count(*) FROM refunds)"
            )
        ).one()
        uneven = connection.scalar(
            text(
                """
                SELECT count(*) FROM orders o WHERE discount IS DISTINCT FROM (
                    SELECT sum(order_discount) FROM order_lines l
                    WHERE l.tenant_id = o.tenant_id AND l.order_id = o.id)
                """
            )
        )
        largest = connection.scalar(text("SELECT count(*) FROM orders WHERE tenant_id = 1"))
    assert orders == ORDERS
    assert lines / orders == pytest.approx(2.16, abs=0.1)
    assert refunds / orders == pytest.approx(0.05, abs=0.02)
    assert (largest or 0) / orders == pytest.approx(LARGEST.share, abs=0.03)
    assert uneven == 0
