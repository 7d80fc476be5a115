"""How a figure has changed, as readers are told: the one rule for page, charts and Discord.

Percent only of a positive base that is not tiny; beyond 1,000 % as a multiple; a percentage by
points; everything else by the difference in its own unit, so that no change is told as none and no
loss of a part as one of all.
"""

from enum import StrEnum
from fractions import Fraction
from typing import Final

import msgspec

from common.reports.money import PERCENT_EXPONENT, WHOLE, Exact, change, divide_half_even, rounded

MOST_PERCENT: Final = 1_000 * 10**PERCENT_EXPONENT
"""A growth beyond that is told as a multiple, in hundredths of a percent."""
_HUNDREDTHS: Final = 100


class ChangeKind(StrEnum):
    """What a change is told in."""

    PERCENT = "percent"
    POINTS = "points"
    MULTIPLE = "multiple"
    DIFFERENCE = "difference"


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change: hundredths of a percent, of a point, of a multiple; or of the figure's own unit.

    A multiple is how often the value before goes into the value now; the others are below 0 for
    what became less. Of one that lies halfway between shorter ones ``rest`` says whether it was
    more before it was rounded (1) or less (-1), by its size; 0 for as much.
    """

    kind: ChangeKind
    value: int
    rest: int = 0


def change_of(value: Exact, previous: Exact, *, in_points: bool = False) -> Change:
    """The change from ``previous`` to ``value``, both unrounded and in one unit."""
    if in_points:
        return _rounded(ChangeKind.POINTS, value - previous)
    percents = change(value, previous)
    if percents is None or abs(percents) > MOST_PERCENT > percents:
        return _rounded(ChangeKind.DIFFERENCE, value - previous)
    if percents > MOST_PERCENT:
        return _rounded(ChangeKind.MULTIPLE, value * _HUNDREDTHS / Fraction(previous))
    if (percents == 0 and value != previous) or (percents == -WHOLE and value != 0):
        return _rounded(ChangeKind.DIFFERENCE, value - previous)
    if not _is_halfway(percents):
        return Change(ChangeKind.PERCENT, percents)
    return _rounded(ChangeKind.PERCENT, (value - previous) * WHOLE / Fraction(previous))


def change_from(percents: int | None, value: int, previous: int) -> Change:
    """The same of figures that were rounded, from the change in ``percents`` of the exact ones.

    ``percents`` are None where there is no base for them.
    """
    difference = Change(ChangeKind.DIFFERENCE, value - previous)
    if percents is None or percents < -MOST_PERCENT:
        return difference
    if percents > MOST_PERCENT:
        return Change(ChangeKind.MULTIPLE, divide_half_even(percents + WHOLE, _HUNDREDTHS))
    if (percents == 0 and value != previous) or (percents == -WHOLE and value != 0):
        return difference
    return Change(ChangeKind.PERCENT, percents)


def _rounded(kind: ChangeKind, exact: Exact) -> Change:
    value = rounded(exact)
    if not _is_halfway(value):
        return Change(kind, value)
    before, after = abs(Fraction(exact)), abs(value)
    return Change(kind, value, rest=(before > after) - (before < after))


def _is_halfway(value: int) -> bool:
    """Whether it ends in a 5, with or without zeros: shorter, it may go either way."""
    return str(value).rstrip("0").endswith("5")
