"""Rows of a cached CSV by what they are of, for two of them to be compared.

A row is of its first name or day: a product's id, a day. Text of two rows that is the same needs no
reading; only what differs becomes numbers.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Final

from common.csv_text import BOM, read_text
from common.reports import registry
from common.reports.document.metrics import Figure, Unit
from common.reports.document.schema import Days
from common.reports.document.tables import is_measure
from common.reports.model import Definition
from common.reports_cache.report_fields import UnreadableReportError

MOST_ROWS: Final = 20_000
"""Of more on either side none are compared: this much is some tenths of a second of a process."""
_NAMING: Final = (Unit.DATE, Unit.TEXT)


class Compared(StrEnum):
    """Whether rows are compared, or why not."""

    YES = "yes"
    HIDDEN = "hidden"
    TOO_MANY = "too-many"
    UNNAMED = "unnamed"
    """Nothing tells one row from another."""
    OTHER_DAYS = "other-days"
    """Days of another time zone."""


class NotComparableError(Exception):
    """Rows are not compared; ``why`` says so."""

    def __init__(self, why: Compared) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a CSV by their keys, each a text by column.

    ``named`` is the column that names a row beside its key; empty where none does.
    """

    cells: Mapping[str, Mapping[str, str]]
    columns: frozenset[str]
    named: str = ""

    def name(self, key: str) -> str:
        """What the row is called."""
        return self.cells[key].get(self.named) or key


def measured(definition: Definition[object]) -> tuple[Figure, ...]:
    """The columns that are figures of the window itself: neither names nor comparisons."""
    return tuple(filter(is_measure, definition.columns))


def of_days(definition: Definition[object]) -> bool:
    """Whether a row is of a day."""
    first = next((each for each in definition.columns if each.unit in _NAMING), None)
    return first is not None and first.unit is Unit.DATE


def days_of(key: str, report: str) -> Days | None:
    """The day that a row of a report is of, by its key; None where it is of all days."""
    if not of_days(registry.find(report)):
        return None
    day = date.fromisoformat(key)
    return Days(day, day, 1)


def read(packed: bytes, definition: Definition[object]) -> Rows:
    """The rows of a gzip-compressed CSV of a report of that definition.

    Raises:
        NotComparableError: they are more than ``MOST_ROWS``, or have no names of their own.
        UnreadableReportError: it is no such CSV.
    """
    naming = [each for each in definition.columns if each.unit in _NAMING]
    if not naming:
        raise NotComparableError(Compared.UNNAMED)
    key, *others = naming
    try:
        header, records = _records(packed)
        of_text = frozenset(each.key for each in naming if each.unit is Unit.TEXT)
        cells = (_cells(header, each, of_text) for each in records)
        found = {record[key.key]: record for record in cells}
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error, LookupError) as error:
        raise UnreadableReportError("its CSV cannot be read") from error
    if len(found) < len(records):
        raise NotComparableError(Compared.UNNAMED)
    named = "" if of_days(definition) or not others else others[0].key
    return Rows(found, frozenset(header), named)


def _records(packed: bytes) -> tuple[list[str], list[list[str]]]:
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as unpacked:
        reader = csv.reader(io.TextIOWrapper(unpacked, "utf-8", newline=""), strict=True)
        header = _without_mark(next(reader, []))
        records = list(islice(reader, MOST_ROWS + 1))
    if len(records) > MOST_ROWS:
        raise NotComparableError(Compared.TOO_MANY)
    return header, records


def _without_mark(header: list[str]) -> list[str]:
    return [header[0].removeprefix(BOM), *header[1:]]


def _cells(header: list[str], record: list[str], of_text: frozenset[str]) -> dict[str, str]:
    if len(record) != len(header):
        raise LookupError("a row of another length")
    pairs = zip(header, record, strict=True)
    return {name: read_text(cell) if name in of_text else cell for name, cell in pairs}


def keys(then: Rows, now: Rows) -> Iterator[str]:
    """The keys of both, those of ``then`` in front."""
    yield from then.cells
    yield from (key for key in now.cells if key not in then.cells)
