"""How far an import is: bytes and rows read, and what it is doing."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum


class Phase(StrEnum):
    """What an import is doing; each takes about as long as the one before."""

    READING = "reading"
    CHECKING = "checking"
    WRITING = "writing"
    DONE = "done"


def _no_rows() -> int:
    return 0


def _ignore(_: "Meter") -> None:
    return


class Meter:
    """Counts what has been read, and tells ``changed`` at every block and phase."""

    def __init__(self, changed: Callable[["Meter"], None] = _ignore) -> None:
        self.done_bytes = 0
        self.phase = Phase.READING
        self.count_rows: Callable[[], int] = _no_rows
        self._changed = changed

    @property
    def rows(self) -> int:
        """Rows read so far."""
        return self.count_rows()

    def watch(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """``blocks``, counted as they are handed on."""
        for block in blocks:
            yield block
            self.done_bytes += len(block)
            self._changed(self)

    def enter(self, phase: Phase) -> None:
        """Begin ``phase``."""
        self.phase = phase
        self._changed(self)
