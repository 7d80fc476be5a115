"""A CSV file as rows of cells in the order its reader wants, each with the line it begins in.

RFC 4180 with commas and a header by name. Anything else is said, not worked around: other
separators, rows of another length, names unknown, missing or twice. Rows and columns of bare
commas, as spreadsheets leave them behind, are passed over.
"""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final

from common.http.wording import Wording
from ingest.csv.encoding import EncodingFault, Lines, texts_of
from ingest.csv.faults import Faults, RowFault, shortened
from ingest.csv.formulas import literal
from ingest.csv.headers import (
    ABOVE_HEADER,
    BYTE_ORDER_MARK,
    QUOTED_LINE,
    Columns,
    check,
    header_of,
    no_header,
)
from ingest.csv.limits import LIMITS, Limits
from ingest.csv.row_shapes import why_broken, why_uneven
from ingest.csv.split_cells import may_be_split

__all__ = ["Cells", "Columns", "Table"]

Cells = list[str]
_BEGINS: Final = Wording(
    "begins with a byte order mark, as another file does: import files one by one"
)


class UnreadableError(Exception):
    """The rest of the file is not worth reading: the message says why, of ``line``."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class Table:
    """The rows of one file. Read it once; ``rows`` counts them, ``present`` are the names of its
    columns and ``respelt`` those that came in another spelling.
    """

    def __init__(
        self,
        name: str,
        blocks: Iterable[bytes],
        columns: Columns,
        faults: Faults,
        limits: Limits = LIMITS,
    ) -> None:
        self.name = name
        self.rows = 0
        self.present: frozenset[str] = frozenset()
        self.respelt: dict[str, str] = {}
        self._columns = columns
        self._faults = faults
        self._limits = limits
        self._raw: Cells = []
        self._places: list[int] = []
        self._straight = False
        self._unnamed: list[int] = []
        self._lines = Lines(self._texts(texts_of(blocks, limits.line)))
        self._reader = csv.reader(self._lines, strict=True)
        self._passed = 0
        """Lines that were read without the CSV reader, which counts those that it reads."""

    def _texts(self, texts: Iterator[bytes]) -> Iterator[bytes]:
        """The text of the file, as it is read."""
        return texts

    def fault(
        self, line: int | None, reason: str, column: str | None = None, value: str | None = None
    ) -> None:
        """Note what is wrong in a row."""
        shown = None if value is None else shortened(value)
        self._faults.add(
            RowFault(self.name, line, None if column is None else shortened(column), shown, reason)
        )

    def read(self) -> Iterator[tuple[int, Cells]]:
        """The line a row begins in, and its cells in the order of the known columns.

        A column that is not there reads as empty. Bad rows are noted and left out.
        """
        with self.told():
            if self._header():
                yield from self._records()
                self._end()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Notes why the rest of the file is not read, where that is so."""
        try:
            yield
        except (EncodingFault, UnreadableError) as fault:
            self._faults.blind.add(self.name)
            self.fault(fault.line, str(fault))

    def _records(self, *, of_text: bool = False) -> Iterator[tuple[int, Cells]]:
        """The rows to come; ``of_text`` says only those that begin in the text that is open."""
        reader, passed = self._reader, self._passed
        last = reader.line_num + passed
        while True:
            try:
                for cells in reader:
                    line, last = last + 1, reader.line_num + passed
                    row = self.checked(line, cells)
                    if row is not None:
                        yield line, row
                    if of_text and self._lines.between:
                        return
            except csv.Error as error:
                self._broken(last + 1, error)
                last = reader.line_num + passed
                if not (of_text and self._lines.between):
                    continue
            return

    def checked(self, line: int, cells: Cells) -> Cells | None:
        """The cells of a record in the order of the known columns; None where it is no row.

        Raises:
            UnreadableError: the rest of the file is not worth reading.
        """
        if len(cells) != len(self._raw):
            cells = self._even(line, cells)
            if not cells:
                return None
        if not cells[0] and not any(map(str.strip, cells)):
            return None
        if self._lines.formulas:
            cells = [literal(cell) for cell in cells]
        self.rows += 1
        again = cells == self._raw or cells[0].startswith(BYTE_ORDER_MARK)
        if again or self._unnamed or self.rows > self._limits.rows:
            self._look_at(line, cells)
        if self._straight:
            return cells
        cells.append("")
        return [cells[place] for place in self._places]

    def _end(self) -> None:
        if not self.rows:
            self.fault(
                None, Wording("has a header and no rows: leave the file out if there are none")
            )

    def _look_at(self, line: int, cells: Cells) -> None:
        """Look closer at a row.

        Raises:
            UnreadableError: there are more than can be read, or another file begins.
        """
        if self.rows > self._limits.rows:
            raise UnreadableError(
                line, Wording("more than %(most)s rows: split the file", most=self._limits.rows)
            )
        if cells == self._raw:
            raise UnreadableError(line, Wording("is the header again: import files one by one"))
        if self._begins_again(cells[0]):
            raise UnreadableError(line, _BEGINS)
        for place in [place for place in self._unnamed if cells[place].strip()]:
            self._unnamed.remove(place)
            reason = Wording(
                "column %(number)s has no name in the header: name it, or remove it",
                number=place + 1,
            )
            self.fault(line, reason, None, cells[place])

    def _begins_again(self, cell: str) -> bool:
        """Whether a row's first cell is that of a header behind a byte order mark."""
        name = cell.removeprefix(BYTE_ORDER_MARK)
        return name != cell and name.strip('"') == self._raw[0].removeprefix(BYTE_ORDER_MARK)

    def _even(self, line: int, cells: Cells) -> Cells:
        """A row of another length, without the empty cells behind the last column; else nothing.

        Raises:
            UnreadableError: the line is one cell, and so are the ones to come; or another file
                begins.
        """
        width = len(self._raw)
        if not any(map(str.strip, cells)):
            return []
        if self._begins_again(cells[0]):
            raise UnreadableError(line, _BEGINS)
        if len(cells) > width and not any(map(str.strip, cells[width:])):
            ours = cells[:width]
            if not may_be_split(ours):
                return ours
        if len(cells) == 1 and cells[0].count(",") >= width - 1:
            raise UnreadableError(line, QUOTED_LINE)
        self.rows += 1
        self._faults.blind.add(self.name)
        self.fault(line, why_uneven(len(cells), width))
        return []

    def _broken(self, line: int, error: csv.Error) -> None:
        if self._lines.line.startswith('"') and self._lines.line.rstrip("\r\n; ").endswith('"'):
            inside = self._lines.line.rstrip("\r\n; ")[1:-1]
            if inside.replace('""', "").count('"') == 0 and inside.count(",") >= len(self._raw) - 1:
                raise UnreadableError(line, QUOTED_LINE)
        self.rows += 1
        self._faults.blind.add(self.name)
        self.fault(line, why_broken(str(error), self._limits.cell))

    def _header(self) -> bool:
        """Whether the header can be read; what is wrong with it is noted."""
        try:
            cells = next(self._reader, None)
            blank = not cells or not any(map(str.strip, cells))
            follows = blank and any(any(map(str.strip, row)) for row in islice(self._reader, 100))
        except csv.Error as error:
            self._broken(1, error)
            return False
        before = self._faults.total
        if follows:
            self.fault(1, Wording("is blank: %(what)s", what=ABOVE_HEADER))
        elif blank:
            self.fault(None, Wording("is empty: it needs a header line"))
        else:
            self._read_header(cells or [])
        if self._faults.total > before:
            self._faults.blind.add(self.name)
        return self._faults.total == before

    def _read_header(self, cells: Cells) -> None:
        reason = no_header(cells, self._limits.columns, self._columns.required)
        if reason is not None:
            self.fault(1, reason)
            return
        cells = [literal(cell) for cell in cells]
        header = header_of(cells, self._columns)
        check(header, self._columns, lambda reason, column: self.fault(1, reason, column))
        self._raw, self.respelt = cells, header.respelt
        self.present = frozenset(header.names)
        self._unnamed = [] if self._columns.others_pass else header.unnamed
        self._places = header.places(self._columns)
        self._straight = self._places == [*range(len(cells))]
