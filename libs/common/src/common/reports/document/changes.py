"""How a figure has changed, as readers are told: the one rule for page, charts and Discord.

Percent only of a positive base that is not tiny; beyond 1,000 % as a multiple; a percentage by
points; everything else by the difference in its own unit.
"""

from enum import StrEnum
from fractions import Fraction
from typing import Final

import msgspec

from common.reports.money import PERCENT_EXPONENT, Exact, change, rounded

MOST_PERCENT: Final = 1_000 * 10**PERCENT_EXPONENT
"""A growth beyond that is told as a multiple, in hundredths of a percent."""
_HUNDREDTHS: Final = 100


class ChangeKind(StrEnum):
    """What a change is told in."""

    PERCENT = "percent"
    POINTS = "points"
    MULTIPLE = "multiple"
    DIFFERENCE = "difference"


class Change(msgspec.Struct, frozen=True):
    """A change: hundredths of a percent, of a point, of a multiple; or of the figure's own unit.

    A multiple is how often the value before goes into the value now; the others are below 0 for
    what became less.
    """

    kind: ChangeKind
    value: int


def change_of(value: Exact, previous: Exact, *, in_points: bool = False) -> Change:
    """The change from ``previous`` to ``value``, both unrounded and in one unit."""
    if in_points:
        return Change(ChangeKind.POINTS, rounded(value - previous))
    percents = change(value, previous)
    if percents is None or abs(percents) > MOST_PERCENT > percents:
        return Change(ChangeKind.DIFFERENCE, rounded(value - previous))
    if percents > MOST_PERCENT:
        return Change(ChangeKind.MULTIPLE, rounded(value * _HUNDREDTHS / Fraction(previous)))
    if percents == 0 and value != previous:
        return Change(ChangeKind.DIFFERENCE, rounded(value - previous))
    return Change(ChangeKind.PERCENT, percents)
