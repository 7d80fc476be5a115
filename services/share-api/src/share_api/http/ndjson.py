"""NDJSON: a JSON value a line, split while it arrives; a line is bounded, nothing else is kept."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from common.http.problem import Problem

_TYPES: Final = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
LONGEST_LINE: Final = 1024 * 1024


class LineTooLongError(Problem):
    """A line goes on and on."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    type = "batch-too-large"
    title = "Batch too large"

    def __init__(self) -> None:
        super().__init__(f"A line is longer than {LONGEST_LINE} bytes.")


def is_ndjson(content_type: str) -> bool:
    """Whether a body of that type is NDJSON."""
    return content_type.partition(";")[0].strip().lower() in _TYPES


class LineSplitter:
    """Splits a body at its line feeds, in time linear in its bytes."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that ``data`` completes.

        Raises:
            LineTooLongError: one is longer than ``LONGEST_LINE``.
        """
        *whole, rest = data.split(b"\n")
        for line in whole:
            yield self._completed(line)
        self._grow(rest)

    def end(self) -> Iterator[bytes]:
        """The last line, where no line feed ends it."""
        if self._rest:
            yield self._completed(b"")

    def _completed(self, line: bytes) -> bytes:
        self._grow(line)
        completed = bytes(self._rest)
        self._rest.clear()
        return completed

    def _grow(self, data: bytes) -> None:
        self._rest += data
        if len(self._rest) > LONGEST_LINE:
            raise LineTooLongError
