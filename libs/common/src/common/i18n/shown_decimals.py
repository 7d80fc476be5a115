"""Decimals shown of a figure: those that are read, and no others.

A figure that was divided was rounded by that. It is shortened by what it was before, where that is
known; else it is told in full where it lies halfway, so that nothing is rounded twice. No part is
told as nothing or as all.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from common.reports.document.changes import Change, ChangeKind
from common.reports.document.metrics import Unit
from common.reports.money import PERCENT_EXPONENT, divide_half_even

_HUNDRED: Final = 100
_NO_DECIMALS_FROM: Final = 1_000
_TEN: Final = 10
_UNITS: Final[Mapping[ChangeKind, Unit]] = MappingProxyType(
    {ChangeKind.PERCENT: Unit.PERCENT, ChangeKind.POINTS: Unit.POINTS}
)


def as_shown(value: int, unit: Unit, exponent: int, rest: int | None = None) -> tuple[int, int]:
    """``value`` × 10^-exponent with as many decimals as are read, and how many those are.

    ``rest`` says on which side of it the figure was before it was rounded: 1 for above, -1 for
    below, 0 for none; None where that is not known.
    """
    size = 10**exponent
    if unit not in {Unit.PERCENT, Unit.POINTS}:
        whole = _shorter(value, size, rest) if abs(value) >= _NO_DECIMALS_FROM * size else None
        return (value, exponent) if whole is None else (whole, 0)
    tenths = _shorter(value, size // _TEN, rest)
    if abs(value) < _HUNDRED * size:
        told = tenths and abs(tenths) < _HUNDRED * _TEN
        return (tenths, 1) if tenths is not None and (told or not value) else (value, exponent)
    whole = _shorter(value, size, rest)
    if whole is not None:
        return whole, 0
    return (value, exponent) if tenths is None else (tenths, 1)


def unit_of(change: Change, unit: Unit) -> Unit:
    """What a change of a figure of ``unit`` is told in, if it is no multiple."""
    return _UNITS.get(change.kind, unit)


def change_as_shown(change: Change, unit: Unit, exponent: int) -> tuple[int, int]:
    """The size of a change that is told in ``unit``, as ``as_shown``."""
    return as_shown(abs(change.value), unit, exponent, change.rest)


def times_as_shown(change: Change) -> tuple[int, int]:
    """A multiple with the one decimal that is read."""
    tenths = _shorter(change.value, _TEN, change.rest)
    return (change.value, PERCENT_EXPONENT) if tenths is None else (tenths, 1)


def _shorter(value: int, by: int, rest: int | None) -> int | None:
    """``value / by`` as a whole number, from what was rounded; None where that is not known."""
    halfway = 2 * (abs(value) % by) == by
    if halfway and rest is None:
        return None
    return divide_half_even(4 * value + (rest or 0), 4 * by)
