"""An order that was a sale and is none in a later file of its source leaves no figure behind."""

import pytest
from tests.unit.ingest.formats import platform
from tests.unit.ingest.formats.test_stripe import PAYMENTS, payment, written
from tests.unit.ingest.formats.woocommerce_shop import Line, Sold, export_items, export_rows

from ingest.formats.detect import format_of
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.no_sales import TAKEN_OUT

MUG = Sold((Line("Mug", "M", 2, 1000),), shipping=490, tax=380, refunded=700)
SALES = "SELECT coalesce(sum(gross), 0)::bigint, coalesce(sum(returns), 0)::bigint FROM ledger"
KEPT = "SELECT count(*) FROM closed_day_changes"


def shopify(quantity):
    lamp = platform.Line("Lamp", "L", quantity, 2000)
    return platform.export(platform.rows(platform.Sold((lamp,)), "#1")).encode()


FILES = {
    "woocommerce, cancelled": (
        export_items({"1": MUG}),
        export_items({"1": MUG}, status="cancelled"),
    ),
    "woocommerce, failed": (
        export_rows({"1": MUG}),
        export_rows({"1": MUG}, **{"Order Status": "Failed"}),
    ),
    "stripe, failed": (
        written(PAYMENTS, [payment(**{"Amount Refunded": "3.00"})]),
        written(PAYMENTS, [payment(Status="Failed")]),
    ),
    "shopify, without goods": (shopify(1), shopify(0)),
}


@pytest.fixture
def bring(service_engine, tenant_id):
    def run(content, *, check=False, **others):
        layout, file = format_of(ImportFile("orders.csv", [content]))
        files = {FileKind(kind): ImportFile(kind, [text]) for kind, text in others.items()}
        files[FileKind.ORDERS] = file
        return import_files(service_engine, tenant_id, files, layout=layout, check=check)

    return run


def said(imported):
    return any(TAKEN_OUT in note for note in imported.notes)


@pytest.mark.parametrize(("sold", "none"), FILES.values(), ids=FILES)
def test_a_sale_that_is_none_any_more_is_taken_out_and_said(bring, read, sold, none):
    for _ in range(2):
        before = bring(sold)
        assert not said(before)
        counted = read(SALES)
        assert counted[0][0] > 0
        assert said(bring(none, check=True))
        assert read(SALES) == counted
        taken = bring(none)
        assert said(taken)
        assert taken.summary.version > before.summary.version
        assert (read(SALES), read(KEPT)) == ([(0, 0)], [(1,)])
        assert not said(bring(none))


def test_one_that_the_same_file_has_as_sold_too_stays(bring, read):
    again = export_items({"1": MUG}, status="cancelled")
    again += export_items({"1": MUG}).partition(b"\n")[2]
    bring(export_items({"1": MUG}))
    counted = read(SALES)
    assert not said(bring(again))
    assert read(SALES) == counted


def test_its_refunds_in_a_file_beside_go_with_it(bring, read):
    header = b"refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax\n"
    refund = b"R1,1,1,2026-03-05T10:00:00Z,return,1,5.00,0,0\n"
    bring(export_items({"1": MUG}))
    bring(export_items({"1": MUG}, status="trash"), refunds=header + refund)
    assert read(SALES) == [(0, 0)]
