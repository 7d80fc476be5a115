"""What WooCommerce's exports tell of a refund besides its money is taken as it stands."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.woocommerce.test_reader import Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    Line,
    Sold,
    export_items,
    export_rows,
    written,
)

from common.reports.money import decimal_text

MUG, HAT = Line("Mug", "M", 2, 1_000), Line("Hat", "H", 1, 3_000)
SOLD = Sold((MUG, HAT), shipping=500, tax=1_045)  # 19 % of 55.00: 3.80, 5.70 and 0.95


def more(content, *rows, drop=()):
    """An export with further cells on its rows, and without some columns."""
    read = csv.DictReader(io.StringIO(content.decode()))
    told = [row | cells for row, cells in zip(read, rows, strict=True)]
    kept = [{name: cell for name, cell in row.items() if name not in drop} for row in told]
    return written(list(kept[0]), kept)


def by_line(*backs, **cells):
    """A WebToffee export in which lines tell what came back of them."""

    def write(sold):
        content = export_items({"1": sold}, shipping_tax_total="0.95", **cells)
        for line, back in zip(sold.lines, backs, strict=True):
            name = f"|sku:{line.sku}|".encode()
            content = content.replace(name, name + f"refunded:{back}|".encode())
        return content

    return write


def by_pieces(*left, drop=()):
    return lambda sold: more(
        export_rows({"1": sold}),
        *({"Quantity (- Refund)": str(each)} for each in left),
        drop=drop,
    )


def by_columns(back, *lines):
    return lambda sold: more(
        export_rows({"1": sold}),
        *({"Order Line Total Refunded": each, **back} for each in lines),
    )


def parts(found):
    return [
        (each.line_id, each.quantity, each.amount, each.shipping, each.tax)
        for each in found.refunds
        if each.quantity or each.amount or each.shipping or each.tax
    ]


ONE_MUG = [("1", 1, 1_000, 0, 190)]
MUG_UNCOUNTED = [("1", 0, 1_000, 0, 190)]
SHIPPING = [("1", 0, 0, 500, 95)]
OF_COLUMNS = {"Order Shipping Amount Refunded": "0", "Order Total Tax Amount Refunded": "1.90"}


@pytest.mark.parametrize(
    ("write", "refunded", "right"),
    [
        (by_line("10.00", "0.00"), 1_190, MUG_UNCOUNTED),
        (by_line("10.00", "0.00"), 1_785, [("1", 0, 1_000, 500, 285)]),
        (by_line("10.00", "0.00"), 1_000, [("1", 0, 1_000, 0, 0)]),  # without its tax
        (by_line("0.00", "0.00"), 595, SHIPPING),
        (by_pieces(1, 1), 1_190, ONE_MUG),
        (by_pieces(1, 0), 4_760, [("1", 1, 1_000, 0, 760), ("2", 1, 3_000, 0, 0)]),
        (by_pieces(1, 1, drop=["Quantity"]), 1_190, ONE_MUG),
        (by_pieces(1, 0, drop=["Quantity"]), 4_760,
         [("1", 1, 1_000, 0, 760), ("2", 1, 3_000, 0, 0)]),
        (by_columns(OF_COLUMNS, "10.00", "0"), 1_190, MUG_UNCOUNTED),
        (by_columns({**OF_COLUMNS, "Order Shipping Amount Refunded": "5.00",
                     "Order Total Tax Amount Refunded": "0.95"}, "0", "0"), 595, SHIPPING),
    ],
)  # fmt: skip
def test_a_refund_is_of_what_the_export_tells(write, refunded, right):
    found = Read(write(replace(SOLD, refunded=refunded)))
    assert found.faults == []
    assert (found.totals, found.reconciled.unexplained) == ({"1": SOLD.total}, ())
    assert parts(found) == right
    assert not found.says("in proportion")


def test_what_the_lines_do_not_tell_is_of_all_that_is_left():
    """Of 21.90, 11.90 are of a mug; 10.00 of the other 53.55, hat 30.00 to mug 10.00."""
    found = Read(by_line("10.00", "0.00")(replace(SOLD, refunded=2_190)))
    mug, hat = found.refunds
    assert sum(each.amount + each.shipping + each.tax for each in found.refunds) == 2_190
    assert (mug.amount, hat.amount) == (1_000 + 187, 560)
    assert found.says("in proportion")


def test_the_day_of_the_first_refund_is_its_day_and_said():
    content = export_rows({"1": replace(SOLD, refunded=1_190)})
    cells = {"Date of first refund": "2026-03-05 09:00"}
    found = Read(more(content, cells, cells))
    assert {each.processed_at for each in found.refunds} == {datetime(2026, 3, 5, 8, tzinfo=UTC)}
    assert found.says("the export tells when it was paid back first")
    assert not found.says("does not say when")


def test_goods_that_the_export_leaves_out_as_they_were_paid_back_are_not_taken_again():
    """The hat with its tax; 20.00 and 3.80 of the mugs and the shipping with its own are left."""
    content = export_rows({"1": replace(SOLD, refunded=3_570)}).splitlines()
    found = Read(b"\n".join(content[:2]))
    assert sum(each.amount + each.shipping for each in found.refunds) == 0
    assert sum(each.tax for each in found.refunds) == 570
    assert found.says("goods that were paid back are not in the export")


def test_a_total_of_all_pieces_tells_how_many_they_were():
    content = more(
        export_rows({"1": replace(SOLD, refunded=SOLD.total)}),
        {"Quantity (- Refund)": "0"}, {"Quantity (- Refund)": "0"}, drop=["Quantity"],
    )  # fmt: skip
    found = Read(content)
    assert [line.quantity for line in found.lines] == [2, 1]
    assert found.totals == {"1": SOLD.total}
    assert sum(each.amount + each.shipping + each.tax for each in found.refunds) == SOLD.total


CENTS = st.integers(0, 6_000)


@given(
    backs=st.tuples(st.integers(0, 3_000), st.integers(0, 4_000)),
    left=st.tuples(st.integers(0, 2), st.integers(0, 1)),
    sums=st.tuples(st.none() | CENTS, st.none() | CENTS),
    refunded=st.integers(1, 7_000),
)
def test_whatever_is_told_all_of_a_refund_comes_back_and_no_more_than_was_sold(
    backs, left, sums, refunded
):
    names = ("Order Shipping Amount Refunded", "Order Total Tax Amount Refunded")
    told = {
        name: "" if cents is None else decimal_text(cents, 2)
        for name, cents in zip(names, sums, strict=True)
    }
    rows = [
        {"Order Line Total Refunded": decimal_text(back, 2), "Quantity (- Refund)": str(there)}
        for back, there in zip(backs, left, strict=True)
    ]
    content = more(
        export_rows({"1": replace(SOLD, refunded=refunded)}), *(told | row for row in rows)
    )
    found = Read(content)
    assert found.faults == []
    back = sum(each.amount + each.shipping + each.tax for each in found.refunds)
    assert back == min(refunded, SOLD.total)
    by_line = {each.line_id: (each.quantity, each.amount) for each in found.refunds}
    for line, (pieces, worth) in {"1": (2, 2_000), "2": (1, 3_000)}.items():
        quantity, amount = by_line.get(line, (0, 0))
        assert (0 <= quantity <= pieces, 0 <= amount <= worth) == (True, True)
    assert 0 <= sum(each.shipping for each in found.refunds) <= 500
    assert 0 <= sum(each.tax for each in found.refunds) <= 1_045
