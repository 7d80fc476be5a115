"""A large CSV file in pieces: by columns where its text is plain, row by row where it is not.

While a piece is taken, the next ones are parsed and converted by threads: Arrow and NumPy need no
lock of Python's.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeVar

from ingest.csv.encoding import gathered
from ingest.csv.faults import Faults
from ingest.csv.limits import LIMITS, Limits
from ingest.csv.prefetch import Ahead
from ingest.csv.table import Cells, Columns, Table

if TYPE_CHECKING:
    from ingest.csv.arrow_text import Plain

T = TypeVar("T")

PIECE = 2560 * 1024
"""Bytes that are parsed at once."""
LEAST: Final = 256 * 1024
"""Bytes that are worth it: shorter texts are read row by row, without loading Arrow."""


class PiecewiseTable(Table):
    """The rows of one file, many at once; ``least`` bytes are read by columns."""

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
        super().__init__(name, blocks, columns, faults, limits)
        self._least = least

    def _texts(self, texts: Iterator[bytes]) -> Iterator[bytes]:
        self._ahead = Ahead(gathered(texts, PIECE))
        return self._ahead

    def pieces(
        self, convert: "Callable[[Plain], T]"
    ) -> "Iterator[tuple[int, T] | Iterator[tuple[int, Cells]]]":
        """The number of the first line of a plain text, which a thread has had ``convert``ed.

        What is not plain comes as rows; read each before the next. Of a ``Plain``, whose columns
        stand as in the file, rows that are sure to be right are ``counted``, and the others are to
        be ``checked``. Read them inside of ``told``.
        """

        def work(text: bytes) -> "tuple[int, T] | None":
            plain = self._plain(text)
            return None if plain is None else (plain.lines, convert(plain))

        with closing(self._ahead):
            if not self._header():
                return
            self._ahead.put_back(self._lines.rest())
            while (found := self._ahead.worked(work)) is not None:
                text, made = found
                if made is None or self.rows + made[0] > self._limits.rows:
                    self._lines.open(text)
                    yield self._records(of_text=True)
                    self._ahead.put_back(self._lines.rest())
                else:
                    lines, values = made
                    yield self._next_line, values
                    self._passed += lines
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
    def unnamed(self) -> tuple[int, ...]:
        """Columns without a name that were empty so far."""
        return tuple(self._unnamed)

    @property
    def _next_line(self) -> int:
        """The number of the first line that is not counted yet."""
        return self._reader.line_num + self._passed + 1

    def _plain(self, text: bytes) -> "Plain | None":
        """A text by columns where it is plain."""
        if len(text) < self._least:
            return None
        plain: Plain | None = import_module("ingest.csv.arrow_text").plain(
            text, len(self._raw), self._limits.cell
        )
        return plain
