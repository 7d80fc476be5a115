"""An order whose state alone tells of a refund is a gap until the ledger knows what that tells."""

import pytest
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.support.shopify_json import line, order
from tests.unit.ingest.formats.shopify.shopify_shop import COLUMNS, Line, Sold, export, rows
from tests.unit.ingest.formats.woocommerce import woocommerce_shop

from ingest.formats import registry
from ingest.import_files import FileKind, ImportFile, import_files

GAPS = "SELECT order_id, kind FROM data_gaps WHERE amount IS DISTINCT FROM 0"
NOT_KNOWN = "refunds-not-known"
SAID = "its state says that it was paid back"
MUG = Line("Mug", "MUG", 1, 2000)


def bring(engine, tenant_id, layout, *, orders=None, refunds_of=None, amount="20.00"):
    """Import an orders file, a refund of an order beside it, or this alone."""
    files = {}
    if orders is not None:
        files[FileKind.ORDERS] = ImportFile("orders.csv", [orders.encode()])
    if refunds_of is not None:
        content = "refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax\n"
        content += f"r{refunds_of},{refunds_of},1,2026-03-09T10:00:00Z,return,1,{amount},0,0\n"
        files[FileKind.REFUNDS] = ImportFile("refunds.csv", [content.encode()])
    return import_files(engine, tenant_id, files, layout=registry.find(layout))


def of_shopify(columns=COLUMNS, **cells):
    first, second = rows(Sold((MUG,)), "1"), rows(Sold((MUG,)), "2")
    first[0] |= {"Financial Status": "refunded"} | {
        k.replace("_", " "): c for k, c in cells.items()
    }
    return export([*first, *second], columns)


def of_woocommerce():
    sold = woocommerce_shop.Sold((woocommerce_shop.Line("Mug", "MUG", 1, 2000),))
    content = woocommerce_shop.export_items({"1": sold, "2": sold}, status="refunded").decode()
    head, first, second = content.splitlines(keepends=True)
    return head + first + second.replace("refunded", "completed")


BOTH = pytest.mark.parametrize(
    ("layout", "write"), [("shopify", of_shopify), ("woocommerce", of_woocommerce)]
)


@BOTH
def test_what_the_ledger_knows_is_no_gap_when_the_export_comes_again(
    service_engine, tenant_id, read, layout, write
):
    content = write()
    bring(service_engine, tenant_id, layout, orders=content)
    assert read(GAPS) == [("1", NOT_KNOWN)]
    bring(service_engine, tenant_id, "own", refunds_of="1")
    for refunds_of in (None, "2"):
        bring(service_engine, tenant_id, layout, orders=content, refunds_of=refunds_of)
        assert read(GAPS) == []


@BOTH
@pytest.mark.parametrize(("refunds_of", "gaps"), [("1", []), ("2", [("1", NOT_KNOWN)])])
def test_a_file_of_refunds_tells_those_of_the_orders_that_it_names(
    service_engine, tenant_id, read, layout, write, refunds_of, gaps
):
    imported = bring(service_engine, tenant_id, layout, orders=write(), refunds_of=refunds_of)
    assert read(GAPS) == gaps
    assert any(SAID in note for note in imported.notes) >= bool(gaps)


def test_what_webhooks_say_again_and_the_ledger_knows_is_no_gap(service_engine):
    shop = Shop(service_engine)
    told = order([line(1, "Mug", "20.00")], "20.00", financial_status="refunded")
    shop.tell(told)
    assert shop.gaps == [(NOT_KNOWN, None)]
    ((name,),) = shop.rows("SELECT external_id FROM orders")
    bring(service_engine, shop.id, "own", refunds_of=name)
    shop.tell(told | {"updated_at": "2026-03-20T10:00:00Z"})
    assert shop.gaps == []


@pytest.mark.parametrize("refunded", ["0.00", "5.00"])
@pytest.mark.parametrize("refunds_of", [None, "2"])
def test_an_order_that_is_left_out_waits_for_no_refund(
    service_engine, tenant_id, read, refunded, refunds_of
):
    cells = {"Lineitem_name": "Tip", "Lineitem_sku": "", "Subtotal": "0.00"}
    content = of_shopify(**cells, Refunded_Amount=refunded)
    imported = bring(service_engine, tenant_id, "shopify", orders=content, refunds_of=refunds_of)
    assert read("SELECT external_id FROM orders") == [("2",)]
    assert read(GAPS) == []
    assert not any("refund" in note.lower() for note in imported.notes), imported.notes


@pytest.mark.parametrize("refunds_of", [None, "2"])
@pytest.mark.parametrize("missing", [(), ("Refunded Amount",)])
def test_of_a_cancelled_order_it_is_said_that_it_is_kept_or_that_its_refund_is_not_known(
    service_engine, tenant_id, refunds_of, missing
):
    content = of_shopify(
        [column for column in COLUMNS if column not in missing],
        Cancelled_at="2026-03-04 09:00:00 +0100",
    )
    imported = bring(service_engine, tenant_id, "shopify", orders=content, refunds_of=refunds_of)
    kept = "cancelled without a Refunded Amount; kept as it was"
    assert sum(kept in note or SAID in note for note in imported.notes) == 1, imported.notes
