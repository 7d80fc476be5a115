"""A report's rows as a CSV that spreadsheets open right: RFC 4180, UTF-8 with BOM, CRLF.

Numbers are plain decimals in major units, printed from scaled integers; an empty cell is a figure
that does not exist. Text that a spreadsheet would run as a formula gets an apostrophe in front
(OWASP ASVS), numbers never do: a negative one stays a number. Text with any punctuation that some
locale separates cells by is in quotes. Rows are compressed as they are written: the whole text is
never in memory.
"""

import gzip
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Final

from common.csv_text import BOM, END, text_cell
from common.reports.comparison import Comparison
from common.reports.document.metrics import Figure, Unit
from common.reports.document.schema import exponent
from common.reports.document.tables import Cell
from common.reports.model import Row, Scope
from common.reports.money import decimal_text

_COMPRESSION_LEVEL: Final = 4
"""A third of level 6's time, for 7 % more bytes: somebody waits for the first view."""

_ROWS_AT_ONCE: Final = 1000
"""Cells of a column are spelled so many at once: less than row by row, and many are the same."""

Cells = Sequence[Cell]


def file_name(report: str, scope: Scope) -> str:
    """``<report>-<from>-<to>.csv``: the window's first day and that after its last.

    One that is compared with last year says so before its ending.
    """
    days = scope.window.dates(scope.zone)
    first, past = days[0], days[-1] + timedelta(days=1)
    against = "" if scope.comparison is Comparison.PREVIOUS else f"-vs-{scope.comparison}"
    return f"{report}-{first:%Y-%m-%d}-{past:%Y-%m-%d}{against}.csv"


def write(columns: tuple[Figure, ...], rows: Iterable[Row], money_exponent: int) -> bytes:
    """The gzip-compressed CSV of ``rows``, one cell a column."""
    spellers = tuple(_speller(column, money_exponent) for column in columns)
    left = iter(rows)
    buffer = io.BytesIO()
    with gzip.GzipFile(
        fileobj=buffer, mode="wb", compresslevel=_COMPRESSION_LEVEL, mtime=0
    ) as packed:
        packed.write((BOM + ",".join(column.key for column in columns) + END).encode())
        while batch := tuple(islice(left, _ROWS_AT_ONCE)):
            cells = zip(*batch, strict=True)
            spelled = (_spelled(*each) for each in zip(cells, spellers, strict=True))
            text = END.join(map(",".join, zip(*spelled, strict=True))) + END
            packed.write(text.encode())
    return buffer.getvalue()


def _speller(column: Figure, money_exponent: int) -> Callable[[Cell], str]:
    """Spells a cell of a column that is not empty."""
    scale = exponent(column.unit, money_exponent)
    match column.unit:
        case Unit.TEXT:
            return lambda cell: text_cell(str(cell))
        case _ if scale:
            return partial(_decimal, scale=scale)
        case _:
            return str


def _spelled(cells: Cells, spell: Callable[[Cell], str]) -> Iterable[str]:
    """The cells of a column; None is an empty cell, an empty text one in quotes.

    Figures of many products are the same: each is spelled once.
    """
    known = {cell: "" if cell is None else spell(cell) for cell in set(cells)}
    return map(known.__getitem__, cells)


def _decimal(cell: Cell, *, scale: int) -> str:
    return decimal_text(cell, scale) if isinstance(cell, int) else str(cell)
