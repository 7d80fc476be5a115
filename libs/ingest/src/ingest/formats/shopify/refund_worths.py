"""How much each Shopify refund took off the order, by what the order's total came down by.

Money that was paid back is not always money taken off the total: it may pay for goods that an edit
took out before, or for what the total lacked already (a discount by an edit, a payment of too
much). Nor is what of the lines was not paid back always kept: it may have paid for goods that were
taken in exchange. The total tells them apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moved:
    """A refund in minor units: what its ``parts`` come to, and the ``money`` it moved, None where
    it moved none. ``given`` is how much more than the parts the platform states that it was.

    ``owing`` says that its parts are owed where it moved none; ``unknown`` that nothing tells what
    its money came to.
    """

    parts: int
    money: int | None
    given: int = 0
    owing: bool = True
    unknown: bool = False

    @property
    def beyond(self) -> int:
        """What it moved beyond its parts."""
        return max((self.money or 0) - self.parts, 0)

    @property
    def short(self) -> int:
        """What of its parts it did not move."""
        return 0 if self.money is None else max(self.parts - self.money, 0)


def worths(refunds: Sequence[Moved], came_down: int) -> list[int]:
    """What each of the refunds, in turn, took off a total that ``came_down`` with all of them.

    They come to that as far as money beyond parts, or parts without their money, can be the cause.
    Money pays for what refunds before it took out; then for what the total lacked already, but for
    what the platform states to have been given.
    """
    worth = [each.parts if each.money is None else each.money for each in refunds]
    more = sum(worth) - came_down
    for number, part in _settled(refunds, more):
        worth[number] -= part
        more -= part
    for number, each in enumerate(refunds):
        room = max(min(worth[number] - each.parts, each.beyond - each.given), 0)
        part = min(room, max(more, 0))
        worth[number] -= part
        more -= part
    for number, each in enumerate(refunds):
        room = max(-more, 0) if each.unknown else each.short
        part = min(room, max(-more, 0))
        worth[number] += part
        more += part
    return worth


def _settled(refunds: Sequence[Moved], most: int) -> Iterator[tuple[int, int]]:
    """What money paid of what was owed by then, of ``most`` in all."""
    owed = 0
    for number, each in enumerate(refunds):
        if each.money is None:
            owed += each.parts * each.owing
            continue
        part = max(min(each.beyond, owed, most), 0)
        owed -= part
        most -= part
        if part:
            yield number, part
