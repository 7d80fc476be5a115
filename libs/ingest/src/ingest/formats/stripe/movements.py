"""What went back of a charge and what came again: netted, with each that went back told on.

A refund that failed and a dispute that was won take back what is told of the same source (the
refund's or the dispute's own id), else the latest of the kind that they undo, else the latest. What
comes again before anything went back, as clocks that are set back have it, takes from what follows.
So what is left is the sum of all, whatever their order.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from datetime import datetime
from typing import Final, NamedTuple

_UNDOES: Final = {"refund_failure": "refund", "dispute_reversal": "dispute"}


class Movement(NamedTuple):
    """What went back of a charge after it (``amount`` from 0), or came again (below 0).

    ``position`` is the line times the format's ``rows_a_line``, and the number in it. ``kind`` is
    the platform's word for it, ``source`` the id of the refund or the dispute.
    """

    position: int
    id: str
    charge_id: str
    at: datetime
    amount: int
    kind: str = ""
    source: str | None = None


class Netted(NamedTuple):
    """All that went back, in turn, each with what is left of it: nothing, where it came again.

    ``over`` is what came again without having gone back.
    """

    back: tuple[Movement, ...]
    over: int


def in_turn(moved: Iterable[Movement]) -> list[Movement]:
    """By their times; of one time what went back comes first."""
    return sorted(moved, key=lambda each: (each.at, each.amount < 0))


def of_what_went_back(moved: Collection[Movement]) -> bool:
    """Whether all that came again is of a source that went back among ``moved``."""
    sources = {each.source for each in moved if each.amount > 0} - {None}
    return sources >= {each.source for each in moved if each.amount < 0}


def netted(moved: Iterable[Movement], *, all_told: bool = True) -> Netted:
    """What went back of a charge less what came again; ``moved`` are in turn.

    Where they may not be all of it (``all_told``), only what is of the same source is netted: what
    came again of another is of what is told elsewhere.
    """
    back: list[Movement] = []
    left: list[int] = []
    latest: dict[Hashable, list[int]] = defaultdict(list)
    over = 0
    for each in moved:
        kind = _UNDOES.get(each.kind, each.kind)
        keys = ((kind, each.source), kind, None)
        stacks = [latest[key] for key in (keys if all_told or each.source is None else keys[:1])]
        if each.amount >= 0:
            for stack in stacks:
                stack.append(len(back))
            back.append(each)
            left.append(each.amount)
            continue
        again = -each.amount
        for stack in stacks:
            again = _taken(again, stack, left)
        over += again
    if all_told:
        over = _taken(over, [*reversed(range(len(left)))], left)
    return Netted(
        tuple(each._replace(amount=rest) for each, rest in zip(back, left, strict=True)), over
    )


def _taken(again: int, stack: list[int], left: list[int]) -> int:
    """Take ``again`` off what is ``left`` of those on the stack; what is more than they have."""
    while again and stack:
        part = min(left[stack[-1]], again)
        left[stack[-1]] -= part
        again -= part
        if not left[stack[-1]]:
            stack.pop()
    return again
