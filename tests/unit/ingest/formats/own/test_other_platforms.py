"""A file that no format reads is told in one finding by what it is, whatever it is taken for."""

from contextlib import closing

import pytest

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.formats.model import Reading
from ingest.sources import FileKind, ImportFile

HEADERS = {
    "orders export of Squarespace": (
        "Order ID,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Amount Refunded,"
        "Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem sku,Lineitem variant,Lineitem requires shipping"
    ),
    "orders export of Wix": (
        "Order number,Date created,Time,Fulfill by,Total order quantity,Contact email,Item,SKU,Qty"
    ),
    "orders export of BigCommerce": (
        "Order ID,Customer ID,Order Date,Order Status,Tax Total,Order Total (inc tax)"
    ),
    "orders export of Magento": (
        'ID,"Purchase Point","Purchase Date","Grand Total (Base)","Grand Total (Purchased)",Status'
    ),
    "items sold on Etsy": (
        "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Item Total,Currency,Transaction ID"
    ),
    "orders of Etsy": "Sale Date,Order ID,Full Name,Number of Items,Order Value,Order Total",
    "sales report of Square": (
        "Date,Time,Time Zone,Item,Qty,SKU,Gross Sales,Discounts,Net Sales,Tax,Event Type,Location"
    ),
    "orders report of eBay": (
        '"Sales Record Number","Order Number","Item Title","Quantity","Sold For","Total Price"'
    ),
    "orders report of Amazon": "amazon-order-id,purchase-date,order-status,sku,quantity,item-price",
    "activity report of PayPal": (
        '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net",'
        '"From Email Address","To Email Address","Transaction ID"'
    ),
    "transactions of Shopify": "Order,Name,Kind,Gateway,Created At,Status,Amount,Currency",
    "payouts of Shopify": (
        "Transaction Date,Type,Order,Card Brand,Payout Status,Payout Date,Amount,Fee,Net,Currency"
    ),
    "products export of Shopify": "Handle,Title,Vendor,Type,Tags,Variant SKU,Variant Price",
    "balance history of Stripe": (
        "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)"
    ),
    "payouts export of Stripe": (
        "id,Amount,Created (UTC),Currency,Automatic,Arrival Date (UTC),Destination,Status"
    ),
    "all lines in one column": (
        "order_id,order_number,date,status,order_total,order_currency,line_items,shipping_items"
    ),
    "several columns a line": (
        "order_id,order_date,status,order_total,order_currency,shipping_items,tax_items,"
        "line_item_1_name,line_item_1_quantity,line_item_1_total"
    ),
    "orders export without lines": (
        "order_id,order_date,status,order_total,order_currency,shipping_items,fee_items,tax_items"
    ),
    "revenue table of WooCommerce Analytics": (
        "Date,Orders,Gross sales,Returns,Coupons,Net sales,Taxes,Shipping,Total sales"
    ),
    "Advanced Order Export For WooCommerce with names in another language": (
        "Bestellnummer,Bestellstatus,Bestelldatum,Bestellsumme,Artikel #,Artikelname,"
        "Menge (- Erstattung),Artikelpreis"
    ),
}


def told(header, name=None):
    """What is found in a file of that header, read by the format of ``name`` or the one found."""
    row = ",".join("1" for _ in header.split(","))
    found, file = format_of(ImportFile("x.csv", [f"{header}\n{row}\n".encode()]))
    faults, notes = Faults(50), Notes("EUR")
    reading = Reading("EUR", faults, notes, kinds=registry.KINDS)
    layout = registry.find(name) if name else found
    with closing(registry.open_reader(layout, reading)) as reader:
        assert list(reader.files[FileKind.ORDERS](file.name, file.blocks)) == []
    return [fault.reason for fault in faults.found]


@pytest.mark.parametrize("name", [None, *registry.FORMATS])
@pytest.mark.parametrize("platform", HEADERS)
def test_it_is_told_by_what_it_is(platform, name):
    (reason,) = told(HEADERS[platform], name)
    assert reason.startswith(("looks like a", "looks like the "))
    assert platform in reason


def test_nothing_is_told_of_a_platform_twice():
    """Each kind of file has a name of its own: one of two of a name could not be told."""
    kinds = [each for layout in registry.FORMATS.values() for each in layout.kinds]
    assert len(kinds) == len(set(kinds))
