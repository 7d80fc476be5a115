"""What was not sold by its state is left out, whatever else its row holds: it refuses no file.

A payment that was begun and came to nothing has no id, a draft may have no date, and an order that
was cancelled may be in a currency that was only tried.
"""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.shopify.shopify_shop import Line, Sold, export, rows
from tests.unit.ingest.formats.stripe.test_reader import PAYMENTS, payment, written
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import Line as WooLine
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import Sold as WooSold
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import export_items, export_rows

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.model import Reading
from ingest.sources import FileKind

MUG = WooSold((WooLine("Mug", "M-1", 1, 1000),))


def read(name, content):
    """The orders that were sold, what is said, and what is wrong."""
    faults, notes = Faults(50), Notes("EUR")
    reading = Reading("EUR", faults, notes, kinds=registry.KINDS, timezone="Europe/Berlin")
    with closing(registry.open_reader(registry.find(name), reading)) as reader:
        lines = list(reader.files[FileKind.ORDERS]("orders.csv", [content]))
    return {line.order_id for line in lines}, notes.lines(), [str(each) for each in faults.found]


def of_stripe(cells):
    return written(
        PAYMENTS, [payment(), payment(id="ch_2", Status="requires_payment_method") | cells]
    )


def of_shopify(cells):
    sold = Sold((Line("Mug", "M", 1, 1000),))
    tested = rows(sold, "#2")
    tested[0] |= {"Payment Method": "(for testing) Bogus Gateway"} | cells
    return export([*rows(sold, "#1"), *tested]).encode()


def of_rows(cells):
    header, *kept = export_rows({"1": MUG}).split(b"\r\n")
    left_out = export_rows({"2": MUG}, **{"Order Status": "Checkout Draft"} | cells)
    return b"\r\n".join([header, *kept[:-1], left_out.split(b"\r\n")[1], b""])


def of_items(cells):
    header, *kept = export_items({"1": MUG}).split(b"\r\n")
    left_out = export_items({"2": MUG}, **{"status": "wc-cancelled"} | cells)
    return b"\r\n".join([header, *kept[:-1], left_out.split(b"\r\n")[1], b""])


CASES = {
    "stripe": (of_stripe, ("id", "Created (UTC)", "Amount", "Amount Refunded", "Currency")),
    "shopify": (of_shopify, ("Currency", "Created at", "Paid at", "Total", "Lineitem price")),
    "woocommerce rows": (of_rows, ("Order Date", "Order Total Amount", "Order Refund Amount")),
    "woocommerce items": (of_items, ("order_date", "order_total", "order_currency", "tax_total")),
}


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_what_was_not_sold_refuses_nothing(case, data):
    write, columns = CASES[case]
    odd = st.sampled_from(["", "USD", "n/a", "12,50", "31/12/2025", "-1"])
    cells = data.draw(st.dictionaries(st.sampled_from(columns), odd, min_size=1))
    sold, notes, faults = read(case.split()[0], write(cells))
    assert faults == []
    assert len(sold) == 1
    assert any("left out" in note for note in notes)


def test_a_payment_without_an_id_is_told_by_its_line():
    _, notes, _ = read("stripe", of_stripe({"id": ""}))
    assert "1 order (line 3): its Status is requires payment method: not paid; left out" in notes


def test_a_payment_that_was_paid_needs_its_id():
    _, _, faults = read("stripe", of_stripe({"id": "", "Status": "Paid"}))
    assert faults == ["orders.csv, line 3, id: '' is empty"]


@pytest.mark.parametrize("gateway", ["bogus", "(for testing) Bogus Gateway", "gift_card + bogus"])
def test_the_gateway_for_tests_is_known_by_any_of_its_names(gateway):
    sold, notes, _ = read("shopify", of_shopify({"Payment Method": gateway}))
    assert sold == {"#1"}
    assert "1 order (#2): a test order of the Bogus Gateway; left out" in notes


@pytest.mark.parametrize("case", list(CASES)[2:])
def test_an_order_that_was_sold_is_still_read_strictly(case):
    write, columns = CASES[case]
    state = "Order Status" if "rows" in case else "status"
    _, _, faults = read("woocommerce", write({state: "completed", columns[0]: "31/12/2025"}))
    assert len(faults) == 1
