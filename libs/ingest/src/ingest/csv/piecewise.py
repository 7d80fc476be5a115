"""A large CSV file in pieces: by columns where its text is plain, row by row where it is not."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Final

from ingest.csv.faults import Faults
from ingest.csv.limits import LIMITS, Limits
from ingest.csv.table import Cells, Columns, Table

if TYPE_CHECKING:
    from ingest.csv.plain import Plain

PIECE = 2 * 1024 * 1024
"""Characters that are parsed at once."""
LEAST: Final = 256 * 1024
"""Characters that are worth it: shorter texts are read row by row, without loading Arrow."""


class PiecewiseTable(Table):
    """The rows of one file, many at once; ``least`` characters are read by columns."""

    def __init__(
        self,
        name: str,
        blocks: Iterable[bytes],
        columns: Columns,
        faults: Faults,
        limits: Limits = LIMITS,
        *,
        least: int = LEAST,
    ) -> None:
        super().__init__(name, blocks, columns, faults, limits, piece=PIECE)
        self._least = least

    def pieces(self) -> Iterator["Plain | Iterator[tuple[int, Cells]]"]:
        """Plain text by columns, and what is none as rows; read each before the next.

        Of a ``Plain``, whose columns stand as in the file, rows that are sure to be right are
        ``counted``, and the others are to be ``checked``. Read them inside of ``told``.
        """
        if not self._header():
            return
        while text := self._lines.rest():
            plain = self._plain(text)
            if plain is None:
                self._lines.put_back(text)
                yield self._records(of_text=True)
            else:
                yield plain
                self._passed += plain.lines
        self._end()

    def counted(self, rows: int) -> None:
        """Count rows that need no check."""
        self.rows += rows

    def column(self, plain: "Plain", at: int) -> object:
        """The column of a ``Plain`` that is the known one ``at``; None where it is not there."""
        place = self._places[at]
        return plain.cells[place] if place < len(plain.cells) else None

    @property
    def raw(self) -> Cells:
        """The header as it stands."""
        return self._raw

    @property
    def unnamed(self) -> list[int]:
        """Columns without a name that were empty so far."""
        return self._unnamed

    def _plain(self, text: str) -> "Plain | None":
        if len(text) < self._least:
            return None
        first = self._reader.line_num + self._passed + 1
        plain: Plain | None = import_module("ingest.csv.plain").plain(
            text, len(self._raw), first, self._limits.cell
        )
        if plain is not None and self.rows + plain.lines > self._limits.rows:
            return None
        return plain
