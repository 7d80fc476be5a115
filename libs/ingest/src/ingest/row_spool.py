"""Rows that a file of orders tells beside them, held on disk until its orders have been read."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

R = TypeVar("R")

_IN_MEMORY = 1024 * 1024


class RowSpool(Generic[R]):
    """Put rows in while the orders are read, take them out behind; close it."""

    def __init__(self) -> None:
        # Open for as long as the spool, which closes it.
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115

    def put(self, rows: Iterable[R]) -> None:
        """Hold ``rows``."""
        for row in rows:
            pickle.dump(row, self._file)

    def rows(self) -> Iterator[R]:
        """All that were put, in that order."""
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301 - written by ourselves, just now
            except EOFError:
                return

    def close(self) -> None:
        """Give the space back."""
        self._file.close()
