"""Two shops made by hand, whose figures are worked out here and nowhere computed.

No package ships a small, well-known ledger with discounts, partial refunds and time zones, so the
totals below were added up on paper; the files go the whole way a shop's own would.
"""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import Engine

from accounts.provisioning import create_tenant
from common.jobs.payloads import ComputeReport
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import unpack_csv
from ingest.import_files import FileKind, ImportFile, import_files
from worker.reports.compute import compute

Rows = list[dict[str, str]]
Shop = Callable[..., Callable[[str], Rows]]

# Berlin, the week of 1 to 7 March 2026, seen on the 8th.
#   O1  1 March         2 mugs at 10.00, 1 plate at 10.00 less 1.00; 3.00 off the order.
#                       The lines are worth 20.00 and 9.00: 3.00 x 20/29 = 2.0690 and 3.00 x 9/29 =
#                       0.9310, whole cents 2.06 and 0.93, the cent left over to the larger
#                       remainder: 2.07 and 0.93.
#   O2  2 March 23:30 UTC, which is the 3rd in Berlin: 1 mug.
#   O3  never paid: no sale.
#   O4  27 February, the week before: 3 plates.
#   R1  5 March         1 mug of O1 comes back, 8.96 of what was paid for two (17.93).
#   R2  6 March         1 plate of O4 is cancelled: its own day, not the sale's.
ORDERS = """\
order_id,paid_at,placed_at,currency,line_id,product_id,product_title,quantity,unit_price,line_discount,order_discount,shipping,tax
O1,2026-03-01T10:00:00+01:00,,EUR,1,P1,Mug,2,10.00,,3.00,4.90,5.00
O1,2026-03-01T10:00:00+01:00,,EUR,2,P2,Plate,1,10.00,1.00,3.00,4.90,5.00
O2,2026-03-02T23:30:00Z,,EUR,1,P1,Mug,1,10.00,,,,1.90
O3,,2026-03-04T10:00:00Z,EUR,1,P1,Mug,9,10.00,,,,
O4,2026-02-27T10:00:00Z,,EUR,1,P2,Plate,3,10.00,,,2.00,4.79
"""
REFUNDS = """\
refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax
R1,O1,1,2026-03-05T09:00:00Z,return,1,8.96,,1.50
R2,O4,1,2026-03-06T09:00:00Z,cancel,1,10.00,,
"""
SEEN = datetime(2026, 3, 8, 9, tzinfo=UTC)


@pytest.fixture
def shop(service_engine: Engine, redis_client: Redis) -> Shop:
    """A shop of a currency and zone with its files imported; answers the rows of a report's CSV."""

    def opened(currency: str, zone: str, **files: str) -> Callable[[str], Rows]:
        slug = f"shop-{uuid4().hex[:12]}"
        tenant_id = create_tenant(
            service_engine, slug=slug, name="Shop", currency=currency, timezone=zone
        )
        given = {
            FileKind(kind): ImportFile(f"{kind}.csv", iter([content.encode()]))
            for kind, content in files.items()
        }
        import_files(service_engine, tenant_id, given)
        cache = ReportCache(redis_client, keep_seconds=60)

        def rows(report: str) -> Rows:
            window = window_of(Period.WEEK, ZoneInfo(zone), now=SEEN)
            job = ComputeReport(tenant_id, report, window)
            compute(service_engine, cache, job)
            packed = redis_client.hget(job.key.cached, "csv")
            assert isinstance(packed, bytes)
            text = unpack_csv(packed).decode("utf-8-sig")
            return list(csv.DictReader(io.StringIO(text, newline="")))

        return rows

    return opened


def test_the_week_of_a_shop_in_berlin(shop: Shop) -> None:
    rows = shop("EUR", "Europe/Berlin", orders=ORDERS, refunds=REFUNDS)("revenue-overview")
    net = {row["date"]: row["net_sales"] for row in rows}
    assert net == {
        "2026-03-01": "26.00",  # 30.00 gross, less 1.00 and 3.00
        "2026-03-02": "0.00",
        "2026-03-03": "10.00",
        "2026-03-04": "0.00",
        "2026-03-05": "-8.96",
        "2026-03-06": "-10.00",
        "2026-03-07": "0.00",
    }  # together 17.04
    first, third, fifth = rows[0], rows[2], rows[4]
    assert (first["gross_sales"], first["discounts"], first["returns"]) == ("30.00", "4.00", "0.00")
    assert (first["shipping"], first["tax"], first["total_sales"]) == ("4.90", "5.00", "35.90")
    assert (first["orders"], first["average_order_value"], first["units_sold"]) == (
        "1",
        "26.00",
        "3",
    )
    assert (third["orders"], third["tax"], third["total_sales"]) == ("1", "1.90", "11.90")
    assert (fifth["returns"], fifth["tax"], fifth["total_sales"]) == ("-8.96", "-1.50", "-10.46")
    assert (fifth["average_order_value"], fifth["units_returned"]) == ("", "1")
    kinds = ("reversals_returned", "reversals_cancelled", "reversals_edited")
    assert [fifth[key] for key in kinds] == ["-8.96", "0.00", "0.00"]
    assert [rows[5][key] for key in kinds] == ["0.00", "-10.00", "0.00"]
    sixth_before = rows[5]  # 27 February, the sixth day of the week before
    assert sixth_before["previous_date"] == "2026-02-27"
    assert sixth_before["previous_total_sales"] == "36.79"  # 30.00 + 2.00 + 4.79
    assert sixth_before["net_sales_change_percent"] == "-133.33"  # from 30.00 to -10.00


def test_its_products(shop: Shop) -> None:
    read = shop("EUR", "Europe/Berlin", orders=ORDERS, refunds=REFUNDS)
    mug, plate = read("product-performance")
    shown = ("product", "gross_sales", "discounts", "returns", "net_sales", "refund_rate_percent")
    # Discounts of O1: 2.07 on the mugs; 1.00 and 0.93 on the plate.
    assert [mug[key] for key in shown] == ["Mug", "30.00", "2.07", "-8.96", "18.97", "33.33"]
    assert [plate[key] for key in shown] == ["Plate", "10.00", "1.93", "-10.00", "-1.93", "100.00"]
    # 18.97 is all that is positive; -1.93 is no share of it.
    assert (mug["share_of_net_sales_percent"], plate["share_of_net_sales_percent"]) == (
        "100.00",
        "",
    )
    assert (mug["cumulative_share_percent"], plate["cumulative_share_percent"]) == ("100.00", "")
    assert (mug["abc_class"], plate["abc_class"]) == ("A", "")
    assert (mug["rank_change"], plate["rank_change"]) == ("", "-1")
    assert (plate["previous_net_sales"], plate["net_sales_change_percent"]) == ("30.00", "-106.43")


def test_their_pace(shop: Shop) -> None:
    read = shop("EUR", "Europe/Berlin", orders=ORDERS, refunds=REFUNDS)
    mug, plate = read("sales-velocity")
    # 3 and 1 units over seven days; the week before 3 over the two days since the first sale.
    assert (mug["units_per_day"], plate["units_per_day"]) == ("0.43", "0.14")
    assert plate["previous_units_per_day"] == "1.50"
    assert plate["units_per_day_change_percent"] == "-90.48"
    assert mug["units_per_day_change_percent"] == ""


@pytest.mark.parametrize(
    ("currency", "zone", "price", "off", "discounts", "net"),
    [
        # 100 yen over three lines of 100: 34, 33, 33.
        ("JPY", "Asia/Tokyo", "100", "100", ["34", "33", "33"], ["66", "67", "67"]),
        # 0.100 dinar over three lines of 1.005: 0.0333..., the fil left over to the first.
        (
            "KWD",
            "Asia/Kuwait",
            "1.005",
            "0.100",
            ["0.034", "0.033", "0.033"],
            ["0.971", "0.972", "0.972"],
        ),
    ],
)
def test_a_discount_is_spread_to_the_last_unit_of_a_currency(
    shop: Shop, currency: str, zone: str, price: str, off: str, discounts: list[str], net: list[str]
) -> None:
    lines = "".join(
        f"O1,2026-03-04T03:00:00Z,{currency},{n},P{n},1,{price},{off}\n" for n in (1, 2, 3)
    )
    header = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price,order_discount\n"
    rows = shop(currency, zone, orders=header + lines)("product-performance")
    by_product = {row["product_id"]: (row["discounts"], row["net_sales"]) for row in rows}
    assert by_product == {
        f"P{n + 1}": pair for n, pair in enumerate(zip(discounts, net, strict=True))
    }
