"""Stock as counted, and the days it lasts, in sales velocity and its CSV."""

import csv
import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, transaction
from common.jobs.payloads import ComputeReport
from common.reports.sales import out_of_stock
from common.reports.window import Window
from common.reports_cache.cache import ReportCache
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow
from worker.reports.compute import compute

START = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=30))
Read = Callable[..., dict[str, tuple[str, ...]]]

PIECES = {"mug": 12, "plate": 7, "unsold": 0, "uncounted": 3, "empty": 4, "owed": 5}


def sale(position: int, product: str, quantity: int, days: int = 3) -> OrderLineRow:
    at = START + timedelta(days=days)
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
        order_lines=[
            *(sale(n, name, pieces) for n, (name, pieces) in enumerate(sold, 1)),
            sale(len(PIECES) + 1, "mug", 1, -800),  # so that sales are known of all days
        ],
    )
    return tenant_id


@pytest.fixture
def velocity(service_engine: Engine, redis_client: Redis, shop: int) -> Read:
    cache = ReportCache(redis_client, keep_seconds=60)

    def read(*columns: str) -> dict[str, tuple[str, ...]]:
        job = ComputeReport(shop, "sales-velocity", WINDOW)
        compute(service_engine, cache, job)
        (content,) = redis_client.hmget(job.key.cached, ["csv"])
        assert isinstance(content, bytes)
        text = gzip.decompress(content).decode("utf-8-sig")
        return {
            row["product_id"]: tuple(row[name] for name in columns)
            for row in csv.DictReader(io.StringIO(text))
        }

    return read


def test_without_counts_nothing_is_known(
    velocity: Read,
) -> None:
    assert velocity("on_hand", "days_of_cover") == dict.fromkeys(PIECES, ("", ""))


def test_the_latest_count_before_the_windows_end_lasts_so_long(
    service_engine: Engine, shop: int, velocity: Read
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
    assert velocity("on_hand", "days_of_cover") == {
        "mug": ("20", "50.00"),
        "plate": ("10", "42.86"),
        "unsold": ("8", ""),
        "uncounted": ("", ""),
        "empty": ("0", "0.00"),
        "owed": ("-2", "0.00"),
    }


def test_what_was_sold_and_put_back_since_the_count_is_reckoned(
    service_engine: Engine, shop: int, velocity: Read
) -> None:
    counts = [("mug", 3, 20), ("plate", 2, 30), ("uncounted", 2, 2), ("empty", -16, 9)]
    rows = [
        StockRow(n, product, START + timedelta(days=day), pieces)
        for n, (product, day, pieces) in enumerate(counts, 1)
    ]
    back = RefundRow(1, "r", "O2", "1", START + timedelta(days=9), "return", 3, 0, 0, 0)
    load_sales(service_engine, shop, stock=rows, refunds=[back])
    assert velocity("on_hand", "days_of_cover", "counted_at") == {
        "mug": ("8", "20.00", "2026-03-04"),  # 20, less the 12 sold at the instant of the count
        "plate": ("26", "111.43", "2026-03-03"),  # 30 - 7 + 3
        "unsold": ("", "", ""),
        "uncounted": ("", "", "2026-03-03"),  # 3 sold of 2: goods came that nobody counted
        "empty": ("", "", "2026-02-13"),  # 46 days before the window's end
        "owed": ("", "", ""),
    }


def test_how_old_a_count_may_be_can_be_set(
    service_engine: Engine, redis_client: Redis, shop: int
) -> None:
    counted = StockRow(1, "mug", START + timedelta(days=20), 5)
    load_sales(service_engine, shop, stock=[counted])
    job = ComputeReport(shop, "sales-velocity", WINDOW)
    for days, cover in ((10, "12.50"), (9, "")):
        compute(service_engine, ReportCache(redis_client, keep_seconds=60), job, count_days=days)
        (content,) = redis_client.hmget(job.key.cached, ["csv"])
        assert isinstance(content, bytes)
        rows = csv.DictReader(io.StringIO(gzip.decompress(content).decode("utf-8-sig")))
        assert {row["product_id"]: row["days_of_cover"] for row in rows}["mug"] == cover


PACE = ("days_in_stock", "units_per_day", "previous_units_per_day", "units_per_day_change_percent")


def counts_of(product: str, counts: list[tuple[float, int]]) -> list[StockRow]:
    return [
        StockRow(n, product, START + timedelta(days=day), pieces)
        for n, (day, pieces) in enumerate(counts, 1)
    ]


@pytest.mark.parametrize(
    ("counts", "days", "pace"),
    [
        ([], "30", "0.40"),
        ([(3, 5)], "30", "0.40"),
        ([(18, 0)], "18", "0.67"),  # whole days from the day that begins with the count
        ([(18.5, 0)], "19", "0.63"),  # the day of the count was not whole
        ([(10, 0)], "10", "1.03"),  # 1.20, but the shop itself sells 31 in 30 days
        ([(10, 0), (20, 3)], "20", "0.60"),
        ([(10.5, 0), (20.5, 3)], "21", "0.57"),
        ([(10, 0), (10.2, 0), (11, 0), (15, -1), (20, 3)], "20", "0.60"),  # one time, counted often
        ([(10, 0), (12, 1), (20, -4), (25, 1)], "23", "0.52"),
        ([(-90, 0), (20, 3)], "27", "0.44"),  # sold on the fourth day: the count is stale by then
        ([(-90, 0), (-31, 3)], "30", "0.40"),
        ([(-90, 0), (40, 3)], "27", "0.44"),
        ([(2.5, 0)], "30", "0.40"),  # sold as soon as the day was over
        ([(1, 0)], "28", "0.43"),
        ([(3, 0)], "30", "0.40"),  # sold at the very instant
        ([(1, 0), (2, 0), (8, 0)], "28", "0.43"),  # one time, whose count is stale from the sale on
        ([(30, 0)], "30", "0.40"),  # at the window's end, which is past it
        ([(5, 0), (5.9, 2)], "30", "0.40"),
    ],
)
def test_days_without_stock_do_not_slow_a_product(
    service_engine: Engine,
    shop: int,
    velocity: Read,
    counts: list[tuple[float, int]],
    days: str,
    pace: str,
) -> None:
    if counts:
        load_sales(service_engine, shop, stock=counts_of("mug", counts))
    assert velocity(*PACE[:2])["mug"] == (days, pace)
    assert velocity(*PACE[:2])["plate"] == ("30", "0.23")


def test_who_sells_fastest_goes_by_the_days_in_stock(
    service_engine: Engine, shop: int, velocity: Read
) -> None:
    for product, day in (("plate", 5), ("unsold", -90)):
        load_sales(service_engine, shop, stock=counts_of(product, [(day, 0)]))
    read = velocity("days_in_stock", "units_per_day", "days_of_cover")
    assert list(read)[:2] == ["plate", "mug"]
    assert list(read)[-1] == "unsold"
    assert read["plate"] == ("5", "1.03", "0.00"), "1.40, but the shop sells 31 in 30 days"
    assert read["unsold"] == ("0", "", "")


def test_the_previous_window_has_its_own_days(
    service_engine: Engine, shop: int, velocity: Read
) -> None:
    before = [
        sale(n, name, pieces)._replace(paid_at=START - timedelta(days=25), order_id=f"before{n}")
        for n, (name, pieces) in enumerate([("mug", 6), ("plate", 20)], 9)
    ]
    load_sales(service_engine, shop, order_lines=before, stock=counts_of("mug", [(-20, 0), (0, 9)]))
    assert velocity(*PACE)["mug"] == ("30", "0.40", "0.40", "0.00")


def rows_read(plan: dict[str, Any]) -> float:
    """How many rows of stock counts a plan came across, taken or not."""
    seen = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    own = seen * plan["Actual Loops"] if plan.get("Relation Name") == "stock_counts" else 0
    return float(own + sum(map(rows_read, plan.get("Plans", ()))))


def test_a_shelf_counted_empty_every_day_is_not_read_again_for_each_count(
    service_engine: Engine, shop: int
) -> None:
    counts = counts_of("mug", [(day, 0) for day in range(-300, 30)])
    load_sales(service_engine, shop, stock=counts)
    explain = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {out_of_stock._EMPTY.text}")
    times = {"tenant_id": shop, "since": START - timedelta(days=30), "until": WINDOW.end}
    with transaction(service_engine, Access(tenant_id=shop)) as session:
        for way in ("seqscan", "bitmapscan"):  # which a table as small as this one invites
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        (planned,) = session.execute(explain, times).scalar_one()
    assert 60 <= rows_read(planned["Plan"]) <= 4 * len(counts)
