"""Sparkline: a measure's days as the path of a small line, without axis and without script."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 28
"""Units from the lowest value to the highest; a day is one unit wide."""
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Sparkline:
    """``path`` is the ``d`` of an SVG path in a view box of ``width`` × ``HEIGHT``."""

    path: str
    width: int


def sparkline(values: Sequence[int | None]) -> Sparkline | None:
    """The line of ``values``, interrupted where one is None; None for fewer than two of them."""
    known = [each for each in values if each is not None]
    if len(known) < _FEWEST:
        return None
    low, high = min(known), max(known)
    path, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{place} {_height(value, low, high)}")
        pen = "L"
    return Sparkline("".join(path), len(values) - 1)


def _height(value: int, low: int, high: int) -> int:
    """How far below the upper edge ``value`` lies; in the middle where all are the same."""
    if low == high:
        return HEIGHT // 2
    return round((high - value) * HEIGHT / (high - low))
