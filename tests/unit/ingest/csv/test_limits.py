"""Whatever the size of a file: what is too large is told once and read no further."""

from collections import Counter

import pytest

from ingest.csv.encoding import EncodingFault, texts_of
from ingest.csv.faults import Faults
from ingest.csv.headers import Columns
from ingest.csv.limits import LIMITS, Limits
from ingest.csv.table import Table
from ingest.csv.values import Remembered

FEW = Limits(columns=10, line=1_000, cell=100, rows=5)
COLUMNS = Columns(("a", "b"), frozenset({"a", "b"}))


def read(blocks, limits=FEW, columns=COLUMNS):
    faults = Faults(50)
    table = Table("file.csv", blocks, columns, faults, limits)
    return list(table.read()), [str(fault) for fault in faults.found], faults.total


@pytest.mark.parametrize("others_pass", [True, False])
@pytest.mark.parametrize("columns", [FEW.columns + 1, 60_000])
def test_too_many_columns_are_one_finding(others_pass, columns):
    header = ",".join(f"column{number}" for number in range(columns))
    known = Columns(("a",), frozenset({"a"}), others_pass)
    rows, faults, _ = read([f"{header}\n1\n".encode()], Limits(columns=10), known)
    assert rows == []
    assert faults == [f"file.csv, line 1: has {columns} columns: more than 10 are not read"]


def test_close_names_are_looked_for_a_bounded_number_of_times(monkeypatch):
    asked: Counter[str] = Counter()
    monkeypatch.setattr(
        "ingest.csv.headers.difflib.get_close_matches", lambda *_: asked.update(["name"]) or []
    )
    names = ",".join(["a", "b", *(f"other{n}" for n in range(900)), "x" * 5000])
    _, _, total = read([f"{names}\n1,2\n".encode()], Limits())
    assert (asked["name"], total) == (50, 901)


@pytest.mark.parametrize("size", [7, 100, 100_000])
def test_a_line_too_long_ends_the_reading_however_it_comes(size):
    data = b"a,b\n1,2\n" + b"x" * 1_001 + b"\n3,4\n"
    taken = []

    def blocks():
        for start in range(0, len(data), size):
            taken.append(start)
            yield data[start : start + size]

    rows, faults, _ = read(blocks())
    assert [cells for _, cells in rows] == [["1", "2"]]
    assert faults == ["file.csv, line 3: is longer than 1000 characters"]
    assert len(taken) * size <= 1_000 + 8 + 2 * size


def test_a_line_without_an_end_holds_no_more_than_the_limit():
    def endless():
        while True:
            yield b"x" * 100

    with pytest.raises(EncodingFault, match="is longer than 1000 characters"):
        list(texts_of(endless(), 1_000))


def test_a_file_of_too_many_rows_is_read_to_the_limit():
    def endless():
        yield b"a,b\n"
        while True:
            yield b"1,2\n"

    rows, faults, _ = read(endless())
    assert len(rows) == FEW.rows
    assert faults == ["file.csv, line 7: more than 5 rows: split the file"]


def test_a_cell_too_long_is_told_and_the_next_row_read():
    data = f"a,b\n{'x' * (LIMITS.cell + 1)},1\n1,2\n".encode()
    rows, (fault,), _ = read([data], LIMITS)
    assert [cells for _, cells in rows] == [["1", "2"]]
    assert f"a field is longer than {LIMITS.cell} characters" in fault


def test_findings_beyond_the_list_are_counted_and_not_kept():
    data = "a,b\n" + "1\n" * 10_000
    faults = Faults(5)
    table = Table("file.csv", [data.encode()], COLUMNS, faults)
    assert list(table.read()) == []
    assert (len(faults.found), faults.total) == (5, 10_000)


def test_what_is_remembered_of_texts_is_bounded():
    remembered = Remembered(str.upper)
    for number in range(50_000):
        assert remembered[f"text {number}"] == f"TEXT {number}"
        assert len(remembered) <= 20_000
    before = len(remembered)
    assert remembered["x" * 300] == "X" * 300
    assert len(remembered) == before
