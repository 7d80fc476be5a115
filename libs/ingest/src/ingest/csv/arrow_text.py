"""Many lines of a CSV file at once, as columns of text: what is plain is parsed by Arrow.

Arrow takes more than RFC 4180 allows and counts no lines. So a text is parsed by columns only where
it is sure to give what the CSV reader of ``ingest.csv.table`` gives: no quote but around a whole
cell, no line break inside one, no cell too long. This module loads Arrow: import it when needed.
"""

import codecs
import csv
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ingest.csv.column_text import lengths
from ingest.csv.formulas import MARK

# Of Arrow's allocators jemalloc holds least for threads that take turns: 190 MB for a large file
# where the default holds 250, as quickly. Not every build has it.
with suppress(NotImplementedError):
    pa.set_memory_pool(pa.jemalloc_memory_pool())

_QUOTED: Final = re.compile(rb'(?:(?<=[,\n])|\A)"(?:[^"\r\n]|"")*"(?=[,\r\n]|\Z)')
_ODD: Final = (b"\0", b"\x1c", b"\x1d", b"\x1e", b"\x1f", MARK.encode(), codecs.BOM_UTF8)
"""What Python alone takes for space or text of a cell, or is looked at by the row."""
_MOST_UNEVEN: Final = 1000
_BLOCK: Final = 256 * 1024
"""Bytes that Arrow parses at once: they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text by columns: ``cells`` by place in the header, and the line that each row stands in.

    ``uneven`` are the lines that have another number of cells than the header, with their cells.
    ``lines`` is how many the text has; its first one is number 0.
    """

    cells: tuple[Any, ...]  # of pyarrow.StringArray
    positions: Any  # of numpy.int64
    uneven: tuple[tuple[int, list[str]], ...]
    lines: int

    def numbered_from(self, first: int) -> "Plain":
        """The same text, whose first line has the number ``first``."""
        uneven = tuple((first + line, cells) for line, cells in self.uneven)
        return replace(self, positions=self.positions + first, uneven=uneven)


def plain(data: bytes, width: int, longest: int) -> Plain | None:
    """A text of UTF-8 by ``width`` columns; None where it must be read row by row.

    ``longest`` is how many bytes a cell may have.
    """
    if not _is_plain(data):
        return None
    uneven: list[tuple[int, str]] = []

    def left_out(row: arrow_csv.InvalidRow) -> str:
        uneven.append((row.number, row.text))
        return "skip" if len(uneven) <= _MOST_UNEVEN else "error"

    names = [str(place) for place in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
            arrow_csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=left_out),
            arrow_csv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(names, pa.string())
            ),
        )
    except pa.ArrowInvalid:
        return None
    if not len(table):
        return None
    cells = tuple(column.chunk(0) for column in table.combine_chunks().columns)
    if any(int(lengths(column).max()) > longest for column in cells):
        return None
    try:
        return _numbered(cells, uneven)
    except csv.Error:  # a cell longer than the reader takes
        return None


def _is_plain(data: bytes) -> bool:
    if any(odd in data for odd in _ODD):
        return False
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return False
    return b'"' not in data or data.count(b'"') == sum(
        found.group().count(b'"') for found in _QUOTED.finditer(data)
    )


def _numbered(cells: tuple[Any, ...], uneven: list[tuple[int, str]]) -> Plain:
    lines = len(cells[0]) + len(uneven)
    positions = np.arange(lines, dtype=np.int64)
    if uneven:
        positions = np.delete(positions, [number - 1 for number, _ in uneven])
    rows = tuple((number - 1, next(csv.reader([text], strict=True))) for number, text in uneven)
    return Plain(cells, positions, rows, lines)
