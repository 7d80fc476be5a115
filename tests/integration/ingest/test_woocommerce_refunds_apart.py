"""Refunds that WooCommerce's exports tell apart from their orders' lines, in the ledger."""

from dataclasses import replace

import pytest
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_json import line, order
from tests.unit.ingest.formats.woocommerce.test_refund_rows import file, refund, rows
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import Line, Sold

from ingest.formats.detect import format_of
from ingest.import_files import FileKind, ImportFile, import_files

MUG, HAT = Line("Mug", "M", 2, 1_000), Line("Hat", "H", 1, 1_500)
SOLD = Sold((MUG, HAT), shipping=500, tax=760)  # 19 % of 40.00
BACK = """
    SELECT o.external_id, p.external_id, (r.processed_at AT TIME ZONE 'UTC')::date::text,
           r.quantity, r.amount, r.shipping, r.tax
    FROM refunds r JOIN orders o ON o.id = r.order_id LEFT JOIN products p ON p.id = r.product_id
    WHERE r.quantity > 0 OR r.amount + r.shipping + r.tax > 0 ORDER BY 1, 3, 2
"""
GAPS = "SELECT order_id, kind, amount FROM data_gaps WHERE amount > 0 ORDER BY 1, 2"
ONE_MUG = ("1", "M", "2026-04-05", 1, 1_000, 0, 190)
OTHER = rows("2", Sold((HAT,)), **{"Order Date": "2026-04-04 10:00"})


@pytest.fixture
def bring(service_engine, tenant_id):
    def run(*groups):
        layout, orders = format_of(ImportFile("orders.csv", [file(*groups)]))
        return import_files(service_engine, tenant_id, {FileKind.ORDERS: orders}, layout=layout)

    return run


def mug_back(at="2026-04-05 09:00", **more):
    return refund("1", Line("Mug", "M", -1, 1_000), tax=-190, at=at, **more)


@pytest.mark.parametrize("exact", [True, False])
def test_a_refund_of_an_order_of_another_file_is_on_its_line_and_day(bring, read, exact):
    bring(rows("1", SOLD, exact=exact))
    for _ in range(2):
        said = bring(mug_back(exact=exact), rows("2", Sold((HAT,)), exact=exact))
        assert read(BACK) == [ONE_MUG]
        assert read(GAPS) == []
        assert not any("left out" in note for note in said.notes)


def test_a_refund_and_the_sum_that_it_is_part_of_are_counted_once(bring, read):
    summed = rows("1", replace(SOLD, refunded=1_190))
    for groups in ((summed,), (OTHER, mug_back()), (summed,), (mug_back(), OTHER, summed)):
        bring(*groups)
        assert sum(row[4] + row[5] + row[6] for row in read(BACK)) == 1_190
    assert read(BACK) == [ONE_MUG]


def test_money_alone_is_put_on_goods_shipping_and_tax_of_the_order(bring, read):
    """11.90 of 47.60: a quarter of 35.00, of 5.00 and of 7.60."""
    bring(rows("1", SOLD))
    head, _ = OTHER
    told = {"Order Number": "1", "Order Status": "Refunded", "Order Date": "2026-04-05 09:00",
            "Order Total Amount": "-11.90"}  # fmt: skip
    money = ",".join(told.get(name, "") for name in head.decode().split(",")).encode()
    bring((head, [money]), OTHER)
    back = read(BACK)
    assert [sum(row[column] for row in back) for column in (3, 4, 5, 6)] == [0, 875, 125, 190]
    assert {row[2] for row in back} == {"2026-04-05"}


def test_what_the_ledger_has_no_sale_of_is_left_out_and_said(bring, read):
    bring(rows("1", SOLD))
    unknown = refund("9", Line("Mug", "M", -1, 1_000))
    too_much = refund("1", Line("Mug", "M", -5, 1_000), at="2026-04-07 09:00")
    said = bring(unknown, too_much, OTHER)
    assert read(BACK) == []
    assert read(GAPS) == [("1", "refunds-left-out", 5_000), ("9", "refunds-left-out", 1_000)]
    assert any("2 orders (1, 9)" in note and "left out" in note for note in said.notes)


@pytest.mark.parametrize("first", [(), (mug_back(),)])
def test_an_order_that_a_later_file_tells_without_pieces_is_taken_back_whole(bring, read, first):
    bring(rows("1", SOLD), *first)
    gone = replace(SOLD, refunded=4_760)
    head, told = rows("1", gone, exact=False, **{"Order Status": "Refunded"})
    place = head.split(b",").index(b"Quantity (- Refund)")
    empty = [
        b",".join(b"0" if at == place else cell for at, cell in enumerate(row.split(b",")))
        for row in told
    ]
    for _ in range(2):
        bring((head, empty), rows("2", Sold((HAT,)), exact=False))
        back = read(BACK)
        assert [sum(row[column] for row in back) for column in (3, 4, 5, 6)] == [3, 3_500, 500, 760]
        assert not any(kind == "refunds-left-out" for _, kind, _ in read(GAPS))


PAID = {"Order Date": "2026-03-02 10:00"}
TOLD = {"id": 9, "reason": "", "total": "-11.90"}
MUG_TOLD = line(1, "20.00", name="Mug", sku="M", quantity=2)
BY_EVENTS = """
    SELECT sum(amount + shipping + tax)::int, count(DISTINCT external_id),
           min(processed_at)::date::text
    FROM refunds WHERE amount + shipping + tax > 0
"""


@pytest.mark.parametrize("events_first", [True, False])
@pytest.mark.parametrize("told_at", ["2026-04-05T09:01:00", "2026-04-12T09:00:00"])
@pytest.mark.parametrize("whole_file", [True, False])
def test_a_refund_that_events_told_is_that_of_its_rows(
    service_engine, events_first, told_at, whole_file
):
    """Of its day, unless events told it before and the file has not the order with it."""
    shop = WebhookShop(service_engine, "woocommerce")
    sold = Sold((MUG,), tax=380, refunded=1_190)
    summed = [rows("1", sold, **PAID)] if whole_file else []
    layout, orders = format_of(ImportFile("orders.csv", [file(mug_back(), *summed, OTHER)]))
    files = {FileKind.ORDERS: orders}
    paid = order([MUG_TOLD], "23.80", total_tax="3.80")
    back = paid | {"date_modified_gmt": told_at, "refunds": [TOLD]}
    shop.hear(("order.updated", paid))
    if events_first:
        shop.hear(("order.updated", back))
    import_files(shop.engine, shop.id, files, layout=layout)
    if not events_first:
        shop.hear(("order.updated", back))
    ((money, refunds, day),) = shop.rows(BY_EVENTS)
    assert (money, refunds) == (1_190, 1)
    assert day == ("2026-04-05" if whole_file or not events_first else told_at[:10])


def test_a_refund_of_a_line_that_money_alone_took_from_is_of_what_is_left(bring, read):
    """A tenth of all, then both mugs: 2.00 of their 20.00 are gone, and the hat has room."""
    bring(rows("1", SOLD))
    head, _ = OTHER
    told = {"Order Number": "1", "Order Status": "Refunded", "Order Date": "2026-04-05 09:00",
            "Order Total Amount": "-4.76"}  # fmt: skip
    money = ",".join(told.get(name, "") for name in head.decode().split(",")).encode()
    bring((head, [money]), OTHER)
    both = refund("1", Line("Mug", "M", -2, 1_000), tax=-380, at="2026-04-08 09:00")
    for _ in range(2):
        said = bring(both, OTHER)
        back = read(BACK)
        assert [sum(row[column] for row in back) for column in (4, 5, 6)] == [2_350, 50, 456]
        assert not any("left out" in note for note in said.notes)


def test_another_refund_of_the_order_settles_nothing_of_what_is_left_out(bring, read):
    """Of two mugs three came back, by files of three months."""
    bring(rows("1", SOLD))
    bring(OTHER, refund("1", Line("Mug", "M", -2, 1_000), tax=-380, at="2026-04-05 09:00"))
    said = bring(OTHER, refund("1", Line("Mug", "M", -5, 1_000), at="2026-05-05 09:00"))
    assert any("left out" in note for note in said.notes)
    assert read(GAPS) == [("1", "refunds-left-out", 5_000)]


def test_as_much_is_the_refund_that_events_told_before_what_is_as_much_without_tax(
    service_engine, bring, read, tenant_id
):
    """Two refunds of a mug, one with its tax, told by rows and by an event that has both."""
    shop = WebhookShop(service_engine, "woocommerce")
    lines = [line(1, "20.00", name="Mug", sku="M", quantity=2), line(2, "15.00", sku="H")]
    sums = {"shipping_total": "5.00", "total_tax": "7.60"}
    told = order(lines, "47.60", at="2026-03-02T10:00:00", **sums)
    shop.hear(("order.updated", told))
    for at, tax in (("2026-04-05 09:00", -190), ("2026-05-05 09:00", 0)):
        content = file(OTHER, refund("1", Line("Mug", "M", -1, 1_000), tax=tax, at=at))
        layout, orders = format_of(ImportFile("orders.csv", [content]))
        import_files(shop.engine, shop.id, {FileKind.ORDERS: orders}, layout=layout)
    both = [
        {"id": 10, "reason": "", "total": "-11.90"},
        {"id": 11, "reason": "", "total": "-10.00"},
    ]
    shop.hear(
        ("order.updated", told | {"refunds": both, "date_modified_gmt": "2026-05-05T09:01:00"})
    )
    ((back,),) = shop.rows("SELECT sum(amount + shipping + tax)::int FROM refunds")
    assert back == 2_190
