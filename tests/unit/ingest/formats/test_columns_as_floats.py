"""Programs and spreadsheets make floats or texts of numbers and ids: the same orders."""

import csv
import io
from contextlib import closing

import pytest
from tests.unit.ingest.formats.shopify import shopify_shop as platform
from tests.unit.ingest.formats.woocommerce import woocommerce_shop

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.model import Reading
from ingest.rows import OrderLineRow
from ingest.sources import FileKind

MUGS = woocommerce_shop.Sold(
    (
        woocommerce_shop.Line("Mug", "4711", 2, 1_000),
        woocommerce_shop.Line("Cup", "", 1, 500),
    ),
    shipping=490,
)
BOUGHT = platform.Sold(
    (platform.Line("Mug", "4711", 2, 1_000), platform.Line("Cup", "", 1, 500)), shipping=490
)


def of_shopify(number: str) -> bytes:
    rows = platform.rows(BOUGHT, number)
    rows[0]["Id"] = f"53123456789{number}"
    return platform.export(rows).encode()


def of_items() -> bytes:
    named = woocommerce_shop.export_items({"5": MUGS}, order_number="1001", customer_id="7")
    other = woocommerce_shop.export_items({"6": MUGS}, order_number="", customer_id="")
    content: bytes = named + other.partition(b"\r\n")[2]
    return content


WAYS = {
    "shopify": lambda: of_shopify("1001"),
    "woocommerce rows": lambda: woocommerce_shop.export_rows({"1001": MUGS}, filled=False),
    "woocommerce items": of_items,
}


def as_floats(content: bytes) -> bytes:
    """As pandas writes it: a column of numbers that has an empty cell is one of floats."""
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    for name in rows[0]:
        cells = [row[name] for row in rows]
        if "" in cells and all(cell.isdigit() for cell in cells if cell):
            for row in rows:
                row[name] += ".0" if row[name] else ""
    again: bytes = woocommerce_shop.written(list(rows[0]), rows)
    return again


def as_texts(content: bytes) -> bytes:
    """With an apostrophe before ids and names, as spreadsheets keep what is no number."""
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    for row in rows:
        for name in ("Name", "Id", "Lineitem sku", "Order Number", "SKU", "order_number"):
            if row.get(name):
                row[name] = f"'{row[name]}"
    again: bytes = woocommerce_shop.written(list(rows[0]), rows).replace(b"|sku:", b"|sku:'")
    return again.replace(b"|sku:'|", b"|sku:|")


def read(
    platform_name: str, content: bytes
) -> tuple[list[OrderLineRow], tuple[str, ...], list[str]]:
    faults, notes = Faults(50), Notes("EUR")
    reading = Reading("EUR", faults, notes, kinds=registry.KINDS, timezone="Europe/Berlin")
    with closing(registry.open_reader(registry.find(platform_name), reading)) as reader:
        lines = list(reader.files[FileKind.ORDERS]("orders.csv", [content]))
    return lines, tuple(notes.lines()), [str(each) for each in faults.found]


@pytest.mark.parametrize("way", WAYS)
def test_ids_and_quantities_that_became_floats_are_what_they_were(way: str) -> None:
    content = WAYS[way]()
    lines, notes, faults = read(way.split(maxsplit=1)[0], content)
    assert faults == []
    assert lines
    assert as_floats(content) != content
    assert read(way.split(maxsplit=1)[0], as_floats(content)) == (lines, notes, faults)


@pytest.mark.parametrize("way", [*WAYS, "shopify, by name"])
def test_ids_that_an_apostrophe_keeps_as_texts_are_what_they_were(way: str) -> None:
    content = of_shopify("#1001") if way not in WAYS else WAYS[way]()
    platform_name = way.partition(" ")[0].strip(",")
    lines, notes, faults = read(platform_name, content)
    assert (faults, bool(lines)) == ([], True)
    assert as_texts(content) != content
    assert read(platform_name, as_texts(content)) == (lines, notes, faults)


def test_what_only_looks_like_one_stays() -> None:
    order = platform.Sold((platform.Line("Mug", "1.10", 1, 500),))
    (line,) = read("shopify", platform.export(platform.rows(order, "A.0")).encode())[0]
    assert (line.order_id, line.product_id) == ("A.0", "1.10")
