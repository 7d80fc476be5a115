"""Row pages: rows of a report's CSV, some at a time, so that a page can show all of them.

A page of rows is a CSV with the same header. It is cut from the CSV that is cached: no database is
asked, and what is not wanted of a large one is unpacked and left, never held.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Final

from common.reports_cache.report_fields import UnreadableReportError

ROWS: Final = 2_000
"""The rows of a page: all products of nearly every shop, in some tens of kilobytes."""

_QUOTE: Final = b'"'


class NoSuchRowsError(LookupError):
    """The CSV ends before that page of rows; ``number`` is which one."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"there is no page {number} of rows")


def cut(packed: bytes, number: int) -> bytes:
    """The header and the rows of page ``number``, from 1 on, of a gzip-compressed CSV.

    The first page is there though the CSV has no rows.

    Raises:
        NoSuchRowsError: the CSV ends before that page.
        UnreadableReportError: it cannot be unpacked.
    """
    first = (number - 1) * ROWS
    try:
        records = _records(packed)
        header = next(records, b"")
        rows = list(islice(records, first, first + ROWS))
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableReportError("its CSV cannot be unpacked") from error
    if not rows and number > 1:
        raise NoSuchRowsError(number)
    return header + b"".join(rows)


def _records(packed: bytes) -> Iterator[bytes]:
    """The records of RFC 4180: a line break within quotes, of which each has two, ends none."""
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as unpacked:
        lines: list[bytes] = []
        quoted = False
        for line in unpacked:
            lines.append(line)
            quoted ^= line.count(_QUOTE) % 2 == 1
            if not quoted:
                yield b"".join(lines)
                lines.clear()
        if lines:
            yield b"".join(lines)
