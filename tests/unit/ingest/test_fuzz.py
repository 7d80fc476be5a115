"""Whatever a file holds, its reader says what is wrong with it, and never breaks."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles
from tests.support.hostile import OWN, SHOPIFY, TRAPS, in_blocks, spoilt

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats.own.reader import OwnFormat
from ingest.formats.shopify.reader import ShopifyExport

KINDS = (*OWN, "shopify")
LARGEST = 10**17
QUOTE = '"'
bounded = settings(
    max_examples=hypothesis_profiles.examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def read(kind: str, data: bytes, *, size: int = 4096, currency: str = "EUR") -> tuple[Faults, int]:
    """What is wrong with a file, and how many rows came out of it; every row is looked at."""
    faults = Faults(20)
    rows = 0
    for row in _rows(kind, data, size, faults, currency):
        _check(row)
        rows += 1
    assert faults.total >= len(faults.found)
    assert all(fault.reason and str(fault).startswith(fault.file) for fault in faults.found)
    return faults, rows


def _rows(kind: str, data: bytes, size: int, faults: Faults, currency: str) -> Iterator[Any]:
    blocks = in_blocks(data, size)
    if kind == "shopify":
        with closing(ShopifyExport(currency, faults, Notes())) as export:
            yield from export.order_lines("export.csv", blocks)
            yield from export.refunds_of_orders()
        return
    reader = OwnFormat(currency, faults)
    name = "order_lines" if kind == "orders" else kind
    yield from getattr(reader, name)(f"{kind}.csv", blocks)


def _check(row: tuple[Any, ...]) -> None:
    """What a row may hold, so that the database takes it."""
    for value in row:
        if isinstance(value, int):
            assert -LARGEST <= value <= LARGEST
        elif isinstance(value, str):
            assert len(value) <= 2000
            assert "\0" not in value
            assert value == value.strip()
            value.encode()
        elif value is not None:
            assert isinstance(value, datetime)
            assert value.utcoffset() is not None


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_files_are_made_of_is_right(kind: str) -> None:
    """Else the ones below would all be refused for the same reason."""
    rows = SHOPIFY if kind == "shopify" else OWN[kind]
    text = "\n".join(",".join(each) for each in (rows[0], *(row.values() for row in rows)))
    faults, many = read(kind, text.encode())
    assert (faults.found, many >= len(rows)) == ([], True)


@pytest.mark.parametrize("kind", KINDS)
@bounded
@given(data=st.data(), size=st.sampled_from([1, 2, 7, 4096]))
def test_any_spoilt_file_is_read_to_its_end(kind: str, data: st.DataObject, size: int) -> None:
    rows = SHOPIFY if kind == "shopify" else OWN[kind]
    faults, many = read(kind, data.draw(spoilt(rows)), size=size)
    assert many or faults.total or kind == "shopify"


@pytest.mark.parametrize("kind", KINDS)
@bounded
@given(content=st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"\0" * 10)
@example(b"order_id\n" + b"\xc3")
def test_any_bytes_are_told_apart_from_a_file(kind: str, content: bytes) -> None:
    faults, _ = read(kind, content, size=3)
    assert faults.total


@pytest.mark.parametrize("kind", KINDS)
def test_each_trap_in_each_column(kind: str) -> None:
    """Exhaustively: a cell at a time, so that none hides behind another one."""
    rows = SHOPIFY[:1] if kind == "shopify" else OWN[kind][:1]
    header = ",".join(rows[0])
    for column in rows[0]:
        for trap in TRAPS:
            for currency in ("EUR", "JPY", "KWD"):
                row = {**rows[0], column: trap}.values()
                cells = ",".join(f'"{cell.replace(QUOTE, QUOTE * 2)}"' for cell in row)
                faults, many = read(kind, f"{header}\n{cells}\n".encode(), currency=currency)
                assert many or faults.total or kind == "shopify", (column, trap)
