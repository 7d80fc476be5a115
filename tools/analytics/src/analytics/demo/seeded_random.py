"""Chance that repeats itself: the same words give the same draws, whenever and wherever.

Everything random in the demo is drawn from a generator seeded by what it is about (a shop and a
day), never by when it runs, so that a day already loaded and the same day made again agree.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Item = TypeVar("Item")


def chance(*about: object) -> Random:
    """A generator of its own for what ``about`` spells."""
    return Random(":".join(map(str, about)))  # noqa: S311 - made-up sales, no secret


class Weighted(Generic[Item]):
    """Things to choose from, each with a weight."""

    __slots__ = ("_cumulated", "_items", "_total")

    def __init__(self, items: Sequence[Item], weights: Iterable[float]) -> None:
        self._items = items
        self._cumulated = list(accumulate(weights))
        self._total = self._cumulated[-1]

    def at(self, share: float) -> Item:
        """The item at ``share`` (0 ≤ share < 1) of the whole weight."""
        index = bisect_right(self._cumulated, share * self._total)
        return self._items[min(index, len(self._items) - 1)]
