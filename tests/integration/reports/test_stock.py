"""Stock as counted, and the days it lasts, in sales velocity and its CSV."""

import csv
import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import Engine

from analytics.accounts import create_tenant
from common.cache import ReportCache
from common.jobs import ComputeReport
from common.reports.window import Window
from worker.compute import compute
from worker.ingest.load import load_sales
from worker.ingest.rows import OrderLineRow, ProductRow, StockRow

START = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=30))
PIECES = {"mug": 12, "plate": 7, "unsold": 0, "uncounted": 3, "empty": 4, "owed": 5}


def sale(position: int, product: str, quantity: int) -> OrderLineRow:
    at = START + timedelta(days=3)
    return OrderLineRow(
        *(position, f"O{position}", at, at, None, None, None, None, None, 0, 0, 0),
        *("1", product, None, None, quantity, 1000, 0),
    )


@pytest.fixture
def shop(service_engine: Engine) -> int:
    slug = f"shop-{uuid4().hex[:12]}"
    tenant_id = create_tenant(
        service_engine, slug=slug, name="A shop", currency="EUR", timezone="UTC"
    )
    sold = [(name, pieces) for name, pieces in PIECES.items() if pieces]
    load_sales(
        service_engine,
        tenant_id,
        products=[ProductRow(n, name, None, None, None, 420) for n, name in enumerate(PIECES, 1)],
        order_lines=[sale(n, name, pieces) for n, (name, pieces) in enumerate(sold, 1)],
    )
    return tenant_id


@pytest.fixture
def velocity(
    service_engine: Engine, redis_client: Redis, shop: int
) -> Callable[[], dict[str, tuple[str, str]]]:
    cache = ReportCache(redis_client, keep_seconds=60)

    def read() -> dict[str, tuple[str, str]]:
        job = ComputeReport(shop, "sales-velocity", WINDOW)
        compute(service_engine, cache, job)
        (content,) = redis_client.hmget(job.key.cached, ["csv"])
        assert isinstance(content, bytes)
        text = gzip.decompress(content).decode("utf-8-sig")
        return {
            row["product_id"]: (row["on_hand"], row["days_of_cover"])
            for row in csv.DictReader(io.StringIO(text))
        }

    return read


def test_without_counts_nothing_is_known(
    velocity: Callable[[], dict[str, tuple[str, str]]],
) -> None:
    assert velocity() == dict.fromkeys(PIECES, ("", ""))


def test_the_latest_count_before_the_windows_end_lasts_so_long(
    service_engine: Engine, shop: int, velocity: Callable[[], dict[str, tuple[str, str]]]
) -> None:
    counts = [
        ("mug", -40, 99),
        ("mug", 10, 20),
        ("mug", 30, 1),  # at the window's end, which is past it
        ("plate", 29, 10),
        ("unsold", 5, 8),
        ("empty", 5, 0),
        ("owed", 5, -2),
    ]
    rows = [
        StockRow(n, product, START + timedelta(days=day), pieces)
        for n, (product, day, pieces) in enumerate(counts, 1)
    ]
    load_sales(service_engine, shop, stock=rows)
    assert velocity() == {
        "mug": ("20", "50.00"),
        "plate": ("10", "42.86"),
        "unsold": ("8", ""),
        "uncounted": ("", ""),
        "empty": ("0", "0.00"),
        "owed": ("-2", "0.00"),
    }
