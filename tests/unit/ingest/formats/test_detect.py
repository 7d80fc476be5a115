"""The format of a file is found by its header, and no byte of the file is lost to it."""

import re

import pytest
from tests.unit.ingest.formats.shopify.shopify_shop import Line, Sold, export, rows

from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.sources import FileKind, ImportFile

SHOPIFY = export(rows(Sold((Line("Mug", "M", 1, 100),)), "#1")).encode()
OWN = b"order_id,paid_at,currency,line_id,product_id,quantity,unit_price\nO1,x,EUR,1,P1,1,1.00\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SHOPIFY, "shopify"),
        (b"\xef\xbb\xbf" + SHOPIFY, "shopify"),
        (SHOPIFY.lower(), "shopify"),
        (SHOPIFY.replace(b"\r\n", b"\n").replace(b"\n", b"\r"), "shopify"),
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


def _spellings(name):
    """One name as people, spreadsheets and programs write it."""
    words = re.split(r"[\s_-]+", name)
    return [each(words) for each in (" ".join, "_".join, "-".join, "".join)] + [name.upper()]


@pytest.mark.parametrize("layout", registry.FORMATS.values(), ids=lambda each: each.name)
def test_a_format_is_found_however_its_columns_are_written(layout):
    """As the reader knows them: else a file would have to be named that can be read."""
    for file in (layout.files[FileKind.ORDERS], *layout.layouts):
        if file.refused:
            continue
        for columns in zip(*map(_spellings, sorted(file.signs)), strict=True):
            header = ",".join(columns).encode()
            found, _ = format_of(ImportFile("orders.csv", iter([header + b"\n"])))
            assert found is layout, columns
