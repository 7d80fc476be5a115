"""The format of a file is found by its header, and no byte of the file is lost to it."""

import pytest
from tests.unit.ingest.formats.platform import Line, Sold, export, rows

from ingest.formats.detect import format_of
from ingest.sources import ImportFile

SHOPIFY = export(rows(Sold((Line("Mug", "M", 1, 100),)), "#1")).encode()
OWN = b"order_id,paid_at,currency,line_id,product_id,quantity,unit_price\nO1,x,EUR,1,P1,1,1.00\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SHOPIFY, "shopify"),
        (b"\xef\xbb\xbf" + SHOPIFY, "shopify"),
        (SHOPIFY.lower(), "shopify"),
        (OWN, "own"),
        (b"", "own"),
        (b'"', "own"),
        (b"\xff\xfe" + "Name,Lineitem name".encode("utf-16-le"), "own"),
        (b"x" * 300_000, "own"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_format_is_found_and_the_file_is_whole(content, expected, size):
    blocks = [content[start : start + size] for start in range(0, len(content), size)]
    found, file = format_of(ImportFile("orders.csv", iter(blocks)))
    assert (found.name, b"".join(file.blocks)) == (expected, content)
