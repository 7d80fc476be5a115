"""A report's rows as a CSV that spreadsheets open right: RFC 4180, UTF-8 with BOM, CRLF.

Numbers are plain decimals in major units, printed from scaled integers; an empty cell is a figure
that does not exist. Text that a spreadsheet would run as a formula is quoted by an apostrophe
(OWASP ASVS), numbers never are. Rows are compressed as they are written: the whole text is never
in memory.
"""

import csv
import gzip
import io
from collections.abc import Iterable
from datetime import date
from typing import Final

from common.reports.document import Cell, exponent
from common.reports.figures import Figure, Unit
from common.reports.model import Row, Scope
from common.reports.money import decimal_text

_FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_COMPRESSION_LEVEL: Final = 6


def file_name(report: str, scope: Scope) -> str:
    """``<report>-<from>-<to>.csv``: the window's bounds as dates of the shop's zone."""
    first, past = (
        instant.astimezone(scope.zone).date() for instant in (scope.window.start, scope.window.end)
    )
    return f"{report}-{first:%Y-%m-%d}-{past:%Y-%m-%d}.csv"


def write(columns: tuple[Figure, ...], rows: Iterable[Row], money_exponent: int) -> bytes:
    """The gzip-compressed CSV of ``rows``, one cell a column."""
    exponents = tuple(
        None if column.unit is Unit.TEXT else exponent(column.unit, money_exponent)
        for column in columns
    )
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(
            fileobj=buffer, mode="wb", compresslevel=_COMPRESSION_LEVEL, mtime=0
        ) as packed,
        io.TextIOWrapper(packed, encoding="utf-8-sig", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(column.key for column in columns)
        writer.writerows(map(_spell, row, exponents) for row in rows)
    return buffer.getvalue()


def _spell(cell: Cell | date, scale: int | None) -> str:
    """A cell's text; ``scale`` is None for free text."""
    if cell is None:
        return ""
    if isinstance(cell, int):
        return decimal_text(cell, scale or 0)
    text = str(cell)
    return f"'{text}" if scale is None and text.startswith(_FORMULA_START) else text
