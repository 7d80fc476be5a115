"""Whether the orders of an input come by their ids: then none of them comes twice.

What a shop exports is mostly in the order of its numbers, up or down. That is seen while it is
read, from one id to the next; where it is not so, the server looks for orders in two places.
"""

from typing import NamedTuple

Key = tuple[int, bytes]


def key_of(order_id: str) -> Key:
    """Ids are compared by their length first, as numbers with a prefix are."""
    text = order_id.encode(errors="surrogatepass")
    return len(text), text


class Stretch(NamedTuple):
    """Some ids that follow each other: the ends, and whether they grow or shrink from each to the
    next.
    """

    first: Key
    last: Key
    grows: bool
    shrinks: bool


class OrderSequence:
    """Watches the ids of runs as they come."""

    def __init__(self) -> None:
        self._last: Key | None = None
        self._grows = self._shrinks = True

    @property
    def strict(self) -> bool:
        """Whether every id so far was beyond the one before, all in the same direction."""
        return self._grows or self._shrinks

    def note(self, ids: Stretch) -> None:
        """The next ids."""
        if self._last is not None:
            self._grows &= ids.first > self._last
            self._shrinks &= ids.first < self._last
        self._grows &= ids.grows
        self._shrinks &= ids.shrinks
        self._last = ids.last

    def note_one(self, order_id: str) -> None:
        """The next id."""
        if self.strict:
            key = key_of(order_id)
            self.note(Stretch(key, key, grows=True, shrinks=True))
