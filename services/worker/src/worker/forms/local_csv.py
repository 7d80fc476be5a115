"""CSV for spreadsheets: the rows of the CSV in the dialect that the reader's spreadsheet expects.

Where decimals have a comma, or the list separator is none, cells are separated by semicolons. Heads
are labels in the reader's language. Text is as safe as in the CSV, whose text it is.
"""

import csv
import gzip
import io
from typing import Final, NamedTuple

from babel import Locale
from babel.numbers import get_decimal_symbol

from common.reports.document.metrics import Unit
from worker.forms.source import Source

_COMPRESSION_LEVEL: Final = 6
_SEMICOLONS: Final = frozenset({"CH"})
"""Territories with decimal points whose spreadsheets separate by semicolons all the same."""
_WORDS: Final = frozenset({Unit.TEXT, Unit.DATE})


class Dialect(NamedTuple):
    """What separates cells, and what decimals."""

    separator: str
    decimal: str


def dialect_of(locale: Locale) -> Dialect:
    """The dialect of spreadsheets in a locale."""
    decimal = str(get_decimal_symbol(locale))
    semicolons = decimal == "," or locale.territory in _SEMICOLONS
    return Dialect(";" if semicolons else ",", decimal)


def write(source: Source) -> bytes:
    """The CSV, UTF-8 with BOM and CRLF, gzip-compressed."""
    dialect = dialect_of(source.words.locale)
    spelled = tuple(
        dialect.decimal != "." and column.unit not in _WORDS for column in source.columns
    )
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(
            fileobj=buffer, mode="wb", compresslevel=_COMPRESSION_LEVEL, mtime=0
        ) as packed,
        io.TextIOWrapper(packed, encoding="utf-8-sig", newline="") as text,
    ):
        rows = csv.writer(text, delimiter=dialect.separator, lineterminator="\r\n")
        rows.writerow([column.label for column in source.columns])
        for row in source.rows():
            rows.writerow(
                [
                    cell.replace(".", dialect.decimal) if number else cell
                    for cell, number in zip(row, spelled, strict=True)
                ]
            )
    return buffer.getvalue()
