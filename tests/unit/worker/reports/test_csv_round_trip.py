"""What is written as CSV reads back equal, whoever reads it: Python, spreadsheets, our importer.

The readers below are written from the rules of those programs, not from our writer.
"""

import csv
import gzip
import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles

from common.reports import registry
from common.reports.document.metrics import Figure, Unit
from common.reports.document.schema import exponent
from common.reports.model import Row
from ingest.csv.faults import Faults
from ingest.csv.table import Columns, Table
from worker.reports import csv_export

FULL_WIDTH = "\uff1d\uff0b\uff0d\uff20"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *FULL_WIDTH)
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
BOM = "\ufeff"
Cells = list[list[str]]


class NotRfc4180Error(ValueError):
    """A quote stands where none may, or a line ends otherwise."""


def by_the_grammar(text: str) -> Cells:
    """RFC 4180 as its grammar has it, with nothing forgiven."""
    rows: Cells = []
    row: list[str] = []
    at = 0
    field = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
    while at < len(text):
        found = field.match(text, at)
        assert found is not None
        quoted, bare = found.groups()
        row.append(bare if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if text.startswith(",", at):
            at += 1
            continue
        if not text.startswith("\r\n", at):
            raise NotRfc4180Error(text[at - 20 : at + 20])
        at += 2
        rows.append(row)
        row = []
    return rows


def as_a_spreadsheet(text: str) -> Cells:
    """Excel and LibreOffice: a quote opens a field at its start only, and doubled it is a quote.

    What follows a closing quote belongs to the cell; any of CR, LF and CRLF ends a row.
    """
    rows: Cells = [[]]
    cell, quoted, started = "", False, False
    characters = iter(text)
    waiting = next(characters, None)
    while waiting is not None:
        character, waiting = waiting, next(characters, None)
        if quoted and character == '"' and waiting == '"':
            cell, waiting = cell + '"', next(characters, None)
        elif quoted:
            quoted, cell = (False, cell) if character == '"' else (True, cell + character)
        elif character == '"' and not started:
            quoted = True
        elif character in ",\r\n":
            rows[-1].append(cell)
            cell, started = "", False
            if character == "\r" and waiting == "\n":
                waiting = next(characters, None)
            if character != ",":
                rows.append([])
            continue
        else:
            cell += character
        started = True
    return rows[:-1]


def by_python(text: str) -> Cells:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def by_our_importer(text: str) -> Cells:
    header = text.partition("\r\n")[0].split(",")
    faults = Faults(5)
    data = (BOM + text).encode()
    blocks = (data[start : start + 5] for start in range(0, len(data), 5))
    table = Table("written.csv", blocks, Columns(tuple(header), frozenset()), faults)
    rows = [cells for _, cells in table.read()]
    assert not faults.found or not rows, faults.found
    return [header, *rows]


READERS = (by_the_grammar, as_a_spreadsheet, by_python, by_our_importer)

# A file carries no lone surrogates, PostgreSQL no NUL.
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
tricky = st.text(st.sampled_from("=+-@\t\r\n\",;' a1\ufeff\u2028é" + FULL_WIDTH))
texts = (
    anything | tricky | st.sampled_from(["ID", "sep=;", "\ufeff", '"', '""', "'", "'=1", "TRUE"])
)
kinds = {Unit.TEXT: texts, Unit.DATE: st.dates().map(str)}
whole = st.integers(-(10**20), 10**20) | st.integers(-200, 200)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[tuple[Figure, ...], list[Row], int]:
    """Columns of a report, rows for them, and the currency's exponent."""
    columns = draw(st.sampled_from(registry.implemented())).columns
    cells = [kinds.get(column.unit, whole) | st.none() for column in columns]
    rows = draw(st.lists(st.tuples(*cells), max_size=4))
    return columns, rows, draw(st.sampled_from([0, 2, 3]))


@pytest.mark.parametrize("reader", READERS)
@settings(deadline=None, max_examples=hypothesis_profiles.examples(60))
@given(sheet=sheets())
def test_what_was_written_reads_back(
    reader: Callable[[str], Cells], sheet: tuple[tuple[Figure, ...], list[Row], int]
) -> None:
    columns, rows, money = sheet
    data = gzip.decompress(csv_export.write(columns, rows, money)).decode("utf-8")
    assert data.startswith(BOM)
    assert not data.startswith(BOM * 2)
    header, *read = reader(data.removeprefix(BOM))
    assert header == [column.key for column in columns]
    assert len(read) == len(rows)
    for row, cells in zip(rows, read, strict=True):
        for column, value, cell in zip(columns, row, cells, strict=True):
            _check(column, value, cell, money)


def _check(column: Figure, value: object, cell: str, money: int) -> None:
    """A cell is its value; text that would run is disarmed, and a number is never touched."""
    if value is None:
        assert cell == ""
    elif isinstance(value, int):
        scale = exponent(column.unit, money)
        assert NUMBER.fullmatch(cell)
        assert Decimal(cell).scaleb(scale) == value
    elif column.unit is Unit.TEXT:
        assert not cell.startswith(FORMULA)
        assert cell == (f"'{value}" if str(value).startswith(FORMULA) else value)
    else:
        assert cell == value


@pytest.mark.parametrize("definition", registry.implemented(), ids=lambda each: each.slug)
def test_a_spreadsheet_takes_the_first_line_for_what_it_is(definition) -> None:
    """Excel takes a file that begins with ID for another format, and `sep=` for an order."""
    first = definition.columns[0].key
    assert not first.startswith(("ID", "sep="))
    keys = [column.key for column in definition.columns]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys)


@given(text=tricky)
@example("\r")
@example('a"b')
def test_the_readers_agree_where_a_text_is_quoted(text: str) -> None:
    """So that none of them passes by being too kind."""
    column = Figure("title", "Title", Unit.TEXT, "A title.")
    written = gzip.decompress(csv_export.write((column,), [(text,)], 2)).decode("utf-8-sig")
    assert len({tuple(map(tuple, reader(written))) for reader in READERS[:3]}) == 1


def test_the_grammar_refuses_what_is_none() -> None:
    for text in ('a,b"c\r\n', "a,b\n", '"a"b,c\r\n', '"a\r\n', "a"):
        with pytest.raises(NotRfc4180Error):
            by_the_grammar(text)
