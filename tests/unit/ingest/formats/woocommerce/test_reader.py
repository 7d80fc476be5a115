"""WooCommerce's exports: real columns, each rule of reconciling, and what is said of the rest."""

import csv
import io
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    ITEMS,
    ROWS,
    Line,
    Sold,
    export_items,
    export_rows,
    orders,
    written,
)

from common.reports.money import decimal_text
from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.formats.model import Reading
from ingest.formats.woocommerce.net_amounts import MEASURED
from ingest.sources import FileKind, ImportFile

MUG, PLATE = Line("Mug", "M-1", 2, 1000), Line("Plate", "", 1, 700)
ORDER = Sold((MUG, PLATE), shipping=490, tax=606)


class Read:
    """What is read of a file, by what it tells."""

    def __init__(self, content, currency="EUR", given=(), **said):
        faults, notes = Faults(50), Notes(currency)
        reading = Reading(
            currency, faults, notes, frozenset(given), registry.KINDS, "Europe/Berlin", **said
        )
        with closing(registry.open_reader(registry.find("woocommerce"), reading)) as reader:
            self.lines = list(reader.files[FileKind.ORDERS]("orders.csv", [content]))
            self.refunds = list(reader.refunds_of_orders())
            self.reconciled = reader.reconciliation.result()
        self.notes, self.faults = notes.lines(), [str(each) for each in faults.found]

    @property
    def totals(self):
        """What each order comes to in the ledger."""
        found: dict[str, int] = {}
        for line in self.lines:
            worth = line.quantity * line.unit_price + line.remainder - line.line_discount
            so_far = found.setdefault(line.order_id, line.shipping + line.tax)
            found[line.order_id] = so_far + worth
        return found

    def says(self, words):
        return any(words in note for note in self.notes)


WAYS = {
    "items": export_items,
    "rows": export_rows,
    "default rows": lambda sold, **given: export_rows(sold, exact=False, **given),
    "first row only": lambda sold, **given: export_rows(sold, filled=False, **given),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@given(sold=st.lists(orders(), min_size=1, max_size=3))
def test_every_order_comes_to_its_total(way, sold):
    """Whatever coupons took off, and whatever was charged besides or paid back."""
    named = {str(number): order for number, order in enumerate(sold, 1)}
    found = Read(way(named))
    assert found.faults == []
    assert found.reconciled.unexplained == ()
    assert found.reconciled.orders == len(sold)
    assert found.reconciled.fees == sum(order.fees for order in sold)
    assert found.totals == {name: order.total - order.fees for name, order in named.items()}
    for name, order in named.items():
        back = [each for each in found.refunds if each.order_id == name]
        given_back = sum(each.amount + each.shipping + each.tax for each in back)
        assert order.refunded - order.fees <= given_back <= order.refunded


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("currency", "exponent"), [("JPY", 0), ("KWD", 3)])
def test_currencies_of_other_decimals(way, currency, exponent):
    named = {"1": ORDER}
    extra = {} if way is not export_items else {"order_currency": currency}
    assert Read(way(named, exponent=exponent, **extra), currency).totals == {"1": ORDER.total}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    ("quantity", "pieces", "measured"),
    [("1.5", 1, True), ("0.350", 1, True), ("2.000", 2, False), ("2.0", 2, False)],
)
def test_what_is_sold_by_weight_or_length_is_one_piece_of_its_worth(
    way, quantity, pieces, measured
):
    cloth = Line("Cloth", "C-1", Decimal(quantity), 2000)
    found = Read(way({"1": Sold((cloth, PLATE), shipping=490)}))
    assert found.faults == []
    assert found.reconciled.unexplained == ()
    assert [line.quantity for line in found.lines] == [pieces, 1]
    assert found.totals == {"1": int(Decimal(quantity) * 2000) + 700 + 490}
    assert found.says(MEASURED) == measured


def by_cost(quantity, cost, subtotal, back="0.00"):
    """One line that is known by its cost, of an order that comes to ``subtotal``."""
    content = export_rows({"1": Sold((Line("Cloth", "C-1", 1, 100),))}, exact=False)
    names, cells = (each.split(",") for each in content.decode().splitlines())
    told = dict(zip(names, cells, strict=True)) | {
        "Quantity (- Refund)": quantity, "Item Cost": cost, "Order Subtotal Amount": subtotal,
        "Order Total Amount": subtotal, "Order Refund Amount": back,
    }  # fmt: skip
    return Read(",".join(names).encode() + b"\n" + ",".join(told.values()).encode())


@pytest.mark.parametrize(
    ("quantity", "cost", "worth", "fits"),
    [
        ("12.5", "3.33", "41.66", True),  # 41.63 by its cost, 7 cents at most beside it
        ("12.5", "3.33", "41.56", True),
        ("12.5", "3.33", "41.71", False),
        ("7.2", "1.67", "12.00", True),  # 12.02 by its cost
        ("7", "1.67", "11.72", True),  # 11.69 by its cost, 3 cents at most
        ("7", "1.67", "11.73", False),
    ],
)
def test_the_cost_of_what_is_measured_is_rounded_by_unit_as_that_of_pieces(
    quantity, cost, worth, fits
):
    found = by_cost(quantity, cost, worth)
    assert (found.reconciled.unexplained == ()) == fits
    assert not fits or found.totals == {"1": int(worth.replace(".", ""))}


def test_what_was_measured_and_paid_back_is_put_back():
    """2.5 at 20.00 were sold, and 1 of them came back."""
    found = by_cost("1.5", "20.00", "50.00", back="20.00")
    assert (found.faults, found.reconciled.unexplained) == ([], ())
    assert found.totals == {"1": 5_000}
    assert [(each.amount, each.kind) for each in found.refunds] == [(2_000, "return")]


@pytest.mark.parametrize("quantity", ["3000000000", "3000000000.000", "3000000000.5"])
def test_a_quantity_beyond_all_goods_is_refused(quantity):
    found = Read(export_items({"1": ORDER}).replace(b"quantity:2", f"quantity:{quantity}".encode()))
    assert "is too large" in found.faults[0]


def test_a_quantity_that_is_no_number_is_refused():
    (fault,) = Read(export_items({"1": ORDER}).replace(b"quantity:2", b"quantity:1.5 m")).faults
    assert "is not a whole number" in fault


def test_a_gift_card_is_left_out_where_it_is_a_liability():
    card = Line("Carte cadeau", "", 1, 5000, off=500)
    written = export_rows({"1": Sold((MUG, card), shipping=490), "2": Sold((card,), refunded=4500)})
    assert Read(written).totals == {"1": 2000 + 4500 + 490, "2": 4500}
    found = Read(written, gift_cards_are_sales=False)
    assert found.reconciled.gift_cards == 9000
    assert found.reconciled.unexplained == ()
    assert [(line.order_id, line.paid_at is None) for line in found.lines] == [
        ("1", False),
        ("2", True),
    ]
    assert found.totals["1"] == 2000 + 490
    assert found.refunds == []


def test_times_are_the_shops_and_customers_and_countries_are_told():
    line = Read(export_items({"1": ORDER}, shipping_country="AT")).lines[0]
    assert line.placed_at == datetime(2026, 3, 1, 9, 22, 33, tzinfo=UTC)
    assert line.paid_at == datetime(2026, 3, 1, 9, 25, tzinfo=UTC)
    assert (line.customer_id, line.country, line.product_sku) == ("7", "AT", "M-1")


def test_products_are_known_by_sku_else_by_name():
    assert [line.product_id for line in Read(export_rows({"1": ORDER})).lines] == ["M-1", "Plate"]


def test_what_nothing_explains_is_listed_and_not_spread():
    for way, column in ((export_rows, "Order Total Amount"), (export_items, "order_total")):
        found = Read(way({"1": ORDER, "2": ORDER}, **{column: "38.97"}))
        assert found.reconciled.unexplained == (("1", 101), ("2", 101))
        assert {line.line_discount for line in found.lines} == {0}
        assert found.totals["1"] == ORDER.total


def test_tax_in_the_prices_is_taken_out():
    found = Read(export_rows({"1": ORDER}, **{"Order Total Amount": "31.90"}))
    assert found.totals == {"1": 3190}
    assert found.reconciled.unexplained == ()
    assert found.says("prices include tax")


def test_the_tax_of_the_shipping_may_stand_beside():
    cells = {"shipping_tax_total": "0.94", "order_total": "38.90"}
    assert Read(export_items({"1": ORDER}, **cells)).totals == {"1": 3890}


def test_lines_before_coupons_are_less_the_orders_discount():
    cells = {"Cart Discount Amount": "3.00", "Order Total Amount": "34.96"}
    found = Read(export_rows({"1": ORDER}, **cells))
    assert sum(line.line_discount for line in found.lines) == 300
    assert found.says("told before coupons")


def test_a_fee_below_nothing_is_a_discount_and_another_is_left_out():
    found = Read(export_rows({"1": Sold((MUG,), fees=-500)}))
    assert (found.totals, found.lines[0].line_discount) == ({"1": 1500}, 500)
    found = Read(export_rows({"1": Sold((MUG,), fees=500)}))
    assert (found.totals, found.reconciled.fees) == ({"1": 2000}, 500)
    assert found.says("fees are no sales; they were left out (5.00 EUR)")


def test_pieces_that_were_paid_back_are_put_back_where_one_line_can_be_meant():
    whole = Sold((Line("Mug", "M", 3, 1000), Line("Plate", "P", 1, 700)), refunded=1000)
    text = export_rows({"1": whole}, exact=False).replace(b"Mug,3,", b"Mug,2,")
    found = Read(text)
    assert found.totals == {"1": whole.total}
    assert [line.quantity for line in found.lines] == [3, 1]
    assert sum(each.amount for each in found.refunds) == 1000


def test_pieces_that_cannot_be_told_are_not_paid_back_twice():
    whole = Sold((Line("Mug", "M", 3, 1000), Line("Cup", "C", 3, 500)), refunded=1000)
    found = Read(export_rows({"1": whole}, exact=False).replace(b"Mug,3,", b"Mug,2,"))
    assert found.refunds == []
    assert found.reconciled.unexplained == (("1", 1000),)
    assert found.says("it was not taken again")


@pytest.mark.parametrize("refunded", [1, 1500, 3796])
def test_refunds_are_dated_or_said(refunded):
    sold = Sold(ORDER.lines, ORDER.shipping, 0, ORDER.tax, refunded)
    dated, undated = Read(export_items({"1": sold})), Read(export_rows({"1": sold}))
    assert {each.processed_at for each in dated.refunds} == {datetime(2026, 3, 4, 8, tzinfo=UTC)}
    assert undated.says("does not say when it was paid back")
    pieces = [each.quantity for each in dated.refunds if each.quantity]
    assert pieces == ([2, 1] if refunded == 3796 else [])
    beside = Read(export_rows({"1": sold}), given={FileKind.REFUNDS})
    assert beside.refunds == undated.refunds
    assert beside.says("what the refunds' file does not tell of it is taken back when it was paid")
    beside = Read(export_items({"1": sold}), given={FileKind.REFUNDS})
    assert beside.says("what the refunds' file tells of it is part of that")
    assert not beside.says("does not say when it was paid back")


DENIED = "the order's subtotal or discount is not what its lines come to"


@pytest.mark.parametrize(
    ("write", "subtotal", "discount"),
    [
        (export_rows, "Order Subtotal Amount", "Cart Discount Amount"),
        (partial(export_rows, exact=False), "Order Subtotal Amount", "Cart Discount Amount"),
        (export_items, "order_subtotal", "discount_total"),
    ],
)
def test_sums_that_deny_the_lines_are_said(write, subtotal, discount):
    """The total is explained without them, so that nothing else would tell."""
    for cells, said in (
        ({}, False),
        ({subtotal: "27.02"}, False),
        ({subtotal: "29.00"}, True),
        ({discount: "5.00"}, True),
        ({subtotal: "", discount: ""}, False),
        ({subtotal: "29.00", discount: "2.00"}, "exact" not in getattr(write, "keywords", {})),
    ):
        found = Read(write({"1": ORDER}, **cells))
        assert found.reconciled.unexplained == ()
        assert found.totals == {"1": ORDER.total}
        assert found.says(DENIED) == said


def test_a_line_that_is_missing_is_said_though_nothing_was_paid_for_it():
    given = replace(ORDER, lines=(MUG, Line("Plate", "P-1", 1, 700, 700)))
    content = export_rows({"1": given})
    assert not Read(content).says(DENIED)
    *kept, _, end = content.split(b"\r\n")
    assert Read(b"\r\n".join([*kept, end])).says(DENIED)


def paid_back(*refunds):
    """An order with what was paid back of it, and when, as one exporter lists them."""
    told = ";".join(f"amount:{amount}|reason:|date:{date}" for amount, date in refunds)
    whole = sum(round(100 * float(amount)) for amount, _ in refunds)
    return Read(export_items({"1": replace(ORDER, refunded=whole)}, refund_items=told))


def test_refunds_of_several_days_are_taken_back_on_the_last_and_said():
    words = "all of it was taken back when the last was"
    first, last = ("5.00", "2026-03-04 09:00:00"), ("6.00", "2026-03-09 09:00:00")
    found = paid_back(first, last)
    assert {each.processed_at for each in found.refunds} == {datetime(2026, 3, 9, 8, tzinfo=UTC)}
    assert found.says(words)
    assert paid_back(first, ("6.00", "")).says(words)
    assert not paid_back(first, ("6.00", first[1])).says(words)
    assert not paid_back(first).says(words)


def test_a_refund_before_the_payment_is_taken_back_with_it_and_said():
    found = paid_back(("5.00", "2026-02-27 09:00:00"))
    assert {each.processed_at for each in found.refunds} == {
        datetime(2026, 3, 1, 9, 25, tzinfo=UTC)
    }
    assert found.says("paid back before it was paid; taken back when it was paid")
    assert not paid_back(("5.00", "2026-03-04 09:00:00")).says("before it was paid")


def minor(amount):
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


@given(
    prices=st.lists(st.tuples(st.integers(50, 9_999), st.integers(1, 7)), min_size=1, max_size=4),
    off=st.sampled_from([Fraction(5, 100), Fraction(15, 100), Fraction(1, 3), Fraction(1)]),
    rate=st.sampled_from([Fraction(7, 100), Fraction(19, 100), Fraction(1, 5)]),
)
def test_a_coupon_is_a_discount_whatever_the_sums_are_rounded_to(prices, off, rate):
    """Prices are entered with tax: what is told without it is rounded, each sum by itself.

    Of goods of a few minor units a unit of rounding is as much as their tax, and may be it.
    """
    before = [Fraction(price * quantity) / (1 + rate) for price, quantity in prices]
    after = [each * (1 - off) for each in before]
    subtotal, discount = minor(sum(before)), minor(sum(before) - sum(after))
    tax = sum(minor(each * rate) for each in after)
    rows = [
        {
            "Order Number": "1",
            "Order Status": "Completed",
            "Order Date": "2026-03-01 10:22",
            "Cart Discount Amount": decimal_text(discount, 2),
            "Order Subtotal Amount": decimal_text(subtotal, 2),
            "Order Total Amount": decimal_text(minor(sum(after) + tax), 2),
            "Order Total Tax Amount": decimal_text(tax, 2),
            "Item Name": f"Thing {number}",
            "Quantity (- Refund)": quantity,
            "Item Cost": decimal_text(minor(total / quantity), 2),
        }
        for number, ((_, quantity), total) in enumerate(zip(prices, after, strict=True))
    ]
    found = Read(written(ROWS.split(","), rows))
    assert found.reconciled.unexplained == ()
    assert sum(line.line_discount for line in found.lines) == discount
    assert not found.says(DENIED)


@pytest.mark.parametrize("status", ["refunded", "wc-refunded", "Erstattet", "partially-refunded"])
def test_a_refund_that_the_state_alone_tells_of_is_said(status):
    words = "its state says that it was paid back"
    found = Read(export_items({"1": ORDER}, status=status))
    assert (found.totals, found.refunds) == ({"1": ORDER.total}, [])
    assert found.says(words)
    # a file of refunds may be of other orders
    assert Read(export_items({"1": ORDER}, status=status), given={FileKind.REFUNDS}).says(words)
    told = export_items({"1": replace(ORDER, refunded=100)}, status=status)
    assert not Read(told).says(words)


@pytest.mark.parametrize(
    ("status", "plain"),
    [
        ("wc-pending", "pending"),
        ("Pending payment", "pending"),
        ("On hold", "on-hold"),
        ("failed", "failed"),
        ("Cancelled", "cancelled"),
        ("Zahlung ausstehend", "pending"),
    ],
)
def test_orders_that_were_not_sold_are_left_out_and_said(status, plain):
    found = Read(export_rows({"1": ORDER}, **{"Order Status": status}))
    assert (found.lines, found.reconciled.orders) == ([], 0)
    assert found.says(f"{plain}: no sale; left out")


def test_a_state_of_a_plugin_is_taken_as_sold_and_said():
    found = Read(export_rows({"1": ORDER}, **{"Order Status": "wc-shipped"}))
    assert found.totals == {"1": ORDER.total}
    assert found.says("not one of WooCommerce's own")


def test_coupon_rows_are_no_lines():
    content = export_rows({"1": ORDER})
    fields = content.splitlines()[0].decode().split(",")
    more = ["1" if each == "Order Number" else "" for each in fields]
    more[fields.index("Coupon Code")] = "SPRING"
    found = Read(content + ",".join(more).encode() + b"\n")
    assert (len(found.lines), found.lines[0].coupon_code) == (2, "SPRING")


def test_amounts_of_more_decimals_are_rounded_and_set_right_by_the_subtotal():
    content = export_rows({"1": Sold((Line("Mug", "M", 3, 840),), tax=480)}, exact=False)
    found = Read(content.replace(b"Mug,3,8.40", b"Mug,3,8.403361"))
    assert (found.faults, found.totals) == ([], {"1": 3000})


@given(
    prices=st.lists(st.integers(100, 9_999), min_size=1, max_size=3),
    percent=st.sampled_from([7, 19, 20, 21]),
    off=st.sampled_from([0, 10, 15]),
)
def test_an_order_whose_prices_include_tax_comes_to_its_total(prices, percent, off):
    """The platform keeps more decimals than the file has: it rounds the sums, and lines apart."""
    worth = [Fraction(100 * price, 100 + percent) for price in prices]
    paid = [each * (100 - off) / 100 for each in worth]
    tax = _half_up(sum(paid) * percent / 100)
    total = _half_up(sum(paid)) + tax
    lines = (
        Line(f"Thing {n}", f"T{n}", 1, _half_up(each), _half_up(each) - _half_up(after))
        for n, (each, after) in enumerate(zip(worth, paid, strict=True))
    )
    sums = {"tax_total": tax, "order_subtotal": _half_up(sum(worth)), "order_total": total}
    sums["discount_total"] = _half_up(sum(worth) - sum(paid))
    cells = {name: decimal_text(amount, 2) for name, amount in sums.items()}
    found = Read(export_items({"1": Sold(tuple(lines))}, **cells))
    assert (found.totals, found.reconciled.unexplained) == ({"1": total}, ())
    if not off:
        assert {line.line_discount for line in found.lines} == {0}


def _half_up(amount):
    return int(amount + Fraction(1, 2))


def test_a_cent_that_rounding_cannot_make_is_listed():
    """One line is rounded to what it was: no cent can be missing."""
    cells = {"order_subtotal": "20.01", "order_total": "20.01"}
    found = Read(export_items({"1": Sold((MUG,))}, **cells))
    assert (found.totals, found.reconciled.unexplained) == ({"1": 2000}, (("1", 1),))


def test_what_nothing_explains_leaves_the_lines_without_tax():
    """A part that was paid by another means is told whole, and not taken for tax in the prices."""
    sold = Sold((Line("Mug", "M", 1, 4000),), tax=760)
    found = Read(export_items({"1": sold}, order_total="27.60"))
    assert (found.totals, found.reconciled.unexplained) == ({"1": 4760}, (("1", -2000),))


def test_another_currency_is_refused_and_a_missing_column_said():
    assert "is not the shop's currency" in Read(export_items({"1": ORDER}), "USD").faults[0]
    assert Read(export_rows({"1": ORDER})).says("there is no column Currency: ")


def test_a_bar_in_a_name_stays_in_it():
    sold = Sold((Line("Mug | blue", "M", 1, 100),))
    assert Read(export_items({"1": sold})).lines[0].product_title == "Mug | blue"


def test_a_bad_cell_is_named():
    content = export_items({"1": ORDER}).replace(b"quantity:2", b"quantity:two")
    assert "line 2, line_item_1" in Read(content).faults[0]


@pytest.mark.parametrize("fields", [ROWS, ITEMS + ",line_item_1"])
@pytest.mark.parametrize("spelt", [str, str.lower, str.upper])
def test_both_exports_are_recognised_in_any_case(fields, spelt):
    content = (spelt(fields) + "\n").encode()
    assert format_of(ImportFile("f.csv", [content]))[0].name == "woocommerce"
    (fault,) = Read(content).faults
    assert "no rows" in fault


@pytest.mark.parametrize(
    "header",
    [
        "Date,Order #,N. Revenue,Status,Customer,Customer type,Product(s),Items sold,Coupon(s)",
        "order_id,order_date,order_status,line_item_sku,line_item_name,line_item_qty,line_item_total",
    ],
)
@pytest.mark.parametrize("name", ["own", "woocommerce"])
def test_what_cannot_do_is_told_in_one_finding(header, name):
    faults = Faults(50)
    reading = Reading("EUR", faults, Notes("EUR"), kinds=registry.KINDS)
    with closing(registry.open_reader(registry.find(name), reading)) as reader:
        list(reader.files[FileKind.ORDERS]("f.csv", [header.encode() + b"\n"]))
    (fault,) = faults.found
    assert "export with an order export plug-in" in fault.reason


def without(content, *columns):
    """A file without columns."""
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    kept = [name for name in rows[0] if name not in columns]
    return written(kept, [{name: each[name] for name in kept} for each in rows])


def test_what_missing_columns_say_together_is_said_in_place_of_each():
    bare = export_rows({"1": ORDER})
    found = Read(without(bare, "Quantity", "Quantity (- Refund)", "Country Code (Billing)"))
    assert found.says("no column Quantity and no column Quantity (- Refund): each line is taken as")
    assert found.says("no column Country Code (Shipping): countries are not known")
    assert not found.says("no column Quantity: ")
    assert {line.quantity for line in found.lines} == {1}


def test_lines_without_any_price_are_refused():
    """Else every product would have been given away."""
    content = without(export_rows({"1": ORDER}), "Item Cost", "Order Line Total")
    found = Read(content)
    assert found.lines == []
    assert found.faults == [
        "orders.csv, line 1, Item Cost: is missing, and so is Order Line Total: one is needed"
    ]
