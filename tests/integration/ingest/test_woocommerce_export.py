"""WooCommerce exports in the ledger: every order comes to the file's total."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    Line,
    Sold,
    export_items,
    export_rows,
    orders,
)

from ingest.csv.faults import ImportRefusedError
from ingest.formats.detect import format_of
from ingest.import_files import FileKind, ImportFile, import_files

BY_ORDER = """
    SELECT o.external_id, sum(l.unit_price * l.quantity + l.remainder - l.line_discount
                              - l.order_discount)::bigint + o.shipping + o.tax
    FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id, o.external_id,
         o.shipping, o.tax
"""
SALES = "SELECT sum(gross), sum(discounts), sum(returns), sum(shipping), sum(tax) FROM ledger"
MUG = Line("Mug", "M", 3, 1000, off=500)


@pytest.fixture
def bring(service_engine, tenant_id):
    def run(content):
        layout, file = format_of(ImportFile("orders.csv", [content]))
        return import_files(service_engine, tenant_id, {FileKind.ORDERS: file}, layout=layout)

    return run


@settings(
    max_examples=hypothesis_profiles.examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sold=st.lists(orders(), min_size=1, max_size=6),
    write=st.sampled_from([export_rows, export_items]),
)
def test_every_order_comes_to_the_files_total_in_the_ledger(bring, read, sold, write):
    named = {uuid4().hex[:8]: order for order in sold}
    imported = bring(write(named))
    assert imported.reconciled.orders == len(sold)
    assert imported.reconciled.unexplained == ()
    stored = dict(read(BY_ORDER))
    assert {name: stored[name] for name in named} == {
        name: order.total - order.fees for name, order in named.items()
    }


@pytest.mark.parametrize("write", [export_rows, export_items])
def test_an_order_paid_back_in_whole_leaves_nothing_and_comes_once(bring, read, write):
    order = Sold((MUG,), shipping=490, tax=300, refunded=3290)
    for _ in range(2):
        bring(write({"1": order}))
        assert read(SALES) == [(3000, 500, 2500, 0, 0)]


def test_what_the_ledger_refuses_is_told_by_its_line(bring):
    again = export_items({"1": Sold((MUG, MUG)), "2": Sold((MUG,)), "3": Sold((MUG,))})
    with pytest.raises(ImportRefusedError) as raised:
        bring(again.replace(b"\r\n3,", b"\r\n1,"))
    assert {fault.line for fault in raised.value.faults} == {4}


@pytest.mark.parametrize("write", [export_rows, export_items])
def test_an_order_apart_from_its_first_rows_is_told_by_its_number(bring, write):
    head, first = write({"1": Sold((MUG,))}).decode().splitlines()
    other = write({"2": Sold((MUG,))}).decode().splitlines()[1]
    with pytest.raises(ImportRefusedError) as refused:
        bring("\n".join([head, first, other, first]).encode())
    (fault,) = map(str, refused.value.faults)
    assert fault.startswith("orders.csv, line 4, Order Number: '1' stands more than once")
    assert "the order is there twice, or its rows stand apart" in fault
