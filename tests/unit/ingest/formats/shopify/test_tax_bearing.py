"""Tax in the prices is taken out of what bears it: taxable lines, and the shipping if it does.

Each order is charged as a shop does it, the tax computed of each part; the importer has to find
back what the parts are without it.
"""

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.ingest.formats.shopify.shopify_shop import COLUMNS, export
from tests.unit.ingest.formats.shopify.test_reconcile import read

from ingest.formats.allocate import spread
from ingest.formats.shopify.tax_rates import goods_alone

MORE = (
    "Lineitem taxable",
    *(f"Tax {number} {of}" for number in range(1, 6) for of in ("Name", "Value")),
)
WHOLE = "lines and shipping in proportion"
PART = "out of what bears it"


def money(amount):
    return f"{amount / 100:.2f}"


def tax_of(amount, rate, *, inside=True):
    """The tax in ``amount``, or on top of it, rounded."""
    return round(amount * (rate / (1 + rate) if inside else rate))


def order(lines, shipping, rate, *, shipping_taxed, inside=True, refunded=0):
    """The rows of an order of ``lines``, price and whether each is taxable, and its taxes."""
    taxes = sum(tax_of(price, rate, inside=inside) for price, taxable in lines if taxable)
    taxes += tax_of(shipping, rate, inside=inside) if shipping_taxed else 0
    goods = sum(price for price, _ in lines)
    total = goods + shipping + (0 if inside else taxes)
    head = {
        "Financial Status": "refunded" if refunded else "paid", "Currency": "EUR",
        "Paid at": "2026-05-01 10:00:00 +0000", "Subtotal": money(goods),
        "Shipping": money(shipping), "Taxes": money(taxes), "Total": money(total),
        "Tax 1 Name": f"MwSt {float(rate * 100):g}%", "Tax 1 Value": money(taxes),
        "Cancelled at": "2026-05-03 10:00:00 +0000" if refunded else "",
        "Refunded Amount": money(refunded),
    }  # fmt: skip
    rows = [
        {
            "Name": "#1", "Created at": "2026-05-01 10:00:00 +0000", "Lineitem quantity": "1",
            "Lineitem name": f"Thing {number}", "Lineitem sku": f"T{number}",
            "Lineitem price": money(price), "Lineitem discount": "0.00",
            "Lineitem taxable": str(taxable).lower(),
        }
        for number, (price, taxable) in enumerate(lines)
    ]  # fmt: skip
    rows[0] |= head
    return export(rows, [*COLUMNS, *MORE]), taxes


RATES = st.sampled_from([Fraction(7, 100), Fraction(15, 100), Fraction(19, 100), Fraction(23, 100)])
LINES = st.lists(st.tuples(st.integers(500, 200_000), st.booleans()), min_size=1, max_size=4)


@given(
    lines=LINES, shipping=st.sampled_from([0, 490, 8_500]), rate=RATES, shipping_taxed=st.booleans()
)
def test_each_line_and_the_shipping_are_what_they_are_without_tax(
    lines, shipping, rate, shipping_taxed
):
    assume(any(taxable for _, taxable in lines))
    content, taxes = order(lines, shipping, rate, shipping_taxed=shipping_taxed)
    rows, _, _, found = read(content)
    assert found.unexplained == ()
    assert rows[0].tax == taxes
    for row, (price, taxable) in zip(rows, lines, strict=True):
        meant = price - tax_of(price, rate) * taxable
        assert abs(row.unit_price - meant) <= len(lines) + 1
        assert row.line_discount == row.order_discount == 0
    meant = shipping - tax_of(shipping, rate) * shipping_taxed
    assert abs(rows[0].shipping - meant) <= len(lines) + 1
    assert sum(row.unit_price for row in rows) + rows[0].shipping + taxes == shipping + sum(
        price for price, _ in lines
    )


@pytest.mark.parametrize(
    ("lines", "shipping", "shipping_taxed", "said"),
    [
        ([(10_000, True)], 1_000, True, WHOLE),
        ([(10_000, True)], 1_000, False, PART),
        ([(10_000, True), (5_000, False)], 0, False, PART),
        ([(10_000, True)], 0, False, WHOLE),
    ],
)
def test_what_it_was_taken_out_of_is_said(lines, shipping, shipping_taxed, said):
    content, _ = order(lines, shipping, Fraction(1, 5), shipping_taxed=shipping_taxed)
    (note,) = [each for each in read(content)[2] if "prices include tax" in each]
    assert said in note


def test_where_no_line_is_taxable_all_are_taken_to_bear_the_tax():
    content, _ = order([(10_000, True)] * 2, 0, Fraction(1, 5), shipping_taxed=False)
    content = content.replace(",true,", ",false,")
    lines, _, _, found = read(content)
    assert found.unexplained == ()
    assert {line.unit_price for line in lines} == {8_333}


@pytest.mark.parametrize("shipping_taxed", [True, False])
@pytest.mark.parametrize("inside", [True, False])
def test_goods_paid_back_without_a_shipping_keep_the_tax_that_it_bears(shipping_taxed, inside):
    rate, shipping = Fraction(1, 5), 6_000
    on_shipping = tax_of(shipping, rate, inside=inside) if shipping_taxed else 0
    on_goods = tax_of(12_000, rate, inside=inside)
    content, _ = order(
        [(12_000, True)],
        *(shipping, rate),
        shipping_taxed=shipping_taxed,
        inside=inside,
        refunded=12_000 + (0 if inside else on_goods),
    )
    lines, (back,), _, _ = read(content)
    assert (back.amount, back.shipping, back.tax) == (lines[0].unit_price, 0, on_goods)
    assert lines[0].tax - back.tax == on_shipping


def test_a_rate_that_fits_both_or_neither_tells_nothing():
    rate = Fraction(1, 5)

    def told(at: Fraction | None, taxes: int, shipping: int) -> bool:
        return goods_alone(at, taxes, 12_000, shipping, inside=True, rounding=2)

    assert told(rate, 2_000, 600)
    assert not told(rate, 2_100, 600)
    assert not told(rate, 2_050, 600)
    assert not told(rate, 2_000, 6)
    assert not told(None, 2_000, 600)


def test_more_tax_than_what_bears_it_was_paid_for_is_taken_out_of_all():
    content, _ = order([(10_000, False), (100, True)], 0, FOOD, shipping_taxed=False)
    content = content.replace(",0.07,", ",5.00,")
    lines, _, notes, found = read(content)
    assert found.unexplained == ()
    assert [line.unit_price for line in lines] == [9_505, 95]
    assert any(WHOLE in note for note in notes)


def test_a_shipping_that_alone_bears_the_tax_is_what_it_is_without():
    content, _ = order([(10_000, False)], 600, Fraction(1, 5), shipping_taxed=True)
    (line,), *_ = read(content)
    assert (line.unit_price, line.shipping, line.tax) == (10_000, 500, 100)


def test_a_line_at_no_rate_that_cost_what_the_shipping_did_is_not_taken_for_it():
    """100.00 at 20 % and the shipping; 4.95 of a line that is taxable, and at no rate."""
    content, taxes = order([(10_000, True), (495, False)], 495, Fraction(1, 5), shipping_taxed=True)
    lines, _, notes, _ = read(content.replace(",false,", ",true,"))
    assert any(WHOLE in note for note in notes)
    assert lines[0].shipping == lines[1].unit_price
    assert lines[0].tax == taxes


def test_tax_on_top_is_of_the_lines_that_bear_it():
    """Paid back whole but for the shipping with its tax."""
    content, taxes = order(
        [(10_000, True), (90_000, False)],
        *(1_000, Fraction(1, 5)),
        shipping_taxed=True, inside=False, refunded=102_000,
    )  # fmt: skip
    assert taxes == 2_200
    _, back, _, _ = read(content)
    assert [row.amount for row in back] == [10_000, 90_000]
    assert (back[0].shipping, back[0].tax) == (0, 2_000)


FOOD, OTHER = Fraction(7, 100), Fraction(19, 100)
SIX = [(price, FOOD) for price in (1_111, 1_873, 2_297, 2_458, 2_961)] + [(23_800, OTHER)]


def of_rates(lines, taxes, shipping=0, off=0):
    """The rows of an order of ``lines``, prices with tax and rates, and its named ``taxes``; a line
    without a rate is not taxable.
    """
    prices = [(price, rate is not None) for price, rate in lines]
    content, _ = order(prices, shipping, FOOD, shipping_taxed=False)
    rows = list(csv.DictReader(io.StringIO(content)))
    whole = sum(price for price, _ in lines) - off
    rows[0] |= {"Taxes": money(sum(amount for _, amount in taxes)), "Subtotal": money(whole)}
    rows[0] |= {"Total": money(whole + shipping), "Discount Amount": money(off)}
    for number, (name, amount) in enumerate(taxes, 1):
        rows[0] |= {f"Tax {number} Name": name, f"Tax {number} Value": money(amount)}
    return export(rows, [*COLUMNS, *MORE])


def net_of(row):
    return row.unit_price * row.quantity + row.remainder - row.line_discount - row.order_discount


@given(
    lines=st.lists(
        st.tuples(st.integers(500, 200_000), st.sampled_from([FOOD, OTHER])), min_size=2, max_size=5
    ),
    shipping=st.sampled_from([0, 490]),
    stated=st.sampled_from(["none", "proportion", FOOD, OTHER]),
)
def test_each_line_loses_the_tax_of_its_rate_or_all_alike(lines, shipping, stated):
    """Never another's: where several ways to put lines under rates fit, it is in proportion."""
    assume({rate for _, rate in lines} == {FOOD, OTHER})
    goods = {of: sum(price for price, rate in lines if rate == of) for of in (FOOD, OTHER)}
    whole = sum(goods.values())
    taxes = {}
    for rate, amount in goods.items():
        under = shipping if stated == rate else 0
        under = shipping * amount // whole if stated == "proportion" else under
        taxes[rate] = sum(tax_of(price, rate) for price, of in lines if of == rate)
        taxes[rate] += tax_of(under, rate)
    named = [(f"MwSt {float(rate * 100):g}%", amount) for rate, amount in taxes.items()]
    rows, _, notes, found = read(of_rates(lines, named, shipping))
    assert found.unexplained == ()
    assert rows[0].tax == sum(taxes.values())
    assert sum(map(net_of, rows)) + rows[0].shipping + rows[0].tax == whole + shipping
    if any("several rates" in note for note in notes):
        for row, (price, rate) in zip(rows, lines, strict=True):
            assert abs(net_of(row) - (price - tax_of(price, rate))) <= len(lines) + 1


def test_a_line_of_each_rate_is_what_it_is_without_its_tax():
    lines = [(10_700, FOOD), (23_800, OTHER)]
    rows, _, notes, _ = read(of_rates(lines, [("MwSt 7%", 700), ("MwSt 19%", 3_800)], 490))
    assert [net_of(row) for row in rows] == [10_000, 20_000]
    assert rows[0].shipping == 490
    assert any("each was taken out of the lines it is of" in note for note in notes)


def test_taxes_on_the_same_goods_are_put_together():
    """Two halves of one rate beside two of another, after a discount on all lines."""
    taxes = [("CGST 9%", 810), ("SGST 9%", 810), ("CGST 2.5%", 450), ("SGST 2.5%", 450)]
    rows, _, _, found = read(of_rates([(11_800, OTHER), (21_000, FOOD)], taxes, off=3_280))
    assert found.unexplained == ()
    assert [net_of(row) for row in rows] == [9_000, 18_000]


@pytest.mark.parametrize(
    ("lines", "taxes"),
    [
        ([(10_700, FOOD)] * 2 + [(11_900, OTHER)] * 2, [("VAT 7%", 700), ("VAT 19%", 5_000)]),
        ([(10_000, FOOD), (10_000, OTHER)], [("VAT 7%", 654), ("VAT 19%", 1_597)]),
        ([(10_700, FOOD), (23_800, OTHER)], [("VAT 7%", 700), ("VAT", 3_800)]),
        ([(1_000, FOOD)] * 40, [("VAT 7%", 1_308), ("VAT 19%", 3_193)]),
        ([(10_700, FOOD), (23_800, OTHER)], [("VAT 7%", 704), ("VAT 19%", 3_800)]),
        ([(1, FOOD), (23_800, OTHER)], [("VAT 7%", 3), ("VAT 19%", 3_800)]),
        ([*SIX, (7_777, FOOD)], [("VAT 7%", 1_209), ("VAT 19%", 3_800)]),
    ],
    ids=[
        *("fits no line", "fits both ways", "has no rate", "too many lines", "off by more"),
        *("next to nothing", "one line too many"),
    ],
)
def test_what_the_rates_do_not_tell_is_taken_out_in_proportion(lines, taxes):
    rows, _, notes, found = read(of_rates(lines, taxes))
    assert found.unexplained == ()
    assert not any("several rates" in note for note in notes)
    whole, tax = sum(price for price, _ in lines), sum(amount for _, amount in taxes)
    for row, (price, _) in zip(rows, lines, strict=True):
        assert abs(net_of(row) - price * (whole - tax) / whole) < 1


@pytest.mark.parametrize(
    ("lines", "taxes", "shipping", "of_shipping"),
    [
        ([(10_700, FOOD), (23_800, OTHER)], (703, 3_797), 490, 0),
        ([(10_700, FOOD), (23_800, OTHER)], (700, 3_878), 490, 78),
        ([(10_700, FOOD), (23_800, OTHER)], (732, 3_800), 490, 32),
        ([(10_700, FOOD), (23_800, OTHER)], (710, 3_854), 490, 64),
        ([(10_700, FOOD), (23_800, OTHER), (10_700, None)], (700, 3_800), 0, 0),
        (SIX, (700, 3_800), 0, 0),
    ],
    ids=["none", "under one", "under the other", "in proportion", "not taxable", "six lines"],
)
def test_lines_lose_their_tax_and_the_shipping_its_own(lines, taxes, shipping, of_shipping):
    named = list(zip(("VAT 7%", "VAT 19%"), taxes, strict=True))
    rows, _, notes, found = read(of_rates(lines, named, shipping))
    assert found.unexplained == ()
    assert any("each was taken out of the lines it is of" in note for note in notes)
    assert rows[0].shipping == shipping - of_shipping
    for row, (price, rate) in zip(rows, lines, strict=True):
        assert abs(net_of(row) - (price - (tax_of(price, rate) if rate else 0))) <= 3


@pytest.mark.parametrize(
    ("lines", "taxes", "shipping", "off"),
    [
        ([(3_990, OTHER), (4_990, FOOD), (1_290, FOOD)], (247, 637), 490, 2_495),
        ([(25_000, FOOD), (9_900, FOOD)], (1_636, 1_581), 9_900, 0),
        ([(1_629, FOOD), (499, FOOD)], (107, 79), 495, 0),
        ([(10_700, FOOD), (23_800, OTHER)], (700, 3_481), 490, 2_000),
    ],
    ids=["one way or another", "a line at no rate", "a cheap one", "a discount on one line"],
)
def test_what_could_be_otherwise_is_not_claimed(lines, taxes, shipping, off):
    named = list(zip(("VAT 7%", "VAT 19%"), taxes, strict=True))
    rows, _, notes, found = read(of_rates(lines, named, shipping, off))
    assert found.unexplained == ()
    assert not any("several rates" in note for note in notes)
    assert sum(map(net_of, rows)) + rows[0].shipping + rows[0].tax == (
        sum(price for price, _ in lines) - off + shipping
    )


def test_values_that_are_not_all_of_the_taxes_tell_nothing():
    content = of_rates([(10_700, FOOD), (23_800, OTHER)], [("VAT 7%", 700), ("VAT 19%", 3_800)])
    assert content.count(",45.00,") == 1
    _, _, notes, _ = read(content.replace(",45.00,", ",46.00,"))
    assert not any("several rates" in note for note in notes)


def test_a_value_of_a_tax_that_cannot_be_read_is_none():
    content = of_rates([(10_700, FOOD), (23_800, OTHER)], [("VAT 7%", 700), ("VAT 19%", 3_800)])
    assert ",7.00," in content
    rows, *_ = read(content.replace(",7.00,", ",n/a,"))
    assert rows[0].tax == 4_500


VAT = Fraction(1, 5)
ITS_LINES = "taken out of those it is of by its rate"


@pytest.mark.parametrize(
    ("lines", "shipping", "tax", "goods", "of_shipping"),
    [
        ([(1_000, VAT), (1_200, VAT)], 360, 260, [1_000, 1_000], 300),
        ([(1_000, VAT)], 360, 60, [1_000], 300),
        ([(1_000, VAT), (1_200, VAT)], 350, 200, [1_000, 1_000], 350),
        ([(500, VAT), (900, VAT), (2_400, VAT), (3_000, VAT)], 0, 500, [500, 900, 2_400, 2_500], 0),
    ],
    ids=["a book beside", "books alone", "no tax on shipping", "of four"],
)
def test_lines_at_no_rate_keep_their_price(lines, shipping, tax, goods, of_shipping):
    """Food and books at 0 % are taxable for Shopify, and no tax of theirs is named."""
    rows, _, notes, found = read(of_rates(lines, [("GB VAT 20%", tax)], shipping))
    assert found.unexplained == ()
    assert [net_of(row) for row in rows] == goods
    assert rows[0].shipping == of_shipping
    assert any(ITS_LINES in note for note in notes)


@given(
    lines=st.lists(
        st.tuples(st.integers(300, 200_000), st.sampled_from([VAT, None])), min_size=1, max_size=6
    ),
    shipping=st.sampled_from([0, 490, 1_200]),
    taxed=st.sampled_from(["none", "whole", "proportion"]),
    percent=st.sampled_from([0, 10, 15, 50]),
)
def test_no_line_is_said_to_bear_a_tax_that_is_anothers(lines, shipping, taxed, percent):
    """Where one way alone comes to the tax it is the true one, and else nothing is claimed."""
    prices = [price for price, _ in lines]
    off = round(sum(prices) * percent / 100)
    paid = [price - part for price, part in zip(prices, spread(off, prices), strict=True)]
    taxes = [tax_of(each, VAT) if rate else 0 for each, (_, rate) in zip(paid, lines, strict=True)]
    bearing = sum(each for each, (_, rate) in zip(paid, lines, strict=True) if rate)
    part = {"none": 0, "whole": shipping, "proportion": shipping * bearing // (sum(paid) or 1)}
    on_shipping = tax_of(part[taxed], VAT)
    tax = sum(taxes) + on_shipping
    assume(tax)
    content = of_rates([(price, VAT) for price in prices], [("VAT 20%", tax)], shipping, off)
    rows, _, notes, found = read(content)
    assert found.unexplained == ()
    assert sum(map(net_of, rows)) + rows[0].shipping + tax == sum(paid) + shipping
    if any(ITS_LINES in note for note in notes):
        for row, each, own in zip(rows, paid, taxes, strict=True):
            assert abs(net_of(row) - (each - own)) <= len(lines) + 1
        assert abs(rows[0].shipping - (shipping - on_shipping)) <= len(lines) + 1


def test_a_shipping_taxed_in_proportion_is_one_way_of_several():
    """100.00 at 20 %, 105.83 at none, and 12.00 of which a part is taxed: 17.64."""
    lines = [(10_000, VAT), (10_583, VAT)]
    rows, _, notes, _ = read(of_rates(lines, [("VAT 20%", 1_764)], 1_200))
    assert not any(ITS_LINES in note for note in notes)
    assert sum(map(net_of, rows)) + rows[0].shipping == 20_583 + 1_200 - 1_764


def test_a_round_amount_may_be_off_some_lines_also_where_it_is_a_percentage():
    """20.00 off the third of 45.00 at 20 %, 50.00 and 105.00 at none; it is 10 % of them all."""
    lines = [(4_500, VAT), (5_000, VAT), (10_500, VAT)]
    _, _, notes, _ = read(of_rates(lines, [("VAT 20%", 750)], off=2_000))
    assert not any(ITS_LINES in note for note in notes)


def test_a_percentage_of_all_was_given_on_all():
    """Four lines of two rates, of each of which 10 % are off: 107.00, 119.00, 53.50 and 23.80."""
    lines = [(10_700, FOOD), (11_900, OTHER), (5_350, FOOD), (2_380, OTHER)]
    taxes = [("MwSt 7%", 945), ("MwSt 19%", 2_052)]
    rows, _, notes, found = read(of_rates(lines, taxes, off=3_033))
    assert found.unexplained == ()
    assert [net_of(row) for row in rows] == [9_000, 9_000, 4_500, 1_800]
    assert any("several rates" in note for note in notes)


def test_a_tax_that_fits_no_lines_is_said_to_fit_none():
    rows, _, notes, _ = read(of_rates([(1_000, VAT), (1_200, VAT)], [("VAT 20%", 97)]))
    assert any("which bear it is not told" in note for note in notes)
    assert [net_of(row) for row in rows] == [956, 1_147]
