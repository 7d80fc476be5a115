"""Reading by columns gives what reading row by row gives: rows, faults, notes, counts."""

import codecs
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.hostile import OWN, TRAPS, in_blocks, spoilt

from ingest.csv import piecewise
from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats.own.reader import OwnFormat
from ingest.order_columns import OrderLineColumns

NOW = datetime(2026, 6, 1, tzinfo=UTC)
COLUMNS = tuple(OWN["orders"][0])
ROW = OWN["orders"][0]
thorough = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Outcome:
    """All that reading a file says; ``by_columns`` counts the rows that came by columns."""

    rows: list[tuple[Any, ...]]
    faults: list[str]
    total: int
    blind: set[str]
    explained: list[bool]
    notes: tuple[str, ...]
    counted: int


def outcome(data: bytes, size: int, least: int) -> tuple[Outcome, int]:
    faults, notes = Faults(1000), Notes()
    reader = OwnFormat("EUR", faults, notes, NOW, least=least)
    rows: list[tuple[Any, ...]] = []
    by_columns = 0
    for piece in reader.order_lines("orders.csv", in_blocks(data, size)):
        if isinstance(piece, OrderLineColumns):
            by_columns += len(piece)
            rows += piece.rows()
        else:
            rows.append(piece)
    explained = [faults.explains([f"O{number}"], []) for number in range(40)]
    told = [str(fault) for fault in faults.found]
    counted = sum(table.rows for table in reader.tables)
    found = Outcome(rows, told, faults.total, faults.blind, explained, notes.lines(), counted)
    return found, by_columns


def same(data: bytes, size: int = 1 << 20) -> int:
    """Checks that both ways agree; answers how many rows came by columns."""
    slow, none = outcome(data, size, least=1 << 40)
    fast, by_columns = outcome(data, size, least=0)
    assert fast == slow
    assert none == 0
    return by_columns


def spelt(rows: list[dict[str, str]], end: str = "\n", quoted: bool = False) -> str:
    def cell(text: str) -> str:
        if quoted or any(each in text for each in ',"\r\n'):
            return '"' + text.replace('"', '""') + '"'
        return text

    lines = [COLUMNS, *(tuple(row.values()) for row in rows)]
    return "".join(",".join(map(cell, line)) + end for line in lines)


def orders(count: int, **cells: str) -> list[dict[str, str]]:
    """Right rows of ``count`` orders of two lines."""
    return [
        {**ROW, "order_id": f"O{number}", "line_id": line, "product_id": f"P{line}", **cells}
        for number in range(count)
        for line in ("1", "2")
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_clean_file_comes_by_columns_but_for_its_ends(end, quoted):
    rows = orders(40, product_title='Tea, "green"', region="Île-de-France")
    assert same(spelt(rows, end, quoted).encode()) == 76


@given(data=st.data(), size=st.sampled_from([7, 300, 4096]))
@thorough
def test_any_spoilt_file_reads_the_same(data: st.DataObject, size: int) -> None:
    rows = [dict(row) for row in orders(data.draw(st.integers(2, 30)))]
    same(data.draw(spoilt(rows, most=4)), size)


lists = st.lists(
    st.tuples(
        st.integers(0, 79), st.sampled_from(COLUMNS), st.sampled_from(TRAPS) | st.text(max_size=6)
    ),
    max_size=5,
)
breaks = st.lists(
    st.tuples(
        st.integers(0, 79),
        st.sampled_from(
            ["", ",", "," * (len(COLUMNS) - 1), "a,b", 'x"y', '"', '"a\nb"', "\r", "\0"]
        ),
    ),
    max_size=3,
)


@given(
    spoils=lists,
    inserted=breaks,
    quoted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    piece=st.sampled_from([200, 1500, 4000, piecewise.PIECE]),
)
@thorough
def test_odd_cells_and_lines_in_a_long_file_read_the_same(spoils, inserted, quoted, end, piece):
    rows = orders(40)
    for at, column, text in spoils:
        rows[at] = {**rows[at], column: text}
    lines = spelt(rows, end, quoted).split(end)
    for at, line in inserted:
        lines.insert(at + 1, line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(piecewise, "PIECE", piece)
        same(end.join(lines).encode(), size=900)


def test_a_cell_that_is_too_long_on_a_line_of_too_few_is_told_the_same():
    lines = spelt(orders(40)).splitlines()
    lines.insert(30, "x," + "y" * 200_000)
    same("\n".join(lines).encode())


BREAKING = [trap for trap in TRAPS if set(trap) & set('"\r\n\0\x1c\x1d\x1e\x1f\ufeff')]
"""Texts after which the rest of a piece is read row by row."""


@pytest.mark.parametrize("lines", [(0,), (0, 1)])
@pytest.mark.parametrize("column", COLUMNS)
def test_each_trap_in_each_column_reads_the_same(column, lines):
    """Each in an order of its own among right ones, on one of its lines or on both."""
    traps = [trap for trap in TRAPS if trap not in BREAKING]
    rows = orders(6 * len(traps))
    for number, trap in enumerate(traps):
        for line in lines:
            rows[12 * number + 6 + line][column] = trap
    assert same(spelt(rows).encode()) > 6 * len(traps)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_text_that_breaks_a_piece_reads_the_same(column):
    for trap in BREAKING:
        rows = orders(20)
        rows[20][column] = trap
        same(spelt(rows).encode())


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01 10:00:00.123-05:30",
        "2026-03-01T10:00:00.123456+14:00",
        "2026-02-28T23:59:59+00:00",
        "1970-01-01T00:00:00+23:59",
        "20260301T100000Z",
        "2026-W09-7T10:00:00Z",
        "2026-03-01T10:00:00,5+0100",
    ],
)
def test_times_are_the_same_instant(text):
    assert same(spelt(orders(40, paid_at=text)).encode()) == 76


@pytest.mark.parametrize(
    "text",
    [
        "1969-12-31T23:00:00-05:00",
        "2199-12-31T23:59:59Z",
        "2200-01-01T00:00:00+05:30",
        "2026-02-30T10:00:00Z",
        "2026-03-01T10:00:00,05:30",
        "2026-03-01T24:00:00.000Z",
        "2026-03-01T10:00:00+24:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-05:00",
        "0000-01-01T00:00:00+00:00",
    ],
)
def test_what_looks_like_a_time_is_taken_or_refused_by_the_same_rule(text):
    rows = [{**row, "paid_at": text} for row in orders(4)] + orders(8)
    same(spelt(rows).encode())
    same(spelt(orders(8, paid_at=text)).encode())


def test_orders_dated_later_than_now_come_by_columns_and_are_told_in_their_turn():
    rows = orders(40, paid_at="2027-01-01T00:00:00Z")
    rows[0]["paid_at"] = rows[1]["paid_at"] = ROW["paid_at"]
    for at in (4, 5, 6):
        rows[at]["product_id"] = " "
    rows[12]["customer_id"] = rows[13]["customer_id"] = "4.06E+12"
    rows[14]["customer_id"] = rows[15]["customer_id"] = "4.06e+12"
    data = spelt(rows).encode()
    assert same(data) == 73
    found, _ = outcome(data, 1 << 20, least=0)
    assert found.notes[0] == "39 orders (O1, O2, O3, …): is dated later than now"


def test_a_file_within_a_file_is_told_however_it_is_read():
    data = spelt(orders(40)).encode()
    within = data + codecs.BOM_UTF8 + data
    same(within)
    found, _ = outcome(within, 1 << 20, least=0)
    assert any("begins with a byte order mark" in str(each) for each in found.faults)


def test_orders_that_go_on_beyond_a_piece_are_one(monkeypatch):
    monkeypatch.setattr("ingest.csv.piecewise.PIECE", 2000)
    rows = orders(200)
    assert 100 < same(spelt(rows).encode(), size=500) < 400
    one = [{**ROW, "line_id": str(number)} for number in range(300)]
    assert same(spelt(one).encode(), size=500) == 0


def test_what_is_wrong_beyond_the_first_piece_has_its_line(monkeypatch):
    monkeypatch.setattr("ingest.csv.piecewise.PIECE", 2000)
    rows = orders(100)
    rows[20]["product_title"] = "two\nlines"
    rows[150]["quantity"] = "x"
    rows[170]["paid_at"] = rows[171]["paid_at"] = "2027-01-01T00:00:00Z"
    data = spelt(rows).encode()
    same(data, size=500)
    found, by_columns = outcome(data, 500, least=0)
    assert by_columns > 50
    assert found.notes == ("1 order (O85): is dated later than now",)
    assert found.faults == ["orders.csv, line 153, quantity: 'x' is not a whole number"]
    same(data + b"\xff\n", size=500)
