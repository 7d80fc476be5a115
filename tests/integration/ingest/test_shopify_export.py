"""Shopify exports in the ledger: money to the minor unit, products and orders told apart."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles
from tests.unit.ingest.formats.shopify.shopify_shop import Line, Sold, export, orders, rows

from ingest.csv.faults import ImportRefusedError
from ingest.formats import registry
from ingest.import_files import FileKind, ImportFile, import_files

MUG = Line("Mug", "MUG", 1, 2000)
VASE = Line("Vase", "VASE", 1, 4000)
BY_ORDER = """
    SELECT o.external_id, sum(l.unit_price * l.quantity + l.remainder - l.line_discount
                              - l.order_discount)::bigint + o.shipping + o.tax
    FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id, o.external_id,
         o.shipping, o.tax ORDER BY o.external_id
"""
SALES = "SELECT sum(gross), sum(discounts), sum(returns), sum(shipping), sum(tax) FROM ledger"
PRODUCTS = "SELECT external_id, title, sku FROM products ORDER BY 1"


@pytest.fixture
def bring(service_engine, tenant_id):
    def run(orders, **others):
        files = {
            FileKind(kind): ImportFile(f"{kind}.csv", iter([content.encode()]))
            for kind, content in {"orders": orders, **others}.items()
        }
        return import_files(service_engine, tenant_id, files, layout=registry.find("shopify"))

    return run


def file(*sold, **cells):
    """An export of orders #1, #2, … with ``cells`` of their first rows by column."""
    written = []
    for number, order in enumerate(sold, 1):
        lines = rows(order, f"#{number}")
        lines[0] |= cells
        written += lines
    return export(written)


def refusal(bring, *given, **files):
    with pytest.raises(ImportRefusedError) as raised:
        bring(*given, **files)
    return [str(fault) for fault in raised.value.faults]


@settings(
    max_examples=hypothesis_profiles.examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sold=st.lists(orders(), min_size=1, max_size=6))
def test_every_order_comes_to_the_files_total_in_the_ledger(tenant_id, bring, read, sold):
    """Whatever was taken off, put on top, given to the staff or paid back."""
    named = {f"#{uuid4().hex[:8]}": order for order in sold}
    imported = bring(export([row for name, order in named.items() for row in rows(order, name)]))
    assert imported.reconciled.orders == len(sold)
    assert imported.reconciled.unexplained == ()
    stored = dict(read(BY_ORDER))
    for name, order in named.items():
        assert stored[name] == order.total - order.tip - order.duties


def test_a_shop_with_tax_in_its_prices_that_gave_no_discount_has_none(bring, read):
    order = Sold((Line("Mug", "M", 3, 999),))
    bring(file(*[order] * 200, Taxes="4.79"))
    assert read(SALES) == [(503_600, 0, 0, 0, 95_800)]


def test_a_refund_of_all_of_a_line_with_a_remainder_leaves_nothing(bring, read):
    order = Sold((Line("Mug", "M", 3, 999),), refunded=2997)
    bring(file(order, Taxes="4.79"))
    assert read("SELECT sum(gross - discounts - returns), sum(tax) FROM ledger") == [(0, 0)]


def test_the_latest_sale_names_the_product_whatever_the_order_of_the_rows(bring, read):
    renamed = Line("Mug, new", "MUG", 1, 2000)
    old = rows(Sold((MUG,)), "#1")
    new = rows(Sold((renamed,)), "#2")
    for row in new:
        row["Created at"] = "2026-03-09 10:00:00 +0100"
    new[0]["Paid at"] = "2026-03-09 10:00:00 +0100"
    for written in (new + old, old + new, old):
        bring(export(written))
        assert read(PRODUCTS) == [("MUG", "Mug, new", "MUG")]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("newest_first", [True, False])
def test_a_sku_that_comes_later_does_not_split_a_product(bring, read, together, newest_first):
    without = rows(Sold((Line("Mug", "", 1, 2000),)), "#1")
    with_sku = rows(Sold((MUG,)), "#2")
    parts = [with_sku, without] if newest_first else [without, with_sku]
    for content in [[*parts[0], *parts[1]]] if together else parts:
        bring(export(content))
    assert read(PRODUCTS) == [("MUG", "Mug", "MUG")]
    assert read("SELECT count(DISTINCT product_id), count(*) FROM order_lines") == [(1, 2)]


def test_a_title_of_several_skus_stays_a_product_of_its_own(bring, read):
    bring(file(Sold((MUG, Line("Mug", "MUG-2", 1, 2100), Line("Mug", "", 1, 1900)))))
    assert [product for product, *_ in read(PRODUCTS)] == ["MUG", "MUG-2", "Mug"]


def named(order, name, platform_id):
    written = rows(order, name)
    written[0]["Id"] = platform_id
    return written


def test_two_orders_of_one_name_are_told_apart_by_their_ids(bring, read):
    first = named(Sold((MUG,), refunded=2000), "#1", "111")
    second = named(Sold((VASE,), refunded=4000), "#1", "222")
    for content in (first + second, second, second + first, first):
        bring(export(content))
        stored = read("SELECT external_id, platform_id FROM orders ORDER BY 1")
        assert stored == [("#1", "111"), ("#1 (222)", "222")]
    assert read("SELECT sum(gross), sum(returns) FROM ledger") == [(6000, 6000)]


def test_an_order_twice_in_a_file_is_refused_and_columns_on_every_row_are_not(bring, read):
    order = named(Sold((MUG, VASE)), "#1", "111")
    (fault,) = refusal(bring, export(order + order))
    assert fault.startswith("orders.csv, line 4: is order '#1' again, as in line 2")
    filled_down = [order[0] | {n: c for n, c in row.items() if "Lineitem" in n} for row in order]
    imported = bring(export(filled_down))
    assert "the order's columns stand on every row, and were read once an order" in imported.notes
    assert read(BY_ORDER) == [("#1", 6000)]


def test_an_order_apart_is_refused_once_it_is_the_same(bring):
    first, other = named(Sold((MUG,)), "#1", "111"), named(Sold((VASE,)), "#2", "222")
    (fault,) = refusal(bring, export(first + other + first))
    assert "stands more than once in the input" in fault


REFUNDS = (
    "refund_id,order_id,line_id,processed_at,kind,quantity,amount\n"
    "r1,#2,1,2026-03-13T10:00:00+01:00,return,1,20.00\n"
)


def test_a_file_of_refunds_stands_beside_the_exports_cancellations_and_is_part_of_them(bring, read):
    content = file(Sold((MUG, VASE), refunded=6000), Sold((MUG, VASE)))
    imported = bring(content, refunds=REFUNDS)
    assert imported.summary.refunds == 3
    assert read("SELECT sum(returns) FROM ledger") == [(8000,)]
    (fault,) = refusal(bring, content, refunds=REFUNDS.replace("#2", "#9"))
    assert fault.startswith("refunds.csv, line 2, order_id: '#9' the order is not known")
    bring(content, refunds=REFUNDS.replace("#2", "#1"))  # a part of what came back of that order
    assert read("SELECT sum(returns) FROM ledger") == [(8000,)]


def test_a_line_removed_by_an_edit_moves_no_other_lines_refund(bring, read):
    written = rows(Sold((VASE, MUG)), "#2")
    bring(export(written), refunds=REFUNDS.replace("#2,1", "#2,2"))
    written[0] |= {"Lineitem quantity": "0", "Subtotal": "20.00", "Total": "20.00"}
    imported = bring(export(written))
    assert (imported.summary.orders_replaced, imported.reconciled.unexplained) == (1, ())
    assert read(
        "SELECT p.title, r.amount FROM refunds r JOIN products p ON p.id = r.product_id"
    ) == [("Mug", 2000)]


def test_a_cancellation_before_the_payment_takes_back_what_was_paid(bring, read):
    content = file(Sold((MUG,), refunded=2000), **{"Cancelled at": "2026-03-01 09:00:00 +0100"})
    imported = bring(content)
    assert any("cancelled before it was paid" in note for note in imported.notes)
    assert read("SELECT sum(gross), sum(returns) FROM ledger") == [(2000, 2000)]


def test_a_test_order_is_left_out_and_said(bring, read):
    imported = bring(file(Sold((MUG,)), **{"Payment Method": "(for testing) Bogus Gateway"}))
    assert imported.notes == ("1 order (#1): a test order of the Bogus Gateway; left out",)
    assert read("SELECT count(*) FROM orders") == [(0,)]


def test_a_refund_that_the_state_alone_tells_of_is_a_gap_until_its_amount_is_told(bring, read):
    gaps = "SELECT order_id, kind, amount FROM data_gaps"
    bring(file(Sold((MUG,)), **{"Financial Status": "refunded"}))
    assert read(gaps) == [("#1", "refunds-not-known", None)]
    bring(file(Sold((MUG,)), **{"Financial Status": "refunded", "Refunded Amount": "20.00"}))
    assert read(gaps) == [("#1", "undated-refunds", 2000)]


def test_a_sale_dated_later_than_now_is_said(bring):
    later = datetime.now().year + 1  # noqa: DTZ005 - the year alone
    imported = bring(file(Sold((MUG,)), **{"Paid at": f"{later}-03-01 10:00:00 +0100"}))
    assert imported.notes == ("1 order (#1): is dated later than now",)


def test_a_check_says_everything_and_changes_nothing(service_engine, tenant_id, read):
    content = file(Sold((MUG,), tip=500), Sold((VASE,)), Total="61.00")
    counts = " UNION ALL ".join(
        f"SELECT count(*) FROM {table}"  # noqa: S608 - names of ours
        for table in ("orders", "products", "customers", "ledger_versions", "dirty_days")
    )
    before = read(counts)
    results = []
    for check in (True, False):
        orders_file, layout = (
            ImportFile("orders.csv", iter([content.encode()])),
            registry.find("shopify"),
        )
        files = {FileKind.ORDERS: orders_file}
        results.append(import_files(service_engine, tenant_id, files, layout=layout, check=check))
        assert (read(counts) == before) == check
    checked, imported = results
    assert checked == replace(imported, summary=replace(imported.summary, version=None))
    assert checked.reconciled.unexplained_orders == 2


def test_one_odd_order_does_not_keep_the_others_out(bring, read):
    odd = rows(Sold((MUG,)), "#2")
    odd[0] |= {"Subtotal": "60.00", "Total": "60.00", "Refunded Amount": "60.00"}
    odd[0] |= {"Cancelled at": "2026-03-04 09:00:00 +0100"}
    imported = bring(export(rows(Sold((VASE,)), "#1") + odd))
    assert imported.reconciled.unexplained == (("#2", 4000),)
    assert read(BY_ORDER) == [("#1", 4000), ("#2", 2000)]
    assert read("SELECT sum(discounts), sum(returns) FROM ledger") == [(0, 2000)]


def test_a_title_that_is_another_products_sku_names_a_product_of_its_own(bring, read):
    bowl, vase = Line("Bowl", "Vase", 1, 2000), Line("Vase", "", 1, 3000)
    apart = [("Vase", "Bowl", "Vase"), ("Vase (title)", "Vase", None)]
    for sold in ([Sold((bowl,)), Sold((vase,))], [Sold((vase, bowl))], [Sold((vase,))]):
        bring(file(*sold))
        assert read(PRODUCTS) == apart


def test_a_title_that_is_the_same_products_sku_names_that_product(bring, read):
    bring(file(Sold((Line("Vase", "Vase", 1, 2000), Line("Vase", "", 1, 2000)))))
    assert read(PRODUCTS) == [("Vase", "Vase", "Vase")]
