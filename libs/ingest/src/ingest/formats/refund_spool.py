"""The refunds that a file of orders tells, held on disk until its orders have been read."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator

from ingest.rows import RefundRow

_IN_MEMORY = 1024 * 1024


class RefundSpool:
    """Put refunds in while the orders are read, take them out behind; close it."""

    def __init__(self) -> None:
        # Open for as long as the spool, which closes it.
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115

    def put(self, refunds: Iterable[RefundRow]) -> None:
        """Hold ``refunds``."""
        for refund in refunds:
            pickle.dump(refund, self._file)

    def rows(self) -> Iterator[RefundRow]:
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
