"""Our own columns are known in any case and however their words are put together."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.model import Reading
from ingest.sources import FileKind

COLUMNS = ["order_id", "paid_at", "currency", "line_id", "product_id", "quantity", "unit_price"]
ROW = "1,2026-11-10T10:00:00+01:00,EUR,1,P,2,10.00"
WAYS = [
    str,
    str.upper,
    lambda name: name.title().replace("_", ""),
    lambda name: name[0] + name.title().replace("_", "")[1:],
    lambda name: name.title().replace("_", " "),
    lambda name: name.replace("_", "-"),
]


def read(header, kind=FileKind.ORDERS, row=ROW):
    faults, notes = Faults(50), Notes("EUR")
    reading = Reading("EUR", faults, notes, kinds=registry.KINDS)
    with closing(registry.open_reader(registry.FALLBACK, reading)) as reader:
        rows = list(reader.files[kind]("f.csv", [f"{header}\n{row}\n".encode()]))
    return rows, notes.lines(), [str(fault) for fault in faults.found]


@given(ways=st.lists(st.sampled_from(WAYS), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_every_spelling_reads_as_the_columns_own(ways):
    plain, _, _ = read(",".join(COLUMNS))
    spelt = [way(name) for way, name in zip(ways, COLUMNS, strict=True)]
    rows, notes, faults = read(",".join(spelt))
    assert (rows, faults) == (plain, [])
    for name, written in zip(COLUMNS, spelt, strict=True):
        told = f"the column {written!r} was read as {name}"
        assert (told in notes) == (written != name)


def test_other_files_too():
    rows, notes, faults = read(
        "ProductId,Counted At,ON_HAND", FileKind.STOCK, "P,2026-11-10T10:00:00Z,3"
    )
    assert (len(rows), faults) == (1, [])
    assert "the column 'ProductId' was read as product_id" in notes


@pytest.mark.parametrize("twice", ["order_id,Order ID", "OrderId,Order ID"])
def test_a_column_twice_in_two_spellings_is_refused(twice):
    header = ",".join(COLUMNS).replace("order_id", twice, 1)
    assert read(header, row=f"1,{ROW}")[2]
