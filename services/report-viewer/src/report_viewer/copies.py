"""Pages already drawn and compressed, bounded by bytes.

A copy is only ever shown after Redis has said, for this very request, that the link opens and that
the report is still the one the copy was drawn from. So copies need no expiry and no invalidation.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from report_viewer.answers import Answer, Coding

MAX_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """A page as it is sent, and the ``meta`` field of the report it was drawn from."""

    meta: bytes
    etag: str
    answer: Answer


class Copies:
    """The copies used last, by token and coding.

    Args:
        max_bytes: what all bodies together may take.
    """

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._copies: OrderedDict[tuple[str, Coding], Copy] = OrderedDict()

    def get(self, token: str, coding: Coding) -> Copy | None:
        """The copy, if there is one."""
        copy = self._copies.get((token, coding))
        if copy is not None:
            self._copies.move_to_end((token, coding))
        return copy

    def put(self, token: str, coding: Coding, copy: Copy) -> None:
        """Keep a copy, at the expense of those not used for longest."""
        replaced = self._copies.pop((token, coding), None)
        self._bytes += len(copy.answer.body) - (len(replaced.answer.body) if replaced else 0)
        self._copies[token, coding] = copy
        while self._bytes > self._max_bytes:
            _, dropped = self._copies.popitem(last=False)
            self._bytes -= len(dropped.answer.body)
