"""Blocks of days: a range of days is covered by few blocks, whatever its length.

Blocks are 1, 7 and 28 days long, each aligned to multiples of its length on the proleptic calendar,
so that every block consists of whole blocks of the next smaller length. Ninety days are covered by
at most 6 + 3 blocks on either side and two or three of 28 days between them.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

SPANS: Final = (1, 7, 28)
"""Lengths in days, ascending; each divides the next."""


class Block(NamedTuple):
    """``span`` days from ``day`` on."""

    span: int
    day: date


def block_of(day: date, span: int) -> Block:
    """The block of that length that ``day`` lies in."""
    return Block(span, day - timedelta(days=day.toordinal() % span))


def cover(first: date, past: date) -> tuple[Block, ...]:
    """The fewest blocks that make up the days ``first`` ≤ day < ``past``, in order."""
    blocks: list[Block] = []
    day = first
    while day < past:
        block = max(
            block
            for block in (block_of(day, span) for span in SPANS)
            if block.day == day and day + timedelta(days=block.span) <= past
        )
        blocks.append(block)
        day += timedelta(days=block.span)
    return tuple(blocks)


def parents(days: Iterable[date], span: int) -> tuple[date, ...]:
    """The first days of the blocks of ``span`` that any of ``days`` lies in, in order."""
    return tuple(sorted({block_of(day, span).day for day in days}))
