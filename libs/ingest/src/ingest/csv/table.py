"""A CSV file as rows of cells in the order its reader wants, each with the line it begins in.

RFC 4180 with commas and a header by name. Anything else is said, not worked around: other
separators, rows of another length, names unknown, missing or twice.
"""

import csv
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.csv.encoding import EncodingFault, lines_of
from ingest.csv.faults import Faults, RowFault, shortened

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
Cells = list[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: every name that is known, those that must be there, and whether
    others are passed over (they are a fault otherwise).
    """

    known: tuple[str, ...]
    required: frozenset[str]
    others_pass: bool = False


class Table:
    """The rows of one file. Read it once; ``rows`` counts them and ``passed_over`` names columns
    that nobody reads.
    """

    def __init__(
        self, name: str, blocks: Iterable[bytes], columns: Columns, faults: Faults
    ) -> None:
        self.name = name
        self.rows = 0
        self.passed_over: tuple[str, ...] = ()
        self.present: frozenset[str] = frozenset()
        self._columns = columns
        self._names: list[str] = []
        self._faults = faults
        self._reader = csv.reader(lines_of(blocks), strict=True)

    def fault(
        self, line: int | None, reason: str, column: str | None = None, value: str | None = None
    ) -> None:
        """Note what is wrong in a row."""
        shown = None if value is None else shortened(value)
        self._faults.add(RowFault(self.name, line, column, shown, reason))

    def read(self) -> Iterator[tuple[int, Cells]]:
        """The line a row begins in, and its cells in the order of the known columns.

        A column that is not there reads as empty. Bad rows are noted and left out.
        """
        try:
            places = self._header()
            if places is not None:
                yield from self._rows(places)
        except EncodingFault as fault:
            self._faults.blind.add(self.name)
            self.fault(fault.line, fault.reason)

    def _rows(self, places: list[int]) -> Iterator[tuple[int, Cells]]:
        reader, width, straight = self._reader, len(self._names), places == [*range(len(places))]
        last = reader.line_num
        while True:
            try:
                for cells in reader:
                    line, last = last + 1, reader.line_num
                    if len(cells) == width:
                        self.rows += 1
                        if straight:
                            yield line, cells
                        else:
                            cells.append("")
                            yield line, [cells[place] for place in places]
                    elif cells:
                        self._ragged(line, len(cells))
            except csv.Error as error:
                self._broken(last + 1, error)
                last = reader.line_num
                continue
            break
        if not self.rows:
            self.fault(None, "has a header and no rows: leave the file out if there are none")

    def _ragged(self, line: int, fields: int) -> None:
        self.rows += 1
        self._faults.blind.add(self.name)
        self.fault(
            line,
            f"has {fields} fields where the header has {len(self._names)}"
            " (text with a comma needs quotes)",
        )

    def _broken(self, line: int, error: csv.Error) -> None:
        self.rows += 1
        self._faults.blind.add(self.name)
        if "field larger" in str(error):
            reason = "a field is longer than 131072 characters, or a quote is never closed"
        elif "unexpected end" in str(error):
            reason = "a quote is never closed"
        else:
            reason = "a quote stands inside a field: quote the whole field and double the quote"
        self.fault(line, reason)

    def _header(self) -> list[int] | None:
        """Where each known column stands; None, with what is wrong noted, if it cannot be read."""
        try:
            names = next(self._reader, None)
        except csv.Error as error:
            self._broken(1, error)
            return None
        if not names:
            self._faults.blind.add(self.name)
            self.fault(None, "is empty: it needs a header line")
            return None
        self._names = [name.strip() for name in names]
        self.present = frozenset(self._names)
        before = self._faults.total
        self._check_header()
        if self._faults.total > before:
            self._faults.blind.add(self.name)
            return None
        beyond = len(self._names)
        return [
            self._names.index(name) if name in self.present else beyond
            for name in self._columns.known
        ]

    def _check_header(self) -> None:
        for separator, word in _SEPARATORS.items():
            if len(self._names) == 1 and separator in self._names[0]:
                self.fault(1, f"the columns are separated by {word}: separate them by commas")
                return
        for name in dict.fromkeys(self._names):
            if name in self._columns.known and self._names.count(name) > 1:
                self.fault(1, "stands twice in the header", name)
        for name in self._columns.known:
            if name in self._columns.required and name not in self.present:
                self.fault(1, "the column is missing", name)
        unknown = [name for name in self._names if name not in self._columns.known]
        if self._columns.others_pass:
            self.passed_over = tuple(unknown)
            return
        for name in unknown:
            close = difflib.get_close_matches(name.lower(), self._columns.known, 1)
            hint = f": is it {close[0]}?" if close else ": remove or rename it"
            self.fault(1, f"is no column of this file{hint}", name)
