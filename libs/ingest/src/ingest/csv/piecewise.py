"""A large CSV file in pieces: by columns where its text is plain, row by row where it is not.

While a piece is worked on, the next one is parsed by another thread: Arrow needs no lock of
Python's. What the bytes come from is asked by the reader's own thread alone.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Final

from ingest.csv.encoding import EncodingFault
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
        with ThreadPoolExecutor(1, "parse-ahead") as thread:
            text = self._lines.rest()
            plain = self._plain(text, self._next_line)
            while text:
                if plain is None or self.rows + plain.lines > self._limits.rows:
                    self._lines.put_back(text)
                    yield self._records(of_text=True)
                    text = self._lines.rest()
                    plain = self._plain(text, self._next_line)
                else:
                    following = self._parse_ahead(thread, plain.lines)
                    yield plain
                    self._passed += plain.lines
                    text, plain = following()
        self._end()

    def _parse_ahead(
        self, thread: ThreadPoolExecutor, lines: int
    ) -> "Callable[[], tuple[str, Plain | None]]":
        """Have the text behind a piece of so many ``lines`` parsed; call it when that is done with.

        What is wrong with its bytes is raised then, behind the piece.
        """
        try:
            text = self._lines.rest()
        except EncodingFault as fault:
            found = fault  # the name of an except clause ends with it

            def raise_it() -> "tuple[str, Plain | None]":
                raise found

            return raise_it
        parsed = thread.submit(self._plain, text, self._next_line + lines)
        return lambda: (text, parsed.result())

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

    @property
    def _next_line(self) -> int:
        """The number of the first line that is not counted yet."""
        return self._reader.line_num + self._passed + 1

    def _plain(self, text: str, first: int) -> "Plain | None":
        """A text whose first line has the number ``first``, by columns where it is plain."""
        if len(text) < self._least or not text:
            return None
        plain: Plain | None = import_module("ingest.csv.plain").plain(
            text, len(self._raw), first, self._limits.cell
        )
        return plain
